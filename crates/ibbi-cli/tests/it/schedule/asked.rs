//! `ibbi scenario new`: the template, the questions, and what becomes of the answers.

use super::with_sample;
use crate::support::Place;

const ANSWERS: &str = "Maple Hollow\n2026-09-08\n6/30/2027\nyes\nhalf\nNorfolk\n\
Winter break 2026-12-24 to 2027-01-01\nEarly release wednesday afternoons\n\n\
R. Amari\nno\nfrydays\nfridays\nJ. Ortiz\nyes\n\nT. Okafor\n\nmonday mornings, tuesday mornings\n\
N. Beaumont\ntuesdays, 2026-11-02 to 2026-11-13\n\nL. Haddad\n\n\nC. Sato\n11/20/2026\n\n";

#[test]
fn without_a_terminal_a_commented_template_is_written_that_plans_as_it_stands() {
    let place = Place::new();
    let said = place.done(&["scenario", "new", "my.toml"]);
    assert!(said.contains("ibbi plan my.toml"), "{said}");
    let text = std::fs::read_to_string(place.path("my.toml")).expect("a scenario");
    assert!(text.contains("# labor_adopts = 0.8"), "{text}");
    place.done(&["plan", "my.toml"]);
    place.done(&["scenario", "check", "my.toml"]);
    assert_eq!(place.done(&["scenario", "new", "-"]), text);
}

#[test]
fn the_questions_are_asked_until_the_answers_are_understood() {
    let place = Place::new();
    let said = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], ANSWERS.as_bytes());
    assert_eq!(said.code, 0, "{said:?}");
    insta::assert_snapshot!("asked", without_today(&said.err));
    insta::assert_snapshot!("asked-file", std::fs::read_to_string(place.path("my.toml")).expect("a scenario"));
    place.done(&["plan", "my.toml"]);
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
fn who_stops_answering_has_written_nothing() {
    let place = Place::new();
    for count in 0..ANSWERS.lines().count() - 1 {
        let some: String = ANSWERS.split_inclusive('\n').take(count).collect();
        let said = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], some.as_bytes());
        assert!(said.code == 2 && said.err.contains("nothing was written"), "{count}: {said:?}");
        assert!(place.files().is_empty(), "{count}");
    }
}

#[test]
fn an_existing_file_is_told_before_the_first_question() {
    let place = with_sample("maple-hollow.toml");
    let before = place.files();
    let said = place.ibbi_with(&["scenario", "new", "my.toml", "--ask"], ANSWERS.as_bytes());
    assert!(said.code == 5 && !said.err.contains("district"), "{said:?}");
    assert_eq!(place.files(), before);
}
