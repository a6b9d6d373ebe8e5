//! The matrix: each role, each kind of event, each view and export, the own and another district, the own and the other party.

mod manage;
mod matrix;
mod private;
mod routes;

use crate::support::{Answer, Running};
use ibbi_access::{Grant, Role, Scope};
use ibbi_app::sim::{GoalSet, SAMPLE_GOALS};
use ibbi_core::{Name, Party};
use serde_json::{Value, json};

/// The kinds that a party member records for the own party.
const OF_A_PARTY: &[&str] = &[
    "support_confirmed",
    "support_withdrawn",
    "member_named",
    "member_released",
    "attendance_pledged",
    "pledge_withdrawn",
    "caucus_opened",
    "concern_raised",
    "concern_addressed",
    "concern_dropped",
    "party_decided",
    "decision_reopened",
];

/// The confidential texts of a case, and the short IDs of its concerns, by whose they are.
const LABOR: &[&str] = &["labor-secret-text", "labor-answer-text", "pay-scale"];
const MANAGEMENT: &[&str] = &["management-secret-text", "calendar-days"];
const NOTE: &[&str] = &["note-secret-text"];

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Staff,
    Auditor,
    Facilitator,
    Labor,
    Management,
    Service,
    Nobody,
}

pub(super) const EVERYONE: [Who; 7] =
    [Who::Staff, Who::Auditor, Who::Facilitator, Who::Labor, Who::Management, Who::Service, Who::Nobody];

impl Who {
    pub(crate) const fn party(self) -> Option<Party> {
        match self {
            Self::Labor => Some(Party::Labor),
            Self::Management => Some(Party::Management),
            _ => None,
        }
    }

    pub(crate) const fn sees_all(self) -> bool {
        matches!(self, Self::Staff | Self::Auditor)
    }

    pub(super) fn sees(self, own: bool) -> bool {
        self.sees_all() || own && self != Self::Nobody
    }

    /// Returns the expected answer to an event of a case.
    pub(crate) fn records(self, kind: &str, own: bool, party: Option<Party>) -> bool {
        match self {
            Self::Staff => true,
            Self::Auditor | Self::Nobody => false,
            Self::Facilitator => own && !["case_opened", "case_migrated"].contains(&kind),
            Self::Service => own && !["event_voided", "case_migrated"].contains(&kind),
            Self::Labor | Self::Management => {
                own && (kind == "note_added" || OF_A_PARTY.contains(&kind) && party == self.party())
            }
        }
    }

    /// Returns the texts of the own case that the viewer reads.
    pub(crate) fn reads(self, own: bool) -> Vec<&'static str> {
        let [labor, management, note] = match self {
            Self::Staff | Self::Auditor => [true; 3],
            Self::Facilitator => [own; 3],
            Self::Labor => [own, false, false],
            Self::Management => [false, own, false],
            Self::Service | Self::Nobody => [false; 3],
        };
        [(labor, LABOR), (management, MANAGEMENT), (note, NOTE)]
            .into_iter()
            .filter(|(reads, _)| *reads)
            .flat_map(|(_, texts)| texts.iter().copied())
            .collect()
    }
}

/// A server with two districts in the same stage, and a token of everyone.
pub(crate) struct Matrix {
    pub(crate) server: Running,
    pub(crate) own: String,
    pub(crate) other: String,
    pub(crate) tokens: Vec<(Who, String)>,
}

impl Matrix {
    pub(crate) fn new() -> Self {
        let goals = GoalSet::parse(SAMPLE_GOALS).unwrap();
        let server = Running::start_with(|config| config.settings.goals = Some(goals));
        let [own, other] = ["Maple Hollow", "Cedar Falls"].map(|district| in_caucus(&server, district));
        let district = || Scope::District(Name::new("Maple Hollow").unwrap());
        let case = || Scope::Case(own.parse().unwrap());
        let token = |who: Who| {
            let grant = match who {
                Who::Staff => Grant::new(Role::Staff, Scope::All),
                Who::Auditor => Grant::new(Role::Auditor, Scope::All),
                Who::Facilitator => Grant::new(Role::Facilitator, case()),
                Who::Labor => Grant::party(Party::Labor, district()),
                Who::Management => Grant::party(Party::Management, case()),
                Who::Service => Grant::new(Role::Service, district()),
                // A role in a case that doesn't exist.
                Who::Nobody => Grant::new(Role::Facilitator, Scope::Case(uuid::Uuid::from_u128(9))),
            };
            (who, server.token(&format!("{who:?}"), grant))
        };
        let tokens = EVERYONE.map(token).to_vec();
        Self { server, own, other, tokens }
    }

    pub(crate) fn cases(&self) -> [(&str, bool); 2] {
        [(&self.own, true), (&self.other, false)]
    }

    pub(crate) fn ask(&self, token: &str, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        self.server.connect_as(token).ask(method, path, &[("content-type", kind)], body.as_bytes())
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, "GET", path, "text/plain", "")
    }
}

/// Opens a case, and records events until both teams are in caucus, with their concerns.
pub(super) fn in_caucus(server: &Running, district: &str) -> String {
    let opening = json!({ "data": { "district": district }, "at": "2025-09-02 09:00" });
    let case = server.post("/api/v1/cases", &opening).json()["case"].as_str().unwrap().to_owned();
    let record = |body: &Value| {
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), body);
        assert_eq!(answer.status, 201, "{body}: {}", answer.text());
    };
    let lines = ibbi_testing::UNTIL_SECOND_DECISION.lines();
    lines
        .take_while(|line| !line.contains("party_decided"))
        .for_each(|line| record(&serde_json::from_str(line).unwrap()));
    for (kind, data) in [
        ("concern_raised", json!({ "concern": "pay-scale", "party": "labor", "text": "labor-secret-text" })),
        ("concern_addressed", json!({ "concern": "pay-scale", "response": "labor-answer-text" })),
        (
            "concern_raised",
            json!({ "concern": "calendar-days", "party": "management", "text": "management-secret-text" }),
        ),
        ("note_added", json!({ "text": "note-secret-text" })),
    ] {
        record(&json!({ "type": kind, "data": data, "at": "2025-10-24 10:00" }));
    }
    case
}

/// Fails if an answer has a text that the viewer may not read. Returns how many it has that the viewer may read.
pub(super) fn search(matrix: &Matrix, (who, own): (Who, bool), path: &str, answer: &Answer) -> usize {
    let text = String::from_utf8_lossy(&answer.body);
    let folder = matrix.server.folder.path().to_str().unwrap();
    assert!(!text.contains(folder), "{path} has a path of the computer: {text}");
    let reads = who.reads(own);
    let all = [LABOR, MANAGEMENT, NOTE].concat();
    for secret in all.iter().filter(|secret| !reads.contains(secret)) {
        assert!(!text.contains(*secret), "{who:?} finds {secret} at {path} (own: {own}): {text}");
    }
    reads.iter().filter(|secret| text.contains(**secret)).count()
}
