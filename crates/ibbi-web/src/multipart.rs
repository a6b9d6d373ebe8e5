//! Forms with files: `multipart/form-data` by RFC 7578, in a body that was read. The parts borrow from the body: the
//! multipart extractor of axum copies every part, which would double the memory of an upload.

/// A part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// The name of the field.
    pub(crate) name: &'a str,
    /// The content.
    pub(crate) content: &'a [u8],
}

/// The most parts of a form.
const MOST: usize = 32;

/// Reads the parts of a body with a content type. Returns `None` if it is another type, or the form is incomplete.
pub(crate) fn read<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let boundary = boundary(content_type)?;
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let begin = find(body, opening.as_bytes())?;
    let mut rest = body.get(begin + opening.len()..)?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let (head, after) = (rest.get(..head_end)?, rest.get(head_end + 4..)?);
        let end = find(after, between.as_bytes())?;
        let content = after.get(..end)?;
        if let Some(name) = name(head) {
            parts.push(Part { name, content });
        }
        if parts.len() > MOST {
            return None;
        }
        rest = after.get(end + between.len()..)?;
    }
    Some(parts)
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let parameter = parameters.split(';').map(str::trim).find_map(|each| each.strip_prefix("boundary="))?;
    let boundary = parameter.trim_matches('"');
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// Returns the name of a part's field from its headers.
fn name(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.split("\r\n").find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let value = line.split(';').map(str::trim).find_map(|each| each.strip_prefix("name="))?;
    Some(value.trim_matches('"'))
}

/// Returns the position of a sequence of bytes in another.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| byte == first)?;
        if text.get(at + 1..)?.starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=XX";

    #[test]
    fn parts_are_read_with_their_bytes_as_they_are() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"ledger\"; filename=\"a.ledger\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n{}\n\r\n--X\r\n--XX\r\n\
            content-disposition: form-data; name=\"key\"\r\n\r\n\r\n--XX--\r\n";
        let parts = read(KIND, body).unwrap();
        assert_eq!(parts[0], Part { name: "ledger", content: b"{}\n\r\n--X" });
        assert_eq!(parts[1], Part { name: "key", content: b"" });
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
