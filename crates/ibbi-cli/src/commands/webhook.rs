//! `ibbi webhook`: programs that get each record as it is written.

use super::access::{failed as file_failed, granted, local};
use super::now;
use crate::args::{ChangeWebhookRole, NewWebhook, OneWebhook, ResendLetters, Webhook};
use crate::output::Outcome;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, feed, place};
use ibbi_core::Name;
use ibbi_webhook::{DeliveryState, Target, WebhookError, Webhooks, deliveries_path, delivery_states, webhooks_path};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

pub(crate) fn run(args: Webhook, json: bool) -> Result<Outcome, AppError> {
    match args {
        Webhook::New(args) => new(args, json),
        Webhook::List(args) => list(&args.ledger, json),
        Webhook::Role(ChangeWebhookRole { ledger, id, role }) => {
            let grant = granted(role)?;
            let done = format!("The webhook {id} has the role {grant} now. It counts from the next message on.\n");
            open(&ledger)?.change_roles(&id, vec![grant], local()?, now()?).map_err(failed)?;
            Ok(changed(&id, done, json))
        }
        Webhook::Remove(OneWebhook { ledger, id }) => {
            open(&ledger)?.remove(&id, local()?, now()?).map_err(failed)?;
            let done = format!("Removed the webhook {id}. A running server sends nothing more to it.\n");
            Ok(changed(&id, done, json))
        }
        Webhook::Resend(args) => resend(args, json),
    }
}

fn changed(id: &str, done: String, json: bool) -> Outcome {
    if json { Outcome::json(&json!({ "webhook": id, "done": done.trim_end() })) } else { Outcome::done(done) }
}

fn new(args: NewWebhook, json: bool) -> Result<Outcome, AppError> {
    let NewWebhook { ledger, name, url, role, after } = args;
    let grant = granted(role)?;
    let name = Name::new(&name).map_err(|error| AppError::Usage(format!("the name of the receiver: {error}")))?;
    let target: Target = url.parse().map_err(|error| failed(WebhookError::Target(error)))?;
    let last = feed::last_record(&ledger)?;
    let after = after.unwrap_or(last);
    if after > last {
        let why = format!("--after {after}: the ledger has {last} lines; give the number of one of its records, or 0");
        return Err(AppError::Usage(why));
    }
    let new = ibbi_webhook::NewWebhook { id: None, name, target, grants: vec![grant.clone()], after };
    let (id, secret) = open(&ledger)?.create(new, local()?, now()?).map_err(failed)?;
    if json {
        return Ok(Outcome::json(&json!({ "id": id, "secret": secret.text(), "after": after })));
    }
    let mut outcome = Outcome::done(format!("{}\n", secret.text()));
    let missing = if place::is_database(&ledger) || ledger.exists() {
        ""
    } else {
        "There is no ledger with this name yet; ibbi serve creates it. "
    };
    let start = if after == 0 { "all records".to_owned() } else { format!("the records after number {after}") };
    outcome.messages = format!(
        "{missing}This is the secret of the webhook {id}, which gets {start} that the role {grant} may read. It is shown only now. \
         Its receiver needs it to check the messages; see docs/webhooks.md.\n"
    );
    Ok(outcome)
}

fn list(ledger: &Path, json: bool) -> Result<Outcome, AppError> {
    let webhooks = open(ledger)?;
    let states = delivery_states(deliveries_path(&place::beside(ledger)?)).map_err(file_failed)?;
    let all = webhooks.current().map(|webhook| (webhook, states.get(&webhook.id).cloned().unwrap_or_default()));
    if json {
        let all = all.map(|(webhook, state)| {
            let letters: Vec<_> = state.letters(webhook).collect();
            json!({
                "id": webhook.id, "name": webhook.name, "url": webhook.target, "grants": webhook.grants,
                "created": webhook.created, "by": webhook.by, "position": state.position(webhook),
                "delivered": state.delivered, "failed": state.failed, "last_delivery": state.last_delivery,
                "failing": state.failing, "stopped": state.stopped, "dead_letters": letters,
            })
        });
        return Ok(Outcome::json(&json!(all.collect::<Vec<_>>())));
    }
    let show = |at| Zone::default().show(at);
    let mut text = String::new();
    for (webhook, state) in all {
        let _ = writeln!(text, "{}  {}: {}, to {}", webhook.id, webhook.name, webhook.roles(), webhook.target);
        let last = state.last_delivery.map_or_else(String::new, |at| format!(", last on {}", show(at)));
        let _ = writeln!(
            text,
            "  delivered {} messages up to record {}{last}; {} tries failed",
            state.delivered,
            state.position(webhook),
            state.failed
        );
        if let Some(failing) = &state.failing {
            let (record, tries) = (failing.record, failing.tries);
            let _ = writeln!(text, "  trying record {record} again (tries: {tries}): {}", failing.why);
        }
        if let Some(stopped) = &state.stopped {
            let _ = writeln!(text, "  stopped on {}: {}", show(stopped.at), stopped.why);
        }
        for letter in state.letters(webhook) {
            let asked = if DeliveryState::is_requested(letter, webhook) { "; to be sent again" } else { "" };
            let (record, tries, at) = (letter.record, letter.tries, show(letter.at));
            let _ =
                writeln!(text, "  dead letter: record {record} (tries: {tries}, last on {at}): {}{asked}", letter.why);
        }
    }
    if text.is_empty() {
        text.push_str("There are no webhooks.\n");
    }
    Ok(Outcome::done(text))
}

fn resend(args: ResendLetters, json: bool) -> Result<Outcome, AppError> {
    let ResendLetters { ledger, id, record, all } = args;
    let mut webhooks = open(&ledger)?;
    let webhook = webhooks.get(&id).map_err(failed)?.clone();
    let state = delivery_states(deliveries_path(&place::beside(&ledger)?))
        .map_err(file_failed)?
        .remove(&id)
        .unwrap_or_default();
    if let Some(stopped) = &state.stopped {
        let why = format!("{}: it wants no more messages; remove the webhook, or make another one", stopped.why);
        return Err(AppError::Usage(why));
    }
    let letters: Vec<u64> = state.letters(&webhook).map(|letter| letter.record).collect();
    if let Some(wrong) = record.iter().find(|record| !letters.contains(record)) {
        let why = format!("record {wrong} is not a dead letter of the webhook {id}; `ibbi webhook list` shows them");
        return Err(AppError::Usage(why));
    }
    let wanted = if all { letters } else { record };
    for record in &wanted {
        webhooks.request_resend(&id, *record, local()?, now()?).map_err(failed)?;
    }
    let what = ibbi_app::format::count(wanted.len() as u64, "dead letter", "dead letters");
    let done = format!("Asked for {what} to be sent again. A running server does it now, others when they start.\n");
    Ok(changed(&id, done, json))
}

fn open(ledger: &Path) -> Result<Webhooks, AppError> {
    if ledger.is_dir() {
        return Err(AppError::Usage(format!("{} is a folder; give the file of the ledger", ledger.display())));
    }
    Webhooks::open(webhooks_path(&place::beside(ledger)?)).map_err(file_failed)
}

fn failed(error: WebhookError) -> AppError {
    match error {
        WebhookError::File(error) => file_failed(error),
        WebhookError::NotFound(why) | WebhookError::Refused(why) => AppError::Usage(why),
        WebhookError::Target(why) => AppError::Usage(why.to_string()),
    }
}
