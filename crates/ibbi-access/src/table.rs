//! The table as Markdown, for the documentation.

use crate::grant::Role;
use crate::permission::{Access, View, event_access, view_access};
use ibbi_core::EventKind;
use std::fmt::Write as _;

fn table(head: &str, rows: impl Iterator<Item = (String, [Access; Role::ALL.len()])>) -> String {
    let mut text = format!("| {head} |");
    for role in Role::ALL {
        let _ = write!(text, " {} |", role.label());
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Role::ALL.len()));
    text.push('\n');
    for (name, row) in rows {
        let _ = write!(text, "| {name} |");
        for access in row {
            let _ = write!(text, " {} |", access.label());
        }
        text.push('\n');
    }
    text
}

/// Returns the table of roles and kinds of event, as Markdown.
pub fn event_table() -> String {
    let row = |kind: &EventKind| (format!("`{}`", kind.code()), Role::ALL.map(|role| event_access(role, *kind)));
    table("event", EventKind::ALL.iter().map(row))
}

/// Returns the table of roles and views, as Markdown.
pub fn view_table() -> String {
    let row = |view: View| (view.label().to_owned(), Role::ALL.map(|role| view_access(role, view)));
    table("view", View::ALL.into_iter().map(row))
}
