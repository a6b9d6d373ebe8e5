//! Reading when a person can or can't come, as people write it: `never Tuesdays`, `Oct 5-9`, `only after 3 pm`.
//!
//! A text is a list of *statements*. A statement is an *item* (days, dates, and hours) with words that say whether the
//! person can come then. `docs/times.md` has the grammar. A text that has two readings isn't guessed at: it leads to a
//! question with the readings, each of which is a text that can replace the unclear words.

mod clock;
mod cursor;
mod dates;
mod item;
mod lexer;
mod relative;
mod statement;
mod subtract;
mod vocabulary;
mod weekdays;
mod write;

use ibbi_core::Date;
use ibbi_sim::{Closure, Scenario, TimeRule};
use std::fmt;
use std::ops::Range;

/// The forms of times, for a message.
pub(super) const FORMS: &str = "days, dates, or hours, such as: fridays; monday mornings; Oct 5-9; only after 3 pm";
/// The longest text, in bytes.
const MAX_BYTES: usize = 20_000;
/// Answers that name no times.
const NONE: &[&str] = &["never", "no", "none", "nothing", "na", "n/a", "-", "not known", "no times"];

/// What a field asks for, and what its words refer to.
#[derive(Debug, Clone, Copy)]
pub struct PhraseContext<'a> {
    /// What a time means without a word such as `never` or `only`.
    pub sense: Sense,
    /// A date without a year is the first one that isn't over on this day. Without it, a year must be written.
    pub reference: Option<Date>,
    /// Closed ranges whose names can be used, such as `February vacation`.
    pub closed: &'a [Closure],
}

/// What a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// When the person can't come.
    Cannot,
    /// When the person can come.
    Can,
    /// When the person can come if nothing else fits.
    IfNeedBe,
}

/// Whether a person can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The person can't come then.
    Cannot,
    /// The person can't come at any other time.
    Only,
    /// The person can come then if nothing else fits soon.
    IfNeedBe,
    /// The person can come then, whatever else is written.
    Can,
}

/// A statement that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whether the person can come.
    pub kind: Kind,
    /// The times.
    pub rules: Vec<TimeRule>,
    /// The words that it comes from.
    pub text: String,
    /// Whether all other words of its list are clear as well. Otherwise they can change its meaning, as in `mornings ok exept Oct 5`.
    pub is_certain: bool,
}

/// Words with several readings, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The words.
    pub words: String,
    /// The bytes of the text that are the words.
    pub place: Range<usize>,
    /// What is unclear.
    pub message: String,
    /// The readings. Each is a text that can replace the words. Empty if there is none.
    pub options: Vec<String>,
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", ibbi_common::spelling::echo(&self.words), self.message)?;
        for (place, option) in self.options.iter().enumerate() {
            let before = match place {
                0 if self.message.ends_with('?') => " Write",
                0 => "; write",
                _ => " or",
            };
            write!(f, "{before} `{option}`")?;
        }
        Ok(())
    }
}

/// The statements of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The statements that were understood.
    pub entries: Vec<Entry>,
    /// The words that were not.
    pub unclear: Vec<Unclear>,
}

impl Reading {
    /// Returns what was understood: one sentence for each kind, such as `can't come on Tuesdays`.
    pub fn sentences(&self) -> Vec<String> {
        write::sentences(&self.entries)
    }
}

/// Reads statements. An empty text, or an answer such as `none`, has none.
///
/// ```
/// use ibbi_app::schedule::phrase::{PhraseContext, Sense, read};
/// let reference = "2026-09-08".parse().ok();
/// let context = PhraseContext { sense: Sense::Cannot, reference, closed: &[] };
/// let reading = read("never Tuesdays, Oct 5-9; only after 3 pm", &context);
/// assert_eq!(
///     reading.sentences(),
///     ["can't come on Tuesdays, or from Oct 5, 2026 to Oct 9, 2026", "can come only after 3:00 PM"]
/// );
/// let question = &read("after 7", &context).unclear[0];
/// assert_eq!(question.options, ["after 7:00 AM", "after 7:00 PM"]);
/// ```
pub fn read(text: &str, context: &PhraseContext<'_>) -> Reading {
    let plain = text.trim().trim_end_matches('.').to_lowercase();
    if NONE.contains(&plain.as_str()) && context.sense != Sense::Can {
        return Reading { entries: Vec::new(), unclear: Vec::new() };
    }
    let problem = |message: String| {
        let unclear = vec![Unclear { words: text.to_owned(), place: 0..text.len(), message, options: Vec::new() }];
        Reading { entries: Vec::new(), unclear }
    };
    if text.len() > MAX_BYTES {
        return problem("this is too long; write the times in fewer words".to_owned());
    }
    let tokens = lexer::tokens(text);
    let (entries, unclear) = statement::statements(&mut cursor::Cursor::new(text, &tokens, context));
    if entries.iter().map(|entry| entry.rules.len()).sum::<usize>() > Scenario::MAX_UNAVAILABLE {
        return problem(format!("there are more than {} times; write fewer", Scenario::MAX_UNAVAILABLE));
    }
    Reading { entries, unclear }
}

/// Returns statements in words, as [`Reading::sentences`] does.
pub(crate) fn sentences(entries: &[Entry]) -> Vec<String> {
    write::sentences(entries)
}

/// Returns a time as text that reads back: `monday mornings`.
pub(crate) fn rule_text(rule: TimeRule) -> String {
    write::rule_text(rule, write::Style::Iso)
}

/// Returns whether a word is a day of the week or a month.
pub(super) fn is_day(word: &str) -> bool {
    vocabulary::weekdays(word).is_some() || vocabulary::month(word).is_some()
}

/// Returns a time with the word for its kind, such as `only tuesdays`, for a field that asks when a person can't come.
pub(super) fn statement_text(kind: Kind, rule: TimeRule) -> String {
    write::statement(kind, rule)
}

/// Returns a sentence for some times: `can't come on Tuesdays`.
pub(crate) fn sentence(kind: Kind, rules: &[TimeRule]) -> String {
    write::sentence(kind, rules)
}

#[cfg(test)]
mod tests;
