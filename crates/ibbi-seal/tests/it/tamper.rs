//! Tampering: whatever is done to a checkpointed ledger shows.

use ibbi_log::{Depth, Digest};
use ibbi_seal::{
    Checkpoints, PrivateKey, PublicKey, Verification, VerifyOptions, checkpoints_path, sign_checkpoint, verify,
    verify_with_checkpoints,
};
use ibbi_testing::records::{at, case, opening, record, records};
use std::fs;
use std::path::PathBuf;

/// A ledger with two checkpoints, the last of them over all of its lines.
struct Sealed {
    folder: tempfile::TempDir,
    path: PathBuf,
    ledger: Vec<u8>,
    checkpoints: Vec<u8>,
    key: PrivateKey,
}

fn sealed(count: u64) -> Sealed {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    ledger.append(&records(0..count / 2, 3), at(1)).unwrap();
    sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    ledger.append(&records(count / 2..count, 3), at(2)).unwrap();
    let signed = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    assert_eq!(signed.checkpoint().size, count + 3, "the first line, and the state of all cases twice");
    drop(ledger);
    let (bytes, checkpoints) = (fs::read(&path).unwrap(), fs::read(checkpoints_path(&path)).unwrap());
    Sealed { folder, path, ledger: bytes, checkpoints, key }
}

impl Sealed {
    fn lines(&self) -> Vec<Vec<u8>> {
        self.ledger.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    fn report(&self, ledger: &[u8], depth: Depth) -> Verification {
        let keys = [self.key.public()];
        self.verify(ledger, &VerifyOptions { depth, keys: &keys, ..VerifyOptions::default() })
    }

    fn verify(&self, ledger: &[u8], options: &VerifyOptions<'_>) -> Verification {
        let file = Checkpoints::parse(core::str::from_utf8(&self.checkpoints).unwrap()).unwrap();
        verify_with_checkpoints(ledger, options, &file).unwrap()
    }

    /// Returns whether nothing shows, even without a key: not in the chain and the checkpoints' roots, or not in the
    /// records. A key can only show more.
    fn passes(&self, ledger: &[u8]) -> bool {
        [Depth::Chain, Depth::Records]
            .into_iter()
            .any(|depth| self.verify(ledger, &VerifyOptions { depth, ..VerifyOptions::default() }).is_sound())
    }
}

/// Lines linked anew: `seq` and `prev` as a forger who knows the format would write them.
fn relinked(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut prev = Digest::ZERO;
    let mut bytes = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let line = core::str::from_utf8(line).unwrap().trim_end();
        let (head, rest) = line.rsplit_once("\"prev\":\"").unwrap();
        let rest = &rest[64..];
        let (between, rest) = rest.split_once("\"seq\":").unwrap();
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let forged = format!("{head}\"prev\":\"{prev}{between}\"seq\":{}{rest}", index + 1);
        prev = Digest::sha256(forged.as_bytes());
        bytes.extend_from_slice(forged.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

#[test]
fn sound_ledger_has_no_fault_and_two_checkpoints() {
    let sealed = sealed(9);
    for depth in [Depth::Chain, Depth::Records] {
        let report = sealed.report(&sealed.ledger, depth);
        assert!(report.is_sound(), "{report:?}");
        assert_eq!((report.head.lines, report.checkpoints.len()), (12, 2));
        let last = report.last_good().unwrap();
        assert_eq!((last.checkpoint().size, Some(last.checkpoint().root)), (12, report.root));
        assert_eq!(report.checkpoints[0].signature, Some(Ok("example.org/ibbi".to_owned())));
        assert_eq!(report.opening.unwrap().origin.as_str(), "example.org/ibbi");
    }
    assert_eq!(relinked(&sealed.lines()), sealed.ledger, "the forger of these tests knows the format");
}

#[test]
fn every_flipped_bit_of_a_ledger_is_detected() {
    let sealed = sealed(8);
    // The places are shared among threads, because this takes longer than all other tests of this file together.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let sealed = &sealed;
            scope.spawn(move || {
                let mut ledger = sealed.ledger.clone();
                for place in (thread..ledger.len()).step_by(threads) {
                    for bit in 0..8 {
                        ledger[place] ^= 1 << bit;
                        assert!(!sealed.passes(&ledger), "bit {bit} of byte {place} is missed");
                        ledger[place] ^= 1 << bit;
                    }
                }
            });
        }
    });
    println!("bit flips: {}, at two depths; none missed", 8 * sealed.ledger.len());
}

#[test]
fn every_flipped_bit_of_checkpoints_is_detected() {
    let mut sealed = sealed(8);
    let keys = [sealed.key.public()];
    for place in 0..sealed.checkpoints.len() {
        for bit in 0..8 {
            sealed.checkpoints[place] ^= 1 << bit;
            let parsed = core::str::from_utf8(&sealed.checkpoints).ok().and_then(|text| Checkpoints::parse(text).ok());
            let missed = parsed.is_some_and(|file| {
                let check = VerifyOptions { keys: &keys, depth: Depth::Chain, ..VerifyOptions::default() };
                verify_with_checkpoints(&sealed.ledger[..], &check, &file).unwrap().is_sound()
            });
            assert!(!missed, "bit {bit} of byte {place} is missed");
            sealed.checkpoints[place] ^= 1 << bit;
        }
    }
    println!("bit flips: {}; none missed", 8 * sealed.checkpoints.len());
}

#[test]
fn every_truncation_is_detected() {
    let sealed = sealed(8);
    for length in 0..sealed.ledger.len() {
        assert!(!sealed.passes(&sealed.ledger[..length]), "a cut to {length} bytes is missed");
    }
    println!("truncations: {}; none missed", sealed.ledger.len());
    // At the end of a line nothing is torn, and only the checkpoint shows it.
    let whole = sealed.lines()[..8].concat();
    let report = sealed.report(&whole, Depth::Records);
    let codes: Vec<_> = report.damage.faults.iter().map(|fault| fault.kind.code()).collect();
    assert_eq!(codes, ["checkpoint.truncated"]);
    assert_eq!(report.last_good().unwrap().checkpoint().size, 6);
    assert!(verify(&whole[..], &VerifyOptions::default()).unwrap().is_sound());
}

#[test]
fn removed_repeated_and_moved_lines_are_detected() {
    let sealed = sealed(9);
    let lines = sealed.lines();
    let mut tried = 0;
    for one in 0..lines.len() {
        let mut removed = lines.clone();
        removed.remove(one);
        let mut repeated = lines.clone();
        repeated.insert(one, lines[one].clone());
        let mut variants = vec![removed, repeated];
        for other in one + 1..lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(one, other);
            variants.push(swapped);
        }
        for variant in variants {
            assert!(!sealed.passes(&variant.concat()), "line {}", one + 1);
            let plain =
                verify(&variant.concat()[..], &VerifyOptions { depth: Depth::Chain, ..VerifyOptions::default() })
                    .unwrap();
            assert!(one + 1 == lines.len() || !plain.is_sound(), "the chain alone shows it, but for the last line");
            let forged = relinked(&variant);
            // The last line once more with a new chain states again what is true, and no checkpoint covers it.
            let beyond = forged.starts_with(&sealed.ledger);
            assert!(beyond || !sealed.report(&forged, Depth::Records).is_sound(), "line {} with a new chain", one + 1);
            assert!(beyond || !sealed.passes(&forged), "line {} with a new chain", one + 1);
            tried += 2;
        }
    }
    println!("lines removed, repeated, swapped, plain and with a new chain: {tried}; none missed");
}

#[test]
fn only_a_checkpoint_shows_a_removed_case() {
    let sealed = sealed(9);
    let gone = format!("\"case\":\"{}\"", case(1));
    let without = |texts: &[&str]| -> Vec<u8> {
        let is_kept = |line: &Vec<u8>| !texts.iter().any(|text| String::from_utf8_lossy(line).contains(text));
        relinked(&sealed.lines().into_iter().filter(is_kept).collect::<Vec<_>>())
    };
    let forged = without(&[&gone]);
    let plain = verify(&forged[..], &VerifyOptions::default()).unwrap();
    let codes: Vec<_> = plain.damage.faults.iter().map(|fault| (fault.line, fault.kind.code())).collect();
    assert_eq!(codes, [(5, "chain.heads"), (9, "chain.heads")]);
    let forged = without(&[&gone, "\"type\":\"heads\""]);
    assert!(verify(&forged[..], &VerifyOptions::default()).unwrap().is_sound(), "without a checkpoint nothing shows");
    assert!(!sealed.passes(&forged));
}

#[test]
fn rewritten_end_is_detected() {
    let sealed = sealed(9);
    let mut lines = sealed.lines();
    let line = String::from_utf8(lines[8].clone()).unwrap();
    let forged = line.replacen("clerk@example.org", "clark@example.org", 1);
    assert_ne!(line, forged);
    lines[8] = forged.into_bytes();
    let forged = relinked(&lines);
    let chain = VerifyOptions { depth: Depth::Chain, ..VerifyOptions::default() };
    let plain = verify(&forged[..], &chain).unwrap();
    assert!(plain.is_sound(), "the chain alone does not show it: {:?}", plain.first_fault());
    let report = sealed.report(&forged, Depth::Records);
    let codes: Vec<_> = report.damage.faults.iter().map(|fault| (fault.line, fault.kind.code())).collect();
    assert_eq!(codes, [(12, "chain.heads"), (12, "checkpoint.root")]);
    assert_eq!(report.last_good().unwrap().checkpoint().size, 6);
    assert!(!sealed.passes(&forged));
}

#[test]
fn first_bad_line_is_reported_with_byte_and_hashes() {
    let sealed = sealed(9);
    let lines = sealed.lines();
    let mut changed = sealed.ledger.clone();
    let offset: usize = lines[..4].iter().map(Vec::len).sum();
    changed[offset + 11] ^= 1;
    for depth in [Depth::Chain, Depth::Records] {
        let report = sealed.report(&changed, depth);
        let fault = report.first_fault().unwrap();
        let text = fault.to_string();
        assert_eq!(fault.line, 6, "{text}");
        assert_eq!(usize::try_from(fault.offset).unwrap(), offset + lines[4].len());
        let line = &changed[offset..offset + lines[4].len() - 1];
        assert!(text.contains(&Digest::sha256(line).to_string()), "{text}");
        assert!(text.contains(&Digest::sha256(&line_of(&lines[4])).to_string()), "{text}");
    }
}

fn line_of(line: &[u8]) -> Vec<u8> {
    line.strip_suffix(b"\n").unwrap().to_vec()
}

#[test]
fn damage_below_a_checkpoint_is_not_cut_off() {
    let sealed = sealed(9);
    let lines = sealed.lines();
    // The last line lost half of its bytes, which a crash could do, but not to a line that a checkpoint covers.
    let mut cut = lines[..11].concat();
    cut.extend_from_slice(&lines[11][..100]);
    fs::write(&sealed.path, &cut).unwrap();
    let mut ledger = ibbi_seal::open(&sealed.path).unwrap();
    let codes: Vec<_> = ledger.damage().unwrap().faults.iter().map(|fault| fault.kind.code()).collect();
    assert_eq!(codes, ["checkpoint.truncated", "ledger.torn"]);
    assert!(ledger.append(&records(9..10, 3), at(3)).is_err());
    assert!(sign_checkpoint(&mut ledger, &sealed.key, at(1)).is_err());
    drop(ledger);
    assert_eq!(fs::read(&sealed.path).unwrap(), cut);

    // And a rewritten line that it covers.
    let mut other = sealed.lines();
    other[8] = String::from_utf8(other[8].clone()).unwrap().replacen("clerk", "clark", 1).into_bytes();
    fs::write(&sealed.path, relinked(&other)).unwrap();
    let damage = ibbi_seal::open(&sealed.path).unwrap().damage().unwrap().clone();
    let codes: Vec<_> = damage.faults.iter().map(|fault| fault.kind.code()).collect();
    assert_eq!(codes, ["chain.heads", "checkpoint.root"]);
    fs::write(&sealed.path, &sealed.ledger).unwrap();
    assert!(ibbi_seal::open(&sealed.path).unwrap().damage().is_none());
}

#[test]
fn only_signatures_of_trusted_keys_count() {
    let sealed = sealed(4);
    let file = Checkpoints::parse(core::str::from_utf8(&sealed.checkpoints).unwrap()).unwrap();
    let other = PrivateKey::generate("example.org/ibbi", &sealed.folder.path().join("other")).unwrap();
    let with = |keys: &[PublicKey]| {
        verify_with_checkpoints(&sealed.ledger[..], &VerifyOptions { keys, ..VerifyOptions::default() }, &file).unwrap()
    };
    assert!(with(&[]).is_sound());
    assert!(with(&[sealed.key.public(), other.public()]).is_sound());
    let report = with(&[other.public()]);
    assert!(!report.is_sound() && report.last_good().is_none());
    let text = report.checkpoints[0].signature.clone().unwrap().unwrap_err().to_string();
    assert!(text.contains("none of the signatures is of a trusted key"), "{text}");

    // A checkpoint of another ledger says so.
    let renamed = String::from_utf8(sealed.checkpoints.clone()).unwrap().replace("org/ibbi\n", "org/other\n");
    let file = Checkpoints::parse(&renamed).unwrap();
    let report = verify_with_checkpoints(&sealed.ledger[..], &VerifyOptions::default(), &file).unwrap();
    assert_eq!(report.first_fault().unwrap().kind.code(), "checkpoint.origin");
}

#[test]
fn unfinished_checkpoint_is_overwritten() {
    let sealed = sealed(4);
    let text = String::from_utf8(sealed.checkpoints.clone()).unwrap();
    let newest: Vec<_> = text.lines().rev().take(5).collect();
    assert_eq!(newest[3], "7", "the newest checkpoint is the last five lines");
    fs::write(checkpoints_path(&sealed.path), text.clone() + "example.org/ibbi\n8\nhalf+of/a/roo").unwrap();
    let mut ledger = ibbi_seal::open(&sealed.path).unwrap();
    assert_eq!((ledger.damage(), ledger.observer().covered()), (None, 7));
    let same = sign_checkpoint(&mut ledger, &sealed.key, at(1)).unwrap();
    assert_eq!(same.checkpoint().size, 7);
    assert_eq!(fs::read_to_string(checkpoints_path(&sealed.path)).unwrap(), text, "the same one is not repeated");
    ledger.append(&records(4..5, 3), at(3)).unwrap();
    let next = sign_checkpoint(&mut ledger, &sealed.key, at(1)).unwrap();
    assert_eq!(fs::read_to_string(checkpoints_path(&sealed.path)).unwrap(), format!("{text}{next}"));
    drop(ledger);
    fs::write(checkpoints_path(&sealed.path), text.replacen("\n4\n", "\nx\n", 1)).unwrap();
    let damage = ibbi_seal::open(&sealed.path).unwrap().damage().unwrap().to_string();
    assert!(damage.contains("checkpoint 1 of the file"), "{damage}");
}

#[test]
fn checkpoint_covers_every_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    let (mut done, mut signed_times) = (0, 0);
    for (batches, count) in [(1, 1), (1, 62), (2, 1), (30, 100), (1, 1023), (1, 1024), (1, 1), (1, 2500)] {
        for _ in 0..batches {
            ledger.append(&records(done..done + count, 3), at(1)).unwrap();
            done += count;
        }
        let signed = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
        signed_times += 1;
        let report =
            verify(&fs::read(&path).unwrap()[..], &VerifyOptions { root: true, ..VerifyOptions::default() }).unwrap();
        assert_eq!((signed.checkpoint().size, Some(signed.checkpoint().root)), (done + 1 + signed_times, report.root));
    }
    // Refused, or there already: neither is a line.
    ledger.append(&[record(0, 3), record(done, 3), record(done, 3)], at(1)).unwrap_err();
    ledger.append(&[record(0, 3), record(done, 3), record(1, 3)], at(1)).unwrap();
    let signed = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    let report =
        verify(&fs::read(&path).unwrap()[..], &VerifyOptions { root: true, ..VerifyOptions::default() }).unwrap();
    assert_eq!((Some(signed.checkpoint().root), report.is_sound()), (report.root, true));
}
