//! The confidential texts of an audited ledger, which are in a file beside it.

use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location};
use crate::judge::Shard;
use ibbi_core::EventKind;
use ibbi_log::{CustodyState, Head, KeyId, TextOwner, TextState, Texts, texts_path};
use std::path::Path;

/// Returns a finding for each record whose confidential text can't be shown.
///
/// The file is read after the ledger, so it has the texts of all records that were read, even if someone is writing.
///
/// Texts that were destroyed can't be shown, and are no findings here. A key that should be destroyed and is still there is one.
pub(super) fn check_texts(
    shards: &mut [Shard],
    ledger: &Path,
    head: Head,
    (custody, destroyed_at): (&CustodyState, &[(u64, u64)]),
) -> Result<Vec<Finding>, AuditError> {
    let count: usize = shards.iter().map(|shard| shard.texts.len()).sum();
    if count == 0 {
        return Ok(Vec::new());
    }
    let failed = |source| AuditError::Texts { path: texts_path(ledger), source };
    let Some(texts) = Texts::find(ledger).map_err(failed)? else {
        let location = Location::line(head.lines.max(1), head.bytes);
        return Ok(vec![location.finding(FindingKind::TextsNoFile, FindingDetail::NoTexts { count: count as u64 })]);
    };
    let mut findings = Vec::new();
    for (destruction, (line, byte)) in custody.destroyed.iter().zip(destroyed_at) {
        let key = destruction.texts.key;
        if texts.has_key(&key) {
            let location =
                Location { case: Some(key.case), seq: Some(destruction.seq), ..Location::line(*line, *byte) };
            findings.push(location.finding(FindingKind::TextsKeyLeft, FindingDetail::KeyLeft { key }));
        }
    }
    for shard in shards {
        for (index, digest, location) in core::mem::take(&mut shard.texts) {
            if was_destroyed(custody, &location, texts.key(&digest)) {
                // A key that is still there is a finding of its own.
                let has_key =
                    texts.key(&digest).is_some_and(|key| custody.destruction(key).is_some() && texts.has_key(key));
                if has_key || texts.state(&digest) != TextState::Available {
                    continue;
                }
                shard.cases[index].note(FindingKind::TextsLeft);
                findings.push(location.finding(FindingKind::TextsLeft, FindingDetail::Text { digest }));
                continue;
            }
            let kind = match texts.state(&digest) {
                TextState::Available => continue,
                TextState::Altered => FindingKind::TextsAltered,
                TextState::Missing => FindingKind::TextsMissing,
                TextState::Closed => FindingKind::TextsClosed,
                TextState::KeyDamaged => FindingKind::TextsKeyDamaged,
            };
            shard.cases[index].note(kind);
            findings.push(location.finding(kind, FindingDetail::Text { digest }));
        }
    }
    Ok(findings)
}

/// Returns whether the text of a record was destroyed. `key` is the one with which it was sealed, if the file still names it.
fn was_destroyed(custody: &CustodyState, location: &Location, key: Option<&KeyId>) -> bool {
    let (Some(case), Some(seq)) = (location.case, location.seq) else {
        return key.is_some_and(|key| custody.destruction(key).is_some());
    };
    if let Some(key) = key {
        return custody.destruction(key).is_some() || custody.destruction_of(case, key.owner, seq).is_some();
    }
    let is_note = location.event == Some(EventKind::NoteAdded);
    let is_of = |owner: TextOwner| (owner == TextOwner::Program) == is_note;
    TextOwner::ALL.into_iter().any(|owner| is_of(owner) && custody.destruction_of(case, owner, seq).is_some())
}
