//! A principal with grants: what they may do, and why not.

use crate::grant::{Grant, Role, Scope};
use crate::permission::{Access, View, event_access, view_access};
use crate::principal::Principal;
use ibbi_core::{EventKind, Name, Party};
use std::fmt;
use uuid::Uuid;

/// A case, as far as grants know it.
#[derive(Debug, Clone, Copy)]
pub struct CaseRef<'a> {
    /// The case's ID.
    pub case: Uuid,
    /// The name of its district.
    pub district: &'a str,
}

/// A principal with grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who it is.
    pub principal: Principal,
    grants: Vec<Grant>,
    /// The program staff who can grant a role.
    staff: Vec<Name>,
}

/// Why something isn't allowed: what is missing, and who can grant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    who: String,
    /// What was tried, after "can't".
    pub action: String,
    /// The roles with which it is allowed.
    pub needs: Vec<String>,
    /// The program staff who can grant a role, by name.
    pub granted_by: Vec<Name>,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} can't {}. ", self.who, self.action)?;
        match self.needs.as_slice() {
            [] => write!(f, "No role can. ")?,
            [only] => write!(f, "This needs the role {only}. ")?,
            [first @ .., last] => write!(f, "This needs one of these roles: {}, or {last}. ", first.join(", "))?,
        }
        match self.granted_by.as_slice() {
            [] => write!(f, "The person who runs the server can grant it with `ibbi access grant`"),
            names => {
                let names: Vec<&str> = names.iter().map(Name::as_str).collect();
                write!(f, "Program staff can grant it: {}", names.join(", "))
            }
        }
    }
}

impl std::error::Error for Denial {}

impl Viewer {
    /// Returns a viewer.
    pub const fn new(principal: Principal, grants: Vec<Grant>) -> Self {
        Self { principal, grants, staff: Vec::new() }
    }

    /// Adds the program staff who can grant a role, for denials.
    #[must_use]
    pub fn with_staff(mut self, staff: Vec<Name>) -> Self {
        self.staff = staff;
        self
    }

    /// Returns the program staff who can grant a role, by name.
    pub fn staff(&self) -> &[Name] {
        &self.staff
    }

    /// Returns the grants.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns whether a grant with this access counts for a case and a party. Without a case, it counts if it does for any.
    fn counts(grant: &Grant, access: Access, case: Option<CaseRef<'_>>, party: Option<Party>) -> bool {
        let covers = case.is_none_or(|case| grant.covers(case.case, case.district));
        match access {
            Access::No => false,
            Access::OwnParty => covers && party.is_some() && grant.party == party,
            Access::OwnCases => covers,
            Access::All => true,
        }
    }

    /// Checks whether the viewer may see something that belongs to no party.
    ///
    /// # Errors
    /// [`Denial`].
    pub fn may_see(&self, view: View, case: Option<CaseRef<'_>>) -> Result<(), Denial> {
        self.may_see_of(view, case, None)
    }

    /// Checks whether the viewer may see something, for a party or for none.
    ///
    /// # Errors
    /// [`Denial`].
    pub fn may_see_of(&self, view: View, case: Option<CaseRef<'_>>, party: Option<Party>) -> Result<(), Denial> {
        let allowed = |grant: &Grant| Self::counts(grant, view_access(grant.role, view), case, party);
        if self.grants.iter().any(allowed) {
            return Ok(());
        }
        Err(self.denial(view.label().to_owned(), |role| view_access(role, view), party))
    }

    /// Returns the denial of something that belongs to no party, for a request that must not learn whether it exists.
    pub fn denial_of(&self, view: View) -> Denial {
        self.denial(view.label().to_owned(), |role| view_access(role, view), None)
    }

    /// Checks whether the viewer may record a kind of event, for the party to which the event belongs, if it does. Without a
    /// case, it opens one, and only roles for all cases count.
    ///
    /// # Errors
    /// [`Denial`].
    pub fn may_record(&self, kind: EventKind, case: Option<CaseRef<'_>>, party: Option<Party>) -> Result<(), Denial> {
        let allowed = |grant: &Grant| {
            (case.is_some() || grant.scope == Scope::All)
                && Self::counts(grant, event_access(grant.role, kind), case, party)
        };
        if self.grants.iter().any(allowed) {
            return Ok(());
        }
        Err(self.denial(format!("record \u{201c}{}\u{201d}", kind.label()), |role| event_access(role, kind), party))
    }

    /// Returns whether the viewer may record a kind of event in a case, whichever its district is and whichever party the event belongs
    /// to. Such an event needs no look at the case.
    ///
    /// ```
    /// # use ibbi_access::{Grant, Principal, Role, Scope, Viewer};
    /// # use ibbi_core::{EventKind, Party};
    /// # use uuid::Uuid;
    /// let (case, ada) = (Uuid::from_u128(1), Principal::local("ayun", "Ada Yun")?);
    /// let facilitator = Viewer::new(ada.clone(), vec![Grant::new(Role::Facilitator, Scope::Case(case))]);
    /// assert!(facilitator.records_all(EventKind::NoteAdded, case));
    /// assert!(!facilitator.records_all(EventKind::NoteAdded, Uuid::from_u128(2)));
    /// let member = Viewer::new(ada, vec![Grant::party(Party::Labor, Scope::Case(case))]);
    /// assert!(!member.records_all(EventKind::CaucusOpened, case), "this depends on the party");
    /// # Ok::<(), ibbi_core::TextError>(())
    /// ```
    pub fn records_all(&self, kind: EventKind, case: Uuid) -> bool {
        self.grants.iter().any(|grant| match event_access(grant.role, kind) {
            Access::No | Access::OwnParty => false,
            Access::OwnCases => matches!(&grant.scope, Scope::All) || grant.scope == Scope::Case(case),
            Access::All => true,
        })
    }

    /// Returns whether the viewer sees all cases.
    pub fn sees_all_cases(&self) -> bool {
        self.grants.iter().any(|grant| grant.scope == Scope::All && view_access(grant.role, View::Case) != Access::No)
    }

    /// Returns whether the viewer reads every confidential text of every case.
    pub fn reads_all_texts(&self) -> bool {
        let reads = |grant: &Grant| {
            [View::PartyTexts, View::Notes].iter().all(|view| view_access(grant.role, *view) == Access::All)
        };
        self.grants.iter().any(reads)
    }

    fn denial(&self, action: String, access: impl Fn(Role) -> Access, party: Option<Party>) -> Denial {
        let needs = Role::ALL.into_iter().filter_map(|role| {
            let label = role.label();
            match access(role) {
                Access::No => None,
                Access::OwnParty => {
                    party.map_or_else(|| Some(label.to_owned()), |party| Some(format!("{label} for {}", party.label())))
                }
                Access::OwnCases if role == Role::Service => Some(label.to_owned()),
                Access::OwnCases => Some(format!("{label} of the case")),
                Access::All => Some(label.to_owned()),
            }
        });
        let roles: Vec<String> = self.grants.iter().map(Grant::to_string).collect();
        let roles = if roles.is_empty() { "no role yet".to_owned() } else { roles.join("; ") };
        Denial {
            who: format!("{} ({roles})", self.principal.name),
            action,
            needs: needs.collect(),
            granted_by: self.staff.clone(),
        }
    }
}
