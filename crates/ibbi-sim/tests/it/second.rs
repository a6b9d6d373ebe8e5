//! Scenarios of format 2: hours, evenings, patterns, several parts, and what the second model adds.

use ibbi_core::{EventKind, Outcome};
use ibbi_sim::*;

const PEOPLE: &str = "
[[people]]
id = \"a\"
name = \"A. Upton\"
role = \"leader\"
seat = \"superintendent\"
[[people]]
id = \"b\"
name = \"B. Resch\"
role = \"leader\"
seat = \"union_president\"
party = \"labor\"
[[people]]
id = \"c\"
name = \"C. Hale\"
role = \"leader\"
seat = \"school_committee\"
party = \"management\"
[[people]]
id = \"d\"
name = \"D. Quinn\"
role = \"neutral\"
";

/// Returns a scenario with some lines at the start, and some for the last person, the neutral.
fn scenario(head: &str, neutral: &str) -> Scenario {
    let text = format!("version = 2\ndistrict = \"Cedar Bluff\"\nstart = 2025-01-06\n{head}\n{PEOPLE}{neutral}\n");
    Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn slots(scenario: &Scenario) -> Vec<String> {
    Plan::new(scenario).sessions.iter().map(|session| session.slot.starts().to_string()[..16].to_owned()).collect()
}

#[test]
fn evenings_have_sessions_of_any_length() {
    let head = "calendar.hours = [\"16:00-20:00\", \"saturday 9:00-16:00\"]\n\
                sessions = { training = [240, 240], facilitation = [120, 180, 420], meeting = 60 }";
    let scenario = scenario(head, "");
    let plan = Plan::new(&scenario);
    let minutes: Vec<_> = plan.sessions.iter().map(|session| session.slot.minutes()).collect();
    assert_eq!(minutes, [60, 240, 240, 120, 180, 420]);
    let slots = slots(&scenario);
    assert!(slots[..5].iter().all(|slot| slot.ends_with("T16:00") || slot.ends_with("T09:00")), "{slots:?}");
    assert!(slots[5].ends_with("T09:00"), "only a Saturday has seven hours: {slots:?}");
    let kinds: Vec<_> = plan.sessions.iter().map(|session| session.what.to_string()).collect();
    assert_eq!(kinds[1..3], ["training, part 1", "training, part 2"]);
}

#[test]
fn session_starts_when_everyone_can() {
    // From 9:30 AM on Mondays, the neutral can come for four hours.
    let head = "sessions = { training = [240], facilitation = [240], meeting = 15 }";
    let times = "available = [\"monday 9:30-13:30\", { weekday = \"friday\", hours = \"8:00-11:45\" }]";
    let scenario = scenario(head, times);
    let slots = slots(&scenario);
    assert!(slots[1..].iter().all(|slot| slot.ends_with("T09:30")), "{slots:?}");
    let plan = Plan::new(&scenario);
    let friday = plan.sessions[1].blocked.iter().find(|day| Weekday::from_date(day.date) == Weekday::Friday).unwrap();
    let hours: Vec<_> = friday.hours.iter().map(|hours| (hours.hours.to_string(), hours.blockers.len())).collect();
    assert_eq!(hours, [("8:00-11:45".to_owned(), 0), ("11:45-16:00".to_owned(), 1)]);
}

#[test]
fn if_need_be_counts_only_if_nothing_else_fits_within_two_weeks() {
    let head = "sessions = { training = [240], facilitation = [240], meeting = 15 }";
    let training = |times: &str| slots(&scenario(head, times))[1].clone();
    let always = training("");
    // Another day comes within two weeks, so the session waits for it.
    let soon = training("if_need_be = [{ from = 2025-01-01, to = 2025-03-14 }]");
    assert!(soon > always && soon.starts_with("2025-03-17"), "{always} {soon}");
    // With nothing else for months, the first day is taken.
    assert_eq!(training("if_need_be = [{ from = 2025-01-01, to = 2025-07-01 }]"), always);
}

#[test]
fn exceptions_and_kinds_of_session_count() {
    let head = "sessions = { training = [240], facilitation = [240], meeting = 15 }";
    let all = slots(&scenario(head, ""));
    let day = &all[1][..10];
    let away = format!("unavailable = [{{ from = 2025-01-01, to = 2025-12-31 }}]\nalso = [{day}]");
    let plan = Plan::new(&scenario(head, &away));
    let after = "2025-12-31".parse::<ibbi_core::Date>().unwrap();
    assert!(plan.finishes.is_none_or(|finishes| finishes > after));
    let only_training = format!("unavailable = [{{ on = {day}, for = \"training\" }}]");
    assert_ne!(slots(&scenario(head, &only_training))[1], all[1]);
    let only_facilitation = format!("unavailable = [{{ on = {day}, for = \"facilitation\" }}]");
    assert_eq!(slots(&scenario(head, &only_facilitation)), all);
}

#[test]
fn agreed_sessions_and_training_days_are_kept() {
    let agreed = "sessions = { training = [240], facilitation = [240, 240], fixed = [\
                  { session = \"facilitation\", part = 2, on = 2025-06-14, at = \"10:15\" }] }";
    let scenario_of = scenario(agreed, "");
    let slots_of = slots(&scenario_of);
    assert_eq!(slots_of[3], "2025-06-14T10:15", "a Saturday that everyone agreed on");
    let days = "sessions = { training = [240], facilitation = [240], training_days = [2025-04-10, 2025-05-08] }";
    let plan = Plan::new(&scenario(days, ""));
    assert_eq!(plan.sessions[1].slot.local_day().to_string(), "2025-04-10");
    let blocked = &plan.sessions[1].blocked[0].hours[0].blockers;
    assert!(blocked.contains(&Blocker::NotATrainingDay), "{blocked:?}");
}

#[test]
fn second_neutral_is_waited_for_unless_optional() {
    let head = "sessions = { training = [240], facilitation = [240], meeting = 15 }";
    let second = |required: bool| {
        let more = format!(
            "\n[[people]]\nid = \"e\"\nname = \"E. Vale\"\nrole = \"neutral\"\nrequired = {required}\n\
             available = [{{ weekday = \"tuesday\", week = \"second\" }}]"
        );
        scenario(head, &more)
    };
    let optional = slots(&second(false));
    assert_eq!(optional, slots(&scenario(head, "")));
    let both = slots(&second(true));
    let days = both[1..].iter().map(|slot| slot[..10].parse::<ibbi_core::Date>().unwrap());
    assert!(days.clone().all(|day| Weekday::from_date(day) == Weekday::Tuesday), "{both:?}");
    assert!(days.map(|day| day.to_string()[8..].parse::<u8>().unwrap()).all(|day| (8..=14).contains(&day)), "{both:?}");
    // The events have both of them.
    let simulator = Simulator::new(&second(true));
    let mut led = 0;
    for run in 0..50 {
        let watch = |_, event: &ibbi_core::Event, _| {
            if let ibbi_core::Event::SessionOpened(opened) = event {
                led += opened.co_neutrals.len();
            }
        };
        simulator.run(1, run, watch).unwrap();
    }
    assert!(led > 0);
}

#[test]
fn core_accepts_every_run() {
    let head = "calendar.hours = [\"7:00-12:00\", \"16:00-23:00\"]\n\
                sessions = { training = [240, 100], facilitation = [120, 180, 60, 275], meeting = 60 }\n\
                assumptions = { session_postponed = 0.4, session_cut_short = 0.4, concern_raised = 0.5, \
                ratification_days = [3, 10, 30] }";
    let simulator = Simulator::new(&scenario(head, "unavailable = [\"monday 7:00-9:00\"]"));
    let mut kinds = std::collections::BTreeSet::new();
    let mut completed = 0;
    for run in 0..300 {
        let mut events = Vec::new();
        let end = simulator.run(3, run, |at, event, _| events.push((at, event.clone()))).unwrap();
        let mut case = ibbi_core::Case::default();
        for (at, event) in &events {
            kinds.insert(event.kind());
            case.offer(event, *at).unwrap_or_else(|refusal| panic!("run {run}: {refusal}"));
        }
        completed += usize::from(case.outcome() == Some(Outcome::Completed));
        assert_eq!(case.outcome() == Some(Outcome::Completed), end.ending == Ending::Completed);
    }
    assert!(completed > 50 && kinds.contains(&EventKind::SessionAdjourned), "{completed} {kinds:?}");
    let forecast = simulator.simulate(Settings { runs: 500, seed: 1, threads: 1 }).unwrap();
    let steps: Vec<_> =
        forecast.milestones.iter().map(|milestone| serde_json::to_string(&milestone.step).unwrap()).collect();
    assert_eq!(steps[2], "{\"step\":\"training\",\"part\":1}");
    assert_eq!(steps.last().unwrap(), "{\"step\":\"ratification\"}");
    let total: f64 = forecast.drivers.iter().map(|driver| driver.days).sum();
    let mut before = 0;
    let mut days = 0.0;
    for point in &forecast.curve {
        let day = (point.date.to_chrono() - simulator.scenario().start.to_chrono()).num_days();
        days += (day * i64::try_from(point.completed - before).unwrap()) as f64;
        before = point.completed;
    }
    assert!((total - days / before as f64).abs() < 1e-6, "the causes of delay add up");
}

#[test]
fn pace_moves_all_durations_but_no_notice() {
    let fixed = "assumptions = { pace_spread = 1, leader_response_days = [20, 20, 20], written_confirmation_days = [20, 20, 20], \
                 application_review_days = [20, 20, 20], caucus_days = [20, 20, 20], booking_delay_days = [0, 0, 0], \
                 meeting_notice_days = 30, session_notice_days = 30, concern_raised = 0, session_postponed = 0, session_cut_short = 0 }";
    let forecast = |text: &str| {
        Simulator::new(&scenario(text, "")).simulate(Settings { runs: 2_000, seed: 1, threads: 1 }).unwrap()
    };
    let wide = forecast(fixed);
    let same = forecast(&fixed.replace("pace_spread = 1", "pace_spread = 0"));
    assert!(
        same.finish.p10 == same.finish.p90 && wide.finish.p10 < same.finish.p10 && wide.finish.p90 > same.finish.p90
    );
    let notice = wide.drivers.iter().find(|driver| driver.cause == DelayCause::SessionNotice).unwrap();
    assert_eq!((notice.early, notice.late), (60.0, 60.0));
}

#[test]
fn ranges_of_chances_bound_the_results() {
    let ranged = "contract_expires = 2025-09-30\nassumptions = { labor_adopts = [0.5, 0.8, 0.9], session_postponed = [0.05, 0.15, 0.6] }";
    let simulator = Simulator::new(&scenario(ranged, ""));
    let forecast = simulator.simulate(Settings { runs: 2_000, seed: 1, threads: 1 }).unwrap();
    let ranges = forecast.ranges.unwrap();
    assert!(ranges.goes_ahead[0] < forecast.goes_ahead.estimate && forecast.goes_ahead.estimate < ranges.goes_ahead[1]);
    assert!(ranges.finish.p90[0] < forecast.finish.p90 && forecast.finish.p90 < ranges.finish.p90[1]);
    assert!(ranges.deadlines[0][0] < ranges.deadlines[0][1]);
    let plain = Simulator::new(&scenario("", "")).simulate(Settings { runs: 50, seed: 1, threads: 1 }).unwrap();
    assert_eq!(plain.ranges, None);
}

#[test]
fn deadline_margins_count() {
    let head = "deadlines = [{ name = \"town meeting\", on = 2025-07-01, margin_days = 60 }, { name = \"budget\", on = 2025-07-01 }]";
    let forecast = Simulator::new(&scenario(head, "")).simulate(Settings { runs: 2_000, seed: 1, threads: 1 }).unwrap();
    let [town, budget] = &forecast.deadlines[..] else { panic!("{:?}", forecast.deadlines) };
    assert!(town.margin_days == 60 && town.chance.estimate < budget.chance.estimate);
    assert!(
        forecast.headline.contains("by Fri, May 2, 2025 (60 days before the town meeting)"),
        "{}",
        forecast.headline
    );
}

#[test]
fn months_change_the_chance_of_a_postponement() {
    let only = |month: &str| {
        let head = format!("assumptions = {{ session_postponed = 0, session_postponed_in = {{ {month} = 1.0 }} }}");
        Simulator::new(&scenario(&head, "")).simulate(Settings { runs: 500, seed: 1, threads: 1 }).unwrap()
    };
    let delay = |forecast: &Forecast| {
        forecast
            .drivers
            .iter()
            .find(|driver| driver.cause == DelayCause::Postponements)
            .map_or(0.0, |driver| driver.days)
    };
    assert!(delay(&only("march")) > 5.0 && delay(&only("november")) < 3.0);
}

#[test]
fn json_reads_as_the_same_scenario() {
    let scenario = scenario(
        "calendar.hours = [\"16:00-20:00\"]\ncontract_expires = 2025-09-30\nsessions.training = [240, 240]",
        "unavailable = [2025-03-04, { weekday = [\"monday\", \"friday\"], every = 3, from = 2025-02-03 }]",
    );
    let json = scenario.canonical();
    assert_eq!(
        Scenario::parse(&format!(" \n{json}\n")).unwrap_err().problems[0].line,
        2,
        "the canonical form has null"
    );
    let text = "\n{\"version\": 2, \"district\": \"Caf\\u00e9 \\ud83d\\ude00 \\/\", \"start\": \"2025-01-06\", \"people\": [\n\
        {\"id\":\"a\",\"name\":\"A: {B}\",\"role\":\"leader\",\"seat\":\"superintendent\",\"unavailable\":[\"2025-03-04\",{\"weekday\":\"monday\"}]},\n\
        {\"id\":\"b\",\"name\":\"B\",\"role\":\"leader\",\"seat\":\"union_president\",\"party\":\"labor\"},\n\
        {\"id\":\"c\",\"name\":\"C\",\"role\":\"leader\",\"seat\":\"school_committee\",\"party\":\"management\"},\n\
        {\"id\":\"d\",\"name\":\"D\",\"role\":\"neutral\"}]}\n";
    let read = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.district.as_str(), "Café 😀 /");
    assert_eq!(read.people[0].name.as_str(), "A: {B}");
    assert_eq!(read.people[0].unavailable.len(), 2);
    assert_eq!(Scenario::parse(&read.to_toml()).unwrap(), read);
    let wrong = Scenario::parse(&text.replace("\"party\":\"labor\"", "\"party\":\"labour\"")).unwrap_err();
    let [problem] = &wrong.problems[..] else { panic!("{wrong}") };
    assert_eq!((problem.line, problem.nearest.as_deref()), (4, Some("labor")));
    let broken = Scenario::parse("{\"district\": }").unwrap_err();
    assert!(broken.to_string().contains("line 1: this is not JSON"), "{broken}");
}

#[test]
fn each_format_has_its_keys() {
    let text = scenario("", "").to_toml();
    let without = text.replace("version = 2\n", "");
    let error = Scenario::parse(&without).unwrap_err().to_string();
    assert!(error.contains("`sessions` is a key of format 2; expected version = 2"), "{error}");
    let format = text.replace("version = 2\n", "version = 2\nformat = \"full_day\"\n");
    let error = Scenario::parse(&format).unwrap_err().to_string();
    assert!(error.contains("`format` is a key of format 1"), "{error}");
    for (from, to, expected) in [
        ("version = 2", "version = 3", "`version` is 3"),
        ("training = [480]", "training = [20]", "a whole number from 30 to 600"),
        ("training = [480]", "training = []", "`training` has no parts"),
        (
            "meeting = 240",
            "meeting = 240\nfixed = [{ session = \"training\", on = 2025-03-03, at = \"22:00\" }]",
            "past midnight",
        ),
        (
            "meeting = 240",
            "meeting = 240\nfixed = [{ session = \"training\", part = 2, on = 2025-03-03, at = \"9:00\" }]",
            "no part 2",
        ),
        ("closed = [", "hours = []\nclosed = [", "`hours` is empty"),
        (
            "role = \"neutral\"",
            "role = \"neutral\"\nunavailable = [{ weekday = \"monday\", every = 2 }]",
            "`every` is used without `from`",
        ),
        (
            "role = \"neutral\"",
            "role = \"neutral\"\nunavailable = [{ week = \"first\", half = \"morning\" }]",
            "`week` is used without `weekday`",
        ),
        (
            "role = \"neutral\"",
            "role = \"neutral\"\nunavailable = [\"monday 8:10-9:00\"]",
            "`unavailable` has `monday 8:10-9:00`",
        ),
        (
            "role = \"neutral\"",
            "role = \"neutral\"\nunavailable = [{ on = 2025-03-03, half = \"night\" }]",
            "one of morning, afternoon, evening",
        ),
        ("[assumptions]", "[assumptions]\npace_spread = 5", "from 0 to 4"),
        ("[assumptions]", "[assumptions]\nlabor_adopts = [0.9, 0.8, 0.7]", "not a range"),
        ("[assumptions]", "[assumptions]\nmeeting_lead_days = [1, 2, 3]", "unknown key `meeting_lead_days`"),
        ("[assumptions]", "[assumptions]\nsession_postponed_in = { januar = 0.2 }", "did you mean january"),
    ] {
        assert!(text.contains(from), "{from}\n{text}");
        let error = Scenario::parse(&text.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn abbreviations_of_zones_are_questions() {
    for zone in ["EST", "Eastern Standard Time", "est5edt"] {
        let text = EXAMPLE.replace("America/New_York", zone);
        let error = Scenario::parse(&text).unwrap_err();
        assert_eq!(error.problems[0].nearest.as_deref(), Some("America/New_York"), "{zone}");
    }
}

#[test]
fn format_1_reads_the_new_times_too() {
    for (from, to) in [
        ("unavailable = [\"thursday\"]", "available = [2026-10-20, 2026-10-27]"),
        ("unavailable = [\"thursday\"]", "unavailable = [{ weekday = \"thursday\", every = 2, from = 2026-09-10 }]"),
        ("half = \"afternoon\"", "half = \"evening\""),
        ("name = \"Winter break\"", "name = \"February vacation\""),
        ("name = \"Winter break\", ", ""),
        ("unavailable = [2026-12-02, 2026-12-09]", "if_need_be = [2026-12-02, 2026-12-09]"),
        ("role = \"representative\"", "role = \"neutral\"\nrequired = true"),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "{from}");
        let text = if to.contains("neutral") {
            // The first neutral leads.
            let (head, people) = text.split_once("[[people]]").unwrap();
            let mut people: Vec<_> = people.split("[[people]]").collect();
            people.swap(3, 4);
            format!("{head}[[people]]{}", people.join("[[people]]"))
        } else {
            text
        };
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario, "{to}");
        assert!(Simulator::new(&scenario).simulate(Settings { runs: 20, seed: 1, threads: 1 }).is_ok(), "{to}");
    }
}

#[test]
fn overdue_waits_are_named_and_last_on() {
    let scenario = scenario("", "");
    let mut past = ibbi_core::History::new();
    let mut opened = None;
    Simulator::new(&scenario)
        .run(1, 0, |at, event, _| {
            opened.get_or_insert((at, event.clone()));
        })
        .unwrap();
    let (at, event) = opened.unwrap();
    past.offer(1, at, event).unwrap();
    let after = |days: i64| ibbi_core::At::from_millis(at.millis() + days * 24 * 3_600_000).unwrap();
    let forecast = |days: i64| {
        let simulator = Simulator::resume(&scenario, &past, after(days)).unwrap();
        simulator.simulate(Settings { runs: 1_000, seed: 1, threads: 1 }).unwrap()
    };
    let notes = |days| forecast(days).continued.unwrap().notes;
    assert_eq!(notes(20), Vec::<String>::new());
    let late = notes(30);
    assert!(
        late.len() == 3 && late[0].starts_with("overdue: the answer of the superintendent has taken 30 days"),
        "{late:?}"
    );
    // The wait has no end in sight: the longer it has lasted, the longer the rest.
    let rest = |days: i64| {
        let forecast = forecast(days);
        let answers = forecast.drivers.iter().find(|driver| driver.cause == DelayCause::LeaderAnswers).unwrap();
        answers.days
    };
    assert!(rest(30) > 3.0 && rest(5) > 0.0, "{} {}", rest(30), rest(5));
}

/// Returns the sample with evenings, with other sessions.
fn evenings_with(sessions: &str) -> String {
    let text = ibbi_testing::sample_scenarios().into_iter().find(|(name, _)| name == "evenings").unwrap().1;
    let header = "[sessions]\n";
    assert!(text.contains(header));
    text.replacen(header, &format!("{header}{sessions}\n"), 1)
}

#[test]
fn agreed_sessions_must_be_possible_together() {
    for (fixed, expected) in [
        (
            r#"{session="training",part=1,on=2026-12-10,at="16:00"},{session="training",part=2,on=2026-12-09,at="16:00"}"#,
            "part 2 of the training (2026-12-09) is not after part 1 of the training (2026-12-10)",
        ),
        (
            r#"{session="facilitation",part=1,on=2026-12-09,at="16:00"},{session="training",part=2,on=2026-12-09,at="16:00"}"#,
            "part 1 of the facilitation (2026-12-09) is not after part 2 of the training",
        ),
        (r#"{session="training",part=1,on=2020-01-01,at="16:00"}"#, "(2020-01-01) is before `start`"),
        (r#"{session="training",part=1,on=2027-03-14,at="02:15"}"#, "starts at a time that the clocks skip"),
    ] {
        let error = Scenario::parse(&evenings_with(&format!("fixed = [{fixed}]"))).unwrap_err().to_string();
        assert!(error.contains(expected), "{fixed}: {error}");
    }
    let past = Scenario::parse(&evenings_with("training_days = [2020-01-01]")).unwrap_err().to_string();
    assert!(past.contains("every training day is before `start`"), "{past}");
}

#[test]
fn sessions_across_a_clock_change_end_at_local_time() {
    for (on, at, ends) in [("2026-11-01", "01:30", "T04:30:00-05:00"), ("2027-03-14", "00:00", "T05:00:00-04:00")] {
        let fixed = format!("fixed = [{{session=\"training\",part=1,on={on},at=\"{at}\"}}]");
        let plan = Plan::new(&Scenario::parse(&evenings_with(&fixed)).unwrap());
        let training = plan.sessions.iter().find(|session| session.slot.local_day().to_string() == on).unwrap();
        assert_eq!(training.slot.minutes(), 240);
        assert!(training.slot.ends().to_string().ends_with(ends), "{}", training.slot.ends());
    }
}

#[test]
fn deadlines_are_after_the_start_and_none_is_called_contract() {
    let text = evenings_with("");
    for (deadline, expected) in [
        ("{ name = \"budget\", on = 2020-05-03 }", "the deadline `budget` (2020-05-03) is before `start`"),
        ("{ name = \"contract\", on = 2027-05-03 }", "`contract_expires` for the contract, or another name"),
    ] {
        let at = text.lines().find(|line| line.starts_with("deadlines")).map_or_else(String::new, str::to_owned);
        let changed = text.replacen(&at, &format!("deadlines = [{deadline}]"), usize::from(!at.is_empty()));
        let changed = if at.is_empty() { format!("deadlines = [{deadline}]\n{text}") } else { changed };
        let error = Scenario::parse(&changed).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn late_contract_has_no_latest_start_beyond_the_calendar() {
    let text = EXAMPLE.replacen("contract_expires = 2027-06-30", "contract_expires = 9999-12-31", 1);
    let simulator = Simulator::new(&Scenario::parse(&text).unwrap());
    let forecast = simulator.simulate(Settings { runs: 200, seed: 1, threads: 1 }).unwrap();
    let plan = Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    assert_eq!(plan.start_by.unwrap().to_string(), "9996-12-31");
}
