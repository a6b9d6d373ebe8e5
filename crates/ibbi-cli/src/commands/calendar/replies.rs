//! `ibbi calendar replies`: reads answers to invitations.

use crate::args::CalendarReplies;
use crate::commands::read_input;
use crate::output::{Outcome, visible};
use crate::terminal::{self, BAD, DIM, GOOD, HEADING, WARN, paint};
use anstyle::Style;
use ibbi_app::schedule::invitations::{
    InvitationFolder, MAX_REPLY_BYTES, Replies, ReplyFile, SessionAnswers, read_replies, session_title,
};
use ibbi_app::{AppError, ExitCode};
use ibbi_core::Slot;
use ibbi_report::ics::Answer;
use std::fmt::Write as _;
use std::path::Path;

/// The answers with their headings, in the order in which they are listed.
const ANSWERS: [(Answer, &str, Style); 5] = [
    (Answer::Accepted, "accepted", GOOD),
    (Answer::Tentative, "tentative", WARN),
    (Answer::Declined, "declined", BAD),
    (Answer::Delegated, "delegated", WARN),
    (Answer::NoAnswer, "no answer", DIM),
];

pub(super) fn run(args: &CalendarReplies, json: bool) -> Result<Outcome, AppError> {
    if args.files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(AppError::Usage("`-` is standard input, which can be read once; use it for one file".to_owned()));
    }
    let folder = InvitationFolder::read(&args.invitations)?;
    let files = args.files.iter().map(|file| {
        let bytes = read_input(file, MAX_REPLY_BYTES, "for replies")?;
        Ok(ReplyFile { name: file.to_string_lossy().into_owned(), bytes })
    });
    let replies = read_replies(&folder, &files.collect::<Result<Vec<_>, AppError>>()?);
    let outcome = if json { Outcome::json(&replies) } else { Outcome::done(shown(&replies)) };
    let code = if replies.unused.is_empty() { ExitCode::Done } else { ExitCode::Refused };
    Ok(Outcome { code, ..outcome })
}

fn shown(replies: &Replies) -> String {
    let mut text = String::new();
    for session in &replies.sessions {
        let when = Slot::new(session.starts, session.ends).map(ibbi_app::format::slot).unwrap_or_default();
        let title = format!("{}: {when}", session_title(&session.session));
        let _ = writeln!(text, "{}", paint(HEADING, &title));
        text.push_str(&if session.canceled { "  canceled\n".to_owned() } else { people(session) });
    }
    let counted = terminal::count(replies.counted as u64, "answer");
    let superseded = match replies.superseded {
        0 => String::new(),
        1 => ", and 1 earlier answer of the same people".to_owned(),
        more => format!(", and {more} earlier answers of the same people"),
    };
    let _ = writeln!(text, "Read {counted}{superseded}.");
    if !replies.unused.is_empty() {
        let count = ibbi_app::format::count(replies.unused.len() as u64, "reply doesn't", "replies don't");
        let _ = writeln!(text, "{}", paint(WARN, &format!("{count} count:")));
        for unused in &replies.unused {
            let entry = if unused.entry > 1 { format!(", entry {}", unused.entry) } else { String::new() };
            let _ = writeln!(text, "  {}{entry}: {}", visible(&unused.file), visible(&unused.message));
        }
    }
    text
}

fn people(session: &SessionAnswers) -> String {
    let mut text = String::new();
    for (answer, heading, style) in ANSWERS {
        let people: Vec<_> = session.people.iter().filter(|person| person.answer == answer).collect();
        if people.is_empty() {
            continue;
        }
        let names = people.iter().map(|person| {
            let comment =
                person.comment.as_deref().map(|comment| format!(" (\"{}\")", visible(comment).replace('\n', " ")));
            let optional = if person.required { "" } else { ", optional" };
            format!("{}{optional}{}", visible(&person.name), comment.unwrap_or_default())
        });
        let names = names.collect::<Vec<_>>().join("; ");
        let _ = writeln!(text, "  {} {names}", paint(style, &format!("{heading} {}:", people.len())));
    }
    text
}
