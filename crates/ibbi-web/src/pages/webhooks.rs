//! The page about webhooks: what was delivered, what could not be, and the form that makes one.

use super::confirmation::{Question, asked};
use super::form_errors::{sentence, warning};
use super::shell::{Page, button, field, hidden, line, select};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use crate::subscriptions::Subscription;
use crate::webhook_requests::{self as changes, Created, WantedRole, WantedWebhook};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_access::Role;
use ibbi_app::format::count;
use ibbi_app::ledger::{CaseQuery, Order};
use ibbi_app::zone::Zone;
use ibbi_core::{Name, Party};
use ibbi_report::html::{Element, Html, el, name, section};
use ibbi_webhook::{DeadLetter, DeliveryState, Webhook, Webhooks};
use std::collections::BTreeSet;
use std::time::Duration;

/// The address of the page.
const PLACE: &str = "/webhooks";
/// The most cases that the form lists, newest first.
const LISTED: usize = 1000;
/// The most dead letters of a webhook that are shown.
const LETTERS: usize = 50;

/// What happened before the page is shown.
enum Before<'a> {
    /// Nothing.
    Nothing,
    /// A webhook was made.
    Created(&'a Created),
    /// A form could not be carried out.
    Failed(&'a WebError),
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    show(request, &Pairs::default(), Before::Nothing)
}

fn show(request: &WebRequest, given: &Pairs, before: Before<'_>) -> Result<Response, WebError> {
    let all = request.state.subscriptions.current()?;
    let last = changes::last_record(request)?;
    let about = "A webhook sends each record to another program as it is written, signed with a secret. It sends only what its role may \
                 read. In place of other texts, it sends a code from which no one can read the text.";
    let mut content = Html::new().with(el("h1").with("Webhooks")).with(el("p").with(about));
    let status = match &before {
        Before::Nothing => StatusCode::OK,
        Before::Created(created) => {
            content = content.with(secret(created));
            StatusCode::CREATED
        }
        Before::Failed(fail) => {
            content = content.with(warning(el("p").with(fail.detail())));
            fail.status()
        }
    };
    if all.is_empty() {
        content = content.with(el("p").with("There are no webhooks yet."));
    }
    for found in &all {
        let heading = name(found.0.name.as_str());
        content = content
            .with(el("section").attr("id", &found.0.id).with(el("h2").with(heading)).with(one(request, found, last)));
    }
    let none = Pairs::default();
    let form = form(request, if matches!(before, Before::Failed(_)) { given } else { &none })?;
    let content = content.with(section("new", "Make a webhook", form));
    Ok(Page { title: "Webhooks", place: PLACE, content }.answer(status))
}

/// Returns the secret of a webhook that was just made.
fn secret(created: &Created) -> Element {
    let text = "The webhook was made. This is the secret with which its receiver checks the messages. It is shown only now, so copy \
                it to the receiver:";
    let code = el("p").with(el("code").class("secret").with(created.secret.text()));
    el("div").class("good").attr("role", "status").with(el("p").with(text)).with(code)
}

fn one(request: &WebRequest, (webhook, delivery): &Subscription, last: u64) -> Html {
    let show = |at| Zone::default().show(at);
    let behind = last.saturating_sub(delivery.position(webhook));
    let state = match (&delivery.stopped, &delivery.failing) {
        (Some(stopped), _) => {
            let text = format!(
                "Stopped on {}: {}. Nothing more is sent. Remove the webhook, or make another one.",
                show(stopped.at),
                stopped.why
            );
            el("dd").class("late").with(text)
        }
        (None, Some(failing)) => {
            let tries = count(failing.tries.into(), "try", "tries");
            let (record, at) = (failing.record, show(failing.at));
            let next = match request.state.limits.webhook_retry.latest_wait(failing.tries) {
                Some(wait) => format!(" The next try is at most {} after that.", in_words(wait)),
                None => String::new(),
            };
            let text = format!("Trying record {record} again after {tries}. The last, on {at}: {}.{next}", failing.why);
            el("dd").class("late").with(text)
        }
        (None, None) if behind > 0 => {
            el("dd").with(format!("Sending; {} to look at.", count(behind, "record", "records")))
        }
        (None, None) => el("dd").with("Up to date."),
    };
    let delivered = match delivery.last_delivery {
        Some(at) => format!("{}, last on {}.", count(delivery.delivered, "message", "messages"), show(at)),
        None => "No messages yet.".to_owned(),
    };
    let failed = match delivery.failed {
        0 => "None.".to_owned(),
        failed => format!("{} since it was made.", count(failed, "failed try", "failed tries")),
    };
    let rows = [
        ("State", state),
        ("Delivered", el("dd").with(delivered)),
        ("Failures", el("dd").with(failed)),
        ("Address", el("dd").with(el("code").with(webhook.target.as_str()))),
        ("Role", el("dd").with(webhook.roles())),
        (
            "Made",
            el("dd").with(format!("{}, by ", show(webhook.created))).with(name(webhook.by.name.as_str())).with("."),
        ),
    ];
    let rows = rows.into_iter().map(|(term, value)| {
        let row = el("div").with(el("dt").with(term)).with(value);
        if matches!(term, "State" | "Address") { row.class("whole") } else { row }
    });
    let remove = el("p").with(action(&format!("{PLACE}/{}/remove", webhook.id), "Remove this webhook"));
    Html::new().with(el("dl").class("facts basics").all(rows)).with(letters(request, webhook, delivery)).with(remove)
}

fn letters(request: &WebRequest, webhook: &Webhook, delivery: &DeliveryState) -> Option<Html> {
    let total = delivery.letters(webhook).count();
    if total == 0 {
        return None;
    }
    let lines = delivery.letters(webhook).take(LETTERS).map(|letter| line_of(request, webhook, letter));
    let more = (total > LETTERS).then(|| {
        let more = count((total - LETTERS) as u64, "more such message", "more such messages");
        el("p").class("quiet").with(format!("There are {more}. `ibbi webhook list` shows all."))
    });
    let about = "These messages were tried for the last time, and are sent only if you ask for it.";
    let heading =
        Html::new().with(el("h3").with("Messages that could not be delivered")).with(el("p").class("hint").with(about));
    Some(heading.with(el("ul").class("later").all(lines)).with(more))
}

/// Returns a dead letter: its record, why it failed, and what can be done about it.
fn line_of(request: &WebRequest, webhook: &Webhook, letter: &DeadLetter) -> Element {
    let found = changes::record(request, letter.record);
    let event = found.map(|record| {
        let link = el("a").attr("href", format!("/cases/{}", record.case)).with(record.event.kind().label());
        Html::new().with(", ").with(link)
    });
    let tries = count(letter.tries.into(), "try", "tries");
    let why = format!("{} ({tries}, last on {})", sentence(&letter.why), Zone::default().show(letter.at));
    let address = format!("{PLACE}/{}/letters/{}", webhook.id, letter.record);
    let again: Html = if DeliveryState::is_requested(letter, webhook) {
        el("span").with("Being sent again").into()
    } else {
        action(&format!("{address}/resend"), "Send again").into()
    };
    let delete = action(&format!("{address}/delete"), "Delete");
    let what = el("div")
        .with(el("strong").with(format!("Record {}", letter.record)))
        .with(event)
        .with(el("div").class("quiet").with(why));
    el("li").with(what).with(el("div").class("open").with(again).with(delete))
}

/// Returns a form of one button.
fn action(address: &str, label: &str) -> Element {
    el("form").attr("method", "post").attr("action", address).with(button(label).class("less"))
}

/// Returns a wait in words, such as `9 seconds`.
fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        seconds @ ..120 => count(seconds.max(1), "second", "seconds"),
        seconds @ ..7200 => count(seconds.div_ceil(60), "minute", "minutes"),
        seconds => count(seconds.div_ceil(3600), "hour", "hours"),
    }
}

fn form(request: &WebRequest, given: &Pairs) -> Result<Html, WebError> {
    let query = CaseQuery { limit: LISTED, order: Order::Newest, ..CaseQuery::default() };
    let listed = request.list(&query)?.cases;
    let names: BTreeSet<String> = listed.iter().map(|case| case.district.to_string()).collect();
    let districts =
        std::iter::once(("", "all districts")).chain(names.iter().map(|name| (name.as_str(), name.as_str())));
    let cases: Vec<(String, String)> = listed
        .iter()
        .map(|case| (case.case.to_string(), format!("{} ({})", case.district, case.stage.label())))
        .collect();
    let cases = std::iter::once(("", "all cases")).chain(cases.iter().map(|(id, label)| (id.as_str(), label.as_str())));
    let text = |key: &str| given.get(key).unwrap_or_default().to_owned();
    // A new one each time: the one that was sent may have made a webhook.
    let id = Webhooks::new_id()?;
    let roles = Role::ALL.map(|role| (role.code(), role.label()));
    let role = given.get("role").unwrap_or(Role::Service.code());
    let parties = [Party::Labor, Party::Management].map(|party| (party.code(), party.label()));
    let parties = [("", "no party")].into_iter().chain(parties);
    let starts = [("", "with the next record"), ("0", "with the first record of the ledger")];
    let receiver = [
        field("Name of the receiver", "name", line("name", &text("name")), None, &[]),
        field(
            "Address of the receiver",
            "url",
            line("url", &text("url")).attr("placeholder", "https://hooks.example.org/ibbi").attr("inputmode", "url"),
            Some("It must begin with https, unless it is on this computer."),
            &[],
        ),
        field("Start", "after", select("after", &text("after"), starts), None, &[]),
    ];
    let reads = [
        field(
            "Role",
            "role",
            select("role", role, roles),
            Some("The role decides which cases and texts are sent."),
            &[],
        ),
        field(
            "District",
            "district",
            select("district", &text("district"), districts),
            Some("Only its cases, for a facilitator, a party member, or a service."),
            &[],
        ),
        field(
            "Case",
            "case",
            select("case", &text("case"), cases),
            Some("Only this case, in place of a district."),
            &[],
        ),
        field("Party", "party", select("party", &text("party"), parties), Some("For a party member."), &[]),
    ];
    let form = el("form")
        .attr("method", "post")
        .attr("action", PLACE)
        .attr("data-once", "1")
        .with(hidden("id", &id))
        .with(el("fieldset").class("basics").with(el("legend").with("Who gets the records?")).all(receiver))
        .with(el("fieldset").class("basics").with(el("legend").with("What may it read?")).all(reads))
        .with(el("p").class("send").with(button("Make the webhook")));
    Ok(form.into())
}

pub(crate) fn create(request: &WebRequest) -> WebResult {
    let given = request.form();
    let text = |key: &str| given.get(key).unwrap_or_default();
    let role = WantedRole {
        role: text("role"),
        case: given.get("case"),
        district: given.get("district"),
        party: given.get("party"),
    };
    let after = given.get("after").and_then(|after| after.parse().ok());
    let wanted = WantedWebhook { id: given.get("id"), name: text("name"), url: text("url"), role, after };
    match changes::create(request, &wanted) {
        Ok(created) => show(request, &given, Before::Created(&created)),
        Err(fail) => show(request, &given, Before::Failed(&fail)),
    }
}

pub(crate) fn remove(request: &WebRequest) -> WebResult {
    if let Ok((webhook, _)) = request.state.subscriptions.get(changes::id(request)) {
        let about = "Nothing more is sent to it, and its messages that could not be delivered are deleted. This can\u{2019}t be undone.";
        if let Some(page) = asked(request, &question("Remove the webhook", &webhook.name, about, "Remove the webhook"))
        {
            return Ok(page);
        }
    }
    answer(request, changes::remove(request, changes::id(request)))
}

pub(crate) fn resend(request: &WebRequest) -> WebResult {
    answer(request, changes::resend(request, changes::id(request), changes::number(request)?))
}

pub(crate) fn delete_letter(request: &WebRequest) -> WebResult {
    let (id, record) = (changes::id(request), changes::number(request)?);
    if let Ok((webhook, delivery)) = request.state.subscriptions.get(id)
        && delivery.letters(&webhook).any(|letter| letter.record == record)
    {
        let about = "The receiver never gets this message. This can\u{2019}t be undone.";
        let does = format!("Delete the message about record {record} to");
        if let Some(page) = asked(request, &question(&does, &webhook.name, about, "Delete the message")) {
            return Ok(page);
        }
    }
    answer(request, changes::delete_letter(request, changes::id(request), changes::number(request)?))
}

fn question<'a>(does: &str, whom: &Name, about: &str, yes: &'a str) -> Question<'a> {
    let (does, whom) = (does.to_owned(), whom.to_string());
    Question { does, whom, about: el("p").with(about).into(), yes, no: "Keep it", back: PLACE, place: PLACE }
}

/// Returns to the page after a change.
fn answer(request: &WebRequest, changed: Result<(), WebError>) -> WebResult {
    match changed {
        Ok(()) => Ok(see_other(PLACE)),
        Err(fail) => show(request, &Pairs::default(), Before::Failed(&fail)),
    }
}
