//! A plan and its conflicts in a terminal.

use super::{Layout, Piece, TextStyle};
use crate::terminal::columns::paragraph;
use crate::{chart, forecast_text, format};
use ibbi_core::Advisory;
use ibbi_sim::{BlockedDay, Conflicts, HeldDates, Plan, Scenario, SessionKind};

/// Returns a plan: the result, the calendar, why each session is not earlier, and the advisories.
pub fn plan(scenario: &Scenario, plan: &Plan, advisories: &[Advisory], layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let good = plan.finishes.is_some() && plan.in_time != Some(false);
    // The reason comes first, if there is one person's: a reader may stop after the first line.
    let without_day = forecast_text::without_open_day(plan);
    let result = forecast_text::best_case(plan).plain();
    let clause = without_day.as_ref().map_or_else(|| result.clone(), |who| format!("{} {result}", who.plain()));
    let mut pieces = vec![
        Piece::new(TextStyle::Heading, paragraph("", &format!("Plan for {}", scenario.district), columns)),
        Piece::new(if good { TextStyle::Good } else { TextStyle::Bad }, paragraph("", &clause, columns)),
    ];
    if let Some(real) = &plan.continued {
        pieces.extend(super::continued(real, scenario, columns));
    }
    if let Some(found) = &plan.conflicts {
        for sentence in forecast_text::conflicts(found).into_iter().skip(usize::from(without_day.is_some())) {
            pieces.push(Piece::new(TextStyle::Plain, paragraph("", &sentence.plain(), columns)));
        }
    }
    if let Some(start) = forecast_text::start_by(plan) {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &start.plain(), columns)));
    }
    if let Some(held) = &plan.hold {
        pieces.extend(hold(held, columns));
    }
    let timeline = chart::timeline(scenario, plan);
    pieces.push(Piece::new(TextStyle::Plain, format!("\n{}", timeline.to_text(layout))));
    pieces.push(Piece::new(TextStyle::Plain, format!("\n{}", timeline.table.to_text(columns))));
    let parts = format::facilitation_parts(plan);
    let mut first = true;
    for session in &plan.sessions {
        let why = forecast_text::why_not_earlier(session).plain();
        if session.blocked.is_empty() {
            continue;
        }
        if std::mem::take(&mut first) {
            pieces.push(Piece::heading("\nWhy not earlier"));
        }
        let text = format!("{}: {why}", format::session_name(session.what, parts));
        pieces.push(Piece::new(TextStyle::Plain, paragraph("  ", &text, columns)));
        pieces.push(Piece::new(TextStyle::Quiet, blocked(&session.blocked, columns)));
    }
    if !advisories.is_empty() {
        pieces.push(Piece::heading("\nNotes"));
    }
    for Advisory { warning, found } in advisories {
        let text = format!("{found} [{}; {}]", warning.code(), warning.source().label());
        pieces.push(Piece::new(TextStyle::Warning, paragraph("  ", &text, columns)));
    }
    pieces
}

/// Returns the dates to hold, one session a line.
fn hold(held: &HeldDates, columns: usize) -> Vec<Piece> {
    let parts = held.sessions.iter().filter(|held| matches!(held.what, SessionKind::Facilitation { .. })).count();
    let role = if held.chance.is_some() { TextStyle::Good } else { TextStyle::Bad };
    let mut pieces = vec![
        Piece::heading("\nDates to hold"),
        Piece::new(role, paragraph("  ", &forecast_text::hold(held).plain(), columns)),
    ];
    pieces.extend(held.sessions.iter().map(|session| {
        let line = forecast_text::held_session(session, parts).plain();
        Piece::new(TextStyle::Plain, paragraph("  ", &line, columns))
    }));
    pieces
}

/// The largest number of days that are listed for a session.
const LISTED: usize = 60;

/// Returns the blockers of each day, each with its hours if it does not block the whole day.
fn blocked(days: &[BlockedDay], columns: usize) -> String {
    let mut text = String::new();
    for day in days.iter().take(LISTED) {
        let who = format::blocked_day(day, format::blocker).join(", ");
        text.push_str(&paragraph("    ", &format!("{}: {who}", format::weekday_date(day.date)), columns));
    }
    if days.len() > LISTED {
        let rest = format::count((days.len() - LISTED) as u64, "more day");
        text.push_str(&paragraph("    ", &format!("and {rest}; use --json to list all of them"), columns));
    }
    text
}

/// Returns the conflicts of a plan, and what would make it feasible.
pub fn conflicts(conflicts: &Conflicts, layout: Layout) -> Vec<Piece> {
    let piece = |role, text: &str| Piece::new(role, paragraph("", text, layout.columns()));
    let mut pieces = vec![piece(TextStyle::Bad, forecast_text::failure(conflicts.failing))];
    pieces
        .extend(forecast_text::conflicts(conflicts).iter().map(|sentence| piece(TextStyle::Plain, &sentence.plain())));
    pieces
}
