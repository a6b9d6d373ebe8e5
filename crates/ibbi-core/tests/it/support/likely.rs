//! Likely events: for a kind, an event that the case would probably accept, from its state and a few random numbers.

use super::facts::*;
use super::{id, later, name, reason, text};
use ibbi_core::events::*;
use ibbi_core::{
    ActivityId, Advisers, At, Body, Case, Date, Decision, Event, EventKind, FollowUpResult, Format, LocalTime,
    MemberId, MemberIds, Neutrals, Part, Party, Program, ProgramParameters, Seat, Service, Slot, Substitute,
    Substitutes, Topic, Topics,
};

/// The UTC offset of every slot, in minutes.
pub(crate) const OFFSET: i16 = -300;

/// Pseudorandom numbers from a seed (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to `sides - 1`, or 0 if `sides` is 0.
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % sides).unwrap_or(0)
    }

    /// Returns true once in `sides` times, on average.
    pub(crate) fn once_in(&mut self, sides: usize) -> bool {
        self.throw(sides) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.throw(list.len())).copied()
    }
}

/// Returns the instant `minute` minutes after local midnight, `days` days after an instant.
pub(crate) fn on_day(from: At, days: i64, minute: i64) -> At {
    let day = 24 * 60;
    let local = from.millis() / 60_000 + i64::from(OFFSET);
    let midnight = (local.div_euclid(day) + days) * day - i64::from(OFFSET);
    At::from_millis((midnight + minute) * 60_000).unwrap_or(At::MAX)
}

/// Returns a slot of `minutes` minutes.
pub(crate) fn slot_at(starts: At, minutes: u16) -> Slot {
    let local = |at| LocalTime::new(at, OFFSET).expect("a whole minute");
    Slot::new(local(starts), local(later(starts, i64::from(minutes)))).expect("the end is after the start")
}

/// Returns the first incomplete part without a session booked or open.
pub(crate) fn free_part(case: &Case) -> Option<(u8, &Part)> {
    let sessions = case.sessions()?;
    sessions.numbered().find(|(number, part)| {
        let open = sessions.open().is_some_and(|open| open.part == *number);
        part.booked.is_none() && !open && !part.is_filled(sessions.grace())
    })
}

fn booked_parts(case: &Case) -> Vec<u8> {
    case.sessions().into_iter().flat_map(|sessions| sessions.bookings().map(|(part, _)| part)).collect()
}

/// Returns the members whose pledge status is wanted.
fn members(case: &Case, wanted: impl Fn(bool) -> bool) -> Vec<(Party, MemberId)> {
    let Some(teams) = case.teams() else { return Vec::new() };
    let of = |party: Party| teams.members(party).iter().map(move |member| (party, member.person.id, member.pledged));
    let both = of(Party::Labor).chain(of(Party::Management));
    both.filter(|(_, _, pledged)| wanted(*pledged)).map(|(party, id, _)| (party, id)).collect()
}

pub(crate) fn team(case: &Case, party: Party) -> MemberIds {
    let list = case.teams().map(|teams| teams.members(party)).unwrap_or_default();
    MemberIds::new(list.iter().map(|member| member.person.id)).expect("a team without repetition")
}

fn everyone(case: &Case) -> MemberIds {
    let both = Party::ALL.iter().flat_map(|party| team(case, *party).to_vec());
    MemberIds::new(both).expect("teams that are disjoint")
}

fn open_concerns(case: &Case) -> Vec<ibbi_core::ConcernId> {
    let Case::Caucus(caucus) = case else { return Vec::new() };
    Party::ALL.iter().flat_map(|party| caucus.open_concerns(*party)).collect()
}

/// Returns the published program, or a variant.
fn program(dice: &mut Dice) -> Program {
    let presence = if dice.once_in(4) { ibbi_core::Presence::EachTeam } else { ibbi_core::Presence::Everyone };
    let two_half_days = if dice.once_in(4) { vec![120, 180, 120] } else { vec![240, 240] };
    let formats = ProgramParameters::published_formats(vec![480], two_half_days);
    let parameters = ProgramParameters { presence, formats, ..ProgramParameters::default() };
    Program::new(parameters).expect("parameters that fit")
}

/// Returns a likely event of a kind.
pub(crate) fn likely(case: &Case, kind: EventKind, at: At, dice: &mut Dice) -> Event {
    match kind {
        EventKind::CaseOpened => opening(program(dice)),
        EventKind::LeaderAgreed => {
            let open: Vec<_> = Seat::ALL.iter().copied().filter(|seat| case.leader(*seat).is_none()).collect();
            agreed(dice.pick(&open).unwrap_or(Seat::Superintendent), "Rosa Amari")
        }
        EventKind::LeaderDeclined => declined(dice.pick(Seat::ALL).unwrap_or(Seat::Superintendent), "Rosa Amari"),
        EventKind::MeetingScheduled => meeting_scheduled(slot_at(on_day(at, 1, 9 * 60), 120)),
        EventKind::MeetingHeld => {
            let all = Topics::ALL.iter().collect::<Vec<Topic>>();
            let first = if dice.once_in(3) { dice.throw(3) } else { 0 };
            meeting_held(all.into_iter().skip(first))
        }
        EventKind::ServiceChosen | EventKind::CaseReferred => service(case, kind, dice),
        EventKind::SupportConfirmed | EventKind::SupportWithdrawn => letter(case, kind, at, dice),
        EventKind::ApplicationAccepted => accepted(),
        EventKind::ApplicationDeclined => not_accepted(),
        EventKind::MemberNamed
        | EventKind::MemberReleased
        | EventKind::AttendancePledged
        | EventKind::PledgeWithdrawn => on_teams(case, kind, dice),
        EventKind::SessionScheduled
        | EventKind::SessionPostponed
        | EventKind::SessionOpened
        | EventKind::ActivityRun
        | EventKind::SessionAdjourned
        | EventKind::SessionClosed => in_sessions(case, kind, at, dice),
        EventKind::CaucusOpened
        | EventKind::ConcernRaised
        | EventKind::ConcernAddressed
        | EventKind::ConcernDropped
        | EventKind::PartyDecided
        | EventKind::DecisionReopened => in_caucus(case, kind, dice),
        EventKind::FormatChosen => format(dice.pick(Format::ALL).unwrap_or(Format::FullDay)),
        EventKind::LeaderLeft | EventKind::LeaderSucceeded | EventKind::SuccessorAgreed => {
            let seats: Vec<_> = Seat::ALL.iter().copied().filter(|seat| case.leader(*seat).is_some()).collect();
            let seat = dice.pick(&seats).unwrap_or(Seat::Superintendent);
            match kind {
                EventKind::LeaderLeft => left(seat),
                EventKind::LeaderSucceeded => succeeded(seat, "Vera Stahl"),
                _ => {
                    let pending = case.file().and_then(|file| file.pending_successors().next());
                    successor_agreed(pending.map_or(seat, |(seat, _)| seat))
                }
            }
        }
        EventKind::OutcomeNoted => {
            let result = dice.pick(FollowUpResult::ALL).unwrap_or(FollowUpResult::Ratified);
            let party = result.is_vote().then_some(Party::Labor);
            OutcomeNoted { dated: at.utc_date(), document: None, party, result }.into()
        }
        EventKind::ContractDatesChanged => contract("2027-08-31", dice.once_in(2)),
        EventKind::NoteAdded => note("Called again."),
        EventKind::CaseWithdrawn => withdrawn(),
        EventKind::CaseMigrated => migrated(if dice.once_in(4) { 1 } else { 2 }),
        EventKind::EventVoided => {
            let events = case.file().map_or(0, ibbi_core::CaseFile::events);
            voided(1 + dice.throw(usize::try_from(events).unwrap_or(0) + 2) as u64)
        }
    }
}

fn service(case: &Case, kind: EventKind, dice: &mut Dice) -> Event {
    let chosen_before = case.introduced().map(|settled| settled.chosen()).unwrap_or_default();
    if kind == EventKind::CaseReferred {
        return referred(chosen_before.first().map_or(Service::AnnualConference, |chosen| chosen.service));
    }
    let service = if dice.once_in(3) { dice.pick(Service::ALL) } else { None }.unwrap_or(Service::Ibbi);
    let offering = (service == Service::JointLeadershipWorkshop).then_some(ibbi_core::Workshop::DifficultConversations);
    ServiceChosen { offering, service }.into()
}

fn letter(case: &Case, kind: EventKind, at: At, dice: &mut Dice) -> Event {
    let (come, missing): (Vec<_>, Vec<_>) = Body::ALL.iter().copied().partition(|body| case.letter(*body).is_some());
    let dated: Date = at.utc_date();
    if kind == EventKind::SupportConfirmed {
        let body = dice.pick(&missing).unwrap_or(Body::Administration);
        SupportConfirmed { body, dated, document: None }.into()
    } else {
        let body = dice.pick(&come).unwrap_or(Body::Administration);
        SupportWithdrawn { body, dated, document: None }.into()
    }
}

fn on_teams(case: &Case, kind: EventKind, dice: &mut Dice) -> Event {
    let nobody = (Party::Labor, id("nobody"));
    match kind {
        EventKind::MemberNamed => {
            let empty = |party: &Party| case.teams().is_some_and(|teams| teams.members(*party).is_empty());
            let party = Party::ALL.iter().copied().find(empty).or_else(|| dice.pick(Party::ALL));
            let free: Vec<_> = ["ana", "ben", "cora", "dev", "eli", "finn"]
                .into_iter()
                .filter(|who| case.teams().is_some_and(|teams| teams.party_of(id(who)).is_none()))
                .collect();
            named(party.unwrap_or(Party::Labor), dice.pick(&free).unwrap_or("ana"))
        }
        EventKind::AttendancePledged => {
            let (party, member) = dice.pick(&members(case, |pledged| !pledged)).unwrap_or(nobody);
            AttendancePledged { dated: None, member, party }.into()
        }
        EventKind::PledgeWithdrawn => {
            let (party, member) = dice.pick(&members(case, |pledged| pledged)).unwrap_or(nobody);
            PledgeWithdrawn { dated: None, member, party }.into()
        }
        _ => {
            let (party, member) = dice.pick(&members(case, |_| true)).unwrap_or(nobody);
            MemberReleased { member, party, reason: reason("takes another post") }.into()
        }
    }
}

fn in_sessions(case: &Case, kind: EventKind, at: At, dice: &mut Dice) -> Event {
    let left_early = || {
        let present = case.sessions().and_then(|sessions| sessions.open()).map(|open| open.present.to_vec());
        MemberIds::new(present.into_iter().flatten().take(1)).expect("one person")
    };
    match kind {
        EventKind::SessionScheduled => {
            let (number, part) = free_part(case).unwrap_or((1, &NO_PART));
            let shorter = part.first_day.is_some() && dice.once_in(3);
            let minutes = if shorter { part.remaining().div_ceil(2) } else { part.remaining() };
            scheduled(number, slot_at(on_day(at, i64::from(number), 8 * 60), minutes.max(1)))
        }
        EventKind::SessionPostponed => postponed(dice.pick(&booked_parts(case)).unwrap_or(1), "a power cut"),
        EventKind::SessionOpened => {
            let today = |part: &u8| {
                let booking = case.sessions().and_then(|sessions| sessions.part(*part)?.booked.as_ref());
                booking.is_some_and(|booking| booking.slot.day_of(at) == booking.slot.local_day())
            };
            let parts: Vec<_> = booked_parts(case).into_iter().filter(today).collect();
            let (part, mut present) = (dice.pick(&parts).unwrap_or(1), everyone(case));
            let mut substitutes = Substitutes::default();
            if let (true, Some(member)) = (dice.once_in(4), present.first().copied()) {
                present = MemberIds::new(present.iter().copied().skip(1)).expect("members that differ");
                substitutes = Substitutes::new([Substitute { member, person: person("sam") }]).expect("one substitute");
            }
            let more = dice.once_in(4).then(|| person("paul"));
            SessionOpened {
                advisers: Advisers::new([adviser(Party::Labor, "Jo Park")]).expect("one adviser"),
                co_neutrals: Neutrals::new(more).expect("one neutral"),
                substitutes,
                neutral: person("nell"),
                observers: ibbi_core::Observers::default(),
                part,
                present,
            }
            .into()
        }
        EventKind::ActivityRun => {
            let left = if let Case::Training(training) = case { training.activities_left().next() } else { None };
            let kind = left.unwrap_or(ActivityId::BARGAINING_SIMULATION);
            ActivityRun { kind, title: name("Class sizes in Elmbrook") }.into()
        }
        EventKind::SessionAdjourned => {
            let left_early = if dice.once_in(3) { left_early() } else { MemberIds::default() };
            SessionAdjourned { late: MemberIds::default(), left_early, reason: reason("snow") }.into()
        }
        _ => SessionClosed {
            late: if dice.once_in(3) { left_early() } else { MemberIds::default() },
            left_early: if dice.once_in(3) { left_early() } else { MemberIds::default() },
        }
        .into(),
    }
}

/// A placeholder for when no part is free.
const NO_PART: Part = Part { minutes: 60, counted: 0, first_day: None, booked: None };

fn in_caucus(case: &Case, kind: EventKind, dice: &mut Dice) -> Event {
    let party = dice.pick(Party::ALL).unwrap_or(Party::Labor);
    let decided = |party: &Party| case.decided(*party).is_some();
    match kind {
        EventKind::CaucusOpened => {
            let advisers = if dice.once_in(2) { Advisers::new([adviser(party, "Jo Park")]).ok() } else { None };
            CaucusOpened { advisers: advisers.unwrap_or_default(), party, present: team(case, party) }.into()
        }
        EventKind::ConcernRaised => {
            let concern = format!("concern-{}", case.concerns().len()).parse().expect("a concern's id");
            ConcernRaised { concern, party, text: text("Who keeps the minutes?") }.into()
        }
        EventKind::ConcernAddressed | EventKind::ConcernDropped => {
            let none = "none".parse().expect("a concern's id");
            let concern = dice.pick(&open_concerns(case)).unwrap_or(none);
            if kind == EventKind::ConcernDropped {
                return ConcernDropped { concern }.into();
            }
            ConcernAddressed { concern, response: text("Both parties do.") }.into()
        }
        EventKind::PartyDecided => {
            let party = Party::ALL.iter().copied().find(|party| !decided(party)).unwrap_or(party);
            let decision = if dice.once_in(6) { Decision::Decline } else { Decision::Adopt };
            let spokesperson = team(case, party).first().copied().unwrap_or(id("nobody"));
            PartyDecided { decision, party, spokesperson }.into()
        }
        _ => reopened(Party::ALL.iter().copied().find(decided).unwrap_or(party)),
    }
}
