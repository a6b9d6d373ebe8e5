//! The suite that every store must pass.
//!
//! Call [`check`] in a test of your store with a function that makes an empty store. Each part panics with what is wrong.

mod bookings;

use crate::clock::Clock;
use crate::{AppendError, CaseQuery, Committed, EventStore, Identity, NewRecord, Order, Record, StoreError};
use ibbi_core::events::{CaseOpened, NoteAdded};
use ibbi_core::{
    At, Event, History, IdentityText, Name, NoteText, Precision, Program, Stage, Submission, TimeZoneName,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// Runs every part of the suite, each on a store of its own.
///
/// # Panics
/// If the store doesn't keep the contract.
pub fn check<S: EventStore>(new_store: impl Fn(Clock) -> S) {
    let store = || Fixture::new(&new_store);
    append_and_read_back(&store());
    case_moves_on(&store());
    retry_is_idempotent(&store());
    batch_is_all_or_nothing(&store());
    batch_covers_several_cases(&store());
    list_is_paged(&store());
    records_are_in_commit_order(&store());
    logged_is_the_time_of_the_write(&store());
    act_is_whole(&store());
    late_and_replacing_records_are_kept(&store());
    clock_that_goes_back_is_refused(&store());
    last_logged_is_the_time_of_the_last_write(&store());
    bookings::neutral_in_two_cases_is_reported(&store());
    writers_on_many_threads(&store());
}

struct Fixture<S> {
    store: S,
    time: Arc<AtomicI64>,
}

/// 2026-10-02, 4:00 PM in Massachusetts.
const START: i64 = 1_790_971_200_000;

fn at(millis: i64) -> At {
    At::from_millis(millis).expect("an instant")
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn opening(district: &str) -> Event {
    CaseOpened {
        contract_expires: None,
        county: None,
        district: name(district),
        evergreen: false,
        follows: None,
        program: Program::default(),
        time_zone: TimeZoneName::new("America/New_York").expect("a zone"),
    }
    .into()
}

fn note(text: &str) -> Event {
    NoteAdded { text: NoteText::new(text).expect("a text") }.into()
}

/// Accepts an event in the history of a case and makes a record of it.
fn record(history: &mut History, id: u128, event: Event) -> NewRecord {
    let seq = history.entries().last().map_or(1, |last| last.seq + 1);
    let accepted = history.accept(Uuid::from_u128(id), seq, at(START), event).expect("the event is legal");
    NewRecord::new(accepted, name("clerk@example.org"))
}

/// Returns the history of a case of this number, and the record that opens it.
fn opened(number: u128) -> (History, NewRecord) {
    let mut history = History::for_case(Uuid::from_u128(number));
    let record = record(&mut history, number + 1000, opening(&format!("District {number}")));
    (history, record)
}

impl<S: EventStore> Fixture<S> {
    fn new(new_store: &impl Fn(Clock) -> S) -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let read = Arc::clone(&time);
        let clock: Clock = Arc::new(move || Ok(at(read.load(Ordering::SeqCst))));
        Self { store: new_store(clock), time }
    }

    fn append(&self, records: &[NewRecord]) -> Vec<Committed> {
        self.store.append(records).expect("the records are appended")
    }

    fn case(&self, history: &History) -> Vec<Record> {
        self.store.case(history.id()).expect("the case can be read")
    }
}

fn append_and_read_back<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    assert_eq!(fixture.store.revision(history.id()).expect("a revision"), 0, "an unknown case has revision 0");
    assert!(fixture.case(&history).is_empty(), "an unknown case has no records");
    let second = record(&mut history, 2, note("so"));
    let committed = fixture.append(&[first.clone(), second.clone()]);
    assert_eq!(committed.iter().map(|it| (it.rev, it.existing)).collect::<Vec<_>>(), [(1, false), (2, false)]);
    let records = fixture.case(&history);
    assert_eq!(records.len(), 2);
    for ((record, new), committed) in records.iter().zip([&first, &second]).zip(&committed) {
        let accepted = &new.accepted;
        assert_eq!((record.seq, record.rev, record.logged), (committed.seq, committed.rev, committed.logged));
        assert_eq!((record.case, record.id, record.at), (accepted.case(), accepted.id(), accepted.at()));
        assert_eq!((&record.actor, record.to, &record.event), (&new.actor, accepted.to(), accepted.event()));
        assert_eq!(fixture.store.case_of(record.seq).expect("a case"), Some(history.id()));
    }
    assert_eq!(fixture.store.revision(history.id()).expect("a revision"), 2);
    assert_eq!(fixture.store.opened_by(first.accepted.id()).expect("a case"), Some(history.id()));
    assert_eq!(fixture.store.opened_by(second.accepted.id()).expect("no case"), None, "a note opens no case");
    assert_eq!(fixture.store.case_of(1_000_000).expect("no case"), None);
}

fn case_moves_on<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    fixture.append(&[first]);
    let mut other = history.clone();
    fixture.append(&[record(&mut history, 2, note("first"))]);
    let late = record(&mut other, 3, note("second, accepted before the first was written"));
    let error = fixture.store.append(&[late]).expect_err("the case has moved on");
    assert!(matches!(error, AppendError::Conflict { expected: 1, found: 2, .. }), "{error}");
    assert_eq!(fixture.case(&history).len(), 2, "nothing was written");
}

fn retry_is_idempotent<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    let second = record(&mut history, 2, note("so"));
    let once = fixture.append(&[first, second.clone()]);
    let again = fixture.append(std::slice::from_ref(&second));
    assert_eq!(again.len(), 1);
    assert_eq!(Committed { existing: true, ..once[1] }, again[0], "a retry gets the place of the record");
    let other = NewRecord { actor: name("someone.else@example.org"), ..second };
    let error = fixture.store.append(&[other]).expect_err("the ID belongs to another record");
    assert!(matches!(error, AppendError::IdTaken { rev: 2, .. }), "{error}");
    assert_eq!(fixture.case(&history).len(), 2, "nothing was written twice");
    // The same ID in another case is another record.
    let (mut elsewhere, opening) = opened(5);
    fixture.append(&[opening, record(&mut elsewhere, 2, note("in another case"))]);
    assert_eq!(fixture.case(&elsewhere).len(), 2);
}

fn batch_is_all_or_nothing<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    fixture.append(&[first]);
    let mut stale = history.clone();
    let good = record(&mut history, 2, note("good"));
    let _skipped = record(&mut stale, 3, note("never sent"));
    let bad = record(&mut stale, 4, note("accepted after a record that was never sent"));
    let error = fixture.store.append(&[good.clone(), good.clone()]).expect_err("the same ID twice");
    assert!(matches!(error, AppendError::Repeated { .. }), "{error}");
    let (elsewhere, opening) = opened(7);
    let error = fixture.store.append(&[opening, bad]).expect_err("the second record has another revision");
    assert!(matches!(error, AppendError::Conflict { expected: 2, found: 1, .. }), "{error}");
    assert!(fixture.case(&elsewhere).is_empty(), "the first record of a refused batch is not written");
    assert_eq!(fixture.store.summary(elsewhere.id()).expect("no case"), None);
    assert_eq!(fixture.append(&[good])[0].rev, 2, "a refused batch leaves nothing behind");
}

fn batch_covers_several_cases<S: EventStore>(fixture: &Fixture<S>) {
    let ((mut one, first), (mut two, second)) = (opened(1), opened(2));
    let batch = [
        first,
        second,
        record(&mut two, 10, note("b")),
        record(&mut one, 11, note("a")),
        record(&mut two, 12, note("c")),
    ];
    let committed = fixture.append(&batch);
    assert_eq!(committed.iter().map(|it| it.rev).collect::<Vec<_>>(), [1, 1, 2, 2, 3]);
    let numbers: Vec<u64> = committed.iter().map(|it| it.seq).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "numbers have no gaps: {numbers:?}");
    assert_eq!((fixture.case(&one).len(), fixture.case(&two).len()), (2, 3));
}

fn list_is_paged<S: EventStore>(fixture: &Fixture<S>) {
    for number in 1..=5 {
        fixture.append(&[opened(number).1]);
    }
    let page = |query: &CaseQuery| fixture.store.cases(query).expect("a page");
    let ids = |query: &CaseQuery| page(query).cases.iter().map(|it| it.case.as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(&CaseQuery::default()), [1, 2, 3, 4, 5]);
    assert_eq!(ids(&CaseQuery { order: Order::Newest, limit: 2, ..CaseQuery::default() }), [5, 4]);
    let query = CaseQuery { limit: 2, ..CaseQuery::default() };
    let first = page(&query);
    assert_eq!((first.cases.len(), first.next, first.total), (2, Some(Uuid::from_u128(2)), 5));
    assert_eq!(ids(&CaseQuery { after: first.next, ..query.clone() }), [3, 4]);
    assert_eq!(page(&CaseQuery { after: Some(Uuid::from_u128(4)), ..query.clone() }).next, None, "the last page");
    assert_eq!(ids(&CaseQuery { district: "ICT 3".into(), ..CaseQuery::default() }), [3], "ignoring case");
    let error =
        fixture.store.cases(&CaseQuery { after: Some(Uuid::from_u128(99)), ..query }).expect_err("no such case");
    assert!(matches!(error, StoreError::NoCase(_)), "{error}");
    let summary = fixture.store.summary(Uuid::from_u128(3)).expect("a summary").expect("a case");
    assert_eq!((summary.district.as_str(), summary.stage, summary.records), ("District 3", Stage::Inquiry, 1));
}

fn records_are_in_commit_order<S: EventStore>(fixture: &Fixture<S>) {
    let ((mut one, first), (_, second)) = (opened(1), opened(2));
    fixture.append(&[first]);
    fixture.append(&[second]);
    fixture.append(&[record(&mut one, 2, note("so"))]);
    let all = fixture.store.records(0, usize::MAX).expect("records");
    assert_eq!(all.iter().map(|it| it.case.as_u128()).collect::<Vec<_>>(), [1, 2, 1]);
    assert!(all.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let rest = fixture.store.records(all[0].seq, 1).expect("records");
    assert_eq!(rest.iter().map(|it| it.seq).collect::<Vec<_>>(), [all[1].seq], "at most as many as asked for");
    assert!(fixture.store.records(all[2].seq, 10).expect("records").is_empty());
}

fn logged_is_the_time_of_the_write<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    let second = record(&mut history, 2, note("accepted now, written a minute later"));
    assert_eq!(fixture.append(&[first])[0].logged, at(START));
    fixture.time.fetch_add(60_000, Ordering::SeqCst);
    assert_eq!(fixture.store.now().expect("the time"), at(START + 60_000));
    assert_eq!(fixture.append(&[second])[0].logged, at(START + 60_000));
}

fn act_is_whole<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    fixture.append(&[first]);
    let act = ["one", "two", "three"].map(|text| Submission::new(at(START), note(text)));
    let act = (20..).map(Uuid::from_u128).zip(act).collect();
    let accepted = history.accept_act(2, act).expect("the act is legal");
    let act: Vec<_> = accepted.into_iter().map(|it| NewRecord::new(it, name("clerk@example.org"))).collect();
    for part in [&act[..1], &act[..2], &act[1..], &[act[0].clone(), act[2].clone()]] {
        let error = fixture.store.append(part).expect_err("a part of an act");
        assert!(matches!(error, AppendError::PartOfAct { .. }), "{error}");
    }
    let committed = fixture.append(&act);
    assert_eq!(committed.iter().map(|it| it.rev).collect::<Vec<_>>(), [2, 3, 4]);
    let places: Vec<_> =
        fixture.case(&history).iter().map(|it| it.details.act.map(|act| (act.index, act.count))).collect();
    assert_eq!(places, [None, Some((1, 3)), Some((2, 3)), Some((3, 3))]);
    assert!(fixture.append(&act).iter().all(|it| it.existing), "a retry of the act writes nothing");
}

fn late_and_replacing_records_are_kept<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    fixture.append(&[first, record(&mut history, 2, note("so"))]);
    let (day, id) = (at(START + 1), Uuid::from_u128(3));
    let replacing =
        Submission { precision: Precision::Day, replaces: Some(2), ..Submission::new(day, note("so it was")) };
    let accepted = history.accept_act(3, vec![(id, replacing)]).expect("the replacement is legal").remove(0);
    let identity = Identity {
        issuer: IdentityText::new("https://login.example.org").expect("an issuer"),
        subject: IdentityText::new("00u1b2").expect("a subject"),
    };
    let new = NewRecord {
        on_behalf: Some(name("School Committee")),
        identity: Some(Box::new(identity)),
        ..NewRecord::new(accepted, name("clerk@example.org"))
    };
    fixture.append(std::slice::from_ref(&new));
    let records = fixture.case(&history);
    let last = records.last().expect("a record");
    assert_eq!((last.at, &last.details), (day, &new.details()));
    assert_eq!(last.details.replaces, Some(2));
    assert!(fixture.append(&[new])[0].existing);
}

fn clock_that_goes_back_is_refused<S: EventStore>(fixture: &Fixture<S>) {
    let (mut history, first) = opened(1);
    fixture.append(&[first]);
    fixture.time.fetch_sub(5 * 60_000, Ordering::SeqCst);
    let earlier = fixture.append(&[record(&mut history, 2, note("five minutes back"))]);
    assert_eq!(earlier[0].logged, at(START - 5 * 60_000), "the time is that of the clock");
    fixture.time.fetch_sub(5 * 60_000 + 1, Ordering::SeqCst);
    let error = fixture.store.append(&[record(&mut history, 3, note("further back"))]).expect_err("the clock is wrong");
    assert!(matches!(error, AppendError::ClockWentBack { .. }), "{error}");
    assert_eq!(fixture.case(&history).len(), 2, "nothing was written");
}

fn last_logged_is_the_time_of_the_last_write<S: EventStore>(fixture: &Fixture<S>) {
    let last = || fixture.store.last_logged().expect("a time");
    assert_eq!(last(), None, "an empty store was never written to");
    let (mut history, first) = opened(1);
    fixture.time.store(START + 5_000, Ordering::SeqCst);
    let logged = fixture.append(std::slice::from_ref(&first))[0].logged;
    assert_eq!((last(), logged), (Some(at(START + 5_000)), at(START + 5_000)));
    fixture.time.store(START + 9_000, Ordering::SeqCst);
    fixture.append(&[first]);
    assert_eq!(last(), Some(at(START + 5_000)), "a repetition is not written");
    let second = record(&mut history, 2, note("so"));
    fixture.append(&[second]);
    assert_eq!(last(), Some(at(START + 9_000)));
}

fn writers_on_many_threads<S: EventStore>(fixture: &Fixture<S>) {
    const WRITERS: u128 = 8;
    const EACH: u128 = 20;
    std::thread::scope(|scope| {
        for writer in 1..=WRITERS {
            scope.spawn(move || {
                let (mut history, first) = opened(writer);
                fixture.append(&[first]);
                for number in 0..EACH {
                    fixture.append(&[record(&mut history, number, note("so"))]);
                }
            });
        }
    });
    let all = fixture.store.records(0, usize::MAX).expect("records");
    assert_eq!(all.len() as u128, WRITERS * (EACH + 1), "no record is lost");
    assert!(all.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "numbers have no gaps");
    for writer in 1..=WRITERS {
        let records = fixture.store.case(Uuid::from_u128(writer)).expect("a case");
        assert!(records.iter().zip(1..).all(|(record, rev)| record.rev == rev));
    }
}
