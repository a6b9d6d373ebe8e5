//! Resuming a case: what is already done, what the case waits for and since when, and the members of the teams.

use crate::calendar::{Day, HORIZON, NEVER, RunSlot};
use crate::initial_state::{Awaited, InitialState, Meeting, PartProgress, PartyProgress, Waited};
use crate::overdue::overdue;
use crate::scenario::{Hours, Participant, Role, SLOT, Scenario, TimeRule};
use chrono::Datelike;
use ibbi_common::format;
use ibbi_common::zone::Zone;
use ibbi_core::{
    At, Body, Case, CaseFile, Date, Event, EventKind, Format, FormatId, History, LocalTime, MemberId, Name,
    OtherBooking, Outcome, Party, Program, Seat, Sessions, Slot, Stage, Topics,
};
use serde::Serialize;

/// The case from which a plan or a forecast resumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResumedCase {
    /// The instant from which the runs resume.
    pub as_of: At,
    /// The stage of the case at that instant.
    pub stage: Stage,
    /// The number of events in effect.
    pub events: u32,
    /// How the case differs from the scenario, and which of the two is used.
    pub notes: Vec<String>,
}

/// Why a forecast can't resume a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The case has no events.
    #[error("the case is not open yet, so there is nothing to resume; simulate the scenario alone")]
    NotOpened,
    /// The case has ended.
    #[error("the case is closed ({}), so there is nothing to forecast; `ibbi replay` shows its history", .outcome.label())]
    Closed {
        /// The outcome.
        outcome: Outcome,
    },
    /// The instant is before the last event.
    #[error("the case has an event at {}, which is after {}; use that time or a later one", .zone.show(*.last), .zone.show(*.as_of))]
    TooEarly {
        /// The time of the last event.
        last: At,
        /// The instant that was given.
        as_of: At,
        /// The zone of the case.
        zone: Zone,
    },
    /// The scenario's neutral is on a team of the case.
    #[error(
        "`{id}`, the scenario's neutral, is on the team of {party} in the case; give the neutral another id in the scenario"
    )]
    NeutralOnTeam {
        /// The neutral's id.
        id: MemberId,
        /// The party whose team it is.
        party: Party,
    },
    /// A team of the case has no members left.
    #[error(
        "the team of {party} has no members left in the case, so no session can open; record a new member first (`member_named`)"
    )]
    TeamEmpty {
        /// The party.
        party: Party,
    },
    /// The instant is outside the years of a scenario.
    #[error("{as_of} is outside the years 1971 to 9996; scenarios use only those")]
    Years {
        /// The instant.
        as_of: At,
    },
}

/// A case, in the form that the model needs.
pub(crate) struct RealCase {
    pub(crate) case: Case,
    pub(crate) as_of: At,
    /// The format of the facilitation: the chosen one, or the one that will be chosen.
    pub(crate) format: FormatId,
    /// The booked slots, in the order of [`RunSlot::real`].
    pub(crate) slots: Vec<Slot>,
    pub(crate) initial: InitialState,
    pub(crate) summary: ResumedCase,
    /// The events in effect, each with the stage it led to.
    pub(crate) past: Vec<(At, Event, Stage)>,
}

impl RealCase {
    pub(crate) fn program(&self) -> &Program {
        self.case.file().map(CaseFile::program).expect("a real case has been opened")
    }
}

/// Returns the scenario with the case's own facts filled in, and the case.
pub(crate) fn real(
    scenario: &Scenario,
    history: &History,
    as_of: At,
    elsewhere: &[OtherBooking],
) -> Result<(Scenario, RealCase), ResumeError> {
    let case = history.case();
    let file = case.file().ok_or(ResumeError::NotOpened)?;
    if let Some(outcome) = case.outcome().filter(|_| as_of >= file.last_at()) {
        return Err(ResumeError::Closed { outcome });
    }
    if as_of < file.last_at() {
        let zone = Zone::find(&file.opened().time_zone).unwrap_or_default();
        return Err(ResumeError::TooEarly { last: file.last_at(), as_of, zone });
    }
    let mut filled = scenario.clone();
    let mut notes = Vec::new();
    fill_facts(&mut filled, file, case, &mut notes);
    let format = fill_format(&mut filled, file.program(), case, &mut notes);
    let zone = Zone::find(&filled.time_zone).unwrap_or_default();
    let day = |at: At| zone.date(at);
    let today = day(as_of);
    if !(1971..9997).contains(&today.to_chrono().year()) {
        return Err(ResumeError::Years { as_of });
    }
    filled.start = today;
    fill_people(&mut filled, case, &mut notes)?;
    fill_bookings(&mut filled, elsewhere, zone, &mut notes);
    let mut reader = HistoryReader { history, as_of, today, day: &day, slots: Vec::new() };
    let initial = reader.initial_state(case);
    let slots = reader.slots;
    notes.extend(overdue(&filled, &initial));
    let summary = ResumedCase { as_of, stage: case.stage(), events: file.events(), notes };
    Ok((filled, RealCase { case: case.clone(), as_of, format, slots, initial, summary, past: past(history) }))
}

/// Replays the events in effect. A correction can change the stage that an event led to.
fn past(history: &History) -> Vec<(At, Event, Stage)> {
    let mut case = history.start();
    let mut past = Vec::new();
    for entry in history.entries().iter().filter(|entry| entry.counts()) {
        // The history accepted all of them, so each is accepted again.
        let Ok(to) = case.offer(&entry.event, entry.at) else { break };
        past.push((entry.at, entry.event.clone(), to));
    }
    past
}

/// Replaces the lengths of the sessions by those of the case's program. Returns the format of the facilitation: the one that was
/// chosen, or the scenario's, or another one if the program doesn't have it.
fn fill_format(scenario: &mut Scenario, program: &Program, case: &Case, notes: &mut Vec<String>) -> FormatId {
    let sessions = &mut scenario.sessions;
    let wanted = sessions.format().map(FormatId::from).filter(|format| program.facilitation(*format).is_some());
    let same = program.formats().find(|(_, parts)| *parts == sessions.facilitation).map(|(format, _)| format);
    let format = match case {
        Case::Facilitation(state) => {
            let chosen = state.format();
            if wanted.or(same) != Some(chosen) {
                notes.push(format!("the case has already chosen its format: {}", program.format_label(chosen)));
            }
            chosen
        }
        _ => wanted.or(same).unwrap_or_else(|| {
            let first = program.formats().next().map_or_else(|| Format::FullDay.into(), |(format, _)| format);
            notes.push(format!("the case's program has other formats; {} is used", program.format_label(first)));
            first
        }),
    };
    if sessions.training != program.training() {
        notes.push("the case's program has its own lengths of the training, which are used".to_owned());
        sessions.training = program.training().to_vec();
    }
    sessions.facilitation = program.facilitation(format).unwrap_or_default().to_vec();
    format
}

/// Replaces facts of the scenario by facts of the case.
fn fill_facts(scenario: &mut Scenario, file: &CaseFile, case: &Case, notes: &mut Vec<String>) {
    let (opened, contract) = (file.opened(), file.contract());
    scenario.district = opened.district.clone();
    if opened.time_zone != scenario.time_zone {
        notes.push(format!("the case's time zone {} is used, not {}", opened.time_zone, scenario.time_zone));
        scenario.time_zone = opened.time_zone.clone();
    }
    if let Some(county) = opened.county {
        scenario.calendar.county = Some(county);
    }
    if let Some(expires) = contract.expires {
        if scenario.contract_expires.is_some_and(|other| other != expires) {
            let expires = format::date(expires);
            notes.push(format!("the case's contract date {expires} is used, not the scenario's"));
        }
        scenario.contract_expires = Some(expires);
        scenario.evergreen = contract.evergreen;
    }
    for seat in Seat::ALL {
        let leader = case.leader(*seat).map(|leader| leader.name.clone());
        let person = scenario.people.iter_mut().find(|person| person.seat == Some(*seat));
        if let (Some(name), Some(person)) = (leader, person) {
            person.name = name;
        }
    }
}

/// Replaces the scenario's teams by those of the case. Until the application is accepted, the scenario's members stay
/// too.
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
                    notes.push(format!("{} is on the team of {party} in the case", person.name));
                }
                (person.party, person.required) = (Some(party), true);
            }
            None if person.is_member() => {
                let released = teams.former().iter().any(|former| former.member == person.id);
                if released || !still_named {
                    notes.push(format!(
                        "{} is not on a team of the case, so no session waits for this person",
                        person.name
                    ));
                    person.party = None;
                }
            }
            None => {}
        }
    }
    for party in Party::ALL {
        for member in teams.members(*party) {
            if scenario.people.iter().all(|person| person.id != member.person.id) {
                notes.push(format!(
                    "{} is on a team of the case but not in the scenario, so all days count as available",
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

/// Counts the time for which neutrals are booked in other cases as not available.
fn fill_bookings(scenario: &mut Scenario, elsewhere: &[OtherBooking], zone: Zone, notes: &mut Vec<String>) {
    for OtherBooking { neutral, district, slot } in elsewhere {
        let neutrals =
            scenario.people.iter_mut().filter(|person| person.role == Role::Neutral && person.name == *neutral);
        let mut booked = false;
        for person in neutrals {
            person.unavailable.extend(busy(*slot, zone));
            // An exception doesn't free a person who is somewhere else.
            person
                .also
                .retain(|rule| !busy(*slot, zone).iter().any(|busy| busy.from.is_some_and(|day| rule.covers(day))));
            booked = true;
        }
        if booked {
            notes.push(format!("{neutral} is booked for {district} on {slot}, and is not available then"));
        }
    }
}

/// Returns a slot as times on the clocks of a zone, in whole quarter hours. A slot past midnight takes both days.
fn busy(slot: Slot, zone: Zone) -> Vec<TimeRule> {
    let (Some(starts), Some(ends)) = (zone.local(slot.starts().at()), zone.local(slot.ends().at())) else {
        return Vec::new();
    };
    let minute = |time: LocalTime| {
        let minutes = time.at().millis() / 60_000 + i64::from(time.offset_minutes());
        u16::try_from(minutes.rem_euclid(24 * 60)).unwrap_or(0)
    };
    let hours = Hours::new(minute(starts) / SLOT * SLOT, minute(ends).div_ceil(SLOT) * SLOT);
    match hours {
        Ok(hours) if starts.date() == ends.date() => vec![TimeRule::on(starts.date()).at(hours)],
        _ => vec![TimeRule::between(starts.date(), ends.date())],
    }
}

fn newcomer(id: MemberId, name: Name, party: Party) -> Participant {
    Participant { party: Some(party), ..Participant::new(id, name, Role::Negotiator) }
}

/// Reads the initial state from the history.
struct HistoryReader<'a> {
    history: &'a History,
    as_of: At,
    today: Date,
    day: &'a dyn Fn(At) -> Date,
    slots: Vec<Slot>,
}

impl HistoryReader<'_> {
    fn initial_state(&mut self, case: &Case) -> InitialState {
        match case {
            Case::Inquiry(state) => {
                let opened = case.file().map(CaseFile::opened_at);
                let waits = |seat: &Seat| {
                    let declined = self.last(|event| matches!(event, Event::LeaderDeclined(d) if d.seat == *seat));
                    state.leader(*seat).is_none().then(|| self.since(declined.or(opened)))
                };
                InitialState::Inquiry(std::array::from_fn(|index| waits(&Seat::ALL[index])))
            }
            Case::Introduction(state) => {
                InitialState::Introduction(self.meeting(state.scheduled(), state.introduced().topics()))
            }
            Case::Application(state) => {
                let begun = self.last_kind(&[EventKind::ServiceChosen]);
                let waits = |body: &Body| {
                    let withdrawn = self.last(|event| matches!(event, Event::SupportWithdrawn(w) if w.body == *body));
                    state.letter(*body).is_none().then(|| self.since(withdrawn.or(begun)))
                };
                let reviewing = self.since(self.last_kind(&[EventKind::SupportConfirmed]));
                InitialState::Application { letters: std::array::from_fn(|index| waits(&Body::ALL[index])), reviewing }
            }
            Case::Training(state) => {
                let begun = Some(state.admitted().accepted());
                InitialState::Training(case.sessions().map(|sessions| self.parts(sessions, begun)).unwrap_or_default())
            }
            Case::Caucus(_) => {
                InitialState::Caucus([Party::Labor, Party::Management].map(|party| self.party(case, party)))
            }
            Case::Agreement(_) => InitialState::Agreement(self.since(self.last_kind(&[EventKind::PartyDecided]))),
            Case::Facilitation(state) => {
                let begun = self.last_kind(&[EventKind::PartyDecided]);
                let sessions = ibbi_core::stages::HoldsSessions::sessions(state).clone();
                InitialState::Facilitation(self.parts(&sessions, begun))
            }
            // These do not occur: the first is not open yet, and the second has ended.
            Case::Unopened(_) | Case::Closed(_) => InitialState::NOTHING,
        }
    }

    /// Returns the time of the last event in effect that matches.
    fn last(&self, is_meant: impl Fn(&Event) -> bool) -> Option<At> {
        let mut counting = self.history.entries().iter().filter(|entry| entry.counts());
        counting.rfind(|entry| is_meant(&entry.event)).map(|entry| entry.at)
    }

    fn last_kind(&self, kinds: &[EventKind]) -> Option<At> {
        self.last(|event| kinds.contains(&event.kind()))
    }

    /// Returns the whole calendar days since an instant.
    fn since(&self, at: Option<At>) -> Waited {
        let days = at.map_or(0, |at| (self.today.to_chrono() - (self.day)(at).to_chrono()).num_days());
        Waited(Some(u16::try_from(days.max(0)).unwrap_or(u16::MAX)))
    }

    /// Returns a slot that has not started, in the model's form.
    fn slot(&mut self, slot: Slot) -> Option<RunSlot> {
        if slot.starts().at() < self.as_of {
            return None;
        }
        let days = (slot.local_day().to_chrono() - self.today.to_chrono()).num_days();
        let day = usize::try_from(days.max(0)).unwrap_or(HORIZON).min(HORIZON);
        let real = u8::try_from(self.slots.len()).ok();
        self.slots.push(slot);
        let minutes = u16::try_from(slot.minutes()).unwrap_or(u16::MAX);
        Some(RunSlot { day: Day::try_from(day).unwrap_or(NEVER), start: 0, minutes, real })
    }

    fn meeting(&mut self, scheduled: Option<Slot>, topics: Topics) -> Meeting {
        if topics == Topics::ALL {
            return Meeting::Over;
        }
        match scheduled {
            // If the slot has passed and no meeting was recorded, there was no meeting. It is booked again.
            Some(slot) => self.slot(slot).map_or(Meeting::ToBook(Waited::NONE), Meeting::Booked),
            None => Meeting::ToBook(self.since(self.last_kind(&[EventKind::LeaderAgreed, EventKind::MeetingHeld]))),
        }
    }

    fn party(&self, case: &Case, party: Party) -> PartyProgress {
        if let Some(decided) = case.decided(party) {
            return PartyProgress::Decided(decided.decision);
        }
        let Case::Caucus(caucus) = case else { return PartyProgress::UNOPENED };
        let trained = caucus.trained().completed();
        if caucus.open_concerns(party).next().is_some() {
            let raised = self.last(|event| matches!(event, Event::ConcernRaised(raised) if raised.party == party));
            return PartyProgress::Concerned(self.since(raised));
        }
        if caucus.party(party).opened.is_none() {
            return PartyProgress::Unopened(self.since(Some(trained)));
        }
        let own = |id: ibbi_core::ConcernId| {
            caucus.concerns().iter().any(|concern| concern.id == id && concern.party == party)
        };
        let restarted = self.last(|event| match event {
            Event::ConcernAddressed(addressed) => own(addressed.concern),
            Event::ConcernDropped(dropped) => own(dropped.concern),
            Event::DecisionReopened(reopened) => reopened.party == party,
            _ => false,
        });
        PartyProgress::Deciding(self.since(restarted.max(Some(trained))))
    }

    fn parts(&mut self, sessions: &Sessions, begun: Option<At>) -> Vec<PartProgress> {
        let open = sessions.open().cloned();
        let mut points = Vec::new();
        for (number, part) in sessions.numbered() {
            let opened = part.first_day.map(|day| if day == self.today { 0 } else { NEVER });
            let next = if let Some(open) = open.as_ref().filter(|open| open.part == number) {
                Awaited::Open { minutes: u16::try_from(open.slot.minutes()).unwrap_or(u16::MAX) }
            } else if let Some(booked) = &part.booked {
                self.slot(booked.slot).map_or(Awaited::Lapsed, Awaited::Booked)
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
            points.push(PartProgress { remaining: part.remaining(), opened, next });
        }
        points
    }
}
