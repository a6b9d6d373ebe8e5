//! SVG.
use super::{Chart, Room};
use crate::html::{Html, el};

pub(super) fn draw(chart: &Chart, _: Room, id: &str) -> Html {
    el("svg").attr("id", id).attr("role", "img").with(el("title").with(chart.title.as_str())).into()
}
