//! Scenarios: the district, the calendar, the people, and the assumptions.

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

/// A valid scenario. It can be planned and simulated as it is.
///
/// You can change its fields to ask what would happen, but what [`Scenario::parse`] checks must still be true. Above
/// all, each seat needs a leader, both teams need a required member, and there must be a neutral. Without them a
/// simulation panics.
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
    /// The assumptions, and which of them are defaults.
    pub assumptions: Assumptions,
    /// The district's calendar.
    pub calendar: CalendarInput,
    /// The date on which the current contract expires.
    pub contract_expires: Option<Date>,
    /// The district's name.
    pub district: Name,
    /// Whether an evergreen clause extends the contract past its expiration (G.L. c.150E s.7).
    pub evergreen: bool,
    /// How the facilitation is divided.
    pub format: Format,
    /// The people who take part, in the order of the file.
    pub people: Vec<Participant>,
    /// The date on which the leaders are asked: day 0 of the model.
    pub start: Date,
    /// The district's time zone, which is in the IANA database.
    pub time_zone: TimeZoneName,
}

/// The district's calendar, in addition to the legal holidays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarInput {
    /// Closed ranges, in the order of the file.
    pub closed: Vec<Closure>,
    /// The county. Suffolk has two more holidays.
    pub county: Option<County>,
    /// The days of the week on which the district works, Monday first.
    pub working_days: Vec<Weekday>,
}

/// A range of days on which the district is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closure {
    /// Its name, unique in the scenario.
    pub name: Name,
    /// The days.
    #[serde(flatten)]
    pub when: Unavailable,
}

/// A person who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    /// The id, unique in the scenario.
    pub id: MemberId,
    /// The name.
    pub name: Name,
    /// The party on whose negotiating team the person is, if any.
    pub party: Option<Party>,
    /// Whether meetings and sessions wait for this person.
    pub required: bool,
    /// The person's role.
    pub role: Role,
    /// The key leader's seat, for a leader.
    pub seat: Option<Seat>,
    /// The times at which the person is not available.
    pub unavailable: Vec<Unavailable>,
}

impl Participant {
    /// Returns whether the training and the facilitation wait for this person.
    pub fn binds_sessions(&self) -> bool {
        self.role == Role::Neutral || (self.required && self.party.is_some())
    }

    /// Returns whether this person is a member of a team. Members are required, since a session opens only with all
    /// members present.
    pub const fn is_member(&self) -> bool {
        self.required && self.party.is_some()
    }
}

/// A person's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One of the three key leaders. With a party, the leader is also a negotiator.
    Leader,
    /// A member of a negotiating team.
    Negotiator,
    /// The trainer and facilitator.
    Neutral,
    /// The person who conducts the introductory meeting. Without one, the neutral does.
    Representative,
}

impl Role {
    /// Every role's code.
    pub const CODES: &'static [&'static str] = &["leader", "negotiator", "neutral", "representative"];

    /// Returns its code.
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

/// A range of days, or a day of the week; whole days or halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unavailable {
    /// The first day; `None` if the range has no start.
    pub from: Option<Date>,
    /// The half of each day.
    pub half: DayPart,
    /// The last day; `None` if the range has no end.
    pub to: Option<Date>,
    /// The day of the week, if only that day counts.
    pub weekday: Option<Weekday>,
}

impl Unavailable {
    /// Returns whether any part of a day is in it.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && self.weekday.is_none_or(|weekday| weekday == Weekday::from_date(day))
    }
}

/// A part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    /// Morning and afternoon.
    Whole,
    /// 8:00 AM to noon.
    Morning,
    /// Noon to 4:00 PM.
    Afternoon,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

    /// Returns the day of the week of a date.
    pub fn from_date(day: Date) -> Self {
        use chrono::Datelike;
        Self::ALL[day.to_chrono().weekday().num_days_from_monday() as usize]
    }

    /// Returns its name.
    pub const fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    /// Returns the day with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().position(|name| *name == code).map(|index| Self::ALL[index])
    }
}

impl Scenario {
    /// The largest number of people in a scenario.
    pub const MAX_PEOPLE: usize = 60;
    /// The largest number of closed ranges in a scenario.
    pub const MAX_CLOSED: usize = 60;
    /// The largest number of entries in a person's list of times.
    pub const MAX_UNAVAILABLE: usize = 400;

    /// Reads and checks a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] with all problems, in the order of the file. Each has its place, what is expected, and the
    /// nearest valid spelling.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        read::scenario(text)
    }

    /// Returns the SHA-256 of the canonical form, as 64 hexadecimal digits.
    ///
    /// Two files with the same meaning have the same digest. Layout, comments, and written-out defaults make no
    /// difference.
    pub fn digest(&self) -> String {
        digest::digest(self)
    }

    /// Returns the canonical form: JSON with sorted keys, no white space, and all defaults written out.
    pub fn canonical(&self) -> String {
        digest::canonical(self)
    }

    /// Returns the scenario as TOML with comments. It reads back as the same scenario.
    ///
    /// Assumptions at their default are written as comments.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario};
    /// let scenario = Scenario::parse(EXAMPLE).unwrap();
    /// assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario);
    /// ```
    pub fn to_toml(&self) -> String {
        write::toml(self)
    }

    /// Returns the deadlines of the facilitation, each with its name: the day the contract expires.
    pub(crate) fn deadlines(&self) -> Vec<(String, Date)> {
        self.contract_expires.map(|date| ("contract".to_owned(), date)).into_iter().collect()
    }

    /// Returns the leader in a seat.
    pub fn leader(&self, seat: Seat) -> &Participant {
        let find = |person: &&Participant| person.seat == Some(seat);
        self.people.iter().find(find).expect("a checked scenario has a leader for every seat")
    }

    /// Returns the trainer and facilitator.
    pub fn neutral(&self) -> &Participant {
        let find = |person: &&Participant| person.role == Role::Neutral;
        self.people.iter().find(find).expect("a checked scenario has a neutral")
    }

    /// Returns the person who conducts the introductory meeting: the representative, or else the neutral.
    pub fn representative(&self) -> &Participant {
        let find = |person: &&Participant| person.role == Role::Representative;
        self.people.iter().find(find).unwrap_or_else(|| self.neutral())
    }

    /// Returns the members of a team, in the order of the file.
    pub fn team(&self, party: Party) -> impl Iterator<Item = &Participant> {
        self.people.iter().filter(move |person| person.is_member() && person.party == Some(party))
    }

    /// Returns whether the introductory meeting waits for this person.
    pub fn binds_meeting(&self, person: &Participant) -> bool {
        (person.role == Role::Leader && person.required) || person.id == self.representative().id
    }
}
