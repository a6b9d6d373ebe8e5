//! Tables that people write: a row for each person, with columns of words, or one column for each date or day of the week.

use crate::collected::Collected;
use crate::days::{self, Heading};
use crate::grid::{Grid, Row};
use crate::marks::{self, CellMark, Label};
use crate::times::WrittenHours;
use crate::{ImportFormat, ImportWindow, ImportedPhrase, Mark};
use ibbi_common::spelling::{did_you_mean, echo, nearest};
use ibbi_sim::Hours;
use std::collections::BTreeMap;

/// In how many rows at the top the headings can be.
const TOP: usize = 20;
/// The headings that a message suggests.
const KNOWN: [&str; 7] = ["Name", "Person", "Not available", "Cannot come", "Available", "If need be", "Role"];

/// The columns of a table, or its rows if it is turned around.
struct Layout {
    header: usize,
    names: Vec<usize>,
    words: BTreeMap<usize, Mark>,
    times: BTreeMap<usize, Heading>,
}

/// Reads a table. Returns `None` if it has no headings.
pub(crate) fn read(grid: &Grid, window: &ImportWindow) -> Option<(ImportFormat, Collected)> {
    let mut collected = Collected::default();
    if let Some(layout) = layout(grid, window, &mut collected) {
        let format =
            if is_rallly(&grid.rows[layout.header], window) { ImportFormat::Rallly } else { ImportFormat::Table };
        let cross = cross(grid, &layout, |row, column| grid.rows[row].cell(column));
        for index in layout.header + 1..grid.rows.len() {
            person(grid, index, &layout, cross, window, &mut collected);
        }
        return Some((format, collected));
    }
    turned(grid, window).map(|collected| (ImportFormat::Table, collected))
}

/// Finds the headings: the first row with one for names and one for times, or with days.
fn layout(grid: &Grid, window: &ImportWindow, collected: &mut Collected) -> Option<Layout> {
    let header = grid.rows.iter().take(TOP).position(|row| {
        let labels = row.cells.iter().filter_map(|cell| marks::label(cell));
        let labels: Vec<Label> = labels.collect();
        let has_name = labels.iter().any(|label| matches!(label, Label::Name | Label::FirstName | Label::LastName));
        let has_times = labels.iter().any(|label| matches!(label, Label::Times(_)));
        let days = row.cells.iter().filter(|cell| days::heading(cell, window).is_some()).count();
        // A person's row can have dates as well, after a name.
        has_name && (has_times || days > 0) || days > 0 && row.cell(0).is_empty() && days + 1 >= filled(row)
    })?;
    let row = &grid.rows[header];
    let mut layout = Layout { header, names: Vec::new(), words: BTreeMap::new(), times: BTreeMap::new() };
    for (column, cell) in row.cells.iter().enumerate() {
        let place = grid.place(row, column);
        match (marks::label(cell), days::heading(cell, window)) {
            (Some(Label::Name), _) if layout.names.is_empty() => layout.names = vec![column],
            (Some(Label::FirstName), _) => layout.names.insert(0, column),
            (Some(Label::LastName), _) => layout.names.push(column),
            (Some(Label::Times(mark)), _) => {
                layout.words.insert(column, mark);
            }
            (Some(Label::Name | Label::Other), _) => {
                collected.left_out.push(format!("The column \"{}\" is left out.", echo(cell)));
            }
            (None, Some(Ok(heading))) => {
                layout.times.insert(column, heading);
            }
            (None, Some(Err(reason))) => collected.problem(place, format!("`{}`: {reason}", echo(cell))),
            (None, None) if cell.is_empty() => {}
            (None, None) => {
                let hint = did_you_mean(nearest(cell, KNOWN).as_deref());
                let message = format!(
                    "`{}` is not a heading that is known{hint}; name the column Not available, Available, or If need be, or write a \
                     date or a day of the week",
                    echo(cell)
                );
                collected.problem(place, message);
            }
        }
    }
    if layout.names.is_empty() {
        layout.names.push(0);
    }
    Some(layout)
}

fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !cell.is_empty()).count() + 1
}

/// Decides what a cross means: it is the opposite of the other answers. The words above the table can also say so.
fn cross<'a>(grid: &'a Grid, layout: &Layout, cell: impl Fn(usize, usize) -> &'a str) -> Option<Mark> {
    let above = grid.rows[..layout.header].iter().flat_map(|row| row.cells.iter().map(String::as_str));
    let above: String = grid.sheet.as_deref().into_iter().chain(above).collect::<Vec<_>>().join(" ").to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| above.contains(word));
    if says(&["unavail", "not avail", "not free", "can't", "cannot", "can\u{2019}t", "busy", "conflict"]) {
        return Some(Mark::Cannot);
    }
    if says(&["avail", "free", "can come", "can make"]) {
        return Some(Mark::Can);
    }
    let mut has = [false, false];
    for row in layout.header + 1..grid.rows.len() {
        for column in layout.times.keys() {
            match marks::cell(cell(row, *column)) {
                CellMark::Mark(Mark::Can) => has[0] = true,
                CellMark::Mark(Mark::Cannot) => has[1] = true,
                _ => {}
            }
        }
    }
    match has {
        [true, false] => Some(Mark::Cannot),
        [false, true] => Some(Mark::Can),
        _ => None,
    }
}

fn person(
    grid: &Grid,
    index: usize,
    layout: &Layout,
    cross: Option<Mark>,
    window: &ImportWindow,
    collected: &mut Collected,
) {
    let row = &grid.rows[index];
    if row.is_empty() {
        return;
    }
    let parts: Vec<&str> =
        layout.names.iter().map(|column| row.cell(*column)).filter(|part| !part.is_empty()).collect();
    let name = parts.join(" ");
    let used = || layout.words.keys().chain(layout.times.keys()).any(|column| !row.cell(*column).is_empty());
    if name.is_empty() {
        if used() {
            collected
                .problem(grid.row_place(row), "the row has no name; write the name of the person in it".to_owned());
        }
        return;
    }
    let person = collected.person(&name);
    for (column, mark) in &layout.words {
        let text = row.cell(*column);
        if matches!(marks::cell(text), CellMark::Blank) {
            continue;
        }
        let heading = grid.rows[layout.header].cell(*column);
        let place = match grid.sheet {
            Some(_) => grid.place(row, *column),
            None => format!("row {}, column \"{}\"", row.number, echo(heading)),
        };
        collected.people[person].phrases.push(ImportedPhrase { text: text.to_owned(), mark: *mark, place });
    }
    for (column, heading) in &layout.times {
        add_cell(row.cell(*column), *heading, cross, || grid.place(row, *column), (person, window, collected));
    }
}

/// Adds what a cell says about the times of its heading.
fn add_cell(
    text: &str,
    heading: Heading,
    cross: Option<Mark>,
    place: impl Fn() -> String,
    (person, window, collected): (usize, &ImportWindow, &mut Collected),
) {
    let Heading { days, hours } = heading;
    match (marks::cell(text), cross) {
        (CellMark::Blank, _) => {}
        (CellMark::Mark(mark), _) | (CellMark::Cross, Some(mark)) => collected.add(person, days, hours, mark, window),
        (CellMark::Cross, None) => {
            let message = "`x` can mean that the person can come or can't; write yes or no";
            collected.problem(place(), message.to_owned());
        }
        (CellMark::Hours(WrittenHours::AllDay), cross) => {
            collected.add(person, days, hours, cross.unwrap_or(Mark::Can), window);
        }
        (CellMark::Hours(WrittenHours::Hours(written)), Some(Mark::Cannot)) => {
            collected.add(person, days, Some(written), Mark::Cannot, window);
        }
        // Who writes hours can come then, and not at the other hours of the heading.
        (CellMark::Hours(WrittenHours::Hours(written)), _) => {
            collected.add(person, days, Some(written), Mark::Can, window);
            for rest in outside(hours, written) {
                collected.add(person, days, Some(rest), Mark::Cannot, window);
            }
        }
        (CellMark::Hours(WrittenHours::Unclear(reason)), _) => {
            collected.problem(place(), format!("`{}`: {reason}", echo(text)));
        }
        (CellMark::Hours(WrittenHours::Start(_)) | CellMark::Unknown, _) => {
            let message = format!(
                "`{}` is not an answer; write yes, no, if need be, or hours such as 9:00 AM-12:00 PM",
                echo(text)
            );
            collected.problem(place(), message);
        }
    }
}

/// Returns the hours of a heading before and after some hours.
fn outside(all: Option<Hours>, hours: Hours) -> impl Iterator<Item = Hours> {
    let (from, to) = all.map_or((0, 24 * 60), |all| (all.from(), all.to()));
    let parts = [(from, hours.from().min(to)), (hours.to().max(from), to)];
    parts.into_iter().filter_map(|(from, to)| Hours::new(from, to).ok())
}

/// Reads a table with a column for each person, and a row for each time.
fn turned(grid: &Grid, window: &ImportWindow) -> Option<Collected> {
    let is_time = |row: &&Row| matches!(days::heading(row.cell(0), window), Some(Ok(_)));
    let rows: Vec<&Row> = grid.rows.iter().filter(|row| !row.is_empty()).collect();
    let first = rows.iter().position(is_time)?;
    let header = rows.get(first.checked_sub(1)?)?;
    let times = rows[first..].iter().filter(|row| is_time(row)).count();
    let names = header.cells.iter().skip(1).filter(|cell| !cell.is_empty());
    if times * 2 <= rows.len() - first || !names.clone().all(|name| days::heading(name, window).is_none()) {
        return None;
    }
    names.clone().next()?;
    let mut collected = Collected::default();
    let people: Vec<(usize, usize)> = (1..header.cells.len())
        .filter(|column| !header.cell(*column).is_empty())
        .map(|column| (column, collected.person(header.cell(column))))
        .collect();
    let layout = Layout {
        header: grid.rows.iter().position(|row| row.number == header.number)?,
        names: Vec::new(),
        words: BTreeMap::new(),
        times: BTreeMap::new(),
    };
    let answers = |mark: Mark| {
        let cells = rows[first..].iter().flat_map(|row| row.cells.iter().skip(1));
        cells.map(|cell| marks::cell(cell)).any(|cell| cell == CellMark::Mark(mark))
    };
    let cross = cross(grid, &layout, |_, _| "").or(match (answers(Mark::Can), answers(Mark::Cannot)) {
        (true, false) => Some(Mark::Cannot),
        (false, true) => Some(Mark::Can),
        _ => None,
    });
    for row in &rows[first..] {
        let Some(Ok(heading)) = days::heading(row.cell(0), window) else {
            let message = format!("`{}` is not a date or a day of the week", echo(row.cell(0)));
            collected.problem(grid.place(row, 0), message);
            continue;
        };
        for (column, person) in &people {
            add_cell(row.cell(*column), heading, cross, || grid.place(row, *column), (*person, window, &mut collected));
        }
    }
    Some(collected)
}

/// Returns whether a header is that of Rallly: names with their number, or with email addresses.
fn is_rallly(header: &Row, window: &ImportWindow) -> bool {
    let is_option = |column: usize| matches!(days::heading(header.cell(column), window), Some(Ok(_)));
    let counted = header.cell(0).starts_with(|c: char| c.is_ascii_digit());
    let names = marks::label(header.cell(0)) == Some(Label::Name);
    let email = header.cell(1).eq_ignore_ascii_case("email");
    names && (counted && is_option(1) || email && is_option(2))
}
