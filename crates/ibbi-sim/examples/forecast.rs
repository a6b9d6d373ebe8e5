//! Prints a scenario's forecast as one line of JSON; with `--each`, how every single run ends is in it too:
//! `cargo run --release -p ibbi-sim --example forecast -- SCENARIO --runs N --seed S [--each]`.

use ibbi_sim::{Scenario, Settings, Simulator};
use std::error::Error;

const USAGE: &str = "usage: forecast SCENARIO [--runs N] [--seed S] [--each] [--json]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut settings = Settings { runs: 10_000, seed: 1, threads: std::thread::available_parallelism()?.get() };
    let (mut path, mut each) = (None, false);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().ok_or(USAGE)?.parse::<u64>().map_err(Box::<dyn Error>::from);
        match argument.as_str() {
            "--runs" => settings.runs = number()?,
            "--seed" => settings.seed = number()?,
            "--each" => each = true,
            "--json" => {}
            _ if path.is_none() => path = Some(argument),
            _ => return Err(USAGE.into()),
        }
    }
    let scenario = Scenario::parse(&std::fs::read_to_string(path.ok_or(USAGE)?)?)?;
    let simulator = Simulator::new(&scenario);
    let mut forecast = serde_json::to_value(simulator.simulate(settings)?)?;
    if each {
        let end = |run| simulator.run(settings.seed, run, |_, _, _| {});
        let ends = (0..settings.runs).map(end).collect::<Result<Vec<_>, _>>()?;
        forecast["each"] = serde_json::to_value(ends)?;
    }
    println!("{forecast}");
    Ok(())
}
