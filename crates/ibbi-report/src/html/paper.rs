//! The style of a report that is complete on paper, with a numbered foot on each page.

use core::fmt::Write as _;

/// What the style of such a report adds to that of all pages.
const PAPER: &str = include_str!("paper.css");

/// Returns the style of a report whose pages have a text from outside at the left of their foot, and "page n of m" at the right.
pub(super) fn style(foot: &str) -> String {
    let foot = css_string(foot);
    format!(
        "{PAPER}@media print {{\n  @page {{\n    margin: .6in .7in .8in;\n    @bottom-left {{ content: {foot}; font: 7.5pt \
         sans-serif; width: 75%; }}\n    @bottom-right {{ content: \"page \" counter(page) \" of \" counter(pages); font: 7.5pt \
         sans-serif; }}\n  }}\n}}\n"
    )
}

/// Returns a text as a string of CSS. Everything but plain characters is an escape, so no text can end the string or the style.
fn css_string(text: &str) -> String {
    let mut string = String::from("\"");
    for character in text.chars().filter(|character| !character.is_control() && !super::is_unseen(*character)) {
        if character.is_ascii_alphanumeric() || " .,:;-_()/".contains(character) {
            string.push(character);
        } else {
            let _ = write!(string, "\\{:06X}", u32::from(character));
        }
    }
    string + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_style() {
        let name = "a\"; } </style><script>\\ \u{202E}\u{e9}\n";
        assert_eq!(
            css_string(name),
            "\"a\\000022; \\00007D \\00003C/style\\00003E\\00003Cscript\\00003E\\00005C \\0000E9\""
        );
        let style = style(name);
        assert!(!style.contains('<') && !style.contains("\u{202E}"), "{style}");
    }
}
