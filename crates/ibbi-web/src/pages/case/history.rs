//! The history of a case: its records, newest first, with a filter and a link to the correction of each.

use super::advisories::advisory_texts;
use super::choices::Choices;
use crate::pages::form_errors::sentence;
use crate::pages::shell::{button, select};
use ibbi_app::describe::{describe, describe_with_names, in_words};
use ibbi_app::replay::{Moment, Timeline};
use ibbi_app::times::happened;
use ibbi_core::EventKind;
use ibbi_report::html::{Element, Html, el, section};

/// Why the numbers of a case's entries have gaps.
const NUMBERS: &str = "The numbers count the lines of the whole ledger, so those of one case have gaps.";
/// The most records on a page.
const PART: usize = 40;

/// The parts of a history that a person can choose: code, label, and the kinds of events.
const FILTERS: &[(&str, &str)] = &[
    ("", "Everything"),
    ("people", "Leaders and teams"),
    ("sessions", "Meetings and sessions"),
    ("decisions", "Letters, concerns, and decisions"),
    ("notes", "Notes and corrections"),
];

fn filter_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::LeaderAgreed
        | EventKind::LeaderDeclined
        | EventKind::LeaderLeft
        | EventKind::LeaderSucceeded
        | EventKind::SuccessorAgreed
        | EventKind::MemberNamed
        | EventKind::MemberReleased
        | EventKind::AttendancePledged
        | EventKind::PledgeWithdrawn => "people",
        EventKind::MeetingScheduled
        | EventKind::MeetingHeld
        | EventKind::SessionScheduled
        | EventKind::SessionPostponed
        | EventKind::SessionOpened
        | EventKind::ActivityRun
        | EventKind::SessionAdjourned
        | EventKind::SessionClosed => "sessions",
        EventKind::NoteAdded | EventKind::EventVoided => "notes",
        _ => "decisions",
    }
}

/// The choice of a page.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shown<'a> {
    /// The record before which the shown part ends. `None` shows the newest.
    pub(crate) before: Option<u64>,
    /// The code of a filter.
    pub(crate) filter: &'a str,
}

/// Returns the history of a case as a section of its page.
/// `may_correct` says whether the viewer may correct the entry with a number.
pub(crate) fn history(
    address: &str,
    timeline: &Timeline,
    choices: &Choices,
    shown: Shown<'_>,
    may_correct: &dyn Fn(u64) -> bool,
) -> Element {
    let is_shown = |moment: &&Moment| {
        let is_correction = shown.filter == "notes" && moment.replaces.is_some();
        shown.filter.is_empty() || filter_of(moment.event.kind()) == shown.filter || is_correction
    };
    let moments: Vec<&Moment> = timeline.moments.iter().filter(is_shown).collect();
    let last = timeline.moments.last().map(|moment| moment.seq);
    let end = shown.before.map_or(moments.len(), |before| moments.partition_point(|moment| moment.seq < before));
    let begin = end.saturating_sub(PART);
    let part = moments.get(begin..end).unwrap_or_default();
    let items = part.iter().rev().map(|moment| {
        let item = moment_item(moment, &text(moment, choices), timeline, Some(moment.seq) == last, choices);
        let can_be_corrected = may_correct(moment.seq) && moment.corrected_by().is_none() && !moment.is_correction();
        item.with(can_be_corrected.then(|| {
            el("a")
                .class("correct")
                .attr("href", format!("{address}/entries/{}", moment.seq))
                .with("Correct")
                .with(el("span").class("unseen").with(format!(" entry {}", moment.seq)))
        }))
    });
    let filter = if shown.filter.is_empty() { String::new() } else { format!("show={}&", shown.filter) };
    let link = |label: String, to: String| el("a").attr("href", format!("{address}?{filter}{to}#history")).with(label);
    let earlier = part.first().filter(|_| begin > 0).map(|first| {
        let label = if begin == 1 { "1 earlier entry".to_owned() } else { format!("{begin} earlier entries") };
        link(label, format!("before={}", first.seq))
    });
    let latest = (end < moments.len()).then(|| link("Back to the newest".to_owned(), String::new()));
    let ways = (earlier.is_some() || latest.is_some()).then(|| el("p").class("take").with(latest).with(earlier));
    let none = part.is_empty().then(|| el("p").class("quiet").with("There are no such entries."));
    let list = el("ol").class("timeline").attr("reversed", "reversed").all(items);
    let heading = format!("History ({})", timeline.moments.len());
    let numbers = timeline.moments.iter().zip(1..).any(|(moment, place)| moment.seq != place);
    let numbers = numbers.then(|| el("p").class("quiet").with(NUMBERS));
    section(
        "history",
        &heading,
        Html::new().with(numbers).with(filter_form(address, shown.filter)).with(none).with(list).with(ways),
    )
}

fn filter_form(address: &str, filter: &str) -> Element {
    el("form")
        .class("filter")
        .attr("method", "get")
        .attr("action", format!("{address}#history"))
        .with(el("label").attr("for", "show").with("Show"))
        .with(select("show", filter, FILTERS.iter().copied()).attr("id", "show"))
        .with(button("Show").class("less"))
        .with(el("a").attr("href", format!("{address}/summary")).with("Print a summary"))
}

/// Returns what happened, with names in place of IDs.
pub(crate) fn text(moment: &Moment, choices: &Choices) -> String {
    let summary = moment.text.strip_prefix(&describe(&moment.event)).unwrap_or_default();
    describe_with_names(&moment.event, &|id| choices.name_of(id)) + summary
}

/// Returns a record as an item of a timeline.
pub(crate) fn moment_item(moment: &Moment, text: &str, timeline: &Timeline, last: bool, choices: &Choices) -> Element {
    let Moment { seq, at, actor, to, fault, .. } = moment;
    let class = match (moment.corrected_by(), last) {
        (Some(_), _) => "voided",
        (None, true) => "last",
        (None, false) => "",
    };
    let mut notes = String::new();
    if let Some(on_behalf) = &moment.on_behalf {
        notes.push_str(&format!("; on behalf of {on_behalf}"));
    }
    if let Some(replaced) = moment.replaces {
        notes.push_str(&format!("; replaces number {replaced}"));
    }
    match (moment.voided_by, moment.replaced_by) {
        (Some(by), _) => notes.push_str(&format!("; voided by number {by}")),
        (None, Some(by)) => notes.push_str(&format!("; replaced by number {by}")),
        (None, None) => {}
    }
    let before = timeline.moments.iter().take_while(|earlier| earlier.seq < *seq).last();
    if before.is_some_and(|before| before.to != *to) {
        notes.push_str(&format!("; the case moved to {}", to.label()));
    }
    let when = happened(*at, moment.precision, timeline.zone);
    let summary = format!("number {seq}, {when}, by {actor}{notes}");
    let item = el("li");
    let item = if class.is_empty() { item } else { item.class(class) };
    let advisories = advisory_texts(moment.lasting_advisories(), choices)
        .into_iter()
        .map(|text| el("p").class("advisory").with(text));
    item.with(el("span").class("what").with(sentence(text)))
        .with(el("span").class("quiet").with(summary))
        .all(advisories)
        .with(fault.as_ref().map(|fault| el("p").class("wrong").with(in_words(fault))))
}
