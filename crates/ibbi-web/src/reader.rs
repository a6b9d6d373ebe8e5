//! Someone who reads cases: a viewer with the roles that it has now.

use crate::problem::WebError;
use crate::state::AppState;
use ibbi_access::{CaseRef, View, Viewer};
use ibbi_app::case_log::CaseLog;
use ibbi_app::confidential::{self, Confidant};
use ibbi_app::{AppError, Record};
use ibbi_core::Name;
use uuid::Uuid;

/// A viewer, and the cases that it reads.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) state: &'a AppState,
    pub(crate) viewer: &'a Viewer,
}

impl<'a> Reader<'a> {
    /// Returns a case without the texts that the viewer may not read; nothing if the viewer can't see the case.
    pub(crate) fn shown(&self, case: Uuid) -> Result<Option<CaseLog>, WebError> {
        self.state.case(case, |log| match self.check_case(log) {
            Ok(()) => Ok(Some(self.redacted(log)?)),
            Err(_) => Ok(None),
        })?
    }

    /// Checks whether the viewer can see a case.
    pub(crate) fn check_case(&self, log: &CaseLog) -> Result<(), WebError> {
        Ok(self.viewer.may_see(View::Case, Some(case_ref(log)))?)
    }

    /// Returns a case without the texts that the viewer may not read.
    pub(crate) fn redacted(&self, log: &CaseLog) -> Result<CaseLog, AppError> {
        confidential::without_texts(log, self.reads(log))
    }

    /// Returns what the viewer may read of a case. Everyone reads what they recorded themselves.
    pub(crate) fn reads<'b>(&self, log: &'b CaseLog) -> impl Fn(Confidant<'_>) -> bool + use<'a, 'b> {
        let (case, reader) = (case_ref(log), *self);
        move |whose| {
            let (view, party, record) = match whose {
                Confidant::Party(party, record) => (View::PartyTexts, Some(party), record),
                Confidant::Note(record) | Confidant::Unknown(record) => (View::Notes, None, record),
            };
            reader.is_own(record) || reader.viewer.may_see_of(view, Some(case), party).is_ok()
        }
    }

    /// Returns whether the viewer made a record.
    pub(crate) fn is_own(&self, record: &Record) -> bool {
        let principal = &self.viewer.principal;
        record
            .details
            .identity
            .as_ref()
            .is_some_and(|identity| (&identity.issuer, &identity.subject) == (&principal.issuer, &principal.subject))
    }
}

/// Returns a case as grants know it.
pub(crate) fn case_ref(log: &CaseLog) -> CaseRef<'_> {
    CaseRef { case: log.id, district: log.district().map_or("", Name::as_str) }
}
