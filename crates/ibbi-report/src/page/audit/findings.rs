//! The findings: the number of each code, and the first few with what to do.

use super::{AuditPage, Places, Section};
use crate::html::{Element, Html, details, el};
use crate::{audit, format};
use ibbi_audit::{CodeCount, Severity};

impl AuditPage<'_> {
    pub(super) fn findings_section(&self, places: &Places) -> Option<Section> {
        let codes = audit::codes(self.report);
        if codes.is_empty() {
            let none = el("p").with("No findings.");
            return Some(("findings", "Findings", none.into()));
        }
        Some(("findings", "Findings", codes.into_iter().map(|row| finding(row, places)).collect()))
    }
}

fn finding(row: &CodeCount, places: &Places) -> Element {
    let summary = Html::new()
        .with(el("strong").with(format::sentence(row.severity.code())))
        .with(": ")
        .with(row.statement)
        .with(" ")
        .with(
            el("span")
                .class("quiet")
                .with(format!("{}, ", format::times(row.count)))
                .with(el("code").with(row.code.code())),
        );
    let meaning = format!("{} {}", row.code.meaning(), row.code.remedy());
    let table = (!row.first.is_empty()).then(|| audit::finding_table(row, |case| places.id_of(case)).to_html());
    let more = audit::more(row).map(|more| el("p").class("quiet").with(format::sentence(&more) + "."));
    let inside = Html::from(el("p").with(meaning)).with(table).with(more);
    let found = details(summary, inside).class("why");
    if row.severity == Severity::Info { found } else { found.attr("open", "open") }
}
