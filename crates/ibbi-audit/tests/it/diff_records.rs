//! Comparisons of two ledgers by record and field.

use crate::mutations::signed;
use crate::support::walk::{Random, ledger, walk};
use crate::support::{Lines, gzip, zstd};
use ibbi_audit::{Diff, LedgerSource, LineKind, diff};
use ibbi_log::Uuid;
use ibbi_seal::extract;
use ibbi_testing::golden;
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};

fn compare(first: &[u8], second: &[u8]) -> Diff {
    diff(LedgerSource::bytes(first), LedgerSource::bytes(second), usize::MAX).expect("memory can be read")
}

/// Returns the totals by field: `actor 1, data.slot.starts 2`.
fn fields(diff: &Diff) -> String {
    let fields = diff.records.fields.iter().map(|total| format!("{} {}", total.field, total.lines));
    fields.collect::<Vec<_>>().join(", ")
}

fn counts(diff: &Diff) -> (u64, u64, u64, u64) {
    let records = &diff.records;
    (records.changed, records.only_first, records.only_second, records.following)
}

fn sentences(diff: &Diff) -> Vec<&str> {
    diff.records.shown.iter().map(|line| line.text.as_str()).collect()
}

fn story() -> Lines {
    Lines::of(&golden("../v2/everyone-at-the-table"))
}

#[test]
fn each_kind_of_alteration_is_reported_by_record_and_field() {
    let whole = story();
    let named = |line: usize, from: &str, to: &str| whole.clone().replace(line, from, to).chained();
    let (in_case, on) = ("In case Maple Hollow, record", "in the first file and");
    for (altered, expected, sentence) in [
        (
            named(20, "T08:00:00-04:00", "T09:00:00-04:00"),
            "data.slot.starts 1",
            format!("{in_case} 19 (session scheduled): the slot's start is 8:00 AM {on} 9:00 AM in the second."),
        ),
        (
            named(20, "2025-10-06T16:00:00-04:00", "2025-10-07T16:00:00-04:00"),
            "data.slot.ends 1",
            format!(
                "{in_case} 19 (session scheduled): the slot's end is Mon, Oct 6, 2025, 4:00 PM {on} Tue, Oct 7, 2025, 4:00 PM \
                 in the second."
            ),
        ),
        (
            named(3, "Rosa Amari", "Ros\u{430} Amari"),
            "data.name 1",
            format!(
                "{in_case} 2 (leader agreed): the name is \u{201c}Rosa Amari\u{201d} {on} \u{201c}Ros\u{430} Amari\u{201d} in the \
                 second; the two look alike, but have different characters: a (U+0061) {on} \u{430} (U+0430) in the second."
            ),
        ),
        (
            named(3, "Rosa Amari", "Rosa Amari\u{3164}"),
            "data.name 1",
            format!(
                "{in_case} 2 (leader agreed): the name is \u{201c}Rosa Amari\u{201d} {on} \u{201c}Rosa Amari<U+3164>\u{201d} in \
                 the second; the two look alike, but have different characters: nothing {on} U+3164 in the second."
            ),
        ),
        (
            named(3, "13:10:00.000Z", "13:10:01.000Z"),
            "at 1",
            format!(
                "{in_case} 2 (leader agreed): the time when it happened is Tue, Sep 9, 2025, 9:10 AM (13:10:00.000 UTC) {on} \
                 Tue, Sep 9, 2025, 9:10 AM (13:10:01.000 UTC) in the second."
            ),
        ),
        (
            named(26, "\"late\":[\"sorel\"]", "\"late\":[\"amari\",\"sorel\"]"),
            "data.late 1",
            format!(
                "{in_case} 25 (session closed after its full time): the list \u{201c}late\u{201d} has \u{201c}amari\u{201d} only in the second file."
            ),
        ),
        (
            named(23, "\"present\":[\"amari\",\"castellan\",\"sorel\"]", "\"present\":[\"amari\",\"sorel\",\"yun\"]"),
            "data.present 1",
            format!(
                "{in_case} 22 (session opened): the list \u{201c}present\u{201d} has \u{201c}castellan\u{201d} only in the first \
                 file and \u{201c}yun\u{201d} only in the second."
            ),
        ),
        (
            named(23, "Sam Iqbal", "Sam Iqba1"),
            "data.substitutes.person.name 1",
            format!(
                "{in_case} 22 (session opened): the substitutes (iqbal)'s person's name is \u{201c}Sam Iqbal\u{201d} {on} \
                 \u{201c}Sam Iqba1\u{201d} in the second; the two look alike, but have different characters: l (U+006C) {on} 1 \
                 (U+0031) in the second."
            ),
        ),
        (
            named(28, "3f19e2198296", "3f19e2198297"),
            "data.text.sha256 1",
            format!("{in_case} 27 (concern raised): the text's digest is "),
        ),
        (
            named(30, "\"adopt\"", "\"decline\""),
            "data.decision 1",
            format!(
                "{in_case} 29 (party decided): the decision is \u{201c}adopt\u{201d} {on} \u{201c}decline\u{201d} in the second."
            ),
        ),
        (
            named(7, "\"to\":\"application\"", "\"to\":\"introduction\""),
            "to 1",
            format!("{in_case} 6 (service chosen): the stage after it is Application {on} Introduction in the second."),
        ),
        (
            named(33, "\"replaces\":32,", ""),
            "replaces 1",
            format!(
                "{in_case} 32 (party decided): the number of the record that it replaces is 32 in the first file and is missing in the second."
            ),
        ),
        (
            named(1, "ibbi 0.1.0", "ibbi 0.1.1"),
            "data.program 1",
            "The opening of the ledger: the program is \u{201c}ibbi 0.1.0\u{201d} in the first file and".to_owned(),
        ),
    ] {
        let found = compare(&whole.bytes(), &altered.bytes());
        let following = 45 - found.records.shown[0].lines.0.expect("a line");
        assert_eq!((fields(&found).as_str(), counts(&found)), (expected, (1, 0, 0, following)));
        assert!(sentences(&found)[0].starts_with(&sentence), "{:#?}\n{sentence}", sentences(&found));
        assert!(!found.same);
    }
}

#[test]
fn a_copy_altered_throughout_is_reported_in_full() {
    let whole = story();
    let mut altered = whole.clone();
    for line in 1..=altered.0.len() {
        altered = altered.edit(line, |record| {
            record["actor"] = record["actor"].as_str().unwrap().replace('e', "\u{435}").into();
            for time in ["at", "logged"] {
                record[time] = record[time].as_str().unwrap().replace(":00.", ":01.").into();
            }
            if let Some(digest) = record["data"]["text"]["sha256"].as_str().map(|digest| digest.replace('3', "4")) {
                record["data"]["text"]["sha256"] = digest.into();
            }
        });
    }
    let altered = altered.chained().bytes();
    for altered in [altered.clone(), gzip(&altered), zstd(&altered)] {
        let found = compare(&whole.bytes(), &altered);
        assert_eq!(counts(&found), (45, 0, 0, 0));
        assert_eq!(fields(&found), "actor 45, at 45, data.text.sha256 2, logged 45");
        let points = |change: &ibbi_audit::FieldChange| change.code_points.clone();
        let actors = found.records.shown.iter().filter_map(|line| line.changes.iter().find_map(points));
        assert!(actors.clone().all(|points| points.contains("U+0435")), "{actors:?}");
        assert_eq!(actors.count(), 45);
    }
    let few = diff(LedgerSource::bytes(&whole.bytes()), LedgerSource::bytes(&altered), 3).expect("memory can be read");
    assert_eq!((few.records.shown.len(), few.records.total()), (3, 45));
    assert_eq!(few.records.shown[2].lines, (Some(3), Some(3)));
}

#[test]
fn added_removed_moved_and_repeated_records_are_reported() {
    let whole = story();
    let of = |lines: Lines| compare(&whole.bytes(), &lines.bytes());

    let removed = of(whole.clone().remove(21).numbered());
    assert_eq!((counts(&removed), fields(&removed)), ((0, 1, 0, 24), String::new()));
    assert!(sentences(&removed)[0].starts_with("In case Maple Hollow, record 20 (leader left) is only in the first file, on line 21; it happened on Sun, Sep 21, 2025, 9:00 AM"));
    let added = compare(&whole.clone().remove(21).numbered().bytes(), &whole.bytes());
    assert_eq!((counts(&added), added.records.shown[0].lines), ((0, 0, 1, 24), (None, Some(21))));

    // Without new numbers, the later records have the same bytes.
    let gap = of(whole.clone().remove(21));
    assert_eq!((counts(&gap), fields(&gap)), ((0, 1, 0, 0), String::new()));

    let swapped = of(whole.clone().swap(16, 17).numbered());
    assert_eq!(counts(&swapped), (1, 0, 0, 29), "{:?}", sentences(&swapped));
    assert_eq!(fields(&swapped), "order 1, rev 1, seq 1");
    let swapped = of(whole.clone().swap(16, 17));
    assert_eq!((counts(&swapped), fields(&swapped)), ((1, 0, 0, 0), "order 1".to_owned()));

    let again = whole.0[20].clone();
    let repeated = of(whole.clone().insert(22, again));
    assert_eq!((counts(&repeated), fields(&repeated)), ((0, 0, 1, 0), String::new()));

    let other_id = of(whole.clone().replace(21, "006500000016", "0065000000ff").chained());
    assert_eq!((counts(&other_id), fields(&other_id)), ((1, 0, 0, 24), "id 1".to_owned()));
    let replaced = whole.clone().edit(21, |record| {
        record["id"] = "01910000-0000-7000-8000-0065000000ff".into();
        record["data"]["reason"] = "moved".into();
    });
    assert_eq!(fields(&of(replaced.chained())), "data.reason 1, id 1");
    let other_case = of(whole.clone().replace(21, "006500000001\",\"data", "0065000000ff\",\"data").chained());
    assert_eq!((counts(&other_case).0, fields(&other_case)), (1, "case 1".to_owned()));
}

#[test]
fn lines_that_are_not_records_are_compared() {
    let whole = story();
    let heads = json!({
        "actor": "clerk@example.org", "at": "2026-03-26T00:00:00.000Z", "data": {"cases": 1, "root": "a".repeat(64)},
        "id": "01910000-0000-7000-8000-0065000000aa", "logged": "2026-03-26T00:00:00.000Z", "prev": "0".repeat(64), "seq": 46,
        "type": "heads", "v": 2,
    });
    let whole = whole.insert(46, heads.to_string()).chained();
    let altered =
        whole.clone().set(46, "data.root", "b".repeat(64)).set(1, "data.origin", "example.org/other").chained();
    let found = compare(&whole.bytes(), &altered.bytes());
    assert_eq!((counts(&found), fields(&found)), ((2, 0, 0, 44), "data.origin 1, data.root 1".to_owned()));
    let kinds: Vec<_> = found.records.shown.iter().map(|line| (line.kind, line.case)).collect();
    assert_eq!(kinds, [(LineKind::Opening, None), (LineKind::Heads, None)]);
    assert!(sentences(&found)[1].starts_with("The state of all cases on line 46: the root is \u{201c}aaa"));

    let removed = compare(&whole.bytes(), &whole.clone().remove(46).bytes());
    assert_eq!((counts(&removed), removed.records.shown[0].kind), ((0, 1, 0, 0), LineKind::Heads));

    // A line that can't be read, other white space, and an incomplete last line.
    let mut broken = whole.clone();
    broken.0[20] = broken.0[20].replacen('{', "[", 1);
    let found = compare(&whole.bytes(), &broken.bytes());
    assert_eq!((counts(&found), fields(&found)), ((1, 0, 0, 0), "bytes 1".to_owned()));
    let spaced = compare(&whole.bytes(), &whole.clone().replace(21, "\":\"", "\": \"").bytes());
    assert_eq!((counts(&spaced), fields(&spaced)), ((1, 0, 0, 0), "bytes 1".to_owned()));
    assert!(sentences(&spaced)[0].contains("the line is written differently"));
    let bytes = whole.bytes();
    let torn = compare(&bytes, &bytes[..bytes.len() - 1]);
    assert_eq!((counts(&torn), fields(&torn)), ((1, 0, 0, 0), "bytes 1".to_owned()));
}

#[test]
fn extracts_are_compared_with_ledgers_and_each_other() {
    let extract_of = |lines: &Lines| {
        let (bytes, mut written) = (lines.bytes(), Vec::new());
        let case: Uuid = lines.json(2)["case"].as_str().unwrap().parse().unwrap();
        extract(&bytes[..], &signed(&bytes), case, &mut written).expect("an extract");
        written
    };
    let whole = ledger(&walk(3, 3, 60)).chained();
    let own = extract_of(&whole);
    let case: Uuid = whole.json(2)["case"].as_str().unwrap().parse().unwrap();
    for (first, second) in [(own.clone(), whole.bytes()), (whole.bytes(), gzip(&own)), (own.clone(), own.clone())] {
        let found = compare(&first, &second);
        assert!(found.same, "{:?}", sentences(&found));
        assert_eq!(found.differing + found.only_first + found.only_second, 0);
    }
    assert_eq!(compare(&own, &whole.bytes()).case, Some(case));

    let place = 1 + whole.0.iter().rposition(|line| line.contains(&case.to_string())).expect("a line");
    let altered = whole.clone().edit(place, |record| record["actor"] = "other@example.org".into()).chained();
    for (first, second) in [(own.clone(), altered.bytes()), (own, extract_of(&altered))] {
        let found = compare(&first, &second);
        assert!(!found.same && found.records.fields.iter().any(|total| total.field == "actor"), "{}", fields(&found));
        assert!(
            found.records.shown.iter().any(|line| line.kind == LineKind::Record && line.changes[0].field == "actor")
        );
    }
}

/// Returns the paths of all values in a line that can be altered.
fn leaves(value: &Value, path: &mut Vec<String>, into: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            path.push(key.clone());
            leaves(value, path, into);
            path.pop();
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            path.push(index.to_string());
            leaves(value, path, into);
            path.pop();
        }),
        _ => into.push(path.clone()),
    }
}

/// Alters a value as little as possible.
fn alter(value: &mut Value, random: &mut Random) {
    *value = match value {
        Value::Bool(yes) => (!*yes).into(),
        Value::Number(number) => (number.as_u64().unwrap_or(0) + 1).into(),
        Value::String(text) => {
            let mut chars: Vec<char> = text.chars().collect();
            let place = random.below(chars.len());
            let other = chars.get(place).map_or('x', |char| match char {
                'a' => '\u{430}',
                '0' => '1',
                ':' => '.',
                char if char.is_ascii_digit() => '0',
                _ => 'a',
            });
            match chars.get_mut(place) {
                Some(char) => *char = other,
                None => chars.push(other),
            }
            chars.into_iter().collect::<String>().into()
        }
        Value::Null | Value::Array(_) | Value::Object(_) => json!(["altered"]),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_altered_field_is_reported_by_name(seed in any::<u64>()) {
        let mut random = Random(seed);
        let whole = if random.chance(50) { ledger(&walk(seed, 3, 40)) } else { story() };
        let same = compare(&whole.bytes(), &whole.bytes());
        prop_assert!(same.same && same.records.is_empty() && same.records.fields.is_empty());

        let line = 1 + random.below(whole.0.len());
        let mut paths = Vec::new();
        leaves(&whole.json(line), &mut Vec::new(), &mut paths);
        let path = paths.swap_remove(random.below(paths.len()));
        let altered = whole.clone().edit(line, |record| {
            let place = path.iter().fold(record, |place, part| match part.parse::<usize>() {
                Ok(index) if place.is_array() => &mut place[index],
                _ => &mut place[part.as_str()],
            });
            alter(place, &mut random);
        });
        let altered = if path == ["prev"] || random.chance(50) { altered } else { altered.chained() };
        let named = path.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect::<Vec<_>>().join(".");
        let in_list = path.iter().any(|part| part.parse::<usize>().is_ok());
        for (first, second) in [(&whole, &altered), (&altered, &whole)] {
            let found = compare(&first.bytes(), &second.bytes());
            prop_assert_eq!(counts(&found).0, 1, "{:?}: {:?}", &path, sentences(&found));
            prop_assert_eq!((counts(&found).1, counts(&found).2), (0, 0));
            let names: Vec<_> = found.records.fields.iter().map(|total| total.field.as_str()).collect();
            prop_assert!(names.len() == 1 && (names[0] == named || in_list && named.starts_with(names[0])), "{} {:?}", named, names);
            let shown = &found.records.shown[0];
            prop_assert_eq!(shown.lines, (Some(line as u64), Some(line as u64)));
            prop_assert!(shown.changes.iter().all(|change| !change.text.is_empty() && change.first != change.second));
        }
    }
}
