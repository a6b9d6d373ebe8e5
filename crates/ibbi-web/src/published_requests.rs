//! The memory of published plans, and the planned dates on the calendars of cases, as a viewer may use them.

use crate::problem::WebError;
use crate::published_dates::{MemoryError, MemoryKey};
use crate::reader::case_ref;
use crate::request::WebRequest;
use axum::http::{HeaderName, StatusCode};
use ibbi_access::{AccessError, CaseRef, View};
use ibbi_app::case_log::CaseLog;
use ibbi_app::schedule::{ChangedDates, CurrentEntries, PlannedDates};
use ibbi_core::At;
use ibbi_report::ics::IcsEntry;
use uuid::Uuid;

impl WebRequest {
    /// Returns a plan's calendar, with what was published of it before. `current` has the entries of one scenario.
    pub(crate) fn published(&self, current: CurrentEntries, now: At) -> Result<String, WebError> {
        let id = current.cases.first().copied().unwrap_or_default();
        Ok(self.state.published.publish(&self.memory(id), current, now, self.publishes())?)
    }

    /// Returns the memory of a scenario's or a case's ID that counts for the viewer.
    pub(crate) fn memory(&self, id: Uuid) -> MemoryKey {
        let of_case = |case: CaseRef<'_>| self.viewer.may_see(View::PlannedDates, Some(case)).is_ok();
        // The district of a case that isn't open yet is only in the scenario, where everyone can write any name.
        let is_shared = self
            .state
            .case(id, |log| of_case(case_ref(log)))
            .unwrap_or_else(|_| of_case(CaseRef { case: id, district: "" }));
        MemoryKey::new(&self.viewer.principal, is_shared, id)
    }

    /// Returns the dates of a case that are planned and on its calendar, oldest first.
    pub(crate) fn planned_dates(&self, case: Uuid) -> Result<Vec<IcsEntry>, WebError> {
        // Whether there are some is only for those who see the case.
        self.facts(case, |_| ())?;
        let planned = self.state.published.planned(case)?;
        self.facts(case, |log| PlannedDates::still_planned(planned.as_ref(), log))
    }

    /// Puts planned dates on the calendar of a case. `log` is the case from which they continue.
    pub(crate) fn put_planned_dates(&self, log: &CaseLog, current: CurrentEntries) -> Result<ChangedDates, WebError> {
        self.check(View::PlannedDates, log.id)?;
        let now = self.state.now()?;
        self.state.published.change_planned(log.id, log.zone.name(), now, |before, elsewhere| {
            Ok(PlannedDates::put(before, log, current, elsewhere, now))
        })
    }

    /// Returns what would be on the calendar of a case, without putting it there.
    pub(crate) fn try_planned_dates(&self, log: &CaseLog, current: CurrentEntries) -> Result<ChangedDates, WebError> {
        self.check(View::PlannedDates, log.id)?;
        let (before, elsewhere) = self.state.published.of_case(log.id)?;
        Ok(PlannedDates::put(before.as_ref(), log, current, &elsewhere, self.state.now()?))
    }

    /// Takes the planned dates off the calendar of a case.
    pub(crate) fn take_back_planned_dates(&self, case: Uuid) -> Result<ChangedDates, WebError> {
        self.check(View::PlannedDates, case)?;
        let now = self.state.now()?;
        let zone = self.zone(case)?;
        self.state.published.change_planned(case, zone.name(), now, |before, elsewhere| {
            self.facts(case, |log| PlannedDates::take_back(before, log, elsewhere, now))
        })
    }

    /// Returns whether an answer is a publication. A link on another site can't make one, and neither can a look at the head.
    fn publishes(&self) -> bool {
        let site = self.header(HeaderName::from_static("sec-fetch-site"));
        !self.is_head && matches!(site, "" | "same-origin" | "none")
    }
}

impl From<MemoryError> for WebError {
    fn from(error: MemoryError) -> Self {
        let what = match error {
            MemoryError::Calendar(error) => return error.into(),
            MemoryError::Damaged { .. } => error.to_string(),
            MemoryError::File(AccessError::Io { doing, path, source }) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                format!("can't {doing} `{name}` of the published dates beside the ledger: {source}")
            }
            MemoryError::File(other) => other.to_string(),
        };
        let detail = format!(
            "{what}. No calendar is made of these dates, because an entry could get a smaller sequence than before. The person who runs the \
             server can restore the file from a backup. Without one, move it away; entries that the plan has dropped are then not canceled"
        );
        Self::Request(StatusCode::SERVICE_UNAVAILABLE, "dates-unavailable", detail)
    }
}
