//! The form of names (Unicode NFC), and names that look the same as another name of the case but aren't, such as one with a
//! Cyrillic letter.

use crate::event::Payload;
use crate::found::{Found, list};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::text::Name;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_security::confusable_detection::skeleton;

/// A state that knows the names of leaders, members, and neutrals.
pub trait KnownNames {
    /// Returns the names that the state knows.
    fn known_names(&self) -> impl Iterator<Item = &Name>;
}

/// Checks the form of each name of an event and, if the event adds people, whether the name looks the same as another name of
/// the case. Names in ASCII have only one form.
#[inline(never)]
pub(crate) fn check_names<S: KnownNames, E: Payload>(state: &S, event: &E, adds_people: bool, check: &mut Check) {
    event.each_name(&mut |name| {
        if !name.is_ascii() && !is_nfc(name) {
            check.fail(Rule::NameComposed, not_composed(name));
        } else if adds_people && let Some(other) = look_alike_among(name, || state.known_names()) {
            check.fail(Rule::NameLookAlike, looks_like(name, other));
        }
    });
}

/// Returns the known name that a name looks the same as, unless it is exactly a known name.
pub(crate) fn look_alike_among<'a, I: Iterator<Item = &'a Name>>(name: &str, known: impl Fn() -> I) -> Option<&'a str> {
    let is_ascii = name.is_ascii();
    let looks_alike = |other: &&str| {
        // Two names in ASCII are only misspelled.
        (!is_ascii || !other.is_ascii()) && *other != name && skeleton(name).eq(skeleton(other))
    };
    known().map(Name::as_str).find(looks_alike).filter(|_| known().all(|other| other.as_str() != name))
}

fn not_composed(name: &str) -> Found {
    let composed: String = name.nfc().collect();
    let (has, composed) = differences(name, &composed);
    Found::NameNotComposed { name: name.into(), has, composed }
}

pub(crate) fn looks_like(name: &str, other: &str) -> Found {
    let (has, other_has) = differences(name, other);
    Found::NameLooksLike { name: name.into(), other: other.into(), has, other_has }
}

/// Returns the characters in which two texts differ, as people read them.
fn differences(one: &str, other: &str) -> (String, String) {
    let (mut one, mut other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() == other.len() {
        let pairs = one.into_iter().zip(other).filter(|(one, other)| one != other);
        (one, other) = pairs.unzip();
    } else {
        let same = |(one, other): &(&char, &char)| one == other;
        let before = one.iter().zip(&other).take_while(same).count();
        (one, other) = (one.split_off(before), other.split_off(before));
        let after = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
        one.truncate(one.len() - after);
        other.truncate(other.len() - after);
    }
    (code_points(&one), code_points(&other))
}

/// Returns characters as people read them: those of ASCII as they are, and others as code points.
fn code_points(chars: &[char]) -> String {
    if chars.is_empty() {
        return "nothing".to_string();
    }
    list(chars, |c| if c.is_ascii_graphic() { c.to_string() } else { alloc::format!("U+{:04X}", u32::from(*c)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    #[test]
    fn names_that_look_the_same_are_found() {
        for (one, other, alike) in [
            ("Anne Lee", "\u{410}nne Lee", true),
            ("Jos\u{e9} Ruiz", "Jose\u{301} Ruiz", true),
            ("Jos\u{e9} Ruiz", "Jose Ruiz", false),
            ("Anne Lee", "Anne Lee", false),
            ("Bill Lee", "BiII Lee", false),
            ("Zoe\u{308}", "Zo\u{eb}", true),
            ("Pat O\u{2019}Brien", "Pat O'Brien", true),
        ] {
            let (first, second) = (name(one), name(other));
            assert_eq!(look_alike_among(one, || [&second].into_iter()), alike.then_some(other), "{one} {other}");
            assert_eq!(look_alike_among(other, || [&first].into_iter()), alike.then_some(one), "{other} {one}");
            assert_eq!(look_alike_among(one, || [&second, &first].into_iter()), None, "{one} is known");
        }
    }

    #[test]
    fn differences_are_shown_as_code_points() {
        for (one, other, expected) in [
            ("Anne Lee", "\u{410}nne Lee", ("A", "U+0410")),
            ("Anne Lee", "Ann\u{435} L\u{435}e", ("e and e", "U+0435 and U+0435")),
            ("Jose\u{301} Ruiz", "Jos\u{e9} Ruiz", ("e and U+0301", "U+00E9")),
            ("Ann", "An", ("n", "nothing")),
        ] {
            let (one_has, other_has) = differences(one, other);
            assert_eq!((one_has.as_str(), other_has.as_str()), expected, "{one} {other}");
        }
    }
}
