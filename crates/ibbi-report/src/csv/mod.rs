//! Tables as CSV (RFC 4180), one function a table: UTF-8 without a byte order mark, lines ended by CR LF, a header row.
//!
//! Figures are plain: dates as `2027-01-06`, shares from 0 to 1, no thousands separators; what is not known is empty.
//!
//! # Formulas
//!
//! A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula and works it out, whoever wrote it. A
//! text from outside (a name, a label) whose first character that is not a blank is one of these, or their full-width
//! forms, or that begins with a tab, a carriage return or a line feed, is given an apostrophe in front. So is a text that
//! begins with an apostrophe; whoever needs the text as it was takes one leading apostrophe away. Figures of this program, such as -3.5, are left alone.
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
    advisories, assumptions, comparison, curve, gains, milestones, outcomes, percentiles, sessions, tornado,
};

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Nothing is known.
    Empty,
    /// A text, guarded against being taken for a formula.
    Text(String),
    /// A figure or a date of this program.
    Figure(String),
}

impl Field {
    /// A text.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A figure or a date.
    pub fn number(number: impl ToString) -> Self {
        Self::Figure(number.to_string())
    }

    /// A figure or a date, where there is one.
    pub fn some(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Empty, Self::number)
    }
}

/// A table that is being written.
#[derive(Debug, Clone)]
pub struct Csv(String);

impl Csv {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut csv = Self(String::new());
        csv.row(columns.iter().map(|column| Field::Figure((*column).to_owned())));
        csv
    }

    /// Adds a row; it should have as many fields as there are columns.
    pub fn row(&mut self, fields: impl IntoIterator<Item = Field>) {
        for (index, field) in fields.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            match field {
                Field::Empty => {}
                Field::Text(text) => quote(&guard(text), &mut self.0),
                Field::Figure(text) => quote(&text, &mut self.0),
            }
        }
        self.0.push_str("\r\n");
    }

    /// The whole table.
    pub fn finish(self) -> String {
        self.0
    }
}

fn guard(text: String) -> String {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}');
    let guarded = text.starts_with(['\t', '\r', '\n', '\'']) || text.trim_start().starts_with(formula);
    if guarded { format!("'{text}") } else { text }
}

fn quote(text: &str, into: &mut String) {
    if !text.contains([',', '"', '\r', '\n']) {
        return into.push_str(text);
    }
    into.push('"');
    into.push_str(&text.replace('"', "\"\""));
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_work_out_is_guarded() {
        let guarded = ["=1", "+1", "-1", "@SUM", "\t=1", "\r1", "\n1", " =1", "\u{ff1d}1", "'", "'=1"];
        for text in guarded {
            assert_eq!(guard(text.to_owned()), format!("'{text}"), "{text:?}");
        }
        for text in ["", "1", "a=1", "R. Amari", "(-1)"] {
            assert_eq!(guard(text.to_owned()), text);
        }
    }

    /// Reads CSV back by the rules of RFC 4180.
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
        fn any_text_reads_back_but_for_its_guard(texts in proptest::collection::vec("[-=+@',\"\r\n\ta-c é]{0,8}", 1..4)) {
            let mut csv = Csv::new(&["x"]);
            csv.row(texts.iter().map(Field::text));
            let rows = read(&csv.finish());
            let read: Vec<&str> = rows[1].iter().map(|text| text.strip_prefix('\'').unwrap_or(text)).collect();
            proptest::prop_assert_eq!(read, texts);
        }
    }
}
