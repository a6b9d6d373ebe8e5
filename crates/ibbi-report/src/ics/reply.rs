//! Replies to invitations (`METHOD:REPLY`, RFC 5546, 3.2.3), as calendar programs send them.

use super::invite::{address_of, attendees, method};
use super::read::{events, instant, parse, sequence, text};
use super::{IcsReadError, MAX_ENTRIES, line};
use calcard::common::IanaString as _;
use calcard::icalendar::{
    ICalendarComponent, ICalendarEntry, ICalendarMethod, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationStatus, ICalendarProperty,
};
use ibbi_core::At;

/// The most characters of a comment that are kept.
const LONGEST_COMMENT: usize = 500;

/// An answer to an invitation.
///
/// The order is that in which they count if one person gave two at the same time: the last one is the most cautious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The person comes.
    Accepted,
    /// The person comes, perhaps.
    Tentative,
    /// The person asked someone else to come.
    Delegated,
    /// The person has taken an earlier answer back.
    NoAnswer,
    /// The person does not come.
    Declined,
}

impl Answer {
    /// Returns the code of the answer.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Tentative => "tentative",
            Self::Delegated => "delegated",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
        }
    }
}

/// The reply of one person about one entry. The title, the place, and the times of a reply are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The entry's ID.
    pub uid: String,
    /// The version of the entry that the person answered.
    pub sequence: u32,
    /// When the person answered.
    pub stamp: At,
    /// The person's address.
    pub address: String,
    /// The answer.
    pub answer: Answer,
    /// What the person wrote with it, at most 500 characters.
    pub comment: Option<String>,
}

/// Why an entry of a file is not a reply that can count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The file can't be read.
    #[error(transparent)]
    Unreadable(#[from] IcsReadError),
    /// It is another kind of calendar file.
    #[error("this is not a reply: its METHOD is {0}")]
    Method(String),
    /// It proposes another time.
    #[error(
        "it proposes another time (METHOD:COUNTER), and ibbi doesn't read proposals; ask the person to accept or decline"
    )]
    Counter,
    /// It is a whole email.
    #[error("this is an email; save the calendar file (.ics) that is attached to it, and name that file")]
    Email,
    /// It has no entry.
    #[error("this reply has no entry (VEVENT)")]
    Empty,
    /// A property is missing or can't be read.
    #[error("{0} is missing or can't be read")]
    Property(&'static str),
    /// A reply is from one person.
    #[error("it has {0} attendees, and a reply is from one person")]
    Attendees(usize),
    /// The answer is not one that an entry can have.
    #[error(
        "its answer (PARTSTAT) is missing or is none of ACCEPTED, TENTATIVE, DECLINED, DELEGATED, and NEEDS-ACTION"
    )]
    Answer,
    /// It is about one date of a repeated entry, and sessions don't repeat.
    #[error("it is about one date of a repeated entry (RECURRENCE-ID), and sessions don't repeat")]
    Recurrence,
}

impl Reply {
    /// Reads a file with replies, each or why it can't count. There can be an `ORGANIZER` or not.
    ///
    /// ```
    /// use ibbi_report::ics::{Answer, Reply};
    /// let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\nSEQUENCE:2\r\n\
    ///     DTSTAMP:20260901T120000Z\r\nATTENDEE;PARTSTAT=DECLINED;CN=R. Amari:MAILTO:r.amari@example.org\r\n\
    ///     COMMENT:I am away\\, sorry\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let [Ok(reply)] = &Reply::from_ics(text)?[..] else { panic!("one reply") };
    /// assert_eq!((reply.address.as_str(), reply.sequence, reply.answer), ("r.amari@example.org", 2, Answer::Declined));
    /// assert_eq!(reply.comment.as_deref(), Some("I am away, sorry"));
    /// # Ok::<(), ibbi_report::ics::ReplyError>(())
    /// ```
    ///
    /// # Errors
    /// [`ReplyError`] if the file is not a reply at all.
    pub fn from_ics(text: &str) -> Result<Vec<Result<Self, ReplyError>>, ReplyError> {
        let calendar = parse(text).map_err(|error| if is_email(text) { ReplyError::Email } else { error.into() })?;
        match method(&calendar) {
            Some(ICalendarMethod::Reply) => {}
            Some(ICalendarMethod::Counter) => return Err(ReplyError::Counter),
            Some(other) => return Err(ReplyError::Method(other.as_str().to_owned())),
            None => return Err(ReplyError::Method("missing or unknown".to_owned())),
        }
        let all: Vec<_> = events(&calendar).collect();
        if all.len() > MAX_ENTRIES {
            return Err(IcsReadError::TooMany(all.len()).into());
        }
        if all.is_empty() {
            return Err(ReplyError::Empty);
        }
        Ok(all.into_iter().map(reply).collect())
    }
}

/// Returns whether a text has the header of an email.
fn is_email(text: &str) -> bool {
    let mut header = text.lines().take_while(|line| !line.is_empty());
    header.any(|line| line.get(..13).is_some_and(|name| name.eq_ignore_ascii_case("content-type:")))
}

fn reply(event: &ICalendarComponent) -> Result<Reply, ReplyError> {
    let uid = text(event, &ICalendarProperty::Uid).ok_or(ReplyError::Property("UID"))?;
    if event.property(&ICalendarProperty::RecurrenceId).is_some() {
        return Err(ReplyError::Recurrence);
    }
    let from: Vec<_> = attendees(event).collect();
    let [attendee] = from[..] else { return Err(ReplyError::Attendees(from.len())) };
    let stamp = event.property(&ICalendarProperty::Dtstamp).and_then(instant);
    let comment = text(event, &ICalendarProperty::Comment).map(str::trim).filter(|comment| !comment.is_empty());
    Ok(Reply {
        uid: line::visible(uid.trim()),
        sequence: sequence(event).ok_or(ReplyError::Property("SEQUENCE"))?,
        stamp: stamp.ok_or(ReplyError::Property("DTSTAMP"))?.0,
        address: address_of(attendee).ok_or(ReplyError::Property("the address of the ATTENDEE"))?,
        answer: answer(attendee).ok_or(ReplyError::Answer)?,
        comment: comment.map(|comment| line::visible(comment).chars().take(LONGEST_COMMENT).collect()),
    })
}

fn answer(attendee: &ICalendarEntry) -> Option<Answer> {
    let found = attendee.params.iter().find(|parameter| parameter.name == ICalendarParameterName::Partstat)?;
    let ICalendarParameterValue::Partstat(status) = &found.value else { return None };
    Some(match status {
        ICalendarParticipationStatus::Accepted => Answer::Accepted,
        ICalendarParticipationStatus::Tentative => Answer::Tentative,
        ICalendarParticipationStatus::Declined => Answer::Declined,
        ICalendarParticipationStatus::Delegated => Answer::Delegated,
        ICalendarParticipationStatus::NeedsAction => Answer::NoAnswer,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
