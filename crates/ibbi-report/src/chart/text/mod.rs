//! Charts in characters.

mod curve;
mod rows;

use super::{Chart, Figure, Sign};
use crate::terminal::Layout;
use crate::terminal::columns::paragraph;

/// The characters of a chart.
struct Ink {
    full: char,
    late: char,
    /// Parts of a cell from below, from an eighth to the whole.
    eighths: &'static [char],
    work: char,
    open: char,
    dot: char,
    diamond: char,
    upright: char,
    level: char,
    corner: char,
    tick: char,
    low: char,
    high: char,
}

const UNICODE: Ink = Ink {
    full: '█',
    late: '▒',
    eighths: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    work: '─',
    open: '○',
    dot: '●',
    diamond: '◆',
    upright: '│',
    level: '─',
    corner: '└',
    tick: '┴',
    low: '├',
    high: '┤',
};

const ASCII: Ink = Ink {
    full: '#',
    late: '%',
    eighths: &['.', '.', '.', ':', ':', ':', '#', '#'],
    work: '-',
    open: 'o',
    dot: '*',
    diamond: 'X',
    upright: '|',
    level: '-',
    corner: '+',
    tick: '+',
    low: '[',
    high: ']',
};

pub(super) fn draw(chart: &Chart, layout: Layout) -> String {
    let ink = if layout.ascii { &ASCII } else { &UNICODE };
    let columns = layout.columns();
    let mut text = match &chart.figure {
        Figure::Nothing(why) => return paragraph("", why, columns),
        Figure::Curve(curve) => curve::draw(curve, ink, columns),
        Figure::Columns(months) => rows::months(months, ink, columns),
        Figure::Bars(bars) => rows::bars(bars, ink, columns),
        Figure::Boxes(boxes) => rows::boxes(boxes, ink, columns),
        Figure::Timeline(timeline) => rows::timeline(timeline, ink, columns),
    };
    for key in &chart.key {
        text.push_str(&paragraph(&format!("{}  ", sign(key.sign, ink)), &key.meaning, columns));
    }
    text
}

fn sign(sign: Sign, ink: &Ink) -> String {
    match sign {
        Sign::Full | Sign::Area => format!("{0}{0}", ink.full),
        Sign::Hatched => format!("{0}{0}", ink.late),
        Sign::Whisker => format!("{}{}", ink.low, ink.high),
        Sign::Open => format!(" {}", ink.open),
        Sign::Dot => format!(" {}", ink.dot),
        Sign::Diamond => format!(" {}", ink.diamond),
        Sign::Line => format!("{0}{0}", ink.work),
        Sign::Nothing => "  ".to_owned(),
        Sign::Dashed => format!(" {}", ink.upright),
    }
}

/// A row of cells that can be overwritten.
struct Cells(Vec<char>);

impl Cells {
    fn new(width: usize) -> Self {
        Self(vec![' '; width])
    }

    fn put(&mut self, column: usize, c: char) {
        if let Some(cell) = self.0.get_mut(column) {
            *cell = c;
        }
    }

    fn fill(&mut self, from: usize, to: usize, c: char) {
        (from..to).for_each(|column| self.put(column, c));
    }

    /// Writes a text from a column on, or further left if it would not fit. It needs a blank on each side. Returns
    /// whether it was written.
    fn label(&mut self, column: usize, text: &str) -> bool {
        let length = text.chars().count();
        let column = column.min(self.0.len().saturating_sub(length));
        let end = column + length;
        let around = column.saturating_sub(1)..(end + 1).min(self.0.len());
        let free = end <= self.0.len() && self.0[around].iter().all(|cell| *cell == ' ');
        if free {
            text.chars().enumerate().for_each(|(index, c)| self.put(column + index, c));
        }
        free
    }

    fn line(&self) -> String {
        let text: String = self.0.iter().collect();
        text.trim_end().to_owned()
    }
}

/// Returns the cell of a place from 0 to 1.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "cells of a terminal"
)]
fn cell(place: f64, cells: usize) -> usize {
    ((place * cells as f64) as usize).min(cells.saturating_sub(1))
}

/// Returns the axis below a chart, with the labels of its ticks. The tuple has the chart's indent, its cells, and the
/// terminal's columns.
fn axis(scale: &super::Scale, (indent, cells, columns): (usize, usize, usize), ink: &Ink) -> String {
    let room = columns.saturating_sub(indent).max(cells);
    let ticks = scale.ticks((cells / 7).max(2));
    let (mut line, mut labels, mut below) = (Cells::new(cells), Cells::new(room), Cells::new(room));
    line.fill(0, cells, ink.level);
    for tick in &ticks {
        let column = cell(f64::from(tick.place) / 1000.0, cells);
        line.put(column, ink.tick);
        labels.label(column, &tick.label);
        if let Some(text) = &tick.below {
            below.label(column, text);
        }
    }
    let indent = " ".repeat(indent);
    let mut text = String::new();
    for line in [line.line(), labels.line(), below.line()].iter().filter(|line| !line.is_empty()) {
        text.push_str(&indent);
        text.push_str(line);
        text.push('\n');
    }
    text
}
