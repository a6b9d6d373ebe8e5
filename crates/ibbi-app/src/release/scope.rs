//! The records that a release is about, each with what decides whether it is shown.

use super::entries::{Basis, Part, WithheldEntry};
use super::exemptions::Considered;
use crate::case_log::CaseLog;
use crate::confidential::{concern_of, party_of};
use crate::error::AppError;
use crate::times::happened;
use crate::zone::Zone;
use ibbi_core::{ConcernId, Event, FieldKind, Party, Precision};
use ibbi_log::{CustodyState, Destruction, Digest, LedgerLine, LineRecord, Record, TextOwner, Texts, Uuid};
use ibbi_seal::ReleaseLines;
use std::collections::BTreeMap;

/// A record of a release.
pub(super) struct Item<'a> {
    pub(super) record: &'a LineRecord,
    /// The SHA-256 of its line.
    pub(super) digest: Digest,
    party: Option<Party>,
    zone: Zone,
}

/// Returns the records of the lines, in the order of the ledger.
///
/// # Errors
/// [`AppError::Zone`] if the time zone of a case doesn't exist.
pub(super) fn items(lines: &ReleaseLines) -> Result<Vec<Item<'_>>, AppError> {
    let records: Vec<(&LineRecord, Digest)> = lines
        .lines
        .iter()
        .filter_map(|line| match &line.content {
            LedgerLine::Record(record) => Some((record, line.digest)),
            _ => None,
        })
        .collect();
    let mut by_case: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
    for (record, _) in &records {
        by_case.entry(record.case).or_default().push(record.record.clone());
    }
    let logs = by_case
        .into_iter()
        .map(|(case, records)| Ok((case, CaseLog::replay(case, records)?)))
        .collect::<Result<BTreeMap<_, _>, AppError>>()?;
    let found = records.into_iter().filter_map(|(record, digest)| {
        let log = logs.get(&record.case)?;
        Some(Item { record, digest, party: party_of(log, &record.event), zone: log.zone })
    });
    Ok(found.collect())
}

impl Item<'_> {
    pub(super) fn considered(&self) -> Considered {
        let is_confidential = self.has_text() || self.concern().is_some();
        Considered { line: self.record.line, kind: self.record.event.kind(), party: self.party, is_confidential }
    }

    /// Returns whether it has a confidential text.
    pub(super) fn has_text(&self) -> bool {
        self.record.event.note_text().is_some()
    }

    /// Returns whether the text is in the line itself, as in format 1.
    pub(super) fn has_text_in_line(&self) -> bool {
        self.record.event.note_text().is_some_and(|text| text.text().is_some())
    }

    /// Returns the destruction of its text, if the text was destroyed, also if a file that was restored has it again. `all` are the
    /// records of the release.
    pub(super) fn destruction<'c>(
        &self,
        all: &[Item<'_>],
        texts: &Texts,
        custody: &'c CustodyState,
    ) -> Option<&'c Destruction> {
        let digest = self.record.text_digest().filter(|_| !custody.destroyed.is_empty())?;
        if let Some(destroyed) = texts.key(&digest).and_then(|key| custody.destruction(key)) {
            return Some(destroyed);
        }
        // The file of texts doesn't name the key any more, or another one.
        let case = self.record.case;
        let concerns = all.iter().map(|item| &item.record.record).filter(|record| record.case == case);
        let concerns = concerns.map(|record| &record.event).filter(|event| matches!(event, Event::ConcernRaised(_)));
        custody.destruction_of(case, TextOwner::of(&self.record.event, concerns)?, self.record.line)
    }

    /// Returns whether a field of it is a reason that a person typed.
    pub(super) fn has_reason(&self) -> bool {
        self.record.event.kind().fields().iter().any(|field| matches!(field.kind, FieldKind::Reason { .. }))
    }

    /// Returns the concern that it is about.
    pub(super) fn concern(&self) -> Option<&ConcernId> {
        concern_of(&self.record.event)
    }

    /// Returns when it happened, in the district's time.
    pub(super) fn when(&self) -> String {
        happened(self.record.at, self.record.details.precision, self.zone)
    }

    /// Returns when it was written down, in the district's time.
    pub(super) fn written(&self) -> String {
        happened(self.record.logged, Precision::Instant, self.zone)
    }

    /// Returns the entry about what is withheld of it.
    pub(super) fn entry(
        &self,
        (basis, what): (Basis, Part),
        (exemption, reason): (Option<String>, String),
        sha256: Digest,
    ) -> WithheldEntry {
        let LineRecord { record, line, .. } = self.record;
        let kind = record.event.kind().code().to_owned();
        WithheldEntry { basis, case: record.case, exemption, kind, line: *line, reason, rev: record.rev, sha256, what }
    }
}

/// Returns the name of a case: its district, if the record that opens the case is shown.
pub(super) fn title<'a>(case: Uuid, mut shown: impl Iterator<Item = &'a Item<'a>>) -> String {
    let district = shown.find_map(|item| match &item.record.event {
        Event::CaseOpened(opened) => Some(opened.district.to_string()),
        _ => None,
    });
    district.unwrap_or_else(|| format!("Case {case}"))
}
