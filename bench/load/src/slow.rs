//! Readers that take a ledger of a million events slowly, and the memory that this costs the server.

use crate::server::{Server, place, token};
use crate::{Result, Settings};
use std::io::Read as _;
use std::process::Command;
use std::time::{Duration, Instant};

const READERS: usize = 5;
/// How long they read, and how much each takes every tenth of a second.
const TIME: Duration = Duration::from_secs(10);
const PIECE: usize = 4096;

/// What is read, and the form in which it is accepted.
const READ: [(&str, &str); 4] = [
    ("/api/v1/ledger", "*/*"),
    ("/api/v1/ledger/export/csv", "*/*"),
    ("/api/v1/ledger/export/cloudevents", "*/*"),
    ("/api/v1/records?after=0", "text/event-stream"),
];

pub(crate) fn run(settings: &Settings) -> Result<()> {
    let (folder, ledger) = place(settings)?;
    let scenario = folder.path().join("s.toml");
    let new = Command::new(&settings.program).args(["scenario", "new"]).arg(&scenario).output()?;
    let made = Command::new(&settings.program)
        .arg("simulate")
        .arg(&scenario)
        .args(["--runs", "40000", "--keep"])
        .arg(&ledger)
        .output()?;
    if !new.status.success() || !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    let token = token(settings, &ledger, "readers")?;
    let server = Server::start(settings, &ledger)?;
    let answer = server.client(&token)?.ask("GET", "/api/v1/cases?limit=1", "")?;
    let list: serde_json::Value = serde_json::from_slice(&answer.body)?;
    println!(
        "\n{READERS} slow readers of a ledger of {} lines ({} MiB)\n",
        list["lines"],
        std::fs::metadata(&ledger)?.len() >> 20
    );
    println!("| what they read | before | while they read | the most | more |\n|---|---|---|---|---|");
    for (path, accepted) in READ {
        // The first response makes what all later ones share.
        server.client(&token)?.ask("GET", "/cases", "")?;
        let before = server.memory("VmRSS")?;
        let mut readers = Vec::new();
        for _ in 0..READERS {
            let mut client = server.client(&token)?;
            client.send("GET", path, &format!("accept: {accepted}"), 0, b"")?;
            readers.push(client);
        }
        let (begun, mut most) = (Instant::now(), 0.0_f64);
        while begun.elapsed() < TIME {
            for reader in &mut readers {
                let stream = reader.stream.get_mut();
                stream.set_read_timeout(Some(Duration::from_millis(20)))?;
                // Nothing has come yet, or a piece has.
                let _ = stream.read(&mut [0; PIECE]);
            }
            most = most.max(server.memory("VmRSS")?);
            std::thread::sleep(Duration::from_millis(100));
        }
        let during = server.memory("VmRSS")?;
        drop(readers);
        println!("| `{path}` | {before:.0} MiB | {during:.0} MiB | {most:.0} MiB | {:.0} MiB |", most - before);
    }
    Ok(())
}
