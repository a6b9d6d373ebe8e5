//! A small JSON reader for explanations. It accepts only the canonical form, and knows exactly where a line is wrong.
//!
//! It shares no code with the fast reader, so that each can be tested against the other. It is handwritten because a general
//! JSON parser doesn't report white space, the order of keys, or another spelling.

use crate::FaultKind;
use crate::line::MAX_NUMBER;
use std::ops::Range;

/// The nesting limit, which is deeper than any record.
const MAX_DEPTH: usize = 16;

/// The longest part of a wrong token in a message, in characters.
const ECHO: usize = 40;

/// A value and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

/// A value. Arrays and the words (`true`, `false`, `null`) keep nothing, because no field of an envelope is one.
#[derive(Debug)]
pub(crate) enum Value {
    Object(Vec<(String, usize, Node)>),
    Text(String),
    Number(u64),
    Other,
}

/// A fault and its place in the line.
pub(crate) type Found = (usize, FaultKind);

/// Reads a whole line as one value.
pub(crate) fn read(line: &str) -> Result<Node, Found> {
    let mut reader = Reader { text: line, at: 0 };
    let node = reader.value(0)?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.unexpected("the end of the line")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Returns the fault that something was expected and something else was found.
    fn unexpected(&self, expected: &'static str) -> Found {
        let kind = match self.peek() {
            Some(b' ' | b'\t' | b'\r') => FaultKind::WhiteSpace,
            _ => FaultKind::Syntax { expected },
        };
        (self.at, kind)
    }

    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), Found> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Found> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err((start, FaultKind::TooDeep { limit: MAX_DEPTH }));
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Node { span: start..self.at, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Found> {
        self.take(b'{', "`{`")?;
        let mut fields: Vec<(String, usize, Node)> = Vec::new();
        while self.peek() != Some(b'}') {
            if !fields.is_empty() {
                self.take(b',', "`,` or `}`")?;
            }
            let place = self.at;
            let key = self.string()?;
            if fields.iter().any(|(known, ..)| *known == key) {
                return Err((place, FaultKind::DuplicateKey { key }));
            }
            if let Some((after, ..)) = fields.last().filter(|(last, ..)| *last > key) {
                return Err((place, FaultKind::KeyOrder { key, after: after.clone() }));
            }
            self.take(b':', "`:`")?;
            fields.push((key, place, self.value(depth + 1)?));
        }
        self.at += 1;
        Ok(Value::Object(fields))
    }

    fn array(&mut self, depth: usize) -> Result<Value, Found> {
        self.take(b'[', "`[`")?;
        let mut first = true;
        while self.peek() != Some(b']') {
            if !first {
                self.take(b',', "`,` or `]`")?;
            }
            self.value(depth + 1)?;
            first = false;
        }
        self.at += 1;
        Ok(Value::Other)
    }

    fn string(&mut self) -> Result<String, Found> {
        self.take(b'"', "`\"`")?;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let mut characters = rest.chars();
            let character = match characters.next() {
                None => return Err((self.at, FaultKind::Syntax { expected: "the closing quote of a string" })),
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => {
                    let escaped = match characters.next() {
                        Some(quoted @ ('"' | '\\')) => quoted,
                        Some('n') => '\n',
                        Some('t') => '\t',
                        other => {
                            let length = if other == Some('u') { 6 } else { 2 };
                            return Err((self.at, FaultKind::Escape { escape: rest.chars().take(length).collect() }));
                        }
                    };
                    self.at += 1;
                    escaped
                }
                Some(control) if control < ' ' || control == '\u{7f}' => {
                    return Err((self.at, FaultKind::ControlCharacter { code: control.into() }));
                }
                Some(plain) => plain,
            };
            text.push(character);
            self.at += character.len_utf8();
        }
    }

    fn number(&mut self) -> Result<u64, Found> {
        let start = self.at;
        let part = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        while self.peek().is_some_and(part) {
            self.at += 1;
        }
        let found = &self.text[start..self.at];
        let plain = found == "0" || (found.bytes().all(|byte| byte.is_ascii_digit()) && !found.starts_with('0'));
        let number = found.parse().ok().filter(|&number: &u64| plain && number <= MAX_NUMBER);
        number.ok_or_else(|| (start, FaultKind::Number { found: found.chars().take(ECHO).collect() }))
    }

    fn word(&mut self) -> Result<Value, Found> {
        for word in ["true", "false", "null"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(Value::Other);
            }
        }
        Err(self.unexpected("a value"))
    }
}
