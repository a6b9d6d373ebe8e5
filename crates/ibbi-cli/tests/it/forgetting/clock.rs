//! The clock of lines about holds and destructions.

use super::*;

/// Gives the last line of the ledger another time, and changes its data. No line follows whose digest would be wrong.
fn change_last_line(place: &Place, time: &str, change: impl Fn(String) -> String) -> u64 {
    let text = fs::read_to_string(place.path(LEDGER)).expect("a ledger");
    let start = text.trim_end().rfind('\n').expect("several lines") + 1;
    let (before, last) = text.split_at(start);
    let logged = serde_json::from_str::<Value>(last).expect("JSON")["logged"].as_str().expect("a time").to_owned();
    fs::write(place.path(LEDGER), before.to_owned() + &change(last.replace(&logged, time))).expect("a file");
    u64::try_from(text.lines().count()).expect("a number")
}

fn codes_in(report: &Value, list: &str) -> Vec<String> {
    let rows = report[list].as_array().expect("a list").iter();
    rows.map(|row| row["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn clock_of_a_custody_line_is_checked_as_that_of_a_record() {
    let place = place();
    place.done(&["hold", "place", LEDGER, "--all", "--reason", "Grievance 14"]);
    let line = change_last_line(&place, "2099-01-01T00:00:00.000Z", |text| text);
    for more in [&[][..], &["--chain-only"]] {
        let (_, verified) = place.json(&[&["verify", LEDGER], more].concat());
        assert_eq!(codes_in(&verified, "clock"), ["clock.future"], "{more:?} {verified}");
        assert_eq!(verified["clock"][0]["line"], line, "{more:?} {verified}");
    }
    let (_, audited) = place.json(&["audit", LEDGER]);
    assert!(codes_in(&audited, "findings").contains(&"clock.future".to_owned()), "{audited}");
    let before = fs::read(place.path(LEDGER)).expect("a ledger");
    let record = note("text=A word", "2025-11-21 09:20");
    for args in [&["hold", "place", LEDGER, "--all", "--reason", "Grievance 15"][..], &record] {
        let refused = place.ibbi(args);
        assert!(refused.code != 0 && refused.err.contains("2099-01-01"), "{args:?} {refused:?}");
    }
    assert_eq!(fs::read(place.path(LEDGER)).expect("a ledger"), before);
}

#[test]
fn record_with_an_early_date_is_kept_from_the_day_it_was_written() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    let from = || {
        let (_, due) = place.json(&["texts", "due", LEDGER, "--retention", "rules.toml"]);
        let all = due["texts"].as_array().expect("texts").clone();
        all.into_iter().find(|texts| texts["district"] == OPEN).expect("the open case")
    };
    assert_eq!((&from()["from"], &from()["allowed"]), (&json!("2025-11-21"), &json!(true)));
    place.done(&note("text=Written today", "2025-11-21 09:20"));
    let due = from();
    assert!(due["from"].as_str().is_some_and(|day| day > "2025-11-22") && due["allowed"] == json!(false), "{due}");
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.code == REFUSED && refused.err.contains("asks for them to be kept until"), "{refused:?}");
}

#[test]
fn destruction_in_the_future_is_too_early_today() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    place.done(&destroy(TOUR, &[]));
    let (_, audited) = place.json(&["audit", LEDGER]);
    assert!(!codes_in(&audited, "findings").contains(&"custody.early".to_owned()), "{audited}");
    let change = |text: String| {
        let line: Value = serde_json::from_str(&text).expect("JSON");
        let day = |key: &str| line["data"][key].as_str().expect("a day").to_owned();
        let due = format!("2095{}", &day("from")[4..]);
        let years = 2095 - day("from")[..4].parse::<i32>().expect("a year");
        text.replace(&format!("\"due\":\"{}\"", day("due")), &format!("\"due\":\"{due}\""))
            .replace("\"keep\":\"1 month\"", &format!("\"keep\":\"{years} years\""))
    };
    change_last_line(&place, "2099-01-01T00:00:00.000Z", change);
    let (_, audited) = place.json(&["audit", LEDGER]);
    for code in ["clock.future", "custody.early", "custody.destroyed"] {
        assert!(codes_in(&audited, "findings").contains(&code.to_owned()), "{code} {audited}");
    }
}
