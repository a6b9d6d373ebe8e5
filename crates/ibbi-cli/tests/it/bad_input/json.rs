//! Wrong JSON on standard input.

use super::{USAGE, fails, place};
use crate::support::Place;

/// Sends this to `ibbi record`, also as a dry run.
#[track_caller]
fn check(place: &Place, event: Option<&str>, input: &[u8], excerpt: &str) {
    let mut args = vec!["record", "a.ledger"];
    if let Some(event) = event {
        args.extend([event, "-"]);
    }
    fails(place, place.command(&args), input, USAGE, excerpt);
    args.push("--dry-run");
    fails(place, place.command(&args), input, USAGE, excerpt);
}

#[test]
fn invalid_json_is_refused_with_its_place() {
    let place = place();
    for (input, excerpt) in [
        ("", "standard input is empty; name an event"),
        (" \n\t\n", "standard input is empty"),
        ("pizza", "line 1, column 1: expected value"),
        ("{", "it ends in the middle of an object"),
        ("{\"type\":\"note_added\",\n\"data\":{\"text\":\"so\"}", "line 2, column 20: it ends in the middle of"),
        ("null", "expected an object"),
        ("7", "expected an object"),
        ("\"note_added\"", "expected an object"),
        ("[]", "wrong kind of value: a list, expected an object"),
        (r#"["note_added",{"text":"so"}]"#, "wrong kind of value: a list, expected an object"),
        ("{}", "missing key `type`"),
        (r#"{"type":"note_added"}"#, "missing key `data`"),
        (r#"{"data":{"text":"so"}}"#, "missing key `type`"),
        (r#"{"type":"note_addd","data":{"text":"so"}}"#, "there is no event `note_addd` (did you mean note_added?)"),
        (r#"{"type":7,"data":{}}"#, "wrong kind of value: integer `7`, expected a string"),
        (r#"{"type":"note_added","data":["so"]}"#, "wrong kind of value: a list, expected an object"),
        (r#"{"type":"note_added","data":{}}"#, "missing key `text`"),
        (r#"{"type":"note_added","data":{"text":7}}"#, "expected a text"),
        (r#"{"type":"note_added","data":{"text":""}}"#, "the text is empty"),
        (r#"{"type":"note_added","data":{"text":"a\u0000b"}}"#, "the character U+0000 at position 2"),
        (r#"{"type":"note_added","data":{"text":"\ud800"}}"#, "line 1, column 44: unexpected end of hex escape"),
        (r#"{"type":"note_added","data":{"text":"a","text":"b"}}"#, "duplicate key `text`"),
        (r#"{"type":"note_added","type":"note_added","data":{"text":"a"}}"#, "duplicate key `type`"),
        (r#"{"type":"note_added","data":{"text":"a"},"at":"now"}"#, "unknown key `at`"),
        (r#"{"type":"note_added","data":{"text":"a","more":1}}"#, "unknown key `more`"),
        (r#"{"type":"note_added","data":{"text":"a"}} {}"#, "trailing characters"),
        (r#"{"type":"note_added","data":{"text":"a"}}}"#, "trailing characters"),
        (r#"{"type":"case_opened","data":{"district":"A","district":"B"}}"#, "duplicate key `district`"),
        (r#"{"type":"case_opened","data":{"district":"A","pizza":1}}"#, "unknown key `pizza`"),
        (r#"{"type":"case_opened","data":{"district":"A","time_zone":"Mars/X"}}"#, "no time zone `Mars/X`"),
        (r#"{"type":"session_postponed","data":{"part":300,"reason":"so"}}"#, "expected a whole number from 0 to 255"),
        (r#"{"type":"session_postponed","data":{"part":-1,"reason":"so"}}"#, "expected a whole number"),
        (r#"{"type":"session_postponed","data":{"part":1.0,"reason":"so"}}"#, "expected a whole number"),
        (r#"{"type":"session_postponed","data":{"part":"1","reason":"so"}}"#, "expected a whole number"),
        (r#"{"type":"event_voided","data":{"seq":18446744073709551616,"reason":"so"}}"#, "expected a whole number"),
        (
            r#"{"type":"format_chosen","data":{"format":"half a day"}}"#,
            "`half a day` is not a facilitation format; use 1 to 23 of these characters",
        ),
        (
            r#"{"type":"contract_dates_changed","data":{"contract_expires":"2026-02-30","evergreen":true}}"#,
            "a day that exists",
        ),
        (
            r#"{"type":"contract_dates_changed","data":{"contract_expires":"2026-02-28","evergreen":"no"}}"#,
            "expected a boolean",
        ),
        (
            r#"{"type":"meeting_scheduled","data":{"slot":{"starts":"2025-10-20T08:00:00-05:00","ends":"2025-10-20T09:00:00-05:00"}}}"#,
            "has the offset of another zone",
        ),
    ] {
        check(&place, None, input.as_bytes(), excerpt);
    }
    for (event, input, excerpt) in [
        ("note_added", "", "standard input is empty; note_added takes text=<text>"),
        ("note_added", "[\"so\"]", "expected an object"),
        ("note_added", "{\"text\":\"a\",\"text\":\"b\"}", "duplicate key `text`"),
        ("case_opened", "{\"district\":\"A\",\"district\":\"B\"}", "duplicate key `district`"),
        ("case_opened", "{}", "missing key `district`"),
        ("nothing", "{}", "there is no event `nothing`"),
    ] {
        check(&place, Some(event), input.as_bytes(), excerpt);
    }
}

#[test]
fn deep_long_and_binary_input_is_refused_without_harm() {
    let place = place();
    let deep = |prefix: &str, open: &str, times: usize| [prefix, &open.repeat(times)].concat().into_bytes();
    let long_text = format!(r#"{{"type":"note_added","data":{{"text":"{}"}}}}"#, "x".repeat(900_000));
    for (input, excerpt) in [
        (deep("", "[", 500_000), "wrong kind of value: a list"),
        (deep("", "{\"a\":", 150_000), "it ends in the middle of"),
        (deep(r#"{"type":"note_added","data":"#, "[", 500_000), "the JSON is not an event"),
        (deep(r#"{"type":"note_added","data":{"text":"#, "[", 500_000), "the JSON is not an event"),
        (deep(r#"{"type":"case_opened","data":{"program":"#, "{\"a\":", 150_000), "the JSON is not an event"),
        (vec![b' '; 10_000_000], "standard input has more than 1048576 bytes, which is too long for an event"),
        (vec![b'x'; 10_000_000], "more than 1048576 bytes"),
        (long_text.into_bytes(), "the text has 900000 characters; enter at most 4000"),
        (b"\xef\xbb\xbf{}".to_vec(), "line 1, column 1"),
        (b"\x00\x01\x02".to_vec(), "line 1, column 1"),
        (b"{\"type\":\"note_added\",\"data\":{\"text\":\"\xff\"}}".to_vec(), "line 1, column 38"),
        (b"{\"\xff\":1}".to_vec(), "the JSON is not an event"),
    ] {
        check(&place, None, &input, excerpt);
    }
}
