//! Several checkpoints together: forks, and the lines that must have changed.

use core::ops::RangeInclusive;
use ibbi_log::Depth;
use ibbi_seal::{
    Checkpoints, HistoryFindings, PrivateKey, SignedCheckpoint, VerifyOptions, checkpoints_path, compare_history,
    sign_checkpoint, verify_with_checkpoints,
};
use ibbi_testing::records::{at, opening, records};

/// The lines of a ledger, and a checkpoint after each of these numbers of records.
struct Signed {
    lines: Vec<Vec<u8>>,
    checkpoints: Vec<SignedCheckpoint>,
}

const RECORDS: [u64; 4] = [4, 8, 12, 16];

fn signed(key: &PrivateKey) -> Signed {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    let mut begin = 0;
    for (count, time) in RECORDS.into_iter().zip(1..) {
        ledger.append(&records(begin..count, 3), at(time)).unwrap();
        sign_checkpoint(&mut ledger, key, at(time)).unwrap();
        begin = count;
    }
    drop(ledger);
    let bytes = std::fs::read(&path).unwrap();
    let text = std::fs::read_to_string(checkpoints_path(&path)).unwrap();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    Signed { lines, checkpoints: Checkpoints::parse(&text).unwrap().list }
}

fn compare(lines: &[Vec<u8>], list: &[SignedCheckpoint], key: &PrivateKey, outside: &[usize]) -> HistoryFindings {
    let keys = [key.public()];
    let options = VerifyOptions { depth: Depth::Records, keys: &keys, ..VerifyOptions::default() };
    let file = Checkpoints { list: list.to_vec(), torn: 0 };
    let found = verify_with_checkpoints(&lines.concat()[..], &options, &file).unwrap();
    compare_history(&found, |index| outside.contains(&index))
}

/// Links lines again, as a forger who knows the format writes them.
fn relinked(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut prev = "0".repeat(64);
    let link = |(index, line): (usize, &Vec<u8>)| {
        let text = core::str::from_utf8(line).unwrap();
        let place = text.find("\"prev\":\"").unwrap() + 8;
        let text = format!("{}{prev}{}", &text[..place], &text[place + 64..]);
        let begin = text.find("\"seq\":").unwrap() + 6;
        let end = begin + text[begin..].find(',').unwrap();
        let text = format!("{}{}{}", &text[..begin], index + 1, &text[end..]);
        prev = ibbi_log::Digest::sha256(text.trim_end().as_bytes()).to_string();
        text.into_bytes()
    };
    lines.iter().enumerate().map(link).collect()
}

/// A line with another time of its event: still valid as a line of its own.
fn changed(line: &[u8]) -> Vec<u8> {
    let text = core::str::from_utf8(line).unwrap();
    let place = text.find("\"at\":\"").unwrap() + 6;
    format!("{}2026-01-01T00:00:00.000Z{}", &text[..place], &text[place + 24..]).into_bytes()
}

#[test]
fn narrowest_lines_with_the_change_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let Signed { lines, checkpoints } = signed(&key);
    let sizes: Vec<u64> = checkpoints.iter().map(|signed| signed.checkpoint().size).collect();
    assert_eq!(sizes, [6, 11, 16, 21], "the first line, four records, and the state of all cases, each time");
    let every = [0, 1, 2, 3];
    assert_eq!(compare(&lines, &checkpoints, &key, &every), HistoryFindings::default());
    for line in 2..=21_u64 {
        let index = usize::try_from(line - 1).unwrap();
        let mut altered = lines.clone();
        altered[index] = changed(&lines[index]);
        // Only changed: the next line names another one. The last line has none after it.
        let found = compare(&altered, &checkpoints, &key, &every);
        let expected: RangeInclusive<u64> =
            if line == 21 { 17..=21 } else { line..=(line + 1).min(bound(&sizes, line)) };
        assert_eq!(found.changed, Some(expected), "line {line}");
        // Changed and linked again: only the checkpoints show it.
        let forged = relinked(&altered);
        let found = compare(&forged, &checkpoints, &key, &every);
        let end = bound(&sizes, line);
        assert_eq!(found.changed, Some(end - if end == 6 { 5 } else { 4 }..=end), "line {line}");
        assert_eq!(found.other_history, Some(end), "line {line}");
        // With the first and the last checkpoint alone, the lines between them.
        let ends = [checkpoints[0].clone(), checkpoints[3].clone()];
        let found = compare(&forged, &ends, &key, &[0, 1]);
        assert_eq!(found.changed, Some(if line <= 6 { 1..=6 } else { 7..=21 }), "line {line}");
    }
    // An end that was cut off looks like one from which lines were removed before.
    let found = compare(&lines[..18], &checkpoints, &key, &every);
    assert_eq!((found.changed, found.missing), (Some(17..=21), Some(19..=21)));
    // If the lines after them keep their numbers, the gap shows where.
    let removed = relinked(&[&lines[..16], &lines[19..]].concat());
    let found = compare(&removed, &checkpoints, &key, &every);
    assert_eq!((found.changed, found.missing), (Some(17..=17), Some(19..=21)));
}

/// Returns the size of the smallest checkpoint that covers a line.
fn bound(sizes: &[u64], line: u64) -> u64 {
    *sizes.iter().find(|size| **size >= line).unwrap()
}

#[test]
fn history_that_was_signed_twice_is_a_fork() {
    let folder = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let Signed { lines, checkpoints } = signed(&key);
    // The holder of the key changes line 8, links the lines again, and signs the new history at two sizes.
    let mut altered = lines;
    altered[7] = changed(&altered[7]);
    let forged = relinked(&altered);
    let sign = |size: usize| {
        let mut tree = ibbi_seal::MerkleTree::new();
        let digest = |line: &Vec<u8>| ibbi_log::Digest::sha256(&line[..line.len() - 1]);
        forged[..size].iter().for_each(|line| tree.push(&digest(line)));
        let origin = "example.org/ibbi".to_owned();
        let size = u64::try_from(size).unwrap();
        ibbi_seal::Checkpoint { origin, size, root: tree.root() }.sign(&key).unwrap()
    };
    // Beside the ledger: the new statements. Outside: the old one over 11 lines.
    let found = compare(&forged, &[sign(9), sign(21), checkpoints[1].clone()], &key, &[2]);
    assert_eq!(found.forks.len(), 1);
    assert_eq!(found.forks[0].known, checkpoints[1]);
    assert_eq!(found.forks[0].found.checkpoint().size, 21);
    // The new statement over 9 lines fits, but the operator wrote it, so it doesn't clear the lines before.
    assert_eq!(found.changed, Some(1..=11));
    // Two statements over the same lines.
    let found = compare(&forged, &[sign(11), checkpoints[1].clone()], &key, &[1]);
    assert_eq!(found.forks[0].to_string(), "example.org/ibbi has two checkpoints over 11 lines with different roots");
    // A statement of another key is not evidence against this one.
    let other = PrivateKey::generate("example.org/ibbi", &folder.path().join("other")).unwrap();
    let strange = ibbi_seal::Checkpoint { root: ibbi_log::Digest::ZERO, ..checkpoints[1].checkpoint().clone() };
    let found = compare(&forged, &[sign(11), strange.sign(&other).unwrap()], &key, &[1]);
    assert_eq!(found.forks, []);
}
