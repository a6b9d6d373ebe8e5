//! `ibbi availability` on a terminal, and what is left of the scenario if writing it fails.
#![cfg(unix)]

use crate::support::{Place, run};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

/// Runs a program on a terminal of its own. It types an answer at the question, and appends a line to a file before, if one is named.
/// It prints what the terminal showed, and how the program ended: its exit code, or a negative number for a signal.
const TERMINAL: &str = r"
import os, pty, sys
answer, edited = bytes.fromhex(sys.argv[1]), sys.argv[2]
child, screen = pty.fork()
if child == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
shown, typed = b'', False
while True:
    try:
        part = os.read(screen, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if not typed and b'[y/N] ' in shown:
        if edited:
            with open(edited, 'a') as file:
                file.write('# Another change.\n')
        os.write(screen, answer)
        typed = True
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown.decode(errors='replace').encode() + b'\nasked %d\nended %d\n' % (typed, os.waitstatus_to_exitcode(status)))
";

const ARGS: [&str; 4] = ["availability", "answers.txt", "--scenario", "my.toml"];

/// A folder with a scenario, and answers that change it.
fn place() -> Place {
    let place = Place::new();
    fs::write(place.path("my.toml"), format!("# My own comment.\n{}", ibbi_app::sim::EXAMPLE)).unwrap();
    fs::write(place.path("answers.txt"), "K. Brandt: never Tuesdays\n").unwrap();
    place
}

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: python3 is not installed");
    }
    found
}

/// Returns what a terminal shows.
fn typed(place: &Place, answer: &[u8], edited: &str, program: &[&str]) -> String {
    let answer: String = answer.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut command = Command::new("python3");
    command.args(["-c", TERMINAL, &answer, edited]).args(program);
    command.current_dir(place.path("")).env_remove("IBBI_CONFIG").env("NO_COLOR", "1");
    let result = run(command, b"");
    assert_eq!(result.code, 0, "{}{}", result.out, result.err);
    result.out
}

fn ibbi(more: &[&'static str]) -> Vec<&'static str> {
    [&[env!("CARGO_BIN_EXE_ibbi")][..], &ARGS[..], more].concat()
}

#[test]
fn only_yes_changes_the_scenario() {
    if !has_python() {
        return;
    }
    for (answer, is_yes, code) in [
        (&b"y\n"[..], true, "ended 0"),
        (b" YES \n", true, "ended 0"),
        (b"n\n", false, "ended 0"),
        (b"\n", false, "ended 0"),
        (b"\x04", false, "ended 0"),
        (b"yy\n", false, "ended 0"),
        (b"yes please\n", false, "ended 0"),
        (b"\xc3\x28\n", false, "ended 5"),
        (b"\x03", false, "ended -2"),
    ] {
        let place = place();
        let before = place.files();
        let shown = typed(&place, answer, "", &ibbi(&[]));
        assert!(shown.contains("asked 1") && shown.contains(code), "{answer:?}: {shown}");
        assert!(shown.contains("can't come on Tuesdays"), "{shown}");
        assert_eq!(shown.contains("Wrote my.toml."), is_yes, "{answer:?}: {shown}");
        assert_eq!(place.files() != before, is_yes, "{answer:?}: {shown}");
    }
}

#[test]
fn nothing_is_asked_without_need_or_terminal() {
    if !has_python() {
        return;
    }
    let place = place();
    let before = place.files();
    // The answer of a pipe is not one of a person.
    let result = place.ibbi_with(&ARGS, b"y\n");
    assert!(result.code == 0 && result.out.contains("Nothing was written."), "{}{}", result.out, result.err);
    let line = format!("'{}' {} 2>&-", env!("CARGO_BIN_EXE_ibbi"), ARGS.join(" "));
    let shown = typed(&place, b"y\n", "", &["sh", "-c", &line]);
    assert!(shown.contains("asked 0") && shown.contains("Nothing was written."), "{shown}");
    assert!(typed(&place, b"y\n", "", &ibbi(&["--json"])).contains("asked 0"));
    // With an open question, there is nothing to agree to.
    fs::write(place.path("answers.txt"), "Kim Doe: never Tuesdays\n").unwrap();
    let shown = typed(&place, b"y\n", "", &ibbi(&[]));
    assert!(shown.contains("asked 0") && shown.contains("ended 3"), "{shown}");
    fs::write(place.path("answers.txt"), "K. Brandt: never Tuesdays\n").unwrap();
    assert_eq!(place.files(), before);
    assert!(typed(&place, b"", "", &ibbi(&["--accept"])).contains("asked 0"));
    assert!(typed(&place, b"y\n", "", &ibbi(&[])).contains("asked 0"), "the scenario has these times");
}

#[test]
fn change_of_another_program_is_kept() {
    if !has_python() {
        return;
    }
    let place = place();
    let before = fs::read_to_string(place.path("my.toml")).unwrap();
    let shown = typed(&place, b"y\n", "my.toml", &ibbi(&[]));
    assert!(shown.contains("has changed in the meantime") && shown.contains("ended 2"), "{shown}");
    assert_eq!(fs::read_to_string(place.path("my.toml")).unwrap(), format!("{before}# Another change.\n"));
}

#[test]
fn scenario_is_never_half_written() {
    let accept = [&ARGS[..], &["--accept"]].concat();
    let whole = place();
    let before = fs::read(whole.path("my.toml")).unwrap();
    whole.done(&accept);
    let after = fs::read(whole.path("my.toml")).unwrap();
    for delay in 0..40 {
        let place = place();
        let mut child = place.command(&accept).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().and_then(|()| child.wait()).unwrap();
        let found = fs::read(place.path("my.toml")).unwrap();
        assert!(found == before || found == after, "{}", String::from_utf8_lossy(&found));
    }
    // A disk that is full.
    let place = place();
    let files = place.files();
    let full = place.type_line(&format!("trap '' XFSZ; ulimit -f 1; ibbi {}", accept.join(" ")));
    assert!(full.code == 5 && full.err.contains("cannot write my.toml"), "{} {}", full.code, full.err);
    assert_eq!(place.files(), files, "the temporary file is gone");
}

#[test]
fn link_stays_and_folder_that_is_read_only_is_an_error() {
    let accept = ["availability", "answers.txt", "--scenario", "link.toml", "--accept"];
    let place = place();
    fs::create_dir(place.path("folder")).unwrap();
    fs::rename(place.path("my.toml"), place.path("folder/my.toml")).unwrap();
    std::os::unix::fs::symlink("folder/my.toml", place.path("link.toml")).unwrap();
    place.done(&accept);
    assert!(fs::symlink_metadata(place.path("link.toml")).unwrap().is_symlink());
    let text = fs::read_to_string(place.path("folder/my.toml")).unwrap();
    assert!(text.contains("\"tuesday\"") && text.starts_with("# My own comment.\n"), "{text}");
    fs::write(place.path("answers.txt"), "K. Brandt: never Mondays\n").unwrap();
    fs::set_permissions(place.path("folder"), fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(place.path("folder/probe"), "").is_ok();
    let result = place.ibbi(&accept);
    fs::set_permissions(place.path("folder"), fs::Permissions::from_mode(0o755)).unwrap();
    if is_root {
        println!("skipped: this user can write in every folder");
        return;
    }
    assert!(result.code == 5 && result.err.contains("cannot write link.toml: "), "{}", result.err);
    assert_eq!(fs::read_to_string(place.path("folder/my.toml")).unwrap(), text);
}
