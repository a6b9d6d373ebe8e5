//! The examples of the OpenAPI document. The tests send each body to a server, and check each response against its schema.

use serde_json::{Map, Value, json};

/// A case of the examples.
const CASE: &str = "01920000-0000-7000-8000-000000000001";

/// Returns an example of a parameter by its schema.
pub(super) fn parameter(schema: &str) -> Value {
    match schema {
        "Uuid" => json!(CASE),
        "Time" => json!("2025-10-20 16:00"),
        "Most" => json!(100),
        "Limit" => json!(100),
        "Position" => json!(12),
        "FiscalYear" => json!(2026),
        "Month" => json!(7),
        "ETags" => json!("*"),
        "ExportFormat" => json!("csv"),
        "Goal" => json!("training"),
        _ => json!("Maple"),
    }
}

/// Returns the examples of an operation's body, by their names.
pub(super) fn bodies(operation: &str) -> Map<String, Value> {
    let sample = ("sample", "The sample scenario", json!({}));
    let object = ("scenario", "A scenario as an object", json!({ "scenario": small_scenario() }));
    let examples = match operation {
        "openCase" => vec![(
            "opening",
            "A district opens its case",
            json!({ "type": "case_opened", "data": { "district": "Maple Hollow", "county": "norfolk", "contract_expires": "2026-06-30" } }),
        )],
        "offerEvent" => vec![
            (
                "leader_agreed",
                "The superintendent agrees",
                json!({ "type": "leader_agreed", "data": { "name": "Rosa Amari", "seat": "superintendent" } }),
            ),
            (
                "dry_run",
                "A note that is only checked",
                json!({ "type": "note_added", "data": { "text": "They asked for a date in May." }, "dry_run": true }),
            ),
        ],
        "checkScenario" => vec![sample, object],
        "importAvailability" => vec![
            (
                "poll",
                "An answer to a poll",
                json!({
                    "files": [{ "name": "poll.csv", "text": "Name,Mon 19 Oct 2026,Tue 20 Oct 2026\nBeaumont,Yes,No\n" }],
                    "scenario": small_scenario(),
                }),
            ),
            (
                "answer",
                "The answer to a question about a name",
                json!({
                    "files": [{ "name": "answers.txt", "text": "Nat: never Fridays" }],
                    "scenario": small_scenario(),
                    "people": { "Nat": "n-beaumont" },
                }),
            ),
        ],
        "plan" => vec![("format", "The sample in two half-days", json!({ "format": "two_half_days" })), object],
        "favors" | "calendar" => vec![sample, object],
        "simulate" | "who" | "report" => vec![("runs", "The sample with few runs", json!({ "runs": 100, "seed": 7 }))],
        "createCalendar" => vec![("person", "The dates of a person in all cases", json!({ "person": "Rosa Amari" }))],
        "publishPlannedDates" => {
            vec![("dry_run", "Dates that are only returned", json!({ "scenario": small_scenario(), "dry_run": true }))]
        }
        "createPoll" => {
            vec![("weeks", "Two weeks about the sample", json!({ "weeks": 2, "times": ["8:00-12:00", "12:00-16:00"] }))]
        }
        "createWebhook" => vec![(
            "board",
            "A webhook of a service",
            json!({ "name": "board", "url": "https://hooks.example.org/ibbi", "role": "service" }),
        )],
        "changeWebhookRole" => {
            vec![("district", "A service for one district", json!({ "role": "service", "district": "Maple Hollow" }))]
        }
        "placeHold" => vec![("all", "A hold on all cases", json!({ "reason": "Subpoena of March 3" }))],
        "liftHold" => vec![("settled", "The dispute is over", json!({ "reason": "Settled" }))],
        "destroyTexts" => vec![(
            "dry_run",
            "Whether the notes can be destroyed",
            json!({ "party": "program", "reason": "Routine, approved by the town clerk", "dry_run": true }),
        )],
        "releaseRecords" => {
            let default =
                json!({ "exemption": "M.G.L. c. 4, § 7, cl. 26(d)", "reason": "Positions that are being developed" });
            vec![(
                "dry_run",
                "Preview of a release of all cases",
                json!({ "exempt": { "default": default }, "dry_run": true }),
            )]
        }
        "compare" => vec![(
            "formats",
            "Both formats of the sample",
            json!({ "formats": ["full_day", "two_half_days"], "runs": 100 }),
        )],
        _ => Vec::new(),
    };
    let named =
        |(name, summary, value): (&str, &str, Value)| (name.to_owned(), json!({ "summary": summary, "value": value }));
    examples.into_iter().map(named).collect()
}

/// Returns a scenario with as few entries as possible.
fn small_scenario() -> Value {
    let leader = |id: &str, name: &str, seat: &str| json!({ "id": id, "name": name, "role": "leader", "seat": seat });
    json!({
        "district": "Maple Hollow",
        "start": "2026-09-08",
        "contract_expires": "2027-06-30",
        "people": [
            leader("r-amari", "R. Amari", "superintendent"),
            leader("j-ortiz", "J. Ortiz", "union_president"),
            leader("t-okafor", "T. Okafor", "school_committee"),
            { "id": "n-beaumont", "name": "N. Beaumont", "role": "neutral", "unavailable": ["tuesday"] },
            { "id": "l-haddad", "name": "L. Haddad", "role": "negotiator", "party": "labor" },
            { "id": "k-brandt", "name": "K. Brandt", "role": "negotiator", "party": "management" },
        ],
    })
}

/// Returns an example of a response, by its schema.
pub(super) fn response(schema: &str) -> Option<Value> {
    let opened = "2025-09-02T13:00:00.000Z";
    Some(match schema {
        "CaseList" => json!({
            "cases": [{ "case": CASE, "district": "Maple Hollow", "stage": "inquiry", "records": 2, "last_event": opened }],
            "next": null, "total": 1, "lines": 3, "last_hash": "0".repeat(64),
        }),
        "Recorded" => json!({
            "case": CASE, "district": "Maple Hollow", "id": "01920000-0000-7000-8000-000000000002", "seq": 3, "rev": 2,
            "event": "leader_agreed", "at": opened, "from": "inquiry", "to": "inquiry", "dry_run": false, "existing": false,
            "advisories": [],
        }),
        "Route" => {
            json!({ "case": CASE, "from": "inquiry", "goal": "introduction", "route": ["leader_agreed", "leader_agreed"] })
        }
        "Survey" => json!([
            { "event": "note_added", "answer": "ready" },
            { "event": "leader_agreed", "answer": "depends", "rules": ["leaders.seat-agreed-once"] },
        ]),
        "RecordPage" => json!({ "records": [], "next": null, "position": 12 }),
        _ => return None,
    })
}

/// Returns an example of a problem with a status.
pub(super) fn problem(status: u16) -> Option<Value> {
    let all = crate::problem_codes::ALL;
    let usual = all.iter().find(|known| known.statuses.first() == Some(&status));
    let known = usual.or_else(|| all.iter().find(|known| known.statuses.contains(&status)))?;
    let mut example = json!({
        "type": crate::problem_codes::urn(known.code), "title": known.title, "status": status, "detail": known.about,
        "code": known.code,
    });
    match known.code {
        "denied" => {
            example["needs"] = json!(["program staff", "facilitator of the case"]);
            example["granted_by"] = json!(["P. Sullivan"]);
        }
        "refused" => {
            example["refusal"] = json!({
                "event": "format_chosen", "stage": "inquiry", "at": "2025-09-02T13:00:00.000Z",
                "unmet": [{
                    "rule": "leaders.all-agreed", "statement": "All three key leaders must agree first.",
                    "found": "not agreed yet: the union president", "detail": { "kind": "seats_open", "seats": ["union_president"] },
                    "remedy": "Record the missing agreement.", "source": "brochure",
                }],
            });
        }
        _ => {}
    }
    Some(example)
}
