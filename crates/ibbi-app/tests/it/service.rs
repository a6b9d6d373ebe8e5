//! Recording through [`CaseService`], on a store in memory and on a ledger's file.

use ibbi_app::AppError;
use ibbi_app::ledger::{self, AppendError, Clock, FirstLine, LedgerService, MemoryStore, OpenOptions};
use ibbi_app::ledger::{CaseQuery, EventStore, Order};
use ibbi_app::service::{CaseService, Ids, Offer, Recorded};
use ibbi_core::events::{CaseOpened, CaseWithdrawn, EventVoided, NoteAdded};
use ibbi_core::{At, Event, Name, NoteText, Program, Reason, Stage, TimeZoneName};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use uuid::Uuid;

/// A clock that the tests set.
#[derive(Clone)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        let noon: At = "2026-09-01T16:00:00.000Z".parse().unwrap();
        Self(Arc::new(AtomicI64::new(noon.millis())))
    }

    fn now(&self) -> At {
        At::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Returns the time so many milliseconds from now.
    fn later(&self, millis: i64) -> At {
        At::from_millis(self.now().millis() + millis).unwrap()
    }

    fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || Ok(clock.now()))
    }
}

fn actor() -> Name {
    Name::new("clerk").unwrap()
}

fn offer(case: Option<Uuid>, event: impl Into<Event>) -> Offer {
    Offer { case, ..Offer::new(event.into(), actor()) }
}

fn opening(district: &str) -> CaseOpened {
    CaseOpened {
        contract_expires: None,
        county: None,
        district: Name::new(district).unwrap(),
        evergreen: false,
        follows: None,
        program: Program::default(),
        time_zone: TimeZoneName::new("America/New_York").unwrap(),
    }
}

fn note(text: &str) -> NoteAdded {
    NoteAdded { text: NoteText::new(text).unwrap() }
}

fn withdrawal() -> CaseWithdrawn {
    CaseWithdrawn { by: Name::new("R. Amari").unwrap(), reason: Reason::new("no time").unwrap() }
}

fn open_ledger(path: &Path, clock: &TestClock) -> Result<LedgerService, AppError> {
    let first = FirstLine { actor: actor(), at: None, origin: None, id: Uuid::from_u128(1) };
    let options = OpenOptions { lock_wait: std::time::Duration::from_millis(50), ..OpenOptions::new(clock.clock()) };
    ledger::open_or_create(path, &first, Ids::random(), &options)
}

fn opened<S: EventStore>(service: &mut CaseService<S>, district: &str) -> Uuid {
    service.record(offer(None, opening(district))).unwrap().case
}

/// Runs a check on a service over each kind of store.
macro_rules! on_each_store {
    ($( $(#[$meta:meta])* fn $name:ident($service:ident, $clock:ident) $body:block )+) => { $(
        $(#[$meta])*
        #[test]
        fn $name() {
            fn check<S: EventStore>($service: &mut CaseService<S>, $clock: &TestClock) $body
            let clock = TestClock::new();
            let read = clock.clock();
            check(&mut CaseService::new(MemoryStore::with_clock(move || read()), Ids::random()), &clock);
            let folder = tempfile::tempdir().unwrap();
            check(&mut open_ledger(&folder.path().join("my.ledger"), &clock).unwrap(), &clock);
        }
    )+ };
}

on_each_store! {
    fn each_offer_is_checked_after_those_before_it(service, _clock) {
        let case = opened(service, "Maple Hollow");
        let batch = [offer(Some(case), note("one")), offer(Some(case), withdrawal()), offer(Some(case), note("two"))];
        let answers = service.offer(&batch);
        let revisions: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().and_then(|it| it.rev)).collect();
        assert_eq!(revisions, [Some(2), Some(3), None]);
        assert!(matches!(&answers[2], Err(AppError::Refused { refusal, .. }) if refusal.stage == Stage::Closed));
        assert_eq!(service.store().summary(case).unwrap().unwrap().stage, Stage::Closed);
        // What is in memory is what the store has.
        let cached = service.cached(case).unwrap().clone();
        assert_eq!(service.store().case(case).unwrap(), cached.records);
        let numbers: Vec<_> = cached.recorded.records().entries().iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, cached.records.iter().map(|record| record.seq).collect::<Vec<_>>());
    }

    fn retry_with_same_id_is_idempotent_also_within_a_batch(service, clock) {
        let open = Offer { id: Some(Uuid::from_u128(77)), ..offer(None, opening("Maple Hollow")) };
        let answers = service.offer(&[open.clone(), open]);
        let answers: Vec<&Recorded> = answers.iter().map(|answer| answer.as_ref().unwrap()).collect();
        assert_eq!((answers[0].existing, answers[1].existing, answers[0].case), (false, true, answers[1].case));
        let same = Offer { id: Some(Uuid::from_u128(78)), ..offer(Some(answers[0].case), note("one")) };
        let other = Offer { event: note("another").into(), ..same.clone() };
        let answers = service.offer(&[same.clone(), same.clone(), other]);
        assert_eq!(answers[0].as_ref().unwrap().seq, answers[1].as_ref().unwrap().seq);
        assert!(matches!(answers[2], Err(AppError::Append(AppendError::IdTaken { .. }))));
        // The clock has moved on. Without a time, the retry is the same record, whatever revision it names.
        clock.advance(60_000);
        let retry = Offer { expected_revision: Some(1), ..same };
        assert!(service.record(retry.clone()).unwrap().existing);
        let with_time = Offer { at: Some(clock.now().into()), ..retry };
        assert!(matches!(service.record(with_time), Err(AppError::Append(AppendError::IdTaken { .. }))));
        assert_eq!(service.store().records(0, usize::MAX).unwrap().len(), 2);
    }

    fn second_of_two_offers_at_one_revision_is_a_conflict(service, _clock) {
        let case = opened(service, "Maple Hollow");
        let seen = |text: &str| Offer { expected_revision: Some(1), ..offer(Some(case), note(text)) };
        let answers = service.offer(&[seen("one"), seen("two")]);
        assert_eq!(answers[0].as_ref().unwrap().rev, Some(2));
        assert!(matches!(answers[1], Err(AppError::Append(AppendError::Conflict { expected: 1, found: 2, .. }))));
    }

    fn event_minutes_ahead_does_not_block_the_next(service, clock) {
        let case = opened(service, "Maple Hollow");
        let ahead = clock.later(3 * 60_000);
        let fast = Offer { at: Some(ahead.into()), ..offer(Some(case), note("from a clock that is three minutes fast")) };
        let answers = service.offer(&[fast, offer(Some(case), note("without a time"))]);
        let times: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().at).collect();
        assert_eq!(times, [ahead, ahead]);
        let too_far = Offer { at: Some(clock.later(5 * 60_000 + 1).into()), ..offer(Some(case), note("six minutes")) };
        assert!(matches!(service.record(too_far), Err(AppError::Future { .. })));
    }

    fn question_changes_nothing_and_unknown_case_is_named(service, _clock) {
        let asked = service.ask(&offer(None, opening("Maple Hollow"))).unwrap();
        assert!(asked.dry_run && asked.seq.is_none());
        assert!(service.store().cases(&CaseQuery::default()).unwrap().cases.is_empty());
        let unknown = Uuid::from_u128(5);
        let error = service.record(offer(Some(unknown), note("x"))).unwrap_err();
        assert_eq!(error.to_string(), format!("there is no case {unknown}"));
        assert!(matches!(service.record(offer(None, note("x"))), Err(AppError::Usage(_))));
        assert!(service.store().records(0, usize::MAX).unwrap().is_empty());
    }

    fn question_under_a_known_id_is_answered_like_a_retry(service, clock) {
        let case = opened(service, "Maple Hollow");
        let id = Some(Uuid::from_u128(5));
        let note_offer = Offer { id, expected_revision: Some(1), ..offer(Some(case), note("one")) };
        service.record(note_offer.clone()).unwrap();
        clock.advance(60_000);
        let asked = service.ask(&note_offer).unwrap();
        assert_eq!((asked.dry_run, asked.existing, asked.rev), (true, true, Some(2)));
        let other = Offer { event: note("another").into(), ..note_offer };
        assert!(matches!(service.ask(&other), Err(AppError::Append(AppendError::IdTaken { .. }))));
    }

    fn correction_in_a_batch_names_a_number_of_the_store(service, _clock) {
        let case = opened(service, "Maple Hollow");
        let first = service.record(offer(Some(case), note("a slip"))).unwrap().seq.unwrap();
        // The number after it belongs to no record yet, but to the next of the batch.
        let void = |seq| offer(Some(case), EventVoided { reason: Reason::new("a slip").unwrap(), seq });
        let answers = service.offer(&[offer(Some(case), note("two")), void(first), void(first)]);
        assert!(answers[0].is_ok() && answers[1].is_ok(), "{answers:?}");
        assert!(matches!(&answers[2], Err(AppError::Refused { .. })), "voided once");
        let entries = service.cached(case).unwrap().recorded.records().entries();
        let voided: Vec<_> = entries.iter().filter(|entry| entry.voided_by.is_some()).map(|entry| entry.seq).collect();
        assert_eq!(voided, [first]);
        assert_eq!(entries[1].voided_by, answers[1].as_ref().unwrap().seq);
    }

    fn list_is_paged_from_either_end_and_by_district(service, _clock) {
        let districts = ["Maple Hollow", "Birch Falls", "Maple Ridge", "Alder Bay", "Old MAPLE"];
        for district in districts {
            opened(service, district);
        }
        let walk = |order, district: &str, limit| {
            let (mut names, mut after) = (Vec::new(), None);
            loop {
                let query = CaseQuery { after, order, district: district.to_owned(), limit };
                let page = service.store().cases(&query).unwrap();
                assert!(page.cases.len() <= limit);
                names.extend(page.cases.iter().map(|case| case.district.to_string()));
                after = page.next;
                if after.is_none() {
                    return names;
                }
            }
        };
        let mut backwards = districts;
        backwards.reverse();
        for limit in 1..=6 {
            assert_eq!(walk(Order::Oldest, "", limit), districts);
            assert_eq!(walk(Order::Newest, "", limit), backwards);
            assert_eq!(walk(Order::Oldest, "maple", limit), ["Maple Hollow", "Maple Ridge", "Old MAPLE"]);
            assert_eq!(walk(Order::Newest, "MAPLE ", limit), ["Maple Ridge", "Maple Hollow"]);
            assert_eq!(walk(Order::Newest, "nowhere", limit), Vec::<String>::new());
        }
    }
}

/// Two services over one store, as two servers over one database.
#[derive(Clone)]
struct SharedStore(Arc<Server>);

/// What the services share.
struct Server {
    store: MemoryStore,
    published: AtomicU64,
    generation: AtomicU64,
}

impl SharedStore {
    fn new(store: MemoryStore) -> Self {
        let (published, generation) = (AtomicU64::new(u64::MAX), AtomicU64::new(0));
        Self(Arc::new(Server { store, published, generation }))
    }
}

impl EventStore for SharedStore {
    fn now(&self) -> Result<At, ibbi_store::StoreError> {
        self.0.store.now()
    }
    fn revision(&self, case: Uuid) -> Result<u64, ibbi_store::StoreError> {
        self.0.store.revision(case)
    }
    fn case(&self, case: Uuid) -> Result<Vec<ibbi_store::Record>, ibbi_store::StoreError> {
        self.0.store.case(case)
    }
    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, ibbi_store::StoreError> {
        self.0.store.opened_by(id)
    }
    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, ibbi_store::StoreError> {
        self.0.store.case_of(seq)
    }
    fn cases(&self, query: &CaseQuery) -> Result<ibbi_store::CasePage, ibbi_store::StoreError> {
        self.0.store.cases(query)
    }
    fn summary(&self, case: Uuid) -> Result<Option<ibbi_store::CaseSummary>, ibbi_store::StoreError> {
        self.0.store.summary(case)
    }
    fn last_logged(&self) -> Result<Option<At>, ibbi_store::StoreError> {
        self.0.store.last_logged()
    }
    fn double_booked(
        &self,
        case: Uuid,
        scheduled: &ibbi_core::events::SessionScheduled,
    ) -> Result<Option<ibbi_core::Advisory>, ibbi_store::StoreError> {
        self.0.store.double_booked(case, scheduled)
    }
    fn booked_elsewhere(
        &self,
        case: Uuid,
        neutrals: &[ibbi_core::Name],
        as_of: At,
    ) -> Result<Vec<ibbi_core::OtherBooking>, ibbi_store::StoreError> {
        self.0.store.booked_elsewhere(case, neutrals, as_of)
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<ibbi_core::Advisory>, ibbi_store::StoreError> {
        self.0.store.double_bookings(case)
    }
    fn records(&self, after: u64, limit: usize) -> Result<Vec<ibbi_store::Record>, ibbi_store::StoreError> {
        self.0.store.records(after, limit)
    }
    fn append(&self, records: &[ibbi_store::NewRecord]) -> Result<Vec<ibbi_store::Committed>, AppendError> {
        // Gives the other writers a chance to write between the check and the append.
        std::thread::yield_now();
        self.0.store.append(records)
    }
    fn published(&self) -> Result<u64, ibbi_store::StoreError> {
        Ok(self.0.published.load(Ordering::SeqCst))
    }
    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }
}

#[test]
fn services_over_one_store_lose_nothing_and_refuse_nothing_falsely() {
    const SERVICES: usize = 4;
    const EACH: usize = 50;
    let clock = TestClock::new();
    let read = clock.clock();
    let store = SharedStore::new(MemoryStore::with_clock(move || read()));
    let service = || CaseService::new(store.clone(), Ids::random());
    let case = opened(&mut service(), "Maple Hollow");
    std::thread::scope(|scope| {
        for writer in 0..SERVICES {
            let mut service = service();
            scope.spawn(move || {
                for number in 0..EACH {
                    let text = format!("note {number} of writer {writer}");
                    service.record(offer(Some(case), note(&text))).unwrap_or_else(|error| panic!("{text}: {error}"));
                }
            });
        }
    });
    assert_eq!(store.0.store.revision(case).unwrap() as usize, 1 + SERVICES * EACH);
    assert_eq!(service().case(case).unwrap().records.len(), 1 + SERVICES * EACH);
}

#[test]
fn case_in_memory_is_used_only_while_the_store_has_the_same_records() {
    let clock = TestClock::new();
    let read = clock.clock();
    let store = SharedStore::new(MemoryStore::with_clock(move || read()));
    let [mut first, mut second] = [(); 2].map(|()| CaseService::new(store.clone(), Ids::random()));
    let case = opened(&mut first, "Maple Hollow");
    second.record(offer(Some(case), note("by the other one"))).unwrap();
    assert!(first.cached(case).is_none(), "it has a record less");
    assert_eq!(first.case(case).unwrap().records.len(), 2);
    assert_eq!(first.cached(case).unwrap().records.len(), 2);

    // After a failover, other records can have the same numbers.
    store.0.generation.fetch_add(1, Ordering::SeqCst);
    assert!(first.cached(case).is_none());
    assert_eq!(first.case(case).unwrap().records.len(), 2);
    assert!(first.cached(case).is_some());
}

#[test]
fn retry_is_acknowledged_only_if_its_record_lasts() {
    let clock = TestClock::new();
    let read = clock.clock();
    let store = SharedStore::new(MemoryStore::with_clock(move || read()));
    let mut service = CaseService::new(store.clone(), Ids::random());
    let case = opened(&mut service, "Maple Hollow");
    let sent = Offer { id: Some(Uuid::from_u128(7)), ..offer(Some(case), note("a canceled wait")) };
    service.record(sent.clone()).unwrap();
    store.0.published.store(1, Ordering::SeqCst);
    for answer in [service.record(sent.clone()).map(drop), service.record_act(std::slice::from_ref(&sent)).map(drop)] {
        assert!(matches!(answer, Err(AppError::Append(AppendError::InDoubt { .. }))), "{answer:?}");
    }
    store.0.published.store(2, Ordering::SeqCst);
    assert!(service.record(sent).unwrap().existing);
}

#[test]
fn batch_that_is_too_long_for_one_write_goes_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.ledger");
    let mut service = open_ledger(&path, &TestClock::new()).unwrap();
    let case = opened(&mut service, "Maple Hollow");
    let long = "漢".repeat(NoteText::MAX_CHARS);
    let batch: Vec<_> = (0..400).map(|_| offer(Some(case), note(&long))).collect();
    assert!(service.offer(&batch).iter().all(Result::is_ok));
    assert_eq!(ledger::read_case(&path, None).unwrap().records.len(), 401);
}

#[test]
fn second_writer_learns_who_holds_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.ledger");
    let held = open_ledger(&path, &TestClock::new()).unwrap();
    let error = open_ledger(&path, &TestClock::new()).unwrap_err();
    assert!(error.to_string().contains("is locked by"), "{error}");
    drop(held);
    assert_eq!(open_ledger(&path, &TestClock::new()).unwrap().store().head().unwrap().lines, 1);
}

#[cfg(unix)]
#[test]
fn moved_ledger_takes_nothing_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, aside) = (folder.path().join("my.ledger"), folder.path().join("aside"));
    let mut service = open_ledger(&path, &TestClock::new()).unwrap();
    let case = opened(&mut service, "Maple Hollow");
    std::fs::rename(&path, &aside).unwrap();
    let moved = service.store().check_in_place().unwrap_err().to_string();
    let batch = [offer(Some(case), note("one")), offer(Some(case), note("two"))];
    let mut answers = service.offer(&batch);
    answers.extend(service.offer(&batch));
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!(error.code(), "read-only");
        assert!(error.to_string().contains(&moved), "{error}");
    }
    assert_eq!(service.case(case).unwrap().records.len(), 1, "what was recorded can still be read");
    std::fs::rename(&aside, &path).unwrap();
    service.store().check_in_place().unwrap();
    drop(service);
    let mut service = open_ledger(&path, &TestClock::new()).unwrap();
    assert!(service.offer(&batch).iter().all(Result::is_ok));
    assert_eq!(service.store().head().unwrap().lines, 4);
}
