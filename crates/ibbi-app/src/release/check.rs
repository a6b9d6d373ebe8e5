//! Checking a release, as the person who asked for the records can. The script `docs/verify_release.py` does the same, with the same
//! words.

use super::entries::{
    Basis, DATA, HEAD, Head, LINES, NOTE, Part, TEXTS, TextEntry, WITHHELD, WithheldEntry, entries_by_line, read_json,
};
use crate::error::AppError;
use crate::keys::public_key;
use ibbi_log::{Digest, LineRecord, open_sidecar, text_digest};
use ibbi_seal::{
    CheckedRelease, PublicKey, RELEASE_FORMAT, ReleaseNoteError, SignedCheckpoint, WithheldLine, check_release_lines,
    check_release_note,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// Why a link is refused. It could lead to a file outside the release that changes after the check, or that isn't the reader's to read.
const LINK: &str = "it is a link; a release must have the file itself";

/// What checking a release found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReleaseVerdict {
    /// `release`.
    pub what: &'static str,
    /// Whether everything in it can be proved.
    pub sound: bool,
    /// The first fault, with the file and the line of the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The ledger's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// How many lines the checkpoint covers.
    pub size: u64,
    /// How many cases it is about.
    pub cases: u64,
    /// How many records it has in full.
    pub records: u64,
    /// How many lines are withheld.
    pub lines_withheld: u64,
    /// How many texts are released.
    pub texts_released: u64,
    /// How many texts are withheld under an exemption.
    pub texts_withheld: u64,
    /// How many texts were destroyed.
    pub texts_destroyed: u64,
    /// How many texts the office doesn't have.
    pub texts_not_available: u64,
    /// Up to which line of the ledger no record of the cases is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_up_to: Option<u64>,
    /// The trusted key that signed the checkpoint. `None` if no key was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// Whether `release.note` covers all files, also the reasons and the page.
    pub is_signed: bool,
}

/// Checks a release: its proofs, its texts, and that nothing is withheld without a reason. Without keys, no signature is checked.
///
/// # Errors
/// [`AppError`] if the folder or a key can't be read. Faults of the release are in the result.
pub fn check_release(folder: &Path, keys: &[String]) -> Result<ReleaseVerdict, AppError> {
    let keys = keys.iter().map(|text| public_key(text)).collect::<Result<Vec<_>, _>>()?;
    match check(folder, &keys) {
        Ok(verdict) => Ok(verdict),
        Err(Stop::Fault(fault)) => {
            Ok(ReleaseVerdict { what: "release", fault: Some(fault), ..ReleaseVerdict::default() })
        }
        Err(Stop::Io(error)) => Err(error),
    }
}

/// Why the check ended.
enum Stop {
    Fault(String),
    Io(AppError),
}

impl From<String> for Stop {
    fn from(fault: String) -> Self {
        Self::Fault(fault)
    }
}

fn require(condition: bool, fault: impl FnOnce() -> String) -> Result<(), Stop> {
    if condition { Ok(()) } else { Err(Stop::Fault(fault())) }
}

fn check(folder: &Path, keys: &[PublicKey]) -> Result<ReleaseVerdict, Stop> {
    let head_bytes = read(folder, HEAD)?;
    let head: Head = head_bytes
        .strip_suffix(b"\n")
        .and_then(read_json)
        .filter(is_head)
        .ok_or_else(|| format!("{HEAD}: it is not the head of a release of format {RELEASE_FORMAT}"))?;
    let signed: SignedCheckpoint =
        head.checkpoint.parse().map_err(|_| format!("{HEAD}: it has no signed checkpoint"))?;
    let unsigned = |_| format!("{HEAD}: the given key did not sign the checkpoint");
    let signer = if keys.is_empty() { None } else { Some(signed.verify(keys).map_err(unsigned)?) };
    let [lines, texts, reasons] = [read(folder, LINES)?, read(folder, TEXTS)?, read(folder, WITHHELD)?];
    let withheld = read_withheld(&reasons)?;
    let released: BTreeMap<u64, TextEntry> = entries_by_line(TEXTS, &texts)?;
    let of_lines = withheld.iter().filter(|(_, entry)| entry.what == Part::Line);
    let of_lines = of_lines
        .map(|(line, entry)| (*line, WithheldLine { case: entry.case, rev: entry.rev, digest: entry.sha256 }))
        .collect();
    let cases: Option<BTreeSet<_>> = head.cases.as_ref().map(|cases| cases.iter().copied().collect());
    let checkpoint = signed.checkpoint();
    let checked = check_release_lines(&lines, checkpoint, cases.as_ref(), &of_lines)
        .map_err(|fault| format!("{LINES}: {fault}"))?;
    check_texts(&checked, &released, &withheld)?;
    check_files(folder, &head)?;
    if head.signer.is_some() {
        let note = String::from_utf8_lossy(&read(folder, NOTE)?).into_owned();
        check_release_note(&note, &checkpoint.origin, &Digest::sha256(&head_bytes), keys).map_err(
            |error| match error {
                ReleaseNoteError::Signature(_) => format!("{NOTE}: the given key did not sign it"),
                _ => format!("{NOTE}: it is not the signed statement about this release.json"),
            },
        )?;
    }
    let count = |part: Part, basis: Basis| {
        withheld.values().filter(|entry| entry.what == part && entry.basis == basis).count() as u64
    };
    Ok(ReleaseVerdict {
        what: "release",
        sound: true,
        fault: None,
        origin: Some(checkpoint.origin.clone()),
        size: checkpoint.size,
        cases: checked.cases.len() as u64,
        records: checked.records.len() as u64,
        lines_withheld: checked.withheld.len() as u64,
        texts_released: released.len() as u64,
        texts_withheld: count(Part::Text, Basis::Exempt),
        texts_destroyed: count(Part::Text, Basis::Destroyed),
        texts_not_available: count(Part::Text, Basis::NotAvailable),
        complete_up_to: checked.complete_up_to,
        signer,
        is_signed: head.signer.is_some(),
    })
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, Stop> {
    let path = folder.join(name);
    if path.is_symlink() {
        return Err(Stop::Fault(format!("{name}: {LINK}")));
    }
    if !path.is_file() {
        return Err(Stop::Fault(format!("{name}: the file is missing")));
    }
    let mut bytes = Vec::new();
    // A link that took the file's place since is not followed either.
    open_sidecar(&path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|source| failed(&path, source))?;
    Ok(bytes)
}

fn failed(path: &Path, source: io::Error) -> Stop {
    Stop::Io(AppError::Io { doing: "read", path: path.to_owned(), source })
}

fn is_head(head: &Head) -> bool {
    let sorted = |cases: &Vec<_>| !cases.is_empty() && cases.is_sorted_by(|one, two| one < two);
    let is_plain = |name: &String| {
        let is_good = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-');
        name.bytes().all(is_good) && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    };
    head.release == RELEASE_FORMAT && head.cases.as_ref().is_none_or(sorted) && head.files.keys().all(is_plain)
}

fn read_withheld(bytes: &[u8]) -> Result<BTreeMap<u64, WithheldEntry>, Stop> {
    let entries: BTreeMap<u64, WithheldEntry> = entries_by_line(WITHHELD, bytes)?;
    for (line, entry) in &entries {
        let place = format!("{WITHHELD}: line {line}");
        let exempt = entry.basis == Basis::Exempt;
        let cited = entry.exemption.as_ref().is_some_and(|exemption| !exemption.trim().is_empty());
        require(!exempt || cited, || format!("{place}: it is withheld without an exemption"))?;
        require(exempt || (entry.what == Part::Text && entry.exemption.is_none()), || {
            format!("{place}: only a text can be destroyed or not available, and then without an exemption")
        })?;
        require(!entry.reason.trim().is_empty(), || format!("{place}: it is withheld without a reason"))?;
    }
    Ok(entries)
}

/// Checks that each text is the recorded one, or is withheld, and that there are no others.
fn check_texts(
    checked: &CheckedRelease,
    released: &BTreeMap<u64, TextEntry>,
    withheld: &BTreeMap<u64, WithheldEntry>,
) -> Result<(), Stop> {
    let with_text: BTreeMap<u64, (&LineRecord, Digest)> =
        checked.records.iter().filter_map(|record| Some((record.line, (record, record.text_digest()?)))).collect();
    for (line, (record, digest)) in &with_text {
        match (released.get(line), withheld.get(line)) {
            (None, None) => {
                return Err(format!("{LINES}: line {line}: its text is neither released nor withheld").into());
            }
            (Some(_), Some(_)) => {
                return Err(format!("{TEXTS}: line {line}: its text is both released and withheld").into());
            }
            (Some(entry), None) => {
                let other = || format!("{TEXTS}: line {line}: it has another digest than the line");
                require(entry.digest == *digest, other)?;
                let found = salt_of(&entry.salt).map(|salt| text_digest(&salt, &entry.text));
                require(found == Some(*digest), || {
                    format!("{TEXTS}: line {line}: the text or its salt is not the recorded one")
                })?;
            }
            (None, Some(entry)) => {
                let place = format!("{WITHHELD}: line {line}");
                require(entry.what == Part::Text, || format!("{place}: the line is not withheld in {LINES}"))?;
                require(entry.sha256 == *digest, || format!("{place}: it has another digest than the line"))?;
                let same = (entry.case, entry.rev, entry.kind.as_str())
                    == (record.case, record.rev, record.event.kind().code());
                require(same, || format!("{place}: it has another case, number, or kind of record than the line"))?;
            }
        }
    }
    let none = "the line has no confidential text, or is not in the release";
    for line in released.keys() {
        require(with_text.contains_key(line), || format!("{TEXTS}: line {line}: {none}"))?;
    }
    for (line, entry) in withheld {
        match entry.what {
            Part::Line => require(checked.withheld.contains(line), || {
                format!("{WITHHELD}: line {line}: the line is not withheld in {LINES}")
            })?,
            Part::Text => require(with_text.contains_key(line), || format!("{WITHHELD}: line {line}: {none}"))?,
        }
    }
    Ok(())
}

/// Returns the bytes of a salt, from 32 lower-case hexadecimal digits.
fn salt_of(text: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    let is_hex = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    for (index, byte) in salt.iter_mut().enumerate().filter(|_| is_hex) {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    is_hex.then_some(salt)
}

fn check_files(folder: &Path, head: &Head) -> Result<(), Stop> {
    for name in DATA {
        require(head.files.contains_key(name), || format!("{HEAD}: it does not list {name}"))?;
    }
    for (name, digest) in &head.files {
        let found = Digest::sha256(&read(folder, name)?);
        require(found.to_string() == *digest, || format!("{name}: the file was changed"))?;
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| failed(folder, source))? {
        names.push(entry.map_err(|source| failed(folder, source))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    if let Some(name) = names.iter().find(|name| folder.join(name).is_symlink()) {
        return Err(format!("{name}: {LINK}").into());
    }
    let is_known = |name: &String| {
        head.files.contains_key(name)
            || [HEAD, "__pycache__"].contains(&name.as_str())
            || (name == NOTE && head.signer.is_some())
    };
    match names.into_iter().find(|name| !is_known(name)) {
        Some(name) => Err(format!("{name}: the file is not part of the release").into()),
        None => Ok(()),
    }
}
