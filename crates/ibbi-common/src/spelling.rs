//! Misspellings: the nearest known word, and how a message quotes what was written.

/// Returns the known word nearest to `found`, if one is near enough that it was probably meant.
///
/// Case doesn't matter. One edit is allowed for each three characters, and always at least one.
///
/// ```
/// use ibbi_common::spelling::nearest;
/// assert_eq!(nearest("monady", ["monday", "friday"]).as_deref(), Some("monday"));
/// assert_eq!(nearest("weekend", ["monday", "friday"]), None);
/// assert_eq!(nearest(&"monday".repeat(100_000), ["monday", "friday"]), None);
/// ```
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let found = found.to_lowercase();
    let length = found.chars().count();
    let limit = (length / 3).max(1);
    let near = known.into_iter().filter_map(|word| {
        let lowercase = word.to_lowercase();
        // Each edit changes the length by at most one. Long texts would take seconds.
        let is_near = lowercase.chars().count().abs_diff(length) <= limit;
        let distance = is_near.then(|| strsim::damerau_levenshtein(&found, &lowercase))?;
        (distance <= limit).then_some((distance, word))
    });
    near.min().map(|(_, word)| word.to_owned())
}

/// Returns an addition to a message: ` (did you mean …?)`, or nothing.
///
/// ```
/// use ibbi_common::spelling::did_you_mean;
/// assert_eq!(did_you_mean(Some("monday")), " (did you mean monday?)");
/// assert_eq!(did_you_mean(None), "");
/// ```
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!(" (did you mean {word}?)"))
}

/// Returns the start of a text as a message quotes it: at most 60 characters, on one line.
///
/// ```
/// assert_eq!(ibbi_common::spelling::echo("two\nlines"), "two\u{fffd}lines");
/// ```
pub fn echo(text: &str) -> String {
    text.chars().take(60).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
