//! A plan in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use ibbi_core::Advisory;
use ibbi_sim::{Obstacle, Plan, Scenario};

/// A plan: the finding, the sittings with why they are not earlier, the steps between, and what to keep in mind.
pub fn plan(scenario: &Scenario, plan: &Plan, advisories: &[Advisory], layout: Layout) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("Plan")];
    for sitting in &plan.sittings {
        let line = format!(
            "{}: {}",
            crate::words::sitting(sitting.what, crate::words::facilitation_parts(plan)),
            sitting.slot
        );
        pieces.push(Piece::new(Role::Plain, paragraph("  ", &line, layout.columns())));
    }
    let _ = scenario;
    for advisory in advisories {
        pieces.push(Piece::new(Role::Warning, paragraph("  ", &advisory.found, layout.columns())));
    }
    pieces
}

/// Who stands in the way of a plan, and what would make it feasible.
pub fn obstacle(obstacle: &Obstacle, layout: Layout) -> Vec<Piece> {
    let _ = layout;
    vec![Piece::new(Role::Bad, format!("{:?}\n", obstacle.failing))]
}
