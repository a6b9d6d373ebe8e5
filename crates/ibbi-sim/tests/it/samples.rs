//! The sample scenarios in `docs/scenarios`: each can be read, planned, and simulated, and shows what its README says.

use ibbi_sim::{Ending, Plan, PlanFailure, Scenario, Settings, Simulator};

fn samples() -> Vec<(String, Scenario)> {
    let read = |(name, text): (String, String)| {
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, scenario)
    };
    ibbi_testing::sample_scenarios().into_iter().map(read).collect()
}

fn plan(name: &str) -> Plan {
    let (_, scenario) = samples().into_iter().find(|(sample, _)| sample == name).unwrap();
    Plan::new(&scenario)
}

#[test]
fn samples_simulate_without_a_refusal() {
    let samples = samples();
    assert!(samples.len() >= 6);
    for (name, scenario) in samples {
        let simulator = Simulator::new(&scenario);
        let forecast = simulator.simulate(Settings { runs: 2_000, seed: 3, threads: 2 });
        let forecast = forecast.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let completed = forecast.outcomes[Ending::Completed as usize].runs;
        let in_time = forecast.deadlines[0].chance.estimate;
        println!("{name}: {completed} completed, {in_time:.3} in time, {:?}", forecast.finish);
        assert_eq!(forecast.curve.last().map_or(0, |point| point.completed), completed, "{name}");
        assert_eq!(completed == 0, name == "one-day-each-week", "{name}");
    }
}

#[test]
fn ordinary_districts_are_in_time() {
    for name in ["maple-hollow", "fall-to-june", "summer-sessions", "spring-days"] {
        let plan = plan(name);
        assert_eq!((plan.in_time, plan.conflicts, plan.start_by), (Some(true), None, None), "{name}");
    }
}

#[test]
fn eight_weeks_are_too_short_and_plan_gives_a_start() {
    let plan = plan("eight-weeks");
    let obstacle = plan.conflicts.unwrap();
    assert_eq!(plan.in_time, Some(false));
    assert_eq!(obstacle.failing, PlanFailure::Late);
    assert!(obstacle.blockers.is_empty() && obstacle.finishes_at_best > plan.contract_expires);
    let (_, scenario) = samples().into_iter().find(|(sample, _)| sample == "eight-weeks").unwrap();
    let start_by = plan.start_by.unwrap();
    assert_eq!(Plan::new(&Scenario { start: start_by, ..scenario.clone() }).in_time, Some(true));
    let next = start_by.to_chrono().succ_opt().unwrap().try_into().unwrap();
    assert_eq!(Plan::new(&Scenario { start: next, ..scenario }).in_time, Some(false));
}

#[test]
fn no_common_day_names_the_conflicts() {
    let plan = plan("one-day-each-week");
    let obstacle = plan.conflicts.unwrap();
    assert_eq!((plan.finishes, plan.in_time, obstacle.failing), (None, Some(false), PlanFailure::DoesNotFit));
    let names: Vec<_> = obstacle.blockers.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["W. Prior"], "the first of the smallest sets, in the order of the file");
    let others: Vec<_> = obstacle.alternatives.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(others, ["S. Quinn"]);
    assert!(obstacle.proven_smallest && obstacle.finishes_then.is_some());
}
