//! Splitting a text into words, numbers, and signs.

use std::ops::Range;

/// The content of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// A word; its letters are in [`Token::text`].
    Word,
    /// A number and how many digits it has.
    Number(u32, usize),
    /// A sign. All dashes are `-`. A new line and the end of a sentence are `;`.
    Sign(char),
}

/// A word, a number, or a sign, and its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) lexeme: Lexeme,
    /// Lowercase letters without apostrophes and periods: `Can't` is `cant`, and `a.m.` is `am`.
    pub(super) text: String,
    /// The bytes of the text.
    pub(super) place: Range<usize>,
    /// Whether there is no space before it.
    pub(super) glued: bool,
}

/// Returns the tokens of a text. Quotation marks, brackets, and bullets count as spaces.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let letters: Vec<(usize, char)> = source.char_indices().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut end = None;
    while let Some(&(start, first)) = letters.get(at) {
        let length = match first {
            _ if first.is_ascii_digit() => run(&letters[at..], |c| c.is_ascii_digit()),
            _ if first.is_alphabetic() => word(&letters[at..]),
            _ => 1,
        };
        let place = start..letters.get(at + length).map_or(source.len(), |(place, _)| *place);
        at += length;
        let raw = &source[place.clone()];
        let glued = end == Some(start);
        let (lexeme, text) = match first {
            _ if first.is_ascii_digit() => (Lexeme::Number(raw.parse().unwrap_or(u32::MAX), raw.len()), raw.to_owned()),
            _ if first.is_alphabetic() => {
                let plain: String = raw.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
                (Lexeme::Word, if plain == "wk" { "week".to_owned() } else { plain })
            }
            '\n' | '\r' => (Lexeme::Sign(';'), raw.to_owned()),
            '.' => match clock_point(&tokens, &letters[at..], glued) {
                Some(':') => (Lexeme::Sign(':'), raw.to_owned()),
                // The period of an abbreviation.
                None => continue,
                Some(_) => (Lexeme::Sign(';'), raw.to_owned()),
            },
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => (Lexeme::Sign('-'), raw.to_owned()),
            '"' | '\u{201c}' | '\u{201d}' | '\'' | '\u{2018}' | '\u{2019}' | '(' | ')' | '*' | '\u{2022}' => continue,
            _ if first.is_whitespace() => continue,
            other => (Lexeme::Sign(other), raw.to_owned()),
        };
        end = Some(place.end);
        tokens.push(Token { lexeme, text, place, glued });
    }
    tokens
}

fn run(letters: &[(usize, char)], is_in: impl Fn(char) -> bool) -> usize {
    letters.iter().take_while(|(_, c)| is_in(*c)).count()
}

/// Returns the length of a word, with its apostrophes and the periods of `a.m.`
fn word(letters: &[(usize, char)]) -> usize {
    let mut length = 1;
    loop {
        let letter = |place: usize| letters.get(place).map(|(_, c)| *c);
        match (letter(length), letter(length + 1)) {
            (Some(c), _) if c.is_alphabetic() => length += 1,
            (Some('\'' | '\u{2019}'), _) => length += 1,
            // One letter, a period, and a letter: an abbreviation.
            (Some('.'), Some(c)) if c.is_alphabetic() && (length == 1 || letter(length - 2) == Some('.')) => {
                length += 2
            }
            _ => return length,
        }
    }
}

/// Returns what a period means: a colon between digits, the end of a sentence (`;`), or nothing after an abbreviation.
fn clock_point(before: &[Token], after: &[(usize, char)], glued: bool) -> Option<char> {
    let last = before.last()?;
    let digits = run(after, |c| c.is_ascii_digit());
    match last.lexeme {
        Lexeme::Number(..) if glued && digits == 2 => Some(':'),
        Lexeme::Word if glued && last.text.chars().count() <= 4 => None,
        _ => Some(';'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_words_numbers_and_signs() {
        let shown = |text: &str| tokens(text).iter().map(|token| token.text.clone()).collect::<Vec<_>>().join("|");
        for (text, expected) in [
            ("Can\u{2019}t come Oct. 5th", "cant|come|oct|5|th"),
            ("Monday a.m., 9.30\u{2013}12", "monday|am|,|9|.|30|\u{2013}|12"),
            ("\u{201c}Veterans' Day\u{201d}", "veterans|day"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let signs =
            tokens("Never on Tuesdays. 9.30\n").iter().filter(|token| token.lexeme == Lexeme::Sign(';')).count();
        assert_eq!(signs, 2);
    }
}
