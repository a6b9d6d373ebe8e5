//! Charts as SVG: no script, no font of their own, colours from the page's style sheet by class.
//!
//! Nothing is told by colour alone: what is late or unwished is hatched, ends are open or full, lines are dashed. Text is
//! set in the same size on both widths; a drawing is laid out anew for a phone instead of being shrunk.

mod curve;
mod pen;
mod rows;
mod timeline;

use super::{Chart, Figure, Room, Sign};
use crate::html::{Html, STYLE, el};
use pen::{FONT, Pen};

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
        Figure::Swings(swings) => rows::swings(swings, &mut pen),
        Figure::Timeline(timeline) => timeline::draw(timeline, &mut pen),
    }
    for key in &chart.key {
        pen.key(key.sign, &key.meaning);
    }
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
    /// A line of the key: a sign and what it means.
    fn key(&mut self, sign: Sign, meaning: &str) {
        let lines = self.wrap(meaning, self.width - 26.0);
        for (index, line) in lines.iter().enumerate() {
            self.down(FONT + 5.0);
            if index == 0 {
                self.sign(sign, 9.0, self.y - 4.0);
            }
            self.text(26.0, self.y, "tick", "start", line);
        }
    }

    fn sign(&mut self, sign: Sign, x: f64, y: f64) {
        match sign {
            Sign::Full => self.rect("bar", x - 9.0, y - 5.0, 18.0, 10.0),
            Sign::Hatched => self.hatched(x - 9.0, y - 5.0, 18.0, 10.0),
            Sign::Whisker => self.whisker(x - 9.0, x + 9.0, y),
            Sign::Open => self.circle("open", x, y, 4.5),
            Sign::Dot => self.circle("dot", x, y, 4.5),
            Sign::Diamond => self.diamond(x, y, 6.0),
            Sign::Line => self.line("work", x - 9.0, y, x + 9.0, y),
            Sign::Dashed => self.line("contract", x, y - 7.0, x, y + 7.0),
        }
    }
}

/// What a mark is called, as a title that a pointer shows.
fn titled(element: crate::html::Element, title: &str) -> crate::html::Element {
    element.with(el("title").with(title))
}
