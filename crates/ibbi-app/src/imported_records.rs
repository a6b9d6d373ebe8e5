//! The mark of an imported record: its ID follows from its case, the column of its row, and its kind.

use crate::service::Ids;
use ibbi_core::EventKind;
use std::collections::HashMap;
use uuid::{Uuid, Version};

/// The names of the columns from which a record can be imported. A test compares them with the columns of an import.
pub(crate) const COLUMNS: [&str; 44] = [
    "district",
    "reference",
    "program",
    "county",
    "time_zone",
    "opened",
    "contract_expires",
    "evergreen",
    "superintendent",
    "superintendent_agreed",
    "union_president",
    "union_president_agreed",
    "committee_leader",
    "committee_office",
    "committee_agreed",
    "meeting_held",
    "representative",
    "ibbi_chosen",
    "union_letter",
    "administration_letter",
    "committee_letter",
    "labor_team",
    "management_team",
    "teams_named",
    "accepted",
    "accepted_by",
    "trained",
    "neutral",
    "labor_caucus",
    "labor_decided",
    "labor_decision",
    "labor_spokesperson",
    "management_caucus",
    "management_decided",
    "management_decision",
    "management_spokesperson",
    "format",
    "sessions",
    "outcome",
    "ended",
    "ended_by",
    "referred_to",
    "reason",
    "note",
];

/// Returns the ID of an imported record: the `number`th of its kind from a column of its case's row.
pub(crate) fn record_id(case: Uuid, column: &str, kind: EventKind, number: usize) -> Uuid {
    Ids::derived(&format!("import {case} {column} {kind} {number}"))
}

/// Returns for each record of a case, given by its ID and its kind, whether it was imported from a spreadsheet.
pub(crate) fn imported(case: Uuid, records: &[(Uuid, EventKind)]) -> Vec<bool> {
    // Other records have random IDs of version 7.
    let is_derived = |id: &Uuid| id.get_version() == Some(Version::Custom);
    let mut kinds: HashMap<EventKind, usize> = HashMap::new();
    for (_, kind) in records.iter().filter(|(id, _)| is_derived(id)) {
        *kinds.entry(*kind).or_default() += 1;
    }
    let is_imported = |(id, kind): &(Uuid, EventKind)| {
        let most = kinds.get(kind).copied().unwrap_or_default();
        let fits = |column: &&str| (1..=most).any(|number| record_id(case, column, *kind, number) == *id);
        is_derived(id) && COLUMNS.iter().any(fits)
    };
    records.iter().map(is_imported).collect()
}
