//! A process that appends to a ledger until it is killed, and reports when it tries a batch and when the batch is durable.
//!
//! The process is this test binary again, so that no other program has to be built. Its reports go to standard error,
//! because standard output belongs to the test harness. The arguments are one of:
//! - `LEDGER KEY FROM`: creates the ledger if there is none, and appends records whose IDs count from FROM: small
//!   batches, some large ones, and sometimes a checkpoint.
//! - `LEDGER`: opens the ledger, reports this, and holds it until standard input ends.
//! - `LEDGER race FROM COUNT`: appends one record each time it gets the lock.

use ibbi_core::events::NoteAdded;
use ibbi_core::{At, History, Name, NoteText};
use ibbi_log::{NewLedger, NewRecord, OpenError, Uuid};
use ibbi_seal::{PrivateKey, SealedLedger, sign_checkpoint};
use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _, stderr, stdin};
use std::path::Path;
use std::process::{Command, Stdio};

/// The instant of every record; the tests are not about time.
const NOW: i64 = 1_790_971_200_000;

/// The environment variable with the arguments, one per line.
const ARGUMENTS: &str = "IBBI_TEST_APPENDER";

/// Returns the command that starts the process.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a test has a path"));
    command.args(["--exact", "appender::appends_as_a_process", "--nocapture", "--quiet"]);
    command.env(ARGUMENTS, args.join("\n"));
    command
}

/// The process, if a test started it with arguments. Otherwise starts it once, as those tests do.
#[test]
fn appends_as_a_process() {
    let Ok(args) = std::env::var(ARGUMENTS) else { return holds_until_its_input_ends() };
    let args: Vec<&str> = args.lines().collect();
    let result = match args[..] {
        [ledger] => hold(Path::new(ledger)),
        [ledger, "race", from, count] => {
            race(Path::new(ledger), from.parse().expect("a number"), count.parse().expect("a number"))
        }
        [ledger, key, from] => append(Path::new(ledger), Path::new(key), from.parse().expect("a number")),
        _ => panic!("the arguments are LEDGER [KEY FROM | race FROM COUNT]: {args:?}"),
    };
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Starts the process on a new ledger, which it must hold until its input ends.
fn holds_until_its_input_ends() {
    let place = crate::support::Place::new();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
    let path = place.path("my.ledger");
    let mut process = command(&[path.to_str().expect("UTF-8")]);
    process.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = process.spawn().expect("this binary starts again");
    let mut result = String::new();
    let stderr = process.stderr.take().expect("a pipe");
    BufReader::new(stderr).read_line(&mut result).expect("it reports");
    assert_eq!(result, "held 2\n");
    ibbi_log::Ledger::open(&path).expect_err("the process holds the ledger");
    drop(process.stdin.take());
    assert!(process.wait().expect("a child").success());
    ibbi_log::Ledger::open(&path).expect("the process has ended");
}

/// Reports one line. If no one reads the pipe anymore, the process ends.
fn report(line: std::fmt::Arguments<'_>) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(stderr(), "{line}")?)
}

fn hold(path: &Path) -> Result<(), Box<dyn Error>> {
    let ledger = ibbi_seal::open(path)?;
    report(format_args!("held {}", ledger.head().lines))?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn at() -> Result<At, Box<dyn Error>> {
    Ok(At::from_millis(NOW).ok_or("an instant")?)
}

/// The cases of this process: a new one every 50 records. No other process has recorded anything in them.
struct Cases {
    from: u64,
    history: History,
}

impl Cases {
    fn new(from: u64) -> Self {
        Self { from, history: History::new() }
    }

    /// Returns the next record of the present case. The first record of a case opens it.
    fn record(&mut self, number: u64, text: &str) -> Result<NewRecord, Box<dyn Error>> {
        let case = Uuid::from_u64_pair(self.from, 1 + (number - self.from) / 50);
        if self.history.id() != case {
            self.history = History::for_case(case);
        }
        let event = match self.history.revision() {
            0 => ibbi_testing::records::legal_event(0),
            _ => NoteAdded { text: NoteText::new(text)? }.into(),
        };
        let seq = self.history.revision() + 1;
        let accepted = self.history.accept(Uuid::from_u128(u128::from(number)), seq, at()?, event);
        let accepted = accepted.map_err(|refusal| refusal.to_string())?;
        Ok(NewRecord::new(accepted, Name::new("clerk@example.org")?))
    }
}

fn open(path: &Path) -> Result<SealedLedger, Box<dyn Error>> {
    let new = NewLedger {
        id: Uuid::from_u128(1),
        actor: Name::new("clerk@example.org")?,
        at: at()?,
        origin: Name::new("example.org/ibbi")?,
        program: Name::new("appender")?,
    };
    match ibbi_seal::open(path) {
        Err(OpenError::Unfinished { .. }) => Ok(ibbi_seal::create(path, &new)?),
        Err(OpenError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(ibbi_seal::create(path, &new)?)
        }
        other => Ok(other?),
    }
}

fn append(path: &Path, key: &Path, mut next: u64) -> Result<(), Box<dyn Error>> {
    let key = PrivateKey::load(key)?;
    let (mut ledger, mut cases) = (open(path)?, Cases::new(next));
    report(format_args!("open {}", ledger.head().lines))?;
    let long = "a note of some length, ".repeat(170) + "end";
    loop {
        // A large batch takes the system a while to write, so that a kill sometimes cuts it off in the middle.
        let (count, text) = if next % 11 == 3 { (500, long.as_str()) } else { (1 + next % 5, "a note") };
        let batch = (next..next + count).map(|number| cases.record(number, text)).collect::<Result<Vec<_>, _>>()?;
        report(format_args!("try {next} {count}"))?;
        ledger.append(&batch, at()?)?;
        report(format_args!("done {next} {count}"))?;
        next += count;
        if next.is_multiple_of(13) {
            let signed = sign_checkpoint(&mut ledger, &key, at()?)?;
            report(format_args!("signed {}", signed.checkpoint().size))?;
        }
    }
}

fn race(path: &Path, from: u64, count: u64) -> Result<(), Box<dyn Error>> {
    let (mut next, mut refused) = (from, 0_u64);
    let mut cases = Cases::new(from);
    while next < from + count {
        match ibbi_seal::open(path) {
            Ok(mut ledger) => {
                // The times are those of the test, not of the clock.
                ledger.trust_clock();
                ledger.append(&[cases.record(next, "a note")?], at()?)?;
                next += 1;
            }
            Err(error @ OpenError::Locked { .. }) => {
                if refused == 0 {
                    report(format_args!("{error}"))?;
                }
                refused += 1;
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            Err(other) => return Err(other.into()),
        }
    }
    report(format_args!("refused {refused}"))
}
