//! Telling: what the records of a case make, replayed through the core.

use super::gather::Gathered;
use super::road::Road;
use super::{ActorRow, CaseQuery, CaseReport, Moment, Stay, Until, WaitRow};
use crate::figures::Course;
use crate::figures::Who;
use crate::judge::{Live, State};
use ibbi_core::history::Entry;
use ibbi_core::{At, Case, CaseFile, EventKind, Stage};
use ibbi_log::Record;
use std::collections::HashMap;

pub(super) fn tell(gathered: Gathered, query: &CaseQuery) -> CaseReport {
    let Replayed { live, mut moments, numbers } = replay(&gathered, query);
    let entries = match &live.state {
        State::Loaded(history) => history.entries(),
        State::Light(_) => &[],
    };
    let seq_of = |number: u64| numbers.get(&number).map_or(number, |index| moments[*index].seq);
    let voided: Vec<_> =
        entries.iter().filter_map(|entry| Some((*numbers.get(&entry.seq)?, seq_of(entry.voided_by?)))).collect();
    let Told { case: state, course, road } = walk(entries, query.until, seq_of);
    for (index, by) in voided {
        moments[index].voided_by = Some(by);
    }
    let (mut later, mut findings) = (gathered.later, gathered.findings);
    if let Until::At(at) = query.until {
        let all = moments.len();
        moments.retain(|moment| moment.at <= at);
        later += u64::try_from(all - moments.len()).unwrap_or(u64::MAX);
        findings.retain(|finding| moments.iter().any(|moment| moment.line == finding.line));
    }
    let last = moments.iter().map(|moment| moment.logged).max().unwrap_or(At::MIN);
    let as_of = query.as_of.unwrap_or(match query.until {
        Until::At(at) | Until::Logged(at) => at,
        Until::End | Until::Seq(_) => last,
    });
    let opened = state.file().map(CaseFile::opened);
    CaseReport {
        case: query.case,
        district: opened.map(|opened| opened.district.clone()),
        time_zone: opened.map(|opened| opened.time_zone.clone()),
        as_of,
        stage: state.stage(),
        outcome: state.outcome(),
        actors: actors(&moments),
        stays: stays(&course, as_of),
        waiting: waiting(&course, as_of),
        road: road.finish(),
        lacking: state.lacks(as_of),
        findings,
        moments,
        later,
        state,
    }
}

/// A case replayed, with its records and under which number the core knows each that was accepted.
struct Replayed {
    live: Live,
    moments: Vec<Moment>,
    numbers: HashMap<u64, usize>,
}

/// Offers every record again, as an audit does, and notes what became of each.
fn replay(gathered: &Gathered, query: &CaseQuery) -> Replayed {
    let (mut live, mut moments, mut numbers) = (Live::with_history(), Vec::new(), HashMap::new());
    for record in &gathered.records {
        let Record { seq, rev, line, at, logged, .. } = *record;
        let advisories =
            if query.advisories { live.case().advise(&record.event, at, Some(logged)) } else { Vec::new() };
        let uncounted = gathered.uncounted.contains(&line);
        let refusal = if uncounted || gathered.repeated.contains(&line) {
            None
        } else {
            match live.offer(seq, at, record.event.clone()) {
                Ok(_) => {
                    numbers.insert(live.last_number(), moments.len());
                    None
                }
                Err(refusal) => Some(refusal),
            }
        };
        moments.push(Moment {
            seq,
            rev,
            line,
            at,
            logged,
            actor: record.actor.clone(),
            event: record.event.clone(),
            recorded: record.to,
            stage: live.case().stage(),
            accepted: refusal.is_none() && !gathered.repeated.contains(&line),
            refusal,
            voided_by: None,
            advisories,
        });
    }
    Replayed { live, moments, numbers }
}

struct Told {
    case: Case,
    course: Course,
    road: Road,
}

/// The state, the course and the road by the events that count; at an instant, by those that had happened.
fn walk(entries: &[Entry], until: Until, seq_of: impl Fn(u64) -> u64) -> Told {
    let mut told = Told { case: Case::default(), course: Course::new(), road: Road::default() };
    let reached = |at: At| if let Until::At(until) = until { at <= until } else { true };
    for entry in entries.iter().filter(|entry| entry.counts() && reached(entry.at)) {
        let before = told.case.stage();
        // Within a case time does not run backwards, so these are the first of those that were accepted.
        if told.case.offer(&entry.event, entry.at).is_ok() {
            told.course.step(entry.event.kind(), entry.at, &told.case);
            told.road.step(seq_of(entry.seq), entry.at, &entry.event, before, &told.case);
        }
    }
    told
}

fn actors(moments: &[Moment]) -> Vec<ActorRow> {
    let mut rows: Vec<ActorRow> = Vec::new();
    for moment in moments {
        let (kind, logged) = (moment.event.kind(), moment.logged);
        let index = rows.iter().position(|row| row.actor == moment.actor).unwrap_or_else(|| {
            let (actor, kinds, seqs) = (moment.actor.clone(), Vec::new(), Vec::new());
            rows.push(ActorRow { actor, records: 0, first: logged, last: logged, kinds, seqs });
            rows.len() - 1
        });
        let row = &mut rows[index];
        row.records += 1;
        (row.first, row.last) = (row.first.min(logged), row.last.max(logged));
        count(&mut row.kinds, kind);
        row.seqs.push(moment.seq);
    }
    rows
}

fn count(kinds: &mut Vec<(EventKind, u64)>, kind: EventKind) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, times)) => *times += 1,
        None => kinds.push((kind, 1)),
    }
}

fn stays(course: &Course, as_of: At) -> Vec<Stay> {
    let Some(opened) = course.opened() else { return Vec::new() };
    let after = |seconds: u32| At::from_millis(opened.millis() + i64::from(seconds) * 1000).unwrap_or(At::MAX);
    let stay = |(stage, entered, stayed): (Stage, u32, Option<u32>)| {
        let left = stayed.map(|stayed| after(entered.saturating_add(stayed)));
        let until = left.unwrap_or(as_of);
        let minutes = u64::try_from(until.minutes_since(after(entered))).unwrap_or(0);
        Stay { stage, entered: after(entered), left, minutes: if stage.is_open() { minutes } else { 0 } }
    };
    course.stays().map(stay).collect()
}

fn waiting(course: &Course, as_of: At) -> Vec<WaitRow> {
    let now = course.awaited();
    let row = |who: &Who| {
        let (waited, alone) = course.waited(*who, as_of);
        WaitRow { who: *who, minutes: u64::from(waited) / 60, alone: u64::from(alone) / 60, now: now.has(*who) }
    };
    Who::ALL.iter().map(row).filter(|row| row.minutes > 0 || row.now).collect()
}
