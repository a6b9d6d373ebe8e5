//! Errors in JSON, in plain words.

/// Returns an error of the JSON reader in plain words, with the position first.
///
/// ```
/// let error = serde_json::from_str::<Vec<u8>>("[1, 300]").unwrap_err();
/// let expected = "line 1, column 7: invalid value: integer `300`, expected a whole number from 0 to 255";
/// assert_eq!(ibbi_app::input::json_error_text(&error), expected);
/// ```
pub fn json_error_text(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let mut text = match text.strip_suffix(&place) {
        Some(text) => format!("line {}, column {}: {text}", error.line(), error.column()),
        None => text,
    };
    for (word, plain) in [
        ("EOF while parsing ", "it ends in the middle of "),
        ("invalid type: sequence,", "wrong kind of value: a list,"),
        ("invalid type: map,", "wrong kind of value: an object,"),
        ("invalid type: ", "wrong kind of value: "),
        ("unknown field ", "unknown key "),
        ("missing field ", "missing key "),
        ("duplicate field ", "duplicate key "),
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected u64", "expected a whole number"),
        ("expected a map", "expected an object"),
        ("expected a sequence", "expected a list"),
    ] {
        text = text.replace(word, plain);
    }
    if let Some(at) = text.find("UUID parsing failed") {
        text.truncate(at);
        text.push_str("not an id such as 01920000-0000-7000-8000-000000000001");
    }
    if let Some(at) = text.find("expected struct ") {
        let name = text[at + 16..].find([' ', ',']).map_or(text.len(), |end| at + 16 + end);
        text.replace_range(at..name, "expected an object");
    }
    text
}
