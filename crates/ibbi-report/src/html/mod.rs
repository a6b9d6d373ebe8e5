//! Markup that no name can break: all texts are escaped, except the markup of this program.
//!
//! A page is built from [`Element`]s. A text becomes [`Html`] by being escaped, in one place. Only [`Html::markup`] does
//! not escape. It takes a `&'static str`, so no text from outside can be passed to it. The names of elements and
//! attributes are `&'static str` for the same reason.
//!
//! ```
//! use ibbi_report::html::{Html, el};
//! let name = "<script>alert('x')</script> & co";
//! let row = Html::from(el("p").attr("title", name).with(name));
//! assert_eq!(
//!     row.as_str(),
//!     "<p title=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; co\">\
//!      &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; co</p>"
//! );
//! ```
//!
//! The output is HTML and well-formed XML at the same time, so any parser of either can check it.

mod paper;
mod parts;
mod shell;

pub(crate) use parts::cite;
pub use parts::{details, instant, link, name, section, time};
pub use shell::{Document, STYLE};

/// Finished markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

impl Html {
    /// Returns empty markup.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Escapes a text.
    pub fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        escape(text, &mut escaped);
        Self(escaped)
    }

    /// Returns markup that this program contains.
    pub fn markup(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Returns the text of a script or a style sheet that this program contains.
    pub(crate) const fn program_text(text: String) -> Self {
        Self(text)
    }

    /// Adds markup, or a text, which is escaped.
    pub fn push(&mut self, more: impl Into<Self>) {
        self.0.push_str(&more.into().0);
    }

    /// Adds markup, or a text, which is escaped.
    #[must_use]
    pub fn with(mut self, more: impl Into<Self>) -> Self {
        self.push(more);
        self
    }

    /// Returns whether it is empty.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the markup.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        element.close()
    }
}

impl<T: Into<Self>> From<Option<T>> for Html {
    fn from(some: Option<T>) -> Self {
        some.map_or_else(Self::new, Into::into)
    }
}

impl<T: Into<Self>> FromIterator<T> for Html {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut all = Self::new();
        items.into_iter().for_each(|item| all.push(item));
        all
    }
}

/// An element under construction.
#[derive(Debug, Clone)]
#[must_use = "an element is nothing until it is added to something"]
pub struct Element {
    name: &'static str,
    /// The markup so far, so that the content isn't copied once more when the element is finished.
    markup: String,
    /// Where the attributes end.
    attributes: usize,
}

/// Starts an element with this name.
pub fn el(name: &'static str) -> Element {
    let markup = ["<", name].concat();
    Element { name, attributes: markup.len(), markup }
}

impl Element {
    /// Adds an attribute. Its value is escaped.
    pub fn attr(self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.attribute(name, |into| escape(&value.to_string(), into))
    }

    /// Adds the attribute `value` with a text that a browser gives back byte for byte.
    pub fn value(self, text: &str) -> Self {
        self.attribute("value", |into| escape_exactly(text, into))
    }

    fn attribute(mut self, name: &str, write: impl FnOnce(&mut String)) -> Self {
        // Attributes are nearly always added before the content.
        let content = self.markup.split_off(self.attributes);
        self.markup.push(' ');
        self.markup.push_str(name);
        self.markup.push_str("=\"");
        write(&mut self.markup);
        self.markup.push('"');
        self.attributes = self.markup.len();
        self.markup.push_str(&content);
        self
    }

    /// Adds a text that a browser gives back byte for byte, as the content of a `textarea`.
    pub fn typed(mut self, text: &str) -> Self {
        // Browsers drop a line feed at the beginning.
        let content = self.content();
        content.push('\n');
        escape_exactly(&text.replace("\r\n", "\n"), content);
        self
    }

    /// Adds a class attribute.
    pub fn class(self, class: &'static str) -> Self {
        self.attr("class", class)
    }

    /// Adds content: markup, or a text, which is escaped.
    pub fn with(mut self, more: impl Into<Html>) -> Self {
        let more = more.into();
        if !more.is_empty() {
            self.content().push_str(&more.0);
        }
        self
    }

    /// Returns the markup, to add content to it.
    fn content(&mut self) -> &mut String {
        if self.markup.len() == self.attributes {
            self.markup.push('>');
        }
        &mut self.markup
    }

    /// Adds all items.
    pub fn all<T: Into<Html>>(self, items: impl IntoIterator<Item = T>) -> Self {
        items.into_iter().fold(self, Self::with)
    }

    fn close(mut self) -> Html {
        let name = self.name;
        // In SVG, an element without content can end itself.
        let is_empty = self.markup.len() == self.attributes;
        let shape = is_empty && matches!(name, "circle" | "line" | "path" | "polyline" | "rect");
        if shape || matches!(name, "br" | "hr" | "input" | "link" | "meta") {
            self.markup.truncate(self.attributes);
            self.markup.push_str("/>");
            return Html(self.markup);
        }
        let markup = self.content();
        markup.reserve_exact(name.len() + 3);
        markup.push_str("</");
        markup.push_str(name);
        markup.push('>');
        Html(self.markup)
    }
}

/// Converts a text to markup. This is the only place where it happens.
///
/// HTML and XML don't allow control characters, and invisible characters that reorder text can make a name read as
/// another. They become U+FFFD, which is visible. So do the few characters that XML does not have.
fn escape(text: &str, into: &mut String) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    if text.bytes().all(is_plain) {
        return into.push_str(text);
    }
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\n' | '\t' => into.push(c),
            c if c.is_control() || is_unseen(c) => into.push(char::REPLACEMENT_CHARACTER),
            c => into.push(c),
        }
    }
}

/// Converts what a person typed to the content of an input: characters that nothing shows are kept, as references.
///
/// A document can't have U+0000, which no keyboard has. It becomes U+FFFD.
fn escape_exactly(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '\0' => into.push(char::REPLACEMENT_CHARACTER),
            '\n' | '\t' => into.push(c),
            // Browsers read a reference to one of these as another character.
            '\u{7f}'..='\u{9f}' => into.push(c),
            c if c.is_control() || is_unseen(c) => into.push_str(&format!("&#{};", u32::from(c))),
            c => escape(c.encode_utf8(&mut [0; 4]), into),
        }
    }
}

/// Returns whether a character reorders or breaks text invisibly, or is not allowed in documents.
pub const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_never_become_markup() {
        let cases = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload='x'", "&quot; onload=&#39;x&#39;"),
            ("a & b &amp; c", "a &amp; b &amp;amp; c"),
            ("]]> <!-- -->", "]]&gt; &lt;!-- --&gt;"),
            ("a\u{0}b\u{1b}[31m\u{7f}\r", "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}"),
            ("\u{202e}gnirts\u{202c} \u{200f}", "\u{fffd}gnirts\u{fffd} \u{fffd}"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("\u{5d0}\u{5d1} \u{645} é 漢", "\u{5d0}\u{5d1} \u{645} é 漢"),
        ];
        for (text, expected) in cases {
            assert_eq!(Html::text(text).as_str(), expected, "{text:?}");
            let element = Html::from(el("p").attr("title", text).with(text));
            assert_eq!(element.as_str(), format!("<p title=\"{expected}\">{expected}</p>"));
        }
    }

    #[test]
    fn content_of_inputs_is_kept_exactly() {
        let input = Html::from(el("input").value("a\u{202e}b \u{200b}\"<&'\r\u{1}\0 "));
        assert_eq!(input.as_str(), "<input value=\"a&#8238;b \u{200b}&quot;&lt;&amp;&#39;&#13;&#1;\u{fffd} \"/>");
        let area = Html::from(el("textarea").typed("\r\none\r\n\n two & \u{2028}"));
        assert_eq!(area.as_str(), "<textarea>\n\none\n\n two &amp; &#8232;</textarea>");
    }

    #[test]
    fn only_void_elements_have_no_end_tag() {
        assert_eq!(Html::from(el("br")).as_str(), "<br/>");
        assert_eq!(Html::from(el("td")).as_str(), "<td></td>");
        assert_eq!(Html::from(el("rect").with(el("title").with("a"))).as_str(), "<rect><title>a</title></rect>");
        assert_eq!(Html::from(el("rect")).as_str(), "<rect/>");
        assert_eq!(Html::from(el("ul").all([el("li").with("a"), el("li")])).as_str(), "<ul><li>a</li><li></li></ul>");
    }

    proptest::proptest! {
        #[test]
        fn texts_read_back_except_invisible_characters(text in "\\PC{0,40}|.{0,40}") {
            let element = Html::from(el("p").attr("title", &text).with(text.as_str()));
            let shown: String =
                text.chars().map(|c| if (c.is_control() && c != '\n' && c != '\t') || is_unseen(c) { '\u{fffd}' } else { c }).collect();
            let read = roxmltree::Document::parse(element.as_str()).unwrap();
            proptest::prop_assert_eq!(read.root_element().text().unwrap_or_default(), shown);
        }
    }
}
