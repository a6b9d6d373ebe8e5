//! What the server remembers of published dates: the memory of plans, and planned dates on the calendars of cases.

mod files;
mod on_case;
mod plans;

use crate::support::{Answer, Running};
use ibbi_app::sim::Scenario;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    sequence: u32,
    status: String,
    starts: String,
    ends: String,
    summary: String,
}

/// The entries of a calendar, by the session in their UID: `training.1`.
type Entries = BTreeMap<String, Entry>;

/// Returns the entries of a calendar. All of them must be of one case.
fn entries(answer: &Answer) -> Entries {
    assert_eq!(answer.status, 200, "{}", answer.text());
    entries_of(answer.text())
}

fn entries_of(text: &str) -> Entries {
    let text = text.replace("\r\n ", "");
    let value = |event: &str, name: &str| {
        let line = event.lines().find(|line| line.split([':', ';']).next() == Some(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let mut cases = std::collections::BTreeSet::new();
    let events = text.split("BEGIN:VEVENT").skip(1).map(|event| {
        let uid = value(event, "UID");
        let (case, session) = uid.strip_suffix("@ibbi").unwrap().split_once('.').unwrap();
        cases.insert(case.to_owned());
        let sequence = value(event, "SEQUENCE").parse().unwrap();
        let [status, starts, ends, summary] = ["STATUS", "DTSTART", "DTEND", "SUMMARY"].map(|name| value(event, name));
        (session.to_owned(), Entry { sequence, status, starts, ends, summary })
    });
    let events: Entries = events.collect();
    assert!(cases.len() <= 1, "{cases:?}");
    events
}

/// Fails unless no entry is lost, no sequence gets smaller, and each change of a time or a status has a larger one.
fn assert_follows(before: &Entries, after: &Entries) {
    for (session, old) in before {
        let new = after.get(session).unwrap_or_else(|| panic!("{session} is lost: {after:?}"));
        assert!(new.sequence >= old.sequence, "{session}: {old:?} {new:?}");
        let is_same = (&new.starts, &new.ends, &new.status) == (&old.starts, &old.ends, &old.status);
        assert_eq!(new.sequence == old.sequence, is_same, "{session}: {old:?} {new:?}");
    }
}

fn planned(entries: &Entries) -> Vec<&str> {
    let planned = entries.iter().filter(|(_, entry)| entry.status == "TENTATIVE");
    planned.map(|(session, _)| session.as_str()).collect()
}

/// Returns the sample with an ID, and with other changes.
fn scenario(id: u128, changes: &[&str]) -> Scenario {
    let sample = Scenario::parse(ibbi_app::sim::EXAMPLE).unwrap();
    let sample = Scenario { id: Some(uuid::Uuid::from_u128(id)), ..sample };
    changes.iter().fold(sample, |scenario, change| scenario.set(change).unwrap())
}

/// Starts a server whose clock stands still, so that all plans are made in the same second.
fn in_one_second() -> Running {
    Running::start_with(|config| {
        config.clock = std::sync::Arc::new(|| Ok("2026-09-01T12:00:00.000Z".parse().unwrap()));
    })
}

/// Gets the calendar of a plan over the API.
fn by_api(server: &Running, scenario: &Scenario) -> Answer {
    server.post("/api/v1/calendar", &json!({ "scenario": scenario.to_toml() }))
}

/// Gets the calendar of a plan from its page.
fn by_page(server: &Running, scenario: &Scenario) -> Answer {
    server.get(&page_path(scenario))
}

fn page_path(scenario: &Scenario) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("file", &scenario.to_toml()).finish();
    format!("/plan/dates.ics?{query}")
}

fn folder(server: &Running) -> PathBuf {
    PathBuf::from(format!("{}.published", server.ledger().display()))
}
