//! Editions of the rules: which rules, kinds of event, and thresholds a case is checked against.
//!
//! A case keeps the edition under which it was opened, so that a new rule doesn't change a case in flight. An edition is
//! a number and a digest over the chart, the rules, and the thresholds that it has. To add a rule, read
//! `docs/changing-the-process.md`.

use crate::field::{FieldKind, FieldType};
use crate::text::DocumentDigest;
use core::fmt;

/// The number of an edition of the rules, from 1.
///
/// A ledger can have an edition that this version doesn't know yet. [`Edition::is_known`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u16", into = "u16"))]
pub struct Edition(u16);

/// The error for the number 0, which no edition has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("editions are numbered from 1; enter 1 to {latest}", latest = Edition::LATEST)]
pub struct NoEdition;

/// The digests of the known editions, as a ledger has them. A test of `ibbi-log` computes them again.
const DIGESTS: [&str; 2] = [
    "99f1d32295282c871a45bba6e204b72a8384f9d8f7fe90009abf838188d1b960",
    "aa6b70070b7b78a3944580606bf646df2fb59c2c7ca5b02ddc50594cd34751c2",
];

impl Edition {
    /// The first edition, which a case has if its opening names none.
    pub const FIRST: Self = Self(1);
    /// The latest edition that this version knows.
    pub const LATEST: Self = Self(2);

    /// Returns the edition with a number.
    ///
    /// # Errors
    /// [`NoEdition`] for 0.
    pub const fn new(number: u16) -> Result<Self, NoEdition> {
        if number == 0 { Err(NoEdition) } else { Ok(Self(number)) }
    }

    /// Returns the number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Returns every known edition, from the first.
    pub fn known() -> impl Iterator<Item = Self> {
        (Self::FIRST.0..=Self::LATEST.0).map(Self)
    }

    /// Returns whether this version knows the edition.
    pub fn is_known(self) -> bool {
        self <= Self::LATEST
    }

    /// Returns the digest of a known edition: the SHA-256 of `Edition::digest_text`.
    pub fn digest(self) -> Option<DocumentDigest> {
        DIGESTS.get(usize::from(self.0).checked_sub(1)?)?.parse().ok()
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::str::FromStr for Edition {
    type Err = NoEdition;
    fn from_str(text: &str) -> Result<Self, NoEdition> {
        text.parse().map_err(|_| NoEdition).and_then(Self::new)
    }
}

impl TryFrom<u16> for Edition {
    type Error = NoEdition;
    fn try_from(number: u16) -> Result<Self, NoEdition> {
        Self::new(number)
    }
}

impl From<Edition> for u16 {
    fn from(edition: Edition) -> Self {
        edition.0
    }
}

impl FieldType for Edition {
    const KIND: FieldKind = FieldKind::Number { max: u16::MAX as u64 };
}

/// The editions that have a rule, a kind of event, or a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Editions {
    since: u16,
    until: u16,
}

impl Editions {
    /// Every edition.
    pub const ALL: Self = Self { since: 1, until: u16::MAX };

    pub(crate) const fn since(self, since: u16) -> Self {
        Self { since, ..self }
    }

    /// Returns the same editions without `until` and the later ones.
    pub(crate) const fn until(self, until: u16) -> Self {
        Self { until, ..self }
    }

    /// Returns whether an edition is one of them.
    pub const fn include(self, edition: Edition) -> bool {
        self.since <= edition.0 && (edition.0 < self.until || self.until == u16::MAX)
    }

    /// Returns the first of them.
    pub const fn first(self) -> Edition {
        Edition(self.since)
    }
}

impl fmt::Display for Editions {
    /// Writes the editions for people, such as `1`, `from 2`, or `all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (1, u16::MAX) => f.write_str("all"),
            (since, u16::MAX) => write!(f, "from {since}"),
            (since, until) if since + 1 == until => write!(f, "{since}"),
            (since, until) => write!(f, "{since} to {}", until - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn editions_include_what_they_say() {
        let third = Edition::new(3).unwrap();
        for (editions, text, included) in [
            (Editions::ALL, "all", [true, true, true]),
            (Editions::ALL.since(2), "from 2", [false, true, true]),
            (Editions::ALL.until(2), "1", [true, false, false]),
            (Editions::ALL.until(3), "1 to 2", [true, true, false]),
        ] {
            assert_eq!(editions.to_string(), text);
            let last = Edition::new(u16::MAX).unwrap();
            assert_eq!(editions.include(last), editions.until == u16::MAX, "an edition without an end has no end");
            assert_eq!([Edition::FIRST, Edition::LATEST, third].map(|edition| editions.include(edition)), included);
        }
    }

    #[test]
    fn every_known_edition_has_a_digest_and_no_other() {
        assert!(Edition::known().all(|edition| edition.digest().is_some()));
        assert_eq!(Edition::known().count(), DIGESTS.len());
        let next = Edition::new(Edition::LATEST.number() + 1).unwrap();
        assert!(!next.is_known() && next.digest().is_none());
    }
}
