//! Goals and program reports in a terminal.

use super::{Layout, Piece, TextStyle, table};
use crate::figures::FigureTable;
use crate::goal_tables;
use crate::program_tables::{program_tables, summary_for_people};
use crate::standards as words;
use crate::terminal::columns::paragraph;
use ibbi_audit::ProgramReport;
use ibbi_sim::{GoalRisks, GoalsReport};

/// Returns the goals: the result in a sentence, and one of the tables. If it is the one of open cases at risk, give them too.
pub fn goals(report: &GoalsReport, shown: &FigureTable, risks: Option<&GoalRisks>, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces = vec![Piece::heading("Goals of the office")];
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &words::goals_result(report), columns)));
    let notes = words::goals_notes(report);
    pieces.extend(notes.iter().map(|note| Piece::new(TextStyle::Warning, paragraph("- ", note, columns))));
    let overdue = goal_tables::overdue(report);
    if shown.code == "risk" && !overdue.rows.is_empty() {
        pieces.push(Piece::heading(&format!("\n{}", overdue.title)));
        pieces.push(table(&words::for_terminal(&overdue), layout));
    }
    pieces.push(Piece::heading(&format!("\n{}", shown.title)));
    pieces.push(if shown.rows.is_empty() {
        Piece::new(TextStyle::Plain, "None.\n")
    } else {
        table(&words::for_terminal(shown), layout)
    });
    if let Some(risks) = risks {
        pieces.push(Piece::new(TextStyle::Warning, paragraph("", &words::risk_basis(risks), columns)));
    }
    pieces.push(Piece::heading("\nMethod"));
    let methods: &[&str] = if shown.code == "risk" { &words::RISK_METHODS } else { &words::GOAL_METHODS };
    pieces.extend(methods.iter().map(|method| Piece::new(TextStyle::Quiet, paragraph("- ", method, columns))));
    pieces
}

/// Returns a program report: its summary, the districts, and the neutrals.
pub fn program(report: &ProgramReport, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces = vec![Piece::heading(&words::program_title(report))];
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &words::program_days(report), columns)));
    let notes = words::program_notes(report);
    pieces.extend(notes.iter().map(|note| Piece::new(TextStyle::Warning, paragraph("- ", note, columns))));
    pieces.push(Piece::new(TextStyle::Plain, "\n"));
    pieces.push(table(&summary_for_people(report).to_table(), layout));
    let [_, districts, _, neutrals] = program_tables(report);
    for shown in [districts, neutrals].iter().filter(|shown| !shown.rows.is_empty()) {
        pieces.push(Piece::heading(&format!("\n{}", shown.title)));
        pieces.push(table(&shown.to_table(), layout));
    }
    pieces.push(Piece::heading("\nMethod"));
    pieces.extend(words::PROGRAM_METHODS.map(|method| Piece::new(TextStyle::Quiet, paragraph("- ", method, columns))));
    pieces
}
