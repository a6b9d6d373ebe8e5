//! Judging a record: its ID, its place in its case, its fields, and the core's answer to its event.

use super::context::{JudgeContext, relies_on_program};
use super::late::LateReplay;
use super::shard::Shard;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, name_kind};
use ibbi_common::zone::Zone;
use ibbi_core::events::CaseOpened;
use ibbi_core::{
    ActivityId, Event, EventKind, Program, ProgramParameters, Refusal, ReplayStep, Slot, Stage, name_faults,
};
use ibbi_log::{FaultKind, LineRecord, Record, Uuid};
use std::collections::BTreeSet;

/// The most milliseconds by which an event can be recorded before it happens, because clocks differ.
const CLOCK_TOLERANCE: i64 = 5 * 60_000;

impl Shard {
    /// Judges a record.
    pub(crate) fn record(
        &mut self,
        record: LineRecord,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        self.take_record(&mut Some(record), None, context, out)
    }

    /// Judges a record, and takes it from its place. `known` is the index of its case, if the case was added before. Passing such a large value from function to function takes time.
    pub(super) fn take_record(
        &mut self,
        held: &mut Option<LineRecord>,
        known: Option<usize>,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let Some(record) = held else { return Ok(()) };
        let location = Location::record(record);
        let index = known.or_else(|| self.find_or_add(record.case, location, context, out));
        let Some(index) = index else { return Ok(()) };
        self.restore(index, context)?;
        let before = out.len();
        let repetition = self.find_repetition(index, record, context)?;
        let case = &mut self.cases[index];
        case.counts.records = case.counts.records.saturating_add(1);
        (case.last_line, case.logged) = (record.line, case.logged.max(record.logged));
        match repetition {
            Some(Repetition::Same { first }) => {
                case.counts.repeated += 1;
                // A repetition with a number of its own keeps it, because the records after it continue from there.
                if case.rev.checked_add(1) == Some(record.rev) {
                    case.rev = record.rev;
                }
                let detail = FindingDetail::Repeated { id: record.id, first };
                out.push(location.finding(FindingKind::CaseRepeated, detail));
            }
            other => {
                if context.texts
                    && let Some(digest) = record.text_digest()
                {
                    self.texts.push((index, digest, location));
                }
                if let Some(Repetition::Other { first }) = other {
                    let kind = FaultKind::DuplicateId { case: record.case, id: record.id, first };
                    out.push(location.finding(FindingKind::CaseDuplicateId, FindingDetail::Fault(kind)));
                }
                self.check_envelope(index, record, out);
                self.check_fields(index, record, out);
                self.judge(index, held, context, out)?;
            }
        }
        let case = &mut self.cases[index];
        out[before..].iter().for_each(|finding| case.note(finding.kind));
        self.count_history(index, context);
        Ok(())
    }

    /// Looks for an earlier record of the case with the same ID.
    fn find_repetition(
        &mut self,
        index: usize,
        record: &LineRecord,
        context: &JudgeContext<'_>,
    ) -> Result<Option<Repetition>, AuditError> {
        let case = &self.cases[index];
        let Some(state) = &case.state else { return Ok(None) };
        let mut other = None;
        for candidate in state.ids.indexes(record.id, &self.hasher) {
            let Some((offset, _)) = case.offsets.iter().nth(candidate) else { continue };
            let earlier = self.rereader.record(context.random_access, offset)?;
            if earlier.id != record.id {
                continue;
            }
            // The reader of a single line knows neither the line's number nor its offset.
            let first = earlier.seq;
            let same = (&earlier.actor, earlier.at, &earlier.event) == (&record.actor, record.at, &record.event)
                && earlier.details == record.details;
            if same {
                return Ok(Some(Repetition::Same { first }));
            }
            other = Some(Repetition::Other { first });
        }
        Ok(other)
    }

    /// Checks a record's number within its case, and its two times.
    fn check_envelope(&mut self, index: usize, record: &LineRecord, out: &mut Vec<Finding>) {
        let location = Location::record(record);
        let case = &mut self.cases[index];
        let Some(state) = &mut case.state else { return };
        let has_no_opening = case.rev == 0 && record.event.kind() != EventKind::CaseOpened;
        if has_no_opening {
            out.push(location.finding(FindingKind::CaseNoOpening, FindingDetail::NoOpening));
        }
        let (expected, found) = (case.rev.saturating_add(1), record.rev);
        if found != expected {
            let kind = FaultKind::Rev { case: record.case, expected, found };
            out.push(location.finding(FindingKind::ChainRev, FindingDetail::Fault(kind)));
        }
        if has_no_opening || found > expected {
            state.follow_ons().add_gap(record.line);
        }
        case.rev = record.rev;
        if record.at.millis() > record.logged.millis().saturating_add(CLOCK_TOLERANCE) {
            let detail = FindingDetail::Early { at: record.at, logged: record.logged };
            out.push(location.finding(FindingKind::EventEarly, detail));
            state.follow_ons().doubt_time(record.at, record.line);
        }
    }

    /// Checks the fields of an event that don't need the state of its case.
    fn check_fields(&self, index: usize, record: &LineRecord, out: &mut Vec<Finding>) {
        let location = Location::record(record);
        check_name(record.actor.as_str(), location, out);
        if let Some(name) = &record.details.on_behalf {
            check_name(name.as_str(), location, out);
        }
        record.event.each_name(&mut |name| check_name(name, location, out));
        if let Some(slot) = booked_slot(&record.event)
            && let Some(zone) = self.cases[index].zone
            && let Some((time, expected)) = zone.wrong_offset(slot)
        {
            let zone = zone.name().to_owned();
            out.push(location.finding(FindingKind::EventOffset, FindingDetail::Offset { time, zone, expected }));
        }
    }

    /// Offers the event to the core. The records of an act wait for its last one.
    fn judge(
        &mut self,
        index: usize,
        held: &mut Option<LineRecord>,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let case = &mut self.cases[index];
        let record_index = case.record_index();
        let (Some(state), Some(record)) = (&mut case.state, &*held) else { return Ok(()) };
        let place = record.details.act;
        match place {
            None if state.act.is_empty() => self.judge_alone(index, held, record_index, context, out),
            Some(place) if usize::from(place.index) == state.act.len() + 1 => {
                state.act.extend(held.take().map(|record| (record_index, record)));
                if place.is_last() { self.judge_act(index, context, out) } else { Ok(()) }
            }
            _ => {
                // The chain reports that the act before is not whole. Its records don't count.
                self.skip_act(index, context)?;
                let Some(state) = &mut self.cases[index].state else { return Ok(()) };
                match place {
                    None => self.judge_alone(index, held, record_index, context, out),
                    Some(_) => {
                        state.act.extend(held.take().map(|record| (record_index, record)));
                        self.skip_act(index, context)
                    }
                }
            }
        }
    }

    /// Judges a record that belongs to no act.
    fn judge_alone(
        &mut self,
        index: usize,
        held: &mut Option<LineRecord>,
        record_index: usize,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let Some(line) = &*held else { return Ok(()) };
        let (location, offset, record) = (Location::record(line), line.offset, &line.record);
        if self.cases[index].state.as_ref().is_some_and(|state| state.needs_history(record)) {
            self.load_history(index, context)?;
        }
        let case = &mut self.cases[index];
        let Some(state) = &mut case.state else { return Ok(()) };
        let stage = state.case().stage();
        let kind = record.event.kind();
        let voids = if let Event::EventVoided(void) = &record.event { Some(void.seq) } else { None };
        let is_next = !state.needs_history(record);
        let in_order = kind.happens() && is_next;
        let is_late = kind.happens() && !is_next && record.details.replaces.is_none();
        if is_next && context.asks_for_advisories(kind) {
            let advisories = context.advisories_of(state.case(), &record.event, record.at, record.logged);
            context.advise(advisories, location, out);
        }
        let weaknesses = if is_next && relies_on_program(kind) {
            state.case().weaknesses(&record.event, record.at)
        } else {
            Vec::new()
        };
        let Some(LineRecord { record, .. }) = held.take() else { return Ok(()) };
        let Record { seq, at, id, logged, to, event, details, .. } = record;
        let noted = has_details(kind).then(|| event.clone());
        let mut replayed = is_late.then(|| LateReplay::new(kind, at, logged, context));
        let answer = if stage == Stage::Unopened && kind != EventKind::CaseOpened {
            CoreAnswer::NotJudged
        } else {
            let mut watch = |step: ReplayStep<'_>| {
                if let Some(replayed) = &mut replayed {
                    replayed.take(step);
                }
            };
            match state.offer((seq, at, event), &details, &mut watch) {
                Ok(to) => CoreAnswer::Accepted(to),
                Err(refusal) => CoreAnswer::Refused(refusal),
            }
        };
        let accepted = matches!(answer, CoreAnswer::Accepted(_));
        if accepted {
            if let Some(replayed) = &mut replayed {
                replayed.advisories.extend(state.advise_order_of_last(replayed.closes_later));
                context.advise(core::mem::take(&mut replayed.advisories), location, out);
                JudgeContext::weaknesses(core::mem::take(&mut replayed.weaknesses), location, out);
            } else if !is_next {
                if kind.happens() || context.advisories {
                    for advisories in state.advise_last(1, Some(logged)) {
                        context.advise(advisories, location, out);
                    }
                }
                let found = state.weaknesses_of_last(&[kind]).pop();
                JudgeContext::weaknesses(found.unwrap_or_default(), location, out);
            } else {
                JudgeContext::weaknesses(weaknesses, location, out);
            }
        }
        match answer {
            CoreAnswer::Accepted(computed) => {
                case.counts.accepted += 1;
                case.counts.voids += u32::from(voids.is_some());
                if in_order {
                    case.add_to_times(kind, at);
                } else if let Some(replayed) = replayed {
                    case.replace_times(replayed.times);
                } else if kind != EventKind::CaseMigrated {
                    case.compute_times();
                }
                case.compare_stage(to, computed, computed != stage && in_order, location, out);
            }
            CoreAnswer::Refused(refusal) => case.refuse(refusal, voids, to, location, out),
            CoreAnswer::NotJudged => case.skip_unopened(seq, kind, location, out),
        }
        self.remember(index, id, offset, accepted, record_index, context)?;
        if let Some(event) = noted.filter(|_| accepted) {
            self.take_details(index, &event, location, out);
        }
        self.drop_state_if_closed(index, context);
        Ok(())
    }

    /// Judges the records of an act together.
    fn judge_act(
        &mut self,
        index: usize,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        self.load_history(index, context)?;
        let case = &mut self.cases[index];
        let Some(state) = &mut case.state else { return Ok(()) };
        let act = core::mem::take(&mut state.act);
        let stage = state.case().stage();
        let records: Vec<&Record> = act.iter().map(|(_, line)| &line.record).collect();
        let kinds: Vec<EventKind> = records.iter().map(|record| record.event.kind()).collect();
        let opens = kinds.contains(&EventKind::CaseOpened);
        let answer = if stage == Stage::Unopened && !opens { None } else { Some(state.offer_act(&records)) };
        let accepted = matches!(answer, Some(Ok(_)));
        if accepted {
            for (advisories, (_, line)) in
                state.advise_last(records.len(), records.last().map(|record| record.logged)).into_iter().zip(&act)
            {
                context.advise(advisories, Location::record(line), out);
            }
            for (found, (_, line)) in state.weaknesses_of_last(&kinds).into_iter().zip(&act) {
                JudgeContext::weaknesses(found, Location::record(line), out);
            }
            case.counts.accepted += u32::try_from(act.len()).unwrap_or(u32::MAX);
            case.compute_times();
        }
        for (place, (_, line)) in act.iter().enumerate() {
            let location = Location::record(line);
            case.counts.voids += u32::from(accepted && line.event.kind() == EventKind::EventVoided);
            match &answer {
                Some(Ok(computed)) => case.compare_stage(line.to, *computed, false, location, out),
                Some(Err(refused)) if refused.index == place => {
                    case.refuse(refused.refusal.clone(), None, line.to, location, out);
                }
                Some(Err(refused)) => {
                    // The act is refused as a whole, because of another of its records.
                    case.counts.consequences += 1;
                    let cause = act.get(refused.index).map_or(location.line, |(_, line)| line.line);
                    let detail = FindingDetail::Consequence { cause, unmet: Vec::new(), stage };
                    out.push(location.finding(FindingKind::EventConsequence, detail));
                    if let Some(state) = &mut case.state {
                        state.follow_ons().skip_consequence(cause, line.seq, line.event.kind(), line.to != stage);
                    }
                }
                None => case.skip_unopened(line.seq, line.event.kind(), location, out),
            }
        }
        for (record_index, line) in &act {
            self.remember(index, line.id, line.offset, accepted, *record_index, context)?;
            if accepted {
                self.take_details(index, &line.event, Location::record(line), out);
            }
        }
        self.drop_state_if_closed(index, context);
        Ok(())
    }

    /// Remembers the records of an act that is not whole. They don't count.
    fn skip_act(&mut self, index: usize, context: &JudgeContext<'_>) -> Result<(), AuditError> {
        let Some(state) = &mut self.cases[index].state else { return Ok(()) };
        for (record_index, line) in core::mem::take(&mut state.act) {
            if let Some(state) = &mut self.cases[index].state {
                state.follow_ons().add_gap(line.line);
                state.follow_ons().remember_skipped(line.line, line.seq);
            }
            self.remember(index, line.id, line.offset, false, record_index, context)?;
        }
        Ok(())
    }

    /// Remembers the offset and the ID of a record.
    fn remember(
        &mut self,
        index: usize,
        id: Uuid,
        offset: u64,
        accepted: bool,
        record_index: usize,
        context: &JudgeContext<'_>,
    ) -> Result<(), AuditError> {
        let case = &mut self.cases[index];
        if case.state.as_ref().is_some_and(|state| state.ids.is_full()) {
            let ids = self.rereader.ids(context.random_access, &case.offsets)?;
            if let Some(state) = &mut case.state {
                state.ids.keep_whole(ids.into_iter());
            }
        }
        case.offsets.push(offset, accepted);
        if let Some(state) = &mut case.state {
            state.ids.push(id, record_index, &self.hasher);
        }
        Ok(())
    }

    /// Takes from an accepted event what the audit needs at its end.
    fn take_details(&mut self, index: usize, event: &Event, location: Location, out: &mut Vec<Finding>) {
        match event {
            Event::CaseOpened(opened) => self.check_opening(index, opened, location, out),
            Event::SessionScheduled(scheduled) => self.booked.add(scheduled, index),
            _ => {}
        }
    }

    /// Takes the district and the time zone from an accepted opening, and checks its other fields.
    fn check_opening(&mut self, index: usize, opened: &CaseOpened, location: Location, out: &mut Vec<Finding>) {
        let case = &mut self.cases[index];
        case.district = Some(opened.district.clone());
        case.zone = Zone::find(&opened.time_zone);
        if case.zone.is_none() {
            let zone = opened.time_zone.to_string();
            out.push(location.finding(FindingKind::CaseUnknownZone, FindingDetail::UnknownZone { zone }));
        }
        let differs = differing_parameters(opened.program.parameters());
        if !differs.is_empty() {
            out.push(location.finding(FindingKind::CaseOtherProgram, FindingDetail::OtherProgram { differs }));
        }
        if let Some(earlier) = opened.follows {
            self.follows.push((earlier, location));
        }
    }

    /// Drops the state of a closed case, unless follow-ons remain or it was restored too often. Without follow-ons, the state
    /// is the one that restoring would give, so it is kept as long as its history.
    fn drop_state_if_closed(&mut self, index: usize, context: &JudgeContext<'_>) {
        let case = &mut self.cases[index];
        let Some(state) = &case.state else { return };
        if !case.can_be_restored(state) {
            return;
        }
        if let Some(hasher) = context.fingerprints {
            case.fingerprint = hasher.hash_one(state.case());
        }
        if state.follow_ons.is_some() || state.history_entries() == 0 {
            self.history_entries -= state.counted;
            self.cases[index].drop_state();
        }
    }
}

/// A record whose ID isn't new.
enum Repetition {
    /// The content is the same as the earlier record's.
    Same { first: u64 },
    /// The content differs.
    Other { first: u64 },
}

enum CoreAnswer {
    Accepted(Stage),
    Refused(Refusal),
    /// The case has no opening yet.
    NotJudged,
}

/// Returns whether the audit needs an accepted event of this kind at its end.
const fn has_details(kind: EventKind) -> bool {
    matches!(kind, EventKind::CaseOpened | EventKind::SessionScheduled)
}

/// Reports deceptive characters of a name.
fn check_name(name: &str, location: Location, out: &mut Vec<Finding>) {
    if name.is_ascii() {
        return;
    }
    for fault in name_faults(name) {
        let kind = name_kind(&fault);
        out.push(location.finding(kind, FindingDetail::Name { name: name.to_owned(), fault }));
    }
}

/// Returns the slot that an event books.
const fn booked_slot(event: &Event) -> Option<Slot> {
    match event {
        Event::MeetingScheduled(event) => Some(event.slot),
        Event::SessionScheduled(event) => Some(event.slot),
        _ => None,
    }
}

/// Returns a text about each program parameter that differs from the current one.
fn differing_parameters(found: &ProgramParameters) -> Vec<String> {
    let current = Program::default();
    let current = current.parameters();
    if found == current {
        return Vec::new();
    }
    let list = |list: &[u16]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let format = |parameters: &ProgramParameters, wanted| {
        let found = parameters.formats.iter().find(|(format, _)| *format == wanted);
        found.map_or_else(|| "not given".to_owned(), |(_, parts)| list(parts))
    };
    let activities = |parameters: &ProgramParameters| {
        parameters.activities.iter().map(ActivityId::as_str).collect::<Vec<_>>().join(" and ")
    };
    let same_day = |parameters: &ProgramParameters| if parameters.same_day_parts { "yes" } else { "no" }.to_owned();
    let ids: BTreeSet<_> = found.formats.iter().chain(&current.formats).map(|(format, _)| *format).collect();
    let mut rows: Vec<_> = ids.into_iter().map(|id| (id.to_string(), format(found, id), format(current, id))).collect();
    rows.extend(
        [
            ("activities", activities(found), activities(current)),
            ("grace", found.grace.to_string(), current.grace.to_string()),
            ("presence", found.presence.to_string(), current.presence.to_string()),
            ("same_day_parts", same_day(found), same_day(current)),
            ("training", list(&found.training), list(&current.training)),
        ]
        .map(|(name, found, current)| (name.to_owned(), found, current)),
    );
    rows.sort();
    let differs = rows.into_iter().filter(|(_, found, current)| found != current);
    differs.map(|(name, found, current)| format!("{name} is {found} (now {current})")).collect()
}
