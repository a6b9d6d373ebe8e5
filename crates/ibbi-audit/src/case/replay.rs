//! The report on a case, made by replaying its records through the core.

use super::attendance::AttendanceRecorder;
use super::milestones::MilestoneRecorder;
use super::records::CaseRecords;
use super::steps::StepRecorder;
use super::{ActorActivity, CaseQuery, CaseRecord, CaseReport, CaseUntil, CaseWaiting, StageStay};
use crate::case_times::CaseTimes;
use crate::judge::{CaseState, Held};
use ibbi_core::{ActRefusal, Advisory, At, Case, CaseFile, EventKind, HistoryEntry, Stage, WaitingFor};
use ibbi_log::{LineRecord, Record};
use std::collections::HashMap;

pub(super) fn report(input: CaseRecords, query: &CaseQuery) -> CaseReport {
    let ReplayedRecords { core_state, mut records, numbers } = replay(&input, query);
    let (start, entries) = match &core_state.held {
        Held::History(history) => (history.start(), history.entries()),
        Held::State(_) => (Case::default(), &[][..]),
    };
    let seq_of = |number: u64| numbers.get(&number).map_or(number, |index| records[*index].seq);
    let seq_of_change = |by: Option<u64>| by.map(seq_of);
    let changes: Vec<_> = entries
        .iter()
        .filter_map(|entry| {
            let changed = (seq_of_change(entry.voided_by), seq_of_change(entry.replaced_by), entry.inserted);
            Some((*numbers.get(&entry.seq)?, changed))
        })
        .collect();
    let in_effect = match &core_state.held {
        Held::History(history) => history.in_effect(),
        Held::State(_) => Vec::new(),
    };
    let CountedReplay { case: state, times, milestones, attendance, steps } =
        replay_counted(start, &in_effect, query.until, seq_of);
    for (index, changed) in changes {
        let record = &mut records[index];
        (record.voided_by, record.replaced_by, record.inserted) = changed;
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
    let milestones = milestones.finish();
    for milestone in &milestones {
        if let Some(record) = records.iter_mut().find(|record| record.seq == milestone.seq) {
            record.began = Some(milestone.stage);
        }
    }
    let opened = state.file().map(CaseFile::opened);
    CaseReport {
        case: query.case,
        district: opened.map(|opened| opened.district.clone()),
        time_zone: opened.map(|opened| opened.time_zone.clone()),
        as_of,
        stage: state.stage(),
        outcome: state.outcome(),
        attendance: attendance.finish(),
        steps: steps.finish(&records),
        actors: actors(&records),
        stages: stages(&times, as_of),
        waiting: waiting(&times, as_of),
        milestones,
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
    let mut replayed =
        ReplayedRecords { core_state: CaseState::with_history(), records: Vec::new(), numbers: HashMap::new() };
    let counts =
        |record: &LineRecord| !input.uncounted.contains(&record.line) && !input.repeated.contains(&record.line);
    let acts = input.records.chunk_by(|_, next| next.details.act.is_some_and(|act| act.index > 1));
    for act in acts {
        let mut advisories = replayed.advise_next(act);
        let counted = act.iter().all(counts);
        let refused = if counted { replayed.offer(act) } else { None };
        if advisories.is_empty() && counted && refused.is_none() {
            advisories = replayed.core_state.advise_last(act.len(), act.last().map(|line| line.logged));
        }
        let mut advisories = advisories.into_iter();
        for (index, record) in act.iter().enumerate() {
            let LineRecord { record: Record { seq, rev, at, logged, .. }, line, .. } = *record;
            let mut advisories = advisories.next().unwrap_or_default();
            advisories.retain(|advisory| query.advisories || advisory.warning.is_lasting());
            let own = refused.as_ref().filter(|refused| refused.index == index);
            replayed.records.push(CaseRecord {
                id: record.id,
                seq,
                rev,
                line,
                at,
                logged,
                imported: false,
                actor: record.actor.clone(),
                event: record.event.clone(),
                details: record.details.clone(),
                recorded: record.to,
                stage: replayed.core_state.case().stage(),
                began: None,
                accepted: refused.is_none() && !input.repeated.contains(&line),
                refusal: own.map(|refused| refused.refusal.clone()),
                inserted: 0,
                voided_by: None,
                replaced_by: None,
                advisories,
            });
        }
    }
    replayed
}

impl ReplayedRecords {
    /// Returns the advisories about a record that is simply the next one; nothing for others.
    fn advise_next(&self, act: &[LineRecord]) -> Vec<Vec<Advisory>> {
        match act {
            [one] if !self.core_state.needs_history(&one.record) => {
                vec![self.core_state.case().advise(&one.event, one.at, Some(one.logged))]
            }
            _ => Vec::new(),
        }
    }

    /// Offers the records of an act, or one that is alone, and remembers their numbers.
    fn offer(&mut self, act: &[LineRecord]) -> Option<ActRefusal> {
        let records: Vec<&Record> = act.iter().map(|line| &line.record).collect();
        let offered = match records.as_slice() {
            [record] if record.details.act.is_none() => {
                self.core_state.offer_record(record).map_err(|refusal| ActRefusal { index: 0, refusal })
            }
            _ => self.core_state.offer_act(&records),
        };
        if let Err(refused) = offered {
            return Some(refused);
        }
        let Held::History(history) = &self.core_state.held else { return None };
        let new = history.entries().iter().rev().take(act.len()).rev();
        self.numbers.extend(new.map(|entry| entry.seq).zip(self.records.len()..));
        None
    }
}

struct CountedReplay {
    case: Case,
    times: CaseTimes,
    milestones: MilestoneRecorder,
    attendance: AttendanceRecorder,
    steps: StepRecorder,
}

/// Replays the events that count. For an instant, only those that had happened by then.
fn replay_counted(
    start: Case,
    entries: &[&HistoryEntry],
    until: CaseUntil,
    seq_of: impl Fn(u64) -> u64,
) -> CountedReplay {
    let mut replayed = CountedReplay {
        case: start,
        times: CaseTimes::new(),
        milestones: MilestoneRecorder::default(),
        attendance: AttendanceRecorder::default(),
        steps: StepRecorder::default(),
    };
    let reached = |at: At| if let CaseUntil::At(until) = until { at <= until } else { true };
    for entry in entries.iter().filter(|entry| reached(entry.at)) {
        let before = replayed.case.clone();
        if replayed.case.offer(&entry.event, entry.at).is_ok() {
            let (seq, kind) = (seq_of(entry.seq), entry.event.kind());
            replayed.times.step(kind, entry.at, &replayed.case);
            replayed.milestones.step(seq, entry.at, &entry.event, before.stage(), &replayed.case);
            replayed.attendance.step(seq, entry.at, &entry.event, &before);
            replayed.steps.step(seq, kind, &before, &replayed.case);
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
