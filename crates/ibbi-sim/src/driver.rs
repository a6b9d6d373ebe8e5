//! Turning the steps of a run into events, and offering each event to the core.

use crate::calendar::{Calendar, Day, DayShapes, HORIZON, MORNING, RunSlot};
use crate::model::{Ending, ModelTime, RunListener, RunResult, RunStep};
use crate::resume::RealCase;
use crate::scenario::{Participant, Scenario};
use ibbi_common::zone::Zone;
use ibbi_core::events::*;
use ibbi_core::{
    At, Case, ConcernId, Event, FormatId, LocalTime, MemberIds, Name, Names, Neutrals, NoteText, Observers, Office,
    Party, Person, Program, Reason, Refusal, Seat, Service, Slot, Stage, Topics,
};
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

/// The parts that are the same in every run: the events without a date, and the hours of every day.
pub(crate) struct EventScript {
    /// 8:00 AM of every day, with the zone's offset on that day.
    mornings: Vec<LocalTime>,
    shapes: Arc<DayShapes>,
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
    co_neutrals: Neutrals,
    /// For each part, from 1.
    postponed: Vec<Event>,
    /// For each part, from 1.
    sessions: Vec<Event>,
    activities: Vec<Event>,
    adjourned: Event,
    closed: Event,
    caucuses: [Event; 2],
    raised: [Event; 2],
    addressed: [Event; 2],
    spokespersons: [ibbi_core::MemberId; 2],
    format: Event,
    /// The case before a run: not opened, or the resumed case.
    initial_case: Case,
    /// No event of a run is earlier.
    earliest: At,
    /// The booked slots of the resumed case.
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

impl EventScript {
    /// Creates the events for a new case, or for a resumed one.
    pub(crate) fn new(
        scenario: &Scenario,
        calendar: &Calendar,
        program: &Program,
        format: FormatId,
        real: Option<&RealCase>,
    ) -> Self {
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
        let co_neutrals = Neutrals::new(scenario.neutrals().skip(1).filter(|one| one.required).map(person));
        let co_neutrals = co_neutrals.expect("ids are unique");
        let known = real.map(|real| real.case.concerns()).unwrap_or_default();
        let concern = |party: Party| free_concern(party, known);
        let parts = 1..=u8::try_from(Program::MAX_PARTS).unwrap_or(u8::MAX);
        let session = |part| {
            let (neutral, co_neutrals, present) = (neutral.clone(), co_neutrals.clone(), everyone.clone());
            let (advisers, substitutes) = Default::default();
            SessionOpened {
                advisers,
                co_neutrals,
                substitutes,
                neutral,
                observers: Observers::default(),
                part,
                present,
            }
            .into()
        };
        let activities = program.activities().iter();
        let activities = activities.map(|kind| ActivityRun { kind: *kind, title: name("simulated") }.into());
        Self {
            shapes: calendar.shapes.clone(),
            mornings: calendar.dates.iter().map(|day| morning(*day)).collect(),
            dates: calendar.dates.clone(),
            opened: CaseOpened {
                contract_expires: scenario.contract_expires,
                county: scenario.calendar.county,
                district: scenario.district.clone(),
                evergreen: scenario.evergreen,
                follows: None,
                program: program.clone(),
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
            postponed: parts
                .clone()
                .map(|part| SessionPostponed { part, reason: reason("simulated") }.into())
                .collect(),
            sessions: parts.map(session).collect(),
            activities: activities.collect(),
            adjourned: SessionAdjourned {
                late: Default::default(),
                left_early: MemberIds::default(),
                reason: reason("simulated"),
            }
            .into(),
            closed: SessionClosed { late: Default::default(), left_early: MemberIds::default() }.into(),
            caucuses: parties
                .map(|party| CaucusOpened { advisers: Default::default(), party, present: team(party) }.into()),
            raised: parties
                .map(|party| ConcernRaised { concern: concern(party), party, text: text("simulated") }.into()),
            addressed: parties
                .map(|party| ConcernAddressed { concern: concern(party), response: text("simulated") }.into()),
            spokespersons: parties.map(|party| team(party)[0]),
            format: FormatChosen { format }.into(),
            neutral,
            co_neutrals,
            initial_case: real.map(|real| real.case.clone()).unwrap_or_default(),
            earliest: real.map_or(At::MIN, |real| real.as_of),
            real: real.map(|real| real.slots.clone()).unwrap_or_default(),
        }
    }

    fn morning(&self, day: Day) -> LocalTime {
        self.mornings[usize::from(day).min(HORIZON - 1)]
    }

    /// Returns the case before a run.
    pub(crate) const fn initial_case(&self) -> &Case {
        &self.initial_case
    }

    /// Returns the first instant of a run. No event is earlier.
    pub(crate) fn first_instant(&self) -> At {
        self.earliest.max(self.at(ModelTime { day: 0, late: false }))
    }

    fn at(&self, moment: ModelTime) -> At {
        let hours = if moment.late { 9 } else { -1 };
        After(self.morning(moment.day)).hours(hours).at()
    }

    pub(crate) fn slot(&self, slot: RunSlot) -> Slot {
        if let Some(slot) = slot.real.and_then(|index| self.real.get(usize::from(index))) {
            return *slot;
        }
        let day = usize::from(slot.day).min(HORIZON - 1);
        let (starts, ends) = (self.shapes.local(day, slot.start), self.shapes.ends(day, slot.start, slot.minutes));
        Slot::new(starts, ends).expect("a slot within a day")
    }
}

/// Adds time to a local time, keeping its offset.
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

/// Returns a concern id that the case does not have yet.
fn free_concern(party: Party, known: &[ibbi_core::stages::Concern]) -> ConcernId {
    let id = |number: usize| match number {
        0 => ConcernId::new(party.code()),
        number => ConcernId::new(&format!("{}-{number}", party.code())),
    };
    let free = |id: &ConcernId| known.iter().all(|concern| concern.id != *id);
    // There is one candidate more than known concerns, so one is free.
    let found = (0..=known.len()).filter_map(|number| id(number).ok()).find(free);
    found.expect("a party's code with a number is an id")
}

/// Offers the events of one run to a case, and passes each accepted event to a watcher.
pub(crate) struct Driver<'a, W> {
    script: &'a EventScript,
    case: Case,
    /// The time of the last event. Only in a resumed case can it be later than the model's hours.
    last: At,
    watcher: W,
}

/// The core disagreed with the model: an error in this crate.
#[derive(Debug)]
pub(crate) enum DriverError {
    Refused(Box<Refusal>),
    Outcome(Stage),
}

impl<'a, W: FnMut(At, &Event, Stage)> Driver<'a, W> {
    pub(crate) const fn new(script: &'a EventScript, watcher: W) -> Self {
        Self { script, case: Case::Unopened(ibbi_core::stages::Unopened::new()), last: At::MIN, watcher }
    }

    /// Opens a new case, or resumes one.
    pub(crate) fn begin(&mut self) -> Result<(), DriverError> {
        let script = self.script;
        self.case.clone_from(&script.initial_case);
        self.last = script.earliest;
        if self.case.stage() != Stage::Unopened {
            return Ok(());
        }
        self.offer(&script.opened, script.at(ModelTime { day: 0, late: false }))
    }

    /// Checks that the case ended as the model expects.
    pub(crate) fn finish(&self, ended: RunResult) -> Result<(), DriverError> {
        use ibbi_core::Outcome;
        let expected = match ended.ending {
            Ending::Completed => Some(Outcome::Completed),
            Ending::NotAdopted => Some(Outcome::NotAdopted),
            Ending::LeaderDeclined | Ending::Withdrawn => Some(Outcome::Withdrawn),
            Ending::Unfinished => None,
        };
        if self.case.outcome() == expected { Ok(()) } else { Err(DriverError::Outcome(self.case.stage())) }
    }

    fn offer(&mut self, event: &Event, at: At) -> Result<(), DriverError> {
        let at = at.max(self.last);
        let to = self.case.offer(event, at).map_err(|refusal| DriverError::Refused(Box::new(refusal)))?;
        self.last = at;
        (self.watcher)(at, event, to);
        Ok(())
    }

    fn meeting(&mut self, slot: RunSlot) -> Result<(), DriverError> {
        let ends = self.script.slot(slot).ends().at();
        self.offer(&self.script.held, ends)?;
        self.offer(&self.script.chosen, ends)
    }

    fn session(&mut self, part: u8, slot: RunSlot, ran: u16, filled: bool) -> Result<(), DriverError> {
        let script = self.script;
        let starts = script.slot(slot).starts();
        self.offer(&script.sessions[usize::from(part) - 1], starts.at())?;
        self.activities(starts.at())?;
        let ends = After(starts).minutes(ran).at();
        self.offer(if filled { &script.closed } else { &script.adjourned }, ends)
    }

    fn activities(&mut self, at: At) -> Result<(), DriverError> {
        if self.case.stage() == Stage::Training {
            for activity in &self.script.activities {
                self.offer(activity, at)?;
            }
        }
        Ok(())
    }

    /// Closes the session that was open when the run started. It fills its slot, however late it opened.
    fn open_session(&mut self) -> Result<(), DriverError> {
        let Some(open) = self.case.sessions().and_then(ibbi_core::Sessions::open) else { return Ok(()) };
        let full = open.opened.millis() + i64::from(open.slot.minutes()) * 60_000;
        self.activities(self.last)?;
        self.offer(&self.script.closed, At::from_millis(full).unwrap_or(At::MAX))
    }

    /// Opens the caucuses. In a resumed case, only those that are not open yet and have no decision.
    fn caucuses(&mut self, at: At) -> Result<(), DriverError> {
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

    /// Records the answer to a party's concern. A resumed case can have several, with other ids.
    fn address(&mut self, party: Party, at: At) -> Result<(), DriverError> {
        let script = self.script;
        if script.initial_case.concerns().is_empty() {
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

impl<W: FnMut(At, &Event, Stage)> RunListener for Driver<'_, W> {
    type Error = DriverError;

    fn step(&mut self, moment: ModelTime, step: RunStep) -> Result<(), DriverError> {
        let script = self.script;
        let at = script.at(moment);
        match step {
            RunStep::LeaderAgrees(seat) => self.offer(&script.agreed[seat as usize], at),
            RunStep::LeaderDeclines(seat) => {
                self.offer(&script.declined[seat as usize], at)?;
                self.offer(&script.withdrawn, at)
            }
            RunStep::Withdrawn => self.offer(&script.withdrawn, at),
            RunStep::Meeting { slot, .. } => {
                self.offer(&MeetingScheduled { slot: script.slot(slot) }.into(), at)?;
                self.meeting(slot)
            }
            RunStep::MeetingHeld(slot) => self.meeting(slot),
            RunStep::ServicesChosen => self.offer(&script.chosen, at),
            RunStep::Rosters => script.rosters.iter().try_for_each(|event| self.offer(event, at)),
            RunStep::Letter(body) => {
                // The core compares a document's date with the date in UTC. East of Greenwich, that can be the day
                // before.
                let dated = script.dates[usize::from(moment.day)].min(at.max(self.last).utc_date());
                self.offer(&SupportConfirmed { body, dated, document: None }.into(), at)
            }
            RunStep::Accepted => self.offer(&script.accepted, at),
            RunStep::Booked { part, slot, .. } => {
                let (neutral, co_neutrals) = (script.neutral.clone(), script.co_neutrals.clone());
                let slot = script.slot(slot);
                self.offer(&SessionScheduled { co_neutrals, neutral, part, place: None, slot }.into(), at)
            }
            RunStep::BookedBefore { .. } => Ok(()),
            RunStep::Postponed { part } => self.offer(&script.postponed[usize::from(part) - 1], at),
            RunStep::Held { part, slot, ran, filled } => self.session(part, slot, ran, filled),
            RunStep::OpenHeld { .. } => self.open_session(),
            RunStep::Caucuses => self.caucuses(at),
            RunStep::ConcernRaised(party) => self.offer(&script.raised[party as usize], at),
            RunStep::ConcernAddressed(party) => self.address(party, at),
            RunStep::Decides(party, decision) => {
                let spokesperson = script.spokespersons[party as usize];
                self.offer(&PartyDecided { decision, party, spokesperson }.into(), at)
            }
            RunStep::FormatChosen => self.offer(&script.format, at),
        }
    }
}
