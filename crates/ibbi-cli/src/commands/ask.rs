//! The questions of `ibbi scenario new`. Each question repeats until its answer is valid.

use ibbi_app::AppError;
use ibbi_app::schedule::{self, Availability, closure, id_of};
use ibbi_app::sim::{Assumptions, CalendarInput, Closure, Model, Participant, Role, Scenario, SessionsInput, Weekday};
use ibbi_core::{County, Date, Format, MemberId, Name, Party, Seat, TimeZoneName};
use std::io::{BufRead, Write};
use uuid::Uuid;

/// Asks questions and reads the answers.
pub(super) struct Interview<R, W> {
    pub(super) answers: R,
    pub(super) questions: W,
}

/// The days that the words of an answer can refer to.
struct District<'a> {
    start: Date,
    closed: &'a [Closure],
}

/// A person's role, seat, and party.
struct Position {
    role: Role,
    seat: Option<Seat>,
    party: Option<Party>,
}

impl<R: BufRead, W: Write> Interview<R, W> {
    /// Asks for everything that a scenario needs, except for its ID. The assumptions keep their defaults.
    pub(super) fn scenario(&mut self, today: Date, id: Uuid) -> Result<Scenario, AppError> {
        self.write("Answer a few questions about your district. Press Enter to accept the answer in [brackets].\n")?;
        let district = self.name("What is the name of the district?")?;
        let start = self.day("When will you ask the three key leaders?", Some(today))?.unwrap_or(today);
        let contract_expires = self.answer("When does the current contract expire? [not known]", |text| {
            let day = optional_day(text)?;
            match day.filter(|day| *day < start) {
                Some(day) => Err(format!("{day} is before {start}, when you ask the leaders; enter a later day")),
                None => Ok(day),
            }
        })?;
        let evergreen = contract_expires.is_some()
            && self.yes("Does the contract have an evergreen clause, which extends it until there is a new one?")?;
        let format = self.answer("Facilitation on one full day or two half-days? [full]", |text| {
            match text.to_lowercase().trim_start_matches("one ").trim_start_matches("two ") {
                "" | "full" | "full day" | "full_day" => Ok(Format::FullDay),
                "half" | "half-days" | "half days" | "two_half_days" | "2" => Ok(Format::TwoHalfDays),
                _ => Err("answer full or half".to_owned()),
            }
        })?;
        let calendar = self.calendar(start)?;
        let people = self.people(&District { start, closed: &calendar.closed })?;
        let time_zone = TimeZoneName::new(ibbi_app::zone::MASSACHUSETTS).map_err(|error| usage(&error))?;
        let assumptions = Assumptions::default();
        let (deadlines, model, sessions) = (Vec::new(), Model::First, SessionsInput::published(format));
        Ok(Scenario {
            assumptions,
            calendar,
            contract_expires,
            deadlines,
            district,
            evergreen,
            id: Some(id),
            model,
            people,
            sessions,
            start,
            time_zone,
        })
    }

    fn calendar(&mut self, start: Date) -> Result<CalendarInput, AppError> {
        let county = self.answer("Which county? Suffolk has two extra holidays. [none]", |text| {
            if text.is_empty() {
                return Ok(None);
            }
            County::from_code(&text.to_lowercase())
                .map(Some)
                .ok_or_else(|| format!("enter one of {}", County::CODES.join(", ")))
        })?;
        self.write(
            "Enter vacation weeks and other closed days, one per line, such as: Winter break Dec 24 to Jan 1\n",
        )?;
        let mut closed: Vec<Closure> = Vec::new();
        while closed.len() < Scenario::MAX_CLOSED {
            let more = self.answer("Closed day or range? [no more]", |text| {
                if text.is_empty() {
                    return Ok(None);
                }
                let found = closure(text, Some(start)).map_err(|error| error.to_string())?;
                match closed.iter().any(|known| known.name == found.name) {
                    true => Err(format!("`{}` is already in the list; enter another name", found.name)),
                    false => Ok(Some(found)),
                }
            })?;
            let Some(more) = more else { break };
            closed.push(more);
        }
        Ok(CalendarInput { closed, county, hours: Vec::new(), working_days: Weekday::ALL[..5].to_vec() })
    }

    fn people(&mut self, district: &District<'_>) -> Result<Vec<Participant>, AppError> {
        let mut people = Vec::new();
        for (seat, who, party) in [
            (Seat::Superintendent, "the superintendent", Party::Management),
            (Seat::UnionPresident, "the teachers' union president", Party::Labor),
            (Seat::SchoolCommittee, "the school committee chair or vice chair", Party::Management),
        ] {
            let name = self.name(&format!("What is the name of {who}?"))?;
            let on_team = self.yes(&format!("Is {name} on the {party} negotiating team?"))?;
            let position = Position { role: Role::Leader, seat: Some(seat), party: on_team.then_some(party) };
            self.person(name, position, district, &mut people)?;
        }
        let name = self.name("What is the name of the neutral, who trains and facilitates?")?;
        self.person(name, Position { role: Role::Neutral, seat: None, party: None }, district, &mut people)?;
        let other = self.answer("Who leads the introductory meeting? [the neutral]", optional_name)?;
        if let Some(name) = other {
            self.person(name, Position { role: Role::Representative, seat: None, party: None }, district, &mut people)?;
        }
        for party in Party::ALL {
            self.team(*party, district, &mut people)?;
        }
        Ok(people)
    }

    fn team(&mut self, party: Party, district: &District<'_>, people: &mut Vec<Participant>) -> Result<(), AppError> {
        while people.len() < Scenario::MAX_PEOPLE {
            let none = !people.iter().any(|person| person.party == Some(party));
            let (first, rest) = if none { ("First", "") } else { ("Next", " [no more]") };
            let name =
                self.answer(&format!("{first} {party} negotiator's name?{rest}"), |text| match optional_name(text)? {
                    None if none => Err(format!("the {party} team needs at least one member")),
                    name => Ok(name),
                })?;
            let Some(name) = name else { break };
            self.person(name, Position { role: Role::Negotiator, seat: None, party: Some(party) }, district, people)?;
        }
        Ok(())
    }

    fn person(
        &mut self,
        name: Name,
        position: Position,
        district: &District<'_>,
        people: &mut Vec<Participant>,
    ) -> Result<(), AppError> {
        let question = format!(
            "When is {name} unavailable? For example: fridays; Oct 5-9; monday mornings; only after 3 pm [never]"
        );
        let times = self.answer(&question, |text| {
            Availability::read(text, Some(district.start), district.closed).map_err(|error| error.to_string())
        })?;
        for sentence in times.sentences() {
            self.write(&format!("  {name} {sentence}.\n"))?;
        }
        let taken: Vec<MemberId> = people.iter().map(|person| person.id).collect();
        let id = id_of(&name, &taken);
        let Position { role, seat, party } = position;
        people.push(times.of(Participant { party, seat, ..Participant::new(id, name, role) }));
        Ok(())
    }

    fn name(&mut self, question: &str) -> Result<Name, AppError> {
        self.answer(question, |text| optional_name(text)?.ok_or_else(|| "enter a name".to_owned()))
    }

    fn day(&mut self, question: &str, default: Option<Date>) -> Result<Option<Date>, AppError> {
        let shown = default.map_or_else(|| "not known".to_owned(), |day| day.to_string());
        self.answer(&format!("{question} [{shown}]"), |text| Ok(optional_day(text)?.or(default)))
    }

    fn yes(&mut self, question: &str) -> Result<bool, AppError> {
        self.answer(&format!("{question} (yes or no) [no]"), |text| match text.to_lowercase().as_str() {
            "" | "n" | "no" => Ok(false),
            "y" | "yes" => Ok(true),
            _ => Err("answer yes or no".to_owned()),
        })
    }

    /// Repeats a question until the answer is valid.
    fn answer<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, AppError> {
        loop {
            self.write(&format!("{question} "))?;
            let mut line = String::new();
            let count = self.answers.read_line(&mut line).map_err(|source| AppError::Io {
                doing: "read",
                path: "the answers".into(),
                source,
            })?;
            if count == 0 {
                self.write("\n")?;
                return Err(AppError::Usage("not all questions were answered, so nothing was written".to_owned()));
            }
            match read(line.trim()) {
                Ok(answer) => return Ok(answer),
                Err(why) => self.write(&format!("  {why}\n"))?,
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), AppError> {
        let result = self.questions.write_all(text.as_bytes()).and_then(|()| self.questions.flush());
        result.map_err(|source| AppError::Io { doing: "write", path: "the questions".into(), source })
    }
}

fn usage(error: &impl std::fmt::Display) -> AppError {
    AppError::Usage(error.to_string())
}

fn optional_name(text: &str) -> Result<Option<Name>, String> {
    if text.is_empty() { Ok(None) } else { Name::new(text).map(Some).map_err(|error| error.to_string()) }
}

fn optional_day(text: &str) -> Result<Option<Date>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    schedule::day(text).map(Some).ok_or_else(|| format!("`{text}` is not a date; write it as 2026-09-08 or 9/8/2026"))
}
