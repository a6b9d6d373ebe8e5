//! The layout of the diagram.
//!
//! Stages are in rows of four, from left to right. Events that lead on leave a stage on the right, at the height at which the
//! next stage is entered, so that most flows are straight. Events that close the case leave it at the bottom.

use super::chart::{ChartByStage, StageRows, documentation, event_name};
use super::model::{Bounds, Drawing, Element, Flow, Kind};
use ibbi_core::Stage;

const PER_ROW: usize = 4;
const TASK: (i32, i32) = (110, 50);
const GAP: i32 = 14;
const COLUMNS: usize = 2;
/// The space between a stage's side and its tasks. Boundary events take half their size of it.
const SIDE: i32 = 22;
/// The width of a stage: two columns of tasks.
const STAGE_WIDTH: i32 = 2 * TASK.0 + GAP + 2 * SIDE;
const HEAD: i32 = 36;
const STAGE_MIN_HEIGHT: i32 = 130;
/// The space between two stages of a row, for a boundary event, a gateway, and their labels.
const BETWEEN: i32 = 210;
/// The space below the stages of a row, for the ends of the case.
const BELOW: i32 = 130;
const EVENT: i32 = 36;
const GATEWAY: i32 = 50;
/// The distance from a stage's top at which flows enter and leave it.
const DOCK: i32 = 65;
/// The position of the frame around all stages, and its margin.
const FRAME: (i32, i32) = (240, 80);
const MARGIN: i32 = 80;
const LABEL: (i32, i32) = (100, 28);
/// The size of an event sub-process with two events side by side.
const ASIDE: (i32, i32) = (220, 120);

/// Lays out the chart.
pub(super) fn draw(chart: &ChartByStage) -> Drawing {
    let stages = stage_bounds(&chart.stages);
    let lowest = stages.iter().map(|place| place.bottom() + BELOW).max().unwrap_or(0);
    let widest = stages.iter().map(|place| place.right() + BETWEEN / 2 + 40).max().unwrap_or(0);
    let frame = Bounds::new(FRAME.0, FRAME.1, widest - FRAME.0, lowest + ASIDE.1 + GAP - FRAME.1);
    let mut inside = Inside { chart, stages: &stages, elements: Vec::new(), flows: Vec::new() };
    inside.add_start();
    for index in 0..chart.stages.len() {
        inside.add_stage(index);
    }
    inside.add_shared(lowest);
    let mut whole = Element::new(Kind::SubProcess, "under_way", "The case is under way", frame);
    (whole.elements, whole.flows) = (inside.elements, inside.flows);
    add_outside(chart, whole)
}

/// Returns the bounds of each stage, in the order of the chart.
fn stage_bounds(stages: &[StageRows]) -> Vec<Bounds> {
    let mut places = Vec::new();
    let mut y = FRAME.1 + MARGIN;
    for row in stages.chunks(PER_ROW) {
        let mut x = FRAME.0 + MARGIN + 40;
        let mut bottom = y;
        for rows in row {
            let lines = i32::try_from(rows.stays.len().div_ceil(COLUMNS)).unwrap_or(0);
            let height = (HEAD + lines * (TASK.1 + GAP) + 30).max(STAGE_MIN_HEIGHT);
            places.push(Bounds::new(x, y, STAGE_WIDTH, height));
            x += STAGE_WIDTH + BETWEEN;
            bottom = bottom.max(y + height);
        }
        y = bottom + BELOW + 50;
    }
    places
}

/// Adds the elements outside the frame: the start, the end, and the events that close a case in any stage.
fn add_outside(chart: &ChartByStage, whole: Element) -> Drawing {
    let (frame, level) = (whole.bounds, FRAME.1 + MARGIN + DOCK);
    let mut elements = Vec::new();
    let mut flows = Vec::new();
    for row in &chart.opens {
        let bounds = Bounds::around(frame.x - 110, level, EVENT);
        let start = Element::new(Kind::Start { interrupting: true }, row.event.code(), event_name(row.event), bounds);
        elements.push(start.with_documentation(documentation(row)).with_label(label_below(bounds)));
        flows.push(Flow::new(row.event.code(), &whole.id, vec![(bounds.right(), level), (frame.x, level)]));
    }
    let bounds = Bounds::around(frame.right() + 90, level, EVENT);
    elements.push(Element::new(Kind::End, "closed", Stage::Closed.label(), bounds).with_label(label_below(bounds)));
    flows.push(Flow::new(&whole.id, "closed", vec![(frame.right(), level), (bounds.x, level)]));
    for (index, kind) in (1..).zip(&chart.closes) {
        let x = frame.right() - 160 * index;
        let at = Bounds::around(x, frame.bottom(), EVENT);
        let attached = Kind::Boundary { attached_to: whole.id.clone() };
        let label = Bounds::new(x + 22, frame.bottom() + 6, LABEL.0, LABEL.1);
        elements.push(
            Element::new(attached, kind.code(), event_name(*kind), at)
                .with_documentation(kind.label().to_owned())
                .with_label(label),
        );
        let end = Bounds::around(x, frame.bottom() + 90, EVENT);
        let id = format!("closed.by.{kind}");
        flows.push(Flow::new(kind.code(), &id, vec![(x, at.bottom()), (x, end.y)]));
        elements.push(
            Element::new(Kind::End, id, format!("{}: {}", Stage::Closed.label(), event_name(*kind)), end)
                .with_label(label_below(end)),
        );
    }
    elements.push(whole);
    Drawing { elements, flows }
}

/// Returns the bounds of a label below a small shape.
const fn label_below(bounds: Bounds) -> Bounds {
    Bounds::new(bounds.middle().0 - LABEL.0 / 2, bounds.bottom() + 5, LABEL.0, LABEL.1)
}

/// The elements inside the frame.
struct Inside<'a> {
    chart: &'a ChartByStage,
    stages: &'a [Bounds],
    elements: Vec<Element>,
    flows: Vec<Flow>,
}

impl Inside<'_> {
    /// Adds the start, with a flow to each stage in which a case can be opened.
    fn add_start(&mut self) {
        for to in self.chart.opens.iter().flat_map(|row| row.to) {
            let Some(place) = self.bounds(*to) else { continue };
            let bounds = Bounds::around(FRAME.0 + 45, place.y + DOCK, EVENT);
            self.elements.push(Element::new(Kind::Start { interrupting: true }, "opened", "", bounds));
            self.flows.push(Flow::new(
                "opened",
                to.code(),
                vec![(bounds.right(), place.y + DOCK), (place.x, place.y + DOCK)],
            ));
        }
    }

    fn bounds(&self, stage: Stage) -> Option<Bounds> {
        let index = self.chart.stages.iter().position(|rows| rows.stage == stage)?;
        self.stages.get(index).copied()
    }

    fn add_stage(&mut self, index: usize) {
        let (rows, place) = (&self.chart.stages[index], self.stages[index]);
        let mut stage = Element::new(Kind::AdHoc, rows.stage.code(), rows.stage.label(), place);
        for (number, row) in rows.stays.iter().enumerate() {
            let offset = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * (size + GAP);
            let (x, y) = (offset(number % COLUMNS, TASK.0), offset(number / COLUMNS, TASK.1));
            let bounds = Bounds::new(place.x + SIDE + x, place.y + HEAD + y, TASK.0, TASK.1);
            let id = format!("{}.{}", rows.stage, row.event);
            stage.elements.push(
                Element::new(Kind::Task, id, event_name(row.event), bounds).with_documentation(documentation(row)),
            );
        }
        self.elements.push(stage);
        for (number, (row, to)) in (0..).zip(&rows.onward) {
            let level = place.y + DOCK + 110 * number;
            let bounds = Bounds::around(place.right(), level, EVENT);
            let label = Bounds::new(place.right() + 8, level + 20, 84, LABEL.1);
            let id = format!("{}.after.{}", rows.stage, row.event);
            self.add_boundary(rows, &id, row.event, documentation(row), bounds, label);
            self.add_onward(&id, (bounds.right(), level), to);
        }
        for (number, row) in (0..).zip(&rows.ends) {
            // In the middle, a viewer draws the marker of an ad-hoc sub-process.
            let x = place.right() - place.width / 4 - 120 * number;
            let bounds = Bounds::around(x, place.bottom(), EVENT);
            let label = Bounds::new(x + 22, place.bottom() + 4, LABEL.0, LABEL.1);
            let id = format!("{}.after.{}", rows.stage, row.event);
            self.add_boundary(rows, &id, row.event, documentation(row), bounds, label);
            self.add_end(&id, x, bounds.bottom(), place.bottom() + 80);
        }
    }

    fn add_boundary(
        &mut self,
        rows: &StageRows,
        id: &str,
        kind: ibbi_core::EventKind,
        documentation: String,
        bounds: Bounds,
        label: Bounds,
    ) {
        let attached = Kind::Boundary { attached_to: rows.stage.code().to_owned() };
        self.elements.push(
            Element::new(attached, id, event_name(kind), bounds).with_documentation(documentation).with_label(label),
        );
    }

    /// Adds flows from a point to the stages to which an event leads, through a gateway if there are several.
    fn add_onward(&mut self, from: &str, at: (i32, i32), to: &[Stage]) {
        if let [one] = to {
            return self.add_entry(from, vec![at], *one);
        }
        let id = format!("{from}.which");
        let bounds = Bounds::around(at.0 + 95, at.1, GATEWAY);
        let label = Bounds::new(bounds.x - 8, bounds.y - 34, LABEL.0, LABEL.1);
        self.flows.push(Flow::new(from, &id, vec![at, (bounds.x, at.1)]));
        self.elements.push(Element::new(Kind::Gateway, &id, "Where does it lead?", bounds).with_label(label));
        for stage in to {
            if stage.is_open() {
                self.add_entry(&id, vec![(bounds.right(), at.1)], *stage);
            } else {
                self.add_end(&id, bounds.middle().0, bounds.bottom(), bounds.bottom() + 70);
            }
        }
    }

    /// Adds a flow into a stage: straight into its left side if it is ahead at the same height, or else over its top.
    fn add_entry(&mut self, from: &str, mut points: Vec<(i32, i32)>, stage: Stage) {
        let (Some(place), Some((x, y))) = (self.bounds(stage), points.last().copied()) else { return };
        if place.y + DOCK == y && place.x > x {
            points.push((place.x, y));
        } else {
            let (lane, middle) = (place.y - 40, place.middle().0);
            points.extend([(x + 82, y), (x + 82, lane), (middle, lane), (middle, place.y)]);
        }
        self.flows.push(Flow::new(from, stage.code(), points));
    }

    /// Adds an end of the case below a point.
    fn add_end(&mut self, from: &str, x: i32, y: i32, end_y: i32) {
        let id = format!("{from}.closed");
        let bounds = Bounds::around(x, end_y, EVENT);
        self.flows.push(Flow::new(from, &id, vec![(x, y), (x, bounds.y)]));
        self.elements.push(Element::new(Kind::End, id, Stage::Closed.label(), bounds).with_label(label_below(bounds)));
    }

    /// Adds the events that every stage accepts, in a row below all stages.
    fn add_shared(&mut self, y: i32) {
        for (number, kind) in (0..).zip(&self.chart.shared) {
            let x = FRAME.0 + MARGIN + 40 + number * (ASIDE.0 + 40);
            let name = format!("In any stage: {}", event_name(*kind));
            let bounds = Bounds::new(x, y - 10, ASIDE.0, ASIDE.1);
            let mut aside = Element::new(Kind::EventSubProcess, kind.code(), name, bounds);
            let (start, end) = (format!("{kind}.start"), format!("{kind}.end"));
            let level = bounds.y + 62;
            let (left, right) = (Bounds::around(x + 50, level, EVENT), Bounds::around(x + ASIDE.0 - 50, level, EVENT));
            aside.flows.push(Flow::new(&start, &end, vec![(left.right(), level), (right.x, level)]));
            let begins = Element::new(Kind::Start { interrupting: false }, start, event_name(*kind), left);
            aside.elements.push(begins.with_documentation(kind.label().to_owned()).with_label(label_below(left)));
            aside.elements.push(Element::new(Kind::End, end, "recorded", right).with_label(label_below(right)));
            self.elements.push(aside);
        }
    }
}
