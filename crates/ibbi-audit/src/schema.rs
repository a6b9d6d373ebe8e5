//! JSON Schemas of the types that write themselves as JSON. The others derive theirs.

use crate::finding::{Finding, FindingKind, Severity};
use crate::input::Compression;
use ibbi_core::{EventKind, Stage, Unmet};
use ibbi_log::Uuid;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// Implements the schema of types that are written as a code.
macro_rules! codes {
    ($($name:ident as $written:literal: $codes:expr;)+) => { $(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $written.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": $codes })
            }
        }
    )+ };
}

codes! {
    FindingKind as "FindingKind": FindingKind::ALL;
    Compression as "Compression": [Compression::Gzip, Compression::Zstd];
    Severity as "Severity": [Severity::Error, Severity::Warning, Severity::Info];
}

impl JsonSchema for Finding {
    fn schema_name() -> Cow<'static, str> {
        "Finding".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A finding of an audit.",
            "type": "object",
            "properties": {
                "code": generator.subschema_for::<FindingKind>(),
                "severity": generator.subschema_for::<Severity>(),
                "line": { "type": "integer", "minimum": 0 },
                "byte": { "type": "integer", "minimum": 0 },
                "case": generator.subschema_for::<Uuid>(),
                "event": generator.subschema_for::<EventKind>(),
                "seq": { "type": "integer", "minimum": 0 },
                "text": { "type": "string" },
                "statement": { "type": "string" },
                "remedy": { "type": "string" },
                "source": { "type": "string" },
                "rules": generator.subschema_for::<Vec<Unmet>>(),
                "stage": generator.subschema_for::<Stage>(),
                "cause": { "type": "integer", "minimum": 0 },
                "fault": { "type": "string" },
            },
            "required": ["code", "severity", "line", "byte", "text", "statement", "remedy", "source"],
        })
    }
}
