//! Invitations to sessions, and the answers.

use super::with_sample;
use crate::support::Place;
use std::collections::BTreeMap;
use std::path::PathBuf;

const STAMP: [&str; 2] = ["--stamp", "2026-01-01T00:00:00Z"];
const ORGANIZER: [&str; 2] = ["--organizer", "P. Sullivan <p.sullivan@example.org>"];

/// Returns the arguments that invite, with more of them.
fn invite<'a>(source: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    invite_at(source, STAMP[1], more)
}

fn invite_at<'a>(source: &'a str, stamp: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let list = ["--invite", "--attendees", "list.csv", "--stamp", stamp];
    [&["calendar", source][..], &list, &ORGANIZER, more].concat()
}

/// Writes a list with an address for each name of the sample scenario, without those of `but`.
fn write_list(place: &Place, but: &[&str]) {
    let scenario = read(place.path("my.toml"));
    let names = scenario.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let address = |name: &str| name.to_lowercase().replace(". ", ".");
    let rows = names.filter(|name| !but.contains(name)).map(|name| format!("{name};{}@example.org\n", address(name)));
    std::fs::write(place.path("list.csv"), format!("Name;Email\n{}", rows.collect::<String>())).expect("a list");
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(path).expect("a text")
}

fn sample() -> Place {
    let place = with_sample("maple-hollow.toml");
    write_list(&place, &[]);
    place
}

/// Returns the `UID`s with their `SEQUENCE`s and `STATUS`es in calendars.
fn entries(calendars: &[String]) -> BTreeMap<String, (String, String)> {
    let all: String = calendars.iter().map(|calendar| calendar.replace("\r\n ", "")).collect();
    let of = |name: &str| {
        let lines = all.split("\r\n").filter_map(|line| line.strip_prefix(name));
        lines.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    of("UID:").into_iter().zip(of("SEQUENCE:").into_iter().zip(of("STATUS:"))).collect()
}

fn folder(place: &Place, name: &str) -> Vec<String> {
    let files = std::fs::read_dir(place.path(name)).expect("a folder").map(|file| file.expect("a file").path());
    files.map(read).collect()
}

fn reply(place: &Place, file: &str, invitation: &str, person: &str, answer: &str, stamp: &str) {
    let invitation = read(place.path(invitation)).replace("\r\n ", "");
    let line = |name: &str| invitation.split("\r\n").find(|line| line.starts_with(name)).expect("a line").to_owned();
    let text = format!(
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{}\r\n{}\r\nDTSTAMP:{stamp}\r\n\
         ATTENDEE;PARTSTAT={answer}:mailto:{person}@example.org\r\nCOMMENT:Fine\\, I think\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        line("UID:"),
        line("SEQUENCE:"),
    );
    std::fs::write(place.path(file), text).expect("a reply");
}

#[test]
fn invitations_have_the_entries_of_the_calendar() {
    let place = sample();
    place.done(&["calendar", "my.toml", "--stamp", "2025-12-01T00:00:00Z"]);
    let text = place.done(&invite("my.toml", &["--published", "dates.ics"]));
    insta::assert_snapshot!("invitations", text);
    let written = folder(&place, "invitations");
    assert_eq!(entries(&written), entries(&[read(place.path("dates.ics"))]), "the same IDs, sequences, and statuses");
    insta::assert_snapshot!("invitation", read(place.path("invitations/meeting.ics")).replace("\r\n", "\n"));
    let alone = place.done(&invite("my.toml", &["--published", "dates.ics", "--session", "meeting", "-o", "-"]));
    assert_eq!(alone, read(place.path("invitations/meeting.ics")));
}

#[test]
fn folder_remembers_what_was_sent() {
    let place = sample();
    place.done(&invite("my.toml", &[]));
    let first = folder(&place, "invitations");
    let again = place.ibbi(&invite("my.toml", &[]));
    assert_eq!(again.code, 2);
    assert!(again.err.contains("invitations already has files"), "{}", again.err);
    let (_, same) = place.json(&invite("my.toml", &["--update"]));
    assert!(same["invitations"].as_array().expect("a list").iter().all(|it| it["change"] == "unchanged"), "{same}");
    assert_eq!(folder(&place, "invitations"), first);
    // The second part is dropped.
    let (_, made) = place.json(&invite("my.toml", &["--update", "--format", "full_day"]));
    let second = made["invitations"].as_array().expect("a list").iter().find(|it| it["session"] == "facilitation.2");
    let second = second.expect("part 2");
    assert_eq!((second["method"].as_str(), second["status"].as_str()), (Some("cancel"), Some("cancelled")));
    assert!(!second["attendees"].as_array().expect("people").is_empty());
    let text = read(place.path("invitations/facilitation.2.ics"));
    assert!(text.contains("METHOD:CANCEL\r\n") && text.contains("STATUS:CANCELLED\r\n"), "{text}");
    let sequence = |all: &[String]| {
        let all = entries(all);
        let (_, entry) = all.iter().find(|(uid, _)| uid.contains(".facilitation.2@")).expect("part 2");
        entry.0.parse::<u32>().expect("a sequence")
    };
    assert!(sequence(&folder(&place, "invitations")) > sequence(&first));
}

#[test]
fn problems_of_the_list_are_listed_and_nothing_is_written() {
    let place = sample();
    let refused = |list: &str, more: &[&str], expected: &[&str]| {
        std::fs::write(place.path("list.csv"), list).expect("a list");
        let run = place.ibbi(&invite("my.toml", more));
        assert_eq!(run.code, 2, "{}", run.err);
        for expected in expected {
            assert!(run.err.contains(expected), "{expected}\n{}", run.err);
        }
        assert!(!place.path("invitations").exists());
    };
    let rows = "name,email\nR. Amary,a@example.org\nJ. Ortiz,j.ortiz\nT. Okafor,t@example.org\nL. Haddad,T@example.org\n\
                t-okafor,u@example.org\n";
    let expected = [
        "row 2: R. Amary takes part in no session here (did you mean R. Amari?)",
        "row 3: `j.ortiz` can't be used as an address: it has no @",
        "row 5: L. Haddad and T. Okafor have the same address",
        "row 6: T. Okafor has an address in an earlier row",
    ];
    refused(rows, &[], &expected);
    refused("who,what\nR. Amari,a@example.org\n", &[], &["its first row must name the columns `name` and `email`"]);
    refused("name,email\n", &[], &["it has no row with a person"]);
    refused("name,email\nr-amari,a@example.org\n", &[], &["has none for: ", "J. Ortiz", "--allow-missing"]);
    let no_one = ["no one of the session training.1 has an address"];
    refused("name,email\nr-amari,a@example.org\n", &["--allow-missing"], &no_one);
    write_list(&place, &[]);
    let run = place.ibbi(&invite("my.toml", &["--session", "training.2"]));
    assert!(run.err.contains("there is no session `training.2` to invite to; choose from: meeting, "), "{}", run.err);
    let run = place.ibbi(&invite("my.toml", &["-o", "-"]));
    assert!(run.err.contains("standard output takes one invitation"), "{}", run.err);
    write_list(&place, &["S. Whitfield"]);
    let text = place.done(&invite("my.toml", &["--allow-missing"]));
    assert!(text.contains("Not invited, because they have no address: S. Whitfield."), "{text}");
    let wrong =
        ["calendar", "my.toml", "--invite", "--attendees", "list.csv", "--organizer", "P. Sullivan", "-o", "other"];
    let run = place.ibbi(&wrong);
    assert!(run.err.contains("--organizer: `P. Sullivan` can't be used as an address"), "{}", run.err);
}

#[test]
fn a_case_invites_its_people_with_the_sequences_of_its_calendar() {
    // Before the sessions of the tour.
    let early = "2024-01-01T00:00:00Z";
    let place = Place::new();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    place.done(&["calendar", "tour.ledger", "--stamp", early]);
    std::fs::write(place.path("list.csv"), "name,email\nNot A Person,a@example.org\n").expect("a list");
    let run = place.ibbi(&invite_at("tour.ledger", early, &[]));
    assert!(run.err.contains("Not A Person takes part in no session here"), "{}", run.err);
    // The message names everyone who has no address.
    std::fs::write(place.path("list.csv"), "name,email\nRosa Amari,rosa@example.org\n").expect("a list");
    let run = place.ibbi(&invite_at("tour.ledger", early, &[]));
    let (_, missing) = run.err.split_once("has none for: ").expect("the people without an address");
    let (missing, _) = missing.split_once("; add rows").expect("what to do");
    let rows = missing.split(", ").enumerate().map(|(number, name)| format!("{name},p{number}@example.org\n"));
    let list = format!("name,email\nRosa Amari,rosa@example.org\n{}", rows.collect::<String>());
    std::fs::write(place.path("list.csv"), list).expect("a list");
    place.done(&invite_at("tour.ledger", early, &[]));
    assert_eq!(entries(&folder(&place, "invitations")), entries(&[read(place.path("dates.ics"))]));
    let people = |file: &str| read(place.path(file)).matches("\r\nATTENDEE;").count();
    assert_eq!(people("invitations/meeting.ics"), 3, "the leaders");
    assert!(people("invitations/training.1.ics") > 3, "the teams and the neutral");
    // All sessions of a past case are over.
    let run = place.ibbi(&invite_at("tour.ledger", "2090-01-01T00:00:00Z", &["-o", "late"]));
    assert_eq!(run.code, 2);
    assert!(run.err.contains("all sessions are over (meeting, "), "{}", run.err);
    let one = place.done(&invite_at("tour.ledger", "2090-01-01T00:00:00Z", &["-o", "-", "--session", "meeting"]));
    assert!(one.contains("STATUS:CONFIRMED\r\n"), "{one}");
}

#[test]
fn answers_are_listed_and_bad_ones_have_reasons() {
    let place = sample();
    place.done(&invite("my.toml", &[]));
    reply(&place, "a.ics", "invitations/meeting.ics", "r.amari", "ACCEPTED", "20260102T000000Z");
    reply(&place, "b.ics", "invitations/meeting.ics", "r.amari", "DECLINED", "20260103T000000Z");
    reply(&place, "c.ics", "invitations/training.1.ics", "j.ortiz", "TENTATIVE", "20260103T000000Z");
    reply(&place, "d.ics", "invitations/training.1.ics", "j.ortis", "ACCEPTED", "20260103T000000Z");
    reply(&place, "e.ics", "invitations/facilitation.1.ics", "j.ortiz", "ACCEPTED", "20260103T000000Z");
    let files = ["calendar", "replies", "b.ics", "a.ics", "c.ics"];
    let (code, found) = place.json(&files);
    assert_eq!((code, found["counted"].as_u64(), found["superseded"].as_u64()), (0, Some(2), Some(1)), "{found}");
    let meeting = &found["sessions"][0]["people"][0];
    assert_eq!((meeting["name"].as_str(), meeting["answer"].as_str()), (Some("R. Amari"), Some("declined")));
    let run = place.ibbi(&[&files[..], &["d.ics", "invitations/meeting.ics", "list.csv"]].concat());
    assert_eq!(run.code, 3);
    insta::assert_snapshot!("replies", run.out);
    // After a change, the earlier answer is stale.
    let later = ["calendar", "my.toml", "--invite", "--attendees", "list.csv", "--update", "--confidence", "60"];
    place.done(&[&later[..], &ORGANIZER, &["--stamp", "2026-01-05T00:00:00Z"]].concat());
    let (code, found) = place.json(&["calendar", "replies", "e.ics"]);
    assert_eq!((code, found["unused"][0]["problem"].as_str()), (3, Some("stale")), "{found}");
    let run = place.ibbi(&["calendar", "replies", "c.ics", "--invitations", "missing"]);
    assert_eq!(run.code, 5);
    assert_eq!(place.ibbi(&["calendar", "replies", "missing.ics"]).code, 5);
}

#[test]
fn plan_of_a_running_case_has_its_ids_and_only_what_is_open() {
    let place = with_sample("maple-hollow.toml");
    // Events can be recorded only after they have happened.
    let past = read(place.path("my.toml")).replace("2026-", "2023-").replace("2027-", "2024-");
    std::fs::write(place.path("my.toml"), past).expect("a scenario");
    place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", "2023-09-08 09:00"]);
    let leaders = [("superintendent", "R. Amari"), ("union_president", "J. Ortiz"), ("school_committee", "T. Okafor")];
    for (seat, name) in leaders {
        let (seat, name) = (format!("seat={seat}"), format!("name={name}"));
        let chair = if seat.contains("committee") { &["office=chair"][..] } else { &[] };
        let agreed = ["record", "my.ledger", "leader_agreed", &seat, &name, "--at", "2023-09-11 09:00"];
        place.done(&[&agreed[..], chair].concat());
    }
    let slot = "slot=2023-09-26 09:00-11:00";
    place.done(&["record", "my.ledger", "meeting_scheduled", slot, "--at", "2023-09-12 09:00"]);
    let from = ["calendar", "my.toml", "--from", "my.ledger", "--as-of", "2023-09-13 09:00"];
    let made = place.done(&[&from[..], &STAMP, &["-o", "-"]].concat());
    let (_, status) = place.json(&["status", "my.ledger"]);
    let case = status["case"].as_str().expect("an ID");
    let planned = entries(&[made]);
    assert!(planned.keys().all(|uid| uid.starts_with(case)), "{planned:?}");
    let booked = entries(&[place.done(&[&["calendar", "my.ledger"][..], &STAMP, &["-o", "-"]].concat())]);
    let meeting = format!("{case}.meeting@ibbi");
    assert_eq!(planned[&meeting], booked[&meeting]);
    assert_eq!(planned[&meeting].1, "CONFIRMED");
    assert_eq!(planned.values().filter(|entry| entry.1 == "TENTATIVE").count(), planned.len() - 1);
    assert!(planned.len() > 2, "{planned:?}");
    let run = place.ibbi(&["calendar", "my.ledger", "--from", "my.ledger", "-o", "-"]);
    assert!(run.err.contains("--from works only with a scenario"), "{}", run.err);
    let run = place.ibbi(&["calendar", "my.toml", "--from", "my.ledger", "--case", "Elsewhere", "-o", "-"]);
    assert_ne!(run.code, 0);
}
