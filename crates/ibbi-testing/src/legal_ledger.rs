//! Generated legal ledgers of both formats, with everything that a line can have.

use crate::walk::{BEGIN, Random, at, case_id, name, offer, uuid};
use ibbi_core::{ActPlace, At, Event, EventKind, History, IdentityText, NoteText, Precision, Stage, Submission};
use ibbi_log::{Digest, Identity, Record, RecordDetails, Uuid, chart_digest, encode_line, text_digest};
use ibbi_seal::CaseHeads;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// In which format a generated ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerForm {
    /// Format 1.
    One,
    /// Format 2.
    Two,
    /// Format 1 and, after a line that says so, format 2.
    Grown,
}

/// A legal ledger.
#[derive(Debug, Clone)]
pub struct LegalLedger {
    /// The lines, each with its line feed.
    pub bytes: Vec<u8>,
    /// How many lines the ledger had when a checkpoint was signed. In format 2, each ends with the state of all cases.
    pub sizes: Vec<u64>,
    /// The first case.
    pub case: Uuid,
    /// How often each kind of record occurs, by name.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Returns the ledger of a seed: up to four cases side by side, with corrections. In format 2, it also has late records, acts,
/// replacements, days without a time, identities, and lines with the state of all cases.
pub fn legal_ledger(seed: u64, form: LedgerForm) -> LegalLedger {
    let mut writer = Writer::new(seed, form);
    let length = 15 + writer.random.below(40);
    let change = if form == LedgerForm::Grown { 1 + writer.random.below(length) } else { usize::MAX };
    for _ in 0..60 * length {
        if writer.records >= length {
            break;
        }
        if writer.records >= change && writer.is_in_order {
            writer.change_format();
        }
        writer.step();
        if writer.records > 0 && writer.random.below(400) == 0 {
            writer.checkpoint();
        }
    }
    if form == LedgerForm::Grown && writer.is_in_order {
        writer.change_format();
    }
    writer.checkpoint();
    // Lines that no checkpoint covers yet.
    for _ in 0..writer.random.below(30) {
        writer.step();
    }
    writer.made
}

struct Writer {
    random: Random,
    cases: Vec<(History, i64)>,
    is_in_order: bool,
    records: usize,
    lines: u64,
    revs: Vec<u64>,
    logged: At,
    prev: Digest,
    heads: CaseHeads,
    made: LegalLedger,
}

impl Writer {
    fn new(seed: u64, form: LedgerForm) -> Self {
        let mut random = Random(seed);
        let cases = 1 + random.below(4);
        let made = LegalLedger { bytes: Vec::new(), sizes: Vec::new(), case: case_id(0), counts: BTreeMap::new() };
        let histories = (0..cases).map(|number| (History::for_case(case_id(number)), BEGIN)).collect();
        let mut writer = Self {
            random,
            cases: histories,
            is_in_order: form != LedgerForm::Two,
            records: 0,
            lines: 0,
            revs: vec![0; cases],
            logged: at(BEGIN),
            prev: Digest::ZERO,
            heads: CaseHeads::default(),
            made,
        };
        let format = if writer.is_in_order { 1 } else { 2 };
        let chart = chart_digest().to_string();
        let data = json!({ "chart": chart, "format": format, "origin": format!("example.org/legal/{seed}"), "program": "ibbi 0.1.0" });
        writer.ledger_line("ledger_opened", format, data);
        writer
    }

    fn count(&mut self, what: &'static str) {
        *self.made.counts.entry(what).or_default() += 1;
    }

    fn push(&mut self, line: &[u8]) {
        self.made.bytes.extend_from_slice(line);
        self.made.bytes.push(b'\n');
        self.prev = Digest::sha256(line);
        self.lines += 1;
    }

    /// Writes a line that is about no case.
    fn ledger_line(&mut self, kind: &'static str, version: u8, data: Value) {
        let line = json!({
            "actor": "clerk@example.org", "at": self.logged.to_string(), "data": data,
            "id": uuid(5, usize::try_from(self.lines).unwrap()).to_string(), "logged": self.logged.to_string(),
            "prev": self.prev.to_string(), "seq": self.lines + 1, "type": kind, "v": version,
        });
        self.push(line.to_string().as_bytes());
        self.count(kind);
    }

    fn change_format(&mut self) {
        self.ledger_line("format_changed", 2, json!({ "chart": chart_digest().to_string(), "format": 2 }));
        self.is_in_order = false;
    }

    /// Signs here: in format 2, after the state of all cases.
    fn checkpoint(&mut self) {
        if !self.is_in_order {
            let state = self.heads.state();
            self.ledger_line("heads", 2, json!({ "cases": state.cases, "root": state.root.to_string() }));
        }
        self.made.sizes.push(self.lines);
    }

    /// Offers an event to a case, and writes it if the rules allow it.
    fn step(&mut self) {
        let case = self.random.below(self.cases.len());
        let own: Vec<u64> = self.cases[case].0.entries().iter().map(|entry| entry.seq).collect();
        let clock = self.cases[case].1;
        let Some((event, millis)) = offer(&mut self.random, self.cases[case].0.case(), clock, &own) else { return };
        let seq = self.lines + 1;
        if self.is_in_order {
            if let Ok(to) = self.cases[case].0.offer(seq, at(millis), event.clone()) {
                self.write(case, vec![Submission::new(at(millis), event)], to);
            }
            return;
        }
        let event = with_digest(event);
        let mut act = vec![match self.random.below(10) {
            // An event that happened before others of the case.
            0..=2 => Submission::new(at(millis - 900_000 * i64::try_from(self.random.below(600)).unwrap()), event),
            // An earlier record at another time.
            3 if !own.is_empty() => self.replacement(case),
            _ => Submission::new(at(millis), event),
        }];
        if self.random.chance(20)
            && let Some((event, millis)) = offer(&mut self.random, self.cases[case].0.case(), millis, &own)
        {
            act.push(Submission::new(at(millis), with_digest(event)));
        }
        let numbered = (seq..).zip(act.iter().cloned()).collect();
        if let Ok(to) = self.cases[case].0.record_act(numbered) {
            self.write(case, act, to);
        }
    }

    /// Returns a record of the case again, at another time.
    fn replacement(&mut self, case: usize) -> Submission {
        let entries = self.cases[case].0.entries();
        let entry = &entries[self.random.below(entries.len())];
        let moved = entry.at.millis() + 60_000 * i64::try_from(self.random.below(30)).unwrap();
        Submission { replaces: Some(entry.seq), ..Submission::new(at(moved), with_digest(entry.event.clone())) }
    }

    /// Writes the records of an act.
    fn write(&mut self, case: usize, act: Vec<Submission>, to: Stage) {
        let latest = act.iter().map(|submission| submission.at).max().expect("an event");
        // A clock advances between two acts.
        let wait = 1 + i64::try_from(self.random.below(600_000)).unwrap();
        self.logged = at(self.logged.millis() + wait).max(latest);
        if act.iter().all(|submission| submission.replaces.is_none()) {
            self.cases[case].1 = self.cases[case].1.max(latest.millis());
        }
        let count = u16::try_from(act.len()).unwrap();
        for (submission, index) in act.into_iter().zip(1..) {
            let Submission { at, replaces, event, .. } = submission;
            let mut details = RecordDetails { replaces, in_order: self.is_in_order, ..RecordDetails::default() };
            if !self.is_in_order {
                details.act = ActPlace::new(index, count);
                details.precision = if self.random.chance(10) { Precision::Day } else { Precision::Instant };
                details.on_behalf = self.random.chance(10).then(|| name("School committee of Maple Hollow"));
                details.identity = self.random.chance(10).then(|| Box::new(identity()));
            }
            for (is_there, what) in [
                (details.act.is_some(), "act"),
                (replaces.is_some(), "replaces"),
                (details.identity.is_some(), "identity"),
                (details.precision == Precision::Day, "day"),
                (at < self.cases[case].0.entries().iter().map(|entry| entry.at).max().unwrap_or(at), "late"),
                (event.kind() == EventKind::EventVoided, "void"),
            ] {
                if is_there {
                    self.count(what);
                }
            }
            self.revs[case] += 1;
            let record = Record {
                seq: self.lines + 1,
                rev: self.revs[case],
                case: case_id(case),
                id: uuid(2, usize::try_from(self.lines).unwrap()),
                actor: name(if self.records.is_multiple_of(3) { "clerk@example.org" } else { "aide@example.org" }),
                at,
                logged: self.logged,
                to,
                event,
                details,
            };
            let line = encode_line(&record, &self.prev).expect("a line");
            self.push(&line);
            self.heads.set(record.case, record.rev, self.prev);
            self.records += 1;
        }
    }
}

fn identity() -> Identity {
    let text = |text| IdentityText::new(text).expect("a text");
    Identity { issuer: text("https://id.example.org"), subject: text("4711") }
}

/// Returns an event as a line of format 2 has it: with the digest of its confidential text.
fn with_digest(mut event: Event) -> Event {
    if let Some(text) = event.note_text_mut()
        && let Some(plain) = text.text()
    {
        *text = NoteText::from_digest(*text_digest(&[7; 16], plain).as_bytes());
    }
    event
}
