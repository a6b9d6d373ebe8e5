//! One fault is one finding, and only its consequences are counted under it.

use crate::support::walk::{Random, ledger, walk};
use crate::support::{Audited, GOLDEN, Lines, audit};
use ibbi_testing::samples;

/// A time before every event.
const LONG_AGO: &str = "2000-01-01T00:00:00.000Z";

/// Returns the findings that are an event's own fault.
fn faults(audited: &Audited) -> Vec<(u64, &'static str)> {
    let own = |code| ["event.illegal", "event.stage-differs"].contains(&code);
    let found = audited.findings.iter().map(|finding| (finding.line, finding.kind.code()));
    found.filter(|(_, code)| own(*code)).collect()
}

/// Returns golden and generated cases, each in a ledger of its own.
fn ledgers(first: u64, seeds: usize) -> impl Iterator<Item = Lines> {
    let golden = GOLDEN.iter().map(|name| Lines::golden(name));
    golden.chain((first..).take(samples(seeds)).map(|seed| ledger(&walk(seed, 1, 120))))
}

#[test]
fn an_illegal_event_is_one_finding_whatever_depends_on_it() {
    let mut tried = 0;
    for lines in ledgers(0, 60) {
        for line in 3..=lines.0.len() {
            if lines.json(line)["type"] == "case_opened" {
                continue;
            }
            let audited = audit(&lines.clone().set(line, "at", LONG_AGO).chained().bytes());
            let expected = [(u64::try_from(line).unwrap(), "event.illegal")];
            assert_eq!(faults(&audited), expected, "{}\n{}", lines.0[line - 1], audited.to_text());
            tried += 1;
        }
    }
    println!("{tried} ledgers, each with one event made illegal");
}

#[test]
fn a_missing_record_is_a_gap_and_not_an_illegal_event() {
    let mut tried = 0;
    for lines in ledgers(100, 40) {
        for line in 3..lines.0.len() {
            let audited = audit(&lines.clone().remove(line).chained().bytes());
            assert_eq!(faults(&audited), [], "{}\n{}", lines.0[line - 1], audited.to_text());
            tried += 1;
        }
    }
    println!("{tried} ledgers, each with one record removed");
}

#[test]
fn an_unreadable_record_is_one_finding_of_its_case() {
    let mut tried = 0;
    for lines in ledgers(200, 20) {
        for line in 2..lines.0.len() {
            let broken = lines.clone().edit(line, |json| json["type"] = "strike_called".into()).chained();
            let audited = audit(&broken.bytes());
            assert_eq!(audited.count("line.malformed"), 1);
            let no_more = audited.count("chain.rev") + audited.count("case.no-opening") + faults(&audited).len();
            assert_eq!(no_more, 0, "{}\n{}", lines.0[line - 1], audited.to_text());
            tried += 1;
        }
    }
    println!("{tried} ledgers, each with one record made unreadable");
}

#[test]
fn an_unrelated_second_fault_is_a_finding_of_its_own() {
    let mut tried = 0;
    for seed in 300..340 {
        let lines = ledger(&walk(seed, 1, 120));
        let mut random = Random(seed);
        for _ in 0..20 {
            let first = 3 + random.below(lines.0.len() - 3);
            let second = first + 1 + random.below(8);
            let kinds = [first, second].map(|line| lines.0.get(line - 1).map(|_| lines.json(line)["type"].clone()));
            let [Some(one), Some(other)] = kinds else { continue };
            // The effect of an illegal void or opening can't be predicted.
            if [&one, &other].iter().any(|kind| **kind == "event_voided" || **kind == "case_opened") {
                continue;
            }
            let both = lines.clone().set(first, "at", LONG_AGO).set(second, "at", LONG_AGO).chained();
            let between = (first + 1..second).any(|line| lines.json(line)["at"] != lines.json(first)["at"]);
            let audited = audit(&both.bytes());
            let found = faults(&audited);
            assert_eq!(found[0].0, u64::try_from(first).unwrap());
            // If an event between the two has a later time, the second time is wrong by itself, unless that event was also
            // skipped.
            let counted = audited.findings.iter().filter(|finding| finding.cause().is_some()).count();
            if between && counted == 0 {
                assert_eq!(found.len(), 2, "lines {first} and {second}\n{}", audited.to_text());
                tried += 1;
            }
        }
    }
    println!("{tried} ledgers, each with two unrelated faults of one case");
    assert!(tried > 50);
}

#[test]
fn consequences_stay_within_their_case() {
    for seed in 400..430 {
        let lines = ledger(&walk(seed, 4, 200));
        let mut random = Random(seed);
        let mut broken = lines.clone();
        for _ in 0..3 {
            broken = broken.set(3 + random.below(lines.0.len() - 3), "at", LONG_AGO);
        }
        let audited = audit(&broken.chained().bytes());
        let case_at = |line: u64| lines.json(usize::try_from(line).unwrap())["case"].clone();
        for finding in audited.findings.iter() {
            if let Some(cause) = finding.cause() {
                assert_eq!(case_at(finding.line), case_at(cause), "{}", audited.to_text());
            }
        }
        let counted: u64 = audited.cases.iter().map(|case| case.accepted + case.illegal + case.consequences).sum();
        let records: u64 = audited.cases.iter().map(|case| case.records).sum();
        assert_eq!(counted, records, "each record is accepted, illegal, or a consequence");
    }
}

#[test]
fn a_report_counts_the_consequences_of_a_finding() {
    let lines = Lines::golden("completed-full-day");
    let report = audit(&lines.set(5, "at", LONG_AGO).chained().bytes()).report;
    let count = |code: &str| report.findings.iter().find(|row| row.code.code() == code).expect("found");
    let illegal = count("event.illegal");
    assert_eq!((illegal.count, illegal.first[0].consequences), (1, 28));
    assert_eq!(count("event.consequence").count, 28);
    assert_eq!((report.events.illegal, report.events.consequences), (1, 28));
}
