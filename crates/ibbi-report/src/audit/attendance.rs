//! Who attended the sessions of a case, and its steps with their rules.

use crate::format;
use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use ibbi_audit::{CaseReport, CaseStep, MemberAttendance, MemberPresence, SessionAttendance, SessionEnd};
use ibbi_common::zone::Zone;
use ibbi_core::{Person, Precision, Rule, Source, Stage};

/// Returns what a session is, when it was, and who led it.
pub(crate) fn session_title(session: &SessionAttendance, zone: Zone) -> Phrase {
    let name = match (session.caucus, session.part) {
        (Some(party), _) => format!("Caucus of {}", party.label()),
        (None, Some(part)) => format!("{}, part {part}", session.stage.label()),
        (None, None) => session.stage.label().to_owned(),
    };
    let phrase = Phrase::default().name(name);
    let phrase = match session.slot {
        Some(slot) => phrase.words(format!(", scheduled for {}", ibbi_common::format::slot(slot))),
        None => phrase,
    };
    let phrase = phrase.words("; opened ").instant(session.opened, zone).words(format!(" (#{})", session.seq));
    let phrase = match (session.ended, session.end, session.end_seq) {
        (Some(at), Some(end), Some(seq)) => {
            let how = match end {
                SessionEnd::Closed => "ended after its full time",
                SessionEnd::Adjourned => "ended early",
            };
            phrase.words(format!(", {how} ")).instant(at, zone).words(format!(" (#{seq})"))
        }
        _ if session.part.is_some() => phrase.words(", has not ended"),
        _ => phrase,
    };
    match people(session.neutrals.iter()) {
        led_by if led_by.is_empty() => phrase.words("."),
        led_by => phrase.words(". Led by ").name(led_by).words("."),
    }
}

/// Returns who was present, late, gone early, and absent, and who else was there, each with a label. Groups without a person
/// are left out, apart from the members who were absent.
pub(crate) fn attendees(session: &SessionAttendance, zone: Zone) -> Vec<(String, String)> {
    let members = |filter: &dyn Fn(&MemberAttendance) -> bool| {
        let chosen = session.members.iter().filter(|each| filter(each));
        chosen.map(|each| format!("{} ({})", each.member.name, each.party.label())).collect::<Vec<_>>().join(", ")
    };
    let is = |presence: MemberPresence| move |each: &MemberAttendance| each.presence == presence;
    let substitutes = || session.members.iter().filter_map(|each| Some((each, each.substitute.as_ref()?)));
    let substitute_names = |filter: &dyn Fn(bool, bool) -> bool| {
        let chosen = substitutes().filter(|(_, substitute)| filter(substitute.late, substitute.left_early));
        chosen.map(|(_, substitute)| format!("{} (substitute)", substitute.person.name)).collect::<Vec<_>>()
    };
    let with = |members: String, others: Vec<String>| {
        std::iter::once(members).filter(|members| !members.is_empty()).chain(others).collect::<Vec<_>>().join(", ")
    };
    let opened = zone.show_time(session.opened);
    let left = match session.ended {
        Some(ended) => format!("Left early (before {}; the ledger doesn't state when)", zone.show_time(ended)),
        None => "Left early".to_owned(),
    };
    let absent = members(&is(MemberPresence::Absent));
    let absent = if absent.is_empty() { "none".to_owned() } else { absent };
    let groups = [
        ("Present".to_owned(), members(&is(MemberPresence::Present))),
        (
            format!("Late (after {opened}; the ledger doesn't state when)"),
            with(members(&is(MemberPresence::Late)), substitute_names(&|late, _| late)),
        ),
        (left, with(members(&|each| each.left_early), substitute_names(&|_, left| left))),
        ("Absent".to_owned(), absent),
        (
            "Substitutes".to_owned(),
            substitutes()
                .map(|(each, substitute)| format!("{} for {}", substitute.person.name, each.member.name))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        (
            "Observers".to_owned(),
            session
                .observers
                .iter()
                .map(|observer| format!("{} ({})", observer.name, observer.capacity.label()))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        (
            "Advisers".to_owned(),
            session
                .advisers
                .iter()
                .map(|adviser| format!("{} ({}, {})", adviser.name, adviser.role.label(), adviser.party.label()))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    groups.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}

fn people<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    people.map(|person| person.name.to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns how much later than its event a step was written down.
fn delay(step: &CaseStep) -> String {
    match step.delay_minutes {
        0 => "at once".to_owned(),
        minutes if minutes > 0 => format!("{} later", format::lasting(minutes.unsigned_abs())),
        minutes => format!("{} before", format::lasting(minutes.unsigned_abs())),
    }
}

/// Returns a step: when it happened, when it was written down, and by whom.
pub(crate) fn step_title(step: &CaseStep, precision: Precision, zone: Zone) -> Phrase {
    let stage = step.stage.filter(|stage| *stage != Stage::Unopened);
    let stage = stage.map_or_else(String::new, |stage| format!(" in {}", stage.label()));
    let phrase = Phrase::new(format!("#{} {}{stage}: happened ", step.seq, step.event.label()));
    let phrase = match precision {
        Precision::Instant => phrase.instant(step.at, zone),
        Precision::Day => phrase.day(zone.date(step.at)),
    };
    let phrase = phrase.words("; written down ").instant(step.logged, zone).words(format!(", {}, by ", delay(step)));
    let phrase = phrase.name(step.actor.to_string());
    phrase.words(if step.in_effect { "." } else { "; it has no effect." })
}

/// Returns the rules of a step, by their source. Rules that it didn't meet are marked.
pub(crate) fn step_rules(step: &CaseStep) -> String {
    let of_source = |source: &Source| {
        let rules = step.rules.iter().filter(|rule| rule.source == *source);
        let ids =
            rules.map(|rule| if rule.met { rule.rule.id().to_owned() } else { format!("not met: {}", rule.rule.id()) });
        let ids: Vec<String> = ids.collect();
        (!ids.is_empty()).then(|| format!("{}: {}", source.label(), ids.join(", ")))
    };
    let groups: Vec<String> = Source::ALL.iter().filter_map(of_source).collect();
    if groups.is_empty() { "no rules".to_owned() } else { groups.join("; ") }
}

/// Returns a table of the rules that the steps were checked against, each once.
pub(crate) fn rules_of_steps(report: &CaseReport) -> Table {
    rules_of_cases(core::slice::from_ref(report))
}

/// Returns a table of the rules that the steps of several cases were checked against, each once.
pub(crate) fn rules_of_cases(reports: &[CaseReport]) -> Table {
    let mut table = Table::new("Rules of the records", [Column::text("rule and source"), Column::text("requirement")]);
    let mut all = Vec::new();
    for rule in reports.iter().flat_map(rules) {
        if !all.contains(&rule) {
            all.push(rule);
        }
    }
    for rule in all {
        let rule_and_source = Cell::Stack(vec![Cell::Code(rule.id().to_owned()), rule.source().label().into()]);
        table.row([rule_and_source, rule.statement().into()]);
    }
    table
}

/// Returns the rules that the steps were checked against, each once, in the order in which they first applied.
pub(crate) fn rules(report: &CaseReport) -> Vec<Rule> {
    let mut rules = Vec::new();
    for rule in report.steps.iter().flat_map(|step| &step.rules) {
        if !rules.contains(&rule.rule) {
            rules.push(rule.rule);
        }
    }
    rules
}
