//! The characters in which two texts differ, with their code points.

use super::names::DiffNames;
use unicode_security::confusable_detection::skeleton;

/// The most characters to show; each is shown once.
const MAX_SHOWN: usize = 5;

/// Returns the characters that differ, if the texts look alike or the characters are not those of ordinary English.
pub(super) fn compare(one: &str, other: &str, names: DiffNames) -> Option<String> {
    let (first, second) = different(one, other);
    let alike = looks_alike(one, other);
    let unusual = |chars: &[char]| chars.iter().any(|char| !char.is_ascii() || char.is_control());
    if !alike && !unusual(&first) && !unusual(&second) {
        return None;
    }
    let begins = if alike { "the two look alike, but have different characters:" } else { "different characters:" };
    let (in_first, in_second) = (names.first(), names.second_after_first());
    Some(format!("{begins} {} in {in_first} and {} in {in_second}", list(&first), list(&second)))
}

/// Returns whether two different texts look the same to a reader.
pub(super) fn looks_alike(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        skeleton(&text.chars().filter(|char| !is_invisible(*char)).collect::<String>()).collect::<String>()
    };
    plain(one).trim() == plain(other).trim()
}

/// Returns a text with code points in place of characters that can't be seen.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::new();
    for char in text.chars() {
        if is_invisible(char) || char.is_control() {
            shown.push_str(&format!("<U+{:04X}>", u32::from(char)));
        } else {
            shown.push(char);
        }
    }
    shown
}

/// Returns whether a character has no visible form and no width, or only looks like a space.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{13430}'..='\u{1345f}'
            | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns the characters that differ: by place if the texts have the same length, and otherwise what is left without the
/// same beginning and end.
fn different(one: &str, other: &str) -> (Vec<char>, Vec<char>) {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() == other.len() {
        return one.into_iter().zip(other).filter(|(one, other)| one != other).unzip();
    }
    let before = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[before..], &other[before..]);
    let after = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    (one[..one.len() - after].to_vec(), other[..other.len() - after].to_vec())
}

fn list(chars: &[char]) -> String {
    if chars.is_empty() {
        return "nothing".to_owned();
    }
    let shown = |char: &char| {
        let code = format!("U+{:04X}", u32::from(*char));
        let seen = !is_invisible(*char) && !char.is_control() && !char.is_whitespace();
        if seen { format!("{char} ({code})") } else { code }
    };
    let mut once: Vec<char> = Vec::new();
    chars.iter().for_each(|char| {
        if !once.contains(char) {
            once.push(*char)
        }
    });
    let mut text = once.iter().take(MAX_SHOWN).map(shown).collect::<Vec<_>>().join(", ");
    if let Some(more) = once.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(", and {more} more"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_alike_are_shown_with_code_points() {
        for (one, other, expected) in [
            (
                "Rosa Amari",
                "Rosa Amar\u{456}",
                Some(
                    "look alike, but have different characters: i (U+0069) in the first file and \u{456} (U+0456) in the second",
                ),
            ),
            ("Anne", "Ann\u{435}", Some(": e (U+0065) in the first file and \u{435} (U+0435) in the second")),
            ("Bill", "Bi1l", Some("l (U+006C) in the first file and 1 (U+0031) in the second")),
            (
                "Anne",
                "Anne\u{3164}",
                Some("look alike, but have different characters: nothing in the first file and U+3164 in the second"),
            ),
            ("Jose\u{301}", "Jos\u{e9}", Some("look alike")),
            ("Jos\u{e9}", "Jose", Some("different characters: \u{e9} (U+00E9)")),
            ("Anne", "Anna", None),
        ] {
            let found = compare(one, other, DiffNames::Files);
            assert_eq!(found.is_some(), expected.is_some(), "{one} {other} {found:?}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{one} {other}");
        }
        assert_eq!(visible("a\u{200b}b"), "a<U+200B>b");
    }
}
