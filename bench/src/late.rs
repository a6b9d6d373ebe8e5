//! Ledgers as real offices write them: many cases are in progress, some events are recorded after later ones, and some
//! records come after their case has closed.

use crate::records::new_ledger;
use ibbi_audit::AuditOptions;
use ibbi_core::events::{EventVoided, NoteAdded, OutcomeNoted};
use ibbi_core::{At, Event, FollowUpResult, History, Name, NoteText, Outcome, Reason, Stage};
use ibbi_log::{NewLedger, NewRecord, SIMULATION_ORIGIN, Uuid};
use ibbi_seal::{Checkpoints, PrivateKey, SealedLedger, checkpoints_path, create, sign_checkpoint};
use ibbi_sim::Simulator;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

type Failed = Box<dyn Error>;

/// Which ledger is written.
#[derive(Debug, Clone, Copy)]
pub struct LateLedger {
    /// The cases.
    pub cases: u64,
    /// How many of them are in progress at the same time.
    pub together: u64,
    /// Whether every case stays open: it ends after two thirds of its events.
    pub open: bool,
}

/// The contents of a ledger that was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LateCounts {
    /// Its lines.
    pub lines: u64,
    /// Its records.
    pub records: u64,
    /// The records of events that happened before events that were already recorded in their case.
    pub late: u64,
    /// The records of cases that were closed already.
    pub into_closed: u64,
    /// The records that don't count: corrections, and the records that they void.
    pub not_in_effect: u64,
    /// The checkpoints in the file next to it.
    pub checkpoints: u64,
}

/// One of so many records is late.
const LATE: u64 = 20;
/// One of so many records is of a case that is closed.
const INTO_CLOSED: u64 = 100;
/// Records with one time of recording, and one sync.
const BATCH: usize = 24;
/// Records between two checkpoints.
const SIGNED: u64 = 10_000;
/// The people who record.
const CLERKS: u64 = 8;
const MINUTE: i64 = 60_000;
/// The key of the examples of Go's golang.org/x/mod/sumdb/note, so that every run writes the same bytes.
const KEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Debug)]
struct Numbers(u64);

impl Numbers {
    const fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A record of a case, before it is written.
#[derive(Debug, Clone)]
struct Planned {
    logged: At,
    at: At,
    entry: Entry,
}

#[derive(Debug, Clone)]
enum Entry {
    Event(Event),
    /// A void of the record with this index in the case.
    Void(usize),
}

/// How many late records, and records of closed cases, are still due to reach the shares.
#[derive(Debug, Default)]
struct Due {
    records: u64,
    late: u64,
    into_closed: u64,
}

impl Due {
    const fn needs_late(&self) -> bool {
        // A few more than due, because the last cases can't make up for others.
        self.late * LATE < self.records + self.records / 50 + LATE
    }

    const fn needs_into_closed(&self) -> bool {
        self.into_closed * INTO_CLOSED < self.records
    }
}

impl LateLedger {
    /// Writes the ledger, its confidential texts, and its checkpoints. The same simulator gives the same bytes.
    ///
    /// # Errors
    /// Those of the ledger and of the simulation.
    pub fn write(&self, path: &Path, simulator: &Simulator) -> Result<LateCounts, Failed> {
        let origin = Name::new(&format!("{SIMULATION_ORIGIN}{}", &simulator.digest()[..16]))?;
        let ledger = create(path, &NewLedger { at: simulator.first_instant(), origin, ..new_ledger() })?;
        let logged = simulator.first_instant();
        let (waiting, counts) = (Vec::new(), LateCounts::default());
        let mut writer = Writer { ledger, key: key_beside(path)?, waiting, logged, counts };
        // The cases are written in groups, each from its beginning.
        writer.ledger.trust_clock();
        let (mut numbers, mut due) = (Numbers(1), Due::default());
        for first in (0..self.cases).step_by(usize::try_from(self.together)?) {
            let (mut cases, mut group) = (Vec::new(), Vec::new());
            for run in first..self.cases.min(first + self.together) {
                let mut events = Vec::new();
                simulator.run(1, run, |at, event, _| events.push((at, event.clone())))?;
                if self.open {
                    events.truncate(events.len() * 2 / 3);
                }
                let (index, random) = (cases.len(), numbers.below(1 << 60));
                let id = Uuid::from_u64_pair(0x0193_0000_0000_7000 | run << 16, 0x8000_0000_0000_0000 | random);
                cases.push((History::for_case(id), Vec::new()));
                group.extend(planned(&events, &mut numbers, &mut due)?.into_iter().map(|planned| (index, planned)));
            }
            group.sort_by_key(|(_, planned)| planned.logged);
            for (index, planned) in group {
                writer.add(&mut cases[index], planned, numbers.below(CLERKS))?;
            }
            writer.flush()?;
        }
        writer.sign()?;
        Ok(LateCounts { lines: writer.ledger.head().lines, ..writer.counts })
    }
}

/// The records of a case so far, in the order of recording.
struct Plan<'a> {
    history: History,
    records: Vec<Planned>,
    logged: At,
    numbers: &'a mut Numbers,
    due: &'a mut Due,
}

/// Returns the records of a case in the order of recording.
fn planned(events: &[(At, Event)], numbers: &mut Numbers, due: &mut Due) -> Result<Vec<Planned>, Failed> {
    let mut plan = Plan { history: History::new(), records: Vec::new(), logged: At::MIN, numbers, due };
    let mut held: Option<(At, Event, u64)> = None;
    for (at, event) in events {
        if let Some((held_at, late, left)) = held.take() {
            // An event is held back while the case is valid without it and it can still be added.
            let fits = plan.fits(&[(*at, event), (held_at, &late)]);
            if fits && left > 0 {
                plan.add(*at, event.clone())?;
                held = Some((held_at, late, left - 1));
                continue;
            }
            let (first, second) = ((held_at, late), (*at, event.clone()));
            for (at, event) in if fits { [second, first] } else { [first, second] } {
                plan.add(at, event)?;
            }
            continue;
        }
        if plan.records.len() > 1 && plan.due.needs_late() && plan.numbers.below(3) == 0 {
            held = Some((*at, event.clone(), plan.numbers.below(3)));
            continue;
        }
        plan.add(*at, event.clone())?;
        if plan.records.len() > 4 && plan.due.needs_late() && plan.numbers.below(6) == 0 {
            plan.add_note()?;
        }
    }
    if let Some((at, event, _)) = held {
        plan.add(at, event)?;
    }
    while plan.history.case().stage() == Stage::Closed && plan.due.needs_into_closed() {
        plan.due.into_closed += 1;
        plan.add_after_closing()?;
    }
    Ok(plan.records)
}

impl Plan<'_> {
    fn seq(&self) -> u64 {
        self.history.revision() + 1
    }

    /// Returns whether events can be recorded one after the other.
    fn fits(&self, events: &[(At, &Event)]) -> bool {
        let mut history = self.history.clone();
        (self.seq()..).zip(events).all(|(seq, (at, event))| history.record(seq, *at, (*event).clone()).is_ok())
    }

    fn add(&mut self, at: At, event: Event) -> Result<(), Failed> {
        let is_late = event.kind().happens() && self.history.case().file().is_some_and(|file| at < file.last_at());
        self.history.record(self.seq(), at, event.clone()).map_err(|refusal| refusal.to_string())?;
        let entry = match &event {
            Event::EventVoided(void) => Entry::Void(usize::try_from(void.seq - 1)?),
            _ => Entry::Event(event),
        };
        let minutes = i64::try_from(1 + self.numbers.below(30))?;
        self.logged = after(self.logged.max(at), minutes)?;
        self.records.push(Planned { logged: self.logged, at, entry });
        self.due.late += u64::from(is_late);
        self.due.records += 1;
        Ok(())
    }

    /// Adds a note that was written down after the event that followed it.
    fn add_note(&mut self) -> Result<(), Failed> {
        let (Some(first), Some(last)) = (self.records.first(), self.history.case().file().map(|file| file.last_at()))
        else {
            return Ok(());
        };
        let span = u64::try_from(last.millis() - first.at.millis())? / 4;
        let back = 1 + i64::try_from(self.numbers.below(span.max(1)))?;
        let at = At::from_millis(last.millis() - back).ok_or("no such time")?;
        self.add(at, NoteAdded { text: NoteText::new("The letter came with the mail of the day before.")? }.into())
    }

    /// Adds a record that comes after the case has closed: the result of the bargaining, a correction, or a late note.
    fn add_after_closing(&mut self) -> Result<(), Failed> {
        let last = self.records.last().map_or(At::MIN, |last| last.logged);
        self.logged = after(last, i64::try_from(24 * 60 * (1 + self.numbers.below(20)))?)?;
        let completed = self.history.case().outcome() == Some(Outcome::Completed);
        let choice = self.numbers.below(4);
        if completed && choice < 2 {
            let dated = self.logged.to_string();
            let dated = dated[..10].parse()?;
            let result = FollowUpResult::TentativeAgreement;
            return self.add(self.logged, OutcomeNoted { dated, document: None, party: None, result }.into());
        }
        let is_note = |planned: &Planned| matches!(planned.entry, Entry::Event(Event::NoteAdded(_)));
        if choice == 2
            && let Some(note) = self.records.iter().position(is_note)
            && self.history.entries()[note].counts()
        {
            let reason = Reason::new("belongs to another district")?;
            return self.add(self.logged, EventVoided { reason, seq: u64::try_from(note)? + 1 }.into());
        }
        self.add_note()
    }
}

/// Writes records to the ledger.
struct Writer {
    ledger: SealedLedger,
    key: PrivateKey,
    waiting: Vec<NewRecord>,
    logged: At,
    counts: LateCounts,
}

impl Writer {
    fn add(&mut self, case: &mut (History, Vec<u64>), planned: Planned, clerk: u64) -> Result<(), Failed> {
        let (history, seqs) = case;
        let seq = self.ledger.head().lines + u64::try_from(self.waiting.len())? + 1;
        let event = match planned.entry {
            Entry::Event(event) => event,
            Entry::Void(index) => {
                let reason = Reason::new("belongs to another district")?;
                EventVoided { reason, seq: *seqs.get(index).ok_or("no such record")? }.into()
            }
        };
        let (counts, at) = (&mut self.counts, planned.at);
        counts.records += 1;
        counts.into_closed += u64::from(history.case().stage() == Stage::Closed);
        let happens = event.kind().happens();
        counts.not_in_effect += if happens { 0 } else { 2 };
        counts.late += u64::from(happens && history.case().file().is_some_and(|file| at < file.last_at()));
        let id = Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | counts.records);
        let accepted = history.accept(id, seq, at, event).map_err(|refusal| refusal.to_string())?;
        seqs.push(seq);
        let actor = Name::new(&format!("clerk{clerk}@example.org"))?;
        self.waiting.push(NewRecord { salt: Some(id.into_bytes()), ..NewRecord::new(accepted, actor) });
        self.logged = planned.logged;
        if self.waiting.len() >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits, at the time of its last record. From time to time, signs the ledger.
    fn flush(&mut self) -> Result<(), Failed> {
        self.ledger.append(&self.waiting, self.logged)?;
        self.waiting.clear();
        if self.counts.records >= (self.counts.checkpoints + 1) * SIGNED { self.sign() } else { Ok(()) }
    }

    fn sign(&mut self) -> Result<(), Failed> {
        self.counts.checkpoints += 1;
        sign_checkpoint(&mut self.ledger, &self.key, self.logged)?;
        Ok(())
    }
}

/// Returns the options of an audit with the checkpoints beside a ledger and their key.
///
/// # Errors
/// Those of reading the files.
pub fn audit_options(ledger: &Path, threads: usize) -> Result<AuditOptions, Failed> {
    let checkpoints = Checkpoints::parse(&std::fs::read_to_string(checkpoints_path(ledger))?)?;
    let keys = vec![key_beside(ledger)?.public()];
    Ok(AuditOptions { threads, checkpoints, keys, variants: usize::MAX, ..AuditOptions::default() })
}

fn after(at: At, minutes: i64) -> Result<At, Failed> {
    Ok(At::from_millis(at.millis() + minutes * MINUTE).ok_or("no such time")?)
}

/// Writes the key's file beside a ledger, and reads it.
fn key_beside(ledger: &Path) -> Result<PrivateKey, Failed> {
    let path = ledger.with_extension("key");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    writeln!(file, "{KEY}")?;
    Ok(PrivateKey::load(&path)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_audit::{Audit, Finding, LedgerSource};
    use ibbi_sim::{EXAMPLE, Scenario};

    #[test]
    fn ledger_is_sound_and_has_the_shares_of_late_records() {
        let place = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| place.path().join(name).with_extension("ledger"));
        let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
        let ledger = LateLedger { cases: 400, together: 50, open: false };
        let counts = ledger.write(&one, &simulator).unwrap();
        assert_eq!(ledger.write(&other, &simulator).unwrap(), counts);
        assert!(std::fs::read(&one).unwrap() == std::fs::read(&other).unwrap(), "the same bytes");
        assert!(counts.late * LATE >= counts.records && counts.late * 100 < counts.records * 6, "{counts:?}");
        assert!(counts.into_closed * INTO_CLOSED >= counts.records - 100, "{counts:?}");
        assert!(counts.not_in_effect > 0 && counts.checkpoints == 2, "{counts:?}");

        let audit = |threads, held_records| {
            let options = AuditOptions { held_records, ..audit_options(&one, threads).unwrap() };
            let mut findings = Vec::new();
            let source = LedgerSource::open(&one).unwrap();
            let report = Audit::new(options).run(source, &mut |finding: Finding| findings.push(finding)).unwrap();
            (report, findings)
        };
        let (report, findings) = audit(2, 16_384);
        assert!(audit(1, 0) == (report.clone(), findings), "the same without histories in memory");
        assert!(report.sound && report.events.fitness == Some(1.0), "{:?}", report.findings);
        assert_eq!((report.cases.total, report.events.total), (400, counts.records));
        assert_eq!((report.ledger.lines, 2 * report.events.voids), (counts.lines, counts.not_in_effect));
    }

    #[test]
    fn cases_stay_open_on_request() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("open.ledger");
        let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
        let counts = LateLedger { cases: 50, together: 50, open: true }.write(&path, &simulator).unwrap();
        let report = Audit::default().run(LedgerSource::open(&path).unwrap(), &mut |_: Finding| {}).unwrap();
        assert!(counts.late > 0 && report.cases.open > 45, "{counts:?}, {:?}", report.cases);
    }
}
