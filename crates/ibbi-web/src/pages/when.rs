//! "When did it happen?" and "On behalf of": they come first on a page. The day stays for the next entry. For whom it is recorded does
//! not: the next entry is often for someone else.
//!
//! The choice is in the address of the page and in hidden inputs of its forms. The actor of a record is who signed in.

use super::form_errors::FormErrors;
use super::shell::{button, date_input, field, hidden, line, radio, time_input, time_input_with};
use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::request::WebRequest;
use ibbi_app::form::{self, FormError, When};
use ibbi_app::format::weekday_date;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Name};
use ibbi_report::html::{Element, Html, el};

/// The key of the people of a plan, in addresses and forms.
pub(crate) const PEOPLE: &str = "people";
/// The field of the form with the ID that the case gets: that of its plan.
pub(crate) const NEW_CASE: &str = "new_case";
/// The names of the inputs for another day in a form.
const OTHER_DAY: &str = "other_day";
const OTHER_TIME: &str = "other_time";

/// What a person entered: the texts as they are, with the radio button.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) day: String,
    pub(crate) time: String,
    /// The person or body for whom it is recorded.
    pub(crate) on_behalf: String,
    /// The people of the plan that the case was opened from, one on a line: `labor=Ada Yun`.
    pub(crate) people: String,
}

impl Moment {
    /// Reads the choice of a page's address or of a form.
    pub(crate) fn read(given: &Pairs) -> Self {
        let text = |name: &str| given.get(name).unwrap_or_default().to_owned();
        let (day, time) = match given.get("when") {
            Some("now") => (String::new(), String::new()),
            Some("today") => (String::new(), text("earlier")),
            _ => (text("day"), text("time")),
        };
        // A browser sends a line break of a hidden input as CR LF.
        Self { day, time, on_behalf: text("on_behalf"), people: text(PEOPLE).replace("\r\n", "\n") }
    }

    /// Reads the day and the time that a form changes by itself. Without script, the button beside them shows the form again.
    pub(crate) fn read_other(given: &Pairs) -> Option<Self> {
        let text = |name: &str| given.get(name).unwrap_or_default().to_owned();
        let is_other = given.get("do") == Some("use");
        is_other.then(|| Self { day: text(OTHER_DAY), time: text(OTHER_TIME), ..Self::read(given) })
    }

    /// Returns when it happened.
    pub(crate) fn when(&self, zone: Zone, now: At) -> Result<When, FormError> {
        When::read(&self.day, &self.time, zone, now)
    }

    /// Returns the person or body for whom it is recorded, if there is one.
    pub(crate) fn on_behalf(&self) -> Result<Option<Name>, FormError> {
        if self.on_behalf.trim().is_empty() { Ok(None) } else { form::on_behalf(&self.on_behalf).map(Some) }
    }

    /// Returns the pairs of a link that keeps the day.
    pub(crate) fn link_pairs(&self) -> Vec<(&'static str, &str)> {
        let pairs = [("day", self.day.as_str()), ("time", self.time.as_str()), (PEOPLE, self.people.as_str())];
        pairs.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    /// Returns the hidden inputs of a form that keeps the choice.
    pub(crate) fn hidden(&self) -> Html {
        let pairs = [("day", &self.day), ("time", &self.time), ("on_behalf", &self.on_behalf)];
        let moment: Html = pairs.into_iter().map(|(name, text)| hidden(name, text).attr("data-when", name)).collect();
        moment.with(self.hidden_people())
    }

    /// Returns the inputs for another day, which show the form again with its content. The script needs no such inputs: the
    /// choice above the forms does the same.
    pub(crate) fn other_day(&self) -> Element {
        let label = |input: Element, text: &str| input.attr("aria-label", text);
        let inputs = el("p")
            .class("choice")
            .with("For another day: ")
            .with(label(line(OTHER_DAY, &self.day).attr("placeholder", "9/30/2026"), "Day for this form"))
            .with(label(line(OTHER_TIME, &self.time).attr("placeholder", "time, if known"), "Time for this form"))
            .with(
                button("Use for this form")
                    .class("less")
                    .attr("name", "do")
                    .attr("value", "use")
                    .attr("formnovalidate", "formnovalidate"),
            );
        el("noscript").with(inputs)
    }

    /// Returns the hidden input for the people of a plan.
    pub(crate) fn hidden_people(&self) -> Option<Element> {
        (!self.people.is_empty()).then(|| hidden(PEOPLE, &self.people))
    }

    /// Returns the address of a page with the choice and more pairs.
    pub(crate) fn address(&self, page: &str, more: &[(&str, &str)]) -> String {
        let pairs: Vec<_> =
            more.iter().copied().chain(self.link_pairs()).map(|(key, text)| (key, text.into())).collect();
        let query = query::write(pairs);
        if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") }
    }
}

/// Returns the choice for a page, as a form that shows the page as it was then.
pub(crate) fn bar(page: &str, moment: &Moment, recorder: &Name, now: (At, Zone), errors: &FormErrors) -> Element {
    let (at, zone) = now;
    let is_now = moment.day.is_empty() && moment.time.is_empty();
    let is_today = moment.day.is_empty() && !is_now;
    let earlier = if is_today { moment.time.as_str() } else { "" };
    let time = if is_today { "" } else { moment.time.as_str() };
    let label = |input: Element, text: &str, id: &'static str| input.attr("aria-label", text).attr("id", id);
    let (day_wrong, time_wrong) = (errors.of_field("day"), errors.of_field("time"));
    let wrong = [day_wrong.as_slice(), time_wrong.as_slice(), &errors.of_field("at")].concat();
    let mark = |input: Element, wrong: &[&str]| super::shell::marked(input, "when", wrong);
    let today = if is_today { time_wrong.as_slice() } else { &[] };
    let choices = el("fieldset")
        .class("choices")
        .with(el("legend").with("When did it happen?"))
        .with(radio("when", "now", is_now, format!("Now, {}", zone.show_time(at))))
        .with(el("span").class("choice").with(radio("when", "today", is_today, "Earlier today at")).with(mark(
            label(time_input("earlier", earlier), "Time today", if is_today { "when-time" } else { "when-earlier" }),
            today,
        )))
        .with(
            el("span")
                .class("choice")
                .with(radio("when", "day", !is_now && !is_today, "Another day"))
                .with(mark(label(date_input("day", &moment.day), "Day", "when-day"), &day_wrong))
                .with(mark(
                    label(
                        time_input_with("time", time, "time, if known"),
                        "Time on that day, if you know it",
                        if is_today { "when-other-time" } else { "when-time" },
                    ),
                    if is_today { &[] } else { &time_wrong },
                )),
        )
        .with(super::shell::wrong_at("when", &wrong));
    el("form")
        .class("when")
        .attr("id", "when")
        .attr("method", "get")
        .attr("action", page.to_owned())
        .with(moment.hidden_people())
        .with(choices)
        .with(on_behalf_field(moment, recorder, errors))
        .with(button("Use").class("less"))
}

/// Returns the fields for the time and for whom it is in a form that stays as it is.
pub(crate) fn fields(moment: &Moment, recorder: &Name, errors: &FormErrors) -> Html {
    Html::new()
        .with(field(
            "Day",
            "when-day",
            date_input("day", &moment.day),
            Some("Empty means today."),
            &errors.of_field("day"),
        ))
        .with(field(
            "Time",
            "when-time",
            time_input("time", &moment.time),
            Some("Leave it empty if you don't know it."),
            &errors.of_field("time"),
        ))
        .with(on_behalf_field(moment, recorder, errors))
}

fn on_behalf_field(moment: &Moment, recorder: &Name, errors: &FormErrors) -> Element {
    let hint = format!("{recorder} records this. Leave it empty if it is for no one else.");
    let input = line("on_behalf", &moment.on_behalf);
    field("On behalf of", "when-on_behalf", input, Some(&hint), &errors.of_field("on_behalf"))
}

/// Returns the choice in words, for the buttons of forms; nothing for now.
pub(crate) fn in_words(when: When, zone: Zone) -> Option<String> {
    match when {
        When::Now => None,
        When::At(at) => Some(zone.show(at)),
        When::Day(day) => Some(weekday_date(day)),
    }
}

/// Reads when a form's event happened, and for whom it is recorded. Programs can send the time as `at`.
pub(crate) fn circumstances(request: &WebRequest, given: &Pairs, zone: Zone) -> Result<(When, Option<Name>), WebError> {
    let now = request.state.now()?;
    let moment = Moment::read(given);
    let when = match given.get("at") {
        Some(text) => form::instant(text, zone, now).map(When::At),
        None => moment.when(zone, now),
    };
    both(when.map_err(WebError::from), moment.on_behalf().map_err(WebError::from))
}

/// Returns both values of a form, or every problem of the form.
pub(crate) fn both<A, B>(first: Result<A, WebError>, second: Result<B, WebError>) -> Result<(A, B), WebError> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(WebError::Form(first)), Err(WebError::Form(mut second))) => {
            // What belongs to no field can follow from the first part.
            second.problems.retain(|problem| problem.field.is_some());
            Err(first.and(second).into())
        }
        (Err(fail), _) | (_, Err(fail)) => Err(fail),
    }
}
