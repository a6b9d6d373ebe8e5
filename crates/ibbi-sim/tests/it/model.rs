//! Checks the simulation against results that can be computed without it.

use ibbi_core::{Case, Event, EventKind, Format, Outcome};
use ibbi_sim::*;

/// Returns a district without holidays, vacations, or absences. Every day of the week is a working day.
fn open_district() -> Scenario {
    let people = [
        ("a", "leader", "seat = \"superintendent\""),
        ("b", "leader", "seat = \"union_president\""),
        ("c", "leader", "seat = \"school_committee\""),
        ("d", "neutral", ""),
        ("e", "negotiator", "party = \"labor\""),
        ("f", "negotiator", "party = \"management\""),
    ];
    let mut text = String::from("district = \"Open\"\nstart = 2026-07-06\ncontract_expires = 2027-06-30\n");
    text.push_str("calendar.working_days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", ");
    text.push_str("\"saturday\", \"sunday\"]\n");
    for (id, role, rest) in people {
        text.push_str(&format!("[[people]]\nid = \"{id}\"\nname = \"{id}\"\nrole = \"{role}\"\n{rest}\n"));
    }
    let mut scenario = Scenario::parse(&text).unwrap();
    for chance in Chance::ALL {
        scenario.assumptions.set_chance(*chance, 0.0);
    }
    for duration in Duration::of(Model::First) {
        scenario.assumptions.set_duration(*duration, days(1.0, 1.0, 1.0));
    }
    scenario.assumptions.set_chance(Chance::LaborAdopts, 1.0);
    scenario.assumptions.set_chance(Chance::ManagementAdopts, 1.0);
    scenario
}

fn days(least: f64, likely: f64, most: f64) -> ThreePoint {
    ThreePoint { least, likely, most }
}

fn simulate(scenario: &Scenario, runs: u64, threads: usize) -> Forecast {
    Simulator::new(scenario).simulate(Settings { runs, seed: 11, threads }).unwrap()
}

fn share(forecast: &Forecast, ending: Ending) -> f64 {
    forecast.outcomes[ending as usize].share.estimate
}

#[test]
fn completed_share_is_the_product_of_chances() {
    let mut scenario = open_district();
    let runs = 40_000;
    for (chance, value) in [
        (Chance::LeaderDeclines, 0.1),
        (Chance::LaborAdopts, 0.7),
        (Chance::ManagementAdopts, 0.8),
        (Chance::Withdraws, 0.05),
        (Chance::ConcernRaised, 0.5),
        (Chance::SessionPostponed, 0.3),
        (Chance::SessionCutShort, 0.3),
    ] {
        scenario.assumptions.set_chance(chance, value);
    }
    let forecast = simulate(&scenario, runs, 2);
    let leaders = 0.9_f64.powi(3);
    let stays = 0.95_f64;
    for (ending, expected) in [
        (Ending::LeaderDeclined, 1.0 - leaders),
        (Ending::NotAdopted, leaders * stays.powi(3) * (1.0 - 0.56)),
        (Ending::Completed, leaders * stays.powi(4) * 0.56),
        (Ending::Withdrawn, leaders * (1.0 - stays.powi(3) + stays.powi(3) * 0.56 * 0.05)),
        (Ending::Unfinished, 0.0),
    ] {
        // Four standard errors: one test in thousands fails by chance, and the seed is fixed.
        let bound = 4.0 * (expected * (1.0 - expected) / runs as f64).sqrt();
        let found = share(&forecast, ending);
        assert!((found - expected).abs() <= bound, "{ending:?}: {found}, expected {expected}");
    }
}

#[test]
fn single_step_has_triangular_quantiles() {
    let mut scenario = open_district();
    for (least, likely, most) in [(0.0, 30.0, 90.0), (10.0, 10.0, 60.0), (5.0, 100.0, 100.0)] {
        let wide = days(least, likely, most);
        scenario.assumptions.set_duration(Duration::ApplicationReview, wide);
        // Only the review days vary. All other assumptions shift the completion by a constant.
        let forecast = simulate(&scenario, 40_000, 1);
        let fixed = {
            let mut still = scenario.clone();
            still.assumptions.set_duration(Duration::ApplicationReview, days(0.0, 0.0, 0.0));
            Plan::new(&still).finishes.unwrap().to_chrono()
        };
        for (percent, date) in forecast.finish.all() {
            let date = date.unwrap().to_chrono();
            let found = (date - fixed).num_days() as f64;
            let expected = wide.quantile(f64::from(percent) / 100.0);
            // Half a day of rounding, one day for a possible holiday, and the sampling error.
            assert!((found - expected).abs() <= 2.5, "P{percent}: {found}, expected {expected}");
        }
    }
}

#[test]
fn thread_count_does_not_change_the_forecast() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let one = simulate(&scenario, 3_001, 1);
    for threads in [2, 3, 7, 64] {
        assert_eq!(simulate(&scenario, 3_001, threads), one, "{threads} threads");
    }
    let simulator = Simulator::new(&scenario);
    let other = simulator.simulate(Settings { runs: 3_001, seed: 12, threads: 1 }).unwrap();
    assert_ne!(other.curve, one.curve);
    let who = |threads| simulator.availability_gains(Settings { runs: 60, seed: 5, threads }).unwrap();
    assert_eq!(who(1), who(5));
    let other = Simulator::new(&scenario.with_format(Format::FullDay));
    let compare =
        |threads| Comparison::new(("a", &simulator), ("b", &other), Settings { runs: 501, seed: 5, threads }).unwrap();
    assert_eq!(compare(1), compare(4));
}

#[test]
fn invalid_settings_are_refused() {
    let simulator = Simulator::new(&open_district());
    for (runs, threads) in [(0, 1), (1, 0), (Settings::MAX_RUNS + 1, 1)] {
        let settings = Settings { runs, seed: 1, threads };
        assert!(matches!(simulator.simulate(settings), Err(SimulationError::Settings { .. })));
        assert!(matches!(simulator.availability_gains(settings), Err(SimulationError::Settings { .. })));
    }
    assert!(simulator.simulate(Settings { runs: 1, seed: 1, threads: 9 }).is_ok());
}

#[test]
fn events_of_a_run_replay() {
    let mut scenario = Scenario::parse(EXAMPLE).unwrap();
    scenario.assumptions.set_chance(Chance::SessionPostponed, 0.5);
    scenario.assumptions.set_chance(Chance::SessionCutShort, 0.5);
    scenario.assumptions.set_chance(Chance::ConcernRaised, 0.5);
    let simulator = Simulator::new(&scenario);
    let mut kinds = std::collections::BTreeSet::new();
    for run in 0..300 {
        let mut events: Vec<(ibbi_core::At, Event)> = Vec::new();
        let end = simulator.run(1, run, |at, event, _| events.push((at, event.clone()))).unwrap();
        let mut case = Case::default();
        for (at, event) in &events {
            kinds.insert(event.kind());
            case.offer(event, *at).unwrap_or_else(|refusal| panic!("run {run}: {refusal}"));
        }
        let completed = case.outcome() == Some(Outcome::Completed);
        assert_eq!(completed, end.ending == Ending::Completed, "run {run}");
    }
    for kind in [EventKind::SessionPostponed, EventKind::SessionAdjourned, EventKind::ConcernAddressed] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

#[test]
fn changing_one_assumption_keeps_other_draws() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let mut eager = scenario.clone();
    eager.assumptions.set_chance(Chance::LaborAdopts, 1.0);
    let (one, other) = (Simulator::new(&scenario), Simulator::new(&eager));
    for run in 0..500 {
        let (before, after) = (one.run(1, run, |_, _, _| {}).unwrap(), other.run(1, run, |_, _, _| {}).unwrap());
        if before.ending != Ending::NotAdopted {
            assert_eq!(before, after, "run {run}");
        }
    }
}

#[test]
fn run_past_the_horizon_is_unfinished() {
    let mut scenario = open_district();
    scenario.assumptions.set_chance(Chance::SessionPostponed, 1.0);
    let forecast = simulate(&scenario, 50, 1);
    assert_eq!(forecast.outcomes[Ending::Unfinished as usize].runs, 50);
    assert!(forecast.finish.all().iter().all(|(_, date)| date.is_none()));
    assert_eq!((forecast.runs_ahead, forecast.deadlines[0].chance.estimate), (50, 0.0));
    assert!(forecast.milestones.iter().all(|milestone| {
        milestone.dates.p50.is_some() == matches!(milestone.step, ForecastStep::Meeting | ForecastStep::Acceptance)
    }));
    scenario.assumptions.set_chance(Chance::SessionPostponed, 0.0);
    for duration in Duration::of(Model::First) {
        scenario.assumptions.set_duration(*duration, days(0.0, 365.0, 730.0));
        let forecast = simulate(&scenario, 200, 1);
        assert!(forecast.outcomes.iter().map(|outcome| outcome.runs).sum::<u64>() == 200, "{duration:?}");
    }
}

#[test]
fn cut_short_sessions_end_with_half_an_hour_left() {
    let mut scenario = open_district();
    scenario.assumptions.set_chance(Chance::SessionCutShort, 1.0);
    for format in [Format::FullDay, Format::TwoHalfDays] {
        scenario = scenario.with_format(format);
        let forecast = simulate(&scenario, 300, 1);
        assert_eq!(forecast.outcomes[Ending::Completed as usize].runs, 300, "{format}");
    }
}

#[test]
fn zero_durations_end_in_the_first_days() {
    let mut scenario = open_district();
    for duration in Duration::of(Model::First) {
        scenario.assumptions.set_duration(*duration, days(0.0, 0.0, 0.0));
    }
    // The meeting is on day 0, the training on day 1, and the facilitation on day 2, with a second half on day 3.
    for (format, last) in [(Format::FullDay, "2026-07-08"), (Format::TwoHalfDays, "2026-07-09")] {
        scenario = scenario.with_format(format);
        assert_eq!(Plan::new(&scenario).finishes.unwrap().to_string(), last);
        let simulator = Simulator::new(&scenario);
        assert_eq!(simulator.run(1, 1, |_, _, _| {}).unwrap().date.unwrap().to_string(), last);
    }
}

#[test]
fn drivers_find_what_moves_the_date() {
    let mut scenario = open_district();
    scenario.assumptions.set_duration(Duration::Caucus, days(0.0, 20.0, 100.0));
    scenario.assumptions.set_duration(Duration::MeetingLead, days(0.0, 5.0, 10.0));
    let drivers = simulate(&scenario, 5_000, 1).drivers;
    assert_eq!((drivers[0].cause, drivers[1].cause), (DelayCause::Decisions, DelayCause::MeetingNotice));
    assert!(drivers[0].difference > 30.0);
    let notice = drivers.iter().find(|driver| driver.cause == DelayCause::SessionNotice).unwrap();
    assert_eq!((notice.early, notice.late, notice.difference), (2.0, 2.0, 0.0), "a day for each of the two bookings");
    assert!(!drivers.iter().any(|driver| driver.cause == DelayCause::Concerns), "no concern is raised");
}

#[test]
fn causes_of_delay_add_up_to_the_days_of_each_run() {
    for (name, text) in ibbi_testing::sample_scenarios() {
        let scenario = Scenario::parse(&text).unwrap();
        let forecast = simulate(&scenario, 2_000, 1);
        let Some(last) = forecast.curve.last() else { continue };
        // The mean of the completion days, from the curve.
        let (mut sum, mut before) = (0, 0);
        for point in &forecast.curve {
            let day = (point.date.to_chrono() - scenario.start.to_chrono()).num_days();
            sum += day * i64::try_from(point.completed - before).unwrap();
            before = point.completed;
        }
        let mean = sum as f64 / last.completed as f64;
        let total: f64 = forecast.drivers.iter().map(|driver| driver.days).sum();
        assert!((mean - total).abs() < 1e-6, "{name}: {mean} days, but the causes have {total}");
    }
}

#[test]
fn headline_has_even_odds_and_each_deadline() {
    let cases = [
        ("contract_expires = 2027-06-30", "; >99% by Wed, Jun 30, 2027 (contract)."),
        ("contract_expires = 2026-10-01", "; <1% by Thu, Oct 1, 2026 (contract)."),
        ("", "."),
    ];
    for (contract, ends) in cases {
        let scenario = EXAMPLE.replace("contract_expires = 2027-06-30", contract);
        let forecast = simulate(&Scenario::parse(&scenario).unwrap(), 200, 1);
        let day = |date: Option<ibbi_core::Date>| ibbi_common::format::weekday_date(date.unwrap());
        let (even, late) = (day(forecast.finish.p50), day(forecast.finish.p90));
        assert_eq!(
            forecast.headline,
            format!("If both sides adopt, even odds of finishing by {even}; 9 in 10 by {late}{ends}")
        );
    }
    let scenario = EXAMPLE.replace("labor_adopts = 0.8", "labor_adopts = 0.0");
    let forecast = simulate(&Scenario::parse(&scenario).unwrap(), 200, 1);
    assert_eq!(forecast.headline, "In no run does the process go ahead, so there is no date.");
}

#[test]
fn calendar_does_not_change_whether_a_run_goes_ahead() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let mut never = scenario.clone();
    for person in &mut never.people {
        person.unavailable.push(ALWAYS);
    }
    let (free, never) = (simulate(&scenario, 4_000, 1), simulate(&never, 4_000, 2));
    assert_eq!(never.outcomes[Ending::Completed as usize].runs, 0);
    assert_eq!((never.runs_ahead, never.goes_ahead), (free.runs_ahead, free.goes_ahead));
    assert_eq!(never.headline, "No run that goes ahead is completed within 730 days.");
}

#[test]
fn milestones_are_in_order_and_counted_among_the_runs_that_go_ahead() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let forecast = simulate(&scenario, 3_000, 1);
    let steps: Vec<_> = forecast.milestones.iter().map(|milestone| milestone.step).collect();
    let parts = [1, 2].map(|part| ForecastStep::Facilitation { part });
    let expected = [
        ForecastStep::Meeting,
        ForecastStep::Acceptance,
        ForecastStep::Training { part: None },
        ForecastStep::Decisions,
    ];
    assert_eq!(steps, [&expected[..], &parts].concat());
    for pair in forecast.milestones.windows(2).take(4) {
        for ((percent, one), (_, next)) in pair[0].dates.all().into_iter().zip(pair[1].dates.all()) {
            assert!(one < next, "P{percent} of {:?} and {:?}", pair[0].step, pair[1].step);
        }
    }
    assert_eq!(forecast.runs_ahead, forecast.outcomes[Ending::Completed as usize].runs, "every run is finished");
    assert_eq!(forecast.goes_ahead.estimate, forecast.runs_ahead as f64 / 3_000.0);
    // The chance by a date is the share of the runs that go ahead, and a percentile is the first day with that share.
    for (percent, date) in forecast.finish.all() {
        let chance = |date| forecast.chance_by(date).unwrap().estimate;
        let (date, share) = (date.unwrap(), f64::from(percent) / 100.0);
        let day_before = date.to_chrono().pred_opt().unwrap().try_into().unwrap();
        assert!(chance(date) >= share && chance(day_before) < share, "P{percent}");
    }
    let contract = &forecast.deadlines[0];
    assert_eq!((contract.name.as_str(), Some(contract.date)), ("contract", scenario.contract_expires));
    assert_eq!(contract.chance, forecast.chance_by(contract.date).unwrap());
    let left = (contract.date.to_chrono() - forecast.finish.p90.unwrap().to_chrono()).num_days();
    assert_eq!(contract.days_left_p90, Some(left));
}

#[test]
fn comparison_finds_only_real_differences() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let simulator = Simulator::new(&scenario);
    let settings = Settings { runs: 500, seed: 2, threads: 1 };
    let same = Comparison::new(("one", &simulator), ("the same", &simulator), settings).unwrap();
    assert_eq!((same.in_time.only_first, same.in_time.only_second), (0, 0));
    assert!(same.sentence().contains("in the same runs"), "{}", same.sentence());
    let mut slow = scenario;
    slow.assumptions.set_duration(Duration::SessionNotice, days(60.0, 80.0, 120.0));
    let slow = Simulator::new(&slow);
    let found = Comparison::new(("short notice", &simulator), ("long notice", &slow), settings).unwrap();
    assert!(found.difference.unwrap().low > 0.0 && found.days_later.unwrap().high < 0.0);
    assert!(found.sentence().starts_with("short notice is more likely"), "{}", found.sentence());
    let turned = Comparison::new(("long notice", &slow), ("short notice", &simulator), settings).unwrap();
    assert_eq!(turned.sentence(), found.sentence());
}

#[test]
fn gains_find_the_only_blocked_day() {
    let mut scenario = open_district();
    scenario.contract_expires = Some("2026-07-20".parse().unwrap());
    let free = Plan::new(&scenario).finishes.unwrap();
    // The negotiator `e` is away for a week from the day after the meeting.
    let mut away = ALWAYS;
    away.from = Some("2026-07-08".parse().unwrap());
    away.to = Some("2026-07-14".parse().unwrap());
    scenario.people[4].unavailable.push(away);
    let blocked = Plan::new(&scenario).finishes.unwrap();
    assert!(blocked > free);
    let gains = Simulator::new(&scenario).availability_gains(Settings { runs: 50, seed: 1, threads: 1 }).unwrap();
    let [gain] = gains.as_slice() else { panic!("one person has any unavailable time: {gains:?}") };
    assert_eq!((gain.blocker.to_string().as_str(), gain.alone), ("e", 7));
    let plan = gain.plan.unwrap();
    assert!(plan.finishes < blocked && plan.days.unwrap() > 0);
    // The result is the plan with that day taken out of the range.
    let (before, after) = (plan.date.to_chrono().pred_opt().unwrap(), plan.date.to_chrono().succ_opt().unwrap());
    scenario.people[4].unavailable = vec![
        TimeRule { to: Some(before.try_into().unwrap()), ..away },
        TimeRule { from: Some(after.try_into().unwrap()), ..away },
    ];
    assert_eq!(Plan::new(&scenario).finishes, Some(plan.finishes));
}

const ALWAYS: TimeRule = TimeRule::ALWAYS;
