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
        Outcome::Wrong(why) => (Some(warning(el("p").with(why.as_str()))), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let add = shown.manages.then(|| section("add", "Give a role", grant_form(shown, given)));
    let new_token = shown.manages.then(|| details("Make a token for a program", token_form(shown, given)));
    let content = Html::new()
        .with(el("h1").with("People and roles"))
        .with(note)
        .with(section("people", "People", people(request, shown)))
        .with(add)
        .with(section("programs", "Programs", Html::new().with(tokens(shown)).with(new_token)))
        .with(section("changes", "Changes", changes(shown)));
    Page { title: "People and roles", place: PATH, content }.answer(status)
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

fn grant_form(shown: &Shown, given: &Pairs) -> Html {
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
        let hint = "Those who have signed in and have no role yet.";
        field("Person", "person", select("person", chosen, people), Some(hint), &[])
    });
    let issuer = shown.grants.first().map(|(person, _)| person.issuer.as_str()).unwrap_or_default();
    let issuer = if value("issuer").is_empty() { issuer } else { value("issuer") };
    let typed = Html::new()
        .with(field(
            "ID",
            "subject",
            line("subject", value("subject")),
            Some("A person without a role sees it after signing in."),
            &[],
        ))
        .with(field(
            "Signed in by",
            "issuer",
            line("issuer", issuer),
            Some("The issuer, which is shown with the ID."),
            &[],
        ))
        .with(field("Name", "name", line("name", value("name")), Some("The name to show. Without one: the ID."), &[]));
    el("form")
        .attr("id", "access")
        .attr("method", "post")
        .attr("action", format!("{PATH}/grant"))
        .with(el("div").class("basics").with(newcomers).with(typed).with(role_fields(shown, given, "")))
        .with(el("p").class("send").with(button("Give the role")))
        .into()
}

/// Returns the fields of a role.
fn role_fields(shown: &Shown, given: &Pairs, prefix: &str) -> Html {
    let value = |name: &str| given.get(name).unwrap_or_default();
    // A program can do what a service does, only read, or do everything.
    let (people, programs) =
        ([Role::Facilitator, Role::Party, Role::Auditor, Role::Staff], [Role::Service, Role::Auditor, Role::Staff]);
    let roles = if prefix.is_empty() { &people[..] } else { &programs[..] };
    let roles = roles.iter().map(|role| (role.code(), role.label()));
    let districts: Vec<(String, String)> =
        shown.districts.iter().map(|name| (format!("district:{name}"), format!("all cases of {name}"))).collect();
    let cases: Vec<(String, String)> =
        shown.cases.iter().map(|(id, label)| (format!("case:{id}"), format!("only {label}"))).collect();
    let all = if prefix.is_empty() { "all cases (program staff and auditors)" } else { "all cases" };
    let mut places = vec![("", all)];
    places.extend(districts.iter().chain(&cases).map(|(value, label)| (value.as_str(), label.as_str())));
    let parties =
        [("", "not a party member"), ("labor", Party::Labor.label()), ("management", Party::Management.label())];
    let id = |name: &str| format!("{prefix}{name}");
    Html::new()
        .with(field("Role", &id("role"), select("role", value("role"), roles), None, &[]))
        .with(field("Cases", &id("where"), select("where", value("where"), places), None, &[]))
        .with(prefix.is_empty().then(|| {
            field("Party", &id("party"), select("party", value("party"), parties), Some("For party members only."), &[])
        }))
}

fn tokens(shown: &Shown) -> Html {
    if shown.tokens.is_empty() {
        return el("p").with("No program has a token.").into();
    }
    // Those that count come first, and of each the newest.
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
    table("Tokens of programs", &["program", "role", "counts", "ID", ""], rows.collect()).into()
}

fn token_form(shown: &Shown, given: &Pairs) -> Html {
    let days = given.get("days").unwrap_or("90");
    let program = line("program", given.get("program").unwrap_or_default());
    el("form")
        .attr("method", "post")
        .attr("action", format!("{PATH}/tokens"))
        .with(
            el("div")
                .class("basics")
                .with(field("Program", "program", program, Some("Its records have this name as their actor."), &[]))
                .with(role_fields(shown, given, "token-"))
                .with(field("Counts for", "days", select("days", days, DAYS), None, &[])),
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
        let what = match change {
            AccessChange::Granted { to, grant } => format!("gave {} the role {}", to.name, words(shown, grant)),
            AccessChange::Removed { from, grant } => {
                format!("took the role {} from {}", words(shown, grant), from.name)
            }
            AccessChange::TokenIssued { token, name, .. } => format!("made the token {token} for {name}"),
            AccessChange::TokenRevoked { token } => format!("revoked the token {token}"),
        };
        el("li").with(el("time").with(Zone::default().show(*at))).with(format!(": {} {what}", by.name))
    });
    let list = el("ul").all(lines);
    Html::new().with(el("p").class("quiet").with("The newest changes, with who made them.")).with(list)
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
