//! Calibration: the assumptions, fitted to the cases of a ledger. `docs/calibration.md` has the formulas and their sources.
//!
//! Every assumption is shrunk toward its default. With few cases, it stays near the default, and the result says so.

mod beta;
mod case_reader;
mod chance;
mod counts;
mod days;
mod evidence;
mod wait;

pub use chance::{FittedChance, PRIOR_TRIALS};
pub use days::OpenDays;
pub use evidence::Evidence;
pub use wait::{FittedDuration, PRIOR_DEVIATION};

use crate::assumptions::{Assumptions, Chance, Duration, Model};
use crate::three_point::ThreePoint;
use serde::Serialize;
use std::fmt::Write as _;

/// The assumptions, fitted to the evidence of cases.
///
/// ```
/// use ibbi_sim::{Calibration, Chance, EXAMPLE, Evidence, OpenDays, Scenario, Simulator};
/// let scenario = Scenario::parse(EXAMPLE)?;
/// let simulator = Simulator::new(&scenario);
/// let days = OpenDays::new(&scenario, scenario.start, scenario.start);
/// let mut evidence = Evidence::default();
/// for run in 0..200 {
///     let mut events = Vec::new();
///     simulator.run(1, run, |at, event, to| events.push((at, event.clone(), to)))?;
///     evidence.add_case(events.iter().map(|(at, event, to)| (*at, event, *to)), simulator.last_instant(), &days);
/// }
/// let calibration = Calibration::new(&evidence, scenario.model);
/// let adoption = calibration.chances.iter().find(|chance| chance.which == Chance::LaborAdopts).unwrap();
/// assert!(adoption.trials > 100 && adoption.low < 0.8 && 0.8 < adoption.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The number of cases.
    pub cases: u64,
    /// How many of them have ended.
    pub closed: u64,
    /// The chances, in the order of [`Chance::ALL`].
    pub chances: Vec<FittedChance>,
    /// The durations, in the order of [`Duration::of`].
    pub durations: Vec<FittedDuration>,
}

impl Calibration {
    /// Fits every assumption of a model to the evidence. The pace of the second model, its notices, its chances by month, and its
    /// ratification are not fitted.
    pub fn new(evidence: &Evidence, model: Model) -> Self {
        let chance = |(which, trials): (&Chance, &_)| FittedChance::new(*which, *trials);
        let fitted = Duration::of(model).iter().filter(|which| **which != Duration::Ratification);
        let duration = |which: &Duration| FittedDuration::new(*which, &evidence.waits[*which as usize]);
        Self {
            cases: evidence.cases,
            closed: evidence.closed,
            chances: Chance::ALL.iter().zip(&evidence.chances).map(chance).collect(),
            durations: fitted.map(duration).collect(),
        }
    }

    /// Sets the assumptions that have evidence to their fitted values.
    pub fn apply(&self, assumptions: &mut Assumptions) {
        for fitted in self.chances.iter().filter(|fitted| fitted.trials > 0) {
            assumptions.set_chance(fitted.which, fitted.fitted);
        }
        for fitted in self.durations.iter().filter(|fitted| fitted.waits > 0) {
            assumptions.set_duration(fitted.which, fitted.fitted);
        }
    }

    /// Returns the section `[assumptions]` of a scenario, with the evidence beside each value. Assumptions without evidence
    /// are comments.
    pub fn to_toml(&self) -> String {
        let mut text = String::from("[assumptions]\n");
        for fitted in &self.durations {
            let FittedDuration { name, waits, censored, fitted: ThreePoint { least, likely, most }, .. } = fitted;
            let hidden = if *waits == 0 { "# " } else { "" };
            let open = if *censored == 0 { String::new() } else { format!(", {censored} not ended") };
            let few = few(fitted.few);
            let _ = writeln!(text, "{hidden}{name} = [{least}, {likely}, {most}] # waits: {waits}{open}{few}");
        }
        for fitted in &self.chances {
            let FittedChance { name, trials, happened, fitted: value, .. } = fitted;
            let hidden = if *trials == 0 { "# " } else { "" };
            let _ = writeln!(text, "{hidden}{name} = {value} # {happened} of {trials}{}", few(fitted.few));
        }
        text
    }
}

const fn few(few: bool) -> &'static str {
    if few { "; few cases: stays near the default" } else { "" }
}
