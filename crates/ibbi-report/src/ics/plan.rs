//! Calendar entries for the sessions of a plan.

use super::{IcsEntry, IcsStatus};
use crate::format;
use ibbi_sim::{HeldDates, HeldSession, Plan, Scenario, SessionKind};
use sha2::{Digest, Sha256};

/// Returns an id made of words that stay the same when an entry moves.
///
/// It is the start of the SHA-256 of the words, each ended by a zero byte, as 32 hexadecimal digits, and `@ibbi`.
///
/// ```
/// use ibbi_report::ics::stable_uid;
/// assert_eq!(stable_uid(&["plan", "Maple Hollow", "training"]), stable_uid(&["plan", "Maple Hollow", "training"]));
/// assert_ne!(stable_uid(&["a", "bc"]), stable_uid(&["ab", "c"]));
/// ```
pub fn stable_uid(words: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update(word.as_bytes());
        hasher.update([0]);
    }
    let digits: String = hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    digits + "@ibbi"
}

/// Returns the sessions of a plan, as tentative entries.
///
/// An entry's id depends on the district and the kind of session, not on its date. So a new plan for the same district
/// moves the same entries, if it is published with a higher `sequence`. A session that the new plan no longer has stays
/// in the reader's calendar until it is deleted there.
pub fn plan_entries(scenario: &Scenario, plan: &Plan, sequence: u32) -> Vec<IcsEntry> {
    let district = scenario.district.as_str();
    let parts = format::facilitation_parts(plan);
    plan.sessions
        .iter()
        .map(|session| IcsEntry {
            uid: stable_uid(&["plan", district, &kind(session.what)]),
            sequence,
            slot: session.slot,
            summary: format!("IBBI {} (planned, best case): {district}", format::session_name(session.what, parts)),
            description: description(scenario, plan, session),
            location: None,
            status: IcsStatus::Tentative,
        })
        .collect()
}

/// Returns the dates to hold and their backups, as tentative entries.
///
/// The id of an entry depends on the district, the kind of session, and on whether it is the backup, not on its date. So other
/// dates move the same entries.
pub fn hold_entries(scenario: &Scenario, plan: &Plan, held: &HeldDates, sequence: u32) -> Vec<IcsEntry> {
    let district = scenario.district.as_str();
    let parts = held.sessions.iter().filter(|held| matches!(held.what, SessionKind::Facilitation { .. })).count();
    let runs = |share: f64| format::odds(share);
    let all = held.chance.map_or_else(String::new, |chance| {
        format!(" All sessions are held on these dates in {} runs that go ahead.", runs(chance.estimate))
    });
    let entry = |session: &HeldSession, backup: bool| {
        let (slot, which, chance) = match backup {
            true => (session.backup, "backup", session.backup_chance),
            false => (session.slot, "hold", session.chance),
        };
        IcsEntry {
            uid: stable_uid(&["hold", district, &kind(session.what), which]),
            sequence,
            slot,
            summary: format!("IBBI {} ({which}): {district}", format::session_name(session.what, parts)),
            description: format!(
                "{}. Needed: {}.\nHeld, not booked. The session is complete by this date in {} runs that go ahead.{all}\n\
                 Scenario {}",
                format::sentence(&format::length(slot.minutes())),
                needed(scenario, session.what),
                runs(chance),
                plan.digest,
            ),
            location: None,
            status: IcsStatus::Tentative,
        }
    };
    held.sessions.iter().flat_map(|session| [entry(session, false), entry(session, true)]).collect()
}

/// Returns the words for a kind of session in an id.
fn kind(what: SessionKind) -> String {
    match what {
        SessionKind::Meeting => "meeting".to_owned(),
        SessionKind::Training { part: None | Some(1) } => "training".to_owned(),
        SessionKind::Training { part: Some(part) } => format!("training {part}"),
        SessionKind::Facilitation { part } => format!("facilitation {part}"),
    }
}

/// Returns the names of the people who must come.
fn needed(scenario: &Scenario, what: SessionKind) -> String {
    let people: Vec<String> = scenario
        .people
        .iter()
        .filter(|person| match what {
            SessionKind::Meeting => scenario.binds_meeting(person),
            _ => person.binds_sessions(),
        })
        .map(|person| person.name.to_string())
        .collect();
    people.join(", ")
}

fn description(scenario: &Scenario, plan: &Plan, session: &ibbi_sim::PlannedSession) -> String {
    let chance = plan.chance.map_or_else(String::new, |chance| {
        format!(
            " In {} of the runs that go ahead, the plan's last session is held by its date.",
            format::percent(chance.estimate)
        )
    });
    format!(
        "{}. Needed: {}.\nPlanned, not booked. This is the best case: the earliest day with all required people, if all goes \
         as assumed.{chance}\nScenario {}",
        format::sentence(&format::length(session.slot.minutes())),
        needed(scenario, session.what),
        plan.digest,
    )
}
