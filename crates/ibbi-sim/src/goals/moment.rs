//! The moments of a case that goals name: an event, a complete set of answers, or the beginning or end of a stage.

use ibbi_common::spelling::nearest;
use ibbi_core::{EventKind, Stage};
use serde::Serialize;
use std::fmt;

/// The form of a moment, for messages.
pub(super) const EXPECTED: &str =
    "`first EVENT`, `last EVENT`, either with `in STAGE`, `all EVENT`, `enter STAGE`, or `leave STAGE`";

/// A moment of a case.
///
/// ```
/// use ibbi_sim::GoalMoment;
/// for text in ["first application_accepted", "last session_closed in training", "all support_confirmed", "enter caucus"] {
///     assert_eq!(GoalMoment::parse(text).unwrap().to_string(), text);
/// }
/// assert_eq!(GoalMoment::parse("all meeting_held").unwrap_err().found, "`all` can't be used with `meeting_held`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GoalMoment {
    /// The first event of a kind, if a stage is given only at that stage.
    First(EventKind, Option<Stage>),
    /// The last event of a kind, if a stage is given only at that stage.
    Last(EventKind, Option<Stage>),
    /// The event that completes a set of answers. A withdrawn answer opens the set again.
    All(AnswerSet),
    /// A stage begins for the first time. A case begins to be closed when its last session completes it, not when it ends early.
    Enter(Stage),
    /// A stage ends for the first time, and the case doesn't end early with it.
    Leave(Stage),
}

/// A set of answers of which the process needs all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerSet {
    /// The agreement of the three key leaders.
    Leaders,
    /// The letters of the three bodies.
    Letters,
    /// The caucuses of both parties.
    Caucuses,
    /// The decisions of both parties.
    Decisions,
}

impl AnswerSet {
    const ALL: [Self; 4] = [Self::Leaders, Self::Letters, Self::Caucuses, Self::Decisions];

    /// Returns the kind of event that is one of the answers.
    pub const fn kind(self) -> EventKind {
        match self {
            Self::Leaders => EventKind::LeaderAgreed,
            Self::Letters => EventKind::SupportConfirmed,
            Self::Caucuses => EventKind::CaucusOpened,
            Self::Decisions => EventKind::PartyDecided,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Leaders => "the agreement of all three leaders",
            Self::Letters => "the last of the three letters",
            Self::Caucuses => "the caucus of both parties",
            Self::Decisions => "the decision of both parties",
        }
    }
}

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalMomentError {
    /// What was found.
    pub found: String,
    /// What is expected.
    pub expected: String,
    /// The nearest valid spelling, if one is near.
    pub nearest: Option<String>,
}

impl GoalMoment {
    /// Reads a moment.
    ///
    /// # Errors
    /// [`GoalMomentError`].
    pub fn parse(text: &str) -> Result<Self, GoalMomentError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["first", event] => Ok(Self::First(kind(event)?, None)),
            ["last", event] => Ok(Self::Last(kind(event)?, None)),
            ["first", event, "in", at] => Ok(Self::First(kind(event)?, Some(stage(at)?))),
            ["last", event, "in", at] => Ok(Self::Last(kind(event)?, Some(stage(at)?))),
            ["all", event] => {
                let kind = kind(event)?;
                let set = AnswerSet::ALL.into_iter().find(|set| set.kind() == kind);
                set.map(Self::All).ok_or_else(|| {
                    let known = AnswerSet::ALL.map(|set| set.kind().code()).join(", ");
                    let found = format!("`all` can't be used with `{kind}`");
                    GoalMomentError { found, expected: format!("`first` or `last`, or one of {known}"), nearest: None }
                })
            }
            ["enter", at] => Ok(Self::Enter(stage(at)?)),
            ["leave", at] => match stage(at)? {
                Stage::Closed => {
                    let found = "a case never leaves the stage `closed`".to_owned();
                    Err(GoalMomentError {
                        found,
                        expected: "another stage, or `enter closed`".to_owned(),
                        nearest: None,
                    })
                }
                left => Ok(Self::Leave(left)),
            },
            _ => {
                let found = format!("`{}` is not a moment of a case", ibbi_common::spelling::echo(text));
                // A single word is probably an event or a stage without the word before it.
                let near = match words.as_slice() {
                    [word] if EventKind::from_code(word).is_some() => Some(format!("first {word}")),
                    [word] if Stage::from_code(word).is_some() => Some(format!("enter {word}")),
                    _ => None,
                };
                Err(GoalMomentError { found, expected: EXPECTED.to_owned(), nearest: near })
            }
        }
    }

    /// Returns the moment for people, as the end of a sentence.
    pub fn label(self) -> String {
        let named = |kind: EventKind, stage: Option<Stage>| {
            let at = stage.map(|stage| format!(" in {}", stage.label().to_lowercase())).unwrap_or_default();
            format!("{}{at}", kind.label())
        };
        match self {
            Self::First(kind, stage) => named(kind, stage),
            Self::Last(kind, stage) => format!("the last {}", named(kind, stage)),
            Self::All(set) => set.label().to_owned(),
            Self::Enter(Stage::Closed) => "the completion of the case".to_owned(),
            Self::Enter(stage) => format!("the start of {}", stage.label().to_lowercase()),
            Self::Leave(stage) => format!("the end of {}", stage.label().to_lowercase()),
        }
    }
}

fn kind(code: &str) -> Result<EventKind, GoalMomentError> {
    EventKind::from_code(code).filter(|kind| kind.happens()).ok_or_else(|| {
        let happens = EventKind::ALL.iter().filter(|kind| kind.happens()).map(|kind| kind.code());
        GoalMomentError {
            found: format!("there is no event `{}`", ibbi_common::spelling::echo(code)),
            expected: "the code of an event, which `ibbi chart` lists".to_owned(),
            nearest: nearest(code, happens),
        }
    })
}

fn stage(code: &str) -> Result<Stage, GoalMomentError> {
    Stage::from_code(code).filter(|stage| *stage != Stage::Unopened).ok_or_else(|| {
        let stages: Vec<_> = Stage::CODES.iter().copied().skip(1).collect();
        GoalMomentError {
            found: format!("there is no stage `{}`", ibbi_common::spelling::echo(code)),
            expected: format!("one of {}", stages.join(", ")),
            nearest: nearest(code, stages.iter().copied()),
        }
    })
}

impl fmt::Display for GoalMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First(kind, None) => write!(f, "first {kind}"),
            Self::Last(kind, None) => write!(f, "last {kind}"),
            Self::First(kind, Some(stage)) => write!(f, "first {kind} in {stage}"),
            Self::Last(kind, Some(stage)) => write!(f, "last {kind} in {stage}"),
            Self::All(set) => write!(f, "all {}", set.kind()),
            Self::Enter(stage) => write!(f, "enter {stage}"),
            Self::Leave(stage) => write!(f, "leave {stage}"),
        }
    }
}

impl Serialize for GoalMoment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for GoalMoment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GoalMoment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A moment of a case: first or last EVENT, all EVENT, enter STAGE, or leave STAGE"
        })
    }
}
