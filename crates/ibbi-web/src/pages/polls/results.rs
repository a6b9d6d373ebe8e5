//! The answers of a poll: who has answered, the heat map, the best dates, and what can be changed.

use super::{PLACE, heat, mail};
use crate::pages::form_errors::{sentence, warning};
use crate::pages::shell::{Page, button, date_input, field, textarea};
use crate::poll_access::{answered, last_day, zone_of};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_app::format::us_date;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::schedule;
use ibbi_app::sim::{Plan, Scenario, Simulator};
use ibbi_core::At;
use ibbi_poll::{LetterKind, Poll, PolledPerson, heat_map};
use ibbi_report::html::{Element, Html, details, el, name, section};
use ibbi_report::{SimulationPage, gains_section};

/// The ID of the field for an answer that came as a line.
pub(super) const LINE: &str = "line";
/// The ID of the field for the last day.
pub(super) const CLOSES: &str = "closes";
/// The simulation runs of the dates.
const RUNS: u64 = 10_000;
/// The simulation runs of each day that is tried for "whom to ask".
const TRIES: u64 = 2_000;
/// How many names a sentence has. More are folded.
const MOST_NAMES: usize = 12;
/// The seed: the same answers give the same dates.
const SEED: u64 = 1;

/// A form of the page that could not be carried out.
pub(super) struct Refused<'a> {
    /// The ID of the field that is wrong.
    pub(super) field: &'a str,
    /// What was typed into it.
    pub(super) typed: &'a str,
    pub(super) why: &'a str,
}

impl Refused<'_> {
    fn is_of(&self, field: &str) -> bool {
        self.field == field
    }

    /// Returns the message as a sentence.
    fn sentence(&self) -> String {
        format!("{}.", sentence(self.why.trim_end_matches('.')))
    }
}

/// Returns the page, with the form that could not be carried out.
pub(super) fn page(request: &WebRequest, poll: &Poll, wrong: Option<Refused<'_>>) -> WebResult {
    let now = request.state.now()?;
    let heading = el("h1").with("Availability in ").with(name(poll.district.as_str()));
    let to_plan = el("p").with(
        el("a").class("go").attr("href", format!("/plan?poll={}", poll.id)).with("Open the plan with these answers"),
    );
    let mut content = Html::new()
        .with(heading)
        .with(wrong.as_ref().map(|wrong| {
            let link = el("a").attr("href", format!("#{}", wrong.field)).with(wrong.sentence());
            warning(el("p").with(link))
        }))
        .with(state(request, poll, now))
        .with(to_plan);
    match poll.scenario_with_answers() {
        Ok(scenario) => content = content.with(found(request, poll, &scenario)?),
        Err(error) => {
            let why = WebError::from(error).detail();
            content = content.with(warning(el("p").with(format!("{}.", sentence(&why)))));
        }
    }
    let content = content
        .with(section("people", "People", people(request, poll, now)))
        .with(section("offline", "An answer that came as a line or a file", offline(poll, wrong.as_ref())))
        .with(section("change", "Change the poll", change(poll, wrong.as_ref())));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page { title: "Availability poll", place: "/plan", content }.answer(status))
}

fn state(request: &WebRequest, poll: &Poll, now: At) -> Html {
    let is_closed = poll.is_closed(now);
    let (done, missing) = answered(poll);
    let all = poll.people.len();
    let who = match missing.as_slice() {
        [] => el("p").with(el("strong").with(format!("All {all} people have answered."))),
        _ => el("p").with(el("strong").with(format!("{done} of {all} people have answered."))),
    };
    let names = missing.join(", ");
    let (who, folded) = match missing.len() {
        0 => (who, None),
        1..=MOST_NAMES => (who.with(format!(" No answer yet from {names}.")), None),
        more => {
            (who, Some(details(format!("The {more} people who haven\u{2019}t answered").as_str(), el("p").with(names))))
        }
    };
    let verb = if is_closed { "The poll closed on" } else { "Answers can be given and changed until" };
    let deleted = zone_of(poll).date(poll.deleted_at());
    let until = format!(
        "{verb} {}. The poll and its answers are deleted on {}.",
        last_day(poll),
        ibbi_app::format::weekday_date(deleted)
    );
    let remind = (!missing.is_empty() && !is_closed).then(|| {
        let link = |path: &str, label: &str| el("a").attr("href", format!("{PLACE}/{}/{path}", poll.id)).with(label);
        let by_email = mail::mailer(request).map(|_| mail::all_button(poll, LetterKind::Reminder, now));
        let links = el("p")
            .class("take")
            .with(link("reminders", "Write reminders"))
            .with(link("letters", "Letters and addresses"));
        Html::new().with(by_email).with(links)
    });
    Html::new().with(who).with(folded).with(el("p").with(until)).with(remind)
}

/// Returns what follows from the answers: the heat map, the best dates, and whom to ask.
fn found(request: &WebRequest, poll: &Poll, scenario: &Scenario) -> Result<Html, WebError> {
    let map = heat_map(poll, scenario);
    let heat = match map.counted.is_empty() {
        true => el("p").with("No one for whom the sessions wait has answered yet.").into(),
        false => heat::section(&map, &poll.grid),
    };
    let simulator = Simulator::new(scenario);
    let settings = request.state.settings(RUNS, SEED)?;
    let forecast = schedule::simulate(&simulator, settings, |_| {})?;
    let plan = Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    let calendars = schedule::candidate_calendars(&simulator, settings)?;
    let page = SimulationPage::new(&simulator, &plan, &forecast, PROGRAM);
    let page = SimulationPage { calendars: Some(&calendars), ..page };
    let gains = simulator.availability_gains(request.state.settings(TRIES, SEED)?).map_err(ibbi_app::AppError::from)?;
    let gains = gains_section(&gains, &simulator.favors(), scenario.contract_expires.is_some());
    Ok(Html::new().with(section("times", "Times, by the answers", heat)).with(page.dates_to_hold()).with(gains))
}

fn people(request: &WebRequest, poll: &Poll, now: At) -> Html {
    let can_send = mail::mailer(request).is_some();
    let heads = ["name", "answer", "link", "what you can do"].map(|head| el("th").attr("scope", "col").with(head));
    let rows = poll.people.iter().map(|person| row(poll, person, now, can_send));
    let table = el("table")
        .class("polled")
        .with(el("caption").class("unseen").with("The people of the poll"))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").all(rows));
    let around = el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", "People");
    Html::new().with(around.with(table))
}

fn row(poll: &Poll, person: &PolledPerson, now: At, can_send: bool) -> Element {
    let is_closed = poll.is_closed(now);
    let place = format!("{PLACE}/{}/people/{}", poll.id, person.id);
    let answer = match &person.answer {
        None => el("td").with("not yet"),
        Some(answer) => {
            let cell = el("td").with(zone_of(poll).show(answer.at));
            let cell =
                if answer.has_marks() { cell } else { cell.with(el("div").class("quiet").with("no times marked")) };
            let lines = answer.note.lines().map(|line| el("p").with(line)).collect::<Html>();
            cell.with((!answer.note.is_empty()).then(|| details("Note", lines)))
        }
    };
    let link = match (person.has_link(), is_closed) {
        (false, _) => "revoked",
        (true, true) => "shows their own answers",
        (true, false) => "works",
    };
    let post = |path: &str, label: &str| {
        el("form")
            .attr("method", "post")
            .attr("action", format!("{place}/{path}"))
            .with(button(label).class("less").attr("aria-label", format!("{label}: {}", person.name)))
    };
    let to = |path: &str, label: &str| {
        let about = format!("{label}: {}", person.name);
        el("a").attr("href", format!("{place}{path}")).attr("aria-label", about).with(label)
    };
    let actions = el("div")
        .class("open")
        .with(to("", "Enter answers"))
        .with(to("/poll.html", "File to send").attr("download", "download"))
        .with(post("link", "New link"))
        .with(person.has_link().then(|| post("revoke", "Revoke link")))
        .with(if can_send { mail::reminder_button(poll, person, now) } else { None });
    el("tr")
        .with(el("th").attr("scope", "row").with(name(person.name.as_str())))
        .with(answer)
        .with(el("td").with(el("p").with(link)).with(mail::letters_of(poll, person, now, mail::Detail::State)))
        .with(el("td").with(actions))
}

fn offline(poll: &Poll, wrong: Option<&Refused<'_>>) -> Html {
    let wrong = wrong.filter(|wrong| wrong.is_of(LINE));
    let sentence = wrong.map(Refused::sentence);
    let errors: Vec<&str> = sentence.as_deref().into_iter().collect();
    let about = "Someone who can\u{2019}t reach this server answers in a file (\u{201c}File to send\u{201d}), and sends back a line or a file.";
    let line = textarea("line", wrong.map_or("", |wrong| wrong.typed), 3).attr("spellcheck", "false");
    let file = el("input").attr("type", "file").attr("name", "file").attr("accept", ".txt,.eml,text/plain");
    el("form")
        .attr("method", "post")
        .attr("action", format!("{PLACE}/{}/answers", poll.id))
        .attr("enctype", "multipart/form-data")
        .with(el("p").class("hint").with(about))
        .with(field("The line, or the email with it", LINE, line, None, &errors))
        .with(field("Or the file", "answer-file", file, None, &[]))
        .with(el("p").class("send").with(button("Take in the answer").class("less")))
        .into()
}

fn change(poll: &Poll, wrong: Option<&Refused<'_>>) -> Html {
    let wrong = wrong.filter(|wrong| wrong.is_of(CLOSES));
    let sentence = wrong.map(Refused::sentence);
    let errors: Vec<&str> = sentence.as_deref().into_iter().collect();
    let before = ibbi_core::At::from_millis(poll.closes.millis() - 1).unwrap_or(poll.closes);
    let day = us_date(zone_of(poll).date(before));
    let closes = date_input("closes", wrong.map_or(day.as_str(), |wrong| wrong.typed));
    let action = format!("{PLACE}/{}/close", poll.id);
    let form = el("form")
        .attr("method", "post")
        .attr("action", &action)
        .with(field("Last day for answers", CLOSES, closes, None, &errors))
        .with(el("p").class("send").with(button("Change the day").class("less")));
    let now = el("form")
        .attr("method", "post")
        .attr("action", &action)
        .with(el("input").attr("type", "hidden").attr("name", "now").attr("value", "1"))
        .with(el("p").class("send").with(button("Close it now").class("less")));
    let delete = el("p").with(el("a").attr("href", format!("{PLACE}/{}/delete", poll.id)).with("Delete the poll"));
    Html::new().with(form).with(now).with(delete)
}
