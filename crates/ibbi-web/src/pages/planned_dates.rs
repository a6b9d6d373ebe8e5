//! Planned dates on the calendar of a case: the page that shows them before they are put there, and the form that takes them back.

use super::case::forecast;
use super::confirmation::{Question, asked};
use super::form_errors::warning;
use super::shell::{Page, button, hidden};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use ibbi_access::{View, secret_hash};
use ibbi_app::case_log::CaseLog;
use ibbi_app::format::slot;
use ibbi_app::schedule::CurrentEntries;
use ibbi_report::html::{Element, Html, el, name, section};
use ibbi_report::ics::{IcsEntry, IcsStatus};
use uuid::Uuid;

/// Shows the dates that are to be put on the calendar.
pub(crate) fn ask(request: &WebRequest) -> WebResult {
    request.check(View::PlannedDates, request.id("case")?)?;
    let (log, current) = forecast::planned_dates(request)?;
    Ok(confirmation(request, &log, &current, None))
}

/// Puts the dates on the calendar that the page has shown. If they are not the same any more, shows them again.
pub(crate) fn put(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    request.check(View::PlannedDates, case)?;
    let (log, current) = forecast::planned_dates(request)?;
    if request.form().get("dates") != Some(digest(&current).as_str()) {
        let why = "The dates have changed since this page was shown. Nothing was published. Look at them again.";
        return Ok(confirmation(request, &log, &current, Some(why)));
    }
    request.put_planned_dates(&log, current)?;
    Ok(see_other(&format!("/cases/{case}/calendar#planned")))
}

/// Takes the dates back.
pub(crate) fn take_back(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    request.check(View::PlannedDates, case)?;
    let dates = request.planned_dates(case)?;
    if !dates.is_empty() {
        let district = request.facts(case, |log| log.district().map(ToString::to_string).unwrap_or_default())?;
        let about = "Those who subscribe to the calendar of this case don\u{2019}t see these dates any more. To publish dates again, go to the \
                     forecast.";
        let question = Question {
            does: "Take back the planned dates of".to_owned(),
            whom: district,
            about: Html::from(el("p").with(about)).with(list(&dates)),
            yes: "Take these dates back",
            no: "Keep them",
            back: &format!("/cases/{case}/calendar#planned"),
            place: "/cases",
        };
        if let Some(page) = asked(request, &question) {
            return Ok(page);
        }
    }
    request.take_back_planned_dates(case)?;
    Ok(see_other(&format!("/cases/{case}/calendar#planned")))
}

fn planned(current: &CurrentEntries) -> Vec<&IcsEntry> {
    let mut planned: Vec<_> = current.entries.iter().filter(|entry| entry.status == IcsStatus::Tentative).collect();
    planned.sort_by_key(|entry| (entry.slot.starts().at(), &entry.uid));
    planned
}

/// Returns a text that is another one if the dates are.
fn digest(current: &CurrentEntries) -> String {
    let lines = planned(current).into_iter();
    let lines = lines.map(|entry| format!("{} {} {}", entry.uid, entry.slot.starts().at(), entry.slot.ends().at()));
    secret_hash(&lines.collect::<Vec<_>>().join("\n"))
}

fn confirmation(
    request: &WebRequest,
    log: &CaseLog,
    current: &CurrentEntries,
    why: Option<&str>,
) -> axum::response::Response {
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let back = el("a").attr("href", format!("/cases/{}/forecast", log.id)).with("Back to the forecast");
    let dates = planned(current);
    let content = Html::new()
        .with(el("p").class("quiet").with(back))
        .with(el("h1").with("Publish dates to the calendar of ").with(name(&district)))
        .with(why.map(|why| warning(el("p").with(why))));
    let content = if dates.is_empty() {
        content.with(el("p").with("All sessions of this plan are booked, so there are no dates to publish."))
    } else {
        let about = "Everyone who subscribes to the calendar of this case sees these dates, marked as tentative. A booking replaces \
                     the date of its session. You can take the dates back.";
        let form = el("form")
            .attr("method", "post")
            .attr("action", forecast::publishing_address(request, log.id))
            .attr("data-once", "1")
            .with(hidden("dates", &digest(current)))
            .with(el("p").class("send").with(button("Publish these dates")));
        let alone = forecast::without_calendars(request).then(|| {
            let text = "No one\u{2019}s calendar was used for these dates: all days count as available. To use those of a plan, go back \
                        to the forecast, and choose \u{201c}Use the calendars of a plan\u{201d}.";
            warning(el("p").with(text))
        });
        content.with(alone).with(el("p").with(about)).with(list(dates)).with(form)
    };
    let status = if why.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Page { title: "Publish dates", place: "/cases", content }.answer(status)
}

fn list<'a>(dates: impl IntoIterator<Item = &'a IcsEntry>) -> Element {
    let line =
        |entry: &IcsEntry| el("li").with(el("strong").with(slot(entry.slot))).with(" ").with(name(&entry.summary));
    el("ul").all(dates.into_iter().map(line))
}

/// Returns the part of the calendar's page about planned dates, if there are some.
pub(crate) fn part(request: &WebRequest, case: Uuid) -> Result<Option<Html>, WebError> {
    let dates = request.planned_dates(case)?;
    if dates.is_empty() {
        return Ok(None);
    }
    let about = "These dates are planned and not booked. Those who subscribe to the calendar of this case see them as tentative.";
    let form = request.check(View::PlannedDates, case).is_ok().then(|| {
        el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{case}/calendar/planned/take-back"))
            .attr("data-once", "1")
            .with(el("p").class("send").with(button("Take these dates back").class("less")))
    });
    let content = Html::new().with(el("p").with(about)).with(list(&dates)).with(form);
    Ok(Some(section("planned", "Planned dates", content).into()))
}
