//! The S-curve, and columns by month.

use super::pen::{FONT, Frame, Path, Pen, n, width_of};
use super::titled;
use crate::chart::{Columns, Curve, Scale};
use crate::format;
use crate::html::el;
use ibbi_core::Date;

const HEIGHT: f64 = 210.0;

/// The height of the label of a deadline.
const LINE: f64 = FONT + 4.0;

pub(super) fn draw(curve: &Curve, pen: &mut Pen) {
    let contract = curve.contract.filter(|day| curve.days.holds(*day));
    #[allow(clippy::cast_precision_loss, reason = "a handful of deadlines")]
    let top = curve.deadlines.len() as f64 * LINE + 8.0;
    let frame = Frame { left: 40.0, right: pen.width - 10.0, top, bottom: top + HEIGHT };
    pen.ticks_beside(frame, &curve.shares, 6);
    pen.ticks_below(frame, &curve.days, if pen.is_narrow() { 7 } else { 13 });
    areas(curve, frame, contract, pen);
    // Each label has a line of its own, the latest deadline the lowest one.
    let mut above = frame.top - 9.0;
    for (date, label) in curve.deadlines.iter().rev() {
        deadline_line(&curve.days, *date, label, above, frame, pen);
        above -= LINE;
    }
    marks(curve, frame, pen);
}

/// Draws the dashed line at the end of the contract's last day, with its label above.
pub(super) fn contract_line(days: &Scale, expires: Date, frame: Frame, pen: &mut Pen) {
    deadline_line(days, expires, &format!("contract expires {}", format::date(expires)), frame.top - 9.0, frame, pen);
}

/// Draws the dashed line at the end of a day, with its label at a height above.
fn deadline_line(days: &Scale, day: Date, label: &str, above: f64, frame: Frame, pen: &mut Pen) {
    let x = frame.x(days.place(Scale::of_date(day) + 1.0));
    pen.line("contract", x, above + 5.0, x, frame.bottom);
    pen.centered(x, above, "label halo", label);
}

/// Draws the area under the steps: filled until the contract date, hatched after it, with an edge.
fn areas(curve: &Curve, frame: Frame, contract: Option<Date>, pen: &mut Pen) {
    let late_from = contract.map(|day| frame.x(curve.days.place(Scale::of_date(day) + 1.0)));
    let late_from = late_from.unwrap_or(match curve.contract {
        Some(day) if Scale::of_date(day) < curve.days.from => frame.left,
        _ => frame.right,
    });
    let steps = steps(curve, frame);
    let hatch = pen.hatch();
    for (from, to, late) in [(frame.left, late_from, false), (late_from, frame.right, true)] {
        let area = area(&steps, frame, from, to);
        if from < to && late {
            pen.put(el("path").class("late-area").attr("d", &area));
            pen.put(el("path").class("wide-hatch").attr("fill", &hatch).attr("d", area));
        } else if from < to {
            pen.put(el("path").class("area").attr("d", area));
        }
    }
    let mut edge = Path::new().to(frame.left, frame.bottom);
    let mut height = frame.bottom;
    for (x, y) in &steps {
        edge = edge.to(*x, height).to(*x, *y);
        height = *y;
    }
    pen.put(el("path").class("edge").attr("d", edge.to(frame.right, height).open()));
}

/// Returns the steps from left to right: their places and heights. Steps at the same place are merged.
fn steps(curve: &Curve, frame: Frame) -> Vec<(f64, f64)> {
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for (date, share) in &curve.points {
        let (x, y) = (frame.x(curve.days.place_of(*date)), frame.y(curve.shares.place(*share)));
        match steps.last_mut() {
            Some(last) if x - last.0 < 0.8 => last.1 = y,
            _ => steps.push((x, y)),
        }
    }
    steps
}

fn area(steps: &[(f64, f64)], frame: Frame, from: f64, to: f64) -> String {
    let mut path = Path::new().to(from, frame.bottom);
    let mut height = steps.iter().take_while(|(x, _)| *x <= from).last().map_or(frame.bottom, |step| step.1);
    path = path.to(from, height);
    for (x, y) in steps.iter().filter(|(x, _)| *x > from && *x < to) {
        path = path.to(*x, height).to(*x, *y);
        height = *y;
    }
    path.to(to, height).to(to, frame.bottom).closed()
}

/// Draws the percentiles: below and to the right of the curve, where there is space, or above and to the left near the
/// edge.
fn marks(curve: &Curve, frame: Frame, pen: &mut Pen) {
    let gap = FONT + 2.0;
    let mut next = f64::MIN;
    let mut labels = Vec::new();
    for mark in curve.marks.iter().rev() {
        let (x, y) = (frame.x(curve.days.place_of(mark.date)), frame.y(curve.shares.place(mark.share)));
        let date = match pen.is_narrow() {
            true => mark.date.to_chrono().format("%b %-d").to_string(),
            false => format::date(mark.date),
        };
        let label = format!("{} {date}", mark.label);
        let right = x + 9.0 + width_of(&label) <= frame.right;
        if right {
            next = next.max(y + 12.0);
            labels.push((x + 9.0, next, "start", label));
            next += gap;
        } else {
            labels.push((x - 9.0, y - 5.0, "end", label));
        }
        pen.circle("dot", x, y, 4.0);
    }
    // Labels that are below the axis are moved up again, the lowest first.
    let mut lowest = frame.bottom - 4.0;
    for (_, y, ..) in labels.iter_mut().rev().filter(|label| label.2 == "start") {
        *y = y.min(lowest);
        lowest = *y - gap;
    }
    for (x, y, anchor, label) in labels {
        pen.text(x, y, "label halo", anchor, &label);
    }
}

pub(super) fn columns(columns: &Columns, pen: &mut Pen) {
    let top = FONT + 6.0;
    let frame = Frame { left: 40.0, right: pen.width - 10.0, top, bottom: top + HEIGHT * 0.7 };
    pen.ticks_beside(frame, &columns.scale, 6);
    let count = columns.columns.len().max(1);
    #[allow(clippy::cast_precision_loss, reason = "at most 25 columns")]
    let step = ((frame.right - frame.left) / count as f64).min(64.0);
    let every = label_every(step);
    let mut year = None;
    for (index, month) in columns.columns.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "at most 25 columns")]
        let left = frame.left + index as f64 * step;
        let (x, width) = (left + step * 0.12, step * 0.76);
        let middle = left + step / 2.0;
        let full = frame.y(columns.scale.place(month.full));
        let all = frame.y(columns.scale.place(month.total()));
        let value_text = format!("{}: {}", format::month(month.start), columns.scale.exactly(month.total()));
        pen.rect("bar", x, full, width, frame.bottom - full);
        pen.hatched(x, all, width, full - all);
        let over = el("rect").class("over").attr("x", n(left)).attr("y", n(frame.top));
        let over = over.attr("width", n(step)).attr("height", n(frame.bottom - frame.top));
        pen.put(titled(over, &value_text));
        let total = columns.scale.briefly(month.total());
        if step >= width_of(&total).max(width_of("99%")) {
            pen.text(middle, all - 4.0, "tick", "middle", &total);
        }
        if index.is_multiple_of(every) {
            let date = month.start.to_chrono();
            pen.text(middle, frame.bottom + 15.0, "tick", "middle", &date.format("%b").to_string());
            let this = date.format("%Y").to_string();
            if year.as_ref() != Some(&this) {
                pen.text(middle, frame.bottom + 29.0, "tick", "middle", &this);
                year = Some(this);
            }
        }
    }
    pen.line("axis", frame.left, frame.bottom, frame.right, frame.bottom);
    pen.y = frame.bottom + 34.0;
}

/// Returns the number of columns per month label.
fn label_every(step: f64) -> usize {
    [1, 2, 3, 4, 6].into_iter().find(|every| step * f64::from(*every) >= width_of("2027") + 4.0).unwrap_or(12) as usize
}
