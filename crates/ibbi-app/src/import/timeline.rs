//! The order of a row's events, and an instant for each of which only the day is known.

use super::columns::Column;
use crate::service::EventTime;
use crate::zone::Zone;
use ibbi_core::{At, Date, Event};

/// An event that follows from a cell.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The column of the cell.
    pub(super) column: Column,
    /// When it happened.
    pub(super) time: StepTime,
    /// The event.
    pub(super) event: Event,
}

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepTime {
    /// On this day.
    On(Date),
    /// At this instant.
    At(At),
    /// On the day of this instant, which follows from the slot of a session.
    Picked(At),
}

impl StepTime {
    const fn fixed(self) -> Option<At> {
        match self {
            Self::On(_) => None,
            Self::At(at) | Self::Picked(at) => Some(at),
        }
    }

    pub(super) fn day(self, zone: Zone) -> Date {
        match self {
            Self::On(day) => day,
            Self::At(at) | Self::Picked(at) => zone.date(at),
        }
    }
}

const MINUTE: i64 = 60_000;

/// Returns the events in the order in which they happened, each with its time. The steps are in the order of the process,
/// which decides about events of one day.
///
/// An event of which only the day is known gets noon, or a time that keeps the order among the events of that day.
pub(super) fn arrange(steps: Vec<Step>, zone: Zone, now: At) -> Vec<(Step, EventTime)> {
    let mut steps: Vec<(usize, Step)> = steps.into_iter().enumerate().collect();
    steps.sort_by_key(|(rank, step)| (step.time.day(zone), *rank));
    let mut arranged = Vec::with_capacity(steps.len());
    for day in steps.chunk_by(|(_, one), (_, other)| one.time.day(zone) == other.time.day(zone)) {
        arrange_day(day, zone, now, &mut arranged);
    }
    arranged
}

fn arrange_day(day: &[(usize, Step)], zone: Zone, now: At, arranged: &mut Vec<(Step, EventTime)>) {
    let Some((_, first)) = day.first() else { return };
    let date = first.time.day(zone);
    let (fixed, open): (Vec<_>, Vec<_>) = day.iter().partition(|(_, step)| step.time.fixed().is_some());
    let mut order: Vec<&(usize, Step)> = fixed;
    order.sort_by_key(|(rank, step)| (step.time.fixed(), *rank));
    for step in open {
        let place = order.iter().rposition(|(rank, _)| *rank < step.0).map_or(0, |before| before + 1);
        order.insert(place, step);
    }
    let Some((begins, ends)) = zone.day(date) else { return };
    let noon = At::from_millis(begins.millis().midpoint(ends.millis())).unwrap_or(begins);
    let mut earliest = begins;
    for (index, (_, step)) in order.iter().enumerate() {
        let next = order[index..].iter().find_map(|(_, later)| later.time.fixed());
        let time = match step.time {
            StepTime::At(at) => EventTime::At(at),
            StepTime::Picked(at) => EventTime::Picked(at),
            StepTime::On(_) => {
                let before_next = next.and_then(|next| At::from_millis(next.millis() - MINUTE));
                let latest = before_next.map_or(noon, |before| before.min(noon)).min(now);
                EventTime::Picked(earliest.max(latest))
            }
        };
        if let EventTime::At(at) | EventTime::Picked(at) = time {
            earliest = earliest.max(at);
        }
        arranged.push((step.clone(), time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::{NoteText, events::NoteAdded};

    fn step(name: &str, time: StepTime) -> Step {
        Step { column: Column::Note, time, event: NoteAdded { text: NoteText::new(name).unwrap() }.into() }
    }

    fn shown(steps: Vec<Step>) -> Vec<String> {
        let (zone, now) = (Zone::default(), "2024-12-02T15:00:00.000Z".parse().unwrap());
        let arranged = arrange(steps, zone, now);
        let text = |(step, time): &(Step, EventTime)| {
            let name = step.event.note_text().unwrap().to_string();
            match time {
                EventTime::At(at) => format!("{name} at {}", zone.write(*at)),
                EventTime::Picked(at) => format!("{name} on {}", zone.write(*at)),
                EventTime::On(_) => panic!("{name} has no instant"),
            }
        };
        arranged.iter().map(text).collect()
    }

    #[test]
    fn events_of_a_day_keep_the_order_of_the_process_around_known_times() {
        let on = |day: &str| StepTime::On(day.parse().unwrap());
        let at = |time: &str| StepTime::At(time.parse().unwrap());
        let found = shown(vec![
            step("a", on("2024-10-21")),
            step("b", on("2024-10-21")),
            step("c", at("2024-10-21T12:00:00.000Z")),
            step("d", on("2024-10-21")),
            step("e", StepTime::Picked("2024-10-21T20:00:00.000Z".parse().unwrap())),
            step("f", on("2024-10-21")),
            step("early", on("2024-10-20")),
        ]);
        let expected = [
            "early on 2024-10-20 12:00",
            "a on 2024-10-21 07:59",
            "b on 2024-10-21 07:59",
            "c at 2024-10-21 08:00",
            "d on 2024-10-21 12:00",
            "e on 2024-10-21 16:00",
            "f on 2024-10-21 16:00",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn event_of_today_is_not_in_the_future() {
        assert_eq!(shown(vec![step("a", StepTime::On("2024-12-02".parse().unwrap()))]), ["a on 2024-12-02 10:00"]);
    }
}
