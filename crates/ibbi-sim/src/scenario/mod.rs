//! Scenarios: the district, the calendar, the people, and the assumptions.

pub(crate) mod diagnose;
mod digest;
mod fields;
mod identity;
mod json;
mod object;
mod people;
mod program;
mod read;
mod schema;
mod sessions;
mod sessions_read;
mod set;
pub(crate) mod table;
mod template;
mod time;
mod times;
mod write;

pub use diagnose::{Problem, ScenarioError};
pub use identity::CaseIdentity;
pub use schema::schema;
pub use sessions::{Deadline, FixedSession, SessionGroup, SessionsInput};
pub use set::SetError;
pub use template::template;
pub(crate) use time::SLOT;
pub use time::{Hours, HoursError, TimeRule, WeekOfMonth, Weekday, Weekdays};

use crate::assumptions::{Assumptions, Model};
use ibbi_core::{County, Date, Format, MemberId, Name, Party, Seat, TimeZoneName};
use serde::Serialize;
use uuid::Uuid;

/// A valid scenario. It can be planned and simulated as it is.
///
/// You can change its fields to ask what would happen. [`Scenario::check`] tells whether it is still valid. A simulation of
/// one that isn't can panic.
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
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The assumptions, and which of them are defaults.
    pub assumptions: Assumptions,
    /// The district's calendar.
    pub calendar: CalendarInput,
    /// The date on which the current contract expires.
    pub contract_expires: Option<Date>,
    /// The district's name.
    pub district: Name,
    /// Other dates by which the facilitation should be complete, in the order of the file.
    pub deadlines: Vec<Deadline>,
    /// Whether an evergreen clause extends the contract past its expiration (G.L. c.150E s.7).
    pub evergreen: bool,
    /// The ID that the case gets when it is opened, and that its calendar entries have from the plan on.
    pub id: Option<Uuid>,
    /// The model under which the scenario runs. Format 1 has the first, and format 2 the second.
    pub model: Model,
    /// The people who take part, in the order of the file.
    pub people: Vec<Participant>,
    /// The sessions: their lengths, and those that are agreed.
    pub sessions: SessionsInput,
    /// The date on which the leaders are asked: day 0 of the model.
    pub start: Date,
    /// The district's time zone, which is in the IANA database.
    pub time_zone: TimeZoneName,
}

/// The district's calendar, in addition to the legal holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarInput {
    /// Closed ranges, in the order of the file.
    pub closed: Vec<Closure>,
    /// The county. Suffolk has two more holidays.
    pub county: Option<County>,
    /// The times when sessions can be held. If there are none, that is 8:00 AM to 4:00 PM on working days.
    pub hours: Vec<TimeRule>,
    /// The days of the week on which the district works, Monday first.
    pub working_days: Vec<Weekday>,
}

/// A range of days on which the district is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Its name.
    pub name: Name,
    /// The days.
    pub when: TimeRule,
}

impl Closure {
    /// The name of a closed range that has none.
    pub const NO_NAME: &'static str = "Closed day";
}

/// A person who takes part.
///
/// If several lists of times cover a moment, the order is `also`, `unavailable`, `if_need_be`, `available`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Exceptions: times at which the person can come, whatever the other lists have.
    pub also: Vec<TimeRule>,
    /// If there are any for a kind of session, the person can't come at other times.
    pub available: Vec<TimeRule>,
    /// The id, unique in the scenario.
    pub id: MemberId,
    /// The times at which the person can come if nothing else fits soon.
    pub if_need_be: Vec<TimeRule>,
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
    pub unavailable: Vec<TimeRule>,
}

impl Participant {
    /// Returns a person who can always come, and whom meetings and sessions wait for.
    pub fn new(id: MemberId, name: Name, role: Role) -> Self {
        let (also, available, if_need_be, unavailable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { also, available, id, if_need_be, name, party: None, required: true, role, seat: None, unavailable }
    }

    /// Returns whether the training and the facilitation wait for this person.
    pub fn binds_sessions(&self) -> bool {
        self.required && (self.role == Role::Neutral || self.party.is_some())
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

impl Scenario {
    /// Returns whether a scenario can start on a date: in the years 1971 to 9996. The core has the years 1970 to 9999, the calendar
    /// needs 730 days more, and offsets can reach past the new year.
    pub(crate) fn has_calendar(start: &Date) -> bool {
        (1971..9997).contains(&chrono::Datelike::year(&start.to_chrono()))
    }

    /// The largest number of people in a scenario.
    pub const MAX_PEOPLE: usize = 60;
    /// The largest number of closed ranges in a scenario.
    pub const MAX_CLOSED: usize = 60;
    /// The largest number of entries in one of a person's lists of times.
    pub const MAX_UNAVAILABLE: usize = 400;
    /// The largest number of neutrals.
    pub const MAX_NEUTRALS: usize = 6;
    /// The largest number of deadlines.
    pub const MAX_DEADLINES: usize = 20;

    /// Reads and checks a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] with all problems, in the order of the file. Each has its place, what is expected, and the
    /// nearest valid spelling.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        read::scenario(text)
    }

    /// Checks a scenario that was built or changed in code, by writing it and reading it back.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario};
    /// let mut scenario = Scenario::parse(EXAMPLE).unwrap();
    /// assert_eq!(scenario.check(), Ok(()));
    /// scenario.people.clear();
    /// assert!(scenario.check().is_err());
    /// ```
    ///
    /// # Errors
    /// [`ScenarioError`] with all problems. Their places are those of [`Scenario::to_toml`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        Self::parse(&self.to_toml()).map(|_| ())
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

    /// Returns the scenario as a JSON object with all defaults written out. It reads back as the same scenario.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario};
    /// let scenario = Scenario::parse(EXAMPLE).unwrap();
    /// let object = serde_json::Value::Object(scenario.to_object());
    /// assert_eq!(object["district"], "Maple Hollow");
    /// assert_eq!(Scenario::parse(&object.to_string()).unwrap().digest(), scenario.digest());
    /// ```
    pub fn to_object(&self) -> serde_json::Map<String, serde_json::Value> {
        object::object(self)
    }

    /// Returns the published format of the facilitation, if it is one.
    pub fn format(&self) -> Option<Format> {
        self.sessions.format()
    }

    /// Returns the scenario with a published format of the facilitation. Sessions of the facilitation that were agreed for other
    /// parts are left out.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.sessions.set_format(format);
        self
    }

    /// Returns the deadlines of the facilitation, the earliest first. The day the contract expires is one.
    pub fn all_deadlines(&self) -> Vec<Deadline> {
        let contract = self.contract_expires.map(|on| Deadline { name: "contract".to_owned(), on, margin_days: 0 });
        let mut deadlines: Vec<_> = contract.into_iter().chain(self.deadlines.iter().cloned()).collect();
        deadlines.sort_by_key(|deadline| deadline.on);
        deadlines
    }

    /// Returns the leader in a seat.
    pub fn leader(&self, seat: Seat) -> &Participant {
        let find = |person: &&Participant| person.seat == Some(seat);
        self.people.iter().find(find).expect("a checked scenario has a leader for every seat")
    }

    /// Returns the trainer and facilitator who leads the sessions: the first of the neutrals.
    pub fn neutral(&self) -> &Participant {
        self.neutrals().next().expect("a checked scenario has a neutral")
    }

    /// Returns the trainers and facilitators. The first one leads the sessions.
    pub fn neutrals(&self) -> impl Iterator<Item = &Participant> {
        self.people.iter().filter(|person| person.role == Role::Neutral)
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
