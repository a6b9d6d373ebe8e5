//! Public-records releases over the API.

use crate::release_requests::{self as releases, WantedRelease};
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::release::{ExemptionTables, Exemptions, PreparedRelease, ReleaseSummary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What to release, and what is withheld from it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseBody {
    /// The cases. Without them: all cases of the ledger.
    #[schemars(length(min = 1))]
    cases: Option<Vec<Uuid>>,
    /// The rules, with the same keys as a file of exemptions (docs/release.md).
    #[serde(default)]
    exempt: ExemptionTables,
    /// Lines whose texts are released, whatever the rules say.
    #[serde(default)]
    release_texts: Vec<u64>,
    /// Whether to show lines that name a concern by its short ID although its text is withheld.
    #[serde(default)]
    show_concern_ids: bool,
    /// Whether to leave out records that no checkpoint covers. Otherwise, a server that signs checkpoints signs one first.
    #[serde(default)]
    leave_out_later: bool,
    /// Whether to return what would be withheld, and no release.
    #[serde(default)]
    dry_run: bool,
    /// The `sha256` of a dry run. If the release would have other files now, none is returned.
    seen: Option<String>,
}

/// What a release would have, and what would be withheld from it.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReleasePreview {
    /// The SHA-256 of its `release.json`, which lists the SHA-256 of its files.
    sha256: String,
    /// How many cases it is about.
    cases: u64,
    /// How many records it has in full.
    records: u64,
    /// How many lines of the ledger its checkpoint covers.
    size: u64,
    /// Whether it shows that no record of its cases is missing up to there.
    complete: bool,
    /// Whether the server's key signs it.
    is_signed: bool,
    /// The lines whose texts are released.
    texts_released: Vec<u64>,
    /// What is withheld, or is not in the office's files.
    withheld: Vec<WithheldInfo>,
    /// What to look at before it is sent.
    remarks: Vec<String>,
}

/// A text or a line that is withheld.
#[derive(Serialize, JsonSchema)]
struct WithheldInfo {
    /// The number of the line.
    line: u64,
    /// The case.
    case: Uuid,
    /// The name of the event's type.
    event: String,
    /// Whether the whole line is withheld, and not only its text.
    whole_line: bool,
    /// The law that allows to withhold it; null if the office doesn't have the text.
    exemption: Option<String>,
    /// Why.
    reason: String,
}

impl From<&PreparedRelease> for ReleasePreview {
    fn from(prepared: &PreparedRelease) -> Self {
        let ReleaseSummary { cases, records, size, complete, is_signed, texts_released, remarks, .. } =
            prepared.summary.clone();
        let mut withheld: Vec<WithheldInfo> = Vec::new();
        for case in &prepared.page.cases {
            withheld.extend(case.records.iter().filter_map(|record| {
                let (exemption, reason) = record.withheld.clone()?;
                let (line, event, whole_line) = (record.line, record.kind.clone(), record.what.is_none());
                Some(WithheldInfo { line, case: case.case, event, whole_line, exemption, reason })
            }));
        }
        withheld.sort_by_key(|one| one.line);
        let sha256 = prepared.digest().to_string();
        Self { sha256, cases, records, size, complete, is_signed, texts_released, withheld, remarks }
    }
}

pub(super) fn release(request: &WebRequest) -> WebResult {
    let example = r#"{"exempt": {"default": {"exemption": "M.G.L. c. 4, § 7, cl. 26(d)", "reason": "Positions that are being developed"}}}"#;
    let body: ReleaseBody = request.object("a release", example)?;
    if body.cases.as_ref().is_some_and(Vec::is_empty) {
        let message = "`cases` is empty; name at least one case, or leave it out for all cases";
        return Err(AppError::Usage(message.to_owned()).into());
    }
    for case in body.cases.iter().flatten() {
        request.facts(*case, |_| ())?;
    }
    let wanted = WantedRelease {
        cases: body.cases.map(|cases| cases.into_iter().collect()),
        exemptions: Exemptions::from_tables(body.exempt, "`exempt`")?.with_released(body.release_texts),
        shows_concern_ids: body.show_concern_ids,
        leaves_out_later: body.leave_out_later,
    };
    let prepared = releases::prepare(request, wanted)?;
    if body.dry_run {
        return Ok(json(StatusCode::OK, &ReleasePreview::from(&prepared))?);
    }
    releases::download(&prepared, body.seen.as_deref())
}
