//! Reading a scenario that is written as JSON.

use super::diagnose::Problems;

/// The key under which the JSON object is read as a TOML value.
pub(super) const KEY: &str = "json";

/// Returns the scenario as a TOML value under the key [`KEY`], or adds a problem. JSON's objects and lists are those of TOML with
/// other signs, so that one reader checks both, and the places of problems are those of the JSON text.
pub(super) fn as_toml(text: &str, problems: &mut Problems<'_>) -> Option<String> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let place = offset(text, error.line(), error.column());
        let expected = "a JSON object such as {\"district\": \"Maple Hollow\"}";
        problems.add(&(place..place), format!("this is not JSON ({error})"), expected);
        return None;
    }
    problems.shift(KEY.len() + 1);
    Some(toml_of(text))
}

/// Returns the offset in bytes of a line and column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

/// Returns valid JSON as a TOML value under a key.
fn toml_of(text: &str) -> String {
    let mut toml = format!("{KEY}=");
    let mut rest = text.trim_end().chars();
    let mut quoted = false;
    // White space before the object would end the line of the key.
    let mut begun = false;
    while let Some(char) = rest.next() {
        match (quoted, char) {
            (_, '"') => {
                quoted = !quoted;
                toml.push('"');
            }
            (true, '\\') => escape(&mut toml, &mut rest),
            (false, ':') => toml.push('='),
            (false, '\n' | '\r') if !begun => toml.push(' '),
            _ => toml.push(char),
        }
        begun |= char == '{';
    }
    toml.push('\n');
    toml
}

/// Copies an escape. TOML has no escape for `/`, and none for halves of a character.
fn escape(toml: &mut String, rest: &mut std::str::Chars<'_>) {
    let unit = |rest: &mut std::str::Chars<'_>| {
        let digits: String = rest.by_ref().take(4).collect();
        u16::from_str_radix(&digits, 16).unwrap_or(0)
    };
    match rest.next() {
        Some('/') => toml.push('/'),
        Some('u') => {
            let mut units = vec![unit(rest)];
            if units[0] & 0xFC00 == 0xD800 {
                rest.next();
                rest.next();
                units.push(unit(rest));
            }
            for char in char::decode_utf16(units) {
                let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
                toml.push_str(&format!("\\U{:08X}", u32::from(char)));
            }
        }
        Some(other) => toml.extend(['\\', other]),
        None => {}
    }
}
