//! Sentences with names in them, for pages and the terminal. On a page, a name keeps its own direction of writing.

use crate::format;
use crate::html::{Html, el, instant, name, time};
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date};

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Phrase(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Name(String),
    Day(Date),
    Instant(At, String),
    Code(String),
}

impl Phrase {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(vec![Part::Words(words.into())])
    }

    pub(crate) fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    pub(crate) fn name(mut self, name: impl Into<String>) -> Self {
        self.0.push(Part::Name(name.into()));
        self
    }

    pub(crate) fn day(mut self, day: Date) -> Self {
        self.0.push(Part::Day(day));
        self
    }

    /// Adds another sentence.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds an instant, as the clocks of a zone show it.
    pub(crate) fn instant(mut self, at: At, zone: Zone) -> Self {
        self.0.push(Part::Instant(at, zone.show(at)));
        self
    }

    /// Adds an id, a digest, or a code.
    pub(crate) fn code(mut self, code: impl ToString) -> Self {
        self.0.push(Part::Code(code.to_string()));
        self
    }

    /// Adds names as a list: `a, b, and c`.
    pub(crate) fn names(mut self, names: &[String]) -> Self {
        for (index, each) in names.iter().enumerate() {
            if index > 0 {
                let last = index + 1 == names.len();
                self = self.words(match (last, names.len()) {
                    (true, 2) => " and ",
                    (true, _) => ", and ",
                    (false, _) => ", ",
                });
            }
            self = self.name(each);
        }
        self
    }

    pub(crate) fn to_html(&self) -> Html {
        let part = |part: &Part| match part {
            Part::Words(words) => Html::text(words),
            Part::Name(text) => name(text).into(),
            Part::Day(date) => time(*date).into(),
            Part::Instant(at, text) => instant(*at, text).into(),
            Part::Code(code) => el("code").with(code.as_str()).into(),
        };
        self.0.iter().map(part).collect()
    }

    pub(crate) fn plain(&self) -> String {
        let part = |part: &Part| match part {
            Part::Words(text) | Part::Name(text) | Part::Instant(_, text) | Part::Code(text) => text.clone(),
            Part::Day(date) => format::weekday_date(*date),
        };
        self.0.iter().map(part).collect()
    }
}
