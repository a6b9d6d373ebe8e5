//! The table `[mail]` of the server's configuration file.

use ibbi_mail::Security;
use serde::Deserialize;
use std::path::PathBuf;

/// The server for outgoing mail. It has no flags: its settings are too many for a command line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailTable {
    pub(crate) server: String,
    pub(crate) port: Option<u16>,
    pub(crate) security: Security,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) from: String,
    pub(crate) timeout: Option<u64>,
}
