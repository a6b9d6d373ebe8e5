//! The markup of a case: what is next, who must act, since when, and the forms for what happened.

use super::advisories::{advisory_text, advisory_texts};
use super::choices::Choices;
use super::composite;
use super::fields::Inputs;
use super::found_text::found_text;
use super::history::{Shown, history, text};
use super::one_click::is_complete;
use super::tasks::{Records, Task, Tasks};
use crate::pages::form_errors::{FormErrors, sentence};
use crate::pages::shell::{Page, button, hidden};
use crate::pages::when::{self, Moment as EnteredMoment};
use crate::problem::WebError;
use crate::query::Pairs;
use ibbi_app::AppError;
use ibbi_app::form::{When, field_of_rule};
use ibbi_app::format::date;
use ibbi_app::ledger::AppendError;
use ibbi_app::replay::{Moment, Timeline};
use ibbi_app::status::{Fact, Status};
use ibbi_app::times::happened;
use ibbi_core::{Advisory, At, Case, Date, Name, NotAllowedReason, Stage};
use ibbi_report::chart::Room;
use ibbi_report::html::{Element, Html, details, el, name, section};
use ibbi_report::process::process;
use uuid::Uuid;

/// The notice at the top of the page.
pub(super) enum Notice<'a> {
    Nothing,
    /// Records up to the one with this number were added, so many of them.
    Recorded {
        seq: u64,
        count: u64,
        /// When the last record before them was written, if the clock has moved far ahead since.
        clock_before: Option<At>,
    },
    /// The form is shown for another day, with its content.
    OtherDay,
    /// The form was refused.
    Refused(&'a WebError),
    /// The time above the forms is not valid.
    NoTime(&'a WebError),
}

/// The content of the page of a case.
pub(super) struct View<'a> {
    pub(super) status: &'a Status,
    pub(super) timeline: &'a Timeline,
    pub(super) shown: Shown<'a>,
    pub(super) choices: &'a Choices,
    pub(super) tasks: &'a Tasks,
    /// The case as it was at the time that was entered, and as it is.
    pub(super) case: (&'a Case, &'a Case),
    /// The day by which the case is as likely done as not.
    pub(super) even_odds: Option<Date>,
    /// The form that was sent.
    pub(super) given: &'a Pairs,
    pub(super) notice: Notice<'a>,
    pub(super) moment: &'a EnteredMoment,
    pub(super) when: When,
    pub(super) recorder: &'a Name,
    /// Whether the viewer may correct the entry with a number.
    pub(super) corrects: &'a dyn Fn(u64) -> bool,
    /// The state of its confidential texts, for those who may see it.
    pub(super) texts: Option<Html>,
}

impl View<'_> {
    pub(super) fn page(&self) -> Page<'static> {
        let errors = self.errors();
        let address = self.address();
        let bar = when::bar(&address, self.moment, self.recorder, (self.status.asked_at, self.status.zone), &errors);
        let to_do = el("div").with(self.to_do(&errors));
        let done = el("div")
            .with(section("done", "Done", facts(&self.status.settled, &|fact| self.choices.in_names(fact))))
            .with(self.advisories());
        let names = self.choices.names.iter().map(|name| el("option").attr("value", name));
        let content = Html::new()
            .with(self.head())
            .with(self.notice(&errors))
            .with(self.not_allowed())
            .with(self.next())
            .with(bar)
            .with(el("div").class("columns").with(to_do).with(done))
            .with(history(&address, self.timeline, self.choices, self.shown, self.corrects))
            .with(self.texts.clone())
            .with(details("Diagram of the process", process_chart(self.timeline)))
            .with(el("datalist").attr("id", "names").all(names));
        Page { title: "A case", place: "/cases", content }
    }

    fn address(&self) -> String {
        format!("/cases/{}", self.status.case)
    }

    fn head(&self) -> Element {
        let Status { district, stage, outcome, .. } = self.status;
        let district = district.as_ref().map(ToString::to_string).unwrap_or_default();
        let ended = outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
        let steps: Vec<&Stage> =
            Stage::ALL.iter().filter(|each| !matches!(each, Stage::Unopened | Stage::Closed)).collect();
        let step = steps.iter().position(|each| *each == stage);
        let place = step.map(|step| format!(" \u{b7} Step {} of {}", step + 1, steps.len())).unwrap_or_default();
        let bar = step.map(|step| {
            let marks = (0..steps.len()).map(|each| el("i").class(if each <= step { "done" } else { "ahead" }));
            el("span").class("steps").attr("aria-hidden", "true").all(marks)
        });
        let link =
            |to: &str, label: &str| el("a").attr("href", format!("{}/{to}", self.address())).with(label.to_owned());
        let links = el("p")
            .class("take")
            .with(link("forecast", "Forecast"))
            .with(link("calendar", "Calendar"))
            .with(link("summary", "Print summary"));
        el("header")
            .class("case-head")
            .with(el("h1").with(name(&district)))
            .with(links)
            .with(el("p").class("under").with(format!("{}{place}{ended}", stage.label())).with(bar))
    }

    /// Returns the recorded events that the rules don't allow; nothing for a valid case.
    fn not_allowed(&self) -> Option<Element> {
        if self.status.not_allowed.is_empty() {
            return None;
        }
        let items = self.status.not_allowed.iter().map(|one| match &one.reason {
            NotAllowedReason::Refused(refusal) => {
                let found = refusal.unmet.iter().map(|unmet| found_text(&unmet.found, self.status.zone, self.choices));
                el("li").with(format!("Number {}: {}.", one.seq, found.collect::<Vec<_>>().join("; ")))
            }
            NotAllowedReason::OtherStage { recorded, computed } => {
                let (recorded, computed) = (recorded.label(), computed.label());
                el("li").with(format!("Number {}: the case is in {computed}, but {recorded} is recorded.", one.seq))
            }
        });
        let text = "Until this is corrected, you can only add a note, void an event, or withdraw the case. The facts on this \
                    page end before the first of these events.";
        let body = Html::new().with(el("p").with(text)).with(el("ul").all(items.collect::<Vec<_>>()));
        Some(section("not-allowed", "The rules don't allow what is recorded", body).class("warning"))
    }

    /// Returns the box with what is next, who must act, and since when.
    fn next(&self) -> Element {
        let waiting: Vec<String> = self.status.waiting_texts().map(|text| sentence(&text)).collect();
        let next = self.tasks.next.first().map(|task| (task.title.as_str(), task.note.as_deref()));
        let next =
            next.or_else(|| self.tasks.later.first().map(|(title, reason)| (title.as_str(), Some(reason.as_str()))));
        let ended = self.status.outcome.is_some().then_some(("Nothing. The case is closed", None));
        let first = ended.or(next).map(|(title, note)| {
            let note = note.map(|note| format!(" \u{b7} {note}")).unwrap_or_default();
            el("p").with(el("strong").with("Next: ")).with(format!("{title}{note}"))
        });
        let waits = (!waiting.is_empty()).then(|| {
            let items = waiting.iter().map(|text| el("li").with(text.as_str()));
            el("div").with(el("p").with(el("strong").with("Waiting for:"))).with(el("ul").all(items))
        });
        let odds = self.even_odds.map(|day| {
            let text = format!(
                "If all goes as usual, done by about {} (even odds, without anyone\u{2019}s calendar). ",
                date(day)
            );
            let link = el("a").attr("href", format!("{}/forecast", self.address()));
            el("p").class("quiet").with(text).with(link.with("How this is estimated"))
        });
        let go = self.tasks.next.first().filter(|_| self.status.outcome.is_none()).map(|task| {
            let session = matches!(task.records, Records::Session(_));
            let label = if session { "Record how it went" } else { "Record it" };
            el("p").with(el("a").class("go").attr("href", format!("#{}", task.id())).with(label))
        });
        el("section")
            .class("next")
            .attr("id", "next")
            .attr("aria-label", "Next step")
            .with(first)
            .with(waits)
            .with(odds)
            .with(go)
    }

    fn errors(&self) -> FormErrors {
        match &self.notice {
            Notice::Refused(fail) | Notice::NoTime(fail) => match self.sent_before(fail) {
                Some(message) => FormErrors::from_text(message),
                None => {
                    let is_session = matches!(self.records(), Some(Records::Session(_)));
                    let field_of = if is_session { super::session::field_of_rule } else { field_of_rule };
                    FormErrors::of_form(fail, field_of, &|what, zone| found_text(what, zone, self.choices))
                }
            },
            _ => FormErrors::default(),
        }
    }

    fn notice(&self, errors: &FormErrors) -> Html {
        match &self.notice {
            Notice::Nothing | Notice::OtherDay => Html::new(),
            Notice::Recorded { seq, count, clock_before } => {
                let last = self.timeline.moments.iter().position(|moment| moment.seq == *seq);
                let Some(last) = last else { return Html::new() };
                let first = last.saturating_sub(usize::try_from(count.saturating_sub(1)).unwrap_or(0));
                let items = self.timeline.moments.get(first..=last).unwrap_or_default();
                let at = |moment: &Moment| happened(moment.at, moment.precision, self.status.zone);
                let last_logged = items.last().map(|moment| moment.logged);
                let clock = clock_before.zip(last_logged).and_then(|(last, now)| Advisory::clock_ahead(last, now));
                let clock = clock.map(|advisory| el("p").with(advisory_text(&advisory, self.choices)));
                let advisories = items.iter().flat_map(|moment| &moment.advisories);
                let advisories = advisory_texts(advisories, self.choices).into_iter().map(|text| el("p").with(text));
                let items = items.iter().map(|moment| {
                    let (seq, what) = (moment.seq, text(moment, self.choices));
                    let behalf =
                        moment.on_behalf.as_ref().map(|name| format!(", on behalf of {name}")).unwrap_or_default();
                    let what = what.trim_end_matches('.');
                    el("p").with(format!("Recorded as number {seq}: {what}, {}{behalf}.", at(moment)))
                });
                let notice = el("div").class("good").attr("id", "now").attr("role", "status");
                notice.all(items).all(advisories).with(clock).into()
            }
            Notice::NoTime(_) => errors.summary("The page shows the case as it is now.", "when").into(),
            Notice::Refused(fail) => {
                let heading = match fail {
                    WebError::App(AppError::Refused { .. }) => "This can't be recorded. Nothing has changed.",
                    _ => "This was not recorded.",
                };
                errors.summary(heading, &self.sent_form_id()).into()
            }
        }
    }

    /// Returns the message for a form that was sent before with other content.
    fn sent_before(&self, fail: &WebError) -> Option<String> {
        let WebError::App(AppError::Append(AppendError::IdTaken { rev, .. })) = fail else { return None };
        let place = usize::try_from(*rev).ok()?.checked_sub(1)?;
        let moment = self.timeline.moments.get(place)?;
        let (seq, text) = (moment.seq, text(moment, self.choices));
        Some(format!(
            "This form was sent before, and is recorded as number {seq}: {text}. The new content was not recorded. If \
             number {seq} is a mistake, correct it in the history. If this is another event, record it with one of the \
             forms below."
        ))
    }

    fn to_do(&self, errors: &FormErrors) -> Element {
        let tasks = self.tasks;
        let sent = self.sent_task();
        let form = |task: &Task, open: bool| {
            let is_sent = sent.is_some_and(|sent| std::ptr::eq(sent, task));
            self.form(task, is_sent, open || is_sent, errors)
        };
        let next = tasks.next.iter().enumerate().map(|(number, task)| form(task, number == 0 && sent.is_none()));
        let mut seen = Vec::new();
        let later = tasks.later.iter().filter(|(title, _)| {
            let new = !seen.contains(title);
            seen.push(title.clone());
            new
        });
        let later = el("ul").class("later").all(later.map(line_of));
        let more = (!tasks.more.is_empty()).then(|| {
            let is_sent = sent.is_some_and(|sent| tasks.more.iter().any(|task| std::ptr::eq(task, sent)));
            let forms = Html::from_iter(tasks.more.iter().map(|task| form(task, false)));
            let folded = details("More that you can record", forms).attr("id", "more");
            if is_sent { folded.attr("open", "open") } else { folded }
        });
        let impossible = (!tasks.impossible.is_empty()).then(|| {
            let items = tasks.impossible.iter().map(line_of);
            details("Not possible now", el("ul").class("later").all(items)).attr("id", "blocked")
        });
        let content = Html::new()
            .with(self.other_form(errors))
            .with(Html::from_iter(next))
            .with(later)
            .with(more)
            .with(impossible);
        section("to-do", "To do", content)
    }

    /// Returns the task whose form was sent and refused.
    fn sent_task(&self) -> Option<&Task> {
        self.records()?;
        let form = self.given.get("form")?;
        let mut all = self.tasks.next.iter().chain(&self.tasks.more);
        all.find(|task| task.id() == form)
    }

    /// Returns what the form that was sent records.
    fn records(&self) -> Option<Records> {
        if !matches!(self.notice, Notice::Refused(_) | Notice::OtherDay) {
            return None;
        }
        Records::from_code(self.given.get("type")?)
    }

    fn sent_form_id(&self) -> String {
        self.sent_task().map_or_else(|| "sent".to_owned(), Task::id)
    }

    /// Returns a form that was refused and belongs to no task, so that its content is not lost.
    fn other_form(&self, errors: &FormErrors) -> Option<Element> {
        let records = self.records()?;
        if self.sent_task().is_some() {
            return None;
        }
        let title = "The form that you sent".to_owned();
        let task = Task { records, title, note: None, suggested: Vec::new(), rank: 0 };
        Some(self.form_with_id("sent", &task, true, true, errors))
    }

    fn form(&self, task: &Task, is_sent: bool, open: bool, errors: &FormErrors) -> Element {
        self.form_with_id(&task.id(), task, is_sent, open, errors)
    }

    /// Returns a form. A form that was refused has the content that was sent.
    fn form_with_id(&self, id: &str, task: &Task, is_sent: bool, open: bool, errors: &FormErrors) -> Element {
        let none = FormErrors::default();
        let inputs = Inputs {
            form: id,
            sent: is_sent.then_some(self.given),
            suggested: &task.suggested,
            choices: self.choices,
            errors: if is_sent { errors } else { &none },
        };
        let (case, whole) = self.case;
        // The form of a session has its own times.
        let is_session = matches!(task.records, Records::Session(_));
        let then = if is_session { None } else { when::in_words(self.when, self.status.zone) };
        let behalf = self.moment.on_behalf.trim();
        let behalf = if behalf.is_empty() { String::new() } else { format!(", on behalf of {behalf}") };
        let label = then.map_or_else(|| "Record".to_owned(), |then| format!("Record for {then}")) + &behalf;
        let button = button(&label).attr("data-record", "1");
        let form = el("form")
            .attr("method", "post")
            .attr("action", self.address())
            .attr("data-once", "1")
            .with(hidden("type", &task.records.code()))
            .with(hidden("rev", &self.status.records.to_string()))
            .with(hidden("id", &Uuid::now_v7().to_string()))
            .with(hidden("form", id))
            .with(self.moment.hidden())
            .with(composite::inputs(task, &inputs, case, whole, self.status.zone));
        let note = task.note.as_ref().map(|note| el("p").class("hint").with(note.as_str()));
        if is_complete(task) && !is_sent {
            let line = el("div").class("line").with(el("span").with(task.title.as_str())).with(note);
            let form = form.class("do").attr("id", id);
            return form.with(line.with(button));
        }
        let form = if is_sent { form.attr("data-kept", "1") } else { form };
        let other_day = (!is_session).then(|| self.moment.other_day());
        let form = form.with(el("p").class("send").with(button)).with(other_day);
        let folded = details(task.title.as_str(), Html::new().with(note).with(form)).class("do").attr("id", id);
        if open { folded.attr("open", "open") } else { folded }
    }

    fn advisories(&self) -> Option<Element> {
        let advisories = &self.status.advisories;
        if advisories.is_empty() {
            return None;
        }
        let items = advisory_texts(advisories, self.choices).into_iter().map(|text| el("li").with(text));
        Some(section("advisories", "Advisories", el("ul").class("advisories").all(items)))
    }
}

/// Returns something that can't be recorded yet, with its reason, as one line.
fn line_of((title, reason): &(String, String)) -> Element {
    el("li").with(el("span").with(title.as_str())).with(el("span").class("quiet").with(reason.as_str()))
}

/// Returns a chart of the process with the stages of the case.
pub(crate) fn process_chart(timeline: &Timeline) -> Element {
    let counted = timeline.moments.iter().filter(|moment| moment.corrected_by().is_none());
    let mut passed: Vec<Stage> = counted.map(|moment| moment.to).filter(|stage| *stage <= timeline.stage).collect();
    passed.dedup();
    let draw = |room: Room, id: &str| process(timeline.stage, &passed, room, id);
    el("figure")
        .with(el("div").class("wide").with(draw(Room::Wide, "road")))
        .with(el("div").class("narrow").with(draw(Room::Narrow, "lane")))
}

/// Returns settled facts as a list.
pub(crate) fn facts(settled: &[Fact], text_of: &dyn Fn(&Fact) -> String) -> Element {
    let mut topics: Vec<(&str, Vec<String>)> = Vec::new();
    for fact in settled {
        match topics.iter_mut().find(|(topic, _)| *topic == fact.topic) {
            Some((_, texts)) => texts.push(text_of(fact)),
            None => topics.push((fact.topic, vec![text_of(fact)])),
        }
    }
    el("dl").class("facts").all(topics.into_iter().map(|(topic, texts)| {
        let texts = texts.into_iter().map(|text| el("div").with(text));
        el("div").with(el("dt").with(sentence(topic))).with(el("dd").all(texts))
    }))
}
