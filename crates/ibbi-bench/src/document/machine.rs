//! What the figures were measured on, as the system tells it.

use crate::peers::python;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// A table of the machine's facts and of the versions that were measured; what the system does not tell is left out.
pub(super) fn facts(folder: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let version = |program: &str, argument: &str| said(Command::new(program).arg(argument));
    let rows = [
        ("day", day()),
        ("processor", field("/proc/cpuinfo", "model name").map(|model| format!("{model}, {cores} cores"))),
        (
            "its instructions for SHA-256",
            flags().map(|flags| if flags.contains(" sha_ni") { "yes" } else { "no" }.into()),
        ),
        ("memory", field("/proc/meminfo", "MemTotal").and_then(|kib| gibibytes(&kib))),
        ("system", said(Command::new("uname").arg("-sr"))),
        (
            "disk of the files",
            said(Command::new("df").args(["--output=source,fstype"]).arg(folder)).and_then(last_line),
        ),
        ("Rust", version("rustc", "--version")),
        ("Python", version(&python(), "--version")),
        ("Node.js", version("node", "--version")),
        ("PostgreSQL", version("psql", "--version")),
    ];
    let mut text = "| | |\n|---|---|\n".to_owned();
    for (name, value) in rows {
        if let Some(value) = value {
            text.push_str(&format!("| {name} | {value} |\n"));
        }
    }
    text
}

/// The load on the machine: of the last minute, and of the last five.
pub(super) fn load() -> Option<(f64, f64)> {
    let text = read_to_string("/proc/loadavg").ok()?;
    let mut words = text.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// The first line that a program prints.
fn said(command: &mut Command) -> Option<String> {
    let said = command.output().ok().filter(|said| said.status.success())?;
    Some(String::from_utf8_lossy(&said.stdout).trim().to_owned()).filter(|text| !text.is_empty())
}

fn last_line(text: String) -> Option<String> {
    text.lines().last().map(|line| line.split_whitespace().collect::<Vec<_>>().join(", "))
}

/// The value of a `key : value` line.
fn field(path: &str, key: &str) -> Option<String> {
    let text = read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn flags() -> Option<String> {
    field("/proc/cpuinfo", "flags").map(|flags| format!(" {flags}"))
}

fn gibibytes(kib: &str) -> Option<String> {
    let kib: f64 = kib.trim_end_matches(" kB").parse().ok()?;
    Some(format!("{:.0} GiB", kib / 1024.0 / 1024.0))
}

/// Today, in UTC.
fn day() -> Option<String> {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis();
    let now = ibbi_core::At::from_millis(i64::try_from(millis).ok()?)?;
    Some(now.utc_date().to_string())
}
