//! Answers as people paste them into emails and lists. Each is understood, or reported; none is taken for something else.

use super::*;
use ibbi_core::{MemberId, Name};
use ibbi_sim::Role;

/// Returns what was understood of an answer, and the words that weren't.
fn shown(answer: &str) -> String {
    let import = imported(&[("a.txt", &format!("K. Brandt: {answer}"))], &[]).unwrap();
    assert_eq!((import.people.len(), import.questions.len()), (1, 0), "{answer}");
    let mut parts = import.people[0].sentences.clone();
    for problem in &import.not_understood {
        parts.push(match (problem.message.split_once("added either: "), problem.message.split('`').nth(1)) {
            (Some((_, times)), _) => format!("not added: {times}"),
            (None, words) => format!("? `{}`", words.unwrap_or_default()),
        });
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" | ") }
}

#[test]
fn answers_are_understood_or_reported() {
    let table = r#"
        not available wk of 2/15 => can't come from Feb 15, 2027 to Feb 21, 2027
        out the 3rd–7th => ? `out the 3rd–7th`
        T/Th after 3:30 => can't come on Tuesdays and Thursdays after 3:30 PM
        any day but Fri => ? `any day but Fri`
        free 10/5, 10/7 am => ? `free 10/5, 10/7 am`
        nope all Feb break => can't come from Feb 15, 2027 to Feb 19, 2027
        after school only => ? `after school only`
        mornings ok except the 12th => ? `mornings ok except the 12th`
        mornings ok except Oct 12 => can come only until Oct 11, 2026 in the morning, or from Oct 13, 2026 in the morning
        Friday, noon on => can't come on Fridays after noon
        not before 9:30 => can't come before 9:30 AM
        I can't do Mondays => can't come on Mondays
        can't make 10/5 => can't come on Oct 5, 2026
        I'm free Wednesdays => can come only on Wednesdays
        Wednesdays work best => ? `Wednesdays work best`
        Tues/Thurs are bad => can't come on Tuesdays and Thursdays
        Anything but Mondays => ? `Anything but Mondays`
        anytime => ? `anytime`
        anytime except Oct 5 => ? `anytime except Oct 5`
        none => nothing
        I'm flexible => ? `I'm flexible`
        TBD => ? `TBD`
        OOO 10/5-10/9 => can't come from Oct 5, 2026 to Oct 9, 2026
        gone the week of Oct 5 => can't come from Oct 5, 2026 to Oct 11, 2026
        unavailable 10/5 & 10/7 => can't come on Oct 5, 2026, or on Oct 7, 2026
        Oct 5-7, 12-14 => can't come from Oct 5, 2026 to Oct 7, 2026, or from Oct 12, 2026 to Oct 14, 2026
        10/5 am, 10/7 pm => can't come on Oct 5, 2026 in the morning, or on Oct 7, 2026 in the afternoon
        MWF => can't come on Mondays, Wednesdays, and Fridays
        TR after 3 => ? `TR after 3`
        Wed. afternoons => can't come on Wednesday afternoons
        alternate Fridays => can't come every other Friday from Sep 8, 2026
        2nd & 4th Tuesdays => can't come on the second Tuesday of the month, or on the fourth Tuesday of the month
        after Thanksgiving => can't come from Nov 27, 2026
        Columbus Day weekend => ? `Columbus Day weekend`
        spring break => ? `spring break`
        Yom Kippur => ? `Yom Kippur`
        evenings preferred => ? `evenings preferred`
        Tuesdays are possible but not ideal => ? `Tuesdays are possible but not ideal`
        Mondays maybe => ? `Mondays maybe`
        Fridays work except Oct 9 => can come only on Fridays until Oct 8, 2026, or on Fridays from Oct 10, 2026
        No Fridays except Oct 9 => can't come on Fridays until Oct 8, 2026, or on Fridays from Oct 10, 2026
        not available Mondays unless after 4 => ? `not available Mondays unless after 4`
        teaching until 2:30 every day => ? `teaching until 2:30 every day`
        in class 8-2:30 M-F => can't come on weekdays from 8:00 AM to 2:30 PM
        10/8 at 10am => ? `10/8 at 10am`
        Oct 8, 2-4 => ? `Oct 8, 2-4`
        Oct 8 2-4 => can't come on Oct 8, 2026 from 2:00 PM to 4:00 PM
        31/12 => ? `31/12`
        2/30 => ? `2/30`
        Mondays 3-2 => ? `Mondays 3-2`
        Monday 10/6 => ? `Monday 10/6`
        Not Tuesdays, Wednesdays are ok => ? `are ok` | not added: can't come on Tuesdays and Wednesdays
        Tuesdays yes, Wednesdays no => ? `Tuesdays yes` | not added: can't come on Wednesdays
        Mondays no, otherwise fine => ? `otherwise fine` | not added: can't come on Mondays
        this Friday => ? `this Friday`
        12th-14th => ? `12th-14th`
        week of 10/5, 10/19 => ? `week of 10/5, 10/19`
        not only Mondays => ? `not only Mondays`
        9-5 M-F => can't come on weekdays from 9:00 AM to 5:00 PM
        after 7 => ? `after 7`
        Mondays (except Oct 5) => can't come on Mondays until Oct 4, 2026, or on Mondays from Oct 6, 2026
        out 10/5; in 10/6 => can't come on Oct 5, 2026 | ? `in 10/6`
        away till the 12th => ? `away till the 12th`
        10/5 does not work for me => ? `10/5 does not work for me`
        10/5 doesn't work => can't come on Oct 5, 2026
        I work Mondays => ? `I work Mondays`
        no problem with Mondays => ? `no problem with Mondays`
        nothing on Mondays => ? `nothing on Mondays`
        no later than 4 => can't come after 4:00 PM
        available from 3 to 5 on Mondays => can come only on Mondays from 3:00 PM to 5:00 PM
        N/A Mondays => ? `N/A Mondays`
        can't Mondays but can Tuesdays => ? `can Tuesdays` | not added: can't come on Mondays
        lunes y miércoles => ? `lunes y miércoles`
        Friday after 3 to Sunday => ? `Friday after 3 to Sunday`
        end of October => can't come from Oct 21, 2026 to Oct 31, 2026
        odd weeks => ? `odd weeks`
    "#;
    let rows: Vec<&str> = table.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert!(rows.len() > 60);
    for row in rows {
        let (answer, expected) = row.split_once(" => ").unwrap();
        assert_eq!(shown(answer), expected, "{answer}");
    }
}

#[test]
fn names_are_sure_or_asked() {
    let mut scenario = scenario();
    scenario.people = ["Kelly Smith", "Kelly Jones", "Robert Smith", "José Núñez", "Anne-Marie O'Brien", "Eric Lund"]
        .into_iter()
        .map(|name| {
            let id: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            Participant::new(MemberId::new(&id).unwrap(), Name::new(name).unwrap(), Role::Negotiator)
        })
        .collect();
    for (name, expected) in [
        ("Kelly Smith", "Kelly Smith"),
        ("Smith, Kelly", "Kelly Smith"),
        ("Kelly S.", "Kelly Smith"),
        ("K. Jones", "Kelly Jones"),
        ("Kelly", "? Kelly Smith, Kelly Jones"),
        ("Smith", "? Kelly Smith, Robert Smith"),
        ("Bob Smith", "? Kelly Smith, Robert Smith"),
        ("Smith, Bob", "? Kelly Smith, Robert Smith"),
        ("Roberta Smith", "? Kelly Smith, Robert Smith"),
        ("Erica Lund", "? Eric Lund"),
        ("R. Smith", "Robert Smith"),
        ("robert", "Robert Smith"),
        ("Jose Nunez", "José Núñez"),
        ("NÚÑEZ, JOSÉ", "José Núñez"),
        ("Anne Marie OBrien", "Anne-Marie O'Brien"),
        ("Eric Lunde", "Eric Lund"),
        ("Dr. Eric Lund", "Eric Lund"),
        ("Ms. Jones", "Kelly Jones"),
        ("Pat Doe", "? "),
    ] {
        let text = format!("Name,Oct 5 2026\n\"{name}\",no\n");
        let files = [AvailabilityFile { name: "a.csv", bytes: text.as_bytes() }];
        let options = ImportOptions { from: None, to: None, people: &[], replace: false, today: scenario.start };
        let import = import(&files, Some(&scenario), &options).unwrap();
        let found: Vec<&str> = import.people.iter().map(|person| person.name.as_str()).collect();
        let asked: Vec<&str> = import
            .questions
            .iter()
            .flat_map(|asked| asked.candidates.iter().map(|candidate| candidate.name.as_str()))
            .collect();
        let text = if import.questions.is_empty() { found.join(", ") } else { format!("? {}", asked.join(", ")) };
        assert_eq!(text, expected, "{name}");
        if let [times] = import.unassigned.as_slice() {
            assert_eq!(times.sentences, ["can't come on Oct 5, 2026"]);
            assert!(!import.is_ready() && import.people.is_empty());
        }
    }
}
