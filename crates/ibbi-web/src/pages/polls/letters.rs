//! What to send to each person by hand: a link, and a text around it.

use super::{PLACE, mail};
use crate::pages::shell::{Page, button, textarea};
use crate::poll_mail::letter_text;
use crate::request::WebRequest;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_core::At;
use ibbi_poll::{LetterKind, Poll, PolledPerson};
use ibbi_report::html::{Element, Html, details, el, section};

/// A message to a person.
pub(super) struct Letter {
    person: PolledPerson,
    link: String,
    subject: String,
    text: String,
}

/// Which messages a page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those of a new poll.
    Made,
    /// Reminders, whose links work beside earlier ones.
    Reminders,
    /// Messages with links that replace earlier ones.
    NewLinks,
}

impl Letter {
    /// Returns a letter with a new link.
    pub(super) fn new(kind: LetterKind, poll: &Poll, person: &PolledPerson, link: String) -> Self {
        let text = letter_text(kind, poll, person, &link);
        Self { person: person.clone(), link, subject: text.subject, text: text.text }
    }
}

/// Returns a page with messages. Links are shown only on it.
pub(super) fn page(request: &WebRequest, poll: &Poll, letters: &[Letter], kind: Kind, now: At) -> Response {
    let (title, lead, status) = match kind {
        Kind::Made => (
            "Send the links",
            "The poll was made. Each link is for one person. The links are shown only now, so copy them before you leave this page.",
            StatusCode::CREATED,
        ),
        Kind::NewLinks => (
            "Send the new links",
            "The earlier links of these people no longer work. The new ones are shown only now, so copy them before you leave this page.",
            StatusCode::OK,
        ),
        Kind::Reminders => (
            "Reminders",
            "These people haven\u{2019}t answered. Each reminder has another link, and the earlier links keep working. The new links are shown \
             only now, so copy them before you leave this page.",
            StatusCode::OK,
        ),
    };
    let lines: Vec<String> = letters.iter().map(|letter| format!("{}: {}", letter.person.name, letter.link)).collect();
    let all = (!lines.is_empty()).then(|| {
        let area = textarea("links", &lines.join("\n"), lines.len().clamp(2, 20)).attr("readonly", "readonly");
        let area = area.attr("id", "links").attr("spellcheck", "false").class("code");
        let label = el("label").attr("for", "links").with("All links, to copy");
        section("all", "Links", el("div").class("field").with(label).with(area))
    });
    let by_email = (kind == Kind::Made).then(|| section("email", "Send by email", by_email(request, poll, now)));
    let none = letters.is_empty().then(|| el("p").with("There is no one to write to."));
    let sends = kind == Kind::Made && mail::mailer(request).is_some();
    let shown = letters.iter().map(|letter| {
        let sends = sends && letter.person.email.is_some();
        message(letter, sends.then(|| mail::one_button(poll, &letter.person, LetterKind::Invitation, now)))
    });
    let messages = section("letters", "Messages", Html::new().with(none).with(shown.collect::<Html>()));
    let to_poll = el("p").with(el("a").class("go").attr("href", format!("{PLACE}/{}", poll.id)).with("Open the poll"));
    let about = el("div").class("good").attr("role", "status").with(el("p").with(lead));
    let local = mail::local_links(request).filter(|_| !letters.is_empty());
    let content = Html::new()
        .with(el("h1").with(title))
        .with(about)
        .with(local)
        .with(all)
        .with(by_email)
        .with(messages)
        .with(to_poll);
    Page { title, place: "/plan", content }.answer(status)
}

/// Returns the button that sends all invitations, or how to have it.
fn by_email(request: &WebRequest, poll: &Poll, now: At) -> Html {
    if mail::mailer(request).is_none() {
        return mail::not_set_up().into();
    }
    let without = poll.people.iter().filter(|person| person.email.is_none()).count();
    let about = match without {
        0 => "Each email has a link of its own. The links above work too.".to_owned(),
        _ => format!(
            "{without} of {} people have no email address. Copy their links first: after you send, this page is gone. Each email has a link \
             of its own, and the links above work too.",
            poll.people.len()
        ),
    };
    Html::new().with(el("p").with(about)).with(mail::all_button(poll, LetterKind::Invitation, now))
}

/// Returns the page that offers reminders for all people who haven't answered. Making them adds links, so that isn't done yet.
pub(super) fn reminders(request: &WebRequest, poll: &Poll, now: At) -> Response {
    let waiting = waiting(poll);
    let names: Vec<String> = waiting.iter().map(|person| person.name.to_string()).collect();
    let content = Html::new().with(el("h1").with("Reminders"));
    let content = if names.is_empty() {
        content.with(el("p").with("There is no one to write to."))
    } else {
        let about = "Each reminder has another link, because only the hashes of links are kept. The earlier links keep working.";
        let by_hand = el("form")
            .attr("method", "post")
            .attr("action", format!("{PLACE}/{}/reminders", poll.id))
            .with(el("p").class("send").with(button("Make reminders to copy").class("less")));
        let by_email = match mail::mailer(request) {
            Some(_) => mail::all_button(poll, LetterKind::Reminder, now).into(),
            None => Html::from(mail::not_set_up()),
        };
        let who = format!("No answer yet from {}.", names.join(", "));
        content.with(el("p").with(who)).with(el("p").with(about)).with(by_email).with(by_hand)
    };
    let back = el("p").with(el("a").attr("href", format!("{PLACE}/{}", poll.id)).with("Back to the poll"));
    Page { title: "Reminders", place: "/plan", content: content.with(back) }.answer(StatusCode::OK)
}

/// Returns the people who haven't answered and whose links were not revoked.
pub(super) fn waiting(poll: &Poll) -> Vec<&PolledPerson> {
    poll.people.iter().filter(|person| person.answer.is_none() && person.has_link()).collect()
}

/// Returns a message to copy, a link that opens it in a mail program, and the form that sends it.
fn message(letter: &Letter, send: Option<Element>) -> Element {
    let rows = letter.text.lines().count();
    let area = textarea("text", &letter.text, rows).attr("readonly", "readonly");
    let area = area.attr("aria-label", format!("Message to {}", letter.person.name));
    let mail = letter.person.email.as_ref().map(|email| {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        // Mail programs expect line breaks of two characters.
        let body = encode(&letter.text.replace('\n', "\r\n"));
        let to =
            format!("mailto:{}?subject={}&body={body}", encode(email).replace("%40", "@"), encode(&letter.subject));
        el("p").with(el("a").attr("href", to).with("Open in your mail program"))
    });
    let content = Html::new()
        .with(el("p").with(el("strong").with("Subject: ")).with(letter.subject.as_str()))
        .with(area)
        .with(mail)
        .with(send);
    details(letter.person.name.as_str(), content).attr("data-letter", "")
}
