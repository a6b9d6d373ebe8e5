//! The program as another program uses it: JSON, exit codes, retries, what goes where.

use crate::support::{Place, run};
use ibbi_testing::golden_path;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ID: &str = "01920000-0000-7000-8000-0000000000aa";

/// A place with the ledger that the tour leaves, in which everything has happened once.
fn toured() -> Place {
    let place = Place::new();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    place
}

/// A place with a case in its first stage.
fn begun() -> Place {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    place
}

/// Every key of a value with the kinds of its values, one line each.
fn keys(value: &Value) -> String {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(items) => {
                items.iter().for_each(|item| walk(&format!("{path}[]"), item, found));
                "list"
            }
            Value::Object(entries) => {
                entries.iter().for_each(|(key, item)| walk(&format!("{path}.{key}"), item, found));
                "object"
            }
        };
        found.entry(path.to_owned()).or_default().insert(kind);
    }
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    let shown = |(path, kinds): (&String, &BTreeSet<&str>)| {
        let path = if path.is_empty() { "." } else { path };
        format!("{path}: {}\n", kinds.iter().copied().collect::<Vec<_>>().join(" or "))
    };
    found.iter().map(shown).collect()
}

/// A value without what differs from run to run: ids, and times of the present.
fn redacted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Object(entries) => entries.iter().map(|(key, item)| (key.clone(), redacted(item))).collect(),
        Value::String(text) if !text.starts_with("2025-") && is_time(text) => "[time]".into(),
        Value::String(text) => without_ids(text).into(),
        other => other.clone(),
    }
}

fn without_ids(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(at) = (0..text.len()).find(|at| text.get(*at..at + 36).is_some_and(is_id)) {
        text.replace_range(at..at + 36, "[id]");
    }
    text
}

fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}

#[test]
fn every_answer_has_the_keys_it_had() {
    let place = toured();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    place.done(&["keygen", "example.org/ibbi", "key"]);
    std::fs::write(place.path("goals.toml"), place.done(&["goals", "--sample"])).unwrap();
    let answers = [
        ("tour", &["tour", "--ledger", "other.ledger"][..]),
        ("status", &["status", "tour.ledger"]),
        ("status-of-a-case-that-has-begun", &["status", "a.ledger"]),
        ("replay", &["replay", "tour.ledger"]),
        ("chart", &["chart"]),
        ("rules", &["rules"]),
        ("schema", &["schema"]),
        ("keygen", &["keygen", "example.org/other", "other.key"]),
        ("checkpoint", &["checkpoint", "tour.ledger", "--key", "key"]),
        ("verify", &["verify", "tour.ledger"]),
        ("extract", &["extract", "tour.ledger", "--out", "extract"]),
        ("calibrate", &["calibrate", "tour.ledger", "--as-of", "2026-01-01 09:00"]),
        ("backtest", &["backtest", "tour.ledger", "--runs", "20"]),
        ("goals", &["goals", "tour.ledger", "--goals", "goals.toml", "--as-of", "2026-01-01"]),
        ("cases", &["cases", "tour.ledger", "--as-of", "2026-01-01"]),
        ("program-report", &["program-report", "tour.ledger", "--fiscal-year", "2026"]),
    ];
    let mut text = String::new();
    for (name, args) in answers {
        let (code, answer) = place.json(args);
        assert_eq!(code, 0, "{name}: {answer}");
        // A JSON Schema is a document with a snapshot of its own.
        let shown = if name == "schema" { "(a JSON Schema)\n".to_owned() } else { keys(&answer) };
        text += &format!("# {name}\n{shown}\n");
    }
    insta::assert_snapshot!("keys", text);
}

#[test]
fn short_answers_and_errors_are_these() {
    let place = begun();
    let note = ["record", "a.ledger", "note_added", "text=so", "--at", "2025-09-02 10:00", "--id", ID];
    let mut text = String::new();
    for args in [
        &["new", "b.ledger", "--district", "Otter Creek", "--at", "2025-09-01 09:00"][..],
        &[&note[..], &["--dry-run"]].concat(),
        &note,
        &note,
        &[&note[..], &["--dry-run"]].concat(),
        &["record", "a.ledger", "session_closed", "--at", "2025-09-02 10:00"],
        &["record", "a.ledger", "leader_agreed", "seat=janitor"],
        &["record", "a.ledger", "note_added", "text=so", "--at", "2025-11-02 01:30"],
        &["status", "a.ledger", "--case", "nowhere"],
        &["status"],
        &["status", "nowhere.ledger"],
        &["void", "a.ledger", "3", "--reason", "a test", "--at", "2025-09-03 10:00"],
        &["route", "a.ledger", "training"],
        &["route", "a.ledger", "unopened"],
    ] {
        let (code, answer) = place.json(args);
        let answer = serde_json::to_string_pretty(&redacted(&answer)).unwrap();
        // The number of days since then changes every day.
        let days =
            answer.split("the event was logged ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned);
        let answer =
            days.map_or(answer.clone(), |days| answer.replace(&format!("logged {days} days"), "logged [n] days"));
        text += &format!("$ ibbi --json {}\n{answer}\nexit code {code}\n\n", args.join(" "));
    }
    insta::assert_snapshot!("answers", text);
}

#[test]
fn the_same_record_under_the_same_id_is_recorded_once() {
    let place = begun();
    for event in [&["note_added", "text=so"][..], &["case_opened", "district=Otter Creek"]] {
        let id = if event[0] == "note_added" { ID } else { "01920000-0000-7000-8000-0000000000bb" };
        let args = [&["record", "a.ledger"], event, &["--id", id, "--at", "2025-09-02 10:00"]].concat();
        let (_, first) = place.json(&args);
        let bytes = std::fs::read(place.path("a.ledger")).unwrap();
        for more in [&[][..], &["--dry-run"]] {
            let (code, again) = place.json(&[&args, more].concat());
            assert_eq!((code, &again["existing"]), (0, &Value::Bool(true)), "{again}");
            assert_eq!((&again["seq"], &again["case"], &again["to"]), (&first["seq"], &first["case"], &first["to"]));
        }
        assert_eq!(std::fs::read(place.path("a.ledger")).unwrap(), bytes);
    }
    let void = ["void", "a.ledger", "3", "--reason", "a test", "--id", "01920000-0000-7000-8000-0000000000cc"];
    let void = [&void[..], &["--at", "2025-09-03 10:00"]].concat();
    let (_, first) = place.json(&void);
    let (code, again) = place.json(&void);
    assert_eq!((code, &again["seq"], &again["existing"]), (0, &first["seq"], &Value::Bool(true)));
}

#[test]
fn dry_run_answers_as_recording_does() {
    let place = begun();
    for (args, code) in [
        (&["leader_agreed", "seat=superintendent", "name=Rosa Amari"][..], 0),
        (&["leader_agreed", "seat=superintendent", "name=Ada Yun"], 3),
        (&["leader_agreed", "seat=school_committee", "name=Tola Okafor"], 3),
        (&["leader_agreed", "seat=school_committee", "name=Tola Okafor", "office=chair"], 0),
        (&["application_accepted", "by=Noor Lindqvist"], 3),
        (&["event_voided", "seq=3", "reason=a test"], 0),
        (&["event_voided", "seq=3", "reason=again"], 3),
        (&["leader_agreed", "seat=pilot", "name=Ada Yun"], 2),
        (&["case_withdrawn", "by=Tola Okafor", "reason=a test"], 0),
        (&["note_added", "text=so"], 3),
    ] {
        let args = [&["record", "a.ledger"], args, &["--at", "2025-09-02 10:00"]].concat();
        let before = place.files();
        let asked = place.json(&[&args[..], &["--dry-run"]].concat());
        assert!(place.files() == before, "{args:?} changes a file");
        let done = place.json(&args);
        assert_eq!((asked.0, done.0), (code, code), "{args:?}: {}", done.1);
        for key in ["event", "at", "from", "to", "advisories", "case", "district", "error"] {
            // A note that it is logged late counts days; both were asked on the same one.
            assert_eq!(asked.1[key], done.1[key], "{args:?}: {key}");
        }
    }
}

#[test]
fn last_decision_can_be_voided_and_repeated() {
    let place = Place::new();
    let golden = golden_path("not-adopted");
    std::fs::copy(golden, place.path("a.ledger")).unwrap();
    let (_, replayed) = place.json(&["replay", "a.ledger"]);
    let moments = replayed[0]["moments"].as_array().unwrap();
    let decline = moments.iter().find(|moment| moment["event"]["data"]["decision"] == "decline").unwrap();
    let seq = decline["seq"].to_string();
    let (code, voided) = place.json(&["void", "a.ledger", &seq, "--reason", "mistyped", "--at", "2025-10-14 09:00"]);
    assert_eq!((code, &voided["from"], &voided["to"]), (0, &"closed".into(), &"caucus".into()), "{voided}");
    let decide = ["record", "a.ledger", "party_decided", "party=management", "decision=adopt", "spokesperson=amari"];
    let (code, decided) = place.json(&[&decide[..], &["--at", "2025-10-14 09:05"]].concat());
    assert_eq!((code, &decided["to"]), (0, &"agreement".into()), "{decided}");
    let text = place.done(&["replay", "a.ledger"]);
    assert!(text.contains("(voided by "), "what was voided stays visible: {text}");
    assert!(text.ends_with("Agreement; the rules allow every event\n"), "{text}");
}

#[test]
fn replay_goes_back_to_a_time_or_a_number_and_route_leads_on_from_there() {
    let place = toured();
    for (args, stage, count, later) in [
        (&["--to", "1"][..], "unopened", 0, 37),
        (&["--to", "5"], "introduction", 4, 33),
        (&["--to", "24"], "training", 23, 14),
        (&["--to", "999"], "closed", 37, 0),
        (&["--at", "2025-09-09 18:59"], "inquiry", 3, 34),
        (&["--at", "2025-09-09 19:00"], "introduction", 4, 33),
        (&["--at", "2025-09-09T23:00:00Z"], "introduction", 4, 33),
        (&["--at", "1970-01-01 00:00Z"], "unopened", 0, 37),
        (&["--at", "now"], "closed", 37, 0),
    ] {
        let (code, replayed) = place.json(&[&["replay", "tour.ledger"], args].concat());
        let timeline = &replayed[0];
        let found = (timeline["stage"].as_str().unwrap(), timeline["moments"].as_array().unwrap().len());
        assert_eq!((code, found), (0, (stage, count)), "{args:?}");
        assert_eq!((&timeline["later"], &timeline["district"]), (&later.into(), &"Maple Hollow".into()), "{args:?}");
    }
    let place = begun();
    for (goal, events) in [
        ("inquiry", Some(0)),
        ("introduction", Some(3)),
        ("withdrawn", Some(1)),
        ("closed", Some(1)),
        ("unopened", None),
        ("completed", Some(26)),
    ] {
        let (code, route) = place.json(&["route", "a.ledger", goal]);
        assert_eq!(code, 0, "{goal}");
        assert_eq!(route["route"].as_array().map(Vec::len), events, "{goal}: {route}");
    }
}

#[test]
fn a_time_without_a_case_is_read_in_the_zone_of_the_cases() {
    let place = Place::new();
    let open = |district: &str, zone: &str| {
        place.done(&["new", "a.ledger", "--district", district, "--time-zone", zone, "--at", "2025-09-01 09:00"])
    };
    let moments = |at: &str| {
        let (code, replayed) = place.json(&["replay", "a.ledger", "--at", at]);
        let timelines = replayed.as_array().map(|all| all.iter().map(|one| one["moments"].as_array().unwrap().len()));
        (code, timelines.map_or(0, Iterator::sum))
    };
    open("Otter Creek", "America/Chicago");
    assert_eq!([moments("2025-09-01 08:59"), moments("2025-09-01 09:00")], [(0, 0), (0, 1)]);
    open("Birch Valley", "America/New_York");
    // Nine o'clock comes an hour earlier in the one than in the other.
    assert_eq!(moments("2025-09-01 09:00"), (2, 0));
    assert_eq!([moments("2025-09-01T13:00Z"), moments("2025-09-01T14:00Z")], [(0, 1), (0, 2)]);
}

#[test]
fn the_shortest_route_can_be_gone() {
    let place = begun();
    let (_, route) = place.json(&["route", "a.ledger", "introduction"]);
    assert_eq!(route["route"], serde_json::json!(["leader_agreed", "leader_agreed", "leader_agreed"]));
    for seat in ["seat=superintendent", "seat=union_president", "seat=school_committee"] {
        let mut args = vec!["record", "a.ledger", "leader_agreed", seat, "name=Ann Lee"];
        args.extend((seat == "seat=school_committee").then_some("office=chair"));
        place.done(&args);
    }
    assert_eq!(place.json(&["status", "a.ledger"]).1["stage"], "introduction");
}

#[test]
fn each_exit_code_means_what_the_help_says() {
    let place = begun();
    std::fs::write(place.path("bad.ledger"), "My notes\n").unwrap();
    let help = place.done(&["--help"]).replace('\n', " ");
    assert!(help.contains(
        "0 done, 2 usage error, 3 refused by a rule, 4 the ledger is not sound, 5 a file or a database can't be read or written"
    ));
    for (args, code, name) in [
        (&["status", "a.ledger"][..], 0, None),
        (&["status", "a.ledger", "--pizza"], 2, Some("usage")),
        (&["record", "a.ledger", "session_closed"], 3, Some("refused")),
        (&["status", "bad.ledger"], 4, Some("not-a-ledger")),
        (&["status", "nowhere.ledger"], 5, Some("io")),
    ] {
        let plain = place.ibbi(args);
        assert_eq!(plain.code, code, "{args:?}");
        assert_eq!(plain.out.is_empty(), code != 0, "{args:?}: data on standard output");
        assert_eq!(plain.err.is_empty(), code == 0, "{args:?}: messages on standard error");
        let (as_json, answer) = place.json(args);
        assert_eq!((as_json, answer["error"]["code"].as_str()), (code, name), "{args:?}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_force_them() {
    let place = toured();
    for args in
        [&["status", "tour.ledger"][..], &["rules"], &["replay", "tour.ledger"], &["status", "nowhere"], &["--help"]]
    {
        let coloured = |settings: &[(&str, &str)]| {
            let mut command = place.command(args);
            command.envs(settings.iter().copied());
            let result = run(command, b"");
            (result.out + &result.err).contains('\u{1b}')
        };
        assert!(!coloured(&[]), "{args:?}: no terminal");
        assert!(!coloured(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), "{args:?}: NO_COLOR comes first");
        assert!(coloured(&[("CLICOLOR_FORCE", "1")]), "{args:?}: forced");
    }
    let mut command = place.command(&["--json", "status", "tour.ledger"]);
    command.env("CLICOLOR_FORCE", "1");
    assert!(!run(command, b"").out.contains('\u{1b}'), "JSON has no colours");
}

#[test]
fn jq_gives_the_bytes_of_a_ledger_back() {
    let place = toured();
    let mut jq = std::process::Command::new("jq");
    jq.args(["-cS", "."]).arg(place.path("tour.ledger"));
    match jq.output() {
        Ok(output) => assert!(output.stdout == std::fs::read(place.path("tour.ledger")).unwrap(), "jq differs"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => println!("skipped: jq is not installed"),
        Err(error) => panic!("jq: {error}"),
    }
}
