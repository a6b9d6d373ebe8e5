//! Plans from a case: in every stage of every preset, from what was known at the time, and around the neutral's other cases.

use ibbi_app::ledger::{Clock, MemoryStore};
use ibbi_app::presets::presets;
use ibbi_app::schedule;
use ibbi_app::service::{CaseService, EventTime, Ids, Offer};
use ibbi_app::sim::{Chance, Duration, Model, Plan, Scenario, Simulator, ThreePoint};
use ibbi_core::events::{CaseOpened, LeaderAgreed, SessionScheduled};
use ibbi_core::{At, Event, History, LocalTime, Name, OtherBooking, Program, Seat, Slot, Stage};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const HOUR: i64 = 3_600_000;

/// Returns the sample with constant durations and nothing that goes wrong, so that a run is the plan.
fn certain(model: Model, training: &[u16], facilitation: &[u16]) -> Scenario {
    let text = match model {
        Model::First => ibbi_app::sim::EXAMPLE.to_owned(),
        Model::Second => {
            let text = ibbi_app::sim::EXAMPLE.replacen("format = \"two_half_days\"", "version = 2", 1);
            text.replacen("session_notice_days = [14, 21, 45]\n", "", 1)
        }
    };
    let mut scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    scenario.sessions.training = training.to_vec();
    scenario.sessions.facilitation = facilitation.to_vec();
    for (which, days) in Duration::of(model).iter().zip([4.0, 9.0, 6.0, 3.0, 16.0, 5.0, 4.0, 8.0]) {
        if *which != Duration::Ratification {
            scenario.assumptions.set_duration(*which, ThreePoint { least: days, likely: days, most: days });
        }
    }
    scenario.assumptions.set_pace_spread(0.0);
    for chance in Chance::ALL {
        let adopts = matches!(chance, Chance::LaborAdopts | Chance::ManagementAdopts);
        scenario.assumptions.set_chance(*chance, if adopts { 1.0 } else { 0.0 });
    }
    scenario.assumptions.set_months([None; 12]);
    scenario
}

/// Returns the events of the only run, under a program and its format.
fn events(scenario: &Scenario, program: &Program, format: ibbi_core::FormatId) -> Vec<(At, Event)> {
    let mut events = Vec::new();
    let watch = |at, event: &Event, _| {
        let mut event = event.clone();
        match &mut event {
            Event::CaseOpened(opened) => opened.program = program.clone(),
            Event::FormatChosen(chosen) => chosen.format = format,
            _ => {}
        }
        events.push((at, event));
    };
    Simulator::new(scenario).run(1, 0, watch).unwrap();
    events
}

fn history(events: &[(At, Event)]) -> History {
    let mut history = History::new();
    for (seq, (at, event)) in (2..).zip(events) {
        history.offer(seq, *at, event.clone()).unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    history
}

#[test]
fn plan_from_any_stage_of_any_preset_ends_when_the_whole_plan_does() {
    for (name, preset) in presets().unwrap() {
        for (format, parts) in preset.program.formats() {
            for model in [Model::First, Model::Second] {
                let published = preset.program.training() == [480] && format.published().is_some();
                if model == Model::First && !published {
                    continue;
                }
                let scenario = certain(model, preset.program.training(), parts);
                let ends = Plan::new(&scenario).finishes;
                assert!(ends.is_some(), "{name}, {format}: the plan fits");
                let events = events(&scenario, &preset.program, format);
                let mut stages = BTreeSet::new();
                for length in 1..events.len() {
                    let past = history(&events[..length]);
                    let as_of = past.case().file().unwrap().last_at();
                    let simulator = Simulator::resume(&scenario, &past, as_of)
                        .unwrap_or_else(|error| panic!("{name}, {format}, {length} events: {error}"));
                    let plan = Plan::from_simulator(&simulator);
                    let last = &events[length - 1].1;
                    assert_eq!(plan.finishes, ends, "{name}, {format}, {model:?}, after {length} events: {last:?}");
                    stages.insert(past.case().stage());
                }
                // Everything but the short stages that other events leave at once.
                let wanted = Stage::ALL.iter().filter(|stage| !matches!(stage, Stage::Unopened | Stage::Closed));
                assert!(wanted.clone().all(|stage| stages.contains(stage)), "{name}: {stages:?}");
            }
        }
    }
}

/// A store whose clock the test sets.
fn service(now: &Arc<AtomicI64>) -> CaseService<MemoryStore> {
    let clock = now.clone();
    let clock: Clock = Arc::new(move || Ok(At::from_millis(clock.load(Ordering::SeqCst)).unwrap()));
    CaseService::new(MemoryStore::with_clock(move || clock()), Ids::random())
}

fn at(text: &str) -> At {
    text.parse().unwrap()
}

fn opening() -> Event {
    let Event::CaseOpened(opened) =
        &events(&certain(Model::First, &[480], &[480]), &Program::default(), ibbi_core::Format::FullDay.into())[0].1
    else {
        panic!("a run begins with the opening")
    };
    CaseOpened { district: Name::new("Maple Hollow").unwrap(), ..opened.clone() }.into()
}

#[test]
fn plan_as_of_the_past_has_only_what_was_logged_by_then() {
    let now = Arc::new(AtomicI64::new(at("2026-09-08T13:00:00.000Z").millis()));
    let mut service = service(&now);
    let actor = Name::new("clerk").unwrap();
    let opened = service.record(Offer::new(opening(), actor.clone())).unwrap();
    let mut record = |event: Event, happened: &str, logged: &str| {
        now.store(at(logged).millis(), Ordering::SeqCst);
        let time = EventTime::At(at(happened));
        service.record(Offer { case: Some(opened.case), at: Some(time), ..Offer::new(event, actor.clone()) }).unwrap();
    };
    let agreed = |seat: Seat| -> Event {
        let office = (seat == Seat::SchoolCommittee).then_some(ibbi_core::Office::Chair);
        LeaderAgreed { name: Name::new("A. Lee").unwrap(), office, seat }.into()
    };
    record(agreed(Seat::Superintendent), "2026-09-10T13:00:00.000Z", "2026-09-10T14:00:00.000Z");
    // This answer came on the 11th, and was recorded on the 25th.
    record(agreed(Seat::UnionPresident), "2026-09-11T13:00:00.000Z", "2026-09-25T14:00:00.000Z");
    let scenario = certain(Model::First, &[480], &[480]);
    let events = |as_of: &str| {
        let log = service.cached(opened.case).unwrap();
        let simulator = schedule::resume(&scenario, log, at(as_of), &[], Path::new("the case"))?;
        Ok::<_, ibbi_app::AppError>(simulator.continued().unwrap().events)
    };
    for (as_of, expected) in [
        ("2026-09-09T13:00:00.000Z", 1),
        ("2026-09-15T13:00:00.000Z", 2),
        ("2026-09-25T13:59:00.000Z", 2),
        ("2026-09-25T14:00:00.000Z", 3),
        ("2026-10-25T14:00:00.000Z", 3),
    ] {
        assert_eq!(events(as_of).unwrap(), expected, "{as_of}");
    }
    let error = events("2026-09-01T13:00:00.000Z").unwrap_err().to_string();
    assert!(error.contains("use that time or a later one"), "{error}");
}

#[test]
fn case_that_was_recorded_afterward_counts_from_when_it_happened() {
    let now = Arc::new(AtomicI64::new(at("2028-01-03T13:00:00.000Z").millis()));
    let mut service = service(&now);
    let scenario = certain(Model::First, &[480], &[240, 240]);
    let (program, format) = (Program::default(), ibbi_core::Format::TwoHalfDays.into());
    let events = events(&scenario, &program, format);
    let actor = Name::new("clerk").unwrap();
    let mut case = None;
    for (happened, event) in &events {
        let time = Some(EventTime::At(*happened));
        case = Some(service.record(Offer { case, at: time, ..Offer::new(event.clone(), actor.clone()) }).unwrap().case);
    }
    let log = service.cached(case.unwrap()).unwrap();
    let booked = events.iter().rposition(|(_, event)| matches!(event, Event::SessionScheduled(_))).unwrap();
    let as_of = events[booked].0;
    let simulator = schedule::resume(&scenario, log, as_of, &[], Path::new("the case")).unwrap();
    assert_eq!(simulator.continued().unwrap().stage, Stage::Facilitation);
    let plan = Plan::from_simulator(&simulator);
    assert!(plan.sessions.iter().all(|session| session.booked), "{:?}", plan.sessions);
    assert_eq!(plan.finishes, Plan::new(&scenario).finishes);
}

#[test]
fn neutral_of_another_case_is_not_free() {
    let scenario = certain(Model::First, &[480], &[240, 240]);
    let (program, format) = (Program::default(), ibbi_core::Format::TwoHalfDays.into());
    let events = events(&scenario, &program, format);
    let accepted = events.iter().position(|(_, event)| matches!(event, Event::SessionScheduled(_))).unwrap();
    let past = history(&events[..accepted]);
    let as_of = events[accepted - 1].0;
    let Event::SessionScheduled(SessionScheduled { slot, .. }) = &events[accepted].1 else { panic!("the training") };
    let neutral = scenario.neutral().name.clone();
    let training = |elsewhere: &[OtherBooking]| {
        let simulator = Simulator::resume_among(&scenario, &past, as_of, elsewhere).unwrap();
        let plan = Plan::from_simulator(&simulator);
        (plan.sessions[0].slot, plan.continued.unwrap().notes)
    };
    assert_eq!(training(&[]).0, *slot);
    let district = Name::new("Alder").unwrap();
    // An hour of the same day, and one of another name.
    let hours = |from: i64, to: i64| {
        let time = |hours: i64| {
            let moment = At::from_millis(slot.starts().at().millis() + hours * HOUR).unwrap();
            LocalTime::new(moment, slot.starts().offset_minutes()).unwrap()
        };
        Slot::new(time(from), time(to)).unwrap()
    };
    let booking = |neutral: &Name, slot| OtherBooking { neutral: neutral.clone(), district: district.clone(), slot };
    let (moved, notes) = training(&[booking(&neutral, hours(7, 9))]);
    assert!(moved.local_day() > slot.local_day(), "{moved}");
    assert!(notes.iter().any(|note| note.contains("is booked for Alder on")), "{notes:?}");
    assert_eq!(training(&[booking(&neutral, hours(9, 11))]).0, *slot, "after the session");
    assert_eq!(training(&[booking(&Name::new("X. Other").unwrap(), hours(0, 8))]).0, *slot);
}

#[test]
fn store_knows_where_a_neutral_is_booked() {
    let now = Arc::new(AtomicI64::new(at("2028-01-03T13:00:00.000Z").millis()));
    let mut service = service(&now);
    let scenario = certain(Model::First, &[480], &[240, 240]);
    let events = events(&scenario, &Program::default(), ibbi_core::Format::TwoHalfDays.into());
    let actor = Name::new("clerk").unwrap();
    let booked = events.iter().position(|(_, event)| matches!(event, Event::SessionScheduled(_))).unwrap();
    let mut case = None;
    for (happened, event) in &events[..=booked] {
        let time = Some(EventTime::At(*happened));
        case = Some(service.record(Offer { case, at: time, ..Offer::new(event.clone(), actor.clone()) }).unwrap().case);
    }
    let other = service.record(Offer::new(opening(), actor)).unwrap().case;
    let found = |case, as_of| schedule::booked_elsewhere(&scenario, service.store(), case, as_of).unwrap();
    let as_of = events[booked].0;
    let [booking] = &found(other, as_of)[..] else { panic!("one booking") };
    let name = scenario.neutral().name.clone();
    assert_eq!((booking.neutral.clone(), booking.district.as_str()), (name, "Maple Hollow"));
    assert_eq!(found(case.unwrap(), as_of), [], "a case doesn't keep its own sessions from being held");
    assert_eq!(found(other, At::from_millis(as_of.millis() - 1).unwrap()), [], "not booked yet");
}
