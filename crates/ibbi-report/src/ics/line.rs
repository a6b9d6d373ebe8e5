//! Content lines: escaped, folded, and ended by CR LF.

/// The longest line, in octets without its end (RFC 5545, 3.1).
const LONGEST: usize = 75;

/// Lines of a file.
pub(super) struct Lines(String);

impl Lines {
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    /// Adds a line whose value comes from this program and needs no escape.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        fold(&format!("{name}:{value}"), &mut self.0);
    }

    /// Adds a line whose value is a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.raw(name, &escape(text));
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Escapes a text as a value (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns a text as it can be in a calendar. Control characters are not allowed; they become U+FFFD, which is visible.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() || crate::html::is_unseen(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// Folds a line between characters, so that no piece is too long. Each piece after the first starts with a blank, which
/// counts.
fn fold(line: &str, into: &mut String) {
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LONGEST {
            into.push_str("\r\n ");
            used = 1;
        }
        into.push(c);
        used += c.len_utf8();
    }
    into.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_by_the_standard() {
        let cases = [
            ("a, b; c \\ d", "a\\, b\\; c \\\\ d"),
            ("one\ntwo\r\nthree", "one\\ntwo\\nthree"),
            ("a\u{7}b\rc\u{202e}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("quotes \" and : stay", "quotes \" and : stay"),
        ];
        for (text, value) in cases {
            assert_eq!(escape(text), value);
        }
    }

    proptest::proptest! {
        #[test]
        fn lines_fold_at_75_octets_and_unfold(text in "[a-z é漢🙂,;]{0,200}") {
            let mut lines = Lines::new();
            lines.text("SUMMARY", &text);
            let folded = lines.finish();
            for line in folded.split_terminator("\r\n") {
                proptest::prop_assert!(line.len() <= LONGEST, "{} octets", line.len());
            }
            proptest::prop_assert_eq!(folded.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", escape(&text)));
        }

        #[test]
        fn folded_lines_are_as_long_as_possible(length in 1_usize..400) {
            let mut folded = String::new();
            fold(&"x".repeat(length), &mut folded);
            let expected = 1 + length.saturating_sub(LONGEST).div_ceil(LONGEST - 1);
            proptest::prop_assert_eq!(folded.split_terminator("\r\n").count(), expected);
        }
    }
}
