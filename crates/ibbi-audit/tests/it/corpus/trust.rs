//! Checkpoints, signatures, and extracts.

use super::{Sample, full_day};
use crate::support::Lines;
use ibbi_audit::AuditOptions;
use ibbi_log::{Digest, LineSubject};
use ibbi_seal::{
    CaseHeads, Checkpoint, Checkpoints, PrivateKey, SignedCheckpoint, VerifyOptions, extract, sign_checkpoint, verify,
};
use serde_json::Value;

/// Returns a temporary key.
fn key(name: &str) -> PrivateKey {
    let folder = tempfile::tempdir().expect("a folder");
    PrivateKey::generate(name, &folder.path().join("key")).expect("a key")
}

/// Returns a checkpoint over the first lines of a ledger.
fn signed(ledger: &Lines, size: usize, origin: &str, key: &PrivateKey) -> SignedCheckpoint {
    let part = Lines(ledger.0[..size].to_vec()).bytes();
    let root = verify(&part[..], &VerifyOptions { root: true, ..VerifyOptions::default() })
        .expect("read")
        .root
        .expect("a root");
    let size = u64::try_from(size).expect("small");
    Checkpoint { origin: origin.to_owned(), size, root }.sign(key).expect("signed")
}

/// Returns a ledger that changes to format 2 at its end, with a line that states the last lines of its cases.
fn with_heads(ledger: &Lines) -> Lines {
    let mut heads = CaseHeads::default();
    for line in &ledger.0 {
        if let Some(LineSubject::Case { case, rev, .. }) = LineSubject::read(line.as_bytes()) {
            heads.set(case, rev, Digest::sha256(line.as_bytes()));
        }
    }
    let state = heads.state();
    let chart = ledger.json(1)["data"]["chart"].clone();
    let changed = with_line(ledger, "format_changed", serde_json::json!({ "chart": chart, "format": 2 }));
    with_line(&changed, "heads", serde_json::json!({ "cases": state.cases, "root": state.root.to_string() }))
}

/// Returns a ledger with one more line, which is about no case.
pub(crate) fn with_line(ledger: &Lines, kind: &str, data: Value) -> Lines {
    let number = ledger.0.len();
    let last = &ledger.json(number)["logged"];
    let line = serde_json::json!({
        "actor": "ours.example.org", "at": last, "logged": last, "seq": number + 1, "type": kind, "data": data, "v": 2,
        "id": "0192f000-0000-7000-8000-00000000feed",
        "prev": Digest::sha256(ledger.0[number - 1].as_bytes()).to_string(),
    });
    ledger.clone().insert(number + 1, line.to_string())
}

const ORIGIN: &str = "example.org/ibbi/golden";

fn held(name: &'static str, ledger: &Lines, list: Vec<SignedCheckpoint>, keys: &[&PrivateKey]) -> Sample {
    let keys = keys.iter().map(|key| key.public()).collect();
    let options = AuditOptions { checkpoints: Checkpoints { list, torn: 0 }, keys, ..AuditOptions::default() };
    Sample { name, bytes: ledger.bytes(), options }
}

pub(crate) fn samples() -> Vec<Sample> {
    let (ours, theirs) = (key("ours.example.org"), key("theirs.example.org"));
    let all = full_day();
    let checkpoints = || vec![signed(&all, 20, ORIGIN, &ours), signed(&all, 33, ORIGIN, &ours)];
    let changed = all.clone().replace(9, "Ben Castellan", "Ben Castella1").chained();
    let mut wrong = signed(&all, 33, ORIGIN, &ours).to_string();
    wrong = wrong.replacen("\n33\n", "\n32\n", 1);
    let mut torn = held("checkpoints-with-an-unfinished-end", &all, checkpoints(), &[&ours]);
    torn.options.checkpoints.torn = 17;
    let mut samples = vec![
        held("checkpoints-that-hold", &all, checkpoints(), &[&ours]),
        held("checkpoints-without-a-key", &all, checkpoints(), &[]),
        held("cut-below-a-checkpoint", &all.clone().remove(33), checkpoints(), &[&ours]),
        held("changed-below-checkpoints", &changed, checkpoints(), &[&ours]),
        held(
            "changed-after-the-last-checkpoint",
            &all.clone().replace(33, "yun", "okafor"),
            vec![signed(&all, 20, ORIGIN, &ours)],
            &[&ours],
        ),
        held(
            "last-line-changed-below-a-checkpoint",
            &all.clone().replace(33, "yun", "okafor"),
            checkpoints(),
            &[&ours],
        ),
        held("checkpoint-of-another-ledger", &all, vec![signed(&all, 33, "example.org/other", &ours)], &[&ours]),
        held("checkpoint-of-another-signer", &all, vec![signed(&all, 33, ORIGIN, &theirs)], &[&ours]),
        held("checkpoint-with-a-wrong-signature", &all, vec![wrong.parse().expect("a note")], &[&ours]),
        held("key-without-a-checkpoint", &all, Vec::new(), &[&ours]),
        torn,
        held("last-lines-as-they-are", &with_heads(&all), checkpoints(), &[&ours]),
        held(
            "changed-below-the-last-lines",
            &with_heads(&all).replace(9, "Ben Castellan", "Ben Castella1").chained(),
            Vec::new(),
            &[],
        ),
        held(
            "last-lines-of-more-cases",
            &with_heads(&all).replace(35, "\"cases\":1", "\"cases\":2").chained(),
            Vec::new(),
            &[],
        ),
    ];
    samples.extend(extracts(&ours, &theirs));
    samples.extend(complete_extracts(&ours));
    samples
}

/// Returns a ledger that states the last line of each case, one that states another, and an extract that is complete.
fn complete_extracts(key: &PrivateKey) -> Vec<Sample> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("heads.ledger");
    let before = super::current_v2("everyone-at-the-table");
    std::fs::write(&path, before.bytes()).expect("written");
    let mut ledger = ibbi_seal::open(&path).expect("a ledger");
    let signed =
        sign_checkpoint(&mut ledger, key, "2026-04-01T12:00:00.000Z".parse().expect("an instant")).expect("signed");
    let bytes = std::fs::read(&path).expect("read");
    let (all, case) = (Lines::of(&bytes), before.json(2)["case"].as_str().expect("a case").parse().expect("a UUID"));
    let mut made = Vec::new();
    extract(&bytes[..], &signed, case, &mut made).expect("an extract");
    let options = || AuditOptions { keys: vec![key.public()], ..AuditOptions::default() };
    let other = all.clone().replace(46, "\"cases\":1", "\"cases\":2").chained();
    vec![
        held("last-lines-stated", &all, vec![signed], &[key]),
        held("last-lines-stated-wrongly", &other, Vec::new(), &[]),
        Sample { name: "extract-that-is-complete", bytes: made, options: options() },
    ]
}

fn extracts(ours: &PrivateKey, theirs: &PrivateKey) -> Vec<Sample> {
    let all = super::current("corrections-and-three-cases");
    let size = all.0.len();
    let case = all.json(2)["case"].as_str().expect("a case").parse().expect("a UUID");
    let mut good = Vec::new();
    extract(&all.bytes()[..], &signed(&all, size, ORIGIN, ours), case, &mut good).expect("an extract");
    let text = String::from_utf8(good.clone()).expect("UTF-8");
    let with = |name, text: &str, key: Option<&PrivateKey>| {
        let keys = key.map(PrivateKey::public).into_iter().collect();
        Sample { name, bytes: text.as_bytes().to_vec(), options: AuditOptions { keys, ..AuditOptions::default() } }
    };
    let stated = with_heads(&all);
    let mut complete = Vec::new();
    extract(&stated.bytes()[..], &signed(&stated, size + 2, ORIGIN, ours), case, &mut complete).expect("an extract");
    let complete = String::from_utf8(complete).expect("UTF-8");
    let lines: Vec<&str> = complete.split_inclusive('\n').collect();
    let without = |gone: core::ops::Range<usize>| [&lines[..gone.start], &lines[gone.end..]].concat().concat();
    let end = lines.len();
    vec![
        with("extract-with-the-last-lines", &complete, Some(ours)),
        with("extract-without-its-last-record", &without(end - 5..end - 3), Some(ours)),
        with("extract-without-its-end", &without(end - 5..end), Some(ours)),
        with("extract-without-its-path", &without(end - 1..end), Some(ours)),
        with("extract", &text, Some(ours)),
        with("extract-without-a-key", &text, None),
        with("extract-of-another-signer", &text, Some(theirs)),
        with("extract-with-a-name-changed", &text.replacen("Rosa Amari", "Rosa Amar1", 1), Some(ours)),
        with(
            "extract-with-a-line-missing",
            &text.lines().take(10).map(|line| line.to_owned() + "\n").collect::<String>(),
            Some(ours),
        ),
        with("extract-cut-within-a-line", &text[..text.len() - 10], Some(ours)),
    ]
}
