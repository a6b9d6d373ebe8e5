//! Names: their form, and names that look the same as another name of the case.

use crate::support::at;
use crate::support::facts::*;
use crate::support::story::{Story, rules_of};
use ibbi_core::{Edition, Event, Party, Person, ProgramParameters, Rule, Seat, Stage, Submission, Warning};

/// "Rosa Amari" with a Cyrillic letter.
const OTHER_ROSA: &str = "Ros\u{430} Amari";
const NOW: &str = "2026-09-20 09:00";

fn reaching(stage: Stage, edition: u16) -> Story {
    let edition = Edition::new(edition).unwrap();
    Story::reaching_under(stage, ProgramParameters { edition, ..Default::default() })
}

fn member(id: &str, called: &str) -> Event {
    let member = Person { id: id.parse().unwrap(), name: called.parse().unwrap() };
    ibbi_core::events::MemberNamed { member, party: Party::Labor }.into()
}

#[test]
fn first_edition_advises_and_the_second_refuses() {
    let other = member("other", OTHER_ROSA);
    let mut first = reaching(Stage::Application, 1);
    assert_eq!(first.warnings_on(NOW, &other), [Warning::LookAlike]);
    first.on(NOW, other.clone()).on(NOW, member("third", "Jose\u{301} Ruiz"));

    let mut second = reaching(Stage::Application, 2);
    assert!(second.warnings_on(NOW, &other).is_empty(), "the rule takes the place of the advisory");
    let refusal = second.refused(NOW, &other);
    let found: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.found.to_string()).collect();
    assert_eq!(found, [format!("the name {OTHER_ROSA} has U+0430 where Rosa Amari has a")]);
    second.refuses(NOW, member("third", "Jose\u{301} Ruiz"), &[Rule::NameComposed]);

    // The case was valid under the first edition, and can't move to the second.
    first.refuses(NOW, migrated(2), &[Rule::MigrationValid]);
}

#[test]
fn later_kind_of_event_has_the_rules_of_its_first_edition() {
    let mut first = reaching(Stage::Application, 1);
    first.on(NOW, left(Seat::UnionPresident));
    let other = succeeded(Seat::UnionPresident, OTHER_ROSA);
    assert!(!first.warnings_on(NOW, &other).contains(&Warning::LookAlike));
    first.refuses(NOW, other, &[Rule::NameLookAlike]);
    first.on(NOW, succeeded(Seat::UnionPresident, "Vera Stahl"));
    first.on(NOW, member("other", "V\u{435}ra Stahl"));
}

#[test]
fn inserted_name_is_compared_with_later_ones() {
    let mut story = reaching(Stage::Application, 2);
    story.on("2026-09-21 09:00", member("zoe", "Zo\u{eb} Kim"));
    let seq = story.next_seq();
    // The name comes first, so the later one is the name that isn't new.
    let refusal = story.history.record(seq, at(NOW), member("other", "Z\u{43e}\u{eb} Kim")).unwrap_err();
    assert_eq!(rules_of(&refusal), [Rule::LaterStands]);
    story.history.record(seq, at(NOW), member("other", "Zo\u{eb} Kim")).expect("it is exactly a name of the case");
}

#[test]
fn name_in_two_records_is_corrected_in_one_act() {
    let mut story = reaching(Stage::Application, 2);
    let (seat, day, next_day) = (Seat::UnionPresident, NOW, "2026-09-21 09:00");
    story.on(day, left(seat)).on(day, succeeded(seat, "Ida Kjaer")).on(next_day, member("kjaer", "Ida Kjaer"));
    let (last, right) = (story.last_seq(), "Ida Kj\u{e6}r");
    let refusal = story.history.clone().replace(last + 1, last - 1, at(day), succeeded(seat, right)).unwrap_err();
    assert_eq!(rules_of(&refusal), [Rule::LaterStands]);
    let replacing = |seq, when: &str, event| Submission { replaces: Some(seq), ..Submission::new(at(when), event) };
    let act = vec![
        (last + 1, replacing(last - 1, day, succeeded(seat, right))),
        (last + 2, replacing(last, next_day, member("kjaer", right))),
    ];
    story.history.record_act(act).expect("both names are right");
}

#[test]
fn names_that_differ_visibly_are_two_names() {
    let mut story = reaching(Stage::Application, 2);
    for (number, called) in
        ["Jose Ruiz", "Jos\u{e9} Ruiz", "Zoe Kim", "Zo\u{eb} Kim", "Bill Lee", "BiII Lee"].iter().enumerate()
    {
        story.on(NOW, member(&format!("member-{number}"), called));
    }
}
