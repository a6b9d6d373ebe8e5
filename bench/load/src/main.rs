//! Measures `ibbi serve` over HTTP, with the program as it is released:
//!
//! `cargo run --release --manifest-path bench/load/Cargo.toml -- target/release/ibbi [--rounds N] [--folder DIR] [PART…]`
//!
//! The parts are `record` (200 clients, and 20 kills), `fair` (one client beside a greedy one), and `slow` (slow readers of a
//! large ledger). Without a part, all are run. It fails if an acknowledged event is lost or is there twice.
#![forbid(unsafe_code)]

mod fair;
mod http;
mod record;
mod server;
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
    parts: Vec<String>,
}

fn settings() -> Result<Settings> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("usage: ibbi-load PROGRAM [--rounds N] [--folder DIR] [record|fair|slow…]")?;
    let program = PathBuf::from(program).canonicalize()?;
    let mut settings = Settings { program, rounds: 5, folder: std::env::temp_dir(), parts: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => settings.rounds = value()?.parse()?,
            "--folder" => settings.folder = value()?.into(),
            "record" | "fair" | "slow" => settings.parts.push(argument),
            other => return Err(format!("there is no part {other}; use record, fair, or slow").into()),
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
