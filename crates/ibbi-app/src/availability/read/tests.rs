//! Finding people, asking about names, and what an import reports.

mod pasted;

use super::*;
use crate::availability::WeekHours;

fn scenario() -> Scenario {
    Scenario::parse(ibbi_sim::EXAMPLE).unwrap()
}

fn imported(files: &[(&str, &str)], people: &[(&str, &str)]) -> Result<AvailabilityImport, AppError> {
    let scenario = scenario();
    let people: Vec<_> = people.iter().map(|(name, person)| ((*name).to_owned(), (*person).to_owned())).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| AvailabilityFile { name, bytes: text.as_bytes() }).collect();
    let options = ImportOptions { from: None, to: None, people: &people, replace: false, today: scenario.start };
    import(&files, Some(&scenario), &options)
}

fn asked(import: &AvailabilityImport) -> Vec<(&str, Vec<String>)> {
    import.questions.iter().map(|asked| (asked.name.as_str(), asked.answers())).collect()
}

#[test]
fn people_are_found_and_weeks_are_counted() {
    let poll =
        "Name,Mon 19 Oct 2026 8:00 AM - 12:00 PM,Tue 20 Oct 2026,Wed 21 Oct 2026\n\"Ortiz, Julia\",No,No,If need be\n";
    let import = imported(&[("poll.csv", poll)], &[]).unwrap();
    let [person] = import.people.as_slice() else { panic!("{:?}", import.people) };
    assert_eq!((person.id.as_ref().unwrap().as_str(), person.name.as_str()), ("j-ortiz", "J. Ortiz"));
    assert_eq!(person.sources, ["Ortiz, Julia, in poll.csv"]);
    let [week] = person.weeks.as_slice() else { panic!("{:?}", person.weeks) };
    assert_eq!(week.monday.to_string(), "2026-10-19");
    assert_eq!(week.cannot, WeekHours { days: 1, minutes: 240 });
    assert_eq!(week.text(), "can't come 1 whole day and 4 hours; if need be 1 whole day");
    assert!(import.is_ready() && import.changed);
    let scenario = import.scenario.unwrap();
    scenario.check().unwrap();
    assert_eq!(scenario.people.iter().filter(|person| !person.if_need_be.is_empty()).count(), 1);
}

#[test]
fn unsure_names_are_asked_and_answered() {
    let files = [("a.txt", "Nat: never Fridays\nOrtiz: Mondays\n"), ("b.txt", "never Tuesdays")];
    let import = imported(&files, &[]).unwrap();
    assert_eq!(asked(&import), [("Nat", vec!["Nat=skip".to_owned()]), ("b.txt", vec!["b.txt=skip".to_owned()])]);
    assert!(!import.is_ready());
    let import = imported(&files, &[("nat", "n-beaumont"), ("b.txt", "skip")]).unwrap();
    assert!(import.is_ready(), "{:?}", import.questions);
    assert_eq!(
        import.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
        ["J. Ortiz", "N. Beaumont"]
    );
}

#[test]
fn two_names_for_one_person_are_asked() {
    let import = imported(&[("a.txt", "Julia Ortiz: Mondays\nJorge Ortiz: Fridays\n")], &[]).unwrap();
    assert_eq!(import.questions.len(), 2);
    assert!(import.questions[0].question.contains("and \"Jorge Ortiz\" in a.txt look like one person"));
    // The exact name is the person, and the other one isn't.
    let import = imported(&[("a.txt", "J. Ortiz: Mondays\nJorge Ortiz: Fridays\n")], &[]).unwrap();
    assert_eq!(
        asked(&import),
        [("Jorge Ortiz", vec!["Jorge Ortiz=j-ortiz".to_owned(), "Jorge Ortiz=skip".to_owned()])]
    );
}

#[test]
fn wrong_answers_are_refused() {
    for (answer, part) in
        [(("Natt", "n-beaumont"), "did you mean Nat?"), (("Nat", "n-beaumnot"), "did you mean n-beaumont?")]
    {
        let error = imported(&[("a.txt", "Nat: never Fridays")], &[answer]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn unreadable_files_and_words_are_reported() {
    let import = imported(&[("a.html", "<html>"), ("b.txt", "J. Ortiz: frydays; Mondays")], &[]).unwrap();
    assert!(import.files[0].problem.is_some() && !import.is_ready());
    assert_eq!(import.not_understood[0].place, "line 1");
    assert!(import.not_understood[0].message.contains("did you mean fridays?"));
    assert_eq!(import.people[0].added, ["can't come on Mondays"]);
}

#[test]
fn dates_that_no_plan_reaches_have_a_note() {
    let import = imported(&[("a.txt", "J. Ortiz: Oct 5-9 2031")], &[]).unwrap();
    assert!(import.people[0].notes[0].contains("doesn't reach these times: 2031-10-05 to 2031-10-09"));
}

#[test]
fn files_of_one_person_are_joined_and_contradictions_are_noted() {
    let one = "Name,Oct 19 AM,Oct 20\nJ. Ortiz,yes,yes\n";
    let other = "Name,Oct 19\nJ. Ortiz,no\n";
    let import = imported(&[("a.csv", one), ("b.csv", other)], &[]).unwrap();
    assert!(import.people[0].notes[0].starts_with("The files contradict each other on 1 day"));
    assert_eq!(import.people[0].sentences[0], "can't come on Oct 19, 2026");
}

#[test]
fn importing_again_changes_nothing() {
    let files: &[(&str, &str)] = &[
        ("a.csv", "Name,Mon,Tue pm,Oct 7\nJ. Ortiz,no,maybe,9-12\nN. Beaumont,yes,yes,no\n"),
        ("b.txt", "J. Ortiz: only after 9, never Oct 5-9"),
    ];
    let first = imported(files, &[]).unwrap();
    let files: Vec<_> = files.iter().map(|(name, text)| AvailabilityFile { name, bytes: text.as_bytes() }).collect();
    let scenario = first.scenario.unwrap();
    let options = ImportOptions { from: None, to: None, people: &[], replace: false, today: scenario.start };
    let second = import(&files, Some(&scenario), &options).unwrap();
    assert!(first.changed && !second.changed);
    assert_eq!(second.scenario.unwrap(), scenario);
}

#[test]
fn without_a_scenario_files_are_only_read() {
    let today = "2026-09-08".parse().unwrap();
    let options = ImportOptions { from: None, to: None, people: &[], replace: false, today };
    let file = AvailabilityFile { name: "a.txt", bytes: b"Kevin Almeida: never Tuesdays" };
    let import = import(&[file], None, &options).unwrap();
    assert_eq!(import.people[0].sentences, ["can't come on Tuesdays"]);
    assert_eq!((import.scenario, import.people[0].added.len()), (None, 0));
}
