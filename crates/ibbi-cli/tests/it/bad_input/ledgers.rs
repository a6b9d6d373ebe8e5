//! Files that are no ledger, or were changed after they were written.

use super::{BAD, DONE, IO, REFUSED, USAGE, check, place};
use crate::support::Place;

/// Every command that is given a ledger, on the file `x`, with what it is expected to end with and to say.
#[track_caller]
fn check_all(place: &Place, code: i32, excerpt: &str) {
    check(place, &["new", "x", "--district", "Y"], code, excerpt);
    check_readers(place, code, excerpt);
}

/// Every command that needs a ledger that is there.
#[track_caller]
fn check_readers(place: &Place, code: i32, excerpt: &str) {
    for args in [
        &["status", "x"][..],
        &["replay", "x"],
        &["route", "x", "completed"],
        &["record", "x", "note_added", "text=so"],
        &["record", "x", "note_added", "text=so", "--dry-run"],
        &["record", "x", "case_opened", "district=Y"],
        &["record", "x", "case_opened", "district=Y", "--dry-run"],
        &["void", "x", "3", "--reason", "so"],
    ] {
        check(place, args, code, excerpt);
    }
}

/// The bytes of a sound ledger with an opening, a case and a note.
fn sound(place: &Place) -> Vec<u8> {
    place.done(&["record", "a.ledger", "note_added", "text=so", "--at", "2025-09-02 10:00"]);
    std::fs::read(place.path("a.ledger")).unwrap()
}

#[test]
fn other_files_are_not_changed() {
    let place = place();
    let ledger = sound(&place);
    let line = |index: usize| ledger.split_inclusive(|b| *b == b'\n').nth(index).unwrap().to_vec();
    let reversed: Vec<u8> = [line(1), line(0), line(2)].concat();
    for (content, excerpt) in [
        (b"\n".to_vec(), "x does not begin as a ledger: the line is empty"),
        (b"My notes\nof today\n".to_vec(), "x does not begin as a ledger: the line is not JSON"),
        (b"{\"a\":1}\n".to_vec(), "x does not begin as a ledger: a line of this type can't have the key `a`"),
        (b"{\n  \"actor\": \"me\"\n}\n".to_vec(), "x does not begin as a ledger"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe\n".to_vec(), "x does not begin as a ledger: the line is not UTF-8"),
        (b"[".repeat(200_000).into_iter().chain(*b"\n").collect(), "x does not begin as a ledger: the line is 200000"),
        (line(1), "x does not begin as a ledger: its first line is one from further down"),
        (reversed, "x does not begin as a ledger: its first line is one from further down"),
    ] {
        std::fs::write(place.path("x"), content).unwrap();
        check_all(&place, BAD, excerpt);
    }
    for content in [&b"no line feed"[..], &[b'x'; 1_000_000]] {
        std::fs::write(place.path("x"), content).unwrap();
        check_readers(&place, BAD, "has no whole line");
        check(&place, &["new", "x", "--district", "Y"], USAGE, "x already exists");
    }
}

#[test]
fn changed_ledger_is_reported_with_the_place() {
    let place = place();
    let ledger = sound(&place);
    let text = String::from_utf8(ledger.clone()).unwrap();
    let end = ledger.len();
    let with = |more: &[u8]| [&ledger[..], more].concat();
    let long = [&[b'x'; 10_000_000][..], b"\n"].concat();
    let twice = text.lines().next_back().unwrap().to_owned() + "\n";
    let without_second: String =
        text.split_inclusive('\n').enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| l).collect();
    for (content, excerpt) in [
        ([b"\xef\xbb\xbf", &ledger[..]].concat(), "line 1, byte 0: the line begins with a byte order mark".to_owned()),
        (text.replace('\n', "\r\n").into_bytes(), "the line ends with CR LF instead of LF".to_owned()),
        (with(&long), format!("line 4, byte {end}: the line is 10000000 bytes long; the limit is 65536 bytes")),
        (with(b"\xff\xfe\n"), format!("line 4, byte {end}: the line is not UTF-8")),
        (with(b"\n"), format!("line 4, byte {end}: the line is empty")),
        (with(b"{}\n"), "line 4, byte ".to_owned()),
        (with(b"[[[[[[\n"), "line 4, byte ".to_owned()),
        (with(twice.as_bytes()), "line 4, byte ".to_owned()),
        (text.replace("Birch", "Larch").into_bytes(), "line 3, byte ".to_owned()),
        (text.replacen("\"seq\":2", "\"seq\":7", 1).into_bytes(), "line 2, byte ".to_owned()),
        (text.replacen("{\"actor\"", "{ \"actor\"", 2).into_bytes(), "x".to_owned()),
        (without_second.into_bytes(), "line 2, byte ".to_owned()),
    ] {
        std::fs::write(place.path("x"), content).unwrap();
        check_all(&place, BAD, &excerpt);
    }
}

#[test]
fn illegal_event_is_reported_by_every_reader() {
    let place = place();
    // A program that knows the format and not the rules could have written this.
    forge(&place, "a.ledger", "x");
    check(&place, &["route", "x", "completed"], BAD, "the rules do not allow what is recorded in case ");
    check(
        &place,
        &["record", "x", "leader_declined", "seat=superintendent", "name=R. Amari", "reason=so"],
        REFUSED,
        "A case that its rules don't allow takes only notes, corrections, and a withdrawal.",
    );
    let shown = place.done(&["status", "x"]);
    assert!(
        shown.contains("Recorded, but not allowed by the rules\n  number 3: application_accepted was refused"),
        "{shown}"
    );
    assert!(shown.contains("[Training]"), "the stage is the recorded one: {shown}");
    let result = place.ibbi(&["replay", "x"]);
    assert_eq!(result.code, BAD);
    assert_eq!(result.err, "ibbi: the rules don't allow 1 recorded event\n");
    assert!(result.out.ends_with("Training; the rules don't allow 1 event\n"), "{}", result.out);
    // It takes a note, and a correction makes it valid again.
    place.done(&["record", "x", "note_added", "text=The letters never came."]);
    place.done(&["void", "x", "3", "--reason", "recorded in the wrong case"]);
    let shown = place.done(&["status", "x"]);
    assert!(!shown.contains("not allowed") && shown.contains("[Inquiry]"), "{shown}");
    place.done(&["record", "x", "case_migrated", "edition=2", "reason=the new rules"]);
    let refused = place.ibbi(&["record", "x", "case_migrated", "edition=7", "reason=the new rules"]);
    assert!(refused.err.contains("case.edition-known"), "{}", refused.err);
}

/// Adds, with the encoder of lines alone, an acceptance to a case that is in its first stage.
fn forge(place: &Place, from: &str, to: &str) {
    use ibbi_core::{Event, Name, Stage, events::ApplicationAccepted};
    use ibbi_log::{Digest, LedgerReader, Record, Uuid};
    let mut bytes = std::fs::read(place.path(from)).unwrap();
    let record = LedgerReader::open(&place.path(from)).unwrap().last().unwrap().unwrap();
    let last = bytes[..bytes.len() - 1].rsplit(|byte| *byte == b'\n').next().unwrap();
    let by = Name::new("Noor Lindqvist").unwrap();
    let forged = Record {
        seq: record.seq + 1,
        rev: record.rev + 1,
        id: Uuid::from_u128(7),
        actor: by.clone(),
        to: Stage::Training,
        event: Event::from(ApplicationAccepted { by }),
        ..record
    };
    let line = ibbi_log::encode_line(&forged, &Digest::sha256(last)).unwrap();
    bytes.extend_from_slice(&line);
    bytes.push(b'\n');
    std::fs::write(place.path(to), bytes).unwrap();
}

#[test]
fn new_creates_a_ledger_in_an_empty_file() {
    let place = place();
    for begun in ["", "{\"actor\":\"cle"] {
        std::fs::write(place.path("x"), begun).unwrap();
        check_readers(&place, BAD, "ibbi: x does not begin as a ledger: it ");
        place.done(&["new", "x", "--district", "Y"]);
        assert_eq!(place.ibbi(&["status", "x"]).code, DONE);
    }
}

#[test]
fn what_is_no_ledger_is_not_called_sound() {
    let place = place();
    for content in [&b""[..], b"no line feed", b"My notes\n", b"{}\n"] {
        std::fs::write(place.path("x"), content).unwrap();
        for more in [&[][..], &["--chain-only"]] {
            let (code, verified) = place.json(&[&["verify", "x"], more].concat());
            assert_eq!((code, &verified["sound"]), (BAD, &false.into()), "{content:?} {more:?}: {verified}");
            assert_ne!(verified["fault_count"], 0, "{content:?} {more:?}");
        }
    }
    place.done(&["verify", "a.ledger"]);
    place.done(&["verify", "a.ledger", "--chain-only"]);
}

#[test]
fn unfinished_line_is_set_aside_by_the_next_record() {
    let place = place();
    let ledger = sound(&place);
    let torn = [&ledger[..], b"{\"actor\":\"cle"].concat();
    std::fs::write(place.path("x"), &torn).unwrap();
    // The texts of the earlier records are lost.
    std::fs::write(place.path("x.texts"), "").unwrap();
    let before = place.files();
    for args in [&["status", "x"][..], &["replay", "x"], &["record", "x", "note_added", "text=a", "--dry-run"]] {
        place.done(args);
        assert!(place.files() == before, "{args:?} changes a file");
    }
    let result = place.done(&["record", "x", "note_added", "text=so"]);
    assert!(result.contains("were an unfinished line that a crash left"), "{result}");
    let files = place.files();
    let kept =
        files.iter().find(|(name, _)| name.to_string_lossy().contains("torn")).expect("what was cut off is kept");
    assert_eq!(kept.1.as_deref(), Some(&b"{\"actor\":\"cle"[..]));
    assert!(std::fs::read(place.path("x")).unwrap().starts_with(&ledger));
}

#[test]
fn missing_files_are_reported_and_not_created() {
    let place = place();
    check_readers(&place, IO, "cannot open x: ");
    std::fs::create_dir(place.path("x")).unwrap();
    check_all(&place, IO, "cannot open x: it is a directory; give the ledger's file");
    for name in ["x/no/such.ledger", "a.ledger/below.ledger"] {
        check(&place, &["new", name, "--district", "Y"], IO, name);
        check(&place, &["status", name], IO, name);
        check(&place, &["tour", "--ledger", name], IO, name);
        check(&place, &["record", name, "note_added", "text=so"], IO, name);
    }
    let long = "n".repeat(300);
    check(&place, &["new", &long, "--district", "Y"], IO, "nnn");
}

#[test]
fn every_reader_says_that_a_ledger_is_compressed() {
    let place = place();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &sound(&place)).unwrap();
    std::fs::write(place.path("a.ledger.gz"), encoder.finish().unwrap()).unwrap();
    for command in ["cases", "program-report", "status", "replay", "verify"] {
        check(&place, &[command, "a.ledger.gz"], BAD, "compressed");
    }
    check(&place, &["record", "a.ledger.gz", "note_added", "text=so"], BAD, "compressed");
    // A compressed file that happens to have no line feed.
    std::fs::write(place.path("b.ledger.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\xff").unwrap();
    for command in [&["status", "b.ledger.gz"][..], &["record", "b.ledger.gz", "note_added", "text=so"]] {
        check(&place, command, BAD, "compressed");
    }
}

#[test]
fn last_day_that_a_ledger_can_have_is_a_day() {
    let place = place();
    sound(&place);
    let found = place.ibbi(&["cases", "a.ledger", "--as-of", "9999-12-31"]);
    assert!(found.code == 0 && found.out.contains("9999"), "{} {}", found.out, found.err);
}
