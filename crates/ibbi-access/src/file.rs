//! The records of grants and tokens: a file of JSON lines beside the ledger. Lines are only added.

use crate::grant::Grant;
use crate::principal::Principal;
use crate::record_file::{FileRecord, RecordFile, beside};
use ibbi_core::{At, Name};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Returns the path of the file for a ledger.
pub fn access_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".access")
}

/// The file with the records of access.
pub type AccessFile = RecordFile<AccessEntry>;

impl FileRecord for AccessEntry {
    const WHAT: &'static str = "a change of access";
}

/// One line: a change, and who made it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessEntry {
    /// When the change was made.
    pub at: At,
    /// Who made it.
    pub by: Principal,
    /// The change.
    pub change: AccessChange,
}

/// A change of who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccessChange {
    /// A principal gets a role.
    Granted {
        /// The principal.
        to: Principal,
        /// The role.
        grant: Grant,
    },
    /// A principal loses a role.
    Removed {
        /// The principal.
        from: Principal,
        /// The role.
        grant: Grant,
    },
    /// A token was made.
    TokenIssued {
        /// The token's ID.
        token: String,
        /// The name of the program.
        name: Name,
        /// The SHA-256 of the token's text.
        hash: String,
        /// Its roles.
        grants: Vec<Grant>,
        /// When it stops to count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<At>,
    },
    /// A token no longer counts.
    TokenRevoked {
        /// The token's ID.
        token: String,
    },
}
