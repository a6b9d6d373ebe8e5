//! Writing XML. Texts are escaped only here.

use std::io::{self, Write};

/// A writer of an XML document, with an indent of two spaces for each level.
///
/// Values are escaped. Names of elements and attributes are not, because they are constants of this program.
#[derive(Debug, Default)]
pub(super) struct Xml {
    bytes: Vec<u8>,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins a document with its declaration.
    pub(super) fn new() -> Self {
        Self { bytes: b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec(), open: Vec::new() }
    }

    /// Opens an element with children.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.bytes.extend_from_slice(b">\n");
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.bytes.extend_from_slice(b"</");
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.extend_from_slice(b">\n");
        }
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.bytes.extend_from_slice(b"/>\n");
    }

    /// Writes an element with a text.
    pub(super) fn text(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        self.bytes.push(b'>');
        escape(text, &mut self.bytes);
        self.bytes.extend_from_slice(b"</");
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b">\n");
    }

    /// Returns the number of bytes in the buffer.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes the buffer to the output and clears it.
    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.bytes.push(b'<');
        self.bytes.extend_from_slice(name.as_bytes());
        for (key, value) in attributes {
            self.bytes.push(b' ');
            self.bytes.extend_from_slice(key.as_bytes());
            self.bytes.extend_from_slice(b"=\"");
            escape(value, &mut self.bytes);
            self.bytes.push(b'"');
        }
    }

    fn indent(&mut self) {
        const SPACES: &[u8] = b"                                ";
        let width = (2 * self.open.len()).min(SPACES.len());
        self.bytes.extend_from_slice(&SPACES[..width]);
    }
}

/// Appends a text so that a reader gets the same text, in an attribute or between tags.
///
/// Tabs and line breaks become character references, because a reader turns those of an attribute into spaces. `>` is always
/// escaped, so `]]>` can't occur. The core allows two characters that XML can't contain, U+FFFE and U+FFFF. They become
/// U+FFFD, like the control characters that the core refuses.
pub(super) fn escape(text: &str, out: &mut Vec<u8>) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let replacement: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\t' => b"&#9;",
            b'\n' => b"&#10;",
            b'\r' => b"&#13;",
            0..0x20 => "\u{FFFD}".as_bytes(),
            0xEF if matches!(text.as_bytes().get(at..at + 3), Some(b"\xEF\xBF\xBE" | b"\xEF\xBF\xBF")) => {
                out.extend_from_slice(&text.as_bytes()[plain_from..at]);
                out.extend_from_slice("\u{FFFD}".as_bytes());
                plain_from = at + 3;
                continue;
            }
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[plain_from..at]);
        out.extend_from_slice(replacement);
        plain_from = at + 1;
    }
    out.extend_from_slice(&text.as_bytes()[plain_from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(text: &str) -> String {
        let mut xml = Xml::new();
        xml.open("a", &[("b", text)]);
        xml.text("c", &[], text);
        xml.close();
        String::from_utf8(xml.bytes).unwrap()
    }

    #[test]
    fn texts_are_escaped() {
        for (text, expected) in [
            ("a & b < c > d \"e\" 'f'", "a &amp; b &lt; c &gt; d &quot;e&quot; 'f'"),
            ("]]>", "]]&gt;"),
            ("two\n\tlines\r", "two&#10;&#9;lines&#13;"),
            ("\u{1F600}\u{10FFFF}", "\u{1F600}\u{10FFFF}"),
            ("\u{FFFE}\u{FFFF}\u{FFFD}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("\u{0}\u{1B}", "\u{FFFD}\u{FFFD}"),
            ("", ""),
        ] {
            let mut out = Vec::new();
            escape(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_round_trips_except_for_what_xml_cannot_contain(text in any::<String>()) {
            let written = document(&text);
            let read = roxmltree::Document::parse(&written).unwrap();
            let writable = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
            let expected: String = text.chars().map(|c| if writable(c) { c } else { '\u{FFFD}' }).collect();
            prop_assert_eq!(read.root_element().attribute("b"), Some(expected.as_str()));
            prop_assert_eq!(read.root_element().first_element_child().unwrap().text().unwrap_or_default(), expected);
        }
    }
}
