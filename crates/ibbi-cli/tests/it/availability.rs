//! Importing when people can come.

use crate::support::Place;
use ibbi_testing::repository;
use std::fs;

const USAGE: i32 = 2;
const REFUSED: i32 = 3;

/// A poll with made-up answers, as Doodle exports it.
const POLL: &str = r#""Poll ""Training and facilitation"""
,"October 2026",,"November 2026"
,"Mon 19",,"Thu 12"
,"8:00 AM – 12:00 PM","12:00 PM – 4:00 PM","8:00 AM – 4:00 PM"
"Haddad, Leila","OK","","(OK)"
"Nora Beaumont","","","OK"
"Dan Nakamura","OK","OK","maybe later"
"#;

/// A folder with a poll and a scenario that has a comment.
fn place() -> Place {
    let place = Place::new();
    fs::write(place.path("poll.csv"), POLL).unwrap();
    fs::write(place.path("my.toml"), format!("# My own comment.\n{}", ibbi_app::sim::EXAMPLE)).unwrap();
    place
}

fn scenario(place: &Place) -> String {
    fs::read_to_string(place.path("my.toml")).unwrap()
}

#[test]
fn report_has_people_and_weeks_and_what_was_not_understood() {
    let place = place();
    let before = place.files();
    let result = place.ibbi(&["availability", "poll.csv", "--scenario", "my.toml"]);
    assert_eq!((result.code, result.err.as_str()), (0, ""));
    insta::assert_snapshot!("availability", result.out);
    assert_eq!(place.files(), before, "nothing is written without a yes");
}

#[test]
fn documented_example_is_what_the_program_prints() {
    let place = place();
    let printed = place.done(&["availability", "poll.csv", "--scenario", "my.toml"]);
    let path = repository("docs/availability.md");
    let found = fs::read_to_string(&path).unwrap();
    let mut made = found.clone();
    for (name, language, text) in [("poll", "csv", POLL), ("report", "text", &printed)] {
        let begin = format!("<!-- generated: {name} -->\n");
        let (before, rest) = made.split_once(&begin).expect("the page has the part");
        let (_, after) = rest.split_once("<!-- end -->").expect("the part has an end");
        made = format!("{before}{begin}```{language}\n{text}```\n<!-- end -->{after}");
    }
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        fs::write(&path, made).unwrap();
    } else {
        assert_eq!(found, made, "docs/availability.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

#[test]
fn accepted_times_are_in_the_scenario_with_its_comments() {
    let place = place();
    let accept = ["availability", "poll.csv", "--scenario", "my.toml", "--accept"];
    assert!(place.done(&accept).ends_with("Wrote my.toml.\n"));
    let text = scenario(&place);
    assert!(text.starts_with("# My own comment.\n"));
    let old: Vec<&str> = ibbi_app::sim::EXAMPLE.lines().filter(|line| !line.contains("unavailable")).collect();
    assert!(old.iter().all(|line| text.contains(line)), "{text}");
    assert!(text.contains("{ on = 2026-10-19, half = \"afternoon\" }"), "{text}");
    place.done(&["plan", "my.toml"]);
    assert!(place.done(&accept).ends_with("already has these times. Nothing was written.\n"));
    assert_eq!(scenario(&place), text);
}

#[test]
fn questions_stop_the_import_and_name_the_arguments() {
    let place = place();
    fs::write(place.path("cal.txt"), "never Fridays\n").unwrap();
    let before = place.files();
    let files = ["availability", "cal.txt", "-", "--scenario", "my.toml", "--accept"];
    let result = place.ibbi_with(&files, b"Kev Costa: Mondays\n");
    assert_eq!(result.code, REFUSED);
    insta::assert_snapshot!("availability-questions", result.out);
    assert_eq!(place.files(), before);
    let answers = ["--person", "cal.txt=k-brandt", "--person", "Kev Costa=skip"];
    let result = place.ibbi_with(&[&files[..], &answers[..]].concat(), b"Kev Costa: Mondays\n");
    assert_eq!(result.code, 0, "{}", result.err);
    assert!(scenario(&place).contains("\n  \"friday\",\n]"));
}

#[test]
fn result_can_go_to_another_file() {
    let place = place();
    let out = |file: &str| place.ibbi(&["availability", "poll.csv", "--scenario", "my.toml", "-o", file]);
    assert_eq!(out("new.toml").code, 0);
    place.done(&["scenario", "check", "new.toml"]);
    for file in ["my.toml", "poll.csv"] {
        let result = out(file);
        assert_eq!(result.code, USAGE);
        assert!(result.err.contains("is the input file"), "{}", result.err);
    }
    fs::write(place.path("letter.txt"), "Dear all").unwrap();
    assert!(out("letter.txt").err.contains("already exists and is not a scenario"));
}

#[test]
fn json_has_the_scenario_and_writes_only_if_accepted() {
    let place = place();
    let before = place.files();
    let (code, answer) = place.json(&["availability", "poll.csv", "--scenario", "my.toml"]);
    assert_eq!((code, &answer["ready"], &answer["written"]), (0, &true.into(), &serde_json::Value::Null));
    assert_eq!(answer["people"][0]["weeks"][0]["monday"], "2026-10-19");
    assert_eq!(place.files(), before);
    fs::write(place.path("new.json"), answer["scenario"].to_string()).unwrap();
    place.done(&["scenario", "check", "new.json"]);
    // A scenario that is JSON has no comments to keep, and can't be changed in place.
    let result = place.ibbi(&["availability", "-", "--scenario", "new.json", "--accept"]);
    assert_eq!(result.code, USAGE);
    let result = place.ibbi_with(&["availability", "-", "--scenario", "new.json", "--accept"], b"K. Brandt: Mondays");
    assert!(result.code == USAGE && result.err.contains("with -o"), "{}", result.err);
}

#[test]
fn wrong_arguments_and_files_say_what_to_do() {
    let place = place();
    fs::write(place.path("page.html"), "<html></html>").unwrap();
    for (args, part) in [
        (vec!["poll.csv", "--accept"], "--scenario"),
        (vec!["missing.csv"], "cannot read missing.csv"),
        (vec!["poll.csv", "--from", "someday"], "`someday` is not a date"),
        (vec!["poll.csv", "--scenario", "my.toml", "--person", "Nora"], "--person needs a name and a person"),
        (vec!["poll.csv", "--scenario", "my.toml", "--person", "Nora Beaumnot=skip"], "did you mean Nora Beaumont?"),
        (
            vec!["poll.csv", "--scenario", "my.toml", "--from", "2026-11-01", "--to", "2026-10-01"],
            "write the earlier day first",
        ),
        (vec!["-", "--scenario", "-"], "can be read once"),
    ] {
        let result = place.ibbi(&[&["availability"], &args[..]].concat());
        assert!(matches!(result.code, 2 | 5) && result.err.contains(part), "{args:?}: {}", result.err);
    }
    let result = place.ibbi(&["availability", "page.html"]);
    assert!(result.code == USAGE && result.out.contains("page.html: this is a web page"), "{}", result.out);
}
