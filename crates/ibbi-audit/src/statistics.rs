//! Statistics: counts, times, variants, and months of the cases.

use crate::finding::{FindingKind, Severity};
use crate::judge::AuditedCase;
use crate::options::{AuditFilter, AuditOptions};
use crate::report::{
    AuditedCaseSummary, CaseCounts, EventCounts, FitnessSpread, MonthCounts, OutcomeCount, OutcomeTimes, SequenceStep,
    StageCount, StageTimes, TimeSpread, Variant, Variants, WaitingTimes,
};
use chrono::Datelike;
use ibbi_common::quantile::nearest_rank;
use ibbi_common::zone::Zone;
use ibbi_core::{At, EventKind, Outcome, Stage, WaitingFor};
use ibbi_log::Uuid;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The statistics of the cases that the filter includes.
pub(crate) struct Statistics {
    pub(crate) cases: CaseCounts,
    pub(crate) events: EventCounts,
    pub(crate) stages: Vec<StageTimes>,
    pub(crate) outcomes: Vec<OutcomeTimes>,
    pub(crate) waiting: Vec<WaitingTimes>,
    pub(crate) variants: Variants<EventKind>,
    pub(crate) paths: Variants<Stage>,
    pub(crate) months: Vec<MonthCounts>,
}

impl Statistics {
    /// Measures cases, which must be in the order of their first lines.
    pub(crate) fn new(cases: &[&AuditedCase], as_of: At, options: &AuditOptions) -> Self {
        let cases: Vec<_> = cases.iter().copied().filter(|case| includes(&options.filter, case)).collect();
        let sequences = || {
            let variants = variants(&cases, options.variants, |case| case.times.kinds(), steps);
            (variants, self::variants(&cases, options.variants, path, |path| path))
        };
        let times = || (stage_times(&cases, as_of), waiting(&cases, as_of));
        let ((variants, paths), (stages, waiting)) = both(options.threads > 1, sequences, times);
        Self {
            cases: case_counts(&cases),
            events: event_counts(&cases),
            stages,
            outcomes: outcome_times(&cases),
            waiting,
            variants,
            paths,
            months: months(&cases),
        }
    }
}

/// Calls two functions, at the same time if `parallel` is set and a thread is available.
fn both<A: Send, B>(parallel: bool, one: impl Fn() -> A + Sync, other: impl Fn() -> B) -> (A, B) {
    if !parallel {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let first = std::thread::Builder::new().spawn_scoped(scope, &one);
        let second = other();
        let first = first.ok().and_then(|thread| thread.join().ok());
        (first.unwrap_or_else(&one), second)
    })
}

/// Returns whether the filter includes a case.
pub(crate) fn includes(filter: &AuditFilter, case: &AuditedCase) -> bool {
    (filter.cases.is_empty() || filter.cases.contains(&case.id))
        && filter.since.is_none_or(|since| case.logged >= since)
        && filter.outcome.is_none_or(|outcome| case.times.outcome == Some(outcome))
        && (filter.codes.is_empty() || filter.codes.iter().any(|kind| case.has(*kind)))
}

/// Returns a summary of a case.
pub(crate) fn summary(case: &AuditedCase) -> AuditedCaseSummary {
    AuditedCaseSummary {
        case: case.id,
        district: case.district.clone(),
        line: case.first_line,
        stage: case.times.stage,
        outcome: case.times.outcome,
        opened: case.times.opened(),
        last: case.times.last(),
        records: case.counts.records.into(),
        accepted: case.counts.accepted.into(),
        illegal: case.counts.illegal.into(),
        consequences: case.counts.consequences.into(),
        fitness: fitness(case).unwrap_or(0.0),
        findings: FindingKind::ALL.iter().copied().filter(|kind| case.has(*kind)).collect(),
    }
}

/// Returns the share of the records that were accepted, or nothing without a record.
fn fitness(case: &AuditedCase) -> Option<f64> {
    share(case.counts.accepted.into(), case.counts.records.into())
}

#[allow(clippy::cast_precision_loss, reason = "counts of records stay far below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_faulty(case: &AuditedCase) -> bool {
    FindingKind::ALL.iter().any(|kind| kind.severity() == Severity::Error && case.has(*kind))
}

/// Counts each member of a closed set, and leaves out those that don't occur.
fn counts<T: Copy + PartialEq, R>(all: &[T], found: &[T], row: impl Fn(T, u64) -> R) -> Vec<R> {
    let count = |one: T| wide(found.iter().filter(|other| **other == one).count());
    let rows = all.iter().map(|one| (*one, count(*one))).filter(|(_, count)| *count > 0);
    rows.map(|(one, count)| row(one, count)).collect()
}

fn by_outcome(outcomes: &[Outcome]) -> Vec<OutcomeCount> {
    counts(Outcome::ALL, outcomes, |outcome, cases| OutcomeCount { outcome, cases })
}

fn case_counts(cases: &[&AuditedCase]) -> CaseCounts {
    let stages: Vec<Stage> = cases.iter().map(|case| case.times.stage).collect();
    let outcomes: Vec<Outcome> = cases.iter().filter_map(|case| case.times.outcome).collect();
    let count = |test: fn(Stage) -> bool| wide(stages.iter().filter(|stage| test(**stage)).count());
    CaseCounts {
        total: wide(cases.len()),
        open: count(Stage::is_open),
        closed: count(|stage| stage == Stage::Closed),
        unopened: count(|stage| stage == Stage::Unopened),
        faulty: wide(cases.iter().filter(|case| is_faulty(case)).count()),
        by_stage: counts(Stage::ALL, &stages, |stage, cases| StageCount { stage, cases }),
        by_outcome: by_outcome(&outcomes),
    }
}

fn event_counts(cases: &[&AuditedCase]) -> EventCounts {
    let mut counts = EventCounts::default();
    for AuditedCase { counts: of, .. } in cases {
        counts.total += u64::from(of.records);
        counts.accepted += u64::from(of.accepted);
        counts.illegal += u64::from(of.illegal);
        counts.consequences += u64::from(of.consequences);
        counts.repeated += u64::from(of.repeated);
        counts.voids += u64::from(of.voids);
    }
    counts.fitness = share(counts.accepted, counts.total);
    let mut each: Vec<f64> = cases.iter().filter_map(|case| fitness(case)).collect();
    each.sort_by(f64::total_cmp);
    let at = |percent| nearest_rank(&each, percent).copied();
    counts.by_case = at(0).zip(at(10)).zip(at(50)).map(|((least, p10), median)| FitnessSpread {
        perfect: wide(cases.iter().filter(|case| case.counts.accepted == case.counts.records).count()),
        least,
        p10,
        median,
    });
    counts
}

/// Returns the spread of some seconds, in whole minutes.
fn spread(mut seconds: Vec<u64>) -> Option<TimeSpread> {
    seconds.sort_unstable();
    let at = |percent| nearest_rank(&seconds, percent).map(|seconds| seconds / 60);
    Some(TimeSpread {
        count: wide(seconds.len()),
        least: at(0)?,
        median: at(50)?,
        p80: at(80)?,
        p90: at(90)?,
        most: at(100)?,
        sum: seconds.iter().sum::<u64>() / 60,
    })
}

fn stage_times(cases: &[&AuditedCase], as_of: At) -> Vec<StageTimes> {
    let mut left: Vec<Vec<u64>> = vec![Vec::new(); Stage::ALL.len()];
    let mut still = left.clone();
    for case in cases {
        let times = &case.times;
        let Some(opened) = times.opened() else { continue };
        let now = u64::try_from(as_of.millis().saturating_sub(opened.millis())).unwrap_or(0) / 1000;
        for (stage, entered, stayed) in times.stages().filter(|(stage, ..)| stage.is_open()) {
            match stayed {
                Some(stayed) => left[stage as usize].push(stayed.into()),
                None => still[stage as usize].push(now.saturating_sub(entered.into())),
            }
        }
    }
    let rows = Stage::ALL.iter().zip(left).zip(still);
    let times =
        rows.map(|((stage, left), still)| StageTimes { stage: *stage, left: spread(left), still: spread(still) });
    times.filter(|times| times.left.is_some() || times.still.is_some()).collect()
}

fn outcome_times(cases: &[&AuditedCase]) -> Vec<OutcomeTimes> {
    let seconds = |case: &&AuditedCase| {
        let (opened, closed) = (case.times.opened()?, case.times.closed()?);
        u64::try_from(closed.millis().saturating_sub(opened.millis()) / 1000).ok()
    };
    let times = |outcome: &Outcome| {
        let ended = cases.iter().filter(|case| case.times.outcome == Some(*outcome));
        Some(OutcomeTimes { outcome: *outcome, time: spread(ended.filter_map(seconds).collect())? })
    };
    Outcome::ALL.iter().filter_map(times).collect()
}

fn waiting(cases: &[&AuditedCase], as_of: At) -> Vec<WaitingTimes> {
    let mut waited: Vec<Vec<u64>> = vec![Vec::new(); WaitingFor::ALL.len()];
    let mut alone = vec![0_u64; WaitingFor::ALL.len()];
    for case in cases {
        for who in WaitingFor::ALL {
            let (seconds, by_itself) = case.times.waited(*who, as_of);
            if seconds >= 60 {
                waited[*who as usize].push(seconds.into());
            }
            alone[*who as usize] += u64::from(by_itself);
        }
    }
    let rows = WaitingFor::ALL.iter().zip(waited).zip(alone);
    rows.filter_map(|((who, waited), alone)| {
        Some(WaitingTimes { who: *who, waited: spread(waited)?, alone: alone / 60 })
    })
    .collect()
}

fn path(case: &AuditedCase) -> Vec<Stage> {
    case.times.stages().map(|(stage, ..)| stage).collect()
}

/// The number of cases with a sequence and an outcome, and the line and the case where it occurred first.
type Sequences<K> = HashMap<(K, Option<Outcome>), (u64, u64, Uuid), ahash::RandomState>;

/// Counts sequences: the most frequent first, and among equally frequent ones the one that occurred first.
fn variants<'a, K: Hash + Eq, T: Copy + PartialEq>(
    cases: &[&'a AuditedCase],
    shown: usize,
    key: impl Fn(&'a AuditedCase) -> K,
    show: impl Fn(K) -> Vec<T>,
) -> Variants<T> {
    let begun = || cases.iter().filter(|case| case.times.opened().is_some());
    let mut counts = Sequences::default();
    for case in begun() {
        let count = counts.entry((key(case), case.times.outcome)).or_insert((0, case.first_line, case.id));
        count.0 += 1;
    }
    let (distinct, whole) = (wide(counts.len()), wide(begun().count()));
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, (count, line, _))| (core::cmp::Reverse(*count), *line));
    let first = rows.into_iter().take(shown).map(|((key, outcome), (cases, _, example))| Variant {
        steps: runs(show(key)),
        outcome,
        cases,
        share: share(cases, whole).unwrap_or(0.0),
        example,
    });
    Variants { distinct, first: first.collect() }
}

/// Returns a sequence with repeated steps combined.
fn runs<T: Copy + PartialEq>(sequence: Vec<T>) -> Vec<SequenceStep<T>> {
    let mut steps: Vec<SequenceStep<T>> = Vec::new();
    for what in sequence {
        match steps.last_mut() {
            Some(last) if last.what == what => last.times += 1,
            _ => steps.push(SequenceStep { what, times: 1 }),
        }
    }
    steps
}

/// Returns the kinds of event of some codes.
fn steps(codes: &[(u8, u8)]) -> Vec<EventKind> {
    let kind = |code: u8| EventKind::ALL.get(usize::from(code)).copied();
    codes.iter().flat_map(|(code, times)| kind(*code).into_iter().cycle().take((*times).into())).collect()
}

/// Returns the year and the month in a time zone, or in UTC without one.
fn month_in(at: At, zone: Option<Zone>) -> (i32, u32) {
    let day = zone.unwrap_or(Zone::UTC).date(at).to_chrono();
    (day.year(), day.month())
}

fn months(cases: &[&AuditedCase]) -> Vec<MonthCounts> {
    let mut rows: BTreeMap<(i32, u32), (u64, Vec<Outcome>)> = BTreeMap::new();
    for case in cases {
        if let Some(opened) = case.times.opened() {
            rows.entry(month_in(opened, case.zone)).or_default().0 += 1;
        }
        if let (Some(closed), Some(outcome)) = (case.times.closed(), case.times.outcome) {
            rows.entry(month_in(closed, case.zone)).or_default().1.push(outcome);
        }
    }
    let month = |((year, month), (opened, ended)): ((i32, u32), (u64, Vec<Outcome>))| MonthCounts {
        month: format!("{year:04}-{month:02}"),
        opened,
        closed: by_outcome(&ended),
    };
    rows.into_iter().map(month).collect()
}
