//! Measures how cost grows: time and memory of one job at sizes ten times apart, each point in its own process.

mod plot;

use crate::peers::{Failed, seconds};
use crate::request::Request;
use ibbi_audit::{Audit, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use ibbi_bench::simulated::write_simulated;
use ibbi_seal::{VerifyOptions, verify};
use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use plot::{Panel, Series};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// How often a point is measured; the median counts.
const TIMES: usize = 3;

/// A job whose cost may grow.
#[derive(Debug, Clone, Copy)]
struct Job {
    name: &'static str,
    unit: &'static str,
    about: &'static str,
    /// Powers of ten, the smallest and the largest size.
    sizes: (u32, u32),
    /// Runs it on a ledger, or for so many units.
    run: fn(&Path, u64) -> Result<u64, Failed>,
}

const JOBS: [Job; 3] = [
    Job {
        name: "verify",
        unit: "lines",
        about: "everything: spelling, events, numbers, chain, Merkle root",
        sizes: (4, 7),
        run: |ledger, _| {
            let report = verify(File::open(ledger)?, &VerifyOptions { root: true, ..VerifyOptions::default() })?;
            if report.is_sound() { Ok(report.head.lines) } else { Err("the ledger is not sound".into()) }
        },
    },
    Job {
        name: "audit",
        unit: "lines",
        about: "the chain, the rules, every case's course and times",
        sizes: (4, 7),
        run: |ledger, _| {
            let report = Audit::default().run(LedgerSource::open(ledger)?, &mut Nothing)?;
            if report.sound { Ok(report.ledger.lines) } else { Err("the ledger is not sound".into()) }
        },
    },
    Job {
        name: "simulate",
        unit: "runs",
        about: "the sample scenario with all results, one thread",
        sizes: (3, 6),
        run: |_, runs| {
            let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
            Ok(simulator.simulate(Settings { runs, seed: 1, threads: 1 })?.runs)
        },
    },
];

struct Nothing;

impl FindingSink for Nothing {
    fn finding(&mut self, _: Finding) {}
    fn case(&mut self, _: AuditedCaseSummary) {}
}

/// What one process found.
#[derive(Debug, Clone, Copy)]
struct Point {
    units: u64,
    seconds: f64,
    /// The most memory that the process ever had, in KiB; 0 if the system does not report it.
    peak: u64,
}

/// Measures every job at every size; the table, and the plot where it was asked for.
pub(crate) fn run(request: &Request) -> Result<String, Failed> {
    let place = tempfile::tempdir_in(&request.folder)?;
    let mut found: Vec<(Job, Vec<Point>)> = JOBS.map(|job| (job, Vec::new())).into();
    for power in 3..=request.most {
        let ledger = place.path().join("ledger");
        let reaches = |job: &Job| (job.sizes.0..=job.sizes.1).contains(&power);
        if found.iter().any(|(job, _)| job.unit == "lines" && reaches(job)) {
            write_simulated(&ledger, 10_u64.pow(power))?;
        }
        for (job, points) in found.iter_mut().filter(|(job, _)| reaches(job)) {
            points.push(measured(job, &ledger, 10_u64.pow(power))?);
        }
        // The next one is ten times larger: the disk need not hold both.
        if ledger.exists() {
            std::fs::remove_file(&ledger)?;
        }
    }
    if let Some(path) = &request.plot {
        std::fs::write(path, plot::svg(&panels(&found)))?;
    }
    Ok(table(&found))
}

/// The median of some processes, by time; the least peak, since a process never needs less.
fn measured(job: &Job, ledger: &Path, units: u64) -> Result<Point, Failed> {
    let mut points = (0..TIMES).map(|_| child(job, ledger, units)).collect::<Result<Vec<_>, _>>()?;
    points.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let peak = points.iter().map(|point| point.peak).min().unwrap_or(0);
    Ok(Point { peak, ..points[TIMES / 2] })
}

fn child(job: &Job, ledger: &Path, units: u64) -> Result<Point, Failed> {
    let output =
        Command::new(std::env::current_exe()?).args(["point", job.name, &units.to_string()]).arg(ledger).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace();
    let mut next = || words.next().ok_or_else(|| format!("{}: {}", job.name, String::from_utf8_lossy(&output.stderr)));
    Ok(Point { units: next()?.parse()?, seconds: next()?.parse()?, peak: next()?.parse()? })
}

/// One point, in this process: prints units, seconds and the peak in KiB.
pub(crate) fn point(arguments: &[&str]) -> Result<(), Failed> {
    let [name, units, ledger] = arguments else { return Err("usage: ibbi-bench point JOB UNITS LEDGER".into()) };
    let job = JOBS.iter().find(|job| job.name == *name).ok_or("there is no such job")?;
    let begun = Instant::now();
    let units = (job.run)(Path::new(ledger), units.parse()?)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{units} {seconds} {}", peak());
    Ok(())
}

/// Returns the most memory that this process ever had, in KiB; 0 if the system does not report it.
pub(crate) fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn table(found: &[(Job, Vec<Point>)]) -> String {
    let mut text = "| job | size | time | time each | most memory |\n|---|---|---|---|---|\n".to_owned();
    for (job, points) in found {
        for Point { units, seconds: time, peak } in points {
            let (each, whole) = (seconds(time / *units as f64), seconds(*time));
            let megabytes = *peak as f64 / 1024.0;
            let unit = job.unit;
            let _ = writeln!(text, "| {} | {units} {unit} | {whole} | {each} | {megabytes:.1} MiB |", job.name);
        }
    }
    let about = JOBS.map(|job| format!("{}: {}", job.name, job.about));
    format!("{text}\n{}.\n", about.join("; "))
}

fn panels(found: &[(Job, Vec<Point>)]) -> [Panel; 2] {
    let series = |value: fn(&Point) -> f64| {
        let one = |(job, points): &(Job, Vec<Point>)| Series {
            name: format!("{} ({})", job.name, job.unit),
            points: points.iter().map(|point| (point.units as f64, value(point))).collect(),
        };
        found.iter().map(one).collect::<Vec<_>>()
    };
    [
        Panel { title: "Time, in seconds", series: series(|point| point.seconds) },
        Panel { title: "Most memory, in MiB", series: series(|point| point.peak as f64 / 1024.0) },
    ]
}
