//! Events that follow without a choice: if a program has only one format, the last decision to adopt chooses it too.

use super::judge;
use super::offer::{EventTime, Offer};
use crate::case_log::CaseLog;
use ibbi_core::events::FormatChosen;
use ibbi_core::{At, Case, Decision, Event, EventKind, FormatId, Party, Program};
use ibbi_store::Record;
use uuid::Uuid;

/// Tells the ID of the event that follows apart from the ID of its cause. The random bits of an ID are the last ones.
const FOLLOWS: u128 = 0x1d6b_91c4_d03e_58a7;

/// Returns the format that is recorded too if this party adopts: the program has only one, and the other party has adopted.
pub fn only_format(case: &Case, party: Party) -> Option<(FormatId, &Program)> {
    let other = if party == Party::Labor { Party::Management } else { Party::Labor };
    let adopted = case.decided(other).is_some_and(|decided| decided.decision == Decision::Adopt);
    let program = case.file().filter(|_| matches!(case, Case::Caucus(_)) && adopted)?.program();
    Some((program.only_format()?, program))
}

/// Returns the offer that follows from the offers of an act. A correction leads to none.
pub(super) fn of_act(log: &CaseLog, offers: &[Offer], now: At) -> Option<Offer> {
    let adopts = |offer: &&Offer| match &offer.event {
        Event::PartyDecided(decided) => decided.decision == Decision::Adopt && offer.replaces.is_none(),
        _ => false,
    };
    let cause = offers.iter().rfind(adopts)?;
    let mut after = log.clone();
    judge::accept_act(&mut after, offers, (&vec![Uuid::nil(); offers.len()], now)).ok()?;
    let case = after.recorded.valid()?.case();
    let Case::Agreement(agreed) = case else { return None };
    let format = case.file()?.program().only_format()?;
    let at = Party::ALL.iter().map(|party| agreed.adopted().decided(*party).at).max()?;
    let at = match cause.at {
        Some(EventTime::On(_) | EventTime::Picked(_)) => EventTime::Picked(at),
        Some(EventTime::At(_)) | None => EventTime::At(at),
    };
    let offer = Offer {
        event: FormatChosen { format }.into(),
        at: Some(at),
        id: cause.id.map(following_id),
        new_case: None,
        ..cause.clone()
    };
    // A case that takes no format now gets none: the office chooses it later.
    let accepted =
        judge::accept_act(&mut after, &[Offer { expected_revision: None, ..offer.clone() }], (&[Uuid::nil()], now));
    accepted.is_ok().then_some(offer)
}

/// Returns the record that followed from the record with this ID.
pub(super) fn recorded(log: &CaseLog, cause: Uuid) -> Option<&Record> {
    let id = following_id(cause);
    log.records.iter().find(|record| record.id == id && record.event.kind() == EventKind::FormatChosen)
}

const fn following_id(cause: Uuid) -> Uuid {
    Uuid::from_u128(cause.as_u128() ^ FOLLOWS)
}
