//! The certificate of an audit, in a terminal, on a page, and as JSON.

use crate::support::{Place, run};
use ibbi_testing::{golden_path, without_tags};
use std::fs;
use std::process::Command;

/// A ledger with two checkpoints, one of which was kept outside, a fork of it, and two witnesses.
fn place() -> Place {
    let place = Place::new();
    let key = |args: &[&str], file: &str| fs::write(place.path(file), place.done(args)).unwrap();
    key(&["keygen", "example.org/ibbi", "my.key"], "my.pub");
    key(&["keygen", "witness-1", "one.key", "--witness"], "one.pub");
    key(&["keygen", "witness-2", "two.key", "--witness"], "two.pub");
    let known = ["one.pub", "two.pub"].map(|file| fs::read_to_string(place.path(file)).unwrap());
    fs::write(place.path("witnesses.txt"), known.concat()).unwrap();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
    checkpoint(&place, "my.ledger", "old.note");
    record(&place, "my.ledger", "the first");
    for file in ["ledger", "ledger.texts"] {
        fs::copy(place.path(&format!("my.{file}")), place.path(&format!("other.{file}"))).unwrap();
    }
    record(&place, "my.ledger", "the second");
    checkpoint(&place, "my.ledger", "new.note");
    // The same key signs another history after line 4.
    record(&place, "other.ledger", "another");
    record(&place, "other.ledger", "and another");
    checkpoint(&place, "other.ledger", "other.note");
    place
}

fn record(place: &Place, ledger: &str, text: &str) {
    place.done(&["record", ledger, "note_added", &format!("text={text}")]);
}

fn checkpoint(place: &Place, ledger: &str, note: &str) {
    fs::write(place.path(note), place.done(&["checkpoint", ledger, "--key", "my.key"])).unwrap();
}

/// Returns the numbered sentences of a certificate in a terminal, without their line breaks.
fn sentences(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let number = format!("C{}. ", found.len() + 1);
        if let Some(sentence) = line.strip_prefix(&number) {
            found.push(sentence.to_owned());
        } else if line.starts_with("   ") && !found.is_empty() {
            let last = found.last_mut().unwrap();
            last.push(' ');
            last.push_str(line.trim_start());
        } else if matches!(line, "Findings" | "Cases by stage") {
            break;
        }
    }
    found
}

/// Returns the sentences of a certificate on a page, without their numbers.
fn of_page(html: &str) -> Vec<String> {
    let start = html.find("<section id=\"certificate\"").expect("a certificate");
    let section = &html[start..start + html[start..].find("</section>").unwrap()];
    let items = section.split("<li").skip(1).map(|item| &item[item.find('>').unwrap() + 1..]);
    let items = items.map(|item| without_tags(&item[..item.find("</li>").unwrap()]));
    items.zip(1..).map(|(item, number)| item.strip_prefix(&format!("C{number}. ")).unwrap().to_owned()).collect()
}

/// Audits, and checks that the page and the terminal have the same sentences. Returns them, apart from the one with the time of
/// the audit.
fn audited(place: &Place, args: &[&str]) -> (i32, Vec<String>) {
    let page = place.path("audit.html");
    let shown = place.ibbi(&[&["audit"], args, &["--actor", "P. Counsel", "--html", "audit.html"]].concat());
    let in_terminal = sentences(&shown.out);
    let on_page = of_page(&fs::read_to_string(&page).unwrap());
    fs::remove_file(page).unwrap();
    assert!(in_terminal.len() > 5, "{}", shown.out);
    assert_eq!(in_terminal, on_page);
    let mut all = in_terminal;
    let when = all.iter().position(|sentence| sentence.starts_with("The audit was made by P. Counsel with ibbi "));
    let when = all.remove(when.expect("who audited"));
    assert!(when.ends_with(" UTC, by the clock of that computer."), "{when}");
    (shown.code, all)
}

fn has(all: &[String], expected: &str) {
    assert!(all.iter().any(|sentence| sentence.contains(expected)), "{expected}: {all:#?}");
}

#[test]
fn digest_is_that_of_sha256sum() {
    let place = place();
    let mut command = Command::new("sha256sum");
    command.current_dir(place.path(".")).arg("my.ledger");
    let printed = run(command, b"").out;
    let digest = printed.split(' ').next().unwrap();
    let bytes = fs::metadata(place.path("my.ledger")).unwrap().len();
    let (code, json) = place.json(&["audit", "my.ledger"]);
    let file = &json["certificate"]["file"];
    assert_eq!((code, file["sha256"].as_str(), file["bytes"].as_u64()), (0, Some(digest), Some(bytes)));
    assert_eq!(json["certificate"]["sound"], json["sound"]);
    has(&audited(&place, &["my.ledger"]).1, &format!("The SHA-256 of these bytes is {digest}."));
    // It is the first field, and a table doesn't wait for it.
    assert!(place.ibbi(&["--json", "audit", "my.ledger"]).out.starts_with("{\"certificate\":"));
}

#[test]
fn sound_ledger_has_its_coverage_and_what_stays_open() {
    let place = place();
    let bare = Place::new();
    fs::copy(place.path("my.ledger"), bare.path("my.ledger")).unwrap();
    let (code, all) = audited(&bare, &["my.ledger"]);
    assert_eq!((code, all[0].starts_with("The ledger is sound: no errors,")), (0, true), "{all:#?}");
    has(&all, "No checkpoint was checked.");
    has(&all, "Lines at the end might have been cut off, and all lines might have been written again");

    let key = fs::read_to_string(place.path("my.pub")).unwrap();
    let id = key.split('+').nth(1).unwrap();
    let (code, all) = audited(&place, &["my.ledger", "--key", "my.pub", "--since", "old.note"]);
    assert_eq!(code, 0);
    has(&all, &format!("Covered to line 6 by a checkpoint of the key example.org/ibbi (ID {id}), of "));
    has(&all, "The checkpoint was kept with the ledger, where its operator can write.");
    has(&all, "Since the earlier checkpoint over 3 lines, the ledger only grew.");
    has(&all, "The holder of the signing key might have written the lines after line 3 again");
    has(&all, "was given out, the holder of the signing key might have written any line again.");
    has(&all, "it counts as evidence only if the operator could not write to that copy.");
    has(&all, "Lines after line 6 might have been cut off");
    let (_, all) = audited(&place, &["my.ledger"]);
    has(&all, "Covered to line 6 by a checkpoint whose signature was not checked, of ");
    has(&all, "Any person might have made the checkpoint");
}

#[test]
fn extract_says_how_far_it_is_complete() {
    let place = place();
    place.done(&["extract", "my.ledger", "--case", "Maple Hollow", "-o", "new.extract"]);
    let (code, all) = audited(&place, &["new.extract", "--key", "my.pub"]);
    assert_eq!((code, all[0].starts_with("The extract is sound:")), (0, true), "{all:#?}");
    has(&all, "It is an extract with 3 records of 1 case.");
    has(&all, "The case might have records after line 6 of the ledger: the extract is complete up to there.");
    has(&all, "Covered to line 6 by a checkpoint of the key example.org/ibbi");
    has(&all, "The checkpoint is in the extract, which its sender wrote.");
    let refused = place.ibbi(&["audit", "new.extract", "--since", "old.note"]);
    assert!(refused.code == 2 && refused.err.contains("too few lines"), "{}", refused.err);
    // A ledger of format 1 has no line with the state of all cases.
    fs::copy(golden_path("withdrawn"), place.path("v1.ledger")).unwrap();
    place.done(&["checkpoint", "v1.ledger", "--key", "my.key"]);
    let case = fs::read_to_string(place.path("v1.ledger")).unwrap();
    let case = case.lines().nth(1).and_then(|line| line.split("\"case\":\"").nth(1)).unwrap()[..36].to_owned();
    place.done(&["extract", "v1.ledger", "--case", &case, "-o", "old.extract"]);
    let (code, all) = audited(&place, &["old.extract", "--key", "my.pub"]);
    assert_eq!(code, 0, "{all:#?}");
    has(&all, "Later records of the case might exist, even under this checkpoint");
    has(&all, "The checkpoint has no date");
    // A shortened extract.
    let text = fs::read_to_string(place.path("new.extract")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(place.path("short.extract"), lines[..lines.len() - 5].concat()).unwrap();
    let (code, all) = audited(&place, &["short.extract", "--key", "my.pub"]);
    assert_eq!((code, all[0].starts_with("The extract is not sound: 1 error,")), (4, true), "{all:#?}");
    has(&all, "Its records were not audited.");
    has(&all, "Keep the file as it is, and request the extract again.");
    has(&all, "The ledger's name is ");
    has(&all, "A checkpoint over 6 lines has a valid signature of example.org/ibbi, but it doesn't fit this file: ");
    assert!(!all.iter().any(|text| text.contains("0 records") || text.contains("a copy that another")), "{all:#?}");
}

#[test]
fn fork_and_changes_are_named_with_their_range() {
    let place = place();
    let (code, all) =
        audited(&place, &["other.ledger", "--key", "my.pub", "--since", "old.note", "--since", "new.note"]);
    assert_eq!((code, all[0].starts_with("The ledger is not sound:")), (4, true), "{all:#?}");
    has(&all, "The history forked. ");
    has(&all, "At least one of the lines 4 to 6 was changed, removed, or added. The evidence shows no narrower place.");
    has(&all, "The ledger does not continue the earlier checkpoint over 6 lines.");
    has(
        &all,
        " signed two different histories of 6 and of 7 lines; this file is one of them. A fork doesn't show which",
    );
    has(&all, "The history that is not in this file, over 6 lines, is signed by the key example.org/ibbi (ID ");
    has(&all, "A checkpoint over 6 lines has a valid signature of example.org/ibbi, but it doesn't fit this file: ");
    has(
        &all,
        "might have written the lines after line 3 again: the history forked, and no checkpoint shows which lines",
    );
    has(&all, "Because the history forked, this checkpoint doesn't show that these lines are the original ones.");
    let json = place.json(&["audit", "other.ledger", "--since", "new.note", "--fail-on", "checkpoint.fork"]);
    assert_eq!((json.0, json.1["certificate"]["forks"].as_array().map(Vec::len)), (4, Some(1)));

    let text = fs::read_to_string(place.path("my.ledger")).unwrap();
    fs::write(place.path("altered.ledger"), text.replacen("Maple Hollow", "Maple Hallow", 1)).unwrap();
    let (code, all) = audited(&place, &["altered.ledger", "--checkpoint", "new.note"]);
    assert_eq!(code, 4);
    has(&all, "At least one of the lines 2 to 3 was changed, removed, or added.");
    has(&all, "No checkpoint that counts is valid, so no line is covered.");
    fs::write(place.path("torn.ledger"), &text[..text.len() - 20]).unwrap();
    let (code, all) = audited(&place, &["torn.ledger", "--checkpoint", "new.note"]);
    assert_eq!(code, 4);
    has(&all, "Line 6 is missing: a checkpoint covers it, but the file ends before.");
    has(&all, "The end is torn: the file ends within a line");
    has(&all, "Whether lines 1 to 5 are unchanged can't be shown without a copy of the file.");
    assert!(!all.iter().any(|text| text.contains("At least one of the lines")), "{all:#?}");
    let both = ["new.note", "other.note"].map(|note| fs::read_to_string(place.path(note)).unwrap()).concat();
    fs::write(place.path("both.notes"), both).unwrap();
    let (code, all) = audited(&place, &["other.ledger", "--key", "my.pub", "--checkpoint", "both.notes"]);
    assert_eq!(code, 4);
    has(&all, "The holder of the signing key might have written any line again: the history forked");
}

#[test]
fn witnesses_must_have_cosigned_if_they_are_given() {
    let place = place();
    let quorum = |needed| ["my.ledger", "--key", "my.pub", "--witnesses", "witnesses.txt", "--quorum", needed];
    for key in ["one.key", "two.key"] {
        let (code, all) = audited(&place, &quorum("2"));
        assert_eq!(code, 4);
        has(&all, "No valid checkpoint has the cosignatures of 2 of the 2 witnesses. The most that one has is ");
        let cosigned = place.done(&["cosign", "new.note", "--witness", key, "--key", "my.pub"]);
        let known = fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap();
        fs::write(place.path("my.ledger.checkpoints"), known + &cosigned).unwrap();
    }
    let (code, all) = audited(&place, &quorum("2"));
    assert_eq!((code, all[0].starts_with("The ledger is sound:")), (0, true), "{all:#?}");
    has(&all, "2 of the 2 witnesses cosigned the checkpoint, and 2 must: witness-1 on ");
    has(&all, "Before the first known cosignature, on ");
    assert!(!all.iter().any(|sentence| sentence.contains("again and signed")), "{all:#?}");
    let (_, all) = audited(&place, &["my.ledger", "--key", "my.pub", "--witnesses", "one.pub", "--quorum", "1"]);
    has(&all, "The checkpoint was cosigned by the witness witness-1 on ");
    assert_eq!(place.ibbi(&[&["audit"], &quorum("3")[..]].concat()).code, 2);
    assert_eq!(place.ibbi(&["audit", "my.ledger", "--since", "no-such.note"]).code, 2);
}

#[test]
fn case_in_full_has_each_record_with_its_rules() {
    let place = Place::new();
    fs::copy(golden_path("corrections-and-three-cases"), place.path("a.ledger")).unwrap();
    let report = place.json(&["audit", "a.ledger", "--case", "Birch Valley"]).1;
    place.done(&["audit", "a.ledger", "--case", "Birch Valley", "--html", "case.html"]);
    let page = fs::read_to_string(place.path("case.html")).unwrap();
    let records = report["moments"].as_array().unwrap();
    assert!(records.len() > 5, "{}", records.len());
    let mut from = 0;
    for record in records {
        let id = format!("<li id=\"record-{}\">", record["seq"]);
        from += page[from..].find(&id).unwrap_or_else(|| panic!("{id} is missing, or not in its place"));
    }
    for step in report["steps"].as_array().unwrap() {
        for rule in step["rules"].as_array().unwrap() {
            assert!(page.contains(rule["rule"].as_str().unwrap()), "{rule}");
        }
    }
    for part in ["id=\"certificate\"", "id=\"corrections\"", "id=\"known\"", "voided by #23", "counter(page)"] {
        assert!(page.contains(part), "{part}");
    }
    let ledger = fs::read_to_string(place.path("a.ledger")).unwrap();
    let cases = ledger.lines().filter_map(|line| Some(&line.split("\"case\":\"").nth(1)?[..36]));
    let others: Vec<&str> = cases.filter(|case| report["case"] != *case).collect();
    assert!(!others.is_empty() && !others.iter().any(|case| page.contains(case)), "no other case is on the page");
    // As it was on record earlier.
    place.done(&["audit", "a.ledger", "--case", "Birch Valley", "--to", "11", "--html", "then.html"]);
    let then = fs::read_to_string(place.path("then.html")).unwrap();
    assert!(then.contains("record-11") && !then.contains("record-21") && then.contains("3 later records"));
    let shown = then.matches("<li id=\"record-").count();
    assert!(then.contains(&format!("; {shown} of {} records.", shown + 3)) && !then.contains("with its whole record"));
    // Events up to a time, with a later record that voids one of them.
    place.done(&["audit", "a.ledger", "--case", "Birch Valley", "--at", "2025-09-16 12:00", "--html", "at.html"]);
    let at = fs::read_to_string(place.path("at.html")).unwrap();
    assert!(!at.contains("record-23") && at.contains("voided by #23: event 21 was voided"), "{at}");
    assert!(at.contains("The case was closed until #23 corrected this record") && !at.contains("is now closed"));
    let text = place.done(&["audit", "a.ledger", "--case", "Birch Valley"]);
    assert!(text.starts_with("Certificate\n\nResult\nC1. "), "{text}");
    assert!(text.contains("written down more than a day after the event"), "{text}");
}

/// Returns what has a number on a page: the number, and the words after it.
fn cited_on(page: &str) -> Vec<(String, String)> {
    let items = page.split("<span class=\"cite\">").skip(1).map(|item| {
        let (number, rest) = item.split_once("</span> ").unwrap();
        let ends = ["</p>", "</li>", "<ul>"].iter().filter_map(|end| rest.find(end));
        (number.trim_end_matches('.').to_owned(), without_tags(&rest[..ends.min().unwrap()]))
    });
    items.collect()
}

#[test]
fn text_and_page_of_a_case_have_the_same_numbers() {
    let place = Place::new();
    fs::copy(golden_path("corrections-and-three-cases"), place.path("a.ledger")).unwrap();
    for args in [vec![], vec!["--to", "11"]] {
        let command = [vec!["audit", "a.ledger", "--case", "Birch Valley"], args].concat();
        place.done(&[&command[..], &["--html", "case.html"]].concat());
        let page = cited_on(&fs::read_to_string(place.path("case.html")).unwrap());
        fs::remove_file(place.path("case.html")).unwrap();
        let text = place.done(&command);
        let is_number = |word: &str| {
            let digits = word.trim_start_matches(['C', 'R', 'A', 'S']).strip_suffix('.');
            digits.is_some_and(|digits| digits.len() + 2 == word.len() && digits.parse::<u32>().is_ok())
        };
        let first_words = text.lines().filter_map(|line| line.split(' ').next()).filter(|word| is_number(word));
        let mut in_text: Vec<&str> = first_words.map(|word| word.trim_end_matches('.')).collect();
        let mut on_page: Vec<&str> = page.iter().map(|(number, _)| number.as_str()).collect();
        for kind in ["C", "R", "S"] {
            assert!(on_page.contains(&format!("{kind}1").as_str()), "{kind}: {on_page:?}");
        }
        in_text.sort_unstable();
        on_page.sort_unstable();
        assert_eq!(in_text, on_page);
        assert!(!text.lines().any(|line| matches!(line, "Events" | "Steps and their rules")), "{text}");
        // The time of the audit is another one.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (number, words) in page.iter().filter(|(_, words)| !words.starts_with("The audit was made")) {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let (plain, voided) = (format!("{number}. {words}"), format!("{number}. (voided) {words}"));
            assert!(text.contains(&plain) || text.contains(&voided), "{plain}: {text}");
        }
    }
}

#[test]
fn imported_records_are_marked_in_the_text_and_on_the_page() {
    let place = Place::new();
    place.done(&["tour", "--ledger", "a.ledger"]);
    let table = ibbi_testing::repository("docs/past-cases.csv");
    // Two rows of the file have mistakes.
    assert_eq!(place.ibbi(&["import", "cases", table.to_str().unwrap(), "--into", "a.ledger"]).code, 3);
    place.done(&["record", "a.ledger", "--case", "Alder Point", "note_added", "text=A later note."]);
    let case = ["audit", "a.ledger", "--case", "Alder Point"];
    let report = place.json(&case).1;
    let records = report["moments"].as_array().unwrap();
    let imported = records.iter().filter(|record| record["imported"] == true).count();
    assert!(imported > 10 && imported + 1 == records.len(), "{report}");
    assert!(records.last().unwrap().get("imported").is_none());
    let note = format!("{imported} of the {} records were imported from a spreadsheet, on ", records.len());
    let text = place.done(&case).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&note) && text.contains("The ledger doesn't name the file."), "{note}: {text}");
    assert_eq!(text.matches("- imported from a spreadsheet").count(), imported);
    place.done(&[&case[..], &["--html", "case.html"]].concat());
    let page = without_tags(&fs::read_to_string(place.path("case.html")).unwrap());
    assert!(page.contains(&note), "{note}");
    assert_eq!(page.matches("Imported from a spreadsheet").count(), imported);
    place.done(&["audit", "a.ledger", "--html", "all.html"]);
    let all = without_tags(&fs::read_to_string(place.path("all.html")).unwrap());
    assert!(all.contains(&note), "{note}");
    // A case that was recorded event by event has no mark.
    let ledger = fs::read_to_string(place.path("a.ledger")).unwrap();
    let first = ledger.split("\"case\":\"").nth(1).unwrap();
    let own = place.done(&["audit", "a.ledger", "--case", &first[..36]]);
    assert!(own.contains("R1. ") && !own.contains("imported from"), "{own}");
}

#[test]
fn forked_file_of_checkpoints_lists_each_in_any_order() {
    let place = place();
    let cosigned = place.done(&["cosign", "new.note", "--witness", "one.key", "--key", "my.pub"]);
    let ledger = fs::read_to_string(place.path("my.ledger")).unwrap();
    let begun: Vec<&str> = ledger.split_inclusive('\n').take(4).collect();
    fs::write(place.path("third.ledger"), begun.concat()).unwrap();
    fs::copy(place.path("my.ledger.texts"), place.path("third.ledger.texts")).unwrap();
    record(&place, "third.ledger", "a third");
    checkpoint(&place, "third.ledger", "third.note");
    let other = fs::read_to_string(place.path("third.note")).unwrap();
    let mut printed = Vec::new();
    for both in [cosigned.clone() + &other, other.clone() + &cosigned] {
        fs::write(place.path("both.notes"), both).unwrap();
        let found =
            place.ibbi(&["verify", "both.notes", "--key", "my.pub", "--witnesses", "witnesses.txt", "--quorum", "1"]);
        assert_eq!(found.code, 4);
        let lines: Vec<String> =
            found.out.lines().filter(|line| line.starts_with("checkpoint over ")).map(str::to_owned).collect();
        printed.push(lines);
        assert!(!found.out.contains("no checkpoint is valid") && !found.out.contains("cosigned by 0"), "{}", found.out);
    }
    assert_eq!(printed[0], printed[1]);
    let [one, two] = &printed[0][..] else { panic!("{printed:?}") };
    assert!(one.contains("signed by example.org/ibbi; cosigned by no known witness"), "{one}");
    assert!(two.contains("signed by example.org/ibbi; cosigned by witness-1 at "), "{two}");
}

#[cfg(unix)]
#[test]
fn own_file_of_checkpoints_is_not_given_apart() {
    let place = place();
    let own = "my.ledger.checkpoints";
    std::os::unix::fs::symlink(own, place.path("link.note")).unwrap();
    fs::hard_link(place.path(own), place.path("hard.note")).unwrap();
    fs::copy(place.path(own), place.path("copy.note")).unwrap();
    for (file, is_apart) in [
        (own, false),
        ("link.note", false),
        ("hard.note", false),
        ("./my.ledger.checkpoints", false),
        ("copy.note", true),
    ] {
        let audited = place.ibbi(&["audit", "my.ledger", "--key", "my.pub", "--checkpoint", file]);
        let text = sentences(&audited.out).join(" ");
        assert_eq!(
            text.contains("operator could not write to that copy"),
            is_apart,
            "{file}: {} {}",
            audited.out,
            audited.err
        );
        for command in ["audit", "verify"] {
            let since = place.ibbi(&[command, "my.ledger", "--key", "my.pub", "--since", file]);
            let is_refused = since.code == 2 && since.err.contains("beside the ledger");
            assert_eq!(is_refused, !is_apart, "{command} {file}: {since:?}");
        }
    }
}
