//! The case summary: one or two pages of paper with the facts, the sessions, and who attended.

use super::choices::Choices;
use crate::pages::form_errors::sentence;
use crate::pages::shell::Page;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_app::case_log::CaseLog;
use ibbi_app::status::{self, Fact};
use ibbi_app::zone::Zone;
use ibbi_core::{Event, HistoryEntry, MemberId, MemberIds};
use ibbi_report::html::{Element, Html, el, name, section};
use std::collections::BTreeMap;

/// A session or a caucus that was held.
struct Held {
    title: String,
    when: String,
    present: MemberIds,
    left_early: MemberIds,
    others: Vec<String>,
    activities: Vec<String>,
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let log: CaseLog = request.state.case(request.id("case")?, Clone::clone)?;
    let now = request.state.now()?;
    let status = status::status_of(&log, now, &request.state.standards);
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let held = held(&log.recorded.records().in_effect(), log.zone);
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let outcome = status.outcome.map_or_else(|| status.stage.label().to_owned(), |outcome| outcome.label().to_owned());
    let back = el("a").attr("href", format!("/cases/{}", log.id)).with("Back to the case");
    let waiting: Vec<String> = status.waiting_texts().map(|text| sentence(&text)).collect();
    let waits = (!waiting.is_empty()).then(|| {
        section("waiting", "Waiting for", el("ul").all(waiting.iter().map(|text| el("li").with(text.as_str()))))
    });
    let content = Html::new()
        .with(el("p").class("quiet screen").with(back))
        .with(el("h1").with(name(&district)))
        .with(el("p").class("under").with(format!("{}. Summary of {}.", sentence(&outcome), log.zone.show(now))))
        .with(waits)
        .with(section("facts", "Facts", facts(&status.settled, &choices)))
        .with((!held.is_empty()).then(|| section("sessions", "Sessions and caucuses", sessions(&held))))
        .with((!held.is_empty()).then(|| section("attendance", "Attendance", attendance(&held, &log))))
        .with(concerns(&log))
        .with(el("p").class("quiet").with(format!(
            "Case {}, {} in the ledger.",
            log.id,
            ibbi_app::format::count(log.records.len() as u64, "record", "records")
        )));
    Ok(Page { title: "Case summary", place: "/cases", content }.answer(StatusCode::OK))
}

/// Returns the sessions and caucuses, in order.
fn held(events: &[&HistoryEntry], zone: Zone) -> Vec<Held> {
    let mut held: Vec<Held> = Vec::new();
    let mut what = "Training";
    for entry in events {
        match &entry.event {
            Event::FormatChosen(_) => what = "Facilitation",
            Event::SessionOpened(opened) => held.push(Held {
                title: format!("{what}, part {}, led by {}", opened.part, opened.neutral.name),
                when: zone.show(entry.at),
                present: opened.present.clone(),
                left_early: MemberIds::default(),
                others: opened
                    .observers
                    .iter()
                    .map(|each| format!("{} ({})", each.name, each.capacity.label()))
                    .collect(),
                activities: Vec::new(),
            }),
            Event::ActivityRun(run) => {
                if let Some(last) = held.last_mut() {
                    last.activities.push(format!("{} ({})", run.title, run.kind.label()));
                }
            }
            Event::SessionClosed(closed) => end(&mut held, &closed.left_early, zone.show_time(entry.at), None),
            Event::SessionAdjourned(ended) => {
                end(&mut held, &ended.left_early, zone.show_time(entry.at), Some(ended.reason.as_str()));
            }
            Event::CaucusOpened(opened) => held.push(Held {
                title: format!("Caucus of {}", opened.party.label()),
                when: zone.show(entry.at),
                present: opened.present.clone(),
                left_early: MemberIds::default(),
                others: Vec::new(),
                activities: Vec::new(),
            }),
            _ => {}
        }
    }
    held
}

/// Adds the end of the open session.
fn end(held: &mut [Held], left_early: &MemberIds, time: String, reason: Option<&str>) {
    if let Some(last) = held.last_mut() {
        let reason = reason.map(|reason| format!(", ended early: {reason}")).unwrap_or_default();
        last.when = format!("{} to {time}{reason}", last.when);
        last.left_early = left_early.clone();
    }
}

/// Returns the facts in a table: all of one topic in one row.
fn facts(settled: &[Fact], choices: &Choices) -> Element {
    let mut topics: Vec<(&str, Vec<String>)> = Vec::new();
    for fact in settled {
        match topics.iter_mut().find(|(topic, _)| *topic == fact.topic) {
            Some((_, texts)) => texts.push(choices.in_names(fact)),
            None => topics.push((fact.topic, vec![choices.in_names(fact)])),
        }
    }
    let rows = topics.into_iter().map(|(topic, texts)| {
        let texts = texts.into_iter().map(|text| el("div").with(text));
        el("tr").with(el("th").attr("scope", "row").with(sentence(topic))).with(el("td").all(texts))
    });
    el("table").with(el("tbody").all(rows))
}

fn sessions(held: &[Held]) -> Element {
    el("ol").all(held.iter().map(|each| {
        let list = |label: &str, items: &[String]| {
            (!items.is_empty()).then(|| el("div").class("quiet").with(format!("{label}: {}.", items.join(", "))))
        };
        el("li")
            .with(format!("{}: {}", each.title, each.when))
            .with(list("Activities", &each.activities))
            .with(list("Observers", &each.others))
    }))
}

/// Returns who was present, left early, or was absent, in the order of the list of sessions.
fn attendance(held: &[Held], log: &CaseLog) -> Element {
    let mut names: BTreeMap<MemberId, String> = BTreeMap::new();
    let mut order: Vec<MemberId> = Vec::new();
    for entry in log.recorded.records().in_effect() {
        if let Event::MemberNamed(named) = &entry.event {
            names.insert(named.member.id, named.member.name.to_string());
            if !order.contains(&named.member.id) {
                order.push(named.member.id);
            }
        }
    }
    let heads = (1..=held.len()).map(|number| el("th").attr("scope", "col").with(number.to_string()));
    let cell = |id: MemberId, each: &Held| match (each.present.contains(&id), each.left_early.contains(&id)) {
        (true, true) => "left early",
        (true, false) => "present",
        (false, _) => "\u{2013}",
    };
    let rows = order.into_iter().map(|id| {
        let cells = held.iter().map(|each| el("td").with(cell(id, each)));
        el("tr").with(el("th").attr("scope", "row").with(name(&names[&id]))).all(cells)
    });
    let table = el("table")
        .with(el("thead").with(el("tr").with(el("th").attr("scope", "col").with("Member")).all(heads)))
        .with(el("tbody").all(rows));
    el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", "Attendance").with(table)
}

fn concerns(log: &CaseLog) -> Option<Element> {
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    if choices.concerns.is_empty() {
        return None;
    }
    let events = log.recorded.records().in_effect();
    let items = choices.concerns.iter().map(|(id, text)| {
        let answer = events.iter().find_map(|entry| match &entry.event {
            Event::ConcernAddressed(addressed) if addressed.concern.as_str() == id => {
                Some(addressed.response.to_string())
            }
            Event::ConcernDropped(dropped) if dropped.concern.as_str() == id => Some("Dropped.".to_owned()),
            _ => None,
        });
        let answer = answer.unwrap_or_else(|| "Still open.".to_owned());
        el("li").with(text.as_str()).with(el("div").class("quiet").with(answer))
    });
    Some(section("concerns", "Concerns", el("ul").all(items)))
}
