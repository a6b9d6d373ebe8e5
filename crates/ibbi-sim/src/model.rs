//! The model: one run from the first question to the last session. `docs/simulation.md` says it in words.

use crate::assumptions::{Chance, Duration};
use crate::calendar::{Day, Group, Half, NEVER, Next, Tables};
use crate::draws::Draws;
use crate::settled::{Awaited, Meeting, PartPoint, PartyPoint, Settled, Since};
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
    /// A slot of the real case, by its place among those; it has hours of its own.
    pub(crate) real: Option<u8>,
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
    /// A meeting that was booked before the run is held, and the services chosen.
    MeetingHeld(Seating),
    /// The meetings are over; the services are chosen.
    ServicesChosen,
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
        /// Whether it filled its slot or its part.
        filled: bool,
    },
    /// A session that was open before the run is held to its end.
    OpenHeld {
        part: u8,
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

/// What a run goes by, besides its draws.
#[derive(Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) format: Format,
    pub(crate) program: &'a Program,
    pub(crate) settled: &'a Settled,
    /// The first day on which something new can be held: not the day from which a real case goes on.
    pub(crate) first: Day,
}

/// Goes through one run.
pub(crate) fn run<D: Draws, L: Listener>(
    course: Course<'_>,
    draws: &mut D,
    listener: &mut L,
) -> Result<Ended, L::Error> {
    let mut run = Run { course, tables: course.tables, draws, listener, sat: NEVER };
    match run.whole() {
        Ok(ended) | Err(Stop::Ended(ended)) => Ok(ended),
        Err(Stop::Failed(error)) => Err(error),
    }
}

struct Run<'a, D, L> {
    course: Course<'a>,
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
    /// Minutes that are still to be held.
    remaining: u16,
    booked: Option<Seating>,
    /// The day of its first session.
    opened: Option<Day>,
    attempts: u64,
    rebookings: u64,
    sessions: u64,
}

impl PartState {
    const fn new(number: u8, block: u64, remaining: u16) -> Self {
        let block = block * BLOCK;
        Self { number, block, remaining, booked: None, opened: None, attempts: 0, rebookings: 0, sessions: 0 }
    }
}

impl<D: Draws, L: Listener> Run<'_, D, L> {
    fn whole(&mut self) -> Result<Ended, Stop<L::Error>> {
        match self.course.settled {
            Settled::Inquiry(awaited) => {
                let agreed = self.inquiry(*awaited)?;
                self.after_inquiry(agreed, Meeting::ToBook(Since::BEGINNING))
            }
            Settled::Introduction(meeting) => self.after_inquiry(0, *meeting),
            Settled::Application { letters, reviewing } => self.after_introduction(0, *letters, *reviewing),
            Settled::Training(part) => {
                self.tell(self.at(0), Step::Rosters)?;
                let trained = self.resume(0, std::slice::from_ref(part))?;
                self.after_training(trained, [PartyPoint::UNOPENED; 2])
            }
            Settled::Caucus(parties) => {
                self.tell(self.at(0), Step::Rosters)?;
                self.after_training(0, *parties)
            }
            Settled::Agreement(since) => {
                self.tell(self.at(0), Step::Rosters)?;
                self.after_caucus(0, *since)
            }
            Settled::Facilitation(parts) => {
                self.tell(self.at(0), Step::Rosters)?;
                let day = self.resume(1, parts)?;
                Ok(Ended { ending: Ending::Completed, day })
            }
        }
    }

    fn after_inquiry(&mut self, agreed: Day, meeting: Meeting) -> Result<Ended, Stop<L::Error>> {
        let met = self.introduction(agreed, meeting)?;
        self.stage(0, self.at(met))?;
        self.after_introduction(met, [Some(Since::BEGINNING); 3], Since::BEGINNING)
    }

    fn after_introduction(
        &mut self,
        met: Day,
        letters: [Option<Since>; 3],
        reviewing: Since,
    ) -> Result<Ended, Stop<L::Error>> {
        let accepted = self.application(met, letters, reviewing)?;
        self.stage(1, self.at(accepted))?;
        let trained = self.sessions(accepted, 0, &[self.course.program.training()], Since::BEGINNING)?;
        self.after_training(trained, [PartyPoint::UNOPENED; 2])
    }

    fn after_training(&mut self, trained: Day, parties: [PartyPoint; 2]) -> Result<Ended, Stop<L::Error>> {
        if self.course.settled.is_before_caucus() {
            self.stage(2, self.at(trained))?;
        }
        let adopted = self.caucus(trained, parties)?;
        self.stage(3, self.at(adopted))?;
        self.after_caucus(adopted, Since::BEGINNING)
    }

    fn after_caucus(&mut self, adopted: Day, since: Since) -> Result<Ended, Stop<L::Error>> {
        self.tell(self.at(adopted), Step::FormatChosen)?;
        let lengths = self.course.program.facilitation(self.course.format);
        let day = self.sessions(adopted, 1, lengths, since)?;
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

    fn inquiry(&mut self, awaited: [Option<Since>; 3]) -> Result<Day, Stop<L::Error>> {
        let mut answers = [(0, Seat::Superintendent); 3];
        let mut asked = 0;
        for (occurrence, (seat, since)) in (0..).zip(Seat::ALL.iter().zip(awaited)) {
            let Some(since) = since else { continue };
            let days = self.draws.days(Duration::LeaderResponse, occurrence, since);
            answers[asked] = (self.tables.working.from(days), *seat);
            asked += 1;
        }
        let answers = &mut answers[..asked];
        answers.sort_unstable();
        let mut last = 0;
        for (day, seat) in answers.iter().copied() {
            let moment = self.at(within(day)?);
            if self.draws.happens(Chance::LeaderDeclines, seat as u64) {
                self.tell(moment, Step::LeaderDeclines(seat))?;
                return Err(Stop::Ended(Ended { ending: Ending::LeaderDeclined, day }));
            }
            self.tell(moment, Step::LeaderAgrees(seat))?;
            last = day;
        }
        Ok(last)
    }

    fn introduction(&mut self, agreed: Day, meeting: Meeting) -> Result<Day, Stop<L::Error>> {
        match meeting {
            Meeting::ToBook(since) => {
                let lead = self.draws.days(Duration::MeetingLead, 0, since);
                let earliest = agreed.saturating_add(lead).max(self.course.first);
                let day = within(self.tables.meeting.from(earliest))?;
                let half = self.tables.half_of(Group::Meeting, day);
                let seating = Seating { day, half, minutes: HALF_DAY, real: None };
                self.tell(self.at(agreed), Step::Meeting { earliest, seating })?;
                self.sat = day;
            }
            Meeting::Booked(seating) => {
                self.tell(self.at(within(seating.day)?), Step::MeetingHeld(seating))?;
                self.sat = seating.day;
            }
            Meeting::Over => {
                self.tell(self.at(0), Step::ServicesChosen)?;
                return Ok(0);
            }
        }
        Ok(self.sat)
    }

    fn application(&mut self, met: Day, missing: [Option<Since>; 3], reviewing: Since) -> Result<Day, Stop<L::Error>> {
        self.tell(self.at(met), Step::Rosters)?;
        let mut letters = [(0, Body::TeachersOrganization); 3];
        let mut awaited = 0;
        for (occurrence, (body, since)) in (0..).zip(Body::ALL.iter().zip(missing)) {
            let Some(since) = since else { continue };
            let days = self.draws.days(Duration::WrittenConfirmation, occurrence, since);
            letters[awaited] = (self.tables.working.from(met.saturating_add(days)), *body);
            awaited += 1;
        }
        let letters = &mut letters[..awaited];
        letters.sort_unstable();
        for (day, body) in letters.iter().copied() {
            self.tell(self.at(within(day)?), Step::Letter(body))?;
        }
        let (last, since) = letters.last().map_or((met, reviewing), |(day, _)| (*day, Since::BEGINNING));
        let review = self.draws.days(Duration::ApplicationReview, 0, since);
        let accepted = self.working(last, review)?;
        self.tell(self.at(accepted), Step::Accepted)?;
        Ok(accepted)
    }

    /// Both parties caucus from the training's last day; the day on which both have adopted.
    fn caucus(&mut self, trained: Day, parties: [PartyPoint; 2]) -> Result<Day, Stop<L::Error>> {
        let now = self.at(trained);
        self.tell(now, Step::Caucuses)?;
        // The days sort before the order in which things are told on one day.
        let mut ahead = [(NEVER, 0, Step::Caucuses); 4];
        let (mut adopted, mut decided) = (true, trained);
        for (index, party, chance) in
            [(0, Party::Labor, Chance::LaborAdopts), (1, Party::Management, Chance::ManagementAdopts)]
        {
            let (from, since) = match parties[index] {
                PartyPoint::Decided(decision) => {
                    adopted &= decision == Decision::Adopt;
                    continue;
                }
                PartyPoint::Deciding(since) => (trained, since),
                PartyPoint::Concerned(since) => self.concern(trained, index, party, since, &mut ahead),
                PartyPoint::Unopened(since) => {
                    if self.draws.happens(Chance::ConcernRaised, index as u64) {
                        self.tell(now, Step::ConcernRaised(party))?;
                        self.concern(trained, index, party, Since::BEGINNING, &mut ahead)
                    } else {
                        (trained, since)
                    }
                }
            };
            let days = self.draws.days(Duration::Caucus, index as u64, since);
            let day = self.tables.working.from(from.saturating_add(days));
            let adopts = self.draws.happens(chance, 0);
            let decision = if adopts { Decision::Adopt } else { Decision::Decline };
            ahead[index + 2] = (day, index + 2, Step::Decides(party, decision));
            adopted &= adopts;
            decided = decided.max(day);
        }
        ahead.sort_unstable_by_key(|(day, order, _)| (*day, *order));
        for (day, _, step) in ahead.into_iter().filter(|(day, ..)| *day < NEVER) {
            self.tell(self.at(day), step)?;
        }
        let day = within(decided)?;
        if adopted { Ok(day) } else { Err(Stop::Ended(Ended { ending: Ending::NotAdopted, day })) }
    }

    /// A concern is answered: the day from which its party goes on to decide.
    fn concern(
        &mut self,
        trained: Day,
        index: usize,
        party: Party,
        since: Since,
        ahead: &mut [(Day, usize, Step); 4],
    ) -> (Day, Since) {
        let days = self.draws.days(Duration::Concern, index as u64, since);
        let answered = self.tables.working.from(trained.saturating_add(days));
        ahead[index] = (answered, index, Step::ConcernAddressed(party));
        (answered, Since::BEGINNING)
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
        Ok(Seating { day, half, minutes, real: None })
    }

    /// Books and holds every part of a stage; the day of the last session.
    fn sessions(&mut self, from: Day, stage: u64, lengths: &[u16], since: Since) -> Result<Day, Stop<L::Error>> {
        let notice = self.draws.days(Duration::SessionNotice, stage, since);
        let now = self.at(from);
        // What is booked after a sitting of the day begins no earlier than the next day.
        let first = from.saturating_add(notice).max(from + Day::from(now.late)).max(self.course.first);
        let length = |part: usize| lengths.get(part).copied().unwrap_or(0);
        let mut parts = [PartState::new(1, stage, length(0)), PartState::new(2, stage + 1, length(1))];
        let mut earliest = first;
        for part in parts.iter_mut().filter(|part| part.remaining > 0) {
            let seating = self.fitting(earliest, part.remaining, None)?;
            part.booked = Some(seating);
            earliest = seating.day + 1;
        }
        earliest = first;
        for part in parts {
            if let Some(seating) = part.booked {
                self.tell(now, Step::Booked { part: part.number, earliest, seating, make_up: false })?;
                earliest = seating.day + 1;
            }
        }
        self.hold(&mut parts)
    }

    /// Goes on with parts that the real case has begun; the day of the last session.
    fn resume(&mut self, stage: u64, points: &[PartPoint]) -> Result<Day, Stop<L::Error>> {
        let mut parts = [PartState::new(1, stage, 0), PartState::new(2, stage + 1, 0)];
        for (part, point) in parts.iter_mut().zip(points) {
            (part.remaining, part.opened) = (point.remaining, point.opened);
            match point.next {
                Awaited::Booked(seating) => part.booked = Some(seating),
                Awaited::Open { minutes } => {
                    self.tell(self.at(0), Step::OpenHeld { part: part.number })?;
                    self.sat = 0;
                    part.remaining = part.remaining.saturating_sub(minutes);
                }
                _ => {}
            }
        }
        for (index, point) in points.iter().enumerate().take(parts.len()) {
            if parts[index].booked.is_some() || parts[index].remaining <= self.course.program.grace() {
                continue;
            }
            let occurrence = parts[index].block;
            let days = match point.next {
                Awaited::Unbooked(since) => self.draws.days(Duration::SessionNotice, stage, since),
                Awaited::Rebook(since) => self.draws.days(Duration::Rebooking, occurrence, since),
                Awaited::Booked(_) | Awaited::Open { .. } | Awaited::Lapsed => {
                    self.draws.days(Duration::Rebooking, occurrence, Since::BEGINNING)
                }
            };
            parts[index].rebookings += 1;
            if point.next == Awaited::Lapsed {
                self.tell(self.at(0), Step::Postponed { part: parts[index].number })?;
            }
            self.place(&mut parts, index, days.max(self.course.first), self.at(0))?;
        }
        self.hold(&mut parts)
    }

    /// Until nothing is booked, the earliest booked session has its turn; the day of the last one.
    fn hold(&mut self, parts: &mut [PartState; 2]) -> Result<Day, Stop<L::Error>> {
        while let Some(next) = earliest_booked(parts) {
            self.attempt(parts, next)?;
        }
        Ok(self.sat)
    }

    /// The day of a booked session has come: it is postponed, or held in full, or cut short.
    fn attempt(&mut self, parts: &mut [PartState; 2], index: usize) -> Result<(), Stop<L::Error>> {
        // Only a real case can have booked the second part before the first, or for its day, on which it cannot open.
        let too_early = |day| parts[0].opened.map_or(parts[0].remaining > 0, |first| first == day);
        let waits =
            index == 1 && parts[1].opened.is_none() && parts[1].booked.is_some_and(|booked| too_early(booked.day));
        let part = &mut parts[index];
        let Some(seating) = part.booked.take() else { return Ok(()) };
        let (number, block, day) = (part.number, part.block, within(seating.day)?);
        let occurrence = block + part.attempts;
        part.attempts += 1;
        if waits || self.draws.happens(Chance::SessionPostponed, occurrence) {
            return self.postpone(parts, index, day);
        }
        let occurrence = block + part.sessions;
        part.sessions += 1;
        part.opened.get_or_insert(day);
        let choices = (seating.minutes / CUT_STEP).saturating_sub(1);
        let mut ran = seating.minutes;
        if self.draws.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            ran = CUT_STEP * (1 + self.draws.choice(choices, occurrence));
        }
        part.remaining = part.remaining.saturating_sub(ran);
        let over = part.remaining <= self.course.program.grace();
        let filled = over || ran == seating.minutes;
        self.tell(Moment { day, late: false }, Step::Held { part: number, seating, ran, filled })?;
        self.sat = day;
        if over { Ok(()) } else { self.rebook(parts, index, day) }
    }

    /// The first day on which a session can resume: rebooking days later, and not the same day.
    fn later(&mut self, part: &mut PartState, day: Day) -> Day {
        let occurrence = part.block + part.rebookings;
        part.rebookings += 1;
        day.saturating_add(self.draws.days(Duration::Rebooking, occurrence, Since::BEGINNING).max(1))
    }

    /// Books what was cut short or postponed; not on a day that is taken.
    fn rebook(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let earliest = self.later(&mut parts[index], day);
        self.place(parts, index, earliest, self.at(day))
    }

    /// Postpones a session and books it anew.
    fn postpone(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let moment = self.at(day);
        self.tell(moment, Step::Postponed { part: parts[index].number })?;
        self.rebook(parts, index, day)
    }

    /// Books a part that is not booked, from a day on. The second part's first session comes after the first part's: it
    /// moves where that would no longer be so.
    fn place(
        &mut self,
        parts: &mut [PartState; 2],
        index: usize,
        mut earliest: Day,
        moment: Moment,
    ) -> Result<(), Stop<L::Error>> {
        let (minutes, make_up) = (parts[index].remaining, parts[index].opened.is_some());
        let other = parts[1 - index].booked;
        let first_opens = parts[0].opened.is_none() && parts[0].remaining > 0;
        let second_follows = index == 0 && first_opens && parts[1].opened.is_none();
        if index == 1 && first_opens {
            earliest = earliest.max(other.map_or(0, |first| first.day.saturating_add(1)));
        }
        let taken = other.filter(|_| !second_follows).map(|other| other.day);
        let seating = self.fitting(earliest, minutes, taken)?;
        parts[index].booked = Some(seating);
        let number = parts[index].number;
        let moved = other.filter(|second| second_follows && second.day <= seating.day);
        let moved = moved.map(|_| self.fitting(seating.day + 1, parts[1].remaining, None)).transpose()?;
        if moved.is_some() {
            self.tell(moment, Step::Postponed { part: 2 })?;
        }
        self.tell(moment, Step::Booked { part: number, earliest, seating, make_up })?;
        if let Some(second) = moved {
            parts[1].booked = Some(second);
            let earliest = seating.day + 1;
            self.tell(moment, Step::Booked { part: 2, earliest, seating: second, make_up: false })?;
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
