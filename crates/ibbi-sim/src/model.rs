//! The model: one run from the first question to the last session. `docs/simulation.md` says it in words.

use crate::assumptions::{Chance, Duration};
use crate::calendar::{Day, Group, Half, NEVER, Next, Tables};
use crate::draws::Draws;
use ibbi_core::{Body, Decision, Format, Party, Program, Seat};
use serde::Serialize;

/// The length of a half-day, in minutes.
const HALF_DAY: u16 = 240;
/// A session is cut short after a multiple of this many minutes.
pub(crate) const CUT_STEP: u16 = 30;
/// The first occurrence of a block: far enough apart that a block's own draws never reach the next.
const BLOCK: u64 = 1024;

/// A point in a run: a day, and whether a sitting of that day is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) day: Day,
    /// After the day's sitting: 17:00 instead of 07:00.
    pub(crate) late: bool,
}

/// When a sitting is held: on a day, from 08:00 or 12:00, for some minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seating {
    pub(crate) day: Day,
    pub(crate) half: Half,
    pub(crate) minutes: u16,
}

/// What happens in a run, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    LeaderAgrees(Seat),
    LeaderDeclines(Seat),
    /// Booked, held, and the services chosen; the first day that was asked for.
    Meeting {
        earliest: Day,
        seating: Seating,
    },
    Rosters,
    Letter(Body),
    Accepted,
    /// A part of the training or the facilitation is booked; the first day that was asked for.
    Booked {
        part: u8,
        earliest: Day,
        seating: Seating,
        make_up: bool,
    },
    Postponed {
        part: u8,
    },
    Held {
        part: u8,
        seating: Seating,
        ran: u16,
    },
    Caucuses,
    ConcernRaised(Party),
    ConcernAddressed(Party),
    Decides(Party, Decision),
    FormatChosen,
    Withdrawn,
}

/// What listens to a run; an error ends it.
pub(crate) trait Listener {
    type Error;
    fn step(&mut self, moment: Moment, step: Step) -> Result<(), Self::Error>;
}

/// Listens to nothing.
pub(crate) struct Silent;

impl Listener for Silent {
    type Error = std::convert::Infallible;
    fn step(&mut self, _: Moment, _: Step) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The facilitation was held in full.
    Completed,
    /// At least one party declined the method.
    NotAdopted,
    /// A key leader declined.
    LeaderDeclined,
    /// The district withdrew.
    Withdrawn,
    /// Nothing had ended it by day 730.
    Unfinished,
}

impl Ending {
    /// Every ending, the wished-for one first.
    pub const ALL: [Self; 5] =
        [Self::Completed, Self::NotAdopted, Self::LeaderDeclined, Self::Withdrawn, Self::Unfinished];

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::NotAdopted => "not adopted by both parties",
            Self::LeaderDeclined => "a key leader declined",
            Self::Withdrawn => "withdrawn",
            Self::Unfinished => "unfinished after 730 days",
        }
    }
}

/// The end of a run, and its day ([`NEVER`] if unfinished).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    pub(crate) day: Day,
}

/// Why a run stops before its last step: it has ended, or its listener failed.
enum Stop<E> {
    Ended(Ended),
    Failed(E),
}

impl<E> Stop<E> {
    const UNFINISHED: Self = Self::Ended(Ended { ending: Ending::Unfinished, day: NEVER });
}

/// Goes through one run.
pub(crate) fn run<D: Draws, L: Listener>(
    tables: &Tables,
    format: Format,
    draws: &mut D,
    listener: &mut L,
) -> Result<Ended, L::Error> {
    let mut run = Run { tables, draws, listener, sat: NEVER };
    match run.whole(format) {
        Ok(ended) | Err(Stop::Ended(ended)) => Ok(ended),
        Err(Stop::Failed(error)) => Err(error),
    }
}

struct Run<'a, D, L> {
    tables: &'a Tables,
    draws: &'a mut D,
    listener: &'a mut L,
    /// The day of the last sitting; [`NEVER`] before the first.
    sat: Day,
}

/// A part of the training or the facilitation under way.
#[derive(Clone, Copy)]
struct PartState {
    number: u8,
    /// The draws of this part: the training is block 0, the parts of the facilitation 1 and 2.
    block: u64,
    booked: Option<Seating>,
    opened: bool,
    attempts: u64,
    rebookings: u64,
    sessions: u64,
}

impl PartState {
    const fn new(number: u8, block: u64) -> Self {
        Self { number, block: block * BLOCK, booked: None, opened: false, attempts: 0, rebookings: 0, sessions: 0 }
    }
}

impl<D: Draws, L: Listener> Run<'_, D, L> {
    fn whole(&mut self, format: Format) -> Result<Ended, Stop<L::Error>> {
        let agreed = self.inquiry()?;
        let met = self.introduction(agreed)?;
        self.stage(0, self.at(met))?;
        let accepted = self.application(met)?;
        self.stage(1, self.at(accepted))?;
        let program = Program::default();
        let trained = self.sessions(accepted, 0, &[program.training()])?;
        self.stage(2, self.at(trained))?;
        let adopted = self.caucus(trained)?;
        self.stage(3, self.at(adopted))?;
        self.tell(self.at(adopted), Step::FormatChosen)?;
        let day = self.sessions(adopted, 1, program.facilitation(format))?;
        Ok(Ended { ending: Ending::Completed, day })
    }

    /// Desk work of a day is done at 07:00, before a sitting, or at 17:00 if one was held that day.
    const fn at(&self, day: Day) -> Moment {
        Moment { day, late: self.sat == day }
    }

    fn tell(&mut self, moment: Moment, step: Step) -> Result<(), Stop<L::Error>> {
        self.listener.step(moment, step).map_err(Stop::Failed)
    }

    /// The first working day at least so many days later; the run ends where there is none.
    fn working(&self, day: Day, later: u16) -> Result<Day, Stop<L::Error>> {
        within(self.tables.working.from(day.saturating_add(later)))
    }

    /// The chance that the district withdraws when it enters a stage.
    fn stage(&mut self, occurrence: u64, moment: Moment) -> Result<(), Stop<L::Error>> {
        if !self.draws.happens(Chance::Withdraws, occurrence) {
            return Ok(());
        }
        self.tell(moment, Step::Withdrawn)?;
        Err(Stop::Ended(Ended { ending: Ending::Withdrawn, day: moment.day }))
    }

    fn inquiry(&mut self) -> Result<Day, Stop<L::Error>> {
        let mut answers = [(0, Seat::Superintendent); 3];
        for (occurrence, (answer, seat)) in (0..).zip(answers.iter_mut().zip(Seat::ALL)) {
            let days = self.draws.days(Duration::LeaderResponse, occurrence);
            *answer = (self.tables.working.from(days), *seat);
        }
        answers.sort_unstable();
        for (day, seat) in answers {
            let moment = self.at(within(day)?);
            if self.draws.happens(Chance::LeaderDeclines, seat as u64) {
                self.tell(moment, Step::LeaderDeclines(seat))?;
                return Err(Stop::Ended(Ended { ending: Ending::LeaderDeclined, day }));
            }
            self.tell(moment, Step::LeaderAgrees(seat))?;
        }
        Ok(answers[2].0)
    }

    fn introduction(&mut self, agreed: Day) -> Result<Day, Stop<L::Error>> {
        let earliest = agreed.saturating_add(self.draws.days(Duration::MeetingLead, 0));
        let day = within(self.tables.meeting.from(earliest))?;
        let seating = Seating { day, half: self.tables.half_of(Group::Meeting, day), minutes: HALF_DAY };
        self.tell(self.at(agreed), Step::Meeting { earliest, seating })?;
        self.sat = day;
        Ok(day)
    }

    fn application(&mut self, met: Day) -> Result<Day, Stop<L::Error>> {
        self.tell(self.at(met), Step::Rosters)?;
        let mut letters = [(0, Body::TeachersOrganization); 3];
        for (occurrence, (letter, body)) in (0..).zip(letters.iter_mut().zip(Body::ALL)) {
            let days = self.draws.days(Duration::WrittenConfirmation, occurrence);
            *letter = (self.tables.working.from(met.saturating_add(days)), *body);
        }
        letters.sort_unstable();
        for (day, body) in letters {
            self.tell(self.at(within(day)?), Step::Letter(body))?;
        }
        let review = self.draws.days(Duration::ApplicationReview, 0);
        let accepted = self.working(letters[2].0, review)?;
        self.tell(self.at(accepted), Step::Accepted)?;
        Ok(accepted)
    }

    /// Both parties caucus from the training's last day; the day on which both have adopted.
    fn caucus(&mut self, trained: Day) -> Result<Day, Stop<L::Error>> {
        let now = self.at(trained);
        self.tell(now, Step::Caucuses)?;
        // The days sort before the order in which things are told on one day.
        let mut ahead = [(NEVER, 0, Step::Caucuses); 4];
        let mut adopted = true;
        for (index, party, chance) in
            [(0, Party::Labor, Chance::LaborAdopts), (1, Party::Management, Chance::ManagementAdopts)]
        {
            let mut from = trained;
            let occurrence = index as u64;
            if self.draws.happens(Chance::ConcernRaised, occurrence) {
                self.tell(now, Step::ConcernRaised(party))?;
                let days = self.draws.days(Duration::Concern, occurrence);
                from = self.tables.working.from(trained.saturating_add(days));
                ahead[index] = (from, index, Step::ConcernAddressed(party));
            }
            let days = self.draws.days(Duration::Caucus, occurrence);
            let day = self.tables.working.from(from.saturating_add(days));
            let adopts = self.draws.happens(chance, 0);
            let decision = if adopts { Decision::Adopt } else { Decision::Decline };
            ahead[index + 2] = (day, index + 2, Step::Decides(party, decision));
            adopted &= adopts;
        }
        let decided = ahead[2].0.max(ahead[3].0);
        ahead.sort_unstable_by_key(|(day, order, _)| (*day, *order));
        for (day, _, step) in ahead.into_iter().filter(|(day, ..)| *day < NEVER) {
            self.tell(self.at(day), step)?;
        }
        let day = within(decided)?;
        if adopted { Ok(day) } else { Err(Stop::Ended(Ended { ending: Ending::NotAdopted, day })) }
    }

    const fn table(&self, minutes: u16) -> &Next {
        if minutes > HALF_DAY { &self.tables.full } else { &self.tables.half }
    }

    /// The first fitting day from this one on, except one that is taken by another session.
    fn fitting(&self, earliest: Day, minutes: u16, except: Option<Day>) -> Result<Seating, Stop<L::Error>> {
        let table = self.table(minutes);
        let mut day = within(table.from(earliest))?;
        if Some(day) == except {
            day = within(table.from(day + 1))?;
        }
        let half = if minutes > HALF_DAY { Half::Morning } else { self.tables.half_of(Group::Session, day) };
        Ok(Seating { day, half, minutes })
    }

    /// Books and holds every part of a stage; the day of the last session.
    fn sessions(&mut self, from: Day, stage: u64, lengths: &[u16]) -> Result<Day, Stop<L::Error>> {
        let notice = self.draws.days(Duration::SessionNotice, stage);
        let now = self.at(from);
        // What is booked after a sitting of the day begins no earlier than the next day.
        let mut earliest = from.saturating_add(notice).max(from + Day::from(now.late));
        let mut parts = [PartState::new(1, stage), PartState::new(2, stage + 1)];
        for (part, minutes) in parts.iter_mut().zip(lengths) {
            let seating = self.fitting(earliest, *minutes, None)?;
            part.booked = Some(seating);
            earliest = seating.day + 1;
        }
        earliest = from.saturating_add(notice).max(from + Day::from(now.late));
        for part in parts {
            if let Some(seating) = part.booked {
                self.tell(now, Step::Booked { part: part.number, earliest, seating, make_up: false })?;
                earliest = seating.day + 1;
            }
        }
        while let Some(next) = earliest_booked(&parts) {
            self.attempt(&mut parts, next)?;
        }
        Ok(self.sat)
    }

    /// The day of a booked session has come: it is postponed, or held in full, or cut short.
    fn attempt(&mut self, parts: &mut [PartState; 2], index: usize) -> Result<(), Stop<L::Error>> {
        let part = &mut parts[index];
        let Some(seating) = part.booked.take() else { return Ok(()) };
        let (number, block, day) = (part.number, part.block, seating.day);
        let occurrence = block + part.attempts;
        part.attempts += 1;
        if self.draws.happens(Chance::SessionPostponed, occurrence) {
            return self.postpone(parts, index, seating);
        }
        let occurrence = block + part.sessions;
        part.sessions += 1;
        part.opened = true;
        let choices = (seating.minutes / CUT_STEP).saturating_sub(1);
        let mut ran = seating.minutes;
        if self.draws.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            ran = CUT_STEP * (1 + self.draws.choice(choices, occurrence));
        }
        self.tell(Moment { day, late: false }, Step::Held { part: number, seating, ran })?;
        self.sat = day;
        if ran < seating.minutes { self.rebook(parts, index, seating.minutes - ran, day) } else { Ok(()) }
    }

    /// Books what was cut short; not on a day that is taken.
    fn rebook(
        &mut self,
        parts: &mut [PartState; 2],
        index: usize,
        minutes: u16,
        day: Day,
    ) -> Result<(), Stop<L::Error>> {
        let earliest = self.later(&mut parts[index], day);
        let taken = parts[1 - index].booked.map(|other| other.day);
        let seating = self.fitting(earliest, minutes, taken)?;
        let part = &mut parts[index];
        part.booked = Some(seating);
        let step = Step::Booked { part: part.number, earliest, seating, make_up: part.opened };
        self.tell(self.at(day), step)
    }

    /// The first day on which a session can resume: rebooking days later, and not the same day.
    fn later(&mut self, part: &mut PartState, day: Day) -> Day {
        let occurrence = part.block + part.rebookings;
        part.rebookings += 1;
        day.saturating_add(self.draws.days(Duration::Rebooking, occurrence).max(1))
    }

    /// Books a postponed session anew. The second part's first session moves where the first part's first session
    /// would no longer come before it.
    fn postpone(&mut self, parts: &mut [PartState; 2], index: usize, seating: Seating) -> Result<(), Stop<L::Error>> {
        let (day, minutes) = (seating.day, seating.minutes);
        let moment = self.at(day);
        self.tell(moment, Step::Postponed { part: parts[index].number })?;
        let second = parts[1].booked;
        if index == 1 || parts[0].opened || second.is_none() {
            return self.rebook(parts, index, minutes, day);
        }
        let earliest = self.later(&mut parts[0], day);
        let first = self.fitting(earliest, minutes, None)?;
        parts[0].booked = Some(first);
        let moved = second.filter(|second| second.day <= first.day);
        let moved = moved.map(|second| self.fitting(first.day + 1, second.minutes, None)).transpose()?;
        if moved.is_some() {
            self.tell(moment, Step::Postponed { part: 2 })?;
        }
        self.tell(moment, Step::Booked { part: 1, earliest, seating: first, make_up: false })?;
        if let Some(seating) = moved {
            parts[1].booked = Some(seating);
            self.tell(moment, Step::Booked { part: 2, earliest: first.day + 1, seating, make_up: false })?;
        }
        Ok(())
    }
}

fn earliest_booked(parts: &[PartState; 2]) -> Option<usize> {
    match (parts[0].booked, parts[1].booked) {
        (Some(first), Some(second)) => Some(usize::from(second.day < first.day)),
        (Some(_), None) => Some(0),
        (None, Some(_)) => Some(1),
        (None, None) => None,
    }
}

/// The day, if it comes within the horizon; otherwise the run is unfinished.
const fn within<E>(day: Day) -> Result<Day, Stop<E>> {
    if day < NEVER { Ok(day) } else { Err(Stop::UNFINISHED) }
}
