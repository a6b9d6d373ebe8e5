//! Files that are wrong, or that would take all memory.

use super::window;
use ibbi_availability::{ImportError, MAX_BYTES, read};
use proptest::prelude::*;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

fn error(bytes: &[u8]) -> ImportError {
    read(bytes, &window()).expect_err("the file can't be read")
}

fn is_too_large(bytes: &[u8]) -> bool {
    matches!(error(bytes), ImportError::TooLarge(_))
}

/// Packs parts of a workbook. `repeat` is how often the last part is repeated.
pub(crate) fn packed(parts: &[(&str, &str)], repeat: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let last = parts.len() - 1;
    for (index, (name, content)) in parts.iter().enumerate() {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        for _ in 0..if index == last { repeat } else { 1 } {
            archive.write_all(content.as_bytes()).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const LINKS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const SHEETS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

pub(crate) fn xlsx(sheet: &str) -> Vec<u8> {
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", LINKS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", SHEETS),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    packed(&parts, 1)
}

/// Returns a workbook with a sheet and the texts that its cells share.
pub(crate) fn with_texts(sheet: &str, texts: &str) -> Vec<u8> {
    let link = r#"<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    let links = SHEETS.replace("</Relationships>", link);
    let texts = format!(r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{texts}</sst>"#);
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", LINKS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", &links),
        ("xl/sharedStrings.xml", &texts),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    packed(&parts, 1)
}

pub(crate) fn sheet(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

pub(crate) fn cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn small_workbook_is_read() {
    let rows = format!(
        r#"<row r="1">{}{}</row><row r="2">{}{}</row>"#,
        cell("A1", "Name"),
        cell("B1", "Oct 19"),
        cell("A2", "Rosa Lindgren"),
        cell("B2", "no")
    );
    assert_eq!(read(&xlsx(&sheet(&rows)), &window()).unwrap().people[0].times.len(), 1);
}

#[test]
fn cells_far_away_take_no_memory() {
    let rows = format!(r#"<row r="1">{}</row><row r="1048576">{}</row>"#, cell("A1", "Name"), cell("XFD1048576", "x"));
    assert!(is_too_large(&xlsx(&sheet(&rows))));
    let columns = format!(r#"<row r="1">{}</row>"#, cell("XFD1", "x"));
    assert!(is_too_large(&xlsx(&sheet(&columns))));
}

#[test]
fn files_that_unpack_without_end_are_refused() {
    let parts = [("[Content_Types].xml", TYPES), ("xl/worksheets/sheet1.xml", " ")];
    // 80 MB of spaces in about 80 KB.
    let bomb = packed(&[parts[0], (parts[1].0, &" ".repeat(1 << 20))], 80);
    assert!(bomb.len() < 1 << 20);
    assert!(is_too_large(&bomb));
}

#[test]
fn repeated_cells_of_libreoffice_are_counted() {
    let content = |rows: &str| {
        format!(
            r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
        )
    };
    let ods = |rows: &str| {
        packed(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content(rows))], 1)
    };
    let full = r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>"#;
    assert!(is_too_large(&ods(full)));
    let gaps = r#"<table:table-row><table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>"#;
    assert!(is_too_large(&ods(&gaps.repeat(2_000))));
}

#[test]
fn old_workbook_with_cells_far_apart_is_refused() {
    let mut bytes = include_bytes!("../files/doodle.xls").to_vec();
    // The record of a text in a cell: its kind and its length, and then its row and its column. It goes to the last row and column.
    let record = bytes.windows(4).rposition(|at| at == [0xFD, 0x00, 0x0A, 0x00]).expect("the file has a text");
    bytes[record + 4..record + 8].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x00]);
    assert!(is_too_large(&bytes));
}

#[test]
fn claims_of_a_workbook_take_no_memory() {
    let strings =
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="99999999999999"></sst>"#;
    assert!(is_too_large(&packed(&[("[Content_Types].xml", TYPES), ("xl/sharedStrings.xml", strings)], 1)));
    // The size of the table of an old workbook: rows 0 to 4,294,967,295.
    let mut bytes = include_bytes!("../files/doodle.xls").to_vec();
    let record = bytes.windows(4).rposition(|at| at == [0x00, 0x02, 0x0E, 0x00]).expect("the file has a size");
    bytes[record + 8..record + 12].copy_from_slice(&[0xFF; 4]);
    assert!(error(&bytes).to_string().contains("size of a table"), "{}", error(&bytes));
}

#[test]
fn limits_of_texts_are_clear() {
    assert!(is_too_large(&vec![b'a'; MAX_BYTES + 1]));
    assert!(is_too_large("Name,Oct 5\nA,x\n".repeat(20_000).as_bytes()));
    assert!(is_too_large(format!("Name{}\nA,x\nB,x", ",x".repeat(5_000)).as_bytes()));
    assert!(is_too_large("never Tuesdays\n".repeat(3_000).as_bytes()));
    // Many places that aren't understood are counted.
    let file = read(format!("Name,Oct 19\n{}", "Rosa,purple\n".repeat(5_000)).as_bytes(), &window()).unwrap();
    assert_eq!(file.not_understood.len(), 101);
    assert_eq!(file.not_understood[100].message, "4,900 places more weren't understood");
}

#[test]
fn other_files_are_named() {
    for (bytes, part) in [
        (&b""[..], "empty"),
        (b"  \n \n", "empty"),
        (b"<html><body>Poll</body></html>", "web page"),
        (b"{\"poll\": 1}", "program data"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not a text"),
        (b"PK\x03\x04 broken", "can't be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "can't be read"),
        (b"Item,Cost\nCoffee,12\nTea,3", "Name and Not available"),
    ] {
        let message = error(bytes).to_string();
        assert!(message.contains(part), "{message}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &window());
    }

    #[test]
    fn damaged_workbooks_are_read_or_refused(
        index in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let files: [&[u8]; 4] =
            [include_bytes!("../files/sheets.xlsx"), include_bytes!("../files/sheets.ods"), include_bytes!("../files/doodle.xlsx"), include_bytes!("../files/doodle.xls")];
        let mut bytes = files[index].to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = read(&bytes, &window());
    }

    #[test]
    fn any_cells_are_read_in_bounds(
        header in prop::collection::vec("(Name|Not available|Oct 5|Tue am|10/5|[a-z0-9:/ -]{0,12})", 1..6),
        cells in prop::collection::vec("(x|yes|no|9-12|after 3|✓|[a-z0-9:/ -]{0,12})", 0..24),
    ) {
        let rows = cells.chunks(header.len()).map(|row| row.join("\t")).collect::<Vec<_>>();
        let text = format!("{}\n{}", header.join("\t"), rows.join("\n"));
        if let Ok(file) = read(text.as_bytes(), &window()) {
            for person in file.people {
                let ordered = person.times.windows(2).all(|pair| {
                    let end = pair[0].hours.map_or(1440, |hours| hours.to());
                    pair[0].day < pair[1].day || pair[1].hours.is_some_and(|hours| hours.from() >= end)
                });
                prop_assert!(ordered, "{:?}", person.times);
            }
        }
    }
}
