//! Sealing and destroying texts on disks that fail and after crashes: no acknowledged text is lost, no text is left in plain text
//! once sealing was acknowledged, and a recorded destruction is finished.

use crate::simulated_disk::{Crash, Disk, Failure, Lasting};
use ibbi_core::{At, Name, Reason};
use ibbi_log::{
    Digest, KeepFrom, Storage as _, StoredFile as _, TextOwner, TextOwners, TextState, Texts, TextsDestroyed,
    texts_path,
};
use ibbi_seal::SealedLedger;
use ibbi_testing::records::{at, case, opening, records};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CRASHES: [Crash; 6] =
    [Crash::Process, Crash::Dropped, Crash::Torn, Crash::Reordered(1), Crash::Reordered(2), Crash::Reordered(3)];

fn path() -> &'static Path {
    Path::new("folder/ledger")
}

fn keys() -> PathBuf {
    PathBuf::from("elsewhere/keys")
}

/// Much later than the records, so that every retention rule allows the destruction.
fn later() -> At {
    "2040-01-01T00:00:00.000Z".parse().unwrap()
}

/// What a client of the ledger knows.
#[derive(Debug, Default, Clone)]
struct Client {
    /// The texts that were acknowledged.
    texts: Vec<String>,
    sealed: bool,
    destroyed: bool,
}

/// A disk with a ledger of eight records of one case, six of them notes in plain text.
fn disk() -> (Disk, Client) {
    let disk = Disk::default();
    let mut ledger = ibbi_seal::create_in(disk.clone(), path(), &opening()).unwrap();
    let mut client = Client::default();
    append(&mut ledger, 0..8, &mut client).unwrap();
    drop(ledger);
    // A folder is made by the caller; this disk has none.
    disk.sync_directory(&keys()).unwrap();
    (disk, client)
}

fn append(
    ledger: &mut SealedLedger<Disk>,
    numbers: std::ops::Range<u64>,
    client: &mut Client,
) -> Result<(), ibbi_log::AppendError> {
    let batch = records(numbers, 1);
    ledger.append(&batch, at(60))?;
    let texts = batch.iter().filter_map(|record| record.accepted.event().note_text()?.text());
    client.texts.extend(texts.map(str::to_owned));
    Ok(())
}

fn owners(ledger: &SealedLedger<Disk>) -> Option<TextOwners> {
    let lines = ledger.case(case(0)).ok()?;
    let digests = lines.iter().filter_map(ibbi_log::LineRecord::text_digest);
    Some(digests.map(|digest| (digest, (case(0), TextOwner::Program))).collect())
}

fn destruction(ledger: &SealedLedger<Disk>) -> TextsDestroyed {
    TextsDestroyed {
        key: ledger.next_key(case(0), TextOwner::Program),
        texts: 7,
        rule: Name::new("notes").unwrap(),
        authority: Reason::new("schedule, item 3").unwrap(),
        retention: Digest::sha256(b"rules"),
        after: KeepFrom::LastEvent,
        from: "2026-10-02".parse().unwrap(),
        keep: "1 year".parse().unwrap(),
        reason: Reason::new("routine").unwrap(),
    }
}

/// Seals, records one more text, and destroys all of them, until something fails.
fn day(disk: &Disk, client: &mut Client) -> Option<()> {
    let mut ledger = ibbi_seal::open_in(disk.clone(), path()).ok()?;
    let owners = owners(&ledger)?;
    ledger.seal_texts(keys(), &owners, at(60)).ok()?;
    client.sealed = true;
    append(&mut ledger, 8..9, client).ok()?;
    let texts = destruction(&ledger);
    ledger.destroy_texts(texts, &Name::new("clerk@example.org").unwrap(), later()).ok()?;
    client.destroyed = true;
    Some(())
}

/// Opens the ledger on a disk that works, and compares it with what the client knows. Returns whether it can be used.
fn check(disk: &Disk, client: &Client, what: &str) -> bool {
    // A reordered write can damage the end of the ledger itself; `crash.rs` tests that.
    let Ok(mut ledger) = ibbi_seal::open_in(disk.clone(), path()) else { return false };
    if !ledger.is_writable() {
        return false;
    }
    let destroyed = ledger.custody().destroyed.len();
    assert!(destroyed == 1 || !client.destroyed, "{what}: an acknowledged destruction is recorded");
    let texts = Texts::read_in(disk, path()).unwrap();
    let lines = ledger.case(case(0)).unwrap();
    let digests: Vec<Digest> = lines.iter().filter_map(ibbi_log::LineRecord::text_digest).collect();
    if destroyed == 1 {
        assert!(digests.iter().all(|digest| texts.state(digest) == TextState::Closed), "{what}: nothing can be opened");
        assert_eq!(disk.files().0.keys().filter(|name| name.starts_with(keys())).count(), 0, "{what}: no key is left");
    } else {
        let found: BTreeSet<&str> =
            digests.iter().filter_map(|digest| texts.get(digest)).filter_map(|text| text.text()).collect();
        let lost: Vec<_> = client.texts.iter().filter(|text| !found.contains(text.as_str())).collect();
        assert!(lost.is_empty(), "{what}: {lost:?} is lost");
        assert_eq!(found.len(), digests.len(), "{what}: every recorded text can be read");
    }
    if client.sealed {
        let file = disk.content(&texts_path(path())).unwrap();
        let plain = client.texts.iter().find(|text| contains(&file, phrase(text)));
        assert_eq!(plain, None, "{what}: no text is left in plain text");
    }
    // It goes on from here.
    if destroyed == 0 {
        let mut client = client.clone();
        let owners = owners(&ledger).unwrap();
        ledger.seal_texts(keys(), &owners, at(60)).unwrap_or_else(|error| panic!("{what}: {error}"));
        append(&mut ledger, 8..9, &mut client).unwrap_or_else(|error| panic!("{what}: {error}"));
        let texts = Texts::read_in(disk, path()).unwrap();
        let lines = ledger.case(case(0)).unwrap();
        let all = lines.iter().filter_map(ibbi_log::LineRecord::text_digest);
        assert!(all.into_iter().all(|digest| texts.get(&digest).is_some()), "{what}: it can be continued");
    }
    true
}

/// Returns a part of a text with a space, which base64 doesn't have, and without characters that JSON escapes.
fn phrase(text: &str) -> &str {
    text.split(['\n', '\t', '"', '\\']).map(str::trim).find(|part| part.contains(' ')).unwrap()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn sealing_and_destroying_survive_every_failure_and_crash() {
    let (fresh, known) = disk();
    let (counted, mut client) = (fresh.copy(), known.clone());
    counted.heal();
    day(&counted, &mut client).expect("nothing fails");
    let operations = counted.operations();
    assert!(operations > 40 && check(&counted, &client, "without a failure"));
    let (mut runs, mut usable) = (0, 0);
    for operation in 1..=operations {
        for failure in [Failure::Error, Failure::NoSpace, Failure::ShortWrite] {
            for lasting in [Lasting::Once, Lasting::FromThenOn] {
                let (broken, mut client) = (fresh.copy(), known.clone());
                broken.fail(operation, lasting, failure);
                let _ = day(&broken, &mut client);
                broken.heal();
                for crash in CRASHES {
                    let after = broken.copy();
                    after.crash(crash);
                    let what = format!("operation {operation}, {failure:?} {lasting:?}, {crash:?}");
                    runs += 1;
                    usable += u32::from(check(&after, &client, &what));
                }
            }
        }
    }
    println!("{operations} operations, {runs} runs, {usable} of them with a ledger that can be written");
    assert!(usable * 10 > runs * 9, "{usable} of {runs}");
}

#[test]
fn a_text_is_refused_without_its_key_and_nothing_is_written() {
    let (disk, mut client) = disk();
    let mut ledger = ibbi_seal::open_in(disk.clone(), path()).unwrap();
    let owners = owners(&ledger).unwrap();
    ledger.seal_texts(keys(), &owners, at(60)).unwrap();
    let key = keys().join(format!("{}.key", ledger.next_key(case(0), TextOwner::Program)));
    let (whole, before) = (disk.content(&key).unwrap(), disk.files());
    disk.remove(&key).unwrap();
    let error = append(&mut ledger, 8..9, &mut client).unwrap_err().to_string();
    assert!(error.contains("the key is missing") && error.contains(".program.1.key"), "{error}");
    let file = disk.create_new(&key).unwrap();
    file.write_all_at(&whole[..20], 0).unwrap();
    let error = append(&mut ledger, 8..9, &mut client).unwrap_err().to_string();
    assert!(error.contains("the key is damaged"), "{error}");
    file.write_all_at(&whole, 0).unwrap();
    assert_eq!(disk.files(), before, "nothing was written");
    append(&mut ledger, 8..9, &mut client).unwrap();
}
