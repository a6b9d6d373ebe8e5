//! Charts as SVG: without scripts or fonts. The page's style sheet sets the colors by class.
//!
//! Nothing depends on color alone: late or undesired shapes are hatched, ends are open or filled, lines are dashed.
//! Text has the same size in both widths. For a phone, a chart has a different layout and is not scaled down.

mod boxes;
mod curve;
mod pen;
mod rows;
mod timeline;

use super::{Chart, Figure, Key, Room, Sign};
use crate::html::{Html, STYLE, el};
use pen::{FONT, Pen, width_of};

/// The space for a sign of the key.
const SIGN: f64 = 26.0;

pub(super) fn draw(chart: &Chart, room: Room, id: &str) -> Html {
    drawing(chart, room, id, None)
}

pub(super) fn file(chart: &Chart) -> String {
    let mut text = drawing(chart, Room::Wide, "chart", Some(STYLE)).into_string();
    text.push('\n');
    text
}

fn drawing(chart: &Chart, room: Room, id: &str, style: Option<&'static str>) -> Html {
    let (width, suffix) = match room {
        Room::Wide => (680.0, "w"),
        Room::Narrow => (330.0, "n"),
    };
    let mut pen = Pen::new(width, room, format!("{id}-{suffix}"));
    match &chart.figure {
        Figure::Nothing(why) => nothing(why, &mut pen),
        Figure::Curve(curve) => curve::draw(curve, &mut pen),
        Figure::Columns(columns) => curve::columns(columns, &mut pen),
        Figure::Bars(bars) => rows::bars(bars, &mut pen),
        Figure::Boxes(boxes) => boxes::draw(boxes, &mut pen),
        Figure::Timeline(timeline) => timeline::draw(timeline, &mut pen),
    }
    // A dashed line has its label above it.
    let keys: Vec<&Key> = chart.key.iter().filter(|key| key.sign != Sign::Dashed).collect();
    pen.key(&keys);
    pen.finish(&chart.title, &chart.summary, style)
}

fn nothing(why: &str, pen: &mut Pen) {
    let lines = pen.wrap(why, pen.width);
    for line in lines {
        pen.down(FONT + 6.0);
        pen.text(0.0, pen.y, "label", "start", &line);
    }
    pen.down(6.0);
}

impl Pen {
    /// Draws the key: signs and their meanings, as many per line as fit.
    fn key(&mut self, keys: &[&Key]) {
        let mut x = self.width;
        for Key { sign, meaning } in keys {
            let lines = self.wrap(meaning, self.width - SIGN);
            let needed = lines.iter().map(|line| SIGN + width_of(line)).fold(0.0, f64::max);
            if x + needed > self.width {
                x = 0.0;
                self.down(FONT + 5.0);
            }
            self.sign(*sign, x + 9.0, self.y - 4.0);
            for (index, line) in lines.iter().enumerate() {
                self.down(if index > 0 { FONT + 3.0 } else { 0.0 });
                self.text(x + SIGN, self.y, "tick", "start", line);
            }
            // A meaning that took several lines leaves no space on the last one.
            x = if lines.len() > 1 { self.width } else { x + needed + 18.0 };
        }
    }

    fn sign(&mut self, sign: Sign, x: f64, y: f64) {
        match sign {
            Sign::Full => self.rect("bar", x - 9.0, y - 5.0, 18.0, 10.0),
            Sign::Area => self.rect("area", x - 9.0, y - 5.0, 18.0, 10.0),
            Sign::Hatched => self.hatched(x - 9.0, y - 5.0, 18.0, 10.0),
            Sign::Whisker => self.whisker(x - 9.0, x + 9.0, y),
            Sign::Open => self.circle("open", x, y, 4.5),
            Sign::Dot => self.circle("dot", x, y, 4.5),
            Sign::Diamond => self.diamond(x, y, 6.0),
            Sign::Line => self.line("work", x - 9.0, y, x + 9.0, y),
            Sign::Nothing | Sign::Dashed => {}
        }
    }
}

/// Adds a title to an element. Browsers show it next to the pointer.
fn titled(element: crate::html::Element, title: &str) -> crate::html::Element {
    element.with(el("title").with(title))
}
