//! Webhooks over the API: list, make, change, and remove them, and send their dead letters again.

use super::paging;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use crate::subscriptions::Subscription;
use crate::webhook_requests::{self as changes, WantedRole, WantedWebhook};
use axum::http::StatusCode;
use ibbi_access::{Grant, Scope};
use ibbi_core::{At, Party};
use ibbi_webhook::{DeadLetter, DeliveryState, FailingMessage, StoppedWebhook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The code of a role ([`ibbi_access::Role`]).
#[derive(JsonSchema)]
#[schemars(rename = "Role", rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
enum RoleCode {
    Staff,
    Facilitator,
    Party,
    Auditor,
    Service,
}

/// A role, and where it counts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleBody {
    /// The role. It says what the webhook may read (docs/access.md).
    #[schemars(with = "RoleCode")]
    role: String,
    /// The case in which it counts.
    #[schemars(with = "Option<Uuid>")]
    case: Option<String>,
    /// The district in whose cases it counts, by its name.
    district: Option<String>,
    /// The party of a party member.
    #[schemars(with = "Option<Party>")]
    party: Option<String>,
}

impl RoleBody {
    fn wanted(&self) -> WantedRole<'_> {
        let Self { role, case, district, party } = self;
        WantedRole { role, case: case.as_deref(), district: district.as_deref(), party: party.as_deref() }
    }
}

/// A webhook to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookBody {
    /// The name of the receiver.
    name: String,
    /// The address of the receiver: https, or http with a loopback address.
    url: String,
    /// The role. It says what the webhook may read (docs/access.md).
    #[schemars(with = "RoleCode")]
    role: String,
    /// The case in which the role counts.
    #[schemars(with = "Option<Uuid>")]
    case: Option<String>,
    /// The district in whose cases the role counts, by its name.
    district: Option<String>,
    /// The party of a party member.
    #[schemars(with = "Option<Party>")]
    party: Option<String>,
    /// The number of the last record before the first that is sent: 0 for all. Default: only new records are sent.
    after: Option<u64>,
}

/// A webhook that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct NewWebhookAnswer {
    /// The ID of the webhook.
    id: String,
    /// The secret that signs its messages. It is shown only now.
    secret: String,
    /// The number of the last record before the first that is sent.
    after: u64,
}

/// The webhooks.
#[derive(Serialize, JsonSchema)]
pub(super) struct WebhookList {
    /// The webhooks, oldest first.
    webhooks: Vec<WebhookInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<String>,
}

/// A webhook, without its secret.
#[derive(Serialize, JsonSchema)]
struct WebhookInfo {
    /// Its ID.
    id: String,
    /// The name of the receiver.
    name: String,
    /// The address of the receiver.
    url: String,
    /// Its roles.
    roles: Vec<RoleInfo>,
    /// When it was made.
    #[schemars(with = "String")]
    created: At,
    /// Who made it.
    created_by: String,
    /// The number of the last record that is done: delivered, a dead letter, or one that the webhook can't see.
    position: u64,
    /// How many records are after it.
    behind: u64,
    /// How many messages were delivered.
    delivered: u64,
    /// How many tries failed.
    failed: u64,
    /// When the last message was delivered.
    #[schemars(with = "Option<String>")]
    last_delivery: Option<At>,
    /// The message that is being tried again.
    failing: Option<FailingInfo>,
    /// Whether and why nothing is sent any more: the receiver answered 410.
    stopped: Option<StoppedInfo>,
    /// How many dead letters it has.
    dead_letters: usize,
}

/// A role, and where it counts.
#[derive(Serialize, JsonSchema)]
struct RoleInfo {
    /// The role.
    #[schemars(with = "RoleCode")]
    role: &'static str,
    /// The case in which it counts.
    case: Option<Uuid>,
    /// The district in whose cases it counts.
    district: Option<String>,
    /// The party of a party member.
    #[schemars(with = "Option<Party>")]
    party: Option<&'static str>,
}

/// A message that is being tried again.
#[derive(Serialize, JsonSchema)]
struct FailingInfo {
    /// The number of its record.
    record: u64,
    /// How often it was tried.
    tries: u32,
    /// Why the last try failed.
    why: String,
    /// When it failed.
    #[schemars(with = "String")]
    at: At,
}

/// That a receiver wants no more messages.
#[derive(Serialize, JsonSchema)]
struct StoppedInfo {
    /// When it said so.
    #[schemars(with = "String")]
    at: At,
    /// Its answer.
    why: String,
}

/// The dead letters of a webhook.
#[derive(Serialize, JsonSchema)]
pub(super) struct DeadLetterList {
    /// The dead letters, oldest first.
    dead_letters: Vec<DeadLetterInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<u64>,
}

/// A message that was tried for the last time.
#[derive(Serialize, JsonSchema)]
struct DeadLetterInfo {
    /// The number of its record.
    record: u64,
    /// The case of the record.
    case: Option<Uuid>,
    /// The kind of event.
    event: Option<&'static str>,
    /// How often it was tried.
    tries: u32,
    /// Why the last try failed.
    why: String,
    /// When it failed.
    #[schemars(with = "String")]
    at: At,
    /// Whether someone has asked to send it again, and that hasn't been done yet.
    resend_requested: bool,
}

/// A change that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct WebhookChanged {
    /// The ID of the webhook.
    webhook: String,
    /// The change.
    done: &'static str,
}

const EXAMPLE: &str = r#"{"name": "board", "url": "https://hooks.example.org/ibbi", "role": "service"}"#;

pub(super) fn list(request: &WebRequest) -> WebResult {
    let last = changes::last_record(request)?;
    let (limit, after) = (paging::limit(request)?, paging::after::<String>(request, "the ID of a webhook")?);
    let all = request.state.subscriptions.current()?;
    let from = after.map_or(Ok(0), |after| {
        let place = all.iter().position(|(webhook, _)| webhook.id == after).map(|place| place + 1);
        place.ok_or_else(|| WebError::not_found(format!("there is no webhook `{after}`")))
    })?;
    let mut webhooks: Vec<_> = all.into_iter().skip(from).take(limit + 1).map(|found| info(found, last)).collect();
    let more = webhooks.len() > limit;
    webhooks.truncate(limit);
    let next = webhooks.last().filter(|_| more).map(|webhook| webhook.id.clone());
    Ok(json(StatusCode::OK, &WebhookList { webhooks, next })?)
}

fn info((webhook, delivery): Subscription, last: u64) -> WebhookInfo {
    let position = delivery.position(&webhook);
    let failing = |FailingMessage { record, tries, why, at }| FailingInfo { record, tries, why, at };
    WebhookInfo {
        position,
        behind: last.saturating_sub(position),
        dead_letters: delivery.letters(&webhook).count(),
        roles: webhook.grants.iter().map(role).collect(),
        name: webhook.name.to_string(),
        url: webhook.target.to_string(),
        created: webhook.created,
        created_by: webhook.by.name.to_string(),
        delivered: delivery.delivered,
        failed: delivery.failed,
        last_delivery: delivery.last_delivery,
        failing: delivery.failing.map(failing),
        stopped: delivery.stopped.map(|StoppedWebhook { at, why }| StoppedInfo { at, why }),
        id: webhook.id,
    }
}

fn role(grant: &Grant) -> RoleInfo {
    let (case, district) = match &grant.scope {
        Scope::All => (None, None),
        Scope::Case(case) => (Some(*case), None),
        Scope::District(district) => (None, Some(district.to_string())),
    };
    RoleInfo { role: grant.role.code(), case, district, party: grant.party.map(|party| party.code()) }
}

pub(super) fn create(request: &WebRequest) -> WebResult {
    let body: WebhookBody = request.object("a webhook", EXAMPLE)?;
    let WebhookBody { name, url, role, case, district, party, after } = body;
    let role = RoleBody { role, case, district, party };
    let wanted = WantedWebhook { id: None, name: &name, url: &url, role: role.wanted(), after };
    let changes::Created { id, secret, after } = changes::create(request, &wanted)?;
    Ok(json(StatusCode::CREATED, &NewWebhookAnswer { id, secret: secret.text(), after })?)
}

pub(super) fn change_role(request: &WebRequest) -> WebResult {
    let body: RoleBody = request.object("a role", r#"{"role": "service", "district": "Maple Hollow"}"#)?;
    changes::change_role(request, changes::id(request), body.wanted())?;
    done(request, StatusCode::OK, "the role counts from the next message on")
}

pub(super) fn remove(request: &WebRequest) -> WebResult {
    changes::remove(request, changes::id(request))?;
    done(request, StatusCode::OK, "the webhook was removed")
}

pub(super) fn dead_letters(request: &WebRequest) -> WebResult {
    let (webhook, delivery) = request.state.subscriptions.get(changes::id(request))?;
    let (limit, after) = (paging::limit(request)?, paging::after::<u64>(request, "the number of a record")?);
    let wanted = delivery.letters(&webhook).filter(|letter| after.is_none_or(|after| letter.record > after));
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_by_key(|letter| letter.record);
    let next = wanted.get(limit).and(wanted.get(limit - 1)).map(|last| last.record);
    let letters = wanted.into_iter().take(limit).map(|letter| {
        let record = changes::record(request, letter.record);
        let resend_requested = DeliveryState::is_requested(letter, &webhook);
        let DeadLetter { record: number, tries, why, at, .. } = letter.clone();
        let (case, event) = record.map_or((None, None), |found| (Some(found.case), Some(found.event.kind().code())));
        DeadLetterInfo { record: number, case, event, tries, why, at, resend_requested }
    });
    Ok(json(StatusCode::OK, &DeadLetterList { dead_letters: letters.collect(), next })?)
}

pub(super) fn resend(request: &WebRequest) -> WebResult {
    changes::resend(request, changes::id(request), changes::number(request)?)?;
    done(request, StatusCode::ACCEPTED, "the dead letter is sent again now")
}

pub(super) fn delete_letter(request: &WebRequest) -> WebResult {
    changes::delete_letter(request, changes::id(request), changes::number(request)?)?;
    done(request, StatusCode::OK, "the dead letter was deleted")
}

fn done(request: &WebRequest, status: StatusCode, done: &'static str) -> WebResult {
    Ok(json(status, &WebhookChanged { webhook: changes::id(request).to_owned(), done })?)
}
