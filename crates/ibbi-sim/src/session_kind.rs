//! The kinds of sessions that a plan books.

use serde::Serialize;

/// A kind of session that the plan books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SessionKind {
    /// The introductory meeting.
    Meeting,
    /// The training day, or a part of the training if it has several.
    Training {
        /// The number of the part, if there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<u8>,
    },
    /// A part of the facilitation, from 1.
    Facilitation {
        /// The number of the part.
        part: u8,
    },
}

impl std::fmt::Display for SessionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Meeting => f.write_str("introductory meeting"),
            Self::Training { part: None } => f.write_str("training day"),
            Self::Training { part: Some(part) } => write!(f, "training, part {part}"),
            Self::Facilitation { part } => write!(f, "facilitation, part {part}"),
        }
    }
}
