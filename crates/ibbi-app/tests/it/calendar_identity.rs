//! The identity of calendar entries, from the plan to the booking, whatever the clocks and the times of the records are.

use ibbi_app::ledger::MemoryStore;
use ibbi_app::service::{CaseService, Ids, Offer, offers_from_json};
use ibbi_app::sim::{EXAMPLE, Scenario, TimeRule};
use ibbi_app::zone::Zone;
use ibbi_app::{input, schedule};
use ibbi_core::{At, EventKind, Name};
use ibbi_report::ics::{EntryId, IcsEntry, IcsStatus, PublishedEntries, SessionRef, sequence_at};
use ibbi_testing::UNTIL_SECOND_DECISION;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const CASE: Uuid = Uuid::from_u128(0x0193_1c5e_7a10_7cc3_98c4_dc0c_0c07_398f);
/// The number of events after which the training is booked. With all of them, it was held.
const BOOKED: usize = 15;
const DAY: i64 = 86_400_000;

fn at(text: &str) -> At {
    Zone::default().read(text, At::MIN).unwrap()
}

fn later(at: At, millis: i64) -> At {
    At::from_millis(at.millis() + millis).unwrap()
}

/// Returns the entries of a calendar by their ID.
fn entries(text: &str) -> BTreeMap<String, IcsEntry> {
    let read = PublishedEntries::from_ics(text).unwrap();
    read.entries().iter().map(|entry| (entry.uid.clone(), entry.clone())).collect()
}

fn uid(session: SessionRef) -> String {
    EntryId { case: CASE, session }.to_string()
}

/// Returns a scenario with the ID of the case.
fn scenario() -> Scenario {
    Scenario { id: Some(CASE), ..Scenario::parse(EXAMPLE).unwrap() }
}

/// Returns a scenario whose neutral can't come on the day of a session of its plan.
fn without_day_of(scenario: &Scenario, session: SessionRef) -> Scenario {
    let text = schedule::scenario_calendar(scenario, None, at("2026-01-01 12:00"), None).unwrap().text;
    let day = entries(&text)[&uid(session)].slot.starts().date();
    let mut scenario = scenario.clone();
    let neutral = scenario.people.iter_mut().find(|person| person.role == ibbi_app::sim::Role::Neutral).unwrap();
    neutral.unavailable.push(TimeRule::on(day));
    scenario
}

fn planned(scenario: &Scenario, stamp: At, before: Option<&str>) -> String {
    schedule::scenario_calendar(scenario, None, stamp, before).unwrap().text
}

/// A case in memory, whose records are logged when its clock says.
struct Recorded {
    service: CaseService<MemoryStore>,
    clock: Arc<AtomicI64>,
}

impl Recorded {
    /// Opens the case with the scenario's ID, and records some of its events. They happened in 2025.
    fn new(events: usize, logged: At) -> Self {
        let clock = Arc::new(AtomicI64::new(logged.millis()));
        let read = Arc::clone(&clock);
        let store = MemoryStore::with_clock(move || Ok(At::from_millis(read.load(Ordering::SeqCst)).unwrap()));
        let mut service = CaseService::new(store, Ids::random());
        let opening = input::from_pairs(EventKind::CaseOpened, &["district=Maple Hollow"], Zone::default()).unwrap();
        let opened = Offer { at: Some(at("2025-09-02 09:00").into()), ..Offer::new(opening, actor()) };
        service.record(Offer { new_case: Some(CASE), ..opened }).unwrap();
        let mut recorded = Self { service, clock };
        for line in UNTIL_SECOND_DECISION.lines().take(events) {
            recorded.record(line);
        }
        recorded
    }

    fn record(&mut self, line: &str) -> u64 {
        let now = At::from_millis(self.clock.load(Ordering::SeqCst)).unwrap();
        let offers = offers_from_json(line.as_bytes(), Zone::default(), now, &actor()).unwrap();
        let recorded =
            offers.into_iter().map(|offer| self.service.record(Offer { case: Some(CASE), ..offer }).unwrap());
        recorded.last().unwrap().seq.unwrap()
    }

    fn calendar(&mut self, stamp: At, before: Option<&str>) -> String {
        let log = self.service.case(CASE).unwrap().clone();
        schedule::cases_calendar(Path::new("cases"), &[&log], stamp, before).unwrap().text
    }
}

fn actor() -> Name {
    Name::new("clerk").unwrap()
}

fn booking(day: &str) -> String {
    let slot = format!(r#"{{"starts":"{day}T08:00:00-04:00","ends":"{day}T16:00:00-04:00"}}"#);
    format!(
        r#"{{"type":"session_scheduled","data":{{"part":1,"slot":{slot},"neutral":{{"id":"reyes","name":"Ines Reyes"}}}},"at":"2025-10-07 09:00"}}"#
    )
}

/// A plan was published, and then the case in the same file. The records were logged before the plan was published, at the same time, or
/// after it: the clocks of two computers can differ, and a ledger can be older than the file.
#[test]
fn booking_replaces_the_planned_entry_of_the_file_whenever_it_was_logged() {
    let published = at("2026-03-02 12:00");
    for days in [-140, -1, 0, 1, 300] {
        let plan = planned(&scenario(), published, None);
        let mut case = Recorded::new(BOOKED, later(published, days * DAY));
        let booked = case.calendar(later(published, DAY / 24), Some(&plan));
        let (before, after) = (entries(&plan), entries(&booked));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{days}");
        let confirmed: Vec<_> = after
            .values()
            .filter(|entry| entry.status == IcsStatus::Confirmed)
            .map(|entry| entry.uid.clone())
            .collect();
        assert_eq!(confirmed, [uid(SessionRef::meeting()), uid(SessionRef::training(1))], "{days}");
        for (uid, entry) in &after {
            assert_eq!(before[uid].status, IcsStatus::Tentative);
            if confirmed.contains(uid) {
                assert!(entry.sequence > before[uid].sequence, "{days}: {uid}");
            } else {
                assert_eq!(entry, &before[uid], "{days}: what is planned stays until it is booked");
            }
        }
        // Written again, it is the same, and so is a plan in the same file after all.
        assert_eq!(entries(&case.calendar(later(published, DAY), Some(&booked))), after, "{days}");
        let back = entries(&planned(&scenario(), later(published, -DAY), Some(&booked)));
        for (uid, entry) in &back {
            let was = &after[uid];
            assert!(entry == was || entry.sequence > was.sequence, "{days}: {uid}");
            assert!(!confirmed.contains(uid) || entry.sequence > was.sequence, "{days}: {uid}");
        }
    }
}

/// A case of last year that is recorded today has the sequences of today, so it is newer than each plan before.
#[test]
fn sequence_follows_from_when_a_record_was_logged_and_not_from_when_it_happened() {
    let logged = at("2026-03-02 12:00");
    let calendar = Recorded::new(usize::MAX, logged).calendar(later(logged, DAY), None);
    let found = entries(&calendar);
    assert_eq!(found.len(), 2, "{calendar}");
    for entry in found.values() {
        assert!(entry.slot.starts().at() < at("2025-11-01 00:00"));
        assert_eq!((entry.sequence, entry.modified), (sequence_at(logged), logged), "{}", entry.uid);
    }
}

/// The records of an import are logged at one instant. So are those of a fast clerk, for a sequence of seconds.
#[test]
fn changes_that_were_logged_at_one_instant_have_increasing_sequences() {
    let logged = at("2025-10-08 12:00");
    let mut case = Recorded::new(BOOKED, logged);
    let training = uid(SessionRef::training(1));
    let mut published = case.calendar(logged, None);
    let postponed = r#"{"type":"session_postponed","data":{"part":1,"reason":"snow"},"at":"2025-10-07 08:00"}"#;
    let mut known = entries(&published)[&training].clone();
    let mut mistake = 0;
    for (step, status) in [
        ("postpone", IcsStatus::Cancelled),
        ("book", IcsStatus::Confirmed),
        ("void", IcsStatus::Cancelled),
        ("book again", IcsStatus::Confirmed),
    ] {
        match step {
            "postpone" => _ = case.record(postponed),
            "book" => mistake = case.record(&booking("2025-10-22")),
            "void" => {
                let void = format!(r#"{{"type":"event_voided","data":{{"seq":{mistake},"reason":"the wrong day"}}}}"#);
                case.record(&void);
            }
            _ => _ = case.record(&booking("2025-10-23")),
        }
        let alone = entries(&case.calendar(logged, None));
        published = case.calendar(logged, Some(&published));
        assert_eq!(alone, entries(&published), "{step}: the records alone make the same entries as the file");
        let entry = &alone[&training];
        assert!(entry.sequence > known.sequence, "{step}: {} after {}", entry.sequence, known.sequence);
        assert_eq!(entry.status, status, "{step}");
        known = entry.clone();
    }
    // The meeting did not change.
    assert_eq!(entries(&published)[&uid(SessionRef::meeting())].sequence, sequence_at(logged));
}

#[test]
fn two_plans_within_one_second_have_increasing_sequences() {
    let session = SessionRef::facilitation(1);
    let (first, stamp) = (scenario(), at("2026-03-02 12:00"));
    let second = without_day_of(&first, session);
    for millis in [0, 1, 999, -1, -DAY] {
        let before = planned(&first, stamp, None);
        let stamp = later(stamp, millis);
        let after = planned(&second, stamp, Some(&before));
        let again = planned(&first, stamp, Some(&after));
        let [before, after, again] = [&before, &after, &again].map(|text| entries(text));
        let uid = uid(session);
        assert_eq!(after[&uid].sequence, before[&uid].sequence + 1, "{millis}");
        assert_eq!(again[&uid].sequence, before[&uid].sequence + 2, "{millis}");
        assert_ne!(after[&uid].slot, before[&uid].slot, "{millis}");
        assert_eq!(again[&uid].slot, before[&uid].slot, "{millis}");
        let meeting = &before[&EntryId { case: CASE, session: SessionRef::meeting() }.to_string()];
        assert_eq!(after[&meeting.uid].sequence, meeting.sequence, "{millis}: the meeting did not move");
    }
}
