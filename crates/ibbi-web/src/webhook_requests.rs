//! Changes of webhooks that a request asks for, by the API or by a page. The route has checked that the viewer may make them.

use crate::problem::WebError;
use crate::request::WebRequest;
use ibbi_access::{Grant, Principal, Role};
use ibbi_app::{AppError, Record, feed};
use ibbi_core::{Name, Party};
use ibbi_webhook::{DeadLetter, NewWebhook, Secret, Target, Webhook};
use uuid::Uuid;

/// A role as a request describes it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WantedRole<'a> {
    pub(crate) role: &'a str,
    pub(crate) case: Option<&'a str>,
    pub(crate) district: Option<&'a str>,
    pub(crate) party: Option<&'a str>,
}

/// A webhook as a request describes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct WantedWebhook<'a> {
    /// Its ID, if the form has one, so that a form that is sent twice makes one webhook.
    pub(crate) id: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    pub(crate) role: WantedRole<'a>,
    /// The number of the last record before the first that is sent. Without one, only new records are.
    pub(crate) after: Option<u64>,
}

/// A webhook that was made.
pub(crate) struct Created {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) after: u64,
}

fn usage(what: &str, error: &dyn std::fmt::Display) -> WebError {
    AppError::Usage(format!("{what}: {error}")).into()
}

impl WantedRole<'_> {
    /// Returns the role.
    pub(crate) fn grant(&self) -> Result<Grant, WebError> {
        let role: Role = self.role.parse().map_err(|error| usage("the role", &error))?;
        let case = self.case.map(|case| Uuid::parse_str(case.trim())).transpose();
        let case =
            case.map_err(|_| usage("the case", &"this is not the ID of a case; the address of its page has it"))?;
        let district = self.district.map(Name::new).transpose().map_err(|error| usage("the district", &error))?;
        let party: Option<Party> =
            self.party.map(str::parse).transpose().map_err(|error| usage("the party", &error))?;
        Grant::from_parts(role, case, district, party).map_err(|error| usage("the role", &error))
    }
}

fn me(request: &WebRequest) -> Principal {
    request.viewer.principal.clone()
}

/// Makes a webhook.
pub(crate) fn create(request: &WebRequest, wanted: &WantedWebhook<'_>) -> Result<Created, WebError> {
    let name = Name::new(wanted.name).map_err(|error| usage("the name of the receiver", &error))?;
    let target: Target = wanted.url.trim().parse().map_err(|error| usage("the address", &error))?;
    let grant = wanted.role.grant()?;
    let last = last_record(request)?;
    let after = wanted.after.unwrap_or(last);
    if after > last {
        let why = format!("the ledger has {last} lines; give the number of one of its records, or 0 for all records");
        return Err(usage("the start", &why));
    }
    let id = wanted.id.map(str::to_owned);
    let new = NewWebhook { id, name, target, grants: vec![grant], after };
    let now = request.state.now()?;
    let (id, secret) = request.state.subscriptions.change(|webhooks| webhooks.create(new, me(request), now))?;
    Ok(Created { id, secret, after })
}

/// Returns the number of the last record of the ledger that lasts. A number that is too small would send old records again.
pub(crate) fn last_record(request: &WebRequest) -> Result<u64, WebError> {
    let head = request.state.look(|service| service.store().head());
    let unknown = || AppError::ReadOnly { cause: "the end of the ledger can't be read now; try again".to_owned() };
    Ok(head.ok_or_else(unknown)?.lines)
}

/// Gives a webhook another role.
pub(crate) fn change_role(request: &WebRequest, id: &str, role: WantedRole<'_>) -> Result<(), WebError> {
    let (grant, now) = (role.grant()?, request.state.now()?);
    let change = request.state.subscriptions.change(|all| all.change_roles(id, vec![grant], me(request), now));
    Ok(change?)
}

/// Removes a webhook.
pub(crate) fn remove(request: &WebRequest, id: &str) -> Result<(), WebError> {
    let now = request.state.now()?;
    Ok(request.state.subscriptions.change(|webhooks| webhooks.remove(id, me(request), now))?)
}

/// Asks for a dead letter to be sent again.
pub(crate) fn resend(request: &WebRequest, id: &str, record: u64) -> Result<(), WebError> {
    let (webhook, delivery) = request.state.subscriptions.get(id)?;
    check_letter(&webhook, delivery.letters(&webhook), record)?;
    if let Some(stopped) = &delivery.stopped {
        let why = format!("{}: it wants no more messages; remove the webhook, or make another one", stopped.why);
        return Err(AppError::Usage(why).into());
    }
    let now = request.state.now()?;
    Ok(request.state.subscriptions.change(|all| all.request_resend(id, record, me(request), now))?)
}

/// Deletes a dead letter.
pub(crate) fn delete_letter(request: &WebRequest, id: &str, record: u64) -> Result<(), WebError> {
    let (webhook, delivery) = request.state.subscriptions.get(id)?;
    check_letter(&webhook, delivery.letters(&webhook), record)?;
    let now = request.state.now()?;
    Ok(request.state.subscriptions.change(|all| all.delete_letter(id, record, me(request), now))?)
}

fn check_letter<'a>(
    webhook: &Webhook,
    mut letters: impl Iterator<Item = &'a DeadLetter>,
    record: u64,
) -> Result<(), WebError> {
    if letters.any(|letter| letter.record == record) {
        return Ok(());
    }
    let why = format!(
        "record {record} is not a dead letter of the webhook {}; it may have been sent again or deleted in the meantime",
        webhook.name
    );
    Err(WebError::not_found(why))
}

/// Returns a record without its text.
pub(crate) fn record(request: &WebRequest, number: u64) -> Option<Record> {
    let found = request.state.look(|service| feed::records_as_stored(service, number.saturating_sub(1), 1)).ok()?;
    found.into_iter().next().filter(|record| record.seq == number)
}

/// Returns the number of a record in the path of a request.
pub(crate) fn number(request: &WebRequest) -> Result<u64, WebError> {
    let text = request.path.get("record").map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| WebError::not_found("a dead letter is named by the number of its record, such as 12"))
}

/// Returns the ID of a webhook in the path of a request.
pub(crate) fn id(request: &WebRequest) -> &str {
    request.path.get("webhook").map(String::as_str).unwrap_or_default()
}
