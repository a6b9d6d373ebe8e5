//! Charts on a page.

use super::{Chart, Figure, Room};
use crate::html::{Element, details, el};

/// Returns a chart with its caption and its numbers, which are folded away.
///
/// It is drawn twice, for a wide and a narrow screen. The style sheet shows the one that fits. `id` is unique on the
/// page.
pub fn figure(id: &str, chart: &Chart) -> Element {
    let figure = el("figure").attr("id", id).with(el("figcaption").with(chart.title.as_str()));
    let figure = match &chart.figure {
        Figure::Nothing(why) => figure.with(el("p").with(why.as_str())),
        _ => figure
            .with(el("div").class("wide").with(chart.to_svg(Room::Wide, id)))
            .with(el("div").class("narrow").with(chart.to_svg(Room::Narrow, id))),
    };
    let numbers = (!chart.table.rows.is_empty())
        .then(|| details("The numbers behind this chart", chart.table.to_html()).class("numbers"));
    figure.with(numbers)
}
