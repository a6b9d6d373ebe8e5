//! "Correct this entry": the form with what was recorded, what changes, and whether everything that follows is still valid.

use super::choices::Choices;
use super::fields::Inputs;
use super::found_text::found_text;
use super::seen;
use super::sent::{Reader, filled};
use crate::pages::form_errors::{FormErrors, sentence};
use crate::pages::shell::{Page, button, hidden, line};
use crate::pages::when::{self, Moment};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::case_log::CaseLog;
use ibbi_app::confidential;
use ibbi_app::describe::describe_with_names;
use ibbi_app::form::{self, FormError, When};
use ibbi_app::format::us_date;
use ibbi_app::ledger::Record;
use ibbi_app::service::{EventTime, Offer};
use ibbi_app::times::happened;
use ibbi_app::{AppError, Offered, zone::Zone};
use ibbi_core::{At, Event, EventKind, Name, Precision, Refusal};
use ibbi_report::html::{Element, Html, el, name, section};
use uuid::Uuid;

/// The ID of the form, for its fields.
const FORM: &str = "entry";

/// Returns the form of an entry.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let (log, record) = entry(request)?;
    let shown = Shown { given: &Pairs::from(original(&record, log.zone)), result: Outcome::New };
    show(request, &log, &record, &shown)
}

/// Checks or records a correction.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let (log, record) = entry(request)?;
    let given = request.form();
    let answer = match given.get("do") {
        Some("void") => void(request, &log, &record, &given).map(Some),
        Some("record") => replace(request, &log, &record, &given).map(Some),
        _ => Ok(None),
    };
    let response = match answer {
        Ok(Some(seq)) => see_other(&format!("/cases/{}?recorded={seq}#now", log.id)),
        Ok(None) => {
            let checked = corrected(request, &log, &record, &given)
                .and_then(|change| valid(&log, &record, &change).map(|()| change));
            match checked {
                Ok(change) => show(request, &log, &record, &Shown { given: &given, result: Outcome::Valid(&change) })?,
                Err(fail) => show(request, &log, &record, &Shown { given: &given, result: Outcome::Refused(&fail) })?,
            }
        }
        Err(fail) => show(request, &log, &record, &Shown { given: &given, result: Outcome::Refused(&fail) })?,
    };
    Ok(response)
}

/// A corrected entry.
struct Change {
    event: Event,
    at: At,
    precision: Precision,
    on_behalf: Option<Name>,
}

/// The outcome of a check.
enum Outcome<'a> {
    New,
    Valid(&'a Change),
    Refused(&'a WebError),
}

struct Shown<'a> {
    given: &'a Pairs,
    result: Outcome<'a>,
}

fn entry(request: &WebRequest) -> Result<(CaseLog, Record), WebError> {
    let log: CaseLog = request.case(request.id("case")?, Clone::clone)?;
    let seq = request.path.get("seq").and_then(|seq| seq.parse::<u64>().ok());
    let found = log.records.iter().find(|record| Some(record.seq) == seq).cloned();
    let record = found.ok_or_else(|| WebError::not_found("the case has no entry with this number"))?;
    Ok((log, record))
}

/// Returns the content of the form before it is changed.
fn original(record: &Record, zone: Zone) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> =
        filled(&record.event, zone).iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    pairs.push(("day".to_owned(), us_date(zone.date(record.at))));
    let is_exact = record.details.precision == Precision::Instant;
    pairs.push(("time".to_owned(), if is_exact { zone.show_time(record.at) } else { String::new() }));
    let behalf = record.details.on_behalf.as_ref().map(ToString::to_string).unwrap_or_default();
    pairs.push(("on_behalf".to_owned(), behalf));
    pairs
}

/// Reads the corrected entry. An unchanged time keeps its seconds.
fn corrected(request: &WebRequest, log: &CaseLog, record: &Record, given: &Pairs) -> Result<Change, WebError> {
    let kind = record.event.kind();
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let reader = Reader { given, choices: &choices, near: log.zone.date(record.at) };
    reader.check_team(kind)?;
    let event = form::event(kind, &reader.pairs(kind), log.zone)?;
    let before = Pairs::from(original(record, log.zone));
    let is_same_time = ["day", "time"].iter().all(|name| before.get(name) == given.get(name));
    let (when, on_behalf) = when::circumstances(request, given, log.zone)?;
    let change =
        |at: At, precision: Precision| Change { event: event.clone(), at, precision, on_behalf: on_behalf.clone() };
    let change = match when {
        _ if is_same_time => change(record.at, record.details.precision),
        When::At(at) => change(at, Precision::Instant),
        When::Now => change(request.state.now()?, Precision::Instant),
        When::Day(_) => {
            let now = request.state.now()?;
            let accepts = |at: At| replaced(log, record, &change(at, Precision::Day));
            let at = when.instant_for(log.recorded.records(), (log.zone, now), accepts);
            let refused = |refusal: Refusal| refused(log, record, &change(refusal.at, Precision::Day), refusal);
            change(at.map_err(refused)?.unwrap_or(now), Precision::Day)
        }
    };
    let same_time = (change.at, change.precision) == (record.at, record.details.precision);
    if change.event == record.event && same_time && change.on_behalf == record.details.on_behalf {
        return Err(FormError::unchanged().into());
    }
    Ok(change)
}

/// Checks that everything that follows is still valid.
fn valid(log: &CaseLog, record: &Record, change: &Change) -> Result<(), WebError> {
    replaced(log, record, change).map_err(|refusal| refused(log, record, change, refusal))
}

/// Checks whether the case accepts a changed entry in place of the recorded one.
fn replaced(log: &CaseLog, record: &Record, change: &Change) -> Result<(), Refusal> {
    let mut history = log.recorded.records().clone();
    let seq = history.entries().last().map_or(1, |last| last.seq + 1);
    history.replace(seq, record.seq, change.at, change.event.clone()).map(drop)
}

fn refused(log: &CaseLog, record: &Record, change: &Change, refusal: Refusal) -> WebError {
    let offered = Offered { at: change.at, event: change.event.clone(), replaces: Some(record.seq) };
    AppError::refused(refusal, log, &[], &offered).into()
}

fn void(request: &WebRequest, log: &CaseLog, record: &Record, given: &Pairs) -> Result<u64, WebError> {
    let pairs =
        [("reason", given.get("void_reason").unwrap_or_default().trim().to_owned()), ("seq", record.seq.to_string())];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value));
    let event = form::event(EventKind::EventVoided, &pairs, log.zone)
        .map_err(|error| error.in_field("reason", "void_reason"))?;
    // The field above is for the correction: a void is for no one else.
    offer(request, log, given, request.offer(event))
}

/// Records a corrected entry in place of the recorded one.
fn replace(request: &WebRequest, log: &CaseLog, record: &Record, given: &Pairs) -> Result<u64, WebError> {
    let Change { event, at, precision, on_behalf } = corrected(request, log, record, given)?;
    let at = Some(match precision {
        Precision::Day => EventTime::Picked(at),
        Precision::Instant => EventTime::At(at),
    });
    offer(request, log, given, Offer { at, on_behalf, replaces: Some(record.seq), ..request.offer(event) })
}

fn offer(request: &WebRequest, log: &CaseLog, given: &Pairs, offer: Offer) -> Result<u64, WebError> {
    let id = given.get("id").and_then(|id| Uuid::parse_str(id).ok());
    let offer = Offer { case: Some(log.id), id, expected_revision: seen(given)?, ..offer };
    let asked = [confidential::concern_of(&offer.event).copied()];
    let recorded = request.state.writer.offer_here(request.checked(offer)?);
    let recorded = recorded.map_err(|error| request.private(Some(log.id), &asked, error))?;
    Ok(recorded.seq.unwrap_or_default())
}

fn show(request: &WebRequest, log: &CaseLog, record: &Record, shown: &Shown<'_>) -> Result<Response, WebError> {
    let zone = log.zone;
    let all = Choices::new(log.recorded.records().case(), log.recorded.records());
    let errors = match &shown.result {
        Outcome::Refused(fail) => {
            FormErrors::of_form(fail, form::field_of_rule, &|what, zone| found_text(what, zone, &all))
        }
        _ => FormErrors::default(),
    };
    let status = match &shown.result {
        Outcome::Refused(fail) => fail.status(),
        _ => StatusCode::OK,
    };
    let result: Html = match &shown.result {
        Outcome::New => Html::new(),
        Outcome::Valid(change) => el("div")
            .class("good")
            .attr("id", "now")
            .attr("role", "status")
            .with(el("p").with(el("strong").with("Everything that follows is still valid.")))
            .with(changes(record, change, zone))
            .into(),
        Outcome::Refused(_) => errors.summary("This correction can't be recorded. Nothing has changed.", FORM).into(),
    };
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let back = el("a").attr("href", format!("/cases/{}#history", log.id)).with(name(&district));
    let was = format!(
        "{}. {}, by {}{}.",
        sentence(&describe_with_names(&record.event, &|id| all.name_of(id))),
        happened(record.at, record.details.precision, zone),
        record.actor,
        record.details.on_behalf.as_ref().map(|name| format!(", on behalf of {name}")).unwrap_or_default()
    );
    let form = fields(request, log, record, shown, &errors).map(|fields| {
        let void = can_be_voided(&record.event)
            .then(|| section("void", "Void the entry instead", voiding(shown.given, &errors)));
        el("form")
            .attr("method", "post")
            .attr("action", format!("/cases/{}/entries/{}", log.id, record.seq))
            .with(hidden("rev", &log.records.len().to_string()))
            .with(hidden("id", &Uuid::now_v7().to_string()))
            .with(fields)
            .with(void)
    });
    let content = Html::new()
        .with(el("p").class("quiet").with("Case ").with(back))
        .with(el("h1").with(format!("Correct entry {}", record.seq)))
        .with(el("p").class("verdict").with(was))
        .with(result)
        .with(form);
    Ok(Page { title: "Correct an entry", place: "/cases", content }.answer(status))
}

fn can_be_voided(event: &Event) -> bool {
    !matches!(event.kind(), EventKind::EventVoided | EventKind::CaseOpened)
}

/// Returns the fields of the entry with its time, and the buttons.
fn fields(
    request: &WebRequest,
    log: &CaseLog,
    record: &Record,
    shown: &Shown<'_>,
    errors: &FormErrors,
) -> Option<Html> {
    let kind = record.event.kind();
    if kind == EventKind::EventVoided {
        return None;
    }
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let inputs = Inputs { form: FORM, sent: Some(shown.given), suggested: &[], choices: &choices, errors };
    let moment = Moment::read(shown.given);
    let times = when::fields(&moment, request.name(), errors);
    let send = |code: &str, label: &str, class: Option<&'static str>| {
        let button = button(label).attr("name", "do").attr("value", code);
        class.into_iter().fold(button, Element::class)
    };
    let buttons = match shown.result {
        Outcome::Valid(_) => Html::new().with(send("record", "Record the correction", None)).with(" ").with(send(
            "check",
            "Check again",
            Some("less"),
        )),
        _ => send("check", "Check the correction", None).into(),
    };
    let content = Html::new()
        .with(inputs.of_event(kind))
        .with(el("fieldset").class("basics").with(el("legend").with("When did it happen?")).with(times))
        .with(el("p").class("send").with(buttons));
    Some(content)
}

fn voiding(given: &Pairs, errors: &FormErrors) -> Html {
    let name = "void_reason";
    let input = line(name, given.get(name).unwrap_or_default()).attr("maxlength", 500);
    let hint = "The entry stays in the history, struck through.";
    Html::new()
        .with(crate::pages::shell::field(
            "Why is it wrong?",
            &format!("{FORM}-{name}"),
            input,
            Some(hint),
            &errors.of_field(name),
        ))
        .with(
            el("p").class("send").with(
                button("Void the entry")
                    .class("less")
                    .attr("name", "do")
                    .attr("value", "void")
                    .attr("formnovalidate", "formnovalidate"),
            ),
        )
}

/// Returns what changes, as a table.
fn changes(record: &Record, change: &Change, zone: Zone) -> Element {
    let (was, is) = (filled(&record.event, zone), filled(&change.event, zone));
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for field in record.event.kind().fields() {
        let value = |pairs: &Pairs| {
            let of_field =
                |key: &str| key == field.name || key.strip_prefix(field.name).is_some_and(|rest| rest.starts_with('.'));
            let values =
                pairs.iter().filter(|(key, _)| of_field(key)).map(|(_, value)| field.value_label(value).to_owned());
            values.collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (value(&was), value(&is));
        if before != after {
            rows.push((form::label(field).to_owned(), before, after));
        }
    }
    let (was, is) = (happened(record.at, record.details.precision, zone), happened(change.at, change.precision, zone));
    if was != is {
        rows.push(("Time".to_owned(), was, is));
    }
    if record.details.on_behalf != change.on_behalf {
        let shown = |name: &Option<Name>| name.as_ref().map_or_else(|| "no one else".to_owned(), ToString::to_string);
        rows.push(("On behalf of".to_owned(), shown(&record.details.on_behalf), shown(&change.on_behalf)));
    }
    let heads = ["Field", "Recorded", "Corrected"].map(|head| el("th").attr("scope", "col").with(head));
    let rows = rows.into_iter().map(|(label, before, after)| {
        el("tr").with(el("th").attr("scope", "row").with(label)).with(el("td").with(before)).with(el("td").with(after))
    });
    el("table").with(el("thead").with(el("tr").all(heads))).with(el("tbody").all(rows))
}
