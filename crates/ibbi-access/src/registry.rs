//! The grants and tokens in effect.

use crate::error::AccessError;
use crate::file::{AccessChange, AccessEntry, AccessFile};
use crate::grant::{Grant, Role, Scope};
use crate::principal::{LOCAL_ISSUER, Principal, TOKEN_ISSUER, WEBHOOK_ISSUER};
use crate::record_file::Stamp;
use crate::token;
use crate::viewer::Viewer;
use ibbi_core::{At, IdentityText, Name};

/// A token in effect or not, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The ID. It isn't secret.
    pub id: String,
    /// The name of the program that has it.
    pub name: Name,
    /// Its roles.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub issued: At,
    /// Who made it.
    pub by: Principal,
    /// When it stops to count.
    pub expires: Option<At>,
    /// When it was revoked.
    pub revoked: Option<At>,
    hash: String,
}

impl IssuedToken {
    /// Returns whether the token counts at an instant.
    pub fn counts_at(&self, now: At) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }

    fn principal(&self) -> Option<Principal> {
        Some(Principal {
            issuer: IdentityText::new(TOKEN_ISSUER).ok()?,
            subject: IdentityText::new(&self.id).ok()?,
            name: self.name.clone(),
        })
    }
}

/// A token to make.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The name of the program that gets it.
    pub name: Name,
    /// Its roles.
    pub grants: Vec<Grant>,
    /// When it stops to count.
    pub expires: Option<At>,
}

/// The grants and tokens of a ledger. It follows its file: a change counts from the next question on, whichever process made it.
#[derive(Debug)]
pub struct Registry {
    file: AccessFile,
    stamp: Stamp,
    grants: Vec<(Principal, Grant)>,
    tokens: Vec<IssuedToken>,
}

impl Registry {
    /// Reads the file.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn open(file: AccessFile) -> Result<Self, AccessError> {
        let mut registry = Self { file, stamp: Stamp::default(), grants: Vec::new(), tokens: Vec::new() };
        registry.load()?;
        Ok(registry)
    }

    fn load(&mut self) -> Result<(), AccessError> {
        // The stamp first: a change after it is read again.
        let stamp = self.file.stamp()?;
        let entries = self.file.read()?;
        (self.grants, self.tokens) = fold(&entries);
        self.stamp = stamp;
        Ok(())
    }

    /// Reads the file again if it has changed.
    ///
    /// # Errors
    /// [`AccessError`]. What was read before doesn't count any more then, so that a revocation is not missed.
    pub fn refresh(&mut self) -> Result<(), AccessError> {
        match self.file.stamp() {
            Ok(stamp) if stamp == self.stamp => Ok(()),
            _ => {
                let loaded = self.load();
                if loaded.is_err() {
                    (self.grants, self.tokens, self.stamp) = Default::default();
                }
                loaded
            }
        }
    }

    /// Returns the grants in effect, with who has them.
    pub fn grants(&self) -> &[(Principal, Grant)] {
        &self.grants
    }

    /// Returns all changes, oldest first.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn history(&self) -> Result<Vec<AccessEntry>, AccessError> {
        self.file.read()
    }

    /// Returns all tokens, also those that no longer count.
    pub fn tokens(&self) -> &[IssuedToken] {
        &self.tokens
    }

    /// Returns whether a token counts at an instant.
    pub fn has_token(&self, now: At) -> bool {
        self.tokens.iter().any(|token| token.counts_at(now))
    }

    /// Returns a principal with the grants in effect. The user who started the server has the role program staff.
    pub fn viewer(&self, principal: Principal) -> Viewer {
        let mut grants: Vec<Grant> =
            self.grants.iter().filter(|(to, _)| to.is_same(&principal)).map(|(_, grant)| grant.clone()).collect();
        if principal.issuer.as_str() == LOCAL_ISSUER {
            grants.push(Grant::new(Role::Staff, Scope::All));
        }
        if principal.issuer.as_str() == TOKEN_ISSUER {
            let token = self.tokens.iter().find(|token| token.id == principal.subject.as_str());
            grants.extend(token.into_iter().flat_map(|token| token.grants.iter().cloned()));
        }
        Viewer::new(principal, grants).with_staff(self.staff())
    }

    fn staff(&self) -> Vec<Name> {
        let staff = self.grants.iter().filter(|(_, grant)| grant.role == Role::Staff);
        staff.map(|(principal, _)| principal.name.clone()).collect()
    }

    /// Returns the principal of a token's text, if the token counts.
    pub fn principal_of(&self, text: &str, now: At) -> Option<Principal> {
        let id = token::id_of(text)?;
        let found = self.tokens.iter().find(|token| token.id == id)?;
        (found.counts_at(now) && token::matches(text, &found.hash)).then(|| found.principal()).flatten()
    }

    /// Returns whether a principal can still sign in: a token must count.
    pub fn is_current(&self, principal: &Principal, now: At) -> bool {
        principal.issuer.as_str() != TOKEN_ISSUER
            || self.tokens.iter().any(|token| token.id == principal.subject.as_str() && token.counts_at(now))
    }

    /// Makes a token. Returns its ID and its text, which is kept nowhere.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn issue(&mut self, new: NewToken, by: Principal, at: At) -> Result<(String, String), AccessError> {
        if new.grants.is_empty() {
            return Err(AccessError::Refused(
                "a token without a role can do nothing; give it one with --role".to_owned(),
            ));
        }
        if new.expires.is_some_and(|expires| expires <= at) {
            return Err(AccessError::Refused("the token would have expired already; give a later day".to_owned()));
        }
        let made = token::make()?;
        let NewToken { name, grants, expires } = new;
        let change = AccessChange::TokenIssued { token: made.id.clone(), name, hash: made.hash, grants, expires };
        self.file.update::<AccessError>(|_| Ok(AccessEntry { at, by, change }))?;
        self.load()?;
        Ok((made.id, made.text))
    }

    /// Revokes a token by its ID.
    ///
    /// # Errors
    /// [`AccessError::Refused`] if there is no such token, or if it was revoked before.
    pub fn revoke(&mut self, id: &str, by: Principal, at: At) -> Result<(), AccessError> {
        self.file.update::<AccessError>(|entries| match fold(entries).1.iter().find(|token| token.id == id) {
            None => Err(AccessError::Refused(format!("there is no token `{id}`; `ibbi token list` shows them"))),
            Some(token) if token.revoked.is_some() => {
                Err(AccessError::Refused(format!("the token `{id}` was revoked before")))
            }
            Some(_) => Ok(AccessEntry { at, by, change: AccessChange::TokenRevoked { token: id.to_owned() } }),
        })?;
        self.load()
    }

    /// Gives a principal a role.
    ///
    /// # Errors
    /// [`AccessError::Refused`] if the principal has the role, or if the role doesn't fit its cases.
    pub fn grant(&mut self, to: Principal, grant: Grant, by: Principal, at: At) -> Result<(), AccessError> {
        let grant = grant.checked().map_err(|error| AccessError::Refused(error.to_string()))?;
        if to.issuer.as_str() == LOCAL_ISSUER {
            let wrong = "the user who starts the server on this computer has the role program staff already; name the issuer of the proxy";
            return Err(AccessError::Refused(wrong.to_owned()));
        }
        if to.issuer.as_str() == TOKEN_ISSUER {
            let wrong = "the roles of a token are set when it is made; make another one with `ibbi token new`";
            return Err(AccessError::Refused(wrong.to_owned()));
        }
        if to.issuer.as_str() == WEBHOOK_ISSUER {
            let wrong = "the roles of a webhook are changed with `ibbi webhook role`";
            return Err(AccessError::Refused(wrong.to_owned()));
        }
        self.file.update::<AccessError>(|entries| {
            if fold(entries).0.iter().any(|(has, known)| has.is_same(&to) && *known == grant) {
                return Err(AccessError::Refused(format!("{} has the role {grant} already", to.name)));
            }
            Ok(AccessEntry { at, by, change: AccessChange::Granted { to, grant } })
        })?;
        self.load()
    }

    /// Takes a role from a principal.
    ///
    /// # Errors
    /// [`AccessError::Refused`] if the principal doesn't have the role.
    pub fn remove(&mut self, from: Principal, grant: Grant, by: Principal, at: At) -> Result<(), AccessError> {
        self.file.update::<AccessError>(|entries| {
            if !fold(entries).0.iter().any(|(has, known)| has.is_same(&from) && *known == grant) {
                let who = from.subject.as_str();
                return Err(AccessError::Refused(format!(
                    "{who} doesn't have the role {grant}; `ibbi access list` shows who has which"
                )));
            }
            Ok(AccessEntry { at, by, change: AccessChange::Removed { from, grant } })
        })?;
        self.load()
    }
}

/// Returns the grants and the tokens after all changes.
fn fold(entries: &[AccessEntry]) -> (Vec<(Principal, Grant)>, Vec<IssuedToken>) {
    let mut grants: Vec<(Principal, Grant)> = Vec::new();
    let mut tokens: Vec<IssuedToken> = Vec::new();
    for AccessEntry { at, by, change } in entries {
        match change {
            AccessChange::Granted { to, grant } => grants.push((to.clone(), grant.clone())),
            AccessChange::Removed { from, grant } => {
                grants.retain(|(has, known)| !(has.is_same(from) && known == grant));
            }
            AccessChange::TokenIssued { token, name, hash, grants, expires } => tokens.push(IssuedToken {
                id: token.clone(),
                name: name.clone(),
                grants: grants.clone(),
                issued: *at,
                by: by.clone(),
                expires: *expires,
                revoked: None,
                hash: hash.clone(),
            }),
            AccessChange::TokenRevoked { token } => {
                tokens.iter_mut().filter(|each| each.id == *token).for_each(|each| each.revoked = Some(*at));
            }
        }
    }
    (grants, tokens)
}
