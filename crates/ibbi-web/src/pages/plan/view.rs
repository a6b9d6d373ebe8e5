//! The page around the form and its answer.

use super::draft::{Draft, Wrong};
use super::form::form;
use super::link::{case_address, fits};
use crate::pages::shell::button;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::sim::{Chance, Duration, Forecast, Model, Plan, Scenario};
use ibbi_report::SimulationPage;
use ibbi_report::html::{Html, details, el};

/// Closes the elements that [`above`] opens.
pub(super) const BELOW: &str = "</div></div>";

/// The message for a scenario that is too long for a link.
pub(super) const TOO_LONG: &str = "This scenario is too long for a link: it has more than 60,000 characters. Shorten the \
                                   unavailable times. For days in a row, write 2026-11-09 to 2026-11-13. For a day of \
                                   every week, write fridays";

/// Returns everything before the answer. The elements around the answer are left open.
pub(super) fn above(draft: &Draft, query: &str, wrong: &[Wrong]) -> Html {
    let lead = "Change the sample to fit your district. The results show the earliest plan, the chance to finish before the \
                contract expires, and whose calendar has conflicts.";
    let open = el("form")
        .attr("method", "post")
        .attr("action", "/plan/open")
        .attr("enctype", "multipart/form-data")
        .class("open")
        .with(el("label").attr("for", "file").with("Scenario file"))
        .with(el("input").attr("type", "file").attr("name", "scenario").attr("id", "file").attr("accept", ".toml"))
        .with(button("Open"));
    let begin = el("p")
        .with(el("a").attr("href", "/plan").with("Sample"))
        .with(" \u{b7} ")
        .with(el("a").attr("href", "/plan?begin=empty").with("Empty scenario"));
    let from = details("Start with another scenario", Html::new().with(begin).with(open));
    let mut content = Html::new()
        .with(el("h1").with("Plan a schedule"))
        .with(el("p").with(lead))
        .with(from)
        .with(Html::markup("<div class=\"plan\">"))
        .with(form(draft, wrong));
    content.push(Html::markup(
        "<div id=\"answer\" class=\"answer\" tabindex=\"-1\" role=\"region\" aria-label=\"Results\">",
    ));
    debug_assert!(query.is_empty() || query.starts_with("d="));
    content
}

/// Returns the plan and the forecast.
pub(super) fn first(scenario: &Scenario, plan: &Plan, forecast: &Forecast, query: &str) -> Html {
    let page = SimulationPage {
        scenario,
        plan,
        forecast,
        advisories: &plan.advisories,
        comparison: None,
        gains: None,
        program: PROGRAM,
    };
    let to = |path: &str| format!("{path}?{query}");
    let links = [
        ("/plan/report.html", "Report to read and send"),
        ("/plan/dates.ics", "Dates for your calendar (.ics)"),
        ("/plan/scenario.toml", "Scenario file (.toml)"),
        ("/plan", "Link to this scenario"),
    ];
    let links = links.map(|(path, label)| {
        let link = el("a").attr("href", to(path)).with(label);
        // Downloads need no page.
        el("li").with(if path == "/plan" { link.class("link") } else { link.attr("download", "download") })
    });
    let case = el("li").with(el("a").attr("href", case_address(scenario)).with("Open a case with these people"));
    let take = match fits(query) {
        true => el("nav").attr("aria-label", "Download").with(el("ul").class("take").all(links).with(case)),
        false => el("p").class("hint").with(format!("This scenario can't be downloaded. {TOO_LONG}.")),
    };
    let mut content = Html::from(el("h2").with("Results"));
    content.push(take);
    content.push(page.answer());
    content
}

/// Returns the errors of the form, in the place of the answer.
pub(super) fn problems(wrong: &[Wrong]) -> Html {
    let items = wrong.iter().map(|Wrong { field, message }| {
        let text = label(field).map_or_else(|| message.clone(), |label| format!("{label}: {message}"));
        // The message about a person's name or team is in the row, which has no ID.
        if field.is_empty() || (field.starts_with(['n', 't']) && row(field).is_some()) {
            return el("li").with(text);
        }
        el("li").with(el("a").attr("href", format!("#{field}")).with(text))
    });
    el("div")
        .class("warning")
        .attr("role", "alert")
        .with(el("p").with("Correct these entries first:"))
        .with(el("ul").all(items))
        .into()
}

/// Returns the row of a person's field: `3` for `n3`.
fn row(field: &str) -> Option<usize> {
    field.get(1..)?.parse().ok()
}

/// Returns the label of a field.
fn label(field: &str) -> Option<String> {
    let named = match field {
        "district" => "District",
        "start" => "Day you ask the leaders",
        "contract_expires" => "Contract expires",
        "working" => "Working days",
        "closed" => "Closed days",
        "time_zone" => "Time zone",
        _ => {
            let assumed =
                Duration::of(Model::First).iter().find(|which| which.code() == field).map(|which| which.about());
            let chance = || Chance::ALL.iter().find(|which| which.code() == field).map(|which| which.about());
            let assumed = assumed.or_else(chance);
            let person = row(field).map(|row| format!("Person {}", row + 1));
            return assumed.map(str::to_owned).or(person);
        }
    };
    Some(named.to_owned())
}
