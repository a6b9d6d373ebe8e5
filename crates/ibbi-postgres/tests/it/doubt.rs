//! Commits whose outcome isn't known: they answer with a warning, or their connection is lost. Each is settled by the IDs of its
//! records, so that nothing is lost and nothing is there twice.

use crate::lines::{note, opened, record, sound};
use crate::server::{execute, new_ledger, open};
use ibbi_core::At;
use ibbi_postgres::{Address, Options, PostgresError, PostgresStore};
use ibbi_store::{AppendError, EventStore as _};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

/// Makes the commits of one ledger run a command of PL/pgSQL, under a condition on the ledger's row.
fn at_commit(address: &Address, condition: &str, command: &str) {
    let name = address.ledger().replace('-', "_");
    let ledger = address.ledger();
    execute(&format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {command}; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER {name} AFTER UPDATE ON ibbi_ledger DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (NEW.name = '{ledger}' AND {condition}) EXECUTE FUNCTION {name}()"
    ));
}

/// What PostgreSQL says when the wait for a standby is canceled: the transaction is committed here, and maybe nowhere else.
const WARNING: &str =
    "RAISE WARNING 'canceling wait for synchronous replication due to user request' USING ERRCODE = '01000'";

fn impatient(address: &Address) -> PostgresStore {
    let options = Options { patience: Duration::from_millis(300), ..Options::default() };
    PostgresStore::open(address, &options).expect("the store opens")
}

#[test]
fn a_commit_with_a_warning_is_settled_by_a_later_one_without() {
    let Some(address) = new_ledger() else { return };
    at_commit(&address, "NEW.settled = 0", WARNING);
    let store = open(&address, None);
    let (mut history, first) = opened();
    let written = store.append(std::slice::from_ref(&first)).expect("it is settled");
    assert!(written[0].existing, "the second try finds what the first one wrote");
    assert_eq!(store.published_lines().expect("a number"), 2, "the second commit had no warning");
    store.append(&[record(&mut history, note("so"))]).expect("no warning any more");
    assert_eq!(store.case(history.id()).expect("a case").len(), 2, "nothing is there twice");
    sound(&store);
}

#[test]
fn a_setting_that_hides_warnings_hides_none_here() {
    let Some(address) = new_ledger() else { return };
    let server = std::env::var("IBBI_POSTGRES").expect("there is a server");
    let quiet = format!("{server} options='-c client_min_messages=error -c synchronous_commit=off'");
    let quiet = quiet.parse::<Address>().expect("an address").with_ledger(address.ledger());
    at_commit(&address, "NEW.settled = 0", WARNING);
    let written = open(&quiet, None).append(&[opened().1]).expect("it is settled");
    assert!(written[0].existing, "the warning was seen");
}

#[test]
fn nothing_is_published_while_every_commit_has_a_warning() {
    let Some(address) = new_ledger() else { return };
    at_commit(&address, "true", WARNING);
    let store = impatient(&address);
    let (_, first) = opened();
    let error = store.append(std::slice::from_ref(&first)).expect_err("it stays in doubt");
    assert!(matches!(error, AppendError::InDoubt { .. }), "{error}");
    assert!(error.to_string().contains("canceling wait"), "{error}");
    assert_eq!(store.head().expect("an end").lines, 2, "the line is visible here");
    let error = store.published_lines().expect_err("no commit was acknowledged");
    assert!(matches!(error, PostgresError::InDoubt { .. }), "{error}");
    let reader = PostgresStore::open(&address, &Options { read_only: true, ..Options::default() });
    assert_eq!(reader.expect("the store opens").published_lines().expect("a number"), 0);
    // The standby is back: the same records with the same IDs are there once.
    let name = address.ledger().replace('-', "_");
    execute(&format!("DROP TRIGGER {name} ON ibbi_ledger"));
    assert!(store.append(&[first]).expect("it is settled")[0].existing);
    assert_eq!(store.published_lines().expect("a number"), 2);
    sound(&store);
}

#[test]
fn what_is_there_is_found_whatever_the_clock_says() {
    let Some(address) = new_ledger() else { return };
    let time = Arc::new(AtomicI64::new(1_790_000_000_000));
    let read = Arc::clone(&time);
    let store =
        open(&address, Some(Arc::new(move || Ok(At::from_millis(read.load(Ordering::SeqCst)).expect("an instant")))));
    let (mut history, first) = opened();
    store.append(std::slice::from_ref(&first)).expect("the case is opened");
    // Another server is the primary now, and its clock is a day behind.
    time.fetch_sub(24 * 3_600_000, Ordering::SeqCst);
    assert!(store.append(&[first]).expect("it is there")[0].existing);
    let error = store.append(&[record(&mut history, note("new"))]).expect_err("a new line has no right time");
    assert!(matches!(error, AppendError::ClockWentBack { .. }), "{error:?}");
}

#[test]
fn nothing_is_appended_to_lines_that_are_not_those_of_the_ledgers_row() {
    let Some(address) = new_ledger() else { return };
    let (store, other) = (impatient(&address), open(&address, None));
    let (mut history, first) = opened();
    other.append(&[first]).expect("the case is opened");
    execute(&format!(
        "UPDATE ibbi_line SET line = overlay(line placing 'Z'::bytea from position('Maple'::bytea in line))
         WHERE seq = 2 AND ledger = (SELECT ledger FROM ibbi_ledger WHERE name = '{}')",
        address.ledger()
    ));
    for _ in 0..2 {
        let error = store.append(&[record(&mut history.clone(), note("so"))]).expect_err("the last line was changed");
        assert!(error.to_string().contains("changed while it was read"), "{error}");
    }
    other.append(&[record(&mut history, note("so"))]).expect("its lines are those of the row");
    for _ in 0..2 {
        let error = store.head().expect_err("the chain is broken now").to_string();
        assert!(error.contains("line 3"), "{error}");
    }
}

#[test]
fn a_server_process_that_is_killed_in_a_commit_loses_nothing() {
    let Some(address) = new_ledger() else { return };
    // The third commit of the ledger is killed before it is one. A setting remembers it, because the row doesn't.
    let name = address.ledger().replace('-', "_");
    execute(&format!("CREATE SEQUENCE {name}_count"));
    let count = format!(
        "IF nextval('{name}_count') = 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF"
    );
    at_commit(&address, "true", &count);
    let store = open(&address, None);
    let (mut history, first) = opened();
    store.append(&[first]).expect("the case is opened");
    for number in 0..6 {
        let written = store.append(&[record(&mut history, note(&number.to_string()))]).expect("a note");
        assert_eq!((written[0].rev, written[0].existing), (number + 2, false));
    }
    assert_eq!(store.head().expect("an end").lines, 8, "nothing is lost, and nothing is there twice");
    sound(&store);
}

/// A connection between a store and the server that breaks after a number of commits, when the server has answered the commit and the
/// store hasn't got the answer.
struct Cable {
    port: u16,
    /// How many commits get their answers before the cable breaks.
    left: Arc<AtomicI64>,
    broken: Arc<AtomicUsize>,
}

impl Cable {
    fn to(socket: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (left, broken) = (Arc::new(AtomicI64::new(i64::MAX)), Arc::new(AtomicUsize::new(0)));
        let cable = Self { port, left: Arc::clone(&left), broken: Arc::clone(&broken) };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = UnixStream::connect(&socket).expect("the server");
                let breaks = Arc::new(AtomicUsize::new(0));
                let (from, to) = (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                let (left, sent, broken) = (Arc::clone(&left), Arc::clone(&breaks), Arc::clone(&broken));
                std::thread::spawn(move || upward(from, to, &left, &sent));
                std::thread::spawn(move || downward(server, client, &breaks, &broken));
            }
        });
        cable
    }
}

/// Carries what the store sends. After the last commit, no answer comes back.
fn upward(mut from: TcpStream, mut to: UnixStream, left: &AtomicI64, breaks: &AtomicUsize) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let commits = buffer[..read].windows(7).any(|window| window == b"COMMIT\0");
        if commits && left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            breaks.store(1, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Carries what the server answers, until the cable breaks.
fn downward(mut from: UnixStream, mut to: TcpStream, breaks: &AtomicUsize, broken: &AtomicUsize) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if breaks.load(Ordering::SeqCst) > 0 && buffer[..read].windows(7).any(|window| window == b"COMMIT\0") {
            broken.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn commits_whose_answers_are_lost_are_there_once() {
    let Some(address) = new_ledger() else { return };
    let Some(folder) = socket_folder() else { return };
    let cable = Cable::to(format!("{folder}/.s.PGSQL.5432"));
    let text = address.to_string();
    let database = text.split('/').nth(3).and_then(|rest| rest.split('?').next()).expect("a database");
    let user = text.split("//").nth(1).and_then(|rest| rest.split('@').next()).expect("a user");
    let through = format!("postgres://{user}@127.0.0.1:{}/{database}?ledger={}", cable.port, address.ledger());
    let through: Address = format!("{through}&sslmode=disable").parse().expect("an address");
    let store = open(&through, None);
    let (mut history, first) = opened();
    store.append(&[first]).expect("the case is opened");
    for number in 0..12 {
        if number % 3 == 0 {
            cable.left.store(0, Ordering::SeqCst);
        }
        let new = record(&mut history, note(&number.to_string()));
        // After a loss, the next connection is whole.
        let done = std::thread::scope(|scope| {
            let write = scope.spawn(|| store.append(std::slice::from_ref(&new)));
            while number % 3 == 0 && cable.broken.load(Ordering::SeqCst) <= number / 3 {
                std::thread::sleep(Duration::from_millis(1));
            }
            cable.left.store(i64::MAX, Ordering::SeqCst);
            write.join().expect("the thread ends")
        });
        let written = done.expect("the note is written");
        assert_eq!((written[0].rev, written[0].existing), (number as u64 + 2, number % 3 == 0), "note {number}");
    }
    assert_eq!(cable.broken.load(Ordering::SeqCst), 4);
    assert_eq!(store.head().expect("an end").lines, 14, "nothing is lost, and nothing is there twice");
    sound(&store);
}

/// Returns the folder of the server's socket, if it listens on one.
fn socket_folder() -> Option<String> {
    let server = std::env::var("IBBI_POSTGRES").ok()?;
    let folder = server.split_whitespace().find_map(|word| word.strip_prefix("host=/"));
    if folder.is_none() {
        println!("skipped: the server of IBBI_POSTGRES is not on a Unix socket");
    }
    folder.map(|folder| format!("/{folder}"))
}
