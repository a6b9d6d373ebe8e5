//! The certificate of an audit in sentences: the same ones in a terminal, in the HTML report, and on the pages of the server.
//!
//! `docs/certificate.md` explains each sentence.

use crate::audit::{invalid_checkpoints, verdict};
use crate::format;
use crate::html::{Html, el};
use crate::phrase::Phrase;
use crate::terminal::columns::paragraph;
use crate::terminal::{Layout, Piece, TextStyle};
use ibbi_audit::{
    AuditCertificate, AuditReport, CertifiedKey, CertifiedLines, CertifiedRange, InputKind, OpenQuestion,
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
            let text = phrase.to_html();
            let is_verdict = start + index == 1;
            if is_verdict { item.with(el("strong").class("verdict").with(text)) } else { item.with(text) }
        });
        content.push(el("h3").with(heading));
        content.push(el("ol").attr("start", start).all(items));
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
            let text = paragraph(&format!("{number}. "), &phrase.plain(), layout.columns());
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
        (false, _) => "Keep the file as it is, and compare it with a copy that another person kept.",
    };
    vec![verdict(report), plain(meaning)]
}

/// Returns the narrowest place of a change, and whether the history forked.
fn changes(certificate: &AuditCertificate) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for fork in &certificate.forks {
        let phrase = Phrase::new("The history forked. ").name(format::sentence(&fork.text));
        sentences.push((TextStyle::Bad, phrase.words(". Keep the file and the checkpoints as evidence.")));
    }
    if let Some(range) = certificate.changed {
        let lines = match range.first == range.last {
            true => format!("Line {} was changed, removed, or added", format::number(range.first)),
            false => format!("At least one of the lines {} was changed, removed, or added", lines_of(range)),
        };
        sentences.push(bad(format!("{lines}. The evidence shows no narrower place.")));
    }
    if let Some(range) = certificate.missing {
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
        Some(covered) => covered_lines(covered, !certificate.forks.is_empty()),
        None if report.checkpoints.is_empty() => vec![plain("No checkpoint was checked.")],
        None => vec![bad("No checkpoint that counts is valid, so no line is covered.")],
    };
    sentences.extend(invalid_checkpoints(report));
    if let Some(quorum) = certificate.witnesses {
        sentences.push(match certificate.covered.as_ref().map(|covered| &covered.cosigned) {
            Some(cosigned) => {
                let phrase = Phrase::new(format!(
                    "{} of the {} witnesses cosigned the checkpoint, and {} must: ",
                    cosigned.len(),
                    quorum.known,
                    quorum.needed
                ));
                let mut phrase = phrase;
                for (index, by) in cosigned.iter().enumerate() {
                    phrase = if index > 0 { phrase.words("; ") } else { phrase }.name(by.name.as_str());
                    phrase = match by.at {
                        Some(at) => phrase.words(" on ").instant(at, Zone::UTC),
                        None => phrase,
                    };
                }
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

fn covered_lines(covered: &CertifiedLines, has_forked: bool) -> Vec<Sentence> {
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
    match (covered.kept_outside, covered.cosigned.is_empty()) {
        (false, _) => sentences.push(plain("The checkpoint was kept with the ledger, where its operator can write.")),
        (true, true) => sentences.push(plain(
            "The checkpoint was given apart from the ledger. It counts as evidence only if the ledger's operator could not write \
             to that copy.",
        )),
        // The sentence about the witnesses says more.
        (true, false) => {}
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
    report.certificate.not_ruled_out.iter().map(|question| plain(open_question(*question))).collect()
}

fn open_question(question: OpenQuestion) -> String {
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
        OpenQuestion::AfterCheckpoint { line, lines } => {
            let (after, line) = (format::count(lines, "line"), format::number(line));
            format!("The {after} after line {line} might have been changed or cut off: no checkpoint covers them.")
        }
        OpenQuestion::SignatureNotChecked => {
            "Any person might have made the checkpoint: its signature was not checked, because no public key was given."
                .to_owned()
        }
        OpenQuestion::KeyHolder { after: 0 } => {
            "The holder of the signing key might have written any line again and signed \
                                                 it: no checkpoint that another person kept was checked."
                .to_owned()
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
