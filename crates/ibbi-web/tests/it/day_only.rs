//! Events of which only the day is known. No page shows a time for them.

use crate::support::{Answer, Running};

/// The time that the program picks for such an event. It is never shown.
const PICKED: &str = "12:00 PM";

fn enter(server: &Running, case: &str, form: &str) -> Answer {
    let answer = server.form(case, form);
    assert_eq!(answer.status, 303, "{form}: {}", answer.text());
    answer
}

/// Opens a case on a day, and records the superintendent's agreement of another day. Returns its address.
fn case_of_days(server: &Running) -> String {
    let opened = enter(server, "/cases", "district=Maple+Hollow&day=9/2/2025");
    let case = opened.header("location").unwrap().split('?').next().unwrap().to_owned();
    enter(server, &case, "type=leader_agreed&seat=superintendent&name=R.+Amari&day=9/4/2025");
    case
}

#[test]
fn event_of_a_day_is_shown_as_a_day_on_every_page() {
    let server = Running::start();
    let case = case_of_days(&server);
    let lines = std::fs::read_to_string(server.ledger()).unwrap();
    assert_eq!(lines.matches("\"precision\":\"day\"").count(), 2, "{lines}");
    for (path, part) in [
        ("", "opened Tue, Sep 2, 2025<"),
        ("", "R. Amari, Thu, Sep 4, 2025<"),
        ("", "since Tue, Sep 2, 2025 ("),
        ("/summary", "since Tue, Sep 2, 2025 ("),
        ("/summary", "R. Amari, Thu, Sep 4, 2025<"),
        ("/entries/3", "Thu, Sep 4, 2025, by clerk"),
        ("/entries/3", "name=\"time\" value=\"\""),
    ] {
        let page = server.get(&format!("{case}{path}"));
        assert!(page.text().contains(part), "{path}: {part}: {}", page.text());
        // The page also shows the time now, which can be noon.
        let shown = page.text().split("2025").filter(|rest| rest.starts_with(&format!(", {PICKED}"))).count();
        assert_eq!(shown, 0, "{path}: {}", page.text());
    }
    let list = server.get("/cases");
    assert!(list.text().contains("Thu, Sep 4, 2025<"), "{}", list.text());
    let waiting = server.get(&format!("/api/v1{case}")).json();
    assert_eq!(waiting["waiting_on"][0]["precision"], "day", "{waiting}");
}

#[test]
fn correction_of_a_day_stays_a_day_until_a_time_is_entered() {
    let server = Running::start();
    let case = case_of_days(&server);
    let entry = format!("{case}/entries/3");
    let form = "seat=superintendent&name=Rosa+Amari&rev=2";
    let lines = || std::fs::read_to_string(server.ledger()).unwrap();
    // Another name on the same day.
    let check = server.form(&entry, &format!("{form}&day=9/4/2025&time="));
    assert!(check.text().contains("still valid") && !check.text().contains(PICKED), "{}", check.text());
    enter(&server, &entry, &format!("do=record&{form}&day=9/4/2025&time="));
    assert!(lines().lines().last().unwrap().contains("\"precision\":\"day\""), "{}", lines());
    // Another day.
    let entry = format!("{case}/entries/4");
    let form = "seat=superintendent&name=Rosa+Amari&rev=3";
    let check = server.form(&entry, &format!("{form}&day=9/5/2025&time="));
    let row = "<td>Thu, Sep 4, 2025</td><td>Fri, Sep 5, 2025</td>";
    assert!(check.text().contains(row), "{}", check.text());
    enter(&server, &entry, &format!("do=record&{form}&day=9/5/2025&time="));
    assert!(lines().lines().last().unwrap().contains("\"precision\":\"day\""), "{}", lines());
    // A time, even the one that the program picked, is more than was known.
    let entry = format!("{case}/entries/5");
    enter(&server, &entry, &format!("do=record&seat=superintendent&name=Rosa+Amari&rev=4&day=9/5/2025&time={PICKED}"));
    assert!(!lines().lines().last().unwrap().contains("precision"), "{}", lines());
}

#[test]
fn refusal_says_that_another_entry_has_only_its_day() {
    let server = Running::start();
    let case = case_of_days(&server);
    enter(&server, &case, "type=leader_agreed&seat=union_president&name=B.+Castellan&day=9/4/2025");
    enter(&server, &case, "type=leader_agreed&seat=school_committee&name=T.+Okafor&office=chair&day=9/4/2025");
    let held = "representative=N.+Lind&present=R.+Amari&topics=interests&topics=next_steps&topics=services";
    enter(&server, &case, &format!("type=meeting_held&{held}&day=9/10/2025"));
    // The program picked noon for the meeting, so it can't tell that the choice came after it.
    let chosen = "type=service_chosen&service=ibbi&day=9/10/2025&time=10:00+AM";
    let refused = server.form(&case, chosen);
    assert_eq!(refused.status, 422);
    let hint = "Number 6 (\u{201c}introductory meeting held\u{201d}) was recorded with only its day, Wed, Sep 10, 2025. If \
                this event happened earlier or later that day, correct number 6 first: enter its time.";
    assert!(refused.text().contains(hint), "{}", refused.text());
    enter(&server, &format!("{case}/entries/6"), &format!("do=record&{held}&rev=5&day=9/10/2025&time=9:00+AM"));
    enter(&server, &case, chosen);
    // An event that no other time of that day makes possible has no such hint.
    let other = "type=format_chosen&format=full_day&day=9/4/2025&time=10:00+AM";
    assert!(!server.form(&case, other).text().contains("with only its day"));
}
