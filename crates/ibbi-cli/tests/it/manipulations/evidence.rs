//! The evidence that is manipulated: three ledgers, each with checkpoints, cosignatures, and an extract of one case.

use crate::support::Place;
use ibbi_log::{Digest, LineSubject, chart_digest};
use ibbi_seal::{CaseHeads, Checkpoint, MerkleTree, PrivateKey, SignedCheckpoint};
use ibbi_testing::lines::Lines;
use ibbi_testing::{golden_v2, repository};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;

/// Which ledger is manipulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// Format 2: three cases, acts, late records, a correction, a void, and two lines with the state of all cases.
    New,
    /// Format 1: one case from its opening to its end.
    Old,
    /// The same, which then changed to format 2.
    Grown,
}

impl Base {
    pub(crate) const ALL: [Self; 3] = [Self::New, Self::Old, Self::Grown];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Old => "old",
            Self::Grown => "grown",
        }
    }
}

/// A ledger and the files that belong to it.
pub(crate) struct Evidence {
    pub(crate) lines: Lines,
    /// How many lines the outside checkpoint covers.
    pub(crate) covered: usize,
    /// The checkpoint that someone outside keeps, with the cosignatures of two witnesses.
    pub(crate) outside: String,
    /// The office's checkpoints. The largest one is the one outside.
    pub(crate) notes: String,
    /// The case of the extract.
    pub(crate) case: String,
    pub(crate) extract: String,
}

/// All of the evidence, in a folder with the keys.
pub(crate) struct Bases {
    pub(crate) place: Place,
    office: PrivateKey,
    all: Vec<Evidence>,
}

impl Bases {
    pub(crate) fn new() -> Self {
        let place = Place::new();
        let key = |args: &[&str], file: &str| fs::write(place.path(file), place.done(args)).unwrap();
        key(&["keygen", "example.org/ibbi", "office.key"], "office.pub");
        key(&["keygen", "example.org/other", "other.key"], "other.pub");
        let mut known = String::new();
        for name in ["witness-1", "witness-2", "witness-3"] {
            key(&["keygen", name, &format!("{name}.key"), "--witness"], &format!("{name}.pub"));
            known += &fs::read_to_string(place.path(&format!("{name}.pub"))).unwrap();
        }
        fs::write(place.path("witnesses.txt"), known).unwrap();
        let office = PrivateKey::load(&place.path("office.key")).unwrap();
        let mut bases = Self { place, office, all: Vec::new() };
        bases.all = Base::ALL.iter().map(|base| bases.evidence(*base)).collect();
        bases
    }

    pub(crate) fn of(&self, base: Base) -> &Evidence {
        &self.all[base as usize]
    }

    /// Returns the checkpoint that the office signs over the first lines of a ledger.
    pub(crate) fn signed(&self, lines: &Lines, size: usize) -> SignedCheckpoint {
        sign(lines, size, &self.office)
    }

    /// Returns the checkpoint that the key of another office signs.
    pub(crate) fn signed_by_another(&self, lines: &Lines, size: usize) -> SignedCheckpoint {
        sign(lines, size, &PrivateKey::load(&self.place.path("other.key")).unwrap())
    }

    /// Returns the file of checkpoints that the office signs over a ledger: at each line with the state of all cases, or at the
    /// sizes that the ledger had.
    pub(crate) fn notes(&self, lines: &Lines, sizes: &[usize]) -> String {
        sizes.iter().map(|size| format!("{}\n", self.signed(lines, *size))).collect()
    }

    fn evidence(&self, base: Base) -> Evidence {
        let (lines, sizes) = match base {
            Base::New => (new_ledger(), vec![55, 69]),
            Base::Old => (old_ledger(), vec![20, 30]),
            Base::Grown => (grown_ledger(), vec![20, 35]),
        };
        let (name, covered) = (base.code(), *sizes.last().unwrap());
        let (ledger, note) = (format!("{name}.ledger"), format!("{name}.note"));
        fs::write(self.place.path(&ledger), lines.bytes()).unwrap();
        fs::write(self.place.path(&note), self.signed(&lines, covered).to_string()).unwrap();
        let mut outside = String::new();
        for witness in ["witness-1.key", "witness-2.key"] {
            outside = self.place.done(&["cosign", &note, "--witness", witness, "--key", "office.pub"]);
            // The second witness cosigns what the first one did.
            fs::write(self.place.path(&note), &outside).unwrap();
        }
        let case = lines.json(2)["case"].as_str().unwrap().to_owned();
        let extract = self.place.done(&["extract", &ledger, "--case", &case, "--checkpoint", &note]);
        let first = self.notes(&lines, &sizes[..sizes.len() - 1]);
        Evidence { notes: format!("{first}{outside}\n"), lines, covered, outside, case, extract }
    }
}

fn sign(lines: &Lines, size: usize, key: &PrivateKey) -> SignedCheckpoint {
    let mut tree = MerkleTree::new();
    for line in &lines.0[..size] {
        tree.push(&Digest::sha256(line.as_bytes()));
    }
    let origin = lines.json(1)["data"]["origin"].as_str().unwrap().to_owned();
    Checkpoint { origin, size: size as u64, root: tree.root() }.sign(key).unwrap()
}

/// Returns the first line of a ledger of this test.
fn named(lines: Lines, name: &str) -> Lines {
    let lines = lines.set(1, "data.chart", chart_digest().to_string());
    lines.set(1, "data.origin", format!("example.org/{name}"))
}

/// Returns both golden ledgers of format 2 in one, in the order in which they were recorded, with a void and two lines with the state
/// of all cases.
fn new_ledger() -> Lines {
    let one = Lines::of(&golden_v2("everyone-at-the-table"));
    let two = Lines::of(&golden_v2("programs-and-editions"));
    let mut all: Vec<String> = one.0.into_iter().chain(two.0.into_iter().skip(1)).collect();
    let logged = |line: &String| serde_json::from_str::<Value>(line).unwrap()["logged"].as_str().unwrap().to_owned();
    all.sort_by_key(logged);
    // The correction of line 57, which the golden ledger has as line 32.
    let lines = named(Lines(all).numbered(), "new").set(57, "replaces", 56);
    let identity = json!({ "issuer": "https://id.example.org", "subject": "4711" });
    let lines = lines.set(8, "identity", identity).set(8, "on_behalf", "School committee of Otter Creek");
    // The note in line 66 is voided.
    let voided = lines.clone().edit(66, |line| {
        line["type"] = json!("event_voided");
        line["data"] = json!({ "reason": "it belongs to another case", "seq": 66 });
        line["id"] = json!("01910000-0000-7000-8000-0065000000fe");
        line["logged"] = json!("2025-11-05T21:06:00.512Z");
        line["at"] = json!("2025-11-05T21:02:00.000Z");
        line["seq"] = json!(0);
    });
    let lines = lines.insert(67, voided.0[65].clone());
    with_heads(with_heads(lines, 55), 69).forged()
}

/// Returns the golden ledger of a full day, with this program's chart.
fn old_ledger() -> Lines {
    named(Lines::golden("completed-full-day"), "old").chained()
}

/// Returns the same, and lines of format 2 after it.
fn grown_ledger() -> Lines {
    let old = named(Lines::golden("completed-full-day"), "grown");
    let last = old.json(33)["logged"].clone();
    let changed = json!({
        "actor": "clerk@example.org", "at": last, "data": { "chart": chart_digest().to_string(), "format": 2 },
        "id": "01910000-0000-7000-8000-0001000000f0", "logged": last, "prev": "", "seq": 34, "type": "format_changed", "v": 2,
    });
    let note = old.clone().edit(33, |line| {
        line["type"] = json!("outcome_noted");
        line["data"] = json!({ "dated": "2025-11-14", "result": "tentative_agreement" });
        line["id"] = json!("01910000-0000-7000-8000-0001000000f1");
        line["v"] = json!(2);
        line["at"] = json!("2025-11-14T14:00:00.000Z");
        line["logged"] = json!("2025-11-14T14:01:00.000Z");
    });
    let lines = old.insert(34, changed.to_string()).insert(35, note.0[32].clone());
    with_heads(lines, 35).forged()
}

/// Inserts a line with the state of all cases, which [`Forged::forged`] fills in.
pub(crate) fn with_heads(lines: Lines, place: usize) -> Lines {
    let logged = lines.json(place - 1)["logged"].clone();
    let id = format!("01910000-0000-7000-8000-0000000{place:05}");
    let heads = json!({
        "actor": "example.org/ibbi", "at": logged, "data": { "cases": 0, "root": "" }, "id": id, "logged": logged, "prev": "",
        "seq": 0, "type": "heads", "v": 2,
    });
    lines.insert(place, heads.to_string())
}

/// What a forger does after a change, so that everything fits again.
pub(crate) trait Forged {
    /// Links the lines again, and states the last records of the cases as they are now.
    fn rooted(self) -> Self;
    /// Numbers the lines and the records again, with the numbers that lines name, and links them.
    fn linked(self) -> Self;
    /// Numbers and links the lines again, and states the last records of the cases as they are now.
    fn forged(self) -> Self;
}

impl Forged for Lines {
    fn rooted(mut self) -> Self {
        let (mut heads, mut prev) = (CaseHeads::default(), Digest::ZERO);
        for line in &mut self.0 {
            let mut value: Value = serde_json::from_str(line).expect("a line is JSON");
            value["prev"] = prev.to_string().into();
            if value["type"] == "heads" {
                let state = heads.state();
                value["data"] = json!({ "cases": state.cases, "root": state.root.to_string() });
            }
            *line = value.to_string();
            prev = Digest::sha256(line.as_bytes());
            if let Some(LineSubject::Case { case, rev, .. }) = LineSubject::read(line.as_bytes()) {
                heads.set(case, rev, prev);
            }
        }
        self
    }

    fn linked(self) -> Self {
        let places: HashMap<u64, usize> =
            (1..=self.0.len()).filter_map(|line| Some((self.json(line)["seq"].as_u64()?, line))).collect();
        let mut lines = self;
        for line in 1..=lines.0.len() {
            let value = lines.json(line);
            let place = |seq: &Value| seq.as_u64().and_then(|seq| places.get(&seq)).copied();
            if let Some(place) = place(&value["replaces"]) {
                lines = lines.set(line, "replaces", place);
            }
            if let Some(place) = place(&value["data"]["seq"]) {
                lines = lines.set(line, "data.seq", place);
            }
        }
        lines.numbered()
    }

    fn forged(self) -> Self {
        self.linked().rooted()
    }
}

/// Returns the texts of the ledger of format 2.
pub(crate) fn texts() -> String {
    fs::read_to_string(repository("tests/golden/v2/everyone-at-the-table.ledger.texts")).unwrap()
}
