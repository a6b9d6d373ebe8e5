//! Audits, comparisons and exports as the program's users have them.

use crate::support::Place;
use ibbi_testing::golden_path;

/// A place with a sound ledger of three cases, `a.ledger`, and one from which a line was taken, `b.ledger`.
fn ledgers() -> Place {
    let place = Place::new();
    let golden = golden_path("corrections-and-three-cases");
    let text = std::fs::read_to_string(golden).expect("a golden ledger");
    let short: String =
        text.split_inclusive('\n').enumerate().filter(|(at, _)| *at != 5).map(|(_, line)| line).collect();
    std::fs::write(place.path("a.ledger"), &text).expect("a ledger");
    std::fs::write(place.path("b.ledger"), short).expect("a ledger");
    place
}

#[test]
fn sound_ledger_is_sound_from_any_source() {
    let place = ledgers();
    let (code, report) = place.json(&["audit", "a.ledger"]);
    assert_eq!((code, report["sound"].as_bool(), report["cases"]["total"].as_u64()), (0, Some(true), Some(3)));
    // The certificate has the time of each audit, and the name of the file.
    let same = |mut report: serde_json::Value| {
        let certificate = report["certificate"].as_object_mut().expect("a certificate");
        certificate.remove("audited_at").expect("a time");
        certificate["file"].as_object_mut().expect("a file").remove("name").expect("a name");
        report
    };
    let report = same(report);
    for threads in ["1", "2", "5"] {
        assert_eq!(same(place.json(&["audit", "a.ledger", "--threads", threads]).1), report);
    }
    let text = std::fs::read(place.path("a.ledger")).expect("the ledger");
    let result = place.ibbi_with(&["--json", "audit", "-"], &text);
    let piped: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    assert_eq!((result.code, same(piped)), (0, report));
}

#[test]
fn removed_line_is_found() {
    let place = ledgers();
    for (args, code) in [
        (&["audit", "b.ledger"][..], 4),
        (&["audit", "b.ledger", "--fail-on", "never"], 0),
        (&["audit", "b.ledger", "--fail-on", "chain.prev"], 4),
        (&["audit", "b.ledger", "--fail-on", "ledger.torn"], 0),
        (&["audit", "b.ledger", "--fail-on", "chain.prevv"], 2),
        (&["audit", "b.ledger", "--finding", "nonsense"], 2),
        (&["audit", "b.ledger", "--threads", "0"], 2),
        (&["audit", "nowhere.ledger"], 5),
    ] {
        assert_eq!(place.ibbi(args).code, code, "{args:?}");
    }
    let report = place.ibbi(&["audit", "b.ledger"]).out;
    assert!(report.contains("not sound") && report.contains("[chain.prev"), "{report}");
    let streamed = place.ibbi(&["--json", "audit", "b.ledger", "--stream"]);
    assert_eq!(streamed.code, 4);
    for line in streamed.out.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).expect("a finding a line");
        assert!(finding["code"].is_string() && finding["line"].is_u64(), "{line}");
    }
    assert!(streamed.out.lines().count() >= 2, "{}", streamed.out);
}

#[test]
fn case_report_shows_the_case_at_a_time() {
    let place = ledgers();
    let (code, whole) = place.json(&["audit", "a.ledger", "--case", "Birch Valley"]);
    assert_eq!(code, 0);
    let moments = whole["moments"].as_array().expect("a timeline");
    let (_, early) =
        place.json(&["audit", "a.ledger", "--case", "birch valley", "--to", &moments[1]["seq"].to_string()]);
    assert_eq!(early["moments"].as_array().map(Vec::len), Some(2));
    assert!(place.done(&["audit", "a.ledger", "--case", "Birch Valley"]).contains("Birch Valley"));
    let nobody = place.ibbi(&["audit", "a.ledger", "--case", "Nowhere"]);
    assert!(nobody.code == 2 && nobody.err.contains("none matches `Nowhere`"), "{nobody:?}");
}

/// Every command that takes a case resolves its name in the same way.
#[test]
fn a_case_is_named_by_a_part_of_its_district() {
    let place = ledgers();
    let commands: [&[&str]; 4] = [&["audit"], &["status"], &["replay"], &["calendar"]];
    let ask = |command: &[&str], wanted: &str| place.ibbi(&[command, &["a.ledger", "--case", wanted][..]].concat());
    for command in &commands[..3] {
        for wanted in ["Birch Valley", "birch valley", "birch", " BIRCH ", "valley"] {
            let found = ask(command, wanted);
            assert!(found.code == 0 && found.out.contains("Birch Valley"), "{command:?} {wanted}: {found:?}");
        }
    }
    for command in commands {
        // Maple Hollow, Birch Valley, and Otter Creek have an e.
        let several = ask(command, "e");
        assert_ne!(several.code, 0, "{command:?}");
        for part in
            ["a.ledger holds 3 cases; name one with --case: ", " (Maple Hollow)", " (Birch Valley)", " (Otter Creek)"]
        {
            assert!(several.err.contains(part), "{command:?}, {part}: {several:?}");
        }
        let none = ask(command, "Nowhere");
        assert!(none.code == 2 && none.err.contains("`Nowhere`"), "{command:?}: {none:?}");
    }
}

#[test]
fn look_alikes_in_a_case_are_shown_with_code_points() {
    let place = ledgers();
    let ledger = std::fs::read_to_string(place.path("a.ledger")).expect("the ledger");
    std::fs::write(place.path("look.ledger"), ledger.replace("Rosa Amari", "Rosa Am\u{430}ri")).expect("the ledger");
    let found = "a (U+0061) in the first file and \u{430} (U+0430) in the second";
    let text = place.ibbi(&["diff", "a.ledger", "look.ledger"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let (records, cases) = text.split_once("Differences by case").expect("both lists");
    assert!(records.contains(found) && cases.contains(found), "{text}");
    let (_, json) = place.json(&["diff", "a.ledger", "look.ledger"]);
    let changes =
        json["cases"].as_array().expect("cases").iter().flat_map(|case| case["changes"].as_array().expect("changes"));
    let shown: Vec<_> = changes.filter(|change| change["first"].to_string().contains("Rosa Amari")).collect();
    assert!(!shown.is_empty(), "{json}");
    for change in shown {
        assert!(change["text"].as_str().is_some_and(|text| text.contains(found)), "{change}");
    }
}

#[test]
fn invisible_characters_of_a_name_are_shown() {
    let place = ledgers();
    let refused =
        place.ibbi(&["record", "a.ledger", "note_added", "--case", "birch", "text=x", "--actor", "Ann\u{3164}e Lee"]);
    let text = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        refused.code != 0 && text.contains("the name `Ann<U+3164>e Lee` has characters that can't be seen: U+3164"),
        "{refused:?}"
    );
    assert!(!refused.err.contains('\u{3164}'), "{refused:?}");
}

#[test]
fn tables_and_a_page_are_written() {
    let place = ledgers();
    for table in ["findings", "cases", "stages", "variants", "months"] {
        let csv = place.ibbi(&["audit", "b.ledger", "--csv", table]).out;
        assert!(csv.lines().count() > 1, "{table}: {csv}");
    }
    place.done(&["audit", "a.ledger", "--html", "audit.html"]);
    let page = std::fs::read_to_string(place.path("audit.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Birch Valley") && !page.contains("<script"));
}

#[test]
fn two_ledgers_are_compared() {
    let place = ledgers();
    let same = place.json(&["diff", "a.ledger", "a.ledger"]);
    assert_eq!((same.0, same.1["same"].as_bool()), (0, Some(true)));
    let (code, diff) = place.json(&["diff", "a.ledger", "b.ledger"]);
    assert_eq!((code, diff["divergence"]["line"].as_u64()), (4, Some(6)));
    assert!(place.ibbi(&["diff", "a.ledger", "b.ledger"]).out.contains("differ"));
}

#[test]
fn differences_are_listed_by_record_and_field() {
    let place = ledgers();
    let whole = std::fs::read_to_string(place.path("a.ledger")).expect("a ledger");
    let (clerk, line) = ("\"actor\":\"", whole.lines().count());
    std::fs::write(place.path("c.ledger"), whole.replace(clerk, "\"actor\":\"\u{430}")).expect("a ledger");
    let (code, diff) = place.json(&["diff", "a.ledger", "c.ledger", "--all"]);
    assert_eq!((code, diff["records"]["changed"].as_u64()), (4, Some(line as u64)));
    assert_eq!(diff["records"]["fields"][0], serde_json::json!({"field": "actor", "lines": line}));
    assert_eq!(diff["records"]["shown"].as_array().map(Vec::len), Some(line));
    let shown = place.ibbi(&["diff", "a.ledger", "c.ledger", "--show", "2"]);
    assert_eq!(shown.code, 4);
    for expected in ["the actor is", "U+0430", "--all", "Fields that differ"] {
        assert!(shown.out.contains(expected), "{expected}: {}", shown.out);
    }
    assert_eq!(place.ibbi(&["diff", "a.ledger", "c.ledger", "--show", "2", "--all"]).code, 2);
}

#[test]
fn other_rules_are_compared() {
    let place = ledgers();
    assert_eq!(place.ibbi(&["rules", "diff", "a.ledger", "--edition", "1"]).code, 0);
    let (code, diff) = place.json(&["rules", "diff", "a.ledger", "--program", "mep"]);
    assert_eq!((code, diff["differing"].as_u64()), (0, Some(0)));
    for wrong in [&["--edition", "99"][..], &["--program", "none"], &[], &["--edition", "1", "--program", "mep"]] {
        assert_eq!(place.ibbi(&[&["rules", "diff", "a.ledger"], wrong].concat()).code, 2, "{wrong:?}");
    }
}

#[test]
fn every_export_is_written_and_a_damaged_ledger_is_not() {
    let place = ledgers();
    for (format, begins) in [
        ("csv", "case,"),
        ("xes", "<?xml"),
        ("ocel", "{\"events\""),
        ("cloudevents", "{"),
        ("pnml", "<?xml"),
        ("bpmn", "<?xml"),
    ] {
        let ledger = if matches!(format, "pnml" | "bpmn") { &[][..] } else { &["a.ledger"] };
        let shown = place.done(&[&["export", "--to", format], ledger].concat());
        assert!(shown.starts_with(begins), "{format}: {}", &shown[..60]);
        place.done(&[&["export", "--to", format, "-o", "export"], ledger].concat());
        assert_eq!(std::fs::read_to_string(place.path("export")).expect("an export"), shown, "{format}");
        std::fs::remove_file(place.path("export")).expect("it is there");
    }
    let before = place.files();
    for args in [
        &["export", "b.ledger", "--to", "csv", "-o", "export"][..],
        &["export", "--to", "csv", "-o", "export"],
        &["export", "a.ledger", "--to", "bpmn", "-o", "export"],
    ] {
        assert_ne!(place.ibbi(args).code, 0, "{args:?}");
        assert_eq!(place.files(), before, "{args:?}");
    }
}

#[test]
fn a_ledger_is_never_written_over_whatever_is_wrong_with_it() {
    let place = ledgers();
    let damaged = std::fs::read_to_string(place.path("a.ledger")).expect("a ledger").replacen("{", "[", 1);
    std::fs::write(place.path("c.ledger"), damaged).expect("a ledger");
    let before = place.files();
    for args in [
        &["audit", "a.ledger", "--html", "a.ledger"][..],
        &["audit", "c.ledger", "--html", "c.ledger"],
        &["audit", "a.ledger", "--html", "b.ledger"],
        &["export", "a.ledger", "--to", "xes", "-o", "a.ledger"],
        &["export", "a.ledger", "--to", "csv", "-o", "./b.ledger"],
        &["export", "--to", "bpmn", "-o", "a.ledger"],
    ] {
        let result = place.ibbi(args);
        assert_eq!(result.code, 2, "{args:?}: {result:?}");
        assert!(result.err.contains("choose another output file"), "{args:?}: {}", result.err);
    }
    assert_eq!(place.files(), before);
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let place = ledgers();
    std::fs::create_dir(place.path("folder")).expect("a folder");
    let before = place.files();
    for (args, code) in [
        (&["audit", "a.ledger", "--html", "folder"][..], 2),
        (&["audit", "a.ledger", "--html", "nowhere/page.html"], 5),
        (&["export", "a.ledger", "--to", "ocel", "-o", "folder"], 2),
        (&["export", "a.ledger", "--to", "ocel", "-o", "nowhere/a.json"], 5),
    ] {
        let result = place.ibbi(args);
        assert_eq!(result.code, code, "{args:?}: {result:?}");
    }
    assert_eq!(place.ibbi(&["export", "b.ledger", "--to", "csv", "-o", "b.csv"]).code, 4);
    assert_eq!(place.files(), before);
}

#[test]
fn a_device_is_written_to_and_a_link_stays_a_link() {
    let place = ledgers();
    let page = place.done(&["export", "a.ledger", "--to", "csv"]);
    assert_eq!(place.type_line("ibbi export a.ledger --to csv -o /dev/stdout | cat").out.find(&page), Some(0));
    // An earlier export is overwritten; it is shorter here, so that the file is seen to change.
    let heading = page.lines().next().expect("a heading");
    std::fs::write(place.path("old.csv"), format!("{heading}\r\n")).expect("a file");
    std::os::unix::fs::symlink("old.csv", place.path("link.csv")).expect("a link");
    place.done(&["export", "a.ledger", "--to", "csv", "-o", "link.csv"]);
    assert!(place.path("link.csv").is_symlink());
    assert_eq!(std::fs::read_to_string(place.path("old.csv")).expect("a file"), page);
}

#[test]
fn compressed_ledger_can_only_be_audited() {
    let place = ledgers();
    if place.type_line("gzip -k a.ledger").code != 0 {
        println!("skipped: there is no gzip");
        return;
    }
    assert_eq!(place.ibbi(&["audit", "a.ledger.gz"]).code, 0);
    for args in [&["verify", "a.ledger.gz"][..], &["export", "a.ledger.gz", "--to", "csv"]] {
        let result = place.ibbi(args);
        assert_eq!(result.code, 4, "{args:?}: {result:?}");
        assert!(result.err.contains("a.ledger.gz is compressed by gzip; unpack it first"), "{}", result.err);
    }
    assert_eq!(place.type_line("ibbi verify - < a.ledger.gz").code, 4);
}

#[test]
fn standard_input_is_one_ledger_and_not_two() {
    let place = ledgers();
    let result = place.ibbi_with(&["diff", "-", "-"], &std::fs::read(place.path("a.ledger")).expect("the ledger"));
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.err.contains("give at least one of the two as a file"), "{}", result.err);
}

#[test]
fn what_has_no_whole_line_is_no_sound_ledger() {
    let place = ledgers();
    for bytes in [&b""[..], b"no ledger", &[0; 70_000]] {
        std::fs::write(place.path("d.ledger"), bytes).expect("a file");
        let result = place.ibbi(&["audit", "d.ledger"]);
        assert_eq!(result.code, 4, "{result:?}");
        assert!(result.out.contains("[ledger.empty,"), "{}", result.out);
    }
}
