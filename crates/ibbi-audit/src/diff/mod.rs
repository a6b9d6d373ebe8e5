//! Two ledgers side by side: where they part, and what that does to each case.

mod fact;
mod side;

use crate::audit::AuditError;
use crate::input::Source;
use fact::{changes, facts};
use ibbi_core::{Name, Stage};
use ibbi_log::Uuid;
use serde::Serialize;
use side::{Next, Side};

/// How two ledgers differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Whether they are the same, byte for byte.
    pub same: bool,
    /// How many whole lines each has.
    pub lines: (u64, u64),
    /// Where they part first; nothing if they are the same.
    pub divergence: Option<Divergence>,
    /// The first cases that only one of them has or whose states differ, in the order of their first lines.
    pub cases: Vec<CaseDifference>,
    /// How many cases that both have differ in state.
    pub differing: u64,
    /// How many only the first has.
    pub only_first: u64,
    /// How many only the second has.
    pub only_second: u64,
}

/// Where two ledgers part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0: the first that differs, or the end of the shorter one.
    pub byte: u64,
    /// What the first has from there on, shortened; nothing if it has ended.
    pub first: Option<String>,
    /// What the second has.
    pub second: Option<String>,
    /// The case of the line, if both are about the same.
    pub case: Option<Uuid>,
    /// The same as a sentence.
    pub text: String,
}

/// Which of two ledgers has a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Both.
    Both,
    /// The first alone.
    First,
    /// The second alone.
    Second,
}

/// How a case differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseDifference {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Which of the two ledgers has it.
    pub presence: Presence,
    /// Where it stands in each.
    pub stages: (Option<Stage>, Option<Stage>),
    /// How many records each has.
    pub records: (u64, u64),
    /// What differs in the state of a case that both have, in words; at most [`CaseDifference::MAX_CHANGES`].
    pub changes: Vec<StateChange>,
}

impl CaseDifference {
    /// The most changes that are told of one case.
    pub const MAX_CHANGES: usize = 100;
}

/// A difference in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// Where in the state, such as `teams.labor[lee].pledged`.
    pub path: String,
    /// The value in the first, as JSON; nothing if it is not there.
    pub first: Option<String>,
    /// The value in the second.
    pub second: Option<String>,
    /// The same as a sentence.
    pub text: String,
}

/// Compares two ledgers, and the states that they lead to; at most `shown` cases are told.
///
/// Each is judged as an audit judges it: what is not allowed is passed over.
///
/// ```
/// use ibbi_audit::{Source, diff};
/// let ledger = std::fs::read("../../tests/golden/v1/referred.ledger")?;
/// let cut = &ledger[..ledger.len() - 300];
/// let diff = diff(Source::bytes(&ledger), Source::bytes(cut), 10)?;
/// assert_eq!(diff.divergence.map(|divergence| divergence.line), Some(8));
/// assert_eq!(diff.cases[0].changes[0].text,
///     "stage: \"closed\" in the first ledger, \"introduction\" in the second");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AuditError`] if one of them cannot be read.
pub fn diff(first: Source<'_>, second: Source<'_>, shown: usize) -> Result<Diff, AuditError> {
    // Seeded at random, so that nobody can make two states that look the same.
    let hasher = ahash::RandomState::new();
    let (mut first, mut second) = (Side::new(first)?, Side::new(second)?);
    let mut divergence = None;
    while divergence.is_none() {
        let (one, other) = (first.next(&hasher)?, second.next(&hasher)?);
        divergence = part(&one, &other);
        if matches!((&one, &other), (Next::End, Next::End)) {
            break;
        }
    }
    first.finish(&hasher)?;
    second.finish(&hasher)?;
    let mut diff = Diff {
        same: divergence.is_none(),
        lines: (first.lines(), second.lines()),
        divergence,
        cases: Vec::new(),
        differing: 0,
        only_first: 0,
        only_second: 0,
    };
    compare(&mut diff, &mut first, &mut second, shown, &hasher)?;
    Ok(diff)
}

/// Where two lines part, if they do.
fn part(first: &Next, second: &Next) -> Option<Divergence> {
    let (one, other) = (first.bytes(), second.bytes());
    if first.same(second) {
        return None;
    }
    let (line, offset) = first.place().or(second.place())?;
    let column = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let byte = offset.saturating_add(u64::try_from(column).unwrap_or(u64::MAX));
    let shown = |next: &Next, bytes: &[u8]| {
        next.place()?;
        let rest: String = String::from_utf8_lossy(bytes.get(column..).unwrap_or_default()).chars().take(80).collect();
        Some(rest)
    };
    let case = first.case().filter(|case| second.case() == Some(*case));
    let text = match (first.place(), second.place()) {
        (Some(_), None) => format!("the second ledger ends before line {line}"),
        (None, Some(_)) => format!("the first ledger ends before line {line}"),
        _ => format!("the ledgers are the same up to byte {byte}, in line {line}"),
    };
    Some(Divergence { line, byte, first: shown(first, one), second: shown(second, other), case, text })
}

fn compare(
    diff: &mut Diff,
    first: &mut Side<'_>,
    second: &mut Side<'_>,
    shown: usize,
    hasher: &ahash::RandomState,
) -> Result<(), AuditError> {
    let mut differing = Vec::new();
    for case in first.cases() {
        let (one, other) = (first.fingerprint(case, hasher), second.fingerprint(case, hasher));
        match other {
            None => diff.only_first += 1,
            Some(_) if one != other => diff.differing += 1,
            Some(_) => continue,
        }
        differing.push(case);
    }
    for case in second.cases() {
        if first.fingerprint(case, hasher).is_none() {
            diff.only_second += 1;
            differing.push(case);
        }
    }
    for case in differing.into_iter().take(shown) {
        let (one, other) = (first.state(case)?, second.state(case)?);
        let presence = match (&one, &other) {
            (Some(_), Some(_)) => Presence::Both,
            (Some(_), None) => Presence::First,
            _ => Presence::Second,
        };
        let told = if let (Some(one), Some(other)) = (&one, &other) {
            changes(&facts(one), &facts(other))
        } else {
            Vec::new()
        };
        diff.cases.push(CaseDifference {
            case,
            district: first.district(case).or_else(|| second.district(case)),
            presence,
            stages: (one.map(|case| case.stage()), other.map(|case| case.stage())),
            records: (first.records(case), second.records(case)),
            changes: told,
        });
    }
    Ok(())
}
