//! A forecast, a comparison, and whom to ask, in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role, table, titled};
use crate::chart::{self, Measure};
use crate::{facts, findings, words};
use ibbi_sim::{AvailabilityGain, Comparison, Forecast, Scenario};

/// A forecast: the finding, when it may be done, how it may end, what moves the result, every assumption, and how it was
/// made.
pub fn forecast(scenario: &Scenario, forecast: &Forecast, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces =
        vec![Piece::new(Role::Heading, paragraph("", &format!("Forecast for {}", scenario.district), columns))];
    pieces.push(Piece::new(Role::Plain, paragraph("", &headline(forecast), columns)));
    if let Some(real) = &forecast.continued {
        pieces.extend(super::continued(real, scenario, columns));
    }
    if !forecast.curve.is_empty() {
        pieces.push(Piece::heading("\nWhen it may be done"));
        pieces.push(table(&facts::percentiles(forecast, scenario.start), layout));
    }
    for figure in [
        chart::completion(forecast),
        chart::months(forecast),
        chart::outcomes(forecast),
        chart::tornado(scenario, forecast, Measure::Days),
        chart::tornado(scenario, forecast, Measure::Chance),
    ] {
        pieces.extend(titled(&figure, layout));
    }
    pieces.push(Piece::heading("\nWhat is assumed"));
    pieces.push(table(&facts::assumptions(forecast), layout));
    pieces.push(Piece::new(Role::Warning, format!("\n{}", paragraph("", findings::ASSUMED, columns))));
    pieces.push(Piece::heading("\nHow this was made"));
    let runs = words::count(forecast.runs, "run");
    let made = format!("{runs}, seed {}, scenario {}", forecast.seed, forecast.digest);
    pieces.push(Piece::new(Role::Quiet, paragraph("", &made, columns)));
    for method in findings::METHODS {
        pieces.push(Piece::new(Role::Quiet, paragraph("- ", method, columns)));
    }
    pieces
}

/// How many runs are done, and by when.
fn headline(forecast: &Forecast) -> String {
    let completed = forecast.curve.last().map_or(0.0, |point| point.share);
    let done = match forecast.in_time {
        Some(in_time) => format!(
            "{} of the runs are done by the contract date (95% interval {}); {} are completed at all.",
            words::percent(in_time.estimate),
            words::range(in_time),
            words::percent(completed),
        ),
        None => format!("{} of the runs are completed; there is no contract date.", words::percent(completed)),
    };
    done + " Every chance is an assumption of the scenario."
}

/// A comparison of two scenarios: the finding, both sides, and the difference.
pub fn comparison(comparison: &Comparison, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let (first, second) = (&comparison.first.label, &comparison.second.label);
    let mut pieces =
        vec![Piece::new(Role::Heading, paragraph("", &words::sentence(&format!("{first} or {second}")), columns))];
    let sentence = words::sentence(&comparison.sentence());
    pieces.push(Piece::new(Role::Plain, paragraph("", &sentence, columns)));
    if let Some(later) = findings::days_later(comparison) {
        pieces.push(Piece::new(Role::Plain, paragraph("", &later.plain(), columns)));
    }
    let figures = chart::comparison(comparison);
    for figure in &figures {
        pieces.extend(titled(figure, layout));
    }
    pieces.push(Piece::new(Role::Plain, format!("\n{}", figures[1].table.to_text(columns))));
    let runs = words::count(comparison.runs, "run");
    let made = format!("{runs} of each with the same random numbers, seed {}", comparison.seed);
    pieces.push(Piece::new(Role::Quiet, paragraph("", &made, columns)));
    pieces
}

/// Whom to ask for one more day: a table of those of whom a day would bring anything, and who the others are.
pub fn who(gains: &[AvailabilityGain], layout: Layout) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("Whom to ask for one more day")];
    let (found, others) = facts::gains(gains);
    if !found.rows.is_empty() {
        pieces.push(table(&found, layout));
    }
    if let Some(sentence) = findings::no_gain(&others) {
        pieces.push(Piece::new(Role::Quiet, paragraph("", &sentence.plain(), layout.columns())));
    }
    pieces
}
