//! Prints the events of one run of a scenario: `cargo run -p ibbi-sim --example trace -- SCENARIO.toml SEED RUN`.

use ibbi_sim::{Scenario, Simulator};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, seed, run] = arguments.as_slice() else { return Err("give a scenario, a seed and a run".into()) };
    let scenario = Scenario::parse(&std::fs::read_to_string(path)?)?;
    let end =
        Simulator::new(&scenario).run(seed.parse()?, run.parse()?, |at, event, _| println!("{at} {}", event.kind()))?;
    println!("{} {}", end.ending.label(), end.date.map_or_else(String::new, |date| date.to_string()));
    Ok(())
}
