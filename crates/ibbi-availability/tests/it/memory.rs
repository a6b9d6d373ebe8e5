//! The memory that hostile files take. Each is read in a process of its own, and the system reports the most memory that it had.
#![cfg(target_os = "linux")]

use super::window;
use crate::hostile::{cell, packed, sheet, with_texts, xlsx};
use ibbi_availability::{MAX_BYTES, read};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The most memory that a process can have, in bytes. Reading a workbook takes most: its parts are unpacked to 64 MB.
const MOST: u64 = 240 << 20;
/// The most addresses that a process can have, in KB, so that a mistake ends only that process.
const ADDRESSES: u64 = 1 << 20;
/// The variable that names the file which the process reads.
const FILE: &str = "IBBI_HOSTILE_FILE";

/// Reads the file that the variable names, as a process of its own; and nothing otherwise.
#[test]
fn hostile_file_of_the_environment_is_read() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let result = match read(&fs::read(path).unwrap(), &window()) {
        Ok(file) => format!("people {}, not understood {:?}", file.people.len(), file.not_understood),
        Err(error) => format!("error {error}"),
    };
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("peak {}\nresult {}", peak.trim().trim_end_matches(" kB"), result.replace('\n', " "));
}

/// Returns the most memory in bytes, and the result.
fn measured(name: &str, bytes: &[u8]) -> (u64, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}-{name}", std::process::id()));
    fs::write(&path, bytes).unwrap();
    let limited = format!("ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited]).arg(std::env::current_exe().unwrap()).env(FILE, &path);
    command.args(["--exact", "memory::hostile_file_of_the_environment_is_read", "--nocapture", "--test-threads=1"]);
    let output = command.output().unwrap();
    fs::remove_file(&path).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |word: &str| text.lines().find_map(|line| line.split_once(word).map(|(_, rest)| rest.to_owned()));
    let (Some(peak), Some(result), true) = (line("peak "), line("result "), output.status.success()) else {
        panic!("{name}: {text}{}", String::from_utf8_lossy(&output.stderr))
    };
    (peak.trim().parse::<u64>().unwrap() * 1024, result)
}

fn calendar(lines: &str) -> Vec<u8> {
    let event = format!("BEGIN:VEVENT\r\nDTSTART:20200101T090000Z\r\nDURATION:PT1H\r\n{lines}END:VEVENT\r\n");
    format!("BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n").into_bytes()
}

/// Repeats a text up to nearly the largest size of a file.
fn full(text: &str) -> String {
    text.repeat((9_990_000 - 200) / text.len())
}

#[test]
fn hostile_files_take_little_memory() {
    let dates = format!("EXDATE:{}20261005T090000Z\r\n", "20261005T090000Z,".repeat(20_000));
    let declared = sheet("").replace("<sheetData>", r#"<dimension ref="A1:XFD1048576"/><sheetData>"#);
    let shared = |content: &str, repeat: usize| {
        let parts = [("[Content_Types].xml", "<Types/>"), ("xl/sharedStrings.xml", content)];
        packed(&parts, repeat)
    };
    let many = |value: &str, count: u32| {
        let row = |row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>{value}</v></c></row>"#);
        sheet(&(1..=count).map(row).collect::<String>())
    };
    let long = "x".repeat(30 << 20);
    let repeated = format!(
        r#"<o:c xmlns:office="o" xmlns:table="t" xmlns:text="x"><table:table table:name="S"><table:table-row table:number-rows-repeated="100"><table:table-cell table:number-columns-repeated="1000" office:value-type="string"><text:p>{long}</text:p></table:table-cell></table:table-row></table:table></o:c>"#
    );
    let ods = packed(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &repeated)], 1);
    let far = format!(r#"<row r="1">{}</row><row r="1048576">{}</row>"#, cell("A1", "Name"), cell("XFD1048576", "x"));
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut highest = 0;
    for (name, bytes, part) in [
        ("each-second", calendar("RRULE:FREQ=SECONDLY\r\n"), "too often"),
        ("each-minute", calendar("RRULE:FREQ=MINUTELY\r\n"), "people 1"),
        ("each-hour", calendar("RRULE:FREQ=HOURLY\r\n"), "people 1"),
        ("each-year", calendar("RRULE:FREQ=YEARLY\r\n"), "people 1"),
        ("dates-within-the-limit", calendar(&dates.repeat(9)), "people 1"),
        ("dates-beyond-it", calendar(&dates.repeat(28)), "more than 200000 dates"),
        ("dates-in-one-line", calendar(&format!("EXDATE:{}\r\n", full("20261005T090000Z,"))), "more than 400000"),
        ("folded", calendar(&format!("SUMMARY:x{}\r\n", full("\r\n "))), "people 1"),
        ("nested", calendar(&full("BEGIN:A\r\n")), "inside each other"),
        ("one-cell", format!("Name,Oct 5\nA,{}", full("x")).into_bytes(), "is not an answer"),
        ("quoted-cell", format!("Name,Oct 5\nA,\"{}\"", full("x,\n")).into_bytes(), "is not an answer"),
        ("open-quote", full("\"").into_bytes(), "error"),
        ("commas", full(",").into_bytes(), "error"),
        ("lines", full("Kelly: never Tuesdays\n").into_bytes(), "more than 2000 lines"),
        ("one-line", format!("Kelly: {}", full("never Tuesdays, ")).into_bytes(), "line 1 has more"),
        ("zeros", vec![0; MAX_BYTES], "error"),
        ("utf-16", utf16(&format!("\u{feff}Name,Oct 5\nA,{}", "x".repeat(5_000_000))), "is not an answer"),
        ("larger", vec![b'a'; MAX_BYTES + 1], "larger than 10 MB"),
        ("spaces", xlsx(&sheet(&" ".repeat(80 << 20))), "too large when it is unpacked"),
        ("empty-cells", xlsx(&sheet(&format!("<row>{}</row>", "<c/>".repeat(1_000_000)))), "error"),
        ("declared", xlsx(&declared), "empty"),
        ("far-away", xlsx(&sheet(&far)), "more than 20000 rows"),
        ("shared-text", shared(&"x".repeat(1 << 20), 80), "too large when it is unpacked"),
        (
            "one-text-in-many-cells",
            with_texts(&many("0", 10_000), &format!("<si><t>{long}</t></si>")),
            "repeats too much",
        ),
        ("repeated-text", ods, "repeats too much text"),
        ("shared-texts", shared("<si><t/></si>", 4_500_000), "error"),
    ] {
        let (peak, result) = measured(name, &bytes);
        assert!(result.contains(part), "{name}: {result}");
        assert!(peak <= MOST, "{name} takes {} MB", peak >> 20);
        highest = highest.max(peak);
    }
    println!("hostile files take at most {} MB", highest >> 20);
}
