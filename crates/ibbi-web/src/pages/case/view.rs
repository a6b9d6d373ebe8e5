//! How a case looks.

use super::fields::{self, Choices};
use crate::pages::form_errors::{lines, told};
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

/// The most events of the timeline that a page shows.
const PART: usize = 40;

/// What is said at the top.
pub(super) enum Told<'a> {
    Nothing,
    /// This number was recorded.
    Recorded(u64),
    /// It was not done.
    Refused(&'a WebError),
}

/// Everything about a case that its page shows.
pub(super) struct View<'a> {
    pub(super) status: &'a Status,
    pub(super) timeline: &'a Timeline,
    /// The number before which the shown part of the timeline ends; none for its end.
    pub(super) before: Option<u64>,
    pub(super) choices: &'a Choices,
    /// A form that was sent and comes back.
    pub(super) given: &'a Pairs,
    pub(super) told: &'a Told<'a>,
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
        let left = el("div").with(self.lacking()).with(self.next(true)).with(self.next(false)).with(self.blocked());
        let right = el("div").with(section("settled", "Done so far", facts(&status.settled))).with(self.record());
        let content = Html::new()
            .with(head)
            .with(process_chart(self.timeline))
            .with(self.notice())
            .with(advisories(&status.advisories))
            .with(el("div").class("columns").with(left).with(right));
        Page { title: "A case", place: "/cases", content }
    }

    fn notice(&self) -> Html {
        let zone = self.status.zone;
        match self.told {
            Told::Nothing => Html::new(),
            Told::Recorded(seq) => {
                let moment = self.timeline.moments.iter().find(|moment| moment.seq == *seq);
                moment.map_or_else(Html::new, |moment| {
                    let text = format!("Recorded as number {seq}: {}.", moment.text);
                    el("div").class("good").attr("id", "now").attr("role", "status").with(el("p").with(text)).into()
                })
            }
            Told::Refused(fail) => {
                let warning = el("div").class("warning").attr("id", "now").attr("role", "alert");
                match fail {
                    WebError::App(AppError::Refused { refusal, .. }) => warning
                        .with(el("p").with(el("strong").with("This can't be recorded. Nothing has changed.")))
                        .with(reasons(&refusal.unmet, zone))
                        .into(),
                    other => warning
                        .with(el("p").with(el("strong").with("This was not recorded.")))
                        .with(lines(&self.sent_before(other).unwrap_or_else(|| told(other))))
                        .into(),
                }
            }
        }
    }

    /// The form was sent before, and now says something else.
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
        // What is struck is chosen where it stands, in the timeline.
        let numbered = numbered.filter(|(_, next)| next.event != EventKind::EventVoided);
        let forms: Vec<Element> = numbered.map(|(number, next)| self.suggestion(number, next)).collect();
        if forms.is_empty() {
            return None;
        }
        let (id, heading) = if onward { ("next", "Next steps") } else { ("also", "Also possible") };
        Some(section(id, heading, Html::from_iter(forms)))
    }

    /// A suggestion as a form that folds out.
    fn suggestion(&self, number: usize, next: &Suggestion) -> Element {
        let Suggestion { event, pairs, note, onward } = next;
        let form_id = format!("f{number}");
        let again = self.comes_back() == Some(number);
        let value_of = |key: &str| {
            let suggested = pairs.iter().filter_map(|pair| pair.split_once('='));
            suggested.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next()
        };
        let inputs = form::fields(*event).into_iter().map(|field| {
            let given = if again { self.given.get(field.name).map(str::to_owned) } else { None };
            let value = given.or_else(|| value_of(field.name)).unwrap_or_default();
            fields::input(&field, &form_id, &value, self.choices)
        });
        let inputs: Vec<Element> = inputs.collect();
        let about: Vec<String> = ["party", "seat", "body", "member", "part", "kind", "service", "concern", "to"]
            .iter()
            .filter_map(|key| event.field(key))
            .filter_map(|field| value_of(field.name).map(|value| (field, value)))
            .filter(|(_, value)| !value.starts_with('<'))
            .map(|(field, value)| self.value_label(field, &value))
            .collect();
        let title = sentence(event.label());
        let title = if about.is_empty() { title } else { format!("{title}: {}", about.join(", ")) };
        let none = Pairs::default();
        let form = el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{}", self.status.case))
            .attr("data-once", "1")
            .with(self.unseen(*event))
            .with(hidden("form", &form_id))
            .with(note.as_ref().map(|note| el("p").class("hint").with(sentence(&in_words(note)))))
            .all(inputs)
            .with(fields::when(&form_id, if again { self.given } else { &none }))
            .with(el("p").class("send").with(button("Record")));
        let folded = details(title, form);
        let folded = if *onward { folded.class("do") } else { folded.class("do side") };
        if again { folded.attr("open", "open") } else { folded }
    }

    /// Which suggestion's form comes back as it was sent: the same one, or where the case has moved on since, the first
    /// for the same kind of event.
    fn comes_back(&self) -> Option<usize> {
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

    /// What every form of this case says unseen: what is recorded, where the case was, and an id for a second click.
    fn unseen(&self, event: EventKind) -> Html {
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

    /// The form that strikes an event.
    fn void(&self, moment: &Moment) -> Element {
        let id = format!("v{}-reason", moment.seq);
        let form = el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{}", self.status.case))
            .attr("data-once", "1")
            .with(self.unseen(EventKind::EventVoided))
            .with(hidden("seq", &moment.seq.to_string()))
            .with(el("label").attr("for", &id).with("Reason for the correction"))
            .with(line("reason", "").attr("id", &id).attr("required", "required").attr("maxlength", 500))
            .with(el("p").class("send").with(button(&format!("Correct entry {}", moment.seq)).class("less")));
        details(format!("Correct entry {}", moment.seq), form)
    }
}

/// Rules that are not met: what was found, and what to do.
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

/// The process with the stages that the case has been in.
pub(crate) fn process_chart(timeline: &Timeline) -> Element {
    let counted = timeline.moments.iter().filter(|moment| moment.voided_by.is_none());
    let mut passed: Vec<Stage> = counted.map(|moment| moment.to).filter(|stage| *stage <= timeline.stage).collect();
    passed.dedup();
    let draw = |room: Room, id: &str| process(timeline.stage, &passed, room, id);
    el("figure")
        .with(el("div").class("wide").with(draw(Room::Wide, "road")))
        .with(el("div").class("narrow").with(draw(Room::Narrow, "lane")))
}

/// What is settled, as a list of facts.
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

/// A record in a timeline.
pub(crate) fn moment_item(moment: &Moment, zone: Zone, last: bool) -> Element {
    let Moment { seq, at, actor, text, to, voided_by, fault, .. } = moment;
    let class = match (voided_by, last) {
        (Some(_), _) => "voided",
        (None, true) => "last",
        (None, false) => "",
    };
    let voided = voided_by.map(|by| format!("; voided by number {by}")).unwrap_or_default();
    let told = format!("number {seq}, {}, by {actor}; then in {}{voided}", zone.show(*at), to.label());
    let item = el("li");
    let item = if class.is_empty() { item } else { item.class(class) };
    item.with(el("span").class("what").with(sentence(text)))
        .with(el("span").class("quiet").with(told))
        .with(fault.as_ref().map(|fault| el("p").class("wrong").with(in_words(fault))))
}

/// A text with a capital letter at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
