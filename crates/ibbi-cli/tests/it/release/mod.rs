//! Public-records releases: their content, what is kept out of them, and that the program and the Python script find every change.

mod download;
mod manipulations;
mod office;
mod one_case;

use crate::support::{Place, documented, run};
use ibbi_log::{Digest, text_digest};
use ibbi_testing::repository;
use office::{Folder, TEXTS, office, released};
use serde_json::Value;
use std::fs;
use std::process::Command;

const MAPLE: [&str; 2] = ["--case", "Maple Hollow"];

/// Returns the verdict of the Python script about each folder: the fault, or none.
fn python(place: &Place, folders: &[String], key: Option<&str>) -> Vec<Option<String>> {
    let script = "import sys, json; sys.path.insert(0, sys.argv[1]); import verify_release\n\
                  key = verify_release.public_key(sys.argv[2]) if sys.argv[2] else None\n\
                  for folder in sys.argv[3:]:\n    \
                      try: verify_release.verify(folder, key); print('null')\n    \
                      except ValueError as fault: print(json.dumps(str(fault)))";
    let mut command = Command::new("python3");
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(place.path("."));
    command.args(["-c", script]).arg(repository("docs")).arg(key.unwrap_or_default()).args(folders);
    let result = run(command, b"");
    assert_eq!(result.code, 0, "{}", result.err);
    result.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn release_has_what_was_decided_and_can_be_checked() {
    let place = office();
    let out = released(&place, &[&MAPLE[..], &["--key", "my.key"]].concat());
    for part in [
        "Wrote 31 records of 1 case to response, up to line 38",
        "texts released: 2 (lines 29, 37)",
        "texts withheld: 2 (lines 30, 33)",
        "lines withheld: 3 (lines 34, 35, 36)",
        "next: ibbi verify response",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let page = fs::read_to_string(place.path("response/index.html")).unwrap();
    assert!(page.contains("Written down") && page.contains("a source that the office doesn"), "{page}");
    // No file of the folder is mistaken for a ledger that was altered.
    for file in ["lines.jsonl", "released-texts.jsonl", "withheld.jsonl", "release.json", "release.note"] {
        for command in ["verify", "audit"] {
            let refused = place.ibbi(&[command, &format!("response/{file}")]);
            assert!(
                refused.code == 2
                    && refused.err.contains("this is part of a public-records release; check the whole folder"),
                "{command} {file}: {refused:?}"
            );
        }
    }
    let said = place.done(&["verify", "response", "--key", "my.pub"]);
    for part in [
        "sound: release of ibbi.local/",
        "31 records of 1 case",
        "2 texts released, 2 withheld, 0 destroyed, 0 not available; 3 lines withheld",
        "complete up to line 38",
        "checkpoint and release signed by example.org/ibbi",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let key = fs::read_to_string(place.path("my.pub")).unwrap();
    assert_eq!(python(&place, &["response".to_owned()], Some(key.trim())), [None]);
    let folder = Folder::read(&place.path("response"));
    // The page and the text name every exemption, and the released texts.
    for name in ["index.html", "README.txt"] {
        let text = folder.text(name);
        for part in ["cl. 26(c)", "cl. 26(d)", "It is about the health of a named person."] {
            assert!(text.contains(part), "{name}: {part}");
        }
    }
    assert!(folder.text("index.html").contains(TEXTS[6].1));
    // The lines have the same bytes as in the ledger.
    let ledger = fs::read_to_string(place.path("my.ledger")).unwrap();
    let lines: Vec<&str> = folder.text("lines.jsonl").lines().filter(|line| line.starts_with("{\"act")).collect();
    assert_eq!(lines.len(), 33, "the first line, 31 records, and the state of all cases");
    assert!(lines.iter().all(|line| ledger.lines().any(|known| known == *line)));
    // The tools are those of the documentation.
    for tool in ["verify_release.py", "verify_ledger.py", "verify_proof.py", "ledger.schema.json"] {
        assert_eq!(folder.0[tool], fs::read(repository("docs").join(tool)).unwrap(), "{tool}");
    }
}

#[test]
fn nothing_that_is_withheld_is_in_the_release() {
    let place = office();
    let stored = fs::read_to_string(place.path("my.ledger.texts")).unwrap();
    assert_eq!(stored.lines().count(), TEXTS.len());
    let ledger = fs::read_to_string(place.path("my.ledger")).unwrap();
    for scope in [&MAPLE[..], &["--all"]] {
        released(&place, &[scope, &["--key", "my.key"]].concat());
        let folder = Folder::read(&place.path("response"));
        let has = |part: &[u8]| {
            folder
                .0
                .iter()
                .find(|(_, bytes)| bytes.windows(part.len()).any(|window| window == part))
                .map(|(name, _)| name)
        };
        for line in stored.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let (text, salt) = (entry["text"].as_str().unwrap(), entry["salt"].as_str().unwrap());
            let released = TEXTS.iter().find(|(_, known, _)| *known == text).unwrap().2;
            let raw: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&salt[2 * at..2 * at + 2], 16).unwrap()).collect();
            assert_eq!(has(salt.as_bytes()).is_some(), released, "the salt of {text}");
            assert_eq!(has(&raw), None);
            if released {
                assert!(has(text.as_bytes()).is_some(), "{text}");
            }
        }
        // Words of the withheld texts that are nowhere else, the name of a concern, and the text of a withheld line.
        for word in [
            "trainer lays out",
            "Cedarwood",
            "Thursdays",
            "Quillon",
            "medical",
            "Zephyr",
            "Kindergarten",
            "rosters",
            "staffing",
        ] {
            assert_eq!(has(word.as_bytes()), None, "{word}");
        }
        for number in [34, 35, 36] {
            let line: Value = serde_json::from_str(ledger.lines().nth(number - 1).unwrap()).unwrap();
            assert_eq!(has(line["id"].as_str().unwrap().as_bytes()), None, "line {number}");
        }
        // A release of one case has nothing of the other.
        assert_eq!(has(b"Cedar Falls").is_some(), scope == ["--all"]);
        fs::remove_dir_all(place.path("response")).unwrap();
    }
}

/// Tries each text with each salt against a digest, as someone would who wants to know a withheld text.
fn guess(digest: &Digest, salts: &[[u8; 16]]) -> Option<&'static str> {
    const GUESSES: [&str; 6] = ["yes", "no", "Yes", "No", "agreed", "declined"];
    GUESSES.into_iter().find(|text| {
        *digest == Digest::sha256(text.as_bytes()) || salts.iter().any(|salt| text_digest(salt, text) == *digest)
    })
}

#[test]
fn short_text_cannot_be_guessed_without_its_salt() {
    let place = office();
    released(&place, &MAPLE);
    let folder = Folder::read(&place.path("response"));
    let withheld = folder.text("withheld.jsonl").lines().find(|line| line.contains("\"line\":33,")).unwrap();
    let digest = serde_json::from_str::<Value>(withheld).unwrap()["sha256"].as_str().unwrap().parse().unwrap();
    // Every run of 32 digits in the release, every identifier, and every place in it that a salt could be read from.
    let mut salts = vec![[0; 16], [0xff; 16]];
    for bytes in folder.0.values() {
        salts.extend(bytes.windows(16).map(|window| <[u8; 16]>::try_from(window).unwrap()).step_by(16));
        let digits: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'-').collect();
        for run in digits.windows(32).filter(|run| run.iter().all(u8::is_ascii_hexdigit)) {
            let text = std::str::from_utf8(run).unwrap();
            salts.push(u128::from_str_radix(text, 16).unwrap().to_be_bytes());
        }
    }
    assert!(salts.len() > 10_000, "{}", salts.len());
    assert_eq!(guess(&digest, &salts), None);
    // With the salt, the same attack succeeds at once.
    let stored = fs::read_to_string(place.path("my.ledger.texts")).unwrap();
    let entry: Value = stored
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .find(|entry: &Value| entry["text"] == "yes")
        .unwrap();
    let salt = u128::from_str_radix(entry["salt"].as_str().unwrap(), 16).unwrap().to_be_bytes();
    salts.push(salt);
    assert_eq!(guess(&digest, &salts), Some("yes"));
}

#[test]
fn texts_with_known_salts_are_not_released_as_digests() {
    // In the tour, the salt of a text is its record's ID, which is in the line.
    let place = Place::new();
    fs::write(place.path("my.pub"), place.done(&["keygen", "example.org/ibbi", "my.key"])).unwrap();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    place.done(&["checkpoint", "tour.ledger", "--key", "my.key"]);
    let exempt = ["--exempt-all", "cl. 26(d)", "--reason", "Positions."];
    let command = [&["release", "tour.ledger", "--all", "--out", "response"], &exempt[..]].concat();
    let refused = place.ibbi(&[&command[..], &["--show-concern-ids"]].concat());
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("the salts of the texts in lines 29, 30 are not random"), "{}", refused.err);
    assert!(!place.path("response").exists());
    // The lines can be withheld, with a warning about their IDs.
    let done = place.ibbi(&command);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("not random, so someone who guesses everything else"), "{}", done.err);
    place.done(&["verify", "response", "--key", "my.pub"]);
}

#[test]
fn missing_decisions_and_mistyped_rules_are_refused() {
    let place = office();
    let release = |exempt: &str, more: &[&str]| {
        fs::write(place.path("exempt.toml"), exempt).unwrap();
        let result = place
            .ibbi(&[&["release", "my.ledger", "--all", "--out", "response", "--exempt", "exempt.toml"], more].concat());
        assert_eq!(result.code, 2, "{exempt}: {}", result.err);
        assert!(!place.path("response").exists());
        result.err
    };
    let rule = "[[rule]]\nexemption = 'cl. 26(d)'\nreason = 'Drafts.'\n";
    for (exempt, part) in [
        (String::new(), "the confidential records in lines 29, 30, 32, 33, 34, 35, 36, 37 have neither"),
        (format!("{rule}action = 'withhold'\nkind = 'note_added'\n"), "in lines 29, 30, 35, 36 have neither"),
        (
            format!("{rule}action = 'withhold'\nlines = [5]\n"),
            "rule 1 of exempt.toml: line 5 is not a record of the release that it fits",
        ),
        (format!("{rule}action = 'withhold'\nparty = 'labor'\n"), "rule 1 of exempt.toml fits no record"),
        (format!("{rule}action = 'withhold'\nkind = 'notes'\n"), "`notes` is not a type of event"),
        (format!("{rule}action = 'withhold'\nparty = 'union'\n"), "`union` is not a party"),
        (format!("{rule}action = 'release'\n"), "remove them"),
        (format!("{rule}action = 'withhold_line'\n"), "say which lines"),
        (format!("{rule}action = 'hide'\n"), "unknown variant"),
        (format!("{rule}action = 'withhold'\nline = [5]\n"), "unknown field"),
        ("[default]\nexemption = ' '\nreason = 'Drafts.'\n".to_owned(), "default: add `exemption`"),
        ("[[rule]]\naction = 'withhold'\nexemption = 'cl. 26(d)'\n".to_owned(), "rule 1: add `reason`"),
    ] {
        let said = release(&exempt, &[]);
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = release(office::EXEMPT, &["--release-text", "5"]);
    assert!(said.contains("line 5 has no confidential text"), "{said}");
    let said = release(office::EXEMPT, &["--exempt-all", "cl. 26(a)", "--reason", "Statute."]);
    assert!(said.contains("leave out --exempt-all"), "{said}");
}

#[test]
fn folder_is_written_wholly_or_not_at_all() {
    let place = office();
    let command = [&["release", "my.ledger", "--out", "response", "--exempt", "exempt.toml"], &MAPLE[..]].concat();
    let before = place.files();
    // A record that no checkpoint covers would be missing.
    place.done(&["record", "my.ledger", "--case", "Maple Hollow", "note_added", "text=later"]);
    let refused = place.ibbi(&command);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("covers 38 lines, and 1 later lines"), "{}", refused.err);
    fs::write(place.path("old.note"), fs::read(place.path("my.ledger.checkpoints")).unwrap()).unwrap();
    // A ledger that was altered gives no release.
    let ledger = fs::read_to_string(place.path("my.ledger")).unwrap();
    fs::write(place.path("my.ledger"), ledger.replacen("Rosa Amari", "Rosa Amory", 1)).unwrap();
    let refused = place.ibbi(&command);
    assert_eq!(refused.code, 4, "{}", refused.err);
    fs::write(place.path("my.ledger"), ledger).unwrap();
    assert_eq!(place.files().len(), before.len() + 1, "nothing is left");
    // With an older checkpoint, the release is complete up to there.
    let out = place.done(&[&command[..], &["--checkpoint", "old.note"]].concat());
    assert!(out.contains("up to line 38"), "{out}");
    let folder = Folder::read(&place.path("response"));
    let again = place.ibbi(&[&command[..], &["--checkpoint", "old.note"]].concat());
    assert_eq!(again.code, 5);
    assert!(again.err.contains("already exists"), "{}", again.err);
    assert_eq!(Folder::read(&place.path("response")), folder);
}

#[test]
fn text_that_the_office_lost_is_listed_as_not_available() {
    let place = office();
    let stored = fs::read_to_string(place.path("my.ledger.texts")).unwrap();
    let changed = stored.replace(TEXTS[6].1, "The meeting was moved to the gym.");
    let kept: String =
        changed.lines().filter(|line| !line.contains("\"yes\"")).map(|line| line.to_owned() + "\n").collect();
    fs::write(place.path("my.ledger.texts"), kept).unwrap();
    let out = released(&place, &MAPLE);
    assert!(out.contains("texts not available: 2 (lines 33, 37)"), "{out}");
    let folder = Folder::read(&place.path("response"));
    let withheld = folder.text("withheld.jsonl");
    assert!(withheld.contains("The text is not in the office's file of texts."), "{withheld}");
    assert!(withheld.contains("The text in the office's file is not the recorded one."), "{withheld}");
    assert!(!folder.text("index.html").contains("gym"));
    let said = place.done(&["verify", "response"]);
    assert!(said.contains("1 text released, 1 withheld, 0 destroyed, 2 not available"), "{said}");
    assert_eq!(python(&place, &["response".to_owned()], None), [None]);
}

#[test]
fn destroyed_text_is_listed_with_the_day_and_the_rule() {
    let place = office();
    fs::write(
        place.path("rules.toml"),
        "[[rule]]\nname = 'all-texts'\ntexts = ['program', 'labor', 'management', 'unknown']\nafter = 'last_event'\n\
         keep = '1 day'\nauthority = 'Item 3'\nconfirmed_by = 'Counsel'\nconfirmed_on = '2026-01-15'\n",
    )
    .unwrap();
    fs::create_dir(place.path("office")).unwrap();
    for name in ["my.ledger", "my.ledger.texts", "my.ledger.checkpoints"] {
        fs::rename(place.path(name), place.path(&format!("office/{name}"))).unwrap();
    }
    let ledger = "office/my.ledger";
    place.done(&["texts", "seal", ledger, "--keys", "keys"]);
    let destroy = ["texts", "destroy", ledger, "--case", "Maple Hollow", "--party", "program"];
    place.done(&[&destroy[..], &["--retention", "rules.toml", "--reason", "Routine", "--yes"]].concat());
    place.done(&["checkpoint", ledger, "--key", "my.key"]);
    let fill = |scope: &[&str]| {
        let args = ["release", ledger, "--exempt", "exempt.toml", "--key", "my.key", "--out", "response"];
        place.ibbi(&[&args[..], scope].concat())
    };
    for scope in [&MAPLE[..], &["--all"]] {
        let out = fill(scope);
        assert!(out.code == 0 && out.out.contains("texts destroyed: "), "{out:?}");
        assert_eq!(out.err.contains("the reasons of legal holds and destructions"), scope == ["--all"], "{out:?}");
        let folder = Folder::read(&place.path("response"));
        let entries: Vec<Value> =
            folder.text("withheld.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let gone: Vec<_> = entries.iter().filter(|entry| entry["basis"] == "destroyed").collect();
        assert!(!gone.is_empty(), "{entries:?}");
        for entry in gone {
            let reason = entry["reason"].as_str().unwrap();
            assert!(reason.starts_with("The text was destroyed on ") && reason.ends_with(" under rule all-texts."));
            assert!(entry.get("exemption").is_none() && entry["what"] == "text", "{entry}");
        }
        assert!(folder.text("index.html").contains("under rule all-texts"));
        assert!(!folder.text("withheld.jsonl").contains("not in the office's file"));
        let said = place.done(&["verify", "response", "--key", "my.pub"]);
        assert!(said.contains("sound: release") && said.contains(" destroyed, 0 not available"), "{said}");
        let key = fs::read_to_string(place.path("my.pub")).unwrap();
        assert_eq!(python(&place, &["response".to_owned()], Some(key.trim())), [None]);
        fs::remove_dir_all(place.path("response")).unwrap();
    }
}

#[test]
fn texts_of_format_1_are_withheld_with_their_lines() {
    let place = Place::new();
    fs::write(place.path("my.pub"), place.done(&["keygen", "example.org/ibbi", "my.key"])).unwrap();
    let ledger = fs::read(repository("tests/golden/v1/completed-two-half-days.ledger")).unwrap();
    fs::write(place.path("old.ledger"), &ledger).unwrap();
    place.done(&["checkpoint", "old.ledger", "--key", "my.key"]);
    let text = String::from_utf8(ledger).unwrap();
    let with_text: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| {
            line.contains("\"text\":\"") || line.contains("\"response\":\"") || line.contains("concern_dropped")
        })
        .collect();
    assert!(!with_text.is_empty());
    let exempt = ["--exempt-all", "cl. 26(d)", "--reason", "Positions."];
    place.done(&[&["release", "old.ledger", "--all", "--out", "response"], &exempt[..]].concat());
    let folder = Folder::read(&place.path("response"));
    for (_, line) in &with_text {
        assert!(!folder.text("lines.jsonl").contains(line), "{line}");
    }
    let said = place.done(&["verify", "response", "--key", "my.pub"]);
    let lines =
        if with_text.len() == 1 { "1 line withheld".to_owned() } else { format!("{} lines withheld", with_text.len()) };
    assert!(said.contains(&lines) && said.contains("complete up to line"), "{said}");
    assert_eq!(python(&place, &["response".to_owned()], None), [None]);
    // An old ledger states no last records, so a release of one case can't show that it is complete.
    let case: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let one =
        [&["release", "old.ledger", "--out", "one", "--case", case["case"].as_str().unwrap()], &exempt[..]].concat();
    let out = place.ibbi(&one).out;
    assert!(out.contains("can't show that it is complete"), "{out}");
    let said = place.done(&["verify", "one", "--key", "my.pub"]);
    assert!(said.contains("later records of the cases might exist"), "{said}");
    assert_eq!(python(&place, &["one".to_owned()], None), [None]);
}

#[test]
fn documented_example_runs() {
    let place = office();
    fs::remove_file(place.path("exempt.toml")).unwrap();
    fs::write(place.path("exempt.toml"), documented("docs/release.md", "exempt", "toml")).unwrap();
    let docs = repository("docs").display().to_string();
    let script = documented("docs/release.md", "release", "sh").replace("python3 ", &format!("python3 {docs}/"));
    let mut command = place.shell(&script);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let result = run(command, b"");
    assert_eq!(result.code, 0, "{}{}", result.out, result.err);
    assert_eq!(result.out.matches("sound: ").count(), 2, "{}", result.out);
    if Command::new("openssl").arg("version").output().is_ok() {
        let signature = place.type_line(&documented("docs/release.md", "signature", "sh"));
        assert!(signature.out.contains("Signature Verified Successfully"), "{}{}", signature.out, signature.err);
    } else {
        println!("skipped: openssl is not installed");
    }
}

#[test]
fn links_in_the_folder_are_refused_and_not_followed() {
    let place = office();
    released(&place, &MAPLE);
    place.done(&["verify", "response"]);
    fs::rename(place.path("response"), place.path("kept")).unwrap();
    let names: Vec<_> = fs::read_dir(place.path("kept")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.len() >= 6, "{names:?}");
    // A link to the very file, one that leads nowhere, and one beside the files.
    for (name, target) in names
        .iter()
        .map(|name| (name.to_str().unwrap(), None))
        .chain([("lines.jsonl", Some("nowhere")), ("more", Some("kept"))])
    {
        assert_eq!(run(place.shell("rm -rf response && cp -R kept response"), b"").code, 0);
        let file = place.path("response").join(name);
        let _ = fs::remove_file(&file);
        std::os::unix::fs::symlink(
            target.map_or_else(|| place.path("kept").join(name), |target| place.path(target)),
            &file,
        )
        .unwrap();
        let result = place.ibbi(&["verify", "response"]);
        let fault = format!("{name}: it is a link; a release must have the file itself");
        assert!(result.code == 4 && result.out.contains(&fault), "{name}: {} {}", result.out, result.err);
        assert_eq!(python(&place, &["response".to_owned()], None), [Some(fault)]);
    }
}
