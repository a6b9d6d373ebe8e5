//! The one table: role by kind of event, and role by view.

use crate::grant::Role;
use ibbi_core::EventKind;

/// How far a role may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Not at all.
    No,
    /// In the cases of the grant, for the party of the grant.
    OwnParty,
    /// In the cases of the grant.
    OwnCases,
    /// Everywhere.
    All,
}

impl Access {
    /// Returns the words of the table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::OwnParty => "own party",
            Self::OwnCases => "own cases",
            Self::All => "yes",
        }
    }
}

/// What can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Reference pages, plans, scenarios, and checks of the viewer's own files.
    Tools,
    /// The list of cases, with those that the viewer can see.
    Cases,
    /// A case: its status, history, summary, forecast, and dates.
    Case,
    /// A party's concerns and the responses to them.
    PartyTexts,
    /// Notes.
    Notes,
    /// The hashes of all lines with their proofs, and the lines that the viewer may read.
    Mirror,
    /// The lines of a case with their proofs.
    Extract,
    /// The whole ledger: its lines, checks, audits, and exports.
    Ledger,
    /// Who may do what.
    Access,
    /// Changes of who may do what.
    ManageAccess,
    /// Webhooks: their state, and changes of them.
    Webhooks,
    /// Secret addresses of calendars with the dates of cases, which need no account.
    Calendars,
    /// Availability polls: making them, and their answers. Without a case, only the maker and roles for everything see one.
    Polls,
    /// The planned dates on the calendar of a case: putting them there, and taking them back.
    PlannedDates,
    /// Legal holds, the destruction of confidential texts, and copies for public-records requests.
    Retention,
}

impl View {
    /// All views.
    pub const ALL: [Self; 15] = [
        Self::Tools,
        Self::Cases,
        Self::Case,
        Self::PartyTexts,
        Self::Notes,
        Self::Mirror,
        Self::Extract,
        Self::Ledger,
        Self::Access,
        Self::ManageAccess,
        Self::Webhooks,
        Self::Calendars,
        Self::Polls,
        Self::PlannedDates,
        Self::Retention,
    ];

    /// Returns what a viewer does, after "can't".
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tools => "use plans and references",
            Self::Cases => "see the list of cases",
            Self::Case => "see this case",
            Self::PartyTexts => "read this party's concerns and responses",
            Self::Notes => "read the notes of this case",
            Self::Mirror => "mirror the lines of the ledger",
            Self::Extract => "see the lines of this case",
            Self::Ledger => "see the whole ledger",
            Self::Access => "see who may do what",
            Self::ManageAccess => "change who may do what",
            Self::Webhooks => "manage webhooks",
            Self::Calendars => "make calendar addresses",
            Self::Polls => "ask people for their availability, and see their answers",
            Self::Retention => "manage legal holds, the retention of texts, and public-records releases",
            Self::PlannedDates => "put planned dates on the calendar of this case",
        }
    }
}

/// Returns whether a role may record a kind of event.
pub const fn event_access(role: Role, kind: EventKind) -> Access {
    use EventKind as E;
    match role {
        Role::Staff => Access::All,
        Role::Auditor => Access::No,
        Role::Facilitator => match kind {
            E::CaseOpened | E::CaseMigrated => Access::No,
            _ => Access::OwnCases,
        },
        Role::Service => match kind {
            // A service doesn't read confidential texts, so it can't tell what a correction replaces.
            E::CaseMigrated | E::EventVoided => Access::No,
            _ => Access::OwnCases,
        },
        Role::Party => match kind {
            E::SupportConfirmed
            | E::SupportWithdrawn
            | E::MemberNamed
            | E::MemberReleased
            | E::AttendancePledged
            | E::PledgeWithdrawn
            | E::CaucusOpened
            | E::ConcernRaised
            | E::ConcernAddressed
            | E::ConcernDropped
            | E::PartyDecided
            | E::DecisionReopened => Access::OwnParty,
            E::NoteAdded => Access::OwnCases,
            _ => Access::No,
        },
    }
}

/// Returns whether a role may see a view.
pub const fn view_access(role: Role, view: View) -> Access {
    match (role, view) {
        (_, View::Tools) | (Role::Staff, _) => Access::All,
        // The answers to a poll are no records: they are private, and are deleted soon.
        (
            Role::Auditor,
            View::ManageAccess | View::Webhooks | View::Calendars | View::Polls | View::PlannedDates | View::Retention,
        ) => Access::No,
        (Role::Auditor, _) => Access::All,
        (_, View::Cases | View::Case | View::Mirror | View::Calendars) => Access::OwnCases,
        (Role::Facilitator, View::PartyTexts | View::Notes | View::Extract | View::Polls) => Access::OwnCases,
        // Those who book the sessions.
        (Role::Facilitator | Role::Service, View::PlannedDates) => Access::OwnCases,
        (Role::Party, View::PartyTexts) => Access::OwnParty,
        (Role::Facilitator | Role::Party | Role::Service, _) => Access::No,
    }
}
