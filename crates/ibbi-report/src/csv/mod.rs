//! Tables as CSV (RFC 4180), one function per table: UTF-8 without a byte order mark, lines ended by CR LF, a header row.
//!
//! Values are for machines: dates as `2027-01-06`, shares from 0 to 1, no thousands separators. Unknown values are empty.
//!
//! # Formulas
//!
//! A spreadsheet treats a text that starts with `=`, `+`, `-`, or `@` as a formula. So a text from outside (a name, a
//! label) gets an apostrophe in front if its first character other than a blank is one of these, or their full-width
//! form, or if it starts with a tab, a carriage return, or a line feed. So does a text that starts with an apostrophe. To
//! restore the text, remove one leading apostrophe. Figures of this program, such as -3.5, are not changed.
//!
//! ```
//! use ibbi_report::csv::{Csv, Field};
//! let mut csv = Csv::new(&["name", "days"]);
//! csv.row([Field::text("=1+1"), Field::number(-3)]);
//! csv.row([Field::text("a, \"b\""), Field::Empty]);
//! assert_eq!(csv.finish(), "name,days\r\n'=1+1,-3\r\n\"a, \"\"b\"\"\",\r\n");
//! ```

mod audit;
mod tables;

pub use audit::{cases, findings, months, stages, variants};
pub use tables::{
    advisories, assumptions, comparison, curve, dates, deadlines, drivers, favors, gains, milestones, outcomes,
    sessions,
};

use ::csv::{Terminator, Writer, WriterBuilder};

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// An unknown value.
    Empty,
    /// A text, which can't act as a formula.
    Text(String),
    /// A figure or a date of this program.
    Figure(String),
}

impl Field {
    /// Creates a text.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// Creates a figure or a date.
    pub fn number(number: impl ToString) -> Self {
        Self::Figure(number.to_string())
    }

    /// Creates a figure or a date, or an empty field.
    pub fn some(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Empty, Self::number)
    }
}

/// A table under construction.
pub struct Csv(Writer<Vec<u8>>);

impl Csv {
    /// Creates a table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut csv = Self(WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new()));
        csv.row(columns.iter().map(|column| Field::Figure((*column).to_owned())));
        csv
    }

    /// Adds a row. It should have one field per column.
    pub fn row(&mut self, fields: impl IntoIterator<Item = Field>) {
        let texts = fields.into_iter().map(|field| match field {
            Field::Empty => String::new(),
            Field::Text(text) => guard(text),
            Field::Figure(text) => text,
        });
        self.0.write_record(texts.collect::<Vec<_>>()).expect("writing to memory does not fail");
    }

    /// Returns the whole table.
    pub fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("writing to memory does not fail");
        String::from_utf8(bytes).expect("all fields are texts")
    }
}

/// Puts an apostrophe in front of a text that a spreadsheet would treat as a formula.
fn guard(text: String) -> String {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}');
    let guarded = text.starts_with(['\t', '\r', '\n', '\'']) || text.trim_start().starts_with(formula);
    if guarded { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded() {
        let guarded = ["=1", "+1", "-1", "@SUM", "\t=1", "\r1", "\n1", " =1", "\u{ff1d}1", "'", "'=1"];
        for text in guarded {
            assert_eq!(guard(text.to_owned()), format!("'{text}"), "{text:?}");
        }
        for text in ["", "1", "a=1", "R. Amari", "(-1)"] {
            assert_eq!(guard(text.to_owned()), text);
        }
    }

    /// Reads CSV by the rules of RFC 4180, independently of the crate that writes it.
    fn read(csv: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = csv.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\r' if !quoted && chars.next_if_eq(&'\n').is_some() => {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                c => field.push(c),
            }
        }
        rows
    }

    proptest::proptest! {
        #[test]
        fn texts_read_back_without_their_guard(texts in proptest::collection::vec("[-=+@',\"\r\n\ta-c é]{0,8}", 1..4)) {
            let mut csv = Csv::new(&["x"]);
            csv.row(texts.iter().map(Field::text));
            let rows = read(&csv.finish());
            let read: Vec<&str> = rows[1].iter().map(|text| text.strip_prefix('\'').unwrap_or(text)).collect();
            proptest::prop_assert_eq!(read, texts);
        }
    }
}
