//! A table as rows of texts.

use crate::{ImportError, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};

/// A sheet, or the rows of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// The name of the sheet, in a workbook.
    pub(crate) sheet: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// The number that a spreadsheet shows beside it.
    pub(crate) number: usize,
    /// Trimmed texts. Cells at the end can be missing.
    pub(crate) cells: Vec<String>,
}

impl Row {
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }
}

impl Grid {
    /// Returns the number of columns.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// Returns where a cell is: `row 3, column C`, or `sheet "Fall", cell C3`.
    pub(crate) fn place(&self, row: &Row, column: usize) -> String {
        match &self.sheet {
            Some(sheet) => format!("sheet \"{sheet}\", cell {}{}", letters(column), row.number),
            None => format!("row {}, column {}", row.number, letters(column)),
        }
    }

    /// Returns where a row is: `row 3`.
    pub(crate) fn row_place(&self, row: &Row) -> String {
        match &self.sheet {
            Some(sheet) => format!("sheet \"{sheet}\", row {}", row.number),
            None => format!("row {}", row.number),
        }
    }
}

/// Returns the letters of a column: `A` to `Z`, `AA`, and so on.
pub(crate) fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// Returns a text in one line, without spaces around it and without more than one between its words.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Counts the cells of a file as they are added.
#[derive(Debug, Default)]
pub(crate) struct CellCount(usize);

impl CellCount {
    /// Counts a cell at a place that is not empty.
    pub(crate) fn add(&mut self, row: usize, column: usize) -> Result<(), ImportError> {
        self.0 += 1;
        let what = if row >= MAX_ROWS {
            format!("{MAX_ROWS} rows")
        } else if column >= MAX_COLUMNS {
            format!("{MAX_COLUMNS} columns")
        } else if self.0 > MAX_CELLS {
            format!("{MAX_CELLS} cells")
        } else {
            return Ok(());
        };
        Err(ImportError::TooLarge(format!("the file has more than {what}; export fewer days or people")))
    }
}

/// Reads separated values. Returns `None` if the text has no columns.
pub(crate) fn of_text(text: &str) -> Result<Option<Grid>, ImportError> {
    let (text, skipped, said) = match text.split_once('\n') {
        // Some programs write the separator in the first line.
        Some((first, rest)) => match first.trim().strip_prefix("sep=").and_then(|sign| sign.bytes().next()) {
            Some(sign) => (rest, 1, Some(sign)),
            None => (text, 0, None),
        },
        None => (text, 0, None),
    };
    let Some(separator) = said.or_else(|| separator(text)) else { return Ok(None) };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let (mut count, mut rows) = (CellCount::default(), Vec::new());
    let mut number = skipped;
    for record in reader.records() {
        let record = record.map_err(|error| ImportError::Unknown(format!("the file is not CSV: {error}")))?;
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        number += 1 + empty_lines(text.as_bytes(), start);
        let mut cells = Vec::new();
        for (column, cell) in record.iter().enumerate() {
            let cell = one_line(cell);
            if !cell.is_empty() {
                count.add(rows.len(), column)?;
            }
            cells.push(cell);
        }
        if cells.len() > MAX_COLUMNS {
            count.add(0, cells.len())?;
        }
        rows.push(Row { number, cells });
    }
    Ok(Some(Grid { sheet: None, rows }))
}

/// Returns how many empty lines the reader skips before a record, from the end of the one before.
fn empty_lines(text: &[u8], start: usize) -> usize {
    let before = text.get(..start).and_then(<[u8]>::last);
    let mut rest = text.get(start..).unwrap_or_default();
    if let (Some(b'\r'), [b'\n', after @ ..]) = (before, rest) {
        rest = after;
    }
    let blank = &rest[..rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()];
    blank.len() - blank.windows(2).filter(|pair| *pair == b"\r\n").count()
}

/// Returns the separator of the columns: the one that splits most lines the most evenly.
fn separator(text: &str) -> Option<u8> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(50).collect();
    let scored = [b'\t', b';', b','].into_iter().filter_map(|sign| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, sign)).collect();
        let with = counts.iter().filter(|count| **count > 0).count();
        let most = counts.iter().copied().max().unwrap_or(0);
        // A comma or a semicolon can also be in a text, and a table can have lines above it without one.
        let is_table = if sign == b'\t' { with > 0 } else { with > 1 && with * 2 > lines.len() };
        let phrases = lines.iter().filter(|line| is_phrase_line(line, sign)).count();
        let is_phrases = sign != b'\t' && phrases * 2 > lines.len();
        (is_table && !is_phrases).then_some((with, most, sign))
    });
    scored.max().map(|(.., sign)| sign)
}

/// Returns whether a colon is before the first separator: `Kevin Almeida: never Tuesdays, Oct 5-9`.
fn is_phrase_line(line: &str, separator: u8) -> bool {
    let start = line.split(char::from(separator)).next().unwrap_or_default();
    let Some((name, _)) = start.split_once(':') else { return false };
    !name.is_empty() && !name.starts_with('"') && !name.ends_with(|c: char| c.is_ascii_digit())
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    let counted = line.bytes().filter(|byte| {
        quoted ^= *byte == b'"';
        *byte == sign && !quoted
    });
    counted.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_numbers_of_a_spreadsheet() {
        let grid = of_text("sep=;\nName;Note\n\n\"A\";\"two\nlines\"\nB;x").unwrap().unwrap();
        let rows: Vec<(usize, &str)> = grid.rows.iter().map(|row| (row.number, row.cell(0))).collect();
        assert_eq!(rows, [(2, "Name"), (4, "A"), (5, "B")]);
        assert_eq!(grid.place(&grid.rows[2], 27), "row 5, column AB");
    }

    #[test]
    fn separator_is_found_by_content() {
        for (text, separator) in [
            ("Name,Oct 5\nA,x", Some(b',')),
            ("Name;Oct 5\nA;x, but late", Some(b';')),
            ("Name\tOct 5, 2026\nA\tx", Some(b'\t')),
            ("Kevin Almeida: never Tuesdays, Oct 5-9\nDana: Mon, Wed", None),
            ("never Tuesdays", None),
        ] {
            assert_eq!(super::separator(text), separator, "{text}");
        }
    }
}
