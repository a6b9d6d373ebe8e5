//! Looking at all cases of a ledger: how many there are, which ways they went, how long they took, and whether all of it
//! was allowed.

pub(crate) mod late;
mod rust4pm;

use super::child::Child;
use super::{Comparison, Contender, Failed, Missing, Options, Table, python, timed};
use ibbi_app::schedule::{Keep, keep};
use ibbi_audit::{Audit, AuditReport, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use ibbi_export::pnml::Ending;
use ibbi_export::{Corrections, Voided, pnml, xes};
use ibbi_log::LedgerReader;
use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const STDLIB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/audit_stdlib.py");
const PM4PY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/audit_pm4py.py");
/// Peers that need longer get one line of so many.
const SHARE: u64 = 10;

/// About how many records a case of the sample scenario has.
const LINES_A_CASE: u64 = 35;

/// What everybody must find.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    cases: u64,
    events: u64,
    /// How many cases went each way, the most frequent first.
    variants: Vec<u64>,
    /// From the first event to the last, in whole minutes, all cases together.
    minutes: u64,
}

/// A ledger as `ibbi simulate --keep` writes it, with its exports and what is in it.
struct Place {
    ledger: PathBuf,
    xes: PathBuf,
    net: PathBuf,
    answer: Answer,
    lines: u64,
}

/// Measures the audit of whole ledgers.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let large = &Place::new(&options.folder.join("audit"), options.lines / SHARE)?;
    let small = &Place::new(&options.folder.join("audit-small"), options.lines / SHARE / SHARE)?;
    let threads = std::thread::available_parallelism()?.get();
    let mut rows = Rows::default();
    let ours = |threads| Box::new(move |_| audited(large, threads)) as Turn<'_>;
    rows.add("ibbi-audit, one core", large, "nothing", ours(1));
    rows.add("ibbi-audit, every core", large, "nothing", ours(threads));
    rows.script(Script {
        name: "Python's standard library",
        file: STDLIB,
        request: large.ledger.display().to_string(),
        place: large,
        leaves_out: "rules, spelling, voids, time in each stage, waiting",
        replays: false,
        missing: Missing("a script of Python's standard library (there is no Python)"),
    });
    rows.add(
        "process_mining (Rust4PM): XES read, variants, times",
        large,
        "chain, rules, spelling, time in each stage, waiting; needs an export first",
        Box::new(move |_| rust4pm::statistics(large)),
    );
    rows.add(
        "process_mining (Rust4PM): the same and alignments on the process's net, every core",
        small,
        "chain, most rules (the net knows the order of events alone), spelling; needs an export first",
        Box::new(move |_| rust4pm::conformance(small)),
    );
    let pm4py = Script {
        name: "pm4py: XES read, variants, times",
        file: PM4PY,
        request: format!("statistics\t{}", small.xes.display()),
        place: small,
        leaves_out: "chain, rules, spelling, time in each stage, waiting; needs an export first",
        replays: false,
        missing: Missing("pm4py (Python or its package is missing)"),
    };
    rows.script(pm4py.clone());
    rows.script(Script {
        name: "pm4py: the same and token replay on the process's net",
        request: format!("conformance\t{}\t{}", small.xes.display(), small.net.display()),
        leaves_out: "chain, most rules (the net knows the order of events alone), spelling; needs an export first",
        replays: true,
        ..pm4py
    });
    let title = format!(
        "Auditing a ledger of {} lines with {} cases that went {} ways",
        large.lines,
        large.answer.cases,
        large.answer.variants.len()
    );
    Ok(vec![rows.measure(title, options)?])
}

type Turn<'a> = Box<dyn FnMut(usize) -> Result<Duration, Failed> + 'a>;

/// A contender in Python.
#[derive(Clone)]
struct Script<'a> {
    name: &'static str,
    file: &'static str,
    request: String,
    place: &'a Place,
    leaves_out: &'static str,
    /// Whether it says that every case fits the net.
    replays: bool,
    missing: Missing,
}

/// The contenders with the lines that each gets, and who is missing.
#[derive(Default)]
struct Rows<'a> {
    contenders: Vec<Contender<'a>>,
    units: Vec<u64>,
    leaves_out: Vec<&'static str>,
    missing: Vec<Missing>,
}

impl<'a> Rows<'a> {
    fn add(&mut self, name: &'static str, place: &Place, leaves_out: &'static str, turn: Turn<'a>) {
        self.contenders.push(Contender { name, turn });
        self.units.push(place.lines);
        self.leaves_out.push(leaves_out);
    }

    /// A contender in another process, if it answers a first request.
    fn script(&mut self, script: Script<'a>) {
        let Script { name, file, request, place, leaves_out, replays, missing } = script;
        let child = Child::start(Command::new(python()).arg(file));
        match child.and_then(|mut child| child.ask(&request).map(|_| child)) {
            Ok(mut child) => {
                let turn = move |_| place.asked(&mut child, &request, replays);
                self.add(name, place, leaves_out, Box::new(turn));
            }
            Err(_) => self.missing.push(missing),
        }
    }

    fn measure(self, title: String, options: &Options) -> Result<Table, Failed> {
        let Self { contenders, units, leaves_out, mut missing } = self;
        missing.dedup_by_key(|Missing(who)| *who);
        let comparison = Comparison { title, unit: "lines", units: units[0], contenders };
        let table = comparison.measure_units(options.rounds.div_ceil(3), &units)?;
        Ok(table.remarked("leaves out", &leaves_out).lacking(missing))
    }
}

impl Place {
    fn new(path: &Path, lines: u64) -> Result<Self, Failed> {
        let (ledger, xes, net) =
            (path.with_extension("ledger"), path.with_extension("xes"), path.with_extension("pnml"));
        let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
        let settings = Settings { runs: lines.div_ceil(LINES_A_CASE), seed: 1, threads: 1 };
        let kept = keep(&simulator, Keep { file: &ledger, settings, interleaved: false }, |_| {})?;
        let lines = kept.records + 1;
        let corrections = Corrections::read(LedgerReader::open(&ledger)?)?;
        let mut reader = LedgerReader::open(&ledger)?;
        let opening = reader.opening().cloned().ok_or("the ledger has no opening")?;
        let mut out = BufWriter::new(File::create(&xes)?);
        xes::write(&opening, reader, &corrections, Voided::LeftOut, &mut out)?;
        out.flush()?;
        pnml::write(Ending::Closed, &mut File::create(&net)?)?;
        let answer = answer(&audit(&ledger, 1)?.1)?;
        Ok(Self { ledger, xes, net, answer, lines })
    }

    fn same(&self, found: &Answer) -> Result<(), Failed> {
        if *found == self.answer { Ok(()) } else { Err(format!("found {found:?}, but ibbi {:?}", self.answer).into()) }
    }

    /// Returns the time that a child reports for a request, after checking that its answer is the same.
    fn asked(&self, child: &mut Child, request: &str, replays: bool) -> Result<Duration, Failed> {
        let answer = child.ask(&request)?;
        self.checked(&answer, replays)
    }

    /// Returns the time in a child's answer, after checking that the rest of it is the same.
    fn checked(&self, answer: &serde_json::Value, replays: bool) -> Result<Duration, Failed> {
        let number = |key: &str| answer[key].as_u64().ok_or("a number is missing in an answer");
        let variants = answer["variants"].as_array().ok_or("an answer has no variants")?;
        let variants = variants.iter().map(|count| count.as_u64().unwrap_or(0)).collect();
        let (cases, events, minutes) = (number("cases")?, number("events")?, number("minutes")?);
        self.same(&Answer { cases, events, variants, minutes })?;
        if replays && answer["fits"].as_bool() != Some(true) {
            return Err("pm4py finds cases that do not fit the net".into());
        }
        Ok(Duration::try_from_secs_f64(answer["seconds"].as_f64().ok_or("an answer has no time")?)?)
    }
}

/// Takes findings and cases and keeps none.
struct Nothing;

impl FindingSink for Nothing {
    fn finding(&mut self, _: Finding) {}
    fn case(&mut self, _: AuditedCaseSummary) {}
}

fn audit(ledger: &Path, threads: usize) -> Result<(Duration, AuditReport), Failed> {
    let audit =
        Audit::new(ibbi_audit::AuditOptions { threads, variants: usize::MAX, ..ibbi_audit::AuditOptions::default() });
    let source = LedgerSource::open(ledger)?;
    let (time, report) = timed(|| audit.run(source, &mut Nothing));
    Ok((time, report?))
}

fn audited(place: &Place, threads: usize) -> Result<Duration, Failed> {
    let (time, report) = audit(&place.ledger, threads)?;
    place.same(&answer(&report)?).map(|()| time)
}

/// What an audit says, as far as others can say it too.
fn answer(report: &AuditReport) -> Result<Answer, Failed> {
    let legal = report.sound && report.events.fitness == Some(1.0);
    if !legal || report.cases.open > 0 || report.ledger.lines != report.events.total + 1 {
        return Err(format!("the ledger is not one of legal and closed cases: {:?}", report.findings).into());
    }
    let mut variants: Vec<u64> = report.variants.first.iter().map(|variant| variant.cases).collect();
    variants.sort_unstable_by(|one, other| other.cmp(one));
    let minutes = report.outcomes.iter().map(|outcome| outcome.time.sum).sum();
    Ok(Answer { cases: report.cases.total, events: report.events.total, variants, minutes })
}
