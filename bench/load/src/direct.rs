//! The writers of `several` without a server: processes of the example `writers` of ibbi-postgres, which use the store directly.

use crate::Result;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// The lines that the writers of all processes have printed, counted.
#[derive(Debug, Default, Clone)]
pub(crate) struct Said {
    /// The ID of each acknowledged event, with its number.
    pub(crate) acknowledged: Vec<(String, u64)>,
    /// Answers after which an event was sent again.
    pub(crate) again: usize,
    /// Events that were there when they were sent again.
    pub(crate) known: usize,
    /// Any other answer.
    pub(crate) wrong: Vec<String>,
}

/// A process with writers. It is killed when it is dropped.
pub(crate) struct Process {
    program: PathBuf,
    address: String,
    writers: usize,
    child: Child,
    said: Arc<Mutex<Said>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Process {
    /// Creates the tables and the ledger.
    pub(crate) fn init(program: &Path, address: &str) -> Result<()> {
        let done = Command::new(program).args([address, "init"]).output()?;
        if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned().into()) }
    }

    /// Starts a process. What it says is added to `said`.
    pub(crate) fn start(program: &Path, address: &str, writers: usize, said: &Arc<Mutex<Said>>) -> Result<Self> {
        let mut command = Command::new(program);
        command.args([address, "run", &writers.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let shared = Arc::clone(said);
        let reader =
            std::thread::spawn(move || lines.map_while(std::io::Result::ok).for_each(|line| take(&shared, &line)));
        let (program, address) = (program.to_owned(), address.to_owned());
        Ok(Self { program, address, writers, child, said: Arc::clone(said), reader: Some(reader) })
    }

    /// Kills it as `kill -9` does, and starts another in its place.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let next = Self::start(&self.program, &self.address, self.writers, &self.said)?;
        drop(std::mem::replace(self, next));
        Ok(())
    }

    /// Waits until every writer has settled its last event.
    pub(crate) fn finish(&mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        self.join();
        if status.success() { Ok(()) } else { Err(format!("the writers ended with {status}").into()) }
    }

    fn join(&mut self) {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.join();
    }
}

fn take(said: &Mutex<Said>, line: &str) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    let mut words = line.splitn(2, ' ');
    let (what, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match what {
        "ack" => {
            if let Some((id, seq)) = rest.split_once(' ') {
                said.acknowledged.push((id.to_owned(), seq.parse().unwrap_or(0)));
            }
        }
        "doubt" | "later" => said.again += 1,
        "known" => said.known += 1,
        "wrong" => said.wrong.push(rest.to_owned()),
        _ => {}
    }
}
