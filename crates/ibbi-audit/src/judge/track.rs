//! What an audit keeps of a case: few bytes of a closed one, and the core's state of an open one.

use super::live::Live;
use super::trail::Trail;
use crate::figures::Course;
use crate::finding::FindingKind;
use ibbi_common::zone::Zone;
use ibbi_core::{At, Name};
use ibbi_log::Uuid;

/// A case as far as it was read.
pub(crate) struct Track {
    pub(crate) id: Uuid,
    /// The line of its first record, and of its last so far.
    pub(crate) first_line: u64,
    pub(crate) last_line: u64,
    /// When that was written down.
    pub(crate) logged: At,
    /// The number in the case that its last record bears.
    pub(crate) rev: u64,
    pub(crate) district: Option<Name>,
    pub(crate) zone: Option<Zone>,
    pub(crate) counts: Counts,
    /// The kinds of finding about it, a bit each.
    pub(crate) found: u64,
    pub(crate) course: Course,
    /// The first line after which the case was owed something, should it be relieved of its debts with all else.
    pub(crate) owed_since: Option<u64>,
    /// How often it got back what it had been relieved of.
    pub(crate) revived: u8,
    /// A hash of the state in which it closed, if that was asked for.
    pub(crate) fingerprint: u64,
    /// Where its records are.
    pub(crate) trail: Trail,
    /// What is needed to judge its next event. A closed case has none, and gets it back by reading its records again.
    pub(crate) live: Option<Box<Live>>,
}

/// What became of the records of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) records: u32,
    pub(crate) accepted: u32,
    pub(crate) illegal: u32,
    pub(crate) consequences: u32,
    pub(crate) repeated: u32,
    pub(crate) voids: u32,
}

const _: () = assert!(FindingKind::ALL.len() <= 64);

impl Track {
    pub(crate) fn new(id: Uuid, line: u64) -> Self {
        Self {
            id,
            first_line: line,
            last_line: line,
            logged: At::MIN,
            rev: 0,
            district: None,
            zone: None,
            counts: Counts::default(),
            found: 0,
            course: Course::new(),
            owed_since: None,
            revived: 0,
            fingerprint: 0,
            trail: Trail::default(),
            live: None,
        }
    }

    pub(crate) const fn note(&mut self, kind: FindingKind) {
        self.found |= 1 << kind as u32;
    }

    pub(crate) const fn has(&self, kind: FindingKind) -> bool {
        self.found & (1 << kind as u32) != 0
    }
}
