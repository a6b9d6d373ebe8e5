//! Reading files of other programs, and files that are wrong.

mod calendars;
mod files;
mod hostile;
mod hostile_calendars;
mod memory;

use ibbi_availability::{ImportWindow, ImportedFile, Mark};
use std::fmt::Write as _;

/// A school year.
fn window() -> ImportWindow {
    let (from, to) = ("2026-09-08".parse().unwrap(), "2027-06-30".parse().unwrap());
    ImportWindow { from, to, zone: chrono_tz::America::New_York }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Can => "can",
        Mark::IfNeedBe => "if need be",
        Mark::Cannot => "cannot",
    }
}

/// Returns all of a file as text. A person's weekly times are counted.
fn text(file: &ImportedFile) -> String {
    let mut text = format!("{:?}\n", file.format);
    for person in &file.people {
        let _ = writeln!(text, "{}", person.name);
        for time in person.times.iter().take(6) {
            let hours = time.hours.map_or_else(|| "all day".to_owned(), |hours| hours.to_string());
            let _ = writeln!(text, "  {} {hours} {}", time.day, mark(time.mark));
        }
        if person.times.len() > 6 {
            let _ = writeln!(text, "  {} more", person.times.len() - 6);
        }
        for phrase in &person.phrases {
            let _ = writeln!(text, "  `{}` {} ({})", phrase.text, mark(phrase.mark), phrase.place);
        }
    }
    for problem in &file.not_understood {
        let _ = writeln!(text, "? {}: {}", problem.place, problem.message);
    }
    for left_out in &file.left_out {
        let _ = writeln!(text, "- {left_out}");
    }
    text
}
