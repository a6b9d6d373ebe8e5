//! The confidential texts of an audited ledger, which are in a file beside it.

use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location};
use crate::judge::Shard;
use ibbi_log::{Head, TextState, Texts, texts_path};
use std::path::Path;

/// Returns a finding for each record whose confidential text can't be shown.
///
/// The file is read after the ledger, so it has the texts of all records that were read, even if someone is writing.
pub(super) fn check_texts(shards: &mut [Shard], ledger: &Path, head: Head) -> Result<Vec<Finding>, AuditError> {
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
    for shard in shards {
        for (index, digest, location) in core::mem::take(&mut shard.texts) {
            let kind = match texts.state(&digest) {
                TextState::Available => continue,
                TextState::Altered => FindingKind::TextsAltered,
                TextState::Missing => FindingKind::TextsMissing,
            };
            shard.cases[index].note(kind);
            findings.push(location.finding(kind, FindingDetail::Text { digest }));
        }
    }
    Ok(findings)
}
