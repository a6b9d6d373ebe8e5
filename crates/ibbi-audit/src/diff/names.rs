//! How sentences name the two files of a comparison.

/// How the sentences of a comparison name the two files.
///
/// ```
/// use ibbi_audit::DiffNames;
/// assert_eq!((DiffNames::Files.first(), DiffNames::Files.second()), ("the first file", "the second file"));
/// assert_eq!((DiffNames::Copy.first(), DiffNames::Copy.second()), ("our ledger", "the uploaded copy"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DiffNames {
    /// The first and the second file, in the order in which they were given.
    #[default]
    Files,
    /// The ledger of a server, which is the first, and a copy of it that was uploaded, which is the second.
    Copy,
}

impl DiffNames {
    /// Returns the name of the first file.
    pub const fn first(self) -> &'static str {
        match self {
            Self::Files => "the first file",
            Self::Copy => "our ledger",
        }
    }

    /// Returns the name of the second file.
    pub const fn second(self) -> &'static str {
        match self {
            Self::Files => "the second file",
            Self::Copy => "the uploaded copy",
        }
    }

    /// Returns the name of the second file after that of the first one, in the same sentence.
    pub const fn second_after_first(self) -> &'static str {
        match self {
            Self::Files => "the second",
            Self::Copy => "the uploaded copy",
        }
    }

    /// Returns the names of the two as ledgers.
    pub(super) const fn ledgers(self) -> (&'static str, &'static str) {
        match self {
            Self::Files => ("the first ledger", "the second ledger"),
            Self::Copy => (self.first(), self.second()),
        }
    }
}
