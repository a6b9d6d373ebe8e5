//! The answers to invitations: which of the replies count, and who comes to which session.

use super::{InvitationFolder, session_title};
use ibbi_common::format;
use ibbi_core::{At, LocalTime};
use ibbi_report::ics::{Answer, EntryId, Invitation, Reply, ReplyError};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The longest file with replies, in bytes.
pub const MAX_REPLY_BYTES: u64 = 1 << 20;

/// A file that may have replies.
#[derive(Debug, Clone)]
pub struct ReplyFile {
    /// Its name, for messages.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The answers to all invitations of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replies {
    /// The sessions, in their order.
    pub sessions: Vec<SessionAnswers>,
    /// The replies that don't count, with the reasons.
    pub unused: Vec<UnusedReply>,
    /// How many replies count.
    pub counted: usize,
    /// How many replies were followed by a later one of the same person.
    pub superseded: usize,
}

/// The answers about one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionAnswers {
    /// The session, such as `facilitation.2`.
    pub session: String,
    /// The `UID` of the entry.
    pub uid: String,
    /// The `SEQUENCE` of the invitation.
    pub sequence: u32,
    /// When the session starts.
    pub starts: LocalTime,
    /// When it ends.
    pub ends: LocalTime,
    /// Whether the session is canceled. Then no answer counts.
    pub canceled: bool,
    /// The people who are invited.
    pub people: Vec<PersonAnswer>,
}

/// The answer of one person about one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonAnswer {
    /// The name.
    pub name: String,
    /// The address.
    pub address: String,
    /// Whether the session waits for the person.
    pub required: bool,
    /// The answer. The person who invites has accepted.
    #[serde(serialize_with = "answer_code")]
    pub answer: Answer,
    /// When the person answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// What the person wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A reply that doesn't count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnusedReply {
    /// The name of the file.
    pub file: String,
    /// The place of the reply in the file, from 1, or 0 for the whole file.
    pub entry: usize,
    /// Why it doesn't count.
    pub problem: ReplyProblem,
    /// The reason as a sentence.
    pub message: String,
}

/// Why a reply doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyProblem {
    /// The file is not a reply.
    NotAReply,
    /// The reply lacks something, or has something that can't be read.
    Unreadable,
    /// No invitation has this `UID`.
    UnknownUid,
    /// The person was not invited to the session.
    UnknownAttendee,
    /// The person answered an earlier invitation: the session has changed since.
    Stale,
    /// The person answered a later invitation than the folder has.
    Newer,
    /// The session is canceled.
    Canceled,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn answer_code<S: Serializer>(answer: &Answer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(answer.code())
}

/// Returns the answers to the invitations of a folder. The order of the files makes no difference.
///
/// A reply counts if its `UID` and `SEQUENCE` are those of an invitation, and if its address is that of a person who is invited. Of
/// several replies of one person about one session, the last one by `DTSTAMP` counts.
pub fn read_replies(folder: &InvitationFolder, files: &[ReplyFile]) -> Replies {
    let mut invitations: Vec<(EntryId, &Invitation)> = folder
        .files()
        .iter()
        .filter_map(|file| Some((file.invitation.entry.uid.parse().ok()?, &file.invitation)))
        .collect();
    invitations.sort_by_key(|(id, _)| *id);
    let mut all: BTreeMap<(usize, usize), Vec<Reply>> = BTreeMap::new();
    let mut unused = Vec::new();
    for file in files {
        let text = String::from_utf8_lossy(&file.bytes);
        let mut refuse = |entry: usize, problem: ReplyProblem, message: String| {
            unused.push(UnusedReply { file: file.name.clone(), entry, problem, message });
        };
        let replies = match Reply::from_ics(&text) {
            Ok(replies) => replies,
            Err(error) => {
                refuse(0, problem_of(&error), error.to_string());
                continue;
            }
        };
        for (number, reply) in (1..).zip(replies) {
            let reply = match reply {
                Ok(reply) => reply,
                Err(error) => {
                    refuse(number, problem_of(&error), error.to_string());
                    continue;
                }
            };
            match place_of(&reply, &invitations) {
                Ok(place) => all.entry(place).or_default().push(reply),
                Err((problem, message)) => refuse(number, problem, message),
            }
        }
    }
    unused.sort();
    let received: usize = all.values().map(Vec::len).sum();
    let sessions =
        (0..).zip(&invitations).map(|(place, (id, invitation))| answers(place, *id, invitation, &all)).collect();
    Replies { sessions, unused, counted: all.len(), superseded: received - all.len() }
}

const fn problem_of(error: &ReplyError) -> ReplyProblem {
    match error {
        ReplyError::Unreadable(_)
        | ReplyError::Method(_)
        | ReplyError::Counter
        | ReplyError::Email
        | ReplyError::Empty => ReplyProblem::NotAReply,
        _ => ReplyProblem::Unreadable,
    }
}

/// Returns the places of the invitation and of the attendee that a reply is about, or why it doesn't count.
fn place_of(reply: &Reply, invitations: &[(EntryId, &Invitation)]) -> Result<(usize, usize), (ReplyProblem, String)> {
    let Some(place) = invitations.iter().position(|(_, invitation)| invitation.entry.uid == reply.uid) else {
        let uid: String = reply.uid.chars().take(80).collect();
        return Err((ReplyProblem::UnknownUid, format!("no invitation in the folder has its UID, {uid}")));
    };
    let (id, invitation) = invitations[place];
    let title = session_title(&id.session.to_string());
    let Some(person) = invitation.attendees.iter().position(|attendee| attendee.person.is(&reply.address)) else {
        let message = format!(
            "{}: {} was not invited; if this is another address of an invited person, ask for an answer from the invited address",
            title, reply.address
        );
        return Err((ReplyProblem::UnknownAttendee, message));
    };
    let name = invitation.attendees[person].person.name();
    let now = format::slot(invitation.entry.slot);
    if invitation.is_cancellation() {
        return Err((ReplyProblem::Canceled, format!("{title}: {name} answered, but the session is canceled")));
    }
    match reply.sequence.cmp(&invitation.entry.sequence) {
        std::cmp::Ordering::Equal => Ok((place, person)),
        std::cmp::Ordering::Less => {
            let message = format!(
                "{title}: {name} answered an earlier invitation, and the session has changed since (now {now}); send {name} the \
                 new invitation"
            );
            Err((ReplyProblem::Stale, message))
        }
        std::cmp::Ordering::Greater => {
            let message = format!(
                "{title}: {name} answered a later invitation than the one in the folder; name the folder with the last invitations"
            );
            Err((ReplyProblem::Newer, message))
        }
    }
}

fn answers(
    place: usize,
    id: EntryId,
    invitation: &Invitation,
    all: &BTreeMap<(usize, usize), Vec<Reply>>,
) -> SessionAnswers {
    let people = invitation.attendees.iter().enumerate().map(|(person, attendee)| {
        let replies = all.get(&(place, person)).into_iter().flatten();
        let last = replies.max_by(|one, other| {
            let key = |reply: &Reply| (reply.stamp, reply.answer);
            key(one).cmp(&key(other)).then_with(|| one.comment.cmp(&other.comment))
        });
        let invites = invitation.organizer.is(attendee.person.address()) && !invitation.is_cancellation();
        let own = if invites { Answer::Accepted } else { Answer::NoAnswer };
        PersonAnswer {
            name: attendee.person.name().to_owned(),
            address: attendee.person.address().to_owned(),
            required: attendee.required,
            answer: last.map_or(own, |reply| reply.answer),
            at: last.map(|reply| reply.stamp),
            comment: last.and_then(|reply| reply.comment.clone()),
        }
    });
    SessionAnswers {
        session: id.session.to_string(),
        uid: invitation.entry.uid.clone(),
        sequence: invitation.entry.sequence,
        starts: invitation.entry.slot.starts(),
        ends: invitation.entry.slot.ends(),
        canceled: invitation.is_cancellation(),
        people: people.collect(),
    }
}

#[cfg(test)]
mod tests;
