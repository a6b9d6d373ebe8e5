//! The encoding of a text.

use crate::ImportError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text, with the assumption under which it was read.
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// What was assumed, as a sentence.
    pub(crate) assumed: Option<String>,
}

/// Decodes UTF-8, UTF-16, or else Windows-1252, which most old programs for spreadsheets write.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, ImportError> {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.or_else(|| utf16_without_mark(bytes)).unwrap_or(UTF_8);
    let (text, _, is_wrong) = encoding.decode(bytes);
    if !is_wrong && !text.contains('\0') {
        let assumed = (encoding != UTF_8 && marked.is_none())
            .then(|| format!("The file doesn't say how its letters are stored. {} was assumed.", encoding.name()));
        return Ok(Decoded { text: text.into_owned(), assumed });
    }
    let (text, _, _) = WINDOWS_1252.decode(bytes);
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count();
    if odd > 0 {
        let message = "this is not a text, a calendar, or a spreadsheet; export it as .ics, CSV, or .xlsx";
        return Err(ImportError::Unknown(message.to_owned()));
    }
    let assumed = "The file is not UTF-8. Windows-1252 was assumed, so check the letters with accents.".to_owned();
    Ok(Decoded { text: text.into_owned(), assumed: Some(assumed) })
}

/// Returns UTF-16 if every other byte of the beginning is zero, as in western texts.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(64))?;
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let half = start.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, odd) if half > 1 && odd * 10 >= half * 9 => Some(UTF_16LE),
        (even, 0) if half > 1 && even * 10 >= half * 9 => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_recognized_or_assumed() {
        let utf16 = |big: bool, mark: bool| {
            let text = if mark { "\u{feff}Name,Thúy" } else { "Name,Thúy" };
            let units = text.encode_utf16();
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
        };
        for (bytes, assumed) in [
            ("Name,Thúy".as_bytes().to_vec(), None),
            ("\u{feff}Name,Thúy".as_bytes().to_vec(), None),
            (utf16(false, true), None),
            (utf16(true, true), None),
            (utf16(false, false), Some("UTF-16LE")),
            (utf16(true, false), Some("UTF-16BE")),
            (b"Name,Th\xfay".to_vec(), Some("Windows-1252")),
        ] {
            let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(decoded.text, "Name,Thúy");
            let said = decoded.assumed.unwrap_or_default();
            assert!(assumed.map_or(said.is_empty(), |assumed| said.contains(assumed)), "{said}");
        }
        assert!(matches!(decode(b"\x00\x01\x02\xff\xfe"), Err(ImportError::Unknown(_))));
    }
}
