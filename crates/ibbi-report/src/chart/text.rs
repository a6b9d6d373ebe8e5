//! Characters.
use super::Chart;
use crate::text::Layout;

pub(super) fn draw(chart: &Chart, _: Layout) -> String {
    chart.title.clone() + "\n"
}
