//! The earliest times of events: when an event that must wait for a day or for minutes can happen.

use ibbi_core::{Answer, At, Case, CaseFile, EventKind, Prospect, Sessions, survey};

const MINUTE: i64 = 60_000;

/// The answers of the survey at the instants at which a rule about time can be met: the last event, the beginning of the day of
/// each booked meeting or session, and the end of an open session.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimedAnswers(Vec<(At, Vec<Prospect>)>);

impl TimedAnswers {
    /// Returns the answers from the last event to an instant.
    pub(crate) fn until(case: &Case, at: At) -> Self {
        let Some(last) = case.file().map(CaseFile::last_at) else { return Self::default() };
        Self::of_instants(case, |instant| (last..=at).contains(&instant))
    }

    /// Returns the answers after an instant.
    pub(crate) fn after(case: &Case, at: At) -> Self {
        Self::of_instants(case, |instant| instant > at)
    }

    fn of_instants(case: &Case, counts: impl Fn(At) -> bool) -> Self {
        let last = case.file().map(CaseFile::last_at);
        let all = last.into_iter().chain(booked_days(case)).chain(session_ends(case));
        let mut instants: Vec<At> = all.filter(|instant| counts(*instant)).collect();
        instants.sort_unstable();
        instants.dedup();
        Self(instants.into_iter().map(|instant| (instant, survey(case, instant))).collect())
    }

    /// Returns the first of the instants at which an event is not refused whatever it says.
    pub(crate) fn first(&self, event: EventKind) -> Option<At> {
        let is_open =
            |prospect: &Prospect| prospect.event == event && !matches!(prospect.answer, Answer::Blocked { .. });
        self.0.iter().find(|(_, answers)| answers.iter().any(is_open)).map(|(instant, _)| *instant)
    }
}

/// Returns the beginnings of the days of the booked meeting and sessions.
fn booked_days(case: &Case) -> impl Iterator<Item = At> {
    let meeting = if let Case::Introduction(introduction) = case { introduction.scheduled() } else { None };
    let sessions = case.sessions().into_iter().flat_map(Sessions::bookings).map(|(_, booking)| booking.slot);
    let begins = |slot: ibbi_core::Slot| {
        let starts = slot.starts();
        later(starts.at(), -i64::from(starts.minute_of_day()))
    };
    meeting.into_iter().chain(sessions).filter_map(begins)
}

/// Returns when the open session has run its full time, and when it has run as much of it as its part needs.
fn session_ends(case: &Case) -> impl Iterator<Item = At> {
    let ends = case.sessions().and_then(|sessions| {
        let open = sessions.open()?;
        let part = sessions.part(open.part)?;
        let needed = i64::from(part.remaining().saturating_sub(sessions.grace()));
        let whole = i64::from(open.slot.minutes());
        Some([needed.min(whole), whole].map(|minutes| later(open.opened, minutes)))
    });
    ends.into_iter().flatten().flatten()
}

fn later(at: At, minutes: i64) -> Option<At> {
    At::from_millis(at.millis() + minutes * MINUTE)
}
