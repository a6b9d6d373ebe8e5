//! A plan in a terminal, and who stands in its way.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use crate::{chart, findings, words};
use ibbi_core::Advisory;
use ibbi_sim::{BlockedDay, Blocker, Conflicts, Plan, Scenario};

/// A plan: the finding, the calendar, every day with why its sitting is not earlier, and what to keep in mind.
pub fn plan(scenario: &Scenario, plan: &Plan, advisories: &[Advisory], layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let good = plan.finishes.is_some() && plan.in_time != Some(false);
    let clause = findings::plan_clause(plan).words(".").plain();
    let mut pieces = vec![
        Piece::new(Role::Heading, paragraph("", &format!("Plan for {}", scenario.district), columns)),
        Piece::new(if good { Role::Good } else { Role::Bad }, paragraph("", &clause, columns)),
    ];
    if let Some(real) = &plan.continued {
        pieces.extend(super::continued(real, scenario, columns));
    }
    if let Some(found) = &plan.conflicts {
        for sentence in findings::obstacle(found) {
            pieces.push(Piece::new(Role::Plain, paragraph("", &sentence.plain(), columns)));
        }
    }
    if let Some(start) = findings::start_by(plan) {
        pieces.push(Piece::new(Role::Plain, paragraph("", &start.plain(), columns)));
    }
    let timeline = chart::timeline(scenario, plan);
    pieces.push(Piece::new(Role::Plain, format!("\n{}", timeline.to_text(layout))));
    pieces.push(Piece::new(Role::Plain, format!("\n{}", timeline.table.to_text(columns))));
    let parts = words::facilitation_parts(plan);
    let mut first = true;
    for sitting in &plan.sessions {
        let why = findings::why(sitting).plain();
        if sitting.blocked.is_empty() {
            continue;
        }
        if std::mem::take(&mut first) {
            pieces.push(Piece::heading("\nWhy not earlier"));
        }
        let text = format!("{}: {why}", words::sitting(sitting.what, parts));
        pieces.push(Piece::new(Role::Plain, paragraph("  ", &text, columns)));
        pieces.push(Piece::new(Role::Quiet, blocked(&sitting.blocked, columns)));
    }
    if !advisories.is_empty() {
        pieces.push(Piece::heading("\nWhat to keep in mind"));
    }
    for Advisory { warning, found } in advisories {
        let text = format!("{found} [{}; {}]", warning.code(), warning.source().label());
        pieces.push(Piece::new(Role::Warning, paragraph("  ", &text, columns)));
    }
    pieces
}

/// The most days of one sitting that are listed.
const LISTED: usize = 60;

/// Day by day, who or what was in the way; one who is for half of the day says which.
fn blocked(days: &[BlockedDay], columns: usize) -> String {
    let mut text = String::new();
    for BlockedDay { date, morning, afternoon } in days.iter().take(LISTED) {
        let both = morning.iter().filter(|blocker| afternoon.contains(blocker)).map(words::blocker);
        let half = |these: &[Blocker], others: &[Blocker], when: &str| -> Vec<String> {
            let alone = these.iter().filter(|blocker| !others.contains(blocker));
            alone.map(|blocker| format!("{} ({when})", words::blocker(blocker))).collect()
        };
        let mut who: Vec<String> = both.collect();
        who.extend(half(morning, afternoon, "morning"));
        who.extend(half(afternoon, morning, "afternoon"));
        text.push_str(&paragraph("    ", &format!("{}: {}", words::short_day(*date), who.join(", ")), columns));
    }
    if days.len() > LISTED {
        let rest = words::count((days.len() - LISTED) as u64, "more day");
        text.push_str(&paragraph("    ", &format!("and {rest}; --json lists them all"), columns));
    }
    text
}

/// Who stands in the way of a plan, and what would make it feasible.
pub fn obstacle(obstacle: &Conflicts, layout: Layout) -> Vec<Piece> {
    let piece = |role, text: &str| Piece::new(role, paragraph("", text, layout.columns()));
    let mut pieces = vec![piece(Role::Bad, findings::failing(obstacle.failing))];
    pieces.extend(findings::obstacle(obstacle).iter().map(|sentence| piece(Role::Plain, &sentence.plain())));
    pieces
}
