//! The page with the plan and the forecast of a scenario.

use super::{ScenarioSide, compare, with_format};
use crate::error::AppError;
use ibbi_core::Format;
use ibbi_report::SimulationPage;
use ibbi_sim::{Plan, Scenario, Settings, Simulator};

/// The largest number of runs for the gains and for the comparison of formats.
const BESIDE: u64 = 2_000;

/// Returns the page of a scenario: plan, forecast, comparison of the two formats, and gains from one more day.
///
/// # Errors
/// [`AppError::Simulation`].
pub fn page(
    scenario: &Scenario,
    simulator: &Simulator,
    settings: Settings,
    progress: impl Fn(u64) + Sync,
) -> Result<String, AppError> {
    let forecast = simulator.simulate_with(settings, &progress)?;
    let plan = Plan::from_simulator(simulator).with_odds(simulator, &forecast);
    let beside = Settings { runs: settings.runs.min(BESIDE), ..settings };
    let (gains, favors) = (simulator.availability_gains(beside)?, simulator.favors());
    let calendars = simulator.candidate_calendars(settings)?;
    // The formats can only be compared while both are possible.
    let comparison = match forecast.continued {
        Some(_) => None,
        None => {
            let side = |format: Format| {
                let scenario = with_format(scenario.clone(), Some(format));
                ScenarioSide { label: format.label().to_owned(), scenario }
            };
            Some(compare(&[side(Format::FullDay), side(Format::TwoHalfDays)], settings, |_| {})?)
        }
    };
    let page = SimulationPage {
        scenario: simulator.scenario(),
        calendar: simulator.calendar(),
        plan: &plan,
        calendars: Some(&calendars),
        forecast: &forecast,
        advisories: &plan.advisories,
        comparison: comparison.as_ref(),
        gains: Some((&gains, &favors)),
        program: crate::ledger::PROGRAM,
    };
    Ok(page.to_html())
}
