//! A forecast, a comparison, and gains in a terminal.

use super::{Layout, Piece, TextStyle, table, titled};
use crate::chart;
use crate::terminal::columns::paragraph;
use crate::{forecast_tables, forecast_text, format};
use ibbi_sim::{AvailabilityGain, Comparison, FavorSets, Forecast, ForecastStatus, Scenario};

/// Returns a forecast: whether and when, the deadlines, what moves the date, the assumptions, and the method.
pub fn forecast(scenario: &Scenario, forecast: &Forecast, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces =
        vec![Piece::new(TextStyle::Heading, paragraph("", &format!("Forecast for {}", scenario.district), columns))];
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &forecast.headline, columns)));
    if let Some(status) = forecast.status {
        let role = if status == ForecastStatus::OnTrack { TextStyle::Good } else { TextStyle::Warning };
        let meaning = forecast_text::status_meaning(status, scenario);
        pieces.push(Piece::new(role, paragraph("", &format!("{}. {meaning}", status.label()), columns)));
    }
    if let Some(real) = &forecast.continued {
        pieces.extend(super::continued(real, scenario, columns));
    }
    pieces.push(Piece::heading("\nDoes it go ahead?"));
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &forecast_text::goes_ahead(forecast), columns)));
    pieces.push(Piece::heading("\nWhen, if it goes ahead?"));
    pieces.push(table(&forecast_tables::milestones(forecast), layout));
    if !forecast.deadlines.is_empty() {
        pieces.push(Piece::heading("\nDeadlines"));
        pieces.push(table(&forecast_tables::deadlines(forecast), layout));
    }
    for figure in
        [chart::completion(forecast), chart::months(forecast), chart::drivers(forecast), chart::outcomes(forecast)]
    {
        pieces.extend(titled(&figure, layout));
    }
    pieces.push(Piece::heading("\nAssumptions"));
    pieces.push(table(&forecast_tables::assumptions(forecast), layout));
    pieces.push(Piece::new(TextStyle::Warning, format!("\n{}", paragraph("", forecast_text::ASSUMED, columns))));
    pieces.push(Piece::heading("\nMethod"));
    let runs = format::count(forecast.runs, "run");
    let made = format!("{runs}, seed {}, scenario {}", forecast.seed, forecast.digest);
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &made, columns)));
    for method in forecast_text::METHODS {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("- ", method, columns)));
    }
    pieces
}

/// Returns a comparison of two scenarios: the result, both sides, and the difference.
pub fn comparison(comparison: &Comparison, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let (first, second) = (&comparison.first.label, &comparison.second.label);
    let mut pieces = vec![Piece::new(
        TextStyle::Heading,
        paragraph("", &format::sentence(&format!("{first} or {second}")), columns),
    )];
    let sentence = format::sentence(&comparison.sentence());
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &sentence, columns)));
    if let Some(later) = forecast_text::days_later(comparison) {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &later.plain(), columns)));
    }
    let figures = chart::comparison(comparison);
    for figure in &figures {
        pieces.extend(titled(figure, layout));
    }
    pieces.push(Piece::new(TextStyle::Plain, format!("\n{}", figures[1].table.to_text(columns))));
    let runs = format::count(comparison.runs, "run");
    let made = format!("{runs} of each with the same random numbers, seed {}", comparison.seed);
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &made, columns)));
    pieces
}

/// Returns tables of the half-days that together help the plan most.
pub fn favors(sets: &FavorSets, layout: Layout) -> Vec<Piece> {
    let tables = forecast_tables::favors(sets);
    let mut pieces = Vec::new();
    for (index, found) in tables.iter().enumerate() {
        let before = if index > 0 { "\n" } else { "" };
        pieces.push(Piece::heading(&format!("{before}{}", found.caption)));
        pieces.push(table(found, layout));
    }
    let note = forecast_text::favors_note(sets);
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &note, layout.columns())));
    pieces
}

/// Returns a table of the people and closed ranges whose extra day would help, and the names of the others.
pub fn gains(gains: &[AvailabilityGain], layout: Layout) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("People and closed ranges to ask for one more day")];
    let (found, others) = forecast_tables::gains(gains);
    if !found.rows.is_empty() {
        pieces.push(table(&found, layout));
    }
    if let Some(sentence) = forecast_text::no_gain(&others) {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &sentence.plain(), layout.columns())));
    }
    pieces
}
