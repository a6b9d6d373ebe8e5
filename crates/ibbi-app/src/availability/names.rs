//! Finding people by their names, as others write them.

use ibbi_common::spelling::nearest;
use ibbi_sim::Participant;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words around names that aren't a part of them.
const TITLES: &[&str] =
    &["dr", "mr", "mrs", "ms", "mx", "prof", "jr", "sr", "ii", "iii", "phd", "edd", "esq", "supt", "hon"];
/// From how many letters a word can have a typo.
const LONG: usize = 4;

/// How well a name fits a person; the first is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The same words, in any order.
    Same,
    /// The same last name, and a first name or its initial.
    Initials,
    /// Only the first or the last name.
    Part,
    /// With a typo in the last name. Many first names are near others.
    Typo,
    /// Some word is the same, or nearly. That isn't enough to be sure.
    Doubtful,
}

/// Returns the people whom a name can mean, the best fit first, in the order of the scenario.
pub(super) fn fits(name: &str, people: &[Participant]) -> Vec<(Fit, usize)> {
    let found = FoundName::new(name);
    let fits = people.iter().enumerate();
    let mut fits: Vec<_> = fits.filter_map(|(index, person)| Some((found.fit(person)?, index))).collect();
    fits.sort();
    fits
}

struct FoundName {
    whole: String,
    words: Vec<String>,
    /// The letters before the `@` of an address.
    address: Option<String>,
}

impl FoundName {
    fn new(name: &str) -> Self {
        let trimmed = name.trim();
        // `Kevin Almeida <kevin@example.org>` and `Kevin Almeida (by phone)`
        let plain = trimmed.split(['<', '(', '[']).next().map(str::trim).filter(|plain| !plain.is_empty());
        let plain = plain.unwrap_or(trimmed).trim_matches(['<', '>']);
        let local = plain.split_once('@').filter(|(local, _)| !local.contains(' ')).map(|(local, _)| local);
        let name = match plain.split_once(',') {
            // `Almeida, Kevin`; but not `Kevin Almeida, EdD`.
            Some((last, first)) if words(first).len() == 1 || words(last).len() == 1 => format!("{first} {last}"),
            _ => local.unwrap_or(plain).to_owned(),
        };
        let address = local.map(|local| words(local).concat());
        Self { whole: trimmed.to_lowercase(), words: words(&name), address }
    }

    fn fit(&self, person: &Participant) -> Option<Fit> {
        if self.whole == person.id.as_str() {
            return Some(Fit::Same);
        }
        let theirs = words(person.name.as_str());
        let (Some(first), Some(last)) = (theirs.first(), theirs.last()) else { return None };
        let sorted = |words: &[String]| {
            let mut words = words.to_vec();
            words.sort();
            words
        };
        if sorted(&self.words) == sorted(&theirs) {
            return Some(Fit::Same);
        }
        let turned = |own: &[String]| matches!(own, [a, .., b] if is_same_person((b, a), (first, last)));
        let direct = |own: &[String]| matches!(own, [a, .., b] if is_same_person((a, b), (first, last)));
        if theirs.len() > 1 && (direct(&self.words) || turned(&self.words)) {
            return Some(Fit::Initials);
        }
        let initial = |word: &str| word.chars().take(1).collect::<String>();
        if let Some(address) = &self.address {
            let letters: String = address.chars().filter(|c| !c.is_ascii_digit()).collect();
            let forms = [
                format!("{first}{last}"),
                format!("{}{last}", initial(first)),
                format!("{last}{}", initial(first)),
                format!("{last}{first}"),
                format!("{first}{}", initial(last)),
            ];
            if theirs.len() > 1 && forms.contains(&letters) {
                return Some(Fit::Initials);
            }
        }
        if let [one] = self.words.as_slice()
            && one.chars().count() > 1
            && [first, last].contains(&one)
        {
            return Some(Fit::Part);
        }
        let is_near = |(one, other): (&String, &String)| {
            one == other || is_initial(one, other) || is_initial(other, one) || is_typo(one, other)
        };
        let long = self.words.iter().any(|word| word.chars().count() >= LONG);
        // `Roberta` is near `Robert`, and another name.
        let is_first = |own: &String| own == first || is_initial(own, first) || is_initial(first, own);
        if self.words.len() == theirs.len()
            && long
            && self.words.first().is_some_and(is_first)
            && self.words.iter().zip(&theirs).all(is_near)
        {
            return Some(Fit::Typo);
        }
        let has_near =
            |one: &String| one.chars().count() > 1 && theirs.iter().any(|other| one == other || is_typo(one, other));
        self.words.iter().any(has_near).then_some(Fit::Doubtful)
    }
}

/// Returns whether two first names with their last names can be of one person.
fn is_same_person(one: (&String, &String), other: (&String, &String)) -> bool {
    one.1 == other.1 && (one.0 == other.0 || is_initial(one.0, other.0) || is_initial(other.0, one.0))
}

fn is_initial(short: &str, long: &str) -> bool {
    short.chars().count() == 1 && long.starts_with(short)
}

fn is_typo(one: &str, other: &str) -> bool {
    let is_long = |word: &str| word.chars().count() >= LONG;
    is_long(one) && is_long(other) && nearest(one, [other]).is_some()
}

/// Returns the words of a name in lower case, without accents, titles, and signs.
fn words(name: &str) -> Vec<String> {
    let letters = name.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}'));
    let text: String = letters.flat_map(char::to_lowercase).map(plain_letter).collect();
    let all: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let named: Vec<String> = all.iter().filter(|word| !TITLES.contains(word)).map(|word| (*word).to_owned()).collect();
    if named.is_empty() { all.into_iter().map(str::to_owned).collect() } else { named }
}

/// Returns a letter without the sign that no decomposition takes from it.
const fn plain_letter(c: char) -> char {
    match c {
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        'ı' => 'i',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::{MemberId, Name};
    use ibbi_sim::Role;

    fn person(name: &str) -> Participant {
        let id = name.to_lowercase().replace([' ', '.'], "-");
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Participant::new(MemberId::new(&id).unwrap(), Name::new(name).unwrap(), Role::Negotiator)
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let people = ["Kevin Almeida", "Dana Pelletier", "R. Amari", "Thúy Phạm", "Anne-Marie O'Brien"].map(person);
        for (name, fit, index) in [
            ("Kevin Almeida", Fit::Same, 0),
            ("  kevin ALMEIDA ", Fit::Same, 0),
            ("Almeida, Kevin", Fit::Same, 0),
            ("Almeida Kevin", Fit::Same, 0),
            ("Dr. Kevin Almeida, EdD", Fit::Same, 0),
            ("Kevin Almeida (by phone)", Fit::Same, 0),
            ("Kevin Almeida <ka@example.org>", Fit::Same, 0),
            ("kevin-almeida", Fit::Same, 0),
            ("K. Almeida", Fit::Initials, 0),
            ("Almeida, K.", Fit::Initials, 0),
            ("Kevin J. Almeida", Fit::Initials, 0),
            ("kevin.almeida@example.org", Fit::Same, 0),
            ("kalmeida@example.org", Fit::Initials, 0),
            ("almeidak2@example.org", Fit::Initials, 0),
            ("Rosa Amari", Fit::Initials, 2),
            ("Thuy Pham", Fit::Same, 3),
            ("Anne Marie O\u{2019}Brien", Fit::Same, 4),
            ("Kevin", Fit::Part, 0),
            ("Pelletier", Fit::Part, 1),
            ("Kevin Almedia", Fit::Typo, 0),
            ("Dana Peletier", Fit::Typo, 1),
            ("Dana Nguyen", Fit::Doubtful, 1),
            ("Kevina Almeida", Fit::Doubtful, 0),
        ] {
            assert_eq!(fits(name, &people).first(), Some(&(fit, index)), "{name}");
        }
        for name in ["Quinn Sullivan", "Work", "", "K", "?"] {
            assert_eq!(fits(name, &people), [], "{name}");
        }
    }

    #[test]
    fn initials_can_mean_two_people() {
        let people = ["Kevin Almeida", "Karen Almeida"].map(person);
        assert_eq!(fits("K. Almeida", &people), [(Fit::Initials, 0), (Fit::Initials, 1)]);
        assert_eq!(fits("Almeida", &people), [(Fit::Part, 0), (Fit::Part, 1)]);
        assert_eq!(fits("Karen Almeida", &people)[0], (Fit::Same, 1));
    }
}
