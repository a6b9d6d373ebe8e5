//! The requests to the provider.

use crate::error::OidcError;
use openidconnect::http::Response;
use openidconnect::{HttpRequest, HttpResponse};
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// How long a request may take, with its connection.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a response.
const MOST: u64 = 1024 * 1024;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("{0}")]
    Ureq(#[from] ureq::Error),
    #[error("{0}")]
    Response(#[from] openidconnect::http::Error),
}

/// Returns an agent that follows no redirect: a provider's addresses are exact, and a redirect could lead a secret elsewhere.
pub(crate) fn agent(ca: Option<&[u8]>) -> Result<Agent, OidcError> {
    let mut config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false);
    if let Some(pem) = ca {
        let wrong = |why: String| OidcError::Setting { setting: "oidc.ca", why };
        let items: Result<Vec<_>, _> = ureq::tls::parse_pem(pem).collect();
        let items = items.map_err(|error| wrong(format!("it is not a file of certificates in PEM: {error}")))?;
        let certificate = |item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None };
        let certificates: Vec<Certificate<'static>> = items.into_iter().filter_map(certificate).collect();
        if certificates.is_empty() {
            return Err(wrong("the file has no certificate; it begins with -----BEGIN CERTIFICATE-----".to_owned()));
        }
        let roots = RootCerts::Specific(std::sync::Arc::new(certificates));
        config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    Ok(config.build().into())
}

/// Sends a request.
pub(crate) fn send(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (parts, body) = request.into_parts();
    let is_empty = body.is_empty();
    let response = if is_empty {
        agent.run(openidconnect::http::Request::from_parts(parts, ()))?
    } else {
        agent.run(openidconnect::http::Request::from_parts(parts, body))?
    };
    let (parts, mut body) = response.into_parts();
    let bytes = body.with_config().limit(MOST).read_to_vec()?;
    Ok(Response::from_parts(parts, bytes))
}
