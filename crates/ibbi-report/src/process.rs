//! The process as a drawing: its stages in order, with the current one marked, and the early ends.
//!
//! It is made from the core's chart, so a new stage or transition is drawn without a change here.

use crate::chart::Room;
use crate::html::{Element, Html, el};
use ibbi_core::{Stage, chart};

/// The place of a stage's box.
struct Place {
    x: u32,
    y: u32,
}

/// The layout of the drawing, in units.
struct Layout {
    room: Room,
    /// The size of a box.
    size: (u32, u32),
    gap: u32,
    /// The size of the drawing.
    whole: (u32, u32),
}

impl Layout {
    fn new(room: Room, stages: u32) -> Self {
        let (size, gap) = match room {
            Room::Wide => ((92, 34), 10),
            Room::Narrow => ((150, 30), 16),
        };
        let along = |length: u32| stages * length + (stages - 1) * gap + 4;
        let whole = match room {
            Room::Wide => (along(size.0), 104),
            Room::Narrow => (300, along(size.1)),
        };
        Self { room, size, gap, whole }
    }

    const fn place(&self, number: u32) -> Place {
        match self.room {
            Room::Wide => Place { x: 2 + number * (self.size.0 + self.gap), y: 24 },
            Room::Narrow => Place { x: 60, y: 2 + number * (self.size.1 + self.gap) },
        }
    }
}

/// Returns the stages of the process, in order.
fn stages() -> Vec<Stage> {
    Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Unopened).collect()
}

/// Returns whether the chart has a transition from one stage to another.
fn leads(from: Stage, to: Stage) -> bool {
    chart::TRANSITIONS.iter().any(|row| row.from == from && row.to.contains(&to))
}

/// Returns the process as SVG, with the current stage of a case marked. The page must have [`crate::html::STYLE`].
///
/// `passed` are the stages that the case has been in. Nothing depends on color alone: the current stage has a label and
/// a thick frame. Its ids start with `id`.
///
/// ```
/// use ibbi_core::Stage;
/// use ibbi_report::{chart::Room, process::process};
/// let drawing = process(Stage::Training, &[Stage::Inquiry, Stage::Introduction, Stage::Application], Room::Wide,
/// "at");
/// assert!(drawing.as_str().contains("The case is in Training"));
/// ```
pub fn process(present: Stage, passed: &[Stage], room: Room, id: &str) -> Html {
    let stages = stages();
    let count = u32::try_from(stages.len()).unwrap_or(u32::MAX);
    let layout = Layout::new(room, count);
    let (width, height) = layout.whole;
    let (title_id, description_id) = (format!("{id}-title"), format!("{id}-description"));
    let svg = el("svg")
        .class("chart process")
        .attr("viewBox", format!("0 0 {width} {height}"))
        .attr("role", "img")
        .attr("aria-labelledby", format!("{title_id} {description_id}"))
        .with(el("title").attr("id", title_id).with("The stages of the process"))
        .with(el("desc").attr("id", description_id).with(description(present, passed, &stages)));
    let numbered = || (0..).zip(stages.iter().copied());
    let arrows = numbered().zip(numbered().skip(1)).filter(|((_, from), (_, to))| leads(*from, *to));
    let svg = svg.all(arrows.map(|((from, _), (to, _))| arrow(&layout, from, to)));
    let svg = svg.with(early_ends(&layout, &stages));
    svg.all(numbered().map(|(number, stage)| {
        let state = if stage == present {
            "here"
        } else if passed.contains(&stage) {
            "been"
        } else {
            "ahead"
        };
        draw(&layout, &layout.place(number), stage, state)
    }))
    .into()
}

fn description(present: Stage, passed: &[Stage], stages: &[Stage]) -> String {
    let road = stages.iter().map(|stage| stage.label()).collect::<Vec<_>>().join(", ");
    let been = passed.iter().filter(|stage| **stage != present).map(|stage| stage.label()).collect::<Vec<_>>();
    let been = if been.is_empty() { String::new() } else { format!(" It has been in {}.", been.join(", ")) };
    let here = match present {
        Stage::Unopened => "The case is not opened yet.".to_owned(),
        stage => format!("The case is in {}.", stage.label()),
    };
    format!("{here}{been} The stages follow one another: {road}. A case can end early from every stage.")
}

fn draw(layout: &Layout, place: &Place, stage: Stage, state: &'static str) -> Html {
    let (width, height) = layout.size;
    let rect = el("rect")
        .class(state)
        .attr("x", place.x)
        .attr("y", place.y)
        .attr("width", width)
        .attr("height", height)
        .attr("rx", 6);
    let label = text(place.x + width / 2, place.y + height / 2 + 4, stage.label());
    let label = if state == "here" { label.class("strong") } else { label };
    let mut shapes = Html::new().with(rect).with(label);
    if state == "here" {
        let (x, y, anchor) = match layout.room {
            Room::Wide => (place.x + width / 2, place.y - 8, "middle"),
            Room::Narrow => (place.x - 8, place.y + height / 2 + 4, "end"),
        };
        shapes.push(el("text").class("strong").attr("x", x).attr("y", y).attr("text-anchor", anchor).with("now"));
    }
    shapes
}

fn text(x: u32, y: u32, text: &str) -> Element {
    el("text").attr("x", x).attr("y", y).attr("text-anchor", "middle").with(text)
}

fn line(class: &'static str, path: String) -> Element {
    el("path").class(class).attr("d", path)
}

fn arrow(layout: &Layout, from: u32, to: u32) -> Html {
    let (from, to, (width, height)) = (layout.place(from), layout.place(to), layout.size);
    let (road, head) = match layout.room {
        Room::Wide => {
            let (x, end, y) = (from.x + width, to.x, from.y + height / 2);
            (format!("M{x} {y}H{end}"), format!("M{} {}L{end} {y}L{0} {}z", end - 6, y - 4, y + 4))
        }
        Room::Narrow => {
            let (y, end, x) = (from.y + height, to.y, from.x + width / 2);
            (format!("M{x} {y}V{end}"), format!("M{} {}L{x} {end}L{} {1}z", x - 4, end - 6, x + 4))
        }
    };
    Html::new().with(line("road", road)).with(line("head", head))
}

/// Draws the transitions from each stage to the end, as one line.
fn early_ends(layout: &Layout, stages: &[Stage]) -> Html {
    let Some((last, before)) = stages.split_last() else { return Html::new() };
    let (width, height) = layout.size;
    let end = layout.place(u32::try_from(before.len()).unwrap_or(0));
    // The stage before the last also has the main transition there.
    let leaving = (0..).zip(before).filter(|(_, stage)| leads(**stage, *last));
    let mut shapes = Html::new();
    match layout.room {
        Room::Wide => {
            let (low, x) = (end.y + height + 18, end.x + width / 2);
            for (number, _) in leaving {
                let place = layout.place(number);
                let begins = place.x + width / 2;
                shapes.push(line("out", format!("M{begins} {}V{low}H{x}", place.y + height)));
            }
            shapes.push(line("out", format!("M{x} {low}V{}", end.y + height)));
            let top = end.y + height;
            shapes.push(line("head", format!("M{} {}L{x} {top}L{} {1}z", x - 4, top + 6, x + 4)));
            shapes.push(text(layout.whole.0 / 2, low + 17, "early ends: withdrawn, declined, referred, not adopted"));
        }
        Room::Narrow => {
            let (right, y) = (end.x + width + 22, end.y + height / 2);
            for (number, _) in leaving {
                let place = layout.place(number);
                shapes.push(line("out", format!("M{} {}H{right}V{y}", place.x + width, place.y + height / 2)));
            }
            let x = end.x + width;
            shapes.push(line("out", format!("M{right} {y}H{x}")));
            shapes.push(line("head", format!("M{} {}L{x} {y}L{0} {}z", x + 6, y - 4, y + 4)));
            let words = ["early", "ends"];
            let middle = layout.whole.1 / 2;
            for (row, word) in (0..).zip(words) {
                let label = el("text").attr("x", right + 8).attr("y", middle + row * 15).with(word);
                shapes.push(label);
            }
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_is_drawn_once_and_the_current_one_is_marked() {
        for room in [Room::Wide, Room::Narrow] {
            for stage in Stage::ALL {
                let drawing = process(*stage, &[Stage::Inquiry], room, "at");
                let read = roxmltree::Document::parse(drawing.as_str()).unwrap();
                let texts: Vec<_> = read.descendants().filter(|node| node.has_tag_name("text")).collect();
                for each in stages() {
                    let found = texts.iter().filter(|text| text.text() == Some(each.label())).count();
                    assert_eq!(found, 1, "{each}");
                }
                let now = texts.iter().filter(|text| text.text() == Some("now")).count();
                assert_eq!(now, usize::from(*stage != Stage::Unopened), "{stage}");
            }
        }
    }
}
