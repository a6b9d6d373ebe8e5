//! The tour: a made-up district from the key leaders' agreement to the last facilitation hour.
//!
//! It runs the very jobs that the program offers, on a clock of its own, so that its output is the same each time.

use crate::case_log::CaseLog;
use crate::due::Standards;
use crate::error::AppError;
use crate::ledger::{self, Collect, FirstLine, OpenOptions};
use crate::replay::{self, Timeline, Until};
use crate::service::{Ids, Offer, Recorded};
use crate::status::{self, Status};
use crate::zone::Zone;
use crate::{describe::describe, input};
use ibbi_core::{At, Case, EventKind, Name, Refusal};
use ibbi_store::{Clock, ClockError};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// One thing that is tried.
struct Line {
    at: &'static str,
    event: EventKind,
    pairs: &'static [&'static str],
}

/// Some lines under a heading.
struct Chapter {
    title: &'static str,
    lines: &'static [Line],
}

const fn line(at: &'static str, event: EventKind, pairs: &'static [&'static str]) -> Line {
    Line { at, event, pairs }
}

/// The made-up story. Lines that the rules refuse are part of it.
const STORY: &[Chapter] = &[
    Chapter {
        title: "Maple Hollow asks about bargaining by interests. All three key leaders must agree.",
        lines: &[
            line(
                "2025-09-02 09:00",
                EventKind::CaseOpened,
                &["district=Maple Hollow", "county=norfolk", "contract_expires=2026-06-30"],
            ),
            line("2025-09-02 09:10", EventKind::LeaderAgreed, &["seat=superintendent", "name=Rosa Amari"]),
            line("2025-09-04 15:30", EventKind::LeaderAgreed, &["seat=union_president", "name=Ben Castellan"]),
            line(
                "2025-09-09 19:00",
                EventKind::LeaderAgreed,
                &["seat=school_committee", "name=Tola Okafor", "office=vice_chair"],
            ),
        ],
    },
    Chapter {
        title: "A representative meets them; the meeting covers three topics, and they choose the IBBI.",
        lines: &[
            line("2025-09-10 10:00", EventKind::MeetingScheduled, &["slot=2025-09-16 15:00-16:30"]),
            line(
                "2025-09-16 16:30",
                EventKind::MeetingHeld,
                &[
                    "representative=Noor Lindqvist",
                    "present=Rosa Amari",
                    "present=Ben Castellan",
                    "present=Tola Okafor",
                    "topics=interests,next_steps,services",
                ],
            ),
            line("2025-09-16 16:40", EventKind::ServiceChosen, &["service=ibbi"]),
        ],
    },
    Chapter {
        title: "The application: two teams, everyone's pledge, three letters.",
        lines: &[
            line("2025-09-22 09:00", EventKind::MemberNamed, &["party=labor", "member=castellan:Ben Castellan"]),
            line("2025-09-22 09:01", EventKind::MemberNamed, &["party=labor", "member=yun:Ada Yun"]),
            line("2025-09-22 09:02", EventKind::MemberNamed, &["party=management", "member=amari:Rosa Amari"]),
            line("2025-09-22 09:03", EventKind::MemberNamed, &["party=management", "member=okafor:Tola Okafor"]),
            line("2025-09-24 12:00", EventKind::AttendancePledged, &["party=labor", "member=castellan"]),
            line("2025-09-24 12:01", EventKind::AttendancePledged, &["party=labor", "member=yun"]),
            line("2025-09-24 12:02", EventKind::AttendancePledged, &["party=management", "member=amari"]),
            line("2025-09-24 12:03", EventKind::AttendancePledged, &["party=management", "member=okafor"]),
            line("2025-09-26 10:00", EventKind::SupportConfirmed, &["body=teachers_organization", "dated=2025-09-25"]),
            line("2025-09-26 10:05", EventKind::SupportConfirmed, &["body=administration", "dated=2025-09-24"]),
            line("2025-10-01 10:00", EventKind::SupportConfirmed, &["body=school_committee", "dated=2025-09-30"]),
            line("2025-10-06 11:00", EventKind::ApplicationAccepted, &["by=Noor Lindqvist"]),
        ],
    },
    Chapter {
        title: "The training day: eight hours. One member is missing at first, and the rules say so.",
        lines: &[
            line(
                "2025-10-06 11:30",
                EventKind::SessionScheduled,
                &["part=1", "slot=2025-10-21 08:00-16:00", "neutral=reyes:Ines Reyes", "place=Town library"],
            ),
            line(
                "2025-10-21 08:00",
                EventKind::SessionOpened,
                &["part=1", "neutral=reyes:Ines Reyes", "present=amari,castellan,okafor"],
            ),
            line(
                "2025-10-21 08:05",
                EventKind::SessionOpened,
                &[
                    "part=1",
                    "neutral=reyes:Ines Reyes",
                    "present=amari,castellan,okafor,yun",
                    "observers=school_committee:Lev Brandt",
                    "observers=union_board:Mia Sorel",
                ],
            ),
            line("2025-10-21 10:00", EventKind::ActivityRun, &["kind=exercise", "title=Interests behind a position"]),
            line(
                "2025-10-21 13:30",
                EventKind::ActivityRun,
                &["kind=bargaining_simulation", "title=A class-size clause"],
            ),
            line("2025-10-21 16:00", EventKind::SessionClosed, &[]),
        ],
    },
    Chapter {
        title: "Each team caucuses by itself. Facilitation has to wait until both have adopted.",
        lines: &[
            line("2025-10-23 16:00", EventKind::CaucusOpened, &["party=labor", "present=castellan,yun"]),
            line(
                "2025-10-23 16:40",
                EventKind::PartyDecided,
                &["party=labor", "decision=adopt", "spokesperson=castellan"],
            ),
            line("2025-10-24 09:00", EventKind::CaucusOpened, &["party=management", "present=amari,okafor"]),
            line(
                "2025-10-24 09:30",
                EventKind::ConcernRaised,
                &["party=management", "concern=budget-vote", "text=Can the method keep to the budget calendar?"],
            ),
            line("2025-10-24 10:00", EventKind::FormatChosen, &["format=two_half_days"]),
            line(
                "2025-10-28 17:00",
                EventKind::ConcernAddressed,
                &["concern=budget-vote", "response=The trainer lays out a calendar that ends before the vote."],
            ),
            line(
                "2025-10-28 17:30",
                EventKind::PartyDecided,
                &["party=management", "decision=adopt", "spokesperson=okafor"],
            ),
        ],
    },
    Chapter {
        title: "Both have adopted: two half-days of facilitation.",
        lines: &[
            line("2025-10-29 09:00", EventKind::FormatChosen, &["format=two_half_days"]),
            line(
                "2025-10-29 09:10",
                EventKind::SessionScheduled,
                &["part=1", "slot=2025-11-13 12:00-16:00", "neutral=reyes:Ines Reyes"],
            ),
            line(
                "2025-10-29 09:11",
                EventKind::SessionScheduled,
                &["part=2", "slot=2025-11-20 12:00-16:00", "neutral=reyes:Ines Reyes"],
            ),
            line(
                "2025-11-13 12:00",
                EventKind::SessionOpened,
                &["part=1", "neutral=reyes:Ines Reyes", "present=amari,castellan,okafor,yun"],
            ),
            line("2025-11-13 16:10", EventKind::SessionClosed, &[]),
            line(
                "2025-11-20 12:00",
                EventKind::SessionOpened,
                &["part=2", "neutral=reyes:Ines Reyes", "present=amari,castellan,okafor,yun"],
            ),
            line("2025-11-20 15:53", EventKind::SessionClosed, &[]),
        ],
    },
];

/// What became of a line.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Answer {
    /// It was recorded.
    Recorded(Box<Recorded>),
    /// A rule refused it.
    Refused(Refusal),
}

/// A line of the tour and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The heading, on the first line under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapter: Option<&'static str>,
    /// The kind of event.
    pub event: EventKind,
    /// What it carries.
    pub pairs: &'static [&'static str],
    /// When it happens, in the district's time.
    pub at: &'static str,
    /// The event in words.
    pub text: String,
    /// What became of it.
    pub answer: Answer,
}

/// The whole tour.
#[derive(Debug, Clone, Serialize)]
pub struct Tour {
    /// Every line and what became of it.
    pub steps: Vec<Step>,
    /// Where the case stands at the end.
    pub status: Status,
    /// The ledger read again from the disk and replayed.
    pub timeline: Timeline,
    /// Whether the replay led to the state that the recording had led to.
    pub same_state: bool,
}

/// Takes the made-up district through the process, recording into a ledger that does not exist yet.
///
/// # Errors
/// [`AppError`], for instance if there is a file of this name already.
pub fn tour(path: &Path) -> Result<Tour, AppError> {
    if path.symlink_metadata().is_ok() {
        let shown = path.display();
        return Err(AppError::Usage(format!("{shown} exists already; remove it, or name another file with --ledger")));
    }
    let zone = Zone::default();
    let name = |text: &str| Name::new(text).map_err(|error| AppError::Usage(error.to_string()));
    let actor = name("tour@example.org")?;
    let clock = TourClock::default();
    let first = FirstLine {
        actor: actor.clone(),
        at: None,
        origin: Some(name("example.org/ibbi/tour")?),
        id: Uuid::from_u128(FIRST_ID + 2),
    };
    // The clock shows the time of the step, so it moves ahead by days.
    let options = OpenOptions { trust_clock: true, ..OpenOptions::new(clock.clock()) };
    let mut service = None;
    let mut steps = Vec::new();
    let mut case = None;
    // The state as the recording leads to it, to be compared with what the ledger replays to.
    let mut lived = Case::default();
    for chapter in STORY {
        for (index, line) in chapter.lines.iter().enumerate() {
            let at = zone.read(line.at, At::MIN)?;
            clock.set(at);
            let event = input::from_pairs(line.event, line.pairs, zone)?;
            let text = describe(&event);
            let offer = Offer { case, at: Some(at.into()), ..Offer::new(event.clone(), actor.clone()) };
            let service = match &mut service {
                Some(service) => service,
                none => none.insert(ledger::open_or_create(path, &first, ids(), &options)?),
            };
            let outcome = service.record(offer);
            let answer = match outcome {
                Ok(recorded) => {
                    case = Some(recorded.case);
                    lived.offer(&event, at).map_err(|refusal| AppError::Refused { refusal, zone, day_only: None })?;
                    Answer::Recorded(Box::new(recorded))
                }
                Err(AppError::Refused { refusal, .. }) => Answer::Refused(refusal),
                Err(other) => return Err(other),
            };
            let heading = (index == 0).then_some(chapter.title);
            let Line { at, event, pairs } = *line;
            steps.push(Step { chapter: heading, event, pairs, at, text, answer });
        }
    }
    let case = case.ok_or_else(|| AppError::Usage("the tour is empty".to_owned()))?;
    drop(service);
    let mut service = ledger::read(path, &OpenOptions { collect: Collect::Everything, ..options })?;
    let now = service.now()?;
    let log: CaseLog = service.case(case)?.clone();
    let status = status::status_of(&log, now, &Standards::default());
    let timeline = replay::timeline_of(&log, Until::End)?;
    let same_state = timeline.state == lived && timeline.faults == 0;
    Ok(Tour { steps, status, timeline, same_state })
}

/// The first of the tour's IDs, which are counted so that its output is the same each time.
const FIRST_ID: u128 = 0x0192_0000_0000_7000_8000_0000_0000_0000;

/// Returns the IDs of the case and its records, counted. The ledger's first line has the second one.
fn ids() -> Ids {
    let mut last = FIRST_ID;
    Ids::from_fn(move || {
        last += if last == FIRST_ID + 1 { 2 } else { 1 };
        Uuid::from_u128(last)
    })
}

/// The clock of the tour: it shows the time of the step that is recorded.
#[derive(Debug, Clone)]
struct TourClock(Arc<AtomicI64>);

impl Default for TourClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(At::MIN.millis())))
    }
}

impl TourClock {
    fn set(&self, at: At) {
        self.0.store(at.millis(), Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Arc::new(move || {
            At::from_millis(time.load(Ordering::Relaxed)).ok_or_else(|| ClockError("there is no such time".to_owned()))
        })
    }
}
