//! Routes: the shortest list of kinds of event from a case to a goal.

use crate::case::Case;
use crate::event::EventKind;
use crate::file::CaseFile;
use crate::people::Party;
use crate::program::Program;
use crate::sessions::Sessions;
use crate::slot::Slot;
use crate::stage::{Decision, Outcome, Stage};
use crate::stages::{Application, Caucus, Facilitation, HoldsSessions, Inquiry, Introduction, Training};
use crate::teams::Teams;
use crate::text::ActivityId;
use crate::time::LocalTime;
use crate::time::{At, Date};
use alloc::vec::Vec;

/// The goal of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A stage. The route to `closed` is a single withdrawal; for another outcome, use [`Goal::Outcome`].
    Stage(Stage),
    /// An outcome.
    Outcome(Outcome),
}

impl core::str::FromStr for Goal {
    type Err = crate::sets::UnknownCode;
    /// Reads the code of a stage or of an outcome.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(outcome) = Outcome::from_code(text) {
            return Ok(Self::Outcome(outcome));
        }
        text.parse().map(Self::Stage).map_err(|_| {
            let known = &[
                "introduction",
                "application",
                "training",
                "caucus",
                "agreement",
                "facilitation",
                "closed",
                "completed",
                "referred",
                "not_accepted",
                "not_adopted",
                "withdrawn",
            ];
            crate::sets::UnknownCode::new("stage or outcome", text, known)
        })
    }
}

/// Returns the shortest list of kinds of event that leads from a case to a goal.
///
/// The list is empty if the case is already at the goal. The result is `None` if only a correction could lead there. The
/// route has the fewest events, not the fewest days, and doesn't undo a choice: a chosen format stays. `at` determines
/// which booked sessions are in the past and must be postponed first.
///
/// ```
/// use ibbi_core::{route, At, Case, EventKind, Goal, Outcome, Stage};
/// let at: At = "2026-09-01T13:00:00.000Z".parse().unwrap();
/// let kinds = route(&Case::default(), Goal::Stage(Stage::Introduction), at).unwrap();
/// assert_eq!(kinds[0], EventKind::CaseOpened);
/// assert_eq!(kinds[1..], [EventKind::LeaderAgreed; 3]);
/// assert!(route(&Case::default(), Goal::Outcome(Outcome::Completed), at).is_some());
/// ```
pub fn route(case: &Case, goal: Goal, at: At) -> Option<Vec<EventKind>> {
    let here = case.stage();
    if goal == Goal::Stage(here) || case.outcome().is_some_and(|outcome| goal == Goal::Outcome(outcome)) {
        return Some(Vec::new());
    }
    if here == Stage::Closed || goal == Goal::Stage(Stage::Unopened) {
        return None;
    }
    let program = case.file().map(CaseFile::program);
    let mut search =
        RouteSearch { steps: Vec::new(), case: Some(case), program, at, team_needs: TeamNeeds::new(case.teams()) };
    search.go_to(here, goal).then_some(search.steps)
}

/// The members to name and the pledges to give before the teams can act.
struct TeamNeeds {
    name: usize,
    pledge: usize,
}

impl TeamNeeds {
    fn new(teams: Option<&Teams>) -> Self {
        let Some(teams) = teams else { return Self { name: 2, pledge: 2 } };
        let name = Party::ALL.iter().filter(|party| teams.members(**party).is_empty()).count();
        let unpledged = teams.everyone().filter(|member| !member.pledged).count();
        Self { name, pledge: name + unpledged }
    }
}

struct RouteSearch<'a> {
    steps: Vec<EventKind>,
    /// The case, while the route is still in its stage. `None` in later stages.
    case: Option<&'a Case>,
    /// The program's parameters. `None` before the opening, which means the published ones.
    program: Option<&'a Program>,
    at: At,
    team_needs: TeamNeeds,
}

impl RouteSearch<'_> {
    fn step(&mut self, kind: EventKind, times: usize) {
        self.steps.extend(core::iter::repeat_n(kind, times));
    }

    fn ready_teams(&mut self) {
        let TeamNeeds { name, pledge } = core::mem::replace(&mut self.team_needs, TeamNeeds { name: 0, pledge: 0 });
        self.step(EventKind::MemberNamed, name);
        self.step(EventKind::AttendancePledged, pledge);
    }

    /// Adds the steps to the goal, stage by stage. Returns `false` if the goal can't be reached.
    fn go_to(&mut self, from: Stage, goal: Goal) -> bool {
        let mut here = from;
        loop {
            if goal == Goal::Stage(here) {
                return true;
            }
            if self.end_from(here, goal) {
                return true;
            }
            let Some(next) = self.step_to_next_stage(here) else { return goal == Goal::Outcome(Outcome::Completed) };
            self.case = None;
            here = next;
        }
    }

    /// Adds the steps to the goal if it is an outcome that this stage can lead to directly. Returns whether it is.
    fn end_from(&mut self, here: Stage, goal: Goal) -> bool {
        match (here, goal) {
            (Stage::Unopened, _) => return false,
            (_, Goal::Stage(Stage::Closed) | Goal::Outcome(Outcome::Withdrawn)) => {
                self.step(EventKind::CaseWithdrawn, 1);
            }
            (Stage::Introduction, Goal::Outcome(Outcome::Referred)) => {
                let state = self.introduction();
                let chosen = state.is_some_and(|state| !state.introduced().chosen().is_empty());
                if !chosen {
                    self.cover_topics();
                    self.step(EventKind::ServiceChosen, 1);
                }
                self.step(EventKind::CaseReferred, 1);
            }
            (Stage::Application, Goal::Outcome(Outcome::NotAccepted)) => self.step(EventKind::ApplicationDeclined, 1),
            (Stage::Caucus, Goal::Outcome(Outcome::NotAdopted)) => self.decide(Decision::Decline),
            _ => return false,
        }
        true
    }

    /// Adds the steps from a stage to the next one, and returns it. Returns `None` after the last stage.
    fn step_to_next_stage(&mut self, here: Stage) -> Option<Stage> {
        match here {
            Stage::Unopened => {
                self.step(EventKind::CaseOpened, 1);
                Some(Stage::Inquiry)
            }
            Stage::Inquiry => {
                let seats = self.inquiry().map_or(3, |state| state.open_seats().count());
                self.step(EventKind::LeaderAgreed, seats);
                Some(Stage::Introduction)
            }
            Stage::Introduction => {
                self.cover_topics();
                self.step(EventKind::ServiceChosen, 1);
                Some(Stage::Application)
            }
            Stage::Application => {
                let letters = self.application().map_or(3, |state| state.missing_letters().count());
                self.step(EventKind::SupportConfirmed, letters);
                self.ready_teams();
                self.step(EventKind::ApplicationAccepted, 1);
                Some(Stage::Training)
            }
            Stage::Training => {
                self.train();
                Some(Stage::Caucus)
            }
            Stage::Caucus => {
                self.decide(Decision::Adopt);
                Some(Stage::Agreement)
            }
            Stage::Agreement => {
                self.step(EventKind::FormatChosen, 1);
                Some(Stage::Facilitation)
            }
            Stage::Facilitation => {
                self.facilitate();
                None
            }
            Stage::Closed => None,
        }
    }

    fn inquiry(&self) -> Option<&Inquiry> {
        if let Some(Case::Inquiry(state)) = self.case { Some(state) } else { None }
    }

    fn introduction(&self) -> Option<&Introduction> {
        if let Some(Case::Introduction(state)) = self.case { Some(state) } else { None }
    }

    fn application(&self) -> Option<&Application> {
        if let Some(Case::Application(state)) = self.case { Some(state) } else { None }
    }

    fn training(&self) -> Option<&Training> {
        if let Some(Case::Training(state)) = self.case { Some(state) } else { None }
    }

    fn caucus(&self) -> Option<&Caucus> {
        if let Some(Case::Caucus(state)) = self.case { Some(state) } else { None }
    }

    fn facilitation(&self) -> Option<&Facilitation> {
        if let Some(Case::Facilitation(state)) = self.case { Some(state) } else { None }
    }

    fn cover_topics(&mut self) {
        let covered = self.introduction().is_some_and(|state| state.introduced().topics() == crate::Topics::ALL);
        self.step(EventKind::MeetingHeld, usize::from(!covered));
    }

    /// Adds the steps to each party's decision. A party that declined must reopen its decision if both are to adopt. If
    /// the goal is that they don't both adopt, one decline is enough.
    fn decide(&mut self, wanted: Decision) {
        let by_party: Vec<_> = Party::ALL.iter().map(|party| self.decision_steps(*party, wanted)).collect();
        self.ready_teams();
        for steps in by_party {
            self.steps.extend(steps);
        }
    }

    fn decision_steps(&self, party: Party, wanted: Decision) -> Vec<EventKind> {
        let mut steps = Vec::new();
        let state = self.caucus();
        let decided = state.and_then(|state| state.party(party).decided).map(|decided| decided.decision);
        match (decided, wanted) {
            (Some(Decision::Adopt), _) | (Some(Decision::Decline), Decision::Decline) => return steps,
            (Some(Decision::Decline), Decision::Adopt) => steps.push(EventKind::DecisionReopened),
            (None, _) => {}
        }
        if state.is_none_or(|state| state.party(party).opened.is_none()) {
            steps.push(EventKind::CaucusOpened);
        }
        if wanted == Decision::Adopt {
            let concerns = state.map_or(0, |state| state.open_concerns(party).count());
            steps.extend(core::iter::repeat_n(EventKind::ConcernAddressed, concerns));
        }
        steps.push(EventKind::PartyDecided);
        steps
    }

    fn train(&mut self) {
        let state = self.training();
        let required = || self.program.map_or(ActivityId::PUBLISHED.len(), |program| program.activities().len());
        let activities = state.map_or_else(required, |state| state.activities_left().count());
        let parts = self.program.map_or(1, |program| program.training().len());
        let cycles = self.session_steps(state.map(HoldsSessions::sessions), parts);
        let opens = cycles.contains(&EventKind::SessionOpened);
        if opens {
            self.ready_teams();
        }
        // The activities go before the last closing, while a session is open.
        let (last, before) = cycles.split_last().map_or((None, &[][..]), |(last, before)| (Some(*last), before));
        self.steps.extend(before);
        self.step(EventKind::ActivityRun, activities);
        self.steps.extend(last);
    }

    fn facilitate(&mut self) {
        let state = self.facilitation();
        let parts = |program: &Program| program.formats().map(|(_, parts)| parts.len()).min();
        let fewest = self.program.and_then(parts).unwrap_or(1);
        let cycles = self.session_steps(state.map(HoldsSessions::sessions), fewest);
        if cycles.contains(&EventKind::SessionOpened) {
            self.ready_teams();
        }
        self.steps.extend(cycles);
    }

    /// Returns the steps that complete every part: those of the current stage, or `fresh` new parts.
    fn session_steps(&self, sessions: Option<&Sessions>, fresh: usize) -> Vec<EventKind> {
        use EventKind::{SessionClosed, SessionOpened, SessionPostponed, SessionScheduled};
        let Some(sessions) = sessions else {
            return [SessionScheduled, SessionOpened, SessionClosed].repeat(fresh);
        };
        let is_open = |number: u8| sessions.open().is_some_and(|open| open.part == number);
        let mut unfilled: Vec<_> = sessions.numbered().filter(|(_, part)| !part.is_filled(sessions.grace())).collect();
        unfilled.sort_by_key(|(number, _)| (!is_open(*number), *number));
        // Postpone bookings that can't be kept first, so that no new booking overlaps them.
        let (mut cleared, mut steps, lost) = (Vec::new(), Vec::new(), self.lost(sessions));
        for (number, part) in unfilled {
            let short = |minutes: u32| minutes + u32::from(sessions.grace()) < u32::from(part.remaining());
            match (&part.booked, sessions.open()) {
                (_, Some(open)) if open.part == number => {
                    steps.push(SessionClosed);
                    if short(open.slot.minutes()) {
                        steps.extend([SessionScheduled, SessionOpened, SessionClosed]);
                    }
                }
                (Some(booking), _) => {
                    if short(booking.slot.minutes()) || lost.contains(&number) {
                        cleared.push(SessionPostponed);
                        steps.push(SessionScheduled);
                    }
                    steps.extend([SessionOpened, SessionClosed]);
                }
                _ => steps.extend([SessionScheduled, SessionOpened, SessionClosed]),
            }
        }
        cleared.extend(steps);
        cleared
    }

    /// Returns the parts whose booked session can't be held as booked. Its day is over, or an earlier part, which needs a
    /// different day, can't be held before it.
    fn lost(&self, sessions: &Sessions) -> Vec<u8> {
        let Some((_, any)) = sessions.bookings().next() else { return Vec::new() };
        let (offset, mut lost) = (any.slot.starts().offset_minutes(), Vec::new());
        // The day on which the previous part first opens.
        let mut before: Option<Date> = None;
        for (number, part) in sessions.numbered() {
            let booked = part.booked.as_ref().map(|booking| booking.slot);
            let lapsed = booked.is_some_and(|slot| slot.day_of(self.at) > slot.local_day());
            let crowded = |slot: Slot| part.first_day.is_none() && before.is_some_and(|day| slot.local_day() <= day);
            let kept = booked.filter(|slot| !lapsed && !crowded(*slot));
            if booked.is_some() && kept.is_none() {
                lost.push(number);
            }
            let earliest = || self.earliest_day(part.minutes, offset).max(before.map(next_day));
            before = part.first_day.or(kept.map(Slot::local_day)).or_else(earliest);
        }
        lost
    }

    /// Returns the first day on which a slot of this length can still be booked.
    fn earliest_day(&self, minutes: u16, offset: i16) -> Option<Date> {
        let minute = At::from_millis(self.at.millis() / 60_000 * 60_000)?;
        let now = LocalTime::new(minute, offset)?;
        let fits = now.minute_of_day() + 1 + u32::from(minutes) <= 24 * 60;
        Some(if fits { now.date() } else { next_day(now.date()) })
    }
}

/// Returns the next day, or the same day if it is the last valid date.
fn next_day(day: Date) -> Date {
    let next = day.to_chrono().succ_opt();
    next.and_then(|next| Date::try_from(next).ok()).unwrap_or(day)
}
