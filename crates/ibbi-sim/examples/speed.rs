//! Prints how many runs a second the simulation makes: `cargo run --release -p ibbi-sim --example speed`.

use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::parse(EXAMPLE)?;
    let settings = Settings { runs: 10_000, seed: 1, threads: 1 };
    let mut times = Vec::new();
    let mut events = 0_u64;
    for _ in 0..9 {
        let begin = Instant::now();
        let simulator = Simulator::new(&scenario);
        let forecast = simulator.simulate(settings)?;
        times.push(begin.elapsed());
        assert_eq!(forecast.runs, settings.runs);
    }
    times.sort();
    let median = times[times.len() / 2];
    let rate = 10_000.0 / median.as_secs_f64();
    println!("{} people, 10,000 runs with all results: median {median:.1?}, {rate:.0} runs/s", scenario.people.len());

    let simulator = Simulator::new(&scenario);
    let begin = Instant::now();
    let mut kept = Vec::new();
    for run in 0..settings.runs {
        simulator.run(settings.seed, run, |at, event, _| kept.push((at, event.clone())))?;
        events += kept.len() as u64;
        kept.clear();
    }
    let rate = 10_000.0 / begin.elapsed().as_secs_f64();
    println!("with each run's events kept: {rate:.0} runs/s, {:.1} events a run", events as f64 / 10_000.0);
    Ok(())
}
