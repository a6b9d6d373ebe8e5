//! Appending values to a buffer, without the formatting machinery where it would be slow.

use ibbi_core::{At, Event};
use ibbi_log::Uuid;
use std::io::{self, Write as _};

/// Appends a number in decimal digits.
pub(super) fn number(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut from = digits.len();
    loop {
        from -= 1;
        // A remainder modulo ten is one digit.
        digits[from] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[from..]);
}

/// Appends an ID in its hyphenated form.
pub(super) fn uuid(id: Uuid, out: &mut Vec<u8>) {
    out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
}

/// Appends an instant in UTC with milliseconds.
pub(super) fn instant(at: At, out: &mut Vec<u8>) {
    // Writing to a vector never fails.
    let _ = write!(out, "{at}");
}

/// Appends a text as a JSON string.
pub(super) fn json_string(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    Ok(serde_json::to_writer(out, text)?)
}

/// Appends the fields of an event as JSON, as in its ledger line.
pub(super) fn data(event: &Event, out: &mut Vec<u8>) -> io::Result<()> {
    Ok(event.serialize_data(&mut serde_json::Serializer::new(out))?)
}
