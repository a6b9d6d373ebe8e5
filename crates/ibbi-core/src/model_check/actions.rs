//! The actions of the model check: the events offered in each state, and the times of day.

use super::State;
use super::normalize::Shift;
use crate::case::Case;
use crate::edition::Edition;
use crate::event::*;
use crate::note_text::NoteText;
use crate::people::{
    Adviser, AdviserRole, Advisers, Body, MemberIds, Names, Neutrals, Observers, Office, Party, Person, Seat,
    Substitute, Substitutes,
};
use crate::program::{Presence, Program, ProgramParameters};
use crate::services::{Service, Topic, Topics};
use crate::slot::Slot;
use crate::stage::{Decision, FollowUpResult, Stage};
use crate::text::{ActivityId, ConcernId, MemberId, Name, Reason, TimeZoneName};
use crate::time::LocalTime;
use crate::time::{At, Date};
use std::string::String;
use std::vec::Vec;

/// Minutes that a part may fall short in the model check's program.
pub(super) const GRACE: u16 = 10;
/// The UTC offset of every slot, in minutes east.
pub(super) const OFFSET: i32 = -240;

/// Part lengths in minutes. They are short so that a few times of day give every combination of counted minutes.
const TRAINING: u16 = 60;
const HALF: u16 = 30;

/// What the events to offer depend on: the time, the stage, and the teams of a case.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Situation {
    now: At,
    in_application: bool,
    /// The members of each party.
    teams: [MemberIds; 2],
}

impl Situation {
    pub(super) fn new(case: &Case, now: At) -> Self {
        let ids =
            |party| case.teams().into_iter().flat_map(move |teams| teams.members(party)).map(|each| each.person.id);
        let teams = [Party::Labor, Party::Management].map(|party| MemberIds::new(ids(party)).unwrap());
        Self { now, in_application: case.stage() == Stage::Application, teams }
    }

    fn members(&self, party: Party) -> &MemberIds {
        &self.teams[party as usize]
    }

    fn everyone(&self) -> MemberIds {
        MemberIds::new(self.teams.iter().flat_map(|team| team.iter().copied())).unwrap()
    }
}

pub(super) struct Actions {
    /// Times of day in minutes after local midnight.
    hours: &'static [i64],
    /// Slots: days from today, start in minutes after midnight, length in minutes.
    slots: &'static [(i64, i64, i64)],
    /// Whether the teams also change after the application.
    teams_change: bool,
    /// People who can be named to a team, with the team.
    members: &'static [(Party, &'static str)],
    /// Whether seats change hands, substitutes and advisers come, and the outcome is followed up.
    table: bool,
    /// The parts of the training.
    training: &'static [u16],
    /// The formats, with their parts.
    formats: &'static [(&'static str, &'static [u16])],
    /// The activities that the training must include.
    activities: &'static [ActivityId],
}

/// The published formats. Presets whose parts are of equal number share a check, because lengths make no difference.
const PUBLISHED: &[(&str, &[u16])] = &[("full_day", &[TRAINING]), ("two_half_days", &[HALF, HALF])];

impl Actions {
    pub(super) const fn hours() -> Self {
        Self {
            hours: &[540, 570, 590, 600],
            slots: &[
                (1, 540, 60),
                (1, 540, 30),
                (1, 540, 20),
                (2, 540, 60),
                (2, 540, 30),
                (0, 660, 30),
                (0, 660, 20),
                (0, 540, 30),
                (1, 1420, 60),
            ],
            teams_change: false,
            table: false,
            members: &[(Party::Labor, "a"), (Party::Management, "m")],
            training: &[TRAINING],
            formats: PUBLISHED,
            activities: &ActivityId::PUBLISHED,
        }
    }

    /// Returns the actions for a preset with training in two parts, of the second edition.
    pub(super) const fn two_parts(formats: &'static [(&'static str, &'static [u16])]) -> Self {
        Self {
            hours: &[540, 570, 600],
            slots: &[(1, 540, 30), (2, 540, 30), (0, 570, 30), (1, 540, 60), (1, 540, 20)],
            training: &[HALF, HALF],
            formats,
            ..Self::hours()
        }
    }

    /// Returns the actions for the two-day training with two facilitation days.
    pub(super) const fn two_days() -> Self {
        Self::two_parts(&[("two_days", &[HALF, HALF])])
    }

    /// Returns the actions for the one-day refresher with one facilitation day.
    pub(super) const fn refresher() -> Self {
        Self { training: &[HALF], ..Self::two_parts(&[("full_day", &[HALF])]) }
    }

    /// Returns the actions for training in two half-days, with the published formats.
    pub(super) const fn virtual_half_days() -> Self {
        Self::two_parts(PUBLISHED)
    }

    /// Returns the actions for training that must include an activity of its own beside the published ones.
    pub(super) const fn third_activity() -> Self {
        const ACTIVITIES: &[ActivityId] =
            &[ActivityId::EXERCISE, ActivityId::constant("role_play"), ActivityId::BARGAINING_SIMULATION];
        Self { activities: ACTIVITIES, ..Self::refresher() }
    }

    /// Returns whether the training must include an activity that isn't published.
    pub(super) fn requires_another_activity(&self) -> bool {
        self.activities.iter().any(|activity| activity.published().is_none())
    }

    pub(super) const fn people() -> Self {
        Self {
            hours: &[540, 600],
            slots: &[(1, 540, 60), (1, 540, 30)],
            teams_change: true,
            members: &[(Party::Labor, "a"), (Party::Labor, "b"), (Party::Management, "m"), (Party::Management, "a")],
            ..Self::hours()
        }
    }

    /// Returns the actions for everyone at the table: seats that change hands, substitutes, advisers, and late members.
    pub(super) const fn table() -> Self {
        let members = &[(Party::Labor, "a"), (Party::Labor, "b"), (Party::Management, "m")];
        Self { table: true, teams_change: false, members, ..Self::people() }
    }

    pub(super) fn describe(&self) -> String {
        std::format!(
            "{} times of day, {} slots, {} memberships{}; training {:?} and formats {:?} minutes, grace {GRACE}; \
             {} required activities; \
             2 concerns, every kind of event except voids and migrations{}",
            self.hours.len(),
            self.slots.len(),
            self.members.len(),
            if self.teams_change { " that change" } else { "" },
            self.training,
            self.formats,
            self.activities.len(),
            if self.table { "" } else { ", seats that change hands, and the follow-up" },
        )
    }

    /// Returns the instant of a time of day on the model check's one day, Tuesday 2026-10-06.
    pub(super) fn instant(&self, hour: usize) -> At {
        minute(0, self.hours[hour])
    }

    /// Returns the next time of day, or the first one of the next day.
    pub(super) fn later(&self, hour: usize) -> At {
        self.hours.get(hour + 1).map_or_else(|| minute(1, self.hours[0]), |next| minute(0, *next))
    }

    /// Returns the state for a case at an instant of today or tomorrow.
    pub(super) fn state(&self, raw: &Case, raw_now: At) -> State {
        let (today, tomorrow) = (minute(0, 0), minute(1, 0));
        let days = i64::from(raw_now >= tomorrow);
        let now = At::from_millis(raw_now.millis() - days * 24 * 60 * 60_000).unwrap();
        let case = Shift { now, minutes: -days * 24 * 60 }.case(raw);
        let of_day = (now.millis() - today.millis()) / 60_000;
        let hour = self.hours.iter().position(|minutes| *minutes == of_day).unwrap();
        // The time of day doesn't matter after the case is closed.
        if case.stage() == Stage::Closed {
            let case = Shift { now: today, minutes: 0 }.case(&case);
            return State { case, hour: 0 };
        }
        State { case, hour }
    }

    /// Returns the events to offer. They cover all stages, so most of them don't belong to the current one.
    pub(super) fn events(&self, situation: &Situation) -> Vec<Event> {
        let mut offers = Vec::new();
        self.opening(&mut offers);
        inquiry(&mut offers);
        introduction(&mut offers);
        application(situation.now, &mut offers);
        self.rosters(self.teams_change || situation.in_application, &mut offers);
        self.sessions(situation, &mut offers);
        caucus(situation, &mut offers);
        let unknown = ("another", &[][..]);
        let formats = self.formats.iter().chain([&unknown]);
        offers.extend(formats.map(|(format, _)| FormatChosen { format: format.parse().unwrap() }.into()));
        let contract_expires = Date::new(2027, 6, 30).unwrap();
        offers.push(ContractDatesChanged { contract_expires, evergreen: false }.into());
        offers.push(NoteAdded { text: NoteText::new("noted").unwrap() }.into());
        offers.push(CaseWithdrawn { by: name("W"), reason: reason() }.into());
        if self.table {
            at_the_table(situation, &mut offers);
        }
        offers
    }

    fn opening(&self, offers: &mut Vec<Event>) {
        let published = self.training.len() == 1 && self.formats.len() == 2;
        let formats = self.formats.iter().map(|(format, parts)| (format.parse().unwrap(), parts.to_vec()));
        let program = Program::new(ProgramParameters {
            activities: self.activities.to_vec(),
            edition: if published { Edition::FIRST } else { Edition::LATEST },
            formats: formats.collect(),
            grace: GRACE,
            presence: Presence::Everyone,
            training: self.training.to_vec(),
            ..ProgramParameters::default()
        });
        offers.push(
            CaseOpened {
                contract_expires: Date::new(2027, 6, 30),
                county: None,
                district: name("Maple Hollow"),
                evergreen: false,
                follows: None,
                program: program.unwrap(),
                time_zone: TimeZoneName::new("America/New_York").unwrap(),
            }
            .into(),
        );
    }

    fn rosters(&self, allowed: bool, offers: &mut Vec<Event>) {
        if !allowed {
            return;
        }
        for (party, id) in self.members {
            let (party, member) = (*party, id_of(id));
            offers.push(MemberNamed { member: Person { id: member, name: name("P") }, party }.into());
            offers.push(MemberReleased { member, party, reason: reason() }.into());
            offers.push(AttendancePledged { dated: None, member, party }.into());
            offers.push(PledgeWithdrawn { dated: None, member, party }.into());
        }
    }

    fn sessions(&self, situation: &Situation, offers: &mut Vec<Event>) {
        let neutral = Person { id: id_of("n"), name: name("N") };
        let present = situation.everyone();
        for part in [1, 2] {
            for (days, starts, minutes) in self.slots {
                let slot = Slot::new(local(*days, *starts), local(*days, starts + minutes)).unwrap();
                offers.push(
                    SessionScheduled {
                        co_neutrals: Default::default(),
                        neutral: neutral.clone(),
                        part,
                        place: None,
                        slot,
                    }
                    .into(),
                );
            }
            offers.push(SessionPostponed { part, reason: reason() }.into());
            let some = MemberIds::new(present.iter().copied().skip(1)).unwrap();
            let more = MemberIds::new(present.iter().copied().chain([id_of("z")])).unwrap();
            for present in [present.clone(), some, more] {
                let observers = Observers::default();
                offers.push(
                    SessionOpened {
                        advisers: Default::default(),
                        co_neutrals: Default::default(),
                        substitutes: Default::default(),
                        neutral: neutral.clone(),
                        observers,
                        part,
                        present,
                    }
                    .into(),
                );
            }
        }
        // The last one is required by no program.
        let activities = self.activities.iter().copied().chain([ActivityId::constant("another")]);
        offers.extend(activities.map(|kind| ActivityRun { kind, title: name("T") }.into()));
        for left_early in [MemberIds::default(), present, MemberIds::new([id_of("z")]).unwrap()] {
            offers.push(
                SessionAdjourned { late: Default::default(), left_early: left_early.clone(), reason: reason() }.into(),
            );
            offers.push(SessionClosed { late: Default::default(), left_early }.into());
        }
    }
}

fn at_the_table(situation: &Situation, offers: &mut Vec<Event>) {
    let seat = Seat::Superintendent;
    offers.push(LeaderLeft { reason: reason(), seat }.into());
    offers.push(LeaderSucceeded { name: name("S"), office: None, seat }.into());
    offers.push(LeaderSucceeded { name: name("S"), office: Some(Office::Chair), seat }.into());
    offers.push(SuccessorAgreed { seat }.into());
    for result in FollowUpResult::ALL {
        for party in [None, Some(Party::Labor)] {
            offers
                .push(OutcomeNoted { dated: situation.now.utc_date(), document: None, party, result: *result }.into());
        }
    }
    let present = MemberIds::new(situation.everyone().iter().copied().filter(|id| *id != id_of("b"))).unwrap();
    let person = |id: &str| Person { id: id_of(id), name: name("P") };
    for (member, substitute) in [("b", "x"), ("b", "n"), ("a", "x"), ("b", "m")] {
        let substitutes = Substitutes::new([Substitute { member: id_of(member), person: person(substitute) }]);
        offers.push(
            SessionOpened {
                advisers: Advisers::default(),
                co_neutrals: Neutrals::default(),
                neutral: person("n"),
                observers: Observers::default(),
                part: 1,
                present: present.clone(),
                substitutes: substitutes.unwrap(),
            }
            .into(),
        );
    }
    for late in ["a", "b", "x", "z"] {
        let late = MemberIds::new([id_of(late)]).unwrap();
        offers.push(SessionClosed { late, left_early: MemberIds::default() }.into());
    }
    for party in Party::ALL {
        let adviser = Adviser { name: name("J"), party: *party, role: AdviserRole::Counsel };
        let present = MemberIds::new([id_of("a")]).unwrap();
        let advisers = Advisers::new([adviser]).unwrap();
        offers.push(CaucusOpened { advisers, party: Party::Labor, present }.into());
    }
}

fn inquiry(offers: &mut Vec<Event>) {
    for (seat, who, office) in [
        (Seat::Superintendent, "S", None),
        (Seat::UnionPresident, "U", None),
        (Seat::SchoolCommittee, "C", Some(Office::Chair)),
        (Seat::SchoolCommittee, "V", Some(Office::ViceChair)),
        (Seat::SchoolCommittee, "X", None),
    ] {
        offers.push(LeaderAgreed { name: name(who), office, seat }.into());
        offers.push(LeaderDeclined { name: name(who), reason: reason(), seat }.into());
    }
}

fn introduction(offers: &mut Vec<Event>) {
    let slot = |days| Slot::new(local(days, 540), local(days, 600)).unwrap();
    offers.extend([-1, 1].map(|days| Event::from(MeetingScheduled { slot: slot(days) })));
    for topic in Topic::ALL {
        let (present, representative, topics) = (Names::default(), name("R"), Topics::new([*topic]));
        offers.push(MeetingHeld { present, representative, topics }.into());
    }
    for service in [Service::Ibbi, Service::AnnualConference, Service::JointLeadershipWorkshop] {
        offers.push(ServiceChosen { offering: None, service }.into());
        offers.push(CaseReferred { to: service }.into());
    }
}

fn application(now: At, offers: &mut Vec<Event>) {
    let today = now.utc_date();
    let tomorrow = Date::try_from(today.to_chrono().succ_opt().unwrap()).unwrap();
    for body in Body::ALL.iter().copied() {
        for dated in [today, tomorrow] {
            offers.push(SupportConfirmed { body, dated, document: None }.into());
        }
        offers.push(SupportWithdrawn { body, dated: today, document: None }.into());
    }
    offers.push(ApplicationAccepted { by: name("R") }.into());
    offers.push(ApplicationDeclined { reason: reason() }.into());
}

fn caucus(situation: &Situation, offers: &mut Vec<Event>) {
    for (party, concern) in [(Party::Labor, "pay"), (Party::Management, "time")] {
        let own = situation.members(party);
        for present in [own.clone(), situation.members(party.other()).clone(), MemberIds::default()] {
            offers.push(CaucusOpened { advisers: Default::default(), party, present }.into());
        }
        let concern = ConcernId::new(concern).unwrap();
        let text = NoteText::new("a concern").unwrap();
        offers.push(ConcernRaised { concern, party, text: text.clone() }.into());
        offers.push(ConcernAddressed { concern, response: text }.into());
        offers.push(ConcernDropped { concern }.into());
        let own_speaker = own.first().copied().unwrap_or(id_of("z"));
        for (decision, spokesperson) in
            [(Decision::Adopt, own_speaker), (Decision::Decline, own_speaker), (Decision::Adopt, id_of("z"))]
        {
            offers.push(PartyDecided { decision, party, spokesperson }.into());
        }
        offers.push(DecisionReopened { party, reason: reason() }.into());
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn reason() -> Reason {
    Reason::new("as reported").unwrap()
}

fn id_of(text: &str) -> MemberId {
    MemberId::new(text).unwrap()
}

fn local(days: i64, minutes: i64) -> LocalTime {
    LocalTime::new(minute(days, minutes), i16::try_from(OFFSET).unwrap()).unwrap()
}

/// Returns the instant `minutes` after local midnight, `days` after the model check's day.
fn minute(days: i64, minutes: i64) -> At {
    let midnight: LocalTime = "2026-10-06T00:00:00-04:00".parse().unwrap();
    At::from_millis(midnight.at().millis() + (days * 24 * 60 + minutes) * 60_000).unwrap()
}
