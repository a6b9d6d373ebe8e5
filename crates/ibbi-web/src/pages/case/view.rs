//! The markup of a case.

use super::fields::{self, Choices, Content};
use crate::pages::form_errors::{lines, message};
use crate::pages::shell::{Page, button, hidden, line};
use crate::problem::WebError;
use crate::query::Pairs;
use ibbi_app::describe::{found, in_words};
use ibbi_app::form;
use ibbi_app::ledger::AppendError;
use ibbi_app::replay::{Moment, Timeline};
use ibbi_app::status::{Blocked, Fact, Status};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, Suggestion};
use ibbi_core::{Advisory, EventKind, FieldInfo, Rule, Stage, Unmet};
use ibbi_report::chart::Room;
use ibbi_report::html::{Element, Html, details, el, name, section};
use ibbi_report::process::process;
use uuid::Uuid;

/// The most events of the timeline on a page.
const PART: usize = 40;

/// The notice at the top of the page.
pub(super) enum Notice<'a> {
    Nothing,
    /// The record with this number was added.
    Recorded(u64),
    /// The form was refused.
    Refused(&'a WebError),
}

/// The content of the page of a case.
pub(super) struct View<'a> {
    pub(super) status: &'a Status,
    pub(super) timeline: &'a Timeline,
    /// The record before which the shown part of the timeline ends. `None` shows the end.
    pub(super) before: Option<u64>,
    pub(super) choices: &'a Choices,
    /// The form that was sent.
    pub(super) given: &'a Pairs,
    pub(super) notice: &'a Notice<'a>,
}

impl View<'_> {
    pub(super) fn page(&self) -> Page<'static> {
        let Self { status, .. } = self;
        let district = status.district.as_ref().map(ToString::to_string).unwrap_or_default();
        let ended = status.outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
        let head = el("header").with(el("h1").with(name(&district))).with(el("p").class("under").with(format!(
            "Case {} is in {}{ended}.",
            status.case,
            status.stage.label()
        )));
        let left = el("div")
            .with(self.other_form())
            .with(self.lacking())
            .with(self.next(true))
            .with(self.next(false))
            .with(self.blocked());
        let right = el("div").with(section("settled", "Done so far", facts(&status.settled))).with(self.record());
        let content = Html::new()
            .with(head)
            .with(self.notice())
            .with(self.waiting())
            .with(process_chart(self.timeline))
            .with(advisories(&status.advisories))
            .with(el("div").class("columns").with(left).with(right));
        Page { title: "A case", place: "/cases", content }
    }

    /// Returns whom the case is waiting for; nothing once it is closed.
    fn waiting(&self) -> Option<Element> {
        let items: Vec<_> = self.status.waiting_texts().map(|text| el("li").with(sentence(&text))).collect();
        if items.is_empty() { None } else { Some(section("waiting", "Waiting for", el("ul").all(items))) }
    }

    fn notice(&self) -> Html {
        let zone = self.status.zone;
        match self.notice {
            Notice::Nothing => Html::new(),
            Notice::Recorded(seq) => {
                let moment = self.timeline.moments.iter().find(|moment| moment.seq == *seq);
                moment.map_or_else(Html::new, |moment| {
                    let text = format!("Recorded as number {seq}: {}.", moment.text);
                    el("div").class("good").attr("id", "now").attr("role", "status").with(el("p").with(text)).into()
                })
            }
            Notice::Refused(fail) => {
                let warning = el("div").class("warning").attr("id", "now").attr("role", "alert");
                match fail {
                    WebError::App(AppError::Refused { refusal, .. }) => warning
                        .with(el("p").with(el("strong").with("This can't be recorded. Nothing has changed.")))
                        .with(reasons(&refusal.unmet, zone))
                        .into(),
                    other => warning
                        .with(el("p").with(el("strong").with("This was not recorded.")))
                        .with(lines(&self.sent_before(other).unwrap_or_else(|| message(other))))
                        .into(),
                }
            }
        }
    }

    /// Returns the message for a form that was sent before with other content.
    fn sent_before(&self, fail: &WebError) -> Option<String> {
        let WebError::App(AppError::Append(AppendError::IdTaken { rev, .. })) = fail else { return None };
        let place = usize::try_from(*rev).ok()?.checked_sub(1)?;
        let Moment { seq, text, .. } = self.timeline.moments.get(place)?;
        Some(format!(
            "This form was sent before, and is recorded as number {seq}: {text}. The new content was not recorded. If \
             number {seq} is a mistake, correct it under \u{201c}Records\u{201d}, then record the right event with \
             one of the forms below. If this is another event, record it with one of the forms below."
        ))
    }

    fn lacking(&self) -> Option<Element> {
        let Status { lacking, zone, .. } = self.status;
        if lacking.is_empty() {
            return None;
        }
        let items = lacking.iter().map(|unmet| el("li").with(sentence(&in_words(&found(&unmet.found, *zone)))));
        Some(section("lacking", "Still needed in this stage", el("ul").all(items)))
    }

    fn next(&self, onward: bool) -> Option<Element> {
        let numbered = self.status.next.iter().enumerate().filter(|(_, next)| next.onward == onward);
        // The forms of corrections are in the timeline.
        let numbered = numbered.filter(|(_, next)| next.event != EventKind::EventVoided);
        let forms: Vec<Element> = numbered.map(|(number, next)| self.suggestion(number, next)).collect();
        if forms.is_empty() {
            return None;
        }
        let (id, heading) = if onward { ("next", "Next steps") } else { ("also", "Also possible") };
        Some(section(id, heading, Html::from_iter(forms)))
    }

    /// Returns the form of a suggestion, folded.
    fn suggestion(&self, number: usize, next: &Suggestion) -> Element {
        self.form(&format!("f{number}"), next, self.sent_suggestion() == Some(number))
    }

    /// Returns a form that was refused and belongs to no suggestion, so that its content is not lost.
    fn other_form(&self) -> Option<Element> {
        let event = EventKind::from_code(self.given.get("type")?)?;
        let is_shown = event == EventKind::EventVoided || self.sent_suggestion().is_some();
        if is_shown || self.given.get("form").is_none() {
            return None;
        }
        let none = Suggestion { event, pairs: Vec::new(), note: None, onward: true };
        Some(section("sent", "The form that you sent", self.form("f", &none, true)))
    }

    /// Returns a form. A form that was refused has the content that was sent, and is unfolded.
    fn form(&self, form_id: &str, next: &Suggestion, is_sent: bool) -> Element {
        let Suggestion { event, pairs, note, onward } = next;
        let suggested = |key: &str| {
            let pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, _)| *name == key).map(|(_, value)| value).next().unwrap_or_default()
        };
        let inputs = form::fields(*event).into_iter().map(|field| {
            let content = match is_sent {
                true => Content::Sent(self.given),
                false => Content::Suggested(suggested(field.name)),
            };
            fields::input(&field, form_id, content, self.choices)
        });
        let inputs: Vec<Element> = inputs.collect();
        let about: Vec<String> = ["party", "seat", "body", "member", "part", "kind", "service", "concern", "to"]
            .iter()
            .filter_map(|key| event.field(key))
            .map(|field| (field, suggested(field.name)))
            .filter(|(_, value)| !value.is_empty() && !value.starts_with('<'))
            .map(|(field, value)| self.value_label(field, value))
            .collect();
        let title = sentence(event.label());
        let title = if about.is_empty() { title } else { format!("{title}: {}", about.join(", ")) };
        let none = Pairs::default();
        let form = el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{}", self.status.case))
            .attr("data-once", "1")
            .with(self.hidden_inputs(*event))
            .with(hidden("form", form_id))
            .with(note.as_ref().map(|note| el("p").class("hint").with(sentence(&in_words(note)))))
            .all(inputs)
            .with(fields::when(form_id, if is_sent { self.given } else { &none }))
            .with(el("p").class("send").with(button("Record")));
        let folded = details(title, form);
        let folded = if *onward { folded.class("do") } else { folded.class("do side") };
        if is_sent { folded.attr("open", "open") } else { folded }
    }

    /// Returns which suggestion the refused form belongs to: the same one, or if the case has changed since, the first of
    /// the same kind of event.
    fn sent_suggestion(&self) -> Option<usize> {
        let kind = EventKind::from_code(self.given.get("type")?)?;
        let numbered = || self.status.next.iter().enumerate().filter(|(_, next)| next.event == kind);
        let same = |number: usize| self.given.get("form") == Some(format!("f{number}").as_str());
        let found = numbered().find(|(number, _)| same(*number)).or_else(|| numbered().next());
        found.map(|(number, _)| number).filter(|_| self.given.get("form").is_some())
    }

    /// Returns the label of a value: a member's name instead of the ID, or the label of a code.
    fn value_label(&self, field: &FieldInfo, value: &str) -> String {
        let member = self.choices.members.iter().find(|(id, _)| id == value);
        member.map_or_else(|| field.value_label(value).to_owned(), |(_, name)| name.clone())
    }

    /// Returns the hidden inputs of every form: the kind of event, the state of the case, and an ID that makes a second click
    /// harmless.
    fn hidden_inputs(&self, event: EventKind) -> Html {
        Html::new()
            .with(hidden("type", event.code()))
            .with(hidden("rev", &self.status.records.to_string()))
            .with(hidden("id", &Uuid::now_v7().to_string()))
    }

    fn blocked(&self) -> Option<Element> {
        let Status { blocked, zone, last_event, asked_at, .. } = self.status;
        let late = last_event.is_some_and(|last| *asked_at < last);
        let counts = |unmet: &&Unmet| !(late && unmet.rule == Rule::TimeOrder);
        let one = |blocked: &Blocked| {
            let unmet: Vec<Unmet> = blocked.unmet.iter().filter(counts).cloned().collect();
            if unmet.is_empty() {
                return None;
            }
            Some(el("li").with(el("strong").with(sentence(blocked.event.label()))).with(reasons(&unmet, *zone)))
        };
        let here: Vec<Element> = blocked.iter().filter(|blocked| blocked.here).filter_map(one).collect();
        let elsewhere: Vec<Element> = blocked.iter().filter(|blocked| !blocked.here).filter_map(one).collect();
        if here.is_empty() && elsewhere.is_empty() {
            return None;
        }
        let list = |items: Vec<Element>| el("ul").class("plainlist").all(items);
        let mut content = Html::new();
        if !here.is_empty() {
            content.push(list(here));
        }
        if !elsewhere.is_empty() {
            let count = elsewhere.len();
            content.push(details(format!("Steps of other stages ({count})"), list(elsewhere)));
        }
        Some(section("blocked", "Not possible yet", content))
    }

    fn record(&self) -> Element {
        let moments = &self.timeline.moments;
        let last = moments.last().map(|moment| moment.seq);
        let end = self.before.map_or(moments.len(), |before| moments.partition_point(|moment| moment.seq < before));
        let begin = end.saturating_sub(PART);
        let part = moments.get(begin..end).unwrap_or_default();
        let items = part.iter().rev().map(|moment| {
            let item = moment_item(moment, self.timeline.zone, Some(moment.seq) == last);
            let can_be_voided =
                moment.voided_by.is_none() && !moment.is_correction() && moment.event.kind() != EventKind::CaseOpened;
            item.with(can_be_voided.then(|| self.void(moment)))
        });
        let address = format!("/cases/{}", self.status.case);
        let link = |label: String, to: String| el("a").attr("href", format!("{address}{to}#record")).with(label);
        let earlier = part.first().filter(|_| begin > 0).map(|first| {
            let label = if begin == 1 { "1 earlier event".to_owned() } else { format!("{begin} earlier events") };
            link(label, format!("?before={}", first.seq))
        });
        let latest = (end < moments.len()).then(|| link("Back to the latest".to_owned(), String::new()));
        let ways = (earlier.is_some() || latest.is_some()).then(|| {
            let between = (earlier.is_some() && latest.is_some()).then_some(" \u{b7} ");
            el("p").with(latest).with(between).with(earlier)
        });
        let take = el("p").class("quiet").with(
            el("a")
                .attr("href", format!("{address}/dates.ics"))
                .attr("download", "download")
                .with("Booked dates for your calendar (.ics)"),
        );
        let list = el("ol").class("timeline").attr("reversed", "reversed").all(items);
        section("record", "Records", Html::new().with(list).with(ways).with(take))
    }

    /// Returns the form that voids an event.
    fn void(&self, moment: &Moment) -> Element {
        let id = format!("v{}-reason", moment.seq);
        let is_sent = self.given.get("type") == Some(EventKind::EventVoided.code())
            && self.given.get("seq") == Some(moment.seq.to_string().as_str());
        let form = el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{}", self.status.case))
            .attr("data-once", "1")
            .with(self.hidden_inputs(EventKind::EventVoided))
            .with(hidden("seq", &moment.seq.to_string()))
            .with(el("label").attr("for", &id).with("Reason for the correction"))
            .with(
                line("reason", if is_sent { self.given.get("reason").unwrap_or_default() } else { "" })
                    .attr("id", &id)
                    .attr("required", "required")
                    .attr("maxlength", 500),
            )
            .with(el("p").class("send").with(button(&format!("Correct entry {}", moment.seq)).class("less")));
        let folded = details(format!("Correct entry {}", moment.seq), form);
        if is_sent { folded.attr("open", "open") } else { folded }
    }
}

/// Returns the unmet rules: what was found, and what to do.
fn reasons(unmet: &[Unmet], zone: Zone) -> Element {
    el("ul").all(unmet.iter().map(|unmet| {
        let rule = unmet.rule;
        let source = format!(" {} ({}).", in_words(rule.statement()).trim_end_matches('.'), rule.source().label());
        el("li")
            .with(sentence(&in_words(&found(&unmet.found, zone))))
            .with(". ")
            .with(in_words(rule.remedy()))
            .with(el("span").class("quiet").with(source))
    }))
}

/// Returns a chart of the process with the stages of the case.
pub(crate) fn process_chart(timeline: &Timeline) -> Element {
    let counted = timeline.moments.iter().filter(|moment| moment.voided_by.is_none());
    let mut passed: Vec<Stage> = counted.map(|moment| moment.to).filter(|stage| *stage <= timeline.stage).collect();
    passed.dedup();
    let draw = |room: Room, id: &str| process(timeline.stage, &passed, room, id);
    el("figure")
        .with(el("div").class("wide").with(draw(Room::Wide, "road")))
        .with(el("div").class("narrow").with(draw(Room::Narrow, "lane")))
}

/// Returns settled facts as a list.
pub(crate) fn facts(settled: &[Fact]) -> Element {
    el("dl").class("facts").all(
        settled
            .iter()
            .map(|fact| el("div").with(el("dt").with(sentence(fact.topic))).with(el("dd").with(sentence(&fact.text)))),
    )
}

fn advisories(advisories: &[Advisory]) -> Option<Element> {
    if advisories.is_empty() {
        return None;
    }
    let items = advisories
        .iter()
        .map(|advisory| el("li").with(sentence(&in_words(&advisory.found))).with(". ").with(advisory.warning.label()));
    Some(section("advisories", "Advisories", el("ul").class("advisories").all(items)))
}

/// Returns a record as an item of a timeline.
pub(crate) fn moment_item(moment: &Moment, zone: Zone, last: bool) -> Element {
    let Moment { seq, at, actor, text, to, voided_by, fault, .. } = moment;
    let class = match (voided_by, last) {
        (Some(_), _) => "voided",
        (None, true) => "last",
        (None, false) => "",
    };
    let voided = voided_by.map(|by| format!("; voided by number {by}")).unwrap_or_default();
    let summary = format!("number {seq}, {}, by {actor}; then in {}{voided}", zone.show(*at), to.label());
    let item = el("li");
    let item = if class.is_empty() { item } else { item.class(class) };
    item.with(el("span").class("what").with(sentence(text)))
        .with(el("span").class("quiet").with(summary))
        .with(fault.as_ref().map(|fault| el("p").class("wrong").with(in_words(fault))))
}

/// Returns a text with a capital letter at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
