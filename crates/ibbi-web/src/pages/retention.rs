//! The page about legal holds, and about the texts that the retention rules allow to destroy.

use super::confirmation::{Question, asked};
use super::form_errors::warning;
use super::shell::{Page, button, field, hidden, line, select};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use crate::retention_requests::{self as changes, WantedDestruction};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::custody::{self, DueTexts, ListedHold, owner_label};
use ibbi_app::format::count;
use ibbi_app::ledger::{CaseQuery, Order};
use ibbi_app::{AppError, TextOwner};
use ibbi_report::html::{Element, Html, details, el, name, section};
use std::collections::HashMap;
use uuid::Uuid;

/// The address of the page.
pub(super) const PLACE: &str = "/retention";
const TITLE: &str = "Records and retention";
/// The most cases that the form lists, newest first.
const LISTED: usize = 1000;

/// The names of cases, by their IDs.
type Districts = HashMap<Uuid, String>;

pub(crate) fn page(request: &WebRequest) -> WebResult {
    show(request, &Pairs::default(), None)
}

fn show(request: &WebRequest, given: &Pairs, failed: Option<&WebError>) -> Result<Response, WebError> {
    let query = CaseQuery { limit: LISTED, order: Order::Newest, ..CaseQuery::default() };
    let cases = request.list(&query)?.cases;
    let districts: Districts = cases.iter().map(|case| (case.case, case.district.to_string())).collect();
    let choices: Vec<(String, String)> = cases
        .iter()
        .map(|case| (case.case.to_string(), format!("{} ({})", case.district, case.stage.label())))
        .collect();
    let about = "A legal hold keeps confidential texts from being destroyed. Without one, texts can be destroyed when the retention \
                 rules of the office allow it. Your counsel decides what must be kept, and for how long.";
    let (note, status) = match failed {
        None => (None, StatusCode::OK),
        Some(fail) => {
            let heading = el("p").with(el("strong").with("Nothing was changed."));
            let text = Html::new().with(heading).with(el("p").with(super::form_errors::sentence(&fail.detail())));
            (Some(warning(text)), fail.status())
        }
    };
    let content = Html::new()
        .with(el("h1").with(TITLE))
        .with(note)
        .with(el("p").with(about))
        .with(section("holds", "Legal holds", holds(&changes::holds(request)?, &districts)))
        .with(section("place", "Place a legal hold", form(&choices, given)))
        .with(section("texts", "Texts and retention", texts(request, given)?))
        .with(section("destroyed", "Destroyed texts", destroyed(request, &districts)))
        .with(section("release", super::release::TITLE, release()));
    Ok(Page { title: TITLE, place: PLACE, content }.answer(status))
}

/// Returns a link to a case.
fn link(case: Uuid, districts: &Districts) -> Element {
    let label = districts.get(&case).cloned().unwrap_or_else(|| format!("case {case}"));
    el("a").attr("href", format!("/cases/{case}")).with(name(&label))
}

fn holds(all: &[ListedHold], districts: &Districts) -> Html {
    let (lifted, in_force): (Vec<_>, Vec<_>) = all.iter().partition(|hold| hold.lifted.is_some());
    let content = if in_force.is_empty() {
        Html::new().with(el("p").with("No legal hold is in force."))
    } else {
        Html::new().with(el("ul").class("later").all(in_force.iter().map(|hold| hold_line(hold, districts))))
    };
    let earlier = (!lifted.is_empty()).then(|| {
        let lines = lifted.iter().map(|hold| hold_line(hold, districts));
        details(format!("Lifted holds ({})", lifted.len()), el("ul").class("later").all(lines))
    });
    content.with(earlier)
}

fn release() -> Html {
    let about = "Make a copy of records for a person who asked for public records, without what the law exempts.";
    let link = el("a").attr("href", super::release::PLACE).with("Make a public-records release");
    Html::from(el("p").with(about)).with(el("p").with(link))
}

fn hold_line(hold: &ListedHold, districts: &Districts) -> Element {
    let what: Html = match hold.case {
        Some(case) => link(case, districts).into(),
        None => "All cases".into(),
    };
    let placed = format!(" (number {}, placed on {} by ", hold.hold, hold.at.utc_date().readable());
    let about = el("div")
        .with(el("strong").with(what))
        .with(": ")
        .with(name(&hold.reason))
        .with(el("div").class("quiet").with(placed).with(name(&hold.by)).with(")"));
    let action = match hold.lifted {
        Some(at) => el("div").class("quiet").with(format!("Lifted on {}", at.utc_date().readable())),
        None => {
            let id = format!("lift-{}", hold.hold);
            let form = el("form")
                .attr("method", "post")
                .attr("action", format!("{PLACE}/holds/{}/lift", hold.hold))
                .with(field("Why is it lifted?", &id, line("reason", ""), None, &[]))
                .with(button("Lift this hold").class("less"));
            details("Lift", form)
        }
    };
    el("li").with(about).with(action)
}

fn form(choices: &[(String, String)], given: &Pairs) -> Html {
    let value = |key: &str| given.get(key).unwrap_or_default();
    let cases = choices.iter().map(|(id, label)| (id.as_str(), label.as_str()));
    let cases = [("", "choose"), ("all", "all cases")].into_iter().chain(cases);
    let hint = "Such as the number of a grievance. It stays in the records for good, so don\u{2019}t write confidential things.";
    el("form")
        .attr("method", "post")
        .attr("action", format!("{PLACE}/holds"))
        .attr("data-once", "1")
        .with(
            el("div")
                .class("basics")
                .with(field("Case", "case", select("case", value("case"), cases), None, &[]))
                .with(field("Reason", "reason", line("reason", value("reason")), Some(hint), &[])),
        )
        .with(el("p").class("send").with(button("Place the hold")))
        .into()
}

fn texts(request: &WebRequest, given: &Pairs) -> Result<Html, WebError> {
    let keys = custody::check_keys(&request.state.beside);
    let trouble = keys.is_err().then(|| {
        let text = "The folder with the keys can\u{2019}t be used. Until the person who runs the server puts it back, sealed texts \
                    can\u{2019}t be shown or destroyed, and new ones are refused.";
        warning(el("p").with(text))
    });
    if matches!(keys, Ok(None)) {
        let text = "The confidential texts are not sealed, so they can\u{2019}t be destroyed. The person who runs the server can seal \
                    them with \u{201c}ibbi texts seal\u{201d}.";
        return Ok(Html::new().with(el("p").with(text)));
    }
    let all = changes::due(request)?;
    let content = Html::new().with(trouble).with(rules(request));
    if all.is_empty() {
        return Ok(content.with(el("p").with("There are no sealed texts.")));
    }
    let (can, must): (Vec<_>, Vec<_>) = all.iter().partition(|texts| texts.allowed);
    let today = changes::today(request)?.readable();
    let list = |texts: &[&DueTexts]| el("ul").class("later").all(texts.iter().map(|texts| due_line(texts, given)));
    let content = content.with(el("h3").with(format!("Can be destroyed on {today}")));
    let content = match can.as_slice() {
        [] => content.with(el("p").with("None.")),
        some => content.with(list(some)),
    };
    let kept = (!must.is_empty()).then(|| details(format!("Must be kept ({})", must.len()), list(&must)));
    Ok(content.with(kept))
}

/// Returns the retention rules in effect.
fn rules(request: &WebRequest) -> Html {
    let rules = changes::rules(request).rules;
    if rules.is_empty() {
        let text = "The server has no retention rules, so nothing can be destroyed. The person who runs it can name their file with \
                    \u{201c}retention\u{201d} in its settings.";
        return Html::new().with(el("p").with(text));
    }
    let lines = rules.iter().map(|rule| {
        let owners: Vec<&str> = rule.texts.iter().map(|owner| owner_label(owner.code())).collect();
        let from = if rule.after.code() == "closing" { "the case is closed" } else { "the last event of the case" };
        let text = format!(
            ": texts of {} are kept for {} after {from} ({}). Confirmed by {} on {}.",
            owners.join(", "),
            rule.keep,
            rule.authority,
            rule.confirmed_by,
            rule.confirmed_on.readable()
        );
        el("li").with(el("strong").with(rule.name.as_str())).with(text)
    });
    details(format!("Retention rules ({})", rules.len()), el("ul").all(lines)).into()
}

fn due_line(texts: &DueTexts, given: &Pairs) -> Element {
    let case = texts.case.to_string();
    let number = count(texts.texts, "text", "texts");
    let title = format!(": {number} of {}", owner_label(texts.party));
    let link = el("a").attr("href", format!("/cases/{case}")).with(name(&texts.district));
    let why = match (&texts.reason, &texts.rule) {
        (Some(reason), _) => super::form_errors::sentence(reason),
        (None, rule) => format!("Rule {} allows it.", rule.as_deref().unwrap_or_default()),
    };
    let about = el("div").with(el("strong").with(link).with(title)).with(el("div").class("quiet").with(why));
    let is_given = given.get("case") == Some(&case) && given.get("party") == Some(texts.party);
    let action = texts.allowed.then(|| {
        let reason = if is_given { given.get("reason").unwrap_or_default() } else { "" };
        let form = el("form")
            .attr("method", "post")
            .attr("action", format!("{PLACE}/destroy"))
            .with(hidden("case", &case))
            .with(hidden("party", texts.party))
            .with(hidden("texts", &texts.texts.to_string()))
            .with(field(
                "Why, and on whose authority?",
                &format!("why-{}", texts.key.replace('.', "-")),
                line("reason", reason),
                None,
                &[],
            ))
            .with(button("Continue").class("less"));
        let folded = details("Destroy", form);
        if is_given { folded.attr("open", "open") } else { folded }
    });
    el("li").with(about).with(action)
}

fn destroyed(request: &WebRequest, districts: &Districts) -> Html {
    let state = request.state.look(|service| service.store().custody());
    if state.destroyed.is_empty() {
        return Html::new().with(el("p").with("No texts were destroyed."));
    }
    let lines = state.destroyed.iter().rev().map(|known| {
        let texts = &known.texts;
        let number = count(texts.texts, "text", "texts");
        let title = format!(": {number} of {}", owner_label(texts.key.owner.code()));
        let what = format!("Destroyed on {} under rule {} by ", known.at.utc_date().readable(), texts.rule);
        let about = el("div").class("quiet").with(what).with(name(known.by.as_str()));
        let why = el("div").class("quiet").with("Reason: ").with(name(texts.reason.as_str()));
        let title = el("strong").with(link(texts.key.case, districts)).with(title);
        el("li").with(el("div").with(title).with(about).with(why))
    });
    el("ul").class("later").all(lines).into()
}

/// Returns what program staff see on the page of a case about its confidential texts.
pub(super) fn of_case(request: &WebRequest, case: Uuid) -> Html {
    let custody = request.state.look(|service| service.store().custody());
    let sealed = match custody::check_keys(&request.state.beside) {
        Ok(None) => "The confidential texts are not sealed.".to_owned(),
        Ok(Some(_)) => "The confidential texts are sealed.".to_owned(),
        Err(_) => "The confidential texts are sealed, and the folder with their keys can\u{2019}t be used.".to_owned(),
    };
    let hold = custody.hold_on(case).map(|hold| {
        let since = format!("They are under a legal hold since {}: ", hold.at.utc_date().readable());
        el("p").with(since).with(name(hold.reason.as_str()))
    });
    let destroyed = custody.destroyed.iter().filter(|known| known.texts.key.case == case).map(|known| {
        let (number, owner) = (count(known.texts.texts, "text", "texts"), owner_label(known.texts.key.owner.code()));
        let was = if known.texts.texts == 1 { "was" } else { "were" };
        let (day, rule) = (known.at.utc_date().readable(), &known.texts.rule);
        el("p").with(format!("{number} of {owner} {was} destroyed on {day} under rule {rule}."))
    });
    let link = el("p").with(el("a").attr("href", PLACE).with(TITLE));
    let destroyed: Html = destroyed.collect();
    let content = Html::new().with(el("p").with(sealed)).with(hold).with(destroyed).with(link);
    section("retention", "Confidential texts", content).into()
}

/// Returns to the page after a change.
fn answer<T>(request: &WebRequest, given: &Pairs, changed: Result<T, WebError>) -> WebResult {
    match changed {
        Ok(_) => Ok(see_other(PLACE)),
        Err(fail) => show(request, given, Some(&fail)),
    }
}

/// Returns the case that a form names; none for all cases.
fn case_of(given: &Pairs) -> Result<Option<Uuid>, AppError> {
    match given.get("case").unwrap_or_default() {
        "all" => Ok(None),
        text => {
            let wrong = |_| AppError::Usage("choose a case, or all cases".to_owned());
            Uuid::parse_str(text).map(Some).map_err(wrong)
        }
    }
}

pub(crate) fn place(request: &WebRequest) -> WebResult {
    let given = request.form();
    let why = given.get("reason").unwrap_or_default();
    let placed = case_of(&given).map_err(WebError::from).and_then(|case| changes::place(request, case, why));
    answer(request, &given, placed)
}

pub(crate) fn lift(request: &WebRequest) -> WebResult {
    let given = request.form();
    let hold = request.path.get("hold").and_then(|hold| hold.parse().ok());
    let hold = hold.ok_or_else(|| WebError::not_found("there is no such legal hold"))?;
    let lifted = changes::lift(request, hold, given.get("reason").unwrap_or_default());
    answer(request, &Pairs::default(), lifted)
}

/// Asks whether the texts shall be destroyed, and destroys them if the answer is yes.
pub(crate) fn destroy(request: &WebRequest) -> WebResult {
    let given = request.form();
    let wrong = || AppError::Usage("choose the texts to destroy on this page".to_owned());
    let wanted = || -> Result<WantedDestruction<'_>, WebError> {
        let case = case_of(&given)?.ok_or_else(wrong)?;
        let party = given.get("party").and_then(TextOwner::from_code).ok_or_else(wrong)?;
        let texts = given.get("texts").and_then(|texts| texts.parse().ok()).ok_or_else(wrong)?;
        let reason = given.get("reason").unwrap_or_default();
        Ok(WantedDestruction { case, party: Some(party), texts: Some(texts), reason })
    };
    let planned = wanted().and_then(|wanted| Ok((changes::plan(request, &wanted)?, wanted)));
    let (planned, wanted) = match planned {
        Ok(planned) => planned,
        Err(fail) => return show(request, &given, Some(&fail)),
    };
    if let Some(first) = planned.first() {
        let number = count(planned.iter().map(|texts| texts.texts).sum(), "text", "texts");
        let about = el("ul").all(planned.iter().map(|texts| {
            let rule = texts.rule.as_deref().unwrap_or_default();
            let number = count(texts.texts, "text", "texts");
            el("li").with(format!("{number} of {}, under rule {rule}", owner_label(texts.party)))
        }));
        let case = el("p").with("Case ").with(el("code").with(first.case.to_string()));
        let warned = "No one can read them again. This can\u{2019}t be undone. The records show that they were destroyed, when, and why.";
        let question = Question {
            does: format!("Destroy {number} of"),
            whom: first.district.clone(),
            about: Html::new().with(about).with(case).with(warning(el("p").with(warned))),
            yes: "Destroy the texts for good",
            no: "Keep them",
            back: PLACE,
            place: PLACE,
        };
        if let Some(page) = asked(request, &question) {
            return Ok(page);
        }
    }
    let destroyed = changes::destroy(request, &wanted);
    answer(request, &given, destroyed)
}
