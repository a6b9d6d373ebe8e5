//! The pages of lists: at most `limit` entries after the entry `after`, in an order that doesn't change.

use crate::request::WebRequest;
use ibbi_app::AppError;

/// The most entries of a page.
pub(super) const MAX_LISTED: usize = 1000;
/// How many entries a page has if no number is given.
pub(super) const LISTED: usize = 100;

/// Returns the most entries that the request wants.
pub(super) fn limit(request: &WebRequest) -> Result<usize, AppError> {
    request.query.get("limit").map_or(Ok(LISTED), |text| {
        let number = text.parse().ok().filter(|number| (1..=MAX_LISTED).contains(number));
        number.ok_or_else(|| AppError::Usage(format!("`limit` is a number from 1 to {MAX_LISTED}")))
    })
}

/// Returns the most entries that the request wants; nothing if it doesn't say it.
pub(super) fn limit_if_given(request: &WebRequest) -> Result<Option<usize>, AppError> {
    request.query.get("limit").map(|_| limit(request)).transpose()
}

/// Returns a number of the query, if it is there.
pub(super) fn number(request: &WebRequest, name: &str) -> Result<Option<u64>, AppError> {
    let wrong = |_| AppError::Usage(format!("`{name}` is a whole number, such as 12"));
    request.query.get(name).map(|text| text.parse().map_err(wrong)).transpose()
}

/// Returns the entry after which the page begins, such as the `next` of the page before. `what` says what it is.
pub(super) fn after<T: std::str::FromStr>(request: &WebRequest, what: &str) -> Result<Option<T>, AppError> {
    let wrong = |_| AppError::Usage(format!("`after` is {what}, as `next` of the page before has it"));
    request.query.get("after").map(|text| text.parse().map_err(wrong)).transpose()
}
