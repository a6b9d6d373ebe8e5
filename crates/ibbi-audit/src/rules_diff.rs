//! Which cases of a ledger come out differently under another program or another edition of the rules.
//!
//! Each line is judged twice: as it is, and with the other program in the opening of its case.

use crate::error::AuditError;
use crate::finding::Finding;
use crate::input::{LedgerSource, Opened, RandomAccess, SpoolWriter};
use crate::judge::{JudgeContext, Shard};
use crate::options::AuditOptions;
use ibbi_core::{Edition, Event, EventKind, Name, Outcome, Program, ProgramError, ProgramParameters, Stage, Unmet};
use ibbi_log::{LedgerLine, LineContent, LineReader, Lines, RawLine, Uuid, case_of};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// The rules to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherRules {
    /// Another program for every case.
    Program(Program),
    /// The program of each case under another edition of the rules.
    Edition(Edition),
}

impl OtherRules {
    fn of(&self, program: &Program) -> Result<Program, ProgramError> {
        match self {
            Self::Program(other) => Ok(other.clone()),
            Self::Edition(edition) if *edition == program.edition() => Ok(program.clone()),
            Self::Edition(edition) => Program::new(ProgramParameters {
                edition: *edition,
                edition_digest: None,
                ..program.parameters().clone()
            }),
        }
    }
}

/// The cases of a ledger that come out differently under other rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RulesDiff {
    /// The number of cases.
    pub cases: u64,
    /// The number of cases that come out differently, or whose program can't have the other rules.
    pub differing: u64,
    /// The first of them, in the order of their first lines.
    pub shown: Vec<CaseRulesDiff>,
}

/// A case that comes out differently under other rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseRulesDiff {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Its stage and outcome under its own rules.
    pub own: CaseResult,
    /// Its stage and outcome under the other rules.
    pub other: CaseResult,
    /// The number of records that only the other rules refuse.
    pub refused: u64,
    /// The number of records that only its own rules refuse.
    pub accepted: u64,
    /// The first record that only one of the two refuses.
    pub first: Option<RecordRulesDiff>,
    /// Why the other rules can't apply to the case's program; the case was then judged by its own rules only.
    pub unfit: Option<String>,
}

/// The stage and the outcome of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The stage.
    pub stage: Stage,
    /// The outcome, if the case is closed.
    pub outcome: Option<Outcome>,
}

/// A record that only one of two sets of rules refuses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordRulesDiff {
    /// The number of the record.
    pub seq: Option<u64>,
    /// The line, from 1.
    pub line: u64,
    /// The kind of event.
    pub event: Option<EventKind>,
    /// Whether the other rules refuse it. If not, its own rules do.
    pub refused: bool,
    /// The rules that it doesn't meet, and what was found.
    pub unmet: Vec<Unmet>,
}

#[derive(Default)]
struct Differences {
    refused: u64,
    accepted: u64,
    first: Option<RecordRulesDiff>,
    unfit: Option<String>,
}

/// Compares how the cases of a ledger come out with how they would under other rules. At most `shown` cases are reported in
/// full.
///
/// A move to another edition (`case_migrated`) that only the other rules refuse is not counted. Memory grows with the number of
/// cases, as in an audit; the altered lines are copied to an unnamed temporary file.
///
/// ```
/// use ibbi_audit::{LedgerSource, OtherRules, rules_diff};
/// use ibbi_core::{Program, ProgramParameters};
/// let ledger = std::fs::read("../../tests/golden/v1/completed-full-day.ledger")?;
/// let longer = Program::new(ProgramParameters { training: vec![600], ..Program::default().parameters().clone() })?;
/// let diff = rules_diff(LedgerSource::bytes(&ledger), &OtherRules::Program(longer), 10)?;
/// let first = diff.shown[0].first.as_ref().expect("a record");
/// assert_eq!((diff.differing, first.unmet[0].rule.id()), (1, "session.slot-length"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an [`AuditError`] if the ledger can't be read.
pub fn rules_diff(source: LedgerSource<'_>, rules: &OtherRules, shown: usize) -> Result<RulesDiff, AuditError> {
    let options = AuditOptions { max_cases: usize::MAX / 2, ..AuditOptions::default() };
    let Opened { reader, random_access, .. } = source.begin(options.max_stream)?;
    let altered = RandomAccess::spool().map_err(|source| AuditError::Spool { source })?;
    let mut own = Judge::new(&random_access, &options);
    let mut other = Judge::new(&altered, &options);
    let (mut lines, mut records) = (Lines::new(reader), LineReader::default());
    let mut differences: HashMap<Uuid, Differences> = HashMap::new();
    let (mut read, mut written) = (0, 0);
    loop {
        let next = lines.next().map_err(|source| AuditError::Read { offset: read, source })?;
        let Some(RawLine { number, offset, length, content }) = next else { break };
        read = offset + length;
        let LineContent::Whole(line, _) = content else { continue };
        let Some(case) = case_of(line) else { continue };
        let own_findings = own.judge(line, number, offset)?;
        let other_line = match other_opening(line, rules, &mut records) {
            Opening::Other(line) => line,
            Opening::Same => line.to_vec(),
            Opening::Unfit(error) => {
                differences.entry(case).or_default().unfit = Some(error.to_string());
                line.to_vec()
            }
        };
        let other_findings = other.judge(&other_line, number, written)?;
        written += u64::try_from(other_line.len()).unwrap_or(u64::MAX) + 1;
        compare(own_findings, other_findings, rules, &mut differences);
    }
    Ok(report(&own.shard, &other.shard, differences, shown))
}

/// A shard with the place from which its lines can be read again.
struct Judge<'a> {
    shard: Shard,
    spool: Option<SpoolWriter>,
    random_access: &'a RandomAccess<'a>,
    options: &'a AuditOptions,
}

impl<'a> Judge<'a> {
    fn new(random_access: &'a RandomAccess<'a>, options: &'a AuditOptions) -> Self {
        Self { shard: Shard::new(), spool: random_access.writer(), random_access, options }
    }

    /// Judges a line, and returns the findings about records that are refused.
    fn judge(&mut self, line: &[u8], number: u64, offset: u64) -> Result<Vec<Finding>, AuditError> {
        if let Some(spool) = &mut self.spool {
            let kept = spool.copy(line, offset).and_then(|()| spool.flush());
            kept.map_err(|source| AuditError::Spool { source })?;
        }
        let context = JudgeContext::new(self.options, self.random_access);
        let mut findings = Vec::new();
        self.shard.line(line, number, offset, &context, &mut findings)?;
        findings.retain(|finding| !finding.unmet().is_empty());
        Ok(findings)
    }
}

/// The line of an opening under other rules.
enum Opening {
    Other(Vec<u8>),
    Same,
    Unfit(ProgramError),
}

/// Returns the line with the other program if it is the opening of a case.
fn other_opening(line: &[u8], rules: &OtherRules, records: &mut LineReader) -> Opening {
    if memchr::memmem::find(line, b"\"type\":\"case_opened\"").is_none() {
        return Opening::Same;
    }
    let Ok(LedgerLine::Record(record)) = records.read(line) else { return Opening::Same };
    let Event::CaseOpened(opened) = &record.event else { return Opening::Same };
    let program = match rules.of(&opened.program) {
        Ok(program) if program == opened.program => return Opening::Same,
        Ok(program) => program,
        Err(error) => return Opening::Unfit(error),
    };
    let (Ok(mut value), Ok(program)) = (serde_json::from_slice::<Value>(line), serde_json::to_value(&program)) else {
        return Opening::Same;
    };
    value["data"]["program"] = program;
    Opening::Other(value.to_string().into_bytes())
}

/// Counts the records that only one of the two refuses.
fn compare(own: Vec<Finding>, other: Vec<Finding>, rules: &OtherRules, into: &mut HashMap<Uuid, Differences>) {
    let has = |findings: &[Finding], line| findings.iter().any(|finding| finding.line == line);
    let is_migration =
        |finding: &Finding| matches!(rules, OtherRules::Edition(_)) && finding.event == Some(EventKind::CaseMigrated);
    let accepted = own.iter().filter(|finding| !has(&other, finding.line)).map(|finding| (finding, false));
    let refused = other.iter().filter(|finding| !has(&own, finding.line)).map(|finding| (finding, true));
    for (finding, refused) in accepted.chain(refused).filter(|(finding, _)| !is_migration(finding)) {
        let Some(case) = finding.case else { continue };
        let found = into.entry(case).or_default();
        let count = if refused { &mut found.refused } else { &mut found.accepted };
        *count += 1;
        found.first.get_or_insert_with(|| RecordRulesDiff {
            seq: finding.seq,
            line: finding.line,
            event: finding.event,
            refused,
            unmet: finding.unmet().to_vec(),
        });
    }
}

fn report(own: &Shard, other: &Shard, mut found: HashMap<Uuid, Differences>, shown: usize) -> RulesDiff {
    let mut diff = RulesDiff { cases: 0, differing: 0, shown: Vec::new() };
    for case in &own.cases {
        diff.cases += 1;
        let result = |shard: &Shard| {
            let times = shard.case(case.id).map(|case| (case.times.stage, case.times.outcome));
            let (stage, outcome) = times.unwrap_or((Stage::Unopened, None));
            CaseResult { stage, outcome }
        };
        let (own, other) = (result(own), result(other));
        let differences = found.remove(&case.id);
        if own == other && differences.is_none() {
            continue;
        }
        diff.differing += 1;
        if diff.shown.len() < shown {
            let Differences { refused, accepted, first, unfit } = differences.unwrap_or_default();
            let (case, district) = (case.id, case.district.clone());
            diff.shown.push(CaseRulesDiff { case, district, own, other, refused, accepted, first, unfit });
        }
    }
    diff
}
