//! Every advisory: the events that raise it, and where it is shown. Each is in the answer to recording, in the timeline, and in
//! the audit, with its own code.

use ibbi_app::audit::{self, AuditRequest};
use ibbi_app::due::Standards;
use ibbi_app::input;
use ibbi_app::ledger::{self, Clock, FirstLine, LedgerService, OpenOptions};
use ibbi_app::replay::{Until, timeline_of};
use ibbi_app::service::{EventTime, Ids, Offer, Recorded};
use ibbi_app::status::status_of;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Name, Warning};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// A case up to the first booked session of its facilitation: the local time of each event, its kind, and its fields.
const STORY: &[&str] = &[
    "2026-09-01 09:00 leader_agreed; seat=superintendent; name=Rosa Amari",
    "2026-09-01 09:10 leader_agreed; seat=union_president; name=Ben Castellan",
    "2026-09-01 09:20 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair",
    "2026-09-08 10:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=services,interests,next_steps",
    "2026-09-08 11:00 service_chosen; service=ibbi",
    "2026-09-14 09:00 member_named; party=labor; member=castellan:Ben Castellan",
    "2026-09-14 09:01 member_named; party=labor; member=yun:Ada Yun",
    "2026-09-14 09:02 member_named; party=management; member=amari:Rosa Amari",
    "2026-09-14 09:03 member_named; party=management; member=okafor:Tola Okafor",
    "2026-09-15 09:00 attendance_pledged; party=labor; member=castellan",
    "2026-09-15 09:01 attendance_pledged; party=labor; member=yun",
    "2026-09-15 09:02 attendance_pledged; party=management; member=amari",
    "2026-09-15 09:03 attendance_pledged; party=management; member=okafor",
    "2026-09-16 09:00 support_confirmed; body=teachers_organization; dated=2026-09-15",
    "2026-09-16 09:01 support_confirmed; body=administration; dated=2026-09-15",
    "2026-09-16 09:02 support_confirmed; body=school_committee; dated=2026-09-15",
    "2026-09-21 09:00 application_accepted; by=Noor Lindqvist",
    "2026-09-22 09:00 session_scheduled; part=1; slot=2026-10-20 08:00-16:00; neutral=reyes:Ines Reyes",
    "2026-10-20 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor,yun; \
     observers=school_committee:Lev Brandt; observers=union_board:Mia Sorel",
    "2026-10-20 10:00 activity_run; kind=exercise; title=Interests",
    "2026-10-20 13:00 activity_run; kind=bargaining_simulation; title=Class size",
    "2026-10-20 16:00 session_closed",
    "2026-10-22 09:00 caucus_opened; party=labor; present=castellan,yun",
    "2026-10-22 10:00 party_decided; party=labor; decision=adopt; spokesperson=castellan",
    "2026-10-23 09:00 caucus_opened; party=management; present=amari,okafor",
    "2026-10-23 10:00 party_decided; party=management; decision=adopt; spokesperson=okafor",
    "2026-10-26 09:00 format_chosen; format=two_half_days",
    "2026-10-27 09:00 session_scheduled; part=1; slot=2026-11-12 12:00-16:00; neutral=reyes:Ines Reyes",
];

const LENIENT: &str =
    r#"program={"full_day":[480],"grace":15,"presence":"each_team","training":480,"two_half_days":[240,240]}"#;

/// A program without differences from the published one.
const PUBLISHED: &str = "contract_expires=2027-06-30";

/// An opening of the training with a substitute.
const SUBSTITUTED: &str = "2026-10-20 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; \
                           present=amari,castellan,okafor; substitutes=yun:iqbal:Sam Iqbal";

/// The school committee's leader leaves before the training.
const LEFT: &str = "2026-10-19 09:00 leader_left; seat=school_committee; reason=retired";

/// The events that raise an advisory: the last of them, or the last of the story, has it.
struct Row {
    warning: Warning,
    /// A field of the opening.
    opening: &'static str,
    /// The number of events of the story.
    story: usize,
    /// The events after them.
    events: &'static [&'static str],
    /// When the last event is recorded, if not right after it happens.
    recorded: Option<&'static str>,
}

const fn row(warning: Warning, story: usize, events: &'static [&'static str]) -> Row {
    Row { warning, opening: PUBLISHED, story, events, recorded: None }
}

/// A session at which Ada Yun is not present, and the end of the training.
const OPENED: &str =
    "2026-10-20 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor";
const SIMULATED: &str = "2026-10-20 13:00 activity_run; kind=bargaining_simulation; title=Class size";
const EXERCISED: &str = "2026-10-20 13:30 activity_run; kind=exercise; title=Interests";
const CLOSED: &str = "2026-10-20 16:00 session_closed";
const WITHOUT_YUN: &[&str] = &[OPENED, SIMULATED, EXERCISED, CLOSED];

const ROWS: &[Row] = &[
    row(Warning::Weekend, 3, &["2026-09-02 09:00 meeting_scheduled; slot=2026-09-12 09:00-10:00"]),
    row(Warning::Holiday, 3, &["2026-09-02 09:00 meeting_scheduled; slot=2026-09-07 09:00-10:00"]),
    row(
        Warning::NoBoardMembers,
        18,
        &["2026-10-20 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor,yun"],
    ),
    Row { opening: LENIENT, ..row(Warning::MissedTraining, 18, WITHOUT_YUN) },
    row(Warning::MissedTraining, 22, &["2026-10-21 09:00 member_named; party=labor; member=cruz:Eli Cruz"]),
    row(Warning::PartOfTraining, 21, &["2026-10-20 16:00 session_closed; left_early=yun"]),
    row(
        Warning::ReleasedAround,
        18,
        &[
            "2026-10-19 09:00 member_released; party=labor; member=yun; reason=is ill",
            OPENED,
            SIMULATED,
            EXERCISED,
            CLOSED,
            "2026-10-21 09:00 member_named; party=labor; member=yun:Ada Yun",
        ],
    ),
    row(Warning::Substitute, 18, &[SUBSTITUTED]),
    row(
        Warning::Untrained,
        28,
        &["2026-11-12 12:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor; \
             substitutes=yun:iqbal:Sam Iqbal"],
    ),
    row(
        Warning::SeatVacant,
        17,
        &[
            "2026-09-22 08:00 leader_left; seat=school_committee; reason=retired",
            "2026-09-22 09:00 session_scheduled; part=1; slot=2026-10-20 08:00-16:00; neutral=reyes:Ines Reyes",
        ],
    ),
    row(
        Warning::SuccessorPending,
        18,
        &[LEFT, "2026-10-19 10:00 leader_succeeded; seat=school_committee; name=Vera Stahl; office=chair"],
    ),
    row(
        Warning::AfterContract,
        28,
        &["2026-10-27 09:10 session_scheduled; part=2; slot=2027-07-06 12:00-16:00; neutral=reyes:Ines Reyes"],
    ),
    row(Warning::Posting, 18, &[]),
    row(
        Warning::DeclineOfAnother,
        1,
        &["2026-09-01 09:05 leader_declined; seat=superintendent; name=Omar Diallo; reason=no"],
    ),
    Row { opening: LENIENT, ..row(Warning::LenientProgram, 18, &[OPENED]) },
    Row { recorded: Some("2026-09-12 09:00"), ..row(Warning::LoggedLate, 1, &[]) },
    row(
        Warning::Inserted,
        4,
        &["2026-09-08 11:00 note_added; text=All came.", "2026-09-08 10:30 note_added; text=Rain."],
    ),
    row(
        Warning::AfterClosing,
        4,
        &[
            "2026-09-09 09:00 case_withdrawn; by=Rosa Amari; reason=no time",
            "2026-09-08 12:00 note_added; text=The chair called.",
        ],
    ),
    row(Warning::OpenPastDay, 21, &["2026-10-21 08:00 session_closed"]),
    row(
        Warning::SameDay,
        28,
        &["2026-10-27 09:10 session_scheduled; part=2; slot=2026-11-12 16:00-20:00; neutral=reyes:Ines Reyes"],
    ),
];

/// A ledger with a clock that the test sets.
struct Book {
    folder: tempfile::TempDir,
    service: LedgerService,
    clock: Arc<AtomicI64>,
}

fn actor() -> Name {
    Name::new("clerk").unwrap()
}

fn time(text: &str) -> At {
    Zone::default().read(text, At::MAX).unwrap()
}

/// Returns the offer of a line of the story.
fn offer(case: Option<Uuid>, line: &str) -> Offer {
    let (at, event) = line.split_at(16);
    let mut parts = event.trim().split(';').map(str::trim);
    let kind = input::event_kind(parts.next().unwrap()).unwrap();
    let event = input::from_pairs(kind, &parts.collect::<Vec<_>>(), Zone::default()).unwrap_or_else(|error| {
        panic!("{line}: {error}");
    });
    Offer { case, at: Some(EventTime::At(time(at))), ..Offer::new(event, actor()) }
}

impl Book {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(time("2026-08-31 09:00").millis()));
        let read = Arc::clone(&clock);
        let ticks: Clock = Arc::new(move || Ok(At::from_millis(read.load(Ordering::SeqCst)).unwrap()));
        let first = FirstLine { actor: actor(), at: None, origin: None, id: Uuid::from_u128(1) };
        let path = folder.path().join("my.ledger");
        let service = ledger::open_or_create(&path, &first, Ids::random(), &OpenOptions::new(ticks)).unwrap();
        Self { folder, service, clock }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("my.ledger")
    }

    /// Sets the clock to this time, if it is later than before.
    fn set_clock(&self, at: At) {
        self.clock.fetch_max(at.millis(), Ordering::SeqCst);
    }

    fn record(&mut self, case: Option<Uuid>, line: &str) -> Recorded {
        self.set_clock(time(&line[..16]));
        self.service.record(offer(case, line)).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn open(&mut self, district: &str, field: &str) -> Uuid {
        self.record(None, &format!("2026-08-31 09:00 case_opened; district={district}; {field}")).case
    }

    /// Returns the advisories in an audit, by the number of the record.
    fn audited(&self, advisories: bool) -> Vec<(u64, String)> {
        let request = AuditRequest { advisories, kept: 100, ..AuditRequest::default() };
        let report = audit::audit(&self.path(), &request, &mut |_| {}).unwrap();
        assert!(report.sound, "{:?}", report.findings);
        let json = serde_json::to_value(&report).unwrap();
        let findings = json["findings"].as_array().unwrap().iter().flat_map(|row| row["first"].as_array().unwrap());
        let advisories = findings.filter(|finding| finding["code"] == "event.advisory");
        advisories.map(|finding| (finding["seq"].as_u64().unwrap(), text(&finding["advisory"]))).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Returns the codes of the advisories in an answer or a moment.
fn codes(value: &Value) -> Vec<String> {
    let list = value["advisories"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|advisory| text(&advisory["advisory"])).collect()
}

/// Checks that a record has an advisory in the answer and in the audit, each time once.
fn check_answer(book: &Book, recorded: &Recorded, warning: Warning) {
    let (code, seq) = (warning.code().to_owned(), recorded.seq.unwrap());
    let found = codes(&serde_json::to_value(recorded).unwrap()).into_iter().filter(|found| *found == code).count();
    assert_eq!(found, 1, "{code}: {:?}", recorded.advisories);
    for all in [true, false] {
        let found = book.audited(all).into_iter().filter(|found| *found == (seq, code.clone())).count();
        assert_eq!(found, usize::from(all || warning.is_lasting()), "{code} in the audit, all: {all}");
    }
}

/// Checks that a record has an advisory in the answer, the timeline, and the audit, each time once.
fn check(book: &mut Book, recorded: &Recorded, warning: Warning) {
    check_answer(book, recorded, warning);
    let (code, seq) = (warning.code().to_owned(), recorded.seq.unwrap());
    let log = book.service.case(recorded.case).unwrap();
    let timeline = serde_json::to_value(timeline_of(log, Until::End).unwrap()).unwrap();
    let moments = timeline["moments"].as_array().unwrap();
    let moment = moments.iter().find(|moment| moment["seq"] == seq).unwrap();
    let found = codes(moment).into_iter().filter(|found| *found == code).count();
    assert_eq!(found, 1, "{code} in the timeline: {moment}");
}

#[test]
fn every_advisory_is_shown_when_recording_and_in_audits() {
    // Other tests raise these. A name that looks like another one is refused when it is recorded.
    let elsewhere = [Warning::DoubleBooked, Warning::ClockAhead, Warning::LookAlike];
    for warning in Warning::ALL.iter().filter(|warning| !elsewhere.contains(warning)) {
        assert!(ROWS.iter().any(|row| row.warning == *warning), "no row raises {}", warning.code());
    }
    for row in ROWS {
        let mut book = Book::new();
        let case = book.open("Maple Hollow", row.opening);
        let lines = [&STORY[..row.story], row.events].concat();
        let (last, before) = lines.split_last().unwrap();
        before.iter().for_each(|line| drop(book.record(Some(case), line)));
        row.recorded.into_iter().for_each(|at| book.set_clock(time(at)));
        let recorded = book.record(Some(case), last);
        check(&mut book, &recorded, row.warning);
    }
}

#[test]
fn names_that_look_like_others_are_refused_when_recorded() {
    let mut book = Book::new();
    let case = book.open("Maple Hollow", PUBLISHED);
    STORY[..5].iter().for_each(|line| drop(book.record(Some(case), line)));
    let curly = "2026-09-14 09:00 member_named; party=labor; member=pat:Pat O'Brien";
    book.record(Some(case), curly);
    book.set_clock(time("2026-09-14 09:05"));
    let mut refused = |name: &str| {
        let offer = offer(Some(case), &format!("2026-09-14 09:01 member_named; party=management; member=other:{name}"));
        book.service.record(offer).map(|_| ()).map_err(|error| error.to_string())
    };
    for (name, shown) in [
        ("Ros\u{430} Amari", "U+0430"),
        ("Rosa\u{3164} Amari", "U+3164 at position 5"),
        ("Rosa\u{2800}Amari", "U+2800 at position 5"),
        ("Pat O\u{2019}Brien", "U+2019 where Pat O'Brien has '"),
    ] {
        let error = refused(name).expect_err(name);
        assert!(error.contains(shown), "{name:?}: {error}");
    }
    assert_eq!(refused("Zo\u{eb} Amari"), Ok(()), "a name with an accent is recorded");
}

#[test]
fn lenient_program_is_shown_when_the_case_is_opened() {
    let mut book = Book::new();
    let opened = book.record(None, &format!("2026-08-31 09:00 case_opened; district=Maple Hollow; {LENIENT}"));
    check(&mut book, &opened, Warning::LenientProgram);
}

#[test]
fn events_of_an_act_get_their_advisories_at_their_places() {
    let mut book = Book::new();
    let case = book.open("Maple Hollow", LENIENT);
    for line in &STORY[..18] {
        book.record(Some(case), line);
    }
    book.record(Some(case), "2026-10-20 17:00 note_added; text=It went well.");
    // The session is recorded after the note, as one act. Its last event ends the session that its first event opens.
    let offers: Vec<Offer> = WITHOUT_YUN.iter().map(|line| offer(Some(case), line)).collect();
    let recorded = book.service.record_act(&offers).unwrap();
    let found = |recorded: &Recorded| codes(&serde_json::to_value(recorded).unwrap());
    let expected: [&[&str]; 4] = [
        &["training.no-board-members", "program.less-strict", "record.inserted"],
        &["record.inserted"],
        &["record.inserted"],
        &["attendance.missed-training", "record.inserted"],
    ];
    assert_eq!(recorded.iter().map(found).collect::<Vec<_>>(), expected);
    check(&mut book, &recorded[3], Warning::MissedTraining);
    check(&mut book, &recorded[0], Warning::Inserted);
}

#[test]
fn correction_in_a_closed_case_gets_both_advisories_about_its_order() {
    let mut book = Book::new();
    let case = book.open("Maple Hollow", PUBLISHED);
    let note = book.record(Some(case), "2026-09-02 10:00 note_added; text=The chair called.");
    book.record(Some(case), "2026-09-09 09:00 case_withdrawn; by=Rosa Amari; reason=no time");
    let corrected =
        Offer { replaces: note.seq, ..offer(Some(case), "2026-09-03 10:00 note_added; text=The vice chair called.") };
    let corrected = book.service.record(corrected).unwrap();
    check(&mut book, &corrected, Warning::Inserted);
    check(&mut book, &corrected, Warning::AfterClosing);
    let at = time("2026-09-10 09:00");
    let found: Vec<String> = status_of(book.service.case(case).unwrap(), at, &Standards::default())
        .advisories
        .iter()
        .map(|advisory| format!("{advisory}"))
        .collect();
    assert_eq!(
        found,
        [
            "record.inserted: number 5 was recorded after later events",
            "record.after-closing: number 5 was recorded after the case closed"
        ]
    );
}

/// Returns the codes and texts of the advisories in the status of a case.
fn status(book: &mut Book, case: Uuid) -> Vec<String> {
    let now = book.service.now().unwrap();
    let status = status_of(book.service.case(case).unwrap(), now, &Standards::default())
        .with_bookings(book.service.store())
        .unwrap();
    let about = status.advisories.iter().filter(|advisory| advisory.warning == Warning::DoubleBooked);
    about.map(|advisory| advisory.found.clone()).collect()
}

/// Records the story of several cases up to an event, day by day.
fn together(book: &mut Book, cases: &[Uuid], events: usize) {
    for line in &STORY[..events] {
        cases.iter().for_each(|case| drop(book.record(Some(*case), line)));
    }
}

#[test]
fn neutral_in_two_cases_at_the_same_time_is_shown() {
    let mut book = Book::new();
    let [maple, pine] = ["Maple Hollow", "Pine Ridge"].map(|district| book.open(district, PUBLISHED));
    together(&mut book, &[maple, pine], 17);
    let found = |recorded: &Recorded| recorded.advisories.iter().any(|one| one.warning == Warning::DoubleBooked);
    let booked = |neutral: &str, slot: &str| {
        format!("2026-09-22 09:00 session_scheduled; part=1; slot={slot}; neutral={neutral}")
    };
    let first = book.record(Some(maple), &booked("reyes:Ines Reyes", "2026-10-20 08:00-16:00"));
    assert!(!found(&first), "no other case has a session yet");

    // Another neutral, another time, and a session that only begins when the other one ends.
    for (neutral, slot) in [
        ("reyes:Ines Reyes-Cole", "2026-10-20 08:00-16:00"),
        ("reyes:Ines Reyes", "2026-10-21 08:00-16:00"),
        ("reyes:Ines Reyes", "2026-10-20 00:00-08:00"),
    ] {
        let other = book.record(Some(pine), &booked(neutral, slot));
        assert!(!found(&other), "{neutral} {slot}");
        book.record(Some(pine), "2026-09-22 09:00 session_postponed; part=1; reason=no room");
    }

    // The name decides, not the ID, which is unique only within a case.
    let clash = booked("ines:Ines Reyes", "2026-10-20 08:30-16:30");
    let asked = book.service.ask(&offer(Some(pine), &clash)).unwrap();
    assert!(found(&asked), "a dry run shows it");
    let second = book.record(Some(pine), &clash);
    check_answer(&book, &second, Warning::DoubleBooked);
    let text = "the session is on Tue, Oct 20, 2026, 8:30 AM to 4:30 PM, and Ines Reyes is booked for Maple Hollow on Tue, Oct \
                20, 2026, 8:00 AM to 4:00 PM";
    assert_eq!(status(&mut book, pine), [text]);
    assert_eq!(status(&mut book, maple).len(), 1, "the status of the other case has it too");

    // A postponed session no longer counts, but the audit still reports what was known when the booking was recorded.
    book.record(Some(maple), "2026-09-23 09:00 session_postponed; part=1; reason=the neutral is booked twice");
    assert_eq!((status(&mut book, pine), status(&mut book, maple)), (Vec::new(), Vec::new()));
    check_answer(&book, &second, Warning::DoubleBooked);
    let audited = book.audited(false);
    assert_eq!(audited, [(second.seq.unwrap(), "neutral.double-booked".to_owned())]);

    // The void of the postponement brings the session back.
    let seq = audited[0].0 + 1;
    book.record(Some(maple), &format!("2026-09-23 10:00 event_voided; seq={seq}; reason=a mistake"));
    assert_eq!(status(&mut book, pine), [text]);
    // A case that is withdrawn doesn't need its neutral.
    book.record(Some(maple), "2026-09-24 09:00 case_withdrawn; by=Rosa Amari; reason=no time");
    assert!(status(&mut book, pine).is_empty());
}

#[test]
fn session_that_was_held_keeps_its_neutral() {
    let mut book = Book::new();
    let [maple, pine] = ["Maple Hollow", "Pine Ridge"].map(|district| book.open(district, PUBLISHED));
    together(&mut book, &[maple, pine], 17);
    for line in &STORY[17..22] {
        book.record(Some(maple), line);
    }
    // Recorded after both sessions.
    let late = book.record(Some(pine), STORY[17]);
    check_answer(&book, &late, Warning::DoubleBooked);
}

#[test]
fn clock_that_jumps_ahead_is_shown_only_when_recording() {
    let mut book = Book::new();
    let case = book.open("Maple Hollow", PUBLISHED);
    let about_clock = |recorded: &Recorded| -> Vec<String> {
        let all = recorded.advisories.iter().filter(|advisory| advisory.warning == Warning::ClockAhead);
        all.map(|advisory| advisory.found.clone()).collect()
    };
    let day_later = book.record(Some(case), "2026-09-01 09:00 note_added; text=A day later.");
    assert_eq!(about_clock(&day_later), [""; 0], "a day is not too long");

    book.set_clock(time("2026-09-02 09:01"));
    let asked = book.service.ask(&offer(Some(case), "2026-09-01 10:00 note_added; text=So.")).unwrap();
    assert_eq!(about_clock(&asked), [""; 0], "nothing is written");
    let acted = [1, 2].map(|number| offer(Some(case), &format!("2026-09-01 1{number}:00 note_added; text=So.")));
    let acted = book.service.record_act(&acted).unwrap();
    let text = "the clock says Wed, Sep 2, 2026, 1:01 PM UTC, and the last record was written Tue, Sep 1, 2026, 1:00 PM UTC; \
                check the clock";
    assert_eq!(acted.iter().map(about_clock).collect::<Vec<_>>(), [vec![text.to_owned()], Vec::new()]);
    assert!(book.audited(true).is_empty(), "a quiet weekend is no finding");

    // A program that opens the ledger later reads when the last record was written.
    let clock = Arc::clone(&book.clock);
    let open = |trust_clock| {
        let read = Arc::clone(&clock);
        let ticks: Clock = Arc::new(move || Ok(At::from_millis(read.load(Ordering::SeqCst)).unwrap()));
        let options = OpenOptions { trust_clock, ..OpenOptions::new(ticks) };
        ledger::open(&book.folder.path().join("my.ledger"), Ids::random(), &options).unwrap()
    };
    drop(book.service);
    for (day, trust_clock, expected) in [("2026-09-10", true, 0), ("2026-09-20", false, 1)] {
        clock.store(time(&format!("{day} 09:00")).millis(), Ordering::SeqCst);
        let recorded = open(trust_clock).record(offer(Some(case), "2026-09-02 10:00 note_added; text=So.")).unwrap();
        assert_eq!(about_clock(&recorded).len(), expected, "{day}");
    }
}
