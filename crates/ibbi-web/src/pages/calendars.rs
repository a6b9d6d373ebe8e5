//! The pages about calendars: the dates of a case as a file or at a secret address, and the list of addresses.

use super::confirmation::{Question, asked};
use super::form_errors::warning;
use super::planned_dates;
use super::shell::{Page, button, field, select};
use crate::calendar_feeds::Feed;
use crate::calendar_requests::{self as calendars, WantedCalendar};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use ibbi_access::View;
use ibbi_app::zone::Zone;
use ibbi_report::html::{Element, Html, el, name, section};
use uuid::Uuid;

/// The address of the list.
const PLACE: &str = "/calendars";

/// What happened before the page is shown.
enum Before<'a> {
    Nothing,
    /// An address was made.
    Made(&'a str),
    /// A form could not be carried out.
    Failed(&'a WebError),
}

/// Returns the page with the calendar of a case: the file, and the form that makes an address.
pub(crate) fn of_case(request: &WebRequest) -> WebResult {
    case_page(request, request.id("case")?, &Before::Nothing)
}

fn case_page(request: &WebRequest, case: Uuid, before: &Before<'_>) -> WebResult {
    let district = request.facts(case, |log| log.district().map(ToString::to_string).unwrap_or_default())?;
    let back = el("a").attr("href", format!("/cases/{case}")).with("Back to the case");
    let mut content =
        Html::new().with(el("p").class("quiet").with(back)).with(el("h1").with("Calendar of ").with(name(&district)));
    let status = match before {
        Before::Nothing => StatusCode::OK,
        Before::Made(address) => {
            content = content.with(made(address)).with(local(request));
            StatusCode::CREATED
        }
        Before::Failed(fail) => {
            content = content.with(warning(el("p").with(fail.detail())));
            fail.status()
        }
    };
    let file = el("p")
        .with("A file has the dates as they are now. ")
        .with(el("a").attr("href", format!("/cases/{case}/dates.ics")).attr("download", "download").with("Download"));
    content = content.with(section("file", "As a file", file)).with(planned_dates::part(request, case)?);
    if request.check(View::Calendars, case).is_ok() {
        content = content.with(section("subscribe", "Subscribe", form(request, case)?));
        let own = calendars::current(request)?;
        content = content.with(section("addresses", "Your addresses", list(request, &own)));
    }
    Ok(Page { title: "Calendar", place: "/cases", content }.answer(status))
}

/// Returns an address that was just made.
fn made(address: &str) -> Element {
    let text = "This is the address of the calendar. It is shown only now, so copy it into your calendar program. Everyone who has it \
                sees the dates.";
    let code = el("p").with(el("code").class("secret").with(address));
    let open = el("a").attr("href", calendars::webcal(address)).with("Open it in your calendar program");
    el("div").class("good").attr("role", "status").with(el("p").with(text)).with(code).with(el("p").with(open))
}

/// Returns a warning if calendar programs of other computers can't open the address.
fn local(request: &WebRequest) -> Option<Element> {
    let text = format!(
        "The address leads to {}, which only this computer can open. The person who runs the server can set its address \
         (public_url). Or send the dates as a file.",
        request.public_address()
    );
    request.is_local_address().then(|| warning(el("p").with(text)))
}

fn form(request: &WebRequest, case: Uuid) -> Result<Html, WebError> {
    let about = "A calendar program that subscribes shows new dates by itself, and takes away those that are canceled. It needs no \
                 account: the address is a secret. It shows what you may see, and stops if you lose your role or revoke it.";
    let people = calendars::people(request, case)?;
    let people = people.iter().map(|person| (person.as_str(), person.as_str()));
    let whose = select("person", "", [("", "All dates of this case")].into_iter().chain(people));
    let form = el("form")
        .attr("method", "post")
        .attr("action", format!("/cases/{case}/calendar"))
        .attr("data-once", "1")
        .with(field(
            "Which dates?",
            "person",
            whose,
            Some("A person\u{2019}s address has the dates of all cases in which the person takes part."),
            &[],
        ))
        .with(el("p").class("send").with(button("Make an address")));
    Ok(Html::new().with(el("p").with(about)).with(form))
}

/// Makes an address, and shows it once.
pub(crate) fn subscribe(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    request.check(View::Calendars, case)?;
    let (given, id) = (request.form(), case.to_string());
    let person = given.get("person").filter(|person| !person.is_empty());
    let wanted = WantedCalendar { case: person.is_none().then_some(id.as_str()), person };
    match calendars::create(request, wanted) {
        Ok(made) => case_page(request, case, &Before::Made(&calendars::address(request, &made.secret))),
        Err(fail) => case_page(request, case, &Before::Failed(&fail)),
    }
}

/// Returns the page with all addresses that the viewer manages.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let own = calendars::current(request)?;
    let about = "A calendar address shows the dates of cases to calendar programs, without an account. Make one on the page of a case.";
    let content =
        Html::new().with(el("h1").with("Calendar addresses")).with(el("p").with(about)).with(list(request, &own));
    Ok(Page { title: "Calendar addresses", place: PLACE, content }.answer(StatusCode::OK))
}

fn list(request: &WebRequest, own: &[Feed]) -> Html {
    if own.is_empty() {
        return el("p").with("There are no calendar addresses yet.").into();
    }
    let lines = own.iter().map(|feed| {
        let label = calendars::label(request, feed);
        let when = Zone::default().show(feed.created);
        let by = el("div").class("quiet").with(format!("Made on {when} by ")).with(name(feed.by.name.as_str()));
        let revoke = el("form")
            .attr("method", "post")
            .attr("action", format!("{PLACE}/{}/revoke", feed.id))
            .with(button("Revoke").class("less").attr("aria-label", format!("Revoke the address for {label}")));
        el("li")
            .with(el("div").with(el("strong").with(name(&label))).with(by))
            .with(el("div").class("open").with(revoke))
    });
    el("ul").class("later").all(lines).into()
}

/// Revokes an address.
pub(crate) fn revoke(request: &WebRequest) -> WebResult {
    let own = calendars::current(request)?;
    if let Some(feed) = own.iter().find(|feed| feed.id == calendars::id(request)) {
        let about = "Calendar programs that have the address show no dates any more. This can\u{2019}t be undone: you would have to make \
                     a new address, and to enter it in each program.";
        let question = Question {
            does: "Revoke the calendar address for".to_owned(),
            whom: calendars::label(request, feed),
            about: el("p").with(about).into(),
            yes: "Revoke the address",
            no: "Keep it",
            back: PLACE,
            place: PLACE,
        };
        if let Some(page) = asked(request, &question) {
            return Ok(page);
        }
    }
    calendars::revoke(request, calendars::id(request))?;
    Ok(see_other(PLACE))
}
