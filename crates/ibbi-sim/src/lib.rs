//! From a scenario to a plan, a simulation and a comparison, over the real process.
//!
//! A [`Scenario`] (TOML) names a district, its calendar, its people, and what is assumed. [`Plan`] is the earliest
//! feasible schedule with every duration at its likely value, and says why nothing is a day earlier. [`Simulator`] plays
//! the scenario many times over ([`Simulator::simulate`]), tells whom to ask for one more day ([`Simulator::who`]), and
//! hands out single runs event by event ([`Simulator::run`]). [`Comparison`] sets two scenarios against each other under
//! the same random numbers. The model is written down in `docs/simulation.md`, with a test vector.
//!
//! ```
//! use ibbi_sim::{EXAMPLE, Plan, Scenario, Settings, Simulator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse(EXAMPLE)?;
//! let plan = Plan::new(&scenario);
//! assert_eq!(plan.finishes.map(|day| day.to_string()).as_deref(), Some("2027-01-06"));
//!
//! let forecast = Simulator::new(&scenario).simulate(Settings { runs: 1_000, seed: 1, threads: 2 })?;
//! let chance = forecast.in_time.expect("the scenario has a contract date");
//! assert!(chance.low <= chance.estimate && chance.estimate <= chance.high);
//! # Ok(()) }
//! ```
//!
//! # Invariants
//!
//! - No files, no terminal, no clock: texts and seeds come in, values that serialise come out.
//! - Every run of a simulation offers its events to [`ibbi_core::Case`]; one that the core refuses is an error.
//! - A result is a function of the scenario and the seed: the number of threads cannot show.
//! - Memory does not grow with the number of runs of a simulation or a comparison.
//! - Every chance and duration is an assumption; results carry all of them, with what is a default.
#![forbid(unsafe_code)]

mod assumptions;
mod calendar;
mod compare;
mod draws;
mod driver;
mod model;
mod obstacle;
mod plan;
mod resume;
mod scenario;
mod settled;
mod simulate;
mod tally;
mod who;

pub use assumptions::{Assumed, Assumptions, CUT_AFTER_STREAM, Chance, Duration, ThreePoint, whole_days};
pub use calendar::{Blocker, Calendar, HORIZON, Half};
pub use compare::{Comparison, Side};
pub use draws::uniform;
pub use model::Ending;
pub use obstacle::{Failing, Obstacle};
pub use plan::{BlockedDay, Milestone, MilestoneKind, Plan, Sitting, SittingKind};
pub use resume::{Continued, ResumeError};
pub use scenario::{
    CalendarInput, Closure, Part, Participant, Problem, Role, Scenario, ScenarioError, Unavailable, Weekday, schema,
    template,
};
pub use simulate::{
    AssumedValue, AssumptionRow, Bar, CurvePoint, Forecast, OutcomeShare, Percentile, RunEnd, Settings,
    SimulationError, Simulator,
};
pub use who::{ChanceGain, Gain, PlanGain};

/// A sample scenario: a made-up district of ordinary size, as TOML.
pub const EXAMPLE: &str = include_str!("../../../docs/scenarios/maple-hollow.toml");
