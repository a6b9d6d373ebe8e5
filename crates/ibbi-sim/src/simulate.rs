//! Monte Carlo simulation: many runs over one scenario. The core checks each event, and counting is independent of
//! order.

mod forecast;
mod status;

pub use forecast::{
    CurvePoint, DeadlineChance, Forecast, MilestoneDates, OutcomeShare, PercentileRanges, Percentiles, Ranges,
};
pub use status::ForecastStatus;

use crate::calendar::{Calendar, Day, DayFinder, Freed, RunSlot, Tables};
use crate::counts::RunCounts;
use crate::driver::{Driver, DriverError, EventScript};
use crate::initial_state::InitialState;
use crate::model::{self, Course, Ending, ForecastStep, NoListener, RunInputs, RunResult};
use crate::resume::{self, RealCase, ResumeError, ResumedCase};
use crate::sampler::{LikelyValues, RandomSampler};
use crate::scenario::Scenario;
use ibbi_common::format::{count, number};
use ibbi_core::{At, Date, Event, History, OtherBooking, Refusal, Slot, Stage};
use serde::Serialize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Settings of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The number of runs, 1 to [`Settings::MAX_RUNS`].
    pub runs: u64,
    /// The seed. The same seed gives the same result with any number of threads.
    pub seed: u64,
    /// The number of threads, at least 1.
    pub threads: usize,
}

impl Settings {
    /// The largest number of runs.
    pub const MAX_RUNS: u64 = 100_000_000;

    /// Checks that the settings are valid.
    ///
    /// # Errors
    /// [`SimulationError::Settings`] if they are not.
    pub const fn check(self) -> Result<(), SimulationError> {
        let Self { runs, threads, .. } = self;
        if runs == 0 || runs > Self::MAX_RUNS || threads == 0 {
            return Err(SimulationError::Settings { runs, threads });
        }
        Ok(())
    }
}

impl Default for Settings {
    /// Returns 10,000 runs, seed 1, and one thread.
    fn default() -> Self {
        Self { runs: 10_000, seed: 1, threads: 1 }
    }
}

/// Why a simulation stopped. All except the first are errors in this program, not in the scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The number of runs or threads is not valid.
    #[error("can't simulate {} on {}; use 1 to {} runs and at least 1 thread", count(*.runs, "run", "runs"), count(*.threads as u64, "thread", "threads"), number(Settings::MAX_RUNS))]
    Settings {
        /// The number of runs that was given.
        runs: u64,
        /// The number of threads that was given.
        threads: usize,
    },
    /// The core refused an event of the model.
    #[error(
        "run {run} of seed {seed} has an event that the process refuses; this is an error in ibbi; please report it"
    )]
    Refused {
        /// The run, from 0.
        run: u64,
        /// The seed.
        seed: u64,
        /// The refusal.
        #[source]
        refusal: Box<Refusal>,
    },
    /// A case did not end as the model expects.
    #[error(
        "run {run} of seed {seed} ended its case in {stage}, unlike the model; this is an error in ibbi; please report it"
    )]
    Outcome {
        /// The run, from 0.
        run: u64,
        /// The seed.
        seed: u64,
        /// The stage of the case.
        stage: Stage,
    },
    /// A thread stopped.
    #[error("a thread of the simulation stopped; this is an error in ibbi; please report it")]
    Thread,
}

/// A scenario that is ready for any number of runs.
///
/// ```
/// use ibbi_sim::{EXAMPLE, Ending, Scenario, Settings, Simulator};
/// let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
/// let forecast = simulator.simulate(Settings { runs: 500, seed: 7, threads: 2 }).unwrap();
/// assert_eq!(forecast.outcomes.iter().map(|outcome| outcome.runs).sum::<u64>(), 500);
///
/// let mut events = 0;
/// let run = simulator.run(7, 0, |_at, _event, _to| events += 1).unwrap();
/// assert!(events > 1 && (run.ending != Ending::Completed || run.date.is_some()));
/// ```
pub struct Simulator {
    pub(crate) scenario: Scenario,
    pub(crate) calendar: Calendar,
    /// The tables in which runs look up days. A plan needs none.
    tables: OnceLock<Tables>,
    pub(crate) script: EventScript,
    /// The first day that is too late. Without a contract date, no day is.
    pub(crate) late: Option<Day>,
    pub(crate) course: Course,
    pub(crate) initial: InitialState,
    /// The digest of the scenario as the user gave it, without the facts of a resumed case.
    digest: String,
    real: Option<ResumedCase>,
    past: Vec<(At, Event, Stage)>,
}

/// The end of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunEnd {
    /// How it ended.
    pub ending: Ending,
    /// The date; `None` if it is unfinished.
    pub date: Option<Date>,
}

impl Simulator {
    /// Computes the calendar and the events that all runs share.
    pub fn new(scenario: &Scenario) -> Self {
        Self::build(scenario.clone(), scenario.digest(), None)
    }

    /// Resumes a case at an instant (`as_of`, in UTC). Day 0 is the local day of that instant.
    ///
    /// What is done stays done. A wait is drawn given how long it has already lasted.
    ///
    /// The scenario gives availability and assumptions. Where it differs from the case, the case's own facts count:
    /// teams, contract dates, county, time zone, chosen format, booked slots, and program parameters.
    /// [`Forecast::continued`] lists the differences.
    ///
    /// # Errors
    /// [`ResumeError`] if the case is closed, or if the scenario does not fit it.
    pub fn resume(scenario: &Scenario, history: &History, as_of: At) -> Result<Self, ResumeError> {
        Self::resume_among(scenario, history, as_of, &[])
    }

    /// Does the same as [`Simulator::resume`], and counts the time for which a neutral of the scenario (by name) is booked in
    /// other cases as not available. [`Forecast::continued`] lists these bookings.
    ///
    /// # Errors
    /// The same as [`Simulator::resume`].
    pub fn resume_among(
        scenario: &Scenario,
        history: &History,
        as_of: At,
        elsewhere: &[OtherBooking],
    ) -> Result<Self, ResumeError> {
        let (filled, real) = resume::real(scenario, history, as_of, elsewhere)?;
        Ok(Self::build(filled, scenario.digest(), Some(real)))
    }

    fn build(scenario: Scenario, digest: String, real: Option<RealCase>) -> Self {
        let calendar = Calendar::new(&scenario);
        let late = scenario.contract_expires.map(|expires| calendar.day_after(expires));
        let (program, format) = match &real {
            None => scenario.program(),
            Some(real) => (real.program().clone(), real.format),
        };
        let parts = program.facilitation(format).unwrap_or_default().to_vec();
        let course = Course::new(&scenario, &calendar, &program, parts);
        let script = EventScript::new(&scenario, &calendar, &program, format, real.as_ref());
        let (initial, real, past) = match real {
            None => (InitialState::NOTHING, None, Vec::new()),
            Some(real) => (real.initial, Some(real.summary), real.past),
        };
        Self { scenario, calendar, tables: OnceLock::new(), script, late, course, initial, digest, real, past }
    }

    /// Returns the scenario. For a resumed case, the case's own facts are filled in.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Returns the availability of all people.
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Returns the events of the resumed case, each with its time and the stage it led to. Empty for a new case.
    ///
    /// Together with the events of a run, they are a whole case.
    pub fn past(&self) -> &[(At, Event, Stage)] {
        &self.past
    }

    /// Returns the first instant of a whole case. No event is earlier.
    pub fn first_instant(&self) -> At {
        self.past.first().map_or_else(|| self.script.first_instant(), |(at, ..)| *at)
    }

    /// Returns an instant after the horizon: three days past midnight (UTC) of its last day. No event of a run is
    /// later.
    pub fn last_instant(&self) -> At {
        let last = self
            .calendar
            .dates
            .last()
            .map_or(0, |date| date.to_chrono().and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis());
        At::from_millis(last + 3 * 24 * 3_600_000).unwrap_or(At::MAX)
    }

    /// Returns the milestones that are ahead of every run, in order.
    pub(crate) fn steps_ahead(&self) -> Vec<ForecastStep> {
        ForecastStep::ahead(&self.initial, &self.course)
    }

    pub(crate) const fn inputs<'a>(&'a self, days: DayFinder<'a>) -> RunInputs<'a> {
        let Self { course, initial, .. } = self;
        RunInputs { days, course, initial, first: self.real.is_some() as Day }
    }

    /// Returns the tables in which runs look up days.
    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| self.calendar.tables(self.course.longest()))
    }

    /// Returns the inputs of many runs of the scenario itself.
    pub(crate) fn own_inputs(&self) -> RunInputs<'_> {
        self.inputs(DayFinder::Tables(self.tables()))
    }

    /// Returns the inputs of one run, such as the plan.
    pub(crate) const fn single_inputs(&self) -> RunInputs<'_> {
        self.inputs(DayFinder::Search(&self.calendar, Freed::NOTHING))
    }

    /// Returns a sampler for a run.
    pub(crate) fn sampler(&self, seed: u64, run: u64) -> RandomSampler<'_> {
        RandomSampler::new(&self.scenario.assumptions, self.course.model, seed, run)
    }

    /// Returns the digest of the scenario as the user gave it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the case from which the runs resume; `None` for a new case.
    pub const fn continued(&self) -> Option<&ResumedCase> {
        self.real.as_ref()
    }

    pub(crate) const fn is_real(&self) -> bool {
        self.real.is_some()
    }

    /// Simulates one run, and passes each accepted event to `watcher` with its time and the stage it led to, in order.
    ///
    /// It is the run with this number in [`Simulator::simulate`] with this seed. A caller can take the runs one by one
    /// and never hold more than one.
    ///
    /// # Errors
    /// [`SimulationError`] if the core refuses an event of the model.
    pub fn run(
        &self,
        seed: u64,
        run: u64,
        mut watcher: impl FnMut(At, &Event, Stage),
    ) -> Result<RunEnd, SimulationError> {
        self.watch(seed, run, &mut watcher)
    }

    /// Does the same as [`Simulator::run`]. It is not generic, so it is compiled once, with this crate's optimization.
    fn watch(
        &self,
        seed: u64,
        run: u64,
        watcher: &mut dyn FnMut(At, &Event, Stage),
    ) -> Result<RunEnd, SimulationError> {
        let mut driver = Driver::new(&self.script, watcher);
        let ended = self.drive(&mut driver, seed, run)?;
        Ok(RunEnd { ending: ended.ending, date: self.calendar.date(ended.day.into()) })
    }

    pub(crate) fn slot(&self, slot: RunSlot) -> Slot {
        self.script.slot(slot)
    }

    pub(crate) fn drive<W: FnMut(At, &Event, Stage)>(
        &self,
        driver: &mut Driver<'_, W>,
        seed: u64,
        run: u64,
    ) -> Result<RunResult, SimulationError> {
        let mut sampler = self.sampler(seed, run);
        let mut go = || {
            driver.begin()?;
            let ended = model::run(self.own_inputs(), &mut sampler, driver)?;
            driver.finish(ended).map(|()| ended)
        };
        go().map_err(|fault| match fault {
            DriverError::Refused(refusal) => SimulationError::Refused { run, seed, refusal },
            DriverError::Outcome(stage) => SimulationError::Outcome { run, seed, stage },
        })
    }

    /// Returns the events of the plan: every duration is at its likely value, and nothing goes wrong.
    pub(crate) fn planned_events(&self) -> Vec<(At, Event)> {
        let mut events = Vec::new();
        let mut driver = Driver::new(&self.script, |at, event: &Event, _| events.push((at, event.clone())));
        let mut sampler = LikelyValues(&self.scenario.assumptions);
        let done = driver.begin().and_then(|()| model::run(self.single_inputs(), &mut sampler, &mut driver));
        debug_assert!(done.is_ok(), "the process accepts the plan");
        events
    }

    /// Returns the last day of the plan if some people and closed ranges make room, or [`NEVER`] if it does not fit.
    pub(crate) fn planned_last_day(&self, freed: Freed<'_>) -> Day {
        let mut sampler = LikelyValues(&self.scenario.assumptions);
        let days = DayFinder::Search(&self.calendar, freed);
        let Ok(RunResult { day, .. }) = model::run(self.inputs(days), &mut sampler, &mut NoListener);
        day
    }

    /// Returns whether a run is completed in time.
    pub(crate) fn in_time(&self, ended: RunResult) -> bool {
        ended.ending == Ending::Completed && self.late.is_none_or(|late| ended.day < late)
    }

    /// Simulates many runs. Memory does not grow with their number.
    ///
    /// # Errors
    /// [`SimulationError`] if the settings are not valid, or if the core refuses an event of the model.
    pub fn simulate(&self, settings: Settings) -> Result<Forecast, SimulationError> {
        self.simulate_with(settings, &|_| {})
    }

    /// Simulates many runs, and reports now and then how many are done. Any thread can call `progress`.
    ///
    /// # Errors
    /// The same as [`Simulator::simulate`].
    pub fn simulate_with(
        &self,
        settings: Settings,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Forecast, SimulationError> {
        let done = ProgressCounter::new(progress);
        let tally = spread(settings, |runs| {
            let mut tally = RunCounts::new();
            let mut driver = Driver::new(&self.script, |_, _: &Event, _| {});
            for run in runs {
                tally.add(self.drive(&mut driver, settings.seed, run)?);
                done.one_more(run);
            }
            Ok(tally)
        })?;
        let tally = tally.into_iter().fold(RunCounts::new(), RunCounts::join);
        let corners = [self.corner(settings, true)?, self.corner(settings, false)?];
        Ok(Forecast::new(self, settings, &tally, corners))
    }

    /// Counts the runs at an end of all ranges of chances; `None` if no chance is a range. The core doesn't check the events
    /// again: they are those of other runs of the same model.
    fn corner(&self, settings: Settings, pessimistic: bool) -> Result<Option<RunCounts>, SimulationError> {
        let Some(assumptions) = self.scenario.assumptions.corner(pessimistic) else { return Ok(None) };
        let counts = spread(settings, |runs| {
            let mut counts = RunCounts::new();
            for run in runs {
                let mut sampler = RandomSampler::new(&assumptions, self.course.model, settings.seed, run);
                let Ok(ended) = model::run(self.own_inputs(), &mut sampler, &mut NoListener);
                counts.add(ended);
            }
            Ok(counts)
        })?;
        Ok(Some(counts.into_iter().fold(RunCounts::new(), RunCounts::join)))
    }
}

/// Counts finished runs over all threads, and reports the number now and then.
pub(crate) struct ProgressCounter<'a> {
    count: AtomicU64,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl<'a> ProgressCounter<'a> {
    /// The number of runs between two reports.
    const EVERY: u64 = 1024;

    pub(crate) const fn new(progress: &'a (dyn Fn(u64) + Sync)) -> Self {
        Self { count: AtomicU64::new(0), progress }
    }

    pub(crate) fn one_more(&self, run: u64) {
        if run % Self::EVERY == Self::EVERY - 1 {
            self.add(Self::EVERY);
        }
    }

    pub(crate) fn add(&self, more: u64) {
        (self.progress)(self.count.fetch_add(more, Ordering::Relaxed) + more);
    }
}

/// Spreads runs over threads, in contiguous ranges. The results are in order.
pub(crate) fn spread<T: Send>(
    settings: Settings,
    work: impl Fn(std::ops::Range<u64>) -> Result<T, SimulationError> + Sync,
) -> Result<Vec<T>, SimulationError> {
    let Settings { runs, threads, .. } = settings;
    settings.check()?;
    let parts = u64::try_from(threads).unwrap_or(1).min(runs);
    let share = |part: u64| runs * part / parts..runs * (part + 1) / parts;
    if parts == 1 {
        return Ok(vec![work(0..runs)?]);
    }
    std::thread::scope(|scope| {
        let work = &work;
        let handles: Vec<_> = (0..parts).map(|part| scope.spawn(move || work(share(part)))).collect();
        // All threads are joined before the first error is returned, which is that of the lowest run.
        let results: Vec<_> =
            handles.into_iter().map(|handle| handle.join().map_err(|_| SimulationError::Thread)).collect();
        results.into_iter().map(|result| result?).collect()
    })
}
