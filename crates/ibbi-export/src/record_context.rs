//! The context of a record in its case: the district, the stage before it, and the part of the open session.

use ibbi_core::{Event, Name, Stage};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;

/// The contexts of all cases after the records read so far. Memory: about 100 bytes for each case.
#[derive(Debug, Default)]
pub(super) struct CaseContexts {
    cases: HashMap<Uuid, CaseContext>,
}

#[derive(Debug)]
struct CaseContext {
    district: Option<Name>,
    stage: Stage,
    /// The part of the open session.
    open_part: Option<u8>,
}

/// The context of a record in its case.
#[derive(Debug)]
pub(super) struct RecordContext {
    /// The district, once the case's opening has been read.
    pub(super) district: Option<Name>,
    /// The stage before the record, as recorded.
    pub(super) from: Stage,
    /// The part of the training or the facilitation: the record's own, or that of the open session.
    pub(super) part: Option<u8>,
}

impl CaseContexts {
    /// Adds a record and returns its context. Records must come in ledger order. A record that doesn't count neither opens nor
    /// ends a session.
    pub(super) fn add(&mut self, record: &Record, counts: bool) -> RecordContext {
        let known = self.cases.entry(record.case).or_insert(CaseContext {
            district: None,
            stage: Stage::Unopened,
            open_part: None,
        });
        if let Event::CaseOpened(opened) = &record.event {
            known.district.get_or_insert_with(|| opened.district.clone());
        }
        let part = match &record.event {
            Event::SessionScheduled(event) => Some(event.part),
            Event::SessionPostponed(event) => Some(event.part),
            Event::SessionOpened(event) => Some(event.part),
            Event::ActivityRun(_) | Event::SessionAdjourned(_) | Event::SessionClosed(_) => known.open_part,
            _ => None,
        };
        match &record.event {
            Event::SessionOpened(event) if counts => known.open_part = Some(event.part),
            Event::SessionAdjourned(_) | Event::SessionClosed(_) if counts => known.open_part = None,
            _ => {}
        }
        let from = core::mem::replace(&mut known.stage, record.to);
        RecordContext { district: known.district.clone(), from, part }
    }
}
