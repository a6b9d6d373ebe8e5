//! Side by side: contenders take turns at the same work; what counts is the median and its ratio to a base.

mod append;
mod simpy;
mod simulate;
mod verify;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) type Failed = Box<dyn std::error::Error>;

/// How to measure.
pub(crate) struct Options {
    /// Lines of the ledger that is verified.
    pub(crate) lines: u64,
    /// Turns of each contender.
    pub(crate) rounds: usize,
    /// Where files are written: on a real disk, or syncing costs nothing.
    pub(crate) folder: PathBuf,
}

/// Measures one subject.
type Measure = fn(&Options) -> Result<Vec<Table>, Failed>;

/// What is measured, by the name that `--only` takes.
const PARTS: [(&str, Measure); 3] =
    [("append", append::tables), ("verify", verify::tables), ("simulate", simulate::tables)];

/// Runs every comparison and prints the tables.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failed> {
    let mut options = Options { lines: 1_000_000, rounds: 15, folder: std::env::temp_dir() };
    let (mut out, mut only) = (None, None);
    for pair in arguments.chunks(2) {
        match pair {
            ["--lines", value] => options.lines = value.parse()?,
            ["--rounds", value] => options.rounds = value.parse()?,
            ["--folder", value] => options.folder = value.into(),
            ["--out", value] => out = Some(PathBuf::from(value)),
            ["--only", value] => only = Some(*value),
            _ => return Err(format!("unknown argument {}", pair.concat()).into()),
        }
    }
    let place = tempfile::tempdir_in(&options.folder)?;
    options.folder = place.path().to_owned();
    let mut text = String::new();
    let parts = PARTS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)).collect::<Vec<_>>();
    if parts.is_empty() {
        let known = PARTS.map(|(name, _)| name).join(", ");
        return Err(format!("--only knows {known}").into());
    }
    for (_, tables) in parts {
        for table in tables(&options)? {
            let shown = table.to_string();
            println!("{shown}");
            text.push_str(&shown);
            text.push('\n');
        }
    }
    if let Some(out) = out {
        std::fs::write(out, text)?;
    }
    Ok(())
}

/// A contender: its name, and what it does in one turn. It returns the time of the work alone.
pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    pub(crate) turn: Box<dyn FnMut(usize) -> Result<Duration, Failed> + 'a>,
}

/// A comparison: how many units one turn handles, and the contenders, the base first.
pub(crate) struct Comparison<'a> {
    pub(crate) title: String,
    pub(crate) unit: &'static str,
    pub(crate) units: u64,
    pub(crate) contenders: Vec<Contender<'a>>,
}

/// One row of a table.
struct Row {
    name: &'static str,
    units: u64,
    median: Duration,
    low: Duration,
    high: Duration,
}

/// What a comparison gave.
pub(crate) struct Table {
    title: String,
    unit: &'static str,
    rows: Vec<Row>,
}

impl Comparison<'_> {
    /// Lets the contenders take turns. The first turn of each warms up and is not counted.
    pub(crate) fn measure(self, rounds: usize) -> Result<Table, Failed> {
        let units = vec![self.units; self.contenders.len()];
        self.measure_units(rounds, &units)
    }

    /// The same where a turn of each contender handles another number of units.
    pub(crate) fn measure_units(mut self, rounds: usize, units: &[u64]) -> Result<Table, Failed> {
        let mut times: Vec<Vec<Duration>> = self.contenders.iter().map(|_| Vec::new()).collect();
        for round in 0..=rounds {
            for (contender, times) in self.contenders.iter_mut().zip(&mut times) {
                let time = (contender.turn)(round)?;
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let rows = self.contenders.iter().zip(times).zip(units).map(|((contender, mut times), units)| {
            times.sort();
            let at = |share: usize| times[(times.len() - 1) * share / 100];
            Row { name: contender.name, units: *units, median: at(50), low: at(25), high: at(75) }
        });
        Ok(Table { title: self.title, unit: self.unit, rows: rows.collect() })
    }
}

impl Row {
    /// Seconds for one unit.
    fn each(&self) -> f64 {
        self.median.as_secs_f64() / self.units as f64
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { title, unit, rows } = self;
        let equal = rows.iter().all(|row| row.units == rows[0].units);
        let against = if equal { "time against the first" } else { "time a unit against the first" };
        writeln!(f, "### {title}\n\n| contender | median | quartiles | {unit} a second | {against} |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        let base = rows.first().map_or(1.0, Row::each);
        for row in rows {
            let Row { name, median, low, high, .. } = row;
            let of = if equal { String::new() } else { format!(" for {}", row.units) };
            let (rate, ratio) = (1.0 / row.each(), row.each() / base);
            let ratio = if ratio < 0.1 { format!("1/{:.0}", 1.0 / ratio) } else { format!("{ratio:.2}") };
            writeln!(f, "| {name} | {median:.1?}{of} | {low:.1?} – {high:.1?} | {rate:.0} | {ratio} |")?;
        }
        Ok(())
    }
}

/// The time that some work takes, and its result.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let result = work();
    (begun.elapsed(), result)
}
