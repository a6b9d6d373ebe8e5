//! The digests of the editions of the rules.

use ibbi_core::Edition;
use ibbi_log::{Digest, chart_digest};

/// The core computes no digests, so it knows them as constants.
#[test]
fn core_knows_the_digest_of_each_edition() {
    for edition in Edition::known() {
        let computed = Digest::sha256(edition.digest_text().as_bytes()).to_string();
        let known = edition.digest().expect("a known edition has a digest").to_string();
        assert_eq!(known, computed, "edition {edition}");
    }
}

#[test]
fn first_lines_have_the_digest_of_the_first_edition() {
    assert_eq!(Edition::FIRST.digest().unwrap().to_string(), chart_digest().to_string());
}
