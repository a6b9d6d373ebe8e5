//! A server that this program starts and ends.

use crate::http::Client;
use crate::{Result, Settings};
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The address of most clients.
pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A running server. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Returns a folder for a measurement, and the path of its ledger.
pub(crate) fn place(settings: &Settings) -> Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir_in(&settings.folder)?;
    let ledger = folder.path().join("cases.ledger");
    Ok((folder, ledger))
}

/// Returns the program as a command, with a data folder of its own.
pub(crate) fn program(settings: &Settings) -> Command {
    let mut command = Command::new(&settings.program);
    let _ = std::fs::create_dir(settings.data.path().join("ibbi"));
    command.env("XDG_DATA_HOME", settings.data.path());
    command
}

/// Makes a token.
pub(crate) fn token(settings: &Settings, ledger: &Path, name: &str) -> Result<String> {
    let made = program(settings).args(["token", "new"]).arg(ledger).args([name, "--role", "staff"]).output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

impl Server {
    /// Starts a server on a ledger: a path, or the address of a database.
    pub(crate) fn start(settings: &Settings, ledger: &Path) -> Result<Self> {
        let mut command = program(settings);
        let option = if ledger.to_string_lossy().starts_with("postgres://") { "--store" } else { "--ledger" };
        command.args(["--json", "serve", "--port", "0", option]).arg(ledger).env_remove("IBBI_KEY");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let started: serde_json::Value = serde_json::from_str(&line)?;
        let address = started["address"].as_str().ok_or(line.clone())?;
        let address = address.trim_start_matches("http://").trim_end_matches('/').parse()?;
        Ok(Self { child, address })
    }

    /// Opens some cases. Returns their IDs.
    pub(crate) fn open_cases(&self, token: &str, count: usize) -> Result<Vec<String>> {
        let mut client = self.client(token)?;
        let open = |number: usize| {
            let answer =
                client.ask("POST", "/api/v1/cases", &format!(r#"{{"data":{{"district":"District {number}"}}}}"#))?;
            let opened: serde_json::Value = serde_json::from_slice(&answer.body)?;
            Ok(opened["case"].as_str().ok_or("no case")?.to_owned())
        };
        (0..count).map(open).collect()
    }

    pub(crate) fn client(&self, token: &str) -> Result<Client> {
        Client::new(self.address, LOCALHOST, token)
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Returns its memory in MiB: now (VmRSS), or the most so far (VmHWM).
    pub(crate) fn memory(&self, field: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).ok_or("no such field")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
