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
        assert_eq!((plan.in_time, plan.conflicts), (Some(true), None), "{name}");
    }
}

#[test]
fn eight_weeks_are_too_short() {
    let plan = plan("eight-weeks");
    let obstacle = plan.conflicts.unwrap();
    assert_eq!(plan.in_time, Some(false));
    assert_eq!(obstacle.failing, PlanFailure::Late);
    assert!(obstacle.blockers.is_empty() && obstacle.finishes_at_best > plan.contract_expires);
}

#[test]
fn start_by_is_the_latest_start_that_is_safe() {
    for (name, scenario) in samples().into_iter().filter(|(name, _)| name != "one-day-each-week") {
        let share = |start| {
            let simulator = Simulator::new(&Scenario { start, ..scenario.clone() });
            let forecast = simulator.simulate(Settings { runs: 2_000, ..Settings::default() }).unwrap();
            let chance = forecast.deadlines.iter().find(|deadline| Some(deadline.date) == scenario.contract_expires);
            (chance.unwrap().chance.estimate, forecast, simulator)
        };
        let (_, forecast, simulator) = share(scenario.start);
        let start_by = Plan::from_simulator(&simulator).with_odds(&simulator, &forecast).start_by.unwrap();
        let next = start_by.to_chrono().succ_opt().unwrap().try_into().unwrap();
        let (safe, late) = (share(start_by).0, share(next).0);
        assert!(safe >= 0.8 && late < 0.8, "{name}: {start_by} {safe} {late}");
    }
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
