//! The model of one run, from the first question to the last session. `docs/simulation.md` describes it.

mod course;
mod progress;
mod sessions;
mod steps;

pub(crate) use course::Course;
pub(crate) use progress::Progress;
pub use progress::{DelayCause, ForecastStep};
pub(crate) use sessions::{BLOCK, cut_choices, cut_minutes, part_number};
pub use steps::Ending;
pub(crate) use steps::{ModelTime, NoListener, RunListener, RunResult, RunStep};

use crate::assumptions::{Chance, Duration, Model};
use crate::calendar::{Day, DayFinder, NEVER, RunSlot};
use crate::initial_state::{InitialState, Meeting, PartyProgress, Waited};
use crate::sampler::Sampler;
use crate::scenario::SessionGroup;
use ibbi_core::{Body, Decision, Party, Seat};

/// Why a run stops before its last step: it has ended, or its listener failed.
enum Stop<E> {
    Ended(Ending, Day),
    Failed(E),
}

impl<E> Stop<E> {
    const UNFINISHED: Self = Self::Ended(Ending::Unfinished, NEVER);
}

/// The inputs of a run, except its draws.
#[derive(Clone, Copy)]
pub(crate) struct RunInputs<'a> {
    pub(crate) days: DayFinder<'a>,
    pub(crate) course: &'a Course,
    pub(crate) initial: &'a InitialState,
    /// The first day on which a new session can be held. In a resumed case, day 0 is too early.
    pub(crate) first: Day,
}

/// Simulates one run.
pub(crate) fn run<D: Sampler, L: RunListener>(
    inputs: RunInputs<'_>,
    sampler: &mut D,
    listener: &mut L,
) -> Result<RunResult, L::Error> {
    let progress = Progress::NONE;
    let RunInputs { days, course, .. } = inputs;
    let mut run = Run { inputs, days, course, sampler, listener, last_session: NEVER, progress };
    let (ending, day) = match run.play() {
        Ok(day) => (Ending::Completed, day),
        Err(Stop::Ended(ending, day)) => (ending, day),
        Err(Stop::Failed(error)) => return Err(error),
    };
    let stopped = match ending {
        Ending::Completed => None,
        Ending::Unfinished => run.later_stop(),
        stopped => Some(stopped),
    };
    Ok(RunResult { ending, day, stopped, progress: run.progress })
}

struct Run<'a, D, L> {
    inputs: RunInputs<'a>,
    days: DayFinder<'a>,
    course: &'a Course,
    sampler: &'a mut D,
    listener: &'a mut L,
    /// The day of the last session; [`NEVER`] before the first.
    last_session: Day,
    progress: Progress,
}

impl<D: Sampler, L: RunListener> Run<'_, D, L> {
    /// Plays the run to its completion. Returns the day of the last session.
    fn play(&mut self) -> Result<Day, Stop<L::Error>> {
        match self.inputs.initial {
            InitialState::Inquiry(awaited) => {
                let agreed = self.inquiry(*awaited)?;
                self.after_inquiry(agreed, Meeting::ToBook(Waited::NONE))
            }
            InitialState::Introduction(meeting) => self.after_inquiry(0, *meeting),
            InitialState::Application { letters, reviewing } => self.after_introduction(0, *letters, *reviewing),
            InitialState::Training(parts) => {
                self.emit(self.at(0), RunStep::Rosters)?;
                let trained = self.resume(SessionGroup::Training, parts)?;
                self.after_training(trained, [PartyProgress::UNOPENED; 2])
            }
            InitialState::Caucus(parties) => {
                self.emit(self.at(0), RunStep::Rosters)?;
                self.after_training(0, *parties)
            }
            InitialState::Agreement(since) => {
                self.emit(self.at(0), RunStep::Rosters)?;
                self.after_caucus(0, *since)
            }
            InitialState::Facilitation(parts) => {
                self.emit(self.at(0), RunStep::Rosters)?;
                let completed = self.resume(SessionGroup::Facilitation, parts)?;
                Ok(self.after_facilitation(completed))
            }
        }
    }

    fn after_inquiry(&mut self, agreed: Day, meeting: Meeting) -> Result<Day, Stop<L::Error>> {
        let met = self.introduction(agreed, meeting)?;
        self.progress.reach(ForecastStep::Meeting, met);
        self.enter_stage(0, self.at(met))?;
        self.after_introduction(met, [Some(Waited::NONE); 3], Waited::NONE)
    }

    fn after_introduction(
        &mut self,
        met: Day,
        letters: [Option<Waited>; 3],
        reviewing: Waited,
    ) -> Result<Day, Stop<L::Error>> {
        let accepted = self.application(met, letters, reviewing)?;
        self.progress.reach(ForecastStep::Acceptance, accepted);
        self.enter_stage(1, self.at(accepted))?;
        let trained = self.sessions(accepted, SessionGroup::Training, Waited::NONE)?;
        self.after_training(trained, [PartyProgress::UNOPENED; 2])
    }

    fn after_training(&mut self, trained: Day, parties: [PartyProgress; 2]) -> Result<Day, Stop<L::Error>> {
        if self.inputs.initial.is_before_caucus() {
            self.enter_stage(2, self.at(trained))?;
        }
        let adopted = self.caucus(trained, parties)?;
        self.progress.reach(ForecastStep::Decisions, adopted);
        self.enter_stage(3, self.at(adopted))?;
        self.after_caucus(adopted, Waited::NONE)
    }

    fn after_caucus(&mut self, adopted: Day, since: Waited) -> Result<Day, Stop<L::Error>> {
        self.emit(self.at(adopted), RunStep::FormatChosen)?;
        let completed = self.sessions(adopted, SessionGroup::Facilitation, since)?;
        Ok(self.after_facilitation(completed))
    }

    /// Counts the ratification, if it is asked for. Returns the day of the last session.
    fn after_facilitation(&mut self, completed: Day) -> Day {
        if self.course.ratification {
            let days = self.sampler.days(Duration::Ratification, 0, Waited::NONE);
            self.progress.reach(ForecastStep::Ratification, self.days.working(completed.saturating_add(days)));
        }
        completed
    }

    /// Returns why an unfinished run would not have been completed with any calendar. A draw depends only on its key, so the
    /// chances that the run did not come to are drawn here.
    fn later_stop(&mut self) -> Option<Ending> {
        let initial = self.inputs.initial;
        let (first, parties) = match initial {
            InitialState::Inquiry(_) | InitialState::Introduction(_) => (0, [PartyProgress::UNOPENED; 2]),
            InitialState::Application { .. } => (1, [PartyProgress::UNOPENED; 2]),
            InitialState::Training(_) => (2, [PartyProgress::UNOPENED; 2]),
            InitialState::Caucus(parties) => (3, *parties),
            InitialState::Agreement(_) | InitialState::Facilitation(_) => return None,
        };
        if let InitialState::Inquiry(awaited) = initial {
            let mut asked = (0..).zip(awaited).filter(|(_, awaited)| awaited.is_some());
            if asked.any(|(seat, _)| self.sampler.happens(Chance::LeaderDeclines, seat)) {
                return Some(Ending::LeaderDeclined);
            }
        }
        if (first..3).any(|stage| self.sampler.happens(Chance::Withdraws, stage)) {
            return Some(Ending::Withdrawn);
        }
        let mut decisions = parties.into_iter().zip([Chance::LaborAdopts, Chance::ManagementAdopts]);
        let adopted = decisions.all(|(party, chance)| match party {
            PartyProgress::Decided(decision) => decision == Decision::Adopt,
            _ => self.sampler.happens(chance, 0),
        });
        if !adopted {
            return Some(Ending::NotAdopted);
        }
        self.sampler.happens(Chance::Withdraws, 3).then_some(Ending::Withdrawn)
    }

    /// Returns the time for paperwork: 7:00 AM, or 5:00 PM on a day with a session.
    const fn at(&self, day: Day) -> ModelTime {
        ModelTime { day, late: self.last_session == day }
    }

    fn emit(&mut self, moment: ModelTime, step: RunStep) -> Result<(), Stop<L::Error>> {
        self.listener.step(moment, step).map_err(Stop::Failed)
    }

    /// Returns the first working day at least `later` days later. The run ends if there is none.
    fn working(&self, day: Day, later: u16) -> Result<Day, Stop<L::Error>> {
        within_horizon(self.days.working(day.saturating_add(later)))
    }

    /// Draws whether the district withdraws when it enters a stage.
    fn enter_stage(&mut self, occurrence: u64, moment: ModelTime) -> Result<(), Stop<L::Error>> {
        if !self.sampler.happens(Chance::Withdraws, occurrence) {
            return Ok(());
        }
        self.emit(moment, RunStep::Withdrawn)?;
        Err(Stop::Ended(Ending::Withdrawn, moment.day))
    }

    fn inquiry(&mut self, awaited: [Option<Waited>; 3]) -> Result<Day, Stop<L::Error>> {
        let mut answers = [(0, Seat::Superintendent, 0); 3];
        let mut asked = 0;
        for (occurrence, (seat, since)) in (0..).zip(Seat::ALL.iter().zip(awaited)) {
            let Some(since) = since else { continue };
            let days = self.sampler.days(Duration::LeaderResponse, occurrence, since);
            answers[asked] = (self.days.working(days), *seat, days);
            asked += 1;
        }
        let answers = &mut answers[..asked];
        answers.sort_unstable();
        let (mut last, mut waited) = (0, 0);
        for (day, seat, days) in answers.iter().copied() {
            let moment = self.at(within_horizon(day)?);
            if self.sampler.happens(Chance::LeaderDeclines, seat as u64) {
                self.emit(moment, RunStep::LeaderDeclines(seat))?;
                return Err(Stop::Ended(Ending::LeaderDeclined, day));
            }
            self.emit(moment, RunStep::LeaderAgrees(seat))?;
            (last, waited) = (day, days);
        }
        self.progress.spend(DelayCause::LeaderAnswers, 0, waited);
        self.progress.spend(DelayCause::Calendars, waited, last);
        Ok(last)
    }

    /// Draws when a booking that is due on a day happens, and the earliest day that it can be for.
    fn booking(&mut self, group: SessionGroup, due: Day, since: Waited) -> Result<(Day, Day), Stop<L::Error>> {
        if self.course.model == Model::First {
            let (which, occurrence) = match group {
                SessionGroup::Meeting => (Duration::MeetingLead, 0),
                SessionGroup::Training => (Duration::SessionNotice, 0),
                SessionGroup::Facilitation => (Duration::SessionNotice, 1),
            };
            return Ok((due, due.saturating_add(self.sampler.days(which, occurrence, since))));
        }
        let delay = self.sampler.days(Duration::BookingDelay, group as u64, since);
        let booked = self.working(due, delay)?;
        Ok((booked, booked.saturating_add(self.course.notice(group))))
    }

    /// Returns the first time for a session from a day on, other than days that are taken.
    fn slot(
        &self,
        group: SessionGroup,
        minutes: u16,
        earliest: Day,
        taken: impl Fn(Day) -> bool,
    ) -> Result<RunSlot, Stop<L::Error>> {
        let (day, start) = self.days.session(group, minutes, earliest, taken).ok_or(Stop::UNFINISHED)?;
        Ok(RunSlot { day, start, minutes, real: None })
    }

    fn introduction(&mut self, agreed: Day, meeting: Meeting) -> Result<Day, Stop<L::Error>> {
        match meeting {
            Meeting::ToBook(since) => {
                let (booked, earliest) = self.booking(SessionGroup::Meeting, agreed, since)?;
                let earliest = earliest.max(self.inputs.first);
                let slot = self.slot(SessionGroup::Meeting, self.course.meeting, earliest, |_| false)?;
                self.emit(self.at(booked), RunStep::Meeting { earliest, slot })?;
                self.last_session = slot.day;
                self.progress.spend(DelayCause::BookingDelay, agreed, booked);
                self.progress.spend(DelayCause::MeetingNotice, booked, earliest);
                self.progress.spend(DelayCause::Calendars, earliest, slot.day);
            }
            Meeting::Booked(slot) => {
                self.emit(self.at(within_horizon(slot.day)?), RunStep::MeetingHeld(slot))?;
                self.last_session = slot.day;
                self.progress.spend(DelayCause::Booked, 0, slot.day);
            }
            Meeting::Over => {
                self.emit(self.at(0), RunStep::ServicesChosen)?;
                return Ok(0);
            }
        }
        Ok(self.last_session)
    }

    fn application(
        &mut self,
        met: Day,
        missing: [Option<Waited>; 3],
        reviewing: Waited,
    ) -> Result<Day, Stop<L::Error>> {
        self.emit(self.at(met), RunStep::Rosters)?;
        let mut letters = [(0, Body::TeachersOrganization, 0); 3];
        let mut awaited = 0;
        for (occurrence, (body, since)) in (0..).zip(Body::ALL.iter().zip(missing)) {
            let Some(since) = since else { continue };
            let days = self.sampler.days(Duration::WrittenConfirmation, occurrence, since);
            letters[awaited] = (self.days.working(met.saturating_add(days)), *body, met.saturating_add(days));
            awaited += 1;
        }
        let letters = &mut letters[..awaited];
        letters.sort_unstable();
        for (day, body, _) in letters.iter().copied() {
            self.emit(self.at(within_horizon(day)?), RunStep::Letter(body))?;
        }
        let (last, came, since) =
            letters.last().map_or((met, met, reviewing), |(day, _, came)| (*day, *came, Waited::NONE));
        let review = self.sampler.days(Duration::ApplicationReview, 0, since);
        let accepted = self.working(last, review)?;
        self.progress.spend(DelayCause::Letters, met, came);
        self.progress.spend(DelayCause::Calendars, came, last);
        self.progress.spend(DelayCause::Acceptance, last, last + review);
        self.progress.spend(DelayCause::Calendars, last + review, accepted);
        self.emit(self.at(accepted), RunStep::Accepted)?;
        Ok(accepted)
    }

    /// Simulates both caucuses, which start on the training's last day. Returns the day on which both have adopted.
    fn caucus(&mut self, trained: Day, parties: [PartyProgress; 2]) -> Result<Day, Stop<L::Error>> {
        let now = self.at(trained);
        self.emit(now, RunStep::Caucuses)?;
        // Steps are sorted by day, then by their order on that day.
        let mut ahead = [(NEVER, 0, RunStep::Caucuses); 4];
        let (mut adopted, mut decided) = (true, trained);
        // What the party with the later decision waited for.
        let mut waits = [trained; 4];
        for (index, party, chance) in
            [(0, Party::Labor, Chance::LaborAdopts), (1, Party::Management, Chance::ManagementAdopts)]
        {
            let (answer, from, since) = match parties[index] {
                PartyProgress::Decided(decision) => {
                    adopted &= decision == Decision::Adopt;
                    continue;
                }
                PartyProgress::Deciding(since) => (trained, trained, since),
                PartyProgress::Concerned(since) => self.concern(trained, index, party, since, &mut ahead),
                PartyProgress::Unopened(since) => {
                    if self.sampler.happens(Chance::ConcernRaised, index as u64) {
                        self.emit(now, RunStep::ConcernRaised(party))?;
                        self.concern(trained, index, party, Waited::NONE, &mut ahead)
                    } else {
                        (trained, trained, since)
                    }
                }
            };
            let days = self.sampler.days(Duration::Caucus, index as u64, since);
            let day = self.days.working(from.saturating_add(days));
            let adopts = self.sampler.happens(chance, 0);
            let decision = if adopts { Decision::Adopt } else { Decision::Decline };
            ahead[index + 2] = (day, index + 2, RunStep::Decides(party, decision));
            adopted &= adopts;
            if day > decided {
                decided = day;
                waits = [trained, answer, from, from.saturating_add(days)];
            }
        }
        ahead.sort_unstable_by_key(|(day, order, _)| (*day, *order));
        for (day, _, step) in ahead.into_iter().filter(|(day, ..)| *day < NEVER) {
            self.emit(self.at(day), step)?;
        }
        let day = within_horizon(decided)?;
        let [trained, answered, from, due] = waits;
        self.progress.spend(DelayCause::Concerns, trained, answered);
        self.progress.spend(DelayCause::Calendars, answered, from);
        self.progress.spend(DelayCause::Decisions, from, due);
        self.progress.spend(DelayCause::Calendars, due, day);
        if adopted { Ok(day) } else { Err(Stop::Ended(Ending::NotAdopted, day)) }
    }

    /// Answers a concern. Returns the day on which the answer is ready, and the working day from which its party goes on
    /// to decide.
    fn concern(
        &mut self,
        trained: Day,
        index: usize,
        party: Party,
        since: Waited,
        ahead: &mut [(Day, usize, RunStep); 4],
    ) -> (Day, Day, Waited) {
        let answer = trained.saturating_add(self.sampler.days(Duration::Concern, index as u64, since));
        let answered = self.days.working(answer);
        ahead[index] = (answered, index, RunStep::ConcernAddressed(party));
        (answer, answered, Waited::NONE)
    }
}

/// Returns the day if it is within the horizon. If not, the run is unfinished.
const fn within_horizon<E>(day: Day) -> Result<Day, Stop<E>> {
    if day < NEVER { Ok(day) } else { Err(Stop::UNFINISHED) }
}
