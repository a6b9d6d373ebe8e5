//! Progress bars for long work. They are shown only if standard error is a terminal.

use ibbi_app::audit::ReadProgress;
use indicatif::{HumanCount, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::Duration;

/// Time before a bar appears.
const DELAY: Duration = Duration::from_millis(400);

/// A progress bar that appears only if the work takes long.
pub(crate) struct Bar {
    bar: ProgressBar,
    started: std::time::Instant,
}

impl Bar {
    pub(crate) fn new(total: u64, unit: &'static str) -> Self {
        Self::styled(Some(total), &format!("{{bar:30}} {{human_pos}}/{{human_len}} {unit}, {{rate}}/s, {{eta}} left"))
    }

    fn styled(total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}", HumanFloatCount(state.per_sec().round()));
            };
            bar.set_style(style.with_key("rate", rate).progress_chars("=> "));
        }
        Self { bar, started: std::time::Instant::now() }
    }

    /// Sets the number of items done.
    pub(crate) fn set(&self, done: u64) {
        if self.bar.is_hidden() && self.started.elapsed() > DELAY && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }

    /// Sets the number of items done and the number of all, if that was not known at the beginning.
    pub(crate) fn set_of(&self, done: u64, all: u64) {
        self.bar.set_length(all);
        self.set(done);
    }
}

/// Templates for a ledger of known length and for a stream.
const LEDGER: &str = "{bar:30} {percent}% {msg} events/s, {eta} left";
const STREAM: &str = "{spinner} {msg} events/s";

/// A progress bar for reading a ledger.
pub(crate) struct ReadingBar {
    bar: Option<Bar>,
    known: std::sync::Once,
}

impl ReadingBar {
    /// Creates a bar. It stays hidden if it would mix with data on the same terminal, or if a program reads the output.
    pub(crate) fn new(json: bool, streams: bool) -> Self {
        let out = std::io::stdout().is_terminal();
        let shown = if out { !streams } else { !json };
        let bar = shown.then(|| Bar::styled(None, STREAM));
        Self { bar, known: std::sync::Once::new() }
    }

    /// Sets how much of the ledger was read.
    pub(crate) fn set(&self, progress: ReadProgress) {
        let Some(bar) = &self.bar else { return };
        if let Some(total) = progress.total {
            self.known.call_once(|| {
                bar.bar.set_length(total);
                // The length of a stream is not known, so only a file gets a percentage.
                if let Ok(style) = ProgressStyle::with_template(LEDGER) {
                    bar.bar.set_style(style.progress_chars("=> "));
                }
            });
        }
        let rate = per_second(progress.lines, bar.started.elapsed());
        bar.bar.set_message(format!("{} lines, {}", HumanCount(progress.lines), HumanCount(rate)));
        bar.set(progress.bytes);
    }
}

fn per_second(count: u64, time: Duration) -> u64 {
    let rate = u128::from(count) * 1000 / time.as_millis().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_whole_and_zero_time_is_allowed() {
        for (count, millis, rate) in [(0, 0, 0), (5, 0, 5_000), (900, 300, 3_000), (u64::MAX, 1, u64::MAX)] {
            assert_eq!(per_second(count, Duration::from_millis(millis)), rate, "{count} in {millis} ms");
        }
    }

    #[test]
    fn only_a_ledger_of_known_length_shows_a_percentage() {
        let line = |total| {
            let reading = ReadingBar { bar: Some(Bar::styled(None, STREAM)), known: std::sync::Once::new() };
            reading.set(ReadProgress { lines: 1_200, bytes: 25, total });
            let bar = &reading.bar.as_ref().expect("the bar exists").bar;
            assert!(bar.is_hidden(), "the bar must not appear at once");
            (bar.position(), bar.length(), bar.message().starts_with("1,200 lines, "))
        };
        assert_eq!(line(Some(100)), (25, Some(100), true));
        assert_eq!(line(None), (25, None, true));
    }
}
