//! Wrong words on the command line.

use super::{IO, REFUSED, USAGE, check, check_record, fails, place};

const ZEROS: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn unknown_and_incomplete_events_are_usage_errors() {
    let place = place();
    for (args, excerpt) in [
        (&["leader_agree", "name=A"][..], "there is no event `leader_agree` (did you mean leader_agreed?)"),
        (&["Leader_Agreed"], "did you mean leader_agreed?"),
        (&["pizza"], "there is no event `pizza`; `ibbi chart` lists them all"),
        (
            &["leader_agreed"],
            "leader_agreed also needs name=<name> seat=superintendent|union_president|school_committee",
        ),
        (&["leader_agreed", "name=A"], "also needs seat=superintendent|union_president|school_committee"),
        (&["leader_agreed", "name"], "`name` is not key=value; leader_agreed takes name=<name>"),
        (&["leader_agreed", "nmae=A"], "leader_agreed has no `nmae` (did you mean name?)"),
        (&["leader_agreed", "name=A", "name=B"], "`name` is given twice"),
        (&["leader_agreed", "seat=superintendant"], "(did you mean superintendent?)"),
        (&["leader_agreed", "seat=janitor"], "use one of: superintendent, union_president, school_committee"),
        (&["leader_agreed", "name=<name>"], "fill in the value of `name`: <name>"),
        (&["leader_agreed", "seat=<chair>"], "fill in the value of `seat`: superintendent|"),
        (&["-", "name=A"], "give the event type before its fields"),
    ] {
        check_record(&place, args, USAGE, excerpt);
    }
}

#[test]
fn invalid_values_are_usage_errors() {
    let place = place();
    let (long_name, long_text) = (format!("name={}", "n".repeat(121)), format!("text={}", "t".repeat(100_000)));
    let long_event = "e".repeat(100_000);
    for (args, excerpt) in [
        (&["session_postponed", "part=one", "reason=snow"][..], "part: `one` is not a whole number"),
        (&["session_postponed", "part=-1", "reason=snow"], "part: `-1` is not a whole number"),
        (&["session_postponed", "part=1.5", "reason=snow"], "part: `1.5` is not a whole number"),
        (&["session_postponed", "part=256", "reason=snow"], "part: `256` is not a whole number from 0 to 255"),
        (&["event_voided", "seq=99999999999999999999", "reason=so"], "is not a whole number"),
        (&["contract_dates_changed", "evergreen=maybe"], "`maybe` is neither true nor false"),
        (&["contract_dates_changed", "contract_expires=2026-02-30"], "a day that exists"),
        (&["contract_dates_changed", "contract_expires=30.6.2026"], "is not a date such as 2026-10-02"),
        (&["support_confirmed", "dated=soon"], "`soon` is not a date"),
        (&["support_confirmed", "document=abc"], "64 lowercase hexadecimal digits"),
        (&["member_named", "member=lee"], "`lee` is not ID:NAME"),
        (&["member_named", "member=Ann Lee:Ann Lee"], "`Ann Lee` is not a member id"),
        (&["meeting_held", "topics=pizza"], "`pizza` is not known"),
        (&["session_opened", "present=a,,b"], "`` is not a member id"),
        (&["session_opened", "present=a,a", "part=1", "neutral=r:R"], "the list has `a` twice"),
        (&["session_opened", "observers=Lev Brandt"], "is not CAPACITY:NAME"),
        (&["leader_agreed", "name="], "the name is empty"),
        (&["leader_agreed", "name=   "], "the name is empty"),
        (&["leader_agreed", "name= Ann"], "begins or ends with a space; remove it"),
        (&["leader_agreed", "name=A\u{1b}[31m"], "the character U+001B at position 2"),
        (&["leader_agreed", "name=A\nB"], "the character U+000A at position 2"),
        (&["leader_agreed", "name=A\u{7f}"], "the character U+007F"),
        (&["leader_agreed", "name=A\u{202e}B"], "the character U+202E"),
        (&["leader_agreed", &long_name], "the name has 121 characters; enter at most 120"),
        (&["note_added", &long_text], "the text has 100000 characters; enter at most 4000"),
        (&["note_added", &long_event], "is not key=value"),
        (&[&long_event], "there is no event `eee"),
        (&["\u{1b}[31m\u{7}red"], "there is no event `\u{fffd}[31m\u{fffd}red`"),
        (
            &["leader_agreed", "seat=a\nibbi: all is well\nb"],
            "seat: `a\u{fffd}ibbi: all is well\u{fffd}b` is not known",
        ),
    ] {
        check_record(&place, args, USAGE, excerpt);
    }
}

#[test]
fn invalid_and_ambiguous_times_are_usage_errors() {
    let place = place();
    for (at, excerpt) in [
        ("", "is not a time; write 2026-10-20 16:00"),
        ("yesterday", "`yesterday` is not a time"),
        ("-1", "`-1` is not a time"),
        ("2025-02-30 10:00", "`2025-02-30 10:00` is not a time"),
        ("2025-10-20 24:30", "is not a time"),
        ("10/20/2025 4", "is not a time"),
        ("2025-03-09 02:30", "does not exist in America/New_York: the clocks go forward past it"),
        ("2025-11-02 01:30", "write it with its offset: 2025-11-02T01:30:00-04:00 or 2025-11-02T01:30:00-05:00"),
        ("1969-12-31 23:00Z", "outside the years 1970 to 9999"),
    ] {
        check_record(&place, &["note_added", "text=so", "--at", at], USAGE, excerpt);
        check(&place, &["status", "a.ledger", "--at", at], USAGE, excerpt);
        // Without --case the time is read in the zone of Massachusetts, which is also that of this case.
        check(&place, &["replay", "a.ledger", "--at", at], USAGE, excerpt);
    }
    // An event can have a day alone, but a question needs an instant.
    let excerpt = "is a date without a time; add the time, as in 2025-10-20 16:00";
    check(&place, &["status", "a.ledger", "--at", "2025-10-20"], USAGE, excerpt);
    check(&place, &["replay", "a.ledger", "--at", "2025-10-20"], USAGE, excerpt);
    for (slot, excerpt) in [
        ("2025-03-09 02:30-04:00", "does not exist in America/New_York"),
        ("2025-11-02 01:30-03:00", "occurs twice in America/New_York"),
        ("2025-10-20 16:00-08:00", "which is not after its start"),
        ("2025-10-20 8-4", "write the date and both times, as in 2026-10-20 08:00-16:00"),
        ("2025-10-20", "is not a slot"),
        ("2025-10-20T08:00:00-05:00/2025-10-20T16:00:00-05:00", "has the offset of another zone"),
    ] {
        check_record(&place, &["meeting_scheduled", &format!("slot={slot}")], USAGE, excerpt);
    }
}

#[test]
fn events_in_the_future_and_before_the_opening_are_refused() {
    let place = place();
    check_record(
        &place,
        &["note_added", "text=so", "--at", "2999-01-01 10:00"],
        REFUSED,
        "record it after it has happened",
    );
    check(
        &place,
        &["new", "b.ledger", "--district", "B", "--at", "2999-01-01 10:00"],
        REFUSED,
        "five minutes after now",
    );
    let excerpt = "the case is in Not opened, but note_added can be recorded only in";
    check_record(&place, &["note_added", "text=so", "--at", "2025-08-30 10:00"], REFUSED, excerpt);
}

#[test]
fn unknown_and_ambiguous_cases_are_listed() {
    let place = place();
    for case in ["", "nowhere", "birches", ZEROS, "*"] {
        let excerpt = format!("has no case `{case}`; it has ");
        for command in ["status", "replay"] {
            check(&place, &[command, "a.ledger", "--case", case], USAGE, &excerpt);
        }
        check(&place, &["route", "a.ledger", "completed", "--case", case], USAGE, &excerpt);
        check_record(&place, &["note_added", "text=so", "--case", case], USAGE, &excerpt);
    }
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-02 09:00"]);
    for args in [&["status", "a.ledger"][..], &["route", "a.ledger", "completed"]] {
        check(&place, args, USAGE, "a.ledger holds 2 cases; name one with --case: ");
        check(&place, &[args, &["--case", "birch valley"]].concat(), USAGE, "holds 2 cases");
    }
    check_record(&place, &["note_added", "text=so"], USAGE, "holds 2 cases");
    // Both ids begin with the time, and so in the same way.
    check_record(&place, &["note_added", "text=so", "--case", "01"], USAGE, "holds 2 cases");
}

#[test]
fn wrong_options_of_every_command_are_usage_errors() {
    let place = place();
    for (args, excerpt) in [
        (&[][..], "Usage: ibbi"),
        (&["pizza"], "unrecognized subcommand 'pizza'"),
        (&["status"], "<LEDGER>"),
        (&["status", "a.ledger", "more"], "unexpected argument 'more'"),
        (&["status", ""], "a value is required for '<LEDGER>'"),
        (&["new", "b.ledger"], "--district <DISTRICT>"),
        (&["new", "b.ledger", "--district", ""], "the name is empty"),
        (&["new", "b.ledger", "--district", "B", "--county", "norfok"], "(did you mean norfolk?)"),
        (
            &["new", "b.ledger", "--district", "B", "--time-zone", "Mars/Olympus"],
            "there is no time zone `Mars/Olympus`",
        ),
        (
            &["new", "b.ledger", "--district", "B", "--time-zone", "New York"],
            "not a time zone name; enter one such as America/New_York",
        ),
        (&["new", "b.ledger", "--district", "B", "--contract-expires", "2026-02-30"], "a day that exists"),
        (&["new", "b.ledger", "--district", "B", "--follows", "12"], "`12` is not the ID of a case"),
        (&["new", "b.ledger", "--district", "B", "--grace", "-1"], "minutes must be a whole number, such as 15"),
        (&["new", "b.ledger", "--district", "B", "--grace", "9999"], "is not shorter than the shortest part"),
        (&["new", "b.ledger", "--district", "B", "--origin", ""], "origin: the name is empty"),
        (&["new", "b.ledger", "--district", "B", "--actor", "\u{7}"], "actor: the name has the character U+0007"),
        (&["void", "a.ledger", "two", "--reason", "so"], "the number must be a whole number, such as 12"),
        (&["void", "a.ledger", "-1", "--reason", "so"], "the number must be a whole number, such as 12"),
        (&["void", "a.ledger", "2"], "--reason <REASON>"),
        (&["void", "a.ledger", "2", "--reason", ""], "the reason is empty"),
        (&["void", "a.ledger", "2", "--reason", "<why>"], "fill in the value of `reason`"),
        (&["void", "a.ledger", "99", "--reason", "so"], "no event with the number 99; `ibbi replay` shows the numbers"),
        (&["void", "a.ledger", "1", "--reason", "so"], "no event with the number 1"),
        (&["route", "a.ledger"], "<STAGE>"),
        (&["route", "a.ledger", "the end"], "`the end` is not a stage or outcome; use one of: introduction, "),
        (&["route", "a.ledger", ""], "is not a stage or outcome"),
        (&["replay", "a.ledger", "--to", "one"], "the number must be a whole number, such as 12"),
        (&["replay", "a.ledger", "--to", "2", "--at", "now"], "cannot be used with"),
        (&["chart", "--format", "svg"], "[possible values: markdown, mermaid, dot]"),
        (&["tour", "--ledger", "a.ledger"], "a.ledger exists already"),
        (&["record", "a.ledger", "note_added", "text=so", "--id", "5"], "an ID must be a UUID, such as "),
        (&["keygen", "two words", "b.key"], "ibbi: a key must have a name without spaces"),
        (&["keygen", "office\u{202e}", "b.key"], "U+202E"),
        (&["keygen", "offi\u{200b}ce", "b.key", "--witness"], "U+200B"),
        (&["keygen", "\u{43e}ffice", "b.key"], "letters of several scripts"),
        (&["verify", "a.ledger", "--key", "nope"], "there is no file nope"),
    ] {
        if args.is_empty() {
            // Help, and no message: what can be done is the answer.
            let result = place.ibbi(args);
            assert!(result.code == USAGE && result.err.contains(excerpt) && result.out.is_empty(), "{result:?}");
        } else {
            check(&place, args, USAGE, excerpt);
        }
    }
    check(&place, &["void", "a.ledger", "2", "--reason", "so"], REFUSED, "number 2 is case_opened");
}

#[test]
fn an_id_is_not_used_again_for_something_else() {
    let place = place();
    let id = "01920000-0000-7000-8000-0000000000aa";
    let base = ["note_added", "text=so", "--id", id, "--at", "2025-09-02 10:00"];
    let record = [&["record", "a.ledger"], &base[..]].concat();
    place.done(&record);
    let other = |index: usize, value: &'static str| {
        let mut args = base;
        args[index] = value;
        args
    };
    let excerpt = "already belongs to revision 2 of case ";
    check_record(&place, &other(1, "text=other"), USAGE, excerpt);
    check_record(&place, &other(5, "2025-09-02 10:01"), USAGE, excerpt);
    check_record(&place, &[&base[..], &["--actor", "somebody else"]].concat(), USAGE, excerpt);
}

#[test]
fn only_file_names_may_be_other_than_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = place();
    let bad = OsStr::from_bytes(b"text=\xff");
    for args in [
        &[OsStr::new("record"), "a.ledger".as_ref(), "note_added".as_ref(), bad][..],
        &["record".as_ref(), "a.ledger".as_ref(), bad],
        &["new".as_ref(), "b.ledger".as_ref(), "--district".as_ref(), bad],
        &["route".as_ref(), "a.ledger".as_ref(), bad],
    ] {
        fails(&place, place.command(args), b"", USAGE, "invalid UTF-8");
    }
    let name = OsStr::from_bytes(b"caf\xe9.ledger");
    fails(&place, place.command(&["status".as_ref(), name]), b"", IO, "cannot open caf\u{fffd}.ledger");
    let result = place.ibbi(&["new".as_ref(), name, "--district".as_ref(), OsStr::new("B")]);
    assert_eq!(result.code, 0, "{}", result.err);
    assert_eq!(place.ibbi(&["status".as_ref(), name]).code, 0);
}
