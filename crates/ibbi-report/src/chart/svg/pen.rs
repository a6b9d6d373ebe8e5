//! The pen: draws shapes and texts.

use super::Room;
use crate::chart::Scale;
use crate::html::{Element, Html, el};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The size of all text, in units.
pub(super) const FONT: f64 = 12.0;

/// A drawing, made from top to bottom.
pub(super) struct Pen {
    pub(super) width: f64,
    pub(super) room: Room,
    /// The current height.
    pub(super) y: f64,
    id: String,
    shapes: Html,
}

/// The rectangle of the data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn x(&self, place: f64) -> f64 {
        self.left + place * (self.right - self.left)
    }

    pub(super) fn y(&self, place: f64) -> f64 {
        self.bottom - place * (self.bottom - self.top)
    }
}

impl Pen {
    pub(super) fn new(width: f64, room: Room, id: String) -> Self {
        Self { width, room, y: 0.0, id, shapes: Html::new() }
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.room == Room::Narrow
    }

    pub(super) fn down(&mut self, by: f64) {
        self.y += by;
    }

    pub(super) fn put(&mut self, shape: Element) {
        self.shapes.push(shape);
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &'static str, anchor: &'static str, text: &str) {
        let text = el("text").class(class).attr("x", n(x)).attr("y", n(y)).attr("text-anchor", anchor).with(text);
        self.put(text);
    }

    /// Draws a text centered at a place. It is moved if it would be cut off.
    pub(super) fn centered(&mut self, x: f64, y: f64, class: &'static str, text: &str) {
        let half = (width_of(text) / 2.0).min(self.width / 2.0);
        self.text(x.clamp(half, self.width - half), y, class, "middle", text);
    }

    pub(super) fn line(&mut self, class: &'static str, x1: f64, y1: f64, x2: f64, y2: f64) {
        let line = el("line").class(class).attr("x1", n(x1)).attr("y1", n(y1)).attr("x2", n(x2)).attr("y2", n(y2));
        self.put(line);
    }

    pub(super) fn rect(&mut self, class: &'static str, x: f64, y: f64, width: f64, height: f64) {
        let rect = el("rect").class(class).attr("x", n(x)).attr("y", n(y));
        self.put(rect.attr("width", n(width.max(0.0))).attr("height", n(height.max(0.0))));
    }

    /// Draws a rectangle filled with slanted lines.
    pub(super) fn hatched(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.rect("late", x, y, width, height);
        let rect = el("rect").attr("fill", self.hatch()).attr("x", n(x)).attr("y", n(y));
        self.put(rect.attr("width", n(width.max(0.0))).attr("height", n(height.max(0.0))));
    }

    pub(super) fn hatch(&self) -> String {
        format!("url(#{}-hatch)", self.id)
    }

    pub(super) fn circle(&mut self, class: &'static str, x: f64, y: f64, radius: f64) {
        self.put(el("circle").class(class).attr("cx", n(x)).attr("cy", n(y)).attr("r", n(radius)));
    }

    pub(super) fn diamond(&mut self, x: f64, y: f64, size: f64) {
        let path = Path::new().to(x - size, y).to(x, y - size).to(x + size, y).to(x, y + size).closed();
        self.put(el("path").class("dot").attr("d", path));
    }

    pub(super) fn whisker(&mut self, low: f64, high: f64, y: f64) {
        let mut path = Path::new().to(low, y).to(high, y);
        for end in [low, high] {
            path = path.jump(end, y - 4.0).to(end, y + 4.0);
        }
        let path = path.open();
        self.put(el("path").class("under-whisker").attr("d", &path));
        self.put(el("path").class("whisker").attr("d", path));
    }

    /// Draws vertical lines with labels below a frame.
    pub(super) fn ticks_below(&mut self, frame: Frame, scale: &Scale, most: usize) {
        let ticks = scale.ticks(most);
        for tick in &ticks {
            let x = frame.x(f64::from(tick.place) / 1000.0);
            self.line("grid", x, frame.top, x, frame.bottom);
            self.centered(x, frame.bottom + 15.0, "tick", &tick.label);
            if let Some(below) = &tick.below {
                self.centered(x, frame.bottom + 29.0, "tick", below);
            }
        }
        self.line("axis", frame.left, frame.bottom, frame.right, frame.bottom);
        let two_lines = ticks.iter().any(|tick| tick.below.is_some());
        self.y = frame.bottom + if two_lines { 34.0 } else { 20.0 };
    }

    /// Draws horizontal lines with labels to the left.
    pub(super) fn ticks_beside(&mut self, frame: Frame, scale: &Scale, most: usize) {
        for tick in scale.ticks(most) {
            let y = frame.y(f64::from(tick.place) / 1000.0);
            self.line("grid", frame.left, y, frame.right, y);
            self.text(frame.left - 6.0, y + 4.0, "tick", "end", &tick.label);
        }
    }

    /// Breaks a text into at most three lines of this width.
    pub(super) fn wrap(&self, text: &str, width: f64) -> Vec<String> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at most")]
        let columns = (width / (FONT * WIDTH)).max(4.0) as usize;
        let mut lines = crate::terminal::columns::wrap(text, columns);
        if lines.len() > 3 {
            lines.truncate(3);
            let last = lines[2].clone() + " ";
            lines[2] = crate::terminal::columns::cut(&(last + &"x".repeat(columns)), columns);
        }
        lines
    }

    pub(super) fn finish(self, title: &str, summary: &str, style: Option<&'static str>) -> Html {
        let Self { width, y, id, shapes, .. } = self;
        let (title_id, summary_id) = (format!("{id}-title"), format!("{id}-summary"));
        // A page has many charts, and most have nothing hatched.
        let is_hatched = shapes.as_str().contains("-hatch)");
        let hatch = el("pattern")
            .attr("id", format!("{id}-hatch"))
            .attr("width", 6)
            .attr("height", 6)
            .attr("patternUnits", "userSpaceOnUse")
            .attr("patternTransform", "rotate(45)")
            .with(el("rect").class("stripe").attr("width", 2).attr("height", 6));
        let svg = el("svg");
        // In a page, the parser knows the element.
        let svg = if style.is_some() { svg.attr("xmlns", "http://www.w3.org/2000/svg") } else { svg };
        svg.class("chart")
            .attr("viewBox", format!("0 0 {} {}", n(width), n(y.ceil() + 4.0)))
            .attr("role", "img")
            .attr("aria-labelledby", format!("{title_id} {summary_id}"))
            .with(el("title").attr("id", title_id).with(title))
            .with(el("desc").attr("id", summary_id).with(summary))
            .with(style.map(|style| el("style").with(Html::markup(style))))
            .with(is_hatched.then(|| el("defs").with(hatch)))
            .with(shapes)
            .into()
    }
}

/// The width of a character relative to its height. It is generous, since the font is the reader's own.
const WIDTH: f64 = 0.56;

/// Returns the estimated width of a text, in units.
#[allow(clippy::cast_precision_loss, reason = "texts are short")]
pub(super) fn width_of(text: &str) -> f64 {
    text.width() as f64 * FONT * WIDTH
}

/// Formats a number with at most one decimal.
pub(super) fn n(number: f64) -> String {
    let text = format!("{number:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A path of straight lines.
pub(super) struct Path {
    commands: String,
    /// The current point, as it is written.
    point: Option<(String, String)>,
}

impl Path {
    pub(super) const fn new() -> Self {
        Self { commands: String::new(), point: None }
    }

    /// Adds a line from the current point. On an empty path, sets the first point.
    pub(super) fn to(mut self, x: f64, y: f64) -> Self {
        let (x, y) = (n(x), n(y));
        let _ = match &self.point {
            None => write!(self.commands, "M{x} {y}"),
            Some((_, same)) if *same == y => write!(self.commands, "H{x}"),
            Some((same, _)) if *same == x => write!(self.commands, "V{y}"),
            Some(_) => write!(self.commands, "L{x} {y}"),
        };
        self.point = Some((x, y));
        self
    }

    /// Starts a new line at a point.
    pub(super) fn jump(mut self, x: f64, y: f64) -> Self {
        self.point = None;
        self.to(x, y)
    }

    pub(super) fn closed(mut self) -> String {
        self.commands.push('Z');
        self.commands
    }

    pub(super) fn open(self) -> String {
        self.commands
    }
}
