//! Mirrors: every change of one shows, and extracts can be made from it.

use ibbi_log::Lines;
use ibbi_log::{Digest, LineContent};
use ibbi_seal::{
    ExtractError, Mirror, MirrorEntry, MirrorFault, PrivateKey, SignedCheckpoint, extract, extract_from_mirror,
    is_mirror, read_mirror, sign_checkpoint, verify_extract,
};
use ibbi_testing::records::{at, case, opening, records};
use std::io::Cursor;

/// A ledger of three cases with two checkpoints, and its key.
fn ledger() -> (Vec<u8>, [SignedCheckpoint; 2], PrivateKey) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    ledger.append(&records(0..17, 3), at(1)).unwrap();
    let first = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    ledger.append(&records(17..32, 3), at(1)).unwrap();
    let second = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    ledger.append(&records(32..40, 3), at(2)).unwrap();
    (std::fs::read(&path).unwrap(), [first, second], key)
}

/// Returns the entries of a mirror of a ledger, with the lines of case 1 and the first one in full.
fn entries(ledger: &[u8]) -> Vec<MirrorEntry> {
    let mut lines = Lines::new(ledger);
    let mut entries = Vec::new();
    while let Some(line) = lines.next().unwrap() {
        let LineContent::Whole(bytes, digest) = line.content else { panic!("a whole line") };
        let is_own = std::str::from_utf8(bytes).unwrap().contains(&format!("\"case\":\"{}\"", case(1)));
        let own = is_own || line.number == 1;
        entries.push(if own { MirrorEntry::Line(bytes.to_vec()) } else { MirrorEntry::Hash(digest) });
    }
    entries
}

fn file_of(entries: &[MirrorEntry]) -> Vec<u8> {
    let mut file = Mirror::new("example.org/ibbi".to_owned()).head_entry();
    entries.iter().for_each(|entry| entry.write(&mut file));
    file
}

/// Returns the mirror of a ledger: the key, the lines, and each checkpoint as soon as a program can have it.
fn mirror() -> (Vec<u8>, Vec<u8>, [SignedCheckpoint; 2]) {
    let (bytes, checkpoints, key) = ledger();
    let mut all = entries(&bytes);
    all.insert(0, MirrorEntry::Key(key.public()));
    // The second one arrives after more lines than it covers.
    all.insert(20, MirrorEntry::Checkpoint(Box::new(checkpoints[0].clone())));
    all.push(MirrorEntry::Checkpoint(Box::new(checkpoints[1].clone())));
    (file_of(&all), bytes, checkpoints)
}

#[test]
fn mirror_proves_its_lines_and_gives_the_same_extract() {
    let (file, ledger, checkpoints) = mirror();
    assert!(is_mirror(&file) && !is_mirror(&ledger));
    let read = read_mirror(&file[..], |_, _| {}).unwrap();
    assert_eq!((read.fault, read.torn, read.bytes), (None, 0, file.len() as u64));
    let held = read.mirror.unwrap();
    assert_eq!((held.lines(), held.readable(), held.covered(), held.checkpoints()), (43, 14, 35, 2));
    assert_eq!((held.signer(), held.checkpoint()), (Some("example.org/ibbi"), Some(&checkpoints[1])));
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(!text.contains(&case(0).to_string()) && !text.contains(&case(2).to_string()));
    for line in text.lines() {
        assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap().to_string(), line);
    }

    let (mut from_mirror, mut from_ledger) = (Vec::new(), Vec::new());
    assert_eq!(extract_from_mirror(Cursor::new(&file), case(1), &mut from_mirror).unwrap(), (11, 35, false));
    extract(&ledger[..], &checkpoints[1], case(1), &mut from_ledger).unwrap();
    // Its holder doesn't know the last lines of the other cases, so this extract doesn't show that it is complete.
    let parts = |bytes: &[u8]| -> Vec<String> { String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect() };
    let (of_mirror, of_ledger) = (parts(&from_mirror), parts(&from_ledger));
    assert_eq!(of_mirror[0], of_ledger[0].replacen("\"extract\":2", "\"extract\":1", 1));
    assert_eq!(of_mirror[1..], of_ledger[1..of_ledger.len() - 3]);
    let up_to = |bytes: &[u8]| verify_extract(bytes, &[]).unwrap().complete_up_to;
    assert_eq!((up_to(&from_mirror), up_to(&from_ledger)), (None, Some(35)));
    // A mirror with every line in full gives the same bytes as the ledger.
    let mut whole: Vec<_> = ledger.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>();
    let mut all: Vec<_> = whole.drain(..).map(|line| MirrorEntry::Line(line[..line.len() - 1].to_vec())).collect();
    all.push(MirrorEntry::Checkpoint(Box::new(checkpoints[1].clone())));
    let mut from_whole = Vec::new();
    extract_from_mirror(Cursor::new(file_of(&all)), case(1), &mut from_whole).unwrap();
    assert_eq!(parts(&from_whole), of_ledger);
    let none = extract_from_mirror(Cursor::new(&file), case(2), Vec::new());
    assert!(matches!(none, Err(ExtractError::NoSuchCase { .. })));
    // A line of the case that the mirror has only as a hash.
    let hidden = text.lines().filter(|line| line.contains(&format!("\"case\":\"{}\"", case(1)))).nth(3).unwrap();
    let without = text.replacen(hidden, &format!("{{\"hash\":\"{}\"}}", Digest::sha256(hidden.as_bytes())), 1);
    assert_eq!(read_mirror(without.as_bytes(), |_, _| {}).unwrap().fault, None);
    let none = extract_from_mirror(Cursor::new(without.as_bytes()), case(1), Vec::new());
    assert!(matches!(none, Err(ExtractError::Hidden { .. })));
}

/// A flipped bit shows, except in a line after the last checkpoint of which the mirror has only the hash, and in the key if no
/// other key is given.
#[test]
fn every_flipped_bit_before_the_last_checkpoint_shows() {
    let (file, _, _) = mirror();
    let covered = read_mirror(&file[..], |_, _| {}).unwrap().mirror.unwrap().covered();
    let mut ends = Vec::new();
    let mut end = 0;
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        ends.push(end);
    }
    // The head, the key, a checkpoint, and the covered lines.
    let within = ends[usize::try_from(covered).unwrap() + 2];
    let (mut changed, mut flips) = (file.clone(), 0);
    for place in 0..within {
        for bit in 0..8 {
            changed[place] ^= 1 << bit;
            let read = read_mirror(&changed[..], |_, _| {}).unwrap();
            assert!(read.fault.is_some(), "a flip at byte {place}, bit {bit} is missed");
            changed[place] ^= 1 << bit;
            flips += 1;
        }
    }
    println!("mirror: {flips} flipped bits; none missed");
}

#[test]
fn what_a_fault_shows_names_the_lines() {
    let (bytes, checkpoints, key) = ledger();
    let mut all = entries(&bytes);
    all.insert(0, MirrorEntry::Key(key.public()));
    let fault = |all: &[MirrorEntry]| read_mirror(&file_of(all)[..], |_, _| {}).unwrap().fault.unwrap().1;
    // Another line in the place of one that only has a hash shows in the next line, if that is there in full.
    let place = all.windows(2).position(|two| matches!(two, [MirrorEntry::Hash(_), MirrorEntry::Line(_)]));
    let place = place.unwrap();
    let mut changed = all.clone();
    changed[place] = MirrorEntry::Hash(Digest::sha256(b"another line"));
    let line = place as u64;
    assert_eq!(fault(&changed).lines(), Some(line..=line + 1));
    // In a mirror of hashes, the next checkpoint shows it.
    let hashes = |all: &[MirrorEntry]| -> Vec<MirrorEntry> {
        all.iter()
            .map(|entry| match entry {
                MirrorEntry::Line(bytes) => MirrorEntry::Hash(Digest::sha256(bytes)),
                entry => entry.clone(),
            })
            .collect()
    };
    let mut changed = hashes(&all);
    changed[21] = MirrorEntry::Hash(Digest::sha256(b"another line"));
    changed.insert(20, MirrorEntry::Checkpoint(Box::new(checkpoints[0].clone())));
    changed.insert(37, MirrorEntry::Checkpoint(Box::new(checkpoints[1].clone())));
    let found = fault(&changed);
    assert!(matches!(found, MirrorFault::Root { size: 35, covered: 19, .. }), "{found}");
    assert_eq!(found.lines(), Some(20..=35));
    // A checkpoint of another key, one that covers too much, and a second key.
    let folder = tempfile::tempdir().unwrap();
    let other = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut changed = all.clone();
    changed[0] = MirrorEntry::Key(other.public());
    changed.push(MirrorEntry::Checkpoint(Box::new(checkpoints[0].clone())));
    assert!(matches!(fault(&changed), MirrorFault::Signature { size: 19, .. }));
    let mut changed = all.clone();
    changed.insert(5, MirrorEntry::Checkpoint(Box::new(checkpoints[0].clone())));
    assert!(matches!(fault(&changed), MirrorFault::Size { size: 19, covered: 0, lines: 4 }));
    let mut changed = all.clone();
    changed.push(MirrorEntry::Key(other.public()));
    assert!(matches!(fault(&changed), MirrorFault::SecondKey { .. }));
    // A line that appears again.
    let mut changed = all.clone();
    changed.insert(2, all[1].clone());
    assert!(matches!(fault(&changed), MirrorFault::Number { line: 2, found: 1 }));
}

/// Wherever a write is cut off, the whole entries before it count.
#[test]
fn every_truncation_leaves_the_entries_before_it() {
    let (file, _, _) = mirror();
    for length in 0..file.len() {
        let read = read_mirror(&file[..length], |_, _| {}).unwrap();
        let whole = file[..length].iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        assert_eq!(read.fault, None, "{length}");
        assert_eq!((read.bytes, read.torn), (whole as u64, (length - whole) as u64), "{length}");
        assert_eq!(read.mirror.is_some(), whole > 0, "{length}");
    }
}
