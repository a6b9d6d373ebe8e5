//! Schedules: plans, simulations, comparisons, and calendars of scenarios.
//!
//! A scenario is a file, or the sample in the program. The results are those of `ibbi-sim`. Files are read and written
//! here, not below.

mod booked;
mod calendar;
pub mod invitations;
mod keep;
pub mod phrase;
mod planned_dates;
mod report;
mod subscribed;
mod times;

pub use calendar::{
    CalendarOutput, CurrentEntries, case_entries, cases_calendar, identity_note, plan_calendar, planned_entries,
    publish_calendar, publish_entries, scenario_calendar,
};
pub use keep::{Keep, Kept, keep};
pub use planned_dates::{ChangedDates, PlannedDates};
pub use report::page;
pub use subscribed::{SubscribedCalendar, SubscribedCase, subscribed_calendar};
pub use times::{Availability, closure, closure_text, day, id_of};

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::service::CLOCK_TOLERANCE;
use ibbi_core::{At, Format, History, Name, OtherBooking};
use ibbi_sim::{CandidateCalendars, Comparison, Forecast, HeldDates, Plan, Scenario, Settings, Simulator};
use ibbi_store::EventStore;
use std::io::Read as _;
use std::path::Path;
use uuid::Uuid;

/// The longest scenario, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Reads a scenario from a file or from standard input (`-`). Without a path, returns the sample.
///
/// # Errors
/// [`AppError::Scenario`] with all problems, or [`AppError::Io`] if the file can't be read.
pub fn load(path: Option<&Path>) -> Result<Scenario, AppError> {
    let Some(path) = path else {
        return read(ibbi_sim::EXAMPLE, Path::new("the sample scenario"));
    };
    read(&text(path)?, path)
}

/// Returns the scenario with changes, such as `labor_adopts=0.9` or `neutral.name=D. Quinn`, in their order.
///
/// # Errors
/// [`AppError::Usage`] with the change that is not valid.
pub fn with_changes(scenario: Scenario, changes: &[String]) -> Result<Scenario, AppError> {
    changes.iter().try_fold(scenario, |scenario, change| {
        scenario.set(change).map_err(|error| AppError::Usage(format!("in --set, {error}")))
    })
}

/// Returns the scenario with another format of the facilitation, if one is given.
pub fn with_format(scenario: Scenario, format: Option<Format>) -> Scenario {
    match format {
        Some(format) => scenario.with_format(format),
        None => scenario,
    }
}

/// Reads a scenario from its text. `path` is for messages.
///
/// # Errors
/// [`AppError::Scenario`] with all problems.
pub fn read(text: &str, path: &Path) -> Result<Scenario, AppError> {
    Scenario::parse(text).map_err(|source| AppError::Scenario { path: path.to_owned(), source })
}

/// Reads the text of a scenario's file.
fn text(path: &Path) -> Result<String, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer file is reported and not cut.
    if path.as_os_str() == "-" {
        std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = crate::text_file::open_regular(path, "name a scenario's file")?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        AppError::Usage(format!("{}:{line}: this is not UTF-8 text; save the scenario as UTF-8", path.display()))
    })
}

/// Returns whether a file is a ledger: it starts a JSON object, as no TOML does, and isn't a scenario that is written as JSON. Each
/// line of a ledger has the key `prev`, and a scenario has `people`.
pub fn is_ledger(path: &Path) -> bool {
    const BEGINNING: u64 = 1 << 16;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let is_object = text.trim_start().starts_with('{');
    read.is_ok() && is_object && (text.contains("\"prev\"") || !text.contains("\"people\""))
}

/// Returns a scenario's label for sentences: its file, or the sample.
pub fn label(path: Option<&Path>) -> String {
    path.map_or_else(|| "the sample scenario".to_owned(), |path| path.display().to_string())
}

/// One side of a comparison: a scenario and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioSide {
    /// The label for sentences.
    pub label: String,
    /// The scenario.
    pub scenario: Scenario,
}

/// Returns the two sides of a comparison: two files, or one file and its formats.
///
/// With two files, one format applies to both, and two formats apply to one each. With one file, two formats are
/// compared. One format is compared with the file's own, and none means both formats.
///
/// # Errors
/// [`AppError`] if a file can't be read, or if both sides are the same.
pub fn sides(first: Option<&Path>, second: Option<&Path>, formats: &[Format]) -> Result<[ScenarioSide; 2], AppError> {
    let second_read = second.map(|second| Ok::<_, AppError>((label(Some(second)), load(Some(second))?))).transpose()?;
    sides_from((label(first), load(first)?), second_read, formats)
}

/// Returns the two sides of a comparison from scenarios with their labels, as [`sides`] does.
///
/// # Errors
/// [`AppError::Usage`] if both sides are the same.
pub fn sides_from(
    first: (String, Scenario),
    second: Option<(String, Scenario)>,
    formats: &[Format],
) -> Result<[ScenarioSide; 2], AppError> {
    let scenario = first.1.clone();
    let sides = match second {
        Some(second) => {
            let of = |index: usize| formats.get(index).or(formats.first()).copied();
            let side = |(name, scenario): (String, Scenario), format: Option<Format>| {
                let label = format.map_or_else(|| name.clone(), |format| format!("{name}, {}", format.label()));
                ScenarioSide { label, scenario: with_format(scenario, format) }
            };
            [side(first, of(0)), side(second, of(1))]
        }
        None => {
            let [one, other] = match formats {
                [] => [Format::FullDay, Format::TwoHalfDays],
                [one] => [scenario.format().unwrap_or(Format::FullDay), *one],
                [one, other, ..] => [*one, *other],
            };
            let side = |format: Format| ScenarioSide {
                label: format.label().to_owned(),
                scenario: with_format(scenario.clone(), Some(format)),
            };
            [side(one), side(other)]
        }
    };
    if sides[0].scenario.digest() == sides[1].scenario.digest() {
        let message = "both sides of the comparison are the same scenario; give another file, or two formats: --format \
                       full_day --format two_half_days";
        return Err(AppError::Usage(message.to_owned()));
    }
    Ok(sides)
}

/// Plans, and simulates 10,000 runs for the chance of the plan's last day: no date is shown without its odds. With a confidence
/// in percent, the plan has dates to hold.
///
/// # Errors
/// [`AppError::Usage`] if the confidence is not from 50 to 99; [`AppError::Simulation`].
pub fn plan(simulator: &Simulator, confidence: Option<u8>) -> Result<Plan, AppError> {
    if confidence.is_some_and(|percent| !(HeldDates::LEAST..=HeldDates::MOST).contains(&percent)) {
        let message = format!("the confidence must be from {} to {} percent", HeldDates::LEAST, HeldDates::MOST);
        return Err(AppError::Usage(message));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = Settings { threads, ..Settings::default() };
    let plan = Plan::from_simulator(simulator).with_odds(simulator, &simulator.simulate(settings)?);
    Ok(match confidence {
        Some(confidence) => plan.with_hold(simulator.held_dates(confidence, settings)?),
        None => plan,
    })
}

/// Returns the days to hold, to choose from beside the earliest plan.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn candidate_calendars(simulator: &Simulator, settings: Settings) -> Result<CandidateCalendars, AppError> {
    Ok(simulator.candidate_calendars(settings)?)
}

/// Returns the sessions of other cases that the scenario's neutrals are to lead, as booked at an instant.
///
/// # Errors
/// [`AppError`] if the store can't be read.
pub fn booked_elsewhere<S: EventStore>(
    scenario: &Scenario,
    store: &S,
    case: Uuid,
    as_of: At,
) -> Result<Vec<OtherBooking>, AppError> {
    let neutrals: Vec<Name> = scenario.neutrals().map(|neutral| neutral.name.clone()).collect();
    store.booked_elsewhere(case, &neutrals, as_of).map_err(|error| AppError::from_store(&store.label(), error))
}

/// Returns a simulator that resumes a loaded case, with the bookings of its neutrals in other cases. `ledger` is for messages.
///
/// For an instant in the past, it has only what was logged by then. If nothing was, because the case was recorded afterward, its
/// events count as known when they happened.
///
/// # Errors
/// [`AppError::Resume`] if the case can't be resumed; [`AppError::Illegal`] if the rules don't allow it.
pub fn resume(
    scenario: &Scenario,
    log: &CaseLog,
    as_of: At,
    elsewhere: &[OtherBooking],
    ledger: &Path,
) -> Result<Simulator, AppError> {
    let known = known_by(log, log.history()?, as_of);
    let history = &known;
    // An event can be slightly ahead of this program's clock.
    let last = history.case().file().map_or(as_of, |file| file.last_at());
    let as_of = if last.millis() - as_of.millis() <= CLOCK_TOLERANCE { as_of.max(last) } else { as_of };
    let simulator = Simulator::resume_among(scenario, history, as_of, elsewhere);
    simulator.map_err(|source| AppError::Resume { path: ledger.to_owned(), source })
}

/// Returns a case as it was known at an instant: without what was logged later, unless nothing was logged by then.
fn known_by(log: &CaseLog, history: &History, as_of: At) -> History {
    let by_then = log.records.partition_point(|record| record.logged <= as_of);
    match (by_then.checked_sub(1), log.records.get(by_then)) {
        (_, None) => history.clone(),
        (Some(last), Some(_)) => history.known_at(log.records[last].seq),
        (None, Some(_)) => {
            let mut past = History::new();
            for (seq, entry) in (1..).zip(history.in_effect()).take_while(|(_, entry)| entry.at <= as_of) {
                // A case that was moved to another edition is known up to the first event that needs it.
                if past.offer(seq, entry.at, entry.event.clone()).is_err() {
                    break;
                }
            }
            // Without any event by then, the whole case tells in the error when it began.
            if past.entries().is_empty() { history.clone() } else { past }
        }
    }
}

/// Simulates many runs, and reports now and then how many are done.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn simulate(
    simulator: &Simulator,
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<Forecast, AppError> {
    Ok(simulator.simulate_with(settings, &progress)?)
}

/// Compares two scenarios under the same random numbers.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn compare(
    sides: &[ScenarioSide; 2],
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<Comparison, AppError> {
    compare_from(sides, |scenario| Ok(Simulator::new(scenario)), settings, progress)
}

/// Compares two scenarios, each with the simulator that a function makes of it, such as one that resumes a case.
///
/// # Errors
/// [`AppError::Simulation`], and the errors of that function.
pub fn compare_from(
    sides: &[ScenarioSide; 2],
    simulator: impl Fn(&Scenario) -> Result<Simulator, AppError>,
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<Comparison, AppError> {
    let [first, second] = sides;
    let (one, other) = (simulator(&first.scenario)?, simulator(&second.scenario)?);
    Ok(Comparison::new_with((&first.label, &one), (&second.label, &other), settings, &progress)?)
}
