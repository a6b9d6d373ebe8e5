//! Releases: copies of records for a public-records request, without the texts and lines that are withheld.
//!
//! A text is withheld unless it is released expressly, and nothing is withheld without a stated exemption. A withheld text is in
//! its line as a salted digest, and its salt is in no file of the release, so it can't be guessed. The person who gets the release
//! can check all of it without this program.

mod check;
mod entries;
mod exemptions;
mod folder;
mod scope;

pub use check::{ReleaseVerdict, check_release};
pub use exemptions::{Exemption, Exemptions};

use crate::checkpoints::read_checkpoints;
use crate::error::AppError;
use crate::ledger::{self, Collect, open_unpacked};
use entries::{Basis, Head, LINES, NOTE, Part, TEXTS, TextEntry, WITHHELD, WithheldEntry, json_line};
use exemptions::Decision;
use ibbi_core::{Event, NoteText};
use ibbi_log::{CustodyState, Destruction, Digest, LedgerLine, TextState, Texts, open_sidecar};
use ibbi_report::{ReleasePage, ReleasedCase, ReleasedRecord};
use ibbi_seal::{PrivateKey, RELEASE_FORMAT, ReleaseLines, SignedCheckpoint, checkpoints_path, sign_release};
use scope::{Item, items, title};
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

/// What is released, and what is withheld from it.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest {
    /// The cases; `None` for all cases of the ledger.
    pub cases: Option<BTreeSet<Uuid>>,
    /// The decisions about confidential texts, and about whole lines.
    pub exemptions: Exemptions,
    /// Whether the short IDs of concerns are shown although the texts of the concerns are withheld.
    pub shows_concern_ids: bool,
    /// The file of checkpoints. `None` means the file next to the ledger.
    pub checkpoints: Option<PathBuf>,
    /// The file of the private key that signs the release.
    pub key: Option<PathBuf>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct WrittenRelease {
    /// The folder.
    pub folder: PathBuf,
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
    /// What to look at before the folder is sent.
    pub remarks: Vec<String>,
}

/// Writes a release to a new folder: all of it or nothing.
///
/// # Errors
/// [`AppError::Usage`] if a decision is missing or fits nothing, or if no checkpoint covers all lines of the cases;
/// [`AppError::Extract`] if the ledger is not the one of its checkpoint; [`AppError::Io`] if the folder exists or a file can't be read
/// or written.
pub fn release(ledger: &Path, request: &ReleaseRequest, out: &Path) -> Result<WrittenRelease, AppError> {
    folder::check_new(out)?;
    let key = request.key.as_deref().map(PrivateKey::load).transpose()?;
    let checkpoint = newest_checkpoint(ledger, request.checkpoints.as_deref())?;
    let lines = ReleaseLines::read(open_unpacked(ledger)?, &checkpoint, request.cases.as_ref())
        .map_err(|error| AppError::from_extract(ledger, error))?;
    if lines.later > 0 && request.checkpoints.is_none() {
        let message = format!(
            "the newest checkpoint covers {} lines, and {} later lines of the cases would be missing; sign a checkpoint with `ibbi \
             checkpoint` first, or name an older checkpoint with --checkpoint",
            checkpoint.checkpoint().size,
            lines.later
        );
        return Err(AppError::Usage(message));
    }
    let custody = ledger::read_cases(ledger, Collect::Nothing)?.store().custody();
    let texts = crate::place::texts(ledger, &custody)?.unwrap_or_default();
    let chosen = Choice::new(items(&lines)?, request, (&texts, &custody))?;
    let mut files = BTreeMap::new();
    let mut proved = Vec::new();
    lines.write(&chosen.lines_withheld, &mut proved).map_err(|source| AppError::Io {
        doing: "write",
        path: out.to_owned(),
        source,
    })?;
    files.insert(LINES, proved);
    files.insert(TEXTS, chosen.released.values().flat_map(json_line).collect());
    files.insert(WITHHELD, chosen.withheld.values().flat_map(json_line).collect());
    files.extend(TOOLS.map(|(name, text)| (name, text.as_bytes().to_vec())));
    let page = chosen.page(&lines, &checkpoint, request, key.is_some());
    files.insert("index.html", page.to_html().into_bytes());
    files.insert("README.txt", page.to_text().into_bytes());
    let digests = files.iter().map(|(name, bytes)| ((*name).to_owned(), Digest::sha256(bytes).to_string())).collect();
    let head = json_line(&Head {
        cases: request.cases.as_ref().map(|cases| cases.iter().copied().collect()),
        checkpoint: checkpoint.to_string(),
        files: digests,
        release: RELEASE_FORMAT,
        signer: key.as_ref().map(|key| key.public().name().to_owned()),
    });
    if let Some(key) = &key {
        let note = sign_release(&checkpoint.checkpoint().origin, &Digest::sha256(&head), key);
        files.insert(NOTE, note.into_bytes());
    }
    files.insert(entries::HEAD, head);
    folder::write_new(out, &files)?;
    let with = |basis: Basis| {
        let texts = chosen.withheld.values().filter(|entry| entry.what == Part::Text && entry.basis == basis);
        texts.map(|entry| entry.line).collect()
    };
    Ok(WrittenRelease {
        folder: out.to_owned(),
        cases: lines.cases.len() as u64,
        records: (chosen.items.len() - chosen.lines_withheld.len()) as u64,
        lines_withheld: chosen.lines_withheld.iter().copied().collect(),
        texts_released: chosen.released.keys().copied().collect(),
        texts_withheld: with(Basis::Exempt),
        texts_destroyed: with(Basis::Destroyed),
        texts_not_available: with(Basis::NotAvailable),
        size: checkpoint.checkpoint().size,
        complete: lines.complete || request.cases.is_none(),
        is_signed: key.is_some(),
        remarks: chosen.remarks(&lines),
    })
}

fn newest_checkpoint(ledger: &Path, given: Option<&Path>) -> Result<SignedCheckpoint, AppError> {
    let beside = checkpoints_path(ledger);
    let in_database = if given.is_none() { crate::place::database_checkpoints(ledger)? } else { None };
    let file = given.unwrap_or(if in_database.is_some() { ledger } else { &beside });
    let none = || AppError::Usage(format!("{} has no checkpoint; sign one with `ibbi checkpoint`", file.display()));
    if let Some(list) = in_database {
        return list.into_iter().max_by_key(|signed| signed.checkpoint().size).ok_or_else(none);
    }
    if given.is_none() && !file.exists() {
        return Err(none());
    }
    let known = read_checkpoints(file, if given.is_some() { |path| File::open(path) } else { open_sidecar })?;
    known.largest().cloned().ok_or_else(none)
}

/// What becomes of each record.
struct Choice<'a> {
    items: Vec<Item<'a>>,
    lines_withheld: BTreeSet<u64>,
    released: BTreeMap<u64, TextEntry>,
    withheld: BTreeMap<u64, WithheldEntry>,
    /// The withheld lines whose IDs are not random. A guess of everything else in the line could be confirmed by its SHA-256.
    guessable: Vec<u64>,
    /// The lines about which only the default decided, and which are withheld, wholly or their texts.
    by_default: Vec<u64>,
}

impl<'a> Choice<'a> {
    fn new(
        items: Vec<Item<'a>>,
        request: &ReleaseRequest,
        (texts, custody): (&Texts, &CustodyState),
    ) -> Result<Self, AppError> {
        let considered: Vec<_> = items.iter().map(Item::considered).collect();
        request.exemptions.check_use(&considered)?;
        let decisions: Vec<_> = considered.iter().map(|record| request.exemptions.decide(record)).collect();
        let is_released =
            |item: &Item<'_>, decision: &Option<Decision>| item.has_text() && *decision == Some(Decision::Release);
        let shown: BTreeSet<_> = items
            .iter()
            .zip(&decisions)
            .filter(|(item, decision)| is_released(item, decision))
            .filter_map(|(item, _)| Some((item.record.case, *item.concern()?)))
            .collect();
        let (mut undecided, mut guessable) = (Vec::new(), Vec::new());
        let mut choice = Self {
            items: Vec::new(),
            lines_withheld: BTreeSet::new(),
            released: BTreeMap::new(),
            withheld: BTreeMap::new(),
            guessable: Vec::new(),
            by_default: Vec::new(),
        };
        for (item, decision) in items.iter().zip(decisions) {
            let line = item.record.line;
            let names_concern = !request.shows_concern_ids
                && item.concern().is_some_and(|concern| !shown.contains(&(item.record.case, *concern)));
            let destruction = item.destruction(&items, texts, custody);
            // The line of a concern without a text is confidential only because of the concern's ID.
            let is_confidential = item.has_text() || names_concern;
            match decision {
                Some(Decision::WithholdLine(exemption)) => choice.withhold_line(item, exemption),
                _ if !is_confidential => {}
                // The ID of a concern still needs a decision.
                _ if destruction.is_some() && !names_concern => {
                    destruction.into_iter().for_each(|destruction| choice.list_destroyed(item, destruction));
                }
                Some(Decision::Withhold(exemption)) if names_concern || item.has_text_in_line() => {
                    choice.withhold_line(item, exemption);
                }
                Some(decision) => {
                    if let Some(destruction) = destruction {
                        choice.list_destroyed(item, destruction);
                    } else if choice.decide_text(item, decision, texts) {
                        guessable.push(line);
                    }
                }
                None => undecided.push(line),
            }
        }
        if !undecided.is_empty() {
            let message = format!(
                "the confidential records in lines {} have neither an exemption nor a release; name the exemption of each in \
                 --exempt FILE, or one for all with --exempt-all and --reason, or release texts with --release-text",
                listed(&undecided)
            );
            return Err(AppError::Usage(message));
        }
        if !guessable.is_empty() {
            let message = format!(
                "the salts of the texts in lines {} are not random, as in samples and simulations, so the texts could be guessed from \
                 their digests; withhold the lines (action = \"withhold_line\")",
                listed(&guessable)
            );
            return Err(AppError::Usage(message));
        }
        let has_random_id = |item: &&Item<'_>| {
            let salted = item.record.text_digest().and_then(|digest| texts.salted(&digest));
            let id = item.record.id;
            matches!(id.get_version_num(), 4 | 7) && salted.is_none_or(|(salt, _)| salt != id.as_bytes())
        };
        let hidden = items.iter().filter(|item| choice.lines_withheld.contains(&item.record.line));
        choice.guessable = hidden.filter(|item| !has_random_id(item)).map(|item| item.record.line).collect();
        let by_default = considered.iter().filter(|record| request.exemptions.leaves_to_default(record));
        let is_withheld = |line: &u64| choice.withheld.get(line).is_some_and(|entry| entry.basis == Basis::Exempt);
        choice.by_default = by_default.map(|record| record.line).filter(is_withheld).collect();
        choice.items = items;
        Ok(choice)
    }

    /// Releases or withholds a text. Returns whether it could be guessed.
    fn decide_text(&mut self, item: &Item<'_>, decision: Decision, texts: &Texts) -> bool {
        let (line, Some(digest)) = (item.record.line, item.record.text_digest()) else { return false };
        let (basis, exemption, reason) = match (texts.salted(&digest), decision) {
            (Some((salt, text)), Decision::Release) => {
                let salt = salt.iter().map(|byte| format!("{byte:02x}")).collect();
                let text = text.text().unwrap_or_default().to_owned();
                self.released.insert(line, TextEntry { digest, line, salt, text });
                return false;
            }
            (Some((salt, _)), Decision::Withhold(Exemption { exemption, reason })) => {
                if salt == item.record.id.as_bytes() {
                    return true;
                }
                (Basis::Exempt, Some(exemption), reason)
            }
            _ => {
                let reason = match texts.state(&digest) {
                    TextState::Altered => "The text in the office's file is not the recorded one.",
                    _ => "The text is not in the office's file of texts.",
                };
                (Basis::NotAvailable, None, reason.to_owned())
            }
        };
        let entry = item.entry((basis, Part::Text), (exemption, reason), digest);
        self.withheld.insert(line, entry);
        false
    }

    /// Lists a text that was destroyed, with the day and the rule.
    fn list_destroyed(&mut self, item: &Item<'_>, destruction: &Destruction) {
        let Some(digest) = item.record.text_digest() else { return };
        let (day, rule) = (destruction.at.utc_date().readable(), &destruction.texts.rule);
        let reason = format!("The text was destroyed on {day} under rule {rule}.");
        let entry = item.entry((Basis::Destroyed, Part::Text), (None, reason), digest);
        self.withheld.insert(item.record.line, entry);
    }

    fn withhold_line(&mut self, item: &Item<'_>, Exemption { exemption, reason }: Exemption) {
        let entry = item.entry((Basis::Exempt, Part::Line), (Some(exemption), reason), item.digest);
        self.lines_withheld.insert(item.record.line);
        self.withheld.insert(item.record.line, entry);
    }

    /// Returns notes about lines that the officer should read again.
    fn remarks(&self, lines: &ReleaseLines) -> Vec<String> {
        let shown = || self.items.iter().filter(|item| !self.lines_withheld.contains(&item.record.line));
        let mut remarks = Vec::new();
        let mut add = |lines: Vec<u64>, what: &str| {
            if !lines.is_empty() {
                remarks.push(format!("{what} (lines {})", listed(&lines)));
            }
        };
        add(
            shown().filter(|item| item.has_reason()).map(|item| item.record.line).collect(),
            "reasons that people typed are in the released lines themselves; read them, and withhold lines if you must",
        );
        let custody = lines.lines.iter().filter_map(|line| match &line.content {
            LedgerLine::Custody(custody) => Some(custody.seq),
            _ => None,
        });
        add(custody.collect(), "the reasons of legal holds and destructions are in released lines; read them");
        let concerns =
            shown().filter(|item| item.concern().is_some() && !self.released.contains_key(&item.record.line));
        add(
            concerns.map(|item| item.record.line).collect(),
            "the short IDs of concerns are in released lines, and often give away its subject",
        );
        add(
            self.by_default.clone(),
            "the default decided about these texts and lines, because no rule is about them; check that it is right for each",
        );
        add(
            self.guessable.clone(),
            "the record IDs in withheld lines are not random, so someone who guesses everything else in the line could confirm the guess",
        );
        remarks
    }

    fn page<'p>(
        &self,
        lines: &ReleaseLines,
        checkpoint: &SignedCheckpoint,
        request: &'p ReleaseRequest,
        is_signed: bool,
    ) -> ReleasePage<'p> {
        let mut cases: Vec<ReleasedCase> = Vec::new();
        for item in &self.items {
            let case = item.record.case;
            let place = cases.iter().position(|known| known.case == case).unwrap_or_else(|| {
                let is_open = |of: &&Item<'_>| of.record.case == case && !self.lines_withheld.contains(&of.record.line);
                let title = title(case, self.items.iter().filter(is_open));
                cases.push(ReleasedCase { case, title, records: Vec::new() });
                cases.len() - 1
            });
            cases[place].records.push(self.shown(item));
        }
        let (is_all, complete) = (request.cases.is_none(), lines.complete || request.cases.is_none());
        let (origin, size) = (checkpoint.checkpoint().origin.clone(), checkpoint.checkpoint().size);
        ReleasePage { origin, size, cases, is_all, complete, is_signed, program: &request.program }
    }

    /// Returns a record as the page shows it.
    fn shown(&self, item: &Item<'_>) -> ReleasedRecord {
        let record = item.record;
        let withheld = self.withheld.get(&record.line).map(|entry| (entry.exemption.clone(), entry.reason.clone()));
        let is_line = self.lines_withheld.contains(&record.line);
        let mut event: Event = record.event.clone();
        if let Some(text) = event.note_text_mut()
            && text.text().is_none()
        {
            let released = self.released.get(&record.line);
            *text = released.and_then(|entry| NoteText::new(&entry.text).ok()).unwrap_or_else(NoteText::hidden);
        }
        ReleasedRecord {
            line: record.line,
            rev: record.rev,
            what: if is_line { None } else { Some(ibbi_report::describe(&event)) },
            when: if is_line { None } else { Some(item.when()) },
            written: if is_line { None } else { Some(item.written()) },
            recorded_by: if is_line { None } else { Some(record.actor.to_string()) },
            kind: record.event.kind().label().to_owned(),
            withheld,
        }
    }
}

/// Returns some numbers for a message.
fn listed(lines: &[u64]) -> String {
    let shown: Vec<_> = lines.iter().take(20).map(u64::to_string).collect();
    let more =
        if lines.len() > shown.len() { format!(", and {} more", lines.len() - shown.len()) } else { String::new() };
    shown.join(", ") + &more
}
