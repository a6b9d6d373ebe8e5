//! Which answers count.

use super::*;
use ibbi_core::Slot;
use ibbi_report::ics::{Attendee, IcsEntry, IcsStatus};
use proptest::prelude::*;

const CASE: &str = "01931c5e-7a10-7cc3-98c4-dc0c0c07398f";

/// Returns two invitations, of which the second can be canceled, to three people. The organizer is one of them.
fn folder(status: IcsStatus) -> InvitationFolder {
    let slot = Slot::new("2026-10-20T08:00:00-04:00".parse().unwrap(), "2026-10-20T16:00:00-04:00".parse().unwrap());
    let slot = slot.unwrap();
    let people = ["p.sullivan", "r.amari", "j.ortiz"]
        .map(|name| Attendee { person: format!("{name} <{name}@example.org>").parse().unwrap(), required: true });
    let invitation = |session: &str, status: IcsStatus| Invitation {
        entry: IcsEntry { sequence: 7, status, ..IcsEntry::new(format!("{CASE}.{session}@ibbi"), slot, "x") },
        organizer: "P.Sullivan@example.org".parse().unwrap(),
        attendees: people.to_vec(),
    };
    InvitationFolder::with(vec![invitation("training.1", status), invitation("meeting", IcsStatus::Confirmed)])
}

fn reply(session: &str, person: &str, sequence: u32, second: u8, answer: &str) -> ReplyFile {
    let text = format!(
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{CASE}.{session}@ibbi\r\nSEQUENCE:{sequence}\r\n\
         DTSTAMP:20260901T1200{second:02}Z\r\nATTENDEE;PARTSTAT={answer}:mailto:{person}@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    ReplyFile { name: format!("{session}-{person}-{sequence}-{second}-{answer}"), bytes: text.into_bytes() }
}

fn answer_of(replies: &Replies, session: &str, person: usize) -> Answer {
    replies.sessions.iter().find(|found| found.session == session).unwrap().people[person].answer
}

#[test]
fn last_answer_counts_and_of_two_at_the_same_time_the_more_cautious() {
    let files = [
        reply("meeting", "r.amari", 7, 2, "ACCEPTED"),
        reply("meeting", "r.amari", 7, 1, "DECLINED"),
        reply("meeting", "j.ortiz", 7, 1, "DECLINED"),
        reply("meeting", "j.ortiz", 7, 1, "ACCEPTED"),
    ];
    let found = read_replies(&folder(IcsStatus::Confirmed), &files);
    assert_eq!(answer_of(&found, "meeting", 1), Answer::Accepted);
    assert_eq!(answer_of(&found, "meeting", 2), Answer::Declined);
    assert_eq!((found.counted, found.superseded, found.unused.len()), (2, 2, 0));
    assert_eq!(answer_of(&found, "meeting", 0), Answer::Accepted, "the organizer comes");
    assert_eq!(answer_of(&found, "training.1", 1), Answer::NoAnswer);
    assert_eq!(found.sessions[0].session, "meeting", "the sessions are in their order");
}

#[test]
fn answers_to_other_versions_people_and_sessions_do_not_count() {
    let canceled = folder(IcsStatus::Cancelled);
    let cases = [
        (reply("meeting", "r.amari", 6, 1, "ACCEPTED"), ReplyProblem::Stale),
        (reply("meeting", "r.amari", 8, 1, "ACCEPTED"), ReplyProblem::Newer),
        (reply("meeting", "r.amary", 7, 1, "ACCEPTED"), ReplyProblem::UnknownAttendee),
        (reply("training.2", "r.amari", 7, 1, "ACCEPTED"), ReplyProblem::UnknownUid),
        (reply("training.1", "r.amari", 7, 1, "ACCEPTED"), ReplyProblem::Canceled),
        (reply("meeting", "r.amari", 7, 1, "COMPLETED"), ReplyProblem::Unreadable),
        (ReplyFile { name: "x".into(), bytes: vec![0xff, 0xfe, 0] }, ReplyProblem::NotAReply),
    ];
    for (file, problem) in cases {
        let found = read_replies(&canceled, std::slice::from_ref(&file));
        let problems: Vec<_> = found.unused.iter().map(|unused| unused.problem).collect();
        assert_eq!(problems, [problem], "{}", file.name);
        assert_eq!(found.counted, 0);
        assert_eq!(answer_of(&found, "meeting", 1), Answer::NoAnswer);
    }
    let found = read_replies(&canceled, &[]);
    assert_eq!(answer_of(&found, "training.1", 0), Answer::NoAnswer, "the organizer of a canceled session too");
}

proptest! {
    #[test]
    fn order_of_the_files_makes_no_difference(
        all in prop::collection::vec((0_usize..3, 0_usize..4, 6_u32..9, 0_u8..4, 0_usize..5), 0..30).prop_shuffle(),
        turn: prop::sample::Index,
    ) {
        let made: Vec<ReplyFile> = all.iter().map(|(session, person, sequence, second, answer)| {
            let session = ["meeting", "training.1", "training.2"][*session];
            let person = ["p.sullivan", "r.amari", "j.ortiz", "stranger"][*person];
            reply(session, person, *sequence, *second, ["ACCEPTED", "TENTATIVE", "DECLINED", "NEEDS-ACTION", "DELEGATED"][*answer])
        }).collect();
        let found = read_replies(&folder(IcsStatus::Confirmed), &made);
        prop_assert_eq!(found.counted + found.superseded + found.unused.len(), made.len());
        let mut other = made;
        if !other.is_empty() {
            let middle = turn.index(other.len());
            other.rotate_left(middle);
        }
        other.reverse();
        prop_assert_eq!(read_replies(&folder(IcsStatus::Confirmed), &other), found);
    }
}
