//! Workbooks: .xlsx, .ods, and .xls.

use crate::grid::{CellCount, Grid, Row, one_line};
use crate::{ImportError, MAX_SHEETS};
use calamine::{Data, DataRef, Ods, Range, Reader, Xls, Xlsx};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use std::io::{Cursor, Read as _};

/// The most bytes of a workbook after it is unpacked.
const MAX_UNPACKED: u64 = 64 << 20;
/// The most parts of a workbook.
const MAX_PARTS: usize = 2_000;
/// The most cells that the tables of a workbook can have, with the empty ones among them.
const MOST_CELLS: u64 = 4_000_000;
/// The most bytes of all texts in the cells of a workbook. One text of the file can be in many cells.
const MOST_TEXT: u64 = 16 << 20;
/// The largest .xls file. It isn't packed, but it can claim a large table.
const MAX_XLS: usize = 4 << 20;

/// Reads the sheets of a workbook. Returns `None` if it isn't one.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<Vec<Grid>>, ImportError> {
    // The reader of spreadsheets can panic on a damaged file. It shares nothing with the rest of the program.
    let read = std::panic::catch_unwind(|| read_sheets(bytes));
    read.unwrap_or_else(|_| Err(damaged("its content is damaged")))
}

fn read_sheets(bytes: &[u8]) -> Result<Option<Vec<Grid>>, ImportError> {
    if bytes.starts_with(b"PK\x03\x04") {
        let content = check_unpacked(bytes)?;
        return if content.is_ods { ods(bytes, &content.text).map(Some) } else { xlsx(bytes).map(Some) };
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return xls(bytes).map(Some);
    }
    Ok(None)
}

fn damaged(error: impl std::fmt::Display) -> ImportError {
    ImportError::Unknown(format!("the spreadsheet can't be read ({error}); open it, and save it again as .xlsx or CSV"))
}

fn too_large(what: &str) -> ImportError {
    ImportError::TooLarge(format!("the spreadsheet {what}; export fewer days or people, or save it as CSV"))
}

/// The content of an OpenDocument file, if it is one.
struct Content {
    is_ods: bool,
    text: Vec<u8>,
}

/// Unpacks everything once without keeping it: what a file claims about its size can be wrong.
fn check_unpacked(bytes: &[u8]) -> Result<Content, ImportError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(too_large("has too many parts"));
    }
    let mut content = Content { is_ods: false, text: Vec::new() };
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let is_content = part.name().map_err(damaged)? == "content.xml";
        let mut unpacked = Vec::new();
        let read = part.take(left + 1).read_to_end(&mut unpacked).map_err(damaged)? as u64;
        left = left.checked_sub(read).ok_or_else(|| too_large("is too large when it is unpacked"))?;
        check_claims(&unpacked)?;
        if is_content {
            content = Content { is_ods: true, text: unpacked };
        }
    }
    Ok(content)
}

/// Refuses a part that claims to have many texts: the reader takes memory for them before it reads them.
fn check_claims(part: &[u8]) -> Result<(), ImportError> {
    // In UTF-16, the claim would not be found.
    if [[0xFF, 0xFE], [0xFE, 0xFF], [b'<', 0], [0, b'<']].iter().any(|start| part.starts_with(start)) {
        return Err(damaged("a part of it is not UTF-8"));
    }
    let text = String::from_utf8_lossy(part);
    let claims = text.match_indices("uniqueCount").filter_map(|(place, name)| {
        let digits = text.get(place + name.len()..)?.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'', '+']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end)
    });
    let is_large = |digits: &str| digits.parse::<u64>().map_or(!digits.is_empty(), |count| count > MOST_CELLS);
    if claims.into_iter().any(is_large) { Err(too_large("claims to have too many texts")) } else { Ok(()) }
}

fn check_sheets(count: usize) -> Result<(), ImportError> {
    if count > MAX_SHEETS { Err(too_large(&format!("has more than {MAX_SHEETS} sheets"))) } else { Ok(()) }
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Grid>, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = book.sheet_names();
    check_sheets(names.len())?;
    let (mut grids, mut count) = (Vec::new(), CellCount::default());
    let mut left = MOST_TEXT;
    for name in names {
        let mut cells = Cells::default();
        // Cell by cell, since a table with one cell far away would take all memory.
        let mut reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A sheet with a chart has no cells.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(damaged(error)),
        };
        while let Some(cell) = reader.next_cell().map_err(damaged)? {
            let length = match cell.get_value() {
                DataRef::SharedString(text) => text.len() as u64,
                _ => 0,
            };
            left = left.checked_sub(length).ok_or_else(|| too_large("repeats too much text"))?;
            cells.add(cell.get_position(), &Data::from(cell.get_value().clone()), &mut count)?;
        }
        grids.push(cells.grid(name));
    }
    Ok(grids)
}

fn ods(bytes: &[u8], content: &[u8]) -> Result<Vec<Grid>, ImportError> {
    check_repeated(content)?;
    sheets(Ods::new(Cursor::new(bytes)).map_err(damaged)?)
}

fn xls(bytes: &[u8]) -> Result<Vec<Grid>, ImportError> {
    if bytes.len() > MAX_XLS {
        return Err(too_large(&format!("is larger than {} MB", MAX_XLS >> 20)));
    }
    check_biff(bytes)?;
    sheets(Xls::new(Cursor::new(bytes)).map_err(damaged)?)
}

/// Reads the sheets of a workbook that has checked sizes.
fn sheets<'a, B: Reader<Cursor<&'a [u8]>>>(mut book: B) -> Result<Vec<Grid>, ImportError>
where
    B::Error: std::fmt::Display,
{
    let names = book.sheet_names();
    check_sheets(names.len())?;
    let mut count = CellCount::default();
    let mut grid = |name: String| {
        let range = book.worksheet_range(&name).map_err(damaged)?;
        of_range(name, &range, &mut count)
    };
    names.into_iter().map(&mut grid).collect()
}

/// Refuses a file with cells so far apart that the tables between them would take all memory.
///
/// The content of an .xls file is a list of records (\[MS-XLS\] 2.1.4): the number of a kind, a length, and data. A record of a cell
/// starts with its row and its column.
fn check_biff(bytes: &[u8]) -> Result<(), ImportError> {
    const BEGINNING: u16 = 0x0809;
    const DIMENSIONS: u16 = 0x0200;
    // A text has at most 65,535 characters. Which text a cell has isn't looked at.
    const LONGEST: u64 = 2 << 16;
    const MOST_SHARED: u64 = 512 << 20;
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name));
    let name = name.ok_or_else(|| damaged("it has no workbook"))?;
    let mut content = Vec::new();
    let stream = file.open_stream(name).map_err(damaged)?;
    stream.take(MAX_UNPACKED).read_to_end(&mut content).map_err(damaged)?;
    let mut rest = content.as_slice();
    let (mut cells, mut rows, mut columns) = (0_u64, 0_u64, 0_u64);
    // The bytes of the texts, and how many cells have one of them.
    let (mut texts, mut shared) = (0_u64, 0_u64);
    while let [kind, kind_high, length, length_high, after @ ..] = rest {
        let number = |low: &u8, high: &u8| u16::from_le_bytes([*low, *high]);
        let data = after.get(..usize::from(number(length, length_high))).unwrap_or(after);
        match number(kind, kind_high) {
            0x00FC | 0x003C => texts += data.len() as u64,
            0x00FD => shared += 1,
            _ => {}
        }
        match (number(kind, kind_high), data) {
            (BEGINNING, _) => (rows, columns) = (0, 0),
            (DIMENSIONS, data) => cells += claimed(data).ok_or_else(|| damaged("the size of a table is wrong"))?,
            // Numbers, texts, formulas, and several numbers in a row.
            (
                0x0006 | 0x00BD | 0x00D6 | 0x00FD | 0x0203..=0x0206 | 0x027E | 0x0406,
                [row, row_high, column, column_high, rest @ ..],
            ) => {
                let before = rows * columns;
                rows = rows.max(u64::from(number(row, row_high)) + 1);
                // Several numbers have six bytes each.
                columns = columns.max(u64::from(number(column, column_high)) + 1 + rest.len() as u64 / 6);
                cells += rows * columns - before;
            }
            _ => {}
        }
        if cells > MOST_CELLS {
            return Err(too_large("has cells too far apart"));
        }
        if texts.min(LONGEST).saturating_mul(shared) > MOST_SHARED {
            return Err(too_large("repeats too much text"));
        }
        rest = after.get(data.len()..).unwrap_or_default();
    }
    Ok(())
}

/// Returns how many cells a table claims to have: its first row and the one after its last, and the same for columns.
fn claimed(data: &[u8]) -> Option<u64> {
    let short = |at: usize| data.get(at..at + 2).map(|two| u64::from(two[0]) + (u64::from(two[1]) << 8));
    let long = |at: usize| Some(short(at)? + (short(at + 2)? << 16));
    // Earlier versions have rows of two bytes.
    let (rows, columns) = match data.len() {
        10 => ((short(0)?, short(2)?), (short(4)?, short(6)?)),
        _ => ((long(0)?, long(4)?), (short(8)?, short(10)?)),
    };
    let length =
        |(first, end): (u64, u64), most: u64| if end <= most { end.max(first + 1).checked_sub(first) } else { None };
    let is_ordered = |(first, end): (u64, u64)| end == 0 || first < end;
    let fits = is_ordered(rows) && is_ordered(columns);
    fits.then(|| Some(length(rows, 1 << 16)? * length(columns, 1 << 8)?)).flatten()
}

/// Refuses content in which few words stand for many cells that are not empty.
///
/// A row that is repeated counts as often as it is, up to its last cell that has a value. Empty rows and cells at the end don't count.
fn check_repeated(content: &[u8]) -> Result<(), ImportError> {
    let text = String::from_utf8_lossy(content);
    let attribute = |tag: &str, name: &str| -> u64 {
        let value = tag.split_once(name).and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
        value.and_then(|value| value.parse().ok()).unwrap_or(1)
    };
    let (mut cells, mut bytes) = (0_u64, 0_u64);
    for row in text.split("<table:table-row").skip(1) {
        let (tag, inside) = row.split_once('>').unwrap_or((row, ""));
        let times = attribute(tag, "number-rows-repeated");
        let (mut width, mut used, mut length) = (0_u64, 0, 0_u64);
        for cell in inside.split("table-cell").skip(1) {
            let Some((tag, after)) = cell.split_once('>') else { continue };
            if tag.is_empty() {
                // The end of a cell.
                continue;
            }
            let repeated = attribute(tag, "number-columns-repeated");
            width = width.saturating_add(repeated);
            if tag.contains("value") || !tag.ends_with('/') && after.starts_with('<') && !after.starts_with("</") {
                used = width;
                length = length.saturating_add(repeated.saturating_mul((tag.len() + after.len()) as u64));
            }
        }
        bytes = bytes.saturating_add(length.saturating_mul(times));
        cells = cells.saturating_add(used.saturating_mul(times));
    }
    match () {
        () if cells > MOST_CELLS => Err(too_large("repeats too many cells")),
        () if bytes > MAX_UNPACKED => Err(too_large("repeats too much text")),
        () => Ok(()),
    }
}

fn of_range(name: String, range: &Range<Data>, count: &mut CellCount) -> Result<Grid, ImportError> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut cells = Cells::default();
    for (row, column, value) in range.used_cells() {
        let place = |first: u32, index: usize| first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        cells.add((place(first_row, row), place(first_column, column)), value, count)?;
    }
    Ok(cells.grid(name))
}

#[derive(Default)]
struct Cells(std::collections::BTreeMap<usize, Vec<String>>);

impl Cells {
    fn add(&mut self, (row, column): (u32, u32), value: &Data, count: &mut CellCount) -> Result<(), ImportError> {
        let text = cell_text(value);
        if text.is_empty() {
            return Ok(());
        }
        let (row, column) = (row as usize, column as usize);
        count.add(row, column)?;
        let cells = self.0.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        Ok(())
    }

    fn grid(self, name: String) -> Grid {
        let rows = self.0.into_iter().map(|(row, cells)| Row { number: row + 1, cells });
        Grid { sheet: Some(ibbi_common::spelling::echo(&name)), rows: rows.collect() }
    }
}

/// Returns the text of a cell. Dates and times have their ISO form.
fn cell_text(value: &Data) -> String {
    match value {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) => one_line(text),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Data::DateTime(moment) => serial_text(moment),
        Data::DateTimeIso(text) => iso_text(text),
        Data::DurationIso(text) => duration_text(text),
        #[allow(unreachable_patterns, reason = "later versions can have more kinds")]
        other => one_line(&other.to_string()),
    }
}

/// Returns the date and the time of a cell.
fn serial_text(value: &calamine::ExcelDateTime) -> String {
    let days = value.as_f64();
    let minutes = ((days - days.floor()) * 24.0 * 60.0).round();
    let (year, month, day, ..) = value.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()).and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = date.and_then(|date| date.checked_add_signed(Duration::minutes(minutes as i64)));
    let Some(moment) = moment else { return days.to_string() };
    let is_time = value.is_duration() || (0.0..1.0).contains(&days);
    moment_text(moment, !is_time, is_time || minutes > 0.0)
}

fn moment_text(moment: NaiveDateTime, date: bool, time: bool) -> String {
    let form = match (date, time) {
        (true, true) => "%Y-%m-%d %H:%M",
        (true, false) => "%Y-%m-%d",
        _ => "%H:%M",
    };
    moment.format(form).to_string()
}

fn iso_text(text: &str) -> String {
    let moment = text.parse::<NaiveDateTime>().ok();
    let midnight = |moment: NaiveDateTime| moment.time() == chrono::NaiveTime::MIN;
    moment.map_or_else(|| one_line(text), |moment| moment_text(moment, true, !midnight(moment)))
}

/// Returns the time of day of `PT08H30M00S`, as LibreOffice writes it.
fn duration_text(text: &str) -> String {
    let number = |text: &str, end: char| -> Option<u32> {
        let before = text.split_once(end)?.0;
        before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    match (number(text, 'H'), number(text, 'M')) {
        (Some(hours @ ..24), minutes) => format!("{hours:02}:{:02}", minutes.unwrap_or(0)),
        _ => one_line(text),
    }
}
