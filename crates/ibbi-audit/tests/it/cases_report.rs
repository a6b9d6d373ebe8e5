//! All cases on a day: durations, their spread, outliers, and what was known then.

use ibbi_audit::{
    CaseDurations, CaseOnRecord, CasesReport, CasesReportBuilder, DurationSpread, LaterChange, LaterChangeKind,
    StateOnDay,
};
use ibbi_common::zone::Zone;
use ibbi_core::events::{CaseOpened, CaseWithdrawn, EventVoided, LeaderAgreed, NoteAdded};
use ibbi_core::{At, Event, EventKind, History, Name, NoteText, Outcome, Program, Reason, Seat, Stage, TimeZoneName};
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use uuid::Uuid;

/// A case with its records: the number of each, and when it was written.
type CaseWithRecords = (Uuid, History, Vec<(u64, At)>);

/// Returns simulated cases, each with its records written when the events happened.
fn simulated(runs: u64) -> Vec<CaseWithRecords> {
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
    let run = |run: u64| {
        let (mut history, mut logged, mut seq) = (History::new(), Vec::new(), 1);
        simulator
            .run(9, run, |at, event, _| {
                seq += 1;
                logged.push((seq, at));
                history.offer(seq, at, event.clone()).expect("the model's events are allowed");
            })
            .unwrap();
        (Uuid::from_u128(run.into()), history, logged)
    };
    (0..runs).map(run).collect()
}

fn report(cases: &[CaseWithRecords], as_of: At) -> CasesReport {
    let mut builder = CasesReportBuilder::new(as_of, None);
    for (id, whole, logged) in cases {
        builder.add(CaseOnRecord { id: *id, whole, known: Some(whole), logged });
    }
    builder.finish()
}

fn at(text: &str) -> At {
    text.parse().unwrap()
}

#[test]
fn days_of_the_stages_add_up_to_the_days_of_the_case() {
    let cases = simulated(60);
    for as_of in ["2026-09-20T03:59:59.999Z", "2026-12-01T04:59:59.999Z", "2028-01-01T04:59:59.999Z"] {
        let report = report(&cases, at(as_of));
        assert_eq!(report.cases.len(), cases.len());
        for case in &report.cases {
            assert_eq!(case.stages.iter().map(|stay| stay.days).sum::<u32>(), case.days, "{case:?}");
            let going_on: Vec<Stage> =
                case.stages.iter().filter(|stay| !stay.finished).map(|stay| stay.stage).collect();
            let expected = if case.stage == Stage::Closed { vec![] } else { vec![case.stage] };
            assert_eq!(going_on, expected, "{case:?}");
            assert_eq!(case.closed.is_some(), case.outcome.is_some(), "{case:?}");
        }
        let open = report.cases.iter().filter(|case| case.closed.is_none()).count() as u64;
        assert_eq!((report.completed.open.count, report.other_ends.open.count), (open, 0));
        assert_eq!(report.completed.count() + report.other_ends.count(), cases.len() as u64);
    }
}

#[test]
fn case_on_an_earlier_day_is_the_case_that_had_only_its_events_by_then() {
    let cases = simulated(30);
    let day = at("2026-12-01T04:59:59.999Z");
    let cut: Vec<_> = cases
        .iter()
        .map(|(id, history, logged)| {
            let last = history.entries().iter().rfind(|entry| entry.at <= day).unwrap().seq;
            (*id, history.known_at(last), logged.clone())
        })
        .collect();
    let (whole, cut) = (report(&cases, day), report(&cut, day));
    assert_eq!(whole.cases, cut.cases);
    assert_eq!((&whole.stages, &whole.completed, &whole.other_ends), (&cut.stages, &cut.completed, &cut.other_ends));
    assert!(whole.completed.open.count > 5 && whole.other_ends.finished > 0, "{:?}", whole.completed);
}

#[test]
fn spread_counts_what_is_over_and_outliers_are_beyond_the_fence() {
    let report = report(&simulated(120), at("2028-01-01T04:59:59.999Z"));
    let mut named = 0;
    let spreads = report.stages.iter().map(|stage| (Some(stage.stage), &stage.days, true));
    for (stage, spread, completed) in
        spreads.chain([(None, &report.completed, true), (None, &report.other_ends, false)])
    {
        let DurationSpread { finished, days: Some(days), fence: Some(fence), outliers, .. } = spread else {
            panic!("{stage:?}: {spread:?}")
        };
        let is_alike = |case: &CaseDurations| (case.outcome == Some(Outcome::Completed)) == completed;
        let mut over: Vec<u32> = match stage {
            None => {
                let alike = report.cases.iter().filter(|case| case.closed.is_some() && is_alike(case));
                alike.map(|case| case.days).collect()
            }
            Some(stage) => {
                let stays = report.cases.iter().flat_map(|case| &case.stages);
                stays.filter(|stay| stay.stage == stage && stay.finished).map(|stay| stay.days).collect()
            }
        };
        over.sort_unstable();
        assert_eq!(over.len() as u64, *finished, "{stage:?}");
        // By nearest rank: the least value that at least this share is not above.
        for (share, found) in [(25, days.q1), (50, days.median), (75, days.q3), (90, days.p90)] {
            let enough = |days: &&u32| over.iter().filter(|other| other <= days).count() * 100 >= over.len() * share;
            assert_eq!(over.iter().find(enough), Some(&found), "{stage:?}: P{share}");
        }
        assert_eq!((days.least, days.most), (over[0], over[over.len() - 1]));
        assert_eq!(*fence * 2.0, f64::from(2 * days.q3 + 3 * (days.q3 - days.q1)));
        assert_eq!(over.iter().filter(|days| f64::from(**days) > *fence).count() as u64, *outliers, "{stage:?}");
        let alike = report.cases.iter().filter(|case| stage.is_some() || is_alike(case));
        let of_cases = alike.flat_map(|case| &case.outliers).filter(|outlier| outlier.stage == stage);
        assert_eq!(of_cases.count() as u64, outliers + spread.open.outliers, "{stage:?}");
        named += outliers;
    }
    assert!(named > 0, "some cases take unusually long");
}

#[test]
fn open_waits_are_what_the_case_waits_for() {
    for (_, history, _) in simulated(20) {
        for entry in history.entries() {
            let prefix = history.known_at(entry.seq);
            let mut open: Vec<_> = prefix.waits(At::MAX).into_iter().filter(|wait| wait.until.is_none()).collect();
            open.sort_by_key(|wait| wait.who);
            let open: Vec<_> = open.iter().map(|wait| (wait.who, wait.since)).collect();
            let waiting: Vec<_> = prefix.waiting_on().iter().map(|one| (one.who, one.since)).collect();
            assert_eq!(open, waiting);
            assert_eq!(
                waiting.iter().map(|(who, _)| *who).collect::<Vec<_>>(),
                prefix.case().waiting_for().iter().collect::<Vec<_>>()
            );
        }
        let closed = history.waits(At::MAX);
        assert!(closed.iter().all(|wait| wait.until.is_some_and(|until| until >= wait.since)), "{closed:?}");
    }
}

fn opened(district: &str) -> Event {
    CaseOpened {
        contract_expires: None,
        county: None,
        district: Name::new(district).unwrap(),
        evergreen: false,
        follows: None,
        program: Program::default(),
        time_zone: TimeZoneName::new("America/New_York").unwrap(),
    }
    .into()
}

fn agreed(seat: Seat) -> Event {
    LeaderAgreed { name: Name::new("R. Amari").unwrap(), office: None, seat }.into()
}

fn note(text: &str) -> Event {
    NoteAdded { text: NoteText::new(text).unwrap() }.into()
}

fn withdrawn() -> Event {
    CaseWithdrawn { by: Name::new("M. Sousa").unwrap(), reason: Reason::new("no time").unwrap() }.into()
}

/// A case with an event recorded late, one corrected twice to another day, one voided, and one as it should be.
fn corrected() -> (History, Vec<(u64, At)>) {
    let mut history = History::new();
    let day = |day: u32| at(&format!("2026-09-{day:02}T13:00:00.000Z"));
    history.record(1, day(1), opened("Maple Hollow")).unwrap();
    history.record(2, day(2), agreed(Seat::Superintendent)).unwrap();
    history.record(3, day(3), note("by phone")).unwrap();
    history.record(4, day(4), withdrawn()).unwrap();
    // On the 10th: the withdrawal was a mistake. On the 12th: the note is of the 5th, then of the 6th. On the 14th: a late one.
    history.record(5, day(10), EventVoided { reason: Reason::new("another district").unwrap(), seq: 4 }).unwrap();
    history.replace(6, 3, day(5), note("by phone")).unwrap();
    history.replace(7, 6, day(6), note("by phone, twice")).unwrap();
    history.record(8, day(4), agreed(Seat::UnionPresident)).unwrap();
    let logged = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 10), (6, 12), (7, 12), (8, 14)];
    (history, logged.map(|(seq, of)| (seq, day(of))).to_vec())
}

/// Returns the report on a case as of one day of September, as known on another.
fn on(as_of: u32, logged: Option<u32>, (whole, records): &(History, Vec<(u64, At)>)) -> CasesReport {
    let end = |day: u32| at(&format!("2026-09-{day:02}T23:00:00.000Z"));
    let mut builder = CasesReportBuilder::new(end(as_of), logged.map(end));
    let known_on = builder.known_on();
    let last = records.iter().rfind(|(_, logged)| *logged <= known_on);
    let known = last.map(|(seq, _)| whole.known_at(*seq));
    builder.add(CaseOnRecord { id: Uuid::from_u128(7), whole, known: known.as_ref(), logged: records });
    builder.finish()
}

#[test]
fn later_records_are_differences_between_as_it_was_and_as_it_was_known() {
    let case = corrected();
    let found = on(5, None, &case);
    let [state] = found.states.as_slice() else { panic!("{found:?}") };
    let inquiry = StateOnDay { stage: Stage::Inquiry, outcome: None };
    let closed = StateOnDay { stage: Stage::Closed, outcome: Some(Outcome::Withdrawn) };
    assert_eq!((state.as_it_was, state.as_known, state.differs()), (Some(inquiry), Some(closed), true));
    let changes: Vec<_> = state.changes.iter().map(|change| (change.seq, change.event, change.change)).collect();
    let happened = at("2026-09-06T13:00:00.000Z");
    assert_eq!(
        changes,
        [
            (3, EventKind::NoteAdded, LaterChangeKind::Corrected { by: 7, happened }),
            (4, EventKind::CaseWithdrawn, LaterChangeKind::Voided { by: 5 }),
            (8, EventKind::LeaderAgreed, LaterChangeKind::RecordedLater),
        ]
    );
    let logged: Vec<_> = state.changes.iter().map(|change| Zone::default().date(change.logged).to_string()).collect();
    assert_eq!(logged, ["2026-09-12", "2026-09-10", "2026-09-14"]);
    // On the 12th, only the late agreement was missing.
    let later = on(12, None, &case);
    let left: Vec<&LaterChange> = later.states[0].changes.iter().collect();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].seq, later.states[0].differs()), (8, false));
    assert!(on(14, None, &case).states[0].changes.is_empty());
}

#[test]
fn days_are_as_known_if_a_day_of_records_is_given() {
    let case = corrected();
    let ended = |report: &CasesReport| report.cases[0].closed.map(|day| day.to_string());
    assert_eq!(ended(&on(8, None, &case)), None, "the withdrawal was voided later");
    let known = on(8, Some(8), &case);
    assert_eq!((ended(&known).as_deref(), known.cases[0].days), (Some("2026-09-04"), 3));
    // What was known on the 12th about the 8th.
    assert_eq!(ended(&on(8, Some(12), &case)), None);
}

#[test]
fn case_that_was_not_on_record_is_only_in_the_states() {
    let (history, mut logged) = corrected();
    logged.iter_mut().for_each(|(_, logged)| *logged = at("2026-10-01T13:00:00.000Z"));
    let case = (history, logged);
    let known = on(5, Some(5), &case);
    assert_eq!((known.cases.len(), known.states.len()), (0, 1));
    assert_eq!(
        (known.states[0].as_known, known.states[0].as_it_was.map(|state| state.stage)),
        (None, Some(Stage::Inquiry))
    );
    assert!(known.states[0].changes.iter().all(|change| change.change == LaterChangeKind::RecordedLater));
    let mut before = CasesReportBuilder::new(at("2026-08-01T13:00:00.000Z"), None);
    before.add(CaseOnRecord { id: Uuid::from_u128(7), whole: &case.0, known: None, logged: &case.1 });
    let before = before.finish();
    assert_eq!((before.cases.len(), before.states.len(), before.completed.count()), (0, 0, 0));
}
