//! What remains of a case when an event is inserted, replaced, voided, or moved to another edition.

use super::{History, HistoryEntry, Offered, Order, ReplayStep};
use crate::case::Case;
use crate::edition::Edition;
use crate::event::{EventKind, EventVoided};
use crate::file::CaseFile;
use crate::found::Found;
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::time::At;
use alloc::vec::Vec;

impl History {
    /// Replays the case with an event in its place, and returns how many events happen after it, and the case.
    pub(super) fn with(
        &self,
        offered: Offered<'_>,
        replaced: Option<&HistoryEntry>,
        watch: &mut dyn FnMut(ReplayStep<'_>),
    ) -> Result<(u32, Case), Refusal> {
        let Offered { seq, at, event } = offered;
        let place = replaced.map_or(seq, |entry| entry.place);
        let mut others = self.in_effect();
        others.retain(|entry| replaced.is_none_or(|replaced| entry.seq != replaced.seq));
        let before = others.partition_point(|entry| (entry.at, entry.place) < (at, place));
        let (before, after) = others.split_at(before);
        let mut case = self.start();
        if replaced.is_some() {
            // An event that moves to a later time can leave behind events that depend on it.
            stand_watched(before, &mut case, watch).map_err(|found| later_refused(offered, &case, found))?;
        } else {
            // Every prefix of a valid case is valid.
            for entry in before {
                case = case.advance(&entry.event, entry.at);
                watch(ReplayStep::After { kind: entry.event.kind(), at: entry.at, case: &case });
            }
        }
        watch(ReplayStep::Before { case: &case, event });
        case.offer(event, at)?;
        watch(ReplayStep::After { kind: event.kind(), at, case: &case });
        stand_watched(after, &mut case, watch).map_err(|found| later_refused(offered, &case, found))?;
        Ok((u32::try_from(after.len()).unwrap_or(u32::MAX), case))
    }

    /// Checks that the case has an event that a correction can void.
    pub(crate) fn check_any_voidable(&self, check: &mut Check) {
        let any = self.entries.iter().any(|entry| entry.counts() && entry.event.kind() != EventKind::CaseOpened);
        check.require(any, Rule::VoidKnown, || Found::NothingToVoid);
    }

    /// Checks that another correction is allowed. Each one costs a replay of the case, so there is a limit.
    pub(crate) fn check_room(&self, check: &mut Check) {
        let costs = |entry: &&HistoryEntry| {
            let migrates = entry.event.kind() == EventKind::CaseMigrated;
            migrates || entry.voided_by.is_some() || entry.replaces.is_some() || entry.inserted > 0
        };
        let room = self.entries.iter().filter(costs).count() < Self::MAX_VOIDS;
        check.require(room, Rule::Limits, || Found::LimitReached { what: "corrections", limit: 1000 });
    }

    pub(super) fn without(&self, void: &EventVoided, at: At, order: Order, check: &mut Check) -> Option<(usize, Case)> {
        let seq = void.seq;
        self.check_room(check);
        self.check_any_voidable(check);
        // In any order, a void takes effect when it is recorded, whatever its time.
        let check_time = |remaining: &Case, check: &mut Check| {
            if order == Order::InOrder {
                check_after(remaining, at, check);
            }
        };
        let Some(index) = self.voidable(seq, check) else {
            // Nothing would be voided, so the remaining case is the current one.
            check_time(&self.case, check);
            return None;
        };
        let (mut case, mut rest) = (self.start(), self.in_effect());
        rest.retain(|entry| entry.seq != seq);
        if let Err(found) = stand(&rest, &mut case) {
            check.fail(Rule::VoidRest, found.without());
            return None;
        }
        check_time(&case, check);
        Some((index, case))
    }

    /// Returns the whole case under another edition.
    pub(super) fn migrated(&self, edition: Edition, check: &mut Check) -> Option<Case> {
        self.check_migration(edition, check);
        if !check.passed() {
            return None;
        }
        let mut case = Case::starting_in(Some(edition));
        if let Err(broken) = stand(&self.in_effect(), &mut case) {
            check.fail(Rule::MigrationValid, broken.later());
        }
        Some(case)
    }

    /// Checks that a case can be migrated to an edition, without replaying it.
    pub(super) fn check_migration(&self, edition: Edition, check: &mut Check) {
        check.set_edition(edition.max(EventKind::CaseMigrated.editions().first()));
        self.check_migratable(check);
        let latest = Edition::LATEST;
        check.require(edition.is_known(), Rule::EditionKnown, || Found::EditionUnknown { edition, latest });
        let other = self.case.file().is_none_or(|file| file.edition() != edition);
        check.require(other, Rule::OtherEdition, || Found::EditionPresent { edition });
    }

    /// Checks that the case is opened, and that it can still be replayed.
    pub(crate) fn check_migratable(&self, check: &mut Check) {
        check.require(self.case.file().is_some(), Rule::Stage, || Found::NotOpened);
        self.check_room(check);
    }

    /// Returns the index of an event that can be voided.
    pub(super) fn voidable(&self, seq: u64, check: &mut Check) -> Option<usize> {
        let Ok(index) = self.entries.binary_search_by_key(&seq, |entry| entry.seq) else {
            check.fail(Rule::VoidKnown, Found::NoSuchEvent { seq });
            return None;
        };
        let voided = &self.entries[index];
        let kind = voided.event.kind();
        if kind == EventKind::CaseOpened || !kind.happens() {
            check.fail(Rule::VoidKind, Found::NotVoidable { seq, event: kind });
            return None;
        }
        if let Some(by) = voided.replaced_by {
            check.fail(Rule::VoidOnce, Found::NoLongerCounts { seq, replaced: true, by });
            return None;
        }
        if voided.voided_by.is_some() {
            check.fail(Rule::VoidOnce, Found::VoidedAlready { seq });
            return None;
        }
        Some(index)
    }
}

/// The first of several events that a case refuses.
struct Broken {
    seq: u64,
    at: At,
    event: EventKind,
    unmet: Vec<Rule>,
}

impl Broken {
    /// Returns the finding for an event that was offered.
    fn later(self) -> Found {
        let Self { seq, at, event, unmet } = self;
        Found::LaterInvalid { seq, at, event, unmet }
    }

    /// Returns the finding for an event that was taken away.
    fn without(self) -> Found {
        let Self { seq, event, unmet, .. } = self;
        Found::LaterRefused { seq, event, unmet }
    }
}

/// Offers events to a case, one after the other.
fn stand(events: &[&HistoryEntry], case: &mut Case) -> Result<(), Broken> {
    stand_watched(events, case, &mut |_| {})
}

/// Offers events to a case, one after the other, and shows the case after each.
fn stand_watched(
    events: &[&HistoryEntry],
    case: &mut Case,
    watch: &mut dyn FnMut(ReplayStep<'_>),
) -> Result<(), Broken> {
    events.iter().try_for_each(|entry| match case.offer(&entry.event, entry.at) {
        Ok(_) => {
            watch(ReplayStep::After { kind: entry.event.kind(), at: entry.at, case });
            Ok(())
        }
        Err(refusal) => {
            let unmet = refusal.unmet.iter().map(|unmet| unmet.rule).collect();
            Err(Broken { seq: entry.seq, at: entry.at, event: entry.event.kind(), unmet })
        }
    })
}

/// Returns the refusal of an event with which a later one would no longer be valid.
fn later_refused(offered: Offered<'_>, case: &Case, broken: Broken) -> Refusal {
    let mut check = Check::new();
    check.fail(Rule::LaterStands, broken.later());
    Refusal { event: offered.event.kind(), stage: case.stage(), at: offered.at, unmet: check.into_unmet() }
}

/// Checks that a correction happens after the events that remain. A correction doesn't change the time of the last event,
/// because the corrected event happened before the mistake was found.
pub(super) fn check_after(remaining: &Case, at: At, check: &mut Check) {
    if let Some(last) = remaining.file().map(CaseFile::last_at) {
        check.require(at >= last, Rule::TimeOrder, || Found::Earlier { last, offered: at });
    }
}
