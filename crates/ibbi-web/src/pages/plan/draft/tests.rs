//! What the form reads and writes.

use super::*;

#[test]
fn sample_goes_through_the_form_unchanged() {
    let sample = Scenario::parse(ibbi_app::sim::EXAMPLE).unwrap();
    let draft = Draft::from(&sample);
    let again = draft.scenario().unwrap();
    assert_eq!(again.to_toml(), Scenario { assumptions: again.assumptions.clone(), ..sample.clone() }.to_toml());
    assert_eq!(ibbi_app::sim::Plan::new(&again).finishes, ibbi_app::sim::Plan::new(&sample).finishes);
    for which in Chance::ALL {
        assert_eq!(again.assumptions.chance(*which).value, sample.assumptions.chance(*which).value, "{which:?}");
    }
}

#[test]
fn renamed_person_gets_an_id_of_their_own() {
    let sample = Scenario::parse(ibbi_app::sim::EXAMPLE).unwrap();
    let mut draft = Draft::from(&sample);
    assert_eq!(draft.scenario().unwrap().people, sample.people, "IDs of people who keep their names stay");
    let before = sample.people[0].id;
    draft.people[0].name = "Zora Quinby".to_owned();
    let renamed = draft.scenario().unwrap();
    assert_eq!(renamed.people[0].id.as_str(), "zora-quinby");
    assert!(renamed.people.iter().all(|person| person.id != before));
    assert_eq!(renamed.people[1..], sample.people[1..]);
}

#[test]
fn every_error_has_its_field() {
    let mut draft = Draft::from(&Scenario::parse(ibbi_app::sim::EXAMPLE).unwrap());
    draft.district = String::new();
    draft.start = "soon".to_owned();
    draft.closed = "whenever".to_owned();
    draft.people[0].name = String::new();
    draft.people[2].name = "Ann\u{200b} Lee".to_owned();
    draft.time_zone = "eastern".to_owned();
    draft.people[3].other = "frydays".to_owned();
    draft.chances[0] = "120".to_owned();
    draft.durations[0][0] = "9999".to_owned();
    draft.working = [false; 7];
    let wrong = draft.scenario().unwrap_err();
    let mut fields: Vec<_> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
    fields.sort_unstable();
    let expected = [
        "",
        "closed",
        "district",
        "leader_declines",
        "leader_response_days",
        "n2",
        "start",
        "time_zone",
        "u3",
        "working",
    ];
    assert_eq!(fields, expected, "{wrong:?}");
    assert!(wrong.iter().all(|wrong| !wrong.message.contains(['_', '=']) || wrong.field == "time_zone"), "{wrong:?}");
    assert!(wrong.iter().any(|wrong| wrong.message.contains("an invisible character after \u{201c}Ann\u{201d}")));
}
