//! A bar on the terminal for work that takes more than a moment. Nothing is shown where standard error is no terminal.

use indicatif::{HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
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
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let template = format!("{{bar:30}} {{human_pos}}/{{human_len}} {unit}, {{rate}}/s, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
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

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
