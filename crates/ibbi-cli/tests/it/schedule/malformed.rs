//! A malformed scenario gets a message with file, line, what is expected, and the nearest valid spelling.

use super::{with_change, with_sample};

#[test]
fn malformed_scenarios_have_helpful_errors() {
    let mut messages = String::new();
    for (what, old, new) in [
        ("an unknown key", "format =", "fromat ="),
        ("a misspelt format", "\"two_half_days\"", "\"two_half_day\""),
        ("a negative duration", "[2, 7, 21]", "[-2, 7, 21]"),
        ("least above likely", "[2, 7, 21]", "[9, 7, 21]"),
        ("a duration of two numbers", "[2, 7, 21]", "[2, 21]"),
        ("a probability of 1.2", "labor_adopts = 0.8", "labor_adopts = 1.2"),
        ("percent", "labor_adopts = 0.8", "labor_adopts = 80"),
        ("a person twice", "id = \"j-ortiz\"", "id = \"r-amari\""),
        ("a range reversed", "from = 2027-02-15, to = 2027-02-19", "from = 2027-02-19, to = 2027-02-15"),
        ("no neutral", "role = \"neutral\"", "role = \"representative\""),
        ("nobody for the meeting", "role = \"representative\"", "role = \"representative\"\nrequired = false"),
        ("a zone that does not exist", "America/New_York", "America/New_Yrok"),
        ("a day that does not exist", "2026-09-08", "2026-09-31"),
        ("a misspelt weekday", "\"friday\"", "\"fryday\""),
        ("a misspelt role", "role = \"neutral\"", "role = \"neutrall\""),
        ("a county that is none", "\"norfolk\"", "\"norfork\""),
        ("no TOML", "start = 2026-09-08", "start = = 2026-09-08"),
        ("a contract before the start", "contract_expires = 2027-06-30", "contract_expires = 2026-06-30"),
        ("a list instead of a name", "district = \"Maple Hollow\"", "district = [1]"),
    ] {
        let place = with_change(old, new);
        for command in ["plan", "simulate", "who", "report", "calendar", "compare"] {
            let result = place.ibbi(&[command, "my.toml"]);
            assert_eq!(result.code, 2, "{what}: {result:?}");
            assert!(result.out.is_empty() && result.err.contains("my.toml:"), "{what}: {result:?}");
            if command == "plan" {
                messages.push_str(&format!("# {what}\n{}\n", result.err));
            }
        }
        let files: Vec<_> = place.files().into_keys().collect();
        assert_eq!(files, ["my.toml"], "{what}: nothing is written");
    }
    insta::assert_snapshot!("malformed", messages);
}

#[test]
fn as_json_every_problem_has_its_place() {
    let place = with_change("[2, 7, 21]", "[9, 7, 21]");
    let (code, answer) = place.json(&["simulate", "my.toml"]);
    assert_eq!(code, 2);
    assert_eq!(answer["error"]["code"], "scenario");
    let problem = &answer["error"]["problems"][0];
    assert!(problem["line"].as_u64() > Some(1) && problem["expected"].is_string(), "{answer}");
}

#[test]
fn other_files_are_not_scenarios() {
    let place = with_sample("maple-hollow.toml");
    std::fs::write(place.path("latin.toml"), b"district = \"Caf\xe9\"\n").expect("a file");
    std::fs::write(place.path("empty.toml"), b"").expect("a file");
    std::fs::write(place.path("large.toml"), vec![b'#'; (1 << 20) + 1]).expect("a file");
    for (args, code, excerpt) in [
        (&["plan", "nowhere.toml"][..], 5, "cannot open nowhere.toml"),
        (&["plan", "."], 5, "directory"),
        (&["plan", "latin.toml"], 2, "latin.toml:1: this is not UTF-8 text"),
        (&["plan", "empty.toml"], 2, "`people` is missing"),
        (&["plan", "large.toml"], 2, "at most 1 MiB"),
        (&["simulate", "my.toml", "--runs", "0"], 2, "1 to 100,000,000 runs"),
        (&["simulate", "my.toml", "--runs", "-5"], 2, "the number must be a whole number"),
        (&["simulate", "my.toml", "--threads", "0"], 2, "from 1 to 1024"),
        (&["simulate", "my.toml", "--threads", "1025"], 2, "from 1 to 1024"),
        (&["audit", "my.toml", "--threads", "1000000"], 2, "from 1 to 1024"),
        (&["simulate", "my.toml", "--format", "three_days"], 2, "full_day (one day of eight hours)"),
        (&["simulate", "my.toml", "--interleaved"], 2, "--keep"),
        (&["simulate", "my.toml", "--from", "nowhere.ledger"], 5, "cannot open nowhere.ledger"),
        (&["compare", "my.toml", "my.toml"], 2, "the same scenario"),
        (&["compare", "my.toml", "--set", "labor_adopts=0.8"], 2, "the same scenario"),
        (&["compare", "my.toml", "my.toml", "--set", "labor_adopts=0.7"], 2, "cannot be used with"),
        (&["plan", "my.toml", "--set", "labor_adpots=0.7"], 2, "did you mean labor_adopts"),
        (&["simulate", "my.toml", "--set", "people.nobody.name=A"], 2, "no person `nobody`"),
        (&["who", "my.toml", "--set", "start"], 2, "`start` is not a change"),
        (&["compare", "my.toml", "--format", "two_half_days"], 2, "the same scenario"),
        (&["calendar", "my.toml", "--case", "x"], 2, "--case works only with a ledger"),
        (&["report", "my.toml", "--runs", "10", "-o", "no/such/folder.html"], 5, "cannot write no/such/folder.html"),
        (&["scenario", "new", "my.toml"], 5, "cannot write my.toml"),
    ] {
        let before = place.files();
        let result = place.ibbi(args);
        assert_eq!(result.code, code, "{args:?}: {result:?}");
        assert!(result.err.contains(excerpt), "{args:?}: {result:?}");
        assert_eq!(place.files(), before, "{args:?}: no file changes");
    }
}
