//! Who may do what: a page for program staff, and for auditors to read.

mod view;

use super::form_errors::sentence;
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use ibbi_access::{AccessEntry, AccessError, Grant, IssuedToken, NewToken, Principal, Registry, Role, Scope, View};
use ibbi_app::ledger::CaseQuery;
use ibbi_core::{At, Name, Party};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The path of the page.
const PATH: &str = "/access";
/// How many days a new token can count.
const DAYS: [(&str, &str); 4] = [("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "a year")];
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The most cases that a form lists, newest first.
const LISTED: usize = 1000;
/// How many changes are shown.
const SHOWN: usize = 50;

/// What the page shows.
struct Shown {
    grants: Vec<(Principal, Grant)>,
    tokens: Vec<IssuedToken>,
    /// The newest changes, newest first.
    changes: Vec<AccessEntry>,
    newcomers: Vec<Principal>,
    districts: Vec<String>,
    /// The cases, with their districts and stages.
    cases: Vec<(Uuid, String)>,
    /// Whether the viewer may change something.
    manages: bool,
    now: At,
}

/// What was done, or why it wasn't.
enum Outcome {
    Asked,
    /// A token was made: its text, which is shown once.
    Made(String),
    Wrong(String),
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    show(request, &Pairs::default(), &Outcome::Asked)
}

fn show(request: &WebRequest, given: &Pairs, outcome: &Outcome) -> WebResult {
    let shown = look(request)?;
    Ok(view::page(request, &shown, given, outcome))
}

fn look(request: &WebRequest) -> Result<Shown, WebError> {
    let state = &request.state;
    let (grants, tokens, changes) = state.access(|registry| {
        let history = registry.history()?;
        let changes = history.into_iter().rev().take(SHOWN).collect();
        Ok((registry.grants().to_vec(), registry.tokens().to_vec(), changes))
    })?;
    let known = |principal: &Principal| grants.iter().any(|(to, _)| to.is_same(principal));
    let newcomers = state.newcomers.all(|principal| !known(principal));
    let query = CaseQuery { limit: LISTED, order: ibbi_app::ledger::Order::Newest, ..CaseQuery::default() };
    let cases = request.list(&query)?.cases;
    let districts: BTreeSet<String> = cases.iter().map(|case| case.district.to_string()).collect();
    let cases =
        cases.into_iter().map(|case| (case.case, format!("{} ({})", case.district, case.stage.label()))).collect();
    Ok(Shown {
        grants,
        tokens,
        changes,
        newcomers,
        districts: districts.into_iter().collect(),
        cases,
        manages: request.viewer.may_see(View::ManageAccess, None).is_ok(),
        now: state.now()?,
    })
}

/// Gives a role.
pub(crate) fn grant(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let asked = || {
        let person = person(&sent)?;
        let grant = granted(&sent)?;
        Ok((person, grant))
    };
    let done =
        asked().and_then(|(person, grant)| change(request, |registry, by, at| registry.grant(person, grant, by, at)));
    answer(request, &sent, done.map(|()| None))
}

/// Takes a role away.
pub(crate) fn remove(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let asked = || {
        let person = person(&sent)?;
        let grant: Grant = serde_json::from_str(sent.get("grant").unwrap_or_default())
            .map_err(|error| AccessError::Refused(format!("the role can't be read: {error}")))?;
        if person.is_same(&request.viewer.principal) && grant.role == Role::Staff {
            let why = "you can't take the role program staff from yourself; another member of the staff can";
            return Err(AccessError::Refused(why.to_owned()));
        }
        Ok((person, grant))
    };
    let done =
        asked().and_then(|(person, grant)| change(request, |registry, by, at| registry.remove(person, grant, by, at)));
    answer(request, &sent, done.map(|()| None))
}

/// Makes a token.
pub(crate) fn new_token(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let asked = || {
        let name = Name::new(sent.get("program").unwrap_or_default())
            .map_err(|error| AccessError::Refused(format!("the name of the program: {error}")))?;
        let days =
            sent.get("days").and_then(|days| DAYS.iter().find(|(value, _)| *value == days)?.0.parse::<i64>().ok());
        let days = days.ok_or_else(|| AccessError::Refused("choose how long the token counts".to_owned()))?;
        Ok((name, days, granted(&sent)?))
    };
    let done = asked().and_then(|(name, days, grant)| {
        change(request, |registry, by, at| {
            let expires = At::from_millis(at.millis() + days * DAY);
            let expires =
                expires.ok_or_else(|| AccessError::Refused("the token would count beyond the year 9999".to_owned()))?;
            registry.issue(NewToken { name, grants: vec![grant], expires: Some(expires) }, by, at)
        })
    });
    answer(request, &sent, done.map(|(_, text)| Some(text)))
}

/// Revokes a token.
pub(crate) fn revoke(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let id = sent.get("token").unwrap_or_default();
    let done = change(request, |registry, by, at| registry.revoke(id, by, at));
    answer(request, &sent, done.map(|()| None))
}

/// Changes the records of access as the viewer.
fn change<T>(
    request: &WebRequest,
    change: impl FnOnce(&mut Registry, Principal, At) -> Result<T, AccessError>,
) -> Result<T, AccessError> {
    let now = request.state.now().map_err(|error| AccessError::Refused(error.to_string()))?;
    request.state.access(|registry| change(registry, request.viewer.principal.clone(), now))
}

/// Goes back to the page, which shows a token that was made, or why nothing was changed.
fn answer(request: &WebRequest, sent: &Pairs, done: Result<Option<String>, AccessError>) -> WebResult {
    match done {
        Ok(None) => Ok(see_other(PATH)),
        // A redirect would put the token into an address.
        Ok(Some(token)) => show(request, &Pairs::default(), &Outcome::Made(token)),
        Err(AccessError::Refused(why)) => show(request, sent, &Outcome::Wrong(format!("{}.", sentence(&why)))),
        Err(other) => Err(other.into()),
    }
}

/// Reads the person of a form: one who has signed in, or an ID that was typed.
fn person(sent: &Pairs) -> Result<Principal, AccessError> {
    if let Some(chosen) = sent.get("person") {
        let read = serde_json::from_str(chosen);
        return read.map_err(|error| AccessError::Refused(format!("the person can't be read: {error}")));
    }
    let typed = |name: &str| sent.get(name).map(str::trim).unwrap_or_default();
    let (issuer, subject) = (typed("issuer"), typed("subject"));
    if subject.is_empty() || issuer.is_empty() {
        let why = "choose the person, or type the ID and the issuer; people without a role see both when they sign in";
        return Err(AccessError::Refused(why.to_owned()));
    }
    let name = if typed("name").is_empty() { subject } else { typed("name") };
    Principal::new(issuer, subject, name).map_err(|error| AccessError::Refused(error.to_string()))
}

/// Reads the role of a form, and its cases.
fn granted(sent: &Pairs) -> Result<Grant, AccessError> {
    let refused = |why: String| AccessError::Refused(why);
    let role: Role = sent
        .get("role")
        .ok_or_else(|| refused("choose a role".to_owned()))?
        .parse()
        .map_err(|error: ibbi_access::GrantError| refused(error.to_string()))?;
    let scope = match sent.get("where") {
        None => Scope::All,
        Some(text) => match text.split_once(':') {
            Some(("district", name)) => Scope::District(Name::new(name).map_err(|error| refused(error.to_string()))?),
            Some(("case", id)) => {
                Scope::Case(Uuid::parse_str(id).map_err(|_| refused("there is no such case".to_owned()))?)
            }
            _ => return Err(refused("choose the cases from the list".to_owned())),
        },
    };
    let party = match sent.get("party") {
        None => None,
        Some(text) => Some(text.parse::<Party>().map_err(|_| refused("choose the party from the list".to_owned()))?),
    };
    // The form always has both lists. Roles for all cases have no cases, and only a party member has a party.
    let (scope, party) = match role {
        Role::Staff | Role::Auditor => (Scope::All, None),
        Role::Facilitator | Role::Service => (scope, None),
        Role::Party => (scope, party),
    };
    if matches!(role, Role::Facilitator | Role::Party) && scope == Scope::All {
        return Err(refused(format!("the role {} is for given cases; choose a district or a case", role.label())));
    }
    if role == Role::Party && party.is_none() {
        return Err(refused("a party member belongs to labor or to management; choose the party".to_owned()));
    }
    Ok(Grant { role, scope, party })
}
