//! The list of cases, a part at a time.

use super::{Desk, judge};
use crate::error::AppError;
use ibbi_core::{At, Name, Stage};
use ibbi_log::Uuid;
use serde::Serialize;

/// A case as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseSummary {
    /// Its id.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// The stage it is in.
    pub stage: Stage,
    /// How many records it has.
    pub records: u64,
    /// When the event of its last record happened.
    pub last_event: At,
}

/// Which cases a list begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Those that were opened first.
    Oldest,
    /// Those that were opened last.
    Newest,
}

/// A part of the list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// The last of them, if there are more behind it: what to list after next.
    pub next: Option<Uuid>,
}

impl Desk {
    /// All cases, in the order in which they were opened.
    pub fn cases(&self) -> &[CaseSummary] {
        &self.summaries
    }

    /// A case as a list shows it.
    pub fn summary(&self, case: Uuid) -> Option<&CaseSummary> {
        self.places.get(&case).and_then(|place| self.summaries.get(*place))
    }

    /// At most `limit` cases behind the case `after`, or from the beginning; of those only whose district's name contains
    /// `district`, in capitals or not.
    ///
    /// # Errors
    /// [`AppError::NoCase`] if there is no case `after`.
    pub fn list(&self, after: Option<Uuid>, order: Order, district: &str, limit: usize) -> Result<Listed, AppError> {
        let place = |case: Uuid| self.places.get(&case).copied().ok_or_else(|| judge::no_case(case));
        let after = after.map(place).transpose()?;
        let wanted = district.to_lowercase();
        let mut cases = Vec::new();
        let mut more = false;
        let mut take = |summary: &CaseSummary| {
            if !wanted.is_empty() && !summary.district.as_str().to_lowercase().contains(&wanted) {
                return true;
            }
            more = cases.len() == limit;
            if !more {
                cases.push(summary.clone());
            }
            !more
        };
        let all = &self.summaries;
        // The closure says whether to go on.
        match order {
            Order::Oldest => all.iter().skip(after.map_or(0, |place| place + 1)).all(&mut take),
            Order::Newest => all.iter().take(after.unwrap_or(all.len())).rev().all(&mut take),
        };
        let next = if more { cases.last().map(|last| last.case) } else { None };
        Ok(Listed { cases, next })
    }
}
