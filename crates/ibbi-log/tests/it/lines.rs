//! Lines: one spelling, two readers that agree, and explanations.

use ibbi_log::{
    Digest, FaultKind, LedgerLine, LedgerReader, MAX_LINE, ReadError, Record, RecordDetails, explain, read_line,
};
use ibbi_testing::records::{SAMPLES, ledger_bytes};
use proptest::prelude::*;

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

fn samples() -> Vec<u8> {
    ledger_bytes(u64::try_from(SAMPLES.len()).unwrap(), 3)
}

#[test]
fn every_kind_of_event_round_trips() {
    let bytes = samples();
    let mut reader = LedgerReader::new(&bytes[..]);
    assert_eq!(reader.opening().unwrap().origin.as_str(), "example.org/ibbi");
    assert!(reader.opening().unwrap().has_our_chart());
    let mut offset = 1 + lines(&bytes)[0].len();
    for (number, (_, data, _)) in SAMPLES.iter().enumerate() {
        let found = reader.next_line().unwrap().unwrap();
        assert_eq!((found.line, found.offset), (found.seq, u64::try_from(offset).unwrap()));
        let read = found.record;
        let written = ibbi_testing::records::sample_record(u64::try_from(number).unwrap(), 3);
        assert_eq!((read.case, read.id, read.at, read.to), (written.case, written.id, written.at, written.to));
        assert_eq!((read.actor, &read.event), (written.actor, &written.event));
        assert_eq!(read.seq, u64::try_from(number).unwrap() + 2);
        assert_eq!(read.rev, u64::try_from(number / 3).unwrap() + 1);
        let line = lines(&bytes)[number + 1];
        offset += line.len() + 1;
        let text = String::from_utf8_lossy(line);
        if written.event.note_text().is_none() {
            assert!(text.contains(&format!("\"data\":{}", data)), "{text}");
        } else {
            assert!(text.contains(":{\"sha256\":\""), "a confidential text is not in the line: {text}");
        }
    }
    assert!(reader.next().is_none());
    assert_eq!(reader.head().bytes, u64::try_from(bytes.len()).unwrap());
    assert_eq!(ibbi_core::EventKind::ALL.len(), SAMPLES.len(), "a kind of event has no sample");
}

#[test]
fn line_is_sorted_compact_json() {
    // serde_json's own map sorts its keys.
    let bytes = samples();
    for line in lines(&bytes) {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(value.to_string().as_bytes(), line);
    }
}

#[test]
fn slow_reader_reports_place_and_remedy() {
    let bytes = samples();
    let line = String::from_utf8(lines(&bytes)[26].to_vec()).unwrap();
    assert!(line.contains("party_decided"), "{line}");
    let cases: &[(&str, &str, &str, usize)] = &[
        // what is replaced, by what, the code, and the column after the place of what is replaced
        ("{\"actor\"", "{ \"actor\"", "line.white-space", 1),
        ("\"at\":", "\"at\":\t", "line.white-space", 5),
        ("{\"actor\"", "\u{feff}{\"actor\"", "line.byte-order-mark", 0),
        (",\"v\":2}", ",\"v\":2}\r", "line.carriage-return", 7),
        (",\"v\":2}", ",\"v\":2}x", "line.syntax", 7),
        (",\"v\":2}", ",\"v\":2", "line.syntax", 6),
        (",\"v\":2}", ",\"v\":2,\"w\":1}", "line.unknown-key", 7),
        (",\"v\":2}", "}", "line.missing-key", 0),
        (",\"v\":2}", ",\"v\":3}", "line.value", 5),
        (",\"v\":2}", ",\"v\":1,\"v\":2}", "line.duplicate-key", 7),
        ("\"actor\":\"clerk@example.org\",", "", "line.missing-key", usize::MAX),
        ("\"actor\":\"clerk", "\"actor\":\"\u{7f}lerk", "line.control-character", 9),
        ("\"actor\":\"clerk", "\"actor\":\"\u{1}lerk", "line.control-character", 9),
        ("\"actor\":\"clerk", "\"actor\":\" clerk", "line.text", 8),
        ("\"actor\":\"clerk", "\"actor\":\"\\u0063lerk", "line.escape", 9),
        ("\"actor\":\"clerk@", "\"actor\":\"clerk\\/", "line.escape", 14),
        ("\"actor\":\"clerk@example.org\"", "\"actor\":1", "line.value", 8),
        ("\"at\":\"2026-10-02T20:00", "\"at\":\"2026-10-02 20:00", "line.value", 5),
        ("\"logged\":\"2026-10-02", "\"logged\":\"2026-13-02", "line.value", 9),
        ("\"case\":\"01920000", "\"case\":\"0192000", "line.value", 7),
        ("\"id\":\"0000", "\"id\":\"A000", "line.value", 5),
        ("\"rev\":9", "\"rev\":09", "line.number", 6),
        ("\"rev\":9", "\"rev\":9.0", "line.number", 6),
        ("\"rev\":9", "\"rev\":-9", "line.number", 6),
        ("\"rev\":9", "\"rev\":9e0", "line.number", 6),
        ("\"rev\":9", "\"rev\":0", "line.value", 6),
        ("\"rev\":9", "\"rev\":\"9\"", "line.value", 6),
        ("\"seq\":27", "\"seq\":9007199254740992", "line.number", 6),
        ("\"to\":\"agreement\"", "\"to\":\"agreemant\"", "line.code", 5),
        ("\"to\":\"agreement\"", "\"to\":\"unopened\"", "line.code", 5),
        ("\"to\":\"agreement\"", "\"to\":null", "line.value", 5),
        ("\"type\":\"party_decided\"", "\"type\":\"party\"", "line.code", 7),
        ("\"type\":\"party_decided\"", "\"type\":\"ledger_opened\"", "line.unknown-key", usize::MAX),
        ("\"party\":\"labor\"", "\"party\":\"Labor\"", "line.payload", usize::MAX),
        ("\"party\":\"labor\"", "\"party\":\"labor\",\"pay\":1", "line.payload", usize::MAX),
        ("\"party\":\"labor\",", "", "line.payload", usize::MAX),
        ("\"data\":{\"decision\":\"adopt\",", "\"data\":{", "line.payload", usize::MAX),
        (
            "\"decision\":\"adopt\",\"party\":\"labor\"",
            "\"party\":\"labor\",\"decision\":\"adopt\"",
            "line.key-order",
            16,
        ),
        ("\"data\":{", "\"data\":[[[[[[[[[[[[[[[[[[{", "line.too-deep", 23),
        ("\"data\":{", "\"data\":{\"a\":tru,", "line.syntax", 12),
        ("{\"actor\"", "{\"act\":[1,1],\"actor\"", "line.value", 7),
        ("{\"actor\"", "{\"act\":[3,2],\"actor\"", "line.value", 7),
        ("{\"actor\"", "{\"act\":[1,501],\"actor\"", "line.value", 7),
        ("{\"actor\"", "{\"act\":[1,2,2],\"actor\"", "line.value", 7),
        ("{\"actor\"", "{\"act\":2,\"actor\"", "line.value", 7),
        (",\"logged\"", ",\"identity\":{\"issuer\":\"i\"},\"logged\"", "line.value", 12),
        (",\"logged\"", ",\"identity\":{\"issuer\":\"\",\"subject\":\"s\"},\"logged\"", "line.value", 22),
        (",\"prev\"", ",\"on_behalf\":\" a\",\"prev\"", "line.text", 13),
        (",\"prev\"", ",\"precision\":\"instant\",\"prev\"", "line.value", 13),
        (",\"prev\"", ",\"precision\":\"day\",\"on_behalf\":\"a\",\"prev\"", "line.key-order", 19),
        (",\"rev\"", ",\"replaces\":0,\"rev\"", "line.value", 12),
        ("{\"actor\"", "{\"acts\":[1,2],\"actor\"", "line.key-order", usize::MAX),
    ];
    for (from, to, code, column) in cases {
        assert!(line.contains(from), "{from}");
        let broken = line.replacen(from, to, 1);
        let (place, fault) = explain(broken.as_bytes()).unwrap_or_else(|| panic!("{from} to {to} is not refused"));
        assert_eq!(fault.code(), *code, "{from} to {to}: {fault}");
        if *column != usize::MAX {
            assert_eq!(place, line.find(from).unwrap() + column, "{from} to {to}: {fault}");
        }
        assert!(read_line(broken.as_bytes()).is_err());
        assert!(
            fault.to_string().chars().next().unwrap().is_lowercase() || fault.to_string().starts_with('`'),
            "{fault}"
        );
    }
    assert_eq!(explain(b"").unwrap().1, FaultKind::Empty);
    assert_eq!(explain(b"{\"actor\":\"\xff\"}").unwrap(), (10, FaultKind::NotUtf8));
    assert_eq!(explain(&vec![b'x'; MAX_LINE + 1]).unwrap().1.code(), "line.too-long");
    assert_eq!(explain(line.as_bytes()), None);
}

#[test]
fn other_spellings_are_refused() {
    let bytes = samples();
    let line = String::from_utf8(lines(&bytes)[2].to_vec()).unwrap();
    let broken = line.replacen("\"seat\"", "\"office\":null,\"seat\"", 1).replacen("\"office\":\"vice_chair\",", "", 1);
    let (_, fault) = explain(broken.as_bytes()).unwrap();
    let expected = r#"{"name":"Pat O'Neil","seat":"school_committee"}"#.to_owned();
    assert_eq!(fault, FaultKind::NotCanonical { expected });
    assert!(fault.remedy().contains("jq -cS ."));
}

#[test]
fn reading_continues_after_a_bad_line() {
    for (changed, expected) in [
        // The changed line is still a good line on its own; the next one shows that it is not what was there.
        (b'B', &[(7, "chain.prev")][..]),
        // This one is not, so its case lacks a record too.
        (b'Z', &[(6, "line.not-canonical"), (7, "chain.prev"), (9, "chain.rev")]),
    ] {
        let mut broken = samples();
        let place = broken.windows(6).position(|window| window == b"\"Ann L").unwrap();
        broken[place + 1] = changed;
        let items: Vec<_> = LedgerReader::new(&broken[..]).collect();
        let codes: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                Err(ReadError::Fault(fault)) => Some((fault.line, fault.kind.code())),
                _ => None,
            })
            .collect();
        assert_eq!(codes, expected);
        let records = items.iter().filter(|item| item.is_ok()).count();
        assert_eq!(records, SAMPLES.len() + 1 - expected.len().min(2));
    }
}

fn agree(line: &[u8]) -> Result<(), TestCaseError> {
    match (read_line(line), explain(line)) {
        (Ok(_), None) => Ok(()),
        (Err((column, fault)), Some(same)) => {
            prop_assert_eq!((column, fault.clone()), same);
            prop_assert!(column <= line.len(), "column {} of {}", column, line.len());
            prop_assert!(fault != FaultKind::Unexplained);
            Ok(())
        }
        (fast, slow) => Err(TestCaseError::fail(format!("{fast:?} but {slow:?}: {}", String::from_utf8_lossy(line)))),
    }
}

/// Pieces that a line is made of, right ones and wrong ones.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\\"",
    "\\n",
    "\\u0041",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    " ",
    "\t",
    "\r",
    "0",
    "1",
    "9",
    "-",
    "e",
    ".",
    "\"v\":1",
    "\"rev\":2,",
    "\"seq\":3",
    "\"to\":\"caucus\",",
    "\"case\":",
    "null",
    "true",
    "A",
    "a",
    "é",
    "\u{7f}",
    "\u{2028}",
    "\u{feff}",
    "9007199254740992",
    ",\"type\":\"note_added\"",
    "ledger_opened",
    "\"actor\"",
    "unopened",
    "\"act\":[2,3],",
    "\"precision\":\"day\",",
    "\"on_behalf\":\"b\",",
    "\"replaces\":4,",
    "\"identity\":{\"issuer\":\"i\",\"subject\":\"s\"},",
    "\"v\":2",
];

/// Returns lines with the fields that only some lines have, and a line of format 1.
fn detailed_lines() -> impl Iterator<Item = Vec<u8>> {
    crate::format::details().into_iter().chain([RecordDetails { in_order: true, ..RecordDetails::default() }]).map(
        |details| {
            let record = Record { details, ..ibbi_testing::records::sample_record(25, 3) };
            ibbi_log::encode_line(&record, &Digest::ZERO).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_and_the_slow_reader_agree_on_mutated_lines(
        which in 0..=SAMPLES.len() + 8,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, any::<u8>(), 0..PIECES.len()), 1..4),
    ) {
        thread_local!(static LINES: Vec<Vec<u8>> = lines(&samples()).into_iter().map(<[u8]>::to_vec).chain(detailed_lines()).collect());
        let mut line = LINES.with(|lines| lines[which % lines.len()].clone());
        for (place, what, byte, piece) in edits {
            let at = place.index(line.len().max(1)).min(line.len());
            let piece = PIECES[piece].as_bytes();
            match what {
                0 if at < line.len() => line[at] = byte,
                1 if at < line.len() => line[at] ^= 1 << (byte % 8),
                2 if at < line.len() => drop(line.remove(at)),
                3 => line.insert(at, byte),
                4 => line.truncate(at),
                _ => drop(line.splice(at..(at + usize::from(byte % 3)).min(line.len()), piece.iter().copied())),
            }
        }
        agree(&line)?;
    }
}

proptest! {
    // Each case costs two syncs.
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_round_trips(actor in "\\PC{1,40}", text in "[\\PC\n\t]{1,200}") {
        let (Ok(actor), Ok(text)) = (ibbi_core::Name::new(&actor), ibbi_core::NoteText::new(&text)) else {
            return Ok(());
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let event = ibbi_core::Event::from(ibbi_core::events::NoteAdded { text });
        let mut history = ibbi_core::History::for_case(ibbi_testing::records::case(0));
        let opened = ibbi_testing::records::accept(
            &mut history, ibbi_log::Uuid::from_u128(1), ibbi_testing::records::at(0), ibbi_testing::records::legal_event(0));
        let record = ibbi_testing::records::accept(
            &mut history, ibbi_log::Uuid::from_u128(2), ibbi_testing::records::at(0), event);
        let record = ibbi_log::NewRecord { actor, ..record };
        let mut ledger = ibbi_log::Ledger::create(&path, &ibbi_testing::records::opening()).unwrap();
        ledger.append(&[opened, record.clone()], ibbi_testing::records::at(1)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let line = lines(&bytes)[2];
        agree(line)?;
        let Ok(LedgerLine::Record(read)) = read_line(line) else { panic!("{}", String::from_utf8_lossy(line)) };
        prop_assert_eq!(&read.actor, &record.actor);
        let digest = read.event.note_text().and_then(|text| text.digest().copied()).unwrap();
        let texts = ibbi_log::Texts::beside(&path).unwrap();
        let text = texts.get(&ibbi_log::Digest::from_bytes(digest));
        prop_assert_eq!(text, record.accepted.event().note_text());
        let sorted = serde_json::from_slice::<serde_json::Value>(line).unwrap().to_string();
        prop_assert_eq!(sorted.as_bytes(), line);
    }
}

/// RFC 8785 (JSON Canonicalization Scheme) fixes one spelling for all JSON. A ledger uses a part of JSON: keys in ASCII,
/// integers, no `null`; in that part its spelling is that of the RFC. The vectors are those of the RFC that lie in it.
#[test]
fn spelling_matches_rfc_8785() {
    // Section 3.2.2, the member `string`; section 3.2.4 gives its octets.
    let read: String = serde_json::from_str(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#).unwrap();
    let octets = b"\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"";
    assert_eq!(serde_json::to_vec(&read).unwrap(), octets);
    // Appendix B, the one row that is an integer from 0 to 2^53 - 1; and the largest number that a ledger has.
    assert_eq!(serde_json::to_string(&0_u64).unwrap(), "0");
    assert_eq!(serde_json::to_string(&ibbi_log::MAX_NUMBER).unwrap(), "9007199254740991");
    // Section 3.2.3: keys sort by UTF-16 code units, which in ASCII is by byte; every object of every line does.
    for line in lines(&samples()) {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        // serde_json keeps the keys of a value sorted by byte.
        assert_eq!(serde_json::to_vec(&value).unwrap(), line, "{}", String::from_utf8_lossy(line));
    }
}
