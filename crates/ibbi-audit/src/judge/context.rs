//! The settings and the input that judging needs.

use crate::blocks::SHARDS;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, weakness_kind};
use crate::input::RandomAccess;
use crate::options::AuditOptions;
use ibbi_core::{Advisory, At, Case, Event, EventKind, FoundWeakness, Warning};

/// The settings and the input that judging needs.
pub(crate) struct JudgeContext<'a> {
    pub(crate) random_access: &'a RandomAccess<'a>,
    /// Whether to report all advisories, and not only the lasting ones.
    pub(crate) advisories: bool,
    /// Whether to list the confidential texts of records.
    pub(crate) texts: bool,
    /// The most cases of a shard.
    pub(crate) max_shard_cases: usize,
    /// The most history entries that a shard holds before it drops the histories of the cases that had no record for the longest
    /// time.
    pub(crate) max_shard_history: usize,
    /// The most cases of the audit.
    pub(crate) max_cases: u64,
    /// A hasher, if closed cases must keep a hash of their state to be compared with another ledger.
    pub(crate) fingerprints: Option<&'a ahash::RandomState>,
}

impl<'a> JudgeContext<'a> {
    pub(crate) fn new(options: &AuditOptions, random_access: &'a RandomAccess<'a>) -> Self {
        Self {
            random_access,
            advisories: options.advisories,
            texts: options.texts_beside.is_some(),
            max_shard_cases: options.max_cases.div_ceil(SHARDS),
            max_shard_history: options.held_records.div_ceil(SHARDS),
            max_cases: u64::try_from(options.max_cases).unwrap_or(u64::MAX),
            fingerprints: None,
        }
    }

    /// Returns whether an event of this kind that was recorded in order can have advisories to report.
    pub(crate) const fn asks_for_advisories(&self, kind: EventKind) -> bool {
        self.advisories || Warning::can_last(kind)
    }

    /// Returns the advisories to report about an event that is recorded in a state.
    pub(super) fn advisories_of(&self, case: &Case, event: &Event, at: At, logged: At) -> Vec<Advisory> {
        if self.advisories { case.advise(event, at, Some(logged)) } else { case.advise_lasting(event, at) }
    }

    /// Reports advisories about a record: all of them if they were asked for, or else the lasting ones.
    pub(crate) fn advise(&self, advisories: Vec<Advisory>, location: Location, out: &mut Vec<Finding>) {
        let reported = advisories.into_iter().filter(|advisory| self.advisories || advisory.warning.is_lasting());
        out.extend(reported.map(|advisory| {
            let kind = match advisory.warning {
                Warning::LookAlike => FindingKind::NamesLookAlike,
                _ => FindingKind::EventAdvisory,
            };
            location.finding(kind, FindingDetail::Advisory(advisory))
        }));
    }

    /// Reports weaknesses of a program on which a record relied.
    pub(crate) fn weaknesses(found: Vec<FoundWeakness>, location: Location, out: &mut Vec<Finding>) {
        let finding =
            |found: FoundWeakness| location.finding(weakness_kind(found.weakness), FindingDetail::Weakness(found));
        out.extend(found.into_iter().map(finding));
    }
}

/// Returns whether an event of this kind can rely on a weakness of its program.
pub(super) const fn relies_on_program(kind: EventKind) -> bool {
    matches!(kind, EventKind::CaseOpened | EventKind::SessionOpened | EventKind::SessionClosed)
}
