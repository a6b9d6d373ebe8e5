//! The page about access.

use super::{DAYS, Outcome, PATH, Shown};
use crate::pages::form_errors::warning;
use crate::pages::shell::{Page, button, field, hidden, line, select};
use crate::query::Pairs;
use crate::request::WebRequest;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_access::{AccessChange, AccessEntry, Grant, IssuedToken, Role, Scope};
use ibbi_app::zone::Zone;
use ibbi_core::{At, Party};
use ibbi_report::html::{Element, Html, details, el, name, section};
use uuid::Uuid;

pub(super) fn page(request: &WebRequest, shown: &Shown, given: &Pairs, outcome: &Outcome) -> Response {
    let (note, status) = match outcome {
        Outcome::Asked => (None, StatusCode::OK),
        Outcome::Made(token) => (Some(made(token)), StatusCode::OK),
        Outcome::Changed => (changed(request, shown), StatusCode::OK),
        Outcome::Wrong(field, why) => (Some(wrong(field.as_deref(), why)), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let errors = match outcome {
        Outcome::Wrong(Some(field), why) => (field.as_str(), why.as_str()),
        _ => ("", ""),
    };
    let add = shown.manages.then(|| section("add", "Give a role", grant_form(shown, given, errors)));
    let is_token =
        given.get("program").is_some() || errors.0.starts_with("token-") || matches!(errors.0, "program" | "days");
    let new_token = shown.manages.then(|| {
        let folded = details("Make a token for a program", token_form(shown, given, errors));
        // A form that was refused is not folded.
        if is_token && !errors.0.is_empty() { folded.attr("open", "open") } else { folded }
    });
    let content = Html::new()
        .with(el("h1").with("People and roles"))
        .with(note)
        .with(section("people", "People", people(request, shown)))
        .with(add)
        .with(section("programs", "Programs", Html::new().with(tokens(shown)).with(new_token)))
        .with(section("changes", "Changes", changes(shown)));
    Page { title: "People and roles", place: PATH, content }.answer(status)
}

/// Returns the summary of what is wrong, with a link to the field.
fn wrong(field: Option<&str>, why: &str) -> Element {
    let what = match field {
        Some(field) => el("a").attr("href", format!("#{field}")).with(why),
        None => el("span").with(why),
    };
    let heading = el("p").with(el("strong").with("Nothing was changed."));
    warning(Html::new().with(heading).with(el("p").with(what))).attr("id", "now").attr("tabindex", -1)
}

/// Returns what the viewer has just changed, and a way back. A link can't make it up: it shows the newest change.
fn changed(request: &WebRequest, shown: &Shown) -> Option<Element> {
    let AccessEntry { by, change, .. } = shown.changes.first()?;
    if !by.is_same(&request.viewer.principal) {
        return None;
    }
    let done = el("div").class("good").attr("id", "now").attr("role", "status");
    let done = done.with(el("p").with(format!("You {}.", what(shown, change))));
    let AccessChange::Removed { from, grant } = change else { return Some(done) };
    let place = match &grant.scope {
        Scope::All => String::new(),
        Scope::District(name) => format!("district:{name}"),
        Scope::Case(case) => format!("case:{case}"),
    };
    let back = el("form")
        .attr("method", "post")
        .attr("action", format!("{PATH}/grant"))
        .with(hidden("person", &json(from)))
        .with(hidden("role", grant.role.code()))
        .with(hidden("where", &place))
        .with(hidden("party", grant.party.map_or("", |party| party.code())))
        .with(button("Undo: give the role back").class("less"));
    Some(done.with(back))
}

/// Returns the errors of a field.
fn at<'a>((field, why): (&str, &'a str), name: &str) -> Vec<&'a str> {
    if field == name { vec![why] } else { Vec::new() }
}

fn made(token: &str) -> Element {
    let what = "The token is shown only now. Copy it into the settings of the program, which sends it as \u{201c}Authorization: Bearer \
                TOKEN\u{201d}.";
    let shown = el("p").with(el("code").with(token));
    el("div").class("warning").attr("role", "status").with(el("p").with(what)).with(shown)
}

/// Returns who has which role.
fn people(request: &WebRequest, shown: &Shown) -> Html {
    let local = request.state.live().settings.sign_in.local.clone();
    let local = local.map(|local| {
        let text = " started the server on this computer, and is program staff as long as it runs.";
        el("p").with(name(local.name.as_str())).with(text)
    });
    if shown.grants.is_empty() {
        return Html::new().with(local).with(el("p").with("No one else has a role."));
    }
    let rows = shown.grants.iter().map(|(person, grant)| {
        let remove = shown.manages.then(|| {
            let label = format!("Remove {}: {}", person.name, words(shown, grant));
            el("form")
                .attr("method", "post")
                .attr("action", format!("{PATH}/remove"))
                .with(hidden("person", &json(person)))
                .with(hidden("grant", &json(grant)))
                .with(button("Remove").class("less").attr("aria-label", label))
        });
        el("tr")
            .with(el("th").attr("scope", "row").with(name(person.name.as_str())))
            .with(el("td").with(words(shown, grant)))
            .with(el("td").class("extra").with(format!("{} ({})", person.subject, person.issuer)))
            .with(el("td").with(remove))
    });
    let table = table("People who have a role", &["name", "role", "ID and issuer", ""], rows.collect());
    Html::new().with(local).with(table)
}

fn grant_form(shown: &Shown, given: &Pairs, errors: (&str, &str)) -> Html {
    let options: Vec<(String, String)> = shown
        .newcomers
        .iter()
        .map(|person| (json(person), format!("{}, {} ({})", person.name, person.subject, person.issuer)))
        .collect();
    let mut people = vec![("", "someone else: type the ID below")];
    people.extend(options.iter().map(|(value, label)| (value.as_str(), label.as_str())));
    let value = |name: &str| given.get(name).unwrap_or_default();
    let first = options.first().map(|(value, _)| value.as_str()).unwrap_or_default();
    // After an error, the person stays the one that was chosen.
    let chosen = if given.iter().next().is_some() { value("person") } else { first };
    let newcomers = (!options.is_empty()).then(|| {
        let hint = "Those who have signed in and have no role, and those whose role was removed.";
        field("Person", "person", select("person", chosen, people), Some(hint), &at(errors, "person"))
    });
    let issuer = shown.grants.first().map(|(person, _)| person.issuer.as_str()).unwrap_or_default();
    let issuer = if value("issuer").is_empty() { issuer } else { value("issuer") };
    let typed = Html::new()
        .with(field(
            "ID",
            "subject",
            line("subject", value("subject")),
            Some("A person without a role sees it after signing in."),
            &at(errors, "subject"),
        ))
        .with(field(
            "Signed in by",
            "issuer",
            line("issuer", issuer),
            Some("The issuer, which is shown with the ID."),
            &at(errors, "issuer"),
        ))
        .with(field("Name", "name", line("name", value("name")), Some("The name to show. Without one: the ID."), &[]));
    el("form")
        .attr("id", "access")
        .attr("method", "post")
        .attr("action", format!("{PATH}/grant"))
        .with(el("div").class("basics").with(newcomers).with(typed).with(role_fields(shown, given, "", errors)))
        .with(el("p").class("send").with(button("Give the role")))
        .into()
}

/// Returns the fields of a role.
fn role_fields(shown: &Shown, given: &Pairs, prefix: &str, errors: (&str, &str)) -> Html {
    let value = |name: &str| given.get(name).unwrap_or_default();
    // A program can do what a service does, only read, or do everything.
    let (people, programs) =
        ([Role::Facilitator, Role::Party, Role::Auditor, Role::Staff], [Role::Service, Role::Auditor, Role::Staff]);
    let roles = if prefix.is_empty() { &people[..] } else { &programs[..] };
    // People choose: no role would fit most of them. A program has the role that it was made for.
    let none = prefix.is_empty().then_some(("", "choose a role"));
    let roles = none.into_iter().chain(roles.iter().map(|role| (role.code(), role.label())));
    let districts: Vec<(String, String)> =
        shown.districts.iter().map(|name| (format!("district:{name}"), format!("all cases of {name}"))).collect();
    let cases: Vec<(String, String)> =
        shown.cases.iter().map(|(id, label)| (format!("case:{id}"), format!("only {label}"))).collect();
    let all = if prefix.is_empty() { "choose, for a facilitator or a party member" } else { "all cases" };
    let mut places = vec![("", all)];
    places.extend(districts.iter().chain(&cases).map(|(value, label)| (value.as_str(), label.as_str())));
    let parties =
        [("", "not a party member"), ("labor", Party::Labor.label()), ("management", Party::Management.label())];
    let id = |name: &str| format!("{prefix}{name}");
    Html::new()
        .with(field("Role", &id("role"), select("role", value("role"), roles), None, &at(errors, &id("role"))))
        .with(field(
            "Cases",
            &id("where"),
            select("where", value("where"), places),
            prefix.is_empty().then_some("Program staff and auditors have all cases."),
            &at(errors, &id("where")),
        ))
        .with(prefix.is_empty().then(|| {
            field(
                "Party",
                &id("party"),
                select("party", value("party"), parties),
                Some("For party members only."),
                &at(errors, "party"),
            )
        }))
}

fn tokens(shown: &Shown) -> Html {
    if shown.tokens.is_empty() {
        return el("p").with("No program has a token.").into();
    }
    // Those that are valid come first, and of each the newest.
    let mut tokens: Vec<&IssuedToken> = shown.tokens.iter().rev().collect();
    tokens.sort_by_key(|token| !token.counts_at(shown.now));
    let rows = tokens.into_iter().map(|token| {
        let roles: Vec<String> = token.grants.iter().map(|grant| words(shown, grant)).collect();
        let revoke = (shown.manages && token.revoked.is_none()).then(|| {
            el("form")
                .attr("method", "post")
                .attr("action", format!("{PATH}/revoke"))
                .with(hidden("token", &token.id))
                .with(button("Revoke").class("less").attr("aria-label", format!("Revoke the token of {}", token.name)))
        });
        el("tr")
            .with(el("th").attr("scope", "row").with(name(token.name.as_str())))
            .with(el("td").with(roles.join("; ")))
            .with(el("td").with(until(token, shown.now)))
            .with(el("td").class("extra").with(token.id.as_str()))
            .with(el("td").with(revoke))
    });
    table("Tokens of programs", &["program", "role", "valid", "ID", ""], rows.collect()).into()
}

fn token_form(shown: &Shown, given: &Pairs, errors: (&str, &str)) -> Html {
    let days = given.get("days").unwrap_or("90");
    let program = line("program", given.get("program").unwrap_or_default());
    el("form")
        .attr("method", "post")
        .attr("action", format!("{PATH}/tokens"))
        .with(
            el("div")
                .class("basics")
                .with(field(
                    "Program",
                    "program",
                    program,
                    Some("Its records have this name as their actor."),
                    &at(errors, "program"),
                ))
                .with(role_fields(shown, given, "token-", errors))
                .with(field("Valid for", "days", select("days", days, DAYS), None, &at(errors, "days"))),
        )
        .with(el("p").class("send").with(button("Make the token")))
        .into()
}

fn until(token: &IssuedToken, now: At) -> String {
    let day = |at: At| Zone::default().show(at);
    match (token.revoked, token.expires) {
        (Some(at), _) => format!("revoked on {}", day(at)),
        (None, Some(at)) if !token.counts_at(now) => format!("expired on {}", day(at)),
        (None, Some(at)) => format!("until {}", day(at)),
        (None, None) => "without an end".to_owned(),
    }
}

fn changes(shown: &Shown) -> Html {
    if shown.changes.is_empty() {
        return el("p").with("Nothing was changed yet.").into();
    }
    let lines = shown.changes.iter().map(|entry| {
        let AccessEntry { at, by, change } = entry;
        let what = what(shown, change);
        el("li").with(el("time").with(Zone::default().show(*at))).with(format!(": {} {what}", by.name))
    });
    let list = el("ul").all(lines);
    Html::new().with(el("p").class("quiet").with("The newest changes, with who made them.")).with(list)
}

/// Returns a change in words, after the name of the person who made it.
fn what(shown: &Shown, change: &AccessChange) -> String {
    match change {
        AccessChange::Granted { to, grant } => format!("gave {} the role {}", to.name, words(shown, grant)),
        AccessChange::Removed { from, grant } => {
            format!("took the role {} from {}", words(shown, grant), from.name)
        }
        AccessChange::TokenIssued { token, name, .. } => format!("made the token {token} for {name}"),
        AccessChange::TokenRevoked { token } => format!("revoked the token {token}"),
    }
}

/// Returns a role in words, with the district of a case.
fn words(shown: &Shown, grant: &Grant) -> String {
    let Scope::Case(case) = grant.scope else { return grant.to_string() };
    let district = label_of(shown, case).unwrap_or_else(|| case.to_string());
    let party = grant.party.map(|party| format!(" for {}", party.label())).unwrap_or_default();
    format!("{}{party} in the case of {district}", grant.role.label())
}

fn label_of(shown: &Shown, case: Uuid) -> Option<String> {
    shown.cases.iter().find(|(id, _)| *id == case).map(|(_, label)| label.clone())
}

fn table(caption: &str, heads: &[&str], rows: Vec<Element>) -> Element {
    let heads = heads.iter().map(|head| {
        let cell = el("th").attr("scope", "col");
        match *head {
            "" => el("td"),
            "ID" | "ID and issuer" => cell.class("extra").with(*head),
            _ => cell.with(*head),
        }
    });
    let table = el("table")
        .with(el("caption").with(caption))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").all(rows));
    el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", caption).with(table)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
