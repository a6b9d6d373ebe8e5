//! Editions of the rules: a case keeps its edition until it is moved, and what a later edition refuses stays readable.

use crate::support::facts::*;
use crate::support::story::{Story, rules_of};
use crate::support::{at, later};
use ibbi_core::{
    DocumentDigest, Edition, EventKind, Found, History, NotAllowedReason, Outcome, Program, ProgramParameters,
    RecordedCase, Refusal, Rule, Stage, Submission,
};

/// Returns a program with two half-days of 20 minutes, which only the first edition allows.
fn short_parts() -> ProgramParameters {
    ProgramParameters { formats: ProgramParameters::published_formats(vec![480], vec![20, 20]), ..Default::default() }
}

fn second(parameters: ProgramParameters) -> Program {
    let edition = Edition::new(2).unwrap();
    Program::new(ProgramParameters { edition, ..parameters }).expect("parameters that fit")
}

fn only(refusal: &Refusal) -> (Rule, &Found) {
    assert_eq!(refusal.unmet.len(), 1, "{refusal}");
    (refusal.unmet[0].rule, &refusal.unmet[0].found)
}

/// The exercise of docs/changing-the-process.md: `program.part-length` exists only from the second edition on.
#[test]
fn case_in_flight_continues_under_its_edition() {
    let mut unopened = Story::default();
    unopened.refuses("2026-09-01 09:00", opening(second(short_parts())), &[Rule::PartLength]);

    let mut in_flight = Story::reaching_under(Stage::Training, short_parts());
    in_flight.on("2026-09-29 10:00", scheduled(1, crate::support::slot("2026-10-20", "08:00", "16:00")));
    in_flight.on("2026-10-20 08:00", opened(1)).on("2026-10-20 10:00", exercise()).on("2026-10-20 11:00", simulation());
    in_flight.on("2026-10-20 16:00", closed());
    assert_eq!(in_flight.stage(), Stage::Caucus);

    let refusal = in_flight.refused("2026-10-20 17:00", &migrated(2));
    let (rule, found) = only(&refusal);
    assert_eq!(rule, Rule::MigrationValid);
    let Found::LaterInvalid { seq: 1, event: EventKind::CaseOpened, unmet, .. } = found else { panic!("{found:?}") };
    assert_eq!(unmet, &[Rule::PartLength]);
}

#[test]
fn migration_takes_effect_by_its_number_and_is_not_an_event_in_effect() {
    let mut story = Story::reaching(Stage::Facilitation);
    let before = (story.case().file().unwrap().events(), story.history.in_effect().len());
    assert_eq!(story.case().file().unwrap().edition(), Edition::FIRST);
    let seq = story.next_seq();
    story.history.record(seq, at("2026-09-10 09:00"), migrated(2)).expect("the case is valid under both editions");
    assert_eq!(story.case().file().unwrap().edition().number(), 2);
    assert_eq!((story.case().file().unwrap().events(), story.history.in_effect().len()), before);
    assert_eq!(story.history.known_at(seq - 1).case().file().unwrap().edition(), Edition::FIRST);
    assert_eq!(story.history.state_at(at("2026-09-10 10:00")).file().unwrap().edition().number(), 2);

    // A replacement of the opening is now checked against the second edition.
    let opening_again = opening(Program::new(short_parts()).unwrap());
    let refusal = story.history.replace(seq + 1, 1, at("2026-09-01 09:00"), opening_again).unwrap_err();
    assert_eq!(rules_of(&refusal), [Rule::PartLength]);
    // A migration can't be voided, and neither replaced nor a replacement. The case can move back.
    story.refuses("2026-10-28 09:00", voided(seq), &[Rule::VoidKind]);
    let refusal = story.history.replace(seq + 1, seq, at("2026-10-28 09:00"), note("Called.")).unwrap_err();
    assert_eq!(rules_of(&refusal), [Rule::ReplaceKnown]);
    story.on("2026-10-28 09:00", migrated(1));
    assert_eq!(story.case().file().unwrap().edition(), Edition::FIRST);
}

#[test]
fn unopened_case_has_no_edition_to_leave() {
    Story::default().refuses("2026-09-01 09:00", migrated(2), &[Rule::Stage]);
}

/// Returns a case as another program recorded it, with these records after those of a story.
fn recorded(story: &Story, more: Vec<(&str, ibbi_core::Event, Stage)>) -> RecordedCase {
    let mut case = RecordedCase::new(uuid::Uuid::nil());
    for entry in story.history.entries() {
        case.add(vec![(entry.seq, Submission::new(entry.at, entry.event.clone()), entry.to)], false);
    }
    for (number, (when, event, to)) in (story.next_seq()..).zip(more) {
        case.add(vec![(number, Submission::new(at(when), event.clone()), to)], false);
    }
    case
}

/// Returns a case in training that another program let go on to the caucuses without a simulation.
fn without_simulation() -> RecordedCase {
    let mut story = Story::through(EventKind::SessionOpened, ibbi_core::Format::FullDay);
    story.on("2026-10-20 10:00", exercise());
    recorded(&story, vec![("2026-10-20 16:00", closed(), Stage::Caucus)])
}

#[test]
fn case_that_is_not_allowed_is_read_as_recorded() {
    let case = without_simulation();
    assert!(case.valid().is_none());
    let as_recorded = case.as_recorded().expect("the last record is not allowed");
    assert_eq!((case.stage(), case.facts().stage()), (Stage::Caucus, Stage::Training));
    let [not_allowed] = as_recorded.not_allowed() else { panic!("{:?}", as_recorded.not_allowed()) };
    let NotAllowedReason::Refused(refusal) = &not_allowed.reason else { panic!("{not_allowed}") };
    assert_eq!(
        (not_allowed.seq, only(refusal).0),
        (case.records().entries().last().unwrap().seq, Rule::TrainingSimulation)
    );
}

#[test]
fn case_as_recorded_takes_notes_corrections_and_a_withdrawal() {
    let id = uuid::Uuid::from_u128(7);
    let (case, now) = (without_simulation(), at("2026-10-21 09:00"));
    let last = case.records().entries().last().unwrap().seq;

    let mut noted = case.clone();
    let accepted = noted.accept(id, last + 1, now, note("The simulation was run and not recorded.")).unwrap();
    assert_eq!((accepted.to(), noted.stage(), accepted.revision()), (Stage::Caucus, Stage::Caucus, last));

    let mut refused = case.clone();
    let refusal = refused.accept(id, last + 1, now, caucus(ibbi_core::Party::Labor, &LABOR)).unwrap_err();
    assert_eq!(only(&refusal).0, Rule::AsRecorded);
    assert_eq!(refused, case, "a refused event changes nothing");

    let mut withdrawn_case = case.clone();
    assert_eq!(withdrawn_case.accept(id, last + 1, now, withdrawn()).unwrap().to(), Stage::Closed);
    let refusal = withdrawn_case.accept(id, last + 2, now, note("Too late.")).unwrap_err();
    assert_eq!(only(&refusal).0, Rule::ClosedForGood);
    assert_eq!(withdrawn_case.accept(id, last + 2, now, voided(last + 1)).unwrap().to(), Stage::Caucus);
}

#[test]
fn correction_makes_a_case_valid_again() {
    let (mut case, now) = (without_simulation(), at("2026-10-21 09:00"));
    let last = case.records().entries().last().unwrap().seq;
    let accepted = case.accept(uuid::Uuid::from_u128(7), last + 1, now, voided(last)).unwrap();
    assert_eq!(accepted.to(), Stage::Training, "the stage is computed again");
    assert!(case.valid().is_some());

    // Read again from its records, it is the same case.
    let mut again = RecordedCase::new(uuid::Uuid::nil());
    for entry in case.records().entries() {
        again.add(vec![(entry.seq, Submission::new(entry.at, entry.event.clone()), entry.to)], false);
    }
    assert_eq!(again, case);
    let history: &History = again.valid().unwrap();
    assert_eq!(history.case().stage(), Stage::Training);
}

#[test]
fn another_recorded_stage_is_not_allowed() {
    let story = Story::reaching(Stage::Inquiry);
    let case = recorded(&story, vec![("2026-09-02 09:00", note("Called."), Stage::Training)]);
    let [not_allowed] = case.as_recorded().unwrap().not_allowed() else { panic!("{case:?}") };
    assert_eq!(not_allowed.to_string(), "number 2: the case is in Inquiry after it, but Training is recorded");
    assert_eq!(case.stage(), Stage::Training);
}

#[test]
fn unknown_edition_is_readable_and_can_be_withdrawn() {
    let parameters = ProgramParameters {
        edition: Edition::new(9).unwrap(),
        edition_digest: Some(DocumentDigest::from_bytes([7; 32])),
        ..ProgramParameters::default()
    };
    let opened = opening(Program::new(parameters).unwrap());
    let mut case = recorded(&Story::default(), vec![("2026-09-01 09:00", opened, Stage::Inquiry)]);
    let [not_allowed] = case.as_recorded().unwrap().not_allowed() else { panic!("{case:?}") };
    let NotAllowedReason::Refused(refusal) = &not_allowed.reason else { panic!("{not_allowed}") };
    assert_eq!(only(refusal).0, Rule::EditionKnown);
    let accepted = case.accept(uuid::Uuid::from_u128(1), 2, later(at("2026-09-01 09:00"), 5), withdrawn()).unwrap();
    assert_eq!(accepted.to(), Stage::Closed);

    let known = Program::new(ProgramParameters { edition: Edition::new(2).unwrap(), ..ProgramParameters::default() });
    assert_eq!(known.unwrap().parameters().edition_digest, Edition::LATEST.digest(), "the known digest is filled in");
    let wrong = ProgramParameters { edition: Edition::new(9).unwrap(), ..ProgramParameters::default() };
    assert!(Program::new(wrong).is_err(), "an unknown edition needs its digest");
}

#[test]
fn edition_1_is_left_out_of_the_json() {
    let json = |program: &Program| serde_json::to_string(program).unwrap();
    assert!(!json(&Program::default()).contains("edition"));
    let program = second(ProgramParameters::default());
    let text = json(&program);
    assert!(text.contains(r#","edition":2,"edition_digest":""#), "{text}");
    assert_eq!(serde_json::from_str::<Program>(&text).unwrap(), program);
    let mut story = Story::default();
    story.on("2026-09-01 09:00", opening(program)).on("2026-09-01 10:00", withdrawn());
    assert_eq!(story.outcome(), Some(Outcome::Withdrawn));
}
