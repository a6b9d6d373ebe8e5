//! A file as a table: its encoding, its separator, its header, and its rows.

use super::columns::Column;
use crate::error::AppError;
use ibbi_common::{format::count, spelling};

/// The longest file, in bytes.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The largest number of rows.
pub const MAX_ROWS: usize = 10_000;

/// A spreadsheet of past cases.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A row of a spreadsheet that is not empty.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The number that a spreadsheet shows beside the row: the header is usually row 1.
    pub(super) number: u64,
    cells: Vec<String>,
}

impl Table {
    /// Reads a table from the bytes of a CSV file.
    ///
    /// The file can begin with a byte order mark and be in UTF-8 or UTF-16. Commas, semicolons, or tabs separate the cells.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the file isn't such a table, with all problems of its header.
    pub fn read(bytes: &[u8]) -> Result<Self, AppError> {
        let text = decode(bytes)?;
        let (separator, skipped) = separator(&text);
        let body = text.get(skipped..).unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(body.as_bytes());
        let mut numbers = RowNumbers { body: body.as_bytes(), last: u64::from(skipped > 0) };
        // Without this check, one missing quote would hide all rows after it.
        let open_quote = !body.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2);
        let mut columns = None;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| usage(format!("the file is not CSV: {error}")))?;
            let number = numbers.next(&record);
            if open_quote && record.iter().any(|cell| cell.contains('\n')) {
                let message = format!("row {number}: a cell begins with a quote and has no closing quote; add it");
                return Err(usage(message));
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if columns.is_none() {
                columns = Some(header(&record)?);
                continue;
            }
            if rows.len() == MAX_ROWS {
                let most = count(MAX_ROWS as u64, "row", "rows");
                return Err(usage(format!("the file has more than {most}; split it into several files")));
            }
            rows.push(Row { number, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
        }
        match columns {
            None => Err(usage("the file is empty; its first row must name the columns".to_owned())),
            Some(_) if rows.is_empty() => {
                Err(usage("the file has no row below its header; write one row for each case".to_owned()))
            }
            Some(columns) => Ok(Self { columns, rows }),
        }
    }

    /// Returns the text of a cell, or `None` if it is empty or there is no such column.
    pub(super) fn cell<'a>(&self, row: &'a Row, column: Column) -> Option<&'a str> {
        let place = self.columns.iter().position(|known| *known == column)?;
        row.cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// Returns a message if a row has text to the right of the last column.
    pub(super) fn extra_cells(&self, row: &Row) -> Option<String> {
        let extra = row.cells.iter().skip(self.columns.len()).find(|cell| !cell.is_empty())?;
        let (found, expected) = (row.cells.len() as u64, self.columns.len() as u64);
        Some(format!(
            "the row has {}, but the header has {}; `{}` is in a column without a name. Put a cell that contains a \
             comma between quotes",
            count(found, "cell", "cells"),
            count(expected, "column", "columns"),
            spelling::echo(extra)
        ))
    }
}

fn usage(message: String) -> AppError {
    AppError::Usage(message)
}

/// Returns the text of a file, without a byte order mark.
fn decode(bytes: &[u8]) -> Result<String, AppError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks();
        let text: Result<String, _> = char::decode_utf16(pairs.iter().copied().map(unit)).collect();
        text.ok().filter(|_| rest.is_empty())
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            let message = "the file is a spreadsheet program's own file; save it as CSV UTF-8, and import that";
            return Err(usage(message.to_owned()));
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    match text {
        Some(text) if text.contains('\0') => Err(usage("the file is not text; save the table as CSV UTF-8".to_owned())),
        Some(text) => Ok(text),
        None => {
            let valid = String::from_utf8_lossy(bytes);
            let line = valid.split(char::REPLACEMENT_CHARACTER).next().map_or(1, |good| good.lines().count().max(1));
            Err(usage(format!("line {line} of the file is not in UTF-8; save the table as CSV UTF-8")))
        }
    }
}

/// Returns the separator of the cells, and the length of a first line `sep=;` that only names it.
fn separator(text: &str) -> (u8, usize) {
    let first = text.lines().next().unwrap_or_default();
    if let Some([separator]) = first.strip_prefix("sep=").map(|rest| rest.trim_end().as_bytes()) {
        return (*separator, text.find('\n').map_or(text.len(), |end| end + 1));
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte && !quoted) {
            *count += 1;
        }
    }
    // The first of equals is the comma.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    (most.map_or(b',', |(separator, _)| *separator), 0)
}

/// Returns the columns that a header names.
fn header(record: &csv::StringRecord) -> Result<Vec<Column>, AppError> {
    let mut problems = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let named = (0..record.len())
        .rev()
        .find(|index| record.get(*index).is_some_and(|cell| !cell.trim().is_empty()))
        .map_or(0, |last| last + 1);
    for (index, cell) in record.iter().take(named).enumerate() {
        match Column::from_header(cell) {
            Some(column) if columns.contains(&column) => {
                problems.push(format!("the column `{}` is there twice; keep one", column.name()));
            }
            Some(column) => columns.push(column),
            None if cell.trim().is_empty() => problems.push(format!("column {} has no name; name it", index + 1)),
            None => {
                let near = Column::nearest(cell);
                let hint = spelling::did_you_mean(near.as_deref());
                problems.push(format!("there is no column `{}`{hint}", spelling::echo(cell.trim())));
            }
        }
    }
    if !columns.contains(&Column::District) {
        problems.push("the column `district` is missing".to_owned());
    }
    if problems.is_empty() {
        return Ok(columns);
    }
    let list = "`ibbi import cases --columns` lists the columns; remove those that it doesn't list";
    Err(usage(format!("the header can't be used: {}; {list}", problems.join("; "))))
}

/// Counts the rows as a spreadsheet does, with the empty lines that the reader skips.
struct RowNumbers<'a> {
    body: &'a [u8],
    last: u64,
}

impl RowNumbers<'_> {
    fn next(&mut self, record: &csv::StringRecord) -> u64 {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let before = self.body.get(..start).and_then(<[u8]>::last);
        let mut rest = self.body.get(start..).unwrap_or_default();
        if let (Some(b'\r'), [b'\n', after @ ..]) = (before, rest) {
            rest = after;
        }
        let blank = &rest[..rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()];
        let pairs = blank.windows(2).filter(|pair| *pair == b"\r\n").count();
        self.last += (blank.len() - pairs) as u64 + 1;
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u64, Option<String>)> {
        let table = Table::read(bytes).unwrap();
        let cell = |row: &Row| (row.number, table.cell(row, Column::District).map(str::to_owned));
        table.rows.iter().map(cell).collect()
    }

    fn problem(bytes: &[u8]) -> String {
        Table::read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn encodings_and_separators_of_spreadsheets_are_read() {
        let text = "Opened;District\r\n9/9/2024;\"Birch; Valley\"\r\n";
        let utf16: Vec<u16> = text.encode_utf16().collect();
        let le: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let be: Vec<u8> = [0xFE, 0xFF].into_iter().chain(utf16.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        let marked = format!("\u{feff}{text}");
        let named = format!("sep=;\r\n{text}");
        for bytes in [text.as_bytes(), &le, &be, marked.as_bytes()] {
            assert_eq!(rows(bytes), [(2, Some("Birch; Valley".to_owned()))]);
        }
        assert_eq!(rows(named.as_bytes())[0].0, 3, "the line with the separator is a row too");
        assert_eq!(rows("opened\tdistrict\n1/2/2024\tOtter, Creek".as_bytes())[0].1.as_deref(), Some("Otter, Creek"));
        assert_eq!(rows(b"district\nA")[0], (2, Some("A".to_owned())));
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let numbers = |text: &str| rows(text.as_bytes()).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers("district,note\nA,\"two\nlines\"\nB,\n"), [2, 3]);
        assert_eq!(numbers("district,note\r\n\r\nA,x\r\n,\r\n\r\n\r\nB,y\r\n"), [3, 7]);
        assert_eq!(numbers("\n\ndistrict,note\nA,x\n\nB,y"), [4, 6]);
    }

    #[test]
    fn wrong_header_reports_all_its_problems() {
        let found = problem(b"District,labour team,opened,Opened,,phone\nA,,,,,\n");
        for excerpt in [
            "no column `labour team` (did you mean labor_team?)",
            "the column `opened` is there twice",
            "column 5 has no name",
            "no column `phone`;",
            "--columns",
        ] {
            assert!(found.contains(excerpt), "{excerpt}: {found}");
        }
        assert!(problem(b"opened\n9/9/2024\n").contains("`district` is missing"));
    }

    #[test]
    fn files_that_are_not_tables_are_refused_with_advice() {
        for (bytes, excerpt) in [
            (&b""[..], "the file is empty"),
            (b"\n \n", "the file is empty"),
            (b"district\n", "no row below its header"),
            (b"PK\x03\x04...", "save it as CSV UTF-8"),
            (b"district\nA\0B\n", "not text"),
            (b"district\nA\nCaf\xe9\n", "line 3 of the file is not in UTF-8"),
            (b"\xff\xfed", "not in UTF-8"),
            (b"district,note\nA,\"so\nB,x\nC,y\n", "row 2: a cell begins with a quote"),
        ] {
            assert!(problem(bytes).contains(excerpt), "{excerpt}: {}", problem(bytes));
        }
        let many = "district\n".to_owned() + &"A\n".repeat(MAX_ROWS + 1);
        assert!(problem(many.as_bytes()).contains("more than 10,000 rows"));
        assert_eq!(rows(&many.as_bytes()[..many.len() - 2]).len(), MAX_ROWS);
    }

    #[test]
    fn cells_beyond_the_header_are_reported() {
        let table = Table::read(b"district,reason\nA,snow, and ice\nB\nC,x,,\n").unwrap();
        let extra: Vec<_> = table.rows.iter().map(|row| table.extra_cells(row).is_some()).collect();
        assert_eq!(extra, [true, false, false]);
        assert!(table.extra_cells(&table.rows[0]).unwrap().contains("3 cells, but the header has 2 columns"));
    }
}
