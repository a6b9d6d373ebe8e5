//! A forecast, a comparison, and whom to ask, in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use ibbi_sim::{Comparison, Forecast, Gain, Scenario};

/// A forecast: when it may be done, how it may end, what moves the result, and every assumption.
pub fn forecast(scenario: &Scenario, forecast: &Forecast, layout: Layout) -> Vec<Piece> {
    let _ = (scenario, forecast, layout);
    vec![Piece::heading("Forecast")]
}

/// A comparison of two scenarios.
pub fn comparison(comparison: &Comparison, layout: Layout) -> Vec<Piece> {
    vec![Piece::new(Role::Plain, paragraph("", &comparison.sentence(), layout.columns()))]
}

/// Whom to ask for one more day.
pub fn who(gains: &[Gain], layout: Layout) -> Vec<Piece> {
    let _ = (gains, layout);
    vec![Piece::heading("Whom to ask for a day")]
}
