//! The page that makes public-records releases: the decisions, a preview of what is withheld, and the download.

use super::form_errors::{sentence, warning};
use super::shell::{Page, button, field, hidden, line, textarea, tick};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::release_requests::{self as releases, WantedRelease};
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::AppError;
use ibbi_app::format::count;
use ibbi_app::ledger::{CaseQuery, Order};
use ibbi_app::release::{Exemption, Exemptions, PreparedRelease};
use ibbi_report::html::{Element, Html, details, el, name, section};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The address of the page.
pub(super) const PLACE: &str = "/retention/release";
pub(super) const TITLE: &str = "Public-records release";
/// The most cases that the form lists, newest first.
const LISTED: usize = 1000;
/// The fields that the download repeats.
const FIELDS: [&str; 8] =
    ["case", "exemption", "reason", "rules", "release_texts", "show_concern_ids", "leave_out_later", "all"];

pub(crate) fn page(request: &WebRequest) -> WebResult {
    show(request, &Pairs::default(), &Preview::None)
}

/// Shows the preview, or returns the release if it is the one that was shown.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let given = request.form();
    let prepared = wanted(request, &given).and_then(|wanted| releases::prepare(request, wanted));
    match prepared {
        Err(fail) => show(request, &given, &Preview::Failed(&fail)),
        Ok(prepared) => match given.get("seen") {
            None => show(request, &given, &Preview::Ready(&prepared, None)),
            seen => releases::download(&prepared, seen)
                .or_else(|fail| show(request, &given, &Preview::Ready(&prepared, Some(&fail)))),
        },
    }
}

/// Reads the decisions of a form.
///
/// # Errors
/// [`AppError::Usage`] if one can't be read or is incomplete.
fn wanted(request: &WebRequest, given: &Pairs) -> Result<WantedRelease, WebError> {
    let usage = |text: &str| WebError::App(AppError::Usage(text.to_owned()));
    let cases = match given.get("all") {
        Some(_) => None,
        None => {
            let ids = given.all("case").map(Uuid::parse_str).collect::<Result<BTreeSet<_>, _>>();
            Some(
                ids.ok()
                    .filter(|ids| !ids.is_empty())
                    .ok_or_else(|| usage("choose at least one case, or all cases"))?,
            )
        }
    };
    for case in cases.iter().flatten() {
        request.facts(*case, |_| ())?;
    }
    // A browser ends lines with CR and LF. The place of an error is shown below its line.
    let rules = given.get("rules").unwrap_or_default().replace("\r\n", "\n");
    let mut exemptions = Exemptions::parse(&rules, "the rules")?;
    let text = |key: &str| given.get(key).map(str::trim).unwrap_or_default().to_owned();
    let default = Exemption { exemption: text("exemption"), reason: text("reason") };
    if !default.exemption.is_empty() || !default.reason.is_empty() {
        if exemptions.has_default() {
            return Err(usage(
                "the rules have the table [default]; remove it, or leave the exemption for all other texts empty",
            ));
        }
        if default.exemption.is_empty() || default.reason.is_empty() {
            return Err(usage("give both the law and the reason of the exemption for all other texts, or neither"));
        }
        exemptions = exemptions.with_default(default)?;
    }
    let released = given.get("release_texts").unwrap_or_default();
    let numbers = released.split([',', ';', ' ']).filter(|text| !text.is_empty()).map(str::parse);
    let numbers = numbers.collect::<Result<Vec<u64>, _>>();
    let numbers =
        numbers.map_err(|_| usage("write the numbers of the lines to release with commas, such as 29, 37"))?;
    Ok(WantedRelease {
        cases,
        exemptions: exemptions.with_released(numbers),
        shows_concern_ids: given.get("show_concern_ids").is_some(),
        leaves_out_later: given.get("leave_out_later").is_some(),
    })
}

/// What is above and below the form.
enum Preview<'a> {
    None,
    Failed(&'a WebError),
    /// The release, and why it was not downloaded.
    Ready(&'a PreparedRelease, Option<&'a WebError>),
}

fn show(request: &WebRequest, given: &Pairs, preview: &Preview<'_>) -> Result<Response, WebError> {
    let about = "A release is a copy of records for a person who asked for public records. Each withheld text or line is marked, with the \
                 exemption and the reason. The person can check without this server that the records are those of the ledger, and that \
                 none is missing. Your records access officer or counsel decides what is exempt.";
    let (fail, status) = match preview {
        Preview::Failed(fail) | Preview::Ready(_, Some(fail)) => (Some(failed(fail)), fail.status()),
        _ => (None, StatusCode::OK),
    };
    let ready = match preview {
        Preview::Ready(prepared, _) => Some(section("preview", "Preview", previewed(given, prepared))),
        _ => None,
    };
    let content = Html::new()
        .with(el("h1").with(TITLE))
        .with(fail)
        .with(el("p").with(about))
        .with(ready)
        .with(section("decide", "Cases to release", form(request, given)?))
        .with(el("p").with(el("a").attr("href", "/retention").with("Records and retention")));
    Ok(Page { title: TITLE, place: PLACE, content }.answer(status))
}

fn failed(fail: &WebError) -> Element {
    let detail = sentence(&fail.detail());
    // The place of an error in the rules is marked below its line.
    let detail = if detail.contains('\n') { el("pre").class("typed").with(detail) } else { el("p").with(detail) };
    warning(Html::from(el("p").with(el("strong").with("No release was made."))).with(detail))
        .attr("id", "now")
        .attr("tabindex", -1)
}

fn previewed(given: &Pairs, prepared: &PreparedRelease) -> Html {
    let remarks = &prepared.summary.remarks;
    let mut notes: Vec<String> = remarks.iter().map(|remark| sentence(remark) + ".").collect();
    if !prepared.summary.is_signed {
        notes.push("This server has no key, so the reasons and the page of the release are not signed.".to_owned());
    }
    let notes = (!notes.is_empty()).then(|| {
        let all = el("ul").all(notes.iter().map(|note| el("li").with(note.as_str())));
        el("div").class("warning").with(el("p").with(el("strong").with("Before you send it"))).with(all)
    });
    let repeated = given.iter().filter(|(key, _)| FIELDS.contains(key)).map(|(key, value)| hidden(key, value));
    let download = el("form")
        .attr("method", "post")
        .attr("action", PLACE)
        .all(repeated)
        .with(hidden("seen", &prepared.digest().to_string()))
        .with(el("p").class("send").with(button("Download the release (.zip)")));
    let (withheld, records) = prepared.page.preview();
    withheld.with(notes).with(download).with(records)
}

fn form(request: &WebRequest, given: &Pairs) -> Result<Element, WebError> {
    let value = |key: &str| given.get(key).unwrap_or_default();
    let law = "The law, such as M.G.L. c. 4, \u{a7} 7, cl. 26(d). The person who asked can read it.";
    let reason = "Why it applies. The person who asked can read it, so write nothing confidential.";
    let lines = "The numbers of their lines, such as 29, 37. The preview and the history of a case show them.";
    let concerns = "Show lines that name a concern by its short ID, although its text is withheld";
    let later = "Leave out records that no checkpoint covers yet";
    Ok(el("form")
        .attr("method", "post")
        .attr("action", PLACE)
        .with(cases(request, given)?)
        .with(el("fieldset").with(el("legend").with("Exemption for all other texts")).all([
            field("Law", "exemption", line("exemption", value("exemption")), Some(law), &[]),
            field("Reason", "reason", line("reason", value("reason")), Some(reason), &[]),
        ]))
        .with(field(
            "Texts to release",
            "release_texts",
            line("release_texts", value("release_texts")),
            Some(lines),
            &[],
        ))
        .with(rules(value("rules")))
        .with(el("p").with(tick("show_concern_ids", "1", given.get("show_concern_ids").is_some(), concerns)))
        .with(el("p").with(tick("leave_out_later", "1", given.get("leave_out_later").is_some(), later)))
        .with(el("p").class("send").with(button("Show the preview"))))
}

/// Returns the choice of cases.
fn cases(request: &WebRequest, given: &Pairs) -> Result<Element, WebError> {
    let query = CaseQuery { limit: LISTED, order: Order::Newest, ..CaseQuery::default() };
    let listed = request.list(&query)?;
    let chosen: BTreeSet<&str> = given.all("case").collect();
    let boxes = listed.cases.iter().map(|case| {
        let id = case.case.to_string();
        let label = Html::from(name(case.district.as_str())).with(format!(" ({})", case.stage.label()));
        el("div").with(tick("case", &id, chosen.contains(id.as_str()), label))
    });
    let more = (listed.total > listed.cases.len()).then(|| {
        let text = format!("The newest {} of {} are listed.", LISTED, count(listed.total as u64, "case", "cases"));
        el("p").class("hint").with(text)
    });
    let all = el("p").with(tick("all", "1", given.get("all").is_some(), "All cases of the ledger"));
    Ok(el("fieldset")
        .with(el("legend").with("Cases"))
        .with(all)
        .with(el("div").class("longlist").all(boxes))
        .with(more))
}

/// Returns the input for rules.
fn rules(value: &str) -> Element {
    let example = "[[rule]]\nlines = [34]\naction = \"withhold_line\"\nexemption = \"M.G.L. c. 4, \u{a7} 7, cl. 26(c)\"\n\
                   reason = \"It is about the health of a named person.\"\n\n[[rule]]\nkind = \"note_added\"\nparty = \"labor\"\n\
                   action = \"release\"";
    let about = "The first rule that fits a record decides. action is release, withhold, or withhold_line. lines, kind, and party say \
                 which records a rule is about. The rules are those of an exemptions file of ibbi release, for example:";
    let inside = Html::from(el("p").with(about))
        .with(el("pre").class("typed").with(example))
        .with(el("div").class("file").with(field("Rules", "rules", textarea("rules", value, 10), None, &[])));
    let folded = details("Rules for types of events, parties, and single lines", inside);
    if value.is_empty() { folded } else { folded.attr("open", "open") }
}
