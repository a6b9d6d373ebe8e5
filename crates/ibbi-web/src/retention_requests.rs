//! Legal holds and the destruction of texts that a request asks for, by the API or by a page. The route has checked that the viewer may
//! do it.

use crate::problem::WebError;
use crate::request::WebRequest;
use ibbi_app::custody::{self, DestroyRequest, DestroyedTexts, DueTexts, ListedHold};
use ibbi_app::retention::RetentionRules;
use ibbi_app::{AppError, TextOwner};
use ibbi_core::{Date, Name, Reason};
use uuid::Uuid;

/// What to destroy, as a request describes it.
#[derive(Debug, Clone)]
pub(crate) struct WantedDestruction<'a> {
    pub(crate) case: Uuid,
    /// Whose texts; none for all.
    pub(crate) party: Option<TextOwner>,
    /// The number of texts that the person confirmed.
    pub(crate) texts: Option<u64>,
    pub(crate) reason: &'a str,
}

/// Reads the reason of a request.
///
/// # Errors
/// [`AppError::Usage`] if it is empty or too long.
pub(crate) fn reason(text: &str) -> Result<Reason, AppError> {
    Reason::new(text).map_err(|error| AppError::Usage(format!("the reason: {error}")))
}

/// Returns the retention rules of the office; none without their file.
pub(crate) fn rules(request: &WebRequest) -> RetentionRules {
    request.state.live().settings.retention.clone().unwrap_or_else(RetentionRules::none)
}

/// Returns today, in UTC, by the clock of the server.
pub(crate) fn today(request: &WebRequest) -> Result<Date, WebError> {
    Ok(request.state.now()?.utc_date())
}

/// Returns the legal holds, the oldest first.
pub(crate) fn holds(request: &WebRequest) -> Result<Vec<ListedHold>, WebError> {
    Ok(request.state.look(custody::holds_in)?)
}

/// Places a legal hold on a case, or on all cases. Returns the number of its line.
pub(crate) fn place(request: &WebRequest, case: Option<Uuid>, why: &str) -> Result<u64, WebError> {
    let (reason, actor) = (reason(why)?, actor(request));
    Ok(request.state.writer.run_here(move |service| custody::place_hold_in(service, case, reason, &actor))?)
}

/// Lifts a legal hold. Returns the number of the line that says so.
pub(crate) fn lift(request: &WebRequest, hold: u64, why: &str) -> Result<u64, WebError> {
    let (reason, actor) = (reason(why)?, actor(request));
    if !holds(request)?.iter().any(|known| known.hold == hold) {
        return Err(WebError::not_found(format!("there is no legal hold {hold}")));
    }
    Ok(request.state.writer.run_here(move |service| custody::lift_hold_in(service, hold, reason, &actor))?)
}

/// Returns the sealed texts, and which of them can be destroyed today. It reads the ledger's file, so other requests don't wait for it.
pub(crate) fn due(request: &WebRequest) -> Result<Vec<DueTexts>, WebError> {
    Ok(custody::due(request.state.own()?, &rules(request), today(request)?)?)
}

/// Returns what a destruction would destroy today.
///
/// # Errors
/// As [`destroy`].
pub(crate) fn plan(request: &WebRequest, wanted: &WantedDestruction<'_>) -> Result<Vec<DueTexts>, WebError> {
    let asked = asked(request, wanted)?;
    Ok(custody::plan_destruction(request.state.own()?, &asked, &rules(request), today(request)?)?)
}

/// Destroys the texts of a case that the rules allow to destroy. Afterward no text that was destroyed is in the server's memory.
///
/// # Errors
/// [`AppError::NotAllowed`] under a legal hold, before the day, if no rule is about the texts, or if their number isn't the confirmed
/// one; [`AppError::Usage`] if the case has no sealed texts.
pub(crate) fn destroy(request: &WebRequest, wanted: &WantedDestruction<'_>) -> Result<Vec<DestroyedTexts>, WebError> {
    let (asked, rules) = (asked(request, wanted)?, rules(request));
    Ok(request.state.writer.run_here(move |service| custody::destroy_in(service, &asked, &rules))?)
}

fn asked(request: &WebRequest, wanted: &WantedDestruction<'_>) -> Result<DestroyRequest, AppError> {
    let WantedDestruction { case, party, texts, reason: why } = wanted;
    Ok(DestroyRequest {
        case: case.to_string(),
        party: *party,
        texts: *texts,
        reason: reason(why)?,
        actor: actor(request),
    })
}

/// Returns the name of the line's actor: who signed in.
fn actor(request: &WebRequest) -> Name {
    request.name().clone()
}
