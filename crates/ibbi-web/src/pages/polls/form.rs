//! The page with the form that makes a poll.

use super::PLACE;
use super::draft::PollDraft;
use crate::pages::shell::{Page, button, check_input, date_input, email_input, field, hidden, line, tick};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_report::html::{Element, Html, el, name};

/// Returns the page, with what is wrong.
pub(super) fn page(draft: &PollDraft, wrong: &[(String, String)]) -> Response {
    let at = |id: &str| -> Vec<&str> {
        wrong.iter().filter(|(field, _)| field == id).map(|(_, why)| why.as_str()).collect()
    };
    let lead = "Each person gets a link, marks the times, and sees only their own answers. No one needs an account. Nothing is sent yet: \
                the next page shows the links and the messages.";
    let when = [
        field("First day", "first", date_input("first", &draft.first), None, &at("first")),
        field(
            "Number of weeks",
            "weeks",
            line("weeks", &draft.weeks).attr("inputmode", "numeric"),
            Some("1 to 26. Closed days are left out."),
            &at("weeks"),
        ),
        field(
            "Last day for answers",
            "closes",
            date_input("closes", &draft.closes),
            Some("People can change their answers until the end of this day. The answers are deleted 30 days later."),
            &at("closes"),
        ),
    ];
    let bands = PollDraft::BANDS.map(|(hours, label)| {
        let value = hours.to_string();
        tick("band", &value, draft.bands.contains(&value), label)
    });
    let other = field(
        "Other times",
        "bands",
        line("bands", &draft.other_bands),
        Some("Such as 9:00-12:00, 13:00-15:30. Leave it empty for none."),
        &at("bands"),
    );
    let case = draft.case.map(|case| hidden("case", &case.to_string()));
    let form = el("form")
        .attr("method", "post")
        .attr("action", PLACE)
        .attr("data-once", "1")
        .with(hidden("id", &draft.id.to_string()))
        .with(case)
        .with(hidden("scenario", &draft.scenario.to_toml()))
        .with(el("fieldset").class("basics").with(el("legend").with("Which days?")).all(when))
        .with(
            el("fieldset").attr("id", "times").with(el("legend").with("Which times of a day?")).all(bands).with(other),
        )
        .with(people(draft, &at))
        .with(el("fieldset").with(el("legend").with("Who asks?")).with(asker(draft, &at)))
        .with(el("p").class("send").with(button("Make the poll")));
    let heading = el("h1").with("Ask everyone in ").with(name(draft.scenario.district.as_str()));
    let content = Html::new().with(heading).with(el("p").with(lead)).with(summary(draft, wrong)).with(form);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page { title: "Ask everyone", place: "/plan", content }.answer(status)
}

fn people<'w>(draft: &PollDraft, at: &dyn Fn(&str) -> Vec<&'w str>) -> Element {
    let rows = draft.scenario.people.iter().zip(&draft.people).map(|(person, (is_asked, email))| {
        let id = format!("email-{}", person.id);
        let wrong = at(&id);
        let label = format!("Email address of {} (optional)", person.name);
        let input = email_input(&id, email).attr("id", &id).attr("aria-label", label);
        let input = if wrong.is_empty() { input } else { input.attr("aria-invalid", "true") };
        let ask = check_input("ask", person.id.as_str(), *is_asked);
        let ask = el("label").class("tick").with(ask).with(name(person.name.as_str()));
        el("tr")
            .with(el("th").attr("scope", "row").with(ask))
            .with(el("td").with(input).with((!wrong.is_empty()).then(|| el("p").class("wrong").with(wrong.join(" ")))))
    });
    let heads = ["Ask", "Email address (optional)"].map(|head| el("th").attr("scope", "col").with(head));
    let table = el("table")
        .with(el("caption").class("unseen").with("People"))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").all(rows));
    el("fieldset").attr("id", "people").with(el("legend").with("Whom?")).with(table)
}

/// Returns the fields about the person who asks.
fn asker<'w>(draft: &PollDraft, at: &dyn Fn(&str) -> Vec<&'w str>) -> Html {
    let name = draft.asked_by.as_ref().map(|name| {
        let hint = "The people whom you ask see it on the poll and in the letters.";
        field("Your name", "asked_by", line("asked_by", name).attr("required", "required"), Some(hint), &at("asked_by"))
    });
    let hint = "Replies to emails about the poll go there.";
    let address = email_input("reply_to", &draft.reply_to);
    Html::new().with(name).with(field(
        "Your email address (optional)",
        "reply_to",
        address,
        Some(hint),
        &at("reply_to"),
    ))
}

fn summary(draft: &PollDraft, wrong: &[(String, String)]) -> Option<Element> {
    let label = |field: &str| match field {
        "first" => Some("First day".to_owned()),
        "weeks" => Some("Number of weeks".to_owned()),
        "closes" => Some("Last day for answers".to_owned()),
        "bands" => Some("Times of a day".to_owned()),
        "people" => Some("People".to_owned()),
        "asked_by" => Some("Your name".to_owned()),
        "reply_to" => Some("Your email address".to_owned()),
        other => {
            let id = other.strip_prefix("email-")?;
            let person = draft.scenario.people.iter().find(|person| person.id.as_str() == id)?;
            Some(person.name.to_string())
        }
    };
    let items = wrong.iter().map(|(field, why)| match label(field) {
        Some(label) => el("li").with(el("a").attr("href", format!("#{field}")).with(format!("{label}: {why}"))),
        None => el("li").with(why.as_str()),
    });
    let items: Vec<Element> = items.collect();
    (!items.is_empty()).then(|| {
        let list = el("ul").class("problems").all(items);
        el("div").class("warning").attr("role", "alert").with(el("p").with("Correct these entries first:")).with(list)
    })
}
