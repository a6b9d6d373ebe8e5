//! Replies as real programs write them, and spoiled ones.

use super::*;

/// As Google Calendar sends it: with an organizer, LF line ends in the attachment, and the times in UTC.
const GOOGLE: &str = "BEGIN:VCALENDAR\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\nVERSION:2.0\nCALSCALE:GREGORIAN\nMETHOD:REPLY\nBEGIN:VEVENT\nDTSTART:20261020T120000Z\nDTEND:20261020T200000Z\nDTSTAMP:20260901T130000Z\nORGANIZER;CN=P. Sullivan:mailto:p.sullivan@example.org\nUID:01931c5e-7a10-7cc3-98c4-dc0c0c07398f.training.1@ibbi\nATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=R. Ama\n ri;X-NUM-GUESTS=0:mailto:r.amari@example.org\nCREATED:20260901T120000Z\nLAST-MODIFIED:20260901T130000Z\nSEQUENCE:7\nSTATUS:CONFIRMED\nSUMMARY:IBBI training day\nTRANSP:OPAQUE\nEND:VEVENT\nEND:VCALENDAR\n";

/// As Outlook sends it: the scheme in capitals, a Windows zone, a comment, and no organizer.
const OUTLOOK: &str = "\u{feff}BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Eastern Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT=TENTATIVE;CN=\"Ortiz, J.\":MAILTO:j.ortiz@example.org\r\nCOMMENT;LANGUAGE=en-US:I teach until noon\\, but\\nmight come\r\nUID:01931c5e-7a10-7cc3-98c4-dc0c0c07398f.training.1@ibbi\r\nSUMMARY;LANGUAGE=en-US:Tentative: IBBI training day\r\nDTSTART;TZID=Eastern Standard Time:20261020T080000\r\nDTEND;TZID=Eastern Standard Time:20261020T160000\r\nCLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:20260901T140000Z\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nSEQUENCE:7\r\nX-MICROSOFT-CDO-APPT-SEQUENCE:7\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// As Apple Calendar sends it: another URI, with the address as a parameter.
const APPLE: &str = "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nPRODID:-//Apple Inc.//macOS 14.5//EN\r\nBEGIN:VEVENT\r\nATTENDEE;CN=\"T. Okafor\";CUTYPE=INDIVIDUAL;EMAIL=\"t.okafor@example.org\";PARTSTA\r\n T=DECLINED:urn:uuid:5BE9B3A3-96DA-4D2B-8F0C-6D1D7A2A2A11\r\nDTSTAMP:20260901T150000Z\r\nDTSTART;TZID=America/New_York:20261020T080000\r\nDTEND;TZID=America/New_York:20261020T160000\r\nSEQUENCE:7\r\nUID:01931c5e-7a10-7cc3-98c4-dc0c0c07398f.training.1@ibbi\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn one(text: &str) -> Result<Reply, ReplyError> {
    let mut found = Reply::from_ics(text)?;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn replies_of_three_programs_are_read() {
    let found = [GOOGLE, OUTLOOK, APPLE].map(|text| one(text).unwrap());
    let told =
        found.each_ref().map(|reply| (reply.address.as_str(), reply.answer, reply.sequence, reply.stamp.to_string()));
    let at = |hour: u8| format!("2026-09-01T{hour}:00:00.000Z");
    assert_eq!(
        told,
        [
            ("r.amari@example.org", Answer::Accepted, 7, at(13)),
            ("j.ortiz@example.org", Answer::Tentative, 7, at(14)),
            ("t.okafor@example.org", Answer::Declined, 7, at(15)),
        ]
    );
    assert_eq!(found[1].comment.as_deref(), Some("I teach until noon, but\nmight come"));
    assert!(found.iter().all(|reply| reply.uid == "01931c5e-7a10-7cc3-98c4-dc0c0c07398f.training.1@ibbi"));
}

#[test]
fn spoiled_replies_say_what_is_wrong() {
    let spoil = |old: &str, new: &str| {
        assert!(OUTLOOK.contains(old), "{old}");
        one(&OUTLOOK.replacen(old, new, 1)).unwrap_err().to_string()
    };
    let cases = [
        ("METHOD:REPLY", "METHOD:REQUEST", "this is not a reply: its METHOD is REQUEST"),
        ("METHOD:REPLY\r\n", "", "this is not a reply: its METHOD is missing or unknown"),
        ("UID:0", "X-UID:0", "UID is missing or can't be read"),
        ("DTSTAMP:", "X-DTSTAMP:", "DTSTAMP is missing or can't be read"),
        ("SEQUENCE:7", "SEQUENCE:x", "SEQUENCE is missing or can't be read"),
        ("MAILTO:j", "ldap:j", "the address of the ATTENDEE is missing or can't be read"),
        ("ATTENDEE;", "X-ATTENDEE;", "it has 0 attendees, and a reply is from one person"),
        ("COMMENT;", "ATTENDEE:mailto:a@example.org\r\nCOMMENT;", "it has 2 attendees, and a reply is from one person"),
    ];
    for (old, new, message) in cases {
        assert_eq!(spoil(old, new), message);
    }
    assert!(spoil("PARTSTAT=TENTATIVE", "PARTSTAT=X-MAYBE").starts_with("its answer (PARTSTAT) is missing"));
    assert!(spoil("PARTSTAT=TENTATIVE", "ROLE=CHAIR").starts_with("its answer (PARTSTAT) is missing"));
    assert!(spoil("CLASS:PUBLIC", "RECURRENCE-ID:20261020T120000Z").starts_with("it is about one date of a repeated"));
    let empty = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n";
    assert_eq!(Reply::from_ics(empty), Err(ReplyError::Empty));
    let not_a_calendar = Err(ReplyError::Unreadable(IcsReadError::NotACalendar));
    assert_eq!(Reply::from_ics("Dear P. Sullivan,\n\nI accept.\nContent-Type: x"), not_a_calendar);
    let email = format!("From: j.ortiz@example.org\r\ncontent-type: text/calendar; method=REPLY\r\n\r\n{APPLE}");
    assert_eq!(Reply::from_ics(&email), Err(ReplyError::Email));
    assert_eq!(Reply::from_ics(&OUTLOOK.replacen("METHOD:REPLY", "METHOD:COUNTER", 1)), Err(ReplyError::Counter));
}

#[test]
fn files_with_too_many_entries_are_refused() {
    let entries = "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n".repeat(MAX_ENTRIES + 1);
    let text = format!("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{entries}END:VCALENDAR\r\n");
    assert_eq!(Reply::from_ics(&text), Err(IcsReadError::TooMany(MAX_ENTRIES + 1).into()));
}

#[test]
fn long_comments_are_cut() {
    let long = OUTLOOK.replacen("I teach", &"x".repeat(3000), 1);
    assert_eq!(one(&long).unwrap().comment.map(|comment| comment.chars().count()), Some(LONGEST_COMMENT));
}
