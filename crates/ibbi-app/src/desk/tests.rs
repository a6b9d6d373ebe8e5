use super::*;
use crate::journal::Ids;
use ibbi_core::events::{CaseOpened, CaseWithdrawn, NoteAdded};
use ibbi_core::{At, NoteText, Program, Reason, Stage, TimeZoneName};

const NOON: &str = "2026-09-01T16:00:00.000Z";

fn context() -> Context {
    let actor = Name::new("clerk").unwrap();
    Context { now: NOON.parse().unwrap(), actor, ids: Ids::Counted(0), signer: None }
}

fn offer(case: Option<Uuid>, event: impl Into<Event>) -> Offer {
    let entry = Entry { event: event.into(), at: NOON.parse().unwrap(), id: None, dry_run: false };
    Offer { case, entry, actor: Name::new("clerk").unwrap(), at_is_now: false, expected_rev: None }
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

fn desk(folder: &tempfile::TempDir) -> (Desk, Context) {
    let mut context = context();
    (Desk::open(&folder.path().join("my.ledger"), Some("example.org/desk"), &mut context).unwrap(), context)
}

fn opened(desk: &mut Desk, context: &mut Context, district: &str) -> Uuid {
    desk.offer(&[offer(None, opening(district))], context).remove(0).unwrap().case
}

#[test]
fn each_offer_of_a_batch_is_judged_after_those_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let batch = [offer(Some(case), note("one")), offer(Some(case), withdrawal()), offer(Some(case), note("two"))];
    let answers = desk.offer(&batch, &mut context);
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().and_then(|recorded| recorded.rev)).collect();
    assert_eq!(told, [Some(2), Some(3), None]);
    assert!(matches!(&answers[2], Err(AppError::Refused { refusal, .. }) if refusal.stage == Stage::Closed));
    assert_eq!((desk.head().lines, desk.summary(case).unwrap().stage), (4, Stage::Closed));
    // What the desk holds is what anyone reads from the file.
    let read = store::load(desk.path(), case).unwrap();
    let held = desk.held(case).unwrap();
    assert_eq!((&read.records, &read.history), (&held.records, &held.history));
}

#[test]
fn a_record_sent_again_is_there_once_also_within_one_batch() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let mut open = offer(None, opening("Maple Hollow"));
    open.entry.id = Some(Uuid::from_u128(77));
    let answers = desk.offer(&[open.clone(), open.clone()], &mut context);
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap()).collect();
    assert_eq!((told[0].existing, told[1].existing, told[0].case), (false, true, told[1].case));
    let mut same = offer(Some(told[0].case), note("one"));
    same.entry.id = Some(Uuid::from_u128(78));
    let mut other = offer(Some(told[0].case), note("another"));
    other.entry.id = Some(Uuid::from_u128(78));
    let answers = desk.offer(&[same.clone(), same.clone(), other], &mut context);
    assert_eq!(answers[0].as_ref().unwrap().seq, answers[1].as_ref().unwrap().seq);
    assert!(matches!(answers[2], Err(AppError::Append(AppendError::IdTaken { .. }))));
    // A retry is answered whatever the revision that it names, and whatever the clock shows where no time was said.
    same.expected_rev = Some(1);
    same.entry.at = At::from_millis(same.entry.at.millis() + 5).unwrap();
    assert!(matches!(desk.offer(&[same.clone()], &mut context)[0], Err(AppError::Append(AppendError::IdTaken { .. }))));
    same.at_is_now = true;
    assert!(desk.offer(&[same], &mut context)[0].as_ref().unwrap().existing);
    assert_eq!(desk.head().lines, 3);
}

#[test]
fn of_two_who_have_seen_the_same_case_one_is_told_to_look_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let seen = |text: &str| Offer { expected_rev: Some(1), ..offer(Some(case), note(text)) };
    let answers = desk.offer(&[seen("one"), seen("two")], &mut context);
    assert_eq!(answers[0].as_ref().unwrap().rev, Some(2));
    assert!(matches!(answers[1], Err(AppError::Append(AppendError::Conflict { expected: 1, found: 2, .. }))));
}

#[test]
fn an_event_without_a_time_happens_when_it_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let later = |by: i64| At::from_millis(context.now.millis() + by).unwrap();
    let (ahead, behind) = (later(60_000), later(-60_000));
    let mut said = offer(Some(case), note("a clock that is a minute fast"));
    said.entry.at = ahead;
    let mut now = offer(Some(case), note("sent a minute ago, judged now"));
    (now.entry.at, now.at_is_now) = (behind, true);
    let answers = desk.offer(&[said, now], &mut context);
    let times: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().at).collect();
    assert_eq!(times, [ahead, ahead]);
}

#[test]
fn a_question_changes_nothing_and_an_unknown_case_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let asked = desk.ask(&offer(None, opening("Maple Hollow")), &context).unwrap();
    assert!(asked.dry_run && asked.seq.is_none() && desk.cases().is_empty());
    let nobody = Uuid::from_u128(5);
    let error = desk.offer(&[offer(Some(nobody), note("x"))], &mut context).remove(0).unwrap_err();
    assert_eq!(error.to_string(), format!("the ledger has no case {nobody}"));
    assert_eq!(desk.head().lines, 1);
}

#[test]
fn a_batch_that_is_too_long_for_one_write_goes_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let long = "漢".repeat(NoteText::MAX_CHARS);
    let batch: Vec<_> = (0..400).map(|_| offer(Some(case), note(&long))).collect();
    let answers = desk.offer(&batch, &mut context);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(store::load(desk.path(), case).unwrap().records.len(), 401);
}

#[test]
fn a_second_desk_is_told_who_holds_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut context) = desk(&folder);
    let error = Desk::open(desk.path(), Some("example.org/desk"), &mut context).unwrap_err();
    assert!(error.to_string().contains("is being written by"), "{error}");
    let path = desk.path().to_owned();
    drop(desk);
    assert_eq!(Desk::open(&path, None, &mut context).unwrap().head().lines, 1);
}

#[test]
fn a_list_is_given_in_parts_from_either_end_and_by_the_district_s_name() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let districts = ["Maple Hollow", "Birch Falls", "Maple Ridge", "Alder Bay", "Old MAPLE"];
    let ids = districts.map(|district| opened(&mut desk, &mut context, district));
    let walk = |order, district: &str, limit| {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let listed = desk.list(after, order, district, limit).unwrap();
            assert!(listed.cases.len() <= limit);
            names.extend(listed.cases.iter().map(|case| case.district.to_string()));
            after = listed.next;
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
    // The end is told with the last part, not by an empty one after it.
    assert_eq!(desk.list(Some(ids[2]), Order::Oldest, "", 2).unwrap().next, None);
    assert!(matches!(desk.list(Some(Uuid::from_u128(7)), Order::Oldest, "", 2), Err(AppError::NoCase(_))));
}

#[test]
fn a_question_under_the_id_of_a_record_is_answered_like_the_record_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let mut note = offer(Some(case), note("one"));
    (note.entry.id, note.at_is_now, note.expected_rev) = (Some(Uuid::from_u128(5)), true, Some(1));
    desk.offer(std::slice::from_ref(&note), &mut context).remove(0).unwrap();
    context.now = At::from_millis(context.now.millis() + 60_000).unwrap();
    note.entry.at = context.now;
    let asked = desk.ask(&note, &context).unwrap();
    assert_eq!((asked.dry_run, asked.existing, asked.rev), (true, true, Some(2)));
    note.entry.event = self::note("another").into();
    assert!(matches!(desk.ask(&note, &context), Err(AppError::Append(AppendError::IdTaken { .. }))));
}

#[cfg(unix)]
#[test]
fn a_desk_whose_file_was_moved_says_so_each_time_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut context) = desk(&folder);
    let case = opened(&mut desk, &mut context, "Maple Hollow");
    let aside = folder.path().join("aside");
    std::fs::rename(desk.path(), &aside).unwrap();
    assert!(desk.check_place().unwrap_err().to_string().contains("deleted, renamed or replaced"));
    let batch = [offer(Some(case), note("one")), offer(Some(case), note("two"))];
    let mut told = desk.offer(&batch, &mut context);
    told.extend(desk.offer(&batch, &mut context));
    for answer in told {
        let error = answer.unwrap_err();
        assert_eq!(error.code(), "read-only");
        assert!(error.to_string().contains("deleted, renamed or replaced"), "{error}");
    }
    std::fs::rename(&aside, desk.path()).unwrap();
    desk.check_place().unwrap();
    let path = desk.path().to_owned();
    drop(desk);
    let mut desk = Desk::open(&path, None, &mut context).unwrap();
    assert_eq!(desk.offer(&batch, &mut context).iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(desk.head().lines, 4);
}
