//! Text for the terminal. Colors are removed if the output is not a terminal or NO_COLOR is set.

use anstyle::{AnsiColor, Style};
use ibbi_app::service::CheckpointSigned;
use ibbi_app::{describe::found, zone::Zone};
use ibbi_core::{Advisory, Precision, Refusal, Unmet, Warning};
use ibbi_report::text::{Layout, Piece, TextStyle};
use std::fmt::Write as _;
use std::path::Path;

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();

pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn heading(text: &str) -> String {
    paint(HEADING, text) + "\n"
}

/// Quotes a word for a POSIX shell.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=,.:/_-@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    // key='value' reads better than 'key=value'.
    match word.split_once('=') {
        Some((key, value)) if !key.is_empty() && key.chars().all(plain) => format!("{key}={}", quoted(value)),
        _ => quoted(word),
    }
}

/// Returns an `ibbi` command line, quoted for the shell.
pub(crate) fn command<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::from("ibbi");
    for word in words {
        text.push(' ');
        text.push_str(&quote(word));
    }
    text
}

/// Returns the width of the terminal and whether it can show more than ASCII.
pub(crate) fn layout() -> Layout {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
    // Without a locale, assume a modern terminal; a locale with another encoding than UTF-8 means ASCII.
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    let ascii = locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf") && locale != "c" && locale != "posix"
    });
    Layout { width: width.unwrap_or(Layout::default().width), ascii }
}

/// Returns the pieces of a report in their colors.
pub(crate) fn pieces(pieces: &[Piece]) -> String {
    let style = |role| match role {
        TextStyle::Heading => Some(HEADING),
        TextStyle::Good => Some(GOOD),
        TextStyle::Bad => Some(BAD),
        TextStyle::Warning => Some(WARN),
        TextStyle::Quiet => Some(DIM),
        TextStyle::Plain => None,
    };
    // Keep the line break outside the color, so that an empty line stays empty.
    let painted = |piece: &Piece| match style(piece.role) {
        Some(style) => {
            piece.text.split_inclusive('\n').map(|line| paint(style, line.trim_end_matches('\n')) + "\n").collect()
        }
        None => piece.text.clone(),
    };
    pieces.iter().map(painted).collect()
}

/// Returns a number with its noun, such as "1 record" or "10,000 runs".
pub(crate) fn count(number: u64, noun: &str) -> String {
    ibbi_app::format::count(number, noun, &format!("{noun}s"))
}

/// Returns a path as a command-line argument.
pub(crate) fn path(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with('-') { format!("./{text}") } else { text }
}

pub(crate) fn refusal(refusal: &Refusal, zone: Zone, indent: &str) -> String {
    let rules = match refusal.unmet.len() {
        1 => "1 rule is not met".to_owned(),
        several => format!("{several} rules are not met"),
    };
    let event = refusal.event.code();
    let mut text = format!("{indent}{} {event} in {}: {rules}\n", paint(BAD, "Refused:"), refusal.stage.label());
    for each in &refusal.unmet {
        text.push_str(&unmet(each, zone, indent));
    }
    text
}

fn unmet(unmet: &Unmet, zone: Zone, indent: &str) -> String {
    let (rule, found) = (unmet.rule, found(&unmet.found, zone));
    let source = paint(DIM, &format!("[{}; {}]", rule.id(), rule.source().label()));
    format!(
        "{indent}  - {}\n{indent}    found: {found}\n{indent}    to do: {} {source}\n",
        rule.statement(),
        rule.remedy()
    )
}

/// Returns a line for each advisory.
pub(crate) fn advisories<'a>(advisories: impl IntoIterator<Item = &'a Advisory>, indent: &str) -> String {
    let mut text = String::new();
    for advisory in advisories {
        let (warning, found) = (advisory.warning, &advisory.found);
        let source = paint(DIM, &format!("[{}; {}]", warning.code(), warning.source().label()));
        let mark = paint(WARN, "note:");
        let _ = writeln!(text, "{indent}{mark} {found} {source}");
    }
    text
}

/// Returns a few lines about what was recorded.
pub(crate) fn recorded(recorded: &ibbi_app::service::Recorded, zone: Zone, indent: &str) -> String {
    let (from, to) = (recorded.from.label(), recorded.to.label());
    let stage = if from == to { from.to_owned() } else { format!("{from} -> {}", paint(HEADING, to)) };
    let when = match recorded.precision {
        Precision::Instant => zone.show(recorded.at),
        Precision::Day => format!("{}, time not known", zone.date(recorded.at).readable()),
    };
    let what = match (recorded.seq, recorded.existing) {
        (Some(seq), false) => format!("{} as number {seq}", paint(GOOD, "recorded")),
        (Some(seq), true) => format!("was already recorded as number {seq}"),
        (None, _) => paint(GOOD, "can be recorded"),
    };
    let mut text = format!("{indent}{} {what} ({when}); {stage}\n", recorded.event.code());
    if let Some(replaced) = recorded.replaces {
        let _ = writeln!(text, "{indent}it replaces number {replaced}, which no longer counts");
    }
    if let Some(summary) = &recorded.summary {
        let _ = writeln!(text, "{indent}{summary}");
    }
    // Standard error has the advisory about the clock.
    let about_event = recorded.advisories.iter().filter(|advisory| advisory.warning != Warning::ClockAhead);
    text.push_str(&advisories(about_event, indent));
    match &recorded.checkpoint {
        Some(CheckpointSigned::Signed { size }) => {
            let _ = writeln!(text, "{indent}signed a checkpoint that covers {}", count(*size, "line"));
        }
        Some(CheckpointSigned::Failed { reason: error }) => {
            let _ = writeln!(text, "{indent}{} no checkpoint was signed: {error}", paint(WARN, "note:"));
        }
        None => {}
    }
    for follows in &recorded.also {
        text.push_str(&self::recorded(follows, zone, indent));
    }
    if let Some(torn) = &recorded.set_aside {
        let _ = writeln!(text, "{indent}{} {torn}", paint(WARN, "note:"));
    }
    text
}
