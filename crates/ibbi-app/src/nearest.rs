//! Misspellings: the nearest word that would have been right.

/// The nearest of the known words, if one is near enough to be meant.
pub(crate) fn of<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let found = found.to_lowercase();
    let near = |word: &str| strsim::damerau_levenshtein(&found, &word.to_lowercase());
    let limit = (found.chars().count() / 3).max(1);
    let best = known.map(|word| (near(word), word)).min()?;
    (best.0 <= limit).then(|| best.1.to_owned())
}

/// An addition to a message: ` (did you mean …?)`, or nothing.
pub(crate) fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!(" (did you mean {word}?)"))
}
