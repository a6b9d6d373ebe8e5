//! A full disk and a second writer: a clear error, and a ledger that is whole and takes records again.

use crate::appender;
use crate::support::server::Server;
use crate::support::{Place, RunOutput};
use ibbi_log::{LedgerReader, Uuid};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// Something cannot be read or written.
const IO: i32 = 5;

fn appender(args: &[&str]) -> Command {
    let mut command = appender::command(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ids(path: &Path) -> BTreeSet<Uuid> {
    let records = LedgerReader::new(fs::File::open(path).expect("a ledger"));
    records.map(|record| record.expect("every line is good").id).collect()
}

/// Records notes until one fails. Returns how it failed, and which were acknowledged.
fn fill(mut record: impl FnMut(&str) -> RunOutput) -> (RunOutput, BTreeSet<Uuid>) {
    let mut acknowledged = BTreeSet::new();
    for number in 0..400 {
        let id = Uuid::from_u128(1_000_000 + number);
        let result = record(&id.to_string());
        if result.code != 0 {
            return (result, acknowledged);
        }
        acknowledged.insert(id);
    }
    panic!("the space never ends");
}

/// The ledger after the failure: all that was acknowledged, and the record that failed can be sent again.
fn recovers(place: &Place, ledger: &str, acknowledged: &BTreeSet<Uuid>) {
    let again = Uuid::from_u128(1_000_000 + acknowledged.len() as u128);
    place.done(&[&["record", ledger], &EVENT[..], &["--id", &again.to_string()]].concat());
    let result = place.done(&["verify", ledger]);
    assert!(result.starts_with("sound"), "{result}");
    let found = ids(&place.path(ledger));
    assert!(acknowledged.is_subset(&found), "lost: {:?}", acknowledged.difference(&found));
    assert!(found.contains(&again));
    assert_eq!(found.len(), acknowledged.len() + 2, "nothing else but the case's opening");
}

/// An event without a confidential text, so that only the ledger's own file grows.
const EVENT: [&str; 3] = ["contract_dates_changed", "contract_expires=2030-06-30", "evergreen=true"];

#[test]
fn file_size_limit_leaves_a_sound_ledger() {
    // Without the trap, the system ends the process by a signal instead of refusing the write.
    for trap in ["trap '' XFSZ; ", ""] {
        let place = Place::new();
        place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
        let (result, acknowledged) = fill(|id| {
            let line = format!("{trap}ulimit -f 40; ibbi record my.ledger {} --id {id}", EVENT.join(" "));
            place.type_line(&line)
        });
        if trap.is_empty() {
            assert!(result.code > 128, "ended by a signal: {result:?}");
        } else {
            assert_eq!(result.code, IO, "{result:?}");
            assert!(result.err.contains("in doubt") && result.err.contains("File too large"), "{}", result.err);
            println!("at a file's limit, after {} records: {}", acknowledged.len(), result.err.trim());
        }
        assert!(!acknowledged.is_empty());
        recovers(&place, "my.ledger", &acknowledged);
    }
}

#[test]
fn failed_server_still_shows_its_ledger() {
    let place = Place::new();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
    let mut command = place.shell("trap '' XFSZ; ulimit -f 40; exec ibbi --json serve --ledger my.ledger --port 0");
    command.stdin(Stdio::null());
    let server = Server::started(&place, command);
    let list: Value = serde_json::from_str(&server.ask("GET", "/api/v1/cases", "").1).expect("JSON");
    let case = list["cases"][0]["case"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/cases/{case}/events");
    let note = |id: Uuid| {
        let data = json!({ "contract_expires": "2030-06-30", "evergreen": true });
        json!({ "type": "contract_dates_changed", "data": data, "id": id }).to_string()
    };
    let mut acknowledged = BTreeSet::new();
    let (doubtful, result) = loop {
        let id = Uuid::from_u128(2_000_000 + acknowledged.len() as u128);
        match server.ask("POST", &path, &note(id)) {
            (201, _) => assert!(acknowledged.insert(id) && acknowledged.len() < 400, "the space never ends"),
            (status, result) => break (id, (status, serde_json::from_str::<Value>(&result).expect("a problem"))),
        }
    };
    assert_eq!((result.0, &result.1["code"], &result.1["id"]), (503, &json!("in-doubt"), &json!(doubtful)));
    let detail = result.1["detail"].as_str().expect("a text");
    assert!(detail.contains("File too large") && detail.contains("tries again by itself"), "{detail}");
    assert!(!detail.contains("--id"), "that is for people who type commands: {detail}");
    println!("a server at a file's limit, after {} events: {detail}", acknowledged.len());
    // Later ones are not in doubt: nothing of them was written.
    let later = Uuid::from_u128(3_000_000);
    let (status, result) = server.ask("POST", &path, &note(later));
    let result: Value = serde_json::from_str(&result).expect("a problem");
    assert_eq!((status, &result["code"]), (503, &json!("read-only")));
    assert!(result["detail"].as_str().is_some_and(|detail| detail.contains("nothing was recorded")), "{result}");
    // Whoever sends the first again gets no other answer than before, and reading goes on.
    assert_eq!(server.ask("POST", &path, &note(doubtful)).0, 503);
    let (status, shown) = server.ask("GET", &format!("/api/v1/cases/{case}/replay"), "");
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!((status, shown["moments"].as_array().map(Vec::len)), (200, Some(acknowledged.len() + 1)));
    let form = format!("type=note_added&text=x&id={later}");
    let (status, page) = server.ask("POST", &format!("/cases/{case}"), &form);
    assert!(status == 503 && page.contains("othing was recorded"), "{status} {page}");
    let (_, copy) = server.ask("GET", "/api/v1/ledger", "");
    let lines = copy.lines().filter(|line| line.starts_with('{')).count();
    assert_eq!(lines, acknowledged.len() + 2, "what was not acknowledged is not handed out");
    assert_eq!(server.end("-TERM"), 0);
    // With room again: the ledger is whole, and what was in doubt can be sent again.
    let server = Server::start(&place, &["--ledger", "my.ledger", "--port", "0"]);
    assert!(matches!(server.ask("POST", &path, &note(doubtful)).0, 200 | 201));
    assert_eq!(server.ask("POST", &path, &note(later)).0, 201);
    assert_eq!(server.end("-TERM"), 0);
    assert!(place.done(&["verify", "my.ledger"]).starts_with("sound"));
    let found = ids(&place.path("my.ledger"));
    assert!(acknowledged.is_subset(&found) && found.contains(&doubtful) && found.contains(&later));
    assert_eq!(found.len(), acknowledged.len() + 3, "the case's opening, and each event once");
}

/// A small file system that is gone with this value.
struct Small<'a>(&'a Place);

impl<'a> Small<'a> {
    fn mount(place: &'a Place) -> Option<Self> {
        fs::create_dir(place.path("small")).expect("a directory");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(place.path("small"));
        let mounted = command.output().is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: no small file system can be mounted here");
        }
        mounted.then_some(Self(place))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path("small")).status();
    }
}

#[test]
fn text_that_cannot_be_stored_is_not_recorded() {
    let place = Place::new();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
    let note = |line: &str| {
        place.type_line(&format!("{line}ibbi record my.ledger note_added text='{}'", "a note ".repeat(500).trim()))
    };
    for _ in 0..3 {
        assert_eq!(note("").code, 0);
    }
    let before = fs::read(place.path("my.ledger")).expect("a ledger");
    let result = note("trap '' XFSZ; ulimit -f 8; ");
    assert_eq!(result.code, IO, "{result:?}");
    assert!(result.err.contains("cannot store the confidential texts in my.ledger.texts"), "{}", result.err);
    assert_eq!(fs::read(place.path("my.ledger")).expect("a ledger"), before, "nothing was recorded");
    // What the failed try left in the file of texts does no harm.
    assert_eq!(note("").code, 0);
    assert_eq!(
        place.done(&["replay", "my.ledger"]).matches("a note a note").count(),
        4 * 250,
        "four notes of 500 parts"
    );
    assert!(place.done(&["verify", "my.ledger"]).starts_with("sound"));
}

#[test]
fn full_disk_leaves_a_sound_ledger() {
    let place = Place::new();
    let Some(_mounted) = Small::mount(&place) else { return };
    fs::write(place.path("small/ballast"), vec![0; 8 * 1024]).expect("a file");
    place.done(&["new", "small/my.ledger", "--district", "Maple Hollow"]);
    let (result, acknowledged) =
        fill(|id| place.ibbi(&[&["record", "small/my.ledger"], &EVENT[..], &["--id", id]].concat()));
    assert_eq!(result.code, IO, "{result:?}");
    assert!(result.err.contains("No space left"), "{}", result.err);
    // Whoever gave no id of its own learns which one the record has, to send it again.
    let again = format!("--id {}", Uuid::from_u128(1_000_000 + acknowledged.len() as u128));
    assert!(result.err.contains(&again), "{}", result.err);
    println!("on a full disk, after {} records: {}", acknowledged.len(), result.err.trim());
    // Reading goes on while there is no space; so does verifying what is whole.
    place.done(&["status", "small/my.ledger"]);
    let result = place.ibbi(&["new", "small/other.ledger", "--district", "Birch Falls"]);
    assert_eq!(result.code, IO, "{result:?}");
    fs::remove_file(place.path("small/ballast")).expect("a file");
    recovers(&place, "small/my.ledger", &acknowledged);
}

#[test]
fn second_process_learns_who_holds_the_lock() {
    let place = Place::new();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
    let path = place.path("my.ledger");
    let mut holder = appender(&[path.to_str().expect("UTF-8")]).spawn().expect("the appender starts");
    let mut line = String::new();
    BufReader::new(holder.stderr.take().expect("a pipe")).read_line(&mut line).expect("it reports that it holds it");
    assert_eq!(line, "held 2\n");
    let named = format!("my.ledger is locked by process {} on ", holder.id());
    std::thread::scope(|scope| {
        for args in [&["record", "my.ledger", "note_added", "text=so"][..], &["new", "my.ledger", "--district", "Y"]] {
            let (place, named) = (&place, &named);
            scope.spawn(move || {
                let result = place.ibbi(args);
                assert_eq!(result.code, IO, "{result:?}");
                assert!(result.err.contains(named), "{}", result.err);
            });
        }
    });
    place.done(&["status", "my.ledger"]);
    place.done(&["verify", "my.ledger"]);
    drop(holder.stdin.take());
    assert!(holder.wait().expect("a child").success());
    place.done(&["record", "my.ledger", "note_added", "text=so"]);
}

#[test]
fn racing_processes_write_one_at_a_time() {
    const EACH: u64 = 25;
    let (mut refused, mut races) = (0, 0);
    while races < 10 {
        let place = Place::new();
        place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
        let path = place.path("my.ledger");
        let racers: Vec<_> = (0..4)
            .map(|racer: u64| {
                let (from, count) = ((1000 * (racer + 1)).to_string(), EACH.to_string());
                let args = [path.to_str().expect("UTF-8"), "race", &from, &count];
                let mut command = appender(&args);
                command.stdin(Stdio::null());
                command
            })
            .collect();
        let running: Vec<_> = racers.into_iter().map(|mut racer| racer.spawn().expect("the appender starts")).collect();
        for mut racer in running {
            let (mut out, mut err) = (String::new(), String::new());
            racer.stdout.take().expect("a pipe").read_to_string(&mut out).expect("UTF-8");
            racer.stderr.take().expect("a pipe").read_to_string(&mut err).expect("UTF-8");
            assert!(racer.wait().expect("a child").success(), "{out}{err}");
            let last = err.lines().last().and_then(|line| line.strip_prefix("refused ")).expect("how often it waited");
            let times: u64 = last.parse().expect("a number");
            assert!(times == 0 || err.contains("is locked by "), "{err}");
            refused += times;
        }
        let result = place.done(&["verify", "my.ledger"]);
        assert!(result.starts_with("sound"), "{result}");
        let expected = (1..=4).flat_map(|racer| 1000 * racer..1000 * racer + EACH).map(|id| Uuid::from_u128(id.into()));
        let found = ids(&path);
        assert!(expected.clone().all(|id| found.contains(&id)), "all that was acknowledged is there");
        assert_eq!(found.len(), expected.count() + 1);
        races += 1;
    }
    println!("{races} races of 4 processes for {EACH} records each: {refused} times one had to wait");
}
