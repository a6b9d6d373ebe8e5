//! Who may read and record what.
//!
//! A [`Principal`] is someone who signed in. A [`Registry`] has the [`Grant`]s and the tokens of a ledger, which are kept as
//! their own records beside it ([`AccessFile`]). Together they make a [`Viewer`], who answers whether something is allowed,
//! by one table ([`event_access`], [`view_access`]). A [`Denial`] reads like a refusal: it says what is missing and who can
//! grant it.
//!
//! ```
//! use ibbi_access::{Grant, Principal, Role, Scope, View, Viewer};
//! use ibbi_core::EventKind;
//! let auditor = Viewer::new(Principal::local("ayun", "Ada Yun")?, vec![Grant::new(Role::Auditor, Scope::All)]);
//! assert!(auditor.may_see(View::Ledger, None).is_ok());
//! let denial = auditor.may_record(EventKind::NoteAdded, None, None).unwrap_err();
//! assert!(denial.to_string().starts_with("Ada Yun (auditor) can't record \u{201c}note added\u{201d}."));
//! # Ok::<(), ibbi_core::TextError>(())
//! ```

mod error;
mod file;
mod grant;
mod permission;
mod principal;
mod private_folder;
mod read_log;
mod record_file;
mod registry;
mod table;
mod token;
mod viewer;

pub use error::AccessError;
pub use file::{AccessChange, AccessEntry, AccessFile, access_path};
pub use grant::{Grant, GrantError, Role, Scope};
pub use permission::{Access, View, event_access, view_access};
pub use principal::{LOCAL_ISSUER, Principal, TOKEN_ISSUER, UNKNOWN_NAME, WEBHOOK_ISSUER};
pub use private_folder::{LockedFolder, PrivateFile, PrivateFolder};
pub use read_log::{ReadLog, read_log_path};
pub use record_file::{FileRecord, RecordAppender, RecordFile, Stamp, beside, check_is_file, private_options};
pub use registry::{IssuedToken, NewToken, Registry};
pub use table::{event_table, view_table};
pub use token::{new_secret, secret_hash};
pub use viewer::{CaseRef, Denial, Viewer};
