//! The ledger that is looked into, and what is asked of it.

use crate::api;
use crate::call::Call;
use crate::problem::Fail;
use crate::uploads::Upload;
use ibbi_app::AppError;
use ibbi_app::replay::{self, Timeline, Until};
use ibbi_app::trust::{self, Against, Verified};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// The word in an address that means this server's own ledger.
const OWN: &str = "own";

/// A ledger that is looked into.
pub(super) enum Source {
    /// This server's.
    Own(PathBuf),
    /// One that was uploaded.
    Upload(Uuid, Arc<Upload>),
}

impl Source {
    /// The one that an address names.
    pub(super) fn of(call: &Call) -> Result<Self, Fail> {
        if call.path.get("upload").is_some_and(|name| name == OWN) {
            return Ok(Self::Own(call.shared.path.clone()));
        }
        let id = call.id("upload")?;
        let gone = || Fail::not_found("this ledger is not kept any more; upload it again");
        let upload = call.shared.uploads().get(id).ok_or_else(gone)?;
        Ok(Self::Upload(id, upload))
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Own(_) => format!("/audit/{OWN}"),
            Self::Upload(id, _) => format!("/audit/{id}"),
        }
    }

    /// What it is called.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => "This server's ledger",
            Self::Upload(..) => "The ledger that was uploaded",
        }
    }

    fn ledger(&self) -> PathBuf {
        match self {
            Self::Own(path) => path.clone(),
            Self::Upload(_, upload) => upload.ledger(),
        }
    }

    /// Whether anything was altered.
    pub(super) fn verify(&self, call: &Call) -> Result<Verified, AppError> {
        match self {
            Self::Own(path) => {
                // What is being written just now is not looked at yet.
                let _still = call.shared.cases();
                trust::verify(path, &Against::default())
            }
            Self::Upload(_, upload) => api::verified(upload),
        }
    }

    /// Every case, replayed.
    pub(super) fn timelines(&self) -> Result<Vec<Timeline>, AppError> {
        replay::replay(&self.ledger(), None, Until::End)
    }

    /// One case, to its end or to a number in the ledger.
    pub(super) fn timeline(&self, case: Uuid, to: Option<u64>) -> Result<Option<Timeline>, AppError> {
        let until = to.map_or(Until::End, Until::Seq);
        Ok(replay::replay(&self.ledger(), Some(case), until)?.into_iter().next())
    }
}
