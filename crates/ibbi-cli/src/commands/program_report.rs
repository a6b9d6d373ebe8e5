//! `ibbi program-report`: reports on a fiscal year of a program.

use super::{as_known, now, output_file, spreadsheet_file};
use crate::args::ProgramReport as Args;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::AppError;
use ibbi_app::fiscal::FiscalYears;
use ibbi_app::output::OutputKind;
use ibbi_app::program_report::{self, ProgramYear};
use ibbi_app::zone::Zone;
use ibbi_report::{ProgramPage, text};

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let inputs = [args.ledger.as_path()];
    let page_file = args.html.as_deref().map(|file| output_file(file, OutputKind::Page, &inputs)).transpose()?;
    let sheet_file = args.xlsx.as_deref().map(|file| spreadsheet_file(file, &inputs)).transpose()?;
    let now = now()?;
    let known = as_known(&args.as_known, now)?;
    let fiscal_years = FiscalYears::starting_in(args.starts).unwrap_or_default();
    let today = Zone::default().date(known.as_of.or(known.logged).unwrap_or(now));
    let fiscal_year = args.fiscal_year.unwrap_or_else(|| fiscal_years.year_of(today));
    let report = program_report::program_report(&args.ledger, ProgramYear { fiscal_years, fiscal_year }, known, now)?;
    if let Some(output) = sheet_file {
        output.write(&program_report::spreadsheet(&report)?)?;
    }
    if let Some(file) = page_file {
        let page = ProgramPage { report: &report, program: ibbi_app::ledger::PROGRAM }.to_html();
        match file {
            Some(output) => output.write(page.as_bytes())?,
            None => return Ok(Outcome::done(page)),
        }
    }
    if json {
        return Ok(Outcome::json(&report));
    }
    let csv = args.csv.and_then(|table| program_report::table(&report, table.code()));
    Ok(Outcome::done(match csv {
        Some(table) => table.to_csv(),
        None => terminal::pieces(&text::program(&report, terminal::layout())),
    }))
}
