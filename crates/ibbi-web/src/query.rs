//! Keys and values of links and forms, in order. A key can be repeated.
//!
//! `Query` of axum reads the same pairs and saves no line. `Form` refuses a form without its content type, and neither
//! of them writes a link.

use std::borrow::Cow;

/// The pairs of a query or a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads the query of a link or the body of a form.
    pub(crate) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
    }

    /// Returns the first value of a key, unless it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Returns every value of a key.
    pub(crate) fn all<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Returns every pair.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl From<Vec<(String, String)>> for Pairs {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

/// Writes pairs as the query of a link.
pub(crate) fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs {
        text.append_pair(key, &value);
    }
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_read_back_whatever_is_in_them() {
        let pairs = [("a", "x&y=z"), ("a", "<b> é +"), ("", ""), ("c", "~")];
        let text = write(pairs.map(|(key, value)| (key, value.into())));
        let read = Pairs::read(text.as_bytes());
        assert_eq!(read.iter().collect::<Vec<_>>(), pairs);
        assert_eq!((read.get("a"), read.all("a").count(), read.get("")), (Some("x&y=z"), 2, None));
    }
}
