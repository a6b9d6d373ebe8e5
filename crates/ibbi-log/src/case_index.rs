//! What a store remembers of a ledger's cases.

use ibbi_core::{At, BookingRecord};
use ibbi_store::{Catalog, NewRecord, Record};
use std::collections::HashMap;
use uuid::Uuid;

/// Number of lines between two remembered offsets.
const MARK: u64 = 1024;

/// The most records that are kept before it is known which case is wanted.
const UNDECIDED: usize = 4096;

/// The cases whose records a store keeps in memory while it reads its ledger, so that it doesn't read them again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Collect {
    /// No case. Cases are read when they are asked for.
    #[default]
    Nothing,
    /// The only case of a ledger; nothing if the ledger has several.
    OnlyCase,
    /// The cases that [`CaseSummary::matches`](ibbi_store::CaseSummary::matches) this text.
    Matching(String),
    /// The case of the record with this number; nothing if too many records come before it to keep all their cases.
    CaseOf(u64),
    /// Every case.
    Everything,
}

/// What the store remembers of the records that it has read and written.
#[derive(Debug, Default)]
pub(crate) struct CaseIndex {
    pub(crate) catalog: Catalog,
    collect: Collect,
    pub(crate) kept: HashMap<Uuid, Vec<Record>>,
    /// The number that [`Collect::CaseOf`] has, and the case that it belongs to.
    pub(crate) case_of: Option<(u64, Uuid)>,
    /// How many records were kept before that was known.
    undecided: usize,
    /// When the last record was written.
    pub(crate) logged: Option<At>,
    /// The line number and the offset of every [`MARK`]th line.
    marks: Vec<(u64, u64)>,
}

impl CaseIndex {
    pub(crate) fn new(collect: Collect) -> Self {
        Self { collect, ..Self::default() }
    }

    /// Adds a record with the number and the offset of its line, in the order of the file.
    pub(crate) fn add(&mut self, record: &Record, (line, offset): (u64, u64)) {
        self.mark(line, offset);
        self.logged = Some(record.logged);
        self.catalog.add(record);
        if self.keeps(record.case) {
            self.kept.entry(record.case).or_default().push(record.clone());
        }
        if matches!(self.collect, Collect::CaseOf(wanted) if wanted == record.seq) {
            self.case_of = Some((record.seq, record.case));
            self.kept.retain(|case, _| *case == record.case);
        }
    }

    /// Adds a record that was just written.
    pub(crate) fn add_new(&mut self, new: &NewRecord, written: &crate::Committed) {
        self.mark(written.seq, written.offset);
        self.logged = Some(written.logged);
        let NewRecord { accepted, actor, .. } = new;
        let case = accepted.case();
        let record = BookingRecord {
            case,
            seq: written.seq,
            at: accepted.at(),
            replaces: accepted.replaces(),
            event: accepted.event(),
            to: accepted.to(),
        };
        self.catalog.add_parts((accepted.id(), written.rev), actor, record);
        if self.keeps(case) {
            self.kept.entry(case).or_default().push(new.clone().into_record(written.into()));
        }
    }

    /// Forgets cases.
    pub(crate) fn forget(&mut self, cases: &[Uuid]) {
        self.catalog.forget(cases);
        self.kept.retain(|case, _| !cases.contains(case));
    }

    /// Keeps no records from now on. Cases are read when they are asked for.
    pub(crate) fn keep_nothing(&mut self) {
        self.collect = Collect::Nothing;
        self.kept.clear();
    }

    fn mark(&mut self, line: u64, offset: u64) {
        if line.is_multiple_of(MARK) {
            self.marks.push((line, offset));
        }
    }

    /// Returns whether the records of a case are kept. Called after its record was added to the catalog.
    fn keeps(&mut self, case: Uuid) -> bool {
        match &self.collect {
            Collect::Nothing => false,
            Collect::Everything => true,
            Collect::OnlyCase if self.catalog.all().len() == 1 => true,
            Collect::OnlyCase => {
                self.kept.clear();
                self.collect = Collect::Nothing;
                false
            }
            Collect::CaseOf(_) => match self.case_of {
                Some((_, wanted)) => case == wanted && self.kept.contains_key(&case),
                None if self.undecided < UNDECIDED => {
                    self.undecided += 1;
                    true
                }
                None => {
                    self.kept.clear();
                    false
                }
            },
            Collect::Matching(wanted) => {
                self.kept.contains_key(&case)
                    || self.catalog.summary(case).is_some_and(|summary| summary.records == 1 && summary.matches(wanted))
            }
        }
    }

    /// Returns the last marked line up to the one after this number, with its offset; the first line if there is none.
    pub(crate) fn mark_before(&self, after: u64) -> (u64, u64) {
        let count = self.marks.partition_point(|(line, _)| *line <= after.saturating_add(1));
        count.checked_sub(1).and_then(|last| self.marks.get(last)).copied().unwrap_or((1, 0))
    }
}
