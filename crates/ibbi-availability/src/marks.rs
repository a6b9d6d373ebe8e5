//! Cells of a table: whether a person can come.

use crate::Mark;
use crate::times::{self, WrittenHours};

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellMark {
    /// Nothing.
    Blank,
    Mark(Mark),
    /// A cross. It can mean that the person can come, or that the person can't.
    Cross,
    /// Hours, of which the table says what they mean.
    Hours(WrittenHours),
    /// Something else.
    Unknown,
}

const CAN: &[&str] = &[
    "yes",
    "y",
    "ok",
    "okay",
    "free",
    "available",
    "can",
    "can come",
    "i can",
    "true",
    "1",
    "sure",
    "good",
    "works",
    "fine",
    "any time",
    "anytime",
    "✓",
    "✔",
    "✔\u{fe0f}",
    "☑",
    "✅",
    "👍",
    "open",
];
const IF_NEED_BE: &[&str] = &[
    "maybe",
    "if need be",
    "ifneedbe",
    "if needed",
    "if necessary",
    "if i must",
    "possible",
    "possibly",
    "perhaps",
    "tentative",
    "(ok)",
    "(yes)",
    "(y)",
    "(✓)",
    "(✔)",
    "(x)",
    "ok?",
    "yes?",
    "~",
    "not ideal",
    "can if need be",
    "if really needed",
];
const CANNOT: &[&str] = &[
    "no",
    "n",
    "busy",
    "not available",
    "unavailable",
    "away",
    "out",
    "cannot",
    "can't",
    "cant",
    "can not",
    "can't come",
    "cannot come",
    "not free",
    "false",
    "0",
    "off",
    "vacation",
    "teaching",
    "class",
    "✗",
    "✘",
    "❌",
    "✖",
    "⛔",
    "conflict",
];
const BLANK: &[&str] = &["", "-", "?", "pending", "no answer", "no response", "tbd", "unknown", "not known"];
const CROSSES: &[&str] = &["x", "×", "✕", "☒", "xx"];

/// Reads a cell.
pub(crate) fn cell(text: &str) -> CellMark {
    let text = times::plain(text).replace('\u{2019}', "'");
    let text = text.trim_end_matches(['.', '!']);
    let is = |list: &[&str]| list.contains(&text);
    if is(BLANK) {
        CellMark::Blank
    } else if is(CAN) {
        CellMark::Mark(Mark::Can)
    } else if is(IF_NEED_BE) {
        CellMark::Mark(Mark::IfNeedBe)
    } else if is(CANNOT) {
        CellMark::Mark(Mark::Cannot)
    } else if is(CROSSES) {
        CellMark::Cross
    } else {
        match times::hours(text) {
            Some(WrittenHours::Start(_)) | None => CellMark::Unknown,
            Some(hours) => CellMark::Hours(hours),
        }
    }
}

/// What a heading asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Name,
    FirstName,
    LastName,
    /// Words about when the person can or can't come.
    Times(Mark),
    /// Something else that people write, which is left out.
    Other,
}

/// Reads a heading that isn't a time.
pub(crate) fn label(text: &str) -> Option<Label> {
    let text = times::plain(text).replace('\u{2019}', "'").replace(['_', '.'], " ");
    let text = text.trim_matches([':', ' ', '?', '*', '#']);
    let count = text.split_once(' ').filter(|(count, _)| count.bytes().all(|byte| byte.is_ascii_digit()));
    let plain = count.map_or(text, |(_, rest)| rest);
    Some(match plain {
        "name" | "names" | "person" | "people" | "participant" | "participants" | "who" | "member" | "members"
        | "full name" | "team member" | "your name" | "attendee" | "respondent" => Label::Name,
        "first name" | "first" | "given name" => Label::FirstName,
        "last name" | "last" | "surname" | "family name" => Label::LastName,
        "not available"
        | "unavailable"
        | "cannot come"
        | "can't come"
        | "can not come"
        | "cannot"
        | "can't"
        | "busy"
        | "not free"
        | "away"
        | "conflicts"
        | "conflict"
        | "unavailable times"
        | "unavailable dates"
        | "not available on"
        | "can't make it"
        | "cannot make it"
        | "times not available"
        | "dates not available"
        | "never" => Label::Times(Mark::Cannot),
        "available" | "free" | "can come" | "can" | "availability" | "available times" | "available dates" | "open"
        | "times available" | "dates available" | "available on" | "can make it" => Label::Times(Mark::Can),
        "if need be" | "if needed" | "if necessary" | "maybe" | "possible" | "possibly" | "only if need be" => {
            Label::Times(Mark::IfNeedBe)
        }
        "role" | "title" | "position" | "seat" | "party" | "team" | "side" | "email" | "e-mail" | "email address"
        | "phone" | "telephone" | "cell" | "school" | "building" | "note" | "notes" | "comment" | "comments"
        | "created" | "id" | "created at" | "date submitted" | "timestamp" | "time zone" | "organization"
        | "department" => Label::Other,
        _ => return None,
    })
}
