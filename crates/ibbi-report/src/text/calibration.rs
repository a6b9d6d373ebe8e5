//! Fitted assumptions and the scores of forecasts in a terminal.

use super::{Layout, Piece, TextStyle, table};
use crate::calibration_tables as tables;
use crate::format;
use crate::terminal::columns::paragraph;
use ibbi_core::Date;
use ibbi_sim::{Backtest, Calibration};

/// Fewer cases are few for every assumption.
const FEW_CASES: u64 = 10;

/// Returns the fitted assumptions with their evidence, and how they were fitted. The cases were watched until a date. The
/// notes are about the evidence.
pub fn calibration(calibration: &Calibration, as_of: Date, notes: &[String], layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let Calibration { cases, closed, .. } = calibration;
    let mut pieces = vec![Piece::heading("Assumptions fitted to the ledger")];
    let text = format!(
        "{} as of {}: {closed} ended and {} open.",
        format::sentence(&format::count(*cases, "case")),
        format::unbroken(&ibbi_common::format::weekday_date(as_of)),
        cases - closed
    );
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &text, columns)));
    if *cases < FEW_CASES {
        let few = "That is few. The fitted values stay near the defaults, which are estimates.";
        pieces.push(Piece::new(TextStyle::Warning, paragraph("", few, columns)));
    }
    let notes = notes.iter().map(|note| paragraph("- ", &(format::sentence(note) + "."), columns));
    pieces.extend(notes.map(|note| Piece::new(TextStyle::Warning, note)));
    pieces.push(Piece::heading("\nDurations"));
    pieces.push(table(&tables::durations(calibration), layout));
    pieces.push(Piece::heading("\nChances"));
    pieces.push(table(&tables::chances(calibration), layout));
    let notes = [(0, tables::NONE.1), (1, tables::FEW.1)];
    let evidence = calibration.durations.iter().map(|fitted| (fitted.waits, fitted.few));
    let evidence: Vec<_> =
        evidence.chain(calibration.chances.iter().map(|fitted| (fitted.trials, fitted.few))).collect();
    for (least, note) in notes {
        if evidence.iter().any(|(count, few)| *few && (*count).min(1) == least) {
            pieces.push(Piece::new(TextStyle::Warning, paragraph("", note, columns)));
        }
    }
    pieces.push(Piece::heading("\nMethod"));
    for method in [
        "The days are the least, likely, and most. The ratio is fitted to default.",
        "Each default counts for ten trials, or for about ten waits. The more cases there are, the less it counts.",
        "A wait that has not ended lasts at least as long as it has lasted so far. It counts for that.",
        "A session that moved only because an earlier session moved was not postponed.",
        "The intervals assume that the cases are independent and alike.",
    ] {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("- ", method, columns)));
    }
    pieces
}

/// Returns the scores of past forecasts, and what they mean.
pub fn backtest(backtest: &Backtest, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces = vec![Piece::heading("Past forecasts against what happened")];
    let made = format!(
        "{} of {} that ended, each made with what was known as a stage began.",
        format::count(backtest.all.forecasts, "forecast"),
        format::count(backtest.cases, "case")
    );
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &made, columns)));
    if !backtest.has_own_assumptions {
        let text = "The scenario has the default assumptions, so there is nothing to compare them with.";
        pieces.push(Piece::new(TextStyle::Warning, paragraph("", text, columns)));
    }
    if backtest.left_out > 0 {
        let text = format!(
            "Left out because the model or the scenario doesn't fit the case: {}.",
            format::count(backtest.left_out, "forecast")
        );
        pieces.push(Piece::new(TextStyle::Warning, paragraph("", &text, columns)));
    }
    for (heading, scores) in [
        ("\nDoes it go ahead?", tables::scores_by_stage(backtest)),
        ("\nWhy not?", tables::scores_by_ending(backtest)),
        ("\nWhen, if it goes ahead?", tables::dates(backtest)),
    ] {
        pieces.push(Piece::heading(heading));
        pieces.push(table(&scores, layout));
    }
    pieces.push(Piece::heading("\nMethod"));
    let made = format!("{} for each forecast, seed {}", format::count(backtest.runs, "run"), backtest.seed);
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &made, columns)));
    for method in [
        "A Brier score is the mean of (chance - outcome)². 0 is perfect. A constant chance of 50% has 0.25. The skill is how much \
         better the scenario's assumptions score than the defaults.",
        "If the forecasts are right, 80% of the dates are in the central 80%. One in ten is earlier, and one in ten is later.",
        "Scores of the cases to which the assumptions were fitted are too good. Fit them to earlier cases, and score later ones \
         (--as-of, --since).",
    ] {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("- ", method, columns)));
    }
    pieces
}
