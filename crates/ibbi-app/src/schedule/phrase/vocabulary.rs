//! The words that the grammar knows, apart from the names of days that the caller adds.

use ibbi_common::typed::MONTHS;
use ibbi_core::holidays::Holiday;
use ibbi_sim::{Weekday, Weekdays};

/// Monday to Friday.
pub(super) const WORKDAYS: Weekdays = Weekdays::NONE
    .with(Weekday::Monday)
    .with(Weekday::Tuesday)
    .with(Weekday::Wednesday)
    .with(Weekday::Thursday)
    .with(Weekday::Friday);
/// Saturday and Sunday.
pub(super) const WEEKEND: Weekdays = Weekdays::of(Weekday::Saturday).with(Weekday::Sunday);

/// Words without a meaning of their own.
pub(super) const FILLERS: &[&str] = &[
    "a", "at", "be", "come", "do", "during", "i", "ill", "im", "in", "is", "are", "make", "it", "me", "my", "of", "on",
    "please", "that", "the", "then", "there", "to", "we", "will", "would", "id",
];

/// Words for times at which someone can't come.
pub(super) const NEGATIVE: &[&str] = &[
    "never",
    "not",
    "no",
    "nope",
    "ooo",
    "gone",
    "cant",
    "cannot",
    "wont",
    "dont",
    "doesnt",
    "isnt",
    "arent",
    "couldnt",
    "unavailable",
    "busy",
    "away",
    "out",
    "off",
    "unable",
    "bad",
    "blocked",
    "booked",
    "conflict",
    "conflicts",
    "impossible",
];
/// Reasons that people write beside the times at which they can't come.
pub(super) const REASONS: &[&[&str]] = &[
    &["jury", "duty"],
    &["annual", "leave"],
    &["appointment"],
    &["appointments"],
    &["class"],
    &["classes"],
    &["coaching"],
    &["conference"],
    &["holiday"],
    &["leave"],
    &["sick"],
    &["surgery"],
    &["travel"],
    &["traveling"],
    &["trip"],
    &["vacation"],
    &["wedding"],
];
/// Words for times at which someone can come.
pub(super) const POSITIVE: &[&str] = &[
    "can",
    "could",
    "free",
    "ok",
    "okay",
    "available",
    "fine",
    "good",
    "possible",
    "work",
    "works",
    "able",
    "open",
    "yes",
    "great",
];
/// Words for times at which someone can come if nothing else fits.
pub(super) const IF_NEED_BE: &[&[&str]] = &[
    &["if", "need", "be"],
    &["if", "necessary"],
    &["if", "needed"],
    &["if", "we", "must"],
    &["if", "i", "must"],
    &["prefer", "not"],
    &["rather", "not"],
    &["preferably", "not"],
    &["ideally", "not"],
];
/// Words that take times out of those before.
pub(super) const EXCEPT: &[&[&str]] =
    &[&["except", "for"], &["except"], &["excluding"], &["but", "not"], &["other", "than"], &["apart", "from"]];

/// Words that can be misspelled, for a suggestion, apart from the months.
pub(super) const KNOWN: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "weekdays",
    "weekends",
    "morning",
    "mornings",
    "afternoon",
    "afternoons",
    "evening",
    "evenings",
    "nights",
    "noon",
    "before",
    "after",
    "until",
    "through",
    "except",
    "only",
    "never",
    "every",
    "other",
    "first",
    "second",
    "third",
    "fourth",
    "last",
    "week",
    "month",
    "thanksgiving",
    "christmas",
    "available",
    "training",
    "facilitation",
    "meeting",
    "early",
    "late",
];

/// Other names of legal holidays; the words are separated by spaces.
const HOLIDAYS: &[(&str, Holiday)] = &[
    ("new years day", Holiday::NewYear),
    ("new years", Holiday::NewYear),
    ("new year", Holiday::NewYear),
    ("martin luther king jr day", Holiday::MartinLutherKing),
    ("martin luther king day", Holiday::MartinLutherKing),
    ("mlk day", Holiday::MartinLutherKing),
    ("mlk", Holiday::MartinLutherKing),
    ("washingtons birthday", Holiday::Washington),
    ("presidents day", Holiday::Washington),
    ("evacuation day", Holiday::Evacuation),
    ("patriots day", Holiday::Patriots),
    ("memorial day", Holiday::Memorial),
    ("bunker hill day", Holiday::BunkerHill),
    ("juneteenth", Holiday::Juneteenth),
    ("fourth of july", Holiday::Independence),
    ("july fourth", Holiday::Independence),
    ("independence day", Holiday::Independence),
    ("labor day", Holiday::Labor),
    ("columbus day", Holiday::Columbus),
    ("indigenous peoples day", Holiday::Columbus),
    ("veterans day", Holiday::Veterans),
    ("thanksgiving day", Holiday::Thanksgiving),
    ("thanksgiving", Holiday::Thanksgiving),
    ("christmas day", Holiday::Christmas),
    ("christmas", Holiday::Christmas),
    ("xmas", Holiday::Christmas),
];

/// Returns the holidays with their names as lists of words.
pub(super) fn holidays() -> impl Iterator<Item = (Vec<&'static str>, Holiday)> {
    HOLIDAYS.iter().map(|(name, holiday)| (name.split(' ').collect(), *holiday))
}

/// Returns the number of a month, from 1, by its name or an abbreviation.
pub(super) fn month(word: &str) -> Option<u32> {
    let is_it = |name: &str| name == word || name.get(..3) == Some(word) || (word == "sept" && name == "september");
    (1..).zip(MONTHS).find(|(_, name)| is_it(name)).map(|(number, _)| number)
}

/// Returns days of the week by a word, and whether it is a plural.
pub(super) fn weekdays(word: &str) -> Option<(Weekdays, bool)> {
    let several = match word {
        "weekdays" | "workdays" => Some((WORKDAYS, true)),
        "weekday" | "workday" => Some((WORKDAYS, false)),
        "weekends" => Some((WEEKEND, true)),
        "weekend" => Some((WEEKEND, false)),
        "mwf" => Some((Weekdays::of(Weekday::Monday).with(Weekday::Wednesday).with(Weekday::Friday), false)),
        "tth" | "tuth" => Some((Weekdays::of(Weekday::Tuesday).with(Weekday::Thursday), false)),
        _ => None,
    };
    let single = |word: &str| {
        Weekday::ALL.into_iter().find(|day| {
            let code = day.code();
            let short = code.get(..word.len()) == Some(word);
            let letters = match day {
                Weekday::Thursday => short && matches!(word.len(), 2..=5),
                Weekday::Tuesday => short && matches!(word.len(), 1..=4),
                Weekday::Saturday | Weekday::Sunday => short && matches!(word.len(), 2..=3),
                Weekday::Wednesday => short && matches!(word.len(), 1..=3) || word == "weds",
                Weekday::Monday | Weekday::Friday => short && matches!(word.len(), 1..=3),
            };
            code == word || letters
        })
    };
    let one = |word: &str, plural| single(word).map(|day| (Weekdays::of(day), plural));
    several.or_else(|| one(word, false)).or_else(|| one(word.strip_suffix('s').filter(|word| word.len() >= 3)?, true))
}

/// Returns the place of an ordinal from 1 to 4, or 5 for `last`.
pub(super) fn ordinal(word: &str) -> Option<usize> {
    ["first", "second", "third", "fourth", "last"].iter().position(|name| *name == word).map(|place| place + 1)
}

/// Returns the minutes of a named part of the day, from and to, and whether it is a plural.
pub(super) fn part_of_day(word: &str) -> Option<((u16, u16), bool)> {
    let plural = word.ends_with('s');
    let part = match word.strip_suffix('s').unwrap_or(word) {
        "morning" | "am" => ibbi_sim::Hours::MORNING,
        "afternoon" | "pm" => ibbi_sim::Hours::AFTERNOON,
        "evening" => ibbi_sim::Hours::EVENING,
        "night" => return Some(((18 * 60, 24 * 60), plural)),
        _ => return None,
    };
    Some(((part.from(), part.to()), plural))
}

/// Returns a word with a capital letter.
pub(super) fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
