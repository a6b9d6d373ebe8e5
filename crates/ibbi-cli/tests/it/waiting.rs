//! `ibbi status` compares waits with the goals of an office.

use crate::support::{Place, documented};
use ibbi_testing::UNTIL_SECOND_DECISION;

#[test]
fn status_shows_the_standing_of_each_wait() {
    let place = Place::new();
    std::fs::write(place.path("goals.json"), documented("docs/waiting.md", "standards", "json")).unwrap();
    std::fs::write(place.path("wrong.json"), r#"{"days": {"committee": 3}}"#).unwrap();
    let done = |args: &[&str], input: &str| {
        let run = place.ibbi_with(args, input.as_bytes());
        assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
        run.out
    };
    done(&["new", "my.ledger", "--district=Maple Hollow", "--at=2025-09-02 09:00"], "");
    done(&["record", "my.ledger", "--events", "-"], UNTIL_SECOND_DECISION);
    let at = |at: &'static str| ["status", "my.ledger", "--at", at, "--standards", "goals.json"];
    let soon = done(&at("2025-11-08 09:00"), "");
    assert!(
        soon.contains(
            "labor's decision, since Tue, Oct 21, 2025, 4:00 PM (18 days); due in 3 days (standard: 21 days)"
        ),
        "{soon}"
    );
    let late = done(&at("2025-11-14 09:00"), "");
    assert!(late.contains("(24 days); overdue by 3 days (standard: 21 days)"), "{late}");
    let json = done(&[&["--json"], &at("2025-11-14 09:00")[..]].concat(), "");
    assert!(
        json.contains(r#""standing":{"kind":"overdue","days":3}"#)
            && json.contains(r#""why":{"kind":"standard","days":21}"#),
        "{json}"
    );
    assert!(!done(&["status", "my.ledger", "--at", "2025-11-14 09:00"], "").contains("standard"));
    let wrong = place.ibbi(&["status", "my.ledger", "--standards", "wrong.json"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("wrong.json: committee: "), "{}", wrong.err);
}
