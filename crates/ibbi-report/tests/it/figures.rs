//! Tables of figures: the same values on pages, in CSV, and in spreadsheets.

use ibbi_report::figures::{FigureColumn, FigureTable, FigureValue};
use ibbi_report::xlsx::workbook;

const SIGNS: [&str; 6] = ["=HYPERLINK(\"x\")", "+1", "-1", "@sum", "\t=1", "Maple Hollow"];

fn table() -> FigureTable {
    let columns = [
        FigureColumn::text("name", "name"),
        FigureColumn::number("count", "count"),
        FigureColumn::number("hours", "hours"),
        FigureColumn::number("share", "share"),
        FigureColumn::text("day", "day"),
    ];
    let mut table = FigureTable::new("figures", "Figures", columns);
    for name in SIGNS {
        table.row([
            FigureValue::Name(name.to_owned()),
            FigureValue::Count(12),
            FigureValue::Hours(450),
            FigureValue::Share(0.625),
            FigureValue::Day("2027-06-30".parse().unwrap()),
        ]);
    }
    table.row([FigureValue::Name("<script>".to_owned()), FigureValue::Empty]);
    table
}

#[test]
fn csv_guards_names_and_writes_figures_for_machines() {
    let csv = table().to_csv();
    let rows: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(rows[0], "name,count,hours,share,day");
    assert_eq!(rows[2], "'+1,12,7.50,0.6250,2027-06-30");
    assert_eq!(rows[6], "Maple Hollow,12,7.50,0.6250,2027-06-30");
    assert!(rows[1].starts_with("\"'=HYPERLINK("), "{}", rows[1]);
}

#[test]
fn page_escapes_names_and_shows_figures_for_people() {
    let html = table().to_table().to_html().into_string();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    for shown in ["62.5%", "7.50", "Wed, Jun 30, 2027"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
}

/// Reads the parts of a spreadsheet with another library than the one that wrote it.
fn parts(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts = std::collections::BTreeMap::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        parts.insert(name, text);
    }
    parts
}

#[test]
fn spreadsheet_has_real_numbers_and_dates_and_no_formula() {
    let made = "2027-07-01T04:00:00.000Z".parse().unwrap();
    let bytes = workbook("Figures", &[table()], made, "ibbi 0.1.0").unwrap();
    assert_eq!(
        bytes,
        workbook("Figures", &[table()], made, "ibbi 0.1.0").unwrap(),
        "the same tables give the same bytes"
    );
    let parts = parts(&bytes);
    assert!(!parts.keys().any(|name| name.contains("vba") || name.contains("externalLink")), "{:?}", parts.keys());
    let sheet = &parts["xl/worksheets/sheet1.xml"];
    assert!(!sheet.contains("<f>"), "no formula: {sheet}");
    assert!(
        sheet.contains("<pane ySplit=\"1\"") && sheet.contains("state=\"frozen\""),
        "the header stays in view: {sheet}"
    );
    // June 30, 2027, is day 46568 of a spreadsheet. A cell of a text has the type `s`, and a number none.
    for value in ["<v>12</v>", "<v>7.5</v>", "<v>0.625</v>", "<v>46568</v>"] {
        assert!(sheet.contains(value), "{value}: {sheet}");
    }
    let texts = &parts["xl/sharedStrings.xml"];
    let is_text = ["=HYPERLINK(&quot;x&quot;)", "=HYPERLINK(\"x\")"].iter().any(|name| texts.contains(name));
    assert!(is_text, "the name with a sign is a text: {texts}");
}
