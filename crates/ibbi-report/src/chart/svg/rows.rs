//! Rows: bars with intervals.

use super::pen::{FONT, Frame, Pen, width_of};
use crate::chart::{Bars, Scale};

/// The place of a row in a chart.
pub(super) struct Row {
    pub(super) frame: Frame,
    /// The vertical center of its shape.
    pub(super) y: f64,
    /// The lines of its label, each with its height.
    label: Vec<(f64, String)>,
    value_text: String,
}

pub(super) const BAR: f64 = 14.0;

pub(super) fn bars(bars: &Bars, pen: &mut Pen) {
    let labels: Vec<(&str, &str)> = bars.rows.iter().map(|row| (row.label.as_str(), row.value_text.as_str())).collect();
    let rows = lay_out(&labels, pen);
    axis(&rows, &bars.scale, pen);
    write(&rows, pen);
    for (row, bar) in rows.iter().zip(&bars.rows) {
        let x = |value: f64| row.frame.x(bars.scale.place(value));
        let (zero, end) = (x(0.0), x(bar.value.estimate));
        let (left, width) = (zero.min(end), (end - zero).abs());
        if bar.desired {
            pen.rect("bar", left, row.y - BAR / 2.0, width, BAR);
        } else {
            pen.hatched(left, row.y - BAR / 2.0, width, BAR);
        }
        if bar.value.low < bar.value.high {
            pen.whisker(x(bar.value.low), x(bar.value.high), row.y);
        }
    }
    if bars.scale.from < 0.0
        && let (Some(first), Some(last)) = (rows.first(), rows.last())
    {
        let x = first.frame.x(bars.scale.place(0.0));
        pen.line("axis", x, first.frame.top, x, last.frame.bottom);
    }
}

/// Places each row: next to its label if there is space, or below it.
pub(super) fn lay_out(labels: &[(&str, &str)], pen: &mut Pen) -> Vec<Row> {
    let value_text = labels.iter().map(|(_, value_text)| width_of(value_text)).fold(0.0, f64::max) + 8.0;
    let beside = if pen.is_narrow() { 0.0 } else { 200.0 };
    let (left, right) = (if pen.is_narrow() { 8.0 } else { beside }, pen.width - value_text.max(8.0));
    let room = if pen.is_narrow() { pen.width } else { beside - 12.0 };
    pen.down(4.0);
    let mut rows = Vec::new();
    for (label, value_text) in labels {
        let top = pen.y;
        let lines = pen.wrap(label, room);
        #[allow(clippy::cast_precision_loss, reason = "three at most")]
        let height = lines.len() as f64 * (FONT + 3.0);
        let (y, bottom) = match pen.is_narrow() {
            true => (top + height + 11.0, top + height + 24.0),
            false => (top + (height + 10.0).max(26.0) / 2.0, top + (height + 10.0).max(26.0)),
        };
        let first = if pen.is_narrow() { top + FONT } else { y - height / 2.0 + FONT - 1.0 };
        let heights = std::iter::successors(Some(first), |y| Some(y + FONT + 3.0));
        let (frame, label) = (Frame { left, right, top, bottom }, heights.zip(lines).collect());
        rows.push(Row { frame, y, label, value_text: (*value_text).to_owned() });
        pen.y = bottom;
    }
    rows
}

/// Draws the labels, on top of the lines that cross all rows.
pub(super) fn write(rows: &[Row], pen: &mut Pen) {
    for row in rows {
        row.label.iter().for_each(|(y, line)| pen.text(0.0, *y, "label halo", "start", line));
        pen.text(pen.width, row.y + 4.0, "label", "end", &row.value_text);
    }
}

/// Draws the ticks across all rows.
pub(super) fn axis(rows: &[Row], scale: &Scale, pen: &mut Pen) {
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        let frame = Frame { bottom: last.frame.bottom, ..first.frame };
        pen.ticks_below(frame, scale, if pen.is_narrow() { 6 } else { 9 });
    }
}
