//! The findings: how many of each code, and the first few with what to do.

use super::{AuditPage, Places, Section};
use crate::html::{Element, Html, details, el};
use crate::{audited, words};
use ibbi_audit::CodeCount;

impl AuditPage<'_> {
    pub(super) fn findings_section(&self, places: &Places) -> Option<Section> {
        let codes = audited::codes(self.report);
        if codes.is_empty() {
            let none = el("p").with("Nothing was found.");
            return Some(("findings", "Findings", none.into()));
        }
        let table = audited::by_code(self.report, place).to_html();
        let each = codes.into_iter().map(|row| finding(row, places));
        Some(("findings", "Findings", table.with(each.collect::<Html>())))
    }
}

/// Where on the page a code is told.
fn place(row: &CodeCount) -> String {
    format!("found-{}", row.code.code().replace('.', "-"))
}

fn finding(row: &CodeCount, places: &Places) -> Element {
    let summary = Html::new()
        .with(el("strong").with(words::sentence(row.severity.code())))
        .with(": ")
        .with(row.statement)
        .with(" ")
        .with(el("span").class("quiet").with(words::times(row.count)));
    let meaning = format!("{} {}", row.code.meaning(), row.code.remedy());
    let table = (!row.first.is_empty()).then(|| audited::kept(row, |case| places.of(case)).to_html());
    let more = audited::more(row).map(|more| el("p").class("quiet").with(words::sentence(&more) + "."));
    // The place is inside, so that a link to it unfolds what is around it.
    let inside = el("div").attr("id", place(row)).with(el("p").with(meaning)).with(table).with(more);
    details(summary, inside).class("why")
}
