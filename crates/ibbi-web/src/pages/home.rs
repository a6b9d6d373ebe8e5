//! The first page: what needs doing this week, and the ways to the three parts.

use super::shell::{Page, button};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_access::View;
use ibbi_app::agenda::{self, AgendaItem, Urgency};
use ibbi_app::format::count;
use ibbi_app::ledger::{CaseQuery, CaseSummary};
use ibbi_core::{EventKind, Stage};
use ibbi_report::html::{Element, Html, el, name, section};

/// The most open cases that are looked at. The ones in which nothing was recorded for the longest time come first.
const EXAMINED: usize = 200;
/// The most lines about what needs doing.
const LINES: usize = 12;

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let content = if request.viewer.grants().is_empty() { newcomer(request) } else { dashboard(request)? };
    let roles: Vec<String> = request.viewer.grants().iter().map(ToString::to_string).collect();
    let roles = if roles.is_empty() { "no role yet".to_owned() } else { roles.join("; ") };
    let signed_in = el("form")
        .class("open")
        .attr("method", "post")
        .attr("action", crate::sign_in::LOGOUT)
        .with(el("span").with("You are signed in as ").with(name(request.name().as_str())).with(format!(" ({roles}).")))
        .with(button("Sign out").class("less"));
    let who = request.viewer.may_see(View::Access, None).is_ok();
    let who = who.then(|| el("p").with(el("a").attr("href", "/access").with("People and roles")));
    let reports = request.viewer.may_see(View::Ledger, None).is_ok().then(|| {
        let listed = [
            (super::goals::PLACE, "Time goals", "Which were met or missed, and which open cases are at risk."),
            (super::all_cases::PLACE, "All cases on a day", "How long each took, and where each was."),
            (super::reports::PLACE, "Program report", "Cases, sessions, hours, and adoption by fiscal year."),
        ];
        let listed = listed.map(|(path, label, text)| {
            el("li").with(el("h3").with(el("a").attr("href", path).with(label))).with(el("p").with(text))
        });
        section("reports", "Reports", el("ul").class("ways").all(listed))
    });
    let content = content.with(reports).with(signed_in).with(who).with(
        el("p")
            .class("quiet")
            .with("Other programs can use the API described at ")
            .with(el("a").attr("href", "/api/v1/openapi.json").with("/api/v1/openapi.json"))
            .with("."),
    );
    let calendars = request.viewer.may_see(View::Calendars, None).is_ok();
    let calendars = calendars.then(|| {
        let link = el("a").attr("href", "/calendars").with("Calendar addresses");
        el("p").class("quiet").with(link).with(" show booked dates in calendar programs.")
    });
    let manages = request.viewer.may_see(View::Webhooks, None).is_ok();
    let webhooks = manages.then(|| {
        let link = el("a").attr("href", "/webhooks").with("Webhooks");
        el("p").class("quiet").with(link).with(" send records to other programs as they are written.")
    });
    let retention = request.viewer.may_see(View::Retention, None).is_ok().then(|| {
        let link = el("a").attr("href", super::retention::PLACE).with("Records and retention");
        el("p").class("quiet").with(link).with(": legal holds, and texts that may be destroyed.")
    });
    let polls = request.viewer.may_see(View::Polls, None).is_ok().then(|| {
        let link = el("a").attr("href", "/polls").with("Availability polls");
        el("p").with(link).with(" ask people when they can come.")
    });
    let content = content.with(polls).with(calendars).with(webhooks).with(retention);
    Ok(Page { title: "Home", place: "/", content }.answer(StatusCode::OK))
}

fn dashboard(request: &WebRequest) -> Result<Html, WebError> {
    let all = request.list(&CaseQuery::default())?.cases;
    let content = Html::new().with(el("h1").with("IBB planner and case log"));
    Ok(if all.is_empty() { content.with(beginning(request)) } else { content.with(overview(request, all)?) })
}

/// Returns the page of someone without a role: who can give one, and what they need to know for it.
fn newcomer(request: &WebRequest) -> Html {
    let principal = &request.viewer.principal;
    let staff = request.viewer.staff();
    let names = staff.iter().map(|staff| staff.as_str()).collect::<Vec<_>>().join(", ");
    let ask = if staff.is_empty() {
        "Ask the person who runs this server to give you one.".to_owned()
    } else {
        format!("Program staff can give you one: {names}.")
    };
    let known = [("ID", principal.subject.as_str()), ("Issuer", principal.issuer.as_str())];
    let known = known
        .into_iter()
        .fold(el("dl"), |list, (term, text)| list.with(el("dt").with(term)).with(el("dd").with(el("code").with(text))));
    Html::new()
        .with(el("h1").with("You have no role yet"))
        .with(el("p").with(format!("You have signed in, but you can\u{2019}t see anything without a role. {ask}")))
        .with(el("p").with("Send them these two lines:"))
        .with(known)
}

/// Returns the page without cases: a line with a button for each part that the viewer may use, and the sample.
fn beginning(request: &WebRequest) -> Html {
    let opens = request.viewer.may_record(EventKind::CaseOpened, None, None).is_ok();
    let lines = [
        Some(("See when your district could finish, and how likely that is.", "/plan?begin=empty", "Plan a schedule")),
        opens.then_some(("Record what happens, and see what comes next.", "/cases#open", "Open a case")),
        Some(("Find out whether records were altered.", "/audit", "Check records")),
    ];
    let lines = lines.into_iter().flatten().map(|(text, path, label)| {
        el("li").with(el("span").with(text)).with(el("a").class("go").attr("href", path).with(label))
    });
    let sample = el("p").with(el("a").attr("href", "/plan").with("Try it with a sample district"));
    Html::new().with(el("ul").class("start").all(lines)).with(sample)
}

fn overview(request: &WebRequest, all: Vec<CaseSummary>) -> Result<Html, WebError> {
    let total = count(all.len() as u64, "case", "cases");
    let mut open: Vec<CaseSummary> = all.into_iter().filter(|case| case.stage != Stage::Closed).collect();
    open.sort_by_key(|case| case.last_event);
    let examined = open.len().min(EXAMINED);
    let now = request.state.now()?;
    let mut items = Vec::new();
    for case in open.iter().take(EXAMINED) {
        items.extend(request.facts(case.case, |log| agenda::item(log, &request.state.live().settings.standards, now))?);
    }
    agenda::sort(&mut items);
    let more = items.len().saturating_sub(LINES);
    let list = el("ul").class("this-week").all(items.iter().take(LINES).map(line));
    let none = el("p").with("Nothing needs doing this week.");
    let rest = (more > 0 || examined < open.len()).then(|| {
        let more =
            (more > 0).then(|| format!("{} attention. ", count(more as u64, "more case needs", "more cases need")));
        let part = (examined < open.len())
            .then(|| format!("The list covers the {examined} open cases with the oldest entries. "));
        let text = [more, part].into_iter().flatten().collect::<String>();
        el("p").class("quiet").with(text).with(el("a").attr("href", "/cases").with("See all cases"))
    });
    let to_do = Html::new().with(if items.is_empty() { none } else { list }).with(rest);
    let ways = [
        ("/plan", "Plan", "See when you can finish, how likely that is, and whose calendar has conflicts.".to_owned()),
        ("/cases", "Cases", format!("Record what happened, and see what comes next. {total}, {} open.", open.len())),
        (
            "/audit",
            "Check records",
            "Find out whether a ledger was altered, and whether the rules allowed each step.".to_owned(),
        ),
    ];
    let ways = ways.into_iter().map(|(path, label, text)| {
        el("li").with(el("h2").with(el("a").attr("href", path).with(label))).with(el("p").with(text))
    });
    Ok(Html::new().with(section("week", "This week", to_do)).with(el("ul").class("ways").all(ways)))
}

/// Returns a line such as "Maple Hollow: waiting 12 days for the letter of the school committee".
fn line(item: &AgendaItem) -> Element {
    let link = el("a").attr("href", format!("/cases/{}", item.case)).with(name(item.district.as_str()));
    let line = el("li").with(link).with(format!(": {}", item.text));
    if item.urgency == Urgency::Overdue { line.class("late") } else { line }
}
