//! Audits in a terminal and in spreadsheets.

use crate::support::ledgers::{
    Audited, HOSTILE, bytes, changed, cut, golden, hostile, illegal, ledgers, parting, steady,
};
use ibbi_report::text::{self, Layout, Piece, TextStyle};
use ibbi_report::{csv, text::plain};

const WIDE: Layout = Layout { width: 88, ascii: false };
const NARROW: Layout = Layout { width: 48, ascii: true };

#[test]
fn sound_ledger_in_a_terminal() {
    let audited = Audited::of(&bytes(&golden("corrections-and-three-cases")));
    let show = |layout| steady(&plain(&text::audit(&audited.report, layout)));
    insta::assert_snapshot!("audit", show(WIDE));
    insta::assert_snapshot!("audit_narrow", show(NARROW));
}

#[test]
fn damaged_ledgers_in_a_terminal() {
    for (name, ledger) in [("illegal", illegal()), ("cut", cut()), ("changed", changed())] {
        let shown = plain(&text::audit(&Audited::of(&ledger).report, WIDE));
        // The text after the findings is the same as for a sound ledger.
        let findings = shown.split("\nCases by stage\n").next().unwrap();
        insta::assert_snapshot!(format!("audit_{name}"), steady(findings));
    }
}

#[test]
fn single_cases_in_a_terminal() {
    let corrected = Audited::of(&bytes(&golden("corrections-and-three-cases")));
    insta::assert_snapshot!("case_corrected", plain(&text::case_report(&corrected.told[0], WIDE)));
    insta::assert_snapshot!("case_corrected_narrow", plain(&text::case_report(&corrected.told[0], NARROW)));
    let illegal = Audited::of(&illegal());
    insta::assert_snapshot!("case_illegal", plain(&text::case_report(&illegal.told[0], WIDE)));
}

#[test]
fn ledger_diffs_in_a_terminal() {
    let ledger = bytes(&golden("completed-full-day"));
    let shown = |second: &[u8]| plain(&text::diff(&parting(&ledger, second), WIDE));
    insta::assert_snapshot!("diff_same", shown(&ledger));
    insta::assert_snapshot!("diff_illegal", shown(&illegal()));
    insta::assert_snapshot!("diff_shorter", shown(&bytes(&golden("completed-full-day")[..20])));
    insta::assert_snapshot!("diff_other", shown(&bytes(&golden("referred"))));
}

#[test]
fn tables_of_an_audit_for_a_spreadsheet() {
    let (corrected, illegal) = (Audited::of(&bytes(&golden("corrections-and-three-cases"))), Audited::of(&illegal()));
    let tables = [
        ("findings", csv::findings(&illegal.findings)),
        ("cases", csv::cases(&corrected.cases)),
        ("stages", csv::stages(&corrected.report)),
        ("variants", csv::variants(&corrected.report)),
        ("months", csv::months(&corrected.report)),
    ];
    let all: Vec<String> =
        tables.into_iter().map(|(name, csv)| format!("== {name}\n{}", csv.replace('\r', ""))).collect();
    insta::assert_snapshot!("audit_csv", all.join("\n"));
}

/// Returns all text that a terminal shows for a ledger.
fn everything(ledger: &[u8], layout: Layout) -> Vec<Piece> {
    let audited = Audited::of(ledger);
    let mut pieces = text::audit(&audited.report, layout);
    audited.told.iter().for_each(|told| pieces.extend(text::case_report(told, layout)));
    pieces.extend(text::diff(&parting(ledger, &illegal()), layout));
    pieces
}

#[test]
fn pieces_are_whole_lines_within_the_terminal() {
    for (name, ledger) in ledgers() {
        for width in [20, 40, 61, 80, 120, 500] {
            let layout = Layout { width, ascii: width == 61 };
            for Piece { text, .. } in everything(&ledger, layout) {
                assert!(text.ends_with('\n'), "{name}: {text:?}");
                for line in text.lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= layout.columns(), "{name}: {columns} of {width}: {line}");
                    assert!(!line.contains(|c: char| c.is_control()), "{name}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn verdict_is_first_and_bad_only_with_errors() {
    for (name, ledger) in ledgers() {
        let audited = Audited::of(&ledger);
        // The headings of the certificate and of its first part come before it.
        let first = &text::audit(&audited.report, WIDE)[2];
        let bad = audited.report.errors > 0;
        assert_eq!(first.role, if bad { TextStyle::Bad } else { TextStyle::Good }, "{name}");
        let good = first.text.contains("is sound:");
        let broken = first.text.contains("is not sound") || first.text.contains("break rules");
        assert_eq!((good, broken), (!bad, bad), "{name}: {}", first.text);
    }
}

#[test]
fn many_findings_keep_the_report_small() {
    let lines = golden("completed-full-day");
    let many: Vec<String> = lines.iter().cycle().take(lines.len() * 300).cloned().collect();
    let audited = Audited::of(&bytes(&many));
    let shown = plain(&text::audit(&audited.report, WIDE));
    assert!(audited.findings.len() > 5_000, "{}", audited.findings.len());
    assert!(shown.lines().count() < 200, "{shown}");
    assert!(shown.contains("the first 3 of "), "{shown}");
}

#[test]
fn formulas_are_guarded_in_every_table() {
    let audited = Audited::of(&hostile());
    let cases = csv::cases(&audited.cases);
    let quoted = format!("\"'{}\"", HOSTILE.replace('"', "\"\""));
    assert!(cases.contains(&quoted), "{cases}");
    for table in [cases, csv::findings(&audited.findings), csv::variants(&audited.report)] {
        assert!(!table.contains(",=") && !table.contains("\n="), "{table}");
    }
}

#[test]
fn thread_count_does_not_change_the_page() {
    let ledger = changed();
    let shown = |threads| {
        let options = ibbi_audit::AuditOptions { threads, ..ibbi_audit::AuditOptions::default() };
        let audited = Audited::with(&ledger, options);
        (plain(&text::audit(&audited.report, WIDE)), csv::findings(&audited.findings), audited.page())
    };
    assert_eq!(shown(1), shown(3));
}

#[test]
fn invalid_checkpoints_and_filter_are_stated() {
    let mut report = Audited::of(&bytes(&golden("withdrawn"))).report;
    let mut stated = |count: usize| {
        let fault = Some("the root differs".to_owned());
        let facts = ibbi_audit::CheckpointFacts { size: 4, signer: Some("example.org/key".to_owned()), fault };
        report.checkpoints = vec![facts; count];
        let sentences = ibbi_report::certificate_sentences(&report);
        sentences
            .into_iter()
            .filter(|sentence| sentence.contains("not valid") || sentence.contains("doesn't fit"))
            .collect::<Vec<_>>()
    };
    assert!(stated(0).is_empty());
    assert_eq!(
        stated(1),
        [
            "A checkpoint over 4 lines has a valid signature of example.org/key, but it doesn't fit this file: the root differs."
        ]
    );
    let many = stated(1_000);
    assert_eq!((many.len(), many[5].as_str()), (6, "995 more checkpoints of 1,000 are not valid."));

    let filter = ibbi_audit::AuditFilter {
        outcome: Some(ibbi_core::Outcome::Withdrawn),
        codes: vec![ibbi_audit::FindingKind::EventIllegal],
        since: Some("2026-01-01T00:00:00.000Z".parse().unwrap()),
        cases: Vec::new(),
    };
    let options = ibbi_audit::AuditOptions { filter, ..ibbi_audit::AuditOptions::default() };
    let shown = plain(&text::audit(&Audited::with(&illegal(), options).report, Layout { width: 120, ascii: true }));
    let shown = shown.replace('\n', " ");
    assert!(
        shown.contains(
            "The findings and the figures are limited to: recorded since Thu, Jan 1, 2026, 12:00 AM UTC; cases with the \
             outcome: withdrawn; findings with the code event.illegal. The verdict and the number of findings are for \
             the whole ledger."
        ),
        "{shown}"
    );
}
