//! The page of an audit is well-formed, complete, safe, and deterministic.

use crate::support::ledgers::{Audited, HOSTILE, bytes, changed, golden, hostile, illegal, ledgers};
use crate::support::whole::{check, named, parse, text};
use ibbi_audit::AuditOptions;
use ibbi_report::AuditPage;
use ibbi_report::chart::{self, Room};
use ibbi_report::text::Layout;

#[test]
fn every_ledger_makes_a_complete_page() {
    for (name, ledger) in ledgers() {
        check(name, &Audited::of(&ledger).page());
    }
}

#[test]
fn names_never_become_markup() {
    let mut audited = Audited::of(&hostile());
    // Characters that no ledger accepts must not get through either.
    audited.report.ledger.origin = Some(format!("{HOSTILE} \u{202e}A\u{1b}"));
    let page = audited.page();
    check("hostile", &page);
    let document = parse(&page);
    assert_eq!(named(&document, "h1").map(text).collect::<String>(), format!("Audit of {HOSTILE} \u{fffd}A\u{fffd}"));
    let shown = named(&document, "bdi").filter(|name| text(*name).contains(HOSTILE)).count();
    assert!(shown > 20, "{shown}");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
}

#[test]
fn the_same_results_give_the_same_bytes() {
    assert_eq!(Audited::of(&changed()).page(), Audited::of(&changed()).page());
}

#[test]
fn page_has_its_provenance() {
    let audited = Audited::with(&illegal(), AuditOptions { root: true, ..AuditOptions::default() });
    let page = audited.page();
    let words = text(parse(&page).root());
    let ledger = &audited.report.ledger;
    for needed in [
        ledger.last_hash.to_string(),
        ledger.root.unwrap().to_string(),
        ledger.chart.to_string(),
        "ibbi 0.0.0".to_owned(),
        "No checkpoint was checked".to_owned(),
        "nearest rank".to_owned(),
        "Fitness is the share of the records".to_owned(),
    ] {
        assert!(words.contains(&needed), "{needed}");
    }
    for finding in &audited.findings {
        assert!(words.contains(finding.kind.statement()), "{finding}");
    }
}

#[test]
fn page_shows_how_many_are_left_out() {
    let mut audited = Audited::of(&bytes(&golden("corrections-and-three-cases")));
    let page = |audited: &Audited| text(parse(&audited.page()).root());
    assert!(page(&audited).contains("Each district links to the report on its case below"));
    audited.told.truncate(1);
    assert!(page(&audited).contains("1 of these 3 cases have a report below"));
    audited.told.clear();
    assert!(page(&audited).contains("This page has no reports on single cases."));
    audited.cases.truncate(2);
    assert!(page(&audited).contains("2 of 3 cases are listed here"));
    let told = Audited::of(&bytes(&golden("withdrawn"))).told;
    audited.told = told.iter().cycle().take(AuditPage::IN_DEPTH + 50).cloned().collect();
    let case = audited.cases[0].clone();
    audited.cases = std::iter::repeat_n(case, AuditPage::LISTED + 1).collect();
    let (html, words) = (audited.page(), page(&audited));
    check("many", &html);
    assert!(words.contains("The reports of the first 100 of 150 cases are shown."), "{words}");
    assert!(words.contains("the first 200 of 201 cases"), "{words}");
}

#[test]
fn list_of_cases_links_to_every_report() {
    let audited = Audited::of(&bytes(&golden("corrections-and-three-cases")));
    let page = audited.page();
    let document = parse(&page);
    for (index, told) in audited.told.iter().enumerate() {
        let link = format!("#report-{}", index + 1);
        let district = told.district.as_ref().unwrap().to_string();
        let links = named(&document, "a").filter(|a| a.attribute("href") == Some(&link) && text(*a) == district);
        assert_eq!(links.count(), 1, "{district}");
    }
}

#[test]
fn charts_are_well_formed_and_fit() {
    for (name, ledger) in ledgers() {
        let audited = Audited::of(&ledger);
        let report = &audited.report;
        let mut charts = vec![
            chart::cases_by_stage(report),
            chart::cases_by_outcome(report),
            chart::stage_times(report),
            chart::outcome_times(report),
            chart::waiting(report),
            chart::paths(report),
            chart::opened(report),
            chart::closed(report),
        ];
        charts.extend(audited.told.iter().flat_map(|told| [chart::stays(told), chart::course(told)]));
        for chart in charts {
            for room in [Room::Wide, Room::Narrow] {
                let svg = chart.to_svg(room, "c").into_string();
                let document =
                    roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
                let mut words = document.descendants().filter(|node| node.has_tag_name("desc")).map(text);
                assert!(words.next_back().is_some_and(|summary| !summary.is_empty()), "{name}");
            }
            for width in [40, 80, 120] {
                let layout = Layout { width, ascii: width == 40 };
                for line in chart.to_text(layout).lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= layout.columns(), "{name}, {}: {line}", chart.title);
                }
            }
        }
    }
}

#[test]
fn chart_numbers_add_up_to_the_cases() {
    for (name, ledger) in ledgers() {
        let report = Audited::of(&ledger).report;
        let sum = |chart: chart::Chart, column: usize| -> u64 {
            let number = |row: &Vec<ibbi_report::table::Cell>| match &row[column] {
                ibbi_report::table::Cell::Number(text) => text.replace(',', "").parse::<u64>().unwrap(),
                other => panic!("{name}: {other:?}"),
            };
            chart.table.rows.iter().map(number).sum()
        };
        assert_eq!(sum(chart::cases_by_stage(&report), 1), report.cases.total, "{name}");
        assert_eq!(sum(chart::cases_by_outcome(&report), 1), report.cases.closed, "{name}");
        assert_eq!(sum(chart::opened(&report), 1), report.cases.open + report.cases.closed, "{name}");
        assert_eq!(sum(chart::closed(&report), 1), report.cases.closed, "{name}");
    }
}
