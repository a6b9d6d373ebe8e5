//! Charts of rows in characters: bars, swings, months, and the plan on a calendar.

use super::{Cells, Ink, axis, cell};
use crate::chart::{Bars, Boxes, Columns, Scale, Timeline};
use crate::format;
use crate::terminal::columns::{fit, right, width};

/// The space between a label, the drawing, and the figures.
const GAP: usize = 2;
/// The smallest width of a drawing.
const LEAST: usize = 8;

/// The widths of a row's label, drawing, and figures.
struct Division {
    label: usize,
    cells: usize,
    value_text: usize,
    /// The total width.
    columns: usize,
}

impl Division {
    fn new<'a>(rows: impl Iterator<Item = (&'a str, &'a str)> + Clone, columns: usize) -> Self {
        let value_text = rows.clone().map(|(_, value_text)| width(value_text)).max().unwrap_or(0);
        let gaps = if value_text > 0 { 2 * GAP } else { GAP };
        let most = (columns * 2 / 5).min(columns.saturating_sub(value_text + gaps + LEAST));
        let label = rows.map(|(label, _)| width(label)).max().unwrap_or(0).min(most);
        Self { label, cells: columns.saturating_sub(label + value_text + gaps), value_text, columns }
    }

    fn row(&self, label: &str, cells: &Cells, value_text: &str) -> String {
        let drawing = cells.line();
        let padding = " ".repeat(self.cells.saturating_sub(width(&drawing)));
        let line = format!("{}  {drawing}{padding}  {}", fit(label, self.label), right(value_text, self.value_text));
        line.trim_end().to_owned() + "\n"
    }

    fn axis(&self, scale: &Scale, ink: &Ink) -> String {
        axis(scale, (self.label + GAP, self.cells, self.columns), ink)
    }
}

pub(super) fn bars(bars: &Bars, ink: &Ink, columns: usize) -> String {
    let division = Division::new(bars.rows.iter().map(|row| (row.label.as_str(), row.value_text.as_str())), columns);
    let place = |value: f64| cell(bars.scale.place(value), division.cells);
    let mut text = String::new();
    for row in &bars.rows {
        let mut cells = Cells::new(division.cells);
        let (zero, end) = (place(0.0), place(row.value.estimate));
        let ends = (zero.min(end), zero.max(end));
        if row.value.estimate != 0.0 {
            cells.fill(ends.0, ends.1 + 1, if row.desired { ink.full } else { ink.late });
        }
        if bars.scale.from < 0.0 {
            cells.put(zero, ink.upright);
        }
        // An interval that is a few cells wide or less would only hide the bar.
        let (low, high) = (place(row.value.low), place(row.value.high));
        if high > low + 2 {
            cells.fill(ends.1 + 1, high, ink.level);
            cells.put(low, ink.low);
            cells.put(high, ink.high);
        }
        text.push_str(&division.row(&row.label, &cells, &row.value_text));
    }
    text + &division.axis(&bars.scale, ink)
}

pub(super) fn boxes(boxes: &Boxes, ink: &Ink, columns: usize) -> String {
    let division = Division::new(boxes.rows.iter().map(|row| (row.label.as_str(), row.value_text.as_str())), columns);
    let place = |value: f64| cell(boxes.scale.place(value), division.cells);
    let mut text = String::new();
    for row in &boxes.rows {
        let mut cells = Cells::new(division.cells);
        if let Some((least, most)) = row.whiskers {
            cells.fill(place(least), place(most), ink.level);
            cells.put(place(most), ink.high);
            cells.put(place(least), ink.low);
        }
        if let Some([first, median, third]) = row.quartiles {
            cells.fill(place(first), place(third) + 1, ink.late);
            cells.put(place(median), ink.upright);
        }
        for (value, finished) in &row.points {
            cells.put(place(*value), if *finished { ink.dot } else { ink.open });
        }
        text.push_str(&division.row(&row.label, &cells, &row.value_text));
    }
    text + &division.axis(&boxes.scale, ink)
}

pub(super) fn months(months: &Columns, ink: &Ink, columns: usize) -> String {
    let labels: Vec<(String, String)> =
        months.columns.iter().map(|month| (format::month(month.start), months.scale.exactly(month.total()))).collect();
    let division =
        Division::new(labels.iter().map(|(label, value_text)| (label.as_str(), value_text.as_str())), columns);
    let mut text = String::new();
    for (month, (label, value_text)) in months.columns.iter().zip(&labels) {
        let mut cells = Cells::new(division.cells);
        let place = |share: f64| if share > 0.0 { cell(months.scale.place(share), division.cells) + 1 } else { 0 };
        let full = place(month.full);
        cells.fill(0, full, ink.full);
        if month.hatched > 0.0 {
            cells.fill(full, place(month.total()).max(full + 1), ink.late);
        }
        text.push_str(&division.row(label, &cells, value_text));
    }
    text
}

pub(super) fn timeline(timeline: &Timeline, ink: &Ink, columns: usize) -> String {
    let descriptions: Vec<String> = timeline
        .lanes
        .iter()
        .map(|lane| lane.events.iter().max().map_or_else(String::new, |day| format::weekday_date(*day)))
        .collect();
    let rows = timeline.lanes.iter().zip(&descriptions);
    let division =
        Division::new(rows.clone().map(|(lane, value_text)| (lane.label.as_str(), value_text.as_str())), columns);
    let place = |date| cell(timeline.days.place_of(date), division.cells);
    let contract = timeline.contract.filter(|day| timeline.days.holds(*day));
    let mut text = String::new();
    for (lane, value_text) in rows {
        let mut cells = Cells::new(division.cells);
        if let Some(expires) = contract {
            cells.put(cell(timeline.days.place(Scale::of_date(expires) + 1.0), division.cells), ink.upright);
        }
        cells.fill(place(lane.work.0), place(lane.work.1), ink.work);
        if let Some((from, to)) = lane.wait {
            cells.fill(place(from), place(to), ink.late);
        }
        let mark = if lane.session { ink.diamond } else { ink.dot };
        lane.events.iter().for_each(|event| cells.put(place(*event), mark));
        text.push_str(&division.row(&lane.label, &cells, value_text));
    }
    text + &division.axis(&timeline.days, ink)
}
