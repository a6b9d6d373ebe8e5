//! A thousand generated legal ledgers of both formats: no tool reports anything that isn't so.

use super::run;
use super::settings::in_parallel;
use crate::support::Place;
use ibbi_audit::{Audit, AuditOptions, AuditReport, LedgerSource};
use ibbi_seal::{
    Checkpoint, Checkpoints, MerkleTree, PrivateKey, PublicKey, SignedCheckpoint, VerifyOptions, extract,
    verify_extract, verify_with_checkpoints,
};
use ibbi_testing::audit_output::AuditOutput;
use ibbi_testing::legal_ledger::{LedgerForm, LegalLedger, legal_ledger};
use ibbi_testing::lines::Lines;
use ibbi_testing::python_verifier;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What an audit of a legal ledger can report, and why that is legitimate.
const LEGITIMATE: &[&str] = &[
    // Information: a record came after later ones, or the rules advise against an event that they allow.
    "event.advisory",
    // Information: the extract has every record up to the last line that its checkpoint covers.
    "extract.complete",
];

/// The same for an extract of format 1, which doesn't show that it is complete: a warning, and the only one.
const OF_FORMAT_1: &str = "extract.part-only";

struct Made {
    seed: u64,
    form: LedgerForm,
    ledger: LegalLedger,
    notes: Vec<SignedCheckpoint>,
    extract: Vec<u8>,
}

fn make(seed: u64, key: &PrivateKey) -> Made {
    let form = match seed % 5 {
        0 | 1 => LedgerForm::One,
        2 | 3 => LedgerForm::Two,
        _ => LedgerForm::Grown,
    };
    let ledger = legal_ledger(seed, form);
    let lines = Lines::of(&ledger.bytes);
    let mut tree = MerkleTree::new();
    let mut notes = Vec::new();
    for (line, size) in lines.0.iter().zip(1..) {
        tree.push(&ibbi_log::Digest::sha256(line.as_bytes()));
        if ledger.sizes.contains(&size) {
            let checkpoint = Checkpoint { origin: format!("example.org/legal/{seed}"), size, root: tree.root() };
            notes.push(checkpoint.sign(key).unwrap());
        }
    }
    let mut made = Vec::new();
    let newest = notes.last().expect("a checkpoint");
    // A case that was not opened before the checkpoint has no extract.
    if extract(&ledger.bytes[..], newest, ledger.case, &mut made).is_err() {
        made.clear();
    }
    Made { seed, form, ledger, notes, extract: made }
}

fn audited(bytes: &[u8], checkpoints: Checkpoints, keys: Vec<PublicKey>) -> AuditReport {
    let options = AuditOptions { checkpoints, keys, advisories: true, ..AuditOptions::default() };
    Audit::new(options).run(LedgerSource::bytes(bytes), &mut AuditOutput::default()).expect("memory can be read")
}

/// Returns what is reported about a legal ledger and shouldn't be.
fn alarms(made: &Made, key: &PublicKey) -> Vec<String> {
    let mut alarms = Vec::new();
    let Made { seed, form, ledger, notes, extract } = made;
    let mut alarm = |what: &str, found: String| alarms.push(format!("seed {seed}, {form:?}, {what}: {found}"));
    let held = || Checkpoints { list: notes.clone(), torn: 0 };
    let keys = vec![key.clone()];
    let check = VerifyOptions { keys: &keys, ..VerifyOptions::default() };
    let found = verify_with_checkpoints(&ledger.bytes[..], &check, &held()).expect("memory can be read");
    if !found.is_sound() || !found.clock.is_empty() || found.last_good() != notes.last() {
        alarm("verify", format!("{} {:?}", found.damage, found.clock));
    }
    let mut report_of = |what: &str, report: &AuditReport, also: Option<&str>| {
        let wrong = report.findings.iter().map(|row| row.code.code());
        let wrong: Vec<_> = wrong.filter(|code| !LEGITIMATE.contains(code) && Some(*code) != also).collect();
        let warnings = u64::from(also.is_some());
        if !wrong.is_empty() || !report.sound || report.errors > 0 || report.warnings != warnings {
            alarm(what, format!("{wrong:?} {:?}", report.findings.iter().map(|row| &row.first).collect::<Vec<_>>()));
        }
    };
    report_of("audit", &audited(&ledger.bytes, held(), keys.clone()), None);
    report_of("audit without checkpoints", &audited(&ledger.bytes, Checkpoints::default(), Vec::new()), None);
    if extract.is_empty() {
        return alarms;
    }
    let is_complete = extract.windows(8).any(|part| part == b"\"path\":[");
    report_of(
        "audit of an extract",
        &audited(extract, Checkpoints::default(), keys.clone()),
        (!is_complete).then_some(OF_FORMAT_1),
    );
    match verify_extract(&extract[..], &keys) {
        Ok(shown) if shown.complete_up_to.is_some() == is_complete => {}
        other => alarm("verify of an extract", format!("{other:?}")),
    }
    alarms
}

#[test]
fn thousand_legal_ledgers_raise_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let seeds: Vec<u64> = (0..1000).collect();
    let all = in_parallel(&seeds, |seed| make(*seed, &key));
    let alarms = in_parallel(&all, |made| alarms(made, &key.public())).concat();
    assert!(alarms.is_empty(), "{} alarms:\n{}", alarms.len(), alarms[..alarms.len().min(10)].join("\n"));
    check_variety(&all);
    if run::has_python() {
        let text = |made: &Made| made.notes.iter().map(|note| format!("{note}\n")).collect::<String>().into_bytes();
        let notes: Vec<Vec<u8>> = all.iter().map(text).collect();
        let ledgers = all.iter().zip(&notes).map(|(made, notes)| (&made.ledger.bytes[..], &notes[..]));
        let extracts = all.iter().filter(|made| !made.extract.is_empty()).map(|made| (&made.extract[..], &b""[..]));
        let verdicts = python_verifier::verdicts(ledgers.chain(extracts));
        let wrong = verdicts.iter().enumerate().filter_map(|(place, fault)| Some((place, fault.as_ref()?)));
        let wrong: Vec<_> = wrong.take(5).collect();
        assert!(wrong.is_empty(), "the script, by seed, then by extract: {wrong:?}");
        println!("the script: {} ledgers and extracts are sound", verdicts.len());
    }
}

/// Checks that the ledgers have everything that a ledger can have.
fn check_variety(all: &[Made]) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for made in all {
        made.ledger.counts.iter().for_each(|(what, count)| *counts.entry(what).or_default() += count);
        *counts
            .entry(match made.form {
                LedgerForm::One => "format 1",
                LedgerForm::Two => "format 2",
                LedgerForm::Grown => "both formats",
            })
            .or_default() += 1;
        *counts.entry("checkpoints").or_default() += made.notes.len() as u64;
        *counts.entry("extracts").or_default() += u64::from(!made.extract.is_empty());
        *counts.entry("lines").or_default() += Lines::of(&made.ledger.bytes).0.len() as u64;
    }
    println!("{counts:?}");
    for (what, least) in [
        ("format 1", 400),
        ("format 2", 400),
        ("both formats", 200),
        ("act", 500),
        ("replaces", 100),
        ("late", 500),
        ("void", 100),
        ("identity", 500),
        ("day", 500),
        ("heads", 500),
        ("format_changed", 200),
        ("extracts", 700),
    ] {
        assert!(counts.get(what).is_some_and(|count| *count >= least), "{what}: {:?} of {least}", counts.get(what));
    }
}

/// The program itself, with witnesses, on some of them.
#[test]
fn program_reports_nothing_about_legal_ledgers() {
    let place = Place::new();
    let write = |file: &str, bytes: &[u8]| fs::write(place.path(file), bytes).unwrap();
    write("office.pub", place.done(&["keygen", "example.org/ibbi", "office.key"]).as_bytes());
    let witnesses = ["witness-1", "witness-2"];
    let keys = witnesses.map(|name| place.done(&["keygen", name, name, "--witness"]));
    write("witnesses.txt", keys.concat().as_bytes());
    let key = PrivateKey::load(&place.path("office.key")).unwrap();
    // The generated times can be after today's date, which is a remark about the clock and no fault.
    let is_alarm = |code: &String| {
        !LEGITIMATE.contains(&code.as_str())
            && !["clock.future", "texts.no-file", "texts.missing"].contains(&code.as_str())
    };
    for seed in 2000..2030_u64 {
        let made = make(seed, &key);
        let file = format!("{seed}.ledger");
        let notes: String = made.notes.iter().map(|note| format!("{note}\n")).collect();
        write(&file, &made.ledger.bytes);
        let mut cosigned = made.notes.last().unwrap().to_string();
        for witness in witnesses {
            write("new.note", cosigned.as_bytes());
            cosigned = place.done(&["cosign", "new.note", "--witness", witness, "--key", "office.pub"]);
        }
        write(&format!("{file}.checkpoints"), format!("{notes}{cosigned}").as_bytes());
        let quorum = ["--key", "office.pub", "--witnesses", "witnesses.txt", "--quorum", "2"];
        let mut found = vec![run::verify(&place, &file, &quorum), run::audit(&place, &file, &["--key", "office.pub"])];
        if !made.extract.is_empty() {
            write("extract", &made.extract);
            write("cosigned.note", cosigned.as_bytes());
            found.push(run::verify(&place, "extract", &[&quorum[..], &["--since", "cosigned.note"]].concat()));
            found.push(run::audit(&place, "extract", &["--key", "office.pub"]));
        }
        for reported in found {
            let codes: BTreeSet<_> = reported.found.iter().map(|(code, _)| code.clone()).collect();
            let alarms: Vec<_> = codes.iter().filter(|code| is_alarm(code) && *code != OF_FORMAT_1).collect();
            assert!(reported.code == 0 && reported.sound && alarms.is_empty(), "seed {seed}: {alarms:?} {reported:?}");
        }
    }
}
