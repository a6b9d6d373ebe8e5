//! Compression of responses with gzip. Compressed pages are about a sixth as long, which matters on a phone.
//!
//! Every piece of a streamed body is flushed and sent as one chunk, so that a client can show it when it arrives. The
//! compression layer of tower-http flushes too, but it splits a piece into chunks of 4 KiB, and it turns on another
//! gzip implementation in the whole program. A response with an ETag is not compressed, because a strong ETag names
//! bytes.

use axum::body::{Body, HttpBody as _};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};
use std::io::{self, Write as _};

/// The shortest body that is compressed, in bytes.
const WORTH: u64 = 2_000;
/// The types of text that browsers load.
const TEXTS: &[&str] = &["text/html", "text/css", "text/javascript", "application/json"];

/// Returns whether a client accepts gzip, by its `Accept-Encoding`.
pub(crate) fn is_taken(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|each| {
        let (coding, weight) = each.split_once(';').unwrap_or((each, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        coding.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}

/// Compresses a response if that is worth it.
pub(crate) fn pack(response: Response) -> Response {
    let headers = response.headers();
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_text = TEXTS.iter().any(|text| kind.starts_with(text));
    let is_short = response.body().size_hint().exact().is_some_and(|length| length < WORTH);
    if !is_text || is_short || headers.contains_key(ETAG) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, packed(body))
}

/// Compresses a body piece by piece.
fn packed(body: Body) -> Body {
    let mut packer = GzEncoder::new(Vec::new(), Compression::new(4));
    let pieces = body.into_data_stream().map(Some).chain(stream::iter([None]));
    Body::from_stream(pieces.map(move |piece| {
        match piece {
            Some(piece) => {
                packer.write_all(&piece.map_err(io::Error::other)?)?;
                packer.flush()?;
            }
            None => packer.try_finish()?,
        }
        Ok::<_, io::Error>(std::mem::take(packer.get_mut()))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_asked_for_and_not_declined() {
        for (value, taken) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("br", false),
            ("", false),
            ("x-gzip-not", false),
            ("gzip;level=9", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(is_taken(&headers), taken, "{value}");
        }
        assert!(!is_taken(&HeaderMap::new()));
    }
}
