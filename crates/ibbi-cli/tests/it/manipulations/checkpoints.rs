//! Checkpoints, cosignatures, and the file of confidential texts.

use super::evidence::{self, Base, Bases, Evidence, Forged as _};
use super::extracts::broken_signature;
use super::table::{Manipulation, Power, cosigned, group, notes, texts};
use std::fs;

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let new = bases.of(Base::New);
    let mut samples = group("The file of checkpoints", [statements(new), signatures(bases), files(bases)].concat());
    samples.extend(group("Cosignatures", cosignatures(bases)));
    samples.extend(group("Confidential texts", confidential()));
    samples
}

/// A signed statement with another value.
fn statements(new: &Evidence) -> Vec<Manipulation> {
    let edited = |name, from: &str, to: &str| {
        assert!(new.notes.contains(from), "{from}");
        notes(name, Power::Edit, new.notes.replacen(from, to, 1))
    };
    let root = new.outside.lines().nth(2).unwrap();
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let unused = root.replacen('=', "", 1);
    let (start, last) = unused.split_at(42);
    let next = char::from(last.as_bytes()[0] + 1);
    vec![
        edited("Fewer lines in a checkpoint", "\n69\n", "\n68\n").fault("checkpoint.root", 68),
        edited("More lines in a checkpoint", "\n69\n", "\n80\n").fault("checkpoint.truncated", 72),
        edited("Another root in a checkpoint", root, zero).fault("checkpoint.root", 69),
        edited("Another root in the older checkpoint", new.notes.lines().nth(2).unwrap(), zero)
            .fault("checkpoint.root", 55),
        edited(
            "Another name of the ledger in a checkpoint",
            &format!("example.org/new\n69\n{root}"),
            &format!("example.org/old\n69\n{root}"),
        )
        .fault("checkpoint.origin", 69),
        edited("A number with a leading zero in a checkpoint", "\n69\n", "\n069\n").fault("checkpoint.unreadable", 72),
        edited("A root with unused bits", root, &format!("{start}{next}=")).fault("checkpoint.unreadable", 72),
        edited("A line added to the signed text", &format!("\n{root}\n"), &format!("\n{root}\nsigned in Worcester\n"))
            .fault("checkpoint.signature", 72)
            .signature(),
        edited("A hyphen in place of the dash before a signature", "\u{2014} example.org", "- example.org")
            .fault("checkpoint.unreadable", 72),
    ]
}

/// Signatures of other keys, and signed statements that can't both be true.
fn signatures(bases: &Bases) -> Vec<Manipulation> {
    let new = bases.of(Base::New);
    let other = bases.signed_by_another(&new.lines, 69).to_string();
    let older = bases.notes(&new.lines, &[55]);
    let renamed = new.outside.replacen("\u{2014} example.org/ibbi ", "\u{2014} example.org/same ", 1);
    let forged = new.lines.clone().set(24, "data.member.name", "Ben Castellano").forged();
    let fork = |size| format!("{}{}\n", new.notes, bases.signed(&forged, size));
    let moved = {
        let (text, _) = new.outside.split_once("\n\n").unwrap();
        let (_, signature) = older.split_once("\n\n").unwrap();
        format!("{text}\n\n{signature}")
    };
    let more = new.lines.clone().insert(73, new.lines.0[71].clone());
    let unknown = {
        let (text, signatures) = new.outside.split_once("\n\n").unwrap();
        let line = other.lines().last().unwrap();
        format!("{text}\n\n{line}\n{signatures}")
    };
    vec![
        notes("A signature with one letter changed", Power::Edit, broken_signature(&new.outside))
            .fault("checkpoint.signature", 72)
            .signature(),
        notes("A checkpoint that another key signed", Power::Edit, other)
            .fault("checkpoint.unknown-signer", 72)
            .signature(),
        notes("A signature under another name", Power::Edit, renamed)
            .fault("checkpoint.unknown-signer", 72)
            .signature(),
        notes("The signature of another checkpoint", Power::Edit, moved).fault("checkpoint.signature", 72).signature(),
        notes("A signature of an unknown key added", Power::Edit, unknown)
            .hidden("the office's signature is still there"),
        notes("A second root for the same lines", Power::Key, fork(69)).fault("checkpoint.root", 69),
        notes("A second root for the lines of the older checkpoint", Power::Key, fork(55)).fault("checkpoint.root", 55),
        notes("A checkpoint over a line that the ledger doesn't have", Power::Key, bases.notes(&more, &[73]))
            .fault("checkpoint.truncated", 72),
        notes("A checkpoint of another ledger of the office", Power::Key, bases.of(Base::Old).outside.clone())
            .fault("checkpoint.origin", 30),
    ]
}

fn files(bases: &Bases) -> Vec<Manipulation> {
    let new = bases.of(Base::New);
    let cut = &new.notes[..new.notes.len() - 30];
    let (older, newest) = new.notes.split_at(new.notes.len() - new.outside.len() - 1);
    const SAME: &str = "the checkpoints are the same";
    vec![
        notes("An empty file of checkpoints", Power::Edit, "").fault("checkpoint.missing", 72).signature(),
        notes("The newest checkpoint removed", Power::Edit, older)
            .hidden("the report says how many lines the checkpoint covers"),
        notes("The checkpoints in another order", Power::Edit, format!("{newest}{older}")).hidden(SAME),
        notes("A checkpoint repeated", Power::Edit, format!("{}{newest}", new.notes)).hidden(SAME),
        notes("The last checkpoint cut", Power::Edit, cut).fault("checkpoint.unreadable", 72),
        notes("Text between two checkpoints", Power::Edit, format!("{older}not a checkpoint\n\n{newest}"))
            .fault("checkpoint.unreadable", 72),
        notes("Carriage returns in the file of checkpoints", Power::Edit, new.notes.replace('\n', "\r\n"))
            .fault("checkpoint.unreadable", 72),
        notes("Bytes that are not text in place of the checkpoints", Power::Edit, [0, 159, 146, 150, 255].repeat(50))
            .fault("checkpoint.unreadable", 72),
        notes("Empty lines between the checkpoints", Power::Edit, format!("{older}\n\n\n{newest}")).hidden(SAME),
    ]
}

fn cosignatures(bases: &Bases) -> Vec<Manipulation> {
    let new = bases.of(Base::New);
    let old = bases.of(Base::Old);
    let (text, signatures) = new.outside.split_once("\n\n").unwrap();
    let lines: Vec<&str> = signatures.lines().collect();
    assert_eq!(lines.len(), 3, "the office and two witnesses");
    let note = |lines: &[&str]| format!("{text}\n\n{}\n", lines.join("\n"));
    let changed = |line: &str, at: usize| {
        let place = line.rfind(' ').unwrap() + at;
        let letter = if &line[place..=place] == "A" { "B" } else { "A" };
        format!("{}{letter}{}", &line[..place], &line[place + 1..])
    };
    let (broken, dated) = (changed(lines[2], 60), changed(lines[2], 15));
    let renamed = lines[1].replacen("witness-1", "witness-2", 1);
    let office = lines[0].replacen("example.org/ibbi", "witness-2", 1);
    let elsewhere = old.outside.lines().last().unwrap();
    let older = bases.notes(&new.lines, &[55]);
    let moved = format!("{}\n{}\n{}\n\n{}", older.trim_end(), lines[1], lines[2], note(&lines[..1]));
    let unknown = lines[2].replacen("witness-2", "witness-9", 1);
    let quorum = |name, text: String| cosigned(name, Power::Edit, text).fault("checkpoint.quorum", 72);
    let same = fs::read_to_string(bases.place.path("witnesses.txt")).unwrap();
    assert_eq!(same.lines().count(), 3, "a quorum of two of three witnesses");
    vec![
        quorum("A cosignature removed", note(&lines[..2])),
        quorum("All cosignatures removed", note(&lines[..1])),
        quorum("A cosignature with one letter changed", note(&[lines[0], lines[1], &broken])),
        quorum("Another time in a cosignature", note(&[lines[0], lines[1], &dated])),
        quorum("A cosignature twice", note(&[lines[0], lines[1], lines[1]])),
        quorum("A cosignature under the name of another witness", note(&[lines[0], lines[1], &renamed])),
        quorum("The office's signature under the name of a witness", note(&[lines[0], lines[1], &office])),
        quorum("A cosignature of another ledger's checkpoint", note(&[lines[0], lines[1], elsewhere])),
        quorum("A cosignature of an unknown witness", note(&[lines[0], lines[1], &unknown])),
        quorum("The cosignatures under an older checkpoint", moved),
        cosigned("The office's signature removed", Power::Edit, note(&lines[1..])).fault("checkpoint.quorum", 72),
        cosigned("The cosignatures in another order", Power::Edit, note(&[lines[2], lines[1], lines[0]]))
            .hidden("the order of signatures says nothing"),
    ]
}

fn confidential() -> Vec<Manipulation> {
    let whole = evidence::texts();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let edited = |name, line, from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        texts(name, line, whole.replacen(from, to, 1))
    };
    const OTHERS: &str = "the texts of the records are there";
    vec![
        edited("A confidential text changed", 52, "Who keeps the minutes", "Who burns the minutes")
            .finding("texts.altered", 52),
        edited("A salt changed", 53, "0191000000007000800000650000001e", "0191000000007000800000650000001f")
            .finding("texts.altered", 53),
        edited("The digest of a text changed", 67, "f1acd120", "f1acd121").finding("texts.missing", 67),
        texts("A text removed", 53, [lines[0], lines[2]].concat()).finding("texts.missing", 53),
        texts("All texts removed", 52, "").finding("texts.missing", 52),
        texts("The last text cut", 67, &whole[..whole.len() - 20]).finding("texts.missing", 67),
        texts("A text repeated", 52, format!("{whole}{}", lines[0])).hidden(OTHERS),
        texts("A text of no record added", 52, format!("{}{}", whole, lines[0].replace("3f19e219", "3f19e218")))
            .hidden(OTHERS),
    ]
}
