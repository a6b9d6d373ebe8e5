//! The certificate of an audit in sentences: the same ones in a terminal, in the HTML report, and on the pages of the server.
//!
//! `docs/certificate.md` explains each sentence.

use crate::audit::{invalid_checkpoints, verdict};
use crate::format;
use crate::html::{Html, cite, el};
use crate::phrase::Phrase;
use crate::terminal::columns::paragraph;
use crate::terminal::{Layout, Piece, TextStyle};
use core::cmp::Ordering;
use ibbi_audit::{
    AuditCertificate, AuditReport, CertifiedKey, CertifiedLines, CertifiedRange, CertifiedWitness, FindingKind,
    HistoryFork, InputKind, OpenQuestion,
};
use ibbi_common::zone::Zone;

/// A part of a certificate: its heading and its sentences. They are numbered through all parts, so that they can be cited.
struct Part {
    heading: &'static str,
    sentences: Vec<Sentence>,
}

/// A sentence, or a few that belong together, with a style.
type Sentence = (TextStyle, Phrase);

/// Returns the sentences of a certificate, in their order.
///
/// ```
/// use ibbi_audit::{Audit, AuditOptions, LedgerSource};
/// # fn main() -> Result<(), ibbi_audit::AuditError> {
/// let report = Audit::new(AuditOptions::default()).run(LedgerSource::bytes(b""), &mut |_| {})?;
/// let sentences = ibbi_report::certificate_sentences(&report);
/// assert!(sentences[0].starts_with("The ledger is not sound: 1 error,"));
/// assert_eq!(sentences.last().unwrap(), "Names, times, and events are as people recorded them. A sound record can be untrue.");
/// # Ok(()) }
/// ```
pub fn certificate_sentences(report: &AuditReport) -> Vec<String> {
    parts(report).iter().flat_map(|part| &part.sentences).map(|(_, phrase)| phrase.plain()).collect()
}

/// Returns a certificate as a section of a page.
pub fn certificate_html(report: &AuditReport) -> Html {
    let mut number = 1;
    let mut content = Html::new();
    for Part { heading, sentences } in parts(report) {
        let start = number;
        number += sentences.len();
        let items = sentences.iter().enumerate().map(|(index, (style, phrase))| {
            let item = match style {
                TextStyle::Bad => el("li").class("bad"),
                _ => el("li"),
            };
            let item = item.attr("id", format!("C{}", start + index)).with(cite('C', start + index));
            let text = phrase.to_html();
            let is_verdict = start + index == 1;
            if is_verdict { item.with(el("strong").class("verdict").with(text)) } else { item.with(text) }
        });
        content.push(el("h3").with(heading));
        content.push(el("ol").class("cited").all(items));
    }
    let class = if report.certificate.sound && report.errors == 0 { "certificate" } else { "certificate not-sound" };
    crate::html::section("certificate", "Certificate", content).class(class).into()
}

/// Returns the foot of each page on paper: the file's name, and the beginning of its digest.
pub(crate) fn certificate_foot(report: &AuditReport) -> String {
    let file = &report.certificate.file;
    let name = file.name.as_deref().unwrap_or("a ledger");
    match file.sha256 {
        Some(digest) => format!("Audit of {name}, SHA-256 {:.16}...", digest.to_string()),
        None => format!("Audit of {name}"),
    }
}

/// Returns a certificate for a terminal.
pub(crate) fn certificate_text(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    let mut pieces = vec![Piece::new(TextStyle::Heading, "Certificate\n")];
    let mut number = 0;
    for Part { heading, sentences } in parts(report) {
        pieces.push(Piece::new(TextStyle::Heading, format!("\n{heading}\n")));
        for (style, phrase) in sentences {
            number += 1;
            let text = paragraph(&format!("C{number}. "), &phrase.plain(), layout.columns());
            pieces.push(Piece::new(style, text));
        }
    }
    pieces
}

fn parts(report: &AuditReport) -> Vec<Part> {
    let part = |heading, sentences: Vec<Sentence>| (!sentences.is_empty()).then_some(Part { heading, sentences });
    let parts = [
        part("Result", result(report)),
        part("Place of the change", changes(&report.certificate)),
        part("File and audit", file(report)),
        part("Coverage", coverage(report)),
        part("Not ruled out by this audit", open_questions(report)),
    ];
    parts.into_iter().flatten().collect()
}

fn plain(words: impl Into<String>) -> Sentence {
    (TextStyle::Plain, Phrase::new(words))
}

fn bad(words: impl Into<String>) -> Sentence {
    (TextStyle::Bad, Phrase::new(words))
}

/// Returns whether the ledger is sound, and the meaning of the word.
fn result(report: &AuditReport) -> Vec<Sentence> {
    let meaning = match (report.sound, report.what) {
        (true, InputKind::Ledger) => {
            "Sound means that every line can be read, that each line fits the one before it, and that the lines fit every \
             checkpoint that was checked."
        }
        (true, InputKind::Extract) => {
            "Sound means that a checkpoint of the ledger proves each record of the extract, and that no record between them is \
             missing."
        }
        (false, InputKind::Ledger) => "Keep the file as it is, and compare it with a copy that another person kept.",
        (false, InputKind::Extract) => "Keep the file as it is, and request the extract again.",
    };
    let mut sentences = vec![verdict(report)];
    if report.what == InputKind::Extract && !report.sound {
        let faults = report.findings.iter().filter(|row| row.code == FindingKind::ExtractUnproved);
        let reasons = faults
            .flat_map(|row| &row.first)
            .map(|kept| (TextStyle::Bad, Phrase::new("").name(format::sentence(&kept.finding.text())).words(".")));
        sentences.extend(reasons);
    }
    sentences.push(plain(meaning));
    sentences
}

/// Returns the narrowest place of a change, and whether the history forked.
fn changes(certificate: &AuditCertificate) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for fork in &certificate.forks {
        let phrase = Phrase::new("The history forked. ").name(format::sentence(&fork.text));
        sentences.push((TextStyle::Bad, phrase.words(". Keep the file and the checkpoints as evidence.")));
        sentences.extend(fork_sentences(fork));
    }
    if let (Some(changed), Some(missing)) = (certificate.changed, certificate.missing)
        && changed.first <= missing.first
        && changed.last >= missing.first
    {
        sentences.extend(only_cut(changed, missing));
    } else if let Some(range) = certificate.changed {
        let lines = match range.first == range.last {
            true => format!("Line {} was changed, removed, or added", format::number(range.first)),
            false => format!("At least one of the lines {} was changed, removed, or added", lines_of(range)),
        };
        sentences.push(bad(format!("{lines}. The evidence shows no narrower place.")));
    }
    let is_cut = |missing: &CertifiedRange| certificate.changed.is_none_or(|changed| changed.last < missing.first);
    if let Some(range) = certificate.missing.filter(is_cut) {
        let lines = match range.first == range.last {
            true => format!("Line {} is missing: a checkpoint covers it", format::number(range.first)),
            false => format!("Lines {} are missing: a checkpoint covers them", lines_of(range)),
        };
        sentences.push(bad(format!("{lines}, but the file ends before.")));
    }
    if certificate.torn {
        sentences.push(bad("The end is torn: the file ends within a line, or within records that belong together."));
    }
    sentences
}

/// Returns the sentences for a file that ends too early, while nothing else shows a change.
fn only_cut(changed: CertifiedRange, missing: CertifiedRange) -> Vec<Sentence> {
    let lines = match missing.first == missing.last {
        true => format!("Line {} is missing: a checkpoint covers it", format::number(missing.first)),
        false => format!("Lines {} are missing: a checkpoint covers them", lines_of(missing)),
    };
    let mut sentences = vec![bad(format!("{lines}, but the file ends before."))];
    match changed.first {
        0 | 1 => {}
        2 => sentences.push(plain("Line 1 is unchanged, as a smaller checkpoint shows.")),
        first => {
            let shown = lines_of(CertifiedRange { first: 1, last: first - 1 });
            sentences.push(plain(format!("Lines {shown} are unchanged, as a smaller checkpoint shows.")));
        }
    }
    let open = CertifiedRange { first: changed.first, last: missing.first - 1 };
    match open.first.cmp(&open.last) {
        Ordering::Less => sentences.push(plain(format!(
            "Whether lines {} are unchanged can't be shown without a copy of the file.",
            lines_of(open)
        ))),
        Ordering::Equal => {
            let line = format::number(open.first);
            sentences
                .push(plain(format!("Whether line {line} is unchanged can't be shown without a copy of the file.")));
        }
        Ordering::Greater => {}
    }
    sentences
}

/// Returns who signed each side of a fork, and who cosigned it.
fn fork_sentences(fork: &HistoryFork) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if let [first, second] = &fork.statements[..] {
        let of = match first.size == second.size {
            true => format!("of {}", format::count(first.size, "line")),
            false => {
                let (least, most) = (first.size.min(second.size), first.size.max(second.size));
                format!("of {} and of {}", format::number(least), format::count(most, "line"))
            }
        };
        let signed = match (&first.signer, &second.signer) {
            (Some(one), Some(other)) if one == other => {
                key_name(Phrase::new("The key "), one).words(format!(" signed two different histories {of}; "))
            }
            (Some(one), Some(other)) => key_name(key_name(Phrase::new("The keys "), one).words(" and "), other)
                .words(format!(" signed two different histories {of}; ")),
            _ => Phrase::new(format!(
                "There are checkpoints of two different histories {of}, whose signatures were not checked; "
            )),
        };
        let this = match (first.in_file, second.in_file) {
            (false, false) => "this file is neither of them",
            _ => "this file is one of them",
        };
        sentences.push((
            TextStyle::Bad,
            signed.words(format!("{this}. A fork doesn't show which history is the original one.")),
        ));
    }
    for side in &fork.statements {
        let which = if side.in_file { "The history in this file" } else { "The history that is not in this file" };
        let mut phrase = Phrase::new(format!("{which}, over {}, ", format::count(side.size, "line")));
        phrase = match &side.signer {
            Some(key) => key_name(phrase.words("is signed by the key "), key),
            None => phrase.words("names these keys, which were not checked: ").name(key_list(&side.names)),
        };
        let others: Vec<CertifiedKey> =
            side.names.iter().filter(|key| Some(*key) != side.signer.as_ref()).cloned().collect();
        phrase = match (side.cosigned.is_empty(), side.signer.is_some() && !others.is_empty()) {
            (false, _) => cosigners(phrase.words(", and cosigned by "), &side.cosigned),
            (true, true) => {
                phrase.words(". It also names these keys, which were not checked: ").name(key_list(&others))
            }
            (true, false) => phrase,
        };
        sentences.push((TextStyle::Plain, phrase.words(".")));
    }
    sentences
}

fn key_list(keys: &[CertifiedKey]) -> String {
    keys.iter().map(|key| format!("{} (ID {})", key.name, key.id)).collect::<Vec<_>>().join("; ")
}

/// Adds the witnesses that cosigned, each with its time.
fn cosigners(phrase: Phrase, cosigned: &[CertifiedWitness]) -> Phrase {
    cosigned.iter().enumerate().fold(phrase, |phrase, (index, by)| {
        let phrase = if index > 0 { phrase.words("; ") } else { phrase }.name(by.name.as_str());
        match by.at {
            Some(at) => phrase.words(" on ").instant(at, Zone::UTC),
            None => phrase,
        }
    })
}

fn lines_of(range: CertifiedRange) -> String {
    format!("{} to {}", format::number(range.first), format::number(range.last))
}

/// Returns what was audited, when, and by whom.
fn file(report: &AuditReport) -> Vec<Sentence> {
    let AuditCertificate { file, audited_at, audited_by, program, .. } = &report.certificate;
    let name = file.name.as_deref().map_or_else(|| Phrase::new("The file"), |name| Phrase::new("The file ").name(name));
    let packed = file.compression.map_or_else(String::new, |packed| format!(" compressed by {}", packed.code()));
    let named = match (file.bytes, file.sha256) {
        (Some(bytes), Some(digest)) => name
            .words(format!(" has {}{packed}. The SHA-256 of these bytes is ", format::count(bytes, "byte")))
            .code(digest)
            .words("."),
        _ => name.words(" was audited without computing the SHA-256 of its bytes."),
    };
    let origin = report.ledger.origin.as_deref();
    let cases = format::count(report.cases.total, "case");
    let lines = report.ledger.lines;
    let is = match report.what {
        InputKind::Ledger => Phrase::new(format!("It is a ledger with {}", format::count(lines, "line"))),
        InputKind::Extract if !report.sound && lines == 0 => {
            Phrase::new("It is an extract, whose records were not audited because of its fault")
        }
        InputKind::Extract => {
            Phrase::new(format!("It is an extract with {} of {cases}", format::count(lines, "record")))
        }
    };
    let is = origin.map_or_else(|| is.clone(), |origin| is.clone().words(". The ledger's name is ").name(origin));
    let mut sentences = vec![(TextStyle::Plain, named), (TextStyle::Plain, is.words("."))];
    let mut audit = Phrase::new("The audit was made");
    if let Some(by) = audited_by {
        audit = audit.words(" by ").name(by.as_str());
    }
    if let Some(program) = program {
        audit = audit.words(" with ").name(program.as_str());
    }
    audit = match audited_at {
        Some(at) => audit.words(" on ").instant(*at, Zone::UTC).words(", by the clock of that computer."),
        None => audit.words(", at a time that was not stated."),
    };
    sentences.push((TextStyle::Plain, audit));
    sentences
}

/// Returns how far checkpoints and witnesses cover the ledger.
fn coverage(report: &AuditReport) -> Vec<Sentence> {
    let certificate = &report.certificate;
    let mut sentences = match &certificate.covered {
        Some(covered) => covered_lines(covered, report.what, !certificate.forks.is_empty()),
        None if report.checkpoints.is_empty() => vec![plain("No checkpoint was checked.")],
        None if report.what == InputKind::Extract => {
            vec![bad("The checkpoint of the extract covers no record in it, because the extract is not sound.")]
        }
        None => vec![bad("No checkpoint that counts is valid, so no line is covered.")],
    };
    sentences.extend(invalid_checkpoints(report));
    if let Some(quorum) = certificate.witnesses {
        sentences.push(match certificate.covered.as_ref().map(|covered| &covered.cosigned) {
            Some(cosigned) => {
                let phrase = match (quorum.known, cosigned.len()) {
                    (1, 1) => cosigners(Phrase::new("The checkpoint was cosigned by the witness "), cosigned),
                    (known, found) => cosigners(
                        Phrase::new(format!(
                            "{found} of the {known} witnesses cosigned the checkpoint, and {} must: ",
                            quorum.needed
                        )),
                        cosigned,
                    ),
                };
                (TextStyle::Plain, phrase.words("."))
            }
            None => bad(format!(
                "No valid checkpoint has the cosignatures of {} of the {} witnesses. The most that one has is {}.",
                quorum.needed, quorum.known, quorum.most
            )),
        });
    }
    for earlier in &certificate.since {
        let over = format::count(earlier.size, "line");
        sentences.push(match earlier.continued {
            true => plain(format!("Since the earlier checkpoint over {over}, the ledger only grew.")),
            false => bad(format!("The ledger does not continue the earlier checkpoint over {over}.")),
        });
    }
    sentences
}

fn covered_lines(covered: &CertifiedLines, what: InputKind, has_forked: bool) -> Vec<Sentence> {
    let last = format::number(covered.last);
    let mut phrase = match &covered.signer {
        Some(key) => key_name(Phrase::new(format!("Covered to line {last} by a checkpoint of the key ")), key),
        None => Phrase::new(format!("Covered to line {last} by a checkpoint whose signature was not checked")),
    };
    phrase = match covered.recorded {
        Some(at) => phrase.words(", of ").instant(at, Zone::UTC).words("."),
        None => phrase.words(". The checkpoint has no date: it doesn't end with a line that states all cases."),
    };
    let mut sentences = vec![(TextStyle::Plain, phrase)];
    if covered.signer.is_none() && !covered.names.is_empty() {
        let mut phrase = Phrase::new("It names these keys: ");
        for (index, key) in covered.names.iter().enumerate() {
            phrase = key_name(if index > 0 { phrase.words("; ") } else { phrase }, key);
        }
        sentences.push((TextStyle::Plain, phrase.words(".")));
    }
    // The possibilities that are not ruled out say more about a copy that was given, and the witnesses more about theirs.
    if !covered.kept_outside {
        sentences.push(plain(match what {
            InputKind::Ledger => "The checkpoint was kept with the ledger, where its operator can write.",
            InputKind::Extract => "The checkpoint is in the extract, which its sender wrote.",
        }));
    }
    if has_forked {
        sentences.push(bad(
            "Because the history forked, this checkpoint doesn't show that these lines are the original ones.",
        ));
    }
    sentences
}

fn key_name(phrase: Phrase, key: &CertifiedKey) -> Phrase {
    phrase.name(key.name.as_str()).words(" (ID ").code(&key.id).words(")")
}

fn open_questions(report: &AuditReport) -> Vec<Sentence> {
    let certificate = &report.certificate;
    certificate.not_ruled_out.iter().map(|question| (TextStyle::Plain, open_question(*question, certificate))).collect()
}

fn open_question(question: OpenQuestion, certificate: &AuditCertificate) -> Phrase {
    if let OpenQuestion::BeforeCheckpoint { line, recorded, cosigned } = question {
        let before = match (cosigned, recorded) {
            (Some(at), _) => Phrase::new("Before the first known cosignature, on ").instant(at, Zone::UTC).words(","),
            (None, Some(at)) => Phrase::new(format!("Before the checkpoint over {} of ", format::count(line, "line")))
                .instant(at, Zone::UTC)
                .words(" was given out,"),
            (None, None) => {
                Phrase::new(format!("Before the checkpoint over {} was given out,", format::count(line, "line")))
            }
        };
        return before.words(
            " the holder of the signing key might have written any line again. A checkpoint or a cosignature shows only that \
             lines are the same since it was given out.",
        );
    }
    Phrase::new(open_words(question, certificate))
}

fn open_words(question: OpenQuestion, certificate: &AuditCertificate) -> String {
    let has_forked = !certificate.forks.is_empty();
    match question {
        OpenQuestion::NoCheckpoint => {
            "Lines at the end might have been cut off, and all lines might have been written again: no \
                                       valid checkpoint shows otherwise."
                .to_owned()
        }
        OpenQuestion::AfterCheckpoint { line, lines: 0 } => format!(
            "Lines after line {} might have been cut off: no checkpoint shows whether there were any.",
            format::number(line)
        ),
        OpenQuestion::AfterCheckpoint { line, lines: 1 } => format!(
            "The line after line {} might have been changed or cut off: no checkpoint covers it.",
            format::number(line)
        ),
        OpenQuestion::AfterCheckpoint { line, lines } => {
            let (after, line) = (format::count(lines, "line"), format::number(line));
            format!("The {after} after line {line} might have been changed or cut off: no checkpoint covers them.")
        }
        OpenQuestion::SignatureNotChecked => {
            "Any person might have made the checkpoint: its signature was not checked, because no public key was given."
                .to_owned()
        }
        OpenQuestion::BeforeCheckpoint { .. } => String::new(),
        OpenQuestion::GivenCopy { line } => format!(
            "The ledger's operator might have written the given copy of the checkpoint over {}: it counts as evidence only if the \
             operator could not write to that copy.",
            format::count(line, "line")
        ),
        OpenQuestion::KeyHolder { after } if has_forked => {
            let lines = match after {
                0 => "any line".to_owned(),
                after => format!("the lines after line {}", format::number(after)),
            };
            format!(
                "The holder of the signing key might have written {lines} again: the history forked, and no checkpoint shows which \
                 lines were there first."
            )
        }
        OpenQuestion::KeyHolder { after: 0 } => {
            let why = match certificate.since.is_empty() {
                true => "no checkpoint that another person kept was checked",
                false => "no checkpoint that another person kept fits this file",
            };
            format!("The holder of the signing key might have written any line again and signed it: {why}.")
        }
        OpenQuestion::KeyHolder { after } => format!(
            "The holder of the signing key might have written the lines after line {} again and signed them: no checkpoint \
             that another person kept covers them.",
            format::number(after)
        ),
        OpenQuestion::LaterRecords => {
            "Later records of the case might exist, even under this checkpoint: the extract doesn't \
                                       show that it is complete."
                .to_owned()
        }
        OpenQuestion::AfterExtract { line } => format!(
            "The case might have records after line {} of the ledger: the extract is complete up to there.",
            format::number(line)
        ),
        OpenQuestion::NotAllRead => "Not all of the file was read, so the rest was not audited.".to_owned(),
        OpenQuestion::AsRecorded => {
            "Names, times, and events are as people recorded them. A sound record can be untrue.".to_owned()
        }
    }
}
