//! The only format of a program is recorded with the last decision to adopt.

use ibbi_app::input;
use ibbi_app::ledger::MemoryStore;
use ibbi_app::service::{CaseService, EventTime, Ids, Offer, Recorded, offers_from_json};
use ibbi_app::zone::Zone;
use ibbi_core::{At, Event, EventKind, Name, Precision, Stage};
use ibbi_testing::UNTIL_SECOND_DECISION;
use uuid::Uuid;

type Service = CaseService<MemoryStore>;

fn now() -> At {
    "2026-09-01T16:00:00.000Z".parse().unwrap()
}

fn actor() -> Name {
    Name::new("clerk").unwrap()
}

/// Returns a case of a preset in which only labor has to decide.
fn undecided(preset: &str) -> (Service, Uuid) {
    let mut service = CaseService::new(MemoryStore::with_clock(|| Ok(now())), Ids::random());
    let pairs = ["district=Maple Hollow".to_owned(), format!("program={preset}")];
    let opening = input::from_pairs(EventKind::CaseOpened, &pairs, Zone::default()).unwrap();
    let at: At = "2025-09-02T13:00:00.000Z".parse().unwrap();
    let case = service.record(Offer { at: Some(at.into()), ..Offer::new(opening, actor()) }).unwrap().case;
    let offers = offers_from_json(UNTIL_SECOND_DECISION.as_bytes(), Zone::default(), now(), &actor()).unwrap();
    service
        .record_act(&offers.into_iter().map(|offer| Offer { case: Some(case), ..offer }).collect::<Vec<_>>())
        .unwrap();
    (service, case)
}

fn decision(case: Uuid, decision: &str) -> Offer {
    let pairs = ["party=labor".to_owned(), format!("decision={decision}"), "spokesperson=castellan".to_owned()];
    let event = input::from_pairs(EventKind::PartyDecided, &pairs, Zone::default()).unwrap();
    Offer { case: Some(case), id: Some(Uuid::now_v7()), ..Offer::new(event, actor()) }
}

fn kinds(recorded: &Recorded) -> Vec<EventKind> {
    [recorded].into_iter().chain(&recorded.also).map(|each| each.event).collect()
}

#[test]
fn only_format_is_recorded_with_the_last_decision() {
    let (mut service, case) = undecided("oregon-refresher");
    let before = service.case(case).unwrap().records.len();
    let offer = decision(case, "adopt");
    let asked = service.ask(&offer).unwrap();
    assert_eq!(kinds(&asked), [EventKind::PartyDecided, EventKind::FormatChosen]);
    assert_eq!(service.case(case).unwrap().records.len(), before, "a question records nothing");

    let recorded = service.record(offer.clone()).unwrap();
    assert_eq!(kinds(&recorded), [EventKind::PartyDecided, EventKind::FormatChosen]);
    assert_eq!(recorded.to, Stage::Facilitation, "the stage after the act");
    let log = service.case(case).unwrap();
    assert_eq!((log.records.len(), log.recorded.stage()), (before + 2, Stage::Facilitation));
    let [decided, chosen] = &log.records[before..] else { panic!("two records") };
    assert_eq!((&chosen.actor, chosen.at), (&decided.actor, decided.at));
    assert_eq!(chosen.details.act.map(|act| (act.index, act.count)), Some((2, 2)));
    let Event::FormatChosen(format) = &chosen.event else { panic!("{:?}", chosen.event) };
    assert_eq!(format.format.as_str(), "full_day");

    let retried = service.record(offer).unwrap();
    assert!(retried.existing && retried.also.iter().all(|each| each.existing));
    assert_eq!(kinds(&retried), [EventKind::PartyDecided, EventKind::FormatChosen]);
    assert_eq!(service.case(case).unwrap().records.len(), before + 2);
}

#[test]
fn earlier_decision_of_the_same_day_gets_the_format_after_both() {
    let (mut service, case) = undecided("oregon-refresher");
    let day = Some(EventTime::On("2025-10-24".parse().unwrap()));
    let recorded = service.record(Offer { at: day, ..decision(case, "adopt") }).unwrap();
    let chosen = &recorded.also[0];
    assert_eq!((recorded.precision, chosen.precision), (Precision::Day, Precision::Day));
    assert!(chosen.at >= recorded.at && Zone::default().date(chosen.at).to_string() == "2025-10-24");
}

#[test]
fn choice_is_left_to_people_where_there_is_one() {
    for (preset, decided) in [("mep", "adopt"), ("oregon-refresher", "decline")] {
        let (mut service, case) = undecided(preset);
        let recorded = service.record(decision(case, decided)).unwrap();
        assert_eq!(kinds(&recorded), [EventKind::PartyDecided], "{preset} {decided}");
    }
}

#[test]
fn act_that_chooses_the_format_itself_gets_no_other() {
    let (mut service, case) = undecided("oregon-refresher");
    let format = input::from_pairs(EventKind::FormatChosen, &["format=full_day"], Zone::default()).unwrap();
    let offers = [decision(case, "adopt"), Offer { case: Some(case), ..Offer::new(format, actor()) }];
    assert_eq!(service.record_act(&offers).unwrap().len(), 2);
}

#[test]
fn batch_of_several_cases_answers_each_offer() {
    let (mut service, case) = undecided("oregon-refresher");
    let note = |text: &str| {
        let event = input::from_pairs(EventKind::NoteAdded, &[format!("text={text}")], Zone::default()).unwrap();
        Offer { case: Some(case), ..Offer::new(event, actor()) }
    };
    let answers = service.offer(&[note("one"), decision(case, "adopt"), note("two")]);
    let answers: Vec<_> = answers.into_iter().map(|answer| kinds(&answer.unwrap())).collect();
    let note = vec![EventKind::NoteAdded];
    assert_eq!(answers, [note.clone(), vec![EventKind::PartyDecided, EventKind::FormatChosen], note]);
}
