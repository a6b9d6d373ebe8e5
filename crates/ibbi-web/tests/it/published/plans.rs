//! The memory of plans, over the page and the API.

use super::{Entries, assert_follows, by_api, by_page, entries, in_one_second, page_path, planned, scenario};
use crate::support::Running;
use ibbi_access::{Grant, Role, Scope};
use serde_json::json;

const HALVES: &str = "format=two_half_days";
const FULL: &str = "format=full_day";

#[test]
fn dropped_and_moved_dates_follow_over_the_page_and_the_api_in_one_second() {
    let server = in_one_second();
    let id = 7;
    let halves = entries(&by_api(&server, &scenario(id, &[HALVES])));
    assert_eq!(planned(&halves), ["facilitation.1", "facilitation.2", "meeting", "training.1"]);
    assert_eq!(entries(&by_api(&server, &scenario(id, &[HALVES]))), halves, "nothing has changed");
    let full = entries(&by_api(&server, &scenario(id, &[FULL])));
    assert_follows(&halves, &full);
    assert_eq!(full["facilitation.2"].status, "CANCELLED", "the part was dropped");
    assert_eq!(full["meeting"].sequence, halves["meeting"].sequence, "what is the same keeps its sequence");
    // The page has the dates to hold, with their backups.
    let held = entries(&by_page(&server, &scenario(id, &[FULL])));
    assert_follows(&full, &held);
    assert_eq!(held["facilitation.2"], full["facilitation.2"], "still canceled");
    assert!(held.contains_key("facilitation.1.backup"), "{held:?}");
    let back = entries(&by_page(&server, &scenario(id, &[HALVES])));
    assert_follows(&held, &back);
    assert_eq!(back["facilitation.2"].status, "TENTATIVE", "the part is back");
    let early = entries(&by_api(&server, &scenario(id, &[HALVES])));
    assert_follows(&back, &early);
    assert_eq!(early["facilitation.1.backup"].status, "CANCELLED");
    let moved = entries(&by_api(&server, &scenario(id, &[HALVES, "start=2026-10-08"])));
    assert_follows(&early, &moved);
    assert!(planned(&moved).iter().all(|session| moved[*session].starts != early[*session].starts), "{moved:?}");
}

#[test]
fn scenarios_of_one_district_share_nothing() {
    let server = in_one_second();
    let [one, other] = [8, 9].map(|id| by_api(&server, &scenario(id, &[HALVES])));
    let uids = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(ToOwned::to_owned).collect()
    };
    assert!(uids(one.text()).iter().all(|uid| !other.text().contains(uid)), "{}", other.text());
    let dropped = entries(&by_api(&server, &scenario(8, &[FULL])));
    assert_eq!(dropped["facilitation.2"].status, "CANCELLED");
    assert_eq!(entries(&by_api(&server, &scenario(9, &[HALVES]))), entries(&other));
}

#[test]
fn memory_survives_a_restart() {
    let mut first = in_one_second();
    let halves = entries(&by_api(&first, &scenario(7, &[HALVES])));
    first.stop();
    let ledger = first.ledger();
    let second = Running::start_with(|config| {
        config.ledger = ledger;
        config.clock = std::sync::Arc::new(|| Ok("2026-08-31T12:00:00.000Z".parse().unwrap()));
    });
    // Its clock is even a day behind.
    let full = entries(&by_api(&second, &scenario(7, &[FULL])));
    assert_follows(&halves, &full);
    assert_eq!(full["facilitation.2"].status, "CANCELLED");
}

#[test]
fn memory_is_forgotten_after_four_hundred_days() {
    let mut first = in_one_second();
    let halves = entries(&by_api(&first, &scenario(7, &[HALVES])));
    assert_eq!(planned(&halves).len(), 4);
    first.stop();
    let after = |now: &'static str| {
        let ledger = first.ledger();
        let mut server = Running::start_with(|config| {
            config.ledger = ledger;
            config.clock = std::sync::Arc::new(move || Ok(now.parse().unwrap()));
        });
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        // The server looks for old memories when it starts. One that has to stay is there when the server has stopped.
        while super::folder(&first).join("shared.00000000-0000-0000-0000-000000000007.ics").exists()
            && std::time::Instant::now() < deadline
            && now.starts_with("2027-10-06")
        {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        server.stop();
        std::fs::read_dir(super::folder(&first)).unwrap().count()
    };
    assert_eq!(after("2027-10-05T12:00:00.000Z"), 2, "the lock and the memory");
    assert_eq!(after("2027-10-06T12:00:00.000Z"), 1);
}

#[test]
fn who_knows_an_id_neither_reads_nor_changes_the_dates_of_others() {
    let server = in_one_second();
    let staff = entries(&by_api(&server, &scenario(7, &[HALVES])));
    let stranger = server.token("stranger", Grant::new(Role::Facilitator, Scope::Case(uuid::Uuid::from_u128(99))));
    let facilitator = server.token("own", Grant::new(Role::Facilitator, Scope::Case(uuid::Uuid::from_u128(7))));
    let auditor = server.token("auditor", Grant::new(Role::Auditor, Scope::All));
    let ask = |token: &str, changes: &[&str]| -> Entries {
        let body = json!({ "scenario": scenario(7, changes).to_toml() }).to_string();
        entries(&server.connect_as(token).ask("POST", "/api/v1/calendar", &[], body.as_bytes()))
    };
    for token in [&stranger, &auditor] {
        let seen = ask(token, &[FULL, "start=2026-12-01"]);
        assert!(seen.values().all(|entry| entry.status == "TENTATIVE"), "{seen:?}");
        // They have memories of their own.
        assert_eq!(ask(token, &[HALVES]).len(), 4);
        let dropped = ask(token, &[FULL]);
        assert_eq!(dropped["facilitation.2"].status, "CANCELLED");
    }
    assert_eq!(entries(&by_api(&server, &scenario(7, &[HALVES]))), staff, "nothing has changed");
    // Those who book the sessions of the case share it.
    let full = ask(&facilitator, &[FULL]);
    assert_follows(&staff, &full);
    assert_eq!(full["facilitation.2"].status, "CANCELLED");
    assert_eq!(entries(&by_api(&server, &scenario(7, &[FULL]))), full);
}

#[test]
fn link_on_another_site_publishes_nothing() {
    let server = in_one_second();
    let halves = entries(&by_page(&server, &scenario(7, &[HALVES])));
    let path = page_path(&scenario(7, &[FULL]));
    let foreign = server.connect().ask("GET", &path, &[("sec-fetch-site", "cross-site")], b"");
    assert_eq!(entries(&foreign)["facilitation.2"].status, "CANCELLED", "the answer is the same");
    assert_eq!(server.connect().ask("HEAD", &path, &[], b"").status, 200);
    assert_eq!(entries(&by_page(&server, &scenario(7, &[HALVES]))), halves, "and nothing was remembered");
}

#[test]
fn booking_follows_its_plan_in_one_memory() {
    let server = in_one_second();
    let case = server.case_before("meeting_scheduled");
    let id = case.trim_start_matches("/cases/").to_owned();
    let ask =
        || entries(&server.post("/api/v1/calendar", &json!({ "case": id, "scenario": scenario(1, &[]).to_toml() })));
    let before = ask();
    assert_eq!(before["meeting"].status, "TENTATIVE", "{before:?}");
    let slot = json!({ "starts": "2025-09-16T15:00:00-04:00", "ends": "2025-09-16T16:30:00-04:00" });
    let meeting = json!({ "type": "meeting_scheduled", "data": { "slot": slot }, "at": "2025-09-10 09:00" });
    let recorded = server.post(&format!("/api/v1{case}/events"), &meeting);
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let booked = ask();
    assert_follows(&before, &booked);
    assert_eq!(
        (booked["meeting"].status.as_str(), booked["meeting"].starts.as_str()),
        ("CONFIRMED", "20250916T150000")
    );
}
