//! Invitations to the sessions of a plan or of a case (iTIP, RFC 5546), one file for each session.
//!
//! An invitation is the entry of the ordinary calendar: it has the same `UID` and `SEQUENCE`. So a person who subscribes to the
//! calendar and is invited too sees one entry.

mod folder;
mod people;
mod replies;

pub use folder::InvitationFolder;
pub use people::{AddressList, MAX_LIST_BYTES, SessionPeople};
pub use replies::{MAX_REPLY_BYTES, Replies, ReplyFile, SessionAnswers, UnusedReply, read_replies};

use super::calendar::{CurrentEntries, next_publication, read_published};
use crate::error::AppError;
use ibbi_core::{At, LocalTime};
use ibbi_report::ics::{
    CalendarAddress, EntryId, IcsEntry, IcsStatus, Invitation, PublishedEntries, SessionPart, SessionRef,
};
use people::AddressedPeople;
use serde::Serialize;
use std::collections::BTreeSet;

/// What invitations have in common.
#[derive(Debug, Clone, Copy)]
pub struct InvitationOptions<'a> {
    /// The person who invites, and to whom the answers go.
    pub organizer: &'a CalendarAddress,
    /// The addresses of the people.
    pub addresses: &'a AddressList,
    /// Whether people without an address are left out. Otherwise nothing is made until everyone has one.
    pub allow_missing: bool,
    /// The sessions to invite to, such as `facilitation.1`. Without any, all sessions that are not over.
    pub sessions: &'a [String],
    /// The ordinary calendar that was published, if there is one.
    pub published: Option<&'a str>,
    /// When the invitations are made.
    pub stamp: At,
}

/// Invitations, and how they differ from the ones before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationSet {
    /// The address of the person who invites.
    pub organizer: String,
    /// The invitations, by session.
    pub invitations: Vec<InvitationFile>,
    /// How many sessions were left out because they are over.
    pub over: usize,
    /// The people who are not invited because they have no address.
    pub without_address: BTreeSet<String>,
    /// What the user should know, if there is something: that the scenario has no ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An invitation as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationFile {
    /// The name of the file, without its folder.
    pub file: String,
    /// The session, such as `facilitation.2`.
    pub session: String,
    /// The `UID` of the entry.
    pub uid: String,
    /// The `SEQUENCE` of the entry.
    pub sequence: u32,
    /// `request` or `cancel`.
    pub method: &'static str,
    /// `tentative`, `confirmed`, or `cancelled`.
    pub status: &'static str,
    /// When the session starts.
    pub starts: LocalTime,
    /// When it ends.
    pub ends: LocalTime,
    /// How it differs from the earlier invitation.
    pub change: InvitationChange,
    /// The people who are invited.
    pub attendees: Vec<InvitedPerson>,
    /// The names of the people whom the earlier invitation has and this one hasn't.
    pub uninvited: Vec<String>,
    /// The file (RFC 5545).
    #[serde(skip)]
    pub text: String,
}

/// How an invitation differs from the earlier one in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationChange {
    /// There is no earlier one.
    New,
    /// It has another time, place, status, text, or other people.
    Changed,
    /// It is the same, and its file stays as it is.
    Unchanged,
}

/// A person who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitedPerson {
    /// The name.
    pub name: String,
    /// The address.
    pub address: String,
    /// Whether the session waits for the person.
    pub required: bool,
}

/// Returns the invitations to sessions. `earlier` has the ones that were made before: an entry that changed gets a higher
/// `SEQUENCE`, and one that disappeared is canceled.
///
/// # Errors
/// [`AppError::Usage`] if there is no session to invite to, if a name of the list takes part in no session, if a person has no
/// address, or if the earlier invitations are of another case.
pub fn invitations(
    current: CurrentEntries,
    people: &SessionPeople<'_>,
    earlier: &InvitationFolder,
    options: InvitationOptions<'_>,
) -> Result<InvitationSet, AppError> {
    let published = options.published.map(read_published).transpose();
    let published =
        published.map_err(|error| AppError::Usage(format!("the published calendar can't be read: {error}")))?;
    let sent = earlier.files().iter().map(|file| file.invitation.entry.clone());
    let before: PublishedEntries = sent.chain(published.iter().flat_map(|all| all.entries().to_vec())).collect();
    let CurrentEntries { zone, cases, entries, .. } = current;
    let made = next_publication(&cases, entries, &before, options.stamp)?;
    let entries = chosen(made.published.entries(), options)?;
    let is_over = |entry: &&IcsEntry| entry.slot.ends().at() < options.stamp && options.sessions.is_empty();
    let over = made.published.entries().iter().filter(is_over).count();
    let addressed = AddressedPeople::new(people, options.addresses)?;
    let mut set = InvitationSet {
        organizer: options.organizer.address().to_owned(),
        invitations: Vec::new(),
        over,
        without_address: BTreeSet::new(),
        note: None,
    };
    for (id, entry) in entries {
        let sent = earlier.files().iter().find(|file| file.invitation.entry.uid == entry.uid);
        // A cancellation goes to the people who were invited.
        let attendees = match sent {
            Some(sent) if entry.status == IcsStatus::Cancelled => sent.invitation.attendees.clone(),
            _ => addressed.attendees(id.session, &mut set.without_address),
        };
        let invitation = Invitation { entry: entry.clone(), organizer: options.organizer.clone(), attendees };
        let change = match sent {
            None => InvitationChange::New,
            Some(sent) if sent.invitation == invitation => InvitationChange::Unchanged,
            Some(_) => InvitationChange::Changed,
        };
        let text = match sent {
            Some(sent) if change == InvitationChange::Unchanged => sent.text.clone(),
            _ => invitation.to_ics(&zone, options.stamp).map_err(|error| AppError::Usage(error.to_string()))?,
        };
        let before = sent.map(|sent| &sent.invitation.attendees[..]).unwrap_or_default();
        let is_left_out = |name: &&ibbi_report::ics::Attendee| {
            !invitation.attendees.iter().any(|other| other.person.is(name.person.address()))
        };
        set.invitations.push(InvitationFile {
            file: sent.map_or_else(|| format!("{}.ics", id.session), |sent| sent.name.clone()),
            session: id.session.to_string(),
            uid: entry.uid.clone(),
            sequence: entry.sequence,
            method: if invitation.is_cancellation() { "cancel" } else { "request" },
            status: status_code(entry.status),
            starts: entry.slot.starts(),
            ends: entry.slot.ends(),
            change,
            uninvited: before.iter().filter(is_left_out).map(|left| left.person.name().to_owned()).collect(),
            attendees: invitation.attendees.iter().map(invited).collect(),
            text,
        });
    }
    check_people(&set, options)?;
    Ok(set)
}

/// Returns the entries to invite to, in the order of their sessions.
fn chosen<'a>(
    entries: &'a [IcsEntry],
    options: InvitationOptions<'_>,
) -> Result<Vec<(EntryId, &'a IcsEntry)>, AppError> {
    let mut all: Vec<(EntryId, &IcsEntry)> =
        entries.iter().filter_map(|entry| Some((entry.uid.parse().ok()?, entry))).collect();
    all.sort_by_key(|(id, _)| *id);
    let names: Vec<String> = all.iter().map(|(id, _)| id.session.to_string()).collect();
    if let Some(wanted) = options.sessions.iter().find(|wanted| !names.contains(wanted)) {
        let message = match names.is_empty() {
            true => "there is no session to invite to".to_owned(),
            false => format!("there is no session `{wanted}` to invite to; choose from: {}", names.join(", ")),
        };
        return Err(AppError::Usage(message));
    }
    let count = all.len();
    if options.sessions.is_empty() {
        all.retain(|(_, entry)| entry.slot.ends().at() >= options.stamp);
    } else {
        all.retain(|(id, _)| options.sessions.contains(&id.session.to_string()));
    }
    if all.is_empty() {
        let message = match count {
            0 => "there is no session to invite to: none is planned or booked".to_owned(),
            _ => {
                format!("all sessions are over ({}); to invite to one anyway, name it with --session", names.join(", "))
            }
        };
        return Err(AppError::Usage(message));
    }
    Ok(all)
}

fn check_people(set: &InvitationSet, options: InvitationOptions<'_>) -> Result<(), AppError> {
    let names = || set.without_address.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    if !set.without_address.is_empty() && !options.allow_missing {
        let message = format!(
            "the list of addresses has none for: {}; add rows for them, or invite the others with --allow-missing",
            names()
        );
        return Err(AppError::Usage(message));
    }
    if let Some(empty) = set.invitations.iter().find(|invitation| invitation.attendees.is_empty()) {
        let message = match set.without_address.is_empty() {
            true => format!("the case has no people yet for the session {}; record its teams first", empty.session),
            false => format!("no one of the session {} has an address; add rows for: {}", empty.session, names()),
        };
        return Err(AppError::Usage(message));
    }
    Ok(())
}

fn invited(attendee: &ibbi_report::ics::Attendee) -> InvitedPerson {
    InvitedPerson {
        name: attendee.person.name().to_owned(),
        address: attendee.person.address().to_owned(),
        required: attendee.required,
    }
}

const fn status_code(status: IcsStatus) -> &'static str {
    match status {
        IcsStatus::Tentative => "tentative",
        IcsStatus::Confirmed => "confirmed",
        IcsStatus::Cancelled => "cancelled",
    }
}

/// Returns a session in words, such as `Facilitation, part 2`, from its name in an ID.
pub fn session_title(session: &str) -> String {
    let Ok(session) = session.parse::<SessionRef>() else { return session.to_owned() };
    let mut title = match session.kind {
        SessionPart::Meeting => "Introductory meeting".to_owned(),
        SessionPart::Training(part) => format!("Training, part {part}"),
        SessionPart::Facilitation(part) => format!("Facilitation, part {part}"),
    };
    if session.make_up > 0 {
        title.push_str(&format!(", make-up session {}", session.make_up));
    }
    if session.is_backup {
        title.push_str(", backup date");
    }
    title
}
