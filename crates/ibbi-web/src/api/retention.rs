//! Legal holds and the destruction of confidential texts over the API.

use super::paging;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use crate::retention_requests::{self as changes, WantedDestruction};
use axum::http::StatusCode;
use ibbi_app::custody::{DueTexts, ListedHold};
use ibbi_app::{AppError, TextOwner};
use ibbi_core::{At, Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose texts: those of a party, the notes of the program, or responses to concerns that the case doesn't have.
#[derive(JsonSchema)]
#[schemars(rename = "TextOwner", rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
enum OwnerCode {
    Labor,
    Management,
    Program,
    Unknown,
}

/// A legal hold to place.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldBody {
    /// The case. Without one: all cases.
    #[schemars(with = "Option<Uuid>")]
    case: Option<String>,
    /// Why. The text is in the ledger for good.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Why a legal hold ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LiftBody {
    /// Why. The text is in the ledger for good.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Texts to destroy.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DestroyBody {
    /// Whose texts. Without it: all texts of the case.
    #[schemars(with = "Option<OwnerCode>")]
    party: Option<String>,
    /// Why, and on whose authority. The text is in the ledger for good.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// The number of texts. If there are more or fewer now, nothing is destroyed. Required without `dry_run`.
    texts: Option<u64>,
    /// Whether to destroy nothing, and only return whether the texts can be destroyed.
    #[serde(default)]
    dry_run: bool,
}

/// A page of the legal holds.
#[derive(Serialize, JsonSchema)]
pub(super) struct HoldList {
    /// The holds, oldest first.
    holds: Vec<HoldInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<u64>,
}

/// A legal hold.
#[derive(Serialize, JsonSchema)]
struct HoldInfo {
    /// The number of the line that placed it, which lifts it.
    hold: u64,
    /// The case; null for all cases.
    case: Option<Uuid>,
    /// Why it was placed.
    reason: String,
    /// Who placed it.
    by: String,
    /// When it was placed.
    #[schemars(with = "String")]
    at: At,
    /// When it was lifted; null while it is in force.
    #[schemars(with = "Option<String>")]
    lifted: Option<At>,
}

/// A legal hold that was placed or lifted.
#[derive(Serialize, JsonSchema)]
pub(super) struct HoldChanged {
    /// The number of the hold.
    hold: u64,
    /// The number of the new line.
    line: u64,
}

/// A page of the sealed texts.
#[derive(Serialize, JsonSchema)]
pub(super) struct TextsDue {
    /// The day for which the rules were asked, in UTC.
    #[schemars(with = "String")]
    as_of: Date,
    /// The SHA-256 of the file with the retention rules; null without rules.
    retention: Option<String>,
    /// The texts, by case and owner.
    texts: Vec<TextsInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<String>,
}

/// Sealed texts of one owner in one case, and whether the retention rules allow their destruction.
#[derive(Serialize, JsonSchema)]
struct TextsInfo {
    /// The case.
    case: Uuid,
    /// Its district.
    district: String,
    /// Whose they are.
    #[schemars(with = "OwnerCode")]
    party: &'static str,
    /// The ID of the key that opens them.
    key: String,
    /// How many they are.
    texts: u64,
    /// The name of the retention rule about them.
    rule: Option<String>,
    /// The first day on which the rule allows the destruction, if its time has begun.
    #[schemars(with = "Option<String>")]
    due: Option<Date>,
    /// The number of a legal hold on the case.
    hold: Option<u64>,
    /// Whether they can be destroyed on the day.
    allowed: bool,
    /// Why not.
    reason: Option<String>,
}

/// The texts that were destroyed, or whether they can be.
#[derive(Serialize, JsonSchema)]
pub(super) struct TextsDestroyed {
    /// Whether nothing was destroyed, because that was asked for.
    dry_run: bool,
    /// The numbers of the lines that say so.
    lines: Vec<u64>,
    /// The texts.
    texts: Vec<TextsInfo>,
}

impl From<DueTexts> for TextsInfo {
    fn from(found: DueTexts) -> Self {
        let DueTexts { case, district, party, key, texts, rule, due, hold, allowed, reason, .. } = found;
        Self { case, district, party, key, texts, rule, due, hold, allowed, reason }
    }
}

pub(super) fn holds(request: &WebRequest) -> WebResult {
    let (limit, after) = (paging::limit(request)?, paging::after::<u64>(request, "the number of a hold")?);
    let all = changes::holds(request)?.into_iter().filter(|hold| after.is_none_or(|after| hold.hold > after));
    let mut holds: Vec<HoldInfo> = all.take(limit + 1).map(hold_info).collect();
    let more = holds.len() > limit;
    holds.truncate(limit);
    let next = holds.last().filter(|_| more).map(|hold| hold.hold);
    Ok(json(StatusCode::OK, &HoldList { holds, next })?)
}

fn hold_info(hold: ListedHold) -> HoldInfo {
    let ListedHold { hold, case, reason, by, at, lifted, .. } = hold;
    HoldInfo { hold, case, reason, by, at, lifted }
}

pub(super) fn place_hold(request: &WebRequest) -> WebResult {
    let body: HoldBody = request.object("a legal hold", r#"{"reason": "Grievance 2026-14"}"#)?;
    let case = body.case.as_deref().map(Uuid::parse_str).transpose();
    let case = case.map_err(|_| AppError::Usage("`case` is not the ID of a case".to_owned()))?;
    let line = changes::place(request, case, &body.reason)?;
    Ok(json(StatusCode::OK, &HoldChanged { hold: line, line })?)
}

pub(super) fn lift_hold(request: &WebRequest) -> WebResult {
    let body: LiftBody = request.object("a reason", r#"{"reason": "Settled"}"#)?;
    let hold = hold_of(request)?;
    let line = changes::lift(request, hold, &body.reason)?;
    Ok(json(StatusCode::OK, &HoldChanged { hold, line })?)
}

/// Returns the number of the hold in the path.
fn hold_of(request: &WebRequest) -> Result<u64, WebError> {
    let text = request.path.get("hold").map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| WebError::not_found("there is no such legal hold"))
}

pub(super) fn due(request: &WebRequest) -> WebResult {
    let (limit, after) = (paging::limit(request)?, paging::after::<String>(request, "the ID of a key")?);
    let mut all = changes::due(request)?;
    all.sort_by(|one, two| one.key.cmp(&two.key));
    let wanted = all.into_iter().filter(|texts| after.as_ref().is_none_or(|after| texts.key > *after));
    let mut texts: Vec<TextsInfo> = wanted.take(limit + 1).map(TextsInfo::from).collect();
    let more = texts.len() > limit;
    texts.truncate(limit);
    let next = texts.last().filter(|_| more).map(|texts| texts.key.clone());
    let retention = request.state.live().settings.retention.as_ref().map(|rules| rules.digest.to_string());
    Ok(json(StatusCode::OK, &TextsDue { as_of: changes::today(request)?, retention, texts, next })?)
}

pub(super) fn destroy(request: &WebRequest) -> WebResult {
    let example = r#"{"party": "program", "texts": 3, "reason": "Routine, approved by the town clerk"}"#;
    let body: DestroyBody = request.object("texts to destroy", example)?;
    let wrong = || AppError::Usage("`party` is `labor`, `management`, `program`, or `unknown`".to_owned());
    let party = body.party.as_deref().map(|code| TextOwner::from_code(code).ok_or_else(wrong)).transpose()?;
    let case = request.id("case")?;
    request.facts(case, |_| ())?;
    changes::reason(&body.reason)?;
    if body.dry_run {
        let mut found = changes::due(request)?;
        found.retain(|texts| texts.case == case && party.is_none_or(|party| party.code() == texts.party));
        let texts = found.into_iter().map(TextsInfo::from).collect();
        return Ok(json(StatusCode::OK, &TextsDestroyed { dry_run: true, lines: Vec::new(), texts })?);
    }
    if body.texts.is_none() {
        let message = "`texts` is missing: the number of texts to destroy, as the answer to `dry_run` has it";
        return Err(AppError::Usage(message.to_owned()).into());
    }
    let wanted = WantedDestruction { case, party, texts: body.texts, reason: &body.reason };
    let (mut lines, mut texts) = (Vec::new(), Vec::new());
    for destroyed in changes::destroy(request, &wanted)? {
        lines.push(destroyed.line);
        texts.push(destroyed.texts.into());
    }
    Ok(json(StatusCode::OK, &TextsDestroyed { dry_run: false, lines, texts })?)
}
