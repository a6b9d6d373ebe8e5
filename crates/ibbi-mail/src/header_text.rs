//! Texts of headers.

/// Returns a header's text in which nothing looks like a coded word (RFC 2047), which readers would decode to something else.
pub(crate) fn without_code(text: &str) -> String {
    text.replace("=?", "= ?")
}
