//! Measures `ibbi serve` over HTTP, with the program as it is released:
//!
//! `cargo run --release --manifest-path bench/load/Cargo.toml -- target/release/ibbi [--rounds N] [--folder DIR] [PART…]`
//!
//! The parts are `record` (200 clients, and 20 kills), `fair` (one client beside a greedy one), and `slow` (slow readers of a
//! large ledger). Without a part, these are run. It fails if an acknowledged event is lost or is there twice.
//!
//! Two more parts need a PostgreSQL server: `several` (64 writers on each of two servers that share a database, while servers,
//! sessions, and connections are killed) and `offers` (200 clients on two servers). `--postgres FOLDER` is the folder of its socket,
//! as `bench/peers/postgres.sh start FOLDER` makes it; its database `ibbi_load` is created again. `--events N` is how many events
//! `several` records. With `--writers EXAMPLE`, processes of the example `writers` of ibbi-postgres take the place of the servers, and
//! use the store directly. `--without-lock` takes the lock of the ledger's row out of the statements on their way to PostgreSQL, and
//! `--without-keys` removes the unique keys: then `several` must fail.
#![forbid(unsafe_code)]

mod database;
mod direct;
mod fair;
mod http;
mod record;
mod relay;
mod server;
mod several;
mod slow;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What to measure, and where.
struct Settings {
    program: PathBuf,
    /// How often each figure is measured. The table has the median.
    rounds: usize,
    folder: PathBuf,
    /// Where the program keeps what belongs to ledgers in databases and is in files, such as tokens.
    data: tempfile::TempDir,
    /// The folder of PostgreSQL's socket.
    postgres: Option<PathBuf>,
    /// How many events `several` records.
    events: usize,
    /// The example `writers` of ibbi-postgres, which `several` starts in place of servers.
    writers: Option<PathBuf>,
    without_lock: bool,
    without_keys: bool,
    parts: Vec<String>,
}

const PARTS: [&str; 5] = ["record", "fair", "slow", "several", "offers"];

fn settings() -> Result<Settings> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or(
        "usage: ibbi-load PROGRAM [--rounds N] [--folder DIR] [--postgres FOLDER] [--events N] [--writers EXAMPLE] [--without-lock] [--without-keys] [record|fair|slow|several|offers…]",
    )?;
    let program = PathBuf::from(program).canonicalize()?;
    let mut settings = Settings {
        program,
        rounds: 5,
        folder: std::env::temp_dir(),
        data: tempfile::tempdir()?,
        postgres: None,
        events: 100_000,
        writers: None,
        without_lock: false,
        without_keys: false,
        parts: Vec::new(),
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => settings.rounds = value()?.parse()?,
            "--folder" => settings.folder = value()?.into(),
            "--postgres" => settings.postgres = Some(value()?.into()),
            "--events" => settings.events = value()?.parse()?,
            "--writers" => settings.writers = Some(PathBuf::from(value()?).canonicalize()?),
            "--without-lock" => settings.without_lock = true,
            "--without-keys" => settings.without_keys = true,
            part if PARTS.contains(&part) => settings.parts.push(argument),
            other => return Err(format!("there is no part {other}; use {}", PARTS.join(", ")).into()),
        }
    }
    Ok(settings)
}

/// Returns the load of the computer, of the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

fn run() -> Result<()> {
    let settings = settings()?;
    let wanted = |part: &str| settings.parts.is_empty() || settings.parts.iter().any(|each| each == part);
    println!("load before: {}", load());
    if wanted("record") {
        record::run(&settings)?;
    }
    if wanted("fair") {
        fair::run(&settings)?;
    }
    if wanted("slow") {
        slow::run(&settings)?;
    }
    for (part, run) in
        [("several", several::run_faults as fn(&Settings) -> Result<()>), ("offers", several::run_offers)]
    {
        if settings.parts.iter().any(|each| each == part) {
            run(&settings)?;
        }
    }
    println!("load after: {}", load());
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ibbi-load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the median of some figures.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Returns the part of the figures that is not above the result: 0.5 for the median, 0.99 for the slowest one in a hundred.
fn quantile(figures: &mut [f64], part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a place in a list")]
    let place = (part * figures.len() as f64).ceil() as usize;
    figures.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
