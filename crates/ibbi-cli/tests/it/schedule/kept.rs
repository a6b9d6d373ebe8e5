//! Runs kept as a ledger, and forecasts that go on from one.

use super::with_sample;
use crate::support::Place;
use std::process::Stdio;

#[test]
fn kept_runs_are_verified_and_replayed_without_a_finding() {
    for name in ["maple-hollow.toml", "one-day-each-week.toml"] {
        for order in [&[][..], &["--interleaved"]] {
            let place = with_sample(name);
            let args = ["simulate", "my.toml", "--runs", "150", "--seed", "3", "--keep", "runs.ledger"];
            let (code, answer) = place.json(&[&args[..], order].concat());
            assert_eq!((code, answer["kept"]["runs"].as_u64()), (0, Some(150)));
            let (code, verified) = place.json(&["verify", "runs.ledger"]);
            assert_eq!((code, verified["sound"].as_bool()), (0, Some(true)), "{verified}");
            assert_eq!(verified["lines"].as_u64(), answer["kept"]["records"].as_u64().map(|records| records + 1));
            let (code, timelines) = place.json(&["replay", "runs.ledger"]);
            let timelines = timelines.as_array().expect("a list");
            assert_eq!((code, timelines.len()), (0, 150));
            // The cases end as the forecast counts them.
            let completed = timelines.iter().filter(|case| case["outcome"] == "completed").count();
            assert_eq!(Some(completed as u64), answer["outcomes"][0]["runs"].as_u64());
        }
    }
}

#[test]
fn the_same_runs_are_kept_as_the_same_bytes_and_never_over_another_file() {
    let place = with_sample("maple-hollow.toml");
    let keep = |file: &str| place.ibbi(&["simulate", "my.toml", "--runs", "20", "--keep", file]);
    assert_eq!((keep("one.ledger").code, keep("other.ledger").code), (0, 0));
    let read = |file: &str| std::fs::read(place.path(file)).expect("a ledger");
    assert_eq!(read("one.ledger"), read("other.ledger"));
    let before = place.files();
    let again = keep("one.ledger");
    assert!(again.code == 2 && again.err.contains("already exists"), "{again:?}");
    let nowhere = keep("no/such/folder.ledger");
    assert_eq!(nowhere.code, 5, "{nowhere:?}");
    assert_eq!(place.files(), before);
}

#[test]
fn kept_runs_have_their_confidential_texts_and_leave_nothing_else() {
    let place = with_sample("maple-hollow.toml");
    place.done(&["simulate", "my.toml", "--runs", "40", "--keep", "a.ledger"]);
    let names = || place.files().into_keys().collect::<Vec<_>>();
    assert_eq!(names(), ["a.ledger", "a.ledger.texts", "my.toml"]);
    let (code, verified) = place.json(&["verify", "a.ledger"]);
    assert_eq!(code, 0);
    assert!(!verified.to_string().contains("texts.missing"), "{verified}");
    let result = place.ibbi(&["verify", "a.ledger"]);
    assert!(!result.err.contains("confidential") && !result.out.contains("missing"), "{result:?}");
    // Texts of another ledger stay as they are.
    std::fs::write(place.path("b.ledger.texts"), "other").expect("a file");
    let refused = place.ibbi(&["simulate", "my.toml", "--runs", "5", "--keep", "b.ledger"]);
    assert!(refused.code == 2 && refused.err.contains("b.ledger.texts already exists"), "{refused:?}");
    assert_eq!(names(), ["a.ledger", "a.ledger.texts", "b.ledger.texts", "my.toml"]);
    assert_eq!(std::fs::read_to_string(place.path("b.ledger.texts")).expect("a file"), "other");
}

/// Returns the peak memory of a command in bytes, as far as it can be read while the command runs; nothing if the system doesn't
/// report it.
fn peak_memory(place: &Place, args: &[&str]) -> Option<u64> {
    let mut child = place.command(args).stdout(Stdio::null()).spawn().expect("ibbi starts");
    let mut peak = None;
    while child.try_wait().expect("a child").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).or(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    peak.map(|kilobytes| kilobytes * 1024)
}

#[test]
fn keeping_more_runs_takes_no_more_memory() {
    let place = with_sample("maple-hollow.toml");
    let measure =
        |runs: &str, file: &str| peak_memory(&place, &["simulate", "my.toml", "--runs", runs, "--keep", file]);
    let (Some(few), Some(many)) = (measure("500", "few.ledger"), measure("3500", "many.ledger")) else {
        println!("skipped: the system does not report peak memory");
        return;
    };
    println!("peak memory: {few} bytes with 500 runs, {many} with 3,500");
    // The index of the records alone would take some 13 MB more.
    assert!(many < few + (4 << 20), "{few} bytes with 500 runs, {many} with 3,500");
}

/// A ledger in which a case has come as far as the first session of the facilitation.
fn tour(place: &Place) {
    place.done(&["tour", "--ledger", "tour.ledger"]);
}

#[test]
fn a_forecast_goes_on_from_a_real_case() {
    let place = with_sample("maple-hollow.toml");
    tour(&place);
    // The tour's case is closed; cut to where both parties have just decided, it is not.
    let (_, timelines) = place.json(&["replay", "tour.ledger"]);
    let moments = timelines[0]["moments"].as_array().expect("moments");
    let agreement = moments.iter().position(|moment| moment["to"] == "agreement").expect("both adopted");
    let whole = std::fs::read_to_string(place.path("tour.ledger")).expect("the ledger");
    let cut: Vec<&str> = whole.split_inclusive('\n').take(agreement + 2).collect();
    std::fs::write(place.path("open.ledger"), cut.concat()).expect("a ledger");
    let at = moments[agreement]["at"].as_str().expect("an instant");

    let closed = place.ibbi(&["simulate", "my.toml", "--from", "tour.ledger"]);
    assert!(closed.code == 2 && closed.err.contains("closed"), "{closed:?}");
    let args = ["simulate", "my.toml", "--from", "open.ledger", "--as-of", at, "--runs", "300"];
    let (code, forecast) = place.json(&args);
    assert_eq!(code, 0);
    assert_eq!(forecast["continued"]["stage"], "agreement");
    // Both have adopted and every entry is behind the case, so it ends well or not within the horizon.
    let runs = |ending: usize| forecast["outcomes"][ending]["runs"].as_u64().expect("a count");
    assert_eq!(runs(0) + runs(4), 300, "{forecast}");
    // Two formats, or a change, are compared from the same case.
    let compared = ["compare", "my.toml", "--from", "open.ledger", "--as-of", at, "--runs", "200"];
    for change in [&[][..], &["--set", "session_postponed=0.6"]] {
        let (code, found) = place.json(&[&compared[..], change].concat());
        assert_eq!((code, &found["first"]["goes_ahead"]["estimate"]), (0, &serde_json::json!(1.0)), "{found}");
    }
    // Its runs can be kept: past and future make whole cases.
    let kept = [&args[..], &["--keep", "runs.ledger"]].concat();
    assert_eq!(place.json(&kept).0, 0);
    assert_eq!(place.ibbi(&["verify", "runs.ledger"]).code, 0);
    let (code, timelines) = place.json(&["replay", "runs.ledger"]);
    assert_eq!((code, timelines.as_array().map(Vec::len)), (0, Some(300)));
    assert!(place.done(&args).contains("Agreement"), "the text shows from where it continues");
    let early = place.ibbi(&["simulate", "my.toml", "--from", "open.ledger", "--as-of", "2020-01-01 09:00"]);
    assert!(early.code == 2 && early.err.contains("or a later one"), "{early:?}");
}
