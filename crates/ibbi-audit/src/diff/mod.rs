//! The differences between two ledgers: the first line that differs, each record by field, and the states of their cases.

mod code_points;
mod facts;
mod fields;
mod input;
mod line;
mod matching;
mod names;
mod records;
mod sentences;

use crate::error::AuditError;
use crate::input::LedgerSource;
use facts::facts;
use ibbi_core::{Name, Stage};
use ibbi_log::Uuid;
use input::{DiffInput, DiffLine};
use matching::Matcher;
use serde::Serialize;

pub use fields::FieldChange;
pub use line::LineKind;
pub use names::DiffNames;
pub use records::{FieldTotal, LineDifference, LineDifferences};

/// The differences between two ledgers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Whether they are the same, byte for byte. For a ledger and an extract: whether the extract's lines of the ledger are the
    /// same.
    pub same: bool,
    /// The case that was compared, if one of the two is an extract.
    pub case: Option<Uuid>,
    /// How the sentences name the two.
    #[serde(skip)]
    pub names: DiffNames,
    /// The number of whole lines of each.
    pub lines: (u64, u64),
    /// The first difference; nothing if they are the same, or if only one of the two is an extract.
    pub divergence: Option<Divergence>,
    /// The differences by record and field.
    pub records: LineDifferences,
    /// The first cases that only one of them has or whose states differ, in the order of their first lines.
    pub cases: Vec<CaseDifference>,
    /// The number of cases that both have, with different states.
    pub differing: u64,
    /// The number of cases that only the first has.
    pub only_first: u64,
    /// The number of cases that only the second has.
    pub only_second: u64,
}

/// The first difference between two ledgers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0: the first that differs, or the end of the shorter ledger.
    pub byte: u64,
    /// The text of the first ledger from there on, shortened; nothing if it has ended.
    pub first: Option<String>,
    /// The text of the second ledger.
    pub second: Option<String>,
    /// The case of the line, if it is the same in both.
    pub case: Option<Uuid>,
    /// A sentence for people.
    pub text: String,
}

/// Which of two ledgers has a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Both ledgers.
    Both,
    /// Only the first ledger.
    First,
    /// Only the second ledger.
    Second,
}

/// The differences of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseDifference {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Which of the two ledgers has it.
    pub presence: Presence,
    /// Its stage in each.
    pub stages: (Option<Stage>, Option<Stage>),
    /// The number of its records in each.
    pub records: (u64, u64),
    /// The differences in the state of a case that both have; at most [`CaseDifference::MAX_CHANGES`].
    pub changes: Vec<StateChange>,
}

impl CaseDifference {
    /// The most changes reported for one case.
    pub const MAX_CHANGES: usize = 100;
}

/// A difference in the state of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// The path in the state, such as `teams.labor[lee].pledged`.
    pub path: String,
    /// The value in the first ledger as JSON, if it has one.
    pub first: Option<String>,
    /// The value in the second ledger as JSON, if it has one.
    pub second: Option<String>,
    /// The characters that differ, with their code points, if the texts look alike or have unusual characters.
    pub code_points: Option<String>,
    /// A sentence for people.
    pub text: String,
}

/// Compares two ledgers or extracts: their lines by field, and the states of their cases. At most `shown` lines and `shown`
/// cases are reported in full; the others are counted.
///
/// Records are matched by case and ID, and then by case and number in the case. Each ledger is judged as in an audit: events
/// that are not allowed are skipped. Memory grows with the number of cases, with `shown`, and with the number of lines between
/// a line and its partner, up to a limit of about 64 MiB for each ledger.
///
/// ```
/// use ibbi_audit::{LedgerSource, diff};
/// let ledger = std::fs::read_to_string("../../tests/golden/v1/referred.ledger")?;
/// let altered = ledger.replace("Rosa Amari", "Rosa Am\u{430}ri");
/// let diff = diff(LedgerSource::bytes(ledger.as_bytes()), LedgerSource::bytes(altered.as_bytes()), 10)?;
/// assert_eq!(diff.records.changed, 2);
/// assert!(diff.records.shown[0].text.starts_with("In case Otter Creek, record 2 (leader agreed): the name is"));
/// let code_points = "a (U+0061) in the first file and \u{430} (U+0430) in the second";
/// assert!(diff.records.shown.iter().all(|line| line.text.contains(code_points)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an [`AuditError`] if one of them can't be read.
pub fn diff(first: LedgerSource<'_>, second: LedgerSource<'_>, shown: usize) -> Result<Diff, AuditError> {
    diff_named(first, second, shown, DiffNames::Files)
}

/// Compares two ledgers or extracts as [`diff()`] does, in sentences with other names.
///
/// # Errors
/// Returns an [`AuditError`] if one of them can't be read.
pub fn diff_named(
    first: LedgerSource<'_>,
    second: LedgerSource<'_>,
    shown: usize,
    names: DiffNames,
) -> Result<Diff, AuditError> {
    // Seeded at random, so that an attacker can't make two different states with the same hash.
    let hasher = ahash::RandomState::new();
    let (mut first, mut second) = (DiffInput::new(first)?, DiffInput::new(second)?);
    let extracts = (first.extract_of(), second.extract_of());
    let is_mixed = extracts.0.is_some() != extracts.1.is_some();
    let only = if is_mixed { extracts.0.or(extracts.1) } else { None };
    let mut matcher = Matcher::new(extracts.0.is_some() || extracts.1.is_some(), shown);
    let mut divergence = None;
    loop {
        let (one, other) = (first.next_of(only, &hasher)?, second.next_of(only, &hasher)?);
        if matches!((&one, &other), (DiffLine::End, DiffLine::End)) {
            break;
        }
        if divergence.is_none() && !is_mixed {
            divergence = compare_lines(&one, &other, names);
        }
        matcher.take(one, other);
    }
    matcher.settle();
    let records = records::report(matcher, &mut first, &mut second, names)?;
    let mut diff = Diff {
        same: divergence.is_none() && records.is_empty(),
        case: only,
        names,
        lines: (first.lines(), second.lines()),
        divergence,
        records,
        cases: Vec::new(),
        differing: 0,
        only_first: 0,
        only_second: 0,
    };
    compare_cases(&mut diff, &mut first, &mut second, shown, &hasher)?;
    Ok(diff)
}

/// Returns the first difference of two lines, if they differ.
fn compare_lines(first: &DiffLine, second: &DiffLine, names: DiffNames) -> Option<Divergence> {
    let (one, other) = (first.bytes(), second.bytes());
    if first.is_same(second) {
        return None;
    }
    let (line, offset) = first.position().or(second.position())?;
    let column = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let byte = offset.saturating_add(u64::try_from(column).unwrap_or(u64::MAX));
    let shown = |next: &DiffLine, bytes: &[u8]| {
        next.position()?;
        let rest: String = String::from_utf8_lossy(bytes.get(column..).unwrap_or_default()).chars().take(80).collect();
        Some(rest)
    };
    let case = first.case().filter(|case| second.case() == Some(*case));
    let text = match (first.position(), second.position()) {
        (Some(_), None) => format!("{} ends before line {line}", names.ledgers().1),
        (None, Some(_)) => format!("{} ends before line {line}", names.ledgers().0),
        _ => format!("the ledgers are the same up to byte {byte}, in line {line}"),
    };
    Some(Divergence { line, byte, first: shown(first, one), second: shown(second, other), case, text })
}

fn compare_cases(
    diff: &mut Diff,
    first: &mut DiffInput<'_>,
    second: &mut DiffInput<'_>,
    shown: usize,
    hasher: &ahash::RandomState,
) -> Result<(), AuditError> {
    let mut differing = Vec::new();
    let only = diff.case;
    let compared = |case: &Uuid| only.is_none_or(|only| only == *case);
    for case in first.cases().into_iter().filter(compared) {
        let (one, other) = (first.fingerprint(case, hasher), second.fingerprint(case, hasher));
        match other {
            None => diff.only_first += 1,
            Some(_) if one != other => diff.differing += 1,
            Some(_) => continue,
        }
        differing.push(case);
    }
    for case in second.cases().into_iter().filter(compared) {
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
        let changes = if let (Some(one), Some(other)) = (&one, &other) {
            facts::changes(&facts(one), &facts(other), diff.names)
        } else {
            Vec::new()
        };
        diff.cases.push(CaseDifference {
            case,
            district: first.district(case).or_else(|| second.district(case)),
            presence,
            stages: (one.map(|case| case.stage()), other.map(|case| case.stage())),
            records: (first.records(case), second.records(case)),
            changes,
        });
    }
    Ok(())
}
