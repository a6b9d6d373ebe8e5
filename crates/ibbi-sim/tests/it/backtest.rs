//! Backtests: forecasts of held-out cases, with the defaults, with fitted assumptions, and with the truth.

use ibbi_core::{Decision, EventKind, History, Stage};
use ibbi_sim::*;

/// A scenario whose assumptions are not the defaults.
fn truth() -> Scenario {
    let mut scenario = Scenario::parse(EXAMPLE).unwrap();
    for (which, value) in [
        (Chance::LeaderDeclines, 0.1),
        (Chance::ConcernRaised, 0.5),
        (Chance::LaborAdopts, 0.5),
        (Chance::ManagementAdopts, 0.7),
        (Chance::SessionPostponed, 0.3),
        (Chance::Withdraws, 0.05),
    ] {
        scenario.assumptions.set_chance(which, value);
    }
    for (which, factor) in
        [(Duration::LeaderResponse, 1.3), (Duration::WrittenConfirmation, 1.5), (Duration::Concern, 0.7)]
    {
        let ThreePoint { least, likely, most } = which.default_value();
        let days = ThreePoint { least: least * factor, likely: likely * factor, most: most * factor };
        scenario.assumptions.set_duration(which, days);
    }
    scenario
}

/// Returns simulated cases that have ended.
fn cases(simulator: &Simulator, seed: u64, count: u64) -> Vec<History> {
    let case = |run| {
        let (mut history, mut seq) = (History::new(), 0);
        let mut keep = |at, event: &ibbi_core::Event, _| {
            seq += 1;
            history.offer(seq, at, event.clone()).unwrap();
        };
        simulator.run(seed, run, &mut keep).unwrap();
        history
    };
    (0..count).map(case).filter(|history| history.case().stage() == Stage::Closed).collect()
}

/// Returns the scenario with the assumptions fitted to its own simulated cases.
fn fitted(truth: &Scenario, seed: u64, count: u64) -> Scenario {
    let simulator = Simulator::new(truth);
    let days = OpenDays::new(truth, truth.start, truth.start);
    let mut evidence = Evidence::default();
    for run in 0..count {
        let mut events = Vec::new();
        simulator.run(seed, run, |at, event, to| events.push((at, event.clone(), to))).unwrap();
        evidence.add_case(events.iter().map(|(at, event, to)| (*at, event, *to)), simulator.last_instant(), &days);
    }
    let mut fitted = Scenario { assumptions: Assumptions::default(), ..truth.clone() };
    Calibration::new(&evidence, ibbi_sim::Model::First).apply(&mut fitted.assumptions);
    fitted
}

/// Scores the forecasts of cases as each stage began.
fn scores(scenario: &Scenario, cases: &[History], runs: u64) -> Backtest {
    let mut backtester = Backtester::new(scenario, Settings { runs, seed: 21, threads: 2 });
    for case in cases {
        let past = stage_beginnings(case);
        backtester.add_case(past.iter().map(|(history, at)| (history, *at)), CaseEnd::new(case).unwrap()).unwrap();
    }
    backtester.scores()
}

/// Returns the share of the gap between the defaults and the truth that an assumption's score closes.
fn closed(score: BrierScore, truth: BrierScore) -> f64 {
    (score.defaults - score.score) / (truth.defaults - truth.score)
}

#[test]
fn forecasts_begin_with_each_stage() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let case = &cases(&Simulator::new(&scenario), 3, 12)
        .into_iter()
        .find(|case| CaseEnd::new(case).unwrap().ending == Some(Ending::Completed))
        .unwrap();
    let stages: Vec<Stage> = stage_beginnings(case).iter().map(|(past, _)| past.case().stage()).collect();
    // The agreement becomes the facilitation at the same instant.
    let expected =
        [Stage::Inquiry, Stage::Introduction, Stage::Application, Stage::Training, Stage::Caucus, Stage::Facilitation];
    assert_eq!(stages, expected);
    for (past, at) in stage_beginnings(case) {
        assert_eq!(past.case().file().unwrap().last_at(), at);
        assert_eq!(past.entries().len(), case.entries().iter().filter(|entry| entry.at <= at).count());
    }
}

#[test]
fn ends_are_those_of_the_model() {
    let scenario = truth();
    let simulator = Simulator::new(&scenario);
    let mut seen = std::collections::BTreeSet::new();
    for run in 0..60 {
        let (mut history, mut seq) = (History::new(), 0);
        let end = simulator.run(4, run, |at, event, _| {
            seq += 1;
            history.offer(seq, at, event.clone()).unwrap();
        });
        let end = end.unwrap();
        let found = CaseEnd::new(&history).unwrap();
        assert_eq!(found.ending, Some(end.ending));
        assert_eq!(found.completed, end.date.filter(|_| end.ending == Ending::Completed));
        seen.insert(end.ending);
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[test]
fn fitted_assumptions_score_better_than_the_defaults() {
    if ibbi_testing::is_full() {
        forecasts_of_1000_held_out_cases_are_calibrated();
    }
    let truth = truth();
    let fitted = fitted(&truth, 11, 300);
    let cases = cases(&Simulator::new(&truth), 12, 40);
    let (found, oracle) = (scores(&fitted, &cases, 100), scores(&truth, &cases, 100));
    assert_eq!((found.cases, found.left_out), (40, 0));
    assert!(found.all.goes_ahead.score < found.all.goes_ahead.defaults, "{found:?}");
    assert!(closed(found.all.goes_ahead, oracle.all.goes_ahead) > 0.7, "{found:?}");
    assert_eq!(found.all.goes_ahead.defaults, oracle.all.goes_ahead.defaults, "both have the same defaults");
    // A case that is closed because labor declined was likely to be so, once labor had.
    let declined = |case: &&History| {
        case.entries().iter().any(|entry| match &entry.event {
            ibbi_core::Event::PartyDecided(decided) => decided.decision == Decision::Decline,
            _ => false,
        })
    };
    let happened = found.endings.iter().find(|score| score.ending == Ending::NotAdopted).unwrap().happened;
    let stages = |case: &History| stage_beginnings(case).len() as u64;
    assert_eq!(happened, cases.iter().filter(declined).map(stages).sum::<u64>());
    assert!(cases.iter().any(|case| case.entries().iter().any(|entry| entry.event.kind() == EventKind::CaseWithdrawn)));
}

/// The full form, of which `docs/calibration.md` has a transcript.
fn forecasts_of_1000_held_out_cases_are_calibrated() {
    let truth = truth();
    let fitted = fitted(&truth, 11, 2_000);
    let simulator = Simulator::new(&truth);
    let held_out = cases(&simulator, 12, 1_000);
    let (found, oracle) = (scores(&fitted, &held_out, 1_000), scores(&truth, &held_out, 1_000));
    println!("Brier scores of {} forecasts of {} held-out cases", found.all.forecasts, found.cases);
    println!("{:28} defaults  fitted   truth  gap closed", "");
    let show = |label: &str, score: BrierScore, best: BrierScore| {
        let BrierScore { score: own, defaults, .. } = score;
        println!("{label:28} {defaults:8.4} {own:7.4} {:7.4} {:9.1}%", best.score, closed(score, best) * 100.0);
    };
    for (stage, best) in found.stages.iter().zip(&oracle.stages).filter(|(_, best)| best.scores.goes_ahead.score > 0.0)
    {
        show(stage.stage.label(), stage.scores.goes_ahead, best.scores.goes_ahead);
    }
    show("All", found.all.goes_ahead, oracle.all.goes_ahead);
    for (ending, best) in found.endings.iter().zip(&oracle.endings) {
        show(ending.ending.label(), ending.score, best.score);
    }
    assert!(closed(found.all.goes_ahead, oracle.all.goes_ahead) >= 0.8);
    assert!(closed(found.stages[0].scores.goes_ahead, oracle.stages[0].scores.goes_ahead) >= 0.8);

    // Only a completed case has a date.
    let mut completed = cases(&simulator, 13, 6_000);
    completed.retain(|case| CaseEnd::new(case).unwrap().ending == Some(Ending::Completed));
    completed.truncate(1_000);
    assert_eq!(completed.len(), 1_000);
    let found = scores(&fitted, &completed, 1_000);
    println!("\nDates of {} held-out cases in the central 80% of their forecasts", found.cases);
    println!("{:28} defaults  fitted  earlier  later", "");
    for StageScores { stage, scores } in &found.stages {
        let within = |dates: DateScore| dates.within.unwrap().estimate * 100.0;
        let (defaults, dates) = (within(scores.dates_of_defaults), scores.dates);
        println!("{:28} {defaults:7.1}% {:6.1}% {:8} {:6}", stage.label(), within(dates), dates.earlier, dates.later);
    }
    let within = found.stages[0].scores.dates.within.unwrap().estimate;
    assert!((0.77..=0.83).contains(&within), "{found:?}");
}
