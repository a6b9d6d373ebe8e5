//! Wording: phrases that must not come back, in any text that people read.
//!
//! `CONTRIBUTING.md` has the style rules. This test checks their mechanical part.

use ibbi_audit::FindingKind;
use ibbi_core::{Rule, Warning};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Phrases that must not come back. They match whole words, in any case.
const PHRASES: &[&str] = &[
    // Vague persons: name the actor.
    "nobody",
    "somebody",
    "everybody",
    "whoever",
    "whomever",
    "at which somebody can never come",
    "nobody has published",
    // Foreign or old-fashioned words: use reports, prints, is, has, again, also, checked against, covers.
    "anew",
    "besides",
    "vouch",
    "vouches",
    "held against",
    "is told",
    "are told",
    "was told",
    "is said",
    "are said",
    "as is said",
    "as it stands",
    "as they stand",
    "stands in",
    "stand in the way",
    "stands in the way",
    "in the way",
    "stands for",
    "bears",
    "did not suit",
    "do not suit",
    "does not suit",
    "suits everybody",
    "likelier",
    "more narrow",
    "more narrow the intervals",
    "is there of labor",
    "is there of management",
    "as far as the program's policy asks",
    "less the grace",
    "of yours, or a default, which is one too",
    "which is one too",
    "does not belong here",
    "the last line's",
    // Metaphors: use the field's terms.
    "the road",
    "the road through",
    "sitting",
    "sittings",
    "desk",
    "journal",
    "strike",
    "strikes",
    "trail",
    "look into a ledger",
    "look into ledgers",
    "work it out",
    // Write: is not an X.
    "is no",
    "are no",
    "was no",
    "be no",
    // Use must, can, and can't.
    "may be recorded",
    "asks that",
    // British spelling.
    "colour",
    "colours",
    "honour",
    "honours",
    "honoured",
    "recognise",
    "recognised",
    "organisation",
    "serialise",
    "serialisable",
    "judgement",
    "cancelled",
];

/// Phrases that contain one of [`PHRASES`] and are fine.
const EXCEPTIONS: &[&str] = &[
    "is no longer",
    "are no longer",
    "was no longer",
    "be no longer",
    "there is no",
    "there are no",
    "there was no",
    "there would be no",
];

/// Words that must not start a sentence, unless it is a question.
const STARTS: &[&str] = &["Of", "Who", "Whom", "Whoever", "What", "Where", "Whatever"];

/// A text with the place to look for it.
struct Text {
    place: String,
    text: String,
}

#[test]
fn rules_and_advisories_have_plain_wording() {
    let rules = Rule::ALL.iter().flat_map(|rule| [(rule.id(), rule.statement()), (rule.id(), rule.remedy())]);
    let advisories = Warning::ALL.iter().map(|warning| (warning.code(), warning.label()));
    let texts = rules.chain(advisories).map(|(id, text)| Text { place: id.to_owned(), text: text.to_owned() });
    check(texts);
}

/// Phrases that ask a reader to change evidence: a ledger, its checkpoints, or its texts.
const ALTERING: &[&str] = &[
    "restore the",
    "restore it",
    "remove the",
    "remove it",
    "delete the",
    "delete it",
    "edit the",
    "edit it",
    "fix the",
    "fix it",
    "repair",
    "correct the",
    "correct it",
    "change the line",
    "change it",
    "rewrite",
    "truncate",
    "cut the",
    "cut off the",
    "add its line",
    "add the line",
    "insert the",
    "replace the",
    "replace it",
    "overwrite",
    "move it",
    "move the",
    "rename the",
    "separate the",
    "save the file",
    "open the ledger for writing",
];

#[test]
fn no_remedy_asks_to_change_evidence() {
    let source = fs::read_to_string(root().join("crates/ibbi-log/src/fault.rs")).unwrap();
    let (_, faults) = source.split_once("pub const fn remedy").expect("the remedies of faults");
    let (faults, _) = faults.split_once("\n    }\n").expect("the end of the function");
    let faults = faults.split('"').skip(1).step_by(2).map(|remedy| ("a fault", remedy));
    let remedies: Vec<_> = FindingKind::ALL.iter().map(|kind| (kind.code(), kind.remedy())).chain(faults).collect();
    assert!(remedies.len() > FindingKind::ALL.len() + 15, "the remedies of faults are found");
    let mut wrong = Vec::new();
    for (code, remedy) in remedies {
        let text = remedy.to_lowercase();
        wrong
            .extend(ALTERING.iter().filter(|phrase| text.contains(**phrase)).map(|phrase| format!("{code}: {phrase}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_have_plain_wording() {
    let texts = FindingKind::ALL.iter().flat_map(|kind| {
        [kind.statement(), kind.meaning(), kind.remedy()]
            .map(|text| Text { place: kind.code().to_owned(), text: text.to_owned() })
    });
    check(texts);
}

#[test]
fn help_has_plain_wording() {
    let mut pages = Vec::new();
    help(&mut Vec::new(), &mut pages);
    assert!(pages.len() > 25, "only {} help pages were found", pages.len());
    check(pages);
}

/// Pages, reports, and messages are made of string literals, so this checks the literals of all crates.
#[test]
fn pages_reports_and_messages_have_plain_wording() {
    let mut texts = Vec::new();
    for file in files(&root().join("crates"), "rs") {
        // The folders above the repository don't count.
        let inside = file.strip_prefix(root()).unwrap_or(&file);
        let in_product = inside.components().any(|part| part.as_os_str() == "src");
        let in_tests =
            inside.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "ibbi-testing")
                || file.file_name().is_some_and(|name| name == "tests.rs" || name == "testing.rs");
        if in_product && !in_tests {
            let source = fs::read_to_string(&file).expect("the source file is readable");
            // Unit tests are at the end of a file.
            let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let place = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
            let literals = string_literals(source).into_iter().filter(|text| text.trim().contains(' '));
            texts.extend(literals.map(|text| Text { place: place.clone(), text }));
        }
    }
    assert!(texts.len() > 1_000, "only {} texts were found", texts.len());
    check(texts);
}

#[test]
fn documents_have_plain_wording() {
    let mut documents = files(&root().join("docs"), "md");
    documents.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| root().join(name)));
    let texts = documents.into_iter().map(|file| {
        let text = fs::read_to_string(&file).expect("the document is readable");
        // Code is between fences or backticks.
        let prose = text.split("```").step_by(2).collect::<Vec<_>>().join("\n");
        let prose = prose.split('`').step_by(2).collect::<Vec<_>>().join("code");
        Text { place: file.strip_prefix(root()).unwrap_or(&file).display().to_string(), text: prose }
    });
    check(texts);
}

#[test]
fn the_check_finds_what_it_must() {
    for text in [
        "2 people stand in the way",
        "Nobody is there of labor.",
        "It is no ledger.",
        "Of a ledger that was moved nothing is read.",
        "This is fine. Who records it is named.",
        "Colours are dropped.",
    ] {
        assert!(!problems(text).is_empty(), "{text}");
    }
    for text in [
        "It is no longer open.",
        "There is no such file.",
        "What is the name of the district?",
        "The whole ledger is sound.",
        "Whole lines",
    ] {
        assert_eq!(problems(text), [""; 0], "{text}");
    }
    let source = r##"let a = "one \"two\" \
        three"; let c = '"'; // "no"
        let r = r#"four"#; /* "no" */ let lifetime: &'static str = "five";"##;
    assert_eq!(string_literals(source), ["one \"two\" three", "four", "five"]);
}

fn check(texts: impl IntoIterator<Item = Text>) {
    let mut found = BTreeSet::new();
    for Text { place, text } in texts {
        for problem in problems(&text) {
            found.insert(format!("{place}: \"{problem}\" in: {}", shortened(&text, &problem)));
        }
    }
    let list: Vec<_> = found.into_iter().collect();
    assert!(list.is_empty(), "{} texts need other words (see CONTRIBUTING.md):\n{}", list.len(), list.join("\n"));
}

/// Returns the phrases that a text must not have.
fn problems(text: &str) -> Vec<String> {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    for exception in EXCEPTIONS {
        words = words.replace(exception, "");
    }
    let mut found: Vec<String> =
        PHRASES.iter().filter(|phrase| has_phrase(&words, phrase)).map(|phrase| (*phrase).to_owned()).collect();
    found.extend(sentences(text).filter_map(|sentence| {
        let first = sentence.split_whitespace().next()?;
        let question = sentence.contains('?');
        (STARTS.contains(&first) && !question).then(|| format!("{first} …"))
    }));
    found
}

/// Whether a text has a phrase as whole words.
fn has_phrase(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + phrase.len()..].chars().next();
        let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
        !in_word(before) && !in_word(after)
    })
}

/// Splits a text into its sentences. A line break ends one too, if an upper-case letter follows.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let ends = rest.char_indices().zip(rest.char_indices().skip(1)).find(|((_, c), (_, next))| {
            (matches!(c, '.' | '!' | '?' | ':' | '|') && next.is_whitespace()) || (*c == '\n')
        });
        let length = ends.map_or(rest.len(), |((_, _), (next, _))| next);
        let (sentence, after) = rest.split_at(length);
        rest = after;
        Some(sentence.trim())
    })
}

/// Returns the part of a text around a phrase.
fn shortened(text: &str, phrase: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let phrase = phrase.trim_end_matches('…').trim();
    let at = text.to_lowercase().find(&phrase.to_lowercase()).unwrap_or(0);
    let from = text[..at.min(text.len())].char_indices().rev().take(40).last().map_or(at, |(index, _)| index);
    text.get(from..).unwrap_or(&text).chars().take(110).collect()
}

/// Collects the help page of a command and of its subcommands.
fn help(command: &mut Vec<String>, pages: &mut Vec<Text>) {
    let output = Command::new(env!("CARGO_BIN_EXE_ibbi")).args(&*command).arg("--help").output().expect("ibbi runs");
    assert!(output.status.success(), "{command:?} --help");
    let page = String::from_utf8(output.stdout).expect("help is UTF-8");
    let commands = page.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    // Names are at the start of a line, with two spaces before them.
    let names: Vec<String> = commands
        .lines()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    pages.push(Text { place: format!("ibbi {} --help", command.join(" ")), text: page });
    for name in names {
        command.push(name);
        help(command, pages);
        command.pop();
    }
}

/// Returns the string literals of Rust source, without comments, with simple escapes resolved.
fn string_literals(source: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'', 'r']) {
        let (before, here) = rest.split_at(at);
        let in_name = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, after)| after);
        } else if here.starts_with("/*") {
            rest = here.split_once("*/").map_or("", |(_, after)| after);
        } else if let Some(text) = here.strip_prefix('"') {
            let (literal, after) = quoted(text);
            literals.push(literal);
            rest = after;
        } else if let Some((literal, after)) = raw(here).filter(|_| !in_name) {
            literals.push(literal.to_owned());
            rest = after;
        } else if let Some(after) = here.strip_prefix("'\"'") {
            rest = after;
        } else if here.starts_with("'\\") {
            rest =
                here.get(2..).and_then(|text| text.get(text.chars().next().map_or(0, char::len_utf8)..)).unwrap_or("");
        } else {
            rest = &here[1..];
        }
    }
    literals
}

/// Reads an ordinary string literal after its opening quote.
fn quoted(text: &str) -> (String, &str) {
    let mut literal = String::new();
    let mut characters = text.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            '"' => return (literal, &text[index + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => literal.push('\n'),
                Some((_, '\n')) => {
                    // A line that continues: skip the indentation.
                    let indent = |c: char| c.is_whitespace();
                    while characters.as_str().starts_with(indent) {
                        characters.next();
                    }
                }
                Some((_, other)) => literal.push(other),
                None => {}
            },
            other => literal.push(other),
        }
    }
    (literal, "")
}

/// Reads a raw string literal, if the text starts with one.
fn raw(text: &str) -> Option<(&str, &str)> {
    let hashes = text.strip_prefix('r')?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let body = hashes[count..].strip_prefix('"')?;
    body.split_once(&format!("\"{}", "#".repeat(count)))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository exists")
}

/// Returns the files of a folder and its subfolders with an extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
