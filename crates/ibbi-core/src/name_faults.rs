//! Characters that make a name look like another one: invisible ones, separate accents, and letters of several scripts.
//!
//! [`Name`](crate::Name) refuses control characters itself. These are found here, so that a ledger that has them can still be read:
//! recording refuses them, and an audit reports them.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_security::MixedScript;

/// What is wrong with the characters of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFault {
    /// It has characters that can't be seen, or that look like a space.
    Invisible {
        /// Each character with its position in characters, from 1.
        characters: Vec<(usize, char)>,
    },
    /// It is not in Unicode normalization form C: an accent is a character of its own.
    NotComposed {
        /// The same name in that form.
        composed: String,
    },
    /// A word has letters of several scripts, such as a Cyrillic letter among Latin ones.
    MixedScripts {
        /// The word.
        word: String,
        /// Its letters outside ASCII, each once.
        letters: Vec<char>,
    },
}

impl NameFault {
    /// Returns a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invisible { .. } => "names.invisible",
            Self::NotComposed { .. } => "names.not-composed",
            Self::MixedScripts { .. } => "names.mixed-scripts",
        }
    }
}

impl fmt::Display for NameFault {
    /// Writes what was found, as the end of a sentence about the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invisible { characters } => {
                let shown: Vec<_> =
                    characters.iter().map(|(at, c)| format!("{} at position {at}", code_point(*c))).collect();
                write!(f, "has characters that can't be seen: {}", shown.join(", "))
            }
            Self::NotComposed { composed } => {
                let (has, form) = (composed.chars().count(), "Unicode normalization form C");
                write!(f, "has separate accents; in {form}, it has {has} characters")
            }
            Self::MixedScripts { word, letters } => {
                let shown: Vec<_> = letters.iter().map(|c| code_point(*c)).collect();
                write!(f, "has letters of several scripts in `{word}`: {}", shown.join(", "))
            }
        }
    }
}

/// Returns a name with code points in place of the characters that can't be seen, to show it in a message.
///
/// ```
/// assert_eq!(ibbi_core::visible_name("Ann\u{3164}e\u{a0}Lee"), "Ann<U+3164>e<U+00A0>Lee");
/// ```
pub fn visible_name(name: &str) -> String {
    let all: Vec<char> = name.chars().collect();
    let mut shown = String::with_capacity(name.len());
    for (place, c) in all.iter().enumerate() {
        if is_hidden(&all, place) || c.is_control() {
            shown.push_str(&format!("<{}>", code_point(*c)));
        } else {
            shown.push(*c);
        }
    }
    shown
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Returns what is wrong with the characters of a name. A name in ASCII has no such fault.
///
/// ```
/// use ibbi_core::name_faults;
/// assert!(name_faults("Jos\u{e9} O'Brien").is_empty());
/// assert_eq!(name_faults("Ann\u{3164}e Lee")[0].to_string(), "has characters that can't be seen: U+3164 at position 4");
/// assert_eq!(name_faults("\u{410}nne Lee")[0].to_string(), "has letters of several scripts in `\u{410}nne`: U+0410");
/// ```
pub fn name_faults(name: &str) -> Vec<NameFault> {
    let mut faults = Vec::new();
    if name.is_ascii() {
        return faults;
    }
    let all: Vec<char> = name.chars().collect();
    let characters: Vec<_> = (0..).zip(&all).filter(|(place, _)| is_hidden(&all, *place)).collect();
    let characters: Vec<_> = characters.into_iter().map(|(place, c)| (place + 1, *c)).collect();
    if !characters.is_empty() {
        faults.push(NameFault::Invisible { characters });
    }
    if !is_nfc(name) {
        faults.push(NameFault::NotComposed { composed: name.nfc().collect() });
    }
    let is_letter = |c: char| c.is_alphabetic() && !is_invisible(c);
    for word in name.split(|c| !is_letter(c)).filter(|word| !word.is_ascii() && !word.is_single_script()) {
        let letters: BTreeSet<char> = word.chars().filter(|c| !c.is_ascii()).collect();
        faults.push(NameFault::MixedScripts { word: word.into(), letters: letters.into_iter().collect() });
    }
    faults
}

/// Returns whether the character at a place can't be seen or looks like a space.
fn is_hidden(all: &[char], place: usize) -> bool {
    match all.get(place) {
        Some('\u{200C}' | '\u{200D}') => !joins(all, place),
        Some(c) => is_invisible(*c),
        None => false,
    }
}

/// Returns whether a joiner is between two letters of scripts that need it: it changes how they look. It can't be seen elsewhere.
fn joins(all: &[char], place: usize) -> bool {
    let takes_joiner = |c: Option<&char>| {
        c.is_some_and(|c| {
            matches!(
                c,
                '\u{600}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{1900}'..='\u{1C7F}'
                    | '\u{A840}'..='\u{A95F}' | '\u{A980}'..='\u{AAFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
                    | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}'
            )
        })
    };
    takes_joiner(place.checked_sub(1).and_then(|before| all.get(before))) && takes_joiner(all.get(place + 1))
}

/// Returns whether a character can't be seen or looks like a space, apart from the two joiners.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{1680}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{2000}'..='\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{202F}' | '\u{205F}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3000}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}'
            | '\u{13430}'..='\u{1345F}' | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_people_have_no_fault() {
        for name in [
            "Anne Lee",
            "Zo\u{eb} Kj\u{e6}r-O\u{2019}Brien",
            "\u{418}\u{432}\u{430}\u{43d} Smith",
            "\u{39d}\u{3af}\u{3ba}\u{3bf}\u{3c2}",
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}",
            "\u{0d28}\u{0d4d}\u{200d}\u{0d2e}",
            "\u{738b}\u{5c0f}\u{660e}",
            "\u{9ad8}\u{6a4b}\u{307f}\u{306a}\u{307f}",
            "\u{bc15}\u{c11c}\u{c5f0}",
            "Nguy\u{1ec5}n V\u{103}n An",
        ] {
            assert_eq!(name_faults(name), [], "{name}");
        }
    }

    #[test]
    fn deceptive_characters_are_found() {
        for (name, code) in [
            ("Ann\u{3164}e", "names.invisible"),
            ("Anne\u{2800}Lee", "names.invisible"),
            ("Anne\u{a0}Lee", "names.invisible"),
            ("Ann\u{200d}e", "names.invisible"),
            ("Anne\u{200c}", "names.invisible"),
            ("Ann\u{fffc}e", "names.invisible"),
            ("Ann\u{16fe4}e", "names.invisible"),
            ("Jose\u{301}", "names.not-composed"),
            ("\u{410}nne Lee", "names.mixed-scripts"),
            ("Anne L\u{3b5}e", "names.mixed-scripts"),
        ] {
            let codes: Vec<_> = name_faults(name).iter().map(NameFault::code).collect();
            assert_eq!(codes, [code], "{name:?}");
        }
    }
}
