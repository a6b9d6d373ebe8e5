//! Files in the forms that other programs write, with made-up names.

use super::{text, window};
use ibbi_availability::read;

macro_rules! reads {
    ($($name:ident: $file:literal,)*) => {
        $(
            #[test]
            fn $name() {
                let bytes = include_bytes!(concat!("../files/", $file));
                let file = read(bytes, &window()).unwrap_or_else(|error| panic!("{error}"));
                insta::assert_snapshot!(text(&file));
            }
        )*
    };
}

reads! {
    doodle_csv: "doodle.csv",
    doodle_with_moved_answers: "doodle-shifted.csv",
    doodle_xlsx: "doodle.xlsx",
    doodle_xls: "doodle.xls",
    rallly: "rallly.csv",
    rallly_of_earlier_versions: "rallly-old.csv",
    when2meet: "when2meet.csv",
    when2meet_of_weekdays: "when2meet-weekdays.csv",
    table_of_words: "words.csv",
    table_of_days: "days.tsv",
    table_turned_around: "turned.tsv",
    workbook_with_sheets: "sheets.xlsx",
    workbook_of_libreoffice: "sheets.ods",
    phrases: "phrases.txt",
    old_encoding: "windows-1252.csv",
}

#[test]
fn content_decides_and_encoding_makes_no_difference() {
    let csv = include_str!("../files/rallly.csv");
    let expected = read(csv.as_bytes(), &window()).unwrap();
    let utf16: Vec<u8> =
        "\u{feff}".chars().chain(csv.chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let semicolons = csv.replace(',', ";");
    let tabs = csv.replace(',', "\t").replace('\n', "\r\n");
    for bytes in [utf16, semicolons.into_bytes(), tabs.into_bytes(), format!("\u{feff}{csv}").into_bytes()] {
        assert_eq!(read(&bytes, &window()).unwrap(), expected);
    }
}
