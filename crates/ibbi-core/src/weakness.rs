//! Weaknesses of a program: parameters that ask for less than the source of the process.
//!
//! A weakness is no violation, because a case is checked under the parameters of its opening. But a record that was accepted only
//! because of one must be found, so it is reported at the opening and again at each step that relied on it.

use crate::advise::LONGEST_GRACE;
use crate::case::Case;
use crate::event::Event;
use crate::found::list;
use crate::history::History;
use crate::program::{Activity, Presence, Program};
use crate::rule::Source;
use crate::sessions::Sessions;
use crate::sets::closed_set;
use crate::teams::Teams;
use crate::text::ActivityId;
use crate::time::At;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The minutes of the training, and those of the facilitation, in the MEP brochure: eight hours each.
const SOURCE_MINUTES: u16 = 480;

closed_set! {
    /// A way in which a program asks for less than the source of the process.
    Weakness, "weakness of a program";
    /// The training is shorter than eight hours.
    Training = "program.weak-training", "The program's training is shorter than the eight hours of the source.";
    /// A format of the facilitation is shorter than eight hours.
    Facilitation = "program.weak-facilitation",
        "The program has a facilitation that is shorter than the eight hours of the source.";
    /// The training needs no exercise, or no bargaining simulation.
    Activities = "program.weak-activities",
        "The program's training needs no exercise or no bargaining simulation, but the source has both.";
    /// A part can be complete although more of it is missing than the project's policy allows.
    Grace = "program.weak-grace", "The program lets a part end much earlier than planned.";
    /// A session can be opened although members of the teams are absent.
    Presence = "program.weak-presence", "The program lets a session open without every member of both teams.";
    /// Several parts can be held on one day.
    SameDay = "program.weak-same-day", "The program lets several parts be held on one day.";
}

impl Weakness {
    /// Returns the source of the parameter that the program weakens.
    pub const fn source(self) -> Source {
        match self {
            Self::Training | Self::Facilitation | Self::Activities => Source::PublicPage,
            Self::Grace | Self::Presence | Self::SameDay => Source::ProgramPolicy,
        }
    }
}

/// A weakness with what was found, as a text for people without a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWeakness {
    /// The weakness.
    pub weakness: Weakness,
    /// What was found.
    pub found: String,
}

impl Program {
    /// Returns the ways in which the program asks for less than the source of the process.
    ///
    /// ```
    /// use ibbi_core::{Program, ProgramParameters, Weakness};
    /// let weak = Program::new(ProgramParameters { grace: 0, training: vec![1], ..ProgramParameters::default() }).unwrap();
    /// assert_eq!(weak.weaknesses()[0].weakness, Weakness::Training);
    /// assert_eq!(weak.weaknesses()[0].found, "the training has 1 minute; the source has 480");
    /// assert!(Program::default().weaknesses().is_empty());
    /// ```
    pub fn weaknesses(&self) -> Vec<FoundWeakness> {
        let mut all = Vec::new();
        let mut add = |weakness, found: String| all.push(FoundWeakness { weakness, found });
        if let Some(found) = self.short_training() {
            add(Weakness::Training, found);
        }
        for (format, parts) in self.formats().filter(|(_, parts)| is_short(parts)) {
            let label = self.format_label(format);
            add(Weakness::Facilitation, format!("the facilitation as {label} has {}", minutes(parts)));
        }
        let missing: Vec<&str> = missing_activities(self).map(Activity::label).collect();
        if !missing.is_empty() {
            let missing = list(&missing, |activity| format!("no {activity}"));
            add(Weakness::Activities, format!("the training needs {missing}"));
        }
        if self.grace() > LONGEST_GRACE {
            add(Weakness::Grace, format!("a part can be {} minutes short", self.grace()));
        }
        if self.presence() != Presence::Everyone {
            add(Weakness::Presence, "a session needs only one member of each team".to_string());
        }
        if self.allows_same_day_parts() {
            add(Weakness::SameDay, "several parts can be held on one day".to_string());
        }
        all
    }

    fn short_training(&self) -> Option<String> {
        is_short(self.training()).then(|| format!("the training has {}", minutes(self.training())))
    }
}

impl Case {
    /// Returns the weaknesses of the program on which an event relies that is recorded in this state. Call this before you
    /// offer the event. An opening relies on all weaknesses of its program.
    pub fn weaknesses(&self, event: &Event, at: At) -> Vec<FoundWeakness> {
        let (Some(program), Some(sessions)) = (self.file().map(crate::CaseFile::program), self.sessions()) else {
            return if let Event::CaseOpened(opened) = event { opened.program.weaknesses() } else { Vec::new() };
        };
        let mut all = Vec::new();
        let mut add = |weakness, found: String| all.push(FoundWeakness { weakness, found });
        match event {
            Event::SessionOpened(event) => {
                if program.presence() != Presence::Everyone {
                    let everyone = self.teams().into_iter().flat_map(Teams::everyone).map(|member| member.person.id);
                    let absent: Vec<_> = everyone.filter(|id| !event.present.contains(id)).collect();
                    if !absent.is_empty() {
                        let ids = list(&absent, ToString::to_string);
                        add(Weakness::Presence, format!("the session opened without {ids}"));
                    }
                }
                if let Some(other) = other_part_today(sessions, event.part, at) {
                    let found = format!("part {} opened on the same day as part {other}", event.part);
                    add(Weakness::SameDay, found);
                }
            }
            Event::SessionClosed(_) => {
                let Some(open) = sessions.open() else { return all };
                let left = sessions.part(open.part).map_or(0, |part| part.remaining().saturating_sub(open.counted(at)));
                if left > LONGEST_GRACE && left <= sessions.grace() {
                    add(Weakness::Grace, format!("part {} ended {left} minutes short", open.part));
                }
                match self {
                    Self::Training(training) => {
                        if let Some(found) = program.short_training() {
                            add(Weakness::Training, found);
                        }
                        let not_run = |activity: &Activity| match activity {
                            Activity::Exercise => training.exercises() == 0,
                            Activity::BargainingSimulation => training.simulations() == 0,
                        };
                        let missing: Vec<&str> =
                            missing_activities(program).filter(not_run).map(Activity::label).collect();
                        if !missing.is_empty() && sessions.would_complete(at) {
                            let missing = list(&missing, |activity| format!("no {activity}"));
                            add(Weakness::Activities, format!("the training was completed with {missing}"));
                        }
                    }
                    Self::Facilitation(facilitation) => {
                        let parts = program.facilitation(facilitation.format()).unwrap_or_default();
                        if is_short(parts) {
                            add(Weakness::Facilitation, format!("the facilitation has {}", minutes(parts)));
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        all
    }
}

impl History {
    /// Returns the weaknesses on which each of the last records relies, which were added together, at the place of its event
    /// among the events of the case.
    pub fn weaknesses_of_last(&self, count: usize) -> Vec<Vec<FoundWeakness>> {
        self.of_last(count, |case, entry| case.weaknesses(&entry.event, entry.at))
    }
}

fn is_short(parts: &[u16]) -> bool {
    parts.iter().map(|part| u32::from(*part)).sum::<u32>() < u32::from(SOURCE_MINUTES)
}

/// Returns the minutes of a program's parts, compared with those of the source.
fn minutes(parts: &[u16]) -> String {
    let sum: u32 = parts.iter().map(|part| u32::from(*part)).sum();
    let unit = if sum == 1 { "minute" } else { "minutes" };
    format!("{sum} {unit}; the source has {SOURCE_MINUTES}")
}

fn missing_activities(program: &Program) -> impl Iterator<Item = Activity> {
    Activity::ALL.iter().copied().filter(|activity| !program.activities().contains(&ActivityId::from(*activity)))
}

/// Returns another part that was first opened on the local day on which a part is opened for the first time.
fn other_part_today(sessions: &Sessions, part: u8, at: At) -> Option<u8> {
    let opened = sessions.part(part)?;
    let day = opened.booked.as_ref()?.slot.day_of(at);
    if opened.first_day.is_some() {
        return None;
    }
    sessions.numbered().find(|(other, known)| *other != part && known.first_day == Some(day)).map(|(other, _)| other)
}
