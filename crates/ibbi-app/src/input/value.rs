//! Values of fields as a person writes them in `key=value`.

use crate::zone::Zone;
use ibbi_common::spelling::{self, echo};
use ibbi_common::typed::{self, Year};
use ibbi_core::{
    ActivityId, CodeSet, ConcernId, Date, DocumentDigest, FieldKind, FormatId, MemberId, Name, NoteText, Party, Reason,
    TimeZoneName,
};
use serde_json::{Value, json};

/// Returns what a value looks like, for messages: the codes, or a placeholder in angle brackets.
pub(crate) fn usage(kind: FieldKind) -> String {
    match kind {
        FieldKind::Code(set) => set.codes.join("|"),
        FieldKind::Topics(set) => set.codes.join(","),
        other => placeholder(other).to_owned(),
    }
}

/// Returns the same in angle brackets, for a value that a person must fill in.
pub(crate) fn to_fill_in(kind: FieldKind) -> String {
    let text = usage(kind);
    if text.starts_with('<') { text } else { format!("<{text}>") }
}

/// Returns whether a value still has to be filled in.
pub(crate) fn is_placeholder(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}

const fn placeholder(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Name { .. } | FieldKind::Names => "<name>",
        FieldKind::Reason { .. } => "<why>",
        FieldKind::NoteText { .. } => "<text>",
        FieldKind::Code(_) => "<code>",
        FieldKind::Date => "<YYYY-MM-DD>",
        FieldKind::Slot => "<YYYY-MM-DD HH:MM-HH:MM>",
        FieldKind::MemberId => "<member id>",
        FieldKind::ConcernId => "<concern id>",
        FieldKind::Format(_) => "<format>",
        FieldKind::Activity(_) => "<activity>",
        FieldKind::Person => "<id:Name>",
        FieldKind::MemberIds => "<id,id,…>",
        FieldKind::Topics(_) => "<topic,topic,…>",
        FieldKind::Observers(_) => "<capacity:Name>",
        FieldKind::People => "<id:Name>",
        FieldKind::Substitutes => "<member id:id:Name>",
        FieldKind::Advisers(_) => "<party:role:Name>",
        FieldKind::Number { .. } => "<number>",
        FieldKind::Flag => "<true or false>",
        FieldKind::Digest => "<SHA-256>",
        FieldKind::CaseId => "<id>",
        FieldKind::TimeZone => "<time zone>",
        FieldKind::Program => "<preset or JSON object>",
    }
}

/// Returns whether the key can be given more than once.
pub(crate) const fn repeats(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::MemberIds
            | FieldKind::Names
            | FieldKind::Topics(_)
            | FieldKind::Observers(_)
            | FieldKind::People
            | FieldKind::Substitutes
            | FieldKind::Advisers(_)
    )
}

/// Reads a value, as the JSON of the event's data.
///
/// The error says what is wrong and what to write.
pub(crate) fn read(kind: FieldKind, text: &str, zone: Zone) -> Result<Value, String> {
    match kind {
        FieldKind::Name { .. } => parsed::<Name>(text),
        FieldKind::Reason { .. } => parsed::<Reason>(text),
        FieldKind::NoteText { .. } => parsed::<NoteText>(text),
        FieldKind::Code(set) => code(text, set),
        FieldKind::Date => match typed::date(text, Year::Typed) {
            Some(date) => Ok(json!(date)),
            None => parsed::<Date>(text),
        },
        FieldKind::Slot => {
            let slot = zone.read_slot(text).map_err(|error| error.to_string())?;
            Ok(json!({ "starts": slot.starts(), "ends": slot.ends() }))
        }
        FieldKind::MemberId => parsed::<MemberId>(text),
        FieldKind::ConcernId => parsed::<ConcernId>(text),
        FieldKind::Format(_) => parsed::<FormatId>(text),
        FieldKind::Activity(published) => activity(text, published),
        FieldKind::Person => person(text),
        FieldKind::MemberIds => list(text, parsed::<MemberId>),
        FieldKind::Names => Ok(json!([parsed::<Name>(text)?])),
        FieldKind::Topics(set) => list(text, |topic| code(topic, set)),
        FieldKind::Observers(set) => Ok(json!([observer(text, set)?])),
        FieldKind::People => Ok(json!([person(text)?])),
        FieldKind::Substitutes => Ok(json!([substitute(text)?])),
        FieldKind::Advisers(roles) => Ok(json!([adviser(text, roles)?])),
        FieldKind::Number { max } => match text.parse::<u64>() {
            Ok(number) if number <= max && !text.starts_with('+') => Ok(json!(number)),
            _ => Err(format!("`{}` is not a whole number from 0 to {max}", echo(text))),
        },
        FieldKind::Flag => match text {
            "true" | "yes" => Ok(json!(true)),
            "false" | "no" => Ok(json!(false)),
            _ => Err(format!("`{}` is neither true nor false", echo(text))),
        },
        FieldKind::Digest => parsed::<DocumentDigest>(text),
        FieldKind::CaseId => {
            let id = uuid::Uuid::parse_str(text).map_err(|_| format!("`{}` is not the ID of a case", echo(text)))?;
            Ok(json!(id))
        }
        FieldKind::TimeZone => {
            if let Some(zone) = ibbi_common::zone::meant_by(text) {
                return Err(format!("`{text}` is an abbreviation or a name of Windows; use {zone}"));
            }
            let name = TimeZoneName::new(text).map_err(|error| error.to_string())?;
            Zone::new(&name).map_err(|error| error.to_string())?;
            Ok(json!(name))
        }
        FieldKind::Program => Ok(json!(crate::presets::read(text).map_err(|error| error.to_string())?)),
    }
}

fn parsed<T>(text: &str) -> Result<Value, String>
where
    T: std::str::FromStr<Err: std::fmt::Display> + serde::Serialize,
{
    let value: T = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(json!(value))
}

fn code(text: &str, set: CodeSet) -> Result<Value, String> {
    if set.codes.contains(&text) {
        return Ok(json!(text));
    }
    let hint = spelling::did_you_mean(spelling::nearest(text, set.codes.iter().copied()).as_deref());
    Err(format!("`{}` is not known{hint}; use one of: {}", echo(text), set.codes.join(", ")))
}

/// Reads an activity. A program can require any, so only one that is nearly a published one is a mistake.
fn activity(text: &str, published: CodeSet) -> Result<Value, String> {
    let is_published = published.codes.contains(&text);
    match spelling::nearest(text, published.codes.iter().copied()).filter(|_| !is_published) {
        None => parsed::<ActivityId>(text),
        near => Err(format!("`{}` is not known{}", echo(text), spelling::did_you_mean(near.as_deref()))),
    }
}

fn list(text: &str, read: impl Fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(json!([]));
    }
    text.split(',').map(|item| read(item.trim())).collect::<Result<Vec<_>, _>>().map(Value::from)
}

fn person(text: &str) -> Result<Value, String> {
    let (id, name) = text.split_once(':').ok_or_else(|| {
        format!("`{}` is not ID:NAME; write an ID, a colon, and the name, such as a.lee:Ann Lee", echo(text))
    })?;
    Ok(json!({ "id": parsed::<MemberId>(id)?, "name": parsed::<Name>(name.trim())? }))
}

fn observer(text: &str, capacities: CodeSet) -> Result<Value, String> {
    let (capacity, name) = text.split_once(':').ok_or_else(|| {
        let codes = capacities.codes.join(", ");
        format!("`{}` is not CAPACITY:NAME; the capacities are: {codes}", echo(text))
    })?;
    Ok(json!({ "capacity": code(capacity, capacities)?, "name": parsed::<Name>(name.trim())? }))
}

fn substitute(text: &str) -> Result<Value, String> {
    let (member, who) = text.split_once(':').filter(|(_, who)| who.contains(':')).ok_or_else(|| {
        format!(
            "`{}` is not MEMBER:ID:NAME; write the absent member's ID, and the substitute's ID and name",
            echo(text)
        )
    })?;
    Ok(json!({ "member": parsed::<MemberId>(member)?, "person": person(who)? }))
}

fn adviser(text: &str, roles: CodeSet) -> Result<Value, String> {
    let mut parts = text.splitn(3, ':');
    let (Some(party), Some(role), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        let (parties, roles) = (Party::CODES.join(", "), roles.codes.join(", "));
        return Err(format!("`{}` is not PARTY:ROLE:NAME; parties: {parties}; roles: {roles}", echo(text)));
    };
    let (party, role) = (code(party, Party::SET)?, code(role, roles)?);
    Ok(json!({ "party": party, "role": role, "name": parsed::<Name>(name.trim())? }))
}
