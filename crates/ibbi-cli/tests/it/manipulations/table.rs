//! One row of the table: how evidence is manipulated, and what must be reported.

use super::evidence::{Base, Bases};
use ibbi_testing::lines::Lines;

/// What the forger can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Power {
    /// Changes bytes, and nothing else.
    Edit,
    /// Also numbers and links the lines again, from the change to the end.
    Link,
    /// Also states the last record of each case again.
    State,
    /// Also signs again with the office's key.
    Key,
}

impl Power {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Edit => "edits",
            Self::Link => "links",
            Self::State => "states",
            Self::Key => "signs",
        }
    }
}

/// The file that was manipulated, as the forger leaves it.
#[derive(Debug, Clone)]
pub(crate) enum Made {
    /// The ledger.
    Ledger(Vec<u8>),
    /// The extract of the case.
    Extract(Vec<u8>),
    /// The file of checkpoints that the auditor gets.
    Notes(Vec<u8>),
    /// The file of checkpoints, of which the auditor asks for the cosignatures of two witnesses.
    Cosigned(Vec<u8>),
    /// The file with the confidential texts.
    Texts(Vec<u8>),
}

/// Codes with the lines at which they must be reported.
pub(crate) type Reasons = Vec<(&'static str, u64)>;

/// A manipulation.
#[derive(Debug, Clone)]
pub(crate) struct Manipulation {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) power: Power,
    pub(crate) base: Base,
    /// The first line that differs from the evidence as it was.
    pub(crate) line: usize,
    pub(crate) made: Made,
    /// The first fault of the record, which all three tools must report.
    pub(crate) fault: Option<(&'static str, u64)>,
    /// Where the script reports it, if it stops at another line because it reads each line in full before the next one.
    pub(crate) script: Option<u64>,
    /// Whether the script can't see it, because it doesn't check signatures.
    pub(crate) signature: bool,
    /// The findings of the audit besides.
    pub(crate) findings: Reasons,
    /// Why nothing is reported without an outside checkpoint.
    pub(crate) hidden: &'static str,
}

impl Manipulation {
    fn new(name: impl Into<String>, power: Power, line: usize, made: Made) -> Self {
        Self {
            group: "",
            name: name.into(),
            power,
            base: Base::New,
            line,
            made,
            fault: None,
            script: None,
            signature: false,
            findings: Vec::new(),
            hidden: "",
        }
    }

    /// The ledger of format 1.
    pub(crate) fn old(self) -> Self {
        Self { base: Base::Old, ..self }
    }

    /// The ledger that changed to format 2.
    pub(crate) fn grown(self) -> Self {
        Self { base: Base::Grown, ..self }
    }

    /// The record is not sound, for this first reason.
    pub(crate) fn fault(self, code: &'static str, line: u64) -> Self {
        Self { fault: Some((code, line)), ..self }
    }

    /// The script stops at this line, or says no line if it is 0.
    pub(crate) fn script(self, line: u64) -> Self {
        Self { script: Some(line), ..self }
    }

    /// Only the signature shows it.
    pub(crate) fn signature(self) -> Self {
        Self { signature: true, ..self }
    }

    /// The audit finds this too.
    pub(crate) fn finding(mut self, code: &'static str, line: u64) -> Self {
        self.findings.push((code, line));
        self
    }

    /// Only what follows is found.
    pub(crate) fn clear(self) -> Self {
        Self { findings: Vec::new(), ..self }
    }

    /// Nothing shows it without an outside checkpoint.
    pub(crate) fn hidden(self, why: &'static str) -> Self {
        Self { hidden: why, ..self }
    }

    /// Whether an outside checkpoint covers the first line that differs.
    pub(crate) fn is_covered(&self, bases: &Bases) -> bool {
        self.line <= bases.of(self.base).covered
    }
}

pub(crate) fn ledger(name: impl Into<String>, power: Power, line: usize, lines: Lines) -> Manipulation {
    Manipulation::new(name, power, line, Made::Ledger(lines.bytes()))
}

pub(crate) fn bytes(name: impl Into<String>, line: usize, bytes: Vec<u8>) -> Manipulation {
    Manipulation::new(name, Power::Edit, line, Made::Ledger(bytes))
}

/// A manipulated extract. The line is that of the extract.
pub(crate) fn extract(name: impl Into<String>, power: Power, line: usize, text: impl Into<Vec<u8>>) -> Manipulation {
    Manipulation::new(name, power, line, Made::Extract(text.into()))
}

/// A manipulated file of checkpoints.
pub(crate) fn notes(name: impl Into<String>, power: Power, text: impl Into<Vec<u8>>) -> Manipulation {
    Manipulation::new(name, power, 1, Made::Notes(text.into()))
}

/// A manipulated file of checkpoints, of which cosignatures are asked for.
pub(crate) fn cosigned(name: impl Into<String>, power: Power, text: impl Into<Vec<u8>>) -> Manipulation {
    Manipulation::new(name, power, 1, Made::Cosigned(text.into()))
}

/// A manipulated file of texts. The line is that of the ledger's record.
pub(crate) fn texts(name: impl Into<String>, line: usize, text: impl Into<Vec<u8>>) -> Manipulation {
    Manipulation::new(name, Power::Edit, line, Made::Texts(text.into()))
}

/// Names the group of manipulations.
pub(crate) fn group(name: &'static str, all: Vec<Manipulation>) -> Vec<Manipulation> {
    all.into_iter().map(|one| Manipulation { group: name, ..one }).collect()
}
