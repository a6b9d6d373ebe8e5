//! Whom or what a case is waiting for, since when, by when, and why.

use ibbi_app::due::{Awaited, DueReason, Standards, Standing};
use ibbi_app::input;
use ibbi_app::ledger::MemoryStore;
use ibbi_app::schedule;
use ibbi_app::service::{CaseService, Ids, Offer, offers_from_json};
use ibbi_app::status::{Status, status_of};
use ibbi_app::zone::Zone;
use ibbi_core::{At, EventKind, Name, WaitingFor};
use ibbi_testing::UNTIL_SECOND_DECISION;

/// Returns a case with the first events of the sample. `change` can change their text.
fn case(events: usize, change: impl Fn(&str) -> String) -> (CaseService<MemoryStore>, uuid::Uuid) {
    let read = |time: &str| Zone::default().read(time, At::MIN).unwrap();
    let last = read("2026-09-01 12:00");
    let mut service = CaseService::new(MemoryStore::with_clock(move || Ok(last)), Ids::random());
    let actor = Name::new("clerk").unwrap();
    let opening = input::from_pairs(EventKind::CaseOpened, &["district=Maple Hollow"], Zone::default()).unwrap();
    let at = Some(read("2025-09-02 09:00").into());
    let case = service.record(Offer { at, ..Offer::new(opening, actor.clone()) }).unwrap().case;
    let events_text = change(UNTIL_SECOND_DECISION);
    let offers = offers_from_json(events_text.as_bytes(), Zone::default(), last, &actor).unwrap();
    for offer in offers.into_iter().take(events) {
        service.record(Offer { case: Some(case), ..offer }).unwrap();
    }
    (service, case)
}

/// Returns the status at a local time of a case with the first events of the sample.
fn status(events: usize, now: &str, standards: &str) -> Status {
    let (mut service, case) = case(events, str::to_owned);
    let now = Zone::default().read(now, At::MIN).unwrap();
    status_of(service.case(case).unwrap(), now, &Standards::from_json(standards).unwrap())
}

#[test]
fn posting_keeps_its_time_of_day_across_a_clock_change() {
    // Clocks go back on Sunday, November 2, 2025. The session is on Monday, so the posting is due on Thursday.
    let (mut service, case) = case(BOOKED, |text| {
        text.replace("2025-10-21T08:00:00-04:00", "2025-11-03T08:00:00-05:00")
            .replace("2025-10-21T16:00:00-04:00", "2025-11-03T16:00:00-05:00")
            .replace("2025-10-21", "2025-11-03")
    });
    let now = Zone::default().read("2025-10-27 12:00", At::MIN).unwrap();
    let status = status_of(service.case(case).unwrap(), now, &Standards::default());
    let due: Vec<_> = status.waiting_on[0].before.iter().map(|date| (show(date.due), date.why)).collect();
    assert_eq!(due, [("2025-10-30 08:00".to_owned(), DueReason::Posting)]);
}

#[test]
fn withdrawal_cancels_the_sessions_that_are_ahead() {
    let (mut service, case) = case(BOOKED, str::to_owned);
    let stamp = Zone::default().read("2025-10-12 12:00", At::MIN).unwrap();
    let calendar = |service: &mut CaseService<MemoryStore>| {
        let log = service.case(case).unwrap().clone();
        schedule::cases_calendar(std::path::Path::new("cases"), &[&log], stamp, None).unwrap().text
    };
    let lines = |text: &str, name: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    };
    let before = calendar(&mut service);
    // The meeting was held, and the training is ahead.
    assert_eq!(lines(&before, "STATUS"), ["STATUS:CONFIRMED", "STATUS:CONFIRMED"]);
    let withdrawn = r#"{"type":"case_withdrawn","data":{"by":"Maple Hollow","reason":"so"},"at":"2025-10-12 09:00"}"#;
    let offers = offers_from_json(withdrawn.as_bytes(), Zone::default(), stamp, &Name::new("clerk").unwrap()).unwrap();
    for offer in offers {
        service.record(Offer { case: Some(case), ..offer }).unwrap();
    }
    let after = calendar(&mut service);
    assert_eq!(lines(&after, "STATUS"), ["STATUS:CONFIRMED", "STATUS:CANCELLED"]);
    assert_eq!(lines(&after, "UID"), lines(&before, "UID"));
    let sequences = |text: &str| -> Vec<u32> {
        lines(text, "SEQUENCE").iter().map(|line| line["SEQUENCE:".len()..].parse().unwrap()).collect()
    };
    let (before, after) = (sequences(&before), sequences(&after));
    assert_eq!(after[0], before[0], "the meeting was held, and stays");
    assert!(after[1] > before[1], "{before:?} {after:?}");
}

const NONE: &str = r#"{"days": {}}"#;

/// The number of events until the third letter is missing, until the training is booked, and until all are recorded.
const TWO_LETTERS: usize = 12;
const BOOKED: usize = 15;
const ALL: usize = 22;

fn texts(status: &Status) -> Vec<String> {
    status.waiting_texts().collect()
}

fn show(at: At) -> String {
    Zone::default().write(at)
}

#[test]
fn booked_training_has_its_start_the_posting_and_the_notice() {
    let early = status(BOOKED, "2025-10-06 12:00", NONE);
    let [Awaited { who, due, why, before, standing, .. }] = &early.waiting_on[..] else {
        panic!("{:?}", early.waiting_on)
    };
    assert_eq!((*who, *why, *standing), (WaitingFor::Calendar, Some(DueReason::Session), None));
    assert_eq!(show(due.unwrap()), "2025-10-21 08:00");
    let before: Vec<_> = before.iter().map(|date| (show(date.due), date.why)).collect();
    // The weekend of October 18 doesn't count for the posting. Plans assume at least 14 days of notice.
    let expected = [("2025-10-07 23:59", DueReason::Notice(14)), ("2025-10-17 08:00", DueReason::Posting)];
    assert_eq!(before, expected.map(|(at, why)| (at.to_owned(), why)));
    assert_eq!(
        texts(&early),
        [
            "the training session on Tue, Oct 21, 2025, 8:00 AM; to move it with 14 days of notice, do so by Tue, Oct 7, 2025; \
          if a quorum of the school committee might attend, post it by Fri, Oct 17, 2025, 8:00 AM"
        ]
    );
    let later = status(BOOKED, "2025-10-10 12:00", NONE);
    assert_eq!(later.waiting_on[0].before.len(), 1, "a date that has passed is left out");
    let after = status(BOOKED, "2025-10-21 18:00", NONE);
    assert_eq!(texts(&after), ["a report of the training session on Tue, Oct 21, 2025, 8:00 AM"]);
}

#[test]
fn wait_has_a_due_date_only_by_a_standard() {
    let waits = |now: &str, standards: &str| {
        let status = status(TWO_LETTERS, now, standards);
        let [one] = &status.waiting_on[..] else { panic!("{:?}", status.waiting_on) };
        assert_eq!(one.who, WaitingFor::SchoolCommittee);
        (one.due.map(show), one.standing, texts(&status)[0].clone())
    };
    let since = "the school committee's letter, since Tue, Sep 16, 2025, 4:40 PM";
    assert_eq!(waits("2025-09-28 09:00", NONE), (None, None, format!("{since} (12 days)")));
    let thirty = r#"{"days": {"school_committee": 30, "labor": 10}, "early_warning": 5}"#;
    let due = Some("2025-10-16 23:59".to_owned());
    for (now, standing, text) in [
        ("2025-09-28 09:00", Standing::OnTime(18), "(12 days); due on Thu, Oct 16, 2025 (standard: 30 days)"),
        ("2025-10-11 09:00", Standing::DueSoon(5), "(25 days); due in 5 days (standard: 30 days)"),
        ("2025-10-16 23:00", Standing::DueSoon(0), "(30 days); due today (standard: 30 days)"),
        ("2025-10-17 01:00", Standing::Overdue(1), "(31 days); overdue by 1 day (standard: 30 days)"),
        ("2025-10-19 09:00", Standing::Overdue(3), "(33 days); overdue by 3 days (standard: 30 days)"),
    ] {
        assert_eq!(waits(now, thirty), (due.clone(), Some(standing), format!("{since} {text}")), "{now}");
    }
}

#[test]
fn standard_of_a_stage_goes_before_the_general_one() {
    let standards = r#"{"days": {"labor": 60, "caucus.labor": 7}}"#;
    let status = status(ALL, "2025-10-25 09:00", standards);
    assert_eq!(status.waiting_on[0].why, Some(DueReason::Standard(7)));
    let json = serde_json::to_value(&status.waiting_on[0]).unwrap();
    let expected = serde_json::json!({
        "who": "labor", "since": "2025-10-21T20:00:00.000Z", "due": "2025-10-29T03:59:00.000Z",
        "why": { "kind": "standard", "days": 7 }, "standing": { "kind": "due_soon", "days": 3 },
    });
    assert_eq!(json, expected);
}

#[test]
fn standards_are_read_strictly() {
    for (text, expected) in [
        (r#"{"days": {"committee": 30}}"#, "committee: "),
        (r#"{"days": {"lunch.labor": 30}}"#, "lunch.labor: "),
        (r#"{"days": {"calendar": 30}}"#, "calendar: the date of a booked session is its own due date"),
        (r#"{"days": {"labor": -1}}"#, "line 1"),
        (r#"{"day": {}}"#, "unknown key `day`"),
    ] {
        let error = Standards::from_json(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
