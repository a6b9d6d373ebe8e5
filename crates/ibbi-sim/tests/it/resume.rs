//! Forecasts that resume a case: what is done stays done, and a wait is drawn given how long it has lasted.

use ibbi_core::{At, Event, EventKind, History, Stage, events::*};
use ibbi_sim::*;

const HOUR: i64 = 3_600_000;

fn scenario() -> Scenario {
    Scenario::parse(EXAMPLE).unwrap()
}

fn after(at: At, hours: i64) -> At {
    At::from_millis(at.millis() + hours * HOUR).unwrap()
}

/// Returns the events of a run of a scenario.
fn events(scenario: &Scenario, seed: u64, run: u64) -> Vec<(At, Event)> {
    let mut events = Vec::new();
    Simulator::new(scenario).run(seed, run, |at, event, _| events.push((at, event.clone()))).unwrap();
    events
}

fn history(events: &[(At, Event)]) -> History {
    let mut history = History::new();
    for (seq, (at, event)) in (2..).zip(events) {
        history.offer(seq, *at, event.clone()).unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    history
}

fn simulate(simulator: &Simulator, runs: u64) -> Forecast {
    simulator.simulate(Settings { runs, seed: 5, threads: 1 }).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn every_prefix_of_a_run_can_be_resumed() {
    let mut scenario = scenario();
    for chance in [Chance::ConcernRaised, Chance::SessionPostponed, Chance::SessionCutShort] {
        scenario.assumptions.set_chance(chance, 0.4);
    }
    let mut stages = std::collections::BTreeMap::<Stage, usize>::new();
    for format in [ibbi_core::Format::FullDay, ibbi_core::Format::TwoHalfDays] {
        scenario = scenario.with_format(format);
        for run in (0..).take(ibbi_testing::samples(40)) {
            let events = events(&scenario, 3, run);
            for length in 1..=events.len() {
                let past = history(&events[..length]);
                if past.case().stage() == Stage::Closed {
                    continue;
                }
                *stages.entry(past.case().stage()).or_default() += 1;
                // Immediately, later on the same day, and after weeks in which nothing was recorded.
                for hours in [0, 5, 24 * 40] {
                    let as_of = after(past.case().file().unwrap().last_at(), hours);
                    let simulator = Simulator::resume(&scenario, &past, as_of).unwrap();
                    // A run that the core refuses is an error.
                    let forecast = simulate(&simulator, 20);
                    let continued = forecast.continued.unwrap();
                    assert_eq!((continued.as_of, continued.stage), (as_of, past.case().stage()));
                    assert!(
                        forecast
                            .finish
                            .all()
                            .iter()
                            .all(|(_, date)| date.is_none_or(|date| date >= as_of.date_at_offset(-300)))
                    );
                    let _ = Plan::from_simulator(&simulator);
                }
            }
        }
    }
    let least = if ibbi_testing::is_full() { 20 } else { 3 };
    for stage in Stage::ALL.iter().filter(|stage| !matches!(stage, Stage::Unopened | Stage::Closed)) {
        assert!(stages.get(stage).is_some_and(|count| *count > least), "{stage}: {stages:?}");
    }
}

#[test]
fn past_decisions_are_not_drawn_again() {
    let mut scenario = scenario();
    for chance in [Chance::LeaderDeclines, Chance::Withdraws] {
        scenario.assumptions.set_chance(chance, 0.0);
    }
    scenario.assumptions.set_chance(Chance::LaborAdopts, 0.5);
    let all = events(&scenario, 1, 0);
    let at = |kind: EventKind, nth: usize| {
        let mut found = all.iter().enumerate().filter(|(_, (_, event))| event.kind() == kind);
        found.nth(nth).unwrap().0 + 1
    };
    // After all leaders have agreed, the chance that one declines has no effect.
    let mut declining = scenario.clone();
    declining.assumptions.set_chance(Chance::LeaderDeclines, 1.0);
    let agreed = history(&all[..at(EventKind::LeaderAgreed, 2)]);
    let simulator = Simulator::resume(&declining, &agreed, agreed.case().file().unwrap().last_at()).unwrap();
    assert_eq!(simulate(&simulator, 50).outcomes[Ending::LeaderDeclined as usize].runs, 0);

    // After labor has adopted, its chance has no effect.
    let mut undecided = history(&all[..at(EventKind::CaucusOpened, 1)]);
    let last = undecided.case().file().unwrap().last_at();
    let spokesperson = undecided.case().teams().unwrap().members(ibbi_core::Party::Labor)[0].person.id;
    let decision = ibbi_core::Decision::Adopt;
    let decided = PartyDecided { decision, party: ibbi_core::Party::Labor, spokesperson };
    undecided.offer(1000, last, Event::from(decided)).unwrap();
    let mut never = scenario.clone();
    never.assumptions.set_chance(Chance::LaborAdopts, 0.0);
    never.assumptions.set_chance(Chance::ManagementAdopts, 1.0);
    let forecast = simulate(&Simulator::resume(&never, &undecided, last).unwrap(), 50);
    assert_eq!(forecast.outcomes[Ending::NotAdopted as usize].runs, 0);
}

#[test]
fn wait_is_drawn_given_its_length_so_far() {
    let mut scenario = scenario();
    scenario.assumptions.set_duration(Duration::LeaderResponse, ThreePoint { least: 0.0, likely: 10.0, most: 40.0 });
    scenario.assumptions.set_chance(Chance::LeaderDeclines, 0.0);
    scenario.calendar.working_days = Weekday::ALL.to_vec();
    let all = events(&scenario, 1, 0);
    let opened = history(&all[..1]);
    // No leader has answered for 25 days, so only the part of the triangular distribution above 25 is left.
    let as_of = after(all[0].0, 25 * 24);
    let simulator = Simulator::resume(&scenario, &opened, as_of).unwrap();
    let mut days = Vec::new();
    for run in 0..4000 {
        let mut first = true;
        simulator
            .run(1, run, |at, event, _| {
                if first && event.kind() == EventKind::LeaderAgreed {
                    days.push((at.millis() - all[0].0.millis()) / (24 * HOUR));
                    first = false;
                }
            })
            .unwrap();
    }
    days.sort_unstable();
    // The first of three answers. Each exceeds x with the probability ((40 - x) / (40 - 25))².
    assert!(days[0] >= 25 && days[days.len() - 1] <= 40, "{days:?}");
    let beyond = |x: f64| ((40.0 - x) / 15.0_f64).powi(6);
    for x in [26, 27, 28, 30] {
        // Days are rounded half up: a wait of at least x days is one of more than x - 0.5.
        let (expected, found) = (beyond(f64::from(x) - 0.5), days.iter().filter(|day| **day >= i64::from(x)).count());
        let found = found as f64 / days.len() as f64;
        let error = (expected * (1.0 - expected) / days.len() as f64).sqrt();
        assert!((found - expected).abs() < 4.0 * error, "{x}: {found}, expected {expected}");
    }
}

#[test]
fn booked_session_moves_only_if_postponed() {
    let mut scenario = scenario();
    for chance in Chance::ALL {
        let adopts = matches!(chance, Chance::LaborAdopts | Chance::ManagementAdopts);
        scenario.assumptions.set_chance(*chance, f64::from(u8::from(adopts)));
    }
    let all = events(&scenario, 9, 4);
    let booked = all.iter().position(|(_, event)| event.kind() == EventKind::SessionScheduled).unwrap();
    let Event::SessionScheduled(scheduled) = &all[booked].1 else { panic!("a booking") };
    let past = history(&all[..=booked]);
    // Other assumptions and another calendar do not move it.
    scenario.assumptions.set_duration(Duration::SessionNotice, ThreePoint { least: 90.0, likely: 90.0, most: 90.0 });
    let person = scenario.people.iter_mut().find(|person| person.is_member()).unwrap();
    let day = Some(scheduled.slot.local_day());
    person.unavailable.push(TimeRule { from: day, to: day, ..TimeRule::ALWAYS });
    let simulator = Simulator::resume(&scenario, &past, past.case().file().unwrap().last_at()).unwrap();
    let mut opened = Vec::new();
    simulator
        .run(1, 0, |at, event, _| {
            if event.kind() == EventKind::SessionOpened {
                opened.push(at)
            }
        })
        .unwrap();
    assert_eq!(opened[0], scheduled.slot.starts().at());
    let plan = Plan::from_simulator(&simulator);
    let booked: Vec<_> = plan.sessions.iter().map(|session| (session.booked, session.slot.minutes())).collect();
    assert_eq!(booked, [(true, 480), (false, 240), (false, 240)], "the training is booked, the facilitation is not");
    assert_eq!(plan.sessions[0].slot, scheduled.slot);
}

#[test]
fn facts_of_the_case_win_and_are_noted() {
    let mut scenario = scenario();
    let all = events(&scenario, 1, 0);
    let accepted = all.iter().position(|(_, event)| event.kind() == EventKind::ApplicationAccepted).unwrap();
    let past = history(&all[..=accepted]);
    let last = past.case().file().unwrap().last_at();
    let (gone, moved) = (scenario.team(ibbi_core::Party::Labor).next().unwrap().id, scenario.neutral().id);
    scenario.people.retain(|person| person.id != gone || person.seat.is_some());
    scenario.people.iter_mut().filter(|person| person.id == gone).for_each(|person| person.party = None);
    scenario.contract_expires = scenario.contract_expires.map(|_| "2027-09-30".parse().unwrap());
    let simulator = Simulator::resume(&scenario, &past, last).unwrap();
    let forecast = simulate(&simulator, 10);
    assert_eq!(forecast.contract_expires.unwrap().to_string(), "2027-06-30");
    assert!(forecast.continued.unwrap().notes.iter().any(|note| note.contains("contract date Jun 30, 2027 is used")));
    assert_eq!(simulator.digest(), scenario.digest());
    // The neutral can't be on a team of the case.
    let member = past.case().teams().unwrap().members(ibbi_core::Party::Management)[0].person.id;
    scenario.people.retain(|person| person.id != member);
    scenario.people.iter_mut().filter(|person| person.id == moved).for_each(|person| person.id = member);
    let error = Simulator::resume(&scenario, &past, last).err().unwrap();
    assert!(matches!(error, ResumeError::NeutralOnTeam { id, .. } if id == member), "{error}");
}

#[test]
fn unsuitable_case_has_a_clear_error() {
    let scenario = scenario();
    let at: At = "2026-09-08T12:00:00.000Z".parse().unwrap();
    let error = |history: &History, at| Simulator::resume(&scenario, history, at).err().unwrap().to_string();
    assert!(error(&History::new(), at).contains("not open yet"));
    let all = events(&scenario, 1, 0);
    let closed = history(&all);
    assert_eq!(closed.case().stage(), Stage::Closed);
    assert!(error(&closed, At::MAX).contains("closed"));
    let open = history(&all[..3]);
    assert!(error(&open, At::MIN).contains("use that time or a later one"));
    assert!(error(&open, At::MAX).contains("years"));
}

/// Returns a case in which both parties have adopted and the format is chosen, but no facilitation is booked yet.
fn at_facilitation(scenario: &Scenario) -> History {
    let run = (0..).find(|run| {
        let end = Simulator::new(scenario).run(1, *run, |_, _, _| {}).unwrap();
        end.ending == Ending::Completed
    });
    let all = events(scenario, 1, run.unwrap());
    let chosen = all.iter().position(|(_, event)| event.kind() == EventKind::FormatChosen).unwrap();
    history(&all[..=chosen])
}

struct RealCase {
    history: History,
    day: chrono::NaiveDate,
    neutral: ibbi_core::Person,
}

impl RealCase {
    fn new(scenario: &Scenario) -> Self {
        let history = at_facilitation(scenario);
        let last = history.case().file().unwrap().last_at();
        let neutral = scenario.neutral();
        let neutral = ibbi_core::Person { id: neutral.id, name: neutral.name.clone() };
        Self { history, day: last.to_chrono().date_naive() + chrono::Days::new(10), neutral }
    }

    fn slot(&self, after: u64, from: &str, to: &str) -> ibbi_core::Slot {
        let day = self.day + chrono::Days::new(after);
        let time = |time: &str| format!("{day}T{time}:00-05:00").parse().unwrap();
        ibbi_core::Slot::new(time(from), time(to)).unwrap()
    }

    fn record(&mut self, at: At, event: impl Into<Event>) -> &mut Self {
        let seq = self.history.entries().last().unwrap().seq + 1;
        self.history.offer(seq, at, event.into()).unwrap_or_else(|refusal| panic!("{refusal}"));
        self
    }

    fn book(&mut self, part: u8, slot: ibbi_core::Slot) -> &mut Self {
        let at = self.history.case().file().unwrap().last_at();
        let neutral = self.neutral.clone();
        self.record(at, SessionScheduled { co_neutrals: Default::default(), neutral, part, place: None, slot })
    }

    fn open(&mut self, part: u8, at: At) -> &mut Self {
        let everyone = self.history.case().teams().unwrap().everyone().map(|member| member.person.id);
        let present = ibbi_core::MemberIds::new(everyone).unwrap();
        let neutral = self.neutral.clone();
        self.record(
            at,
            SessionOpened {
                advisers: Default::default(),
                co_neutrals: Default::default(),
                substitutes: Default::default(),
                neutral,
                observers: Default::default(),
                part,
                present,
            },
        )
    }
}

#[test]
fn states_that_only_cases_reach_can_be_resumed() {
    let mut scenario = scenario();
    for chance in [Chance::SessionPostponed, Chance::SessionCutShort] {
        scenario.assumptions.set_chance(chance, 0.3);
    }
    let hours = |slot: ibbi_core::Slot, hours| after(slot.starts().at(), hours);
    let minutes = |at: At, minutes: i64| At::from_millis(at.millis() + minutes * 60_000).unwrap();
    let mut tried = 0;
    let mut try_at = |what: &str, real: &RealCase, as_of: At| {
        let simulator = Simulator::resume(&scenario, &real.history, as_of).unwrap();
        let forecast = simulate(&simulator, 200);
        assert!(forecast.outcomes[Ending::Completed as usize].runs > 190, "{what}: {:?}", forecast.outcomes);
        let _ = Plan::from_simulator(&simulator);
        tried += 1;
    };
    let last = |real: &RealCase| real.history.case().file().unwrap().last_at();

    let mut real = RealCase::new(&scenario);
    let (first, second) = (real.slot(20, "15:00", "19:00"), real.slot(5, "09:30", "13:30"));
    real.book(1, first).book(2, second);
    try_at("the second part is booked before the first", &real, last(&real));
    try_at("the second part's slot has begun", &real, hours(second, 1));
    try_at("both slots have passed", &real, hours(first, 100));

    let mut real = RealCase::new(&scenario);
    let (morning, evening) = (real.slot(5, "08:00", "12:00"), real.slot(5, "16:30", "20:30"));
    real.book(1, morning).book(2, evening);
    try_at("both parts are booked for one day", &real, last(&real));
    real.open(1, minutes(morning.starts().at(), 35));
    try_at("a session opened late and is open", &real, hours(morning, 2));
    try_at("a session is still open weeks later", &real, hours(morning, 700));
    let left_early = ibbi_core::MemberIds::default();
    let reason = ibbi_core::Reason::new("a burst pipe").unwrap();
    real.record(minutes(morning.starts().at(), 96), SessionAdjourned { late: Default::default(), left_early, reason });
    try_at("an odd rest is left, and the other part's slot is today", &real, hours(morning, 3));
    let make_up = real.slot(9, "17:15", "18:00");
    real.book(1, make_up);
    try_at("a make-up is booked that is shorter than the rest", &real, hours(morning, 4));
    let postponed = SessionPostponed { part: 2, reason: ibbi_core::Reason::new("a date nobody can make").unwrap() };
    real.record(hours(morning, 5), postponed);
    try_at("a part is postponed and not booked anew", &real, hours(morning, 30));
    let far = real.slot(900, "08:00", "12:00");
    real.book(2, far);
    let simulator = Simulator::resume(&scenario, &real.history, hours(morning, 30)).unwrap();
    assert_eq!(simulate(&simulator, 20).outcomes[Ending::Unfinished as usize].runs, 20, "no run reaches that day");
    assert_eq!(tried, 9);
}
