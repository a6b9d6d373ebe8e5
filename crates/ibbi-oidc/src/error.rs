//! Why someone couldn't be signed in.

/// Why someone couldn't be signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// A setting is wrong.
    #[error("{setting}: {why}")]
    Setting {
        /// The setting, as the configuration names it.
        setting: &'static str,
        /// What is wrong, and how to fix it.
        why: String,
    },
    /// The provider can't be reached, or doesn't answer as a provider does.
    #[error("the identity provider {issuer} can't be used: {why}")]
    Unreachable {
        /// The provider.
        issuer: String,
        /// What failed.
        why: String,
    },
    /// The provider didn't sign the person in, or the person canceled.
    #[error("the identity provider did not sign you in: {0}")]
    Declined(String),
    /// The reply doesn't belong to this browser, or isn't the provider's.
    #[error("the answer of the identity provider doesn't count: {0}")]
    Refused(String),
}
