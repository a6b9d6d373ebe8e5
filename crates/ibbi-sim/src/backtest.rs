//! Backtest: forecasts of cases that have ended, made with what was known then and scored against what happened.
//!
//! `docs/calibration.md` has the scores and their sources.

use crate::assumptions::Assumptions;
use crate::model::Ending;
use crate::sampler::uniform;
use crate::scenario::Scenario;
use crate::simulate::{Forecast, Settings, SimulationError, Simulator};
use ibbi_common::quantile::{Interval, wilson};
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date, Event, History, Outcome, Stage};
use serde::Serialize;

/// The random stream that makes the PIT of a date continuous. It is not a stream of the model.
const PIT_STREAM: u64 = 1_000;
/// The central share of the dates.
const CENTRAL: f64 = 0.8;

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseEnd {
    /// The ending; `None` if the model doesn't have it, such as a referral.
    pub ending: Option<Ending>,
    /// The day of the last session, if it is completed.
    pub completed: Option<Date>,
}

impl CaseEnd {
    /// Returns how a case ended; `None` if it is open.
    pub fn new(history: &History) -> Option<Self> {
        let case = history.case();
        let outcome = case.outcome()?;
        let events = history.in_effect();
        let is_withdrawal = |event: &Event| matches!(event, Event::CaseWithdrawn(_));
        let ending = match outcome {
            Outcome::Completed => Some(Ending::Completed),
            Outcome::NotAdopted => Some(Ending::NotAdopted),
            Outcome::Withdrawn => {
                // The answer after which the case was withdrawn.
                let before = events.iter().take_while(|entry| !is_withdrawal(&entry.event));
                let answers = before.filter(|entry| {
                    matches!(entry.event, Event::LeaderAgreed(_) | Event::LeaderDeclined(_) | Event::ServiceChosen(_))
                });
                let declined = answers.last().is_some_and(|entry| matches!(entry.event, Event::LeaderDeclined(_)));
                Some(if declined { Ending::LeaderDeclined } else { Ending::Withdrawn })
            }
            Outcome::Referred | Outcome::NotAccepted => None,
        };
        let zone = case.file().and_then(|file| Zone::find(&file.opened().time_zone)).unwrap_or_default();
        let ends_session = |event: &Event| matches!(event, Event::SessionClosed(_) | Event::SessionAdjourned(_));
        let last = events.iter().rfind(|entry| ends_session(&entry.event)).map(|entry| zone.date(entry.at));
        Some(Self { ending, completed: last.filter(|_| outcome == Outcome::Completed) })
    }
}

/// Returns the case as it was when it opened and when each stage began, with the instant, as if each event had been recorded
/// when it happened. A stage that begins again, or lasts no time, is left out.
pub fn stage_beginnings(history: &History) -> Vec<(History, At)> {
    let (mut past, mut found, mut seen) = (History::new(), Vec::new(), Vec::new());
    let mut begun: Option<At> = None;
    for (seq, entry) in (1..).zip(history.in_effect()) {
        if let Some(at) = begun.filter(|at| *at < entry.at) {
            found.push((past.clone(), at));
            begun = None;
        }
        // A case that was moved to another edition is told up to the first event that needs it.
        let Ok(stage) = past.offer(seq, entry.at, entry.event.clone()) else { return found };
        if !seen.contains(&stage) {
            seen.push(stage);
            begun = Some(entry.at);
        }
    }
    found.extend(begun.filter(|_| past.case().stage().is_open()).map(|at| (past, at)));
    found
}

/// A Brier score: the mean of (forecast - outcome)². 0 is perfect, and lower is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BrierScore {
    /// The score of the scenario's assumptions.
    pub score: f64,
    /// The score of the default assumptions.
    pub defaults: f64,
    /// The skill: 1 - score / defaults. `None` if the scenario has the default assumptions, or if the defaults are perfect.
    pub skill: Option<f64>,
}

/// Where the completion dates fell in the forecasts of the cases that were completed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DateScore {
    /// The number of forecasts.
    pub forecasts: u64,
    /// The share of the dates in the central 80% of their forecasts, with its 95% Wilson interval. `None` without forecasts.
    pub within: Option<Interval>,
    /// How many dates were earlier than that.
    pub earlier: u64,
    /// How many dates were later.
    pub later: u64,
}

/// The scores of some forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ForecastScores {
    /// The number of forecasts.
    pub forecasts: u64,
    /// The score of the chance that the case goes ahead.
    pub goes_ahead: BrierScore,
    /// The dates of the scenario's assumptions.
    pub dates: DateScore,
    /// The dates of the default assumptions.
    pub dates_of_defaults: DateScore,
}

/// The scores of the forecasts made as a stage began.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageScores {
    /// The stage.
    pub stage: Stage,
    /// The scores.
    #[serde(flatten)]
    pub scores: ForecastScores,
}

/// The score of the chance of one ending, over all forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EndingScore {
    /// The ending.
    pub ending: Ending,
    /// In how many forecasts' cases it happened.
    pub happened: u64,
    /// The score.
    #[serde(flatten)]
    pub score: BrierScore,
}

/// The result of a backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// The number of cases with a forecast.
    pub cases: u64,
    /// Whether the scenario has other assumptions than the defaults. If not, both have the same scores.
    pub has_own_assumptions: bool,
    /// The scores of all forecasts.
    pub all: ForecastScores,
    /// The scores by the stage that began, in the order of the process.
    pub stages: Vec<StageScores>,
    /// The scores of the endings other than completion.
    pub endings: Vec<EndingScore>,
    /// The number of forecasts that could not be made, such as those of a program that the model doesn't know.
    pub left_out: u64,
    /// The number of runs of each forecast.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
}

/// Sums of squared differences between chances and outcomes: of the scenario, and of the defaults.
#[derive(Debug, Clone, Copy, Default)]
struct Squares {
    sums: [f64; 2],
    forecasts: u64,
}

impl Squares {
    fn add(&mut self, chances: [f64; 2], happened: bool) {
        let outcome = f64::from(u8::from(happened));
        self.sums.iter_mut().zip(chances).for_each(|(sum, chance)| *sum += (chance - outcome).powi(2));
        self.forecasts += 1;
    }

    #[allow(clippy::cast_precision_loss, reason = "counts of forecasts stay far below 2^53")]
    fn score(&self, has_own: bool) -> BrierScore {
        let [score, defaults] = self.sums.map(|sum| sum / self.forecasts.max(1) as f64);
        BrierScore { score, defaults, skill: (has_own && defaults > 0.0).then(|| 1.0 - score / defaults) }
    }
}

/// Counts of dates before, within, and after the central share.
#[derive(Debug, Clone, Copy, Default)]
struct Dates([u64; 3]);

impl Dates {
    fn add(&mut self, pit: f64) {
        let tail = (1.0 - CENTRAL) / 2.0;
        self.0[usize::from(pit >= tail) + usize::from(pit > 1.0 - tail)] += 1;
    }

    fn score(self) -> DateScore {
        let Self([earlier, within, later]) = self;
        let forecasts = earlier + within + later;
        DateScore { forecasts, within: wilson(within, forecasts), earlier, later }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Scores {
    goes_ahead: Squares,
    /// Of the scenario, and of the defaults.
    dates: [Dates; 2],
}

impl Scores {
    fn score(&self, has_own: bool) -> ForecastScores {
        let [dates, dates_of_defaults] = self.dates.map(Dates::score);
        let goes_ahead = self.goes_ahead.score(has_own);
        ForecastScores { forecasts: self.goes_ahead.forecasts, goes_ahead, dates, dates_of_defaults }
    }
}

/// Makes forecasts of cases that have ended, and scores them.
///
/// ```
/// use ibbi_core::History;
/// use ibbi_sim::{Backtester, CaseEnd, EXAMPLE, Scenario, Settings, Simulator, stage_beginnings};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scenario = Scenario::parse(EXAMPLE)?;
/// let mut backtester = Backtester::new(&scenario, Settings { runs: 200, seed: 1, threads: 1 });
/// for run in 0..10 {
///     let (mut history, mut seq) = (History::new(), 0);
///     Simulator::new(&scenario).run(7, run, |at, event, _| {
///         seq += 1;
///         history.offer(seq, at, event.clone()).unwrap();
///     })?;
///     if let Some(end) = CaseEnd::new(&history) {
///         let past = stage_beginnings(&history);
///         backtester.add_case(past.iter().map(|(history, at)| (history, *at)), end)?;
///     }
/// }
/// let scores = backtester.scores();
/// assert!(scores.all.forecasts > 10 && scores.all.goes_ahead.score < 0.3);
/// # Ok(()) }
/// ```
pub struct Backtester {
    scenarios: [Scenario; 2],
    settings: Settings,
    stages: [Scores; Stage::ALL.len()],
    all: Scores,
    endings: [(Squares, u64); Ending::ALL.len()],
    cases: u64,
    left_out: u64,
}

impl Backtester {
    /// Prepares a backtest of a scenario's assumptions against the defaults. Both have the calendar and the people of the
    /// scenario.
    pub fn new(scenario: &Scenario, settings: Settings) -> Self {
        let defaults = Scenario { assumptions: Assumptions::of(scenario.model), ..scenario.clone() };
        Self {
            scenarios: [scenario.clone(), defaults],
            settings,
            stages: Default::default(),
            all: Scores::default(),
            endings: Default::default(),
            cases: 0,
            left_out: 0,
        }
    }

    /// Adds forecasts of one case: each from a history as it was known then, and the instant of the forecast.
    ///
    /// # Errors
    /// [`SimulationError`] if the settings are not valid, or if the core refuses an event of the model.
    pub fn add_case<'a>(
        &mut self,
        forecasts: impl IntoIterator<Item = (&'a History, At)>,
        end: CaseEnd,
    ) -> Result<(), SimulationError> {
        let before = self.all.goes_ahead.forecasts;
        for (history, as_of) in forecasts {
            let number = self.all.goes_ahead.forecasts + self.left_out;
            // Each forecast has its own runs. Both sets of assumptions have the same random numbers.
            let settings = Settings { seed: self.settings.seed.wrapping_add(number), ..self.settings };
            let simulators = self.scenarios.each_ref().map(|scenario| Simulator::resume(scenario, history, as_of));
            let [Ok(own), Ok(defaults)] = simulators else {
                self.left_out += 1;
                continue;
            };
            let own_forecast = own.simulate(settings)?;
            let default_forecast = if self.has_own() { defaults.simulate(settings)? } else { own_forecast.clone() };
            let v = uniform(self.settings.seed, number, PIT_STREAM, 0);
            self.score(history.case().stage(), &[own_forecast, default_forecast], end, v);
        }
        self.cases += u64::from(self.all.goes_ahead.forecasts > before);
        Ok(())
    }

    fn score(&mut self, stage: Stage, forecasts: &[Forecast; 2], end: CaseEnd, v: f64) {
        for scores in [&mut self.all, &mut self.stages[stage as usize]] {
            let chances = forecasts.each_ref().map(|forecast| forecast.goes_ahead.estimate);
            scores.goes_ahead.add(chances, end.ending == Some(Ending::Completed));
            if let Some(completed) = end.completed {
                for (dates, forecast) in scores.dates.iter_mut().zip(forecasts) {
                    dates.add(randomized_pit(forecast, completed, v));
                }
            }
        }
        for (ending, (squares, happened)) in Ending::ALL.into_iter().zip(&mut self.endings) {
            let share = |forecast: &Forecast| {
                let reason = forecast.not_ahead.iter().find(|reason| reason.ending == ending);
                reason.map_or(0.0, |reason| reason.share.estimate)
            };
            squares.add(forecasts.each_ref().map(share), end.ending == Some(ending));
            *happened += u64::from(end.ending == Some(ending));
        }
    }

    /// Returns whether the scenario has other assumptions than the defaults.
    fn has_own(&self) -> bool {
        self.scenarios[0].assumptions != self.scenarios[1].assumptions
    }

    /// Returns the scores of the forecasts so far.
    pub fn scores(&self) -> Backtest {
        let has_own = self.has_own();
        let stage = |(stage, scores): (&Stage, &Scores)| {
            (scores.goes_ahead.forecasts > 0).then(|| StageScores { stage: *stage, scores: scores.score(has_own) })
        };
        let stops = [Ending::LeaderDeclined, Ending::NotAdopted, Ending::Withdrawn];
        let ending = |ending: Ending| {
            let (squares, happened) = self.endings[ending as usize];
            EndingScore { ending, happened, score: squares.score(has_own) }
        };
        Backtest {
            cases: self.cases,
            has_own_assumptions: has_own,
            all: self.all.score(has_own),
            stages: Stage::ALL.iter().zip(&self.stages).filter_map(stage).collect(),
            endings: stops.map(ending).to_vec(),
            left_out: self.left_out,
            runs: self.settings.runs,
            seed: self.settings.seed,
        }
    }
}

/// Returns the randomized probability integral transform of a date: a number between the share of the runs completed before
/// it and the share completed by it. If the forecast is right, it is uniform on 0 to 1.
fn randomized_pit(forecast: &Forecast, completed: Date, v: f64) -> f64 {
    let by = |is_counted: &dyn Fn(Date) -> bool| {
        let last = forecast.curve.iter().take_while(|point| is_counted(point.date)).last();
        last.map_or(0.0, |point| point.share)
    };
    let (before, until) = (by(&|date| date < completed), by(&|date| date <= completed));
    before + v * (until - before)
}
