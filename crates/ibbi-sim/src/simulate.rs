//! The Monte Carlo: many runs over one scenario, each offered to the real case, counted so that order does not matter.

mod forecast;

pub use forecast::{AssumedValue, AssumptionRow, Bar, CurvePoint, Forecast, OutcomeShare, Percentile};

use crate::calendar::{Calendar, Day, Tables};
use crate::draws::{Likely, Seeded};
use crate::driver::{Driver, Fault, Script};
use crate::model::{self, Course, Ended, Ending, Seating};
use crate::resume::{self, Continued, Real, ResumeError};
use crate::scenario::Scenario;
use crate::settled::Settled;
use crate::tally::Tally;
use ibbi_core::{At, Date, Event, History, Program, Refusal, Slot, Stage};
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// How many runs, 1 to [`Settings::MAX_RUNS`].
    pub runs: u64,
    /// The seed: the same seed gives the same result on any number of threads.
    pub seed: u64,
    /// How many threads, at least 1.
    pub threads: usize,
}

impl Settings {
    /// The most runs.
    pub const MAX_RUNS: u64 = 100_000_000;

    /// Whether they can be.
    ///
    /// # Errors
    /// [`SimulationError::Settings`].
    pub const fn check(self) -> Result<(), SimulationError> {
        let Self { runs, threads, .. } = self;
        if runs == 0 || runs > Self::MAX_RUNS || threads == 0 {
            return Err(SimulationError::Settings { runs, threads });
        }
        Ok(())
    }
}

impl Default for Settings {
    /// 10,000 runs, seed 1, one thread.
    fn default() -> Self {
        Self { runs: 10_000, seed: 1, threads: 1 }
    }
}

/// Why a simulation stopped. Each but the first is an error in this program, not in the scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// A number of runs or threads that cannot be.
    #[error("{runs} runs on {threads} threads: ask for 1 to {max} runs on at least one thread", max = Settings::MAX_RUNS)]
    Settings {
        /// The runs asked for.
        runs: u64,
        /// The threads asked for.
        threads: usize,
    },
    /// The process refused an event that the model offered.
    #[error(
        "run {run} of seed {seed} offered an event that the process refuses; this is an error in ibbi, please report it"
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
    /// A case did not end as the model says.
    #[error(
        "run {run} of seed {seed} left its case in {stage}, against the model; this is an error in ibbi, please report it"
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
    #[error("a thread of the simulation stopped; this is an error in ibbi, please report it")]
    Thread,
}

/// A scenario made ready for any number of runs.
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
    pub(crate) tables: Tables,
    pub(crate) script: Script,
    /// The first day that is too late; all are in time without a date.
    pub(crate) late: Option<Day>,
    /// The program's parameters: those of the real case, where there is one.
    program: Program,
    settled: Settled,
    /// The scenario's digest as the user gave it; that of a real case's scenario is filled in with the case's own facts.
    digest: String,
    real: Option<Continued>,
    past: Vec<(At, Event, Stage)>,
}

/// How one run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunEnd {
    /// How.
    pub ending: Ending,
    /// When; `None` if it is unfinished.
    pub date: Option<Date>,
}

impl Simulator {
    /// Works out the calendar and what all runs share.
    pub fn new(scenario: &Scenario) -> Self {
        Self::made(scenario.clone(), scenario.digest(), None)
    }

    /// Goes on from where a real case is at an instant (`as_of`, in UTC): what is settled stays settled, what is awaited
    /// is drawn given how long it has been awaited, and day 0 is the local day of the instant.
    ///
    /// The scenario tells availability and assumptions; the case's own facts (teams, contract dates, county, time zone,
    /// chosen format, booked slots, program parameters) count where the two differ. [`Forecast::continued`] says so.
    ///
    /// # Errors
    /// [`ResumeError`] where the case is closed, or the scenario does not fit it.
    pub fn resume(scenario: &Scenario, history: &History, as_of: At) -> Result<Self, ResumeError> {
        let (filled, real) = resume::real(scenario, history, as_of)?;
        Ok(Self::made(filled, scenario.digest(), Some(real)))
    }

    fn made(scenario: Scenario, digest: String, real: Option<Real>) -> Self {
        let calendar = Calendar::new(&scenario);
        let late = scenario.contract_expires.map(|expires| {
            let late = calendar.dates.partition_point(|date| *date <= expires);
            Day::try_from(late).unwrap_or(Day::MAX)
        });
        let (tables, script) = (calendar.tables(), Script::new(&scenario, &calendar, real.as_ref()));
        let (program, settled, real, past) = match real {
            None => (Program::default(), Settled::NOTHING, None, Vec::new()),
            Some(real) => (real.program().clone(), real.settled, Some(real.told), real.past),
        };
        Self { scenario, calendar, tables, script, late, program, settled, digest, real, past }
    }

    /// The scenario; that of a real case with the case's own facts filled in.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The events of the real case from which runs go on, each with its instant and the stage it led to; none for a
    /// new case. With those of a run they make a whole case.
    pub fn past(&self) -> &[(At, Event, Stage)] {
        &self.past
    }

    /// The first instant of a whole case; no event of it is earlier.
    pub fn begins(&self) -> At {
        self.past.first().map_or_else(|| self.script.begins_at(), |(at, ..)| *at)
    }

    /// The day after the last of the horizon, at midnight in UTC and two days more: no event of a run is later.
    pub fn ends(&self) -> At {
        let last = self
            .calendar
            .dates
            .last()
            .map_or(0, |date| date.to_chrono().and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis());
        At::from_millis(last + 3 * 24 * 3_600_000).unwrap_or(At::MAX)
    }

    pub(crate) const fn course<'a>(&'a self, tables: &'a Tables) -> Course<'a> {
        let Self { program, settled, .. } = self;
        Course { tables, format: self.scenario.format, program, settled, first: self.real.is_some() as Day }
    }

    /// The digest of the scenario as the user gave it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The real case from which runs go on; `None` for a new case.
    pub const fn continued(&self) -> Option<&Continued> {
        self.real.as_ref()
    }

    pub(crate) const fn is_real(&self) -> bool {
        self.real.is_some()
    }

    /// Goes through one run and shows every accepted event with its instant and the stage it led to, in order.
    ///
    /// It is the run of the same number in [`Simulator::simulate`] with this seed: runs can be handed out one by one
    /// without ever holding more than one.
    ///
    /// # Errors
    /// [`SimulationError`] if the process refuses an event of the model.
    pub fn run(&self, seed: u64, run: u64, watcher: impl FnMut(At, &Event, Stage)) -> Result<RunEnd, SimulationError> {
        let mut driver = Driver::new(&self.script, watcher);
        let (ended, _) = self.drive(&mut driver, seed, run)?;
        Ok(RunEnd { ending: ended.ending, date: self.calendar.date(ended.day.into()) })
    }

    pub(crate) fn slot(&self, seating: Seating) -> Slot {
        self.script.slot(seating)
    }

    pub(crate) fn drive<W: FnMut(At, &Event, Stage)>(
        &self,
        driver: &mut Driver<'_, W>,
        seed: u64,
        run: u64,
    ) -> Result<(Ended, Seeded<'_>), SimulationError> {
        let mut draws = Seeded::new(&self.scenario.assumptions, seed, run);
        let mut go = || {
            driver.begin()?;
            let ended = model::run(self.course(&self.tables), &mut draws, driver)?;
            driver.finish(ended).map(|()| ended)
        };
        let ended = go().map_err(|fault| match fault {
            Fault::Refused(refusal) => SimulationError::Refused { run, seed, refusal },
            Fault::Outcome(stage) => SimulationError::Outcome { run, seed, stage },
        })?;
        Ok((ended, draws))
    }

    /// The events of the plan: every duration at its likely value, and nothing goes wrong.
    pub(crate) fn likely_events(&self) -> Vec<(At, Event)> {
        let mut events = Vec::new();
        let mut driver = Driver::new(&self.script, |at, event: &Event, _| events.push((at, event.clone())));
        let mut draws = Likely(&self.scenario.assumptions);
        let done = driver.begin().and_then(|()| model::run(self.course(&self.tables), &mut draws, &mut driver));
        debug_assert!(done.is_ok(), "the process accepts the plan");
        events
    }

    /// Whether an end is a completion in time.
    pub(crate) fn in_time(&self, ended: Ended) -> bool {
        ended.ending == Ending::Completed && self.late.is_none_or(|late| ended.day < late)
    }

    /// Simulates.
    ///
    /// Memory does not grow with the number of runs.
    ///
    /// # Errors
    /// [`SimulationError`] for settings that cannot be, or if the process refuses an event of the model.
    pub fn simulate(&self, settings: Settings) -> Result<Forecast, SimulationError> {
        self.simulate_with(settings, |_| {})
    }

    /// Simulates and tells now and then how many runs are done, from whichever thread.
    ///
    /// # Errors
    /// As [`Simulator::simulate`].
    pub fn simulate_with(
        &self,
        settings: Settings,
        progress: impl Fn(u64) + Sync,
    ) -> Result<Forecast, SimulationError> {
        let done = Done::new(&progress);
        let tally = spread(settings, |runs| {
            let mut tally = Tally::new();
            let mut driver = Driver::new(&self.script, |_, _: &Event, _| {});
            for run in runs {
                let (ended, draws) = self.drive(&mut driver, settings.seed, run)?;
                tally.add(ended, self.in_time(ended), &draws);
                done.one_more(run);
            }
            Ok(tally)
        })?;
        Ok(Forecast::new(self, settings, &tally.into_iter().fold(Tally::new(), Tally::join)))
    }
}

/// Counts what is done over all threads, and tells it now and then.
pub(crate) struct Done<'a, P> {
    count: AtomicU64,
    progress: &'a P,
}

impl<'a, P: Fn(u64) + Sync> Done<'a, P> {
    /// So often it is told.
    const EVERY: u64 = 1024;

    pub(crate) const fn new(progress: &'a P) -> Self {
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

/// Spreads runs over threads, in contiguous ranges; the parts come back in order.
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
        // All are joined before the first error is told, which is that of the lowest run.
        let results: Vec<_> =
            handles.into_iter().map(|handle| handle.join().map_err(|_| SimulationError::Thread)).collect();
        results.into_iter().map(|result| result?).collect()
    })
}
