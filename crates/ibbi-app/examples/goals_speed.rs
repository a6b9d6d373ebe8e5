//! Measures goals: `cargo run --release -p ibbi-app --example goals_speed -- [CASES] [ROUNDS]`.
//!
//! Writes a ledger of simulated cases to a temporary folder. Prints the time to read it and replay its cases, which every command does, and
//! the time to measure 23 goals in one pass over all events, each as the best and the median of the rounds.

use ibbi_app::goals::{self, AsKnown, SAMPLE_GOALS};
use ibbi_app::ledger;
use ibbi_app::schedule::{self, Keep};
use ibbi_core::At;
use ibbi_sim::{EXAMPLE, GoalMeter, GoalSet, Scenario, Settings, Simulator};
use std::time::{Duration, Instant};

/// As many goals as the State Auditor found for the stages of a case.
const GOALS: usize = 23;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs = arguments.next().map_or(Ok(1_200), |text| text.parse())?;
    let rounds = arguments.next().map_or(Ok(9), |text| text.parse::<usize>())?.max(1);
    let goals = many_goals()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cases.ledger");
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
    let settings = Settings { runs, ..Settings::default() };
    let kept = schedule::keep(&simulator, Keep { file: &path, settings, interleaved: true }, |_| {})?;
    println!("{} cases, {} records, {} goals", kept.runs, kept.records, goals.goals.len());

    let as_of = simulator.last_instant();
    let (mut reading, mut measuring, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begin = Instant::now();
        let logs = ledger::read_all(&path)?;
        reading.push(begin.elapsed());
        let begin = Instant::now();
        let mut meter = GoalMeter::new(&goals, as_of);
        for log in &logs {
            let steps = log.history()?.steps(as_of);
            meter.add(log.id, steps.iter().map(|step| (step.entry.at, &step.entry.event, step.to)));
        }
        let report = meter.finish();
        measuring.push(begin.elapsed());
        assert_eq!(report.cases, runs);
        let begin = Instant::now();
        let whole = goals::measure(&path, &goals, AsKnown { as_of: Some(as_of), logged: None }, At::MIN)?;
        all.push(begin.elapsed());
        assert_eq!(whole, report);
    }
    print("to read the ledger and replay its cases", reading);
    print("to measure the goals", measuring);
    print("both, as `ibbi goals` does", all);
    Ok(())
}

/// Returns the goals of the sample, again with other limits, until there are enough.
fn many_goals() -> Result<GoalSet, Box<dyn std::error::Error>> {
    let sample = GoalSet::parse(SAMPLE_GOALS)?;
    let again = sample.goals.iter().cloned().map(|mut goal| {
        goal.name.push_str(", again");
        goal.within /= 2;
        goal
    });
    let goals = sample.goals.iter().cloned().chain(again).take(GOALS).collect();
    Ok(GoalSet { goals, ..sample })
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!("{what}: best {:.1?}, median {:.1?}", times[0], times[times.len() / 2]);
}
