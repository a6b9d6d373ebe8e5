//! The shapes of values: what each key of each kind of event takes on a command line, and how it is read.

use crate::zone::Zone;
use ibbi_common::spelling::{self, echo};
use ibbi_core::{
    ActivityKind, Body, Capacity, ConcernId, County, Date, Decision, DocumentDigest, EventKind, Format, MemberId, Name,
    NoteText, Office, Party, Reason, Seat, Service, TimeZoneName, Topic, Workshop,
};
use serde_json::{Value, json};

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Name,
    Reason,
    Note,
    Code(&'static [&'static str]),
    Date,
    Slot,
    Member,
    Concern,
    /// `ID:NAME`.
    Person,
    /// Ids with commas between them.
    Members,
    /// Names; the key can be given again.
    Names,
    Topics,
    /// `CAPACITY:NAME`; the key can be given again.
    Observers,
    /// A whole number up to this one.
    Number(u64),
    Flag,
    Digest,
    Uuid,
    Zone,
    /// A JSON object.
    Object,
}

/// A key of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// The keys of a kind of event.
pub(crate) fn fields(kind: EventKind) -> impl Iterator<Item = Field> {
    kind.fields().iter().map(move |name| Field { name, shape: shape(kind, name), required: is_required(kind, name) })
}

fn shape(kind: EventKind, name: &str) -> Shape {
    match (name, kind) {
        ("member", EventKind::MemberNamed) | ("neutral", _) => Shape::Person,
        ("member" | "spokesperson", _) => Shape::Member,
        ("present", EventKind::MeetingHeld) => Shape::Names,
        ("present" | "left_early", _) => Shape::Members,
        ("concern", _) => Shape::Concern,
        ("text" | "response", _) => Shape::Note,
        ("reason", _) => Shape::Reason,
        ("dated" | "contract_expires", _) => Shape::Date,
        ("slot", _) => Shape::Slot,
        ("topics", _) => Shape::Topics,
        ("observers", _) => Shape::Observers,
        ("part", _) => Shape::Number(u8::MAX as u64),
        ("seq", _) => Shape::Number(ibbi_log::MAX_NUMBER),
        ("evergreen", _) => Shape::Flag,
        ("document", _) => Shape::Digest,
        ("follows", _) => Shape::Uuid,
        ("time_zone", _) => Shape::Zone,
        ("program", _) => Shape::Object,
        ("seat", _) => Shape::Code(Seat::CODES),
        ("office", _) => Shape::Code(Office::CODES),
        ("service" | "to", _) => Shape::Code(Service::CODES),
        ("offering", _) => Shape::Code(Workshop::CODES),
        ("body", _) => Shape::Code(Body::CODES),
        ("party", _) => Shape::Code(Party::CODES),
        ("kind", _) => Shape::Code(ActivityKind::CODES),
        ("decision", _) => Shape::Code(Decision::CODES),
        ("format", _) => Shape::Code(Format::CODES),
        ("county", _) => Shape::Code(County::CODES),
        _ => Shape::Name,
    }
}

fn is_required(kind: EventKind, name: &str) -> bool {
    match kind {
        EventKind::CaseOpened => name == "district",
        EventKind::AttendancePledged | EventKind::PledgeWithdrawn => name != "dated",
        _ => !matches!(name, "office" | "offering" | "document" | "place" | "observers" | "left_early"),
    }
}

impl Shape {
    /// What to write, for messages: the codes there are, or what it looks like.
    pub(crate) fn to_write(self) -> String {
        match self {
            Self::Code(codes) => codes.join("|"),
            Self::Topics => Topic::CODES.join(","),
            other => other.placeholder().to_owned(),
        }
    }

    /// The same in angle brackets, for lines to be filled in.
    pub(crate) fn to_fill_in(self) -> String {
        let text = self.to_write();
        if text.starts_with('<') { text } else { format!("<{text}>") }
    }

    fn placeholder(self) -> &'static str {
        match self {
            Self::Name => "<name>",
            Self::Reason => "<why>",
            Self::Note => "<text>",
            Self::Code(_) => "<code>",
            Self::Date => "<YYYY-MM-DD>",
            Self::Slot => "<YYYY-MM-DD HH:MM-HH:MM>",
            Self::Member => "<member id>",
            Self::Concern => "<concern id>",
            Self::Person => "<id:Name>",
            Self::Members => "<id,id,…>",
            Self::Names => "<name>",
            Self::Topics => "<topic,topic,…>",
            Self::Observers => "<capacity:Name>",
            Self::Number(_) => "<number>",
            Self::Flag => "<true or false>",
            Self::Digest => "<SHA-256>",
            Self::Uuid => "<id>",
            Self::Zone => "<time zone>",
            Self::Object => "<JSON object>",
        }
    }

    /// Whether the key may be given more than once.
    pub(crate) const fn repeats(self) -> bool {
        matches!(self, Self::Members | Self::Names | Self::Topics | Self::Observers)
    }

    /// Reads a value, as the JSON that the event's data have.
    ///
    /// The error says what is wrong and what would be right.
    pub(crate) fn read(self, text: &str, zone: Zone) -> Result<Value, String> {
        match self {
            Self::Name => checked::<Name>(text),
            Self::Reason => checked::<Reason>(text),
            Self::Note => checked::<NoteText>(text),
            Self::Code(codes) => code(text, codes),
            Self::Date => checked::<Date>(text),
            Self::Slot => {
                let slot = zone.read_slot(text).map_err(|error| error.to_string())?;
                Ok(json!({ "starts": slot.starts(), "ends": slot.ends() }))
            }
            Self::Member => checked::<MemberId>(text),
            Self::Concern => checked::<ConcernId>(text),
            Self::Person => person(text),
            Self::Members => each(text, checked::<MemberId>),
            Self::Names => Ok(json!([checked::<Name>(text)?])),
            Self::Topics => each(text, |topic| code(topic, Topic::CODES)),
            Self::Observers => Ok(json!([observer(text)?])),
            Self::Number(most) => match text.parse::<u64>() {
                Ok(number) if number <= most && !text.starts_with('+') => Ok(json!(number)),
                _ => Err(format!("`{}` is not a whole number from 0 to {most}", echo(text))),
            },
            Self::Flag => match text {
                "true" | "yes" => Ok(json!(true)),
                "false" | "no" => Ok(json!(false)),
                _ => Err(format!("`{}` is neither true nor false", echo(text))),
            },
            Self::Digest => checked::<DocumentDigest>(text),
            Self::Uuid => {
                let id =
                    uuid::Uuid::parse_str(text).map_err(|_| format!("`{}` is not the id of a case", echo(text)))?;
                Ok(json!(id))
            }
            Self::Zone => {
                let name = TimeZoneName::new(text).map_err(|error| error.to_string())?;
                Zone::new(&name).map_err(|error| error.to_string())?;
                Ok(json!(name))
            }
            Self::Object => serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}")),
        }
    }
}

fn checked<T>(text: &str) -> Result<Value, String>
where
    T: std::str::FromStr<Err: std::fmt::Display> + serde::Serialize,
{
    let value: T = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(json!(value))
}

fn code(text: &str, codes: &[&str]) -> Result<Value, String> {
    if codes.contains(&text) {
        return Ok(json!(text));
    }
    let hint = spelling::did_you_mean(spelling::nearest(text, codes.iter().copied()).as_deref());
    Err(format!("`{}` is not known{hint}; use one of: {}", echo(text), codes.join(", ")))
}

fn each(text: &str, read: impl Fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(json!([]));
    }
    text.split(',').map(|item| read(item.trim())).collect::<Result<Vec<_>, _>>().map(Value::from)
}

fn person(text: &str) -> Result<Value, String> {
    let (id, name) = text.split_once(':').ok_or_else(|| {
        format!("`{}` is not ID:NAME; write an id, a colon and the name, such as a.lee:Ann Lee", echo(text))
    })?;
    Ok(json!({ "id": checked::<MemberId>(id)?, "name": checked::<Name>(name.trim())? }))
}

fn observer(text: &str) -> Result<Value, String> {
    let (capacity, name) = text.split_once(':').ok_or_else(|| {
        let codes = Capacity::CODES.join(", ");
        format!("`{}` is not CAPACITY:NAME; the capacities are: {codes}", echo(text))
    })?;
    Ok(json!({ "capacity": code(capacity, Capacity::CODES)?, "name": checked::<Name>(name.trim())? }))
}
