//! The case summary: one or two pages of paper with the facts, the sessions, and who attended.

use super::choices::Choices;
use crate::pages::form_errors::sentence;
use crate::pages::shell::Page;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_app::case_log::CaseLog;
use ibbi_app::format::{count, date};
use ibbi_app::status::{self, Fact};
use ibbi_app::times::{Times, happened};
use ibbi_core::{Adviser, Advisers, Event, HistoryEntry, MemberId, MemberIds, Party, Precision, Substitutes};
use ibbi_report::html::{Element, Html, el, name, section};
use std::collections::BTreeMap;

/// A session or a caucus that was held.
struct Held {
    title: String,
    /// The heading of its column: what it was, and its day.
    heading: String,
    when: String,
    present: MemberIds,
    /// The members who were expected.
    expected: MemberIds,
    late: MemberIds,
    left_early: MemberIds,
    substitutes: Substitutes,
    observers: Vec<String>,
    advisers: Vec<String>,
    activities: Vec<String>,
}

impl Held {
    /// Returns whether a member came, and from when to when.
    fn attendance_of(&self, id: MemberId) -> String {
        if self.present.contains(&id) || self.late.contains(&id) {
            return match (self.late.contains(&id), self.left_early.contains(&id)) {
                (true, true) => "came late, left early",
                (true, false) => "came late",
                (false, true) => "left early",
                (false, false) => "present",
            }
            .to_owned();
        }
        match self.substitutes.iter().find(|one| one.member == id) {
            Some(one) => format!("absent, {} in place", one.person.name),
            None if self.expected.contains(&id) => "absent".to_owned(),
            None => "\u{2013}".to_owned(),
        }
    }
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let log: CaseLog = request.case(request.id("case")?, Clone::clone)?;
    let now = request.state.now()?;
    let status = status::status_of(&log, now, &request.state.live().settings.standards);
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let held = held(&log);
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
        .with(
            el("p")
                .class("quiet")
                .with(format!("The ledger has {} of this case.", count(log.records.len() as u64, "record", "records"))),
        );
    Ok(Page { title: "Case summary", place: "/cases", content }.answer(StatusCode::OK))
}

/// Returns the sessions and caucuses, in order.
fn held(log: &CaseLog) -> Vec<Held> {
    let (zone, times) = (log.zone, Times::of_case(log));
    let precision = |entry: &HistoryEntry| times.precision(entry.at, &[entry.event.kind()]);
    let mut held: Vec<Held> = Vec::new();
    let mut what = "Training";
    let mut members: Vec<(Party, MemberId)> = Vec::new();
    let expected = |members: &[(Party, MemberId)], of: Option<Party>| {
        let ids = members.iter().filter(|(party, _)| of.is_none_or(|of| of == *party)).map(|(_, id)| *id);
        MemberIds::new(ids).unwrap_or_default()
    };
    let advisers = |advisers: &Advisers| {
        let text = |one: &Adviser| format!("{} ({}, {})", one.name, one.role.label(), one.party.label());
        advisers.iter().map(text).collect()
    };
    let time = |entry: &HistoryEntry| (precision(entry) == Precision::Instant).then(|| zone.show_time(entry.at));
    for entry in log.recorded.records().in_effect() {
        match &entry.event {
            Event::MemberNamed(named) => members.push((named.party, named.member.id)),
            Event::MemberReleased(released) => members.retain(|(_, id)| *id != released.member),
            Event::FormatChosen(_) => what = "Facilitation",
            Event::SessionOpened(opened) => held.push(Held {
                title: format!(
                    "{what}, part {}, led by {}",
                    opened.part,
                    ibbi_report::neutrals(&opened.neutral, &opened.co_neutrals)
                ),
                heading: format!("{what}, part {} ({})", opened.part, date(zone.date(entry.at))),
                when: happened(entry.at, precision(entry), zone),
                present: opened.present.clone(),
                expected: expected(&members, None),
                late: MemberIds::default(),
                left_early: MemberIds::default(),
                substitutes: opened.substitutes.clone(),
                advisers: advisers(&opened.advisers),
                observers: opened
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
            Event::SessionClosed(closed) => {
                end(&mut held, &closed.late, &closed.left_early, time(entry), None);
            }
            Event::SessionAdjourned(ended) => {
                let reason = Some(ended.reason.as_str());
                end(&mut held, &ended.late, &ended.left_early, time(entry), reason);
            }
            Event::CaucusOpened(opened) => held.push(Held {
                title: format!("Caucus of {}", opened.party.label()),
                heading: format!("Caucus of {} ({})", opened.party.label(), date(zone.date(entry.at))),
                when: happened(entry.at, precision(entry), zone),
                present: opened.present.clone(),
                expected: expected(&members, Some(opened.party)),
                late: MemberIds::default(),
                left_early: MemberIds::default(),
                substitutes: Substitutes::default(),
                advisers: advisers(&opened.advisers),
                observers: Vec::new(),
                activities: Vec::new(),
            }),
            _ => {}
        }
    }
    held
}

/// Adds the end of the open session.
fn end(held: &mut [Held], late: &MemberIds, left_early: &MemberIds, time: Option<String>, reason: Option<&str>) {
    if let Some(last) = held.last_mut() {
        let reason = reason.map(|reason| format!(", ended early: {reason}")).unwrap_or_default();
        let time = time.map(|time| format!(" to {time}")).unwrap_or_default();
        last.when.push_str(&format!("{time}{reason}"));
        (last.late, last.left_early) = (late.clone(), left_early.clone());
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
            .with(list("Observers", &each.observers))
            .with(list("Advisers", &each.advisers))
    }))
}

/// Returns who was present, came late, left early, or was absent, in the order of the list of sessions.
fn attendance(held: &[Held], log: &CaseLog) -> Html {
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
    let heads = held.iter().map(|each| el("th").attr("scope", "col").with(each.heading.as_str()));
    let rows = order.into_iter().map(|id| {
        // On a phone, each cell has its heading before it.
        let cell = |each: &Held| el("td").attr("data-head", &each.heading).with(each.attendance_of(id));
        let cells = held.iter().map(cell);
        el("tr").with(el("th").attr("scope", "row").with(name(&names[&id]))).all(cells)
    });
    let table = el("table")
        .class("stack")
        .with(el("thead").with(el("tr").with(el("th").attr("scope", "col").with("Member")).all(heads)))
        .with(el("tbody").all(rows));
    let hint = el("p").class("hint").with("A dash means that the person was not on the team then, or not expected.");
    let scroll = el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", "Attendance");
    Html::new().with(hint).with(scroll.with(table))
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
