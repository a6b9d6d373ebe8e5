//! Prints dates to hold for the sample or a scenario file, and the time that they take:
//! `cargo run --release -p ibbi-sim --example hold -- [SCENARIO]`.

use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::env::args().nth(1).map_or_else(|| Ok(EXAMPLE.to_owned()), std::fs::read_to_string)?;
    let simulator = Simulator::new(&Scenario::parse(&text)?);
    for confidence in [50, 80, 90] {
        let begin = Instant::now();
        let held = simulator.held_dates(confidence, Settings::default())?;
        println!("{confidence}%: {:?}, most {:?}, {:.1?}", held.chance, held.most, begin.elapsed());
        for session in &held.sessions {
            let (chance, backup_chance) = (session.chance, session.backup_chance);
            println!("  {}: {} ({chance:.3}), {} ({backup_chance:.3})", session.what, session.slot, session.backup);
        }
    }
    Ok(())
}
