//! Plans, simulations, and comparisons of scenarios. The core checks every event.
//!
//! A [`Scenario`] (TOML) has a district, its calendar, its people, and assumptions. [`Plan`] is the earliest feasible
//! schedule with every duration at its likely value. It explains why no session is a day earlier. [`Simulator`]
//! simulates a scenario many times ([`Simulator::simulate`]). It finds the people and closed ranges whose extra day
//! would help most ([`Simulator::availability_gains`]), and returns single runs event by event ([`Simulator::run`]).
//! [`Simulator::held_dates`] returns dates to hold with their chance. [`Comparison`] compares two scenarios under the same random numbers. `docs/simulation.md` describes the model and
//! has a test vector.
//!
//! [`Calibration`] fits the assumptions to the [`Evidence`] of real or simulated cases, and [`Backtester`] scores past
//! forecasts. `docs/calibration.md` describes both.
//!
//! ```
//! use ibbi_sim::{EXAMPLE, Plan, Scenario, Settings, Simulator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse(EXAMPLE)?;
//! let plan = Plan::new(&scenario);
//! assert_eq!(plan.finishes.map(|day| day.to_string()).as_deref(), Some("2027-01-06"));
//!
//! let forecast = Simulator::new(&scenario).simulate(Settings { runs: 1_000, seed: 1, threads: 2 })?;
//! let contract = &forecast.deadlines[0];
//! assert!(contract.chance.low <= contract.chance.estimate && forecast.finish.p50 < forecast.finish.p90);
//! # Ok(()) }
//! ```
//!
//! # Invariants
//!
//! - No files, no terminal, no clock: texts and seeds go in, and values that serialize come out.
//! - The core accepts every event of every run. A refusal is an error in this crate.
//! - A result is a function of the scenario and the seed. The number of threads has no effect.
//! - Memory does not grow with the number of runs of a simulation or a comparison.
//! - Every chance and duration is an assumption. Results carry all of them, and say which are defaults.
#![forbid(unsafe_code)]

mod assumptions;
mod availability_gain;
mod backtest;
mod calendar;
mod calibrate;
mod candidates;
mod compare;
mod conflicts;
mod counts;
mod driver;
mod favors;
mod goals;
mod hold;
mod initial_state;
mod model;
mod overdue;
mod plan;
mod resume;
mod sampler;
mod scenario;
mod session_kind;
mod simulate;
mod three_point;

pub use assumptions::{
    Assumed, AssumedValue, AssumptionRow, Assumptions, CUT_AFTER_STREAM, Chance, Duration, MONTHS, Model, Notice,
    PACE_STREAM,
};
pub use availability_gain::{AvailabilityGain, ChanceGain, PlanGain};
pub use backtest::{
    Backtest, Backtester, BrierScore, CaseEnd, DateScore, EndingScore, ForecastScores, StageScores, stage_beginnings,
};
pub use calendar::{BlockedHours, Blocker, Calendar, HORIZON, HalfDay};
pub use calibrate::{Calibration, Evidence, FittedChance, FittedDuration, OpenDays, PRIOR_DEVIATION, PRIOR_TRIALS};
pub use candidates::CandidateCalendars;
pub use compare::{Comparison, ComparisonSide};
pub use conflicts::{Conflicts, PlanFailure};
pub use counts::Driver;
pub use favors::{FavorRequest, FavorSet, FavorSets, FavorTime};
pub use goals::{
    AnswerSet, DayCount, FacilitatorTally, GoalChance, GoalMeasurement, GoalMeter, GoalMoment, GoalMomentError,
    GoalReport, GoalResult, GoalRisk, GoalRisks, GoalSet, GoalTally, GoalsError, GoalsReport, PeriodTally,
    SAMPLE_GOALS, TimeGoal, goal_chances,
};
pub use hold::{HeldDates, HeldSession};
pub use model::{DelayCause, Ending, ForecastStep};
pub use plan::{BlockedDay, Milestone, MilestoneKind, Plan, PlannedSession};
pub use resume::{ResumeError, ResumedCase};
pub use sampler::uniform;
pub use scenario::{
    CalendarInput, CaseIdentity, Closure, Deadline, FixedSession, Hours, HoursError, Participant, Problem, Role,
    Scenario, ScenarioError, SessionGroup, SessionsInput, SetError, TimeRule, WeekOfMonth, Weekday, Weekdays, schema,
    template,
};
pub use session_kind::SessionKind;
pub use simulate::{
    CurvePoint, DeadlineChance, Forecast, ForecastStatus, MilestoneDates, OutcomeShare, PercentileRanges, Percentiles,
    Ranges, RunEnd, Settings, SimulationError, Simulator,
};
pub use three_point::{ThreePoint, whole_days};

/// A sample scenario as TOML: a made-up district of ordinary size.
pub const EXAMPLE: &str = include_str!("../../../docs/scenarios/maple-hollow.toml");
