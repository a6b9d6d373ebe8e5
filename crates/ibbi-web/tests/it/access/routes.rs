//! Each role, and a stranger, asks for each route of the server.
//!
//! The table here says who may use a route. It is compared with the router's own table, so that a new page or operation without an entry fails.

use super::{EVERYONE, Matrix, Who, search};
use crate::polls::{MadePoll, form};
use crate::support::{Answer, multipart};
use Audience::{
    AccessReaders, CalendarMakers, CaseCalendar, CaseViewers, Correctors, Everyone, Extractors, LedgerReaders,
    NoteTakers, OwnCalendar, PlannedDates, PollMakers, PollOfCase, Roles, SignedIn, Staff,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    /// Also those without an account: an account makes no difference.
    Everyone,
    /// All who have signed in.
    SignedIn,
    /// All who have a role.
    Roles,
    /// Those who see the case.
    CaseViewers,
    /// Those who can record a note in the case.
    NoteTakers,
    /// Those who can void a note of the case.
    Correctors,
    /// Those who see the lines of the case.
    Extractors,
    /// Those who see the whole ledger.
    LedgerReaders,
    /// Those who see who may do what.
    AccessReaders,
    Staff,
    /// Those who make calendar addresses.
    CalendarMakers,
    /// Those of them who see the case.
    CaseCalendar,
    /// Those of them who made the address, and program staff. Program staff made it.
    OwnCalendar,
    /// Those who put planned dates on the calendar of the case.
    PlannedDates,
    /// Those who make polls.
    PollMakers,
    /// Those who see a poll about the case that program staff made.
    PollOfCase,
}

impl Audience {
    /// Returns the status with which a viewer is denied. Without one, the viewer may use the route.
    fn denies(self, who: Who, own: bool) -> Option<u16> {
        let unless = |allowed: bool, status: u16| (!allowed).then_some(status);
        let of_case = |allowed: bool| unless(allowed, if who.sees(own) { 403 } else { 404 });
        let makes_polls = matches!(who, Who::Staff | Who::Facilitator | Who::Nobody);
        match self {
            Self::Everyone | Self::SignedIn | Self::Roles => None,
            Self::CaseViewers => of_case(who.sees(own)),
            Self::NoteTakers => of_case(who.records("note_added", own, None)),
            Self::Correctors => of_case(who.records("event_voided", own, None)),
            // Other roles extract no case, whether they see it or not.
            Self::Extractors if !who.sees_all() && !matches!(who, Who::Facilitator | Who::Nobody) => Some(403),
            Self::Extractors => unless(who.sees(own), 404),
            Self::LedgerReaders | Self::AccessReaders => unless(who.sees_all(), 403),
            Self::Staff => unless(who == Who::Staff, 403),
            Self::CalendarMakers | Self::CaseCalendar | Self::OwnCalendar if who == Who::Auditor => Some(403),
            Self::CalendarMakers => None,
            Self::CaseCalendar => unless(who.sees(own), 404),
            Self::OwnCalendar => unless(who == Who::Staff, 404),
            Self::PlannedDates if matches!(who, Who::Auditor | Who::Labor | Who::Management) => Some(403),
            Self::PlannedDates => unless(who.records("session_scheduled", own, None), 404),
            Self::PollMakers => unless(makes_polls, 403),
            Self::PollOfCase if !makes_polls => Some(403),
            Self::PollOfCase => unless(who == Who::Staff || who == Who::Facilitator && own, 404),
        }
    }
}

/// All routes. What is sent to them is in [`Ask::body`].
#[rustfmt::skip]
const TABLE: &[(&str, &str, Audience)] = &[
    ("GET", "/", SignedIn),
    ("GET", "/healthz", Everyone),
    ("GET", "/readyz", Everyone),
    ("GET", "/metrics", Roles),
    ("GET", "/login", Everyone),
    ("POST", "/login", Everyone),
    ("POST", "/logout", Everyone),
    ("GET", "/login/provider", Everyone),
    ("GET", "/login/return", Everyone),
    ("GET", "/logout/done", Everyone),
    ("GET", "/plan", Roles),
    ("POST", "/plan", Roles),
    ("POST", "/plan/answer", Roles),
    ("POST", "/plan/file", Roles),
    ("POST", "/plan/open", Roles),
    ("GET", "/plan/availability", Roles),
    ("POST", "/plan/availability", Roles),
    ("POST", "/plan/availability/answers", Roles),
    ("GET", "/plan/scenario.toml", Roles),
    ("GET", "/plan/dates.ics", Roles),
    ("GET", "/plan/report.html", Roles),
    ("GET", "/cases", Roles),
    ("POST", "/cases", Staff),
    ("GET", "/cases/{case}", CaseViewers),
    ("POST", "/cases/{case}", NoteTakers),
    ("GET", "/cases/{case}/entries/{seq}", CaseViewers),
    ("POST", "/cases/{case}/entries/{seq}", Correctors),
    ("GET", "/cases/{case}/summary", CaseViewers),
    ("GET", "/cases/{case}/forecast", CaseViewers),
    ("POST", "/cases/{case}/forecast", CaseViewers),
    ("GET", "/cases/{case}/calendar", CaseViewers),
    ("POST", "/cases/{case}/calendar", CaseCalendar),
    ("GET", "/cases/{case}/calendar/planned", PlannedDates),
    ("POST", "/cases/{case}/calendar/planned", PlannedDates),
    ("POST", "/cases/{case}/calendar/planned/take-back", PlannedDates),
    ("GET", "/cases/{case}/dates.ics", CaseViewers),
    ("GET", "/audit", Roles),
    ("POST", "/audit", Roles),
    ("GET", "/audit/{upload}/days", LedgerReaders),
    ("GET", "/audit/{upload}/days/{table}", LedgerReaders),
    ("GET", "/reports/cases", LedgerReaders),
    ("GET", "/reports/cases/{table}", LedgerReaders),
    ("GET", "/reports/goals", LedgerReaders),
    ("GET", "/reports/goals/{file}", LedgerReaders),
    ("GET", "/reports/program", LedgerReaders),
    ("GET", "/reports/program/{file}", LedgerReaders),
    ("GET", "/audit/{upload}", LedgerReaders),
    ("GET", "/audit/{upload}/audit.json", LedgerReaders),
    ("GET", "/audit/{upload}/audit.html", LedgerReaders),
    ("GET", "/audit/{upload}/cases/{case}/audit.html", LedgerReaders),
    ("GET", "/audit/{upload}/export/{format}", LedgerReaders),
    ("GET", "/audit/{upload}/compare", LedgerReaders),
    ("GET", "/audit/{upload}/cases/{case}", LedgerReaders),
    ("GET", "/access", AccessReaders),
    ("POST", "/access/grant", Staff),
    ("POST", "/access/remove", Staff),
    ("POST", "/access/tokens", Staff),
    ("POST", "/access/revoke", Staff),
    ("GET", "/webhooks", Staff),
    ("POST", "/webhooks", Staff),
    ("POST", "/webhooks/{webhook}/remove", Staff),
    ("POST", "/webhooks/{webhook}/letters/{record}/resend", Staff),
    ("POST", "/webhooks/{webhook}/letters/{record}/delete", Staff),
    ("GET", "/retention", Staff),
    ("POST", "/retention/holds", Staff),
    ("POST", "/retention/holds/{hold}/lift", Staff),
    ("POST", "/retention/destroy", Staff),
    ("GET", "/retention/release", Staff),
    ("POST", "/retention/release", Staff),
    ("GET", "/calendars", CalendarMakers),
    ("GET", "/calendars/{secret}", Everyone),
    ("POST", "/calendars/{calendar}/revoke", OwnCalendar),
    ("GET", "/polls", PollMakers),
    ("POST", "/polls", PollMakers),
    ("GET", "/polls/new", PollMakers),
    ("GET", "/polls/{poll}", PollOfCase),
    ("GET", "/polls/{poll}/delete", PollOfCase),
    ("POST", "/polls/{poll}/delete", PollOfCase),
    ("POST", "/polls/{poll}/close", PollOfCase),
    ("GET", "/polls/{poll}/letters", PollOfCase),
    ("POST", "/polls/{poll}/letters", PollOfCase),
    ("GET", "/polls/{poll}/reminders", PollOfCase),
    ("POST", "/polls/{poll}/reminders", PollOfCase),
    ("POST", "/polls/{poll}/answers", PollOfCase),
    ("GET", "/polls/{poll}/people/{person}", PollOfCase),
    ("POST", "/polls/{poll}/people/{person}", PollOfCase),
    ("POST", "/polls/{poll}/people/{person}/link", PollOfCase),
    ("POST", "/polls/{poll}/people/{person}/revoke", PollOfCase),
    ("GET", "/polls/{poll}/people/{person}/poll.html", PollOfCase),
    ("GET", "/answer/{poll}/{secret}", Everyone),
    ("POST", "/answer/{poll}/{secret}", Everyone),
    ("GET", "/poll.css", Everyone),
    ("GET", "/poll.js", Everyone),
    ("GET", "/style.css", Everyone),
    ("GET", "/script.js", Everyone),
    ("GET", "/icon.svg", Everyone),
    ("GET", "/api/v1/cases", Roles),
    ("POST", "/api/v1/cases", Staff),
    ("GET", "/api/v1/cases/{case}", CaseViewers),
    ("POST", "/api/v1/cases/{case}/events", NoteTakers),
    ("GET", "/api/v1/cases/{case}/survey", CaseViewers),
    ("GET", "/api/v1/cases/{case}/route", CaseViewers),
    ("GET", "/api/v1/cases/{case}/replay", CaseViewers),
    ("GET", "/api/v1/cases/{case}/calendar.ics", CaseViewers),
    ("GET", "/api/v1/cases/{case}/planned-dates", CaseViewers),
    ("POST", "/api/v1/cases/{case}/planned-dates", PlannedDates),
    ("DELETE", "/api/v1/cases/{case}/planned-dates", PlannedDates),
    ("GET", "/api/v1/cases/{case}/extract", Extractors),
    ("GET", "/api/v1/records", Roles),
    ("GET", "/api/v1/polls", PollMakers),
    ("POST", "/api/v1/polls", PollMakers),
    ("GET", "/api/v1/polls/{poll}", PollOfCase),
    ("DELETE", "/api/v1/polls/{poll}", PollOfCase),
    ("GET", "/api/v1/webhooks", Staff),
    ("POST", "/api/v1/webhooks", Staff),
    ("DELETE", "/api/v1/webhooks/{webhook}", Staff),
    ("POST", "/api/v1/webhooks/{webhook}/role", Staff),
    ("GET", "/api/v1/webhooks/{webhook}/dead-letters", Staff),
    ("DELETE", "/api/v1/webhooks/{webhook}/dead-letters/{record}", Staff),
    ("POST", "/api/v1/webhooks/{webhook}/dead-letters/{record}/resend", Staff),
    ("GET", "/api/v1/holds", Staff),
    ("POST", "/api/v1/holds", Staff),
    ("POST", "/api/v1/holds/{hold}/lift", Staff),
    ("GET", "/api/v1/retention", Staff),
    ("POST", "/api/v1/cases/{case}/texts/destroy", Staff),
    ("POST", "/api/v1/ledger/release", Staff),
    ("GET", "/api/v1/calendars", CalendarMakers),
    ("POST", "/api/v1/calendars", CalendarMakers),
    ("DELETE", "/api/v1/calendars/{calendar}", OwnCalendar),
    ("GET", "/api/v1/lines", Roles),
    ("GET", "/api/v1/proofs/inclusion", Roles),
    ("GET", "/api/v1/proofs/consistency", Roles),
    ("GET", "/api/v1/checkpoints", Roles),
    ("GET", "/api/v1/key", Roles),
    ("GET", "/api/v1/ledger", LedgerReaders),
    ("GET", "/api/v1/ledger/cases", LedgerReaders),
    ("GET", "/api/v1/ledger/goals", LedgerReaders),
    ("GET", "/api/v1/ledger/program-report", LedgerReaders),
    ("GET", "/api/v1/ledger/verify", LedgerReaders),
    ("GET", "/api/v1/ledger/audit", LedgerReaders),
    ("GET", "/api/v1/ledger/export/{format}", LedgerReaders),
    ("POST", "/api/v1/ledger/diff", LedgerReaders),
    ("POST", "/api/v1/audit", Roles),
    ("POST", "/api/v1/verify", Roles),
    ("POST", "/api/v1/replay", Roles),
    ("POST", "/api/v1/scenario", Roles),
    ("POST", "/api/v1/scenarios/availability", Roles),
    ("POST", "/api/v1/plan", Roles),
    ("POST", "/api/v1/simulate", Roles),
    ("POST", "/api/v1/compare", Roles),
    ("POST", "/api/v1/who", Roles),
    ("POST", "/api/v1/favors", Roles),
    ("POST", "/api/v1/report", Roles),
    ("POST", "/api/v1/calendar", Roles),
    ("GET", "/api/v1/chart", Roles),
    ("GET", "/api/v1/rules", Roles),
    ("GET", "/api/v1/programs", Roles),
    ("GET", "/api/v1/forms", Roles),
    ("GET", "/api/v1/schema/ledger", Roles),
    ("GET", "/api/v1/schema/scenario", Roles),
    ("GET", "/api/v1/openapi.json", Roles),
];

#[test]
fn table_has_every_route_of_the_server() {
    let own: BTreeSet<_> = TABLE.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(own.len(), TABLE.len(), "a route is in the table twice");
    let server: BTreeSet<_> = ibbi_web::routes().map(|route| (route.method, route.path)).collect();
    let (missing, gone): (Vec<_>, Vec<_>) = (server.difference(&own).collect(), own.difference(&server).collect());
    assert!(missing.is_empty(), "add these routes to the table, with who may use them: {missing:?}");
    assert!(gone.is_empty(), "the server has no such routes; remove them from the table: {gone:?}");
    // A route that needs no role is for everyone, or checks by itself whether someone has signed in.
    for route in ibbi_web::routes() {
        let (_, _, audience) = TABLE.iter().find(|entry| (entry.0, entry.1) == (route.method, route.path)).unwrap();
        assert_eq!(route.view.is_none(), matches!(audience, Everyone | SignedIn), "{} {}", route.method, route.path);
    }
}

/// What a request of a route is about: objects that program staff made. Those of polls are about the case.
struct Objects {
    case: String,
    note: u64,
    poll: MadePoll,
    calendar: String,
    calendar_path: String,
    webhook: String,
    hold: u64,
}

impl Objects {
    fn new(matrix: &Matrix, case: &str, note: u64) -> Self {
        let poll = MadePoll::new(&matrix.server, &format!("&case={case}"));
        let hook = json!({ "name": "board", "url": "https://hooks.example.org/", "role": "service" });
        let hook = matrix.server.post("/api/v1/webhooks", &hook).json();
        let calendar = matrix.server.post("/api/v1/calendars", &json!({ "case": case })).json();
        let hold = matrix.server.post("/api/v1/holds", &json!({ "reason": "Grievance 14" })).json();
        let address = calendar["address"].as_str().unwrap();
        Self {
            case: case.to_owned(),
            note,
            poll,
            calendar: calendar["id"].as_str().unwrap().to_owned(),
            calendar_path: address[address.find("/calendars/").unwrap()..].to_owned(),
            webhook: hook["id"].as_str().unwrap().to_owned(),
            hold: hold["hold"].as_u64().unwrap(),
        }
    }
}

/// A request of a route.
struct Ask<'a> {
    method: &'a str,
    route: &'a str,
    objects: &'a Objects,
}

impl Ask<'_> {
    fn path(&self) -> String {
        let Self { route, objects, .. } = self;
        let (person, answer) = objects.poll.link(0);
        match *route {
            "/calendars/{secret}" => return objects.calendar_path.clone(),
            "/answer/{poll}/{secret}" => return answer.to_owned(),
            "/api/v1/cases/{case}/route" => return format!("/api/v1/cases/{}/route?goal=agreement", objects.case),
            "/api/v1/proofs/inclusion" => return format!("{route}?line=5"),
            "/api/v1/proofs/consistency" => return format!("{route}?from=5"),
            _ => {}
        }
        let values = [
            ("{case}", objects.case.as_str()),
            ("{seq}", &objects.note.to_string()),
            ("{upload}", "own"),
            ("{format}", "csv"),
            ("{poll}", &objects.poll.id),
            ("{person}", person),
            ("{calendar}", &objects.calendar),
            ("{webhook}", &objects.webhook),
            ("{record}", "5"),
            ("{hold}", &objects.hold.to_string()),
            ("{file}", "report.xlsx"),
            ("{table}", "states.csv"),
        ];
        let path = values.iter().fold((*route).to_owned(), |path, (name, value)| path.replace(name, value));
        assert!(!path.contains('{'), "{route} has a part without a value");
        path
    }

    /// Returns the content type and the body. A body that is read before the role is checked is valid.
    fn body(&self) -> (&'static str, Vec<u8>) {
        const FORM: &str = "application/x-www-form-urlencoded";
        let case = &self.objects.case;
        match (self.method, self.route) {
            (
                "POST",
                "/plan/open" | "/plan/availability" | "/audit" | "/cases/{case}/forecast" | "/polls/{poll}/answers",
            ) => multipart(&[("x", b"x")]),
            ("POST", "/api/v1/audit" | "/api/v1/verify" | "/api/v1/replay" | "/api/v1/ledger/diff") => {
                multipart(&[("x", b"x")])
            }
            ("POST", "/cases") => (FORM, b"district=B".to_vec()),
            ("POST", "/cases/{case}") => (FORM, b"type=note_added&text=x".to_vec()),
            ("POST", "/cases/{case}/entries/{seq}") => (FORM, b"do=void&void_reason=x".to_vec()),
            ("POST", "/polls") => (FORM, form("").1.into_bytes()),
            ("POST", "/polls/{poll}/people/{person}" | "/answer/{poll}/{secret}") => (FORM, b"c0=can".to_vec()),
            ("POST", "/retention/holds") => (FORM, b"case=all&reason=x".to_vec()),
            ("POST", "/retention/holds/{hold}/lift") => (FORM, b"reason=x".to_vec()),
            ("POST", "/retention/destroy") => {
                (FORM, format!("case={case}&party=program&texts=1&reason=x&sure=yes").into_bytes())
            }
            ("POST", "/retention/release") => (FORM, b"all=1&exemption=x&reason=x".to_vec()),
            ("POST", "/api/v1/ledger/release") => json_body(&json!({ "dry_run": true })),
            ("POST", "/api/v1/holds" | "/api/v1/holds/{hold}/lift") => json_body(&json!({ "reason": "x" })),
            ("POST", "/api/v1/cases/{case}/texts/destroy") => json_body(&json!({ "reason": "x", "dry_run": true })),
            ("POST", "/polls/{poll}/close") => (FORM, b"now=1".to_vec()),
            ("POST", "/api/v1/cases") => json_body(&json!({ "data": { "district": "B" }, "dry_run": true })),
            ("POST", "/api/v1/cases/{case}/events") => {
                json_body(&json!({ "type": "note_added", "data": { "text": "x" }, "dry_run": true }))
            }
            ("POST", "/api/v1/calendars") => json_body(&json!({ "person": "Rosa Amari" })),
            ("POST", "/api/v1/polls") => json_body(&json!({ "weeks": 0 })),
            ("POST", "/api/v1/scenarios/availability") => json_body(&json!({ "files": [], "case": case })),
            ("POST", path) if path.starts_with("/api/") => json_body(&json!([])),
            ("POST", _) => (FORM, b"x=x".to_vec()),
            _ => ("text/plain", Vec::new()),
        }
    }

    fn send(&self, matrix: &Matrix, token: Option<&str>) -> Answer {
        let (kind, body) = self.body();
        let mut client = match token {
            Some(token) => matrix.server.connect_as(token),
            None => matrix.server.stranger(),
        };
        client.ask(self.method, &self.path(), &[("content-type", kind)], &body)
    }

    /// Returns whether a request changes one of the objects, so that the next one needs others.
    fn changes(&self) -> bool {
        self.method != "GET"
            && ["{poll}", "{calendar}", "{webhook}", "{hold}"].iter().any(|name| self.route.contains(name))
    }
}

fn json_body(body: &serde_json::Value) -> (&'static str, Vec<u8>) {
    ("application/json", body.to_string().into_bytes())
}

/// Returns the content of all files beside the ledger, without the log of reads and that of messages to webhooks, which are sent later.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else if ![".reads", ".deliveries", ".deliveries.new"].iter().any(|end| path.to_string_lossy().ends_with(end))
        {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// Returns which files are not as they were.
fn changed(before: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Vec<String> {
    let now = files(folder);
    let differs = |name: &&String| before.get(*name) != now.get(*name);
    before.keys().chain(now.keys()).filter(differs).cloned().collect()
}

/// Returns whether a request was turned away because no one has signed in.
fn asks_to_sign_in(answer: &Answer) -> bool {
    answer.status == 401 || answer.status == 303 && answer.header("location").is_some_and(|to| to.starts_with("/login"))
}

#[test]
fn every_role_uses_the_routes_that_it_may_and_no_others() {
    let matrix = Matrix::new();
    let folder = matrix.server.folder.path();
    let last_note = |case: &str| {
        let timeline = matrix.server.get(&format!("/api/v1/cases/{case}/replay")).json();
        timeline["moments"].as_array().unwrap().last().unwrap()["seq"].as_u64().unwrap()
    };
    let shared = matrix.cases().map(|(case, own)| (Objects::new(&matrix, case, last_note(case)), own));
    let (mut asked, mut denied, mut wrong) = (0, 0, Vec::new());
    for (method, route, audience) in TABLE {
        let cases = if ["{case}", "{poll}"].iter().any(|name| route.contains(name)) { 2 } else { 1 };
        for (objects, own) in &shared[..cases] {
            let ask = Ask { method, route, objects };
            let mut statuses = BTreeSet::new();
            // Denied requests find the objects as they are. Each request that is allowed to change them has its own.
            for (who, token) in &matrix.tokens {
                let denies = audience.denies(*who, *own);
                let fresh =
                    (denies.is_none() && ask.changes()).then(|| Objects::new(&matrix, &objects.case, objects.note));
                let ask = Ask { objects: fresh.as_ref().unwrap_or(objects), ..ask };
                let before = (*method != "GET").then(|| files(folder));
                let answer = ask.send(&matrix, Some(token));
                let status = answer.status;
                // A letter that isn't there is missing for those who may send it, and so is what a server without a key has not signed.
                let is_missing = route.contains("{record}") || ["/api/v1/key", "/api/v1/checkpoints"].contains(route);
                let is_right = match denies {
                    Some(expected) => status == expected,
                    None if *audience == Everyone => true,
                    None => {
                        !matches!(status, 401 | 403 | 500..)
                            && (status != 404 || is_missing)
                            && !asks_to_sign_in(&answer)
                    }
                };
                let changed = before.filter(|_| denies.is_some()).map(|before| changed(&before, folder));
                let changed = changed.filter(|changed| !changed.is_empty());
                if !is_right || changed.is_some() {
                    let text = String::from_utf8_lossy(&answer.body);
                    wrong.push(format!(
                        "{who:?} (own: {own}) {method} {route}: {status}, {denies:?} expected, {changed:?}: {text:.300}"
                    ));
                }
                search(&matrix, (*who, *own), route, &answer);
                statuses.insert(status);
                asked += 1;
                denied += usize::from(denies.is_some());
            }
            let before = files(folder);
            let stranger = ask.send(&matrix, None);
            asked += 1;
            search(&matrix, (Who::Nobody, *own), route, &stranger);
            if *audience == Everyone {
                if statuses != BTreeSet::from([stranger.status]) {
                    wrong.push(format!(
                        "{method} {route}: {statuses:?} with an account, and {} without one",
                        stranger.status
                    ));
                }
                continue;
            }
            let changed = changed(&before, folder);
            if !asks_to_sign_in(&stranger) || !changed.is_empty() {
                wrong.push(format!("a stranger {method} {route}: {}, {changed:?}", stranger.status));
            }
            denied += 1;
        }
    }
    println!(
        "{asked} requests to {} routes by {} viewers and a stranger, {denied} denied",
        TABLE.len(),
        EVERYONE.len()
    );
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
