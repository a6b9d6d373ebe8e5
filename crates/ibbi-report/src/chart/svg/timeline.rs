//! The plan on a calendar, as SVG.

use super::curve::contract_line;
use super::pen::{FONT, Frame, Pen};
use crate::chart::{Lane, Scale, Timeline};

pub(super) fn draw(timeline: &Timeline, pen: &mut Pen) {
    let narrow = pen.is_narrow();
    let (left, height) = if narrow { (8.0, 38.0) } else { (160.0, 28.0) };
    let contract = timeline.contract.filter(|day| timeline.days.holds(*day));
    let top = if contract.is_some() { FONT + 10.0 } else { 6.0 };
    #[allow(clippy::cast_precision_loss, reason = "a handful of lanes")]
    let bottom = top + timeline.lanes.len() as f64 * height + 4.0;
    let frame = Frame { left, right: pen.width - 12.0, top, bottom };
    pen.ticks_below(frame, &timeline.days, if narrow { 7 } else { 11 });
    if let Some(expires) = contract {
        contract_line(&timeline.days, expires, frame, pen);
    }
    let mut y = top;
    for each in &timeline.lanes {
        let (text, middle) = if narrow { (y + FONT + 1.0, y + 27.0) } else { (y + 18.0, y + 14.0) };
        pen.text(0.0, text, "label halo", "start", &each.label);
        lane(each, &timeline.days, frame, middle, pen);
        y += height;
    }
}

fn lane(lane: &Lane, days: &Scale, frame: Frame, y: f64, pen: &mut Pen) {
    let x = |date| frame.x(days.place_of(date));
    pen.line("work", x(lane.work.0), y, x(lane.work.1), y);
    if let Some((from, to)) = lane.wait {
        pen.hatched(x(from), y - 5.0, x(to) - x(from), 10.0);
    }
    for event in &lane.events {
        if lane.session {
            pen.diamond(x(*event), y, 7.0);
        } else {
            pen.circle("dot", x(*event), y, 4.5);
        }
    }
}
