//! The sessions of a row: the training and the facilitation, each session with its booking, opening, and end.

use super::cells::{Held, When};
use super::columns::Column;
use super::row::RowReader;
use super::timeline::{Step, StepTime};
use crate::zone::Zone;
use chrono::NaiveTime;
use ibbi_common::format::count;
use ibbi_common::spelling::{did_you_mean, nearest};
use ibbi_core::events::{ActivityRun, FormatChosen, SessionClosed, SessionOpened, SessionScheduled};
use ibbi_core::{At, Date, Decision, Event, FormatId, LocalTime, MemberIds, Observers, Program, Slot};

/// When a session begins of which only the day is known.
const BEGINS: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day");

/// The sessions of a stage.
struct Series<'a> {
    column: Column,
    parts: &'a [u16],
    held: Vec<Held>,
    /// The day on which the stage began. The sessions count as booked on that day.
    began: Option<Date>,
}

/// A slot with what is known of it.
struct HeldSlot {
    slot: Slot,
    begins_known: bool,
    ends_known: bool,
}

impl RowReader<'_> {
    /// Adds the training. Returns whether a session was held.
    pub(super) fn training(&mut self, program: &Program, accepted: Option<Date>) -> bool {
        let held = self.cells.sessions(Column::Trained);
        let parts = program.training();
        if held.len() > parts.len() {
            let has = count(parts.len() as u64, "part", "parts");
            self.cells.fail(Column::Trained, too_many(&format!("the training has {has}"), held.len()));
            return false;
        }
        let activities = if held.len() == parts.len() { program.activities() } else { &[] };
        let mut run = Vec::new();
        for kind in activities.iter().copied().filter(|_| !held.is_empty()) {
            let title = self.not_recorded("Title not recorded", &format!("the title of the {}", kind.label()));
            run.push(Event::from(ActivityRun { kind, title }));
        }
        self.series(Series { column: Column::Trained, parts, held, began: accepted }, run)
    }

    /// Adds the choice of the format and the facilitation. Returns whether a session was held.
    pub(super) fn facilitation(&mut self, program: &Program, decided: Option<Date>) -> bool {
        let held = self.cells.sessions(Column::Sessions);
        let named = self.format(program);
        if self.cells.text(Column::Format).is_some() && named.is_none() {
            return false;
        }
        let Some(format) = named.or_else(|| self.only_format(program, held.len())) else { return false };
        let Some(chosen) = decided.or_else(|| held.first().map(|first| first.day())) else {
            self.cells.fail(Column::Format, "a format needs the days on which both parties decided");
            return false;
        };
        let column = match (named, held.as_slice()) {
            (Some(_), _) => Column::Format,
            (None, []) => Column::ManagementDecided,
            (None, _) => Column::Sessions,
        };
        self.add(column, When::Day(chosen), FormatChosen { format });
        let parts = program.facilitation(format).unwrap_or_default();
        if held.len() > parts.len() {
            let has = count(parts.len() as u64, "part", "parts");
            self.cells.fail(Column::Sessions, too_many(&format!("the format {format} has {has}"), held.len()));
            return false;
        }
        self.series(Series { column: Column::Sessions, parts, held, began: Some(chosen) }, Vec::new())
    }

    /// Returns the format that the row names.
    fn format(&mut self, program: &Program) -> Option<FormatId> {
        let known: Vec<FormatId> = program.formats().map(|(format, _)| format).collect();
        self.cells.read(Column::Format, |text| {
            let code = text.to_lowercase().replace([' ', '-'], "_");
            known.iter().copied().find(|format| format.as_str() == code).ok_or_else(|| {
                let near = nearest(&code, known.iter().map(FormatId::as_str));
                let list = known.iter().map(FormatId::as_str).collect::<Vec<_>>().join(", ");
                format!("the program has no such format{}; write one of: {list}", did_you_mean(near.as_deref()))
            })
        })
    }

    /// Returns the program's only format, or the only one with this number of parts. If sessions were held and several formats
    /// fit, the row must name it.
    fn only_format(&mut self, program: &Program, sessions: usize) -> Option<FormatId> {
        // There is nothing to choose, so the service would choose it too.
        if let Some(only) = program.only_format().filter(|_| sessions > 0 || self.both_adopted()) {
            return Some(only);
        }
        if sessions == 0 {
            return None;
        }
        let fitting: Vec<FormatId> =
            program.formats().filter(|(_, parts)| parts.len() == sessions).map(|(format, _)| format).collect();
        if let [one] = fitting.as_slice() {
            return Some(*one);
        }
        let list = program
            .formats()
            .map(|(format, parts)| format!("{format} ({})", count(parts.len() as u64, "part", "parts")));
        let list = list.collect::<Vec<_>>().join(", ");
        let held = count(sessions as u64, "session", "sessions");
        self.cells.fail(Column::Format, format!("enter the format for {held}; the program has: {list}"));
        None
    }

    fn both_adopted(&self) -> bool {
        let adopts = |step: &&Step| matches!(&step.event, Event::PartyDecided(it) if it.decision == Decision::Adopt);
        self.steps.iter().filter(adopts).count() == 2
    }

    fn series(&mut self, series: Series<'_>, activities: Vec<Event>) -> bool {
        let Series { column, parts, held, began } = series;
        if held.is_empty() {
            return false;
        }
        let name = self.cells.name(Column::Neutral);
        let neutral = self.people.neutral(name);
        let ids = self.people.everyone().map(|member| member.id);
        let present = match MemberIds::new(ids) {
            Ok(present) => present,
            Err(error) => {
                self.cells.fail(Column::LaborTeam, error.to_string());
                return false;
            }
        };
        let zone = self.cells.zone;
        let mut slots: Vec<(u8, HeldSlot)> = Vec::new();
        for ((number, minutes), held) in (1..).zip(parts).zip(held) {
            let before = slots.last().map(|(_, before)| before.slot.ends());
            match slot_of(held, *minutes, before, zone) {
                Ok(slot) => slots.push((number, slot)),
                Err(message) => self.cells.fail(column, message),
            }
        }
        if slots.iter().any(|(_, slot)| !slot.ends_known) {
            self.people.missing.push(format!("times in `{}`", column.name()));
        }
        for (part, HeldSlot { slot, .. }) in &slots {
            let day = began.filter(|began| *began <= slot.local_day()).unwrap_or_else(|| slot.local_day());
            let event = SessionScheduled {
                co_neutrals: Default::default(),
                neutral: neutral.clone(),
                part: *part,
                place: None,
                slot: *slot,
            };
            self.add(column, When::Day(day), event);
        }
        let last = slots.last().map(|(part, _)| *part);
        for (part, slot) in slots {
            let (opened, closed) = (slot.slot.starts().at(), slot.slot.ends().at());
            let opening = SessionOpened {
                advisers: Default::default(),
                co_neutrals: Default::default(),
                substitutes: Default::default(),
                neutral: neutral.clone(),
                observers: Observers::default(),
                part,
                present: present.clone(),
            };
            self.add_at(column, opened, slot.begins_known, opening);
            if Some(part) == last {
                for activity in &activities {
                    self.add_at(column, opened, false, activity.clone());
                }
            }
            self.add_at(
                column,
                closed,
                slot.ends_known,
                SessionClosed { late: MemberIds::default(), left_early: MemberIds::default() },
            );
        }
        true
    }

    fn add_at(&mut self, column: Column, at: At, is_known: bool, event: impl Into<Event>) {
        let time = if is_known { StepTime::At(at) } else { StepTime::Picked(at) };
        self.steps.push(Step { column, time, event: event.into() });
    }
}

fn too_many(has: &str, sessions: usize) -> String {
    let found = count(sessions as u64, "session", "sessions");
    format!(
        "{has}, and the cell has {found}; write one day for each part, and record make-up sessions with `ibbi record`"
    )
}

/// Returns the slot of a session that fills a part. On one day, it begins after the session before it.
fn slot_of(held: Held, minutes: u16, before: Option<LocalTime>, zone: Zone) -> Result<HeldSlot, String> {
    let out_of_range = || "the session is outside the years 1970 to 9999".to_owned();
    let (starts, begins_known) = match held {
        Held::Slot(slot) => return Ok(HeldSlot { slot, begins_known: true, ends_known: true }),
        Held::From(day, time) => {
            let at = zone.instant(day, time).map_err(|error| error.to_string())?;
            (zone.local(at).ok_or_else(out_of_range)?, true)
        }
        Held::Day(day) => {
            let morning = zone.local_at(day, BEGINS).ok_or_else(out_of_range)?;
            (before.filter(|ends| ends.date() == day && ends.at() > morning.at()).unwrap_or(morning), false)
        }
    };
    let ends = At::from_millis(starts.at().millis() + i64::from(minutes) * 60_000).and_then(|at| zone.local(at));
    let slot = Slot::new(starts, ends.ok_or_else(out_of_range)?).map_err(|error| error.to_string())?;
    Ok(HeldSlot { slot, begins_known, ends_known: false })
}
