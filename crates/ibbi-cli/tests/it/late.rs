//! Recording late, correcting in one step, and recording several events as one act, on the command line.

use crate::support::Place;
use serde_json::Value;

const USAGE: i32 = 2;
const REFUSED: i32 = 3;

/// A ledger in which the union president agreed on September 9.
fn place() -> Place {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    let agreed = ["record", "a.ledger", "leader_agreed", "seat=union_president", "name=D. Reyes"];
    place.done(&[&agreed[..], &["--at", "2025-09-09 10:00"]].concat());
    place
}

fn lines(place: &Place) -> Vec<Value> {
    let text = std::fs::read_to_string(place.path("a.ledger")).expect("a ledger");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn letter_of_an_earlier_day_is_recorded_in_its_place() {
    let place = place();
    let late = ["record", "a.ledger", "leader_agreed", "seat=superintendent", "name=R. Amari", "--at", "2025-09-03"];
    let text = place.done(&late);
    assert!(text.contains("recorded as number 4 (Wed, Sep 3, 2025, time not known)"), "{text}");
    let line = lines(&place).pop().expect("a line");
    assert_eq!((line["precision"].as_str(), line["v"].as_u64()), (Some("day"), Some(2)));
    let shown = place.done(&["replay", "a.ledger"]);
    assert!(shown.contains("recorded after 1 later event"), "{shown}");
    // What would make a later event illegal is refused, with that event.
    let declined = ["record", "a.ledger", "case_withdrawn", "by=R. Amari", "reason=so", "--at", "2025-09-05 10:00"];
    let result = place.ibbi(&declined);
    assert_eq!(result.code, REFUSED);
    let expected = "number 3 (leader_agreed, Tue, Sep 9, 2025, 10:00 AM)";
    assert!(result.err.contains(expected) && result.err.contains("record.later-stands"), "{}", result.err);
    assert!(place.done(&["verify", "a.ledger"]).starts_with("sound"));
    place.done(&["audit", "a.ledger"]);
}

#[test]
fn amended_event_of_a_day_keeps_only_the_day() {
    let place = place();
    let late = ["record", "a.ledger", "leader_agreed", "seat=superintendent", "name=R. Amari", "--at", "2025-09-03"];
    place.done(&late);
    let text = place.done(&["amend", "a.ledger", "4", "name=Rosa Amari"]);
    assert!(text.contains("Wed, Sep 3, 2025, time not known"), "{text}");
    let line = lines(&place).pop().expect("a line");
    assert_eq!((line["precision"].as_str(), &line["at"]), (Some("day"), &lines(&place)[3]["at"]));
}

#[test]
fn unknown_edition_is_refused_whatever_its_number() {
    let place = place();
    for edition in ["3", "65534", "65535"] {
        let edition = format!("edition={edition}");
        let result = place.ibbi(&["record", "a.ledger", "case_migrated", &edition, "reason=so"]);
        assert!(result.code == REFUSED && result.err.contains("case.edition-known"), "{edition}: {result:?}");
    }
}

#[test]
fn amended_event_counts_in_place_of_the_recorded_one() {
    let place = place();
    let text = place.done(&["amend", "a.ledger", "3", "name=Dolores Reyes", "--on-behalf", "Teachers' Association"]);
    assert!(text.contains("it replaces number 3, which no longer counts"), "{text}");
    let line = lines(&place).pop().expect("a line");
    assert_eq!(line["replaces"], 3);
    assert_eq!(line["at"], lines(&place)[2]["at"], "the time stays");
    assert_eq!(line["data"]["seat"], "union_president", "the other fields stay");
    let shown = place.done(&["replay", "a.ledger"]);
    assert!(shown.contains("(replaced by 4)") && shown.contains("Dolores Reyes"), "{shown}");
    // The opening can be amended too, and an amendment again.
    place.done(&["amend", "a.ledger", "2", "district=Birch Falls"]);
    place.done(&["amend", "a.ledger", "4", "--at", "2025-09-08 15:00"]);
    assert!(place.done(&["status", "a.ledger"]).contains("Birch Falls"));
    for (args, code, excerpt) in [
        (&["3", "name=X"][..], REFUSED, "replaced number 3"),
        (&["6", "name=Dolores Reyes"], USAGE, "nothing changes"),
        (&["6", "nome=X"], USAGE, "did you mean name?"),
        (&["99", "name=X"], USAGE, "no event with the number 99"),
        (&["5", "--at", "2025-09-10 10:00"], REFUSED, "Not opened"),
    ] {
        let result = place.ibbi(&[&["amend", "a.ledger"], args].concat());
        assert!(result.code == code && result.err.contains(excerpt), "{args:?}: {result:?}");
    }
    place.done(&["audit", "a.ledger"]);
}

#[test]
fn events_of_a_file_are_recorded_together_or_not_at_all() {
    let place = place();
    let events = r#"{"type":"leader_agreed","data":{"seat":"school_committee","name":"T. Okafor","office":"chair"},"at":"9/12/2025 9:00 AM"}
{"type":"leader_agreed","data":{"seat":"superintendent","name":"R. Amari"},"at":"2025-09-10","id":"01920000-0000-7000-8000-0000000000aa"}
{"type":"note_added","data":{"text":"Both letters came by mail."},"at":"2025-09-12 10:00"}"#;
    std::fs::write(place.path("events.jsonl"), events).expect("a file");
    let before = std::fs::read(place.path("a.ledger")).expect("a ledger");
    place.done(&["record", "a.ledger", "--events", "events.jsonl", "--dry-run"]);
    let wrong = events.replace("\"office\":\"chair\"", "\"office\":\"clerk\"");
    std::fs::write(place.path("wrong.jsonl"), wrong).expect("a file");
    let result = place.ibbi(&["record", "a.ledger", "--events", "wrong.jsonl"]);
    assert!(result.code == USAGE && result.err.contains("event 1 of 3"), "{result:?}");
    let refused = events.replace("\"office\":\"chair\",", "").replace(",\"office\":\"chair\"", "");
    std::fs::write(place.path("refused.jsonl"), refused).expect("a file");
    let result = place.ibbi(&["record", "a.ledger", "--events", "refused.jsonl"]);
    assert!(result.code == REFUSED && result.err.starts_with("Event 1 of 3\nRefused: leader_agreed"), "{result:?}");
    assert!(result.err.ends_with("Nothing was recorded.\n"), "{result:?}");
    let (code, failure) = place.json(&["record", "a.ledger", "--events", "refused.jsonl"]);
    assert_eq!((code, &failure["error"]["event"]["number"]), (REFUSED, &Value::from(1)));
    assert_eq!(failure["error"]["refusal"]["event"], "leader_agreed");
    assert_eq!(std::fs::read(place.path("a.ledger")).expect("a ledger"), before, "nothing was recorded");
    place.done(&["record", "a.ledger", "--events", "events.jsonl"]);
    let acts: Vec<String> = lines(&place).iter().skip(3).map(|line| line["act"].to_string()).collect();
    assert_eq!(acts, ["[1,3]", "[2,3]", "[3,3]"]);
    for (text, excerpt) in [("", "there is no event"), ("[]", "there is no event"), ("{", "not JSON")] {
        std::fs::write(place.path("wrong.jsonl"), text).expect("a file");
        let result = place.ibbi(&["record", "a.ledger", "--events", "wrong.jsonl"]);
        assert!(result.code == USAGE && result.err.contains(excerpt), "{text}: {result:?}");
    }
    let many = r#"{"type":"note_added","data":{"text":"so"}}"#.repeat(501);
    std::fs::write(place.path("many.jsonl"), many).expect("a file");
    let result = place.ibbi(&["record", "a.ledger", "--events", "many.jsonl"]);
    assert!(result.code == USAGE && result.err.contains("at most 500"), "{result:?}");
    // Some IDs are known, and the others would be new.
    let result = place.ibbi(&["record", "a.ledger", "--events", "events.jsonl"]);
    assert!(result.code == USAGE && result.err.contains("recorded already"), "{result:?}");
    assert!(place.done(&["verify", "a.ledger"]).starts_with("sound"));
    place.done(&["audit", "a.ledger"]);
    let shown = place.done(&["replay", "a.ledger"]);
    assert!(shown.contains("Both letters came by mail."), "{shown}");
}

#[test]
fn clock_far_ahead_of_the_last_record_is_a_message_and_not_a_refusal() {
    let place = Place::new();
    let ledger = std::fs::read(ibbi_testing::golden_path("completed-full-day")).expect("a golden ledger");
    std::fs::write(place.path("a.ledger"), ledger).expect("a copy");
    let new = ["new", "a.ledger", "--district", "Birch Valley"];
    let first = place.ibbi(&new);
    assert_eq!((first.code, first.err.matches("record.clock-ahead").count()), (0, 1), "{}", first.err);
    assert!(first.err.starts_with("ibbi: the clock says ") && first.err.contains("check the clock"), "{}", first.err);
    assert!(!first.out.contains("clock"), "{}", first.out);
    let next = place.ibbi(&new);
    assert_eq!((next.code, next.err.as_str()), (0, ""), "the last record was written a moment ago");
}

#[test]
fn file_of_events_or_of_a_program_says_what_is_wrong_in_plain_words() {
    let place = place();
    let write = |name: &str, text: &str| std::fs::write(place.path(name), text).expect("a file");
    std::fs::create_dir(place.path("folder")).expect("a folder");
    place.done(&["keygen", "me", "me.key"]);
    place.done(&["checkpoint", "a.ledger", "--key", "me.key"]);
    let record = ["record", "a.ledger", "--events", "e.json"];
    let opened = ["new", "b.ledger", "--district", "Elm", "--program", "e.json"];
    for (command, text, code, expected) in [
        (
            &record[..],
            "[{",
            USAGE,
            "e.json: the events are not JSON: line 1, column 2: it ends in the middle of an object",
        ),
        (
            &record,
            r#"{"type":"note_added","text":"a"}"#,
            USAGE,
            "event 1 of 1: the JSON is not an event: line 1, column 27",
        ),
        (&opened, r#"{"grace":"x"}"#, USAGE, "e.json is not a program: line 1, column 12: wrong kind of value: string"),
        (&opened, r#"{"formats":3}"#, USAGE, "wrong kind of value: integer `3`, expected an object"),
        (&opened, r#"{"gr"#, USAGE, "e.json is not a program: line 1, column 4: it ends in the middle of a string"),
        (&["record", "a.ledger", "--events", "folder"], "", 5, "cannot read folder: "),
        (&["new", "b.ledger", "--district", "Elm", "--program", "folder"], "", 5, "cannot read folder: "),
        (
            &["new", "b.ledger", "--district", "Elm", "--program", "nowhere"],
            "",
            USAGE,
            "no preset and no file `nowhere`",
        ),
        (&["keygen", "me", "e.json"], "", 5, "the file already exists; choose another name"),
        (&["extract", "a.ledger", "-o", "e.json"], "", 5, "the file already exists; choose another name"),
    ] {
        write("e.json", text);
        let result = place.ibbi(command);
        assert_eq!(result.code, code, "{command:?}: {}", result.err);
        assert!(result.err.contains(expected), "{command:?}: {}", result.err);
        assert!(!place.path("b.ledger").exists(), "{command:?}");
    }
    // The mark that some editors put before a text is not an error.
    write("e.json", "\u{feff}{\"type\":\"note_added\",\"data\":{\"text\":\"a\"}}");
    place.done(&record);
}
