//! Whom to invite: the people of the sessions, and a list of their addresses.

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::schedule::booked;
use ibbi_common::spelling::{did_you_mean, echo, nearest};
use ibbi_core::{Party, Person, Seat};
use ibbi_report::ics::{Attendee, CalendarAddress, SessionPart, SessionRef, session_people};
use ibbi_sim::Scenario;
use std::collections::{BTreeMap, BTreeSet};

/// The longest list of addresses, in bytes.
pub const MAX_LIST_BYTES: u64 = 1 << 20;
/// The most rows of a list of addresses.
const MAX_ROWS: usize = 1000;
/// The most problems that one message lists.
const MAX_PROBLEMS: usize = 20;

/// A person of a scenario or a case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownPerson {
    /// A leader of a case who is on no team has none.
    id: Option<String>,
    name: String,
}

/// The people of a scenario or a case, and who takes part in which session.
#[derive(Debug)]
pub struct SessionPeople<'a> {
    people: Vec<KnownPerson>,
    source: PeopleSource<'a>,
}

#[derive(Debug)]
enum PeopleSource<'a> {
    Scenario(&'a Scenario),
    Case {
        /// The neutrals who are to lead each session.
        led_by: BTreeMap<SessionRef, Vec<Person>>,
        leaders: Vec<String>,
        members: Vec<KnownPerson>,
    },
}

impl<'a> SessionPeople<'a> {
    /// Returns the people of a scenario.
    pub fn of_scenario(scenario: &'a Scenario) -> Self {
        let people = scenario
            .people
            .iter()
            .map(|person| KnownPerson { id: Some(person.id.to_string()), name: person.name.to_string() });
        Self { people: people.collect(), source: PeopleSource::Scenario(scenario) }
    }

    /// Returns the people of a case as recorded: the leaders for the introductory meeting, and the members of both teams and the
    /// neutrals who are to lead it for each session.
    pub fn of_case(log: &CaseLog) -> Self {
        let case = log.recorded.facts().last_open();
        let led_by = booked::led_by(log);
        let leaders = Seat::ALL.iter().filter_map(|seat| case.seat_holder(*seat)).map(ToString::to_string);
        let leaders: Vec<String> = leaders.collect();
        let members =
            case.teams().into_iter().flat_map(|teams| Party::ALL.iter().flat_map(|party| teams.members(*party)));
        let members: Vec<KnownPerson> = members.map(|member| known(&member.person)).collect();
        let mut people: Vec<KnownPerson> = Vec::new();
        for person in members.iter().cloned().chain(led_by.values().flatten().map(known)) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        for name in &leaders {
            if !people.iter().any(|person| person.name == *name) {
                people.push(KnownPerson { id: None, name: name.clone() });
            }
        }
        Self { people, source: PeopleSource::Case { led_by, leaders, members } }
    }

    /// Returns who takes part in a session, by their places in `people`, each with whether the session waits for the person.
    fn of_session(&self, session: SessionRef) -> Vec<(usize, bool)> {
        let place = |wanted: &KnownPerson| self.people.iter().position(|person| person == wanted);
        match &self.source {
            PeopleSource::Scenario(scenario) => {
                let of = session_people(scenario, session.kind).filter_map(|(person, required)| {
                    let known = KnownPerson { id: Some(person.id.to_string()), name: person.name.to_string() };
                    Some((place(&known)?, required))
                });
                of.collect()
            }
            PeopleSource::Case { leaders, .. } if session.kind == SessionPart::Meeting => {
                let by_name = |name: &String| self.people.iter().position(|person| person.name == *name);
                leaders.iter().filter_map(by_name).map(|place| (place, true)).collect()
            }
            PeopleSource::Case { led_by, members, .. } => {
                let neutrals: Vec<KnownPerson> = led_by.get(&session).into_iter().flatten().map(known).collect();
                let is_in = |person: &KnownPerson| neutrals.contains(person) || members.contains(person);
                let all = self.people.iter().enumerate().filter(|(_, person)| is_in(person));
                all.map(|(place, _)| (place, true)).collect()
            }
        }
    }
}

fn known(person: &Person) -> KnownPerson {
    KnownPerson { id: Some(person.id.to_string()), name: person.name.to_string() }
}

/// A list of addresses: a CSV file with the columns `name` and `email`.
#[derive(Debug, Clone)]
pub struct AddressList(Vec<AddressRow>);

#[derive(Debug, Clone)]
struct AddressRow {
    /// The number that a spreadsheet shows beside the row.
    number: u64,
    /// The name or the ID.
    who: String,
    email: String,
}

impl AddressList {
    /// Reads a list. Its first row names the columns: `name`, with names or IDs as the scenario or the case has them, and `email`.
    /// Commas, semicolons, or tabs separate the cells.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the file isn't such a list.
    pub fn read(bytes: &[u8]) -> Result<Self, AppError> {
        let usage = |message: String| AppError::Usage(format!("the list of addresses: {message}"));
        let text =
            std::str::from_utf8(bytes).map_err(|_| usage("it is not UTF-8 text; save it as CSV in UTF-8".into()))?;
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let separator = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|separator| first.bytes().filter(|byte| byte == separator).count());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator.unwrap_or(b','))
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut columns = None;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| usage(format!("it is not CSV: {error}")))?;
            let cells: Vec<&str> = record.iter().map(str::trim).collect();
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            let Some((name, email)) = columns else {
                columns = Some(
                    header(&cells)
                        .ok_or_else(|| usage("its first row must name the columns `name` and `email`".to_owned()))?,
                );
                continue;
            };
            if rows.len() == MAX_ROWS {
                return Err(usage(format!("it has more than {MAX_ROWS} rows")));
            }
            let cell = |place: usize| cells.get(place).copied().unwrap_or_default().to_owned();
            let number = record.position().map_or(0, csv::Position::line);
            rows.push(AddressRow { number, who: cell(name), email: cell(email) });
        }
        if rows.is_empty() {
            return Err(usage("it has no row with a person".to_owned()));
        }
        Ok(Self(rows))
    }

    /// Returns the address of each person, in their order, or all problems of the list.
    fn addresses(&self, people: &[KnownPerson]) -> Result<Vec<Option<CalendarAddress>>, Vec<String>> {
        let mut found: Vec<Option<CalendarAddress>> = vec![None; people.len()];
        let mut problems = Vec::new();
        for AddressRow { number, who, email } in &self.0 {
            let place = match place_of(who, people) {
                Ok(place) => place,
                Err(problem) => {
                    problems.push(format!("row {number}: {problem}"));
                    continue;
                }
            };
            // A person can be in the list before the address is known.
            if email.is_empty() {
                continue;
            }
            let name = &people[place].name;
            let address = email.parse().and_then(|found: CalendarAddress| CalendarAddress::new(name, found.address()));
            let address = match address {
                Ok(address) => address,
                Err(error) => {
                    problems.push(format!("row {number}: {error}"));
                    continue;
                }
            };
            if found[place].is_some() {
                problems.push(format!("row {number}: {name} has an address in an earlier row; remove one of them"));
            } else if let Some(other) = found.iter().flatten().find(|other| other.is(address.address())) {
                let other = other.name();
                problems.push(format!(
                    "row {number}: {name} and {other} have the same address, so their answers couldn't be told apart"
                ));
            } else {
                found[place] = Some(address);
            }
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }
}

/// Returns the places of the columns with the names and the addresses.
fn header(cells: &[&str]) -> Option<(usize, usize)> {
    let place = |names: &[&str]| cells.iter().position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)));
    Some((place(&["name", "person"])?, place(&["email", "e-mail", "address", "mail"])?))
}

/// Returns the place of the person with a name or an ID.
fn place_of(who: &str, people: &[KnownPerson]) -> Result<usize, String> {
    let is = |one: &str| one.to_lowercase() == who.to_lowercase();
    if who.is_empty() {
        return Err("it has no name".to_owned());
    }
    let by_id = people.iter().position(|person| person.id.as_deref().is_some_and(is));
    let named: Vec<usize> = (0..people.len()).filter(|place| is(&people[*place].name)).collect();
    match (by_id, &named[..]) {
        (Some(place), _) => Ok(place),
        (None, [place]) => Ok(*place),
        (None, [_, _, ..]) => {
            Err(format!("{who} is the name of several people; write the ID of the one you mean instead"))
        }
        (None, []) => {
            let names = people.iter().flat_map(|person| [Some(person.name.as_str()), person.id.as_deref()]).flatten();
            let near = did_you_mean(nearest(who, names).as_deref());
            Err(format!("{} takes part in no session here{near}; correct the name, or remove the row", echo(who)))
        }
    }
}

/// The people of the sessions with their addresses.
pub(super) struct AddressedPeople<'a> {
    people: &'a SessionPeople<'a>,
    addresses: Vec<Option<CalendarAddress>>,
}

impl<'a> AddressedPeople<'a> {
    /// Returns the people with their addresses.
    ///
    /// # Errors
    /// [`AppError::Usage`] with the problems of the list.
    pub(super) fn new(people: &'a SessionPeople<'a>, list: &AddressList) -> Result<Self, AppError> {
        let addresses = list.addresses(&people.people).map_err(|problems| {
            let more = problems.len().saturating_sub(MAX_PROBLEMS);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            let shown: Vec<_> = problems.into_iter().take(MAX_PROBLEMS).collect();
            AppError::Usage(format!("the list of addresses can't be used:\n  {}{more}", shown.join("\n  ")))
        })?;
        Ok(Self { people, addresses })
    }

    /// Returns whom to invite to a session. Adds the names of the people without an address to `missing`.
    pub(super) fn attendees(&self, session: SessionRef, missing: &mut BTreeSet<String>) -> Vec<Attendee> {
        let mut attendees = Vec::new();
        for (place, required) in self.people.of_session(session) {
            match &self.addresses[place] {
                Some(person) => attendees.push(Attendee { person: person.clone(), required }),
                None => {
                    missing.insert(self.people.people[place].name.clone());
                }
            }
        }
        attendees
    }
}
