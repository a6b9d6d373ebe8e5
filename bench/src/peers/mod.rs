//! Side-by-side runs: contenders take turns at the same work. The result is the median and its ratio to a base.

mod append;
pub(crate) mod audit;
mod child;
mod database;
mod simpy;
mod simulate;
mod transitions;
mod verify;

use crate::request::Request;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) type Failed = Box<dyn std::error::Error>;

/// How to measure.
struct Options {
    /// Lines of the ledger that is verified.
    lines: u64,
    /// Turns of each contender.
    rounds: usize,
    /// A folder of its own, where files are written.
    folder: PathBuf,
}

/// Measures one subject.
type Measure = fn(&Options) -> Result<Vec<Table>, Failed>;

/// The subjects, by the name that `--only` takes.
const PARTS: [(&str, Measure); 7] = [
    ("transitions", transitions::tables),
    ("append", append::tables),
    ("database", database::tables),
    ("verify", verify::tables),
    ("audit", audit::tables),
    ("audit-late", audit::late::tables),
    ("simulate", simulate::tables),
];

/// The subjects, in order.
pub(crate) fn subjects() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(name, _)| *name)
}

/// Runs the comparisons of all subjects or one, prints the tables, and writes them to the requested file.
pub(crate) fn run(request: &Request) -> Result<(), Failed> {
    let mut text = String::new();
    for name in subjects().filter(|name| request.wants(name)) {
        text.push_str(&measure(name, request)?);
    }
    if text.is_empty() && !subjects().any(|name| request.wants(name)) {
        return Err(format!("--only knows {}", subjects().collect::<Vec<_>>().join(", ")).into());
    }
    match &request.out {
        Some(out) => Ok(std::fs::write(out, text)?),
        None => Ok(()),
    }
}

/// Returns the tables of one subject, and prints each when it is done.
pub(crate) fn measure(subject: &str, request: &Request) -> Result<String, Failed> {
    let place = tempfile::tempdir_in(&request.folder)?;
    let options = Options { lines: request.lines, rounds: request.rounds, folder: place.path().to_owned() };
    let mut text = String::new();
    for (_, tables) in PARTS.iter().filter(|(name, _)| *name == subject) {
        for table in tables(&options)? {
            let shown = table.to_string();
            println!("{shown}");
            text.push_str(&shown);
            text.push('\n');
        }
    }
    Ok(text)
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

/// The result of a comparison.
pub(crate) struct Table {
    title: String,
    unit: &'static str,
    rows: Vec<Row>,
    /// The last column: its heading and entries.
    remarks: Option<(&'static str, Vec<&'static str>)>,
    /// Notes below it.
    notes: Vec<String>,
}

/// A peer that is not installed, with what is missing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missing(pub(crate) &'static str);

impl Comparison<'_> {
    /// Runs the contenders in turns. The first turn of each is a warm-up and does not count.
    pub(crate) fn measure(self, rounds: usize) -> Result<Table, Failed> {
        let units = vec![self.units; self.contenders.len()];
        self.measure_units(rounds, &units)
    }

    /// Measures contenders where a turn of each contender handles another number of units.
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
        Ok(Table { title: self.title, unit: self.unit, rows: rows.collect(), remarks: None, notes: Vec::new() })
    }
}

impl Row {
    /// Returns the seconds for one unit of a turn's time.
    fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() / self.units as f64
    }
}

impl Table {
    /// Returns the table with a last column: a remark for every row.
    pub(crate) fn remarked(self, heading: &'static str, remarks: &[&'static str]) -> Self {
        assert_eq!(self.rows.len(), remarks.len(), "every row has its remark");
        Self { remarks: Some((heading, remarks.to_vec())), ..self }
    }

    /// Returns the table with a note on what was not measured.
    pub(crate) fn lacking(mut self, missing: impl IntoIterator<Item = Missing>) -> Self {
        self.notes.extend(missing.into_iter().map(|Missing(who)| format!("not measured: {who}")));
        self
    }

    /// Returns the table with a sentence below it.
    pub(crate) fn noting(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { title, unit, rows, remarks, notes } = self;
        write!(f, "### {title}\n\n| contender | median time each | quartiles | {unit} a second | against the first |")?;
        writeln!(f, "{}", remarks.iter().map(|(heading, _)| format!(" {heading} |")).collect::<String>())?;
        writeln!(f, "|---|---|---|---|---|{}", if remarks.is_some() { "---|" } else { "" })?;
        let base = rows.first().map_or(1.0, |row| row.each(row.median));
        for (index, row) in rows.iter().enumerate() {
            let [median, low, high] = [row.median, row.low, row.high].map(|time| row.each(time));
            let (rate, ratio) = (1.0 / median, median / base);
            let ratio = if ratio < 0.1 { format!("1/{:.0}", 1.0 / ratio) } else { format!("{ratio:.2}") };
            let [median, low, high] = [median, low, high].map(seconds);
            write!(f, "| {} | {median} | {low} – {high} | {rate:.0} | {ratio} |", row.name)?;
            writeln!(f, "{}", remarks.iter().map(|(_, all)| format!(" {} |", all[index])).collect::<String>())?;
        }
        notes.iter().try_for_each(|note| write!(f, "\n{note}\n"))
    }
}

/// Returns the Python of the peers: the one that `IBBI_PYTHON` names, or that `peers/install.sh` made, or the system's.
pub(crate) fn python() -> String {
    const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/.venv/bin/python");
    let installed = || std::path::Path::new(INSTALLED).exists().then(|| INSTALLED.to_owned());
    std::env::var("IBBI_PYTHON").ok().or_else(installed).unwrap_or_else(|| "python3".to_owned())
}

/// Formats a time in a suitable unit, with three digits.
pub(crate) fn seconds(time: f64) -> String {
    let (scaled, unit) = match time {
        _ if time < 1e-6 => (time * 1e9, "ns"),
        _ if time < 1e-3 => (time * 1e6, "µs"),
        _ if time < 1.0 => (time * 1e3, "ms"),
        _ => (time, "s"),
    };
    let digits = if scaled < 10.0 { 2 } else { usize::from(scaled < 100.0) };
    format!("{scaled:.digits$} {unit}")
}

/// Returns the time that some work takes, and its result.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let result = work();
    (begun.elapsed(), result)
}
