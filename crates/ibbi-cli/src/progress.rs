//! A bar on the terminal for work that takes more than a moment. Nothing is shown where standard error is no terminal.

use ibbi_audit::Progress;
use indicatif::{HumanCount, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::Duration;

/// What is done in less time than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(400);

/// A bar over so many things, which appears only if they take long.
pub(crate) struct Bar {
    bar: ProgressBar,
    begun: std::time::Instant,
}

impl Bar {
    pub(crate) fn new(total: u64, unit: &'static str) -> Self {
        Self::styled(Some(total), &format!("{{bar:30}} {{human_pos}}/{{human_len}} {unit}, {{rate}}/s, {{eta}} left"))
    }

    fn styled(total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // A rate of part of a thing says nothing; whole ones are told.
                let _ = write!(out, "{}", HumanFloatCount(state.per_sec().round()));
            };
            bar.set_style(style.with_key("rate", rate).progress_chars("=> "));
        }
        Self { bar, begun: std::time::Instant::now() }
    }

    /// So many are done.
    pub(crate) fn at(&self, done: u64) {
        if self.bar.is_hidden() && self.begun.elapsed() > PATIENCE && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }
}

/// What is shown of a ledger whose length is known, and of a stream.
const LEDGER: &str = "{bar:30} {percent}% {msg} events/s, {eta} left";
const STREAM: &str = "{spinner} {msg} events/s";

/// A bar over a ledger that is being read.
pub(crate) struct Reading {
    bar: Option<Bar>,
    known: std::sync::Once,
}

impl Reading {
    /// A bar, unless it would stand between lines of data on the same terminal, or a program reads them.
    pub(crate) fn new(json: bool, streams: bool) -> Self {
        let out = std::io::stdout().is_terminal();
        let shown = if out { !streams } else { !json };
        let bar = shown.then(|| Bar::styled(None, STREAM));
        Self { bar, known: std::sync::Once::new() }
    }

    /// So far it was read.
    pub(crate) fn at(&self, progress: Progress) {
        let Some(bar) = &self.bar else { return };
        if let Some(total) = progress.total {
            self.known.call_once(|| {
                bar.bar.set_length(total);
                // Where the ledger is a stream, how much is left is not known.
                if let Ok(style) = ProgressStyle::with_template(LEDGER) {
                    bar.bar.set_style(style.progress_chars("=> "));
                }
            });
        }
        let rate = per_second(progress.lines, bar.begun.elapsed());
        bar.bar.set_message(format!("{} lines, {}", HumanCount(progress.lines), HumanCount(rate)));
        bar.at(progress.bytes);
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
    fn a_rate_is_in_whole_things_a_second_and_no_time_at_all_is_no_fault() {
        for (count, millis, rate) in [(0, 0, 0), (5, 0, 5_000), (900, 300, 3_000), (u64::MAX, 1, u64::MAX)] {
            assert_eq!(per_second(count, Duration::from_millis(millis)), rate, "{count} in {millis} ms");
        }
    }

    #[test]
    fn a_ledger_of_known_length_shows_its_share_and_a_stream_shows_none() {
        let line = |total| {
            let reading = Reading { bar: Some(Bar::styled(None, STREAM)), known: std::sync::Once::new() };
            reading.at(Progress { lines: 1_200, bytes: 25, total });
            let bar = &reading.bar.as_ref().expect("there is one").bar;
            assert!(bar.is_hidden(), "nothing is drawn at once");
            (bar.position(), bar.length(), bar.message().starts_with("1,200 lines, "))
        };
        assert_eq!(line(Some(100)), (25, Some(100), true));
        assert_eq!(line(None), (25, None, true));
    }
}
