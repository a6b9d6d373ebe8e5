//! What a user assumes: the district, the calendar, the people, and the figures nobody has published.

mod diagnose;
mod digest;
mod fields;
mod people;
mod read;
mod schema;
mod table;
mod template;
mod write;

pub use diagnose::{Problem, ScenarioError};
pub use schema::schema;
pub use template::template;

use crate::assumptions::Assumptions;
use ibbi_core::{County, Date, Format, MemberId, Name, Party, Seat, TimeZoneName};
use serde::Serialize;

/// A checked scenario: it can be planned and simulated without any further question.
///
/// Its fields can be changed for a what-if, as long as what [`Scenario::parse`] asks still holds: above all that every
/// seat has a leader, both teams a required member, and that there is a neutral. Without them a simulation panics.
///
/// ```
/// let scenario = ibbi_sim::Scenario::parse(ibbi_sim::EXAMPLE).unwrap();
/// assert_eq!(scenario.district.as_str(), "Maple Hollow");
/// assert_eq!(scenario.digest().len(), 64);
///
/// let wrong = ibbi_sim::EXAMPLE.replace("district", "distrikt");
/// let error = ibbi_sim::Scenario::parse(&wrong).unwrap_err();
/// assert!(error.problems.iter().any(|problem| problem.nearest.as_deref() == Some("district")));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// The figures that the user assumes, with what is a default.
    pub assumptions: Assumptions,
    /// The district's calendar.
    pub calendar: CalendarInput,
    /// The day the present contract expires.
    pub contract_expires: Option<Date>,
    /// The district's name.
    pub district: Name,
    /// Whether an evergreen clause extends the contract beyond its expiry (G.L. c.150E s.7).
    pub evergreen: bool,
    /// How the facilitation is divided.
    pub format: Format,
    /// Who takes part, in the order of the file.
    pub people: Vec<Participant>,
    /// The day on which the leaders are asked: day 0 of the model.
    pub start: Date,
    /// The district's time zone, which exists.
    pub time_zone: TimeZoneName,
}

/// The district's calendar, beside the holidays that the law sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarInput {
    /// Closed ranges, in the order of the file.
    pub closed: Vec<Closure>,
    /// The county; Suffolk has two holidays of its own.
    pub county: Option<County>,
    /// The days of the week on which the district works, Monday first.
    pub working_days: Vec<Weekday>,
}

/// A range of days on which the district is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closure {
    /// Its name, unique in the scenario.
    pub name: Name,
    /// When.
    #[serde(flatten)]
    pub when: Unavailable,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    /// The id, unique in the scenario.
    pub id: MemberId,
    /// The name.
    pub name: Name,
    /// The negotiating team on which the person sits, if any.
    pub party: Option<Party>,
    /// Whether meetings and sessions wait for this person.
    pub required: bool,
    /// What the person is there for.
    pub role: Role,
    /// The key leader's seat, for a leader.
    pub seat: Option<Seat>,
    /// When the person cannot come.
    pub unavailable: Vec<Unavailable>,
}

impl Participant {
    /// Whether the training and the facilitation wait for this person.
    pub fn binds_sessions(&self) -> bool {
        self.role == Role::Neutral || (self.required && self.party.is_some())
    }

    /// Whether this person sits on a team: required there, since a session opens only with every member present.
    pub const fn is_member(&self) -> bool {
        self.required && self.party.is_some()
    }
}

/// What somebody is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One of the three key leaders; with a party, at the table as well.
    Leader,
    /// A member of a negotiating team.
    Negotiator,
    /// Who trains and facilitates.
    Neutral,
    /// Who comes to the introductory meeting; without one, the neutral comes.
    Representative,
}

impl Role {
    /// Every role's code.
    pub const CODES: &'static [&'static str] = &["leader", "negotiator", "neutral", "representative"];

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Negotiator => "negotiator",
            Self::Neutral => "neutral",
            Self::Representative => "representative",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "leader" => Self::Leader,
            "negotiator" => Self::Negotiator,
            "neutral" => Self::Neutral,
            "representative" => Self::Representative,
            _ => return None,
        })
    }
}

/// A stretch of days, or a day of the week, wholly or by half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unavailable {
    /// The first day; `None` from the beginning.
    pub from: Option<Date>,
    /// Which half of each day.
    pub half: Part,
    /// The last day; `None` to the end.
    pub to: Option<Date>,
    /// Only this day of the week.
    pub weekday: Option<Weekday>,
}

impl Unavailable {
    /// Whether a day is touched.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && self.weekday.is_none_or(|weekday| weekday == Weekday::of(day))
    }
}

/// Which part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Morning and afternoon.
    Whole,
    /// 08:00 to 12:00.
    Morning,
    /// 12:00 to 16:00.
    Afternoon,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the days are known")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
    /// Their names, in the same order.
    pub const CODES: [&'static str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// The day of the week of a date.
    pub fn of(day: Date) -> Self {
        use chrono::Datelike;
        Self::ALL[day.to_chrono().weekday().num_days_from_monday() as usize]
    }

    /// Its name.
    pub const fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    /// The day of this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().position(|name| *name == code).map(|index| Self::ALL[index])
    }
}

impl Scenario {
    /// The most people a scenario may have.
    pub const MAX_PEOPLE: usize = 60;
    /// The most closed ranges a scenario may have.
    pub const MAX_CLOSED: usize = 60;
    /// The most entries in one person's list of times.
    pub const MAX_UNAVAILABLE: usize = 400;

    /// Reads and checks a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] with every problem found, in the order of the file: where, what is expected, and the nearest
    /// valid spelling.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        read::scenario(text)
    }

    /// The SHA-256 of the canonical form, as 64 hexadecimal digits: the same for two files that mean the same,
    /// whatever their layout and comments and whether a default is written out or left out.
    pub fn digest(&self) -> String {
        digest::digest(self)
    }

    /// The canonical form: JSON with sorted keys and no white space; every default is written out.
    pub fn canonical(&self) -> String {
        digest::canonical(self)
    }

    /// The scenario as a file of TOML with comments, which reads back as the same scenario. Assumptions at their
    /// default are written as comments.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario};
    /// let scenario = Scenario::parse(EXAMPLE).unwrap();
    /// assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario);
    /// ```
    pub fn to_toml(&self) -> String {
        write::toml(self)
    }

    /// The leader of a seat.
    pub fn leader(&self, seat: Seat) -> &Participant {
        let find = |person: &&Participant| person.seat == Some(seat);
        self.people.iter().find(find).expect("a checked scenario has a leader for every seat")
    }

    /// Who trains and facilitates.
    pub fn neutral(&self) -> &Participant {
        let find = |person: &&Participant| person.role == Role::Neutral;
        self.people.iter().find(find).expect("a checked scenario has a neutral")
    }

    /// Who comes to the introductory meeting: the representative, or else the neutral.
    pub fn representative(&self) -> &Participant {
        let find = |person: &&Participant| person.role == Role::Representative;
        self.people.iter().find(find).unwrap_or_else(|| self.neutral())
    }

    /// The members of a team, in the order of the file.
    pub fn team(&self, party: Party) -> impl Iterator<Item = &Participant> {
        self.people.iter().filter(move |person| person.is_member() && person.party == Some(party))
    }

    /// Whether the introductory meeting waits for this person.
    pub fn binds_meeting(&self, person: &Participant) -> bool {
        (person.role == Role::Leader && person.required) || person.id == self.representative().id
    }
}
