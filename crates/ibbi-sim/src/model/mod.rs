//! The model: one run from the first question to the last session. `docs/simulation.md` says it in words.

mod sessions;
mod steps;

pub use steps::Ending;
pub(crate) use steps::{Ended, Listener, Moment, Seating, Silent, Step};

use crate::assumptions::{Chance, Duration};
use crate::calendar::{Day, Group, NEVER, Tables};
use crate::draws::Draws;
use crate::settled::{Meeting, PartyPoint, Settled, Since};
use ibbi_core::{Body, Decision, Format, Party, Program, Seat};

/// The length of a half-day, in minutes.
const HALF_DAY: u16 = 240;

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
}

/// The day, if it comes within the horizon; otherwise the run is unfinished.
const fn within<E>(day: Day) -> Result<Day, Stop<E>> {
    if day < NEVER { Ok(day) } else { Err(Stop::UNFINISHED) }
}
