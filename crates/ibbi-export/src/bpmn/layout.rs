//! Where everything is drawn.
//!
//! Stages stand in rows from left to right, four in each. What leads on leaves a stage on the right, level with where the
//! next one is entered, so that most flows are straight; what ends the case leaves it at the bottom.

use super::chart::{Chart, Room, documentation, words};
use super::model::{Bounds, Drawing, Element, Flow, Kind};
use ibbi_core::Stage;

const PER_ROW: usize = 4;
const TASK: (i32, i32) = (110, 50);
const GAP: i32 = 14;
const COLUMNS: usize = 2;
/// Between a stage's side and its tasks: boundary events reach in as far as half their size.
const SIDE: i32 = 22;
/// A stage: two columns of tasks, below its name.
const STAGE_WIDTH: i32 = 2 * TASK.0 + GAP + 2 * SIDE;
const HEAD: i32 = 36;
const STAGE_MIN_HEIGHT: i32 = 130;
/// Between two stages of a row: a boundary event, a gateway, their names.
const BETWEEN: i32 = 210;
/// Below the stages of a row: what ends the case.
const BELOW: i32 = 130;
const EVENT: i32 = 36;
const GATEWAY: i32 = 50;
/// How far below a stage's top flows enter and leave it.
const DOCK: i32 = 65;
/// The frame around all stages, and what is left free inside it.
const FRAME: (i32, i32) = (240, 80);
const MARGIN: i32 = 80;
const LABEL: (i32, i32) = (100, 28);
/// An event sub-process: two events side by side.
const ASIDE: (i32, i32) = (220, 120);

/// Draws the chart.
pub(super) fn draw(chart: &Chart) -> Drawing {
    let stages = places(&chart.rooms);
    let lowest = stages.iter().map(|place| place.bottom() + BELOW).max().unwrap_or(0);
    let widest = stages.iter().map(|place| place.right() + BETWEEN / 2 + 40).max().unwrap_or(0);
    let frame = Bounds::new(FRAME.0, FRAME.1, widest - FRAME.0, lowest + ASIDE.1 + GAP - FRAME.1);
    let mut inside = Inside { chart, stages: &stages, elements: Vec::new(), flows: Vec::new() };
    inside.start();
    for index in 0..chart.rooms.len() {
        inside.stage(index);
    }
    inside.shared(lowest);
    let mut whole = Element::new(Kind::SubProcess, "under_way", "The case is under way", frame);
    (whole.elements, whole.flows) = (inside.elements, inside.flows);
    around(chart, whole)
}

/// The place of each stage, in the order of the chart.
fn places(rooms: &[Room]) -> Vec<Bounds> {
    let mut places = Vec::new();
    let mut y = FRAME.1 + MARGIN;
    for row in rooms.chunks(PER_ROW) {
        let mut x = FRAME.0 + MARGIN + 40;
        let mut bottom = y;
        for room in row {
            let lines = i32::try_from(room.stays.len().div_ceil(COLUMNS)).unwrap_or(0);
            let height = (HEAD + lines * (TASK.1 + GAP) + 30).max(STAGE_MIN_HEIGHT);
            places.push(Bounds::new(x, y, STAGE_WIDTH, height));
            x += STAGE_WIDTH + BETWEEN;
            bottom = bottom.max(y + height);
        }
        y = bottom + BELOW + 50;
    }
    places
}

/// What lies outside the frame: the beginning, the end, and what closes a case in any stage.
fn around(chart: &Chart, whole: Element) -> Drawing {
    let (frame, level) = (whole.bounds, FRAME.1 + MARGIN + DOCK);
    let mut elements = Vec::new();
    let mut flows = Vec::new();
    for row in &chart.opens {
        let bounds = Bounds::around(frame.x - 110, level, EVENT);
        let start = Element::new(Kind::Start { interrupting: true }, row.event.code(), words(row.event), bounds);
        elements.push(start.documented(documentation(row)).labelled(below(bounds)));
        flows.push(Flow::new(row.event.code(), &whole.id, vec![(bounds.right(), level), (frame.x, level)]));
    }
    let bounds = Bounds::around(frame.right() + 90, level, EVENT);
    elements.push(Element::new(Kind::End, "closed", Stage::Closed.label(), bounds).labelled(below(bounds)));
    flows.push(Flow::new(&whole.id, "closed", vec![(frame.right(), level), (bounds.x, level)]));
    for (index, kind) in (1..).zip(&chart.closes) {
        let x = frame.right() - 160 * index;
        let at = Bounds::around(x, frame.bottom(), EVENT);
        let of = Kind::Boundary { of: whole.id.clone() };
        let label = Bounds::new(x + 22, frame.bottom() + 6, LABEL.0, LABEL.1);
        elements
            .push(Element::new(of, kind.code(), words(*kind), at).documented(kind.label().to_owned()).labelled(label));
        let end = Bounds::around(x, frame.bottom() + 90, EVENT);
        let id = format!("closed.by.{kind}");
        flows.push(Flow::new(kind.code(), &id, vec![(x, at.bottom()), (x, end.y)]));
        elements.push(
            Element::new(Kind::End, id, format!("{}: {}", Stage::Closed.label(), words(*kind)), end)
                .labelled(below(end)),
        );
    }
    elements.push(whole);
    Drawing { elements, flows }
}

/// Where the name of a small shape is written: below it.
const fn below(bounds: Bounds) -> Bounds {
    Bounds::new(bounds.middle().0 - LABEL.0 / 2, bounds.bottom() + 5, LABEL.0, LABEL.1)
}

/// What lies in the frame.
struct Inside<'a> {
    chart: &'a Chart,
    stages: &'a [Bounds],
    elements: Vec<Element>,
    flows: Vec<Flow>,
}

impl Inside<'_> {
    /// The way in: from the beginning to each stage in which a case can be opened.
    fn start(&mut self) {
        for to in self.chart.opens.iter().flat_map(|row| row.to) {
            let Some(place) = self.place(*to) else { continue };
            let bounds = Bounds::around(FRAME.0 + 45, place.y + DOCK, EVENT);
            self.elements.push(Element::new(Kind::Start { interrupting: true }, "opened", "", bounds));
            self.flows.push(Flow::new(
                "opened",
                to.code(),
                vec![(bounds.right(), place.y + DOCK), (place.x, place.y + DOCK)],
            ));
        }
    }

    fn place(&self, stage: Stage) -> Option<Bounds> {
        let index = self.chart.rooms.iter().position(|room| room.stage == stage)?;
        self.stages.get(index).copied()
    }

    fn stage(&mut self, index: usize) {
        let (room, place) = (&self.chart.rooms[index], self.stages[index]);
        let mut stage = Element::new(Kind::AdHoc, room.stage.code(), room.stage.label(), place);
        for (number, row) in room.stays.iter().enumerate() {
            let offset = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * (size + GAP);
            let (x, y) = (offset(number % COLUMNS, TASK.0), offset(number / COLUMNS, TASK.1));
            let bounds = Bounds::new(place.x + SIDE + x, place.y + HEAD + y, TASK.0, TASK.1);
            let id = format!("{}.{}", room.stage, row.event);
            stage.elements.push(Element::new(Kind::Task, id, words(row.event), bounds).documented(documentation(row)));
        }
        self.elements.push(stage);
        for (number, (row, to)) in (0..).zip(&room.onward) {
            let level = place.y + DOCK + 110 * number;
            let bounds = Bounds::around(place.right(), level, EVENT);
            let label = Bounds::new(place.right() + 8, level + 20, 84, LABEL.1);
            let id = format!("{}.after.{}", room.stage, row.event);
            self.boundary(room, &id, row.event, documentation(row), bounds, label);
            self.onward(&id, (bounds.right(), level), to);
        }
        for (number, row) in (0..).zip(&room.ends) {
            // In the middle, a viewer draws the mark of an ad-hoc sub-process.
            let x = place.right() - place.width / 4 - 120 * number;
            let bounds = Bounds::around(x, place.bottom(), EVENT);
            let label = Bounds::new(x + 22, place.bottom() + 4, LABEL.0, LABEL.1);
            let id = format!("{}.after.{}", room.stage, row.event);
            self.boundary(room, &id, row.event, documentation(row), bounds, label);
            self.end(&id, x, bounds.bottom(), place.bottom() + 80);
        }
    }

    fn boundary(
        &mut self,
        room: &Room,
        id: &str,
        kind: ibbi_core::EventKind,
        documentation: String,
        bounds: Bounds,
        label: Bounds,
    ) {
        let of = Kind::Boundary { of: room.stage.code().to_owned() };
        self.elements.push(Element::new(of, id, words(kind), bounds).documented(documentation).labelled(label));
    }

    /// Flows from a point on the right of a stage to where the event leads, by a gateway if that is more than one place.
    fn onward(&mut self, from: &str, at: (i32, i32), to: &[Stage]) {
        if let [one] = to {
            return self.enter(from, vec![at], *one);
        }
        let id = format!("{from}.which");
        let bounds = Bounds::around(at.0 + 95, at.1, GATEWAY);
        let label = Bounds::new(bounds.x - 8, bounds.y - 34, LABEL.0, LABEL.1);
        self.flows.push(Flow::new(from, &id, vec![at, (bounds.x, at.1)]));
        self.elements.push(Element::new(Kind::Gateway, &id, "Where does it lead?", bounds).labelled(label));
        for stage in to {
            if stage.is_open() {
                self.enter(&id, vec![(bounds.right(), at.1)], *stage);
            } else {
                self.end(&id, bounds.middle().0, bounds.bottom(), bounds.bottom() + 70);
            }
        }
    }

    /// A flow into a stage: straight into its left side where it lies ahead on the same level, over its top otherwise.
    fn enter(&mut self, from: &str, mut points: Vec<(i32, i32)>, stage: Stage) {
        let (Some(place), Some((x, y))) = (self.place(stage), points.last().copied()) else { return };
        if place.y + DOCK == y && place.x > x {
            points.push((place.x, y));
        } else {
            let (lane, middle) = (place.y - 40, place.middle().0);
            points.extend([(x + 82, y), (x + 82, lane), (middle, lane), (middle, place.y)]);
        }
        self.flows.push(Flow::new(from, stage.code(), points));
    }

    /// The end of the case below a point.
    fn end(&mut self, from: &str, x: i32, y: i32, end_y: i32) {
        let id = format!("{from}.closed");
        let bounds = Bounds::around(x, end_y, EVENT);
        self.flows.push(Flow::new(from, &id, vec![(x, y), (x, bounds.y)]));
        self.elements.push(Element::new(Kind::End, id, Stage::Closed.label(), bounds).labelled(below(bounds)));
    }

    /// What every stage takes, in a row below all stages.
    fn shared(&mut self, y: i32) {
        for (number, kind) in (0..).zip(&self.chart.shared) {
            let x = FRAME.0 + MARGIN + 40 + number * (ASIDE.0 + 40);
            let name = format!("In any stage: {}", words(*kind));
            let bounds = Bounds::new(x, y - 10, ASIDE.0, ASIDE.1);
            let mut aside = Element::new(Kind::EventSubProcess, kind.code(), name, bounds);
            let (start, end) = (format!("{kind}.start"), format!("{kind}.end"));
            let level = bounds.y + 62;
            let (left, right) = (Bounds::around(x + 50, level, EVENT), Bounds::around(x + ASIDE.0 - 50, level, EVENT));
            aside.flows.push(Flow::new(&start, &end, vec![(left.right(), level), (right.x, level)]));
            let begins = Element::new(Kind::Start { interrupting: false }, start, words(*kind), left);
            aside.elements.push(begins.documented(kind.label().to_owned()).labelled(below(left)));
            aside.elements.push(Element::new(Kind::End, end, "recorded", right).labelled(below(right)));
            self.elements.push(aside);
        }
    }
}
