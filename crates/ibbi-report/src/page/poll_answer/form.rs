//! The grid as a form of choices, which works without a script.

use super::labels;
use crate::html::{Element, el};
use ibbi_poll::{PollGrid, PollMark};

const CHOICES: [(&str, &str, Option<PollMark>); 4] = [
    ("", "blank", None),
    ("can", "\u{2713} can come", Some(PollMark::Can)),
    ("if_need_be", "~ if need be", Some(PollMark::IfNeedBe)),
    ("cannot", "\u{2717} can\u{2019}t come", Some(PollMark::Cannot)),
];

/// Returns a table for each week. The script replaces them.
pub(super) fn grid(grid: &PollGrid, marks: &[Option<PollMark>], closed: bool) -> Element {
    let all = el("div").attr("id", "poll-grid").class("plain");
    all.all(labels::weeks(grid).iter().map(|days| week(grid, marks, days, closed)))
}

fn week(grid: &PollGrid, marks: &[Option<PollMark>], days: &[usize], closed: bool) -> Option<Element> {
    let first = *grid.days.first()?;
    let begins = *grid.days.get(*days.first()?)?;
    let heads = grid.bands.iter().map(|band| el("th").attr("scope", "col").with(labels::hours(*band)));
    let head = el("thead").with(el("tr").with(el("th").attr("scope", "col").with("Day")).all(heads));
    let rows = days.iter().filter_map(|index| {
        let day = labels::day_after(first, *grid.days.get(*index)?);
        let cells = grid.bands.iter().enumerate().map(|(band, hours)| {
            let cell = index * grid.bands.len() + band;
            let hours = labels::hours(*hours);
            let label = format!("{day}, {hours}");
            el("td").attr("data-head", hours).with(choice(cell, &label, marks.get(cell).copied().flatten(), closed))
        });
        Some(el("tr").with(el("th").attr("scope", "row").with(day.as_str())).all(cells))
    });
    let caption = el("caption").with(format!("Week of {}", labels::day_after(first, begins)));
    Some(el("table").class("choices").with(caption).with(head).with(el("tbody").all(rows)))
}

fn choice(cell: usize, label: &str, mark: Option<PollMark>, closed: bool) -> Element {
    let select = el("select").attr("name", format!("c{cell}")).attr("aria-label", label);
    let select = if closed { select.attr("disabled", "disabled") } else { select };
    select.all(CHOICES.into_iter().map(|(value, text, each)| {
        let option = el("option").attr("value", value).with(text);
        if each == mark { option.attr("selected", "selected") } else { option }
    }))
}
