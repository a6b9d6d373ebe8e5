//! From a scenario to a plan, a simulation and a comparison.
#![forbid(unsafe_code)]

mod assumptions;
mod scenario;

pub use assumptions::{Assumed, Assumptions, CUT_AFTER_STREAM, Chance, Duration, ThreePoint, whole_days};
pub use scenario::{
    CalendarInput, Closure, Part, Participant, Problem, Role, Scenario, ScenarioError, Unavailable, Weekday, schema,
};

/// A sample scenario: a made-up district of ordinary size, as TOML.
pub const EXAMPLE: &str = include_str!("../../../docs/scenarios/maple-hollow.toml");
