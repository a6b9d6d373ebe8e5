//! JSON Schemas of the types that write themselves as JSON. The others derive theirs.

use crate::field::CodeSet;
use crate::{
    ActivityId, AdviserRole, Advisory, At, Body, Capacity, ConcernId, County, Date, Decision, Edition, EventKind,
    FollowUpResult, Format, FormatId, Found, LocalTime, MemberId, Name, Office, Outcome, Party, Precision, Presence,
    Reason, Rule, Seat, Service, Source, Stage, TimeZoneName, Topic, Unmet, WaitingFor, Warning, Workshop,
};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Implements the schema of types that are written as a text.
macro_rules! texts {
    ($($name:ident { $($schema:tt)* })+) => { $(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", $($schema)* })
            }
        }
    )+ };
}

/// Implements the schema of types that are written as one of their codes.
macro_rules! codes {
    ($($name:ident)+) => { texts! { $( $name { "enum": $name::CODES, "description": meanings($name::SET) } )+ } };
}

/// Returns a line for each code of a set, with its meaning.
fn meanings(set: CodeSet) -> String {
    let lines = set.codes.iter().zip(set.labels).map(|(code, label)| format!("- `{code}`: {label}\n"));
    lines.collect::<String>().trim_end().into()
}

/// The form of an ID: 1 to 23 characters.
const ID: &str = "^[a-z0-9][a-z0-9._-]{0,22}$";

texts! {
    ActivityId { "pattern": ID, "description": "The ID of an activity of the training." }
    At { "format": "date-time", "description": "An instant, such as 2025-10-20T19:00:00.000Z." }
    ConcernId { "pattern": ID, "description": "The ID of a concern, unique in its case." }
    Date { "format": "date", "description": "A date from 1970-01-01 to 9999-12-31." }
    FormatId { "pattern": ID, "description": "The ID of a format of the facilitation." }
    LocalTime { "format": "date-time", "description": "A local time in whole minutes with its offset, such as 2025-10-20T15:00:00-04:00." }
    MemberId { "pattern": ID, "description": "The ID of a person, unique in a case." }
    Name { "minLength": 1, "maxLength": Name::MAX_CHARS, "description": "A name or title on one line." }
    Reason { "minLength": 1, "maxLength": Reason::MAX_CHARS, "description": "A reason on one line." }
    TimeZoneName {
        "pattern": "^[A-Za-z][A-Za-z0-9/_+-]{0,39}$",
        "description": "The name of a time zone in the IANA database, such as America/New_York.",
    }
}
codes! {
    AdviserRole Body Capacity County Decision EventKind FollowUpResult Format Office Outcome Party Precision Presence Rule Seat
    Service Source Stage Topic WaitingFor Warning Workshop
}

impl JsonSchema for Edition {
    fn schema_name() -> Cow<'static, str> {
        "Edition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": u16::MAX, "description": "An edition of the rules." })
    }
}

impl JsonSchema for Unmet {
    fn schema_name() -> Cow<'static, str> {
        "Unmet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One unmet rule.",
            "type": "object",
            "properties": {
                "rule": generator.subschema_for::<Rule>(),
                "statement": { "type": "string", "description": "The requirement." },
                "found": { "type": "string", "description": "The fact that makes the rule unmet, in words." },
                "detail": generator.subschema_for::<Found>(),
                "remedy": { "type": "string", "description": "How to meet the rule." },
                "source": generator.subschema_for::<Source>(),
            },
            "required": ["rule", "statement", "found", "detail", "remedy", "source"],
        })
    }
}

impl JsonSchema for Advisory {
    fn schema_name() -> Cow<'static, str> {
        "Advisory".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A warning about an event or a case.",
            "type": "object",
            "properties": {
                "advisory": generator.subschema_for::<Warning>(),
                "statement": { "type": "string", "description": "The advice." },
                "found": { "type": "string", "description": "The fact that it is about, in words." },
                "source": generator.subschema_for::<Source>(),
            },
            "required": ["advisory", "statement", "found", "source"],
        })
    }
}
