//! What to send to each person: a link, and a text around it.

use super::PLACE;
use crate::pages::shell::{Page, button, textarea};
use crate::poll_access::last_day;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_poll::{Poll, PolledPerson};
use ibbi_report::html::{Element, Html, details, el, section};

/// A message to a person.
pub(super) struct Letter {
    person: String,
    email: Option<String>,
    /// The link, if it is new.
    link: Option<String>,
    subject: String,
    text: String,
}

/// Which messages a page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those of a new poll.
    Made,
    /// Reminders without links.
    Reminders,
    /// Messages with links that replace earlier ones.
    NewLinks,
}

impl Letter {
    /// Returns the first message, with the link.
    pub(super) fn invitation(poll: &Poll, person: &PolledPerson, link: &str) -> Self {
        let ask = format!(
            "We are looking for dates for {}. Please mark the times you can come. It takes about two minutes, and you need no account:",
            poll.district
        );
        Self::new(poll, person, Some(link), "Bargaining dates", &ask)
    }

    /// Returns a reminder. Without a link, it refers to the one of the first message.
    pub(super) fn reminder(poll: &Poll, person: &PolledPerson, link: Option<&str>) -> Self {
        let ask = format!("We are still waiting for the times you can come to bargain for {}.", poll.district);
        let how = match link {
            Some(_) => "Please use this link. The earlier one no longer works:",
            None => "Please use the link in my earlier message. If you can\u{2019}t find it, ask me for a new one.",
        };
        Self::new(poll, person, link, "Reminder: bargaining dates", &format!("{ask} {how}"))
    }

    fn new(poll: &Poll, person: &PolledPerson, link: Option<&str>, what: &str, ask: &str) -> Self {
        let link_lines = link.map(|link| format!("\n\n{link}")).unwrap_or_default();
        let text = format!(
            "Dear {},\n\n{ask}{link_lines}\n\nYou can change your answers until {}. Only I see them. The link is only for you.\n\n{}\n",
            person.name,
            last_day(poll),
            poll.asked_by
        );
        Self {
            person: person.name.to_string(),
            email: person.email.clone(),
            link: link.map(str::to_owned),
            subject: format!("{what} for {}", poll.district),
            text,
        }
    }
}

/// Returns a page with messages. Links are shown only on it.
pub(super) fn page(poll: &Poll, letters: &[Letter], kind: Kind) -> Response {
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
            "These people haven\u{2019}t answered. A reminder refers to the link that you sent, because only its hash is kept.",
            StatusCode::OK,
        ),
    };
    let lines: Vec<String> =
        letters.iter().filter_map(|letter| Some(format!("{}: {}", letter.person, letter.link.as_ref()?))).collect();
    let all = (!lines.is_empty()).then(|| {
        let area = textarea("links", &lines.join("\n"), lines.len().clamp(2, 20)).attr("readonly", "readonly");
        let area = area.attr("id", "links").attr("spellcheck", "false").class("code");
        let label = el("label").attr("for", "links").with("All links, to copy");
        section("all", "Links", el("div").class("field").with(label).with(area))
    });
    let new_links = (kind == Kind::Reminders && !letters.is_empty()).then(|| {
        let what = "With new links, the reminders have them. The links that you sent stop working.";
        el("form")
            .attr("method", "post")
            .attr("action", format!("{PLACE}/{}/reminders", poll.id))
            .with(el("p").with(what))
            .with(el("p").class("send").with(button("Make new links for the reminders").class("less")))
    });
    let none = letters.is_empty().then(|| el("p").with("There is no one to write to."));
    let messages =
        section("letters", "Messages", Html::new().with(none).with(letters.iter().map(message).collect::<Html>()));
    let to_poll = el("p").with(el("a").class("go").attr("href", format!("{PLACE}/{}", poll.id)).with("Open the poll"));
    let about = el("div").class("good").attr("role", "status").with(el("p").with(lead));
    let content =
        Html::new().with(el("h1").with(title)).with(about).with(all).with(messages).with(new_links).with(to_poll);
    Page { title, place: "/plan", content }.answer(status)
}

/// Returns a message to copy, and a link that opens it in a mail program.
fn message(letter: &Letter) -> Element {
    let rows = letter.text.lines().count();
    let area = textarea("text", &letter.text, rows).attr("readonly", "readonly");
    let area = area.attr("aria-label", format!("Message to {}", letter.person));
    let mail = letter.email.as_ref().map(|email| {
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
        .with(mail);
    details(letter.person.as_str(), content).attr("data-letter", "")
}
