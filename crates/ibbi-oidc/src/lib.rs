//! Signing people in with OpenID Connect: the authorization code flow with PKCE.
//!
//! A [`Provider`] knows where a provider is, and this server's client ID there. [`Provider::begin`] returns an [`Attempt`]: the address to
//! which a browser is sent, and the secrets that must be kept with that browser. [`Provider::finish`] takes these secrets and the
//! [`Reply`] with which the browser comes back, and returns who signed in ([`Person`]).
//!
//! The provider's metadata and keys are read when they are first needed, and again after ten minutes. If a token is signed with a key that
//! isn't known, they are read at once, because providers change their keys.
//!
//! ```
//! use ibbi_oidc::{Provider, ProviderSettings};
//! let settings = ProviderSettings::new("https://login.example.org", "ibbi", "https://ibbi.example.org/login/return");
//! let provider = Provider::new(settings)?;
//! assert_eq!(provider.issuer(), "https://login.example.org");
//! // A secret that is sent in the clear would not be one.
//! assert!(Provider::new(ProviderSettings::new("http://login.example.org", "ibbi", "https://ibbi.example.org/login/return")).is_err());
//! # Ok::<(), ibbi_oidc::OidcError>(())
//! ```
//!
//! Sources: OpenID Connect Core 1.0, Discovery 1.0, and RP-Initiated Logout 1.0; RFC 7636 (PKCE); RFC 9207 (the issuer in the reply).

mod error;
mod http;
mod provider;

pub use error::OidcError;
pub use provider::{Attempt, Person, Provider, ProviderSettings, Reply, Secrets};
