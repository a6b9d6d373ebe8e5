//! Audits of a ledger with late records, records of closed cases, and checkpoints. It is measured on its own, because such
//! records cost more than those in order, and the process miners read each case in order from the export.

use super::{Answer, Failed, Nothing, Options, PM4PY, Place, rust4pm, timed};
use crate::growth::peak;
use crate::peers::child::Child;
use crate::peers::{Comparison, Contender, Missing, Table, python, seconds};
use ibbi_audit::{Audit, AuditReport, LedgerSource};
use ibbi_bench::late::{LateCounts, LateLedger, audit_options};
use ibbi_export::xes::XesWriter;
use ibbi_export::{Corrections, Voided};
use ibbi_log::{LedgerReader, Record, Uuid};
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Cases that are in progress at the same time.
const TOGETHER: u64 = 200;
/// The cases of the ledger, for a million lines asked for: together they have some 1.35 million.
const CASES: u64 = 37_200;
/// The cases of the page.
const PAGE_CASES: u64 = 200;
/// The program as it is released, beside this workspace.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/ibbi");
/// The open cases of two ledgers. The difference of their memory shows the memory of a case.
const OPEN: [u64; 2] = [2_000, 12_000];

/// The ledger with its export, and its contents.
struct LatePlace {
    place: Place,
    counts: LateCounts,
}

/// A turn that returns its time and its processor time.
type ProcessedTurn<'a> = Box<dyn FnMut() -> Result<(Duration, Duration), Failed> + 'a>;

/// Measures audits of a ledger with late records.
pub(in crate::peers) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let late = &LatePlace::new(&options.folder.join("audit-late"), options.lines * CASES / 1_000_000)?;
    let threads = std::thread::available_parallelism()?.get();
    let busy = &RefCell::new(Vec::new());
    let mut contenders = Vec::new();
    let mut turns: Vec<(&'static str, ProcessedTurn<'_>)> = vec![
        ("ibbi-audit, one core", Box::new(|| processed(|| late.audited(1)))),
        ("ibbi-audit, two cores", Box::new(|| processed(|| late.audited(threads.min(2))))),
        (
            "process_mining (Rust4PM): XES read, variants, times",
            Box::new(|| processed(|| rust4pm::statistics(&late.place))),
        ),
    ];
    let mut missing = Vec::new();
    let started = Child::start(Command::new(python()).arg(PM4PY));
    match started.and_then(|mut child| child.ask(&"import").map(|_| child)) {
        Ok(mut child) => {
            let request = format!("statistics\t{}", late.place.xes.display());
            let turn = move || late.place.asked_with(&mut child, &request);
            turns.push(("pm4py: XES read, variants, times", Box::new(turn)));
        }
        Err(_) => missing.push(Missing("pm4py (Python or its package is missing)")),
    }
    for (name, turn) in turns {
        contenders.push(contender(busy, name, turn));
    }
    let mut remarks = vec!["nothing", "nothing"];
    remarks
        .resize(contenders.len(), "chain, checkpoints, rules, late records, spelling, waiting; needs an export first");
    let names: Vec<_> = contenders.iter().map(|contender| contender.name).collect();
    let LateCounts { lines, records, late: late_records, into_closed, checkpoints, .. } = late.counts;
    let share = |count: u64| format!("{:.1}%", count as f64 / records as f64 * 100.0);
    let title = format!(
        "Auditing a ledger of {lines} lines with {} cases, {} of the records late and {} of closed cases, {checkpoints} checkpoints",
        late.place.answer.cases,
        share(late_records),
        share(into_closed)
    );
    let comparison = Comparison { title, unit: "lines", units: lines, contenders };
    let table = comparison.measure(options.rounds.div_ceil(3))?.remarked("leaves out", &remarks).lacking(missing);
    let table = table.noting(processor_times(&names, &busy.borrow(), lines));
    Ok(vec![table.noting(memory(options, &late.place.ledger)?), page(options)?])
}

/// Measures a page on cases, by the program as it is released.
fn page(options: &Options) -> Result<Table, Failed> {
    let ledger = &options.folder.join("audit-page.ledger");
    let counts = written(ledger, PAGE_CASES, PAGE_CASES, false)?;
    let program = &std::env::var("IBBI_PROGRAM").unwrap_or_else(|_| PROGRAM.to_owned());
    let html = &ledger.with_extension("html");
    let key = &ledger.with_extension("pub");
    std::fs::write(key, format!("{}\n", audit_options(ledger, 1)?.keys[0]))?;
    let run = |arguments: &[&OsStr]| -> Result<(), Failed> {
        let output = Command::new(program).arg("audit").arg(ledger).arg("--key").arg(key).args(arguments).output()?;
        let done = output.status.success();
        if done { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned().into()) }
    };
    let title = format!("A page on {PAGE_CASES} cases, by the program, from a ledger of {} lines", counts.lines);
    let mut table = Comparison { title, unit: "runs", units: 1, contenders: Vec::new() };
    if !Path::new(program).exists() {
        return Ok(table.measure(1)?.lacking([Missing("the page (build the program: cargo build --release)")]));
    }
    let twice = || run(&[]).and_then(|()| run(&[]));
    let to_page = || {
        let _ = std::fs::remove_file(html);
        run(&["--html".as_ref(), html.as_os_str()])
    };
    table.contenders = vec![
        Contender { name: "ibbi audit, twice", turn: Box::new(move |_| timed_work(twice)) },
        Contender { name: "ibbi audit --html FILE", turn: Box::new(move |_| timed_work(to_page)) },
    ];
    table.measure(options.rounds * 3)
}

fn timed_work(work: impl FnOnce() -> Result<(), Failed>) -> Result<Duration, Failed> {
    let (time, result) = timed(work);
    result.map(|()| time)
}

/// Returns a contender that also keeps its processor time.
fn contender<'a>(
    busy: &'a RefCell<Vec<Vec<Duration>>>,
    name: &'static str,
    mut turn: ProcessedTurn<'a>,
) -> Contender<'a> {
    let index = busy.borrow().len();
    busy.borrow_mut().push(Vec::new());
    let turn = move |round| {
        let (time, processor) = turn()?;
        if round > 0 {
            busy.borrow_mut()[index].push(processor);
        }
        Ok(time)
    };
    Contender { name, turn: Box::new(turn) }
}

impl LatePlace {
    fn new(path: &Path, cases: u64) -> Result<Self, Failed> {
        let [ledger, xes, net] = ["ledger", "xes", "pnml"].map(|extension| path.with_extension(extension));
        let counts = written(&ledger, cases, TOGETHER, false)?;
        export(&ledger, &xes)?;
        let answer = answer(&audit(&ledger, 1)?.1, &counts)?;
        Ok(Self { place: Place { ledger, xes, net, answer, lines: counts.lines }, counts })
    }

    fn audited(&self, threads: usize) -> Result<Duration, Failed> {
        let (time, report) = audit(&self.place.ledger, threads)?;
        self.place.same(&answer(&report, &self.counts)?).map(|()| time)
    }
}

impl Place {
    /// Returns the time and the processor time that a child reports for a request.
    fn asked_with(&self, child: &mut Child, request: &str) -> Result<(Duration, Duration), Failed> {
        let answer = child.ask(&request)?;
        let busy = answer["busy"].as_f64().ok_or("an answer has no processor time")?;
        Ok((self.checked(&answer, false)?, Duration::try_from_secs_f64(busy)?))
    }
}

fn written(ledger: &Path, cases: u64, together: u64, open: bool) -> Result<LateCounts, Failed> {
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
    for extension in ["ledger", "ledger.checkpoints", "ledger.texts", "ledger.lock"] {
        let _ = std::fs::remove_file(ledger.with_extension(extension));
    }
    LateLedger { cases, together, open }.write(ledger, &simulator)
}

/// Writes the cases with their events in the order in which they happened.
fn export(ledger: &Path, xes: &Path) -> Result<(), Failed> {
    let corrections = Corrections::read(LedgerReader::open(ledger)?)?;
    let mut reader = LedgerReader::open(ledger)?;
    let opening = reader.opening().cloned().ok_or("the ledger has no opening")?;
    let mut out = BufWriter::new(File::create(xes)?);
    let mut writer = XesWriter::new(&opening, &corrections, Voided::LeftOut, &mut out);
    let (mut indexes, mut cases) = (HashMap::<Uuid, usize>::new(), Vec::<Vec<Record>>::new());
    for record in &mut reader {
        let record = record?;
        let index = *indexes.entry(record.case).or_insert(cases.len());
        if index == cases.len() {
            cases.push(Vec::new());
        }
        cases[index].push(record);
    }
    for mut records in cases {
        records.sort_by_key(|record| (record.at, record.seq));
        writer.case(records[0].case, &records)?;
    }
    writer.finish()?;
    Ok(out.flush()?)
}

fn audit(ledger: &Path, threads: usize) -> Result<(Duration, AuditReport), Failed> {
    let options = audit_options(ledger, threads)?;
    let source = LedgerSource::open(ledger)?;
    let (time, report) = timed(|| Audit::new(options).run(source, &mut Nothing));
    Ok((time, report?))
}

fn answer(report: &AuditReport, counts: &LateCounts) -> Result<Answer, Failed> {
    let legal = report.sound && report.events.fitness == Some(1.0) && report.cases.open == 0;
    if !legal || (report.ledger.lines, report.events.total) != (counts.lines, counts.records) {
        return Err(format!("the ledger is not one of legal and closed cases: {:?}", report.findings).into());
    }
    let mut variants: Vec<u64> = report.variants.first.iter().map(|variant| variant.cases).collect();
    variants.sort_unstable_by(|one, other| other.cmp(one));
    let minutes = report.outcomes.iter().map(|outcome| outcome.time.sum).sum();
    Ok(Answer { cases: report.cases.total, events: report.events.total - counts.not_in_effect, variants, minutes })
}

/// Returns the time of some work, and the processor time that this process took for it.
fn processed(work: impl FnOnce() -> Result<Duration, Failed>) -> Result<(Duration, Duration), Failed> {
    let before = processor_time();
    let time = work()?;
    Ok((time, processor_time().saturating_sub(before)))
}

/// Returns the processor time of this process, all its threads together, in steps of 10 ms. Zero if the system doesn't tell.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in parentheses, the user time is the 12th field, and the system time the 13th, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Returns a sentence about the processor time of each contender. It depends less on other load than the time does.
fn processor_times(names: &[&str], busy: &[Vec<Duration>], lines: u64) -> String {
    let each: Vec<f64> = busy
        .iter()
        .map(|times| {
            let mut times = times.clone();
            times.sort();
            times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) / lines as f64
        })
        .collect();
    let text = |(name, time): (&&str, &f64)| format!("{name}: {} ({:.2})", seconds(*time), time / each[0]);
    let texts: Vec<_> = names.iter().zip(&each).map(text).collect();
    format!(
        "Processor time for each line (and against the first), which depends less on other load: {}.",
        texts.join("; ")
    )
}

/// Returns a sentence about the memory of an audit and of an open case.
fn memory(options: &Options, ledger: &Path) -> Result<String, Failed> {
    let megabytes = |kilobytes: u64| kilobytes as f64 * 1024.0 / 1e6;
    let [one, two] = [peak_of(ledger, 1)?, peak_of(ledger, 2)?].map(megabytes);
    let mut open = Vec::new();
    for cases in OPEN {
        let path = options.folder.join("audit-open.ledger");
        written(&path, cases, cases, true)?;
        open.push(peak_of(&path, 1)?);
    }
    let each = open[1].saturating_sub(open[0]) * 1024 / (OPEN[1] - OPEN[0]);
    Ok(format!(
        "Most memory of an audit: {one:.1} MB on one core, {two:.1} MB on two. An open case takes {each} bytes."
    ))
}

/// Returns the most memory in KiB of an audit in its own process.
fn peak_of(ledger: &Path, threads: usize) -> Result<u64, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.arg("late-point").arg(ledger).arg(threads.to_string()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().parse().map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?)
}

/// Audits once, in this process, and prints the peak in KiB.
pub(crate) fn point(arguments: &[&str]) -> Result<(), Failed> {
    let [ledger, threads] = arguments else { return Err("usage: ibbi-bench late-point LEDGER THREADS".into()) };
    let (_, report) = audit(&PathBuf::from(ledger), threads.parse()?)?;
    if !report.sound {
        return Err("the ledger is not sound".into());
    }
    println!("{}", peak());
    Ok(())
}
