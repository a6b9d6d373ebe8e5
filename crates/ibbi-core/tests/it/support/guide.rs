//! Choices for random paths that follow the survey: the time and the kind of the next event.

use super::likely::{Dice, likely};
use ibbi_core::{Answer, At, Case, Event, EventKind, Prospect};

/// Returns an instant some minutes later, or the same instant at the end of time.
pub(crate) fn after(now: At, minutes: i64) -> At {
    At::from_millis(now.millis() + minutes * 60_000).unwrap_or(now)
}

/// Returns how rarely a random path chooses a kind. Kinds that lead away from completion are rare, and kinds that end
/// the case are rarer.
const fn rarity(kind: EventKind) -> usize {
    match kind {
        EventKind::CaseWithdrawn | EventKind::ApplicationDeclined | EventKind::CaseReferred => 45,
        EventKind::CaseMigrated => 20,
        EventKind::LeaderLeft | EventKind::LeaderSucceeded => 15,
        EventKind::LeaderDeclined
        | EventKind::SupportWithdrawn
        | EventKind::PledgeWithdrawn
        | EventKind::MemberReleased
        | EventKind::SessionPostponed
        | EventKind::DecisionReopened
        | EventKind::NoteAdded => 6,
        _ => 1,
    }
}

/// Returns the time of the next event, often when a session starts or ends.
pub(crate) fn next_instant(case: &Case, now: At, minutes: i64, dice: &mut Dice) -> At {
    let Some(sessions) = case.sessions().filter(|_| !dice.once_in(3)) else { return after(now, minutes) };
    if let Some(open) = sessions.open() {
        let late = i64::try_from(dice.throw(30)).unwrap_or(0) - 20;
        return after(open.opened, i64::from(open.slot.minutes()) + late).max(now);
    }
    let next = sessions.bookings().map(|(_, booking)| booking.slot.starts().at()).min();
    next.map_or(after(now, minutes), |starts| starts.max(now))
}

/// Returns the next event: a likely one of a kind that is not blocked.
pub(crate) fn next_event(case: &Case, answers: &[Prospect], now: At, dice: &mut Dice) -> Option<Event> {
    let open = answers.iter().filter(|prospect| !matches!(prospect.answer, Answer::Blocked { .. }));
    let mut kinds: Vec<_> = open.map(|prospect| prospect.event).collect();
    kinds.retain(|kind| dice.once_in(rarity(*kind)));
    let kind = dice.pick(&kinds)?;
    Some(likely(case, kind, now, dice))
}
