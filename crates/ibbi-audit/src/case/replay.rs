//! The report on a case, made by replaying its records through the core.

use super::milestones::MilestoneRecorder;
use super::records::CaseRecords;
use super::{ActorActivity, CaseQuery, CaseRecord, CaseReport, CaseUntil, CaseWaiting, StageStay};
use crate::case_times::CaseTimes;
use crate::judge::{CaseState, Held};
use ibbi_core::HistoryEntry;
use ibbi_core::{At, Case, CaseFile, EventKind, Stage, WaitingFor};
use ibbi_log::{LineRecord, Record};
use std::collections::HashMap;

pub(super) fn report(input: CaseRecords, query: &CaseQuery) -> CaseReport {
    let ReplayedRecords { core_state, mut records, numbers } = replay(&input, query);
    let (start, entries) = match &core_state.held {
        Held::History(history) => (history.start(), history.entries()),
        Held::State(_) => (Case::default(), &[][..]),
    };
    let seq_of = |number: u64| numbers.get(&number).map_or(number, |index| records[*index].seq);
    let voided: Vec<_> =
        entries.iter().filter_map(|entry| Some((*numbers.get(&entry.seq)?, seq_of(entry.voided_by?)))).collect();
    let CountedReplay { case: state, times, milestones } = replay_counted(start, entries, query.until, seq_of);
    for (index, by) in voided {
        records[index].voided_by = Some(by);
    }
    let (mut later, mut findings) = (input.later, input.findings);
    if let CaseUntil::At(at) = query.until {
        let all = records.len();
        records.retain(|record| record.at <= at);
        later += u64::try_from(all - records.len()).unwrap_or(u64::MAX);
        findings.retain(|finding| records.iter().any(|record| record.line == finding.line));
    }
    let last = records.iter().map(|record| record.logged).max().unwrap_or(At::MIN);
    let as_of = query.as_of.unwrap_or(match query.until {
        CaseUntil::At(at) | CaseUntil::Logged(at) => at,
        CaseUntil::End | CaseUntil::Seq(_) => last,
    });
    let opened = state.file().map(CaseFile::opened);
    CaseReport {
        case: query.case,
        district: opened.map(|opened| opened.district.clone()),
        time_zone: opened.map(|opened| opened.time_zone.clone()),
        as_of,
        stage: state.stage(),
        outcome: state.outcome(),
        actors: actors(&records),
        stages: stages(&times, as_of),
        waiting: waiting(&times, as_of),
        milestones: milestones.finish(),
        lacking: state.lacks(as_of),
        findings,
        records,
        later,
        state,
    }
}

/// A replayed case: its records, and the index of each accepted one by the number that the core knows.
struct ReplayedRecords {
    core_state: CaseState,
    records: Vec<CaseRecord>,
    numbers: HashMap<u64, usize>,
}

/// Offers every record to the core again, as an audit does, and keeps the result of each.
fn replay(input: &CaseRecords, query: &CaseQuery) -> ReplayedRecords {
    let (mut core_state, mut records, mut numbers) = (CaseState::with_history(), Vec::new(), HashMap::new());
    for record in &input.records {
        let LineRecord { record: Record { seq, rev, at, logged, .. }, line, .. } = *record;
        let advisories =
            if query.advisories { core_state.case().advise(&record.event, at, Some(logged)) } else { Vec::new() };
        let uncounted = input.uncounted.contains(&line);
        let refusal = if uncounted || input.repeated.contains(&line) {
            None
        } else {
            match core_state.offer(seq, at, record.event.clone()) {
                Ok(_) => {
                    numbers.insert(core_state.last_number(), records.len());
                    None
                }
                Err(refusal) => Some(refusal),
            }
        };
        records.push(CaseRecord {
            seq,
            rev,
            line,
            at,
            logged,
            actor: record.actor.clone(),
            event: record.event.clone(),
            recorded: record.to,
            stage: core_state.case().stage(),
            accepted: refusal.is_none() && !input.repeated.contains(&line),
            refusal,
            voided_by: None,
            advisories,
        });
    }
    ReplayedRecords { core_state, records, numbers }
}

struct CountedReplay {
    case: Case,
    times: CaseTimes,
    milestones: MilestoneRecorder,
}

/// Replays the events that count. For an instant, only those that had happened by then.
fn replay_counted(
    start: Case,
    entries: &[HistoryEntry],
    until: CaseUntil,
    seq_of: impl Fn(u64) -> u64,
) -> CountedReplay {
    let mut replayed = CountedReplay { case: start, times: CaseTimes::new(), milestones: MilestoneRecorder::default() };
    let reached = |at: At| if let CaseUntil::At(until) = until { at <= until } else { true };
    for entry in entries.iter().filter(|entry| entry.counts() && reached(entry.at)) {
        let before = replayed.case.stage();
        // Within a case, time does not go back, so these are the first of the accepted events.
        if replayed.case.offer(&entry.event, entry.at).is_ok() {
            replayed.times.step(entry.event.kind(), entry.at, &replayed.case);
            replayed.milestones.step(seq_of(entry.seq), entry.at, &entry.event, before, &replayed.case);
        }
    }
    replayed
}

fn actors(records: &[CaseRecord]) -> Vec<ActorActivity> {
    let mut rows: Vec<ActorActivity> = Vec::new();
    for record in records {
        let (kind, logged) = (record.event.kind(), record.logged);
        let index = rows.iter().position(|row| row.actor == record.actor).unwrap_or_else(|| {
            let (actor, kinds, seqs) = (record.actor.clone(), Vec::new(), Vec::new());
            rows.push(ActorActivity { actor, records: 0, first: logged, last: logged, kinds, seqs });
            rows.len() - 1
        });
        let row = &mut rows[index];
        row.records += 1;
        (row.first, row.last) = (row.first.min(logged), row.last.max(logged));
        count(&mut row.kinds, kind);
        row.seqs.push(record.seq);
    }
    rows
}

fn count(kinds: &mut Vec<(EventKind, u64)>, kind: EventKind) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, times)) => *times += 1,
        None => kinds.push((kind, 1)),
    }
}

fn stages(times: &CaseTimes, as_of: At) -> Vec<StageStay> {
    let Some(opened) = times.opened() else { return Vec::new() };
    let after = |seconds: u32| At::from_millis(opened.millis() + i64::from(seconds) * 1000).unwrap_or(At::MAX);
    let stage_time = |(stage, entered, stayed): (Stage, u32, Option<u32>)| {
        let left = stayed.map(|stayed| after(entered.saturating_add(stayed)));
        let until = left.unwrap_or(as_of);
        let minutes = u64::try_from(until.minutes_since(after(entered))).unwrap_or(0);
        StageStay { stage, entered: after(entered), left, minutes: if stage.is_open() { minutes } else { 0 } }
    };
    times.stages().map(stage_time).collect()
}

fn waiting(times: &CaseTimes, as_of: At) -> Vec<CaseWaiting> {
    let now = times.waiting_for();
    let row = |who: &WaitingFor| {
        let (waited, alone) = times.waited(*who, as_of);
        CaseWaiting { who: *who, minutes: u64::from(waited) / 60, alone: u64::from(alone) / 60, now: now.has(*who) }
    };
    WaitingFor::ALL.iter().map(row).filter(|row| row.minutes > 0 || row.now).collect()
}
