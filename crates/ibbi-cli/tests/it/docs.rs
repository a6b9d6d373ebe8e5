//! The documents: what is made from the code is not stale, and transcripts show what the program prints.

use crate::support::Place;
use ibbi_core::render;
use ibbi_testing::repository;

fn read(name: &str) -> String {
    std::fs::read_to_string(repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Replaces what is between `<!-- generated: NAME -->` and `<!-- end -->`.
fn regenerate(text: &str, name: &str, made: &str) -> String {
    let begin = format!("<!-- generated: {name} -->\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("no place for `{name}`")) + begin.len();
    let end = start + text[start..].find("<!-- end -->").expect("an end");
    format!("{}{}\n{}", &text[..start], made.trim_end(), &text[end..])
}

#[test]
fn process_page_is_current() {
    let found = read("docs/process.md");
    let mut made = regenerate(&found, "mermaid", &format!("```mermaid\n{}```", render::mermaid()));
    made = regenerate(&made, "chart", &render::chart_markdown());
    made = regenerate(&made, "rules", &render::rules_markdown());
    made = regenerate(&made, "advisories", &render::warnings_markdown());
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(repository("docs/process.md"), &made).expect("the page can be written");
    } else {
        assert_eq!(found, made, "docs/process.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

#[test]
fn import_page_is_current() {
    let place = Place::new();
    std::fs::copy(repository("docs/past-cases.csv"), place.path("past-cases.csv")).expect("the example");
    let report = place.ibbi(&["import", "cases", "past-cases.csv"]);
    let found = read("docs/import-cases.md");
    let mut made = regenerate(&found, "report", &format!("```text\n{}```", report.out));
    made = regenerate(&made, "columns", &ibbi_app::import::columns_markdown());
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(repository("docs/import-cases.md"), &made).expect("the page can be written");
    } else {
        assert_eq!(found, made, "docs/import-cases.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

#[test]
fn access_page_is_current() {
    let found = read("docs/access.md");
    let made = regenerate(&found, "events", &format!("{}\n", ibbi_access::event_table()));
    let made = regenerate(&made, "views", &format!("{}\n", ibbi_access::view_table()));
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(repository("docs/access.md"), &made).expect("the page can be written");
    } else {
        assert_eq!(found, made, "docs/access.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

#[test]
fn api_page_is_current() {
    let found = read("docs/api.md");
    let made = regenerate(&found, "problems", &ibbi_web::problem_table());
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(repository("docs/api.md"), &made).expect("the page can be written");
    } else {
        assert_eq!(found, made, "docs/api.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

/// The text block that follows `<!-- transcript: NAME -->` in the README.
fn transcript(name: &str) -> String {
    let readme = read("README.md");
    let begin = format!("<!-- transcript: {name} -->\n```text\n");
    let start = readme.find(&begin).unwrap_or_else(|| panic!("no transcript `{name}`")) + begin.len();
    let end = start + readme[start..].find("```").expect("an end");
    readme[start..end].to_owned()
}

/// Whether a line is as expected; `…` matches anything.
fn matches(expected: &str, line: &str) -> bool {
    match expected.split_once('…') {
        // Placeholders such as `<…>` are shown as they are.
        Some(_) if expected == line => true,
        Some((before, after)) => line.starts_with(before) && line.ends_with(after),
        None => expected == line,
    }
}

#[test]
fn the_readme_shows_a_part_of_the_tour_as_it_is() {
    let result = Place::new().ibbi(&["tour"]);
    assert!(result.out.contains(&transcript("tour")), "the tour no longer prints:\n{}", transcript("tour"));
}

#[test]
fn the_readme_shows_a_session_as_it_is() {
    let place = Place::new();
    let mut shown = String::new();
    let wanted = transcript("session");
    for line in wanted.lines().filter_map(|line| line.strip_prefix("$ ibbi ")) {
        let result = place.ibbi(&words(line));
        assert_eq!(result.code, 0, "{line}: {}", result.err);
        shown.push_str(&format!("$ ibbi {line}\n{}", result.out));
    }
    let (wanted, shown): (Vec<_>, Vec<_>) = (wanted.lines().collect(), shown.lines().collect());
    assert_eq!(wanted.len(), shown.len(), "{}", shown.join("\n"));
    for (wanted, shown) in wanted.iter().zip(shown) {
        assert!(matches(wanted, shown), "README: {wanted}\n  printed: {shown}");
    }
}

/// The words of a line whose only quotes are single ones.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in line.split('\'').enumerate() {
        let quoted = index % 2 == 1;
        for (index, piece) in part.split(|c: char| c == ' ' && !quoted).enumerate() {
            if index > 0 {
                words.push(String::new());
            }
            words.last_mut().expect("there is a word").push_str(piece);
        }
    }
    words
}
