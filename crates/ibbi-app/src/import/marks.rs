//! The mark of an imported record: its ID follows from its case, its column, and its kind.

use super::columns::Column;
use crate::service::Ids;
use ibbi_core::EventKind;
use std::collections::HashMap;
use uuid::{Uuid, Version};

/// Returns the ID of an imported record: the `number`th of its kind from a column of its case's row.
pub(super) fn record_id(case: Uuid, column: Column, kind: EventKind, number: usize) -> Uuid {
    Ids::derived(&format!("import {case} {} {kind} {number}", column.name()))
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
        is_derived(id)
            && Column::ALL.iter().any(|column| (1..=most).any(|number| record_id(case, *column, *kind, number) == *id))
    };
    records.iter().map(is_imported).collect()
}
