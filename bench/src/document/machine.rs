//! The machine that the figures were measured on, as the system reports it.

use crate::peers::python;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns a table of the machine's facts and the measured versions. Facts that the system does not report are left out.
pub(super) fn facts(folder: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let version = |program: &str, argument: &str| output_of(Command::new(program).arg(argument));
    let rows = [
        ("day", day()),
        ("processor", field("/proc/cpuinfo", "model name").map(|model| format!("{model}, {cores} cores"))),
        (
            "its instructions for SHA-256",
            flags().map(|flags| if flags.contains(" sha_ni") { "yes" } else { "no" }.into()),
        ),
        ("memory", field("/proc/meminfo", "MemTotal").and_then(|kib| gibibytes(&kib))),
        ("system", output_of(Command::new("uname").arg("-sr"))),
        (
            "disk of the files",
            output_of(Command::new("df").args(["--output=source,fstype"]).arg(folder)).and_then(last_line),
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

/// The processors' time since the machine started, in whatever unit the system counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent {
    /// All of it, idle time too.
    all: u64,
    /// By anybody.
    busy: u64,
    /// By this process and its children that have ended.
    own: u64,
}

impl Spent {
    /// Reads the time spent until now, if the system reports it.
    pub(super) fn now() -> Option<Self> {
        let stat = read_to_string("/proc/stat").ok()?;
        let columns = numbers(stat.lines().next()?.strip_prefix("cpu")?);
        let [user, nice, system, idle, waiting, irq, softirq, steal, ..] = *columns.as_slice() else { return None };
        let busy = user + nice + system + irq + softirq + steal;
        // The name in brackets may hold blanks; the times of the process and its children are the 12th to 15th after it.
        let process = read_to_string("/proc/self/stat").ok()?;
        let own = numbers(process.rsplit_once(')')?.1).into_iter().skip(11).take(4).sum();
        Some(Self { all: busy + idle + waiting, busy, own })
    }

    /// The share of the processors' time that others took since an earlier point, in percent.
    pub(super) fn by_others(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        let busy = self.busy.saturating_sub(earlier.busy);
        busy.saturating_sub(self.own.saturating_sub(earlier.own)) as f64 * 100.0 / all as f64
    }
}

/// Numbers between blanks; what is none counts as 0, so that places stay.
fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace().map(|word| word.parse().unwrap_or(0)).collect()
}

/// The first line that a program prints.
fn output_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| !text.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_took_is_the_busy_time_that_is_not_ours() {
        let earlier = Spent { all: 1_000, busy: 300, own: 50 };
        let now = Spent { all: 1_200, busy: 400, own: 140 };
        assert!((now.by_others(earlier) - 5.0).abs() < 1e-9);
        assert!(earlier.by_others(earlier).abs() < 1e-9);
    }
}
