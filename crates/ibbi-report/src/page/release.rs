//! The page and the text of a public-records release, for the person who asked for the records.

use crate::format::count;
use crate::html::{Document, Element, Html, details, el, name, section};
use crate::table::{Cell, Column, Table};
use uuid::Uuid;

/// A release, for its page and its text.
#[derive(Debug, Clone)]
pub struct ReleasePage {
    /// The ledger's name.
    pub origin: String,
    /// How many lines of the ledger the checkpoint covers.
    pub size: u64,
    /// The cases, in the order of their first records.
    pub cases: Vec<ReleasedCase>,
    /// Whether it is about all cases of the ledger.
    pub is_all: bool,
    /// Whether it shows that no record of its cases is missing up to the last line that the checkpoint covers.
    pub complete: bool,
    /// Whether a key signed the list of its files.
    pub is_signed: bool,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: String,
}

/// A case of a release.
#[derive(Debug, Clone)]
pub struct ReleasedCase {
    /// Its ID.
    pub case: Uuid,
    /// The name of its district, or its ID.
    pub title: String,
    /// Its records, in the order of the ledger.
    pub records: Vec<ReleasedRecord>,
}

/// A record of a release.
#[derive(Debug, Clone)]
pub struct ReleasedRecord {
    /// The number of its line in the ledger, from 1.
    pub line: u64,
    /// Its number in its case, from 1.
    pub rev: u64,
    /// What happened. `None` if the line is withheld.
    pub what: Option<String>,
    /// When it happened, in the district's time.
    pub when: Option<String>,
    /// When it was written to the ledger, in the district's time.
    pub written: Option<String>,
    /// The person who recorded it.
    pub recorded_by: Option<String>,
    /// The name of the event's type.
    pub kind: String,
    /// The exemption and the reason, if the line or its text is withheld. Without an exemption, the office doesn't have the text.
    pub withheld: Option<(Option<String>, String)>,
}

impl ReleasedRecord {
    /// Returns what is withheld of it, in words.
    fn missing(&self) -> &'static str {
        match (&self.what, &self.withheld) {
            (_, None) => "nothing",
            (None, _) => "the whole line",
            (Some(_), Some((Some(_), _))) => "the text",
            (Some(_), Some((None, _))) => "the text, which the office doesn't have",
        }
    }
}

/// The heading.
const TITLE: &str = "Public-records release";

/// What the release has besides this page.
const FILES: [(&str, &str); 7] = [
    ("lines.jsonl", "the lines of the ledger, each with the proof that it is in the ledger"),
    ("released-texts.jsonl", "the texts that are released, each with the salt of its digest"),
    ("withheld.jsonl", "each withheld text or line with its digest, the exemption, and the reason"),
    ("release.json", "the signed checkpoint of the ledger, and the SHA-256 of each file"),
    ("release.note", "the signature of release.json, if the office signed the release"),
    ("verify_release.py", "the script that checks all of this, with the files that it needs"),
    ("README.txt", "this page as text"),
];

/// How the release is checked.
const STEPS: [&str; 4] = [
    "Get verify_release.py, verify_ledger.py, verify_proof.py, and ledger.schema.json from the program's public source. The copies in this folder are the same files, but the office made the folder.",
    "Get the public key of the ledger from a source that the office doesn't control, such as the other party.",
    "Run: python3 verify_release.py FOLDER 'PUBLIC KEY'. It needs Python 3.9 or later and nothing else.",
    "The script prints \"sound\", or the file, the line, and what is wrong with it.",
];

/// What the release doesn't show.
const LIMITS: [&str; 5] = [
    "The proofs show that the records are those of the ledger. They don't show that the records are true.",
    "A withheld text appears as a digest with 16 secret random bytes. No one can find the text by trying. If the text is released later, you can check that it is the recorded one.",
    "A withheld line appears only as its SHA-256. The type, the case, and the reason that are stated for it are the office's statement.",
    "The records name people, and the names are part of the lines. A name can't be withheld without the line.",
    "Records after the last covered line are not in this release.",
];

impl ReleasePage {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let header = el("header").with(el("h1").with(TITLE));
        let mut content = Html::new()
            .with(header)
            .with(el("p").class("verdict").with(self.result()))
            .with(el("ul").all(self.notes().into_iter().map(|note| el("li").with(note))));
        for case in &self.cases {
            content.push(section(&format!("case-{}", case.case), &case.title, records(case)));
        }
        content.push(section("withheld", "Withheld texts and lines, with the reasons", self.withheld()));
        let steps = STEPS.iter().map(|step| el("li").with(*step));
        content.push(section("check", "How to check it", el("ol").all(steps)));
        let files = FILES
            .iter()
            .filter(|(name, _)| *name != "release.note" || self.is_signed)
            .map(|(name, what)| el("div").with(el("dt").with(el("code").with(*name))).with(el("dd").with(*what)));
        content.push(section("files", "The files", el("dl").class("facts").all(files)));
        content.push(section(
            "limits",
            "Limits of this release",
            el("ul").all(LIMITS.iter().map(|limit| el("li").with(*limit))),
        ));
        Document { title: TITLE, program: &self.program, content }.to_html()
    }

    /// Returns what the person who asked for the records gets to see, for the person who releases them: first what is withheld, and then
    /// the records of each case, folded.
    pub fn preview(&self) -> (Html, Html) {
        let cases = self.cases.iter().map(|case| {
            let summary = Html::from(el("strong").with(name(&case.title)))
                .with(format!(": {}", count(case.records.len() as u64, "record")));
            details(summary, records(case))
        });
        let withheld = Html::from(el("p").class("verdict").with(self.result()))
            .with(self.withheld())
            .with(el("ul").all(self.notes().into_iter().map(|note| el("li").with(note))));
        (withheld, cases.collect())
    }

    /// Returns the page as text, without the records.
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\n\n{}\n\n", self.result());
        let mut list = |heading: &str, items: Vec<String>| {
            text += &format!("{heading}\n");
            items.iter().for_each(|item| text += &format!("- {item}\n"));
            text += "\n";
        };
        list("About this release", self.notes());
        let withheld = self.all_withheld().map(|(case, record, exemption, reason)| {
            let exemption = exemption.as_deref().unwrap_or("not available");
            let (line, kind, missing, case) = (record.line, &record.kind, record.missing(), &case.title);
            format!("line {line} ({case}; {kind}): {missing}. {exemption}: {reason}")
        });
        list("Withheld texts and lines, with the reasons", withheld.collect());
        list("How to check it", STEPS.map(str::to_owned).to_vec());
        let files = FILES.iter().filter(|(name, _)| *name != "release.note" || self.is_signed);
        list("The files", files.map(|(name, what)| format!("{name}: {what}")).collect());
        list("Limits of this release", LIMITS.map(str::to_owned).to_vec());
        text.trim_end().to_owned() + "\n"
    }

    fn all_withheld(&self) -> impl Iterator<Item = (&ReleasedCase, &ReleasedRecord, &Option<String>, &String)> {
        let records = self.cases.iter().flat_map(|case| case.records.iter().map(move |record| (case, record)));
        records.filter_map(|(case, record)| {
            let (exemption, reason) = record.withheld.as_ref()?;
            Some((case, record, exemption, reason))
        })
    }

    /// Returns how much is released and withheld.
    fn result(&self) -> String {
        let all: Vec<_> = self.cases.iter().flat_map(|case| &case.records).collect();
        let tally = |keep: fn(&ReleasedRecord) -> bool| all.iter().filter(|record| keep(record)).count() as u64;
        let shown = count(tally(|record| record.what.is_some()), "record");
        let cases = count(self.cases.len() as u64, "case");
        let lines = count(tally(|record| record.what.is_none()), "line");
        let exempt = |record: &ReleasedRecord| record.what.is_some() && matches!(record.withheld, Some((Some(_), _)));
        let missing = |record: &ReleasedRecord| record.what.is_some() && matches!(record.withheld, Some((None, _)));
        let (texts, missing) = (count(tally(exempt), "text"), tally(missing));
        let missing = if missing > 0 {
            format!(" The office doesn't have {}.", count(missing, "other text"))
        } else {
            String::new()
        };
        format!(
            "{shown} of {cases} released. {texts} and {lines} withheld, each with the exemption and the reason.{missing}"
        )
    }

    /// Returns the notes about the scope of the release and its signature.
    fn notes(&self) -> Vec<String> {
        let scope = if self.is_all { "all cases" } else { "the cases below" };
        let size = count(self.size, "line");
        let complete = if self.complete {
            format!(
                "It has every record of {scope} up to line {} of the ledger. A withheld line counts as one.",
                self.size
            )
        } else {
            format!(
                "Later records of {scope} might exist, even under its checkpoint, because the ledger has an older format."
            )
        };
        let signed = if self.is_signed {
            "The office signed the list of all files, so no one can change the reasons or this page without a trace."
        } else {
            "The office did not sign the list of the files. The proofs protect the records and texts, but not the reasons and this page."
        };
        vec![
            format!("The records are from the ledger {}. A signed checkpoint covers its first {size}.", self.origin),
            complete,
            "Each record is one line of the ledger, as it was written. The number of the line is the same in all files.".to_owned(),
            signed.to_owned(),
        ]
    }

    fn withheld(&self) -> Html {
        let columns = ["Line", "Case", "Record", "Withheld", "Exemption", "Reason"].map(Column::text);
        let mut table = Table::new("Each with its exemption", columns);
        for (case, record, exemption, reason) in self.all_withheld() {
            table.row([
                Cell::Number(record.line.to_string()),
                Cell::Name(case.title.clone()),
                Cell::Text(record.kind.clone()),
                Cell::Text(record.missing().to_owned()),
                exemption.clone().map_or(Cell::Nothing, Cell::Name),
                Cell::Name(reason.clone()),
            ]);
        }
        if table.rows.is_empty() { el("p").with("Nothing is withheld.").into() } else { table.to_html() }
    }
}

fn records(case: &ReleasedCase) -> Element {
    let columns = ["Line", "When", "Record", "Recorded by", "Written down"].map(Column::text);
    let mut table = Table::new(format!("Records of {}", case.title), columns);
    for record in &case.records {
        let what = match (&record.what, &record.withheld) {
            (None, _) => Cell::Text(format!("[line withheld: {}]", record.kind)),
            (Some(what), None) => Cell::Name(what.clone()),
            (Some(what), Some((exemption, _))) => {
                let why = match exemption {
                    Some(exemption) => format!("[text withheld: {exemption}]"),
                    None => "[text not available]".to_owned(),
                };
                Cell::Stack(vec![Cell::Name(what.clone()), Cell::Name(why)])
            }
        };
        let text = |value: &Option<String>| value.clone().map_or(Cell::Nothing, Cell::Name);
        let [when, by, written] = [&record.when, &record.recorded_by, &record.written].map(text);
        table.row([Cell::Number(record.line.to_string()), when, what, by, written]);
    }
    el("div").with(table.to_html())
}
