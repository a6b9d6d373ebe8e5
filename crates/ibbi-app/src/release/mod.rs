//! Releases: copies of records for a public-records request, without the texts and lines that are withheld.
//!
//! A text is withheld unless it is released expressly, and nothing is withheld without a stated exemption. A withheld text is in
//! its line as a salted digest, and its salt is in no file of the release, so it can't be guessed. The person who gets the release
//! can check all of it without this program.

mod archive;
mod check;
mod choice;
mod entries;
mod exemptions;
mod folder;
mod scope;

pub use check::{ReleaseVerdict, check_release};
pub use exemptions::{Exemption, ExemptionTables, Exemptions, RuleTable};

use crate::checkpoints::read_checkpoints;
use crate::error::AppError;
use crate::ledger::{self, Collect, open_unpacked};
use choice::Choice;
use entries::{Basis, Head, LINES, NOTE, Part, TEXTS, WITHHELD, json_line};
use ibbi_log::{Digest, open_sidecar};
use ibbi_report::ReleasePage;
use ibbi_seal::{PrivateKey, RELEASE_FORMAT, ReleaseLines, SignedCheckpoint, checkpoints_path, sign_release};
use scope::items;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The files with which a release can be checked. The tests run the same ones.
const TOOLS: [(&str, &str); 4] = [
    ("ledger.schema.json", include_str!("../../../../docs/ledger.schema.json")),
    ("verify_ledger.py", include_str!("../../../../docs/verify_ledger.py")),
    ("verify_proof.py", include_str!("../../../../docs/verify_proof.py")),
    ("verify_release.py", include_str!("../../../../docs/verify_release.py")),
];

/// How the caller's interface names what an error asks for.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseHints {
    /// How to decide about a text.
    decide: &'static str,
    /// How to have a checkpoint.
    sign: &'static str,
    /// How to do without a checkpoint that covers later records.
    leave_out: &'static str,
}

impl ReleaseHints {
    /// The options of `ibbi release`.
    pub const COMMAND: Self = Self {
        decide: "name the exemption of each in --exempt FILE, or one for all with --exempt-all and --reason, or release texts with \
                 --release-text",
        sign: "sign a checkpoint with `ibbi checkpoint` first",
        leave_out: "name an older checkpoint with --checkpoint",
    };
    /// The form of the server, and its API.
    pub const SERVER: Self = Self {
        decide: "name the exemption for all other texts, write a rule about these lines, or release their texts",
        sign: "a server with --sign KEYFILE signs one by itself; without it, stop the server and sign with `ibbi checkpoint`",
        leave_out: "leave out later records",
    };
}

impl Default for ReleaseHints {
    fn default() -> Self {
        Self::COMMAND
    }
}

/// What is released, and what is withheld from it.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest<'a> {
    /// The cases; `None` for all cases of the ledger.
    pub cases: Option<BTreeSet<Uuid>>,
    /// The decisions about confidential texts, and about whole lines.
    pub exemptions: Exemptions,
    /// Whether the short IDs of concerns are shown although the texts of the concerns are withheld.
    pub shows_concern_ids: bool,
    /// Whether records that no checkpoint covers are left out. Otherwise, such records of the cases are an error.
    pub leaves_out_later: bool,
    /// The file of checkpoints. `None` means the file next to the ledger.
    pub checkpoints: Option<PathBuf>,
    /// The private key that signs the release.
    pub key: Option<&'a PrivateKey>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: String,
    /// The words of errors.
    pub hints: ReleaseHints,
}

/// What a release has, and what is withheld from it.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseSummary {
    /// How many cases it is about.
    pub cases: u64,
    /// How many records it has in full.
    pub records: u64,
    /// The lines that are withheld.
    pub lines_withheld: Vec<u64>,
    /// The lines whose texts are released.
    pub texts_released: Vec<u64>,
    /// The lines whose texts are withheld.
    pub texts_withheld: Vec<u64>,
    /// The lines whose texts were destroyed.
    pub texts_destroyed: Vec<u64>,
    /// The lines whose texts the office doesn't have.
    pub texts_not_available: Vec<u64>,
    /// How many lines of the ledger the checkpoint covers.
    pub size: u64,
    /// Whether the release shows that no record of its cases is missing up to there.
    pub complete: bool,
    /// Whether a key signed it.
    pub is_signed: bool,
    /// What to look at before the release is sent.
    pub remarks: Vec<String>,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct WrittenRelease {
    /// The folder.
    pub folder: PathBuf,
    /// What is in it.
    #[serde(flatten)]
    pub summary: ReleaseSummary,
}

/// A release in memory, before it is written.
#[derive(Debug, Clone)]
pub struct PreparedRelease {
    /// What it has, and what is withheld from it.
    pub summary: ReleaseSummary,
    /// Its page, as the person who asked for the records gets it.
    pub page: ReleasePage,
    files: BTreeMap<&'static str, Vec<u8>>,
}

impl PreparedRelease {
    /// Returns the SHA-256 of `release.json`, which lists the SHA-256 of every other file but its signature. Two releases with one
    /// digest have the same files.
    pub fn digest(&self) -> Digest {
        Digest::sha256(self.files.get(entries::HEAD).map_or(&[][..], Vec::as_slice))
    }

    /// Returns its files in one .zip file, in a folder `release`.
    ///
    /// # Errors
    /// [`AppError::Io`] if the file would be too large.
    pub fn to_zip(&self) -> Result<Vec<u8>, AppError> {
        archive::zip(FOLDER, &self.files).map_err(|source| AppError::Io {
            doing: "write",
            path: "the release".into(),
            source,
        })
    }
}

/// The name of the folder in a .zip file.
const FOLDER: &str = "release";

/// Writes a release to a new folder: all of it or nothing.
///
/// # Errors
/// As [`prepare`]; also [`AppError::Io`] if the folder exists or can't be written.
pub fn release(ledger: &Path, request: &ReleaseRequest<'_>, out: &Path) -> Result<WrittenRelease, AppError> {
    folder::check_new(out)?;
    let prepared = prepare(ledger, request)?;
    folder::write_new(out, &prepared.files)?;
    Ok(WrittenRelease { folder: out.to_owned(), summary: prepared.summary })
}

/// Makes a release in memory.
///
/// # Errors
/// [`AppError::Usage`] if a decision is missing or fits nothing, or if no checkpoint covers all lines of the cases;
/// [`AppError::Extract`] if the ledger is not the one of its checkpoint; [`AppError::Io`] if a file can't be read.
pub fn prepare(ledger: &Path, request: &ReleaseRequest<'_>) -> Result<PreparedRelease, AppError> {
    let checkpoint = newest_checkpoint(ledger, request)?;
    let lines = ReleaseLines::read(open_unpacked(ledger)?, &checkpoint, request.cases.as_ref())
        .map_err(|error| AppError::from_extract(ledger, error))?;
    if lines.later > 0 && !request.leaves_out_later {
        let message = format!(
            "the newest checkpoint covers {} lines, and {} later lines of the cases would be missing; {}, or {}",
            checkpoint.checkpoint().size,
            lines.later,
            request.hints.sign,
            request.hints.leave_out
        );
        return Err(AppError::Usage(message));
    }
    let custody = ledger::read_cases(ledger, Collect::Nothing)?.store().custody();
    let texts = crate::place::texts(ledger, &custody)?.unwrap_or_default();
    let chosen = Choice::new(items(&lines)?, request, (&texts, &custody))?;
    let page = chosen.page(&lines, &checkpoint, request);
    let files = files(&chosen, &page, &lines, &checkpoint, request)?;
    Ok(PreparedRelease { summary: summary(&chosen, &lines, &checkpoint, request), page, files })
}

/// Returns the files of a release by their names.
fn files(
    chosen: &Choice<'_>,
    page: &ReleasePage,
    lines: &ReleaseLines,
    checkpoint: &SignedCheckpoint,
    request: &ReleaseRequest<'_>,
) -> Result<BTreeMap<&'static str, Vec<u8>>, AppError> {
    let mut files = BTreeMap::new();
    let mut proved = Vec::new();
    lines.write(&chosen.lines_withheld, &mut proved).map_err(|source| AppError::Io {
        doing: "write",
        path: LINES.into(),
        source,
    })?;
    files.insert(LINES, proved);
    files.insert(TEXTS, chosen.released.values().flat_map(json_line).collect());
    files.insert(WITHHELD, chosen.withheld.values().flat_map(json_line).collect());
    files.extend(TOOLS.map(|(name, text)| (name, text.as_bytes().to_vec())));
    files.insert("index.html", page.to_html().into_bytes());
    files.insert("README.txt", page.to_text().into_bytes());
    let digests = files.iter().map(|(name, bytes)| ((*name).to_owned(), Digest::sha256(bytes).to_string())).collect();
    let head = json_line(&Head {
        cases: request.cases.as_ref().map(|cases| cases.iter().copied().collect()),
        checkpoint: checkpoint.to_string(),
        files: digests,
        release: RELEASE_FORMAT,
        signer: request.key.map(|key| key.public().name().to_owned()),
    });
    if let Some(key) = request.key {
        let note = sign_release(&checkpoint.checkpoint().origin, &Digest::sha256(&head), key);
        files.insert(NOTE, note.into_bytes());
    }
    files.insert(entries::HEAD, head);
    Ok(files)
}

fn summary(
    chosen: &Choice<'_>,
    lines: &ReleaseLines,
    checkpoint: &SignedCheckpoint,
    request: &ReleaseRequest<'_>,
) -> ReleaseSummary {
    let with = |basis: Basis| {
        let texts = chosen.withheld.values().filter(|entry| entry.what == Part::Text && entry.basis == basis);
        texts.map(|entry| entry.line).collect()
    };
    ReleaseSummary {
        cases: lines.cases.len() as u64,
        records: (chosen.items.len() - chosen.lines_withheld.len()) as u64,
        lines_withheld: chosen.lines_withheld.iter().copied().collect(),
        texts_released: chosen.released.keys().copied().collect(),
        texts_withheld: with(Basis::Exempt),
        texts_destroyed: with(Basis::Destroyed),
        texts_not_available: with(Basis::NotAvailable),
        size: checkpoint.checkpoint().size,
        complete: lines.complete || request.cases.is_none(),
        is_signed: request.key.is_some(),
        remarks: chosen.remarks(lines),
    }
}

fn newest_checkpoint(ledger: &Path, request: &ReleaseRequest<'_>) -> Result<SignedCheckpoint, AppError> {
    let (beside, given) = (checkpoints_path(ledger), request.checkpoints.as_deref());
    let in_database = if given.is_none() { crate::place::database_checkpoints(ledger)? } else { None };
    let file = given.unwrap_or(&beside);
    let none = || {
        let whose = given.map_or_else(|| "the ledger".to_owned(), |given| given.display().to_string());
        AppError::Usage(format!("{whose} has no checkpoint; {}", request.hints.sign))
    };
    if let Some(list) = in_database {
        return list.into_iter().max_by_key(|signed| signed.checkpoint().size).ok_or_else(none);
    }
    if given.is_none() && !file.exists() {
        return Err(none());
    }
    let known = read_checkpoints(file, if given.is_some() { |path| File::open(path) } else { open_sidecar })?;
    known.largest().cloned().ok_or_else(none)
}
