//! Calendar entries for the sessions of a plan.

use super::{EntryId, IcsEntry, IcsStatus, SessionPart, SessionRef, sequence_at};
use crate::format;
use ibbi_core::At;
use ibbi_sim::{HeldDates, HeldSession, Participant, Plan, PlannedSession, Scenario, SessionKind};
use std::collections::HashMap;

/// What the entries of a plan have in common.
#[derive(Clone, Copy)]
pub struct PlannedEntries<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its plan.
    pub plan: &'a Plan,
    /// When the entries are made. Their sequences follow from it.
    pub stamp: At,
    /// How many sessions of a kind and part the case has held before. Without a case, none.
    pub held: &'a dyn Fn(SessionPart) -> u16,
}

impl PlannedEntries<'_> {
    /// Returns the sessions of the plan that are not booked yet, as tentative entries.
    ///
    /// An entry's ID depends on the case and the session, not on its date. So a new plan for the same case moves the same
    /// entries, and so does a booking.
    pub fn of_plan(self) -> Vec<IcsEntry> {
        let parts = format::facilitation_parts(self.plan);
        let mut made: HashMap<SessionPart, u16> = HashMap::new();
        let mut entries = Vec::new();
        for session in &self.plan.sessions {
            let part = SessionRef::from(session.what).kind;
            let before = made.entry(part).or_default();
            let make_up = (self.held)(part) + *before;
            *before += 1;
            if !session.booked {
                entries.push(self.planned(session, SessionRef { kind: part, make_up, is_backup: false }, parts));
            }
        }
        entries
    }

    /// Returns the dates to hold that are not booked yet, and the backups, as tentative entries.
    ///
    /// A date to hold has the same ID as the session in the plan, and its backup has another one.
    pub fn of_held(self, held: &HeldDates) -> Vec<IcsEntry> {
        let parts = held.sessions.iter().filter(|held| matches!(held.what, SessionKind::Facilitation { .. })).count();
        let mut entries = Vec::new();
        for session in &held.sessions {
            let part = SessionRef::from(session.what).kind;
            let first = SessionRef { kind: part, make_up: (self.held)(part), is_backup: false };
            if !session.booked {
                entries.push(self.held_date(held, session, first, parts));
            }
            entries.push(self.held_date(held, session, SessionRef { is_backup: true, ..first }, parts));
        }
        entries
    }

    fn planned(&self, session: &PlannedSession, id: SessionRef, parts: usize) -> IcsEntry {
        let Self { scenario, plan, .. } = self;
        let chance = plan.chance.map(|chance| chance.estimate);
        let odds = chance.map_or_else(String::new, |chance| format!(", {}", format::odds(chance)));
        let about = chance.map_or_else(String::new, |chance| {
            let chance = format::percent(chance);
            format!(" In {chance} of the runs that go ahead, the plan's last session is held by its date.")
        });
        let summary = format!(
            "IBBI {} (planned, best case{odds}): {}",
            format::session_name(session.what, parts),
            scenario.district
        );
        let description = format!(
            "{}. Needed: {}.\nPlanned, not booked. This is the best case: the earliest day with all required people, if all goes \
             as assumed.{about}\nScenario {}",
            format::sentence(&format::length(session.slot.minutes())),
            self.needed(session.what),
            plan.digest,
        );
        self.entry(id, IcsEntry { description, odds: chance.map(odds_of), ..IcsEntry::new("", session.slot, summary) })
    }

    fn held_date(&self, held: &HeldDates, session: &HeldSession, id: SessionRef, parts: usize) -> IcsEntry {
        let (slot, which, chance) = match id.is_backup {
            true => (session.backup, "backup", session.backup_chance),
            false => (session.slot, "hold", session.chance),
        };
        let all = held.chance.map_or_else(String::new, |chance| {
            let runs = format::odds(chance.estimate);
            format!(" All sessions are held on these dates in {runs} runs that go ahead.")
        });
        let odds = format::odds(chance);
        let name = format::session_name(session.what, parts);
        let description = format!(
            "{}. Needed: {}.\nHeld, not booked. The session is complete by this date in {odds} runs that go ahead.{all}\n\
             Scenario {}",
            format::sentence(&format::length(slot.minutes())),
            self.needed(session.what),
            self.plan.digest,
        );
        let summary = format!("IBBI {name} ({which}, {odds}): {}", self.scenario.district);
        self.entry(id, IcsEntry { description, odds: Some(odds_of(chance)), ..IcsEntry::new("", slot, summary) })
    }

    fn entry(&self, session: SessionRef, entry: IcsEntry) -> IcsEntry {
        let case = self.scenario.identity().id();
        let uid = EntryId { case, session }.to_string();
        IcsEntry { uid, sequence: sequence_at(self.stamp), modified: self.stamp, status: IcsStatus::Tentative, ..entry }
    }

    /// Returns the names of the people who must come.
    fn needed(&self, what: SessionKind) -> String {
        let people = session_people(self.scenario, SessionRef::from(what).kind);
        people.filter(|(_, required)| *required).map(|(person, _)| person.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the people who take part in a session, each with whether the session waits for the person.
pub fn session_people(scenario: &Scenario, part: SessionPart) -> impl Iterator<Item = (&Participant, bool)> {
    scenario.people.iter().filter_map(move |person| match part {
        SessionPart::Meeting => scenario.binds_meeting(person).then_some((person, true)),
        _ if person.binds_sessions() => Some((person, true)),
        // A member who is not required can still come.
        _ => person.party.map(|_| (person, false)),
    })
}

/// Returns a chance in ten-thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a chance is from 0 to 1")]
fn odds_of(chance: f64) -> u16 {
    (chance.clamp(0.0, 1.0) * 10_000.0).round() as u16
}
