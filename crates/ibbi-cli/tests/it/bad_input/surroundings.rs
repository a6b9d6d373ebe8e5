//! A world that does not play along: pipes, devices, closed ends, full disks, files without permission, other holders.

use super::{DONE, IO, check, fails, place};
use crate::support::{Place, run};
use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

#[test]
fn pipes_and_devices_are_not_ledgers() {
    let place = place();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().is_ok_and(|made| made.success()), "mkfifo works");
    for name in ["pipe", "/dev/null", "/dev/zero", "/dev/full"] {
        let excerpt = format!("cannot open {name}: it is not a file that can be read again");
        for args in [
            &["new", name, "--district", "Y"][..],
            &["status", name],
            &["replay", name],
            &["record", name, "note_added", "text=so"],
            &["record", name, "case_opened", "district=Y", "--dry-run"],
            &["void", name, "2", "--reason", "so"],
        ] {
            check(&place, args, IO, &excerpt);
        }
    }
}

#[test]
fn a_link_that_leads_nowhere_or_to_itself_is_refused() {
    let place = place();
    for (link, target) in [("nowhere", "no/such/file"), ("loop", "loop")] {
        std::os::unix::fs::symlink(target, place.path(link)).unwrap();
        check(&place, &["status", link], IO, link);
        check(&place, &["new", link, "--district", "Y"], IO, link);
    }
    std::os::unix::fs::symlink("a.ledger", place.path("alias")).unwrap();
    place.done(&["record", "alias", "note_added", "text=by its other name"]);
    // The text is stored beside the file to which the link leads.
    assert!(place.done(&["replay", "a.ledger"]).contains("by its other name"));
    assert!(place.path("a.ledger.texts").exists() && !place.path("alias.texts").exists());
}

/// A link that another user put beside a ledger must neither be read nor written.
#[test]
fn files_beside_a_ledger_are_private_and_no_links() {
    let place = place();
    place.done(&["record", "a.ledger", "note_added", "text=so"]);
    place.done(&["keygen", "my.example", "my.key"]);
    place.done(&["checkpoint", "a.ledger", "--key", "my.key"]);
    place.done(&["token", "new", "a.ledger", "client", "--role", "auditor"]);
    for file in ["a.ledger", "a.ledger.texts", "a.ledger.checkpoints", "a.ledger.access"] {
        let mode = place.path(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let cases: [(&str, &[&[&str]]); 4] = [
        ("texts", &[&["record", "a.ledger", "note_added", "text=so"], &["replay", "a.ledger"]]),
        ("checkpoints", &[&["checkpoint", "a.ledger", "--key", "my.key"]]),
        ("holder", &[&["record", "a.ledger", "note_added", "text=so"]]),
        ("access", &[&["token", "list", "a.ledger"], &["token", "new", "a.ledger", "x", "--role", "auditor"]]),
    ];
    for (kind, commands) in cases {
        let (file, target) = (place.path(&format!("a.ledger.{kind}")), place.path(&format!("target.{kind}")));
        let content = std::fs::read(&file).unwrap_or_else(|_| b"of another user\n".to_vec());
        let _ = std::fs::remove_file(&file);
        std::fs::write(&target, &content).unwrap();
        std::os::unix::fs::symlink(&target, &file).unwrap();
        for args in commands {
            let result = place.ibbi(args);
            assert_eq!(result.code, IO, "{args:?}: {} {}", result.out, result.err);
            assert!(result.err.contains("link"), "{args:?}: {}", result.err);
            assert_eq!(std::fs::read(&target).unwrap(), content, "{args:?}");
        }
        std::fs::remove_file(&file).unwrap();
        if kind != "holder" {
            std::fs::rename(&target, &file).unwrap();
        }
    }
    place.done(&["record", "a.ledger", "note_added", "text=so"]);
}

#[test]
fn unwritable_output_is_an_error() {
    let place = place();
    for args in [&["rules"][..], &["chart"], &["status", "a.ledger"], &["--help"], &["--json", "rules"]] {
        // Through a shell, since the harness keeps standard output for itself.
        let line = |rest: &str| format!("ibbi {} {rest}", args.join(" "));
        let result = place.type_line(&line("> /dev/full"));
        assert_eq!(result.code, IO, "{args:?}: {result:?}");
        assert!(result.err.starts_with("ibbi: cannot write the result: "), "{args:?}: {}", result.err);
        let result = place.type_line(&line("2> /dev/full"));
        assert_eq!((result.code, result.err.as_str()), (DONE, ""), "{args:?}: messages are lost, the result is not");
    }
    let result = place.type_line("ibbi status nowhere.ledger 2> /dev/full; exit $?");
    assert_eq!(result.code, IO);
    let mut child = place.command(&["rules"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(DONE), ""), "after {line:?} nobody reads on");
}

#[test]
fn event_is_recorded_without_output() {
    let place = place();
    let result = place.type_line("ibbi record a.ledger note_added text=so > /dev/full");
    assert_eq!(result.code, IO, "{result:?}");
    assert_eq!(place.json(&["status", "a.ledger"]).1["records"], 2, "the message is lost, the record is not");
}

/// Whether permissions bind this user; they do not bind root.
fn permissions_bind(place: &Place) -> bool {
    std::fs::write(place.path("probe"), "").unwrap();
    std::fs::set_permissions(place.path("probe"), Permissions::from_mode(0o000)).unwrap();
    let bind = File::open(place.path("probe")).is_err();
    std::fs::remove_file(place.path("probe")).unwrap();
    if !bind {
        println!("skipped: permissions do not bind this user, who is root; what is below a file is tried elsewhere");
    }
    bind
}

#[test]
fn files_and_directories_without_permission_are_named() {
    let place = place();
    if !permissions_bind(&place) {
        return;
    }
    let set = |name: &str, mode: u32| std::fs::set_permissions(place.path(name), Permissions::from_mode(mode)).unwrap();
    set("a.ledger", 0o444);
    place.done(&["status", "a.ledger"]);
    place.done(&["record", "a.ledger", "note_added", "text=so", "--dry-run"]);
    check(&place, &["record", "a.ledger", "note_added", "text=so"], IO, "cannot open a.ledger: Permission denied");
    set("a.ledger", 0o000);
    check_unread(&place, "a.ledger");
    set("a.ledger", 0o644);
    std::fs::create_dir(place.path("closed")).unwrap();
    std::fs::copy(place.path("a.ledger"), place.path("closed/b.ledger")).unwrap();
    set("closed", 0o555);
    check(&place, &["new", "closed/c.ledger", "--district", "Y"], IO, "cannot create closed/c.ledger: Permission");
    place.done(&["status", "closed/b.ledger"]);
    let note = ["record", "closed/b.ledger", "note_added", "text=so"];
    check(&place, &note, IO, "closed/b.ledger: Permission denied");
    set("closed", 0o755);
}

/// Files without permission cannot be compared, so only the message is checked.
fn check_unread(place: &Place, name: &str) {
    for args in [&["status", name][..], &["record", name, "note_added", "text=so"], &["replay", name]] {
        let result = place.ibbi(args);
        assert_eq!(result.code, IO, "{args:?}: {result:?}");
        assert!(result.err.contains("Permission denied"), "{args:?}: {}", result.err);
    }
}

#[test]
fn locked_ledger_can_be_read() {
    let place = place();
    let held = ibbi_log::Ledger::open(&place.path("a.ledger")).unwrap();
    let excerpt = "a.ledger is locked by process ";
    // Each of them waits for the lock, so they wait together.
    std::thread::scope(|scope| {
        for args in [
            &["record", "a.ledger", "note_added", "text=so"][..],
            &["void", "a.ledger", "2", "--reason", "so"],
            &["new", "a.ledger", "--district", "Y"],
            &["record", "a.ledger", "case_opened", "district=Y"],
        ] {
            let place = &place;
            scope.spawn(move || check(place, args, IO, excerpt));
        }
    });
    for args in [
        &["status", "a.ledger"][..],
        &["replay", "a.ledger"],
        &["route", "a.ledger", "completed"],
        &["record", "a.ledger", "note_added", "text=so", "--dry-run"],
    ] {
        place.done(args);
    }
    drop(held);
    place.done(&["record", "a.ledger", "note_added", "text=so"]);
}

#[test]
fn concurrent_records_succeed_or_report_the_lock() {
    let place = place();
    let text = |number: usize| format!("text=note {number}");
    let start = |number| {
        let mut command =
            place.command(&["record", "a.ledger", "note_added", &text(number), "--at", "2025-09-02 10:00"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..16).map(start).collect();
    let mut recorded = 0;
    for child in all {
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(DONE) => recorded += 1,
            Some(IO) => assert!(err.contains("a.ledger is locked by "), "{err}"),
            other => panic!("{other:?}: {err}"),
        }
    }
    assert!(recorded > 0, "nobody came through");
    let (code, status) = place.json(&["status", "a.ledger"]);
    assert_eq!((code, &status["records"]), (0, &(recorded + 1).into()));
    place.done(&["verify", "a.ledger"]);
}

#[test]
fn standard_input_that_cannot_be_read_is_named() {
    let place = place();
    let mut command = place.command(&["record", "a.ledger"]);
    command.stdin(File::open(place.path(".")).unwrap());
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(IO), "{err}");
    assert!(err.starts_with("ibbi: cannot read standard input: "), "{err}");
}

#[test]
fn an_environment_full_of_nonsense_does_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = place();
    let mut command = place.command(&["record", "a.ledger", "note_added", "text=so"]);
    command.env("IBBI_ACTOR", "two\nlines");
    fails(&place, command, b"", super::USAGE, "actor: the name has the character U+000A");
    let mut command = place.command(&["record", "a.ledger", "note_added", "text=so"]);
    let nonsense = OsStr::from_bytes(b"\xff\xfe");
    for name in ["IBBI_ACTOR", "TERM", "COLUMNS", "LANG", "TZ", "NO_COLOR", "CLICOLOR_FORCE", "HOME", "LOGNAME"] {
        command.env(name, nonsense);
    }
    command.env("USER", "clerk");
    assert_eq!(run(command, b"").code, DONE, "an actor that is not UTF-8 is as good as none");
    let mut command = place.command(&["record", "a.ledger", "note_added", "text=so"]);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_preloaded(name)));
    assert_eq!(run(command, b"").code, DONE);
    let (_, replayed) = place.json(&["replay", "a.ledger"]);
    let actors: Vec<_> = replayed[0]["moments"].as_array().unwrap().iter().map(|moment| &moment["actor"]).collect();
    assert_eq!(actors, ["clerk@example.org", "clerk", "unknown"]);
}

/// Whether a variable sets up the clock under which these tests run: another clock is a library that is loaded first.
fn is_preloaded(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name == "LD_PRELOAD" || name.starts_with("FAKETIME"))
}
