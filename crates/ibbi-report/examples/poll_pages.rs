//! Writes the pages and files of a poll to a folder, for the tests in a browser. Usage: poll_pages FOLDER
//!
//! - `SIZE.html`: the page of a server, for six weeks, for 26 weeks, with a saved answer, refused, and closed
//! - `file.html` and `everyone.html`: the poll as a file, for one person and for everyone
//! - `poll.js` and `poll.css`
//! - `read LINE`, as arguments instead of a folder: the answer in a line, as JSON

use ibbi_core::Date;
use ibbi_poll::{PollGrid, PollMark, answer_line};
use ibbi_report::{AnswerState, PollAnswerPage, PollFile, PollFilePerson, poll_script, poll_style};
use ibbi_sim::Hours;
use std::path::Path;

type Failure = Box<dyn std::error::Error>;

/// Returns the days of so many weeks from Mon, Nov 2, 2026 on.
fn days(weeks: i64, of_week: i64) -> Result<Vec<Date>, Failure> {
    let first: Date = "2026-11-02".parse()?;
    let days = (0..weeks).flat_map(|week| (0..of_week).map(move |day| 7 * week + day));
    Ok(days.map(|later| Date::try_from(first.to_chrono() + chrono::Duration::days(later))).collect::<Result<_, _>>()?)
}

fn write_all(folder: &Path) -> Result<(), Failure> {
    let grid = PollGrid { days: days(6, 5)?, bands: vec![Hours::MORNING, Hours::AFTERNOON, Hours::EVENING] };
    let mut bands = Vec::new();
    for hour in 0..6 {
        bands.push(Hours::new(60 * (8 + 2 * hour), 60 * (10 + 2 * hour))?);
    }
    let most = PollGrid { days: days(26, 7)?, bands };
    let marks: Vec<_> = (0..grid.cells())
        .map(|cell| [Some(PollMark::Can), Some(PollMark::IfNeedBe), Some(PollMark::Cannot), None][cell % 7 % 4])
        .collect();
    let zone = "America/New_York".parse()?;
    let page = PollAnswerPage {
        district: "Maple <i>Hollow</i>",
        person: "Thuy",
        asked_by: "P. Sullivan",
        closes: "Fri, Oct 9, 2026",
        zone: &zone,
        grid: &grid,
        marks: &[],
        note: "",
        action: "/answer",
        state: AnswerState::New,
        program: "ibbi",
    };
    let reasons = ["Friday is a holiday.".to_owned()];
    let pages = [
        ("six", page),
        ("most", PollAnswerPage { grid: &most, ..page }),
        (
            "saved",
            PollAnswerPage {
                marks: &marks,
                note: "Call me & ask",
                state: AnswerState::Saved("Mon, Oct 5, 2026, 3:40 PM"),
                ..page
            },
        ),
        ("refused", PollAnswerPage { marks: &marks, state: AnswerState::Refused(&reasons), ..page }),
        ("closed", PollAnswerPage { marks: &marks, note: "None", state: AnswerState::Closed, ..page }),
    ];
    for (name, page) in pages {
        std::fs::write(folder.join(format!("{name}.html")), page.to_html("/poll.css", "/poll.js"))?;
    }
    let person = |id, name| PollFilePerson { id, name, marks: &[] };
    let people = [person("nguyen", "Thuy"), person("amari", "Rosa Amari"), person("castellan", "Ben <b>Castellan")];
    let file = PollFile {
        poll: uuid::Uuid::from_u128(7),
        district: page.district,
        asked_by: page.asked_by,
        closes: page.closes,
        zone: &zone,
        grid: &grid,
        people: &people[..1],
        program: "ibbi",
    };
    std::fs::write(folder.join("file.html"), file.to_html())?;
    std::fs::write(folder.join("everyone.html"), PollFile { people: &people, grid: &most, ..file }.to_html())?;
    std::fs::write(folder.join("poll.js"), poll_script())?;
    std::fs::write(folder.join("poll.css"), poll_style())?;
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [folder] => write_all(Path::new(folder)),
        [read, text] if read == "read" => {
            let answer = answer_line::read(text)?;
            let marks = answer_line::write_marks(&answer.marks);
            let (poll, person, grid) = (answer.poll.to_string(), answer.person.to_string(), answer.grid);
            let json = serde_json::json!({ "poll": poll, "person": person, "grid": grid, "marks": marks, "note": answer.note });
            println!("{json}");
            Ok(())
        }
        _ => Err("usage: poll_pages FOLDER, or poll_pages read LINE".into()),
    }
}
