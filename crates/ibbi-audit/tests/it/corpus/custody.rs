//! Legal holds and the destruction of texts.

use super::trust::with_line;
use super::{Sample, full_day, lines};
use crate::support::Lines;
use serde_json::{Value, json};

/// The ledger with a full day, of which the case is closed, after its change to format 2.
fn changed() -> Lines {
    let ledger = full_day();
    let chart = ledger.json(1)["data"]["chart"].clone();
    with_line(&ledger, "format_changed", json!({ "chart": chart, "format": 2 }))
}

/// Adds a line of another day.
fn on(ledger: &Lines, day: &str, kind: &str, data: Value) -> Lines {
    let number = ledger.0.len() + 1;
    let time = format!("{day}T12:00:00.000Z");
    with_line(ledger, kind, data).set(number, "at", time.clone()).set(number, "logged", time)
}

fn case(ledger: &Lines) -> Value {
    ledger.json(2)["case"].clone()
}

/// Returns the data of a destruction under a rule of one year from a day.
fn destroyed(ledger: &Lines, from: &str, due: &str) -> Value {
    let case = case(ledger);
    let key = format!("{}.labor.1", case.as_str().expect("a UUID"));
    json!({
        "after": "closing", "authority": "Records schedule, item 3", "case": case, "due": due, "from": from,
        "keep": "1 year", "key": key, "party": "labor", "reason": "Routine", "retention": "ab".repeat(32),
        "rule": "concerns", "texts": 2,
    })
}

pub(crate) fn samples() -> Vec<Sample> {
    let ledger = changed();
    let last = ledger.json(33)["at"].as_str().expect("a time")[..10].to_owned();
    let year: u32 = last[..4].parse().expect("a year");
    let day = |add: u32| format!("{}{}", year + add, &last[4..]);
    let rule = || destroyed(&ledger, &day(0), &day(1));
    let hold = |case: Value| json!({ "case": case, "reason": "Grievance 14" });
    let all = json!({ "reason": "Grievance 15" });
    let held = on(&ledger, &day(1), "hold_placed", hold(case(&ledger)));
    let lifted = on(&held, &day(2), "hold_lifted", json!({ "hold": 35, "reason": "Settled" }));
    let elsewhere = on(&ledger, &day(1), "hold_placed", hold(json!("0192f000-0000-7000-8000-00000000beef")));
    let once = on(&ledger, &day(1), "texts_destroyed", rule());
    let before = destroyed(&ledger, &format!("{}-01-01", year - 1), &format!("{year}-01-01"));
    // The case is still open on line 20.
    let open = Lines(full_day().0[..20].to_vec());
    let chart = open.json(1)["data"]["chart"].clone();
    let open = with_line(&open, "format_changed", json!({ "chart": chart, "format": 2 }));
    vec![
        lines("a-hold-that-was-lifted-before-texts-were-destroyed", on(&lifted, &day(3), "texts_destroyed", rule())),
        lines("texts-destroyed-on-the-day-when-it-is-allowed", once.clone()),
        lines("texts-destroyed-under-the-hold-of-another-case", on(&elsewhere, &day(2), "texts_destroyed", rule())),
        lines("texts-destroyed-under-hold", on(&held, &day(2), "texts_destroyed", rule())),
        lines(
            "texts-destroyed-under-a-hold-on-all-cases",
            on(&on(&ledger, &day(1), "hold_placed", all), &day(2), "texts_destroyed", rule()),
        ),
        lines("texts-destroyed-too-early", on(&ledger, &day(0), "texts_destroyed", rule())),
        lines(
            "texts-destroyed-counting-from-a-day-before-the-last-event",
            on(&ledger, &day(1), "texts_destroyed", before),
        ),
        lines("texts-destroyed-while-the-case-was-open", on(&open, &day(2), "texts_destroyed", rule())),
        lines("texts-destroyed-twice", on(&once, &day(2), "texts_destroyed", rule())),
        lines(
            "a-hold-lifted-that-is-not-in-force",
            on(&ledger, &day(1), "hold_lifted", json!({ "hold": 12, "reason": "Settled" })),
        ),
        lines("a-hold-lifted-twice", on(&lifted, &day(3), "hold_lifted", json!({ "hold": 35, "reason": "Settled" }))),
        lines(
            "a-destruction-with-a-due-day-of-another-rule",
            on(&ledger, &day(3), "texts_destroyed", destroyed(&ledger, &day(0), &day(2))),
        ),
    ]
}
