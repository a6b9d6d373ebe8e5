//! Calibration and backtests of a ledger: which assumptions its cases support, and how good their forecasts would have been.

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::ledger;
use ibbi_core::{At, County, Date, Event, History, Name};
use ibbi_sim::{
    Backtest, Backtester, Calibration, CaseEnd, Evidence, OpenDays, Scenario, Settings, stage_beginnings, template,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The assumptions, fitted to the cases of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerCalibration {
    /// The instant until which the cases were watched.
    pub as_of: At,
    /// The fitted assumptions.
    #[serde(flatten)]
    pub calibration: Calibration,
    /// What a reader should know about the evidence.
    pub notes: Vec<String>,
}

/// Fits the assumptions to the cases of a ledger, as they were known at an instant.
///
/// Without an instant, it is now, or the time of the last record if that is later. A scenario gives the calendar and the
/// availability of the people. Without one, the offices work from Monday to Friday, except on legal holidays.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn calibrate(
    path: &Path,
    scenario: Option<&Scenario>,
    as_of: Option<At>,
    now: At,
) -> Result<LedgerCalibration, AppError> {
    let logs = ledger::read_all(path)?;
    let last = logs.iter().flat_map(|log| &log.records).map(|record| record.logged.max(record.at)).max();
    let as_of = as_of.unwrap_or_else(|| now.max(last.unwrap_or(now)));
    let first = logs.iter().filter_map(|log| log.records.first()).map(|record| record.at).min().unwrap_or(as_of);
    let mut calendars = Calendars {
        scenario: scenario.map_or_else(|| standard(first.utc_date()), |scenario| Ok(scenario.clone()))?,
        from: first.utc_date(),
        to: as_of.utc_date(),
        days: BTreeMap::new(),
    };
    let (mut evidence, mut left_out) = (Evidence::default(), 0);
    for log in &logs {
        let Ok(history) = log.history() else {
            left_out += 1;
            continue;
        };
        let Some((known, county)) = known_by(log, history, as_of) else { continue };
        evidence.add_history(&known, as_of, calendars.of_county(county));
    }
    let mut notes = Vec::new();
    if scenario.is_none() {
        notes.push(
            "the notices also have the days on which people were not available, because no scenario has their calendars".into(),
        );
    }
    if left_out > 0 {
        let cases = crate::format::count(left_out, "case", "cases");
        notes.push(format!("left out because the rules don't allow an event: {cases}"));
    }
    Ok(LedgerCalibration { as_of, calibration: Calibration::new(&evidence, calendars.scenario.model), notes })
}

/// Makes forecasts of the cases of a ledger that have ended, each as of the time when a stage began, and scores them.
///
/// Forecasts before `since` are left out. `progress` gets the number of cases done and of all cases.
///
/// # Errors
/// [`AppError::NoCase`] if no case has ended; others if the ledger can't be read or a setting is not valid.
pub fn backtest(
    path: &Path,
    scenario: Option<&Scenario>,
    since: Option<At>,
    settings: Settings,
    progress: impl Fn(u64, u64),
) -> Result<Backtest, AppError> {
    settings.check()?;
    let logs = ledger::read_all(path)?;
    let ended = |log: &CaseLog| {
        let history = log.history().ok()?;
        Some((CaseEnd::new(history)?, forecast_times(log, history)))
    };
    let ended: Vec<_> = logs.iter().filter_map(ended).collect();
    let first = logs.iter().filter_map(|log| log.records.first()).map(|record| record.at.utc_date()).min();
    let (Some(first), false) = (first, ended.is_empty()) else {
        let message = format!("{} has no case that has ended, so there is no forecast to score", path.display());
        return Err(AppError::NoCase(message));
    };
    let scenario = scenario.map_or_else(|| standard(first), |scenario| Ok(scenario.clone()))?;
    let mut backtester = Backtester::new(&scenario, settings);
    for (done, (end, forecasts)) in (1..).zip(&ended) {
        let wanted = forecasts.iter().filter(|(_, at)| since.is_none_or(|since| *at >= since));
        backtester.add_case(wanted.map(|(history, at)| (history, *at)), *end)?;
        progress(done, ended.len() as u64);
    }
    Ok(backtester.scores())
}

/// Returns a scenario in which everyone is always free.
pub(crate) fn standard(start: Date) -> Result<Scenario, AppError> {
    let name = Name::new("Any district").map_err(|error| AppError::Usage(error.to_string()))?;
    crate::schedule::read(&template(&name, start, None), Path::new("the standard calendar"))
}

/// The open days of each county.
struct Calendars {
    scenario: Scenario,
    from: Date,
    to: Date,
    days: BTreeMap<Option<County>, OpenDays>,
}

impl Calendars {
    fn of_county(&mut self, county: Option<County>) -> &OpenDays {
        let county = county.or(self.scenario.calendar.county);
        self.days.entry(county).or_insert_with(|| {
            let mut scenario = self.scenario.clone();
            scenario.calendar.county = county;
            OpenDays::new(&scenario, self.from, self.to)
        })
    }
}

/// Returns whether a case was recorded only after it had ended, as when past cases are typed in or simulated. Then an event
/// counts as known when it happened.
fn is_recorded_later(log: &CaseLog, history: &History) -> bool {
    let ended = history.in_effect().last().map(|entry| entry.at);
    !history.case().stage().is_open()
        && log.records.first().is_some_and(|record| ended.is_some_and(|ended| record.logged > ended))
}

/// Returns a case as it was known at an instant, and its county; `None` if it was not known then.
fn known_by(log: &CaseLog, history: &History, as_of: At) -> Option<(History, Option<County>)> {
    let known = match is_recorded_later(log, history) {
        true => history.clone(),
        false => history.known_at(last_logged(log, as_of)?),
    };
    let first = known.in_effect().first().copied()?.clone();
    let Event::CaseOpened(opened) = first.event else { return None };
    (first.at <= as_of).then_some((known, opened.county))
}

/// Returns the number of the last record that was logged by an instant.
fn last_logged(log: &CaseLog, as_of: At) -> Option<u64> {
    log.records.iter().take_while(|record| record.logged <= as_of).last().map(|record| record.seq)
}

/// Returns a case as it was known when it was opened and when each stage began, with the instant.
fn forecast_times(log: &CaseLog, history: &History) -> Vec<(History, At)> {
    if is_recorded_later(log, history) {
        return stage_beginnings(history);
    }
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for record in &log.records {
        if seen.contains(&record.to) {
            continue;
        }
        seen.push(record.to);
        let Some(known) = last_logged(log, record.logged).map(|seq| history.known_at(seq)) else { continue };
        let Some(last) = known.case().file().map(|file| file.last_at()) else { continue };
        if known.case().stage().is_open() && found.last().is_none_or(|(_, at)| *at < record.logged) {
            found.push((known, record.logged.max(last)));
        }
    }
    found
}
