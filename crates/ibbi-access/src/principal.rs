//! Someone who signed in.

use ibbi_core::{IdentityText, Name, TextError};
use serde::{Deserialize, Serialize};

/// The issuer of the person who started the server on the same computer.
pub const LOCAL_ISSUER: &str = "local";
/// The issuer of programs with a token of [`crate::Registry`].
pub const TOKEN_ISSUER: &str = "token";
/// The issuer of webhooks, which read with roles of their own and never sign in.
pub const WEBHOOK_ISSUER: &str = "webhook";

/// The name of a user whose name the program doesn't know.
pub const UNKNOWN_NAME: &str = "unknown";

/// Someone who signed in: a person, or a program with a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Who says so: an identity provider, a proxy, [`LOCAL_ISSUER`], or [`TOKEN_ISSUER`].
    pub issuer: IdentityText,
    /// The ID that the issuer gives. It never changes, and no other principal of the issuer gets it.
    pub subject: IdentityText,
    /// The name to show. It is the actor of what the principal records.
    pub name: Name,
}

impl Principal {
    /// Returns a principal.
    ///
    /// # Errors
    /// [`TextError`] if a text is empty, too long, or has an invisible character.
    pub fn new(issuer: &str, subject: &str, name: &str) -> Result<Self, TextError> {
        Ok(Self { issuer: IdentityText::new(issuer)?, subject: IdentityText::new(subject)?, name: Name::new(name)? })
    }

    /// Returns the user of this computer.
    ///
    /// # Errors
    /// [`TextError`], as [`Principal::new`].
    pub fn local(user: &str, name: &str) -> Result<Self, TextError> {
        Self::new(LOCAL_ISSUER, user, name)
    }

    /// Returns whether this is the user of this computer, who chooses the name to show.
    pub fn is_local(&self) -> bool {
        self.issuer.as_str() == LOCAL_ISSUER
    }

    /// Returns whether this is the same principal. A name can change.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.issuer, &self.subject) == (&other.issuer, &other.subject)
    }
}
