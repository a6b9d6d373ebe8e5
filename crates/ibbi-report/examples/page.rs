//! Writes the page of a scenario: `cargo run -p ibbi-report --example page -- SCENARIO OUT.html`.
//!
//! It includes the comparison with the other format, and the gains from one more day.

use ibbi_core::Format;
use ibbi_report::SimulationPage;
use ibbi_sim::{Comparison, Plan, Scenario, Settings, Simulator};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("give a scenario and the page to write".into());
    };
    let scenario = Scenario::parse(&std::fs::read_to_string(input)?)?;
    let simulator = Simulator::new(&scenario);
    let settings = Settings { runs: 10_000, seed: 1, threads: 2 };
    let (plan, forecast) = (Plan::from_simulator(&simulator), simulator.simulate(settings)?);
    let with = |format| Simulator::new(&scenario.clone().with_format(format));
    let (full, halves) = (with(Format::FullDay), with(Format::TwoHalfDays));
    let comparison = Comparison::new(("one full day", &full), ("two half-days", &halves), settings)?;
    let gains = simulator.availability_gains(Settings { runs: 1_000, ..settings })?;
    let page = SimulationPage {
        scenario: &scenario,
        calendar: simulator.calendar(),
        plan: &plan,
        calendars: Some(&simulator.candidate_calendars(settings)?),
        forecast: &forecast,
        advisories: &plan.advisories,
        comparison: Some(&comparison),
        gains: Some((&gains, &simulator.favors())),
        program: concat!("ibbi ", env!("CARGO_PKG_VERSION")),
    };
    std::fs::write(output, page.to_html())?;
    Ok(())
}
