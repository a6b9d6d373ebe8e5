//! JSON Schemas of the types that write themselves as JSON. The others derive theirs.

use crate::{
    Advisory, At, Body, Date, EventKind, Format, LocalTime, MemberId, Name, Outcome, Party, Precision, Rule, Seat,
    Source, Stage, Unmet, WaitingFor, Warning,
};
use alloc::borrow::Cow;
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
    ($($name:ident)+) => { texts! { $( $name { "enum": $name::CODES } )+ } };
}

texts! {
    At { "format": "date-time" }
    Date { "format": "date" }
    LocalTime { "format": "date-time" }
    MemberId { "maxLength": MemberId::MAX_CHARS }
    Name { "minLength": 1, "maxLength": Name::MAX_CHARS }
}
codes! { Body EventKind Format Outcome Party Precision Rule Seat Source Stage WaitingFor Warning }

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
                "statement": { "type": "string" },
                "found": { "type": "string" },
                "detail": { "type": "object" },
                "remedy": { "type": "string" },
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
                "statement": { "type": "string" },
                "found": { "type": "string" },
                "source": generator.subschema_for::<Source>(),
            },
            "required": ["advisory", "statement", "found", "source"],
        })
    }
}
