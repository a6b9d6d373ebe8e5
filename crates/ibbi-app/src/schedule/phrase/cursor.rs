//! The place in the tokens at which the parser reads.

use super::lexer::{Lexeme, Token};
use super::{PhraseContext, Unclear};
use std::ops::Range;

/// The tokens, and the place of the next one.
pub(super) struct Cursor<'a> {
    pub(super) source: &'a str,
    pub(super) context: &'a PhraseContext<'a>,
    tokens: &'a [Token],
    /// The index of the next token.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(source: &'a str, tokens: &'a [Token], context: &'a PhraseContext<'a>) -> Self {
        Self { source, context, tokens, at: 0 }
    }

    pub(super) fn token(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    /// Returns a word ahead, or an empty text.
    pub(super) fn word(&self, ahead: usize) -> &'a str {
        self.token(ahead).filter(|token| token.lexeme == Lexeme::Word).map_or("", |token| &token.text)
    }

    /// Returns a number ahead with its count of digits.
    pub(super) fn number(&self, ahead: usize) -> Option<(u32, usize)> {
        match self.token(ahead)?.lexeme {
            Lexeme::Number(value, digits) => Some((value, digits)),
            _ => None,
        }
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.token(ahead).is_some_and(|token| token.lexeme == Lexeme::Sign(sign))
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Returns whether the clause ends here: at the end, or at a separator or a join.
    pub(super) fn is_stop(&self) -> bool {
        self.is_end()
            || self.is_sign(0, ';')
            || self.is_sign(0, ',')
            || matches!(self.word(0), "and" | "or" | "but")
            || self.is_sign(0, '&')
    }

    pub(super) fn eat_sign(&mut self, sign: char) -> bool {
        let found = self.is_sign(0, sign);
        self.at += usize::from(found);
        found
    }

    /// Moves over a word if it is one of these.
    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let found = words.contains(&self.word(0));
        self.at += usize::from(found);
        found
    }

    /// Moves over words if all of them follow.
    pub(super) fn eat_all<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> bool {
        let start = self.at;
        let all = words.into_iter().all(|word| self.eat(&[word]));
        if !all {
            self.at = start;
        }
        all
    }

    /// Moves over the join of a list: commas, `and`, `or`, `&`, `/`, and `+`. Returns whether there is one, and whether it
    /// is more than a comma.
    pub(super) fn eat_join(&mut self) -> Option<Join> {
        let start = self.at;
        self.eat_sign(',');
        let word = self.eat(&["and", "or"]) || ['&', '/', '+'].iter().any(|sign| self.eat_sign(*sign));
        (self.at > start).then_some(if word { Join::Word } else { Join::Comma })
    }

    /// Reads something, and goes back if it isn't there.
    pub(super) fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Option<T>, Unclear>,
    ) -> Result<Option<T>, Unclear> {
        let start = self.at;
        let found = read(self);
        if !matches!(found, Ok(Some(_))) {
            self.at = start;
        }
        found
    }

    /// Returns the bytes of the tokens from an index up to the next token.
    pub(super) fn place(&self, from: usize) -> Range<usize> {
        let start = self.tokens.get(from).map_or(self.source.len(), |token| token.place.start);
        let last = self.at.max(from + 1).min(self.tokens.len());
        let end = last.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.place.end);
        start..end.max(start)
    }

    /// Returns the words of the tokens from an index up to the next token.
    pub(super) fn words(&self, from: usize) -> &'a str {
        self.source.get(self.place(from)).unwrap_or_default()
    }

    /// Returns the index of the first byte of a token.
    pub(super) fn start_of(&self, token: usize) -> usize {
        self.tokens.get(token).map_or(self.source.len(), |token| token.place.start)
    }

    /// Returns whether the last token is a word.
    pub(super) fn is_after(&self, word: &str) -> bool {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).is_some_and(|last| last.text == word)
    }

    /// Returns the word at an index, or an empty text.
    pub(super) fn word_at(&self, at: usize) -> &'a str {
        self.tokens.get(at).filter(|token| token.lexeme == Lexeme::Word).map_or("", |token| &token.text)
    }

    /// Returns whether a day is at an index: a day of the week, `10/5`, or `Oct 5`; but not a month or a year.
    pub(super) fn is_day_at(&self, at: usize) -> bool {
        let is_number = |at: usize| matches!(self.tokens.get(at).map(|it| it.lexeme), Some(Lexeme::Number(_, 1 | 2)));
        let is_slash = |at: usize| self.tokens.get(at).is_some_and(|it| it.lexeme == Lexeme::Sign('/'));
        let word = self.word_at(at);
        is_number(at) && is_slash(at + 1)
            || super::vocabulary::month(word).is_some() && is_number(at + 1)
            || super::vocabulary::weekdays(word).is_some()
    }

    /// Returns whether the token before is a month.
    pub(super) fn is_after_month(&self) -> bool {
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.is_some_and(|last| super::vocabulary::month(&last.text).is_some())
    }

    /// Returns a problem with some bytes of the text.
    pub(super) fn unclear_at(&self, place: Range<usize>, message: impl Into<String>, options: Vec<String>) -> Unclear {
        let words = self.source.get(place.clone()).unwrap_or_default().to_owned();
        Unclear { words, place, message: message.into(), options }
    }

    /// Returns a problem with the tokens from an index up to the next token.
    pub(super) fn unclear(&self, from: usize, message: impl Into<String>, options: Vec<String>) -> Unclear {
        self.unclear_at(self.place(from), message, options)
    }
}

/// How two elements of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Only a comma.
    Comma,
    /// `and`, `or`, or a sign for them.
    Word,
}
