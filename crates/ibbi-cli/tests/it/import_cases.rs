//! Importing past cases from a spreadsheet.

use crate::support::Place;
use ibbi_testing::repository;
use serde_json::Value;
use std::fs;

const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const BAD_LEDGER: i32 = 4;

/// The header of short files.
const HEADER: &str = "district,reference,opened,superintendent,superintendent_agreed,outcome,ended,reason,note";

/// A folder with the example of the documentation.
fn place() -> Place {
    let place = Place::new();
    fs::copy(repository("docs/past-cases.csv"), place.path("past-cases.csv")).expect("the example");
    place
}

fn write(place: &Place, rows: &str) {
    fs::write(place.path("cases.csv"), format!("{HEADER}\n{rows}\n")).expect("a file");
}

fn lines(place: &Place) -> Vec<Value> {
    let text = fs::read_to_string(place.path("a.ledger")).expect("a ledger");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The rows of an answer with their status, such as `2 imported`.
fn statuses(answer: &Value) -> Vec<String> {
    let row = |case: &Value| format!("{} {}", case["row"], case["status"].as_str().expect("a status"));
    answer["cases"].as_array().expect("a list").iter().map(row).collect()
}

#[test]
fn report_names_row_column_rule_and_remedy() {
    let place = place();
    let before = place.files();
    let result = place.ibbi(&["import", "cases", "past-cases.csv"]);
    assert_eq!((result.code, result.err.as_str()), (REFUSED, ""));
    insta::assert_snapshot!("import-cases", result.out);
    assert_eq!(place.files(), before, "a check changes nothing");
}

#[test]
fn imported_cases_are_sound_and_a_second_import_records_nothing() {
    let place = place();
    let import = ["import", "cases", "past-cases.csv", "--into", "a.ledger", "--actor", "P. Sullivan"];
    let (code, answer) = place.json(&import);
    assert_eq!(code, REFUSED);
    let imported = ["2 imported", "3 imported", "4 refused", "5 imported", "6 refused", "7 imported"];
    assert_eq!(statuses(&answer), imported);
    assert_eq!((&answer["imported"], &answer["refused"]), (&Value::from(4), &Value::from(2)));
    assert!(place.done(&["verify", "a.ledger"]).starts_with("sound"));
    let audit = place.done(&["audit", "a.ledger"]);
    assert!(audit.contains("no errors, no warnings"), "{audit}");
    // All records of an imported case are written at once. Each has the stage after itself.
    let history = place.done(&["audit", "a.ledger", "--case", "Alder Point"]);
    let stages = history.lines().filter_map(|line| line.trim().strip_prefix("- the case is now in "));
    assert_eq!(
        stages.collect::<Vec<_>>(),
        ["Inquiry", "Introduction", "Application", "Training", "Caucus"],
        "{history}"
    );
    for (case, stage) in [("Maple Hollow", "completed"), ("Birch Valley", "not adopted"), ("Alder Point", "Caucus")] {
        let status = place.done(&["status", "a.ledger", "--case", case]);
        assert!(status.contains(stage), "{case}: {status}");
    }
    let timeline = place.done(&["replay", "a.ledger", "--case", "Maple Hollow"]);
    for counted in ["480 minutes count for part 1", "240 minutes count for part 1", "240 minutes count for part 2"] {
        assert_eq!(timeline.matches(counted).count(), 1, "{counted}: {timeline}");
    }
    for line in &lines(&place)[1..] {
        assert_eq!(line["actor"], "P. Sullivan");
        assert!(line["act"].is_array(), "each case is one act: {line}");
    }
    let known: Vec<_> = lines(&place).into_iter().filter(|line| line["type"] == "meeting_held").collect();
    assert_eq!((&known[0]["precision"], &known[0]["at"]), (&Value::Null, &"2023-09-19T19:30:00.000Z".into()));
    assert_eq!(known[1]["precision"], "day");

    // Another clerk imports the same file, with its columns and rows in another order.
    let before = fs::read(place.path("a.ledger")).expect("a ledger");
    let (code, again) = place.json(&["import", "cases", "past-cases.csv", "--into", "a.ledger"]);
    assert_eq!(code, REFUSED);
    assert_eq!(statuses(&again), imported.map(|row| row.replace("imported", "existing")));
    assert_eq!(fs::read(place.path("a.ledger")).expect("a ledger"), before, "nothing is recorded twice");

    // The corrected rows are imported, and no other.
    let text = fs::read_to_string(place.path("past-cases.csv")).expect("a file");
    let corrected = text.replace("2/2/2024,,,,,2/9", "2/2/2024,2/5/2024,,,,2/9").replace("21/2/2024", "2/21/2024");
    fs::write(place.path("past-cases.csv"), corrected).expect("a file");
    let (code, answer) = place.json(&["import", "cases", "past-cases.csv", "--into", "a.ledger"]);
    assert_eq!((code, answer["imported"].as_u64(), answer["existing"].as_u64()), (0, Some(2), Some(4)), "{answer}");
    assert!(place.done(&["verify", "a.ledger"]).starts_with("sound"));
    place.done(&["audit", "a.ledger"]);
}

#[test]
fn dry_run_reports_what_would_be_recorded() {
    let place = place();
    let dry = ["import", "cases", "past-cases.csv", "--into", "a.ledger", "--dry-run"];
    let (code, answer) = place.json(&dry);
    assert_eq!((code, &answer["ready"], &answer["dry_run"]), (REFUSED, &4.into(), &true.into()));
    assert!(!place.path("a.ledger").exists());
    write(&place, "Birch Valley,,,,9/8/2023,,,,\nElm Ridge,,3/4/2024,,3/5/2024,,,,");
    place.done(&["import", "cases", "cases.csv", "--into", "a.ledger"]);
    let before = place.files();
    let (_, answer) = place.json(&dry);
    let expected = ["2 ready", "3 refused", "4 refused", "5 ready", "6 refused", "7 refused"];
    assert_eq!(statuses(&answer), expected, "rows 3 and 7 have more than the ledger");
    assert_eq!(place.files(), before);
}

#[test]
fn changed_row_is_reported_and_never_makes_a_second_case() {
    let place = Place::new();
    let import = ["import", "cases", "cases.csv", "--into", "a.ledger"];
    let row = "Birch Valley,,9/1/2023,D. Reyes,9/4/2023,withdrawn,10/2/2023,No time,By phone";
    write(&place, row);
    place.done(&import);
    let before = fs::read(place.path("a.ledger")).expect("a ledger");
    for (changed, excerpt) in [
        (
            row.replace("9/4/2023", "9/5/2023"),
            "superintendent_agreed (9/5/2023): the ledger has this case, but number 5",
        ),
        (
            row.replace("D. Reyes", "Dolores Reyes"),
            "D. Reyes, superintendent, agreed. Correct the case with `ibbi amend`",
        ),
        (row.replace("withdrawn,10/2/2023,No time", ",,"), "with milestones that the row doesn't have"),
        (row.replace("By phone", ""), "with milestones that the row doesn't have"),
        // Another day of opening, and then another name of the district, with nothing else.
        (row.replace("9/1/2023", "9/2/2023"), "covers some of the same time"),
        (row.replace("9/1/2023", ""), "covers some of the same time"),
    ] {
        write(&place, &changed);
        let result = place.ibbi(&import);
        assert!(result.code == REFUSED && result.out.contains(excerpt), "{changed}: {}", result.out);
        assert_eq!(fs::read(place.path("a.ledger")).expect("a ledger"), before, "{changed}");
    }
    // Case and spaces in the name of the district don't matter.
    write(&place, &row.replace("Birch Valley", "birch  valley"));
    assert!(place.ibbi(&import).out.contains("opened"), "the district's name is part of the opening");
    // What is corrected in the ledger stays, and the row is still the same case.
    place.done(&["amend", "a.ledger", "5", "name=Dolores Reyes"]);
    write(&place, row);
    assert!(place.done(&import).contains("already in the ledger from number 2"));
}

#[test]
fn only_format_of_a_program_is_imported_with_the_decisions() {
    let place = place();
    let text = fs::read_to_string(place.path("past-cases.csv")).expect("a file");
    let adopted = text.replace("Quinn Abara,,,,,,", "Quinn Abara,4/11/2024,adopt,4/11/2024,adopt,,");
    fs::write(place.path("past-cases.csv"), adopted).expect("a file");
    let import = ["import", "cases", "past-cases.csv", "--into", "a.ledger"];
    for status in ["5 imported", "5 existing"] {
        let (_, answer) = place.json(&import);
        assert!(statuses(&answer).contains(&status.to_owned()), "{answer}");
        assert_eq!(answer["cases"][3]["stage"], "facilitation");
        assert_eq!(answer["cases"][3]["events"], 29);
    }
}

#[test]
fn two_cases_of_a_district_need_a_reference_if_they_overlap() {
    let place = Place::new();
    let check = |rows: &str| {
        write(&place, rows);
        place.ibbi(&["import", "cases", "cases.csv"])
    };
    let result = check("Elm Ridge,,9/1/2022,,9/2/2022,withdrawn,10/1/2022,,\nElm Ridge,,9/1/2023,,9/2/2023,,,,");
    assert_eq!(result.code, 0, "{}", result.out);
    let result = check("Elm Ridge,,9/1/2023,,9/2/2023,,,,\nelm ridge,,9/1/2023,,9/3/2023,,,,");
    assert!(result.code == REFUSED && result.out.contains("row 2 is the same case"), "{}", result.out);
    let result = check("Elm Ridge,,9/1/2023,,9/9/2023,,,,\nElm Ridge,,9/2/2023,,9/3/2023,,,,");
    assert!(
        result.out.contains("row 2 (Fri, Sep 1, 2023 to Sat, Sep 9, 2023) covers some of the same time"),
        "{}",
        result.out
    );
    let result = check("Elm Ridge,teachers,9/1/2023,,9/9/2023,,,,\nElm Ridge,aides,9/1/2023,,9/3/2023,,,,");
    assert!(result.code == 0 && result.out.contains("note: row 2"), "{}", result.out);
    let result = check("Elm Ridge,7,9/1/2023,,9/9/2023,,,,\nElm Ridge,7,10/1/2023,,10/3/2023,,,,");
    assert!(result.code == REFUSED && result.out.contains("row 2 is the same case"), "{}", result.out);
}

#[test]
fn cells_and_outcomes_that_do_not_fit_are_reported() {
    let place = Place::new();
    for (row, excerpt) in [
        (",,9/1/2023,,,,,,", "the district is missing"),
        ("Elm Ridge,,,,,,,,", "the row has no day"),
        ("Elm Ridge,,9/1/2023,,8/1/2023,,,,", "was before the case was opened"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,completed,,,", "by its days, the case is in Inquiry"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,withdrawn,,,", "ended: enter the day on which the case was withdrawn"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,,10/1/2023,,", "outcome: enter how the case ended"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,finished,10/1/2023,,", "`finished` is not known; write one of: completed"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,not accepted,10/1/2023,,", "All three key leaders must agree first."),
        ("Elm Ridge,,9/1/2023,,1/2/2999,,,,", "is in the future"),
        ("Elm\u{7f} Ridge,,9/1/2023,,9/2/2023,,,,", "the name has the character U+007F"),
        ("Elm Ridge,,9/1/2023,,9/2/2023,,,,so,and more", "in a column without a name"),
    ] {
        write(&place, row);
        let result = place.ibbi(&["import", "cases", "cases.csv", "--into", "a.ledger"]);
        assert!(result.code == REFUSED && result.out.contains(excerpt), "{row}: {result:?}");
        assert!(!result.out.contains('\u{7f}'), "{row}: a control character");
        assert!(!place.path("a.ledger").exists(), "{row}: a ledger was created for nothing");
    }
}

#[test]
fn files_that_can_not_be_used_change_nothing() {
    let place = place();
    fs::write(place.path("notes.txt"), "What the chair said\n").expect("a file");
    fs::write(place.path("wrong.csv"), "District,labour team,Distrct\nA,,\n").expect("a file");
    fs::write(place.path("empty.csv"), "").expect("a file");
    fs::write(place.path("book.xlsx"), b"PK\x03\x04rest").expect("a file");
    fs::write(place.path("many.csv"), "district\n".to_owned() + &"Elm Ridge\n".repeat(100_000)).expect("a file");
    fs::write(place.path("long.csv"), "district\n".to_owned() + &"x".repeat(16 * 1024 * 1024)).expect("a file");
    fs::hard_link(place.path("past-cases.csv"), place.path("link.ledger")).expect("a link");
    let before = place.files();
    for (args, code, excerpt) in [
        (&["wrong.csv"][..], USAGE, "no column `labour team` (did you mean labor_team?)"),
        (&["wrong.csv"], USAGE, "no column `Distrct` (did you mean district?)"),
        (&["empty.csv", "--into", "a.ledger"], USAGE, "the file is empty"),
        (&["book.xlsx"], USAGE, "save it as CSV UTF-8"),
        (&["many.csv"], USAGE, "more than 10,000 rows; split it"),
        (&["long.csv"], USAGE, "too long for a spreadsheet of past cases"),
        (&["nowhere.csv"], 5, "cannot read nowhere.csv"),
        (&["past-cases.csv", "--into", "past-cases.csv"], USAGE, "is the input file; choose another ledger"),
        (&["past-cases.csv", "--into", "link.ledger"], USAGE, "is the input file; choose another ledger"),
        (&["past-cases.csv", "--into", "notes.txt"], BAD_LEDGER, "does not begin as a ledger"),
        (&["past-cases.csv", "--into", "notes.txt", "--dry-run"], BAD_LEDGER, "does not begin as a ledger"),
        (&["past-cases.csv", "--dry-run"], USAGE, "--into"),
        (&[], USAGE, "FILE"),
    ] {
        let result = place.ibbi(&[&["import", "cases"], args].concat());
        assert!(result.code == code && result.err.contains(excerpt), "{args:?}: {result:?}");
        assert_eq!(result.out, "", "{args:?}");
        assert!(place.files() == before, "{args:?}: a file changed");
    }
}

#[test]
fn standard_input_and_the_template_work_together() {
    let place = Place::new();
    let template = place.done(&["import", "cases", "--template"]);
    let columns = place.done(&["import", "cases", "--columns"]);
    assert_eq!(columns.lines().count(), template.split(',').count());
    let row = format!("{template}Elm Ridge,,,,,9/1/2023{}\r\n", ",".repeat(template.split(',').count() - 6));
    let result = place.ibbi_with(&["import", "cases", "-", "--into", "a.ledger"], row.as_bytes());
    assert!(result.code == 0 && result.out.contains("standard input: 1 row: 1 imported"), "{result:?}");
}
