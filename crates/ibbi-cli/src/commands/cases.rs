//! `ibbi cases`: shows how long all cases took, and where each was on a day.

use super::{as_known, now, output_file};
use crate::args::{CaseTable, Cases as Args};
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::AppError;
use ibbi_app::cases_report::cases_report;
use ibbi_app::output::OutputKind;
use ibbi_report::{CaseOrder, CasesPage, cases_table, text};

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let inputs = [args.ledger.as_path()];
    let output = args.html.as_deref().map(|file| output_file(file, OutputKind::Page, &inputs)).transpose()?;
    let now = now()?;
    let report = cases_report(&args.ledger, as_known(&args.as_known, now)?, now)?;
    let order = CaseOrder::from(args.sort);
    if let Some(output) = output {
        let page = CasesPage { report: &report, order, program: ibbi_app::ledger::PROGRAM }.to_html();
        match output {
            Some(output) => output.write(page.as_bytes())?,
            None => return Ok(Outcome::done(page)),
        }
    }
    if json {
        return Ok(Outcome::json(&report));
    }
    let csv = args.csv.map(CaseTable::code).and_then(|code| cases_table(&report, code, order));
    Ok(Outcome::done(match csv {
        Some(table) => table.to_csv(),
        None => terminal::pieces(&text::cases(&report, order, terminal::layout())),
    }))
}
