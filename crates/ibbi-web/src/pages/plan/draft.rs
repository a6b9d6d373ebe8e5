//! The content of the form: the texts as they were typed, and the scenario that they describe.

use crate::query::Pairs;
use ibbi_app::form;
use ibbi_app::format::us_date;
use ibbi_app::schedule::{Availability, closure, closure_text, day, id_of};
use ibbi_app::sim::{
    Assumptions, CalendarInput, Chance, Closure, Duration, Hours, Model, Participant, Role, Scenario, SessionsInput,
    ThreePoint, TimeRule, Weekday,
};
use ibbi_core::{County, Date, Format, MemberId, Name, Party, Seat, TextError, TimeZoneName};

/// The half-days of a week in the grid: Monday morning to Friday afternoon.
pub(crate) const HALF_DAYS: usize = 10;
/// Empty rows for more people.
const SPARE: usize = 2;

/// The content of the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) district: String,
    /// The ID that the case gets. Empty if the scenario has none.
    pub(crate) id: String,
    pub(crate) start: String,
    pub(crate) contract_expires: String,
    pub(crate) evergreen: bool,
    pub(crate) two_half_days: bool,
    pub(crate) county: String,
    pub(crate) time_zone: String,
    /// Working days, Monday first.
    pub(crate) working: [bool; 7],
    /// Closed days, one range per line.
    pub(crate) closed: String,
    pub(crate) people: Vec<Person>,
    /// Durations, in the order of the set: least, likely, and most.
    pub(crate) durations: Vec<[String; 3]>,
    /// Chances in percent, in the order of the set.
    pub(crate) chances: Vec<String>,
    /// Whether the part with the people is open.
    pub(crate) shows_people: bool,
}

/// A person in the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// The ID, a space, and the name of the person whose ID it is. Under another name, the row is another person.
    pub(crate) id: String,
    /// A seat, or `negotiator`, `neutral`, or `representative`.
    pub(crate) role: String,
    pub(crate) party: String,
    pub(crate) optional: bool,
    /// The half-days at which the person is never available.
    pub(crate) week: [bool; HALF_DAYS],
    /// Other times, as text: when the person can't come, can come only, or can come if need be.
    pub(crate) other: String,
}

impl Person {
    /// Returns whether nothing was entered in the row.
    fn is_empty(&self) -> bool {
        self.name.trim().is_empty() && self.other.trim().is_empty() && !self.week.contains(&true)
    }

    /// Returns the name, or another label for an empty row.
    pub(crate) fn shown_name(&self) -> &str {
        if self.name.is_empty() { "new person" } else { &self.name }
    }
}

/// An error in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The name of the field. Empty for the form as a whole.
    pub(crate) field: String,
    pub(crate) message: String,
}

impl From<&Scenario> for Draft {
    fn from(scenario: &Scenario) -> Self {
        let durations = Duration::of(Model::First).iter().map(|which| {
            let ThreePoint { least, likely, most } = scenario.assumptions.duration(*which).value;
            [least, likely, most].map(|days| days.to_string())
        });
        let chances = Chance::ALL.iter().map(|which| percent(scenario.assumptions.chance(*which).value));
        let closed = scenario.calendar.closed.iter().map(|closed| closure_text(closed) + "\n");
        let mut people: Vec<Person> = scenario.people.iter().map(Person::from).collect();
        people.resize_with(people.len() + SPARE, Person::default);
        Self {
            district: scenario.district.to_string(),
            id: scenario.id.map(|id| id.to_string()).unwrap_or_default(),
            start: us_date(scenario.start),
            contract_expires: scenario.contract_expires.map(us_date).unwrap_or_default(),
            evergreen: scenario.evergreen,
            two_half_days: scenario.format() == Some(Format::TwoHalfDays),
            county: scenario.calendar.county.map_or("", County::code).to_owned(),
            time_zone: scenario.time_zone.to_string(),
            working: Weekday::ALL.map(|day| scenario.calendar.working_days.contains(&day)),
            closed: closed.collect(),
            people,
            durations: durations.collect(),
            chances: chances.collect(),
            shows_people: false,
        }
    }
}

/// Returns a chance in percent, without the rounding error of floating point.
fn percent(chance: f64) -> String {
    ((chance * 1e8).round() / 1e6).to_string()
}

impl From<&Participant> for Person {
    fn from(person: &Participant) -> Self {
        let role = match (person.role, person.seat) {
            (Role::Leader, Some(seat)) => seat.code(),
            (role, _) => role.code(),
        };
        let mut week = [false; HALF_DAYS];
        let mut other = Availability::from(person);
        other.unavailable.retain(|time| !mark(&mut week, *time));
        Self {
            name: person.name.to_string(),
            id: format!("{} {}", person.id, person.name),
            role: role.to_owned(),
            party: person.party.map_or("", Party::code).to_owned(),
            optional: !person.required,
            week,
            other: other.text(),
        }
    }
}

/// Marks a time in the grid. Returns whether the grid can show it.
fn mark(week: &mut [bool; HALF_DAYS], time: TimeRule) -> bool {
    let Some(day) = time.weekdays.single() else { return false };
    let halves = match time.hours {
        hours if time != (TimeRule { hours, ..TimeRule::weekday(day) }) => return false,
        None => [true, true],
        Some(Hours::MORNING) => [true, false],
        Some(Hours::AFTERNOON) => [false, true],
        Some(_) => return false,
    };
    let place = 2 * day as usize;
    let Some(marked) = week.get_mut(place..place + 2) else { return false };
    marked.iter_mut().zip(halves).for_each(|(marked, half)| *marked |= half);
    true
}

/// Returns the times that are marked in the grid.
fn marked(week: &[bool; HALF_DAYS]) -> Vec<TimeRule> {
    let halves = week.chunks_exact(2).zip(Weekday::ALL);
    let times = halves.filter_map(|(halves, day)| {
        let hours = match halves {
            [true, true] => None,
            [true, false] => Some(Hours::MORNING),
            [false, true] => Some(Hours::AFTERNOON),
            _ => return None,
        };
        Some(TimeRule { hours, ..TimeRule::weekday(day) })
    });
    times.collect()
}

impl Draft {
    /// Reads the form that was sent. Every text stays as it was typed.
    pub(crate) fn read(pairs: &Pairs) -> Self {
        let text = |key: &str| pairs.get(key).unwrap_or_default().to_owned();
        // Reads more rows than allowed, so that they are shown again with the message that there are too many.
        let rows = (0..2 * Scenario::MAX_PEOPLE).take_while(|row| pairs.all(&format!("n{row}")).next().is_some());
        let people = rows.map(|row| {
            let mut week = [false; HALF_DAYS];
            for place in pairs.all(&format!("w{row}")).filter_map(|place| place.parse::<usize>().ok()) {
                if let Some(half) = week.get_mut(place) {
                    *half = true;
                }
            }
            Person {
                name: text(&format!("n{row}")),
                id: text(&format!("i{row}")),
                role: text(&format!("r{row}")),
                party: text(&format!("t{row}")),
                optional: pairs.get(&format!("o{row}")).is_some(),
                week,
                other: text(&format!("u{row}")),
            }
        });
        let durations = Duration::of(Model::First).iter().map(|which| {
            let mut given = pairs.all(which.code()).map(ToOwned::to_owned);
            [given.next(), given.next(), given.next()].map(Option::unwrap_or_default)
        });
        Self {
            district: text("district"),
            id: text("case_id"),
            start: text("start"),
            contract_expires: text("contract_expires"),
            evergreen: pairs.get("evergreen").is_some(),
            two_half_days: pairs.get("format") == Some(Format::TwoHalfDays.code()),
            county: text("county"),
            time_zone: text("time_zone"),
            working: Weekday::ALL.map(|day| pairs.all("working").any(|given| given == day.code())),
            closed: text("closed"),
            people: people.collect(),
            durations: durations.collect(),
            chances: Chance::ALL.iter().map(|which| text(which.code())).collect(),
            shows_people: false,
        }
        .with_empty_rows(SPARE)
    }

    /// Adds empty rows for people until there are as many as wanted, unless there are too many rows already.
    pub(crate) fn with_empty_rows(mut self, wanted: usize) -> Self {
        let rows = (self.people.len() + wanted.saturating_sub(self.empty_rows())).min(2 * Scenario::MAX_PEOPLE);
        self.people.resize_with(rows.max(self.people.len()), Person::default);
        self
    }

    /// Returns how many empty rows there are.
    pub(crate) fn empty_rows(&self) -> usize {
        self.people.iter().filter(|person| person.is_empty()).count()
    }

    /// Returns the scenario of the form.
    ///
    /// # Errors
    /// Every error, each with its field.
    pub(crate) fn scenario(&self) -> Result<Scenario, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let scenario = self.trimmed().parts(&mut wrong);
        let (Some(scenario), true) = (scenario, wrong.is_empty()) else { return Err(wrong) };
        // The reader of scenarios checks the scenario as a whole.
        let read = Scenario::parse(&scenario.to_toml());
        read.map_err(|error| {
            let errors = error.problems.into_iter().map(|problem| {
                let message = format!("{}; expected {}", problem.found, problem.expected);
                Wrong { field: String::new(), message }
            });
            errors.collect()
        })
    }

    /// Returns the content without spaces around its texts.
    fn trimmed(&self) -> Self {
        let trim = |text: &String| text.trim().to_owned();
        let person = |person: &Person| Person {
            name: trim(&person.name),
            id: trim(&person.id),
            other: trim(&person.other),
            ..person.clone()
        };
        Self {
            district: trim(&self.district),
            start: trim(&self.start),
            contract_expires: trim(&self.contract_expires),
            time_zone: trim(&self.time_zone),
            people: self.people.iter().map(person).collect(),
            durations: self.durations.iter().map(|texts| texts.each_ref().map(trim)).collect(),
            chances: self.chances.iter().map(trim).collect(),
            ..self.clone()
        }
    }

    fn parts(&self, wrong: &mut Vec<Wrong>) -> Option<Scenario> {
        let mut field = Fields { wrong };
        let district = field.parsed::<Name>("district", &self.district, "enter the name of the district");
        let start = field.day("start", &self.start);
        let contract_expires = match self.contract_expires.as_str() {
            "" => Some(None),
            text => field.day("contract_expires", text).map(Some),
        };
        if let (Some(start), Some(Some(expires))) = (start, contract_expires)
            && expires < start
        {
            field.report("contract_expires", "the contract expires before you ask the leaders; enter a later day");
        }
        let zone = if self.time_zone.is_empty() { ibbi_app::zone::MASSACHUSETTS } else { &self.time_zone };
        let time_zone = match form::zone_problem(zone) {
            None => zone.parse::<TimeZoneName>().ok(),
            Some(wrong) => {
                field.report("time_zone", &wrong);
                None
            }
        };
        let working_days: Vec<_> =
            Weekday::ALL.iter().zip(self.working).filter(|(_, works)| *works).map(|(day, _)| *day).collect();
        if working_days.is_empty() {
            field.report("working", "choose at least one working day");
        }
        let closed: Vec<Closure> =
            self.closures(start).into_iter().filter_map(|closed| field.ok_or_report("closed", closed)).collect();
        let people = self.people(start, &closed, &mut field);
        let assumptions = self.assumptions(&mut field);
        Some(Scenario {
            assumptions,
            calendar: CalendarInput {
                closed,
                county: County::from_code(&self.county),
                hours: Vec::new(),
                working_days,
            },
            contract_expires: contract_expires?,
            deadlines: Vec::new(),
            district: district?,
            evergreen: self.evergreen,
            id: self.id.parse().ok(),
            model: Model::First,
            people,
            sessions: SessionsInput::published(if self.two_half_days { Format::TwoHalfDays } else { Format::FullDay }),
            start: start?,
            time_zone: time_zone?,
        })
    }

    /// Returns the closed ranges, or why they aren't valid.
    pub(crate) fn closures(&self, start: Option<Date>) -> Vec<Result<Closure, ibbi_app::AppError>> {
        let lines = self.closed.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| closure(line, start)).collect()
    }

    fn people(&self, start: Option<Date>, closed: &[Closure], field: &mut Fields<'_>) -> Vec<Participant> {
        let mut people: Vec<Participant> = Vec::new();
        for (row, person) in self.people.iter().enumerate().filter(|(_, person)| !person.name.is_empty()) {
            let name = field.parsed::<Name>(&format!("n{row}"), &person.name, "enter a name");
            let other = Availability::read(&person.other, start, closed);
            let mut times = field.ok_or_report(&format!("u{row}"), other).unwrap_or_default();
            times.unavailable.splice(0..0, marked(&person.week));
            let seat = Seat::from_code(&person.role);
            let role = match (seat, person.role.as_str()) {
                (Some(_), _) => Role::Leader,
                (_, "neutral") => Role::Neutral,
                (_, "representative") => Role::Representative,
                _ => Role::Negotiator,
            };
            let party = Party::from_code(&person.party).filter(|_| matches!(role, Role::Leader | Role::Negotiator));
            if role == Role::Negotiator && party.is_none() {
                field.report(&format!("t{row}"), "choose the team of this person");
            }
            // A person with an invalid name still counts as present, so that no second error appears.
            let Some(name) = name.or_else(|| Name::new("person").ok()) else { continue };
            let taken: Vec<MemberId> = people.iter().map(|person| person.id).collect();
            let (id, owner) = person.id.split_once(' ').unwrap_or((&person.id, name.as_str()));
            let own = id.parse().ok().filter(|id| owner == name.as_str() && !taken.contains(id));
            let id = own.unwrap_or_else(|| id_of(&name, &taken));
            let required = role == Role::Neutral || !person.optional;
            let person = Participant { party, required, seat, ..Participant::new(id, name, role) };
            people.push(times.of(person));
        }
        if people.len() > Scenario::MAX_PEOPLE {
            let (most, found) = (Scenario::MAX_PEOPLE, people.len());
            field.report(
                "",
                &format!(
                    "there are at least {found} people; at most {most} can take part, so clear a name to remove a person"
                ),
            );
        }
        self.report_missing_people(&people, field);
        people
    }

    fn report_missing_people(&self, people: &[Participant], field: &mut Fields<'_>) {
        let mut need = |found: bool, message: &str| {
            if !found {
                field.report("", message);
            }
        };
        for seat in Seat::ALL {
            let found = people.iter().any(|person| person.seat == Some(*seat));
            need(found, &format!("enter the name of {}", seat.label()));
        }
        let neutral = people.iter().any(|person| person.role == Role::Neutral);
        need(neutral, "enter the name of the neutral, who trains and facilitates");
        for party in Party::ALL {
            let found = people.iter().any(|person| person.party == Some(*party) && person.required);
            need(found, &format!("the {} team needs at least one member who is not optional", party.label()));
        }
    }

    fn assumptions(&self, field: &mut Fields<'_>) -> Assumptions {
        let mut assumptions = Assumptions::default();
        for (which, texts) in Duration::of(Model::First).iter().zip(&self.durations) {
            let [least, likely, most] = texts.each_ref().map(|text| field.number(which.code(), text));
            let (Some(least), Some(likely), Some(most)) = (least, likely, most) else { continue };
            if !(0.0 <= least && least <= likely && likely <= most && most <= ThreePoint::MAX) {
                let most = ThreePoint::MAX;
                field.report(
                    which.code(),
                    &format!("enter days in increasing order: at least, likely, at most; the maximum is {most}"),
                );
                continue;
            }
            let value = ThreePoint { least, likely, most };
            if value != which.default_value() {
                assumptions.set_duration(*which, value);
            }
        }
        for (which, text) in Chance::ALL.iter().zip(&self.chances) {
            let Some(percent) = field.number(which.code(), text) else { continue };
            if !(0.0..=100.0).contains(&percent) {
                field.report(which.code(), "enter a chance from 0 to 100 percent");
                continue;
            }
            // Rounded, so that 12.5 percent is exactly 0.125.
            let chance = (percent * 1e6).round() / 1e8;
            if (chance - which.default_value()).abs() > 1e-12 {
                assumptions.set_chance(*which, chance);
            }
        }
        assumptions
    }
}

/// Collects errors by field.
struct Fields<'a> {
    wrong: &'a mut Vec<Wrong>,
}

impl Fields<'_> {
    fn report(&mut self, field: &str, message: &str) {
        self.wrong.push(Wrong { field: field.to_owned(), message: message.to_owned() });
    }

    fn ok_or_report<T>(&mut self, field: &str, result: Result<T, ibbi_app::AppError>) -> Option<T> {
        result.map_err(|error| self.report(field, &error.to_string())).ok()
    }

    fn parsed<T: std::str::FromStr<Err = TextError>>(&mut self, field: &str, text: &str, missing: &str) -> Option<T> {
        if text.is_empty() {
            self.report(field, missing);
            return None;
        }
        text.parse().map_err(|error: TextError| self.report(field, &form::text_problem(&error, text))).ok()
    }

    fn day(&mut self, field: &str, text: &str) -> Option<Date> {
        let found = day(text);
        if found.is_none() {
            self.report(field, "enter a date, such as 9/8/2026");
        }
        found
    }

    fn number(&mut self, field: &str, text: &str) -> Option<f64> {
        let number: Option<f64> = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.report(field, "enter a number");
        }
        number
    }
}

#[cfg(test)]
mod tests;
