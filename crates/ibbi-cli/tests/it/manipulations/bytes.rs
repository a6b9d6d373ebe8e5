//! Changes to the bytes of a line and of the file, by someone who only edits.

use super::evidence::{Base, Bases};
use super::table::{Manipulation, Power, bytes, group, ledger};
use ibbi_testing::lines::Lines;

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let all = &bases.of(Base::New).lines;
    let mut samples = group("The form of a line", [forms(all), values(all)].concat());
    samples.extend(group("The file", files(all, &bases.of(Base::Old).lines)));
    samples
}

/// Another spelling of what JSON programs read alike, or of nothing that they read.
fn forms(all: &Lines) -> Vec<Manipulation> {
    let at = |line: usize, name: &str, code: &'static str, from: &str, to: &str| {
        let lines = all.clone().replace(line, from, to);
        ledger(name, Power::Edit, line, lines).fault(code, line as u64)
    };
    let not_text = {
        let mut bytes = all.bytes();
        let place = bytes.windows(13).rposition(|part| part == b"Ben Castellan").expect("the name");
        bytes[place] = 0xFF;
        bytes
    };
    vec![
        at(24, "A space after a comma", "line.white-space", ",\"v\":2}", ", \"v\":2}"),
        at(24, "A space at the end of the line", "line.white-space", ",\"v\":2}", ",\"v\":2} "),
        at(24, "A tab within the data", "line.white-space", "\"party\":", "\"party\":\t"),
        at(24, "A key that no line has", "line.unknown-key", ",\"v\":2}", ",\"v\":2,\"w\":0}"),
        at(24, "A key left out", "line.missing-key", "\"to\":\"application\",", ""),
        at(24, "A key twice, with two values", "line.duplicate-key", ",\"v\":2}", ",\"v\":1,\"v\":2}"),
        at(
            24,
            "Two keys in the other order",
            "line.key-order",
            "\"type\":\"member_named\",\"v\":2",
            "\"v\":2,\"type\":\"member_named\"",
        ),
        at(
            24,
            "Two keys of the data in the other order",
            "line.key-order",
            "\"id\":\"castellan\",\"name\":\"Ben Castellan\"",
            "\"name\":\"Ben Castellan\",\"id\":\"castellan\"",
        ),
        at(24, "A letter as an escape", "line.escape", "Ben Castellan", "Ben Castell\\u0061n"),
        at(24, "A slash with a backslash", "line.escape", "Ben Castellan", "Ben\\/Castellan"),
        at(24, "Half of a surrogate pair", "line.escape", "Ben Castellan", "Ben\\ud83dCastellan"),
        at(24, "A control character in a name", "line.control-character", "Ben Castellan", "Ben\u{1}Castellan"),
        at(24, "DEL in a name", "line.control-character", "Ben Castellan", "Ben\u{7f}Castellan"),
        at(24, "NUL in place of a name", "line.control-character", "Ben Castellan", "\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        at(24, "A number with a leading zero", "line.number", "\"seq\":24", "\"seq\":024"),
        at(24, "A number as a fraction", "line.number", "\"seq\":24", "\"seq\":24.0"),
        at(24, "A number with an exponent", "line.number", "\"seq\":24", "\"seq\":24e0"),
        at(24, "A number that no reader keeps exact", "line.number", "\"seq\":24", "\"seq\":9007199254740993"),
        at(24, "A negative number", "line.number", "\"seq\":24", "\"seq\":-24"),
        at(24, "The last brace removed", "line.syntax", ",\"v\":2}", ",\"v\":2"),
        at(24, "A list around the line", "line.syntax", ",\"v\":2}", ",\"v\":2}]"),
        at(24, "A comment at the end of the line", "line.syntax", ",\"v\":2}", ",\"v\":2}//"),
        at(24, "A carriage return before the line feed", "line.carriage-return", ",\"v\":2}", ",\"v\":2}\r"),
        at(24, "A byte order mark before the line", "line.byte-order-mark", "{\"act\"", "\u{feff}{\"act\""),
        at(24, "A name of 70,000 letters", "line.too-long", "Ben Castellan", &"x".repeat(70_000)),
        at(
            24,
            "Lists nested 200 deep",
            "line.too-deep",
            "\"party\":\"labor\"",
            &format!("\"party\":{}{}", "[".repeat(200), "]".repeat(200)),
        ),
        bytes("A byte that is not UTF-8", 24, not_text).fault("line.not-utf8", 24),
        ledger("A line feed within a line", Power::Edit, 24, all.clone().replace(24, ",\"type\"", "\n,\"type\""))
            .fault("line.syntax", 24),
        ledger("Two lines joined", Power::Edit, 24, {
            let next = all.0[24].clone();
            let mut joined = all.clone().remove(25);
            joined.0[23] += &next;
            joined
        })
        .fault("line.syntax", 24),
        ledger("An empty line between two lines", Power::Edit, 25, all.clone().insert(25, String::new()))
            .fault("line.empty", 25),
    ]
}

/// Values that a line can't have, in canonical form.
fn values(all: &Lines) -> Vec<Manipulation> {
    let at = |line: usize, name: &str, code: &'static str, from: &str, to: &str| {
        ledger(name, Power::Edit, line, all.clone().replace(line, from, to)).fault(code, line as u64)
    };
    vec![
        at(24, "A number as a text", "line.value", "\"seq\":24", "\"seq\":\"24\""),
        at(24, "A version that doesn't exist", "line.value", "\"v\":2}", "\"v\":3}"),
        at(24, "A type of event that doesn't exist", "line.code", "member_named", "member_elected"),
        at(24, "A stage that doesn't exist", "line.code", "\"to\":\"application\"", "\"to\":\"mediation\""),
        at(
            24,
            "A case's ID in capital letters",
            "line.value",
            "\"case\":\"01910000-0000-7000-8000-006500000001\"",
            "\"case\":\"0191000A-0000-7000-8000-006500000001\"",
        ),
        at(24, "A day that doesn't exist", "line.value", "\"at\":\"2025-09-14", "\"at\":\"2025-09-31"),
        at(
            24,
            "A time without milliseconds",
            "line.value",
            "\"at\":\"2025-09-14T13:00:00.000Z\"",
            "\"at\":\"2025-09-14T13:00:00Z\"",
        ),
        at(
            24,
            "A time with an offset",
            "line.value",
            "\"at\":\"2025-09-14T13:00:00.000Z\"",
            "\"at\":\"2025-09-14T13:00:00.000+00:00\"",
        ),
        at(24, "A digest in capital letters", "line.value", "\"prev\":\"", "\"prev\":\"A"),
        at(24, "An empty actor", "line.text", "\"actor\":\"clerk@example.org\"", "\"actor\":\"\""),
        at(24, "An actor of 121 letters", "line.text", "clerk@example.org", &"a".repeat(121)),
        at(24, "An act of one record", "line.value", "\"act\":[1,4]", "\"act\":[1,1]"),
        at(24, "Record 5 of an act of 4", "line.value", "\"act\":[1,4]", "\"act\":[5,4]"),
        at(24, "An act of 501 records", "line.value", "\"act\":[1,4]", "\"act\":[1,501]"),
        at(24, "A party that doesn't exist", "line.payload", "\"party\":\"labor\"", "\"party\":\"students\""),
        at(
            24,
            "The data of another type of event",
            "line.payload",
            "\"type\":\"member_named\"",
            "\"type\":\"member_released\"",
        ),
        at(24, "A party written as null", "line.payload", "\"party\":\"labor\"", "\"party\":null"),
        at(8, "A person's identity without an issuer", "line.value", "\"issuer\":\"https://id.example.org\",", ""),
        at(18, "A precision that doesn't exist", "line.value", "\"precision\":\"day\"", "\"precision\":\"week\""),
        at(
            19,
            "A list that isn't sorted",
            "line.not-canonical",
            "[\"interests\",\"next_steps\",\"services\"]",
            "[\"services\",\"next_steps\",\"interests\"]",
        ),
        at(
            19,
            "A list with an entry twice",
            "line.payload",
            "[\"interests\",\"next_steps\",\"services\"]",
            "[\"interests\",\"interests\",\"services\"]",
        ),
        at(
            39,
            "A session of more than a day",
            "line.payload",
            "\"ends\":\"2025-10-06T16:00",
            "\"ends\":\"2025-10-07T16:00",
        ),
        at(
            39,
            "A session that ends before it starts",
            "line.payload",
            "\"ends\":\"2025-10-06T16:00",
            "\"ends\":\"2025-10-06T07:00",
        ),
        at(
            52,
            "A text in place of its digest",
            "line.payload",
            "{\"sha256\":\"3f19e2198296ffc2c5ffaf1433868576b5bebec93a2994776a90635b80c40b32\"}",
            "\"Who keeps the minutes?\"",
        ),
        at(52, "A digest that is too short", "line.payload", "3f19e2198296ffc2", "3f19e219"),
        at(2, "A grace longer than the session", "line.payload", "\"grace\":15", "\"grace\":480"),
        at(55, "A state of all cases without a root", "line.payload", ",\"root\":", ",\"soot\":"),
    ]
}

/// The file as a whole.
fn files(all: &Lines, old: &Lines) -> Vec<Manipulation> {
    let whole = all.bytes();
    let text = String::from_utf8(whole.clone()).expect("UTF-8");
    let last = text.lines().last().expect("a line").len();
    vec![
        bytes("An empty file", 1, Vec::new()).fault("ledger.empty", 1).script(0),
        bytes("A byte order mark before the file", 1, [&b"\xEF\xBB\xBF"[..], &whole].concat())
            .fault("line.byte-order-mark", 1),
        bytes("All line feeds with carriage returns", 1, text.replace('\n', "\r\n").into_bytes())
            .fault("line.carriage-return", 1),
        bytes("The file with another encoding (UTF-16)", 1, text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            .fault("line.syntax", 1),
        bytes("The last line feed removed", 72, whole[..whole.len() - 1].to_vec()).fault("ledger.torn", 72),
        bytes("Half of the last line removed", 72, whole[..whole.len() - last / 2].to_vec()).fault("ledger.torn", 72),
        bytes("Zeros after the end", 73, [&whole[..], &[0; 40]].concat()).fault("ledger.torn", 73),
        bytes("A line of text after the end", 73, [&whole[..], b"printed on paper\n"].concat())
            .fault("line.syntax", 73),
        bytes("Lines sorted by their text", 1, {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            lines.sort_unstable();
            lines.concat().into_bytes()
        })
        .fault("ledger.opening", 1),
        ledger(
            "A line of format 2 in a ledger of format 1",
            Power::Edit,
            9,
            old.clone().replace(9, "\"v\":1}", "\"v\":2}"),
        )
        .old()
        .fault("ledger.format", 9),
        ledger(
            "A line of format 1 in a ledger of format 2",
            Power::Edit,
            10,
            all.clone().replace(10, "\"v\":2}", "\"v\":1}"),
        )
        .fault("ledger.format", 10),
        ledger(
            "A key of format 2 in a line of format 1",
            Power::Edit,
            9,
            old.clone().replace(9, "\"prev\":", "\"on_behalf\":\"the union\",\"prev\":"),
        )
        .old()
        .fault("line.unknown-key", 9),
    ]
}
