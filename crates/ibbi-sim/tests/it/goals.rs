//! Goals: their file, the counting of days, and the results.

use ibbi_core::{At, Event, Stage};
use ibbi_sim::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A goal with these two moments, 10 days, and 80%.
fn goals(from: &str, to: &str, more: &str) -> GoalSet {
    let text = format!(
        "[[goals]]\nname = \"The goal\"\nfrom = \"{from}\"\nto = \"{to}\"\nwithin = 10\nshare = 80\nsource = \"a test\"\n{more}\n"
    );
    GoalSet::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn at(day: &str) -> At {
    // Noon in Massachusetts, or an exact instant.
    let text = if day.contains('T') { day.to_owned() } else { format!("{day}T16:00:00.000Z") };
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn event(kind: &str, data: Value) -> Event {
    serde_json::from_value(json!({ "type": kind, "data": data })).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

fn opened(more: Value) -> Event {
    let mut data = json!({ "district": "Maple Hollow", "time_zone": "America/New_York",
        "program": { "grace": 15, "presence": "everyone", "training": 480, "full_day": [480], "two_half_days": [240, 240] } });
    more.as_object().unwrap().iter().for_each(|(key, value)| data[key] = value.clone());
    event("case_opened", data)
}

fn letter(body: &str) -> Event {
    event("support_confirmed", json!({ "body": body, "dated": "2026-09-01" }))
}

fn accepted() -> Event {
    event("application_accepted", json!({ "by": "N. Lindqvist" }))
}

/// Measures one case, whose events have the stage that each led to.
fn measured(goals: &GoalSet, events: &[(&str, Event, Stage)], as_of: &str) -> Option<GoalMeasurement> {
    let mut meter = GoalMeter::new(goals, at(as_of));
    meter.add(Uuid::from_u128(1), events.iter().map(|(day, event, to)| (at(day), event, *to)));
    meter.finish().goals[0].cases.first().cloned()
}

/// An application whose last letter arrives on a day, with a further event.
fn application<'a>(last: &'a str, more: Option<(&'a str, Event, Stage)>) -> Vec<(&'a str, Event, Stage)> {
    let mut events = vec![
        ("2026-09-01", opened(json!({})), Stage::Application),
        ("2026-09-02", letter("school_committee"), Stage::Application),
        ("2026-09-03", letter("administration"), Stage::Application),
        (last, letter("teachers_organization"), Stage::Application),
    ];
    events.extend(more);
    events
}

#[test]
fn case_is_met_late_overdue_not_due_or_ended_first() {
    let goals = goals("all support_confirmed", "first application_accepted", "");
    let accepted = |day| Some((day, accepted(), Stage::Training));
    let withdrawn = |day| Some((day, event("case_withdrawn", json!({ "by": "x", "reason": "x" })), Stage::Closed));
    for (more, as_of, result, days, late_by) in [
        (accepted("2026-10-11"), "2026-12-01", GoalResult::Met, 10, 0),
        (accepted("2026-10-12"), "2026-12-01", GoalResult::Late, 11, 1),
        (accepted("2026-10-01"), "2026-12-01", GoalResult::Met, 0, 0),
        (None, "2026-10-11", GoalResult::NotDue, 10, 0),
        (None, "2026-10-12", GoalResult::Overdue, 11, 1),
        (withdrawn("2026-10-11"), "2026-12-01", GoalResult::EndedFirst, 10, 0),
        // It was missed already when it was withdrawn.
        (withdrawn("2026-10-20"), "2026-12-01", GoalResult::Overdue, 19, 9),
    ] {
        let found = measured(&goals, &application("2026-10-01", more.clone()), as_of).unwrap();
        assert_eq!((found.result, found.days, found.late_by), (result, days, late_by), "{more:?} {as_of}");
        assert_eq!((found.started.to_string(), found.due.to_string()), ("2026-10-01".into(), "2026-10-11".into()));
    }
}

#[test]
fn case_that_ends_early_is_not_completed() {
    let withdrawn = || event("case_withdrawn", json!({ "by": "x", "reason": "x" }));
    let events =
        |last: Event| [("2026-10-01", opened(json!({})), Stage::Facilitation), ("2026-10-05", last, Stage::Closed)];
    let completed = || event("session_closed", json!({}));
    for to in ["enter closed", "leave facilitation"] {
        let goals = goals("first case_opened", to, "");
        let result = |last, as_of| measured(&goals, &events(last), as_of).unwrap().result;
        assert_eq!(result(completed(), "2026-12-01"), GoalResult::Met, "{to}");
        assert_eq!(result(withdrawn(), "2026-12-01"), GoalResult::EndedFirst, "{to}");
    }
}

#[test]
fn days_are_those_of_the_district() {
    let goals = goals("all support_confirmed", "first application_accepted", "");
    // Half past three in the night in UTC is the evening before in Massachusetts.
    let late = Some(("2026-10-12T03:30:00.000Z", accepted(), Stage::Training));
    let found = measured(&goals, &application("2026-10-02T03:30:00.000Z", late), "2026-12-01").unwrap();
    assert_eq!((found.started.to_string(), found.days, found.result), ("2026-10-01".into(), 10, GoalResult::Met));
}

#[test]
fn business_days_leave_out_weekends_and_holidays_of_the_county() {
    let goals = goals("first case_opened", "first application_accepted", "days = \"business\"");
    let case = |county: &str, started: &'static str, ended: &'static str| {
        let opened = opened(if county.is_empty() { json!({}) } else { json!({ "county": county }) });
        let events = [(started, opened, Stage::Inquiry), (ended, accepted(), Stage::Training)];
        let found = measured(&goals, &events, "2027-12-01").unwrap();
        (found.days, found.due.to_string(), found.result)
    };
    // Columbus Day is Monday, October 12, 2026.
    assert_eq!(case("", "2026-10-09", "2026-10-26"), (10, "2026-10-26".into(), GoalResult::Met));
    // A day that doesn't count belongs to the next business day.
    assert_eq!(case("", "2026-10-09", "2026-10-27"), (11, "2026-10-26".into(), GoalResult::Late));
    assert_eq!(case("", "2026-10-13", "2026-10-31"), (14, "2026-10-27".into(), GoalResult::Late));
    assert_eq!(case("", "2026-10-16", "2026-10-30"), (10, "2026-10-30".into(), GoalResult::Met));
    assert_eq!(case("", "2026-10-16", "2026-10-31"), (11, "2026-10-30".into(), GoalResult::Late));
    assert_eq!(case("", "2026-10-17", "2026-10-17"), (0, "2026-10-30".into(), GoalResult::Met));
    // March 17 is a holiday in Suffolk County only.
    assert_eq!(case("norfolk", "2027-03-16", "2027-03-30"), (10, "2027-03-30".into(), GoalResult::Met));
    assert_eq!(case("suffolk", "2027-03-16", "2027-03-31"), (10, "2027-03-31".into(), GoalResult::Met));
}

#[test]
fn set_of_letters_is_complete_only_while_all_are_there() {
    let goals = goals("all support_confirmed", "first application_accepted", "");
    let two = application("2026-10-01", None)[..3].to_vec();
    assert_eq!(measured(&goals, &two, "2026-12-01"), None, "two letters are not all");
    // A letter that comes twice doesn't start the days again; one that was withdrawn does.
    let mut events = application("2026-10-01", Some(("2026-10-05", letter("administration"), Stage::Application)));
    assert_eq!(measured(&goals, &events, "2026-12-01").unwrap().started.to_string(), "2026-10-01");
    let withdrawn = event("support_withdrawn", json!({ "body": "administration", "dated": "2026-10-06" }));
    events.push(("2026-10-06", withdrawn, Stage::Application));
    events.push(("2026-10-20", letter("administration"), Stage::Application));
    let found = measured(&goals, &events, "2026-10-30").unwrap();
    assert_eq!((found.started.to_string(), found.result), ("2026-10-20".into(), GoalResult::NotDue));
}

/// Sessions of two stages, with two neutrals.
fn sessions() -> Vec<(&'static str, Event, Stage)> {
    let open = |part: u8, name: &str| {
        event("session_opened", json!({ "neutral": { "id": "n", "name": name }, "part": part, "present": ["a"] }))
    };
    let close = || event("session_closed", json!({}));
    vec![
        ("2026-09-01", opened(json!({})), Stage::Training),
        ("2026-10-01", open(1, "Quinn"), Stage::Training),
        ("2026-10-02", close(), Stage::Caucus),
        ("2026-11-01", event("format_chosen", json!({ "format": "full_day" })), Stage::Facilitation),
        ("2026-11-02", open(1, "Beaumont"), Stage::Facilitation),
        ("2026-11-03", close(), Stage::Facilitation),
        ("2026-11-12", open(2, "Beaumont"), Stage::Facilitation),
        ("2026-11-13", close(), Stage::Closed),
    ]
}

#[test]
fn moments_are_first_last_at_a_stage_or_the_ends_of_a_stage() {
    for (from, to, started, ended) in [
        ("first case_opened", "first session_opened", "2026-09-01", "2026-10-01"),
        ("first case_opened", "first session_opened in facilitation", "2026-09-01", "2026-11-02"),
        ("last session_opened", "enter closed", "2026-11-12", "2026-11-13"),
        ("last session_opened in training", "enter closed", "2026-10-01", "2026-11-13"),
        ("last session_opened", "first session_closed", "2026-10-01", "2026-10-02"),
        ("enter caucus", "leave caucus", "2026-10-02", "2026-11-01"),
        ("leave training", "enter facilitation", "2026-10-02", "2026-11-01"),
    ] {
        let found = measured(&goals(from, to, ""), &sessions(), "2027-01-01").unwrap();
        let days = (found.started.to_string(), found.ended.map(|day| day.to_string()));
        assert_eq!(days, (started.to_owned(), Some(ended.to_owned())), "{from} to {to}");
    }
}

#[test]
fn facilitator_is_the_neutral_of_the_latest_session() {
    let goals = goals("first case_opened", "first session_opened", "");
    let facilitator = |events: &[(&str, Event, Stage)]| {
        measured(&goals, events, "2027-01-01").unwrap().facilitator.map(|name| name.to_string())
    };
    let all = sessions();
    assert_eq!(facilitator(&all), Some("Beaumont".to_owned()));
    assert_eq!(facilitator(&all[..4]), Some("Quinn".to_owned()));
    assert_eq!(facilitator(&all[..1]), None);
}

#[test]
fn filters_choose_cases() {
    for (filter, covers) in [
        ("formats = [\"full_day\"]", true),
        ("formats = [\"two_half_days\"]", false),
        ("districts = [\"Birch Valley\", \"Maple Hollow\"]", true),
        ("districts = [\"Birch Valley\"]", false),
    ] {
        let goals = goals("first case_opened", "first session_opened", filter);
        assert_eq!(measured(&goals, &sessions(), "2027-01-01").is_some(), covers, "{filter}");
    }
}

#[test]
fn share_is_compared_in_whole_numbers_by_period_and_facilitator() {
    let text = "period = \"quarter\"\n[[goals]]\nname = \"x\"\nfrom = \"first case_opened\"\nto = \"enter caucus\"\nwithin = 30\nshare = 80\nsource = \"x\"";
    let goals = GoalSet::parse(text).unwrap();
    let mut meter = GoalMeter::new(&goals, at("2027-01-01"));
    // Four of five in time is exactly 80%.
    for (number, ended) in (1..).zip(["2026-10-01", "2026-09-30", "2026-09-02", "2026-10-01", "2026-10-02"]) {
        let events = [
            ("2026-09-01", opened(json!({})), Stage::Inquiry),
            (ended, event("session_closed", json!({})), Stage::Caucus),
        ];
        meter.add(Uuid::from_u128(number), events.iter().map(|(day, event, to)| (at(day), event, *to)));
    }
    let report = meter.finish();
    let tally = &report.goals[0].tally;
    assert_eq!((tally.met, tally.late, tally.reached, tally.share), (4, 1, Some(true), Some(0.8)));
    assert_eq!(tally.median_days, Some(30));
    let periods: Vec<_> = report.goals[0].periods.iter().map(|period| period.period.code()).collect();
    assert_eq!(periods, ["FY2027-Q2"], "the due date decides: October 1 is in the second quarter");
    assert_eq!(report.goals[0].facilitators[0].facilitator, None);
    assert_eq!(report.counts(), [1, 0, 0]);
}

/// What a result can become later, as a case goes on.
fn can_become(before: GoalResult, after: GoalResult) -> bool {
    use GoalResult::{EndedFirst, Late, Met, NotDue, Overdue};
    match before {
        NotDue => matches!(after, NotDue | Met | Overdue | Late | EndedFirst),
        Overdue => matches!(after, Overdue | Late),
        settled => settled == after,
    }
}

#[test]
fn settled_results_stay_and_missed_cases_are_never_met() {
    let goals = GoalSet::parse(SAMPLE_GOALS).unwrap();
    let mut scenario = Scenario::parse(EXAMPLE).unwrap();
    scenario.assumptions.set_chance(Chance::ConcernRaised, 0.4);
    let simulator = Simulator::new(&scenario);
    let mut seen: BTreeMap<GoalResult, usize> = BTreeMap::new();
    for run in 0..ibbi_testing::samples(60) as u64 {
        let mut events = Vec::new();
        simulator.run(9, run, |at, event, to| events.push((at, event.clone(), to))).unwrap();
        let mut last: BTreeMap<String, GoalMeasurement> = BTreeMap::new();
        let end = events.last().unwrap().0.millis();
        for week in 0..60_i64 {
            let as_of = At::from_millis(events[0].0.millis() + week * 7 * 86_400_000).unwrap();
            if as_of.millis() > end + 14 * 86_400_000 {
                break;
            }
            let mut meter = GoalMeter::new(&goals, as_of);
            let known = events.iter().take_while(|(at, ..)| *at <= as_of);
            meter.add(Uuid::from_u128(run.into()), known.map(|(at, event, to)| (*at, event, *to)));
            for goal in meter.finish().goals {
                let Some(now) = goal.cases.into_iter().next() else { continue };
                *seen.entry(now.result).or_default() += 1;
                if let Some(before) = last.insert(goal.goal.name.clone(), now.clone()) {
                    // With a `first` moment, the due date never moves; `all` can start again.
                    if before.started == now.started {
                        assert!(can_become(before.result, now.result), "{}: {before:?} became {now:?}", goal.goal.name);
                        assert_eq!((before.due, before.period), (now.due, now.period));
                    }
                }
            }
        }
    }
    for result in [GoalResult::Met, GoalResult::Late, GoalResult::Overdue, GoalResult::NotDue, GoalResult::EndedFirst] {
        assert!(seen.contains_key(&result), "no case was {result:?}: {seen:?}");
    }
}

#[test]
fn chance_is_the_share_of_the_runs_that_meet_the_goal() {
    let text = SAMPLE_GOALS.replace("within = 365", "within = 999");
    let goals = GoalSet::parse(&text).unwrap();
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let mut events = Vec::new();
    Simulator::new(&scenario).run(3, 1, |at, event, _| events.push((at, event.clone()))).unwrap();
    let mut history = ibbi_core::History::new();
    for (seq, (at, event)) in (2..).zip(&events[..2]) {
        history.offer(seq, *at, event.clone()).unwrap();
    }
    let simulator = Simulator::resume(&scenario, &history, history.case().file().unwrap().last_at()).unwrap();
    let wanted: Vec<usize> = (0..goals.goals.len()).collect();
    let chances = goal_chances(&goals, &simulator, &wanted, 400, 7).unwrap();
    assert_eq!(chances, goal_chances(&goals, &simulator, &wanted, 400, 7).unwrap(), "the same seed");
    // By hand: the runs, measured one by one as whole cases.
    for (goal, chance) in goals.goals.iter().zip(&chances) {
        let alone = GoalSet { goals: vec![goal.clone()], ..goals.clone() };
        let mut meter = GoalMeter::new(&alone, simulator.last_instant());
        for run in 0..400 {
            let mut whole = simulator.past().to_vec();
            simulator.run(7, run, |at, event, to| whole.push((at, event.clone(), to))).unwrap();
            meter.add(Uuid::from_u128(run.into()), whole.iter().map(|(at, event, to)| (*at, event, *to)));
        }
        let tally = meter.finish().goals[0].tally.clone();
        assert_eq!((chance.met, chance.counted), (tally.met, tally.met + tally.late + tally.overdue), "{}", goal.name);
    }
    let whole = chances.last().unwrap();
    assert_eq!(whole.met, whole.counted, "every case ends within 999 days");
    assert!(whole.met > 0 && whole.met < 400, "a case that ends early is not completed: {whole:?}");
    let first = chances[0].chance.unwrap();
    assert!(first.low <= first.estimate && first.estimate <= first.high);
}

#[test]
fn sample_is_valid_and_says_that_it_is_assumed() {
    let goals = GoalSet::parse(SAMPLE_GOALS).unwrap();
    assert!(goals.goals.len() >= 10);
    for goal in &goals.goals {
        assert!(goal.source.starts_with("Assumption"), "{}", goal.name);
        assert!(GoalMoment::parse(&goal.from.to_string()) == Ok(goal.from));
    }
}

#[test]
fn every_mistake_has_its_line_and_its_remedy() {
    let good = "[[goals]]\nname = \"x\"\nfrom = \"first case_opened\"\nto = \"enter closed\"\nwithin = 10\nshare = 80\nsource = \"x\"\n";
    assert!(GoalSet::parse(good).is_ok());
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    for (text, message) in [
        (String::new(), "line 1: `goals` is missing in the file; expected at least one [[goals]] with"),
        ("goals = []".to_owned(), "line 1: `goals` is empty; expected at least one [[goals]]"),
        (
            "[[goal]]\n".to_owned(),
            "line 1: unknown key `goal` in the file; expected one of fiscal_year_starts, goals, period (did you mean goals?)",
        ),
        (with("within = 10", "within = 10.5"), "line 5: `within` is 10.5; expected a whole number from 0 to 999"),
        (with("within = 10", "within = -1"), "line 5: `within` is -1; expected a whole number"),
        (with("within = 10", "within = \"10\""), "line 5: `within` is `10`; expected a whole number"),
        (with("share = 80", "share = 0"), "line 6: `share` is 0; expected a whole number from 1 to 100"),
        (
            with("share = 80\n", ""),
            "line 1: `share` is missing in a goal; expected a percentage from 1 to 100, such as share = 80",
        ),
        (with("source = \"x\"", "source = \" \""), "line 7: `source` is empty; expected who set the goal"),
        (with("enter closed", "enter close"), "line 4: in `to`, there is no stage `close`; expected one of inquiry,"),
        (with("enter closed", "leave closed"), "line 4: in `to`, a case never leaves the stage `closed`"),
        (
            with("first case_opened", "case_opened"),
            "line 3: in `from`, `case_opened` is not a moment of a case; expected `first EVENT`",
        ),
        (with("first case_opened", "case_opened"), "(did you mean first case_opened?)"),
        (
            with("first case_opened", "first case_open"),
            "there is no event `case_open`; expected the code of an event, which `ibbi chart` lists (did you mean case_opened?)",
        ),
        (with("first case_opened", "first event_voided"), "there is no event `event_voided`"),
        (
            with("first case_opened", "all meeting_held"),
            "`all` can't be used with `meeting_held`; expected `first` or `last`, or one of leader_agreed,",
        ),
        (
            with("enter closed", "last session_closed"),
            "line 4: `to` is `last session_closed`, and while a case is open, its last event is not known",
        ),
        (with("enter closed", "first case_opened"), "line 4: `to` is the same as `from`"),
        (format!("{good}{good}"), "line 8: two goals have the name `x`; expected a name of its own for each goal"),
        (
            format!("period = \"year\"\n{good}"),
            "line 1: `period` is `year`; expected one of fiscal_year, quarter, month",
        ),
        (
            format!("fiscal_year_starts = 13\n{good}"),
            "line 1: `fiscal_year_starts` is 13; expected a whole number from 1 to 12",
        ),
        (format!("{good}days = \"working\"\n"), "line 8: `days` is `working`; expected one of calendar, business"),
        (format!("{good}districts = []\n"), "line 8: `districts` is empty"),
        (format!("{good}formats = [3]\n"), "line 8: `formats` is `3`"),
        (with("name = \"x\"", "name = \"x"), "line 2: "),
    ] {
        let error = GoalSet::parse(&text).expect_err(&text).to_string();
        assert!(error.contains(message), "{text}\n{error}\nlacks: {message}");
    }
    // All mistakes are reported at once.
    let two = with("within = 10", "within = 0.5").replace("share = 80", "share = 101");
    assert_eq!(GoalSet::parse(&two).unwrap_err().problems.len(), 2);
}
