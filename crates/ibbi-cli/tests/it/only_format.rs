//! The only format of a program is recorded with the last decision to adopt.

use crate::support::{Place, RunOutput};
use ibbi_testing::UNTIL_SECOND_DECISION;

const DECISION: [&str; 7] = [
    "record",
    "my.ledger",
    "--at=2025-10-24 10:00",
    "party_decided",
    "party=labor",
    "decision=adopt",
    "spokesperson=castellan",
];

/// Runs the program, which must succeed.
fn done(place: &Place, args: &[&str], input: &str) -> String {
    let RunOutput { code, out, err } = place.ibbi_with(args, input.as_bytes());
    assert_eq!(code, 0, "{args:?}: {out}{err}");
    out
}

/// Returns a ledger with a case of a program in which only labor has to decide.
fn undecided(program: &str) -> Place {
    let place = Place::new();
    done(&place, &["new", "my.ledger", "--district=Maple Hollow", "--at=2025-09-02 09:00", "--program", program], "");
    done(&place, &["record", "my.ledger", "--events", "-"], UNTIL_SECOND_DECISION);
    place
}

#[test]
fn record_shows_and_records_the_only_format() {
    let place = undecided("oregon-refresher");
    let status = done(&place, &["status", "my.ledger"], "");
    assert!(status.contains("# if the party adopts, `full_day` is chosen too, as the only format"), "{status}");
    let asked = done(&place, &[&DECISION[..], &["--dry-run"]].concat(), "");
    assert!(
        asked.contains("party_decided can be recorded") && asked.contains("format_chosen can be recorded"),
        "{asked}"
    );
    let recorded = done(&place, &DECISION, "");
    let both = ["party_decided recorded as number 25", "format_chosen recorded as number 26"];
    assert!(both.iter().all(|line| recorded.contains(line)), "{recorded}");
    let status = done(&place, &["status", "my.ledger"], "");
    assert!(status.contains("format       one full day (8 hours)"), "{status}");
    assert_eq!(place.ibbi(&["verify", "my.ledger"]).code, 0);
    assert_eq!(place.ibbi(&["audit", "my.ledger"]).code, 0);
}

#[test]
fn record_leaves_the_choice_between_two_formats() {
    let place = undecided("mep");
    assert!(!done(&place, &DECISION, "").contains("format_chosen"));
}
