//! Who was present at each session and each caucus of a case, who was absent, and who stood in.

use ibbi_core::events::{CaucusOpened, SessionOpened};
use ibbi_core::{Adviser, At, Case, Event, MemberIds, Observer, Party, Person, Slot, Stage, Substitute, Teams};
use serde::Serialize;

/// Whether a member of a team was at a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberPresence {
    /// The member was there when it opened.
    Present,
    /// The member came after it opened.
    Late,
    /// The member did not come.
    Absent,
}

/// A member of a team at a session or a caucus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberAttendance {
    /// The member.
    pub member: Person,
    /// The member's team.
    pub party: Party,
    /// Whether the member was there.
    pub presence: MemberPresence,
    /// Whether the member left before the end.
    pub left_early: bool,
    /// The person who stood in for the member.
    pub substitute: Option<SubstituteAttendance>,
}

/// A substitute at a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubstituteAttendance {
    /// The substitute.
    pub person: Person,
    /// Whether the substitute came after the session opened.
    pub late: bool,
    /// Whether the substitute left before the end.
    pub left_early: bool,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// It ran its full time.
    Closed,
    /// It ended before its full time.
    Adjourned,
}

/// Who attended a session of the training or the facilitation, or a caucus.
///
/// A ledger states who came late and who left early, but not at what time. They came after `opened` and left before `ended`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionAttendance {
    /// The stage in which it was held.
    pub stage: Stage,
    /// The number of the part, from 1; nothing for a caucus.
    pub part: Option<u8>,
    /// The party of a caucus.
    pub caucus: Option<Party>,
    /// The time for which it was scheduled; nothing for a caucus.
    pub slot: Option<Slot>,
    /// When it opened.
    pub opened: At,
    /// When it ended; nothing if it has not ended yet, or if it is a caucus, whose end is not recorded.
    pub ended: Option<At>,
    /// How it ended.
    pub end: Option<SessionEnd>,
    /// The number of the record of its opening.
    pub seq: u64,
    /// The number of the record of its end.
    pub end_seq: Option<u64>,
    /// The neutrals who led it.
    pub neutrals: Vec<Person>,
    /// The members of both teams, or of the party in caucus.
    pub members: Vec<MemberAttendance>,
    /// The observers.
    pub observers: Vec<Observer>,
    /// The advisers of the parties.
    pub advisers: Vec<Adviser>,
}

/// The sessions and caucuses so far.
#[derive(Debug, Clone, Default)]
pub(super) struct AttendanceRecorder {
    sessions: Vec<SessionAttendance>,
}

impl AttendanceRecorder {
    pub(super) fn finish(self) -> Vec<SessionAttendance> {
        self.sessions
    }

    /// Adds an event that counts; `before` is the state in which it was offered.
    pub(super) fn step(&mut self, seq: u64, at: At, event: &Event, before: &Case) {
        match event {
            Event::SessionOpened(event) => self.open(seq, at, event, before),
            Event::CaucusOpened(event) => self.open_caucus(seq, at, event, before),
            Event::SessionClosed(event) => self.end((seq, at), SessionEnd::Closed, &event.late, &event.left_early),
            Event::SessionAdjourned(event) => {
                self.end((seq, at), SessionEnd::Adjourned, &event.late, &event.left_early)
            }
            _ => {}
        }
    }

    fn open(&mut self, seq: u64, at: At, event: &SessionOpened, before: &Case) {
        let SessionOpened { advisers, co_neutrals, neutral, observers, part, present, substitutes } = event;
        let slot =
            before.sessions().and_then(|sessions| sessions.part(*part)?.booked.as_ref()).map(|booked| booked.slot);
        self.sessions.push(SessionAttendance {
            stage: before.stage(),
            part: Some(*part),
            caucus: None,
            slot,
            opened: at,
            ended: None,
            end: None,
            seq,
            end_seq: None,
            neutrals: std::iter::once(neutral).chain(co_neutrals.iter()).cloned().collect(),
            members: members(before.teams(), Party::ALL, present, substitutes),
            observers: observers.to_vec(),
            advisers: advisers.to_vec(),
        });
    }

    fn open_caucus(&mut self, seq: u64, at: At, event: &CaucusOpened, before: &Case) {
        self.sessions.push(SessionAttendance {
            stage: before.stage(),
            part: None,
            caucus: Some(event.party),
            slot: None,
            opened: at,
            ended: None,
            end: None,
            seq,
            end_seq: None,
            neutrals: Vec::new(),
            members: members(before.teams(), &[event.party], &event.present, &[]),
            observers: Vec::new(),
            advisers: event.advisers.to_vec(),
        });
    }

    fn end(&mut self, (seq, at): (u64, At), end: SessionEnd, late: &MemberIds, left: &MemberIds) {
        let open = |session: &&mut SessionAttendance| session.part.is_some() && session.ended.is_none();
        let Some(session) = self.sessions.iter_mut().rev().find(open) else { return };
        (session.ended, session.end, session.end_seq) = (Some(at), Some(end), Some(seq));
        for each in &mut session.members {
            if late.contains(&each.member.id) {
                each.presence = MemberPresence::Late;
            }
            each.left_early = left.contains(&each.member.id);
            if let Some(substitute) = &mut each.substitute {
                let id = &substitute.person.id;
                (substitute.late, substitute.left_early) = (late.contains(id), left.contains(id));
            }
        }
    }
}

/// Returns the members of some teams, with those who stood in for them.
fn members(
    teams: Option<&Teams>,
    parties: &[Party],
    present: &MemberIds,
    substitutes: &[Substitute],
) -> Vec<MemberAttendance> {
    let Some(teams) = teams else { return Vec::new() };
    let each = |party: &Party| {
        let party = *party;
        teams.members(party).iter().map(move |member| {
            let id = member.person.id;
            let stands_in = substitutes.iter().find(|substitute| substitute.member == id);
            MemberAttendance {
                member: member.person.clone(),
                party,
                presence: if present.contains(&id) { MemberPresence::Present } else { MemberPresence::Absent },
                left_early: false,
                substitute: stands_in.map(|substitute| SubstituteAttendance {
                    person: substitute.person.clone(),
                    late: false,
                    left_early: false,
                }),
            }
        })
    };
    parties.iter().flat_map(each).collect()
}
