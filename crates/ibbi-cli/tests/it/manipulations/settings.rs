//! The four settings in which each manipulation is checked, and what must be reported in each of them.

use super::evidence::{Bases, Evidence};
use super::run::{self, Reported};
use super::table::{Made, Manipulation, Power, Reasons};
use ibbi_log::Uuid;
use ibbi_testing::lines::Lines;
use ibbi_testing::python_verifier;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// What the auditor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    /// The ledger, and the office's own checkpoints if the office signed again.
    Alone,
    /// Also a checkpoint that someone outside kept, and the office's public key.
    Checkpoint,
    /// An extract of the case under that checkpoint, in place of the ledger. If the office signed again, under its new one.
    Extract,
    /// The office's file of checkpoints, of which two of three witnesses must have cosigned one.
    Witnesses,
}

/// What must be reported in a setting.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expectation {
    /// The first fault of the record.
    pub(crate) fault: Option<(&'static str, u64)>,
    /// What the checkpoint shows.
    pub(crate) checkpoint: Option<(&'static str, u64)>,
    /// What only the audit finds.
    pub(crate) findings: Reasons,
    /// Why nothing is reported.
    pub(crate) hidden: &'static str,
}

/// A file to check, with what must be reported about it.
struct Job {
    row: usize,
    setting: Setting,
    expected: Expectation,
    file: String,
    args: Vec<&'static str>,
    notes: Option<String>,
    /// The input of the script, unless only a signature shows it.
    script: Option<(Vec<u8>, Vec<u8>)>,
}

const KEY: [&str; 2] = ["--key", "office.pub"];
const QUORUM: [&str; 6] = ["--key", "office.pub", "--witnesses", "witnesses.txt", "--quorum", "2"];

/// Returns what must be reported about a manipulation in each setting in which it can be checked.
pub(crate) fn expectations(bases: &Bases, row: &Manipulation) -> Vec<(Setting, Expectation)> {
    let evidence = bases.of(row.base);
    let plain =
        Expectation { fault: row.fault, findings: row.findings.clone(), hidden: row.hidden, ..Expectation::default() };
    let only = |setting| vec![(setting, plain.clone())];
    let bytes = match &row.made {
        Made::Ledger(bytes) => bytes,
        Made::Extract(_) => return only(Setting::Extract),
        Made::Notes(_) => return only(Setting::Checkpoint),
        Made::Cosigned(_) => return only(Setting::Witnesses),
        Made::Texts(_) => return only(Setting::Alone),
    };
    let covered = |shown| Expectation { checkpoint: Some(shown), hidden: "", ..plain.clone() };
    let (with_checkpoint, with_witnesses) = match (row.is_covered(bases), row.power) {
        (false, _) => (plain.clone(), plain.clone()),
        (true, Power::Key) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            (covered(by_checkpoint(evidence, bytes)), covered(("checkpoint.quorum", lines)))
        }
        (true, _) => (covered(by_checkpoint(evidence, bytes)), covered(by_checkpoint(evidence, bytes))),
    };
    let mut all = vec![(Setting::Alone, plain), (Setting::Checkpoint, with_checkpoint)];
    all.extend(by_extract(bases, row).map(|expected| (Setting::Extract, expected)));
    all.push((Setting::Witnesses, with_witnesses));
    all
}

/// Returns what a checkpoint shows about lines that are not those that it covers: its fault, and the line of it.
fn by_checkpoint(evidence: &Evidence, bytes: &[u8]) -> (&'static str, u64) {
    let whole = bytes.iter().filter(|byte| **byte == b'\n').count();
    let first: Value = serde_json::from_slice(bytes.split(|byte| *byte == b'\n').next().unwrap()).unwrap_or_default();
    let origin = first["data"]["origin"].as_str();
    let covered = evidence.covered as u64;
    if origin.is_some_and(|origin| evidence.lines.json(1)["data"]["origin"] != origin) {
        ("checkpoint.origin", covered.min(whole as u64))
    } else if whole < evidence.covered {
        ("checkpoint.truncated", whole as u64)
    } else {
        ("checkpoint.root", covered)
    }
}

const UNCHANGED: &str = "the records of the case are as they were";
const OWN: &str = "the extract is under the office's new checkpoint; witnesses or an earlier checkpoint show it";

/// Returns what an extract of the case shows.
fn by_extract(bases: &Bases, row: &Manipulation) -> Option<Expectation> {
    if row.power == Power::Key {
        let has_extract = row.fault.is_none() && own_extract(bases, row).is_some();
        return has_extract.then(|| Expectation { hidden: OWN, ..Expectation::default() });
    }
    let evidence = bases.of(row.base);
    let forged = forged_extract(evidence, row)?;
    if forged == evidence.extract.as_bytes() {
        return Some(Expectation { hidden: UNCHANGED, ..Expectation::default() });
    }
    Some(Expectation {
        fault: Some(("extract.unproved", changed_line(evidence, row, &forged))),
        ..Expectation::default()
    })
}

/// Returns the line of a forged extract that must be reported.
fn changed_line(evidence: &Evidence, row: &Manipulation, forged: &[u8]) -> u64 {
    let is_end = |byte: &u8| *byte == b'\n';
    let pairs = forged.split(is_end).zip(evidence.extract.as_bytes().split(is_end));
    let first = 1 + pairs.take_while(|(one, other)| one == other).count();
    let count = forged.iter().filter(|byte| is_end(byte)).count();
    let end = if evidence.extract.contains("\"path\":") { 3 } else { 0 };
    let Made::Ledger(bytes) = &row.made else { unreachable!("an extract is made of a ledger") };
    let in_ledger = bytes.split(is_end).nth(row.line - 1).unwrap_or_default();
    let in_extract = forged.split(is_end).nth(first - 1).unwrap_or_default();
    // Records are missing, which the path shows; a line that can't be read shows by itself; and any other one by its proof.
    let is_unreadable = row.fault.is_some_and(|(code, _)| code.starts_with("line.") || code == "ledger.empty");
    let line = match first {
        4 if count == 3 + end => 5,
        first if first > count - end => count,
        first => first + usize::from(!is_unreadable || in_ledger != in_extract),
    };
    line as u64
}

/// Returns the extract that someone without the office's key makes: the records as they are now, with the genuine proofs and end.
fn forged_extract(evidence: &Evidence, row: &Manipulation) -> Option<Vec<u8>> {
    let Made::Ledger(bytes) = &row.made else { return None };
    let genuine: Vec<&[u8]> = evidence.extract.as_bytes().split_inclusive(|byte| *byte == b'\n').collect();
    let end = if evidence.extract.contains("\"path\":") { 3 } else { 0 };
    let needle = format!("\"case\":\"{}\"", evidence.case);
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let is_of_case = |line: &&[u8]| line.windows(needle.len()).any(|part| part == needle.as_bytes());
    let records: Vec<&[u8]> = lines.filter(is_of_case).collect();
    let known = (genuine.len() - 3 - end) / 2;
    // Records after the checkpoint are not in the extract.
    let uncovered = evidence.lines.0[evidence.covered..].iter().filter(|line| line.contains(&needle)).count();
    let shown = records.len().saturating_sub(uncovered);
    let mut made = [genuine[0], first, b"\n", genuine[2]].concat();
    for (index, record) in records.iter().take(shown).enumerate() {
        made.extend_from_slice(record);
        made.push(b'\n');
        // A line that is in the ledger keeps its proof; another one takes the proof of its place.
        let same =
            genuine[3..genuine.len() - end].iter().step_by(2).position(|line| line[..line.len() - 1] == **record);
        made.extend_from_slice(genuine[4 + 2 * same.unwrap_or(index.min(known - 1))]);
    }
    for line in &genuine[genuine.len() - end..] {
        made.extend_from_slice(line);
    }
    Some(made)
}

/// Returns the extract that the office makes of the ledger that it wrote and signed again.
fn own_extract(bases: &Bases, row: &Manipulation) -> Option<Vec<u8>> {
    let Made::Ledger(bytes) = &row.made else { return None };
    let lines = Lines::of(bytes);
    let case: Uuid = bases.of(row.base).case.parse().unwrap();
    let size = *own_sizes(&lines).iter().rev().find(|size| lines.0[**size - 1].contains("\"type\":\"heads\""))?;
    let mut made = Vec::new();
    ibbi_seal::extract(&bytes[..], &bases.signed(&lines, size), case, &mut made).ok()?;
    Some(made)
}

/// Returns where the office signs its lines again: at the states of all cases, and at the end.
fn own_sizes(lines: &Lines) -> Vec<usize> {
    let states = lines.0.iter().zip(1..).filter(|(line, _)| line.contains("\"type\":\"heads\"")).map(|(_, line)| line);
    let mut sizes: Vec<usize> = states.collect();
    if sizes.last() != Some(&lines.0.len()) {
        sizes.push(lines.0.len());
    }
    sizes
}

/// Writes the files of a manipulation, and returns what to run on them.
fn jobs(bases: &Bases, index: usize, row: &Manipulation) -> Vec<Job> {
    let evidence = bases.of(row.base);
    let own = match &row.made {
        Made::Ledger(bytes) if row.power == Power::Key => {
            let lines = Lines::of(bytes);
            bases.notes(&lines, &own_sizes(&lines))
        }
        _ => String::new(),
    };
    let outside = format!("{}.note", row.base.code());
    let whole = evidence.lines.bytes();
    let mut jobs = Vec::new();
    for (setting, expected) in expectations(bases, row) {
        let file = format!("{index}-{setting:?}.ledger");
        let write = |suffix: &str, bytes: &[u8]| {
            fs::write(bases.place.path(&format!("{file}{suffix}")), bytes).unwrap();
        };
        let mut job =
            Job { row: index, setting, expected, file: file.clone(), args: Vec::new(), notes: None, script: None };
        match (&row.made, setting) {
            (Made::Ledger(bytes), Setting::Alone) => {
                write("", bytes);
                if row.power == Power::Key {
                    write(".checkpoints", own.as_bytes());
                    job.args.extend(KEY);
                }
                job.script = Some((bytes.clone(), own.clone().into_bytes()));
            }
            (Made::Ledger(bytes), Setting::Checkpoint) => {
                write("", bytes);
                job.args.extend(KEY);
                job.notes = Some(outside.clone());
                job.script = Some((bytes.clone(), evidence.outside.clone().into_bytes()));
            }
            (Made::Ledger(bytes), Setting::Witnesses) => {
                write("", bytes);
                let is_signed_again = row.power == Power::Key && row.is_covered(bases);
                write(".checkpoints", if is_signed_again { own.as_bytes() } else { evidence.notes.as_bytes() });
                job.args.extend(QUORUM);
            }
            (Made::Ledger(_), Setting::Extract) => {
                let made = match row.power {
                    Power::Key => own_extract(bases, row),
                    _ => forged_extract(evidence, row),
                };
                let made = made.expect("an extract");
                write("", &made);
                job.args.extend(KEY);
                job.script = Some((made, Vec::new()));
            }
            (Made::Extract(bytes), _) => {
                write("", bytes);
                job.args.extend(KEY);
                job.script = Some((bytes.clone(), Vec::new()));
            }
            (Made::Notes(notes), _) => {
                write("", &whole);
                write(".notes", notes);
                job.args.extend(KEY);
                job.notes = Some(format!("{file}.notes"));
                job.script = Some((whole.clone(), notes.clone()));
            }
            (Made::Cosigned(notes), _) => {
                write("", &whole);
                write(".checkpoints", notes);
                job.args.extend(QUORUM);
            }
            (Made::Texts(texts), _) => {
                write("", &whole);
                write(".texts", texts);
                job.script = Some((whole.clone(), Vec::new()));
            }
        }
        jobs.push(job);
    }
    jobs
}

/// What the tools reported about a job.
struct Results {
    verified: Reported,
    /// What a verification of the chain alone reports about a ledger.
    chained: Option<Reported>,
    audited: Reported,
}

fn run_one(bases: &Bases, job: &Job) -> Results {
    let mut args = job.args.clone();
    if let Some(notes) = &job.notes {
        args.extend(["--checkpoint", notes.as_str()]);
    }
    let verified = run::verify(&bases.place, &job.file, &args);
    let chain_only = [&args[..], &["--chain-only"]].concat();
    let is_ledger = job.setting != Setting::Extract;
    let chained = is_ledger.then(|| run::verify(&bases.place, &job.file, &chain_only));
    let audited = run::audit(&bases.place, &job.file, &args);
    Results { verified, chained, audited }
}

/// Runs a function for each of many, on a few threads.
pub(crate) fn in_parallel<T: Sync, R: Send>(all: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(one) = all.get(index) else { break done };
            done.push((index, run(one)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread")).collect::<Vec<_>>()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Runs the tools on all manipulations. Returns what they don't report as the table says.
pub(crate) fn check(bases: &Bases, rows: &[Manipulation]) -> Vec<String> {
    let jobs: Vec<Job> = rows.iter().enumerate().flat_map(|(index, row)| jobs(bases, index, row)).collect();
    let known = known_findings(bases);
    let results = in_parallel(&jobs, |job| run_one(bases, job));
    let has_python = super::run::has_python();
    let scripted: Vec<usize> = (0..jobs.len()).filter(|index| has_python && jobs[*index].script.is_some()).collect();
    let inputs = scripted.iter().filter_map(|index| jobs[*index].script.as_ref());
    let verdicts = match has_python {
        true => python_verifier::verdicts(inputs.map(|(file, notes)| (file.as_slice(), notes.as_slice()))),
        false => Vec::new(),
    };
    assert_eq!(verdicts.len(), scripted.len(), "a verdict for each file");
    let mut wrong = Vec::new();
    for (job, found) in jobs.iter().zip(&results) {
        let row = &rows[job.row];
        let mut add = |text: String| {
            let shown = |reported: &Reported| {
                let new =
                    reported.found.iter().filter(|(code, _)| !known.contains(code) && !code.starts_with("texts."));
                new.take(12).map(|(code, line)| format!("{code} {line}")).collect::<Vec<_>>().join(", ")
            };
            let audited = shown(&found.audited);
            let verified = &found.verified;
            let reported = format!(
                "verify {} {:?} {} forks: {}; audit: {audited}",
                verified.code,
                verified.changed,
                verified.forks,
                shown(verified)
            );
            let (name, power) = (&row.name, row.power);
            wrong.push(format!("{name} ({power:?}, {:?}, {}): {text}\n    {reported}", job.setting, job.file));
        };
        compare(bases, row, job, found, &known, &mut add);
    }
    for (index, verdict) in scripted.into_iter().zip(verdicts) {
        let (job, row) = (&jobs[index], &rows[jobs[index].row]);
        if let Some(text) = script_is_wrong(row, job, verdict.as_deref()) {
            wrong.push(format!("{} ({:?}, {:?}): {text}", row.name, row.power, job.setting));
        }
    }
    println!("{} manipulations in {} settings", rows.len(), jobs.len());
    wrong
}

/// Returns the codes that an audit reports about the evidence as it was.
fn known_findings(bases: &Bases) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for base in super::evidence::Base::ALL {
        let audited = run::audit(&bases.place, &format!("{}.ledger", base.code()), &[]);
        assert!(audited.sound && audited.code == 0, "{base:?}: {audited:?}");
        known.extend(audited.found.into_iter().map(|(code, _)| code));
    }
    known.extend(["extract.complete", "extract.part-only"].map(str::to_owned));
    known
}

fn compare(
    bases: &Bases,
    row: &Manipulation,
    job: &Job,
    results: &Results,
    known: &BTreeSet<String>,
    add: &mut impl FnMut(String),
) {
    let Expectation { fault, checkpoint, ref findings, hidden } = job.expected;
    let Results { verified, chained, audited } = results;
    let is_sound = fault.is_none() && checkpoint.is_none();
    if verified.sound != is_sound || verified.code != if is_sound { 0 } else { 4 } {
        add(format!("verify must say {is_sound}"));
    }
    if let Some((code, line)) = fault {
        // A line can have several faults.
        let is_first = verified.found.first().is_some_and(|found| found.1 == line) && verified.has(code, line);
        let is_of_notes = code.starts_with("checkpoint.") && verified.has(code, line);
        if !is_first && !is_of_notes {
            add(format!("verify must first report {code} at {line}"));
        }
    }
    if let Some((code, line)) = checkpoint {
        // A verification lists the first hundred faults, and the fault of each checkpoint by itself.
        if !verified.has(code, line) && !verified.has_failed(code) {
            add(format!("verify must report {code} at {line}"));
        }
        let is_bounded = !matches!(code, "checkpoint.origin" | "checkpoint.quorum");
        let line = row.line as u64;
        if is_bounded && !verified.changed.is_some_and(|(first, last)| first <= line && line <= last) {
            add(format!("verify must say that the change is in a range with line {line}"));
        }
    }
    if matches!(row.made, Made::Notes(_)) && row.name.starts_with("A second root") && verified.forks == 0 {
        add("verify must call it a fork".to_owned());
    }
    if matches!(row.made, Made::Texts(_)) {
        for (code, line) in findings.iter().filter(|(code, line)| !verified.has(code, *line)) {
            add(format!("verify must report {code} at {line}"));
        }
    }
    if row.power == Power::Key && job.setting == Setting::Extract {
        check_own_extract(bases, row, job, add);
    }
    for (code, line) in fault.into_iter().chain(checkpoint).filter(|(code, _)| run::is_of_chain(code)) {
        if chained.as_ref().is_some_and(|chained| !chained.has(code, line) && !chained.has_failed(code)) {
            add(format!("verify --chain-only must report {code} at {line}"));
        }
    }
    if audited.sound != is_sound {
        add(format!("the audit must say {is_sound}"));
    }
    if audited.code != if is_sound && audited.errors == 0 { 0 } else { 4 } {
        add("the audit has another exit code than its findings".to_owned());
    }
    for (code, line) in fault.into_iter().chain(checkpoint) {
        if !run::audit_codes(code).iter().any(|code| audited.has(code, line)) {
            add(format!("the audit must report {code} at {line}"));
        }
    }
    for (code, line) in findings.iter().filter(|(code, line)| !audited.has(code, *line)) {
        add(format!("the audit must find {code} at {line}"));
    }
    let nothing = is_sound && findings.is_empty() && (job.setting != Setting::Extract || row.findings.is_empty());
    if nothing && hidden.is_empty() {
        add("the table must say why nothing is reported".to_owned());
    }
    if nothing {
        let new: Vec<_> = audited.found.iter().filter(|(code, _)| !known.contains(code)).collect();
        if audited.errors > 0 || !new.is_empty() {
            add(format!("it is not hidden: {new:?}"));
        }
    }
}

/// The extract of a past that was signed again fits by itself. Witnesses and an earlier checkpoint show it.
fn check_own_extract(bases: &Bases, row: &Manipulation, job: &Job, add: &mut impl FnMut(String)) {
    let witnessed = run::verify(&bases.place, &job.file, &QUORUM);
    if witnessed.code != 4 || !witnessed.has_code("checkpoint.quorum") {
        add(format!("an extract without cosignatures: {witnessed:?}"));
    }
    let outside = format!("{}.note", row.base.code());
    let since = run::verify(&bases.place, &job.file, &[&KEY[..], &["--since", &outside]].concat());
    let text = fs::read_to_string(bases.place.path(&job.file)).unwrap();
    let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let evidence = bases.of(row.base);
    let note = head["checkpoint"].as_str().unwrap().lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    let kept = evidence.outside.lines().take(2).collect::<Vec<_>>();
    let is_fork = note == kept && !evidence.outside.starts_with(&note_text(head["checkpoint"].as_str().unwrap()));
    if is_fork && (since.code != 4 || since.forks == 0) {
        add(format!("two checkpoints over the same lines are a fork: {since:?}"));
    }
    if !is_fork && since.sound && note != kept {
        add(format!("an extract under another checkpoint doesn't continue the earlier one by itself: {since:?}"));
    }
}

fn note_text(note: &str) -> String {
    note.lines().take(3).map(|line| format!("{line}\n")).collect()
}

/// Returns what is wrong with the verdict of the script.
fn script_is_wrong(row: &Manipulation, job: &Job, verdict: Option<&str>) -> Option<String> {
    let Expectation { fault, checkpoint, .. } = job.expected;
    let is_sound = (fault.is_none() && checkpoint.is_none()) || row.signature;
    if is_sound != verdict.is_none() {
        return Some(format!("the script must say {is_sound}: {verdict:?}"));
    }
    let is_of_the_lines = |code: &str| !code.starts_with("checkpoint.");
    let (code, line) = fault.filter(|_| !row.signature)?;
    let is_extract = job.setting == Setting::Extract;
    let expected = if is_extract && matches!(row.made, Made::Ledger(_)) { line } else { row.script.unwrap_or(line) };
    let found = run::line_of(verdict?);
    let differs = is_of_the_lines(code) && expected > 0 && found != expected;
    differs.then(|| format!("the script must report line {expected}: {verdict:?}"))
}
