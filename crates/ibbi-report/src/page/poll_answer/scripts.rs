//! The script and the style sheet of polls, from the parts that people read.

use crate::html::STYLE;

const PARTS: [&str; 9] = [
    include_str!("assets/calendar_lines.js"),
    include_str!("assets/calendar_zones.js"),
    include_str!("assets/calendar_values.js"),
    include_str!("assets/calendar_rule.js"),
    include_str!("assets/calendar.js"),
    include_str!("assets/marks.js"),
    include_str!("assets/grid.js"),
    include_str!("assets/import.js"),
    include_str!("assets/answer.js"),
];

/// Returns the script of a poll's page and file, without its comments.
///
/// The same text every time, so that a page may name its digest.
pub fn poll_script() -> String {
    let parts: String = PARTS.iter().copied().map(without_comments).collect();
    format!("\"use strict\";\n(() => {{\n{parts}}})();\n")
}

/// Returns the style sheet of a poll's page and file: that of all pages, and its own.
pub fn poll_style() -> String {
    [without_comments(STYLE), without_comments(include_str!("assets/poll.css"))].concat()
}

/// Removes indents, and the lines that are a comment.
fn without_comments(text: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !is_comment(line));
    lines.fold(String::with_capacity(text.len()), |all, line| all + line + "\n")
}
