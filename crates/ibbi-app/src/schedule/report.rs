//! The page that tells a facilitator everything about a scenario.

use super::{Side, compare, with_format};
use crate::error::AppError;
use ibbi_core::Format;
use ibbi_report::SimulationPage;
use ibbi_sim::{Plan, Scenario, Settings, Simulator};

/// The most runs that are spent on the questions beside the forecast itself: whom to ask, and the other format.
const BESIDE: u64 = 2_000;

/// The page of a scenario: plan, forecast, the two formats against each other, and whom to ask for a day.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn page(
    scenario: &Scenario,
    simulator: &Simulator,
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<String, AppError> {
    let plan = Plan::from_simulator(simulator);
    let forecast = simulator.simulate_with(settings, progress)?;
    let beside = Settings { runs: settings.runs.min(BESIDE), ..settings };
    let gains = simulator.availability_gains(beside)?;
    // The two formats can be compared only while both are open.
    let comparison = match forecast.continued {
        Some(_) => None,
        None => {
            let side = |format: Format| {
                let scenario = with_format(scenario.clone(), Some(format));
                Side { label: format.label().to_owned(), scenario }
            };
            Some(compare(&[side(Format::FullDay), side(Format::TwoHalfDays)], settings, |_| {})?)
        }
    };
    let page = SimulationPage {
        scenario: simulator.scenario(),
        plan: &plan,
        forecast: &forecast,
        advisories: &plan.advisories,
        comparison: comparison.as_ref(),
        gains: Some(&gains),
        program: crate::journal::PROGRAM,
    };
    Ok(page.to_html())
}
