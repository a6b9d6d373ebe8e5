//! Witnesses: they cosign only a checkpoint that continues the one before, and never go back.

use ibbi_log::Digest;
use ibbi_seal::{
    Checkpoint, CosignError, Evidence, Growth, GrowthProver, PrivateKey, SignedCheckpoint, SignedConsistency,
    WitnessPrivateKey, WitnessState,
};

const ORIGIN: &str = "example.org/ibbi";

/// The digests of the lines of a history. Histories with the same name and different `from` have the lines before it in common.
fn lines(other_from: Option<u64>) -> impl Fn(u64) -> Digest {
    move |line| {
        let is_other = other_from.is_some_and(|from| line >= from);
        Digest::sha256(&[&line.to_le_bytes()[..], &[u8::from(is_other)]].concat())
    }
}

/// Returns the roots of a history at two sizes, and the proof between them.
fn growth(history: &impl Fn(u64) -> Digest, from: u64, to: u64) -> Growth {
    let mut prover = GrowthProver::new(from, to);
    (1..=to).for_each(|line| prover.push(&history(line)));
    prover.finish().unwrap().unwrap()
}

struct Office {
    _folder: tempfile::TempDir,
    log: PrivateKey,
    witness: WitnessPrivateKey,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = PrivateKey::generate(ORIGIN, &folder.path().join("log")).unwrap();
        let witness = WitnessPrivateKey::generate("witness", &folder.path().join("witness")).unwrap();
        Self { _folder: folder, log, witness }
    }

    fn sign(&self, history: &impl Fn(u64) -> Digest, size: u64) -> SignedCheckpoint {
        let root = growth(history, size, size).second;
        Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&self.log).unwrap()
    }

    fn proof(&self, history: &impl Fn(u64) -> Digest, from: u64, to: u64) -> SignedConsistency {
        let hashes = growth(history, from, to).hashes;
        SignedConsistency { first: self.sign(history, from), second: self.sign(history, to), hashes }
    }

    /// Returns the state of a witness that has cosigned this many lines.
    fn state(&self, history: &impl Fn(u64) -> Digest, size: u64) -> WitnessState {
        let mut state = WitnessState::new(self.witness.public());
        let signed = self.sign(history, size);
        state.cosign(&self.witness, &signed, Evidence::Nothing, Some(&self.log.public()), 1_800_000_000).unwrap();
        state
    }
}

#[test]
fn continued_checkpoints_are_cosigned_and_remembered() {
    let (office, history) = (Office::new(), lines(None));
    let mut state = office.state(&history, 10);
    for (size, seconds) in [(10, 5), (11, 6), (64, 7), (2000, 8)] {
        let seen = state.newest(ORIGIN).unwrap().checkpoint().size;
        let (signed, proof) = (office.sign(&history, size), office.proof(&history, seen, size));
        let cosigned = state.cosign(&office.witness, &signed, Evidence::Proof(&proof), None, seconds).unwrap();
        let found = cosigned.cosignatures(&[office.witness.public()]).unwrap();
        assert_eq!(found.iter().map(|found| found.seconds).collect::<Vec<_>>(), [seconds], "{size}");
        assert_eq!(cosigned.verify(&[office.log.public()]).as_deref(), Ok(ORIGIN));
        // The state is the same after it was on the disk.
        assert_eq!(state.to_string().parse(), Ok(state.clone()));
        assert_eq!(state.newest(ORIGIN), Some(&cosigned));
    }
    let (signed, grown) = (office.sign(&history, 2001), growth(&history, 2000, 2001));
    assert!(state.cosign(&office.witness, &signed, Evidence::Lines(&grown), None, 9).is_ok());
}

#[test]
fn every_other_checkpoint_is_refused_and_changes_nothing() {
    let (office, history, other) = (Office::new(), lines(None), lines(Some(4)));
    let known = office.state(&history, 10);
    let witness = &office.witness;
    let refused = |signed: &SignedCheckpoint, evidence: Evidence<'_>| {
        let mut state = known.clone();
        let error = state.cosign(witness, signed, evidence, None, 5).unwrap_err();
        assert_eq!(state, known, "{error}");
        error
    };
    let (ten, twelve) = (office.sign(&history, 10), office.sign(&history, 12));
    assert!(matches!(refused(&twelve, Evidence::Nothing), CosignError::NoEvidence { seen: 10, size: 12, .. }));
    assert!(matches!(refused(&office.sign(&history, 9), Evidence::Nothing), CosignError::Older { seen: 10, .. }));

    // Forks: the same size, a proof that begins in the other history, and the lines of the other history.
    let same_size = refused(&office.sign(&other, 10), Evidence::Nothing);
    assert!(matches!(same_size, CosignError::Fork(_)));
    assert_eq!(
        same_size.to_string(),
        format!("a fork: {ORIGIN} has two checkpoints over 10 lines with different roots")
    );
    assert_eq!(same_size.fork().unwrap().known, *known.newest(ORIGIN).unwrap());
    let proof = office.proof(&other, 10, 12);
    let begun = refused(&proof.second, Evidence::Proof(&proof));
    assert_eq!(begun.fork().unwrap().found, proof.first, "two statements over 10 lines are the evidence");
    let grown = growth(&other, 10, 12);
    assert!(matches!(refused(&office.sign(&other, 12), Evidence::Lines(&grown)), CosignError::Fork(_)));

    // A proof with the right beginning that doesn't lead to the new one shows nothing.
    let hashes = growth(&other, 10, 12).hashes;
    let broken = SignedConsistency { first: ten.clone(), second: office.sign(&other, 12), hashes };
    let not_shown = refused(&broken.second, Evidence::Proof(&broken));
    assert!(matches!(not_shown, CosignError::NotShown(_)) && not_shown.fork().is_some());

    // Proofs and lines of something else.
    let proof = office.proof(&history, 9, 12);
    assert!(matches!(refused(&twelve, Evidence::Proof(&proof)), CosignError::OtherProof { first: 9, .. }));
    let proof = office.proof(&history, 10, 13);
    assert!(matches!(refused(&twelve, Evidence::Proof(&proof)), CosignError::OtherProof { second: 13, .. }));
    assert!(matches!(refused(&twelve, Evidence::Lines(&grown)), CosignError::OtherLines { size: 12 }));
}

#[test]
fn keys_are_checked() {
    let (office, history) = (Office::new(), lines(None));
    let (stranger, ten) = (Office::new(), office.sign(&lines(None), 10));
    let mut state = WitnessState::new(office.witness.public());
    let mut cosign = |witness: &WitnessPrivateKey, signed: &SignedCheckpoint, key: Option<&PrivateKey>| {
        let key = key.map(PrivateKey::public);
        state.cosign(witness, signed, Evidence::Nothing, key.as_ref(), 5).map(|_| ())
    };
    assert!(matches!(cosign(&office.witness, &ten, None), Err(CosignError::NoKey(_))));
    assert!(matches!(cosign(&stranger.witness, &ten, Some(&office.log)), Err(CosignError::OtherWitness(_))));
    assert!(matches!(cosign(&office.witness, &ten, Some(&stranger.log)), Err(CosignError::Signature(_))));
    cosign(&office.witness, &ten, Some(&office.log)).unwrap();
    assert!(matches!(cosign(&office.witness, &ten, Some(&stranger.log)), Err(CosignError::OtherKey { .. })));
    // After the first one, the witness knows the key.
    cosign(&office.witness, &ten, None).unwrap();
    assert!(matches!(cosign(&office.witness, &stranger.sign(&history, 10), None), Err(CosignError::Signature(_))));
}

#[test]
fn altered_state_is_refused() {
    let (office, history) = (Office::new(), lines(None));
    let text = office.state(&history, 10).to_string();
    assert!(text.parse::<WitnessState>().is_ok());
    for (from, to) in
        [("\\n10\\n", "\\n9\\n"), ("\"state\":1", "\"state\":2"), ("\u{2014} witness ", "\u{2014} other ")]
    {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert!(changed.parse::<WitnessState>().is_err(), "{from:?} to {to:?}");
    }
    assert!(text[..text.len() / 2].parse::<WitnessState>().is_err());
    assert!("".parse::<WitnessState>().is_err());
}
