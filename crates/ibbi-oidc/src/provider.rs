//! A provider, and the two steps of signing in with it.

use crate::error::OidcError;
use crate::http::{agent, send};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, LocalizedClaim, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;
use ureq::Agent;

/// How long the provider's metadata and keys are used before they are read again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How far the clocks of the provider and of this computer may differ.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The most characters of a text of the provider that an error repeats.
const REPEATED: usize = 200;

/// The settings of a provider.
#[derive(Clone)]
pub struct ProviderSettings {
    /// The provider's issuer, such as `https://login.example.org`: exactly as its metadata has it.
    pub issuer: String,
    /// The ID that the provider gave this server.
    pub client_id: String,
    /// The secret that the provider gave this server, if it did.
    pub client_secret: Option<String>,
    /// The address of this server to which browsers come back, such as `https://ibbi.example.org/login/return`.
    pub return_to: String,
    /// Scopes in addition to `openid` and `profile`.
    pub scopes: Vec<String>,
    /// The certificates, in PEM, that the provider's certificate must be signed with. Without them, those of the public
    /// authorities count.
    pub ca: Option<Vec<u8>>,
}

impl ProviderSettings {
    /// Returns settings without a secret and without certificates.
    pub fn new(issuer: &str, client_id: &str, return_to: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            return_to: return_to.to_owned(),
            scopes: Vec::new(),
            ca: None,
        }
    }
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSettings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The beginning of signing in.
#[derive(Debug)]
pub struct Attempt {
    /// The address to which the browser is sent.
    pub address: String,
    /// What must be kept with the browser until it comes back.
    pub secrets: Secrets,
}

/// What is kept with a browser while it is at the provider. All three are letters, digits, `-`, and `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The state: it comes back with the browser.
    pub state: String,
    /// The nonce: it comes back in the ID token.
    pub nonce: String,
    /// The verifier of PKCE: only with it, the code is exchanged.
    pub verifier: String,
}

/// The parameters with which a browser comes back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reply<'a> {
    /// The code that is exchanged for the tokens.
    pub code: Option<&'a str>,
    /// The state.
    pub state: Option<&'a str>,
    /// The issuer, which newer providers send (RFC 9207).
    pub iss: Option<&'a str>,
    /// Why the provider signed no one in.
    pub error: Option<&'a str>,
    /// The same for people.
    pub error_description: Option<&'a str>,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The issuer.
    pub issuer: String,
    /// The ID that the issuer gives the person. It never changes.
    pub subject: String,
    /// The name to show: the name, the user name, or the email address; none if the provider has none of them.
    pub name: Option<String>,
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// An identity provider. Its methods wait for the network, for at most ten seconds for each request.
pub struct Provider {
    settings: ProviderSettings,
    issuer: IssuerUrl,
    return_to: RedirectUrl,
    agent: Agent,
    /// The metadata with the keys, and when they were read.
    known: Mutex<Option<(Instant, Arc<ProviderMetadataWithLogout>)>>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider {
    /// Checks the settings. Nothing is sent.
    ///
    /// # Errors
    /// [`OidcError::Setting`] if an address isn't one, or isn't encrypted and not on this computer.
    pub fn new(settings: ProviderSettings) -> Result<Self, OidcError> {
        let wrong = |setting, why: String| OidcError::Setting { setting, why };
        if settings.client_id.trim().is_empty() {
            return Err(wrong(
                "oidc.client_id",
                "it is empty; give the ID that the provider gave this server".to_owned(),
            ));
        }
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| wrong("oidc.issuer", format!("`{}` is not an address: {error}", settings.issuer)))?;
        check_encrypted("oidc.issuer", issuer.url())?;
        let return_to = RedirectUrl::new(settings.return_to.clone())
            .map_err(|error| wrong("public_url", format!("`{}` is not an address: {error}", settings.return_to)))?;
        check_encrypted("public_url", return_to.url())?;
        let agent = agent(settings.ca.as_deref())?;
        Ok(Self { settings, issuer, return_to, agent, known: Mutex::new(None) })
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Returns the host of the issuer, to name the provider to people.
    pub fn host(&self) -> &str {
        self.issuer.url().host_str().unwrap_or_else(|| self.issuer())
    }

    /// Reads the provider's metadata and keys, to find wrong settings before anyone signs in.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`].
    pub fn check(&self) -> Result<(), OidcError> {
        self.read().map(drop)
    }

    /// Begins to sign someone in.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`].
    pub fn begin(&self) -> Result<Attempt, OidcError> {
        let metadata = self.metadata()?;
        let client = self.client(&metadata);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = self.settings.scopes.iter().cloned().chain(["profile".to_owned()]).map(Scope::new);
        let request =
            client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random);
        let (address, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let secrets =
            Secrets { state: state.into_secret(), nonce: nonce.secret().clone(), verifier: verifier.into_secret() };
        Ok(Attempt { address: address.into(), secrets })
    }

    /// Returns who signed in. `now` is the time of this computer; the provider's may differ by a minute.
    ///
    /// # Errors
    /// [`OidcError`].
    pub fn finish(&self, secrets: &Secrets, reply: Reply<'_>, now: DateTime<Utc>) -> Result<Person, OidcError> {
        let refused = |why: &str| OidcError::Refused(why.to_owned());
        let state = reply.state.ok_or_else(|| refused("it has no state"))?;
        if !bool::from(state.as_bytes().ct_eq(secrets.state.as_bytes())) {
            return Err(refused("its state is not the one with which this browser was sent"));
        }
        if reply.iss.is_some_and(|iss| iss != self.issuer()) {
            return Err(refused("it comes from another issuer"));
        }
        if let Some(error) = reply.error {
            return Err(OidcError::Declined(brief(reply.error_description.unwrap_or(error))));
        }
        let code = reply.code.ok_or_else(|| refused("it has no code"))?;
        let metadata = self.metadata()?;
        let client = self.client(&metadata);
        let http = |request: HttpRequest| send(&self.agent, request);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| self.unreachable(&error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        let tokens: CoreTokenResponse = exchange.request(&http).map_err(|error| match error {
            RequestTokenError::ServerResponse(answer) => OidcError::Declined(brief(&answer.to_string())),
            RequestTokenError::Request(error) => self.unreachable(&error.to_string()),
            other => OidcError::Refused(format!("the provider's tokens can't be read: {other}")),
        })?;
        let token = tokens.id_token().ok_or_else(|| refused("it has no ID token"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let claims = match verify(&client, token, &nonce, now) {
            // The provider may have changed its keys.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let metadata = self.read()?;
                verify(&self.client(&metadata), token, &nonce, now)
            }
            verified => verified,
        };
        let claims = claims.map_err(|error| OidcError::Refused(why(&error)))?;
        self.check_access_token(&tokens, token, &claims)?;
        let name = named(
            claims.name(),
            claims.preferred_username().map(|name| name.as_str()),
            claims.email().map(|email| email.as_str()),
        );
        let name = match name {
            Some(name) => Some(name),
            // With the code flow, a provider gives the profile to those who ask with the access token.
            None => client
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .ok()
                .and_then(|request| request.request(&http).ok())
                .and_then(|info: CoreUserInfoClaims| {
                    let (user, email) = (info.preferred_username(), info.email());
                    named(info.name(), user.map(|name| name.as_str()), email.map(|email| email.as_str()))
                }),
        };
        Ok(Person { issuer: self.issuer().to_owned(), subject: claims.subject().to_string(), name })
    }

    /// Returns the address with which a browser signs out of the provider too, and then comes back to `back`, if the provider has one.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`]; [`OidcError::Setting`] if `back` isn't an address.
    pub fn sign_out(&self, back: &str) -> Result<Option<String>, OidcError> {
        let metadata = self.metadata()?;
        let Some(end) = metadata.additional_metadata().end_session_endpoint.clone() else { return Ok(None) };
        let back = PostLogoutRedirectUrl::new(back.to_owned())
            .map_err(|error| OidcError::Setting { setting: "public_url", why: error.to_string() })?;
        let request = LogoutRequest::from(end).set_client_id(ClientId::new(self.settings.client_id.clone()));
        Ok(Some(request.set_post_logout_redirect_uri(back).http_get_url().into()))
    }

    /// Checks that the access token belongs to the ID token, if the ID token says which does.
    fn check_access_token(
        &self,
        tokens: &CoreTokenResponse,
        token: &CoreIdToken,
        claims: &CoreIdTokenClaims,
    ) -> Result<(), OidcError> {
        let Some(expected) = claims.access_token_hash() else { return Ok(()) };
        let unsigned = |error: &dyn std::fmt::Display| OidcError::Refused(error.to_string());
        let metadata = self.metadata()?;
        let client = self.client(&metadata);
        let verifier = client.id_token_verifier();
        let algorithm = token.signing_alg().map_err(|error| unsigned(&error))?;
        let key = token.signing_key(&verifier).map_err(|error| unsigned(&error))?;
        let actual =
            AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|error| unsigned(&error))?;
        if actual == *expected {
            return Ok(());
        }
        Err(OidcError::Refused("the access token is not the one of the ID token".to_owned()))
    }

    fn client(&self, metadata: &ProviderMetadataWithLogout) -> Client {
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.settings.client_id.clone());
        CoreClient::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(self.return_to.clone())
    }

    /// Returns the metadata. What is old is read again.
    fn metadata(&self) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((read, metadata)) if read.elapsed() < FRESH => Ok(metadata),
            _ => self.read(),
        }
    }

    fn read(&self) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let http = |request: HttpRequest| send(&self.agent, request);
        let read = ProviderMetadataWithLogout::discover(&self.issuer, &http);
        let metadata = Arc::new(read.map_err(|error| self.unreachable(&causes(&error)))?);
        for address in
            [Some(metadata.authorization_endpoint().url()), metadata.token_endpoint().map(|address| address.url())]
        {
            let address = address.ok_or_else(|| self.unreachable("it has no token endpoint"))?;
            check_encrypted("the provider's address", address).map_err(|error| self.unreachable(&error.to_string()))?;
        }
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn unreachable(&self, why: &str) -> OidcError {
        OidcError::Unreachable { issuer: self.issuer().to_owned(), why: brief(why) }
    }
}

/// Checks the signature, the issuer, the audience, the nonce, and the times of an ID token.
fn verify(
    client: &Client,
    token: &CoreIdToken,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    use CoreJwsSigningAlgorithm as Alg;
    // Not with the client's secret, which other servers with the same client could know.
    let signatures = [
        Alg::RsaSsaPkcs1V15Sha256,
        Alg::RsaSsaPkcs1V15Sha384,
        Alg::RsaSsaPkcs1V15Sha512,
        Alg::RsaSsaPssSha256,
        Alg::RsaSsaPssSha384,
        Alg::RsaSsaPssSha512,
        Alg::EcdsaP256Sha256,
        Alg::EcdsaP384Sha384,
        Alg::EdDsa,
    ];
    let verifier: CoreIdTokenVerifier<'_> =
        client.id_token_verifier().set_allowed_algs(signatures).set_time_fn(|| now - SKEW).set_issue_time_verifier_fn(
            |issued| {
                if issued <= now + SKEW { Ok(()) } else { Err(format!("it is from the future: {issued}")) }
            },
        );
    token.claims(&verifier, nonce).cloned()
}

/// Returns why an ID token doesn't count.
fn why(error: &ClaimsVerificationError) -> String {
    let text = match error {
        ClaimsVerificationError::Expired(_) => "the ID token has expired; compare the clocks of both computers",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is for another client",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token comes from another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token is not for this attempt to sign in",
        ClaimsVerificationError::SignatureVerification(_) => "the signature of the ID token is not the provider's",
        other => return format!("the ID token: {}; compare the clocks of both computers", brief(&other.to_string())),
    };
    text.to_owned()
}

fn named<T: std::ops::Deref<Target = String>>(
    name: Option<&LocalizedClaim<T>>,
    user: Option<&str>,
    email: Option<&str>,
) -> Option<String> {
    let full = name.and_then(|name| name.get(None)).map(|name| name.as_str());
    [full, user, email].into_iter().flatten().map(str::trim).find(|name| !name.is_empty()).map(str::to_owned)
}

/// Refuses an address at which secrets would be sent in the clear, except on this computer.
fn check_encrypted(setting: &'static str, address: &openidconnect::url::Url) -> Result<(), OidcError> {
    use openidconnect::url::Host;
    let is_local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if address.scheme() == "https" || (address.scheme() == "http" && is_local) {
        return Ok(());
    }
    let why = format!("`{address}` is not encrypted; use an address that begins with https://");
    Err(OidcError::Setting { setting, why })
}

/// Returns an error with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text
}

/// Returns the beginning of a text of the provider, on one line.
fn brief(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(REPEATED).collect()
}
