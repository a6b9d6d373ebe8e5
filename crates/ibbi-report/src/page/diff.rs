//! The comparison of two ledgers on a page.

use crate::audit;
use crate::format;
use crate::html::{Element, Html, el, name, section};
use crate::terminal::TextStyle;
use crate::terminal::columns::cut;
use ibbi_audit::Diff;

/// The most columns of a value on the page. The report's file has all of it.
const WIDTH: usize = 100;

/// Returns how an uploaded copy, which is the second, differs from the server's ledger, for a page of the server: each record by field, the first byte, and each case's state.
pub fn diff_content(diff: &Diff) -> Html {
    let (style, verdict) = audit::copy_verdict(diff);
    let box_ = el("div").class(if matches!(style, TextStyle::Good) { "good" } else { "warning" });
    let notes: Html = audit::diff_notes(diff).into_iter().map(|note| el("p").with(note.to_html())).collect();
    let fields = audit::differing_fields(diff);
    let fields = (!fields.is_empty()).then(|| section("fields", "Fields that differ", field_table(fields)));
    let records =
        (!diff.records.shown.is_empty()).then(|| section("records", "Differences by record", record_list(diff)));
    let first = diff.divergence.as_ref().map(|found| {
        let (place, both) = audit::divergence(found);
        let rows = both.map(|(which, has)| {
            let whose = if which == "first" { "our ledger" } else { "uploaded copy" };
            el("div").with(el("dt").with(whose)).with(el("dd").with(el("code").with(name(&cut(&has, WIDTH)))))
        });
        let content = Html::new().with(el("p").with(place.to_html())).with(el("dl").class("facts").all(rows));
        section("byte", "First different byte", content)
    });
    let cases = (!diff.cases.is_empty()).then(|| section("states", "Differences by case", case_list(diff)));
    Html::new()
        .with(box_.with(el("p").class("verdict").with(verdict.to_html())))
        .with(notes)
        .with(records)
        .with(fields)
        .with(first)
        .with(cases)
}

fn field_table(fields: Vec<(String, String)>) -> Element {
    let rows = fields.into_iter().map(|(field, count)| {
        el("tr").with(el("th").attr("scope", "row").with(el("code").with(field))).with(el("td").with(count))
    });
    let head = ["field", "lines that differ in it"].map(|head| el("th").attr("scope", "col").with(head));
    let table = el("table")
        .with(el("caption").with("Fields in which lines differ"))
        .with(el("thead").with(el("tr").all(head)))
        .with(el("tbody").all(rows));
    el("div")
        .class("scroll")
        .attr("tabindex", 0)
        .attr("role", "group")
        .attr("aria-label", "Fields in which lines differ")
        .with(table)
}

fn record_list(diff: &Diff) -> Html {
    let items = diff.records.shown.iter().map(|line| {
        let (text, changes) = audit::line_difference(line);
        let changes: Vec<Element> = changes.iter().map(|text| el("li").with(name(text))).collect();
        let place = audit::line_places(line, diff.names).map(|place| el("small").with(place));
        let changes = (!changes.is_empty()).then(|| el("ul").all(changes));
        el("li").with(el("p").with(name(&text)).with(" ").with(place)).with(changes)
    });
    let more = diff.records.total().saturating_sub(diff.records.shown.len() as u64);
    let more =
        (more > 0).then(|| el("p").with(format!("{} more lines differ but are not listed.", format::number(more))));
    Html::new().with(el("ul").all(items)).with(more)
}

fn case_list(diff: &Diff) -> Html {
    let items = diff.cases.iter().map(|case| {
        let changes: Vec<Element> = case
            .changes
            .iter()
            .map(|change| {
                let (place, both) = audit::change(change);
                let [first, second] = both.map(|has| cut(&has, WIDTH));
                let text = format!("{place}: {first} in our ledger, {second} in the uploaded copy");
                let found = audit::change_characters(change).map(|found| el("div").with(name(&found)));
                el("li").with(name(&text)).with(found)
            })
            .collect();
        let changes = (!changes.is_empty()).then(|| el("ul").all(changes));
        el("li").with(el("p").with(audit::case_presence(case, diff.names).to_html())).with(changes)
    });
    let all = diff.differing.saturating_add(diff.only_first).saturating_add(diff.only_second);
    let more = all.saturating_sub(diff.cases.len() as u64);
    let more =
        (more > 0).then(|| el("p").with(format!("{} more differ but are not listed.", format::count(more, "case"))));
    Html::new().with(el("ul").all(items)).with(more)
}
