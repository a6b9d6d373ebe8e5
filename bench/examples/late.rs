//! `late CASES TOGETHER OPEN LEDGER` writes a ledger with late records; `late audit LEDGER THREADS ROUNDS` times its audit.

use ibbi_bench::late::LateLedger;
use ibbi_sim::{EXAMPLE, Scenario, Simulator};

/// Keeps no finding: only the report is shown.
struct Nothing;

impl ibbi_audit::FindingSink for Nothing {
    fn finding(&mut self, _: ibbi_audit::Finding) {}
    fn case(&mut self, _: ibbi_audit::AuditedCaseSummary) {}
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "audit" {
        let path = std::path::Path::new(&a[2]);
        for _ in 0..a[4].parse().unwrap() {
            let options = ibbi_bench::late::audit_options(path, a[3].parse().unwrap()).unwrap();
            let begun = std::time::Instant::now();
            let report = ibbi_audit::Audit::new(options)
                .run(ibbi_audit::LedgerSource::open(path).unwrap(), &mut Nothing)
                .unwrap();
            let took = begun.elapsed();
            println!(
                "{} lines, {:?} wall, {} ns/line, {:.2} M/s; findings {:?}",
                report.ledger.lines,
                took,
                took.as_nanos() as u64 / report.ledger.lines,
                report.ledger.lines as f64 / took.as_secs_f64() / 1e6,
                report.findings.iter().map(|f| (f.code, f.count)).collect::<Vec<_>>()
            );
        }
        return;
    }
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
    let ledger = LateLedger { cases: a[1].parse().unwrap(), together: a[2].parse().unwrap(), open: a[3] == "open" };
    println!("{:?}", ledger.write(std::path::Path::new(&a[4]), &simulator).unwrap());
}
