//! Compares the plan with an exhaustive search over all schedules that keep the rules, on small random calendars.

use ibbi_core::holidays::holiday_on;
use ibbi_core::{Date, Format, Seat};
use ibbi_sim::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// How many days the search looks ahead.
const AHEAD: usize = 100;

fn base() -> Scenario {
    let mut text = String::from("district = \"Small\"\nstart = 2026-11-16\ncontract_expires = 2027-01-29\n");
    for (id, rest) in [
        ("a", "role = \"leader\"\nseat = \"superintendent\""),
        ("b", "role = \"leader\"\nseat = \"union_president\"\nparty = \"labor\""),
        ("c", "role = \"leader\"\nseat = \"school_committee\""),
        ("d", "role = \"neutral\""),
        ("e", "role = \"negotiator\"\nparty = \"management\""),
    ] {
        text.push_str(&format!("[[people]]\nid = \"{id}\"\nname = \"{id}\"\n{rest}\n"));
    }
    Scenario::parse(&text).unwrap()
}

fn day(offset: u64) -> Date {
    let start = Date::new(2026, 11, 16).unwrap().to_chrono();
    start.checked_add_days(chrono::Days::new(offset)).unwrap().try_into().unwrap()
}

prop_compose! {
    fn stretch()(from in 0..60_u64, length in 0..12_u64, half in 0..4_usize, weekday in 0..14_usize) -> TimeRule {
        let hours = [None, None, Some(Hours::MORNING), Some(Hours::AFTERNOON)][half];
        let weekdays: Weekdays = Weekday::ALL.get(weekday).copied().into_iter().collect();
        let to = day(from + length + if weekdays.is_empty() { 0 } else { 30 });
        TimeRule { hours, weekdays, ..TimeRule::between(day(from), to) }
    }
}

prop_compose! {
    fn scenarios()(
        times in prop::collection::vec(prop::collection::vec(stretch(), 0..4), 5),
        closed in prop::collection::vec(stretch(), 0..3),
        durations in prop::collection::vec(0..6_u8, 8),
        halves in any::<bool>(),
        working in prop::sample::subsequence(Weekday::ALL.to_vec(), 3..=7),
        expires in 10..80_u64,
    ) -> Scenario {
        let mut scenario = base();
        for (person, times) in scenario.people.iter_mut().zip(times) {
            person.unavailable = times;
        }
        let closures = closed.into_iter().enumerate();
        scenario.calendar.closed = closures
            .map(|(number, when)| Closure { name: format!("closed {number}").parse().unwrap(), when })
            .collect();
        scenario.calendar.working_days = working;
        for (which, days) in Duration::of(Model::First).iter().zip(durations) {
            let days = f64::from(days);
            scenario.assumptions.set_duration(*which, ThreePoint { least: days, likely: days, most: days });
        }
        scenario.contract_expires = Some(day(expires));
        scenario.with_format(if halves { Format::TwoHalfDays } else { Format::FullDay })
    }
}

/// Returns whether the half-day is open and all people on the list are free, straight from the scenario.
fn free(scenario: &Scenario, who: &[&Participant], offset: usize, half: Hours) -> bool {
    let date = day(offset as u64);
    let taken = |time: &TimeRule| time.covers(date) && time.hours.is_none_or(|hours| hours == half);
    scenario.calendar.working_days.contains(&Weekday::from_date(date))
        && holiday_on(date, scenario.calendar.county).is_none()
        && !scenario.calendar.closed.iter().any(|closure| taken(&closure.when))
        && !who.iter().any(|person| person.unavailable.iter().any(taken))
}

/// Returns the earliest possible end: all days that any choice of days can reach, step by step.
fn exhaustive(scenario: &Scenario) -> Option<usize> {
    let likely = |which: Duration| scenario.assumptions.duration(which).value.likely as usize;
    let leaders: Vec<_> = Seat::ALL.iter().map(|seat| scenario.leader(*seat)).collect();
    let meeting: Vec<_> = leaders.iter().copied().chain([scenario.neutral()]).collect();
    let session: Vec<_> = scenario.people.iter().filter(|person| person.binds_sessions()).collect();
    let halves = [Hours::MORNING, Hours::AFTERNOON];
    let any = |who: &[&Participant], d| halves.iter().any(|half| free(scenario, who, d, *half));
    let both = |who: &[&Participant], d| halves.iter().all(|half| free(scenario, who, d, *half));
    // A state is a day and the day of the last session. Every later open day is a choice.
    type States = BTreeSet<(usize, Option<usize>)>;
    let desk = |states: &States, wait: usize| -> States {
        let next = |&(from, last_session): &(usize, Option<usize>)| {
            (from + wait..AHEAD).filter(|d| any(&[], *d)).map(move |d| (d, last_session)).collect::<Vec<_>>()
        };
        states.iter().flat_map(next).collect()
    };
    let sit = |states: &States, wait: usize, fits: &dyn Fn(usize) -> bool| -> States {
        let next = |&(from, last_session): &(usize, Option<usize>)| {
            let first = (from + wait).max(last_session.map_or(0, |last_session| last_session + 1));
            (first..AHEAD).filter(|d| fits(*d)).map(|d| (d, Some(d))).collect::<Vec<_>>()
        };
        states.iter().flat_map(next).collect()
    };
    let mut states: States = [(0, None)].into();
    states = desk(&states, likely(Duration::LeaderResponse));
    states = sit(&states, likely(Duration::MeetingLead), &|d| any(&meeting, d));
    states = desk(&states, likely(Duration::WrittenConfirmation));
    states = desk(&states, likely(Duration::ApplicationReview));
    states = sit(&states, likely(Duration::SessionNotice), &|d| both(&session, d));
    states = desk(&states, likely(Duration::Caucus));
    let notice = likely(Duration::SessionNotice);
    states = match scenario.format().unwrap() {
        Format::FullDay => sit(&states, notice, &|d| both(&session, d)),
        Format::TwoHalfDays => {
            let first = sit(&states, notice, &|d| any(&session, d));
            sit(&first, 0, &|d| any(&session, d))
        }
    };
    states.first().map(|(d, _)| *d)
}

/// Removes the unavailable times of these people and closed ranges, by their index in one list of both.
fn freed(scenario: &Scenario, set: u32) -> Scenario {
    let mut scenario = scenario.clone();
    let people = scenario.people.len();
    for (index, person) in scenario.people.iter_mut().enumerate() {
        if set & (1 << index) != 0 {
            person.unavailable.clear();
        }
    }
    let mut index = people;
    scenario.calendar.closed.retain(|_| {
        index += 1;
        set & (1 << (index - 1)) == 0
    });
    scenario
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// From any point of a case that goes as planned, the plan ends when the search over all schedules says.
    #[test]
    fn no_schedule_ends_before_the_plan_from_a_case(scenario in scenarios()) {
        let mut scenario = scenario;
        for which in Duration::of(Model::First) {
            // Nothing new is booked for the day on which a plan resumes, so that every wait must last at least a day.
            let days = scenario.assumptions.duration(*which).value.likely.max(1.0);
            scenario.assumptions.set_duration(*which, ThreePoint { least: days, likely: days, most: days });
        }
        for chance in Chance::ALL {
            let adopts = matches!(chance, Chance::LaborAdopts | Chance::ManagementAdopts);
            scenario.assumptions.set_chance(*chance, if adopts { 1.0 } else { 0.0 });
        }
        let Some(last) = exhaustive(&scenario) else { return Ok(()) };
        let mut past = ibbi_core::History::new();
        let mut events = Vec::new();
        Simulator::new(&scenario).run(1, 0, |at, event, _| events.push((at, event.clone()))).unwrap();
        for (seq, (at, event)) in (1..).zip(&events[..events.len() - 1]) {
            past.offer(seq, *at, event.clone()).unwrap();
            let plan = Plan::from_simulator(&Simulator::resume(&scenario, &past, *at).unwrap());
            prop_assert_eq!(plan.finishes, Some(day(last as u64)), "after {} events, {:?}", seq, event);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_schedule_ends_before_the_plan(scenario in scenarios()) {
        let plan = Plan::new(&scenario);
        let found = plan.finishes.map(|date| (date.to_chrono() - scenario.start.to_chrono()).num_days() as usize);
        prop_assert_eq!(found.filter(|last| *last < AHEAD), exhaustive(&scenario));
    }

    #[test]
    fn every_earlier_day_has_a_blocker(scenario in scenarios()) {
        for session in Plan::new(&scenario).sessions {
            let (first, booked) = (session.earliest.to_chrono(), session.slot.local_day().to_chrono());
            prop_assert_eq!(session.blocked.len() as i64, (booked - first).num_days());
            let whole = session.slot.minutes() > 240;
            for (day, expected) in session.blocked.iter().zip(first.iter_days()) {
                prop_assert_eq!(day.date.to_chrono(), expected);
                // Every span of time that is free of blockers is too short.
                let minutes = |hours: &BlockedHours| hours.hours.to() - hours.hours.from();
                let open = day.hours.iter().filter(|hours| hours.blockers.is_empty()).map(minutes).max();
                let needed = if whole { 480 } else { 240 };
                prop_assert!(open.unwrap_or(0) < needed);
            }
        }
    }

    #[test]
    fn conflicts_are_the_smallest_set(scenario in scenarios()) {
        let plan = Plan::new(&scenario);
        let ends_in_time = |plan: &Plan| plan.in_time == Some(true);
        prop_assert_eq!(plan.conflicts.is_none(), ends_in_time(&plan));
        let Some(obstacle) = plan.conflicts else { return Ok(()) };
        let causes = scenario.people.len() + scenario.calendar.closed.len();
        let sizes = (0..1_u32 << causes).filter(|set| ends_in_time(&Plan::new(&freed(&scenario, *set))));
        let smallest = sizes.map(u32::count_ones).min();
        let found = u32::try_from(obstacle.blockers.len()).unwrap();
        prop_assert_eq!(Some(found).filter(|found| *found > 0), smallest);
        prop_assert!(obstacle.proven_smallest);
    }
}

#[test]
fn example_plan_matches_a_hand_plan() {
    let plan = Plan::new(&Scenario::parse(EXAMPLE).unwrap());
    let sessions: Vec<_> =
        plan.sessions.iter().map(|one| format!("{}: {} from {}", one.what, one.slot, one.earliest)).collect();
    assert_eq!(
        sessions,
        [
            "introductory meeting: Tue, Sep 29, 2026, 12:00 PM to 4:00 PM from 2026-09-29",
            "training day: Mon, Nov 30, 2026, 8:00 AM to 4:00 PM from 2026-11-06",
            "facilitation, part 1: Mon, Jan 4, 2027, 8:00 AM to 12:00 PM from 2026-12-28",
            "facilitation, part 2: Wed, Jan 6, 2027, 8:00 AM to 12:00 PM from 2027-01-05",
        ]
    );
    let veterans = plan.sessions[1].blocked.iter().find(|day| day.date.to_string() == "2026-11-11").unwrap();
    let names: Vec<_> = veterans.hours[0].blockers.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["Veterans Day", "N. Beaumont"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A refusal by the core is an error in the model, and fails the test.
    #[test]
    fn core_accepts_every_run_in_any_zone(
        scenario in scenarios(),
        chances in prop::collection::vec(0.0..1.0_f64, 7),
        spread in 0.0..40.0_f64,
        zone in prop::sample::select(vec!["Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia", "UTC"]),
        year in prop::sample::select(vec![1971, 2011, 2026, 9996]),
        seed in any::<u64>(),
    ) {
        let mut scenario = scenario;
        for (which, chance) in Chance::ALL.iter().zip(chances) {
            // Enough runs must get far.
            let chance = match which {
                Chance::LaborAdopts | Chance::ManagementAdopts => 1.0 - chance / 4.0,
                which if which.is_gate() => chance / 10.0,
                _ => chance,
            };
            scenario.assumptions.set_chance(*which, chance);
        }
        for which in Duration::of(Model::First) {
            let ThreePoint { least, likely, most } = scenario.assumptions.duration(*which).value;
            scenario.assumptions.set_duration(*which, ThreePoint { least, likely, most: most + spread });
        }
        scenario.start = Date::new(year, 10, 20).unwrap();
        scenario.time_zone = zone.parse().unwrap();
        let forecast = Simulator::new(&scenario).simulate(Settings { runs: 40, seed, threads: 1 });
        prop_assert!(forecast.is_ok(), "{forecast:?}");
    }
}

#[test]
fn sessions_wait_for_a_second_neutral_unless_not_required() {
    let training = |text: &str| {
        let plan = Plan::new(&Scenario::parse(text).unwrap());
        plan.sessions
            .iter()
            .find(|session| matches!(session.what, SessionKind::Training { .. }))
            .unwrap()
            .slot
            .local_day()
    };
    let alone = training(EXAMPLE);
    let with = |rest: &str| {
        let second = format!(
            "[[people]]\nid = \"co-trainer\"\nname = \"C. Trainer\"\nrole = \"neutral\"\nunavailable = [{alone}]\n{rest}"
        );
        training(&EXAMPLE.replacen("[assumptions]", &format!("{second}\n[assumptions]"), 1))
    };
    assert!(with("") > alone);
    assert_eq!(with("required = false"), alone);
}

#[test]
fn closed_ranges_need_no_name_and_can_share_one() {
    let before = "{ name = \"Winter break\", from = 2026-12-24, to = 2027-01-01 },";
    let after = "{ from = 2026-12-24, to = 2027-01-01 },\n  { name = \"Conference\", on = 2026-10-05 },\n  { name = \"Conference\", on = 2026-10-06 },";
    assert!(EXAMPLE.contains(before));
    let scenario = Scenario::parse(&EXAMPLE.replacen(before, after, 1)).unwrap();
    let calendar = Calendar::new(&scenario);
    for date in ["2026-10-05", "2026-10-06", "2026-12-28"] {
        let day = calendar.day(date.parse().unwrap()).unwrap();
        assert_eq!(calendar.half_days(SessionGroup::Training, day, 1), [], "{date} is closed");
    }
    let open = calendar.day("2026-10-07".parse().unwrap()).unwrap();
    assert!(!calendar.half_days(SessionGroup::Training, open, 1).is_empty());
}
