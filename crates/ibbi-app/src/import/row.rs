//! A row as a case: the events that follow from its cells, in the order of the process.

use super::cells::{Cells, When};
use super::columns::Column;
use super::people::{People, placeholder};
use super::report::Problem;
use super::table::{Row, Table};
use super::timeline::{Step, StepTime};
use crate::presets;
use crate::zone::Zone;
use ibbi_core::events::{
    ApplicationAccepted, ApplicationDeclined, AttendancePledged, CaseOpened, CaseReferred, CaseWithdrawn, CaucusOpened,
    LeaderAgreed, MeetingHeld, MemberNamed, NoteAdded, PartyDecided, ServiceChosen, SupportConfirmed,
};
use ibbi_core::{
    At, Body, County, Date, Decision, Event, MemberIds, Name, Names, NoteText, Office, Outcome, Party, Program, Reason,
    Seat, Service, TimeZoneName, Topics,
};

/// A case that a row describes.
#[derive(Debug)]
pub(super) struct PastCase {
    pub(super) district: Name,
    pub(super) reference: Option<Name>,
    pub(super) zone: Zone,
    /// The day on which it was opened.
    pub(super) opened: Date,
    /// The events in the order of the process. The first one opens the case, and the second one is the note of the import.
    pub(super) steps: Vec<Step>,
    pub(super) placeholders: usize,
    /// The outcome and the day of the end, as the row has them.
    pub(super) ending: (Option<Outcome>, Option<Date>),
}

/// Returns the case that a row describes, or the problems of its cells.
pub(super) fn read(table: &Table, row: &Row, now: At) -> Result<PastCase, Vec<Problem>> {
    let mut reader = RowReader { cells: Cells::new(table, row, now), steps: Vec::new(), people: People::default() };
    if let Some(message) = table.extra_cells(row) {
        reader.cells.problems.push(Problem::of_row(message));
    }
    let case = reader.case();
    match case {
        Some(case) if reader.cells.problems.is_empty() => Ok(case),
        _ => Err(reader.cells.problems),
    }
}

/// Columns that show that the district went on to the application.
const AFTER_THE_CHOICE: &[Column] = &[
    Column::UnionLetter,
    Column::AdministrationLetter,
    Column::CommitteeLetter,
    Column::TeamsNamed,
    Column::Accepted,
    Column::Trained,
    Column::LaborDecided,
    Column::ManagementDecided,
    Column::Sessions,
];

/// A reader of one row. It collects the events.
pub(super) struct RowReader<'a> {
    pub(super) cells: Cells<'a>,
    pub(super) steps: Vec<Step>,
    pub(super) people: People,
}

impl RowReader<'_> {
    fn case(&mut self) -> Option<PastCase> {
        let district = self.cells.name(Column::District);
        if self.cells.text(Column::District).is_none() {
            self.cells.fail(Column::District, "the district is missing; every row needs it");
        }
        let reference = self.cells.name(Column::Reference);
        let (zone_name, program) = (self.time_zone(), self.program());
        self.leaders();
        self.introduction();
        let accepted = self.application();
        let trained = program.as_ref().is_some_and(|program| self.training(program, accepted));
        let decided = self.decisions();
        let sessions = program.as_ref().is_some_and(|program| self.facilitation(program, decided));
        let ending = self.ending();
        if trained || sessions {
            self.people.missing.push("attendance (every member counts as present)".to_owned());
        }
        let opened = self.opened()?;
        let opening = CaseOpened {
            contract_expires: self.cells.day(Column::ContractExpires),
            county: self.cells.word::<County>(Column::County, County::CODES),
            district: district.clone()?,
            evergreen: self.cells.read(Column::Evergreen, yes_or_no).unwrap_or(false),
            follows: None,
            program: program?,
            time_zone: zone_name,
        };
        let mut steps = vec![step(Column::Opened, opened, opening)];
        let opened = opened.day(self.cells.zone);
        steps.push(step(Column::District, When::Day(opened), self.import_note(reference.as_ref())));
        if let Some(text) = self.cells.read(Column::Note, |text| NoteText::new(text).map_err(|it| it.to_string())) {
            steps.push(step(Column::Note, When::Day(opened), NoteAdded { text }));
        }
        steps.append(&mut self.steps);
        let (zone, placeholders) = (self.cells.zone, self.people.placeholders);
        Some(PastCase { district: district?, reference, zone, opened, steps, placeholders, ending })
    }

    pub(super) fn add(&mut self, column: Column, when: When, event: impl Into<Event>) {
        self.steps.push(step(column, when, event));
    }

    fn time_zone(&mut self) -> TimeZoneName {
        let named = self.cells.read(Column::TimeZone, |text| {
            let name = TimeZoneName::new(text).map_err(|error| error.to_string())?;
            let zone = Zone::new(&name).map_err(|error| error.to_string())?;
            Ok((name, zone))
        });
        if let Some((name, zone)) = named {
            self.cells.zone = zone;
            return name;
        }
        TimeZoneName::new(self.cells.zone.name()).expect("a zone has a name")
    }

    /// Returns the program, or `None` if the cell names no preset.
    fn program(&mut self) -> Option<Program> {
        if self.cells.text(Column::Program).is_none() {
            return Some(Program::default());
        }
        let named = |text: &str| presets::named(&text.to_lowercase()).map_err(|error| error.to_string());
        self.cells.read(Column::Program, named)
    }

    /// Returns when the case was opened: the earliest day of the row if it has no other.
    fn opened(&mut self) -> Option<When> {
        if self.cells.text(Column::Opened).is_some() {
            return self.cells.when(Column::Opened);
        }
        let first = self.steps.iter().map(|step| step.time.day(self.cells.zone)).min();
        if first.is_none() && self.cells.problems.is_empty() {
            self.cells.fail(Column::Opened, "the row has no day; enter at least the day on which the case was opened");
        }
        first.map(When::Day)
    }

    fn leaders(&mut self) {
        let office = self.cells.word::<Office>(Column::CommitteeOffice, Office::CODES);
        for (seat, name, agreed) in [
            (Seat::Superintendent, Column::Superintendent, Column::SuperintendentAgreed),
            (Seat::UnionPresident, Column::UnionPresident, Column::UnionPresidentAgreed),
            (Seat::SchoolCommittee, Column::Committee, Column::CommitteeAgreed),
        ] {
            let named = self.cells.name(name);
            let Some(when) = self.cells.when(agreed) else { continue };
            let name = self.people.name_or_placeholder(named, seat.label());
            let needs_office = seat == Seat::SchoolCommittee;
            if needs_office && office.is_none() {
                self.people.missing.push("the office of the school committee's leader (it counts as chair)".to_owned());
            }
            let office = needs_office.then(|| office.unwrap_or(Office::Chair));
            self.add(agreed, when, LeaderAgreed { name, office, seat });
        }
    }

    fn introduction(&mut self) {
        let representative = self.cells.name(Column::Representative);
        let held = self.cells.when(Column::MeetingHeld);
        if let Some(when) = held {
            let representative = self.people.name_or_placeholder(representative, "the representative");
            let event = MeetingHeld { present: Names::default(), representative, topics: Topics::ALL };
            self.add(Column::MeetingHeld, when, event);
        }
        let outcome = self.cells.text(Column::Outcome).map(str::to_lowercase);
        let goes_on = AFTER_THE_CHOICE.iter().any(|column| self.cells.text(*column).is_some())
            || outcome.is_some_and(|outcome| outcome.replace(' ', "_") == Outcome::NotAccepted.code());
        let chosen = self.cells.when(Column::IbbiChosen);
        if let Some(when) = chosen.or_else(|| held.filter(|_| goes_on)) {
            let column = if chosen.is_some() { Column::IbbiChosen } else { Column::MeetingHeld };
            self.add(column, when, ServiceChosen { offering: None, service: Service::Ibbi });
        }
    }

    /// Returns the day on which the application was accepted.
    fn application(&mut self) -> Option<Date> {
        for (body, column) in [
            (Body::TeachersOrganization, Column::UnionLetter),
            (Body::Administration, Column::AdministrationLetter),
            (Body::SchoolCommittee, Column::CommitteeLetter),
        ] {
            if let Some(when) = self.cells.when(column) {
                let dated = when.day(self.cells.zone);
                self.add(column, when, SupportConfirmed { body, dated, document: None });
            }
        }
        let named = self.cells.when(Column::TeamsNamed);
        let accepted = self.cells.when(Column::Accepted);
        let accepted_by = self.cells.name(Column::AcceptedBy);
        self.teams(named, accepted);
        if let Some(when) = accepted {
            let by = self.people.name_or_placeholder(accepted_by, "the person who accepted the application");
            self.add(Column::Accepted, when, ApplicationAccepted { by });
        }
        accepted.map(|when| when.day(self.cells.zone))
    }

    /// Names both teams, whose members pledge on the same day.
    fn teams(&mut self, named: Option<When>, accepted: Option<When>) {
        let teams = [(Party::Labor, Column::LaborTeam), (Party::Management, Column::ManagementTeam)]
            .map(|(party, column)| (party, column, self.cells.names(column)));
        let Some(when) = named.or(accepted) else {
            let blank = |column: &Column| self.cells.text(*column).is_none();
            if [Column::TeamsNamed, Column::Accepted].iter().all(blank) && teams.iter().any(|team| !team.2.is_empty()) {
                self.cells.fail(Column::TeamsNamed, "enter the day on which the teams were named");
            }
            return;
        };
        for (party, column, names) in teams {
            self.people.add_team(party, names);
            for member in self.people.team(party).to_vec() {
                let id = member.id;
                self.add(column, when, MemberNamed { member, party });
                self.add(column, when, AttendancePledged { dated: None, member: id, party });
            }
        }
    }

    /// Returns the later day of the two decisions.
    fn decisions(&mut self) -> Option<Date> {
        let mut decided = Vec::new();
        for (party, caucus, day, decision, speaker) in [
            (Party::Labor, Column::LaborCaucus, Column::LaborDecided, Column::LaborDecision, Column::LaborSpokesperson),
            (
                Party::Management,
                Column::ManagementCaucus,
                Column::ManagementDecided,
                Column::ManagementDecision,
                Column::ManagementSpokesperson,
            ),
        ] {
            let made = self.cells.read(decision, decision_of);
            let when = self.cells.when(day);
            let caucused = self.cells.when(caucus);
            let (has_day, has_decision) = (self.cells.text(day).is_some(), self.cells.text(decision).is_some());
            if has_day && !has_decision {
                self.cells.fail(decision, format!("enter the decision of {party}: adopt or decline"));
            } else if has_decision && !has_day {
                self.cells.fail(day, format!("enter the day on which {party} decided"));
            }
            let name = self.cells.name(speaker);
            if let Some(opened) = caucused.or(when) {
                let column = if caucused.is_some() { caucus } else { day };
                let ids = self.people.team(party).iter().map(|member| member.id);
                match MemberIds::new(ids) {
                    Ok(present) => {
                        self.add(column, opened, CaucusOpened { advisers: Default::default(), party, present })
                    }
                    Err(error) => self.cells.fail(column, error.to_string()),
                }
            }
            if let (Some(when), Some(made)) = (when, made) {
                let spokesperson = self.people.spokesperson(party, name.as_ref());
                self.add(day, when, PartyDecided { decision: made, party, spokesperson });
                decided.push(when.day(self.cells.zone));
            }
        }
        decided.into_iter().max()
    }

    /// Adds the event that ended the case before its process was complete. Returns how the case ended, as the row has it.
    fn ending(&mut self) -> (Option<Outcome>, Option<Date>) {
        let outcome = self.cells.word::<Outcome>(Column::Outcome, Outcome::CODES);
        let when = self.cells.when(Column::Ended);
        let by = self.cells.name(Column::EndedBy);
        let reason = self.cells.read(Column::Reason, |text| Reason::new(text).map_err(|error| error.to_string()));
        let service = self.cells.word::<Service>(Column::ReferredTo, Service::CODES);
        let ending = (outcome, when.map(|when| when.day(self.cells.zone)));
        if self.cells.text(Column::Outcome).is_none() && when.is_some() {
            self.cells.fail(Column::Outcome, format!("enter how the case ended: {}", Outcome::CODES.join(", ")));
        }
        let Some(outcome @ (Outcome::Withdrawn | Outcome::NotAccepted | Outcome::Referred)) = outcome else {
            return ending;
        };
        let Some(when) = when else {
            if self.cells.text(Column::Ended).is_none() {
                self.cells.fail(Column::Ended, format!("enter the day on which the case was {}", outcome.label()));
            }
            return ending;
        };
        match (outcome, service) {
            (Outcome::Referred, Some(to)) => {
                self.add(Column::ReferredTo, when, ServiceChosen { offering: None, service: to });
                self.add(Column::Ended, when, CaseReferred { to });
            }
            (Outcome::Referred, None) => {
                if self.cells.text(Column::ReferredTo).is_none() {
                    self.cells.fail(Column::ReferredTo, "enter the service to which the case was referred");
                }
            }
            (Outcome::Withdrawn, _) => {
                let by = self.people.name_or_placeholder(by, "the person or body that withdrew the case");
                let reason = self.reason_or_placeholder(reason);
                self.add(Column::Ended, when, CaseWithdrawn { by, reason });
            }
            _ => {
                let reason = self.reason_or_placeholder(reason);
                self.add(Column::Ended, when, ApplicationDeclined { reason });
            }
        }
        ending
    }

    fn reason_or_placeholder(&mut self, reason: Option<Reason>) -> Reason {
        reason.unwrap_or_else(|| {
            self.people.missing.push("the reason why the case ended".to_owned());
            Reason::new("Reason not recorded").expect("a placeholder is a reason")
        })
    }

    /// Returns the note that says where the case is from, and what the spreadsheet doesn't have.
    fn import_note(&self, reference: Option<&Name>) -> NoteAdded {
        let mut text = "Imported from a spreadsheet.".to_owned();
        if let Some(reference) = reference {
            text.push_str(&format!(" Reference: {reference}."));
        }
        if !self.people.missing.is_empty() {
            text.push_str(&format!(" The spreadsheet doesn't have: {}.", self.people.missing.join("; ")));
        }
        NoteAdded { text: NoteText::new(&text).expect("the note is a text") }
    }

    /// Returns the name for something that the spreadsheet doesn't have, and notes that.
    pub(super) fn not_recorded(&mut self, text: &str, what: &str) -> Name {
        self.people.missing.push(what.to_owned());
        placeholder(text)
    }
}

fn step(column: Column, when: When, event: impl Into<Event>) -> Step {
    let time = match when {
        When::Day(day) => StepTime::On(day),
        When::Time(at) => StepTime::At(at),
    };
    Step { column, time, event: event.into() }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "x" | "1" => Ok(true),
        "no" | "n" | "false" | "0" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

fn decision_of(text: &str) -> Result<Decision, String> {
    match text.to_lowercase().as_str() {
        "adopt" | "adopted" | "adopts" | "yes" => Ok(Decision::Adopt),
        "decline" | "declined" | "declines" | "no" => Ok(Decision::Decline),
        _ => Err("write adopt or decline".to_owned()),
    }
}
