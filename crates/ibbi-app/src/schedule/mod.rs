//! Schedules: a scenario planned, simulated, compared, and asked whom to ask for a day.
//!
//! The scenario is a file of the user's, or the sample that the program carries. What the jobs return is what
//! `ibbi-sim` found; files are read and written here and nowhere below.

mod calendar;
mod keep;
mod phrase;
mod report;

pub use calendar::{MadeCalendar, of_ledger, of_logs, of_made_plan, of_plan};
pub use keep::{Keep, Kept, keep};
pub use phrase::{TIMES, closure, day, id_of, said_time, said_times, times};
pub use report::page;

use crate::error::AppError;
use crate::journal;
use crate::store::{self, CaseLog};
use ibbi_core::{At, Format};
use ibbi_log::Uuid;
use ibbi_sim::{AvailabilityGain, Comparison, Forecast, Plan, Scenario, Settings, Simulator};
use std::io::Read as _;
use std::path::Path;

/// The longest scenario that is read, in bytes; a longer file is another kind of file.
const MAX_BYTES: u64 = 1 << 20;

/// Reads a scenario from a file, from standard input (`-`), or, without a path, the sample that the program carries.
///
/// # Errors
/// [`AppError::Scenario`] with every problem; [`AppError::Io`] if the file cannot be read.
pub fn load(path: Option<&Path>) -> Result<Scenario, AppError> {
    let Some(path) = path else {
        return read(ibbi_sim::EXAMPLE, Path::new("the sample scenario"));
    };
    read(&text(path)?, path)
}

/// The same scenario with another way to divide the facilitation, where one is given.
pub fn with_format(scenario: Scenario, format: Option<Format>) -> Scenario {
    Scenario { format: format.unwrap_or(scenario.format), ..scenario }
}

/// Reads a scenario from its text; `path` is for messages.
///
/// # Errors
/// [`AppError::Scenario`] with every problem.
pub fn read(text: &str, path: &Path) -> Result<Scenario, AppError> {
    Scenario::parse(text).map_err(|source| AppError::Scenario { path: path.to_owned(), source })
}

/// The text of a scenario's file.
fn text(path: &Path) -> Result<String, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed, so that what is too long is told as such and is not cut.
    if path.as_os_str() == "-" {
        std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = crate::store::open_file(path)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        AppError::Usage(format!("{}:{line}: this is no UTF-8 text; save the scenario as UTF-8", path.display()))
    })
}

/// Whether a file holds a ledger rather than a scenario: its first byte begins a JSON object, which no TOML does.
pub fn is_ledger(path: &Path) -> bool {
    let mut first = [0];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut first));
    read.is_ok_and(|count| count == 1) && first == [b'{']
}

/// What a scenario is called in sentences: its file, or the sample.
pub fn label(path: Option<&Path>) -> String {
    path.map_or_else(|| "the sample scenario".to_owned(), |path| path.display().to_string())
}

/// One side of a comparison: a scenario and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// What it is called in the sentence.
    pub label: String,
    /// The scenario.
    pub scenario: Scenario,
}

/// The two sides of a comparison, out of what a user gives: two files, or one file and its formats.
///
/// With two files, a format is for both, and two formats are for one each. With one file, two formats are set against
/// each other; one format is set against the file's own, and none means the two formats that there are.
///
/// # Errors
/// [`AppError`] if a file cannot be read, or both sides would be the same.
pub fn sides(first: Option<&Path>, second: Option<&Path>, formats: &[Format]) -> Result<[Side; 2], AppError> {
    let second_read = second.map(|second| Ok::<_, AppError>((label(Some(second)), load(Some(second))?))).transpose()?;
    sides_of((label(first), load(first)?), second_read, formats)
}

/// The same out of scenarios that have been read, each with what it is called.
///
/// # Errors
/// [`AppError::Usage`] if both sides would be the same.
pub fn sides_of(
    first: (String, Scenario),
    second: Option<(String, Scenario)>,
    formats: &[Format],
) -> Result<[Side; 2], AppError> {
    let scenario = first.1.clone();
    let sides = match second {
        Some(second) => {
            let of = |index: usize| formats.get(index).or(formats.first()).copied();
            let side = |(name, scenario): (String, Scenario), format: Option<Format>| {
                let label = format.map_or_else(|| name.clone(), |format| format!("{name}, {}", format.label()));
                Side { label, scenario: with_format(scenario, format) }
            };
            [side(first, of(0)), side(second, of(1))]
        }
        None => {
            let [one, other] = match formats {
                [] => [Format::FullDay, Format::TwoHalfDays],
                [one] => [scenario.format, *one],
                [one, other, ..] => [*one, *other],
            };
            let side = |format: Format| Side {
                label: format.label().to_owned(),
                scenario: with_format(scenario.clone(), Some(format)),
            };
            [side(one), side(other)]
        }
    };
    if sides[0].scenario.digest() == sides[1].scenario.digest() {
        let message = "both sides of the comparison are the same scenario; give another file, or two formats with \
                       --format full_day --format two_half_days";
        return Err(AppError::Usage(message.to_owned()));
    }
    Ok(sides)
}

/// Plans a scenario.
pub fn plan(scenario: &Scenario) -> Plan {
    Plan::new(scenario)
}

/// A scenario made ready to be simulated, from its start or from where a real case is.
///
/// # Errors
/// [`AppError::Resume`] where the case cannot be gone on from; others if the ledger cannot be read.
pub fn simulator(scenario: &Scenario, from: Option<From<'_>>) -> Result<Simulator, AppError> {
    let Some(From { ledger, case, as_of }) = from else { return Ok(Simulator::new(scenario)) };
    resume(scenario, &store::load(ledger, case)?, as_of, ledger)
}

/// A scenario made ready to be simulated from where a case is that has been read; `ledger` is for messages.
///
/// # Errors
/// [`AppError::Resume`] where the case cannot be gone on from.
pub fn resume(scenario: &Scenario, log: &CaseLog, as_of: At, ledger: &Path) -> Result<Simulator, AppError> {
    // An event may be a little ahead of this program's clock.
    let last = log.history.case().file().map_or(as_of, |file| file.last_at());
    let as_of = if last.millis() - as_of.millis() <= journal::AHEAD { as_of.max(last) } else { as_of };
    Simulator::resume(scenario, &log.history, as_of)
        .map_err(|source| AppError::Resume { path: ledger.to_owned(), source })
}

/// A real case from which a forecast goes on.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The ledger's file.
    pub ledger: &'a Path,
    /// The case.
    pub case: Uuid,
    /// The instant from which the forecast goes on.
    pub as_of: At,
}

/// Simulates; now and then tells how many runs are done.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn simulate(
    simulator: &Simulator,
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<Forecast, AppError> {
    Ok(simulator.simulate_with(settings, progress)?)
}

/// Sets two scenarios against each other under the same random numbers.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn compare(sides: &[Side; 2], settings: Settings, progress: impl Fn(u64) + Sync) -> Result<Comparison, AppError> {
    let [first, second] = sides;
    let (one, other) = (Simulator::new(&first.scenario), Simulator::new(&second.scenario));
    Ok(Comparison::new_with((&first.label, &one), (&second.label, &other), settings, progress)?)
}

/// Whom to ask for one more day.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn who(
    scenario: &Scenario,
    settings: Settings,
    progress: impl Fn(u64, u64) + Sync,
) -> Result<Vec<AvailabilityGain>, AppError> {
    Ok(Simulator::new(scenario).availability_gains_with(settings, progress)?)
}
