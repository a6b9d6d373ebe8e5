//! The certificate of an audit: what was audited, how far checkpoints cover it, and what can't be ruled out.
//!
//! It is data. `ibbi-report` has its sentences, and `docs/certificate.md` explains them.

use crate::certificate_options::HistoryOptions;
use crate::input::Compression;
use core::ops::RangeInclusive;
use ibbi_core::At;
use ibbi_log::Digest;
use ibbi_seal::{CheckedCheckpoint, Fork, HistoryFindings, PublicKey, SignedCheckpoint, compare_checkpoints};
use serde::Serialize;

/// The certificate of an audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditCertificate {
    /// Whether the ledger or the extract is sound.
    pub sound: bool,
    /// The file that was audited.
    pub file: CertifiedFile,
    /// When the audit began, by the auditor's clock.
    pub audited_at: Option<At>,
    /// The person who audited.
    pub audited_by: Option<String>,
    /// The program that audited, with its version.
    pub program: Option<String>,
    /// The lines that a valid checkpoint covers; nothing if no checkpoint that counts is valid.
    pub covered: Option<CertifiedLines>,
    /// The cosignatures that a checkpoint needs, if witnesses were given.
    pub witnesses: Option<CertifiedQuorum>,
    /// The earlier checkpoints that were given, and whether the ledger continues each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<EarlierCheckpoint>,
    /// Statements about the history that can't all be true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<HistoryFork>,
    /// The fewest lines of which at least one must have been changed, removed, or added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<CertifiedRange>,
    /// The lines at the end that a checkpoint covers and that are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<CertifiedRange>,
    /// Whether the file ends within a line, or within records that belong together.
    pub torn: bool,
    /// What the audit can't rule out.
    pub not_ruled_out: Vec<OpenQuestion>,
}

/// A file, as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedFile {
    /// Its name.
    pub name: Option<String>,
    /// Its size in bytes; nothing if its digest was not computed.
    pub bytes: Option<u64>,
    /// The SHA-256 of its bytes as they are, as `sha256sum` prints it; for a compressed file, of the compressed bytes.
    #[serde(serialize_with = "crate::report::as_optional_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub sha256: Option<Digest>,
    /// Its compression.
    pub compression: Option<Compression>,
}

/// The lines from the first one on that a checkpoint covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedLines {
    /// The last line.
    pub last: u64,
    /// When the last line was recorded, if it states the last lines of all cases, as the last line of a checkpoint does.
    pub recorded: Option<At>,
    /// The trusted key that signed the checkpoint; nothing if no key was given.
    pub signer: Option<CertifiedKey>,
    /// The keys that the checkpoint names, whether or not they were checked. Witnesses are among them.
    pub names: Vec<CertifiedKey>,
    /// Whether the checkpoint comes from a place where the ledger's operator can't write.
    pub kept_outside: bool,
    /// The witnesses that cosigned the checkpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cosigned: Vec<CertifiedWitness>,
}

/// A key, by its name and its ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedKey {
    /// Its name.
    pub name: String,
    /// Its ID: 8 hexadecimal digits.
    pub id: String,
}

/// A witness that cosigned a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedWitness {
    /// Its name.
    pub name: String,
    /// When it cosigned, by its own clock. Nothing if that is after the year 9999.
    pub at: Option<At>,
}

/// How many witnesses a checkpoint needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedQuorum {
    /// How many of the witnesses must have cosigned a checkpoint.
    pub needed: usize,
    /// How many witnesses are known.
    pub known: usize,
    /// The most of them that cosigned one checkpoint.
    pub most: usize,
}

/// An earlier checkpoint that a person kept outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EarlierCheckpoint {
    /// How many lines it covers.
    pub size: u64,
    /// Whether the ledger has these lines, and a trusted key signed the checkpoint if keys were given.
    pub continued: bool,
}

/// Two histories under one name: two checkpoints that can't both be true, or one that the lines contradict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryFork {
    /// What contradicts what, as a sentence without a period.
    pub text: String,
    /// One checkpoint, as a signed note.
    pub known: String,
    /// The other one. Without it, the lines of the file themselves contradict the checkpoint.
    pub found: Option<String>,
    /// Each of these checkpoints, with its signers and its witnesses.
    pub statements: Vec<ForkStatement>,
}

/// One of the checkpoints of a fork.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForkStatement {
    /// How many lines it covers.
    pub size: u64,
    /// Whether the lines of the file are its lines.
    pub in_file: bool,
    /// The trusted key that signed it; nothing if no key was given.
    pub signer: Option<CertifiedKey>,
    /// The keys that it names, whether or not they were checked. Witnesses are among them.
    pub names: Vec<CertifiedKey>,
    /// The known witnesses that cosigned it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cosigned: Vec<CertifiedWitness>,
}

/// Lines from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedRange {
    /// The first line, from 1.
    pub first: u64,
    /// The last line.
    pub last: u64,
}

/// A possibility that an audit can't rule out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OpenQuestion {
    /// No valid checkpoint was checked: the whole ledger can have been written again, and its end removed.
    NoCheckpoint,
    /// Lines after the checkpoint can have been changed or removed.
    AfterCheckpoint {
        /// The last line that the checkpoint covers.
        line: u64,
        /// The number of lines after it in the file.
        lines: u64,
    },
    /// No key was given, so any person can have signed the checkpoint.
    SignatureNotChecked,
    /// The holder of the signing key can have written lines again and signed them.
    KeyHolder {
        /// The last line that a checkpoint from outside covers; 0 if there is none.
        after: u64,
    },
    /// Lines can have been written again before the first checkpoint from outside was given out. A checkpoint or a cosignature
    /// shows only that lines are the same since then.
    BeforeCheckpoint {
        /// The last line that this checkpoint covers.
        line: u64,
        /// When that line was recorded, if it states the last lines of all cases.
        recorded: Option<At>,
        /// When the first of the known witnesses cosigned it, by its own clock.
        cosigned: Option<At>,
    },
    /// The checkpoint was given apart from the ledger, but the operator can have written that copy too.
    GivenCopy {
        /// The last line that it covers.
        line: u64,
    },
    /// An extract of an old ledger or checkpoint: later records of the case can exist, even under its checkpoint.
    LaterRecords,
    /// The case can have records after the last line that an extract's checkpoint covers.
    AfterExtract {
        /// That line.
        line: u64,
    },
    /// Not all bytes of the file were read.
    NotAllRead,
    /// Names, times, and what is said to have happened can be untrue. They are as they were recorded.
    AsRecorded,
}

impl From<RangeInclusive<u64>> for CertifiedRange {
    fn from(lines: RangeInclusive<u64>) -> Self {
        Self { first: *lines.start(), last: *lines.end() }
    }
}

/// The checkpoints of an input after they were checked.
pub(crate) struct CheckedHistory {
    pub(crate) checked: Vec<CheckedCheckpoint>,
    /// For a size at which a line states the last lines of all cases: when that line was recorded.
    pub(crate) recorded: Vec<(u64, At)>,
    /// How many whole lines the ledger has.
    pub(crate) lines: u64,
    pub(crate) found: HistoryFindings,
    /// The earlier checkpoints, and whether the ledger continues each.
    pub(crate) since: Vec<EarlierCheckpoint>,
    options: HistoryOptions,
}

impl CheckedHistory {
    /// Compares the checkpoints with each other. `first_break` has the lines of the first fault.
    pub(crate) fn new(
        checked: Vec<CheckedCheckpoint>,
        recorded: Vec<(u64, At)>,
        (lines, first_break): (u64, Option<RangeInclusive<u64>>),
        options: HistoryOptions,
    ) -> Self {
        let found =
            compare_checkpoints(&checked, lines, first_break, |index| options.is_outside(index, &checked[index]));
        let earlier = |index: &usize| {
            let checked = checked.get(*index)?;
            Some(EarlierCheckpoint { size: checked.signed.checkpoint().size, continued: checked.is_good() })
        };
        let mut since: Vec<EarlierCheckpoint> = options.earlier.iter().filter_map(earlier).collect();
        since.sort_by_key(|earlier| (earlier.size, earlier.continued));
        since.dedup();
        Self { checked, recorded, lines, found, since, options }
    }

    /// Returns the statements that can't all be true.
    pub(crate) fn forks(&self, keys: &[PublicKey]) -> Vec<HistoryFork> {
        let two = |fork: &Fork| HistoryFork {
            text: fork.to_string(),
            known: fork.known.to_string(),
            found: Some(fork.found.to_string()),
            statements: [&fork.known, &fork.found].iter().filter_map(|signed| self.statement(signed, keys)).collect(),
        };
        let mut forks: Vec<HistoryFork> = self.found.forks.iter().map(two).collect();
        // Two signed statements say more than one and the lines of a file.
        let other = self.found.other_history.filter(|_| forks.is_empty());
        let has_size = |checked: &&CheckedCheckpoint| Some(checked.signed.checkpoint().size) == other;
        forks.extend(self.checked.iter().find(has_size).map(|checked| {
            let statement = checked.signed.checkpoint();
            HistoryFork {
                text: format!(
                    "{}: the first {} lines are another history than the one that the checkpoint signed",
                    statement.origin, statement.size
                ),
                known: checked.signed.to_string(),
                found: None,
                statements: self.statement(&checked.signed, keys).into_iter().collect(),
            }
        }));
        forks
    }

    /// Returns one side of a fork.
    fn statement(&self, signed: &SignedCheckpoint, keys: &[PublicKey]) -> Option<ForkStatement> {
        let checked = self.checked.iter().find(|checked| checked.signed == *signed)?;
        let (signer, names) = signers(checked, keys);
        let (size, in_file) = (signed.checkpoint().size, checked.fault.is_none());
        Some(ForkStatement { size, in_file, signer, names, cosigned: self.cosigned(checked) })
    }

    /// Returns the known witnesses that cosigned a checkpoint.
    fn cosigned(&self, checked: &CheckedCheckpoint) -> Vec<CertifiedWitness> {
        let quorum = self.options.quorum.iter();
        let all = quorum.flat_map(|quorum| quorum.cosignatures(&checked.signed).unwrap_or_default());
        all.map(|by| CertifiedWitness { at: instant(by.seconds), name: by.witness }).collect()
    }

    /// Returns the lines of the largest valid checkpoint that counts.
    fn covered(&self, keys: &[PublicKey]) -> Option<CertifiedLines> {
        let options = &self.options;
        let counts = |checked: &CheckedCheckpoint| {
            checked.is_good() && options.quorum.as_ref().is_none_or(|quorum| quorum.is_met(&checked.signed))
        };
        let all = self.checked.iter().enumerate().filter(|(_, checked)| counts(checked));
        // Of two with one size, the one from outside says more.
        let rank = |(index, checked): &(usize, &CheckedCheckpoint)| {
            (checked.signed.checkpoint().size, options.is_outside(*index, checked))
        };
        let (index, checked) = all.max_by_key(rank)?;
        let size = checked.signed.checkpoint().size;
        let (signer, names) = signers(checked, keys);
        Some(CertifiedLines {
            last: size,
            recorded: self.recorded_at(size),
            signer,
            names,
            kept_outside: options.is_outside(index, checked),
            cosigned: self.cosigned(checked),
        })
    }

    fn recorded_at(&self, size: u64) -> Option<At> {
        self.recorded.iter().find(|(line, _)| *line == size).map(|(_, at)| *at)
    }

    /// Returns the valid checkpoints from outside.
    fn outside(&self) -> impl Iterator<Item = &CheckedCheckpoint> {
        let all = self.checked.iter().enumerate();
        let outside = all.filter(|(index, checked)| checked.is_good() && self.options.is_outside(*index, checked));
        outside.map(|(_, checked)| checked)
    }

    /// Returns the possibilities that the holder of the signing key has, and those about the copies of checkpoints. `last` is the
    /// last line that a checkpoint covers.
    fn key_holder(&self, last: u64) -> Vec<OpenQuestion> {
        let size = |checked: &&CheckedCheckpoint| checked.signed.checkpoint().size;
        let largest = self.outside().max_by_key(size);
        let covered = largest.as_ref().map_or(0, size);
        // A checkpoint of one of two histories doesn't show which of them is the original.
        let has_forked = !self.forks(&[]).is_empty();
        let common = self.found.changed.as_ref().filter(|_| has_forked).map(|lines| lines.start().saturating_sub(1));
        let after = covered.min(common.unwrap_or(covered));
        let mut open = Vec::new();
        open.extend((has_forked || after < last.max(self.lines)).then_some(OpenQuestion::KeyHolder { after }));
        open.extend(self.outside().min_by_key(size).map(|first| {
            let line = size(&first);
            let cosigned = self.cosigned(first).iter().filter_map(|by| by.at).min();
            OpenQuestion::BeforeCheckpoint { line, recorded: self.recorded_at(line), cosigned }
        }));
        let is_cosigned = |checked: &CheckedCheckpoint| {
            self.options.quorum.as_ref().is_some_and(|quorum| quorum.is_met(&checked.signed))
        };
        let is_witnessed = self.outside().any(|checked| size(&checked) == covered && is_cosigned(checked));
        open.extend((covered > 0 && !is_witnessed).then_some(OpenQuestion::GivenCopy { line: covered }));
        open
    }

    /// Returns how many cosignatures are needed, and how many there are.
    pub(crate) fn quorum(&self) -> Option<CertifiedQuorum> {
        let quorum = self.options.quorum.as_ref()?;
        let count = |checked: &CheckedCheckpoint| quorum.cosignatures(&checked.signed).map_or(0, |found| found.len());
        let most = self.checked.iter().filter(|checked| checked.is_good()).map(count).max().unwrap_or(0);
        Some(CertifiedQuorum { needed: quorum.needed(), known: quorum.known(), most })
    }
}

/// What a certificate needs to know about its audit.
pub(crate) struct CertificateInput<'a> {
    pub(crate) history: Option<&'a CheckedHistory>,
    pub(crate) options: &'a crate::options::AuditOptions,
    pub(crate) file: CertifiedFile,
    pub(crate) sound: bool,
    pub(crate) torn: bool,
    pub(crate) is_cut_short: bool,
    /// For an extract: up to which line it is complete, if it shows that.
    pub(crate) extract: Option<Option<u64>>,
}

impl CertificateInput<'_> {
    pub(crate) fn certificate(self) -> AuditCertificate {
        let Self { history, options, file, sound, torn, is_cut_short, extract } = self;
        let covered = history.and_then(|history| history.covered(&options.keys));
        let mut open = Vec::new();
        match (&covered, extract) {
            (None, _) => open.push(OpenQuestion::NoCheckpoint),
            (Some(_), Some(None)) => open.push(OpenQuestion::LaterRecords),
            (Some(_), Some(Some(line))) => open.push(OpenQuestion::AfterExtract { line }),
            (Some(CertifiedLines { last, .. }), None) => {
                let lines = history.map_or(0, |history| history.lines.saturating_sub(*last));
                open.push(OpenQuestion::AfterCheckpoint { line: *last, lines });
            }
        }
        if let (Some(covered), Some(history)) = (&covered, history) {
            open.extend(covered.signer.is_none().then_some(OpenQuestion::SignatureNotChecked));
            open.extend(history.key_holder(covered.last));
        }
        open.extend(is_cut_short.then_some(OpenQuestion::NotAllRead));
        open.push(OpenQuestion::AsRecorded);
        AuditCertificate {
            sound,
            file,
            audited_at: options.now,
            audited_by: options.certificate.auditor.clone(),
            program: options.certificate.program.clone(),
            covered,
            witnesses: history.and_then(CheckedHistory::quorum),
            since: history.map(|history| history.since.clone()).unwrap_or_default(),
            forks: history.map(|history| history.forks(&options.keys)).unwrap_or_default(),
            changed: history.and_then(|history| history.found.changed.clone()).map(CertifiedRange::from),
            missing: history.and_then(|history| history.found.missing.clone()).map(CertifiedRange::from),
            torn,
            not_ruled_out: open,
        }
    }
}

/// Returns the trusted key that signed a checkpoint, and all keys that the checkpoint names.
fn signers(checked: &CheckedCheckpoint, keys: &[PublicKey]) -> (Option<CertifiedKey>, Vec<CertifiedKey>) {
    let signatures = checked.signed.note().signatures().iter();
    let names = signatures
        .map(|signature| CertifiedKey { name: signature.name.clone(), id: format!("{:08x}", signature.key_id) });
    let names: Vec<CertifiedKey> = names.collect();
    let signer = checked.signature.as_ref().and_then(|signature| signature.as_ref().ok());
    let is_trusted = |key: &&CertifiedKey| {
        Some(&key.name) == signer
            && keys.iter().any(|own| own.name() == key.name && format!("{:08x}", own.id()) == key.id)
    };
    (names.iter().find(is_trusted).cloned(), names)
}

/// Returns an instant from the seconds since 1970.
fn instant(seconds: u64) -> Option<At> {
    At::from_millis(i64::try_from(seconds).ok()?.checked_mul(1000)?)
}
