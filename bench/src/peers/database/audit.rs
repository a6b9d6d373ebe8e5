//! An audit of a ledger in the database, beside one of its file.

use super::super::{Comparison, Contender, Failed, Options, Table, timed};
use super::Server;
use ibbi_app::schedule::{Keep, keep};
use ibbi_audit::{Audit, AuditOptions, AuditReport, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use ibbi_postgres::{PostgresStore, Sidecars, import};
use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// About how many records a case of the sample scenario has.
const LINES_A_CASE: u64 = 35;

struct Nothing;

impl FindingSink for Nothing {
    fn finding(&mut self, _: Finding) {}
    fn case(&mut self, _: AuditedCaseSummary) {}
}

/// Returns the time of an audit, and its report.
fn audited(
    source: impl FnOnce() -> Result<LedgerSource<'static>, Failed>,
    threads: usize,
) -> Result<(Duration, AuditReport), Failed> {
    let audit = Audit::new(AuditOptions { threads, variants: usize::MAX, ..AuditOptions::default() });
    let (time, report) = timed(|| -> Result<AuditReport, Failed> { Ok(audit.run(source()?, &mut Nothing)?) });
    Ok((time, report?))
}

pub(super) fn table(options: &Options, server: &Server) -> Result<Table, Failed> {
    let path = options.folder.join("audited.ledger");
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
    let settings = Settings { runs: options.lines.div_ceil(LINES_A_CASE), seed: 1, threads: 1 };
    let kept = keep(&simulator, Keep { file: &path, settings, interleaved: false }, |_| {})?;
    let lines = kept.records + 1;
    let address = server.address("audited")?;
    import(&address, File::open(&path)?, &Sidecars::default())?;
    // What an import leaves to the server's own upkeep isn't part of an audit.
    for command in ["VACUUM ANALYZE ibbi_line", "CHECKPOINT"] {
        server.connect()?.batch_execute(command)?;
    }
    let store = PostgresStore::open(&address, &ibbi_postgres::Options { read_only: true, ..Default::default() })?;
    let threads = std::thread::available_parallelism()?.get();

    let expected = audited(|| from_file(&path), threads)?.1;
    let same = |(time, report): (Duration, AuditReport)| -> Result<Duration, Failed> {
        let answers =
            |report: &AuditReport| (report.sound, report.events.total, report.cases.total, report.ledger.lines);
        if answers(&report) == answers(&expected) && report.sound {
            Ok(time)
        } else {
            Err(format!("the audit of the database found {:?}", answers(&report)).into())
        }
    };
    let contenders = vec![
        Contender {
            name: "from the file, every core",
            turn: Box::new(|_| same(audited(|| from_file(&path), threads)?)),
        },
        Contender {
            name: "from the database, every core",
            turn: Box::new(|_| same(audited(|| from_store(&store), threads)?)),
        },
        Contender { name: "from the file, one core", turn: Box::new(|_| same(audited(|| from_file(&path), 1)?)) },
        Contender { name: "from the database, one core", turn: Box::new(|_| same(audited(|| from_store(&store), 1)?)) },
    ];
    let title = format!("Auditing a ledger of {lines} lines in a file and in PostgreSQL");
    let table = Comparison { title, unit: "lines", units: lines, contenders }.measure(options.rounds.div_ceil(3))?;
    Ok(table.noting(
        "All audits find the same number of lines, events, and cases, and that the ledger is sound.".to_owned(),
    ))
}

fn from_file(path: &Path) -> Result<LedgerSource<'static>, Failed> {
    Ok(LedgerSource::open(path)?)
}

fn from_store(store: &PostgresStore) -> Result<LedgerSource<'static>, Failed> {
    Ok(LedgerSource::stream(store.read_lines(0, None)?))
}
