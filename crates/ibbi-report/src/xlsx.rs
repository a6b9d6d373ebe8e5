//! Spreadsheets (.xlsx): one sheet for each table, with real numbers and dates, and without macros.
//!
//! A text is always written as a text, so a name that starts with `=` is not a formula. A sheet has a header that stays in view,
//! and columns as wide as their content.

use crate::figures::{FigureTable, FigureValue};
use ibbi_core::{At, Date};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The widest column, in characters.
const MAX_WIDTH: usize = 60;
/// The narrowest column, in characters.
const MIN_WIDTH: usize = 8;
/// The most characters of a cell. Excel has no more.
const MAX_TEXT: usize = 32_767;

/// Returns a spreadsheet with one sheet for each table. `made` is the time that the file says it was made.
///
/// The same tables and the same time give the same bytes.
///
/// # Errors
/// [`XlsxError`] if a table is larger than a sheet: 1,048,576 rows or 16,384 columns.
pub fn workbook(title: &str, tables: &[FigureTable], made: At, program: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let properties = DocProperties::new().set_title(title).set_author(program);
    book.set_properties(&match ExcelDateTime::from_timestamp(made.millis() / 1000) {
        Ok(made) => properties.set_creation_datetime(&made),
        Err(_) => properties,
    });
    let formats = Formats::new();
    for table in tables {
        sheet(book.add_worksheet(), table, &formats)?;
    }
    book.save_to_buffer()
}

struct Formats {
    head: Format,
    head_of_numbers: Format,
    text: Format,
    count: Format,
    hours: Format,
    share: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            head_of_numbers: head.clone().set_align(FormatAlign::Right),
            head,
            // `@` is the format of texts: a spreadsheet doesn't turn one into a formula when it is edited.
            text: Format::new().set_num_format("@"),
            count: Format::new().set_num_format("0"),
            hours: Format::new().set_num_format("0.00"),
            share: Format::new().set_num_format("0.0%"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }
}

fn sheet(sheet: &mut Worksheet, table: &FigureTable, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(table.title)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, place) in table.columns.iter().zip(0_u16..) {
        let format = if column.number { &formats.head_of_numbers } else { &formats.head };
        sheet.write_string_with_format(0, place, column.code, format)?;
        let figures = table.rows.iter().filter_map(|row| row.get(usize::from(place)));
        let widest = figures.map(width).max().unwrap_or(0).max(column.code.chars().count() + 1);
        #[allow(clippy::cast_precision_loss, reason = "a width is at most 60")]
        sheet.set_column_width(place, widest.clamp(MIN_WIDTH, MAX_WIDTH) as f64)?;
    }
    for (row, place) in table.rows.iter().zip(1_u32..) {
        for (figure, column) in row.iter().zip(0_u16..) {
            write(sheet, place, column, figure, formats)?;
        }
    }
    if let (Ok(rows), Ok(columns)) = (u32::try_from(table.rows.len()), u16::try_from(table.columns.len()))
        && rows > 0
        && columns > 0
    {
        sheet.autofilter(0, 0, rows, columns - 1)?;
    }
    Ok(())
}

/// Returns about how many characters a cell shows.
fn width(figure: &FigureValue) -> usize {
    match figure {
        FigureValue::Empty => 0,
        FigureValue::Text(text) | FigureValue::Name(text) | FigureValue::Code(text) => text.chars().count() + 1,
        FigureValue::Coded(code, _) => code.len() + 1,
        FigureValue::Count(_)
        | FigureValue::DaysSoFar(_)
        | FigureValue::Decimal(_)
        | FigureValue::Hours(_)
        | FigureValue::Share(_) => 9,
        FigureValue::Day(_) => 11,
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    figure: &FigureValue,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match figure {
        FigureValue::Empty => return Ok(()),
        FigureValue::Text(text) | FigureValue::Name(text) | FigureValue::Code(text) => {
            sheet.write_string_with_format(row, column, cut(text), &formats.text)?
        }
        FigureValue::Coded(code, _) => sheet.write_string_with_format(row, column, *code, &formats.text)?,
        FigureValue::Count(count) | FigureValue::DaysSoFar(count) => {
            sheet.write_number_with_format(row, column, *count as f64, &formats.count)?
        }
        FigureValue::Decimal(number) => sheet.write_number(row, column, *number)?,
        FigureValue::Hours(minutes) => {
            sheet.write_number_with_format(row, column, FigureValue::hours(*minutes), &formats.hours)?
        }
        FigureValue::Share(share) => sheet.write_number_with_format(row, column, *share, &formats.share)?,
        FigureValue::Day(day) => match excel_day(*day) {
            Some(excel) => sheet.write_datetime_with_format(row, column, &excel, &formats.day)?,
            None => sheet.write_string_with_format(row, column, day.to_string(), &formats.text)?,
        },
    };
    Ok(())
}

fn excel_day(day: Date) -> Option<ExcelDateTime> {
    use chrono::Datelike as _;
    let day = day.to_chrono();
    let (year, month, of_month) = (u16::try_from(day.year()).ok()?, day.month(), day.day());
    ExcelDateTime::from_ymd(year, u8::try_from(month).ok()?, u8::try_from(of_month).ok()?).ok()
}

/// Returns as much of a text as a cell takes.
fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}
