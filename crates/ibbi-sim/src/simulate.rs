//! The Monte Carlo: many runs over one scenario, each offered to the real case, counted so that order does not matter.

use crate::assumptions::Assumed;
use crate::calendar::{Calendar, Day, HORIZON, Tables};
use crate::draws::{Likely, Seeded};
use crate::driver::{Driver, Fault, Script};
use crate::model::{self, Course, Ended, Ending, Seating};
use crate::resume::{self, Continued, Real, ResumeError};
use crate::scenario::Scenario;
use crate::settled::Settled;
use crate::tally::Tally;
use ibbi_core::{At, Date, Event, History, Program, Refusal, Slot, Stage};
use ibbi_stats::Interval;
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

/// How often an ending came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OutcomeShare {
    /// The ending.
    pub ending: Ending,
    /// In how many runs.
    pub runs: u64,
    /// The share of all runs, with its 95% Wilson interval.
    pub share: Interval,
}

/// A percentile of the completion dates, by nearest rank among completed runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentile {
    /// Which percentile: 10, 50, 80 or 90.
    pub percent: u8,
    /// The date; `None` if no run was completed.
    pub date: Option<Date>,
}

/// A point of the S-curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The day.
    pub date: Date,
    /// How many runs were completed by the end of this day.
    pub completed: u64,
    /// Their share of all runs.
    pub share: f64,
}

/// A bar of the tornado: how the result differs between runs in which an input was low and those in which it was high.
///
/// The input of a duration is the sum of days that a run drew for it, that of a chance how often it came true. Low is
/// at or below its P10, high at or above its P90 (above P10, where the two are equal), by nearest rank among the runs
/// that drew it and were completed. For a chance that can end a run ([`Chance::is_gate`](crate::Chance::is_gate)) all
/// runs that drew it are looked at, since it moves who is done at all; it has no swing in days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bar {
    /// The assumption's name in a scenario.
    pub input: &'static str,
    /// The input's P10.
    pub low: u16,
    /// The input's P90.
    pub high: u16,
    /// Mean completion day (counted from the start) of the completed runs with a low input.
    pub days_low: Option<f64>,
    /// The same with a high input.
    pub days_high: Option<f64>,
    /// The swing in days: high minus low.
    pub days_swing: Option<f64>,
    /// Share completed in time among those runs with a low input; `None` without a contract date.
    pub in_time_low: Option<f64>,
    /// The same with a high input.
    pub in_time_high: Option<f64>,
    /// The swing of that share: high minus low.
    pub in_time_swing: Option<f64>,
}

/// What a simulation found. Every chance in it follows from the user's assumptions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The assumptions, with what is a default.
    pub assumptions: Vec<AssumptionRow>,
    /// The real case from which the runs go on; `None` for a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<Continued>,
    /// The day the contract expires.
    pub contract_expires: Option<Date>,
    /// The S-curve: every day on which a run was completed, with the runs completed by then.
    pub curve: Vec<CurvePoint>,
    /// The scenario's digest.
    pub digest: String,
    /// Completed on or before the contract date, as a share of all runs; `None` without such a date.
    pub in_time: Option<Interval>,
    /// The endings, in the order of [`Ending::ALL`].
    pub outcomes: Vec<OutcomeShare>,
    /// P10, P50, P80 and P90 of the completion date.
    pub percentiles: Vec<Percentile>,
    /// How many runs.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
    /// The tornado, the largest swing in days first.
    pub tornado: Vec<Bar>,
}

/// An assumption as it went into a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AssumptionRow {
    /// Its name in a scenario.
    pub name: &'static str,
    /// What it is, in words.
    pub about: &'static str,
    /// Its value, and whether it is the default.
    #[serde(flatten)]
    pub assumed: Assumed<AssumedValue>,
}

/// Three points or a chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AssumedValue {
    /// Days: least, likely, most.
    Days(crate::assumptions::ThreePoint),
    /// A chance from 0 to 1.
    Chance(f64),
}

impl Forecast {
    fn new(simulator: &Simulator, settings: Settings, tally: &Tally) -> Self {
        let Settings { runs, seed, .. } = settings;
        let calendar = &simulator.calendar;
        let share = |count| ibbi_stats::wilson(count, runs).expect("there is a run, and no more counted than runs");
        let mut completed = 0;
        let curve = (0..HORIZON).filter(|day| tally.completed[*day] > 0).filter_map(|day| {
            completed += tally.completed[day];
            Some(CurvePoint { date: calendar.date(day)?, completed, share: share(completed).estimate })
        });
        let percentile = |percent| {
            let day = ibbi_stats::nearest_rank_of_counts((0..).zip(tally.completed.iter().copied()), percent);
            Percentile { percent, date: day.and_then(|day| calendar.date(day)) }
        };
        let outcome = |ending: Ending| {
            let runs = tally.endings[ending as usize];
            OutcomeShare { ending, runs, share: share(runs) }
        };
        Self {
            assumptions: simulator.scenario.assumptions.rows(),
            continued: simulator.real.clone(),
            contract_expires: simulator.scenario.contract_expires,
            curve: curve.collect(),
            digest: simulator.digest.clone(),
            in_time: simulator.late.map(|_| share(tally.in_time)),
            outcomes: Ending::ALL.into_iter().map(outcome).collect(),
            percentiles: [10, 50, 80, 90].into_iter().map(percentile).collect(),
            runs,
            seed,
            tornado: tally.tornado(simulator.late.is_some()),
        }
    }
}
