//! Figures: counts, times, variants and months out of the courses of the cases.

mod course;
mod waiting;

pub(crate) use course::Course;
pub use waiting::Who;

use crate::finding::{FindingKind, Severity};
use crate::judge::Track;
use crate::options::{Filter, Options};
use crate::report::{
    CaseCounts, CaseSummary, EventCounts, FitnessSpread, Month, OutcomeCount, OutcomeTimes, Spread, StageCount,
    StageTimes, Step, Variant, Variants, Waiting,
};
use chrono::Datelike;
use ibbi_common::quantile::nearest_rank;
use ibbi_common::zone::Zone;
use ibbi_core::{At, EventKind, Outcome, Stage};
use ibbi_log::Uuid;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// What is measured, over the cases that the filter lets pass.
pub(crate) struct Measured {
    pub(crate) cases: CaseCounts,
    pub(crate) events: EventCounts,
    pub(crate) stages: Vec<StageTimes>,
    pub(crate) outcomes: Vec<OutcomeTimes>,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) variants: Variants<EventKind>,
    pub(crate) paths: Variants<Stage>,
    pub(crate) months: Vec<Month>,
}

impl Measured {
    /// Measures cases, which come in the order of their first lines.
    pub(crate) fn of(tracks: &[&Track], as_of: At, options: &Options) -> Self {
        let tracks: Vec<_> = tracks.iter().copied().filter(|track| passes(track, &options.filter)).collect();
        let sequences = || {
            let variants = variants(&tracks, options.variants, |track| track.course.kinds(), steps);
            (variants, self::variants(&tracks, options.variants, path, |path| path))
        };
        let figures = || (stage_times(&tracks, as_of), waiting(&tracks, as_of));
        let ((variants, paths), (stages, waiting)) = both(options.threads > 1, sequences, figures);
        Self {
            cases: case_counts(&tracks),
            events: event_counts(&tracks),
            stages,
            outcomes: outcome_times(&tracks),
            waiting,
            variants,
            paths,
            months: months(&tracks),
        }
    }
}

/// Does two things, at the same time if that is asked for and can be had.
fn both<A: Send, B>(at_once: bool, one: impl Fn() -> A + Sync, other: impl Fn() -> B) -> (A, B) {
    if !at_once {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let first = std::thread::Builder::new().spawn_scoped(scope, &one);
        let second = other();
        let first = first.ok().and_then(|thread| thread.join().ok());
        (first.unwrap_or_else(&one), second)
    })
}

/// Whether a case is measured.
pub(crate) fn passes(track: &Track, filter: &Filter) -> bool {
    (filter.cases.is_empty() || filter.cases.contains(&track.id))
        && filter.since.is_none_or(|since| track.logged >= since)
        && filter.outcome.is_none_or(|outcome| track.course.outcome == Some(outcome))
        && (filter.codes.is_empty() || filter.codes.iter().any(|kind| track.has(*kind)))
}

/// A case in a few figures.
pub(crate) fn summary(track: &Track) -> CaseSummary {
    CaseSummary {
        case: track.id,
        district: track.district.clone(),
        line: track.first_line,
        stage: track.course.stage,
        outcome: track.course.outcome,
        opened: track.course.opened(),
        last: track.course.last(),
        records: track.counts.records.into(),
        accepted: track.counts.accepted.into(),
        illegal: track.counts.illegal.into(),
        consequences: track.counts.consequences.into(),
        fitness: fitness(track).unwrap_or(0.0),
        findings: FindingKind::ALL.iter().copied().filter(|kind| track.has(*kind)).collect(),
    }
}

/// Accepted over all records; nothing without a record.
fn fitness(track: &Track) -> Option<f64> {
    share(track.counts.accepted.into(), track.counts.records.into())
}

#[allow(clippy::cast_precision_loss, reason = "counts of records stay far below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_faulty(track: &Track) -> bool {
    FindingKind::ALL.iter().any(|kind| kind.severity() == Severity::Error && track.has(*kind))
}

/// How many of each of a closed set, those without any left out.
fn tally<T: Copy + PartialEq, R>(all: &[T], found: &[T], row: impl Fn(T, u64) -> R) -> Vec<R> {
    let count = |one: T| wide(found.iter().filter(|other| **other == one).count());
    let rows = all.iter().map(|one| (*one, count(*one))).filter(|(_, count)| *count > 0);
    rows.map(|(one, count)| row(one, count)).collect()
}

fn by_outcome(outcomes: &[Outcome]) -> Vec<OutcomeCount> {
    tally(Outcome::ALL, outcomes, |outcome, cases| OutcomeCount { outcome, cases })
}

fn case_counts(tracks: &[&Track]) -> CaseCounts {
    let stages: Vec<Stage> = tracks.iter().map(|track| track.course.stage).collect();
    let outcomes: Vec<Outcome> = tracks.iter().filter_map(|track| track.course.outcome).collect();
    let count = |test: fn(Stage) -> bool| wide(stages.iter().filter(|stage| test(**stage)).count());
    CaseCounts {
        total: wide(tracks.len()),
        open: count(Stage::is_open),
        closed: count(|stage| stage == Stage::Closed),
        unopened: count(|stage| stage == Stage::Unopened),
        faulty: wide(tracks.iter().filter(|track| is_faulty(track)).count()),
        by_stage: tally(Stage::ALL, &stages, |stage, cases| StageCount { stage, cases }),
        by_outcome: by_outcome(&outcomes),
    }
}

fn event_counts(tracks: &[&Track]) -> EventCounts {
    let mut counts = EventCounts::default();
    for Track { counts: of, .. } in tracks {
        counts.total += u64::from(of.records);
        counts.accepted += u64::from(of.accepted);
        counts.illegal += u64::from(of.illegal);
        counts.consequences += u64::from(of.consequences);
        counts.repeated += u64::from(of.repeated);
        counts.voids += u64::from(of.voids);
    }
    counts.fitness = share(counts.accepted, counts.total);
    let mut each: Vec<f64> = tracks.iter().filter_map(|track| fitness(track)).collect();
    each.sort_by(f64::total_cmp);
    let at = |percent| nearest_rank(&each, percent).copied();
    counts.by_case = at(0).zip(at(10)).zip(at(50)).map(|((least, p10), median)| FitnessSpread {
        perfect: wide(tracks.iter().filter(|track| track.counts.accepted == track.counts.records).count()),
        least,
        p10,
        median,
    });
    counts
}

/// How seconds are spread, in whole minutes.
fn spread(mut seconds: Vec<u64>) -> Option<Spread> {
    seconds.sort_unstable();
    let at = |percent| nearest_rank(&seconds, percent).map(|seconds| seconds / 60);
    Some(Spread {
        count: wide(seconds.len()),
        least: at(0)?,
        median: at(50)?,
        p80: at(80)?,
        p90: at(90)?,
        most: at(100)?,
        sum: seconds.iter().sum::<u64>() / 60,
    })
}

fn stage_times(tracks: &[&Track], as_of: At) -> Vec<StageTimes> {
    let mut left: Vec<Vec<u64>> = vec![Vec::new(); Stage::ALL.len()];
    let mut still = left.clone();
    for track in tracks {
        let course = &track.course;
        let Some(opened) = course.opened() else { continue };
        let now = u64::try_from(as_of.millis().saturating_sub(opened.millis())).unwrap_or(0) / 1000;
        for (stage, entered, stayed) in course.stays().filter(|(stage, ..)| stage.is_open()) {
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

fn outcome_times(tracks: &[&Track]) -> Vec<OutcomeTimes> {
    let seconds = |track: &&Track| {
        let (opened, closed) = (track.course.opened()?, track.course.closed()?);
        u64::try_from(closed.millis().saturating_sub(opened.millis()) / 1000).ok()
    };
    let times = |outcome: &Outcome| {
        let ended = tracks.iter().filter(|track| track.course.outcome == Some(*outcome));
        Some(OutcomeTimes { outcome: *outcome, time: spread(ended.filter_map(seconds).collect())? })
    };
    Outcome::ALL.iter().filter_map(times).collect()
}

fn waiting(tracks: &[&Track], as_of: At) -> Vec<Waiting> {
    let mut waited: Vec<Vec<u64>> = vec![Vec::new(); Who::ALL.len()];
    let mut alone = vec![0_u64; Who::ALL.len()];
    for track in tracks {
        for who in Who::ALL {
            let (seconds, by_itself) = track.course.waited(*who, as_of);
            if seconds >= 60 {
                waited[*who as usize].push(seconds.into());
            }
            alone[*who as usize] += u64::from(by_itself);
        }
    }
    let rows = Who::ALL.iter().zip(waited).zip(alone);
    rows.filter_map(|((who, waited), alone)| Some(Waiting { who: *who, waited: spread(waited)?, alone: alone / 60 }))
        .collect()
}

fn path(track: &Track) -> Vec<Stage> {
    track.course.stays().map(|(stage, ..)| stage).collect()
}

/// How often a sequence came with an outcome, and the line and the case where it came first.
type Sequences<K> = HashMap<(K, Option<Outcome>), (u64, u64, Uuid), ahash::RandomState>;

/// Counts sequences; the most frequent first, and of equally frequent ones the one that came first.
fn variants<'a, K: Hash + Eq, T: Copy + PartialEq>(
    tracks: &[&'a Track],
    shown: usize,
    key: impl Fn(&'a Track) -> K,
    show: impl Fn(K) -> Vec<T>,
) -> Variants<T> {
    let begun = || tracks.iter().filter(|track| track.course.opened().is_some());
    let mut counts = Sequences::default();
    for track in begun() {
        let count = counts.entry((key(track), track.course.outcome)).or_insert((0, track.first_line, track.id));
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

/// A sequence with what came several times in a row drawn together.
fn runs<T: Copy + PartialEq>(sequence: Vec<T>) -> Vec<Step<T>> {
    let mut steps: Vec<Step<T>> = Vec::new();
    for what in sequence {
        match steps.last_mut() {
            Some(last) if last.what == what => last.times += 1,
            _ => steps.push(Step { what, times: 1 }),
        }
    }
    steps
}

/// The kinds behind the codes of a course.
fn steps(codes: &[(u8, u8)]) -> Vec<EventKind> {
    let kind = |code: u8| EventKind::ALL.get(usize::from(code)).copied();
    codes.iter().flat_map(|(code, times)| kind(*code).into_iter().cycle().take((*times).into())).collect()
}

/// Returns the year and the month that a zone's clocks show; without a zone, those of UTC.
fn month_in(at: At, zone: Option<Zone>) -> (i32, u32) {
    let day = zone.unwrap_or(Zone::UTC).date(at).to_chrono();
    (day.year(), day.month())
}

fn months(tracks: &[&Track]) -> Vec<Month> {
    let mut rows: BTreeMap<(i32, u32), (u64, Vec<Outcome>)> = BTreeMap::new();
    for track in tracks {
        if let Some(opened) = track.course.opened() {
            rows.entry(month_in(opened, track.zone)).or_default().0 += 1;
        }
        if let (Some(closed), Some(outcome)) = (track.course.closed(), track.course.outcome) {
            rows.entry(month_in(closed, track.zone)).or_default().1.push(outcome);
        }
    }
    let month = |((year, month), (opened, ended)): ((i32, u32), (u64, Vec<Outcome>))| Month {
        month: format!("{year:04}-{month:02}"),
        opened,
        closed: by_outcome(&ended),
    };
    rows.into_iter().map(month).collect()
}
