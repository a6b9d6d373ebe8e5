//! Forms with files: `multipart/form-data` by RFC 7578, with the extractor of axum. The body is dropped when its
//! parts are read, so an upload is held once.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::HeaderMap;

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the field.
    pub(crate) name: String,
    /// The name of the file, if the part is one.
    pub(crate) file: Option<String>,
    /// The content.
    pub(crate) content: Bytes,
}

/// The most parts of a form.
pub(crate) const MOST: usize = 80;

/// Reads the parts of a form. Returns `None` if the body is of another type, or the form is incomplete.
pub(crate) async fn read(headers: &HeaderMap, body: Bytes) -> Option<Vec<Part>> {
    let mut request = Request::new(body.into());
    *request.headers_mut() = headers.clone();
    // The router has applied the limits.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().map(str::to_owned);
        let file = field.file_name().map(str::to_owned);
        let content = field.bytes().await.ok()?;
        parts.extend(name.map(|name| Part { name, file, content }));
        if parts.len() > MOST {
            return None;
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_TYPE;

    const KIND: &str = "multipart/form-data; boundary=XX";

    #[tokio::main(flavor = "current_thread")]
    async fn read(kind: &'static str, body: &'static [u8]) -> Option<Vec<Part>> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        super::read(&headers, Bytes::from_static(body)).await
    }

    #[test]
    fn parts_are_read_with_their_bytes_as_they_are() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"ledger\"; filename=\"a.ledger\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n{}\n\r\n--X\r\n--XX\r\n\
            content-disposition: form-data; name=\"key\"\r\n\r\n\r\n--XX--\r\n";
        let parts = read(KIND, body).unwrap();
        let part = |name: &str, file: Option<&str>, content| Part {
            name: name.to_owned(),
            file: file.map(str::to_owned),
            content: Bytes::from_static(content),
        };
        assert_eq!(parts, [part("ledger", Some("a.ledger"), b"{}\n\r\n--X"), part("key", None, b"")]);
    }

    #[test]
    fn what_is_no_whole_form_is_none() {
        for (kind, body) in [
            ("application/json", &b"--XX--"[..]),
            ("multipart/form-data", b"--XX--"),
            ("multipart/form-data; boundary=", b"--"),
            (KIND, b""),
            (KIND, b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end"),
            (KIND, b"--XX\r\nno head end"),
        ] {
            assert_eq!(read(kind, body), None, "{kind} {body:?}");
        }
        assert_eq!(read(KIND, b"--XX--"), Some(Vec::new()));
    }

    #[test]
    fn any_cut_of_a_form_is_read_or_refused_without_a_panic() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ntext\r\n--XX--\r\n";
        let whole = (0..=body.len()).filter(|end| read(KIND, &body[..*end]).is_some()).count();
        assert_eq!(whole, 3, "with the closing dashes, and with what follows them");
    }
}
