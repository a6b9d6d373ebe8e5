//! Planned dates on the calendar of a case.

use super::{Entries, assert_follows, entries, folder, in_one_second, planned, scenario};
use crate::access::{Matrix, Who};
use crate::support::{Answer, Running};
use serde_json::{Value, json};

/// A server with a case before its meeting, and a calendar address of the case.
struct Subscribed {
    server: Running,
    case: String,
    address: String,
}

impl Subscribed {
    fn new() -> Self {
        let server = in_one_second();
        let case = server.case_before("meeting_scheduled").trim_start_matches("/cases/").to_owned();
        let made = server.post("/api/v1/calendars", &json!({ "case": case })).json();
        let address = made["address"].as_str().unwrap().to_owned();
        Self { server, case, address }
    }

    /// Returns what a calendar program gets.
    fn calendar(&self) -> Entries {
        entries(&self.answer())
    }

    fn answer(&self) -> Answer {
        let path = format!("/calendars/{}", self.address.split("/calendars/").last().unwrap());
        self.server.stranger().ask("GET", &path, &[], b"")
    }

    fn dates(&self) -> String {
        format!("/api/v1/cases/{}/planned-dates", self.case)
    }

    fn publish(&self, changes: &[&str]) -> Value {
        let answer = self.server.post(&self.dates(), &json!({ "scenario": scenario(1, changes).to_toml() }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn record(&self, kind: &str, data: &Value, at: &str) {
        let body = json!({ "type": kind, "data": data, "at": at });
        let answer = self.server.post(&format!("/api/v1/cases/{}/events", self.case), &body);
        assert_eq!(answer.status, 201, "{body}: {}", answer.text());
    }

    fn book_meeting(&self) {
        let slot = json!({ "starts": "2025-09-16T15:00:00-04:00", "ends": "2025-09-16T16:30:00-04:00" });
        self.record("meeting_scheduled", &json!({ "slot": slot }), "2025-09-10 09:00");
    }
}

#[test]
fn planned_dates_are_put_replaced_booked_and_taken_back() {
    let subscribed = Subscribed::new();
    assert_eq!(subscribed.calendar(), Entries::new());
    let tried = subscribed.server.post(
        &subscribed.dates(),
        &json!({ "scenario": scenario(1, &["format=two_half_days"]).to_toml(), "dry_run": true }),
    );
    assert_eq!(tried.json()["dates"].as_array().unwrap().len(), 4, "{}", tried.text());
    assert_eq!(subscribed.calendar(), Entries::new(), "a dry run publishes nothing");
    let put = subscribed.publish(&["format=two_half_days"]);
    assert_eq!((&put["changed"], put["dates"].as_array().unwrap().len()), (&json!(4), 4), "{put}");
    let halves = subscribed.calendar();
    assert_eq!(planned(&halves), ["facilitation.1", "facilitation.2", "meeting", "training.1"]);
    assert_eq!(subscribed.publish(&["format=two_half_days"])["changed"], 0);
    assert_eq!(subscribed.calendar(), halves, "the same dates have the same sequences");
    let bytes = subscribed.answer();
    assert_eq!(subscribed.answer().text(), bytes.text(), "and the same bytes");
    subscribed.publish(&["format=full_day"]);
    let full = subscribed.calendar();
    assert_follows(&halves, &full);
    assert_eq!(full["facilitation.2"].status, "CANCELLED");
    subscribed.book_meeting();
    let booked = subscribed.calendar();
    assert_follows(&full, &booked);
    assert_eq!(
        (booked["meeting"].status.as_str(), booked["meeting"].starts.as_str()),
        ("CONFIRMED", "20250916T150000")
    );
    assert_eq!(planned(&booked), ["facilitation.1", "training.1"]);
    let listed = subscribed.server.get(&subscribed.dates()).json();
    assert_eq!(listed["dates"].as_array().unwrap().len(), 2, "{listed}");
    let taken = subscribed.server.connect().ask("DELETE", &subscribed.dates(), &[], b"");
    assert_eq!((taken.status, &taken.json()["changed"]), (200, &json!(2)), "{}", taken.text());
    let back = subscribed.calendar();
    assert_follows(&booked, &back);
    assert_eq!((planned(&back).len(), back["meeting"].status.as_str()), (0, "CONFIRMED"));
    subscribed.publish(&["format=two_half_days"]);
    let again = subscribed.calendar();
    assert_follows(&back, &again);
    assert_eq!(planned(&again), ["facilitation.1", "facilitation.2", "training.1"]);
}

#[test]
fn planned_dates_are_canceled_when_the_case_ends() {
    let subscribed = Subscribed::new();
    subscribed.publish(&[]);
    let before = subscribed.calendar();
    assert!(!planned(&before).is_empty());
    subscribed.record("case_withdrawn", &json!({ "by": "the district", "reason": "x" }), "2025-09-12 09:00");
    let after = subscribed.calendar();
    assert_follows(&before, &after);
    assert_eq!(planned(&after), Vec::<&str>::new());
    assert_eq!(subscribed.server.get(&subscribed.dates()).json()["dates"], json!([]));
}

#[test]
fn booking_in_the_second_of_its_plan_has_a_larger_sequence() {
    let subscribed = Subscribed::new();
    subscribed.publish(&[]);
    let before = subscribed.calendar();
    subscribed.book_meeting();
    let booked = subscribed.calendar();
    assert_follows(&before, &booked);
    assert_eq!(booked["meeting"].status, "CONFIRMED");
    // The calendar of a plan has larger sequences too: the case has one identity.
    let body = json!({ "case": subscribed.case, "scenario": scenario(1, &["start=2026-12-01"]).to_toml() });
    let file = entries(&subscribed.server.post("/api/v1/calendar", &body));
    for (session, entry) in &file {
        let old = booked.get(session).filter(|old| old.starts != entry.starts);
        assert!(old.is_none_or(|old| entry.sequence > old.sequence), "{session}: {old:?} {entry:?}");
    }
    subscribed.publish(&["start=2026-11-01"]);
    assert_follows(&booked, &subscribed.calendar());
}

#[test]
fn forecast_publishes_what_its_page_has_shown() {
    let subscribed = Subscribed::new();
    let (server, case) = (&subscribed.server, &subscribed.case);
    let forecast = server.get(&format!("/cases/{case}/forecast"));
    let path = format!("/cases/{case}/calendar/planned");
    assert!(forecast.text().contains(&format!("href=\"{path}\"")), "{}", forecast.text());
    let page = server.get(&path);
    assert!(page.text().contains("Publish these dates") && page.text().contains("tentative"), "{}", page.text());
    assert!(page.text().contains("No one\u{2019}s calendar was used for these dates"), "{}", page.text());
    assert_eq!(subscribed.calendar(), Entries::new(), "looking publishes nothing");
    let digest = page.text().split("name=\"dates\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let changed = server.form(&path, "dates=another");
    assert!(changed.status == 409 && changed.text().contains("have changed since"), "{}", changed.text());
    assert_eq!(subscribed.calendar(), Entries::new());
    let put = server.form(&path, &format!("dates={digest}"));
    assert_eq!((put.status, put.header("location")), (303, Some(format!("/cases/{case}/calendar#planned").as_str())));
    let calendar = subscribed.calendar();
    assert!(planned(&calendar).contains(&"training.1"), "{calendar:?}");
    let shown = server.get(&format!("/cases/{case}/calendar"));
    assert!(
        shown.text().contains("Take these dates back") && shown.text().contains("id=\"planned\""),
        "{}",
        shown.text()
    );
    assert_eq!(server.confirmed(&format!("{path}/take-back"), "").status, 303);
    assert_eq!(planned(&subscribed.calendar()), Vec::<&str>::new());
    assert!(!server.get(&format!("/cases/{case}/calendar")).text().contains("id=\"planned\""));
}

#[test]
fn damaged_file_stops_the_calendar_of_its_case() {
    let subscribed = Subscribed::new();
    subscribed.publish(&[]);
    let before = subscribed.calendar();
    let path = folder(&subscribed.server).join(format!("planned.{}.json", subscribed.case));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(subscribed.answer().status, 503, "an empty calendar would take the dates away");
    let put = subscribed.server.post(&subscribed.dates(), &json!({ "scenario": scenario(1, &[]).to_toml() }));
    assert_eq!((put.status, &put.json()["code"]), (503, &json!("dates-unavailable")), "{}", put.text());
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(subscribed.calendar(), before);
}

#[test]
fn those_who_book_the_sessions_put_dates_on_the_calendar() {
    let matrix = Matrix::new();
    let form = "application/x-www-form-urlencoded";
    for (who, token) in &matrix.tokens {
        let books = |own: bool| *who == Who::Staff || own && matches!(who, Who::Facilitator | Who::Service);
        for (case, own) in matrix.cases() {
            let sees = who.sees_all() || own && *who != Who::Nobody;
            let api = format!("/api/v1/cases/{case}/planned-dates");
            let body = json!({ "scenario": scenario(1, &[]).to_toml(), "dry_run": true }).to_string();
            let page = format!("/cases/{case}/calendar/planned");
            for (method, path, kind, body) in [
                ("POST", api.clone(), "application/json", body.as_str()),
                ("DELETE", api.clone(), "application/json", ""),
                ("GET", page.clone(), form, ""),
                ("POST", page.clone(), form, "dates=x"),
                ("POST", format!("{page}/take-back"), form, ""),
            ] {
                let answer = matrix.ask(token, method, &path, kind, body);
                let is_refused = matches!(answer.status, 403 | 404);
                assert_eq!(is_refused, !books(own), "{who:?} {method} {path}: {} {}", answer.status, answer.text());
                assert!(answer.status < 500, "{who:?} {method} {path}: {}", answer.text());
            }
            let listed = matrix.get(token, &api);
            assert_eq!(listed.status, if sees { 200 } else { 404 }, "{who:?} {api}");
        }
    }
}
