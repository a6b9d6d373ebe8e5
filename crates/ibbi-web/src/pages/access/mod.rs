//! Who may do what: a page for program staff, and for auditors to read.

mod view;

use super::confirmation::{Question, asked};
use super::form_errors::sentence;
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use ibbi_access::{
    AccessChange, AccessEntry, AccessError, Grant, IssuedToken, NewToken, Principal, Registry, Role, Scope, View,
};
use ibbi_app::ledger::CaseQuery;
use ibbi_core::{At, Name, Party};
use ibbi_report::html::el;
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
    /// Something was changed: the newest change is the one.
    Changed,
    /// The form can't be used as it is: the field, with the form it is in, and why. Without a field, it is about the whole form.
    Wrong(Option<String>, String),
}

/// What is wrong with a form.
enum Fault {
    /// A field, and what to do.
    Field(&'static str, String),
    /// The change was not made.
    Access(AccessError),
}

impl From<AccessError> for Fault {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let outcome = if request.query.get("changed").is_some() { Outcome::Changed } else { Outcome::Asked };
    show(request, &Pairs::default(), &outcome)
}

fn show(request: &WebRequest, given: &Pairs, outcome: &Outcome) -> WebResult {
    let shown = look(request)?;
    Ok(view::page(request, &shown, given, outcome))
}

fn look(request: &WebRequest) -> Result<Shown, WebError> {
    let state = &request.state;
    let (grants, tokens, changes) = state.access(|registry| {
        let history = registry.history()?;
        let changes: Vec<AccessEntry> = history.into_iter().rev().take(SHOWN).collect();
        Ok((registry.grants().to_vec(), registry.tokens().to_vec(), changes))
    })?;
    let known = |principal: &Principal| grants.iter().any(|(to, _)| to.is_same(principal));
    let mut newcomers = state.newcomers.all(|principal| !known(principal));
    // Those whose role was taken can get another one, without their having to sign in first.
    for entry in &changes {
        if let AccessChange::Removed { from, .. } = &entry.change
            && !known(from)
            && !newcomers.iter().any(|one| one.is_same(from))
        {
            newcomers.push(from.clone());
        }
    }
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
    answer(request, &sent, "", done.map(|()| None))
}

/// Takes a role away.
pub(crate) fn remove(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let wanted = || {
        let person = person(&sent)?;
        let grant: Grant = serde_json::from_str(sent.get("grant").unwrap_or_default())
            .map_err(|error| AccessError::Refused(format!("the role can't be read: {error}")))?;
        if person.is_same(&request.viewer.principal) && grant.role == Role::Staff {
            let why = "you can't take the role program staff from yourself; another member of the staff can";
            return Err(AccessError::Refused(why.to_owned()).into());
        }
        Ok((person, grant))
    };
    let wanted = wanted();
    if let Ok((person, grant)) = &wanted {
        let has =
            |registry: &Registry| Ok(registry.grants().iter().any(|(to, one)| to.is_same(person) && one == grant));
        let about = "From the next request on, this person can\u{2019}t use the role. You can give the role again.";
        let does = format!("Take the role {grant} from");
        if request.state.access(|registry| has(registry))?
            && let Some(page) = asked(request, &question(&does, &person.name, about, "Take the role away"))
        {
            return Ok(page);
        }
    }
    let done =
        wanted.and_then(|(person, grant)| change(request, |registry, by, at| registry.remove(person, grant, by, at)));
    // The form of a button has no fields to show.
    answer(request, &Pairs::default(), "", done.map(|()| None))
}

/// Makes a token.
pub(crate) fn new_token(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let asked = || {
        let name = Name::new(sent.get("program").unwrap_or_default())
            .map_err(|error| Fault::Field("program", format!("the name of the program: {error}")))?;
        let days =
            sent.get("days").and_then(|days| DAYS.iter().find(|(value, _)| *value == days)?.0.parse::<i64>().ok());
        let days = days.ok_or_else(|| Fault::Field("days", "choose how long the token is valid".to_owned()))?;
        Ok((name, days, granted(&sent)?))
    };
    let done = asked().and_then(|(name, days, grant)| {
        change(request, |registry, by, at| {
            let expires = At::from_millis(at.millis() + days * DAY);
            let expires = expires
                .ok_or_else(|| AccessError::Refused("the token would be valid beyond the year 9999".to_owned()))?;
            registry.issue(NewToken { name, grants: vec![grant], expires: Some(expires) }, by, at)
        })
    });
    answer(request, &sent, "token-", done.map(|(_, text)| Some(text)))
}

/// Revokes a token.
pub(crate) fn revoke(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let id = sent.get("token").unwrap_or_default();
    let of_token = |registry: &mut Registry| {
        let found = registry.tokens().iter().find(|token| token.id == id && token.revoked.is_none());
        Ok(found.map(|token| token.name.clone()))
    };
    if let Some(name) = request.state.access(of_token)? {
        let about = "The program can\u{2019}t use this server any more. This can\u{2019}t be undone: you would have to make a new token, and to \
                     give it to the program.";
        if let Some(page) = asked(request, &question("Revoke the token of", &name, about, "Revoke the token")) {
            return Ok(page);
        }
    }
    let done = change(request, |registry, by, at| registry.revoke(id, by, at));
    answer(request, &Pairs::default(), "", done.map(|()| None))
}

fn question<'a>(does: &str, whom: &Name, about: &str, yes: &'a str) -> Question<'a> {
    let (does, whom) = (does.to_owned(), whom.to_string());
    Question { does, whom, about: el("p").with(about).into(), yes, no: "Keep it", back: PATH, place: PATH }
}

/// Changes the records of access as the viewer.
fn change<T>(
    request: &WebRequest,
    change: impl FnOnce(&mut Registry, Principal, At) -> Result<T, AccessError>,
) -> Result<T, Fault> {
    let now = request.state.now().map_err(|error| AccessError::Refused(error.to_string()))?;
    Ok(request.state.access(|registry| change(registry, request.viewer.principal.clone(), now))?)
}

/// Goes back to the page, which shows a token that was made, what was changed, or why nothing was. The fields of the form have a prefix.
fn answer(request: &WebRequest, sent: &Pairs, prefix: &str, done: Result<Option<String>, Fault>) -> WebResult {
    let wrong = |field, why: &str| show(request, sent, &Outcome::Wrong(field, format!("{}.", sentence(why))));
    match done {
        Ok(None) => Ok(see_other(&format!("{PATH}?changed=1#now"))),
        // A redirect would put the token into an address.
        Ok(Some(token)) => show(request, &Pairs::default(), &Outcome::Made(token)),
        // Only the fields that both forms have share their names.
        Err(Fault::Field(field @ ("role" | "where"), why)) => wrong(Some(format!("{prefix}{field}")), &why),
        Err(Fault::Field(field, why)) => wrong(Some(field.to_owned()), &why),
        Err(Fault::Access(AccessError::Refused(why))) => wrong(None, &why),
        Err(Fault::Access(other)) => Err(other.into()),
    }
}

/// Reads the person of a form: one who has signed in, or an ID that was typed.
fn person(sent: &Pairs) -> Result<Principal, Fault> {
    if let Some(chosen) = sent.get("person") {
        let read = serde_json::from_str(chosen);
        return read.map_err(|error| Fault::Field("person", format!("the person can't be read: {error}")));
    }
    let typed = |name: &str| sent.get(name).map(str::trim).unwrap_or_default();
    let (issuer, subject) = (typed("issuer"), typed("subject"));
    if subject.is_empty() || issuer.is_empty() {
        let field = if subject.is_empty() { "subject" } else { "issuer" };
        let why = "choose the person, or type the ID and the issuer; people without a role see both when they sign in";
        return Err(Fault::Field(field, why.to_owned()));
    }
    let name = if typed("name").is_empty() { subject } else { typed("name") };
    Principal::new(issuer, subject, name).map_err(|error| Fault::Field("subject", error.to_string()))
}

/// Reads the role of a form, and its cases.
fn granted(sent: &Pairs) -> Result<Grant, Fault> {
    let at_role = |why: String| Fault::Field("role", why);
    let at_cases = |why: String| Fault::Field("where", why);
    let at_party = |why: String| Fault::Field("party", why);
    let role: Role = sent
        .get("role")
        .ok_or_else(|| at_role("choose a role".to_owned()))?
        .parse()
        .map_err(|error: ibbi_access::GrantError| at_role(error.to_string()))?;
    let scope = match sent.get("where") {
        None => Scope::All,
        Some(text) => match text.split_once(':') {
            Some(("district", name)) => Scope::District(Name::new(name).map_err(|error| at_cases(error.to_string()))?),
            Some(("case", id)) => {
                Scope::Case(Uuid::parse_str(id).map_err(|_| at_cases("there is no such case".to_owned()))?)
            }
            _ => return Err(at_cases("choose the cases from the list".to_owned())),
        },
    };
    let party = match sent.get("party") {
        None => None,
        Some(text) => Some(text.parse::<Party>().map_err(|_| at_party("choose the party from the list".to_owned()))?),
    };
    // The form always has both lists. Roles for all cases have no cases, and only a party member has a party.
    let (scope, party) = match role {
        Role::Staff | Role::Auditor => (Scope::All, None),
        Role::Facilitator | Role::Service => (scope, None),
        Role::Party => (scope, party),
    };
    if matches!(role, Role::Facilitator | Role::Party) && scope == Scope::All {
        return Err(at_cases(format!("the role {} is for given cases; choose a district or a case", role.label())));
    }
    if role == Role::Party && party.is_none() {
        return Err(at_party("a party member belongs to labor or to management; choose the party".to_owned()));
    }
    Ok(Grant { role, scope, party })
}
