//! Phrases: one person a line, or one person's lines.

use crate::collected::Collected;
use crate::days;
use crate::grid::{Grid, one_line};
use crate::marks::{self, Label};
use crate::{ImportError, ImportFormat, ImportedFile, ImportedPhrase, Mark};

/// The most lines.
const MAX_LINES: usize = 2_000;
/// The longest line, in bytes.
const MAX_LINE: usize = 2_000;
/// The most words of a name.
const NAME_WORDS: usize = 5;
/// Words that begin a phrase and no name.
const PHRASE_WORDS: &[&str] = &[
    "never",
    "only",
    "not",
    "no",
    "can",
    "can't",
    "cannot",
    "cant",
    "available",
    "unavailable",
    "except",
    "every",
    "all",
    "any",
    "after",
    "before",
    "from",
    "until",
    "week",
    "weekdays",
    "weekends",
    "mornings",
    "afternoons",
    "evenings",
    "morning",
    "afternoon",
    "evening",
    "busy",
    "free",
    "away",
    "if",
    "maybe",
    "i",
    "the",
    "first",
    "second",
    "third",
    "fourth",
    "last",
    "next",
];

/// Reads lines such as `Kevin Almeida: never Tuesdays`. A line without a name belongs to the person of the line before it that has
/// a name and nothing else; or else to a person without a name.
pub(crate) fn read(text: &str, left_out: Vec<String>) -> Result<ImportedFile, ImportError> {
    let mut collected = Collected::with_left_out(left_out);
    let mut current: Option<usize> = None;
    let mut nameless: Option<usize> = None;
    let mut too_long: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        if index >= MAX_LINES {
            return Err(ImportError::TooLarge(format!("the text has more than {MAX_LINES} lines; split it")));
        }
        let line = one_line(line);
        let line = line.trim_start_matches(['-', '*', '\u{2022}']).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("line {}", index + 1);
        if line.len() > MAX_LINE {
            too_long = too_long.or(Some(index + 1));
            collected.problem(place, "the line is too long; write one person on each line".to_owned());
            continue;
        }
        let (name, mark, words) = parts(line);
        let person = match (name, current) {
            (Some(name), _) => {
                let person = collected.person(name);
                current = words.is_empty().then_some(person);
                person
            }
            (None, Some(person)) => person,
            (None, None) => *nameless.get_or_insert_with(|| collected.person("")),
        };
        if !words.is_empty() {
            collected.people[person].phrases.push(ImportedPhrase { text: words.to_owned(), mark, place });
        }
    }
    if let (true, Some(line)) = (collected.people.is_empty(), too_long) {
        let message = format!("line {line} has more than {MAX_LINE} characters; write one person on each line");
        return Err(ImportError::TooLarge(message));
    }
    if collected.people.is_empty() {
        return Err(ImportError::Unknown(
            "the file has no times; write lines such as Kevin Almeida: never Tuesdays".to_owned(),
        ));
    }
    Ok(collected.finish_phrases())
}

/// Splits a line into a name, what its words are about, and its words.
fn parts(line: &str) -> (Option<&str>, Mark, &str) {
    for sign in [":", " \u{2013} ", " \u{2014} ", " - "] {
        let Some((before, after)) = line.split_once(sign) else { continue };
        let (before, after) = (before.trim(), after.trim());
        if let Some(Label::Times(mark)) = marks::label(before) {
            return (None, mark, after);
        }
        if is_name(before) {
            // `Kevin Almeida: Available: Tuesdays`
            let label = after.split_once(':').and_then(|(label, rest)| match marks::label(label)? {
                Label::Times(mark) => Some((mark, rest.trim())),
                _ => None,
            });
            let (mark, words) = label.unwrap_or((Mark::Cannot, after));
            return (Some(before), mark, words);
        }
    }
    (None, Mark::Cannot, line)
}

/// Returns whether words can be a name: no digits, and no words of a phrase.
pub(crate) fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_time = |word: &&str| {
        let word = word.trim_matches([',', '.', ':']);
        // `May` and `Will` can be names, and `May` is one only with another word.
        let is_month = days::month(word).is_some() && (words.len() == 1 || !word.eq_ignore_ascii_case("may"));
        days::weekday(word).is_some() && word.len() > 2 || is_month
    };
    let is_phrase = |word: &str| PHRASE_WORDS.contains(&word.to_lowercase().as_str());
    let is_address = words.len() == 1 && text.contains('@');
    !words.is_empty()
        && words.len() <= NAME_WORDS
        && (is_address || !text.bytes().any(|byte| byte.is_ascii_digit()))
        && text.chars().any(char::is_alphabetic)
        && !words.first().is_some_and(|word| is_phrase(word))
        && !words.iter().any(is_time)
}

/// Reads rows of a name and phrases, without headings.
pub(crate) fn of_grid(grid: &Grid) -> Option<(ImportFormat, Collected)> {
    let rows: Vec<_> = grid.rows.iter().filter(|row| !row.is_empty()).collect();
    let mut collected = Collected::default();
    if rows.is_empty() || rows.len() > MAX_LINES {
        return None;
    }
    if !rows.iter().all(|row| is_name(row.cell(0))) {
        // Lines with commas in them.
        for row in rows {
            let cells: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            let line = cells.join(", ");
            let (name, mark, words) = parts(&line);
            let named = collected.people.iter().position(|person| person.name == name.unwrap_or_default());
            let person = named.unwrap_or_else(|| collected.person(name.unwrap_or_default()));
            let text = words.to_owned();
            if !has_time(&text) {
                return None;
            }
            collected.people[person].phrases.push(ImportedPhrase { text, mark, place: grid.row_place(row) });
        }
        return Some((ImportFormat::Phrases, collected));
    }
    let with_times = rows.iter().filter(|row| row.cells.iter().skip(1).any(|cell| has_time(cell))).count();
    if with_times * 2 <= rows.len() {
        return None;
    }
    for row in rows {
        let person = collected.person(row.cell(0));
        for (column, cell) in row.cells.iter().enumerate().skip(1).filter(|(_, cell)| !cell.is_empty()) {
            let place = grid.place(row, column);
            collected.people[person].phrases.push(ImportedPhrase { text: cell.clone(), mark: Mark::Cannot, place });
        }
    }
    Some((ImportFormat::Phrases, collected))
}

/// Returns whether a text has a word or a number of a time, such as a weekday, `10/5`, or `3:30`.
fn has_time(text: &str) -> bool {
    let is_number =
        |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains([':', '/', '-', 'a', 'p']);
    text.split([' ', ',', ';']).any(|word| is_time_word(word) || is_number(word))
}

fn is_time_word(word: &str) -> bool {
    let word = word.trim_matches(['.', ':']);
    days::month(word).is_some()
        || days::weekday(word).is_some()
        || matches!(word.to_lowercase().as_str(), "mornings" | "afternoons" | "evenings" | "weekdays" | "weekends")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(String, Mark, String)> {
        let file = read(text, Vec::new()).unwrap();
        let people = file.people.into_iter();
        people
            .flat_map(|it| it.phrases.into_iter().map(move |words| (it.name.clone(), words.mark, words.text)))
            .collect()
    }

    #[test]
    fn lines_have_names_and_phrases() {
        let text = "# When can you come?\nKevin Almeida: never Tuesdays, only after 3:30\nDana Pelletier – Oct 5-9\nThuy Pham:\n\
                    - Mon-Wed\n- Fridays: before 3\nLee Park: Available: mornings\n";
        let expected = [
            ("Kevin Almeida", Mark::Cannot, "never Tuesdays, only after 3:30"),
            ("Dana Pelletier", Mark::Cannot, "Oct 5-9"),
            ("Thuy Pham", Mark::Cannot, "Mon-Wed"),
            ("Thuy Pham", Mark::Cannot, "Fridays: before 3"),
            ("Lee Park", Mark::Can, "mornings"),
        ];
        let expected = expected.map(|(name, mark, text)| (name.to_owned(), mark, text.to_owned()));
        assert_eq!(lines(text), expected);
        assert_eq!(
            lines("never Tuesdays\nonly after 3:30 pm").iter().map(|it| it.0.as_str()).collect::<Vec<_>>(),
            ["", ""]
        );
    }

    #[test]
    fn words_of_a_time_are_no_name() {
        for text in ["Kevin", "May Lee", "K. Almeida", "Almeida, Kevin", "kevin@example.org", "Will Sun"] {
            assert_eq!(is_name(text), text != "Will Sun", "{text}");
        }
        for text in ["never Tuesdays", "Fridays", "May", "only after 3", "Mon", "week of Oct 5", ""] {
            assert!(!is_name(text), "{text}");
        }
    }
}
