//! An input after every line was judged, and the report on it.

use super::findings::Findings;
use crate::certificate::{CertificateInput, CertifiedFile, CheckedHistory};
use crate::finding::{Finding, FindingDetail, FindingKind, Location, Severity};
use crate::judge::{AuditedCase, Shard};
use crate::options::AuditOptions;
use crate::report::{AuditReport, CheckpointFacts, InputKind, LedgerFacts};
use crate::statistics::{self, Statistics};
use ibbi_common::zone::Zone;
use ibbi_core::At;
use ibbi_log::Digest;

/// An input after every line was judged.
pub(super) struct JudgedInput {
    pub(super) input: InputKind,
    pub(super) facts: LedgerFacts,
    pub(super) checkpoints: Vec<CheckpointFacts>,
    /// The checkpoints together; nothing for an extract that proves nothing.
    pub(super) history: Option<CheckedHistory>,
    /// For an extract: up to which line it is complete, if it shows that.
    pub(super) extract: Option<Option<u64>>,
    pub(super) shards: Vec<Shard>,
    /// The findings that appear only at the end.
    pub(super) final_findings: Vec<Finding>,
}

impl JudgedInput {
    /// Returns how many bytes of the source were read, after decompression.
    pub(super) const fn bytes(&self) -> u64 {
        self.facts.bytes
    }

    /// Passes on the findings that appear only at the end, then the cases, and returns the report.
    pub(super) fn report(
        mut self,
        options: &AuditOptions,
        mut findings: Findings<'_>,
        digest: Option<(u64, Digest)>,
    ) -> AuditReport {
        let as_of = options.as_of.or(self.facts.last_logged).unwrap_or(At::MIN);
        let mut last = core::mem::take(&mut self.final_findings);
        last.extend(self.shards.iter().flat_map(|shard| &shard.follows).filter_map(|(earlier, location)| {
            let known = self.shards.iter().any(|shard| shard.has(*earlier));
            let detail = FindingDetail::FollowsMissing { earlier: *earlier };
            (!known).then(|| location.finding(FindingKind::CaseFollowsMissing, detail))
        }));
        for case in self.shards.iter_mut().flat_map(|shard| &mut shard.cases) {
            last.extend(past_contract(case, as_of));
        }
        last.sort_by_key(|finding| (finding.kind, finding.line));
        last.into_iter().for_each(|finding| findings.add(finding));

        let mut cases: Vec<_> = self.shards.iter().flat_map(|shard| &shard.cases).collect();
        cases.sort_by_key(|case| case.first_line);
        for case in cases.iter().filter(|case| statistics::includes(&options.filter, case)) {
            findings.case(statistics::summary(case));
        }
        let statistics = Statistics::new(&cases, as_of, options);
        let [errors, warnings, infos] =
            [Severity::Error, Severity::Warning, Severity::Info].map(|severity| findings.total(severity));
        let is_cut_short = findings.has(FindingKind::LedgerTooLarge) || findings.has(FindingKind::LedgerCompression);
        let certificate = CertificateInput {
            history: self.history.as_ref(),
            options,
            file: CertifiedFile {
                name: options.certificate.file.clone(),
                bytes: digest.map(|(bytes, _)| bytes),
                sha256: digest.map(|(_, digest)| digest),
                compression: self.facts.compression,
            },
            sound: findings.is_sound(),
            torn: findings.has(FindingKind::LedgerTorn),
            is_cut_short,
            extract: self.extract,
        };
        AuditReport {
            certificate: certificate.certificate(),
            what: self.input,
            sound: findings.is_sound(),
            errors,
            warnings,
            infos,
            ledger: self.facts,
            as_of,
            checkpoints: self.checkpoints,
            advisories: findings.advisories(),
            findings: findings.finish(),
            filter: options.filter.clone(),
            cases: statistics.cases,
            events: statistics.events,
            percentiles: "nearest rank",
            stages: statistics.stages,
            outcomes: statistics.outcomes,
            waiting: statistics.waiting,
            variants: statistics.variants,
            paths: statistics.paths,
            months: statistics.months,
        }
    }
}

/// Returns a finding if a case is open after its contract expired.
fn past_contract(audited: &mut AuditedCase, as_of: At) -> Option<Finding> {
    let case = audited.state.as_ref()?.case();
    let contract = case.file()?.contract();
    let (expires, stage) = (contract.expires?, case.stage());
    let today = audited.zone.unwrap_or(Zone::UTC).date(as_of);
    if !stage.is_open() || today <= expires {
        return None;
    }
    let evergreen = contract.evergreen;
    audited.note(FindingKind::CasePastContract);
    let location = Location { case: Some(audited.id), ..Location::line(audited.last_line, audited.offsets.last()) };
    let detail = FindingDetail::PastContract { expires, today, evergreen, stage };
    Some(location.finding(FindingKind::CasePastContract, detail))
}
