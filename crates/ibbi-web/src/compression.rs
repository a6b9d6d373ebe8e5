//! Compression of responses with gzip. Compressed pages are about a sixth as long, which matters on a phone.
//!
//! Every piece of a streamed body is flushed, so that a client can show it when it arrives. The compression layer of
//! tower-http does not flush pieces. A response with an ETag is not compressed, because a strong ETag names bytes.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Frame;
use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

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
    let packer = GzEncoder::new(Vec::new(), Compression::new(4));
    Response::from_parts(parts, Body::new(Packed { body, packer: Some(packer) }))
}

/// A body that is compressed piece by piece.
struct Packed {
    body: Body,
    /// `None` after the end was written.
    packer: Option<GzEncoder<Vec<u8>>>,
}

impl Packed {
    /// Compresses a piece, or writes the end.
    fn packed(&mut self, piece: Option<Bytes>) -> std::io::Result<Option<Bytes>> {
        let (Some(packer), Some(piece)) = (&mut self.packer, &piece) else {
            return self.packer.take().map(|packer| packer.finish().map(Bytes::from)).transpose();
        };
        packer.write_all(piece)?;
        packer.flush()?;
        Ok(Some(std::mem::take(packer.get_mut()).into()))
    }
}

impl HttpBody for Packed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.packer.is_none() {
            return Poll::Ready(None);
        }
        let piece = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(piece) => Some(piece),
                // The server sends no trailers.
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            },
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => None,
        };
        Poll::Ready(self.packed(piece).map_err(axum::Error::new).transpose().map(|piece| piece.map(Frame::data)))
    }
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
