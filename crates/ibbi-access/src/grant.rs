//! Roles, and where they count.

use ibbi_core::{Name, Party};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What a principal is to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Program staff: reads and records everything, and grants roles.
    Staff,
    /// A facilitator of given cases.
    Facilitator,
    /// A member of a party of a district: reads the confidential texts of that party only.
    Party,
    /// An auditor: reads everything and records nothing.
    Auditor,
    /// A program: reads and records cases without their confidential texts.
    Service,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Staff, Self::Facilitator, Self::Party, Self::Auditor, Self::Service];

    /// Returns the code, as files and commands have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Facilitator => "facilitator",
            Self::Party => "party",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }

    /// Returns the name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Staff => "program staff",
            Self::Facilitator => "facilitator",
            Self::Party => "party member",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }
}

impl FromStr for Role {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        Self::ALL.into_iter().find(|role| role.code() == text).ok_or_else(|| GrantError::Role(text.to_owned()))
    }
}

/// The cases for which a role counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All cases.
    All,
    /// One case.
    Case(Uuid),
    /// All cases of a district, by its name.
    District(Name),
}

/// A role, and where it counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The cases.
    #[serde(rename = "for")]
    pub scope: Scope,
    /// The party, for a party member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
}

/// A grant that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// There is no such role.
    #[error("`{0}` is not a role; use staff, facilitator, party, auditor, or service")]
    Role(String),
    /// The role needs cases.
    #[error("the role {} is for given cases; add --case ID or --district NAME", .0.label())]
    NeedsCases(Role),
    /// The role is for all cases.
    #[error("the role {} is for all cases; leave out --case and --district", .0.label())]
    AllCases(Role),
    /// A case and a district at once.
    #[error("a role is for a case or for a district; name one of them")]
    Both,
    /// A party member without a party.
    #[error("the role party member needs a party; add --party labor or --party management")]
    NeedsParty,
    /// A party for another role.
    #[error("only the role party member has a party; leave out --party, or use --role party")]
    NoParty,
}

impl Grant {
    /// Returns a grant without a party.
    pub const fn new(role: Role, scope: Scope) -> Self {
        Self { role, scope, party: None }
    }

    /// Returns the grant of a party member.
    pub const fn party(party: Party, scope: Scope) -> Self {
        Self { role: Role::Party, scope, party: Some(party) }
    }

    /// Returns a grant from the parts that a command or a form has. Without a case and a district, it is for all cases.
    ///
    /// ```
    /// use ibbi_access::{Grant, Role, Scope};
    /// assert_eq!(Grant::from_parts(Role::Service, None, None, None), Ok(Grant::new(Role::Service, Scope::All)));
    /// assert!(Grant::from_parts(Role::Party, None, None, None).is_err());
    /// ```
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn from_parts(
        role: Role,
        case: Option<Uuid>,
        district: Option<Name>,
        party: Option<Party>,
    ) -> Result<Self, GrantError> {
        let scope = match (case, district) {
            (Some(_), Some(_)) => return Err(GrantError::Both),
            (Some(case), None) => Scope::Case(case),
            (None, Some(district)) => Scope::District(district),
            (None, None) => Scope::All,
        };
        Self { role, scope, party }.checked()
    }

    /// Checks that the role fits its cases and its party.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn checked(self) -> Result<Self, GrantError> {
        match (self.role, self.scope == Scope::All, self.party) {
            (Role::Staff | Role::Auditor, false, _) => Err(GrantError::AllCases(self.role)),
            (Role::Facilitator | Role::Party, true, _) => Err(GrantError::NeedsCases(self.role)),
            (Role::Party, _, None) => Err(GrantError::NeedsParty),
            (Role::Party, _, Some(_)) => Ok(self),
            (_, _, Some(_)) => Err(GrantError::NoParty),
            _ => Ok(self),
        }
    }

    /// Returns whether the grant counts for a case.
    pub fn covers(&self, case: Uuid, district: &str) -> bool {
        match &self.scope {
            Scope::All => true,
            Scope::Case(granted) => *granted == case,
            Scope::District(granted) => granted.as_str() == district,
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.role.label())?;
        if let Some(party) = self.party {
            write!(f, " for {}", party.label())?;
        }
        match &self.scope {
            Scope::All => Ok(()),
            Scope::Case(case) => write!(f, " in case {case}"),
            Scope::District(district) => write!(f, " in {district}"),
        }
    }
}
