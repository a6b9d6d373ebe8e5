//! A real case as the beginning of a simulation: what is settled, what is awaited and since when, and who sits where.

use crate::calendar::{Day, HORIZON, Half, NEVER};
use crate::model::Seating;
use crate::scenario::{Participant, Role, Scenario};
use crate::settled::{Awaited, Meeting, PartPoint, PartyPoint, Settled, Since};
use chrono::Datelike;
use ibbi_common::zone::Zone;
use ibbi_core::{
    At, Body, Case, CaseFile, Date, Event, EventKind, Format, History, MemberId, Name, Outcome, Party, Program, Seat,
    Sessions, Slot, Stage, Topics,
};
use serde::Serialize;

/// What a forecast says of the real case from which its runs go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Continued {
    /// The instant from which the runs go on.
    pub as_of: At,
    /// The stage of the case at that instant.
    pub stage: Stage,
    /// How many events of the case count.
    pub events: u32,
    /// Where the case and the scenario differ, and what was made of it.
    pub notes: Vec<String>,
}

/// Why a forecast cannot go on from a real case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// Nothing has been recorded of the case.
    #[error("the case has not been opened, so there is nothing to go on from; simulate the scenario alone")]
    NotOpened,
    /// The case has ended.
    #[error("the case is closed ({}), so there is nothing to forecast; `ibbi replay` shows how it went", .outcome.label())]
    Closed {
        /// How.
        outcome: Outcome,
    },
    /// The instant lies before the last event.
    #[error("the case has an event at {last}, after {as_of}; forecast as of that time or later")]
    TooEarly {
        /// When the last event happened.
        last: At,
        /// The instant that was asked for.
        as_of: At,
    },
    /// The scenario's neutral sits on a team of the case.
    #[error(
        "`{id}`, the scenario's neutral, sits on the team of {party} in the case; give the neutral another id in the scenario"
    )]
    NeutralOnTeam {
        /// Who.
        id: MemberId,
        /// On which team.
        party: Party,
    },
    /// A team of the case has no member any more.
    #[error(
        "{party} has no member left in the case, so no session can open; record a new member first (`member_named`)"
    )]
    TeamEmpty {
        /// Which.
        party: Party,
    },
    /// The case's program has parts that the model does not know.
    #[error(
        "the case's program has a stage of {parts} parts of up to {minutes} minutes; the model knows one or two parts of at most 480 minutes"
    )]
    Program {
        /// How many parts.
        parts: usize,
        /// The longest, in minutes.
        minutes: u16,
    },
    /// The instant is outside the years of a scenario.
    #[error("{as_of} is outside the years 1971 to 9996 of a scenario")]
    Years {
        /// The instant.
        as_of: At,
    },
}

/// A real case, made ready for the model.
pub(crate) struct Real {
    pub(crate) case: Case,
    pub(crate) as_of: At,
    /// The booked slots, in the order of [`Seating::real`].
    pub(crate) slots: Vec<Slot>,
    pub(crate) settled: Settled,
    pub(crate) told: Continued,
    /// The events that count, each with the stage it led to.
    pub(crate) past: Vec<(At, Event, Stage)>,
}

impl Real {
    pub(crate) fn program(&self) -> &Program {
        self.case.file().map(CaseFile::program).expect("a real case has been opened")
    }
}

/// The scenario with the case's own facts filled in, and the case.
pub(crate) fn real(scenario: &Scenario, history: &History, as_of: At) -> Result<(Scenario, Real), ResumeError> {
    let case = history.case();
    let file = case.file().ok_or(ResumeError::NotOpened)?;
    if let Some(outcome) = case.outcome() {
        return Err(ResumeError::Closed { outcome });
    }
    if as_of < file.last_at() {
        return Err(ResumeError::TooEarly { last: file.last_at(), as_of });
    }
    check_program(file.program())?;
    let mut filled = scenario.clone();
    let mut notes = Vec::new();
    fill_facts(&mut filled, file, case, &mut notes);
    let zone = Zone::find(&filled.time_zone).unwrap_or_default();
    let day = |at: At| zone.date(at);
    let today = day(as_of);
    if !(1971..9997).contains(&today.to_chrono().year()) {
        return Err(ResumeError::Years { as_of });
    }
    filled.start = today;
    fill_people(&mut filled, case, &mut notes)?;
    let mut reader = Reader { history, as_of, today, day: &day, slots: Vec::new() };
    let settled = reader.settled(case);
    let slots = reader.slots;
    let told = Continued { as_of, stage: case.stage(), events: file.events(), notes };
    Ok((filled, Real { case: case.clone(), as_of, slots, settled, told, past: past(history) }))
}

/// The events that count, replayed: a correction can change to which stage an event led.
fn past(history: &History) -> Vec<(At, Event, Stage)> {
    let mut case = Case::default();
    let mut past = Vec::new();
    for entry in history.entries().iter().filter(|entry| entry.counts()) {
        // The history accepted them together, so each is accepted again.
        let Ok(to) = case.offer(&entry.event, entry.at) else { break };
        past.push((entry.at, entry.event.clone(), to));
    }
    past
}

fn check_program(program: &Program) -> Result<(), ResumeError> {
    let facilitation = [Format::FullDay, Format::TwoHalfDays].map(|format| program.facilitation(format));
    let parts = facilitation.iter().map(|parts| parts.len()).max().unwrap_or(0);
    let minutes = facilitation.into_iter().flatten().copied().chain([program.training()]).max().unwrap_or(0);
    if parts > 2 || minutes > 480 { Err(ResumeError::Program { parts, minutes }) } else { Ok(()) }
}

/// The facts of the case that count instead of the scenario's.
fn fill_facts(scenario: &mut Scenario, file: &CaseFile, case: &Case, notes: &mut Vec<String>) {
    let (opened, contract) = (file.opened(), file.contract());
    scenario.district = opened.district.clone();
    if opened.time_zone != scenario.time_zone {
        notes.push(format!("the case's time zone {} counts, not {}", opened.time_zone, scenario.time_zone));
        scenario.time_zone = opened.time_zone.clone();
    }
    if let Some(county) = opened.county {
        scenario.calendar.county = Some(county);
    }
    if let Some(expires) = contract.expires {
        if scenario.contract_expires.is_some_and(|other| other != expires) {
            notes.push(format!("the case's contract date {expires} counts, not the scenario's"));
        }
        scenario.contract_expires = Some(expires);
        scenario.evergreen = contract.evergreen;
    }
    if let Case::Facilitation(state) = case
        && state.format() != scenario.format
    {
        notes.push(format!("the format is chosen already: {}", state.format().label()));
        scenario.format = state.format();
    }
    for seat in Seat::ALL {
        let leader = case.leader(*seat).map(|leader| leader.name.clone());
        let person = scenario.people.iter_mut().find(|person| person.seat == Some(*seat));
        if let (Some(name), Some(person)) = (leader, person) {
            person.name = name;
        }
    }
}

/// The teams as the case has them; until the application is accepted, those whom the scenario knows beside them too.
fn fill_people(scenario: &mut Scenario, case: &Case, notes: &mut Vec<String>) -> Result<(), ResumeError> {
    let Some(teams) = case.teams() else { return Ok(()) };
    let neutral = scenario.neutral().id;
    if let Some(party) = teams.party_of(neutral) {
        return Err(ResumeError::NeutralOnTeam { id: neutral, party });
    }
    let still_named = case.stage() == Stage::Application;
    for person in &mut scenario.people {
        match teams.party_of(person.id) {
            Some(party) => {
                if person.party.is_some_and(|other| other != party) {
                    notes.push(format!("{} sits with {party} in the case", person.name));
                }
                (person.party, person.required) = (Some(party), true);
            }
            None if person.is_member() => {
                let released = teams.former().iter().any(|former| former.member == person.id);
                if released || !still_named {
                    notes.push(format!("{} is on no team of the case, so no session waits", person.name));
                    person.party = None;
                }
            }
            None => {}
        }
    }
    for party in Party::ALL {
        for member in teams.of(*party) {
            if scenario.people.iter().all(|person| person.id != member.person.id) {
                notes.push(format!(
                    "{} is on a team of the case and not in the scenario, so no day is known to be bad",
                    member.person.name
                ));
                scenario.people.push(newcomer(member.person.id, member.person.name.clone(), *party));
            }
        }
        if scenario.team(*party).next().is_none() {
            return Err(ResumeError::TeamEmpty { party: *party });
        }
    }
    Ok(())
}

fn newcomer(id: MemberId, name: Name, party: Party) -> Participant {
    let unavailable = Vec::new();
    Participant { id, name, party: Some(party), required: true, role: Role::Negotiator, seat: None, unavailable }
}

/// Reads off the history what is settled.
struct Reader<'a> {
    history: &'a History,
    as_of: At,
    today: Date,
    day: &'a dyn Fn(At) -> Date,
    slots: Vec<Slot>,
}

impl Reader<'_> {
    fn settled(&mut self, case: &Case) -> Settled {
        match case {
            Case::Inquiry(state) => {
                let opened = case.file().map(CaseFile::opened_at);
                let waits = |seat: &Seat| {
                    let declined = self.last(|event| matches!(event, Event::LeaderDeclined(d) if d.seat == *seat));
                    state.leader(*seat).is_none().then(|| self.since(declined.or(opened)))
                };
                Settled::Inquiry(std::array::from_fn(|index| waits(&Seat::ALL[index])))
            }
            Case::Introduction(state) => {
                Settled::Introduction(self.meeting(state.scheduled(), state.introduced().topics()))
            }
            Case::Application(state) => {
                let begun = self.last_kind(&[EventKind::ServiceChosen]);
                let waits = |body: &Body| {
                    let withdrawn = self.last(|event| matches!(event, Event::SupportWithdrawn(w) if w.body == *body));
                    state.letter(*body).is_none().then(|| self.since(withdrawn.or(begun)))
                };
                let reviewing = self.since(self.last_kind(&[EventKind::SupportConfirmed]));
                Settled::Application { letters: std::array::from_fn(|index| waits(&Body::ALL[index])), reviewing }
            }
            Case::Training(state) => {
                let begun = Some(state.admitted().accepted());
                let points = case.sessions().map(|sessions| self.parts(sessions, begun)).unwrap_or_default();
                points.first().map_or(Settled::NOTHING, |point| Settled::Training(*point))
            }
            Case::Caucus(_) => Settled::Caucus([Party::Labor, Party::Management].map(|party| self.party(case, party))),
            Case::Agreement(_) => Settled::Agreement(self.since(self.last_kind(&[EventKind::PartyDecided]))),
            Case::Facilitation(state) => {
                let begun = self.last_kind(&[EventKind::PartyDecided]);
                let sessions = ibbi_core::stages::HoldsSessions::sessions(state).clone();
                Settled::Facilitation(self.parts(&sessions, begun))
            }
            // Neither comes here: the one is not open, the other has ended.
            Case::Unopened(_) | Case::Closed(_) => Settled::NOTHING,
        }
    }

    /// When an event that counts and is meant last happened.
    fn last(&self, is_meant: impl Fn(&Event) -> bool) -> Option<At> {
        let mut counting = self.history.entries().iter().filter(|entry| entry.counts());
        counting.rfind(|entry| is_meant(&entry.event)).map(|entry| entry.at)
    }

    fn last_kind(&self, kinds: &[EventKind]) -> Option<At> {
        self.last(|event| kinds.contains(&event.kind()))
    }

    /// Whole days by the calendar since an instant.
    fn since(&self, at: Option<At>) -> Since {
        let days = at.map_or(0, |at| (self.today.to_chrono() - (self.day)(at).to_chrono()).num_days());
        Since(Some(u16::try_from(days.max(0)).unwrap_or(u16::MAX)))
    }

    /// A slot that has not begun, as the model sees it.
    fn seating(&mut self, slot: Slot) -> Option<Seating> {
        if slot.starts().at() < self.as_of {
            return None;
        }
        let days = (slot.local_day().to_chrono() - self.today.to_chrono()).num_days();
        let day = usize::try_from(days.max(0)).unwrap_or(HORIZON).min(HORIZON);
        let real = u8::try_from(self.slots.len()).ok();
        self.slots.push(slot);
        let minutes = u16::try_from(slot.minutes()).unwrap_or(u16::MAX);
        Some(Seating { day: Day::try_from(day).unwrap_or(NEVER), half: Half::Morning, minutes, real })
    }

    fn meeting(&mut self, scheduled: Option<Slot>, topics: Topics) -> Meeting {
        if topics == Topics::ALL {
            return Meeting::Over;
        }
        match scheduled {
            // A slot that has passed without a record of the meeting is no meeting; it is booked anew.
            Some(slot) => self.seating(slot).map_or(Meeting::ToBook(Since::BEGINNING), Meeting::Booked),
            None => Meeting::ToBook(self.since(self.last_kind(&[EventKind::LeaderAgreed, EventKind::MeetingHeld]))),
        }
    }

    fn party(&self, case: &Case, party: Party) -> PartyPoint {
        if let Some(decided) = case.decided(party) {
            return PartyPoint::Decided(decided.decision);
        }
        let Case::Caucus(caucus) = case else { return PartyPoint::UNOPENED };
        let trained = caucus.trained().completed();
        if caucus.open_concerns(party).next().is_some() {
            let raised = self.last(|event| matches!(event, Event::ConcernRaised(raised) if raised.party == party));
            return PartyPoint::Concerned(self.since(raised));
        }
        if caucus.party(party).opened.is_none() {
            return PartyPoint::Unopened(self.since(Some(trained)));
        }
        let own = |id: ibbi_core::ConcernId| {
            caucus.concerns().iter().any(|concern| concern.id == id && concern.party == party)
        };
        let settled = self.last(|event| match event {
            Event::ConcernAddressed(addressed) => own(addressed.concern),
            Event::ConcernDropped(dropped) => own(dropped.concern),
            Event::DecisionReopened(reopened) => reopened.party == party,
            _ => false,
        });
        PartyPoint::Deciding(self.since(settled.max(Some(trained))))
    }

    fn parts(&mut self, sessions: &Sessions, begun: Option<At>) -> Vec<PartPoint> {
        let open = sessions.open().cloned();
        let mut points = Vec::new();
        for (number, part) in sessions.numbered() {
            let opened = part.first_day.map(|day| if day == self.today { 0 } else { NEVER });
            let next = if let Some(open) = open.as_ref().filter(|open| open.part == number) {
                Awaited::Open { minutes: u16::try_from(open.slot.minutes()).unwrap_or(u16::MAX) }
            } else if let Some(booked) = &part.booked {
                self.seating(booked.slot).map_or(Awaited::Lapsed, Awaited::Booked)
            } else {
                let ended = sessions.held().iter().filter(|held| held.part == number).map(|held| held.ended).max();
                let postponed =
                    self.last(|event| matches!(event, Event::SessionPostponed(postponed) if postponed.part == number));
                let postponed = postponed.filter(|at| begun.is_none_or(|begun| *at >= begun));
                match ended.max(postponed) {
                    Some(at) => Awaited::Rebook(self.since(Some(at))),
                    None => Awaited::Unbooked(self.since(begun)),
                }
            };
            points.push(PartPoint { remaining: part.remaining(), opened, next });
        }
        points
    }
}
