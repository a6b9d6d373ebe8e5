//! Prints the quarter hours that calendars take, as JSON, one line for each file: `busy FROM TO ZONE FILE...`.
//!
//! A line has the file's name, and for each day the first minutes of its quarter hours: `cannot` and `if_need_be`. A file that
//! can't be read has an `error`. Another program compares them: see `tests/peers/check_availability.py`.

use ibbi_availability::{ImportWindow, ImportedFile, Mark, ics};
use std::collections::BTreeMap;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: busy FROM TO ZONE FILE...");
    let window = ImportWindow { from: next()?.parse()?, to: next()?.parse()?, zone: next()?.parse()? };
    for path in arguments {
        let line = match ics::read(&std::fs::read(&path)?, &window) {
            Ok(file) => serde_json::json!({
                "file": path,
                "cannot": quarters(&file, Mark::Cannot),
                "if_need_be": quarters(&file, Mark::IfNeedBe),
                "not_understood": file.not_understood.iter().map(|one| format!("{}: {}", one.place, one.message)).collect::<Vec<_>>(),
                "left_out": file.left_out,
                "people": file.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
            }),
            Err(error) => serde_json::json!({ "file": path, "error": error.to_string() }),
        };
        println!("{line}");
    }
    Ok(())
}

/// Returns the first minutes of the quarter hours with a mark, by day.
fn quarters(file: &ImportedFile, mark: Mark) -> BTreeMap<String, Vec<u16>> {
    let mut days: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    for time in file.people.iter().flat_map(|person| &person.times).filter(|time| time.mark == mark) {
        let (from, to) = time.hours.map_or((0, 24 * 60), |hours| (hours.from(), hours.to()));
        days.entry(time.day.to_string()).or_default().extend((from..to).step_by(15));
    }
    days
}
