//! TLS to the server, with certificates that are checked.

use crate::error::PostgresError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Returns what makes TLS connections. The certificates that are trusted are those of a file in PEM, or those of the
/// public authorities.
pub(crate) fn connector(certificates: Option<&Path>) -> Result<MakeRustlsConnect, PostgresError> {
    let mut roots = RootCertStore::empty();
    match certificates {
        Some(path) => {
            let refused = |reason: String| PostgresError::File { path: path.to_owned(), reason };
            let found = CertificateDer::pem_file_iter(path).map_err(|error| refused(error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| refused(error.to_string()))?;
                roots.add(certificate).map_err(|error| refused(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(refused("it has no certificate; sslrootcert names a file in PEM".to_owned()));
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| PostgresError::Runtime(error.to_string()))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}
