//! No command overwrites a file that it reads, or a file of another kind than the one it writes, by whatever link.

use crate::support::Place;
use std::fs;
use std::os::unix::fs::symlink;

const SCENARIO: &str = include_str!("../../../../docs/scenarios/maple-hollow.toml");
const GOALS: &str = include_str!("../../../../docs/goals/sample.toml");

/// Every command that takes an output file, with the name of its input and the option of its output.
const COMMANDS: &[(&[&str], &str, &str)] = &[
    (&["calendar", "INPUT"], "my.toml", "-o"),
    (&["calendar", "INPUT"], "my.ledger", "-o"),
    (&["report", "INPUT", "--runs", "2"], "my.toml", "-o"),
    (&["report", "my.toml", "--from", "INPUT", "--runs", "2"], "my.ledger", "-o"),
    (&["export", "INPUT", "--to", "csv"], "my.ledger", "-o"),
    (&["export", "INPUT", "--to", "xes"], "my.ledger", "-o"),
    (&["export", "INPUT", "--to", "ocel"], "my.ledger", "-o"),
    (&["export", "INPUT", "--to", "cloudevents"], "my.ledger", "-o"),
    (&["export", "--to", "pnml"], "my.toml", "-o"),
    (&["export", "--to", "bpmn"], "my.toml", "-o"),
    (&["audit", "INPUT"], "my.ledger", "--html"),
    (&["goals", "INPUT", "--goals", "goals.toml"], "my.ledger", "--html"),
    (&["cases", "INPUT"], "my.ledger", "--html"),
    (&["goals", "INPUT", "--goals", "goals.toml"], "my.ledger", "--xlsx"),
    (&["program-report", "INPUT"], "my.ledger", "--html"),
    (&["program-report", "INPUT"], "my.ledger", "--xlsx"),
    (&["extract", "INPUT"], "my.ledger", "-o"),
    (&["simulate", "INPUT", "--runs", "2"], "my.toml", "--keep"),
    (&["calibrate", "INPUT"], "my.ledger", "-o"),
    (&["calibrate", "my.ledger", "--scenario", "INPUT"], "my.toml", "-o"),
    (&["scenario", "new", "--template"], "my.toml", ""),
    (&["tour"], "my.ledger", "--ledger"),
    (&["keygen", "example.org/key"], "my.key", ""),
];

/// A folder with one file of every kind that a person may have, and every kind of link to each.
fn folder() -> (Place, Vec<String>) {
    let place = Place::new();
    fs::write(place.path("my.toml"), SCENARIO).unwrap();
    fs::write(place.path("goals.toml"), GOALS).unwrap();
    place.done(&["tour", "--ledger", "my.ledger"]);
    place.done(&["keygen", "example.org/mine", "my.key"]);
    place.done(&["checkpoint", "my.ledger", "--key", "my.key"]);
    fs::write(place.path("notes.txt"), "What the chair said on the phone\n").unwrap();
    fs::write(place.path("photo.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    fs::write(place.path("my.page.html"), "<!DOCTYPE html><title>Not written by ibbi</title>").unwrap();
    fs::write(place.path("sheet.csv"), "name,day\nAnn Lee,Monday\n").unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    symlink(".", place.path("here")).unwrap();
    let files = ["my.toml", "my.ledger", "my.key", "my.ledger.checkpoints", "notes.txt", "photo.png", "my.page.html"];
    let mut names = vec!["sheet.csv".to_owned()];
    for file in files {
        symlink(file, place.path(&format!("soft.{file}"))).unwrap();
        symlink(format!("here/soft.{file}"), place.path(&format!("twice.{file}"))).unwrap();
        fs::hard_link(place.path(file), place.path(&format!("hard.{file}"))).unwrap();
        for name in ["", "twice.", "hard.", "folder/../"] {
            names.push(format!("{name}{file}"));
        }
    }
    (place, names)
}

#[test]
fn no_command_overwrites_its_input_or_a_file_of_another_kind() {
    let (place, names) = folder();
    let before = place.files();
    let mut tried = 0;
    for (words, input, option) in COMMANDS {
        for name in &names {
            let args: Vec<&str> = words.iter().map(|word| if *word == "INPUT" { *input } else { *word }).collect();
            let output = if option.is_empty() { vec![name.as_str()] } else { vec![*option, name.as_str()] };
            let result = place.ibbi(&[args.as_slice(), &output].concat());
            assert!(matches!(result.code, 2 | 5), "{words:?} to {name}: {result:?}");
            assert!(result.err.contains(name.as_str()), "the error names the file: {result:?}");
            assert_eq!(place.files(), before, "{words:?} to {name}");
            tried += 1;
        }
    }
    println!("{tried} attempts to overwrite a file, all refused");
}

#[test]
fn the_error_says_whether_it_is_the_input_or_another_file() {
    let (place, _) = folder();
    for (args, expected) in [
        (["calendar", "my.toml", "-o", "hard.my.toml"], "hard.my.toml is the input file; choose another output file"),
        (["calendar", "my.toml", "-o", "twice.my.toml"], "twice.my.toml is the input file; choose another output file"),
        (
            ["calendar", "my.toml", "-o", "notes.txt"],
            "notes.txt already exists and is not a calendar (.ics) written by ibbi; choose another output file, or remove it first",
        ),
        (["report", "my.toml", "-o", "folder"], "folder is a directory; name a file in it"),
    ] {
        let result = place.ibbi(&args);
        assert_eq!((result.code, result.err.as_str()), (2, format!("ibbi: {expected}\n").as_str()), "{args:?}");
    }
    symlink("nowhere.ics", place.path("dangling.ics")).unwrap();
    let result = place.ibbi(&["calendar", "my.toml", "-o", "dangling.ics"]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(place.path("dangling.ics").is_symlink() && !place.path("nowhere.ics").exists());
}

#[test]
fn a_file_of_the_same_kind_is_replaced_and_an_empty_one_is_filled() {
    let (place, _) = folder();
    for (words, input, option) in COMMANDS.iter().filter(|(words, ..)| {
        !matches!(words[0], "calibrate" | "extract" | "simulate" | "scenario" | "tour" | "keygen")
            && !words.contains(&"--from")
    }) {
        let args: Vec<&str> = words.iter().map(|word| if *word == "INPUT" { *input } else { *word }).collect();
        fs::write(place.path("out"), "").unwrap();
        place.done(&[args.as_slice(), &[option, "out"]].concat());
        let first = fs::read(place.path("out")).unwrap();
        assert!(!first.is_empty(), "{args:?}");
        place.done(&[args.as_slice(), &[option, "out"]].concat());
        symlink("out", place.path("link")).unwrap();
        place.done(&[args.as_slice(), &[option, "link"]].concat());
        assert!(place.path("link").is_symlink(), "a link stays a link");
        fs::remove_file(place.path("link")).unwrap();
    }
    place.done(&["calendar", "my.toml", "-o", "/dev/null"]);
}

#[test]
fn signing_never_discards_a_file_of_checkpoints() {
    let (place, _) = folder();
    let good = fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap();
    let cut = &good[..good.len() - 10];
    for bad in [good.replace('\n', "\r\n"), good.replace('\u{2014}', "-"), "What the chair said\n".to_owned()] {
        fs::write(place.path("my.ledger.checkpoints"), &bad).unwrap();
        let result = place.ibbi(&["checkpoint", "my.ledger", "--key", "my.key"]);
        assert_ne!(result.code, 0, "{bad}: {result:?}");
        assert_eq!(fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap(), bad);
    }
    // What a write that was cut off leaves is replaced.
    fs::write(place.path("my.ledger.checkpoints"), cut).unwrap();
    place.done(&["checkpoint", "my.ledger", "--key", "my.key"]);
    assert_eq!(fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap(), good);
}

#[test]
fn names_that_belong_to_a_ledger_are_refused_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, _) = folder();
    for name in ["my.ledger.holder", "new.checkpoints"] {
        let result = place.ibbi(&["audit", "my.ledger", "--html", name]);
        assert!(result.code == 2 && result.err.contains("belongs to a ledger"), "{result:?}");
        assert!(!place.path(name).exists());
    }
    place.done(&["calendar", "my.toml", "-o", "dates.ics"]);
    fs::set_permissions(place.path("dates.ics"), fs::Permissions::from_mode(0o600)).unwrap();
    place.done(&["calendar", "my.toml", "-o", "dates.ics"]);
    assert_eq!(fs::metadata(place.path("dates.ics")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(place.path("dates.ics"), fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(place.ibbi(&["calendar", "my.toml", "-o", "dates.ics"]).code, 5, "a read-only file is not replaced");
}

#[test]
fn standard_output_is_written_to_and_never_replaced() {
    let (place, _) = folder();
    let result = place.type_line("(echo before; ibbi export my.ledger --to csv -o /dev/stdout; echo after) > all.csv");
    assert_eq!(result.code, 0, "{result:?}");
    let all = fs::read_to_string(place.path("all.csv")).unwrap();
    assert!(all.starts_with("before\ncase,district,") && all.ends_with("after\n"), "{all}");
    let result = place.type_line("ibbi calendar my.toml -o /dev/stdout | head -n 1");
    assert_eq!((result.code, result.out.trim_end()), (0, "BEGIN:VCALENDAR"), "{result:?}");
    let page = place.done(&["audit", "my.ledger", "--html", "-"]);
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let result = place.type_line("ibbi --json calendar my.toml -o \"$(printf 'caf\\351.ics')\"");
    assert_eq!(result.code, 0, "a name that is not UTF-8: {result:?}");
}
