//! The S-curve in characters.

use super::{Cells, Ink, axis, cell};
use crate::chart::{Curve, Scale};
use crate::format;
use crate::terminal::columns::right;

const HEIGHT: usize = 12;
/// The width of the labels of the shares.
const LEFT: usize = 6;

pub(super) fn draw(curve: &Curve, ink: &Ink, columns: usize) -> String {
    let cells = columns.saturating_sub(LEFT + 1);
    let contract = curve.contract.filter(|day| curve.days.holds(*day));
    let cell_after = |day| cell(curve.days.place(Scale::of_date(day) + 1.0), cells);
    let contract_cell = contract.map(cell_after);
    let heights = heights(curve, cells);
    let ticks = curve.shares.ticks(HEIGHT / 2);
    let mut text = String::new();
    for row in (0..HEIGHT).rev() {
        let mut line = Cells::new(cells);
        for (column, height) in heights.iter().enumerate() {
            let eighths = (height * HEIGHT * 8 / 1000).saturating_sub(row * 8).min(8);
            // A share above zero is always visible.
            let eighths = if row == 0 && *height > 0 { eighths.max(1) } else { eighths };
            let late = contract_cell.map_or(is_all_late(curve), |expires| column >= expires);
            if let Some(part) = eighths.checked_sub(1).and_then(|index| ink.eighths.get(index)) {
                line.put(column, if late && eighths == 8 { ink.late } else { *part });
            }
        }
        for (day, _) in &curve.deadlines {
            line.put(cell_after(*day), ink.upright);
        }
        let place = |tick: &&crate::chart::Tick| {
            (tick.place as usize * HEIGHT).div_ceil(1000).max(1) - 1 == row && tick.place > 0
        };
        let label = ticks.iter().find(place).map_or("", |tick| tick.label.as_str());
        text.push_str(&format!("{}{}{}", right(label, LEFT - 1), ink.upright, line.line()));
        text.push('\n');
    }
    text.push_str(&format!("{}{}", right("0%", LEFT - 1), ink.corner));
    text.push_str(axis(&curve.days, (LEFT, cells, columns), ink).trim_start());
    text.push_str(&marks(curve, cells, ink));
    text
}

fn is_all_late(curve: &Curve) -> bool {
    curve.contract.is_some_and(|day| Scale::of_date(day) < curve.days.from)
}

/// Returns the height of the curve in each cell, in thousandths of the scale.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
fn heights(curve: &Curve, cells: usize) -> Vec<usize> {
    let mut heights = vec![0; cells];
    for (date, share) in &curve.points {
        let height = (curve.shares.place(*share) * 1000.0).round() as usize;
        heights[cell(curve.days.place_of(*date), cells)..].fill(height);
    }
    heights
}

/// Returns the percentiles below the axis, and their dates.
fn marks(curve: &Curve, cells: usize, ink: &Ink) -> String {
    let mut line = Cells::new(cells + 1);
    for mark in &curve.marks {
        let column = cell(curve.days.place_of(mark.date), cells);
        // If labels would overlap, the dates below tell them apart.
        line.label(column, &format!("{}{}", ink.dot, mark.label));
    }
    let dates: Vec<String> =
        curve.marks.iter().map(|mark| format!("{} {}", mark.label, format::date(mark.date))).collect();
    let indent = " ".repeat(LEFT);
    format!(
        "{indent}{}\n{}",
        line.line(),
        crate::terminal::columns::paragraph(&indent, &dates.join("; "), cells + LEFT)
    )
}
