//! Telling: what the records of a case make, replayed through the core.

use super::gather::Gathered;
use super::road::Road;
use super::{ActorRow, CaseQuery, CaseReport, Moment, Stay, Until, WaitRow};
use crate::course::Course;
use crate::waiting::Who;
use ibbi_core::{At, Case, CaseFile, EventKind, History, Stage};
use ibbi_log::Record;

pub(super) fn tell(gathered: Gathered, query: &CaseQuery) -> CaseReport {
    let (history, mut moments) = replay(&gathered, query);
    for entry in history.entries().iter().filter(|entry| entry.voided_by.is_some()) {
        for moment in moments.iter_mut().filter(|moment| moment.accepted && moment.seq == entry.seq) {
            moment.voided_by = entry.voided_by;
        }
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
    let Told { case: state, course, road } = walk(&history, query.until);
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

/// Offers every record again, and notes what became of each.
fn replay(gathered: &Gathered, query: &CaseQuery) -> (History, Vec<Moment>) {
    let mut history = History::new();
    let moment = |record: &Record| {
        let Record { seq, rev, line, at, logged, .. } = *record;
        let advisories =
            if query.advisories { history.case().advise(&record.event, at, Some(logged)) } else { Vec::new() };
        let answer = if gathered.repeated.contains(&line) {
            None
        } else {
            Some(history.offer(seq, at, record.event.clone()).err())
        };
        let uncounted = gathered.uncounted.contains(&line);
        let accepted = uncounted || matches!(answer, Some(None));
        Moment {
            seq,
            rev,
            line,
            at,
            logged,
            actor: record.actor.clone(),
            event: record.event.clone(),
            recorded: record.to,
            stage: history.case().stage(),
            accepted,
            refusal: answer.flatten().filter(|_| !uncounted),
            voided_by: None,
            advisories,
        }
    };
    let moments = gathered.records.iter().map(moment).collect();
    (history, moments)
}

struct Told {
    case: Case,
    course: Course,
    road: Road,
}

/// The state, the course and the road by the events that count; at an instant, by those that had happened.
fn walk(history: &History, until: Until) -> Told {
    let mut told = Told { case: Case::default(), course: Course::new(), road: Road::default() };
    let reached = |at: At| if let Until::At(until) = until { at <= until } else { true };
    for entry in history.entries().iter().filter(|entry| entry.counts() && reached(entry.at)) {
        let before = told.case.stage();
        // Within a case time does not run backwards, so these are the first of those that were accepted.
        if told.case.offer(&entry.event, entry.at).is_ok() {
            told.course.step(entry.event.kind(), entry.at, &told.case);
            told.road.step(entry.seq, entry.at, &entry.event, before, &told.case);
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
    let course = course.clone().as_of(as_of);
    let row = |who: &Who| {
        let (waited, alone) = course.waited(*who);
        WaitRow { who: *who, minutes: u64::from(waited) / 60, alone: u64::from(alone) / 60, now: now.has(*who) }
    };
    Who::ALL.iter().map(row).filter(|row| row.minutes > 0 || row.now).collect()
}
