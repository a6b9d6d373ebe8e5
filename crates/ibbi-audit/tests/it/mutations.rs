//! Every change to a legal ledger is found: with a checkpoint anywhere, without one before the last line.

use crate::support::walk::{ledger, walk};
use crate::support::{Audited, Lines, audit, audit_with};
use ibbi_audit::AuditOptions;
use ibbi_seal::{Checkpoint, Checkpoints, PrivateKey, PublicKey, SignedCheckpoint, VerifyOptions, verify};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// A change to bytes or lines. Positions are fractions of 2^32 of the whole.
#[derive(Debug, Clone)]
enum Change {
    Flip(u32, u8),
    Insert(u32, u8),
    Delete(u32, u8),
    Repeat(u32, u8),
    Swap(u32, u32),
    Cut(u32),
    LineGone(u32),
    LineTwice(u32),
    LinesSwapped(u32, u32),
    LineElsewhere(u32, u32),
    /// Another value in a field, with a matching chain.
    Field(u32, u8),
    /// A line removed, with matching numbers and a matching chain.
    GoneAndNumbered(u32),
}

fn changes() -> impl Strategy<Value = Change> {
    let place = any::<u32>;
    prop_oneof![
        (place(), 1..=255_u8).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        (place(), 1..40_u8).prop_map(|(at, count)| Change::Delete(at, count)),
        (place(), 1..40_u8).prop_map(|(at, count)| Change::Repeat(at, count)),
        (place(), place()).prop_map(|(one, other)| Change::Swap(one, other)),
        place().prop_map(Change::Cut),
        place().prop_map(Change::LineGone),
        place().prop_map(Change::LineTwice),
        (place(), place()).prop_map(|(one, other)| Change::LinesSwapped(one, other)),
        (place(), place()).prop_map(|(one, other)| Change::LineElsewhere(one, other)),
        (place(), any::<u8>()).prop_map(|(at, which)| Change::Field(at, which)),
        place().prop_map(Change::GoneAndNumbered),
    ]
}

fn part(place: u32, of: usize) -> usize {
    usize::try_from((u64::from(place) * u64::try_from(of).unwrap()) >> 32).unwrap()
}

impl Change {
    /// Returns whether the change includes a matching chain.
    const fn fits(&self) -> bool {
        matches!(self, Self::Field(..) | Self::GoneAndNumbered(_))
    }

    fn apply(&self, lines: &Lines) -> Vec<u8> {
        let mut bytes = lines.bytes();
        let (size, count) = (bytes.len(), lines.0.len());
        match *self {
            Self::Flip(at, bits) => bytes[part(at, size)] ^= bits,
            Self::Insert(at, byte) => bytes.insert(part(at, size), byte),
            Self::Delete(at, few) => {
                let from = part(at, size);
                bytes.drain(from..(from + usize::from(few)).min(size));
            }
            Self::Repeat(at, few) => {
                let from = part(at, size);
                let again = bytes[from..(from + usize::from(few)).min(size)].to_vec();
                bytes.splice(from..from, again);
            }
            Self::Swap(one, other) => bytes.swap(part(one, size), part(other, size)),
            Self::Cut(at) => bytes.truncate(part(at, size)),
            Self::LineGone(at) => return lines.clone().remove(1 + part(at, count)).bytes(),
            Self::LineTwice(at) => {
                let line = 1 + part(at, count);
                return lines.clone().insert(line + 1, lines.0[line - 1].clone()).bytes();
            }
            Self::LinesSwapped(one, other) => {
                return lines.clone().swap(1 + part(one, count), 1 + part(other, count)).bytes();
            }
            Self::LineElsewhere(one, other) => {
                let from = 1 + part(one, count);
                let moved = lines.clone().remove(from);
                return moved.insert(1 + part(other, count), lines.0[from - 1].clone()).bytes();
            }
            Self::Field(at, which) => return changed_field(lines, 1 + part(at, count), which).chained().bytes(),
            Self::GoneAndNumbered(at) => return lines.clone().remove(1 + part(at, count)).numbered().bytes(),
        }
        bytes
    }
}

/// Returns another valid value for one of the fields of a line.
fn changed_field(lines: &Lines, line: usize, which: u8) -> Lines {
    lines.clone().edit(line, |json| {
        let keys: Vec<String> = json.as_object().expect("an object").keys().cloned().collect();
        let key = &keys[usize::from(which) % keys.len()];
        let (which, value) = (u64::from(which), &mut json[key.as_str()]);
        *value = match (key.as_str(), &*value) {
            ("prev" | "v", same) => same.clone(),
            (_, Value::Number(number)) => (number.as_u64().unwrap_or(0) + 1 + which).into(),
            ("to", _) => ibbi_core::Stage::ALL[1 + usize::from(which as u8) % 8].code().into(),
            ("type", _) => ibbi_core::EventKind::ALL[usize::from(which as u8) % 31].code().into(),
            ("id" | "case", _) => format!("0192000a-0000-7000-8000-{which:012x}").into(),
            ("at" | "logged", _) => format!("2026-09-{:02}T10:00:00.000Z", 1 + which % 30).into(),
            ("actor", _) => "somebody else".into(),
            (_, data) => match data.as_object().and_then(|data| data.iter().next()) {
                Some((key, Value::String(_))) => {
                    let mut data = data.clone();
                    data[key.as_str()] = "labor".into();
                    data
                }
                _ => data.clone(),
            },
        };
    })
}

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        PrivateKey::generate("test.example.org", &folder.path().join("key")).expect("a key")
    })
}

/// Returns a checkpoint over a whole ledger.
pub(crate) fn signed(bytes: &[u8]) -> SignedCheckpoint {
    let report = verify(bytes, &VerifyOptions { root: true, ..VerifyOptions::default() }).expect("memory can be read");
    let origin = report.opening.expect("an opening").origin.to_string();
    let checkpoint = Checkpoint { origin, size: report.head.lines, root: report.root.expect("a root") };
    checkpoint.sign(key()).expect("signed")
}

/// Returns whether an audit has errors or warnings. Generated ledgers have none.
fn alarms(audited: &Audited) -> bool {
    audited.report.errors + audited.report.warnings > 0
}

/// A legal ledger and a checkpoint over all of it.
#[derive(Debug)]
struct Sound {
    lines: Lines,
    checkpoint: SignedCheckpoint,
}

/// Returns the ledger of a seed, which an audit finds sound. Each is made and audited once.
fn sound(seed: u64, cases: usize) -> Arc<Sound> {
    static MADE: Mutex<BTreeMap<(u64, usize), Arc<Sound>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().expect("no test has panicked here");
    let new = || {
        let lines = ledger(&walk(seed, cases, 40));
        let whole = lines.bytes();
        assert!(!alarms(&audit(&whole)), "{seed} {cases}");
        Arc::new(Sound { checkpoint: signed(&whole), lines })
    };
    Arc::clone(made.entry((seed, cases)).or_insert_with(new))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_change_is_found(seed in 0..200_u64, cases in 1..4_usize, change in changes()) {
        let sound = sound(seed, cases);
        let Sound { lines, checkpoint } = &*sound;
        let whole = lines.bytes();
        let changed = change.apply(lines);
        prop_assume!(changed != whole);

        let keys: Vec<PublicKey> = vec![key().public()];
        let checkpoints = Checkpoints { list: vec![checkpoint.clone()], torn: 0 };
        let held = AuditOptions { checkpoints: checkpoints.clone(), keys: keys.clone(), ..AuditOptions::default() };
        let audited = audit_with(&changed, held);
        prop_assert!(alarms(&audited), "{change:?} is not found with a checkpoint");

        let plain = audit(&changed);
        let last = whole.len() - lines.0[lines.0.len() - 1].len() - 1;
        let same = changed.iter().zip(&whole).take_while(|(one, other)| one == other).count();
        let ends_early = whole.starts_with(&changed) && changed.ends_with(b"\n");
        if !change.fits() && same < last && !ends_early {
            prop_assert!(alarms(&plain), "{change:?} is not found by the chain");
        }

        // An audit finds everything that verification finds.
        let check = VerifyOptions { checkpoints: &checkpoints.list, keys: &keys, ..VerifyOptions::default() };
        let verified = verify(&changed[..], &check).expect("memory can be read");
        prop_assert!(verified.is_sound() || alarms(&audited));
        let facts = &audited.report.ledger;
        prop_assert_eq!((facts.lines, facts.bytes, facts.last_hash), (verified.head.lines, verified.head.bytes, verified.head.hash));
        prop_assert_eq!(facts.root, verified.root);
        prop_assert_eq!(audited.report.checkpoints[0].fault.is_none(), verified.checkpoints[0].is_good());
    }
}
