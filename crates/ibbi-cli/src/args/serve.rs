//! The arguments of `ibbi serve` that can change while it runs.

use clap::Args as ClapArgs;
use ibbi_web::PublicUrl;
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct ServerNames {
    /// Another name of the server, such as the name of a proxy. You can repeat this option.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// Address under which browsers reach the server, with its scheme, such as that of a proxy. Required for --oidc-issuer.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Other site whose pages may use the API with tokens: its scheme and name, and its port if it has one. You can repeat it.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
}

#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct ProxyArgs {
    /// Address of a proxy that signs people in. Its header counts from this address only. You can repeat this option.
    #[arg(long, value_name = "IP")]
    pub(crate) trust_proxy: Vec<IpAddr>,
    /// Header in which the proxy sends the ID of the person. Default: X-Forwarded-User.
    #[arg(long, value_name = "NAME")]
    pub(crate) proxy_header: Option<String>,
    /// Header in which the proxy sends the name of the person. Default: the ID is shown.
    #[arg(long, value_name = "NAME")]
    pub(crate) proxy_name_header: Option<String>,
    /// Issuer of the identities that the proxy sends, as ibbi access grant has it. Default: proxy.
    #[arg(long, value_name = "ISSUER")]
    pub(crate) proxy_issuer: Option<String>,
}

#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct OidcArgs {
    /// Identity provider that signs people in with OpenID Connect: its issuer, an address with its scheme.
    #[arg(long, value_name = "URL")]
    pub(crate) oidc_issuer: Option<String>,
    /// ID that the identity provider gave this server. Register PUBLIC_URL/login/return there as the address to return to, and
    /// PUBLIC_URL/login as the one after signing out.
    #[arg(long, value_name = "ID")]
    pub(crate) oidc_client_id: Option<String>,
    /// File with the secret that the identity provider gave this server, if it did.
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc_secret_file: Option<PathBuf>,
    /// File with the certificates, in PEM, that the identity provider's must be signed with. Default: the public authorities.
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc_ca_file: Option<PathBuf>,
    /// Name of the identity provider on the button, such as "District 12 account". Default: its host.
    #[arg(long, value_name = "NAME")]
    pub(crate) oidc_name: Option<String>,
    /// Scope in addition to openid and profile, such as email. You can repeat this option.
    #[arg(long, value_name = "SCOPE")]
    pub(crate) oidc_scope: Vec<String>,
}
