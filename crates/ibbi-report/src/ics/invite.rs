//! Invitations (iTIP, RFC 5546): an entry for named people, who answer to an organizer.

use super::address::address_in;
use super::read::{parameter, parse, text_of};
use super::{CalendarAddress, CalendarError, IcsEntry, IcsReadError, IcsStatus, Lines, PublishedEntries};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarMethod, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationRole, ICalendarProperty, ICalendarValue,
};
use ibbi_core::At;

/// A person who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The person's address, with the name.
    pub person: CalendarAddress,
    /// Whether the session waits for the person.
    pub required: bool,
}

/// The invitation to one session, or its cancellation.
///
/// Each invitation is a file of its own: all entries of a `METHOD:REQUEST` must have the same `UID` (RFC 5546, 3.2.2).
///
/// ```
/// use ibbi_core::Slot;
/// use ibbi_report::ics::{Attendee, IcsEntry, Invitation};
/// let slot = Slot::new("2026-10-20T08:00:00-04:00".parse()?, "2026-10-20T16:00:00-04:00".parse()?)?;
/// let invitation = Invitation {
///     entry: IcsEntry::new("1@example.org", slot, "Training day"),
///     organizer: "P. Sullivan <p.sullivan@example.org>".parse()?,
///     attendees: vec![Attendee { person: "R. Amari <r.amari@example.org>".parse()?, required: true }],
/// };
/// let text = invitation.to_ics("America/New_York", "2026-09-01T12:00:00.000Z".parse()?)?;
/// assert!(text.contains("\r\nMETHOD:REQUEST\r\n"));
/// assert!(text.contains("\r\nORGANIZER;CN=\"P. Sullivan\":mailto:p.sullivan@example.org\r\n"));
/// assert_eq!(Invitation::from_ics(&text)?, invitation);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The entry. A canceled one makes a cancellation.
    pub entry: IcsEntry,
    /// The person who invites, and to whom the answers go.
    pub organizer: CalendarAddress,
    /// The people who are invited, each address once.
    pub attendees: Vec<Attendee>,
}

/// Why a file can't be read as an invitation that ibbi wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// Its entry can't be read.
    #[error(transparent)]
    Entry(#[from] IcsReadError),
    /// It is another kind of calendar file.
    #[error("this is not an invitation: its METHOD is neither REQUEST nor CANCEL")]
    Method,
    /// An invitation has one entry.
    #[error("this is not an invitation to one session: it has {0} entries")]
    Entries(usize),
    /// The organizer or an attendee has no address.
    #[error("the address of {0} is missing or can't be read")]
    Address(&'static str),
}

impl Invitation {
    /// Returns the invitation as text, with times in this zone. `stamp` is when it was made.
    ///
    /// # Errors
    /// [`CalendarError`] if there is no such zone.
    pub fn to_ics(&self, zone: &str, stamp: At) -> Result<String, CalendarError> {
        let method = if self.is_cancellation() { "CANCEL" } else { "REQUEST" };
        let zone = super::zone_named(zone)?;
        let mut lines = Lines::new();
        super::begin(method, &mut lines);
        super::write_zone([self.entry.slot.starts(), self.entry.slot.ends()].into_iter(), None, zone, &mut lines);
        super::write_entry(&self.entry, zone, stamp.to_chrono(), &mut lines, |lines| self.write_people(lines));
        lines.raw("END", "VCALENDAR");
        Ok(lines.finish())
    }

    /// Returns whether the session is canceled.
    pub fn is_cancellation(&self) -> bool {
        self.entry.status == IcsStatus::Cancelled
    }

    /// Reads an invitation that ibbi wrote.
    ///
    /// # Errors
    /// [`InvitationError`] if it is another file.
    pub fn from_ics(text: &str) -> Result<Self, InvitationError> {
        let calendar = parse(text)?;
        if !matches!(method(&calendar), Some(ICalendarMethod::Request | ICalendarMethod::Cancel)) {
            return Err(InvitationError::Method);
        }
        let entries = PublishedEntries::from_ics(text)?.entries;
        let count = entries.len();
        let (Ok([entry]), Some(event)) = (<[IcsEntry; 1]>::try_from(entries), super::read::events(&calendar).next())
        else {
            return Err(InvitationError::Entries(count));
        };
        let organizer = event.property(&ICalendarProperty::Organizer).and_then(person);
        let attendees = attendees(event).map(|entry| {
            let person = person(entry).ok_or(InvitationError::Address("an ATTENDEE"))?;
            Ok(Attendee { person, required: !is_optional(entry) })
        });
        Ok(Self {
            entry,
            organizer: organizer.ok_or(InvitationError::Address("the ORGANIZER"))?,
            attendees: attendees.collect::<Result<_, InvitationError>>()?,
        })
    }

    fn write_people(&self, lines: &mut Lines) {
        let organizer = &self.organizer;
        lines.raw(&format!("ORGANIZER;CN={}", quoted(organizer.name())), &organizer.uri());
        for Attendee { person, required } in &self.attendees {
            let name = quoted(person.name());
            let role = if *required { "REQ-PARTICIPANT" } else { "OPT-PARTICIPANT" };
            // The person who invites has no need to answer.
            let answer = match (self.is_cancellation(), organizer.is(person.address())) {
                (true, _) => "",
                (false, true) => ";PARTSTAT=ACCEPTED",
                (false, false) => ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE",
            };
            lines.raw(&format!("ATTENDEE;CUTYPE=INDIVIDUAL;CN={name};ROLE={role}{answer}"), &person.uri());
        }
    }
}

/// Writes a name as the value of a parameter. Quotation marks are written as RFC 6868 says.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('^', "^^").replace('"', "^'"))
}

/// Reads a name as the value of a parameter. The parser leaves the codes of RFC 6868 as they are.
fn unquoted(name: &str) -> String {
    let mut read = String::with_capacity(name.len());
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let code = if c == '^' { rest.next_if(|next| matches!(next, '^' | '\'')) } else { None };
        read.push(if code == Some('\'') { '"' } else { c });
    }
    read
}

/// Returns the method of a calendar.
pub(super) fn method(calendar: &ICalendar) -> Option<ICalendarMethod> {
    match calendar.components.first()?.property(&ICalendarProperty::Method)?.values.first()? {
        ICalendarValue::Method(method) => Some(method.clone()),
        _ => None,
    }
}

/// Returns the attendees of an entry.
pub(super) fn attendees(event: &ICalendarComponent) -> impl Iterator<Item = &ICalendarEntry> {
    event.entries.iter().filter(|entry| entry.name == ICalendarProperty::Attendee)
}

/// Returns the address of an organizer or attendee. Some programs write another URI, and the address as the parameter `EMAIL`.
pub(super) fn address_of(entry: &ICalendarEntry) -> Option<String> {
    let email =
        || parameter(entry, &ICalendarParameterName::Email).and_then(|email| address_in(&format!("mailto:{email}")));
    text_of(entry).and_then(address_in).or_else(email)
}

fn person(entry: &ICalendarEntry) -> Option<CalendarAddress> {
    let name = parameter(entry, &ICalendarParameterName::Cn).unwrap_or_default();
    let address = address_of(entry)?;
    let name = if name == address { String::new() } else { unquoted(name) };
    CalendarAddress::new(&name, &address).ok()
}

fn is_optional(entry: &ICalendarEntry) -> bool {
    let optional = ICalendarParameterValue::Role(ICalendarParticipationRole::OptParticipant);
    entry.params.iter().any(|parameter| parameter.value == optional)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Slot;
    use proptest::prelude::*;

    fn slot() -> Slot {
        Slot::new("2026-10-20T08:00:00-04:00".parse().unwrap(), "2026-10-20T16:00:00-04:00".parse().unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn invitations_read_back(
            names in prop::collection::vec("[A-Za-zé漢 \"^,;:'.]{0,60}", 1..5), canceled: bool, sequence in 0_u32..1 << 30,
        ) {
            let status = if canceled { IcsStatus::Cancelled } else { IcsStatus::Confirmed };
            let people = names.iter().enumerate().map(|(number, name)| Attendee {
                person: CalendarAddress::new(name, &format!("p{number}@example.org")).unwrap(),
                required: number % 2 == 0,
            });
            let invitation = Invitation {
                entry: IcsEntry { status, sequence, ..IcsEntry::new("1@example.org", slot(), "Training, day \"one\"") },
                organizer: "P. \"Pat\" Sullivan <p.sullivan@example.org>".parse().unwrap(),
                attendees: people.collect(),
            };
            let text = invitation.to_ics("America/New_York", "2026-09-01T12:00:00.000Z".parse().unwrap()).unwrap();
            prop_assert_eq!(Invitation::from_ics(&text), Ok(invitation));
        }
    }

    #[test]
    fn other_calendars_are_no_invitations() {
        let entries = [IcsEntry::new("1@example.org", slot(), "Training")];
        let stamp = "2026-09-01T12:00:00.000Z".parse().unwrap();
        let published =
            crate::ics::IcsCalendar { name: "IBBI", zone: "America/New_York", stamp, entries: &entries }.to_ics();
        let published = published.unwrap();
        assert_eq!(Invitation::from_ics(&published), Err(InvitationError::Method));
        let request = published.replace("METHOD:PUBLISH", "METHOD:REQUEST");
        assert_eq!(Invitation::from_ics(&request), Err(InvitationError::Address("the ORGANIZER")));
        assert_eq!(Invitation::from_ics("x"), Err(InvitationError::Entry(IcsReadError::NotACalendar)));
    }
}
