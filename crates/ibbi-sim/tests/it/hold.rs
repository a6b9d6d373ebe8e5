//! Dates to hold, compared with a plain simulation of `docs/simulation.md` and with an exhaustive search.

use ibbi_common::quantile::wilson;
use ibbi_core::holidays::holiday_on;
use ibbi_core::{Date, Event, EventKind};
use ibbi_sim::*;
use proptest::prelude::*;

/// A scenario of format 2 whose office works on Monday to Friday.
fn scenario(training: &[Date], facilitation: &[Date], parts: &str) -> Scenario {
    let list = |days: &[Date]| days.iter().map(|day| format!("\"{day}\"")).collect::<Vec<_>>().join(", ");
    let days = |days: &[Date]| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let available = match facilitation {
        [] => String::new(),
        some => format!(
            "available = [{}]\n",
            some.iter().map(|day| format!("{{ on = {day}, for = \"facilitation\" }}")).collect::<Vec<_>>().join(", ")
        ),
    };
    let training_days =
        if list(training).is_empty() { String::new() } else { format!(", training_days = [{}]", days(training)) };
    let text = format!(
        "version = 2\ndistrict = \"Cedar Bluff\"\nstart = 2025-01-06\n\
         sessions = {{ training = [240], facilitation = {parts}, meeting = 15{training_days} }}\n\
         assumptions = {{ session_postponed = 0.2, session_cut_short = 0.1, withdraws = 0.01, pace_spread = 0.3 }}\n\
         [[people]]\nid = \"a\"\nname = \"A. Upton\"\nrole = \"leader\"\nseat = \"superintendent\"\n\
         [[people]]\nid = \"b\"\nname = \"B. Resch\"\nrole = \"leader\"\nseat = \"union_president\"\nparty = \"labor\"\n\
         [[people]]\nid = \"c\"\nname = \"C. Hale\"\nrole = \"leader\"\nseat = \"school_committee\"\nparty = \"management\"\n\
         [[people]]\nid = \"d\"\nname = \"D. Quinn\"\nrole = \"neutral\"\n{available}"
    );
    Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn later(date: Date, days: u64) -> Date {
    date.to_chrono().checked_add_days(chrono::Days::new(days)).unwrap().try_into().unwrap()
}

/// Returns the first working day of the office from a date on.
fn working(scenario: &Scenario, mut date: Date) -> Date {
    while matches!(Weekday::from_date(date), Weekday::Saturday | Weekday::Sunday)
        || holiday_on(date, scenario.calendar.county).is_some()
    {
        date = later(date, 1);
    }
    date
}

/// A run that goes ahead, as `docs/simulation.md` has it.
struct PlainRun<'a> {
    scenario: &'a Scenario,
    seed: u64,
    run: u64,
    ready: Date,
}

impl<'a> PlainRun<'a> {
    /// Returns the run if it goes ahead. All those that do are completed within the horizon in these scenarios.
    fn new(scenario: &'a Scenario, simulator: &Simulator, seed: u64, run: u64) -> Option<Self> {
        let (mut met, mut accepted) = (None, None);
        let zone = ibbi_common::zone::Zone::find(&scenario.time_zone).unwrap();
        let end = simulator.run(seed, run, |at, event, _| match event.kind() {
            EventKind::MeetingHeld => met = Some(zone.date(at)),
            EventKind::ApplicationAccepted => accepted = Some(zone.date(at)),
            _ => {}
        });
        let accepted = (end.unwrap().ending == Ending::Completed).then_some(accepted?)?;
        let ready = if met == Some(accepted) { later(accepted, 1) } else { accepted };
        Some(Self { scenario, seed, run, ready })
    }

    fn u(&self, stream: u64, occurrence: u64) -> f64 {
        uniform(self.seed, self.run, stream, occurrence)
    }

    fn happens(&self, which: Chance, occurrence: u64) -> bool {
        self.u(which.stream(), occurrence) < self.scenario.assumptions.chance(which).value
    }

    fn days(&self, which: Duration, occurrence: u64) -> u64 {
        let spread = self.scenario.assumptions.pace_spread().value;
        let pace = ThreePoint { least: 1.0 / (1.0 + spread), likely: 1.0, most: 1.0 + spread }
            .quantile(self.u(PACE_STREAM, 0));
        let days = self.scenario.assumptions.duration(which).value.quantile(self.u(which.stream(), occurrence));
        u64::from(whole_days(days * pace))
    }

    /// Returns the day from which the facilitation is possible.
    fn decided(&self, trained: Date) -> Date {
        let party = |party: u64| {
            let from = match self.happens(Chance::ConcernRaised, party) {
                true => working(self.scenario, later(trained, self.days(Duration::Concern, party))),
                false => trained,
            };
            working(self.scenario, later(from, self.days(Duration::Caucus, party)))
        };
        let decided = party(0).max(party(1));
        if decided <= trained { later(trained, 1) } else { decided }
    }

    /// Holds a session on its dates, one after another. Returns the days of its first and its last session.
    fn hold(&self, block: u64, minutes: u16, ready: Date, dates: [Date; 2]) -> Option<(Date, Date)> {
        let (mut left, mut attempt, mut session, mut first) = (minutes, 0, 0, None);
        for date in dates.into_iter().filter(|date| *date >= ready) {
            attempt += 1;
            if self.happens(Chance::SessionPostponed, 1024 * block + attempt - 1) {
                continue;
            }
            let choices = left.div_ceil(30) - 1;
            let cut = self.happens(Chance::SessionCutShort, 1024 * block + session) && choices > 0;
            let choice = (self.u(CUT_AFTER_STREAM, 1024 * block + session) * f64::from(choices)) as u16;
            left -= if cut { 30 * (1 + choice) } else { left };
            session += 1;
            first.get_or_insert(date);
            if left <= 15 {
                return Some((first?, date));
            }
        }
        None
    }

    /// Returns whether the run holds all sessions, and for each one the date on which it is complete.
    fn holds(&self, sessions: &[(u64, u16)], dates: &[[Date; 2]]) -> (bool, Vec<Date>) {
        let (mut ready, mut complete) = (self.ready, Vec::new());
        for (index, ((block, minutes), dates)) in sessions.iter().zip(dates).enumerate() {
            let Some((first, last)) = self.hold(*block, *minutes, ready, *dates) else { return (false, complete) };
            complete.push(last);
            ready = if index == 0 { self.decided(last) } else { later(first, 1) };
        }
        (true, complete)
    }
}

/// The runs of the exhaustive search.
const RUNS: u64 = 400;

const TRAINING: (u64, u16) = (0, 240);

fn dates_of(held: &HeldDates) -> Vec<[Date; 2]> {
    held.sessions.iter().map(|session| [session.slot.local_day(), session.backup.local_day()]).collect()
}

#[test]
fn plain_simulation_confirms_the_chance() {
    let scenario = scenario(&[], &[], "[180, 240]");
    let simulator = Simulator::new(&scenario);
    let sessions = [TRAINING, (16, 180), (17, 240)];
    for confidence in [50, 65] {
        let held = simulator.held_dates(confidence, Settings::default()).unwrap();
        let chance = held.chance.unwrap();
        assert!(chance.low >= f64::from(confidence) / 100.0);
        let dates = dates_of(&held);
        let (mut ahead, mut succeeded, mut backups) = (0_u64, 0_u64, vec![[0_u64; 2]; sessions.len()]);
        for run in 0..20_000 {
            let Some(run) = PlainRun::new(&scenario, &simulator, 77, run) else { continue };
            let (holds, complete) = run.holds(&sessions, &dates);
            ahead += 1;
            succeeded += u64::from(holds);
            for ((counts, complete), dates) in backups.iter_mut().zip(&complete).zip(&dates) {
                counts[0] += u64::from(*complete <= dates[0]);
                counts[1] += 1;
            }
        }
        let close = |printed: f64, found: u64| {
            let found = found as f64 / ahead as f64;
            let error = (printed * (1.0 - printed) * (1.0 / ahead as f64 + 1.0 / held.runs_ahead as f64)).sqrt();
            assert!((found - printed).abs() <= 4.0 * error, "printed {printed:.4}, found {found:.4}, error {error:.4}");
        };
        close(chance.estimate, succeeded);
        for (session, counts) in held.sessions.iter().zip(backups) {
            close(session.chance, counts[0]);
            close(session.backup_chance, counts[1]);
        }
    }
}

#[test]
fn every_sample_has_calendars_in_order_of_their_odds() {
    let mut below = Vec::new();
    for (name, text) in ibbi_testing::sample_scenarios() {
        let simulator = Simulator::new(&Scenario::parse(&text).unwrap());
        let settings = Settings { runs: 4_000, ..Settings::default() };
        let CandidateCalendars { even_odds, safe } = simulator.candidate_calendars(settings).unwrap();
        let (Some(even), Some(odds)) = (even_odds.chance, safe.chance) else {
            // Without dates for even odds, none are invented for more.
            assert!(even_odds.chance.is_none() && safe.chance.is_none(), "{name}: {even_odds:?}\n{safe:?}");
            assert!(even_odds.sessions.is_empty() && safe.sessions.is_empty(), "{name}");
            continue;
        };
        assert!(even.low >= 0.5 && odds.low >= f64::from(safe.confidence) / 100.0, "{name}");
        assert!(even_odds.last <= safe.last, "{name}");
        if safe.confidence < CandidateCalendars::SAFE {
            below.push(name);
            let next = simulator.held_dates(safe.confidence + 5, settings).unwrap();
            assert_eq!(next.chance, None, "no greater step has dates");
        }
    }
    assert!(!below.is_empty(), "a sample has no dates for four in five");
}

#[test]
fn dates_are_held_for_what_is_ahead_of_a_case() {
    let scenario = Scenario::parse(EXAMPLE).unwrap();
    let mut events = Vec::new();
    Simulator::new(&scenario).run(1, 2, |at, event, _| events.push((at, event.clone()))).unwrap();
    let settings = Settings { runs: 2_000, ..Settings::default() };
    let held_after = |kind: EventKind| {
        let length = events.iter().position(|(_, event)| event.kind() == kind).unwrap() + 1;
        let mut history = ibbi_core::History::new();
        for (seq, (at, event)) in (2..).zip(&events[..length]) {
            history.offer(seq, *at, event.clone()).unwrap();
        }
        let as_of = ibbi_core::At::from_millis(events[length - 1].0.millis() + 3_600_000).unwrap();
        let simulator = Simulator::resume(&scenario, &history, as_of).unwrap();
        (as_of.date_at_offset(-300), simulator.held_dates(60, settings).unwrap())
    };
    let kinds = |held: &HeldDates| held.sessions.iter().map(|session| session.what).collect::<Vec<_>>();
    let facilitation = [1, 2].map(|part| SessionKind::Facilitation { part });
    // The training is booked: its day is the first date.
    let (today, held) = held_after(EventKind::SessionScheduled);
    let booked = events.iter().find_map(|(_, event)| match event {
        Event::SessionScheduled(scheduled) => Some(scheduled.slot),
        _ => None,
    });
    assert_eq!(kinds(&held)[0], SessionKind::Training { part: None });
    assert!(held.sessions[0].booked && Some(held.sessions[0].slot) == booked, "{held:?}");
    assert!(held.sessions.iter().all(|session| session.slot.local_day() > today && session.slot < session.backup));
    // After the training, only the facilitation is ahead.
    let (today, held) = held_after(EventKind::CaucusOpened);
    assert_eq!(kinds(&held), facilitation);
    assert!(held.chance.unwrap().low >= 0.6);
    assert!(held.sessions.iter().all(|session| !session.booked && session.slot.local_day() > today));
}

/// Returns the dates that `docs/simulation.md` asks for, from all sets of dates.
fn exhaustive(scenario: &Scenario, confidence: u64, days: [&[Date]; 2]) -> Option<(f64, Vec<[Date; 2]>)> {
    // Whether a run goes ahead, and when it is accepted, doesn't depend on the days for sessions.
    let simulator = Simulator::new(&self::scenario(&[], &[], "[240]"));
    let sessions = [TRAINING, (16, 240)];
    let half = |odd: u64| -> Vec<PlainRun<'_>> {
        (0..RUNS).filter(|run| run % 2 == odd).filter_map(|run| PlainRun::new(scenario, &simulator, 1, run)).collect()
    };
    let (choosing, certifying) = (half(0), half(1));
    let total = choosing.len() as u64;
    let pairs = |days: &[Date]| -> Vec<[Date; 2]> {
        days.iter().flat_map(|one| days.iter().filter(move |two| one < two).map(|two| [*one, *two])).collect()
    };
    // For every set, the number of runs that succeed; without those that hold a date for too few.
    let mut sets = Vec::new();
    for training in pairs(days[0]) {
        for facilitation in pairs(days[1]) {
            let dates = vec![training, facilitation];
            let ordered =
                training[0] < facilitation[0] && training[1] < facilitation[1] && training[1] != facilitation[0];
            let ended: Vec<_> = choosing.iter().map(|run| run.holds(&sessions, &dates)).collect();
            let by_date = |session: usize| {
                ended.iter().filter(|(_, complete)| complete.get(session) == Some(&dates[session][0])).count() as u64
            };
            if ordered && (0..2).all(|session| 5 * by_date(session) >= total) {
                let succeeded = ended.iter().filter(|(holds, _)| *holds).count() as u64;
                let sum: i64 =
                    dates.iter().flatten().map(|day| (day.to_chrono() - scenario.start.to_chrono()).num_days()).sum();
                sets.push((facilitation[1], sum, dates, succeeded));
            }
        }
    }
    sets.sort();
    let mut needed = (total * confidence).div_ceil(100);
    while needed <= total {
        let (_, _, dates, _) = sets.iter().find(|(.., succeeded)| *succeeded >= needed)?;
        let succeeded = certifying.iter().filter(|run| run.holds(&sessions, dates).0).count() as u64;
        let chance = wilson(succeeded, certifying.len() as u64)?;
        let missing = confidence as f64 / 100.0 - chance.low;
        if missing <= 0.0 {
            return Some((chance.estimate, dates.clone()));
        }
        needed += ((missing * total as f64).ceil() as u64).max(total.div_ceil(400));
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_set_of_dates_is_earlier(
        training in prop::collection::btree_set(45..120_u64, 5..=9),
        facilitation in prop::collection::btree_set(90..200_u64, 5..=9),
        confidence in prop::sample::select(vec![50, 60, 70]),
    ) {
        let start = "2025-01-06".parse().unwrap();
        let days = |offsets: &std::collections::BTreeSet<u64>| -> Vec<Date> {
            let open = |date: &Date| !matches!(Weekday::from_date(*date), Weekday::Saturday | Weekday::Sunday)
                && holiday_on(*date, None).is_none();
            offsets.iter().map(|days| later(start, *days)).filter(open).collect()
        };
        let (training, facilitation) = (days(&training), days(&facilitation));
        prop_assume!(training.len() > 1 && facilitation.len() > 1);
        let scenario = scenario(&training, &facilitation, "[240]");
        let settings = Settings { runs: RUNS, seed: 1, threads: 1 };
        let held = Simulator::new(&scenario).held_dates(confidence, settings).unwrap();
        let expected = exhaustive(&scenario, confidence.into(), [&training, &facilitation]);
        prop_assert_eq!(held.chance.map(|chance| chance.estimate), expected.as_ref().map(|(chance, _)| *chance));
        prop_assert_eq!(dates_of(&held), expected.map(|(_, dates)| dates).unwrap_or_default());
    }
}
