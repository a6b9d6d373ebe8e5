//! The page of a simulation.

use crate::chart;
use crate::html::{Document, Html, el, figure, section};
use ibbi_core::Advisory;
use ibbi_sim::{Comparison, Forecast, Gain, Plan, Scenario};

/// Everything that a simulation found, for one page.
#[derive(Debug, Clone, Copy)]
pub struct SimulationPage<'a> {
    /// What was assumed.
    pub scenario: &'a Scenario,
    /// Its plan.
    pub plan: &'a Plan,
    /// What its simulation found.
    pub forecast: &'a Forecast,
    /// What to keep in mind about the plan's sittings.
    pub advisories: &'a [Advisory],
    /// A comparison with another scenario, or of the two formats, if one was made.
    pub comparison: Option<&'a Comparison>,
    /// Whom to ask for a day, if that was worked out.
    pub gains: Option<&'a [Gain]>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

impl SimulationPage<'_> {
    /// The page: one file that needs no other, and runs no script.
    pub fn to_html(&self) -> String {
        let title = format!("Simulation: {}", self.scenario.district);
        let mut content: Html = el("h1").with(title.as_str()).into();
        content.push(section("forecast", "When it may be done", figure("curve", &chart::completion(self.forecast))));
        Document { title: &title, program: self.program, content }.to_html()
    }
}
