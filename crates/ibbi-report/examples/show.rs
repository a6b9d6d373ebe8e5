//! Prints a scenario's plan and forecast: `cargo run -p ibbi-report --example show -- SCENARIO [WIDTH] [ascii]`.

use ibbi_core::Format;
use ibbi_report::text::{self, Layout};
use ibbi_sim::{Comparison, Plan, Scenario, Settings, Simulator};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let input = arguments.first().ok_or("give a scenario")?;
    let width = arguments.get(1).map_or(Ok(80), |width| width.parse())?;
    let layout = Layout { width, ascii: arguments.get(2).is_some_and(|word| word == "ascii") };
    let scenario = Scenario::parse(&std::fs::read_to_string(input)?)?;
    let simulator = Simulator::new(&scenario);
    let settings = Settings { runs: 2_000, seed: 1, threads: 2 };
    let (plan, forecast) = (Plan::from_simulator(&simulator), simulator.simulate(settings)?);
    let with = |format| Simulator::new(&scenario.clone().with_format(format));
    let (full, halves) = (with(Format::FullDay), with(Format::TwoHalfDays));
    let comparison = Comparison::new(("one full day", &full), ("two half-days", &halves), settings)?;
    let gains = simulator.availability_gains(Settings { runs: 500, ..settings })?;
    println!("{}", text::plain(&text::plan(&scenario, &plan, &plan.advisories, layout)));
    println!("{}", text::plain(&text::forecast(&scenario, &forecast, layout)));
    println!("{}", text::plain(&text::comparison(&comparison, layout)));
    println!("{}", text::plain(&text::gains(&gains, layout)));
    println!("{}", text::plain(&text::favors(&simulator.favors(), layout)));
    Ok(())
}
