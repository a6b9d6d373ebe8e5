//! ETags in the headers `If-Match` and `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1).
//!
//! A proxy that compresses makes an ETag weak, and the server gives the same tag for the same content. So both headers compare
//! tags without looking at `W/`. `IfMatch` of the crate headers can't do that, and accepts a text that is not an ETag.

use crate::problem::WebError;
use crate::response;
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use ibbi_app::AppError;

/// The most tags of a header.
const MOST: usize = 64;

/// The ETags of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `*`: any.
    Any,
    /// The opaque parts of the listed tags, without their quotes and without `W/`.
    Listed(Vec<String>),
}

impl Tags {
    /// Reads a header, which can be given more than once. Returns `None` if it isn't there.
    ///
    /// A header that can't be read is refused, because the client relies on it.
    pub(crate) fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, WebError> {
        let wrong = || {
            let shown = if *name == IF_MATCH { "If-Match" } else { "If-None-Match" };
            let detail = format!(
                "{shown} must be *, or ETags with their quotes and commas between them, such as \"12\" or W/\"12\", at most {MOST}"
            );
            WebError::from(AppError::Usage(detail))
        };
        let mut all: Option<Vec<String>> = None;
        let mut is_any = false;
        for value in headers.get_all(name) {
            let text = value.to_str().map_err(|_| wrong())?.trim();
            let listed = all.get_or_insert_default();
            if text == "*" {
                is_any = true;
                continue;
            }
            listed.extend(listed_in(text).ok_or_else(wrong)?);
        }
        match all {
            None => Ok(None),
            Some(listed) if is_any && listed.is_empty() => Ok(Some(Self::Any)),
            Some(listed) if is_any || listed.is_empty() || listed.len() > MOST => Err(wrong()),
            Some(listed) => Ok(Some(Self::Listed(listed))),
        }
    }

    /// Returns whether the tag of a response, with its quotes, is among them.
    pub(crate) fn have(&self, tag: &str) -> bool {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.iter().any(|known| known == opaque),
        }
    }
}

/// Returns the opaque parts of a list of tags. A comma within quotes belongs to a tag.
fn listed_in(text: &str) -> Option<Vec<String>> {
    let mut tags = Vec::new();
    let mut rest = text.trim();
    loop {
        // A list can have empty places (RFC 9110, section 5.6.1).
        while let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
        }
        if rest.is_empty() {
            return Some(tags);
        }
        let quoted = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (opaque, after) = quoted.split_once('"')?;
        if !opaque.bytes().all(|byte| byte == 0x21 || (0x23..0x7f).contains(&byte)) {
            return None;
        }
        tags.push(opaque.to_owned());
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// Returns whether a request has a condition.
pub(crate) fn are_in(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH)
}

/// Answers the conditions of a request that only reads, if the response has an ETag: 304 if the client has this content already,
/// and 412 if it relies on another.
pub(crate) fn conditional(headers: &HeaderMap, answer: Response) -> Result<Response, WebError> {
    let Some(tag) = answer.headers().get(ETAG).cloned().filter(|_| answer.status() == StatusCode::OK) else {
        return Ok(answer);
    };
    let tag = tag.to_str().map_err(|_| WebError::internal())?;
    if Tags::read(headers, &IF_MATCH)?.is_some_and(|tags| !tags.have(tag)) {
        let detail = format!("If-Match names other content than there is now, which has the ETag {tag}");
        return Err(WebError::Request(StatusCode::PRECONDITION_FAILED, "etag", detail));
    }
    if Tags::read(headers, &IF_NONE_MATCH)?.is_some_and(|tags| tags.have(tag)) {
        return Ok(response::not_modified(tag));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(values: &[&str]) -> Result<Option<Tags>, WebError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
        }
        Tags::read(&headers, &IF_NONE_MATCH)
    }

    #[test]
    fn lists_and_weak_tags_are_read() {
        let listed = |tags: &[&str]| Some(Tags::Listed(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        for (values, expected) in [
            (&["\"12\""][..], listed(&["12"])),
            (&["W/\"12\""], listed(&["12"])),
            (&[" \"a\" ,W/\"b,c\",,  \"\" , "], listed(&["a", "b,c", ""])),
            (&["\"1\"", "W/\"2\", \"3\""], listed(&["1", "2", "3"])),
            (&["*"], Some(Tags::Any)),
            (&[], None),
        ] {
            assert_eq!(read(values).ok(), Some(expected), "{values:?}");
        }
        for wrong in ["12", "\"12", "12\"", "w/\"12\"", "W/12", "\"1\" \"2\"", "*, \"1\"", "", ",", "\"a b\"", "\"1\";"]
        {
            assert!(read(&[wrong]).is_err(), "{wrong}");
        }
        assert!(read(&["*", "\"1\""]).is_err());
        assert!(read(&[&vec!["\"1\""; 65].join(",")]).is_err());
    }

    #[test]
    fn tags_are_compared_without_their_weakness() {
        let tags = Tags::Listed(vec!["12".to_owned()]);
        assert!(tags.have("\"12\"") && tags.have("W/\"12\"") && !tags.have("\"1\"") && !tags.have("\"112\""));
        assert!(Tags::Any.have("\"12\""));
    }
}
