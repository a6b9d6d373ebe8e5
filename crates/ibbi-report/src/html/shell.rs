//! The document around a page's content, and the style sheet that all pages share.

use super::{Html, el};

/// The style sheet of all pages: light and dark, for screens from 360 pixels and for Letter paper.
///
/// Colors are custom properties on `:root`, so a page or a browser's user can set others.
pub const STYLE: &str = include_str!("style.css");

/// A page.
///
/// ```
/// use ibbi_report::html::{Document, el};
/// let page = Document { title: "Plan <draft>", program: "ibbi 0.1.0", content: el("h1").with("Plan").into() }.to_html();
/// assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
/// assert!(page.contains("<title>Plan &lt;draft&gt;</title>"));
/// ```
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The title, for the browser's window.
    pub title: &'a str,
    /// The program that made the page, with its version.
    pub program: &'a str,
    /// The content, from the first-level heading on.
    pub content: Html,
}

impl Document<'_> {
    /// Returns the whole page as text: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        self.with_style(None)
    }

    /// Returns the whole page, so that it is complete on paper: nothing is folded or cut, and each page has `foot`, its number,
    /// and the number of pages at its foot.
    pub fn to_paper(&self, foot: &str) -> String {
        self.with_style(Some(super::paper::style(foot)))
    }

    fn with_style(&self, paper: Option<String>) -> String {
        let body = if paper.is_some() { el("body").class("paper") } else { el("body") };
        let head = el("head")
            .with(el("meta").attr("charset", "utf-8"))
            .with(el("meta").attr("name", "viewport").attr("content", "width=device-width, initial-scale=1"))
            .with(el("meta").attr("name", "color-scheme").attr("content", "light dark"))
            .with(el("meta").attr("name", "generator").attr("content", self.program))
            .with(el("title").with(self.title))
            // The style sheet is not a text from outside. It is part of this program, and has no `<` or `&`.
            .with(el("style").with(Html::markup(STYLE)).with(Html::program_text(paper.unwrap_or_default())));
        let body = body.with(el("main").with(self.content.clone()));
        let html: Html = el("html").attr("lang", "en").with(head).with("\n").with(body).into();
        format!("<!DOCTYPE html>\n{}\n", html.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheet_is_closed_and_fetches_nothing() {
        for wrong in ["<", "&", "url(", "@import", "http", "]]>"] {
            assert!(!STYLE.contains(wrong), "{wrong}");
        }
    }
}
