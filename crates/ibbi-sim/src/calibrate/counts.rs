//! Counts of trials and of waits.

use std::collections::BTreeMap;

/// The whole days within which a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    /// It lasted longer than this many days; -1 if it could have ended on the day it began.
    pub(crate) over: i16,
    /// It lasted at most this many days; `None` if its end wasn't seen.
    pub(crate) up_to: Option<i16>,
}

/// The trials of a chance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Trials {
    /// In how many it came true.
    pub(crate) happened: u64,
    /// How many there were.
    pub(crate) total: u64,
    /// In how many cases.
    pub(crate) cases: u64,
}

/// The waits of a duration, by the days within which they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WaitCounts {
    spans: BTreeMap<Span, u32>,
    /// In how many cases.
    pub(crate) cases: u64,
}

impl WaitCounts {
    pub(crate) fn add(&mut self, span: Span) {
        *self.spans.entry(span).or_default() += 1;
    }

    pub(crate) fn spans(&self) -> impl Iterator<Item = (Span, u32)> {
        self.spans.iter().map(|(span, count)| (*span, *count))
    }

    pub(crate) fn waits(&self) -> u64 {
        self.spans.values().map(|count| u64::from(*count)).sum()
    }

    pub(crate) fn censored(&self) -> u64 {
        self.spans.iter().filter(|(span, _)| span.up_to.is_none()).map(|(_, count)| u64::from(*count)).sum()
    }
}
