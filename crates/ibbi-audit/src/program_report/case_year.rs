//! Reading one case for a program report.

use super::CaseYear;
use ibbi_common::zone::Zone;
use ibbi_core::events::{OutcomeNoted, SessionScheduled};
use ibbi_core::{At, Date, Event, FollowUpResult, History, HistoryStep, Name, Outcome, Party, Stage};
use ibbi_log::Uuid;

/// Reads cases for a range of days, with the events until an instant.
pub(super) struct CaseYearReader {
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) as_of: At,
}

/// A session that was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SessionHeld {
    /// The neutral who is named first, and those who led it too.
    pub(super) neutrals: Vec<Name>,
    pub(super) minutes: u64,
    pub(super) is_training: bool,
}

/// A case as it was read: its row, and what only the totals need.
pub(super) struct CaseRead {
    pub(super) row: CaseYear,
    pub(super) was_open_at_start: bool,
    pub(super) was_opened: bool,
    pub(super) was_closed: bool,
    /// Whether it was open on a day of the year.
    pub(super) was_open: bool,
    pub(super) sessions: Vec<SessionHeld>,
    pub(super) postponed: u64,
    /// The neutrals of each booked session that has not opened.
    pub(super) booked: Vec<Vec<Name>>,
    pub(super) results: Results,
}

/// What became of the bargaining in the year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Results {
    pub(super) tentative: bool,
    pub(super) ratified: bool,
    pub(super) none: bool,
}

impl CaseYearReader {
    /// Reads a case. Returns nothing if it has no part in the year.
    pub(super) fn read(&self, case: Uuid, history: &History) -> Option<CaseRead> {
        let steps = history.steps(self.as_of);
        let Event::CaseOpened(opening) = &steps.first()?.entry.event else { return None };
        let zone = Zone::find(&opening.time_zone).unwrap_or_default();
        let opened = zone.date(steps.first()?.entry.at);
        if opened > self.last {
            return None;
        }
        let mut progress = CaseProgress::default();
        let mut stage = Stage::Unopened;
        let mut closed = None;
        for step in &steps {
            let day = zone.date(step.entry.at);
            if let Event::OutcomeNoted(noted) = &step.entry.event {
                progress.note_result(noted, self.contains(noted.dated));
            }
            if day > self.last {
                continue;
            }
            stage = step.to;
            if step.from != Stage::Closed && step.to == Stage::Closed {
                closed = Some(day);
            }
            progress.read(step, self.contains(day), day, history);
        }
        let outcome = if closed.is_some() { history.case().outcome() } else { None };
        let was_open = closed.is_none_or(|closed| closed >= self.first);
        let CaseProgress { sessions, meetings, postponed, booked, first_session, adopted, results, .. } = progress;
        if !(was_open || results.tentative || results.ratified || results.none) {
            return None;
        }
        let mut neutrals: Vec<Name> = sessions.iter().flat_map(|session| &session.neutrals).cloned().collect();
        neutrals.sort_unstable();
        neutrals.dedup();
        let count = |is_training| sessions.iter().filter(|session| session.is_training == is_training).count() as u64;
        let first_session = first_session.filter(|day| self.contains(*day));
        let since_opening = |day: Date| u32::try_from((day.to_chrono() - opened.to_chrono()).num_days()).ok();
        let row = CaseYear {
            case,
            district: opening.district.clone(),
            opened,
            stage,
            outcome,
            closed,
            meetings,
            training_sessions: count(true),
            facilitation_sessions: count(false),
            minutes: sessions.iter().map(|session| session.minutes).sum(),
            first_session,
            days_to_first_session: first_session.and_then(since_opening),
            adopted,
            neutrals,
        };
        let in_year = |slot: &SessionScheduled| self.contains(slot.slot.local_day());
        let booked = if stage.is_open() { booked } else { Vec::new() };
        let booked = booked.into_iter().filter(|(_, booking)| in_year(booking));
        Some(CaseRead {
            was_open_at_start: opened < self.first && was_open,
            was_opened: self.contains(opened),
            was_closed: closed.is_some_and(|closed| self.contains(closed)),
            was_open,
            postponed,
            booked: booked
                .map(|(_, booking)| names(&booking.neutral.name, booking.co_neutrals.iter().map(|one| &one.name)))
                .collect(),
            sessions,
            results,
            row,
        })
    }

    fn contains(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

fn names<'a>(first: &'a Name, others: impl Iterator<Item = &'a Name>) -> Vec<Name> {
    std::iter::once(first).chain(others).cloned().collect()
}

/// A case as far as it was read.
#[derive(Default)]
struct CaseProgress<'h> {
    sessions: Vec<SessionHeld>,
    meetings: u64,
    postponed: u64,
    /// Bookings that have not opened, each with its part.
    booked: Vec<(u8, &'h SessionScheduled)>,
    /// The open session: when it opened, on which day, its neutrals, and whether it is of the training.
    open: Option<(At, bool, Vec<Name>, bool)>,
    first_session: Option<Date>,
    adopted: Option<bool>,
    ratified_by: [bool; Party::ALL.len()],
    results: Results,
}

impl<'h> CaseProgress<'h> {
    fn read(&mut self, step: &HistoryStep<'h>, in_year: bool, day: Date, history: &History) {
        let at = step.entry.at;
        match &step.entry.event {
            Event::MeetingHeld(_) => self.meetings += u64::from(in_year),
            Event::SessionScheduled(booking) => {
                self.booked.retain(|(part, _)| *part != booking.part);
                self.booked.push((booking.part, booking));
            }
            Event::SessionPostponed(postponed) => {
                self.booked.retain(|(part, _)| *part != postponed.part);
                self.postponed += u64::from(in_year);
            }
            Event::SessionOpened(session) => {
                self.booked.retain(|(part, _)| *part != session.part);
                self.first_session.get_or_insert(day);
                let neutrals = names(&session.neutral.name, session.co_neutrals.iter().map(|one| &one.name));
                self.open = Some((at, in_year, neutrals, step.from == Stage::Training));
            }
            Event::SessionClosed(_) | Event::SessionAdjourned(_) => {
                // A session belongs to the day on which it opened.
                if let Some((opened, true, neutrals, is_training)) = self.open.take() {
                    let minutes = u64::try_from(at.minutes_since(opened)).unwrap_or(0);
                    self.sessions.push(SessionHeld { neutrals, minutes, is_training });
                }
            }
            _ => {}
        }
        if step.from == Stage::Caucus && step.to == Stage::Agreement && in_year {
            self.adopted = Some(true);
        } else if step.from == Stage::Caucus && step.to == Stage::Closed && in_year {
            self.adopted = (history.case().outcome() == Some(Outcome::NotAdopted)).then_some(false);
        }
    }

    /// Notes a result, which can be dated in the year or outside it.
    fn note_result(&mut self, noted: &OutcomeNoted, in_year: bool) {
        match noted.result {
            FollowUpResult::TentativeAgreement => self.results.tentative |= in_year,
            FollowUpResult::NoAgreement => self.results.none |= in_year,
            FollowUpResult::Ratified => {
                if let Some(party) = noted.party {
                    self.ratified_by[party as usize] = true;
                }
                // It is ratified on the day of the second vote.
                self.results.ratified |= in_year && self.ratified_by.iter().all(|ratified| *ratified);
            }
            FollowUpResult::NotRatified => {}
        }
    }
}
