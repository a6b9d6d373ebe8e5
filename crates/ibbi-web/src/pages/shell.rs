//! The document around every page, and common parts of forms.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::ledger::PROGRAM;
use ibbi_report::html::{Element, Html, el};

use crate::response::{self, HTML};

/// A page.
pub(crate) struct Page<'a> {
    /// The title, for the browser's window.
    pub(crate) title: &'a str,
    /// The path of its entry in the navigation.
    pub(crate) place: &'static str,
    /// Its content.
    pub(crate) content: Html,
}

const PLACES: [(&str, &str); 3] = [("/plan", "Plan"), ("/cases", "Cases"), ("/audit", "Check records")];

/// Returns the markup before and after the content of a page.
pub(crate) fn frame(title: &str, place: &str) -> (String, &'static str) {
    around(title, Some(place))
}

/// Returns a page for people who have no account: it has no links to pages that they can't see.
pub(crate) fn answer_without_account(title: &str, content: &Html, status: StatusCode) -> Response {
    let (begin, end) = around(title, None);
    response::with_type(status, HTML, Body::from(begin + content.as_str() + end))
}

fn around(title: &str, place: Option<&str>) -> (String, &'static str) {
    let title = format!("{title} \u{2013} ibbi");
    let head = el("head")
        .with(el("meta").attr("charset", "utf-8"))
        .with(el("meta").attr("name", "viewport").attr("content", "width=device-width, initial-scale=1"))
        .with(el("meta").attr("name", "color-scheme").attr("content", "light dark"))
        .with(el("meta").attr("name", "generator").attr("content", PROGRAM))
        .with(el("title").with(title))
        .with(el("link").attr("rel", "stylesheet").attr("href", "/style.css"))
        .with(el("link").attr("rel", "icon").attr("href", "/icon.svg"))
        .with(el("script").attr("src", "/script.js").attr("defer", "defer"));
    let skip = el("a").class("skip").attr("href", "#main").with("Skip to the content");
    let header = place.map(|place| el("header").class("site").with(skip).with(navigation(place)));
    let (head, header): (Html, Html) = (head.into(), Html::new().with(header));
    let begin = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">{}\n<body>{}<main id=\"main\" class=\"page\">",
        head.as_str(),
        header.as_str()
    );
    (begin, "</main></body></html>\n")
}

/// Returns the links to the main pages.
fn navigation(place: &str) -> Element {
    let links = PLACES.iter().map(|(path, label)| {
        let link = el("a").attr("href", path).with(*label);
        el("li").with(if *path == place { link.attr("aria-current", "page") } else { link })
    });
    let home = el("a").class("home").attr("href", "/").with("ibbi");
    el("nav").attr("aria-label", "Main").with(home).with(el("ul").all(links))
}

impl Page<'_> {
    /// Returns the page as a response with a status.
    pub(crate) fn answer(self, status: StatusCode) -> Response {
        let (begin, end) = frame(self.title, self.place);
        let content = self.content.as_str();
        let (heading, rest) = match content.find(HEADING_END).filter(|_| has_several_forms(content)) {
            Some(place) => content.split_at(place + HEADING_END.len()),
            None => (content, ""),
        };
        let hint = if rest.is_empty() { "" } else { ONE_FORM };
        response::with_type(status, HTML, Body::from([&begin, heading, hint, rest, end].concat()))
    }
}

const HEADING_END: &str = "</h1>";

/// The hint on pages with several forms, for browsers without scripts. The script asks before texts of another form are left.
const ONE_FORM: &str = "<noscript><p class=\"hint\">Each button sends only the form that it belongs to. Send one form before you type in \
                        another one.</p></noscript>";

/// Returns whether a page has several forms that change something and have texts to type.
fn has_several_forms(content: &str) -> bool {
    let is_typed = |form: &&str| {
        let form = form.split("</form>").next().unwrap_or_default();
        let (head, fields) = form.split_once('>').unwrap_or_default();
        let typed = ["<textarea", "type=\"text\"", "type=\"email\"", "type=\"url\""];
        head.contains("method=\"post\"") && typed.iter().any(|kind| fields.contains(kind))
    };
    content.split("<form").skip(1).filter(is_typed).nth(1).is_some()
}

/// Returns a button that sends its form.
pub(crate) fn button(label: &str) -> Element {
    el("button").attr("type", "submit").with(label)
}

/// Returns an input with its label, hint, and errors.
pub(crate) fn field(label: &str, id: &str, input: Element, hint: Option<&str>, wrong: &[&str]) -> Element {
    let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
    let mut about = Vec::new();
    if hint.is_some() {
        about.push(hint_id.as_str());
    }
    if !wrong.is_empty() {
        about.push(wrong_id.as_str());
    }
    let input = if about.is_empty() { input } else { input.attr("aria-describedby", about.join(" ")) };
    let input = if wrong.is_empty() { input } else { input.attr("aria-invalid", "true") };
    el("div")
        .class("field")
        .with(el("label").attr("for", id).with(label))
        .with(input.attr("id", id))
        .with(hint.map(|hint| el("p").class("hint").attr("id", &hint_id).with(hint)))
        .with((!wrong.is_empty()).then(|| el("p").class("wrong").attr("id", &wrong_id).with(wrong.join("; "))))
}

/// Returns an input of one line.
pub(crate) fn line(name: &str, value: &str) -> Element {
    el("input").attr("type", "text").attr("name", name).value(value).attr("autocomplete", "off")
}

/// Returns an input for an email address.
pub(crate) fn email_input(name: &str, value: &str) -> Element {
    el("input").attr("type", "email").attr("name", name).value(value).attr("autocomplete", "off").attr("maxlength", 254)
}

/// Returns an input for a date as people type it. The script adds a calendar to it.
pub(crate) fn date_input(name: &str, value: &str) -> Element {
    line(name, value).attr("data-pick", "date").attr("placeholder", "9/30/2026")
}

/// Returns an input for a time of day as people type it. The script adds a clock to it.
pub(crate) fn time_input(name: &str, value: &str) -> Element {
    time_input_with(name, value, "3:30 PM")
}

/// Returns an input for a time of day, with a text that shows while it is empty.
pub(crate) fn time_input_with(name: &str, value: &str, empty: &str) -> Element {
    line(name, value).attr("data-pick", "time").attr("placeholder", empty)
}

/// Returns an input of several lines.
pub(crate) fn textarea(name: &str, value: &str, rows: usize) -> Element {
    el("textarea").attr("name", name).attr("rows", rows).typed(value)
}

/// Returns a radio button with its label.
pub(crate) fn radio(name: &str, value: &str, chosen: bool, label: impl Into<Html>) -> Element {
    let input = el("input").attr("type", "radio").attr("name", name).attr("value", value);
    let input = if chosen { input.attr("checked", "checked") } else { input };
    el("label").class("tick").with(input).with(el("span").with(label))
}

/// Returns the messages at a field, with an ID that the field refers to.
pub(crate) fn wrong_at(id: &str, wrong: &[&str]) -> Option<Element> {
    (!wrong.is_empty()).then(|| el("p").class("wrong").attr("id", format!("{id}-wrong")).with(wrong.join(" ")))
}

/// Marks an input as invalid, with a reference to the messages of [`wrong_at`].
pub(crate) fn marked(input: Element, id: &str, wrong: &[&str]) -> Element {
    if wrong.is_empty() {
        return input;
    }
    input.attr("aria-invalid", "true").attr("aria-describedby", format!("{id}-wrong"))
}

/// Returns a choice of one option.
pub(crate) fn select<'a>(name: &str, chosen: &str, options: impl IntoIterator<Item = (&'a str, &'a str)>) -> Element {
    el("select").attr("name", name).all(options.into_iter().map(|(value, label)| {
        let option = el("option").attr("value", value).with(label);
        if value == chosen { option.attr("selected", "selected") } else { option }
    }))
}

/// Returns a checkbox.
pub(crate) fn check_input(name: &str, value: &str, ticked: bool) -> Element {
    let input = el("input").attr("type", "checkbox").attr("name", name).attr("value", value);
    if ticked { input.attr("checked", "checked") } else { input }
}

/// Returns a checkbox with its label.
pub(crate) fn tick(name: &str, value: &str, ticked: bool, label: impl Into<Html>) -> Element {
    el("label").class("tick").with(check_input(name, value, ticked)).with(el("span").with(label))
}

/// Returns a hidden input.
pub(crate) fn hidden(name: &str, value: &str) -> Element {
    el("input").attr("type", "hidden").attr("name", name).value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_with_several_forms_to_type_into_say_so() {
        let form = |method: &str, input: Element| el("form").attr("method", method).with(input);
        let text = || line("name", "");
        for (forms, several) in [
            (vec![form("post", text()), form("post", textarea("why", "", 2))], true),
            (vec![form("post", text()), form("post", hidden("id", "7"))], false),
            (vec![form("post", text()), form("get", text())], false),
            (vec![form("post", text())], false),
            (vec![], false),
        ] {
            let content = Html::new().with(el("h1").with("A page")).with(el("div").all(forms));
            assert_eq!(has_several_forms(content.as_str()), several, "{}", content.as_str());
        }
    }
}
