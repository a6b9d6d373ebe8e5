//! What a record means in its case: the stage before it, the district, the part of the session that is open.

use ibbi_core::{Event, Name, Stage};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;

/// What is known of each case after the records read so far. Memory: some 100 bytes a case.
#[derive(Debug, Default)]
pub(super) struct Context {
    cases: HashMap<Uuid, Known>,
}

#[derive(Debug)]
struct Known {
    district: Option<Name>,
    stage: Stage,
    open: Option<u8>,
}

/// What a record means in its case.
#[derive(Debug)]
pub(super) struct Place {
    /// The district, once the case's opening was read.
    pub(super) district: Option<Name>,
    /// The stage before the record, as recorded.
    pub(super) from: Stage,
    /// The part of the training or the facilitation that it is about: its own, or that of the open session.
    pub(super) part: Option<u8>,
}

impl Context {
    /// Takes a record in; records come in the order of the ledger. One that does not count opens and ends no session.
    pub(super) fn place(&mut self, record: &Record, counts: bool) -> Place {
        let known =
            self.cases.entry(record.case).or_insert(Known { district: None, stage: Stage::Unopened, open: None });
        if let Event::CaseOpened(opened) = &record.event {
            known.district.get_or_insert_with(|| opened.district.clone());
        }
        let part = match &record.event {
            Event::SessionScheduled(event) => Some(event.part),
            Event::SessionPostponed(event) => Some(event.part),
            Event::SessionOpened(event) => Some(event.part),
            Event::ActivityRun(_) | Event::SessionAdjourned(_) | Event::SessionClosed(_) => known.open,
            _ => None,
        };
        match &record.event {
            Event::SessionOpened(event) if counts => known.open = Some(event.part),
            Event::SessionAdjourned(_) | Event::SessionClosed(_) if counts => known.open = None,
            _ => {}
        }
        let from = core::mem::replace(&mut known.stage, record.to);
        Place { district: known.district.clone(), from, part }
    }
}
