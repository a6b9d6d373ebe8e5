//! Judging a record: its id, its place in its case, what it carries, and what the core says of it.

use super::place::{Place, place_of};
use super::shard::{Context, Shard};
use crate::audit::AuditError;
use crate::finding::{Detail, Finding, FindingKind};
use ibbi_common::zone::Zone;
use ibbi_core::events::CaseOpened;
use ibbi_core::{Event, EventKind, Program, ProgramParameters, Refusal, Slot, Stage};
use ibbi_log::{FaultKind, Record, Uuid};

/// An event may be recorded so many milliseconds before it is said to happen: clocks differ.
const CLOCKS_DIFFER: i64 = 5 * 60_000;

/// A closed case to which so much came after its end is not relieved again: to get everything back each time would take
/// longer with every record.
const OFTEN: u8 = 8;

impl Shard {
    /// Judges a record.
    pub(crate) fn record(
        &mut self,
        record: Record,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let place = place_of(&record);
        let Some(index) = self.find(record.case, place, context, out) else { return Ok(()) };
        self.revive(index, context)?;
        let before = out.len();
        let repeated = self.repeats(index, &record, context)?;
        let track = &mut self.tracks[index];
        track.counts.records = track.counts.records.saturating_add(1);
        (track.last_line, track.logged) = (record.line, track.logged.max(record.logged));
        match repeated {
            Some(Repetition::Same { first }) => {
                track.counts.repeated += 1;
                // One that was numbered as a record of its own keeps its number: those after it count on from there.
                if track.rev.checked_add(1) == Some(record.rev) {
                    track.rev = record.rev;
                }
                out.push(place.find(FindingKind::CaseRepeated, Detail::Repeated { id: record.id, first }));
            }
            other => {
                if let Some(Repetition::Other { first }) = other {
                    let kind = FaultKind::DuplicateId { case: record.case, id: record.id, first };
                    let detail = Detail::Fault(kind);
                    out.push(place.find(FindingKind::CaseDuplicateId, detail));
                }
                self.envelope(index, &record, out);
                self.content(index, &record, context, out);
                self.judge(index, record, context, out)?;
            }
        }
        let track = &mut self.tracks[index];
        out[before..].iter().for_each(|finding| track.note(finding.kind));
        Ok(())
    }

    /// Whether the id of a record was used in its case before.
    fn repeats(
        &mut self,
        index: usize,
        record: &Record,
        context: &Context<'_>,
    ) -> Result<Option<Repetition>, AuditError> {
        let track = &self.tracks[index];
        let Some(live) = &track.live else { return Ok(None) };
        let mut other = None;
        for place in live.ids.places(record.id, &self.hasher) {
            let Some((offset, _)) = track.trail.iter().nth(place) else { continue };
            let earlier = self.recall.record(context.again, offset)?;
            if earlier.id != record.id {
                continue;
            }
            // The reader of a single line knows neither its number nor its place.
            let first = earlier.seq;
            let same = earlier.actor == record.actor && earlier.at == record.at && earlier.event == record.event;
            if same {
                return Ok(Some(Repetition::Same { first }));
            }
            other = Some(Repetition::Other { first });
        }
        Ok(other)
    }

    /// Holds a record against its place in its case and against the time at which it was written down.
    fn envelope(&mut self, index: usize, record: &Record, out: &mut Vec<Finding>) {
        let place = place_of(record);
        let track = &mut self.tracks[index];
        let Some(live) = &mut track.live else { return };
        let begins = track.rev == 0;
        if begins && record.event.kind() != EventKind::CaseOpened {
            out.push(place.find(FindingKind::CaseNoOpening, Detail::NoOpening));
            live.debts().hole(record.line);
        } else if record.rev != track.rev.saturating_add(1) {
            let (expected, found) = (track.rev.saturating_add(1), record.rev);
            let kind = FaultKind::Rev { case: record.case, expected, found };
            out.push(place.find(FindingKind::ChainRev, Detail::Fault(kind)));
            if found > expected {
                live.debts().hole(record.line);
            }
        }
        track.rev = record.rev;
        if record.at.millis() > record.logged.millis().saturating_add(CLOCKS_DIFFER) {
            let detail = Detail::Early { at: record.at, logged: record.logged };
            out.push(place.find(FindingKind::EventEarly, detail));
            live.debts().time_in_doubt(record.at, record.line);
        }
    }

    /// Looks at what an event carries, as far as that can be done without the state of its case.
    fn content(&mut self, index: usize, record: &Record, context: &Context<'_>, out: &mut Vec<Finding>) {
        let place = place_of(record);
        let track = &mut self.tracks[index];
        if let Some(slot) = booked_slot(&record.event)
            && let Some(zone) = track.zone
            && let Some((time, expected)) = zone.wrong_offset(slot)
        {
            let zone = zone.name().to_owned();
            out.push(place.find(FindingKind::EventOffset, Detail::Offset { time, zone, expected }));
        }
        if context.advisories
            && let Some(live) = &track.live
        {
            let advisories = live.case().advise(&record.event, record.at, Some(record.logged));
            let found = |advisory| place.find(FindingKind::EventAdvisory, Detail::Advisory(advisory));
            out.extend(advisories.into_iter().map(found));
        }
    }

    /// Offers the event to the core.
    fn judge(
        &mut self,
        index: usize,
        record: Record,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let place = place_of(&record);
        let Record { id, seq, at, to, event, offset, .. } = record;
        let kind = event.kind();
        let voids = if let Event::EventVoided(void) = &event { Some(void.seq) } else { None };
        if voids.is_some() {
            // Only the history knows what remains without an event.
            self.load(index, context)?;
        }
        let opened = if let Event::CaseOpened(opened) = &event { Some(opened.clone()) } else { None };
        let track = &mut self.tracks[index];
        let Some(live) = &mut track.live else { return Ok(()) };
        let stage = live.case().stage();
        let answer = if stage == Stage::Unopened && kind != EventKind::CaseOpened {
            Answer::NotJudged
        } else {
            match live.offer(seq, at, event) {
                Ok(to) => Answer::Accepted(to),
                Err(refusal) => Answer::Refused(refusal),
            }
        };
        let place_in_trail = track.trail_len();
        let accepted = matches!(answer, Answer::Accepted(_));
        match answer {
            Answer::Accepted(computed) => {
                track.counts.accepted += 1;
                if voids.is_some() {
                    track.counts.voids += 1;
                    track.taken_back();
                } else {
                    track.tell(kind, at);
                }
                track.compare(to, computed, computed != stage && voids.is_none(), place, out);
            }
            Answer::Refused(refusal) => track.refused(refusal, voids, to, place, out),
            Answer::NotJudged => track.not_judged(seq, kind, place, out),
        }
        self.keep(index, id, offset, accepted, place_in_trail, context)?;
        if let Some(opened) = opened.filter(|_| accepted) {
            self.opened(index, &opened, place, out);
        }
        self.settle(index, context);
        Ok(())
    }

    /// Keeps where a record is, and its id.
    fn keep(
        &mut self,
        index: usize,
        id: Uuid,
        offset: u64,
        accepted: bool,
        place: usize,
        context: &Context<'_>,
    ) -> Result<(), AuditError> {
        let track = &mut self.tracks[index];
        if track.live.as_ref().is_some_and(|live| live.ids.is_due()) {
            let ids = self.recall.ids(context.again, &track.trail)?;
            if let Some(live) = &mut track.live {
                live.ids.hold(ids.into_iter());
            }
        }
        track.trail.push(offset, accepted);
        if let Some(live) = &mut track.live {
            live.ids.push(id, place, &self.hasher);
        }
        Ok(())
    }

    /// What an accepted opening says of its case.
    fn opened(&mut self, index: usize, opened: &CaseOpened, place: Place, out: &mut Vec<Finding>) {
        let track = &mut self.tracks[index];
        track.district = Some(opened.district.clone());
        track.zone = Zone::find(&opened.time_zone);
        if track.zone.is_none() {
            let zone = opened.time_zone.to_string();
            out.push(place.find(FindingKind::CaseUnknownZone, Detail::UnknownZone { zone }));
        }
        let differs = differing(opened.program.parameters());
        if !differs.is_empty() {
            out.push(place.find(FindingKind::CaseOtherProgram, Detail::OtherProgram { differs }));
        }
        if let Some(earlier) = opened.follows {
            self.follows.push((earlier, place));
        }
    }

    /// Relieves a closed case of what only its next event would need, if all agree that it is closed.
    fn settle(&mut self, index: usize, context: &Context<'_>) {
        let track = &mut self.tracks[index];
        let Some(live) = &track.live else { return };
        let settled = live.debts.as_ref().is_none_or(|debts| debts.is_settled());
        let over = live.case().stage() == Stage::Closed && settled;
        if over && track.revived < OFTEN {
            if let Some(hasher) = context.fingerprints {
                track.fingerprint = hasher.hash_one(live.case());
            }
            track.owed_since = live.debts.as_ref().and_then(|debts| debts.first_cause());
            track.live = None;
            track.course.settle();
            track.trail.settle();
        }
    }
}

/// A record whose id is not new.
enum Repetition {
    /// It says what the earlier one says.
    Same { first: u64 },
    /// It says something else.
    Other { first: u64 },
}

/// Returns the slot that an event books.
const fn booked_slot(event: &Event) -> Option<Slot> {
    match event {
        Event::MeetingScheduled(event) => Some(event.slot),
        Event::SessionScheduled(event) => Some(event.slot),
        _ => None,
    }
}

enum Answer {
    Accepted(Stage),
    Refused(Refusal),
    /// The case has no opening yet.
    NotJudged,
}

/// Each program parameter that is not today's, in words.
fn differing(found: &ProgramParameters) -> Vec<String> {
    let today = Program::default();
    let today = today.parameters();
    let lists = |list: &[u16]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let rows = [
        ("full_day", lists(&found.full_day), lists(&today.full_day)),
        ("grace", found.grace.to_string(), today.grace.to_string()),
        ("presence", found.presence.to_string(), today.presence.to_string()),
        ("training", found.training.to_string(), today.training.to_string()),
        ("two_half_days", lists(&found.two_half_days), lists(&today.two_half_days)),
    ];
    let differs = rows.into_iter().filter(|(_, found, today)| found != today);
    differs.map(|(name, found, today)| format!("{name} is {found}, today {today}")).collect()
}
