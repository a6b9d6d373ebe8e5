//! Certificates: the digest of the file, coverage, forks, witnesses, and what can't be ruled out.

use crate::support::{Audited, Lines, audit_from, audit_with, golden, gzip};
use ibbi_audit::{
    AuditCertificate, AuditOptions, CertificateOptions, CertifiedRange, FindingKind, HistoryOptions, LedgerSource,
    OpenQuestion,
};
use ibbi_log::Digest;
use ibbi_seal::{
    Checkpoint, Checkpoints, Evidence, PrivateKey, SignedCheckpoint, VerifyOptions, WitnessPrivateKey, WitnessQuorum,
    WitnessState, verify,
};

const NAME: &str = "corrections-and-three-cases";

fn with_digest() -> AuditOptions {
    let certificate = CertificateOptions { digest: true, file: Some("a.ledger".to_owned()), ..Default::default() };
    AuditOptions { certificate, ..AuditOptions::default() }
}

#[test]
fn digest_is_of_the_bytes_as_they_are() {
    let ledger = golden(NAME);
    let packed = gzip(&ledger);
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40].fill(0);
    let torn = ledger[..ledger.len() - 9].to_vec();
    let extract = b"{\"case\":\"nothing\",\"extract\":2}\nmore\nand more".to_vec();
    for (what, bytes) in [
        ("a ledger", ledger),
        ("a compressed one", packed),
        ("a damaged compressed one", damaged),
        ("a torn one", torn),
        ("an extract with a fault", extract),
        ("nothing", Vec::new()),
    ] {
        let size = u64::try_from(bytes.len()).expect("small");
        for threads in [1, 3] {
            let options = || AuditOptions { threads, ..with_digest() };
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.ledger");
            std::fs::write(&path, &bytes).expect("written");
            for source in [
                LedgerSource::bytes(&bytes),
                LedgerSource::stream(&bytes[..]),
                LedgerSource::open(&path).expect("opened"),
            ] {
                let file = audit_from(source, options()).report.certificate.file;
                assert_eq!((file.bytes, file.sha256), (Some(size), Some(Digest::sha256(&bytes))), "{what}");
            }
        }
        let without = audit_with(&bytes, AuditOptions::default()).report.certificate.file;
        assert_eq!((without.bytes, without.sha256), (None, None), "{what}: it was not asked for");
    }
    // A stream that is larger than the limit has no digest, because its end isn't known.
    let options = AuditOptions { max_stream: 100, ..with_digest() };
    let cut = audit_from(LedgerSource::stream(&golden(NAME)[..]), options).report.certificate;
    assert_eq!(cut.file.sha256, None);
    assert!(cut.not_ruled_out.contains(&OpenQuestion::NotAllRead), "{cut:?}");
}

/// Returns a key of a ledger in a folder that is deleted at once.
fn key(name: &str) -> PrivateKey {
    PrivateKey::generate(name, &tempfile::tempdir().expect("a folder").path().join("key")).expect("a key")
}

fn witness(name: &str) -> WitnessPrivateKey {
    WitnessPrivateKey::generate(name, &tempfile::tempdir().expect("a folder").path().join("key")).expect("a key")
}

/// Cosigns a checkpoint as a new witness does, which has seen no other.
fn cosign(witness: &WitnessPrivateKey, signed: &SignedCheckpoint, key: &PrivateKey, seconds: u64) -> SignedCheckpoint {
    let mut state = WitnessState::new(witness.public());
    state.cosign(witness, signed, Evidence::Nothing, Some(&key.public()), seconds).expect("cosigned")
}

/// Signs the first lines of a ledger.
fn signed(ledger: &Lines, size: usize, key: &PrivateKey) -> SignedCheckpoint {
    let part = Lines(ledger.0[..size].to_vec()).bytes();
    let found = verify(&part[..], &VerifyOptions { root: true, ..VerifyOptions::default() }).expect("read");
    let origin = found.opening.expect("an opening").origin.to_string();
    let size = u64::try_from(size).expect("small");
    Checkpoint { origin, size, root: found.root.expect("a root") }.sign(key).expect("signed")
}

struct Signed {
    ledger: Lines,
    key: PrivateKey,
}

impl Signed {
    fn new() -> Self {
        Self { ledger: Lines::golden(NAME), key: key("example.org/ibbi") }
    }

    /// Audits a ledger against checkpoints over the first lines of this one.
    fn audit(&self, ledger: &Lines, sizes: &[usize], history: HistoryOptions) -> Audited {
        let list = sizes.iter().map(|size| signed(&self.ledger, *size, &self.key)).collect();
        self.audit_against(ledger, list, history)
    }

    fn audit_against(&self, ledger: &Lines, list: Vec<SignedCheckpoint>, history: HistoryOptions) -> Audited {
        let checkpoints = Checkpoints { list, torn: 0 };
        audit_with(
            &ledger.bytes(),
            AuditOptions { checkpoints, keys: vec![self.key.public()], history, ..AuditOptions::default() },
        )
    }
}

fn certificate(audited: Audited) -> AuditCertificate {
    assert_eq!(audited.report.certificate.sound, audited.report.sound);
    audited.report.certificate
}

fn outside() -> HistoryOptions {
    HistoryOptions { all_outside: true, ..HistoryOptions::default() }
}

#[test]
fn coverage_names_the_line_and_the_key() {
    let sample = Signed::new();
    let lines = sample.ledger.0.len();
    let all = u64::try_from(lines).expect("small");
    let own = certificate(sample.audit(&sample.ledger, &[20, 30], HistoryOptions::default()));
    let covered = own.covered.expect("covered");
    let id = format!("{:08x}", sample.key.public().id());
    assert_eq!((covered.last, covered.kept_outside, covered.recorded), (30, false, None));
    assert_eq!(covered.signer.map(|key| (key.name, key.id)), Some(("example.org/ibbi".to_owned(), id)));
    let after = OpenQuestion::AfterCheckpoint { line: 30, lines: all - 30 };
    assert_eq!(own.not_ruled_out, [after, OpenQuestion::KeyHolder { after: 0 }, OpenQuestion::AsRecorded]);

    let kept = certificate(sample.audit(&sample.ledger, &[20, lines], outside()));
    let end = OpenQuestion::AfterCheckpoint { line: all, lines: 0 };
    // The holder of the key can't have changed a line since the first of them was given out.
    let before = OpenQuestion::BeforeCheckpoint { line: 20, recorded: None, cosigned: None };
    assert_eq!(kept.not_ruled_out, [end, before, OpenQuestion::GivenCopy { line: all }, OpenQuestion::AsRecorded]);

    let earlier = HistoryOptions { earlier: vec![0], ..HistoryOptions::default() };
    let earlier = certificate(sample.audit(&sample.ledger, &[20, lines], earlier));
    assert_eq!(earlier.since.iter().map(|since| (since.size, since.continued)).collect::<Vec<_>>(), [(20, true)]);
    assert!(earlier.not_ruled_out.contains(&OpenQuestion::KeyHolder { after: 20 }), "{earlier:?}");

    let none = certificate(audit_with(&sample.ledger.bytes(), AuditOptions::default()));
    assert_eq!(none.covered, None);
    assert_eq!(none.not_ruled_out, [OpenQuestion::NoCheckpoint, OpenQuestion::AsRecorded]);
}

#[test]
fn narrowest_range_is_named() {
    let sample = Signed::new();
    let range = |first, last| Some(CertifiedRange { first, last });
    let changed = sample.ledger.clone().replace(13, "clerk@example.org", "other@example.org");
    let broken = certificate(sample.audit(&changed, &[20], outside()));
    assert_eq!((broken.sound, broken.changed, broken.forks.len()), (false, range(13, 14), 0));
    // With the chain made to fit, only checkpoints bound the change, and the whole file is another history.
    let relinked = certificate(sample.audit(&changed.clone().chained(), &[5, 10, 20, 30], outside()));
    assert_eq!((relinked.changed, relinked.forks.len()), (range(11, 20), 1));
    assert_eq!(relinked.covered.map(|covered| covered.last), Some(10));
    let cut = Lines(sample.ledger.0[..25].to_vec());
    let cut = certificate(sample.audit(&cut, &[20, 30], outside()));
    // Lines 21 to 25 can be other ones: no checkpoint covers them that the file has in full.
    assert_eq!((cut.missing, cut.changed), (range(26, 30), range(21, 30)));
    let mut torn = sample.ledger.bytes();
    torn.pop();
    assert!(certificate(audit_with(&torn, AuditOptions::default())).torn);
}

#[test]
fn fork_is_a_finding_with_its_range() {
    let sample = Signed::new();
    let other = sample.ledger.clone().replace(13, "clerk@example.org", "other@example.org").chained();
    let list = vec![
        signed(&sample.ledger, 10, &sample.key),
        signed(&sample.ledger, 20, &sample.key),
        signed(&other, 30, &sample.key),
    ];
    let history = HistoryOptions { earlier: vec![0, 1], ..HistoryOptions::default() };
    let audited = sample.audit_against(&other, list, history);
    let fork = audited.findings.iter().find(|finding| finding.kind == FindingKind::CheckpointFork).expect("a fork");
    let text = fork.text();
    assert!(
        text.ends_with(
            "the checkpoint over 30 lines doesn't continue the one over 20 lines; the change is in lines 11 to 20"
        ),
        "{text}"
    );
    assert_eq!(fork.line, 11);
    let found = certificate(audited);
    assert_eq!((found.sound, found.forks.len()), (false, 1));
    assert!(found.forks[0].known.contains("\n20\n") && found.forks[0].found.as_ref().expect("two").contains("\n30\n"));
}

#[test]
fn quorum_counts_the_witnesses_of_valid_checkpoints() {
    let sample = Signed::new();
    let (one, two) = (witness("one"), witness("two"));
    let quorum = |needed| WitnessQuorum::new(vec![one.public(), two.public()], needed).expect("a quorum");
    let history = |needed| HistoryOptions { quorum: Some(quorum(needed)), ..HistoryOptions::default() };
    let both = cosign(&one, &signed(&sample.ledger, 20, &sample.key), &sample.key, 5);
    let both = cosign(&two, &both, &sample.key, 6);
    let single = cosign(&one, &signed(&sample.ledger, 30, &sample.key), &sample.key, 7);
    for (needed, covered, names) in [(1, 30, vec!["one"]), (2, 20, vec!["one", "two"])] {
        let found =
            certificate(sample.audit_against(&sample.ledger, vec![both.clone(), single.clone()], history(needed)));
        let lines = found.covered.expect("covered");
        let cosigned: Vec<&str> = lines.cosigned.iter().map(|by| by.name.as_str()).collect();
        assert_eq!((found.sound, lines.last, cosigned, lines.kept_outside), (true, covered, names, true));
    }
    let audited = sample.audit_against(&sample.ledger, vec![single], history(2));
    let missing = audited.findings.iter().find(|finding| finding.kind == FindingKind::CheckpointQuorum).expect("found");
    assert_eq!(
        missing.text(),
        "no checkpoint that fits has the cosignatures of 2 of the 2 witnesses; the most that one has is 1"
    );
    let found = certificate(audited);
    assert_eq!((found.sound, found.covered, found.witnesses.map(|quorum| quorum.most)), (false, None, Some(1)));
}

/// A key holder can write everything again and have a new witness cosign it once.
#[test]
fn first_cosignature_leaves_the_time_before_it_open() {
    let sample = Signed::new();
    let again = sample.ledger.clone().replace(13, "clerk@example.org", "other@example.org").chained();
    let lines = again.0.len();
    let new = witness("new");
    let once = cosign(&new, &signed(&again, lines, &sample.key), &sample.key, 1_700_000_000);
    let quorum = WitnessQuorum::new(vec![new.public()], 1).expect("a quorum");
    let history = HistoryOptions { quorum: Some(quorum), all_outside: true, ..HistoryOptions::default() };
    let found = certificate(sample.audit_against(&again, vec![once], history));
    assert!(found.sound);
    let line = u64::try_from(lines).expect("small");
    let cosigned = ibbi_core::At::from_millis(1_700_000_000_000);
    let end = OpenQuestion::AfterCheckpoint { line, lines: 0 };
    let before = OpenQuestion::BeforeCheckpoint { line, recorded: None, cosigned };
    assert_eq!(found.not_ruled_out, [end, before, OpenQuestion::AsRecorded]);
}

#[test]
fn each_side_of_a_fork_has_its_signer_and_its_witnesses() {
    let sample = Signed::new();
    let other = sample.ledger.clone().replace(13, "clerk@example.org", "other@example.org").chained();
    let lines = other.0.len();
    let one = witness("one");
    let theirs = cosign(&one, &signed(&sample.ledger, lines, &sample.key), &sample.key, 5);
    let ours = signed(&other, lines, &sample.key);
    for list in [vec![theirs.clone(), ours.clone()], vec![ours, theirs]] {
        let quorum = Some(WitnessQuorum::new(vec![one.public()], 1).expect("a quorum"));
        let found = certificate(sample.audit_against(&other, list.clone(), HistoryOptions { quorum, ..outside() }));
        let [fork] = &found.forks[..] else { panic!("{found:?}") };
        let mut sides: Vec<(bool, bool, usize)> = Vec::new();
        for side in &fork.statements {
            assert_eq!(side.signer.as_ref().map(|key| key.name.as_str()), Some("example.org/ibbi"));
            sides.push((side.in_file, side.size == u64::try_from(lines).expect("small"), side.cosigned.len()));
        }
        sides.sort_unstable();
        assert_eq!(sides, [(false, true, 1), (true, true, 0)]);
        // Both are from outside, but neither shows which one is the original.
        let found = certificate(sample.audit_against(&other, list, outside()));
        assert!(found.not_ruled_out.contains(&OpenQuestion::KeyHolder { after: 0 }), "{found:?}");
    }
}
