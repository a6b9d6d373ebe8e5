//! `ibbi scenario new`: the template, the questions, and what becomes of the answers.

use super::with_sample;
use crate::support::Place;

const ANSWERS: &str = "Maple Hollow\n2026-09-08\n6/30/2027\nyes\nhalf\nNorfolk\n\
Winter break Dec 24 to Jan 1\nEarly release wednesday afternoons\n\n\
R. Amari\nno\nfrydays\nfridays\nJ. Ortiz\nyes\n\nT. Okafor\n\nonly after 7\nmonday mornings, tuesday mornings; Oct 5-9 if need be\n\
N. Beaumont\ntuesdays, 2026-11-02 to 2026-11-13\n\nL. Haddad\n\n\nC. Sato\n11/20/2026\n\n";

#[test]
fn template_is_a_valid_scenario() {
    let place = Place::new();
    let result = place.done(&["scenario", "new", "my.toml"]);
    assert!(result.contains("ibbi plan my.toml"), "{result}");
    let text = std::fs::read_to_string(place.path("my.toml")).expect("a scenario");
    assert!(text.contains("# labor_adopts = 0.8"), "{text}");
    place.done(&["plan", "my.toml"]);
    place.done(&["scenario", "check", "my.toml"]);
    let other = place.done(&["scenario", "new", "-"]);
    assert_ne!(other, text, "each scenario has an ID of its own");
    assert_eq!(without_id(&other), without_id(&text));
}

#[test]
fn the_questions_are_asked_until_the_answers_are_understood() {
    let place = Place::new();
    let result = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], ANSWERS.as_bytes());
    assert_eq!(result.code, 0, "{result:?}");
    insta::assert_snapshot!("asked", without_today(&result.err));
    let file = std::fs::read_to_string(place.path("my.toml")).expect("a scenario");
    insta::assert_snapshot!("asked-file", without_id(&file));
    place.done(&["plan", "my.toml"]);
}

/// Replaces the ID of a new scenario, which is random.
fn without_id(scenario: &str) -> String {
    let id = scenario.split("id = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("the scenario's ID");
    assert_eq!(id.len(), 36, "{id}");
    scenario.replacen(id, "ID", 1)
}

/// Replaces the one answer that depends on the day: the day on which the leaders are asked is today by default.
fn without_today(questions: &str) -> String {
    let default = "the three key leaders? [";
    let start = questions.find(default).expect("the question with today as its answer") + default.len();
    let end = start + questions[start..].find(']').expect("the end of the default answer");
    let day = &questions[start..end];
    assert!(day.parse::<ibbi_core::Date>().is_ok(), "`{day}` is not a day");
    format!("{}today{}", &questions[..start], &questions[end..])
}

#[test]
fn unfinished_answers_write_nothing() {
    let place = Place::new();
    for count in 0..ANSWERS.lines().count() - 1 {
        let some: String = ANSWERS.split_inclusive('\n').take(count).collect();
        let result = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], some.as_bytes());
        assert!(result.code == 2 && result.err.contains("nothing was written"), "{count}: {result:?}");
        assert!(place.files().is_empty(), "{count}");
    }
}

#[test]
fn existing_file_is_reported_before_the_first_question() {
    let place = with_sample("maple-hollow.toml");
    let before = place.files();
    let result = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], ANSWERS.as_bytes());
    assert!(result.code == 5 && !result.err.contains("district"), "{result:?}");
    assert_eq!(place.files(), before);
}
