//! The JSON form of events.

use super::strategies::{Pool, any_event, of_kind};
use ibbi_core::{Case, Event, EventKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

fn data_of(event: &Event) -> String {
    let mut bytes = Vec::new();
    event.serialize_data(&mut serde_json::Serializer::new(&mut bytes)).expect("an event can be written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn read_data(kind: EventKind, data: &str) -> serde_json::Result<Event> {
    let mut reader = serde_json::Deserializer::from_str(data);
    let event = Event::deserialize_data(kind, &mut reader)?;
    reader.end()?;
    Ok(event)
}

/// Checks that both JSON forms read back as the same event, and that data keys are in alphabetical order.
fn survives(event: &Event) {
    let whole = serde_json::to_string(event).expect("an event can be written");
    assert_eq!(serde_json::from_str::<Event>(&whole).expect("it reads back"), *event);

    let data = data_of(event);
    assert_eq!(read_data(event.kind(), &data).expect("it reads back"), *event);
    let sorted: Value = serde_json::from_str(&data).expect("the data are JSON");
    assert_eq!(sorted.to_string(), data, "the keys are in order");

    let Value::Object(fields) = &sorted else { panic!("the data are an object") };
    assert!(fields.keys().all(|key| event.kind().field(key).is_some()), "only known fields: {data}");
    assert!(fields.values().all(|value| !value.is_null()), "what is absent is left out: {data}");
    let is_empty = |name: &str| fields.get(name).is_some_and(|value| value.as_array().is_some_and(Vec::is_empty));
    let mut optional = event.kind().fields().iter().filter(|field| !field.is_required_on_line());
    assert!(!optional.any(|field| is_empty(field.name)), "an empty optional list is omitted: {data}");
    let expected = serde_json::json!({ "type": event.kind().code(), "data": sorted });
    assert_eq!(serde_json::from_str::<Value>(&whole).expect("the whole is JSON"), expected);
}

#[test]
fn json_maps_are_sorted() {
    let value: Value = serde_json::from_str(r#"{"b":{"d":1,"c":2},"a":3}"#).unwrap();
    assert_eq!(value.to_string(), r#"{"a":3,"b":{"c":2,"d":1}}"#);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn event_round_trips(event in any_event(&Pool::wide())) {
        survives(&event);
    }

    #[test]
    fn unknown_or_missing_key_is_an_error(event in any_event(&Pool::small())) {
        let Value::Object(mut fields) = serde_json::from_str(&data_of(&event)).unwrap() else { unreachable!() };
        fields.insert("zzz".to_string(), Value::Null);
        let data = serde_json::to_string(&fields).unwrap();
        prop_assert!(read_data(event.kind(), &data).is_err());
        fields.remove("zzz");
        for field in event.kind().fields() {
            let mut fewer = fields.clone();
            if fewer.remove(field.name).is_some() {
                let read = read_data(event.kind(), &serde_json::to_string(&fewer).unwrap());
                prop_assert_eq!(read.is_err(), field.is_required_on_line(), "{} without {}", event.kind(), field.name);
            }
        }
    }
}

#[test]
fn every_kind_round_trips() {
    let mut runner = TestRunner::deterministic();
    for kind in EventKind::ALL {
        let events = of_kind(*kind, &Pool::wide());
        for _ in 0..20 {
            let event = events.new_tree(&mut runner).expect("an event can be made").current();
            assert_eq!(event.kind(), *kind);
            survives(&event);
        }
    }
}

#[test]
fn case_serializes_in_every_stage() {
    for stage in ibbi_core::Stage::ALL.iter().copied().filter(|stage| *stage != ibbi_core::Stage::Unopened) {
        let story = crate::support::story::Story::reaching(stage);
        let written: Value = serde_json::to_value(story.case()).expect("a case can be written");
        assert_eq!(written["stage"], stage.code());
    }
    assert_eq!(serde_json::to_string(&Case::default()).unwrap(), r#"{"stage":"unopened"}"#);
}
