//! Extracts with a part changed, removed, or added.

use super::evidence::{Base, Bases, Evidence};
use super::table::{Manipulation, Power, extract, group};
use ibbi_log::Digest;
use ibbi_testing::lines::Lines;
use serde_json::{Value, json};

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let (new, old) = (bases.of(Base::New), bases.of(Base::Old));
    let lines = Lines::of(new.extract.as_bytes());
    let mut samples = group("The head of an extract", heads(bases, &lines));
    samples.extend(group("The records of an extract", records(new, old, &lines)));
    samples.extend(group("The proofs of an extract", proofs(&lines)));
    samples.extend(group("The end of an extract", ends(new, old, &lines)));
    samples
}

/// An extract with another text in place of one that occurs once in a line.
fn replaced(lines: &Lines, name: &str, line: usize, from: &str, to: &str) -> Manipulation {
    extract(name, Power::Edit, line, lines.clone().replace(line, from, to).bytes())
}

fn without(lines: &Lines, gone: std::ops::RangeInclusive<usize>) -> Lines {
    let kept = lines.0.iter().zip(1..).filter(|(_, line)| !gone.contains(line));
    Lines(kept.map(|(line, _)| line.clone()).collect())
}

fn heads(bases: &Bases, lines: &Lines) -> Vec<Manipulation> {
    let new = bases.of(Base::New);
    let note = |change: &dyn Fn(String) -> String| {
        let note = lines.json(1)["checkpoint"].as_str().unwrap().to_owned();
        lines.clone().set(1, "checkpoint", change(note)).bytes()
    };
    let birch = new.lines.json(3)["case"].as_str().unwrap().to_owned();
    let made = |name, bytes| extract(name, Power::Edit, 1, bytes);
    let other = bases.signed_by_another(&new.lines, new.covered).to_string();
    let older = bases.signed(&new.lines, 55).to_string();
    vec![
        made("Another case in the head", lines.clone().set(1, "case", birch).bytes())
            .fault("extract.unproved", 5)
            .script(5),
        made("An extract that claims to be of format 1", lines.clone().set(1, "extract", 1).bytes())
            .fault("extract.unproved", 89),
        made("A format that doesn't exist", lines.clone().set(1, "extract", 3).bytes()).fault("extract.unproved", 1),
        made("A key that the head doesn't have", lines.clone().set(1, "from", "the office").bytes())
            .fault("extract.unproved", 1),
        made("Another number of lines in the checkpoint", note(&|note| note.replacen("\n69\n", "\n70\n", 1)))
            .fault("checkpoint.signature", 1)
            .script(89),
        made(
            "Another root in the checkpoint",
            note(&|note| {
                let root = note.lines().nth(2).unwrap().to_owned();
                note.replacen(&root, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1)
            }),
        )
        .fault("checkpoint.signature", 1)
        .script(3),
        made(
            "Another name of the ledger in the checkpoint",
            note(&|note| note.replacen("example.org/new\n", "example.org/old\n", 1)),
        )
        .fault("checkpoint.signature", 1)
        .script(3),
        made("A checkpoint that another key signed", note(&|_| other.clone()))
            .fault("checkpoint.unknown-signer", 1)
            .signature(),
        made("A signature with one letter changed", note(&|note| broken_signature(&note)))
            .fault("checkpoint.signature", 1)
            .signature(),
        made("An older checkpoint of the ledger", note(&|_| older.clone())).fault("extract.unproved", 3),
        made("No checkpoint", note(&|_| String::new())).fault("extract.unproved", 1),
        made("A byte order mark before the head", [&b"\xEF\xBB\xBF"[..], &lines.bytes()].concat())
            .fault("line.byte-order-mark", 1),
    ]
}

/// Returns a note whose first signature has another letter.
pub(crate) fn broken_signature(note: &str) -> String {
    let start = note.find("\u{2014} ").expect("a signature");
    let end = start + note[start..].find('\n').expect("the end of the line");
    let at = note[..end].rfind(' ').expect("the signature's base64") + 20;
    let letter = if &note[at..=at] == "A" { "B" } else { "A" };
    format!("{}{letter}{}", &note[..at], &note[at + 1..])
}

fn records(new: &Evidence, old: &Evidence, lines: &Lines) -> Vec<Manipulation> {
    let made = |name, line, lines: Lines| extract(name, Power::Edit, line, lines.bytes());
    let swapped = Lines([&lines.0[..11], &lines.0[13..15], &lines.0[11..13], &lines.0[15..]].concat());
    let repeated = Lines([&lines.0[..13], &lines.0[11..13], &lines.0[13..]].concat());
    let (foreign, proof) = (new.lines.0[7].clone(), proof_line(&new.lines, 8, new.covered));
    let inserted = Lines([&lines.0[..13], &[foreign, proof], &lines.0[13..]].concat());
    let other = Lines([&lines.0[..13], &[old.lines.0[8].clone(), lines.0[12].clone()], &lines.0[15..]].concat());
    let opening = Lines([&lines.0[..3], &lines.0[1..3], &lines.0[3..]].concat());
    vec![
        replaced(lines, "A name in the case's opening", 4, "Maple Hollow", "Maple Harbor").fault("extract.unproved", 5),
        replaced(lines, "An actor", 6, "clerk@example.org", "aide@example.org").fault("extract.unproved", 7),
        replaced(lines, "The stage after an event", 6, "\"to\":\"inquiry\"", "\"to\":\"introduction\"")
            .fault("extract.unproved", 7),
        replaced(lines, "A space after a comma", 6, ",\"v\":2}", ", \"v\":2}").fault("extract.unproved", 6),
        replaced(lines, "Another number of the line", 6, "\"seq\":10", "\"seq\":11").fault("extract.unproved", 7),
        replaced(lines, "Another number of the record", 6, "\"rev\":2", "\"rev\":3").fault("extract.unproved", 7),
        replaced(lines, "The last record changed", 86, "it belongs to another case", "it belongs to this case")
            .fault("extract.unproved", 87),
        replaced(lines, "The ledger's first line changed", 2, "clerk@example.org", "aide@example.org")
            .fault("extract.unproved", 3),
        made("A record and its proof removed", 12, without(lines, 12..=13)).fault("extract.unproved", 13).script(13),
        made("A record removed, and its proof left", 12, without(lines, 12..=12)).fault("extract.unproved", 12),
        made("The case's opening removed", 4, without(lines, 4..=5)).fault("extract.unproved", 5).script(5),
        made("The ledger's first line removed", 2, without(lines, 2..=3)).fault("extract.unproved", 3).script(3),
        made("The ledger's first line repeated", 4, opening).fault("extract.unproved", 5).script(5),
        made("Two records swapped with their proofs", 12, swapped).fault("extract.unproved", 13).script(13),
        made("A record and its proof repeated", 14, repeated).fault("extract.unproved", 15).script(15),
        made("A record of another case put in, with its own proof", 14, inserted)
            .fault("extract.unproved", 15)
            .script(15),
        made("A record of another ledger in place of one", 14, other).fault("extract.unproved", 15),
        made("All records removed", 4, without(lines, 4..=87)).fault("extract.unproved", 5).script(5),
    ]
}

fn proofs(lines: &Lines) -> Vec<Manipulation> {
    let edited = |name, line: usize, change: &dyn Fn(&mut Value)| {
        extract(name, Power::Edit, line, lines.clone().edit(line, change).bytes())
            .fault("extract.unproved", line as u64)
    };
    let proof = |json: &mut Value, change: &dyn Fn(&mut Vec<Value>)| change(json["proof"].as_array_mut().unwrap());
    let zero = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    vec![
        edited("A hash of a proof changed", 7, &|json| proof(json, &|proof| proof[1] = zero.clone())),
        edited("A hash of a proof removed", 7, &|json| proof(json, &|proof| drop(proof.remove(1)))),
        edited("A hash added to a proof", 7, &|json| proof(json, &|proof| proof.push(zero.clone()))),
        edited("Two hashes of a proof swapped", 7, &|json| proof(json, &|proof| proof.swap(0, 1))),
        edited("An empty proof", 7, &|json| proof(json, &Vec::clear)),
        edited("A hash that isn't base64", 7, &|json| proof(json, &|proof| proof[0] = json!("not base64"))),
        edited("A hash whose base64 has another form", 7, &|json| {
            proof(json, &|proof| {
                let text = proof[0].as_str().unwrap().to_owned();
                proof[0] = json!(text.trim_end_matches('=').to_owned());
            })
        }),
        edited("Another index of the line", 7, &|json| json["index"] = json!(10)),
        edited("An index that is too large", 7, &|json| json["index"] = json!(69)),
        edited("An index as a text", 7, &|json| json["index"] = json!("9")),
        edited("A key that a proof doesn't have", 7, &|json| json["line"] = json!(10)),
        extract("A proof removed", Power::Edit, 7, without(lines, 7..=7).bytes()).fault("extract.unproved", 7),
        extract("The proofs of two records swapped", Power::Edit, 7, lines.clone().swap(7, 9).bytes())
            .fault("extract.unproved", 7),
    ]
}

fn ends(new: &Evidence, old: &Evidence, lines: &Lines) -> Vec<Manipulation> {
    let made = |name, line, lines: Lines| extract(name, Power::Edit, line, lines.bytes());
    let end = lines.0.len();
    assert_eq!(end, 90, "86 and 87 are the last record, 88 and 89 the state of all cases, and 90 the path");
    let path = |name, change: &dyn Fn(&mut Value)| {
        made(name, 90, lines.clone().edit(90, change)).fault("extract.unproved", 90)
    };
    let bytes = lines.bytes();
    // Shortened to the records before the older state, which has its own proof under this checkpoint.
    let short = {
        let last = lines.0.iter().position(|line| line.contains("\"seq\":54,")).unwrap();
        let state = [new.lines.0[54].clone(), proof_line(&new.lines, 55, new.covered), lines.0[89].clone()];
        Lines([&lines.0[..last + 2], &state].concat())
    };
    let claimed = |records: usize| without(lines, 4 + 2 * records..=90).set(1, "extract", 1);
    let format_1 = Lines::of(old.extract.as_bytes());
    let old_end = format_1.0.len();
    const PART: &str = "an extract of format 1 doesn't show that it is complete, and the warning says so";
    vec![
        made("The last record removed", 86, without(lines, 86..=87)).fault("extract.unproved", 88),
        made("The last five records removed", 78, without(lines, 78..=87)).fault("extract.unproved", 80),
        made("Everything after a record removed", 60, without(lines, 60..=90)).fault("extract.unproved", 60),
        made("The state of all cases and the path removed", 88, without(lines, 88..=90)).fault("extract.unproved", 88),
        made("The state of all cases removed, and its proof left", 88, without(lines, 88..=88))
            .fault("extract.unproved", 88),
        made("The path removed", 90, without(lines, 90..=90)).fault("extract.unproved", 90),
        made("Shortened to an older state of all cases", 60, short.clone())
            .fault("extract.unproved", short.0.len() as u64 - 1),
        replaced(lines, "The number of cases changed", 88, "\"cases\":3", "\"cases\":2").fault("extract.unproved", 89),
        path("Another index of the case", &|json| json["index"] = json!(1)),
        path("A hash of the path changed", &|json| {
            json["path"][0] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        }),
        path("A hash of the path removed", &|json| drop(json["path"].as_array_mut().unwrap().remove(0))),
        path("A hash added to the path", &|json| {
            json["path"].as_array_mut().unwrap().push(json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        }),
        made("A line after the path", 91, lines.clone().insert(91, lines.0[85].clone()))
            .fault("extract.unproved", 91)
            .script(90),
        made("A second extract joined to the end", 91, Lines([&lines.0[..], &lines.0[..]].concat()))
            .fault("extract.unproved", 91)
            .script(90),
        extract("The last line feed removed", Power::Edit, 90, bytes[..bytes.len() - 1].to_vec())
            .fault("extract.unproved", 90),
        extract("Cut within a proof", Power::Edit, 85, bytes[..bytes.len() - 1200].to_vec())
            .fault("extract.unproved", 85),
        made("Shortened, and made to look like format 1", 80, claimed(38)).finding("extract.part-only", 1).hidden(PART),
        extract("The last record of an extract of format 1 removed", Power::Edit, old_end - 1, {
            without(&format_1, old_end - 1..=old_end).bytes()
        })
        .old()
        .finding("extract.part-only", 1)
        .hidden(PART),
        extract("A record of an extract of format 1 removed", Power::Edit, 12, without(&format_1, 12..=13).bytes())
            .old()
            .fault("extract.unproved", 13)
            .script(13),
        extract("A name in an extract of format 1", Power::Edit, 18, {
            format_1.clone().replace(18, "Ben Castellan", "Ben Castellano").bytes()
        })
        .old()
        .fault("extract.unproved", 19),
    ]
}

/// Returns the line with a proof that the first lines of a ledger have this one, as an extract has it.
pub(crate) fn proof_line(lines: &Lines, line: usize, size: usize) -> String {
    let leaves: Vec<Digest> = lines.0[..size].iter().map(|line| Digest::sha256(line.as_bytes())).collect();
    let read = |range: std::ops::Range<u64>| {
        Ok::<_, std::convert::Infallible>(leaves[range.start as usize..range.end as usize].to_vec())
    };
    let mut maker = ibbi_seal::ProofMaker::new(&[], size as u64, read);
    let proof = maker.inclusion(line as u64 - 1, size as u64).unwrap();
    let proof: Vec<String> = proof.iter().map(ibbi_seal::encode_hash).collect();
    json!({ "index": line - 1, "proof": proof }).to_string()
}
