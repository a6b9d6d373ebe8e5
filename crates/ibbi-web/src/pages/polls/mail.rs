//! The emails that the server sends for a poll: the addresses, what became of each letter, and the buttons that send.

use super::address::{REPLIES, email_of};
use super::{PLACE, person_named};
use crate::mailings::MailingHindrance;
use crate::pages::form_errors::warning;
use crate::pages::shell::{Page, button, email_input, field, hidden};
use crate::poll_access::zone_of;
use crate::poll_mail::Mailing;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::format::count;
use ibbi_core::{At, MemberId};
use ibbi_mail::Mailer;
use ibbi_poll::{LetterHindrance, LetterKind, LetterState, Poll, PolledLetter, PolledPerson};
use ibbi_report::html::{Element, Html, el, name, section};
use std::sync::Arc;

/// The value of the button that saves the addresses and goes to the poll.
const OPEN: &str = "open";

/// Why a form can't be carried out: the field, and the message.
type Wrong = Vec<(String, String)>;

/// Returns what sends email, if the server's settings have it.
pub(super) fn mailer(request: &WebRequest) -> Option<Mailer> {
    request.state.live().settings.mail.clone()
}

/// Returns how to have the server send email.
pub(super) fn not_set_up() -> Element {
    let text = "This server doesn\u{2019}t send email. Copy the messages, or open them in your mail program. The person who runs the server \
                can set up email: add a table ";
    el("p")
        .class("hint")
        .with(text)
        .with(el("code").with("[mail]"))
        .with(" to the settings, as docs/operations.md says, and try it with ")
        .with(el("code").with("ibbi mail test"))
        .with(".")
}

/// Returns a warning if the links lead to this computer itself, which the people can't reach.
pub(super) fn local_links(request: &WebRequest) -> Option<Element> {
    let address = request.public_address();
    let text = format!(
        "The links lead to {address}, which other computers can\u{2019}t open. The person who runs the server can set its address \
         (public_url). Or send each person the poll as a file: \u{201c}File to send\u{201d} on the page of the poll."
    );
    request.is_local_address().then(|| warning(el("p").with(text)))
}

/// Returns the people who get a letter when it is sent to all: those who don't have it.
fn everyone(poll: &Poll, kind: LetterKind, now: At) -> Vec<MemberId> {
    let wants = |person: &&PolledPerson| {
        let has_invitation = person.letter(LetterKind::Invitation).is_some_and(PolledLetter::may_have_arrived);
        let is_new = kind == LetterKind::Reminder || !has_invitation;
        is_new && person.answer.is_none() && poll.hindrance(person, kind, now, now).is_none()
    };
    poll.people.iter().filter(wants).map(|person| person.id).collect()
}

const fn code(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Invitation => "invitations",
        LetterKind::Reminder => "reminders",
    }
}

/// Returns the form that sends a letter to everyone who needs it, or a line that says that no one does.
pub(super) fn all_button(poll: &Poll, kind: LetterKind, now: At) -> Element {
    match everyone(poll, kind, now).len() {
        0 => el("p").class("quiet").with(match kind {
            LetterKind::Invitation => "There is no one to whom an invitation can be emailed.",
            LetterKind::Reminder => {
                "There is no one to whom a reminder can be emailed now. A person needs an email address, and gets at most one letter in ten \
                 minutes."
            }
        }),
        people => {
            let waiting = poll.people.iter().filter(|person| person.answer.is_none()).count();
            let is_part = kind == LetterKind::Reminder && people < waiting;
            let others = "The others who haven\u{2019}t answered have no email address, or had a letter in the last ten minutes.";
            form(poll, now)
                .with(el("p").class("send").with(all(kind, people)))
                .with(is_part.then(|| el("p").class("hint").with(others)))
        }
    }
}

fn all(kind: LetterKind, people: usize) -> Element {
    let label = match kind {
        LetterKind::Invitation => format!("Send all invitations ({people})"),
        LetterKind::Reminder => format!("Send a reminder to {}", count(people as u64, "person", "people")),
    };
    button(&label).attr("name", "do").attr("value", code(kind))
}

/// Returns the form that sends a letter to a person.
pub(super) fn one_button(poll: &Poll, person: &PolledPerson, kind: LetterKind, now: At) -> Element {
    form(poll, now).with(one(person, kind))
}

/// Returns the form that sends a reminder to a person, if that is possible.
pub(super) fn reminder_button(poll: &Poll, person: &PolledPerson, now: At) -> Option<Element> {
    let hindrance = poll.hindrance(person, LetterKind::Reminder, now, now);
    hindrance.is_none().then(|| one_button(poll, person, LetterKind::Reminder, now))
}

fn one(person: &PolledPerson, kind: LetterKind) -> Element {
    let before = person.letter(kind).map(PolledLetter::may_have_arrived);
    let label = match (kind, before) {
        (LetterKind::Invitation, Some(true)) => "Send the invitation again",
        (LetterKind::Invitation, _) => "Send the invitation",
        (LetterKind::Reminder, Some(true)) => "Send another reminder",
        (LetterKind::Reminder, _) => "Send a reminder",
    };
    let value = format!("{}:{}", code(kind), person.id);
    let about = format!("{label}: {}", person.name);
    button(label).class("less").attr("name", "do").attr("value", value).attr("aria-label", about)
}

fn form(poll: &Poll, now: At) -> Element {
    el("form")
        .attr("method", "post")
        .attr("action", format!("{PLACE}/{}/letters", poll.id))
        .attr("data-once", "1")
        .with(hidden("seen", &now.millis().to_string()))
}

/// Shows the addresses, and what became of the letters.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let poll = request.poll(request.id("poll")?)?;
    show(request, &poll, &Pairs::default(), &Wrong::new())
}

/// Saves addresses, and sends letters. Then it shows what became of them.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let id = request.id("poll")?;
    let poll = request.poll(id)?;
    let form = request.form();
    let wrong = match addresses(&poll, &form) {
        Ok(changed) => {
            save(request, &poll, changed)?;
            deliver(request, &form)?
        }
        Err(wrong) => wrong,
    };
    match wrong.is_empty() {
        true if form.get("do") == Some(OPEN) => Ok(see_other(&format!("{PLACE}/{id}"))),
        true => Ok(see_other(&format!("{PLACE}/{id}/letters"))),
        false => show(request, &request.poll(id)?, &form, &wrong),
    }
}

/// The addresses of a form: those of people, and the one for replies if the form has it.
type Addresses = (Vec<(MemberId, Option<String>)>, Option<Option<String>>);

fn addresses(poll: &Poll, form: &Pairs) -> Result<Addresses, Wrong> {
    let mut wrong = Wrong::new();
    let mut read = |key: &str, whose: &str| {
        let text = form.get(key)?.trim();
        email_of(text, whose).map_err(|why| wrong.push((key.to_owned(), why))).ok()
    };
    let people = poll
        .people
        .iter()
        .filter_map(|person| Some((person.id, read(&format!("email-{}", person.id), person.name.as_str())?)));
    let people = people.collect();
    let reply_to = read("reply_to", REPLIES);
    if wrong.is_empty() { Ok((people, reply_to)) } else { Err(wrong) }
}

fn save(request: &WebRequest, poll: &Poll, (people, reply_to): Addresses) -> Result<(), crate::problem::WebError> {
    let is_same = |(id, email): &(MemberId, Option<String>)| poll.person(id).is_some_and(|old| old.email == *email);
    if people.iter().all(is_same) && reply_to.as_ref().is_none_or(|address| *address == poll.reply_to) {
        return Ok(());
    }
    request.change_poll(poll.id, |poll| {
        for (id, email) in people {
            poll.set_email(&id, email)?;
        }
        poll.reply_to = reply_to.unwrap_or_else(|| poll.reply_to.take());
        Ok(())
    })
}

/// Sends what the button of a form asks for. Returns why it can't be sent.
fn deliver(request: &WebRequest, form: &Pairs) -> Result<Wrong, crate::problem::WebError> {
    let wrong = |why: &str| Ok(vec![(String::new(), why.to_owned())]);
    let (what, person) = match form.get("do").unwrap_or("save").split_once(':') {
        Some((what, person)) => (what, Some(person)),
        None => (form.get("do").unwrap_or("save"), None),
    };
    let kind = match what {
        "invitations" => LetterKind::Invitation,
        "reminders" => LetterKind::Reminder,
        "save" | OPEN => return Ok(Wrong::new()),
        _ => return wrong("The form asks for something that doesn\u{2019}t exist. Open this page again."),
    };
    let Some(mailer) = mailer(request) else {
        return wrong("Nothing was sent: this server doesn\u{2019}t send email. Its settings need a table [mail].");
    };
    let now = request.state.now()?;
    let poll = request.poll(request.id("poll")?)?;
    // A form without the time can't be told from one that was sent before.
    let seen = form.get("seen").and_then(|millis| At::from_millis(millis.parse().ok()?)).map(|seen| seen.min(now));
    let Some(seen) = seen else { return wrong("The form has no time. Open this page again, and send from it.") };
    let people = match person {
        None => everyone(&poll, kind, now),
        Some(person) => {
            let person = poll.person(&person_named(person)?).ok_or_else(super::no_person)?;
            match poll.hindrance(person, kind, now, seen) {
                // The same form again: the page shows what became of its letter.
                Some(LetterHindrance::Another | LetterHindrance::Answered) => Vec::new(),
                Some(hindrance) => return wrong(&refusal(&poll, person, hindrance)),
                None => vec![person.id],
            }
        }
    };
    let (state, server) = (Arc::clone(&request.state), request.public_address());
    let mailing = Mailing { state, mailer, poll: poll.id, server, kind, people, seen };
    match mailing.send()? {
        // The page shows that they are being sent.
        Ok(()) | Err(MailingHindrance::SamePoll) => Ok(Wrong::new()),
        Err(MailingHindrance::OtherPolls) => {
            wrong("Nothing was sent: letters of other polls are being sent. Try again in a minute.")
        }
    }
}

fn refusal(poll: &Poll, person: &PolledPerson, hindrance: LetterHindrance) -> String {
    let name = &person.name;
    match hindrance {
        LetterHindrance::Closed => "Nothing was sent: the poll is closed. Change its last day first.".to_owned(),
        LetterHindrance::NoAddress => format!("Nothing was sent: {name} has no email address. Enter one first."),
        LetterHindrance::Revoked => format!("Nothing was sent: the link of {name} was revoked. Make a new link first."),
        LetterHindrance::Answered => format!("Nothing was sent: {name} has answered."),
        LetterHindrance::Another => format!("Nothing was sent: another letter to {name} was sent in the meantime."),
        LetterHindrance::TooSoon(next) => format!(
            "Nothing was sent: {name} had a letter less than ten minutes ago. You can send the next one at {}.",
            zone_of(poll).show(next)
        ),
    }
}

fn show(request: &WebRequest, poll: &Poll, given: &Pairs, wrong: &Wrong) -> Result<Response, crate::problem::WebError> {
    let now = request.state.now()?;
    let can_send = mailer(request).is_some();
    let place = format!("{PLACE}/{}/letters", poll.id);
    let running = request.state.mailings.left(poll.id).map(|left| {
        let again = el("a").attr("href", place.as_str()).with("Show what became of them");
        let text = format!("Letters are being sent. {} left. ", count(left as u64, "is", "are"));
        el("div").class("good").attr("role", "status").with(el("p").with(text).with(again))
    });
    let wrong_here = wrong.iter().map(|(key, why)| match key.as_str() {
        "" => el("p").with(why.as_str()),
        key => el("p").with(el("a").attr("href", format!("#{key}")).with(why.as_str())),
    });
    let problems = (!wrong.is_empty()).then(|| warning(wrong_here.collect::<Html>()));
    let at = |id: &str| -> Vec<&str> {
        wrong.iter().filter(|(field, _)| field == id).map(|(_, why)| why.as_str()).collect()
    };
    let rows = poll.people.iter().map(|person| row(poll, person, now, (can_send, given), &at));
    let list = el("ul").class("later").all(rows);
    let reply_to = given.get("reply_to").or(poll.reply_to.as_deref()).unwrap_or_default();
    let reply_to = field(
        "Your email address (optional)",
        "reply_to",
        email_input("reply_to", reply_to),
        Some("Replies to the letters go there. Without it, they go to the sender of the server."),
        &at("reply_to"),
    );
    let both = [LetterKind::Invitation, LetterKind::Reminder].map(|kind| (kind, everyone(poll, kind, now).len()));
    let buttons =
        both.into_iter().filter(|(_, people)| can_send && *people > 0).map(|(kind, people)| all(kind, people));
    // The first button is the one of the key Enter.
    let save = button("Save the addresses").class("less").attr("name", "do").attr("value", "save");
    // A link would leave what was typed behind.
    let open = button("Save, and open the poll").class("less").attr("name", "do").attr("value", OPEN);
    let form = form(poll, now)
        .with(el("p").class("send").with(save))
        .with(list)
        .with(reply_to)
        .with(el("div").class("send open").all(buttons))
        .with(el("p").class("send").with(open));
    let about = match mailer(request) {
        Some(mailer) => el("p").class("hint").with(format!(
            "Letters are sent by {mailer}, from {}. \u{201c}Sent\u{201d} means that this mail server took the letter. If it can\u{2019}t deliver \
             it, it writes back to that address. Each letter has a link of its own, and earlier links keep working. A person gets at most one \
             letter in ten minutes.",
            mailer.from().address()
        )),
        None => not_set_up(),
    };
    let heading = el("h1").with("Letters about ").with(name(poll.district.as_str()));
    let local = local_links(request).filter(|_| can_send);
    let content = Html::new()
        .with(heading)
        .with(problems)
        .with(running)
        .with(local)
        .with(about)
        .with(section("people", "People", form));
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(Page { title: "Letters of a poll", place: "/plan", content }.answer(status))
}

fn row<'w>(
    poll: &Poll,
    person: &PolledPerson,
    now: At,
    (can_send, given): (bool, &Pairs),
    at: &dyn Fn(&str) -> Vec<&'w str>,
) -> Element {
    let id = format!("email-{}", person.id);
    let wrong = at(&id);
    let email = given.get(&id).or(person.email.as_deref()).unwrap_or_default();
    let label = el("label").attr("for", &id).with(name(person.name.as_str()));
    let label = label.with(el("span").class("unseen").with(": email address"));
    let input = email_input(&id, email).attr("id", &id).attr("placeholder", "no email address");
    let input = if wrong.is_empty() { input } else { input.attr("aria-invalid", "true") };
    let wrong = (!wrong.is_empty()).then(|| el("p").class("wrong").with(wrong.join(" ")));
    // A reminder for those who have the invitation.
    let kind = match person.letter(LetterKind::Invitation).is_some_and(PolledLetter::may_have_arrived) {
        true => LetterKind::Reminder,
        false => LetterKind::Invitation,
    };
    let is_due = can_send && person.answer.is_none() && poll.hindrance(person, kind, now, now).is_none();
    let answered = person.answer.is_some().then(|| el("p").class("quiet").with("has answered"));
    let revoked = (!person.has_link()).then(|| el("p").class("quiet").with("link revoked"));
    let field = el("div").class("field").with(label).with(input).with(wrong);
    let state = el("div").with(letters_of(poll, person, now, Detail::Reason)).with(answered).with(revoked);
    el("li").with(field).with(state.with(is_due.then(|| one(person, kind))))
}

/// How much is shown of a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Whether it was sent.
    State,
    /// Also why not, and what to do.
    Reason,
}

/// Returns what became of the letters to a person.
pub(super) fn letters_of(poll: &Poll, person: &PolledPerson, now: At, detail: Detail) -> Html {
    let mut letters: Vec<&PolledLetter> = person.letters.iter().collect();
    letters.sort_by_key(|letter| letter.at);
    let lines = letters.into_iter().map(|letter| {
        let (text, is_good) = letter_line(poll, letter, now, detail);
        if is_good { el("p").with(text) } else { el("p").class("late").with(text) }
    });
    lines.collect()
}

/// Returns what became of a letter, and whether that is as it should be.
fn letter_line(poll: &Poll, letter: &PolledLetter, now: At, detail: Detail) -> (String, bool) {
    let what = match letter.kind {
        LetterKind::Invitation => "Invitation",
        LetterKind::Reminder => "Reminder",
    };
    let when = zone_of(poll).show(letter.at);
    let ended = "The server ended while it sent the letter. Ask the person before you send it again.";
    let (state, why) = match &letter.state {
        LetterState::Sent => return (format!("{what} sent {when}"), true),
        LetterState::Sending if letter.is_being_sent(now) => return (format!("{what} is being sent"), true),
        LetterState::Sending => ("not known whether it was sent", ended),
        LetterState::NotSent(why) => ("not sent", why.as_str()),
        LetterState::Unknown(why) => ("not known whether it was sent", why.as_str()),
    };
    match detail {
        Detail::State => (format!("{what}: {state}"), false),
        Detail::Reason => (format!("{what} of {when}: {state}. {why}"), false),
    }
}
