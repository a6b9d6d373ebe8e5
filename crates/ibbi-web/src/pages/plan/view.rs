//! The page around the form and its answer.

use super::draft::{Draft, Wrong};
use super::form::{CONFLICTS, ESTIMATES, form};
use super::link::{case_address, fits};
use crate::pages::form_errors::warning;
use crate::pages::shell::{button, hidden, textarea};
use crate::poll_access::answered;
use crate::query::Pairs;
use ibbi_core::Name;
use ibbi_poll::Poll;
use ibbi_report::SimulationPage;
use ibbi_report::html::{Element, Html, details, el, name};

/// Closes the elements that [`above`] opens and [`between`] leaves open.
pub(super) const BELOW: &str = "</div></div>";

/// The message for a scenario that is too long for a link.
pub(super) const TOO_LONG: &str = "This scenario is too long for a link: it has more than 60,000 characters. Shorten the \
                                   unavailable times. For days in a row, write 2026-11-09 to 2026-11-13. For a day of \
                                   every week, write fridays";

/// Returns everything before the answer. The elements around the answer are left open. `sample` is the district of the sample, if the
/// page shows it.
pub(super) fn above(sample: Option<&Name>) -> Html {
    above_with(sample, None)
}

/// Returns the same after a file that can't be opened, with why.
pub(super) fn above_after(why: &str) -> Html {
    above_with(None, Some(why))
}

fn above_with(sample: Option<&Name>, wrong: Option<&str>) -> Html {
    let lead = "The results show when the process could finish, and whose calendar has conflicts.";
    let sample = sample.map(|district| {
        let what = format!("Sample: {district} (made up). The people and the dates are not real. ");
        let own = el("a").attr("href", "/plan?begin=empty").with("Start with your own district");
        el("p").attr("id", "sample").with(el("strong").with(what)).with(own).with(", or change the sample below.")
    });
    // On a phone, the form is some screens below the answer.
    let jump = |to: &str, label: &str| el("a").attr("href", format!("#{to}")).with(label.to_owned());
    let jumps =
        el("p").class("take").with(jump("scenario", "District and dates")).with(jump(CONFLICTS, "Unavailable times"));
    let open = el("form")
        .attr("method", "post")
        .attr("action", "/plan/open")
        .attr("enctype", "multipart/form-data")
        .class("open")
        .with(el("label").attr("for", "file").with("Scenario file"))
        .with(
            el("input").attr("type", "file").attr("name", "scenario").attr("id", "file").attr("accept", ".toml,.json"),
        )
        .with(button("Open"));
    let begin = el("p")
        .with(el("a").attr("href", "/plan").with("Sample"))
        .with(" \u{b7} ")
        .with(el("a").attr("href", "/plan?begin=empty").with("Empty scenario"));
    let from = details("Start with another scenario", Html::new().with(begin).with(open));
    let from = if wrong.is_some() { from.attr("open", "open") } else { from };
    let wrong = wrong.map(|why| warning(el("p").with(el("a").attr("href", "#file").with(why))));
    let answer = "<div class=\"plan\"><div id=\"answer\" class=\"answer\" tabindex=\"-1\" role=\"region\" aria-label=\"Results\">";
    Html::new()
        .with(el("h1").with("Plan a schedule"))
        .with(wrong)
        .with(sample)
        .with(el("p").with(lead))
        .with(jumps)
        .with(from)
        .with(Html::markup(answer))
}

/// Returns the form, between the answer and what follows from it. The elements around the latter are left open.
pub(super) fn between(draft: &Draft, wrong: &[Wrong]) -> Html {
    Html::markup("</div>").with(form(draft, wrong)).with(Html::markup("<div id=\"more\" class=\"more\">"))
}

/// Returns a scenario's file to change, in place of the form.
pub(super) fn between_file(text: &str, wrong: &[String]) -> Html {
    let label = "Scenario file";
    let hint = "This scenario has parts that the form can't show, such as hours of sessions, several parts, or deadlines. Change \
                the file here, or in an editor and open it again.";
    let items = wrong.iter().map(|wrong| el("li").with(wrong.as_str()));
    let problems = (!wrong.is_empty()).then(|| {
        el("div")
            .class("warning")
            .attr("role", "alert")
            .attr("id", "file-wrong")
            .with(el("p").with("Correct these lines first (line:column):"))
            .with(el("ul").class("problems").all(items))
    });
    let area = textarea("file", text, 30).attr("id", "text").attr("spellcheck", "false").class("code");
    let area =
        if wrong.is_empty() { area } else { area.attr("aria-invalid", "true").attr("aria-describedby", "file-wrong") };
    let form = el("form")
        .attr("method", "post")
        .attr("action", "/plan/file")
        .class("file")
        .with(el("p").class("hint").with(hint))
        .with(problems)
        .with(el("label").attr("for", "text").with(label))
        .with(area)
        .with(el("p").class("send").with(button("Update the plan")));
    let estimates =
        el("p").attr("id", ESTIMATES).class("unseen").with("The estimates are in the part [assumptions] of the file.");
    Html::markup("</div>").with(form.with(estimates)).with(Html::markup("<div id=\"more\" class=\"more\">"))
}

/// Returns who has answered the poll whose answers the plan has.
pub(super) fn of_poll(poll: &Poll) -> Element {
    let (done, missing) = answered(poll);
    let all = poll.people.len();
    let who = match missing.as_slice() {
        [] => format!("The times of all {all} people are their answers to "),
        missing => format!(
            "{done} of {all} people have answered; {} haven\u{2019}t. The times of the others are their answers to ",
            missing.join(", ")
        ),
    };
    let link = el("a").attr("href", format!("/polls/{}", poll.id)).with("the poll");
    el("p").class("quiet").with(who).with(link).with(".")
}

/// What the viewer may make of a plan.
#[derive(Clone, Copy)]
pub(super) struct Offers {
    /// A poll of its people.
    pub(super) poll: bool,
    /// A case with its people.
    pub(super) case: bool,
}

/// Returns the answer, without the page around it.
pub(super) fn answer(page: &SimulationPage<'_>, query: &str, offers: Offers) -> Html {
    let scenario = page.scenario;
    let link = el("a").class("link").attr("href", format!("/plan?{query}")).with("Link to this scenario");
    let case = offers.case.then(|| {
        let link = el("a").attr("href", case_address(scenario)).with("Open a case with these people");
        el("li").with(link)
    });
    let take = match fits(query) {
        true => {
            let links = el("ul").class("take").with(el("li").with(link)).with(case);
            Html::from(ways(query, page.plan.finishes.is_some(), offers.poll)).with(links)
        }
        false => el("p").class("hint").with(format!("This scenario can't be downloaded. {TOO_LONG}.")).into(),
    };
    let heading = el("h2").with(name(scenario.district.as_str()));
    Html::from(heading).with(page.answer(ESTIMATES)).with(take)
}

/// Returns the buttons that go on with a scenario. They share its fields, which are long if there are many people.
fn ways(query: &str, has_plan: bool, asks: bool) -> Element {
    // Without a plan, there are no dates for a calendar.
    let ways = [
        has_plan.then_some(("/plan/dates.ics", "Add to calendar (.ics)")),
        asks.then_some(("/polls/new", "Ask everyone")),
        Some(("/plan/availability", "Add people\u{2019}s calendars")),
        Some(("/plan/report.html", "Report to read and send")),
        Some(("/plan/scenario.toml", "Scenario file (.toml)")),
    ];
    let pairs = Pairs::read(query.as_bytes());
    let fields = pairs.iter().map(|(key, value)| hidden(key, value));
    let buttons = ways.into_iter().flatten().map(|(path, label)| button(label).attr("formaction", path));
    el("form").attr("method", "get").attr("action", "/plan").class("go-on").all(fields).all(buttons)
}
