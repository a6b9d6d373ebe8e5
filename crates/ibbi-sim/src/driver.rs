//! Turns the steps of a run into real events and offers each to the real case.

use crate::calendar::{Calendar, Day, HORIZON, Half, MORNING};
use crate::model::{Ended, Ending, Listener, Moment, Seating, Step};
use crate::resume::Real;
use crate::scenario::{Participant, Scenario};
use ibbi_common::zone::Zone;
use ibbi_core::events::*;
use ibbi_core::{
    ActivityKind, At, Case, ConcernId, Event, LocalTime, MemberIds, Name, Names, NoteText, Observers, Office, Party,
    Person, Program, Reason, Refusal, Seat, Service, Slot, Stage, Topics,
};

const HOUR: i64 = 3_600_000;

/// What never changes from run to run: the events that carry no day, and the hours of every day.
pub(crate) struct Script {
    /// 08:00 of every day, with the offset that the zone has then.
    mornings: Vec<LocalTime>,
    dates: Vec<ibbi_core::Date>,
    opened: Event,
    agreed: [Event; 3],
    declined: [Event; 3],
    withdrawn: Event,
    held: Event,
    chosen: Event,
    rosters: Vec<Event>,
    accepted: Event,
    neutral: Person,
    postponed: [Event; 2],
    sessions: [Event; 2],
    activities: [Event; 2],
    adjourned: Event,
    closed: Event,
    caucuses: [Event; 2],
    raised: [Event; 2],
    addressed: [Event; 2],
    spokespersons: [ibbi_core::MemberId; 2],
    format: Event,
    /// Where a run begins: before the first event, or in a real case.
    begins: Case,
    /// No event of a run is earlier.
    earliest: At,
    /// Slots that the real case has booked.
    real: Vec<Slot>,
}

fn person(one: &Participant) -> Person {
    Person { id: one.id, name: one.name.clone() }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name of the program's own")
}

fn text(text: &str) -> NoteText {
    NoteText::new(text).expect("a text of the program's own")
}

fn reason(text: &str) -> Reason {
    Reason::new(text).expect("a reason of the program's own")
}

impl Script {
    /// The script of a new case, or of one that goes on from where it is.
    pub(crate) fn new(scenario: &Scenario, calendar: &Calendar, real: Option<&Real>) -> Self {
        let zone = Zone::find(&scenario.time_zone).expect("the scenario's zone was checked");
        let morning = |day| zone.local_at(day, MORNING).expect("the years of a scenario are within 1970 to 9999");
        let leader = |seat: Seat| scenario.leader(seat).name.clone();
        let office = |seat: Seat| (seat == Seat::SchoolCommittee).then_some(Office::Chair);
        let seats = [Seat::Superintendent, Seat::UnionPresident, Seat::SchoolCommittee];
        let team = |party: Party| MemberIds::new(scenario.team(party).map(|one| one.id)).expect("ids are unique");
        let parties = [Party::Labor, Party::Management];
        let everyone = parties.iter().flat_map(|party| scenario.team(*party)).map(|one| one.id);
        let everyone = MemberIds::new(everyone).expect("at most 60 people, each once");
        let teams = real.and_then(|real| real.case.teams());
        let members = parties.iter().flat_map(|party| scenario.team(*party).map(|one| (*party, one)));
        let rosters = members.flat_map(|(party, one)| {
            let known = teams.and_then(|teams| teams.member(party, one.id));
            let named = MemberNamed { member: person(one), party };
            let pledged = AttendancePledged { dated: None, member: one.id, party };
            let named = known.is_none().then(|| named.into());
            named.into_iter().chain((!known.is_some_and(|known| known.pledged)).then(|| pledged.into()))
        });
        let representative = scenario.representative();
        let mut present: Vec<Name> = seats.iter().map(|seat| leader(*seat)).collect();
        present.sort_unstable();
        present.dedup();
        let neutral = person(scenario.neutral());
        let known = real.map(|real| real.case.concerns()).unwrap_or_default();
        let concern = |party: Party| free_concern(party, known);
        Self {
            mornings: calendar.dates.iter().map(|day| morning(*day)).collect(),
            dates: calendar.dates.clone(),
            opened: CaseOpened {
                contract_expires: scenario.contract_expires,
                county: scenario.calendar.county,
                district: scenario.district.clone(),
                evergreen: scenario.evergreen,
                follows: None,
                program: Program::default(),
                time_zone: scenario.time_zone.clone(),
            }
            .into(),
            agreed: seats.map(|seat| LeaderAgreed { name: leader(seat), office: office(seat), seat }.into()),
            declined: seats.map(|seat| LeaderDeclined { name: leader(seat), reason: reason("simulated"), seat }.into()),
            withdrawn: CaseWithdrawn { by: scenario.district.clone(), reason: reason("simulated") }.into(),
            held: MeetingHeld {
                present: Names::new(present).expect("at most three names, each once"),
                representative: representative.name.clone(),
                topics: Topics::ALL,
            }
            .into(),
            chosen: ServiceChosen { offering: None, service: Service::Ibbi }.into(),
            rosters: rosters.collect(),
            accepted: ApplicationAccepted { by: representative.name.clone() }.into(),
            postponed: [1, 2].map(|part| SessionPostponed { part, reason: reason("simulated") }.into()),
            sessions: [1, 2].map(|part| {
                let (neutral, present) = (neutral.clone(), everyone.clone());
                SessionOpened { neutral, observers: Observers::default(), part, present }.into()
            }),
            activities: [ActivityKind::Exercise, ActivityKind::BargainingSimulation]
                .map(|kind| ActivityRun { kind, title: name("simulated") }.into()),
            adjourned: SessionAdjourned { left_early: MemberIds::default(), reason: reason("simulated") }.into(),
            closed: SessionClosed { left_early: MemberIds::default() }.into(),
            caucuses: parties.map(|party| CaucusOpened { party, present: team(party) }.into()),
            raised: parties
                .map(|party| ConcernRaised { concern: concern(party), party, text: text("simulated") }.into()),
            addressed: parties
                .map(|party| ConcernAddressed { concern: concern(party), response: text("simulated") }.into()),
            spokespersons: parties.map(|party| team(party)[0]),
            format: FormatChosen { format: scenario.format }.into(),
            neutral,
            begins: real.map(|real| real.case.clone()).unwrap_or_default(),
            earliest: real.map_or(At::MIN, |real| real.as_of),
            real: real.map(|real| real.slots.clone()).unwrap_or_default(),
        }
    }

    fn morning(&self, day: Day) -> LocalTime {
        self.mornings[usize::from(day).min(HORIZON - 1)]
    }

    /// The case before a run.
    pub(crate) const fn begins(&self) -> &Case {
        &self.begins
    }

    /// No event of a run is earlier.
    pub(crate) fn begins_at(&self) -> At {
        self.earliest.max(self.at(Moment { day: 0, late: false }))
    }

    fn at(&self, moment: Moment) -> At {
        let hours = if moment.late { 9 } else { -1 };
        After(self.morning(moment.day)).hours(hours).at()
    }

    pub(crate) fn slot(&self, seating: Seating) -> Slot {
        if let Some(slot) = seating.real.and_then(|index| self.real.get(usize::from(index))) {
            return *slot;
        }
        let hours = if seating.half == Half::Morning { 0 } else { 4 };
        let starts = After(self.morning(seating.day)).hours(hours);
        Slot::new(starts, After(starts).minutes(seating.minutes)).expect("a slot of at most eight hours")
    }
}

/// Time passed since a local time, under its own offset.
struct After(LocalTime);

impl After {
    fn hours(&self, hours: i64) -> LocalTime {
        self.millis(hours * HOUR)
    }

    fn minutes(&self, minutes: u16) -> LocalTime {
        self.millis(i64::from(minutes) * 60_000)
    }

    fn millis(&self, millis: i64) -> LocalTime {
        let at = At::from_millis(self.0.at().millis() + millis).expect("the years of a scenario are within bounds");
        LocalTime::new(at, self.0.offset_minutes()).expect("whole minutes with an offset in use")
    }
}

/// An id for a concern that the case does not know yet.
fn free_concern(party: Party, known: &[ibbi_core::stages::Concern]) -> ConcernId {
    let id = |number: usize| match number {
        0 => ConcernId::new(party.code()),
        number => ConcernId::new(&format!("{}-{number}", party.code())),
    };
    let free = |id: &ConcernId| known.iter().all(|concern| concern.id != *id);
    // Among one more than there are, one is free.
    let found = (0..=known.len()).filter_map(|number| id(number).ok()).find(free);
    found.expect("a party's code with a number is an id")
}

/// Offers the events of one run after the other to a case, and shows each accepted event to somebody.
pub(crate) struct Driver<'a, W> {
    script: &'a Script,
    case: Case,
    /// When the last event happened; only a real case can be later than the model's hours.
    last: At,
    watcher: W,
}

/// Why the core did not go along: an error in this crate.
#[derive(Debug)]
pub(crate) enum Fault {
    Refused(Box<Refusal>),
    Outcome(Stage),
}

impl<'a, W: FnMut(At, &Event, Stage)> Driver<'a, W> {
    pub(crate) const fn new(script: &'a Script, watcher: W) -> Self {
        Self { script, case: Case::Unopened(ibbi_core::stages::Unopened), last: At::MIN, watcher }
    }

    /// Opens a new case, or takes up the real one.
    pub(crate) fn begin(&mut self) -> Result<(), Fault> {
        let script = self.script;
        self.case.clone_from(&script.begins);
        self.last = script.earliest;
        if self.case.stage() != Stage::Unopened {
            return Ok(());
        }
        self.offer(&script.opened, script.at(Moment { day: 0, late: false }))
    }

    /// Whether the case ended as the model says.
    pub(crate) fn finish(&self, ended: Ended) -> Result<(), Fault> {
        use ibbi_core::Outcome;
        let expected = match ended.ending {
            Ending::Completed => Some(Outcome::Completed),
            Ending::NotAdopted => Some(Outcome::NotAdopted),
            Ending::LeaderDeclined | Ending::Withdrawn => Some(Outcome::Withdrawn),
            Ending::Unfinished => None,
        };
        if self.case.outcome() == expected { Ok(()) } else { Err(Fault::Outcome(self.case.stage())) }
    }

    fn offer(&mut self, event: &Event, at: At) -> Result<(), Fault> {
        let at = at.max(self.last);
        let to = self.case.offer(event, at).map_err(|refusal| Fault::Refused(Box::new(refusal)))?;
        self.last = at;
        (self.watcher)(at, event, to);
        Ok(())
    }

    fn meeting(&mut self, seating: Seating) -> Result<(), Fault> {
        let ends = self.script.slot(seating).ends().at();
        self.offer(&self.script.held, ends)?;
        self.offer(&self.script.chosen, ends)
    }

    fn session(&mut self, part: u8, seating: Seating, ran: u16, filled: bool) -> Result<(), Fault> {
        let script = self.script;
        let starts = script.slot(seating).starts();
        self.offer(&script.sessions[usize::from(part) - 1], starts.at())?;
        self.activities(starts.at())?;
        let ends = After(starts).minutes(ran).at();
        self.offer(if filled { &script.closed } else { &script.adjourned }, ends)
    }

    fn activities(&mut self, at: At) -> Result<(), Fault> {
        if self.case.stage() == Stage::Training {
            for activity in &self.script.activities {
                self.offer(activity, at)?;
            }
        }
        Ok(())
    }

    /// The session that was open when the run began fills its slot, however late it opened.
    fn open_session(&mut self) -> Result<(), Fault> {
        let Some(open) = self.case.sessions().and_then(ibbi_core::Sessions::open) else { return Ok(()) };
        let full = open.opened.millis() + i64::from(open.slot.minutes()) * 60_000;
        self.activities(self.last)?;
        self.offer(&self.script.closed, At::from_millis(full).unwrap_or(At::MAX))
    }

    /// Both caucuses open; in a real case only those that have not and still have to decide.
    fn caucuses(&mut self, at: At) -> Result<(), Fault> {
        let script = self.script;
        for (event, party) in script.caucuses.iter().zip(Party::ALL) {
            let waiting = match &self.case {
                Case::Caucus(caucus) => {
                    let party = caucus.party(*party);
                    party.opened.is_none() && party.decided.is_none()
                }
                _ => true,
            };
            if waiting {
                self.offer(event, at)?;
            }
        }
        Ok(())
    }

    /// A party's concern is answered; in a real case there can be several, and with other ids.
    fn address(&mut self, party: Party, at: At) -> Result<(), Fault> {
        let script = self.script;
        if script.begins.concerns().is_empty() {
            return self.offer(&script.addressed[party as usize], at);
        }
        let open: Vec<ConcernId> = match &self.case {
            Case::Caucus(caucus) => caucus.open_concerns(party).collect(),
            _ => Vec::new(),
        };
        for concern in open {
            self.offer(&ConcernAddressed { concern, response: text("simulated") }.into(), at)?;
        }
        Ok(())
    }
}

impl<W: FnMut(At, &Event, Stage)> Listener for Driver<'_, W> {
    type Error = Fault;

    fn step(&mut self, moment: Moment, step: Step) -> Result<(), Fault> {
        let script = self.script;
        let at = script.at(moment);
        match step {
            Step::LeaderAgrees(seat) => self.offer(&script.agreed[seat as usize], at),
            Step::LeaderDeclines(seat) => {
                self.offer(&script.declined[seat as usize], at)?;
                self.offer(&script.withdrawn, at)
            }
            Step::Withdrawn => self.offer(&script.withdrawn, at),
            Step::Meeting { seating, .. } => {
                self.offer(&MeetingScheduled { slot: script.slot(seating) }.into(), at)?;
                self.meeting(seating)
            }
            Step::MeetingHeld(seating) => self.meeting(seating),
            Step::ServicesChosen => self.offer(&script.chosen, at),
            Step::Rosters => script.rosters.iter().try_for_each(|event| self.offer(event, at)),
            Step::Letter(body) => {
                // The core compares a document's date with the date in UTC, which east of Greenwich can be the day
                // before.
                let dated = script.dates[usize::from(moment.day)].min(at.max(self.last).utc_date());
                self.offer(&SupportConfirmed { body, dated, document: None }.into(), at)
            }
            Step::Accepted => self.offer(&script.accepted, at),
            Step::Booked { part, seating, .. } => {
                let (neutral, slot) = (script.neutral.clone(), script.slot(seating));
                self.offer(&SessionScheduled { neutral, part, place: None, slot }.into(), at)
            }
            Step::Postponed { part } => self.offer(&script.postponed[usize::from(part) - 1], at),
            Step::Held { part, seating, ran, filled } => self.session(part, seating, ran, filled),
            Step::OpenHeld { .. } => self.open_session(),
            Step::Caucuses => self.caucuses(at),
            Step::ConcernRaised(party) => self.offer(&script.raised[party as usize], at),
            Step::ConcernAddressed(party) => self.address(party, at),
            Step::Decides(party, decision) => {
                let spokesperson = script.spokespersons[party as usize];
                self.offer(&PartyDecided { decision, party, spokesperson }.into(), at)
            }
            Step::FormatChosen => self.offer(&script.format, at),
        }
    }
}
