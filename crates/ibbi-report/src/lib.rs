//! Pages, charts, calendars, and tables of the results of [`ibbi_sim`] and [`ibbi_audit`].
//!
//! - [`SimulationPage`], [`AuditPage`], [`CaseAuditPage`]: whole pages, each in one file of HTML.
//! - [`certificate_html`], [`certificate_sentences`]: the certificate of an audit.
//! - [`ReleasePage`]: the page and the text of a public-records release.
//! - [`PollAnswerPage`], [`PollFile`]: the page and the file on which a person answers a poll.
//! - [`chart`]: charts, each described once and drawn as SVG or in a terminal.
//! - [`html`]: the builder, the style sheet, and the document of all pages.
//! - [`ics`]: calendars that other programs import.
//! - [`csv`]: tables for spreadsheets.
//! - [`figures`], [`xlsx`]: tables that are described once, and spreadsheets of them.
//! - [`CasesPage`]: all cases on a day.
//! - [`GoalsPage`], [`ProgramPage`]: goals of an office, and reports by fiscal year.
//! - [`text`]: plain text for terminals.
//!
//! ```
//! use ibbi_report::SimulationPage;
//! use ibbi_sim::{EXAMPLE, Plan, Scenario, Settings, Simulator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse(EXAMPLE)?;
//! let simulator = Simulator::new(&scenario);
//! let (plan, forecast) = (Plan::from_simulator(&simulator), simulator.simulate(Settings { runs: 500, seed: 1, threads: 2 })?);
//! let page = SimulationPage {
//!     scenario: &scenario, calendar: simulator.calendar(), plan: &plan, calendars: None, forecast: &forecast, advisories: &plan.advisories, comparison: None, gains: None,
//!     program: "ibbi 0.1.0",
//! };
//! assert!(page.to_html().contains("<h1>"));
//! # Ok(()) }
//! ```
//!
//! # Invariants
//!
//! - No files, no terminal, no clock, no randomness: the same results give the same bytes.
//! - A page is one file. It fetches nothing and runs no script, except those of polls.
//! - Text from outside is escaped in one place for each format, and its type shows that it was.
//! - No panic on any input.
#![forbid(unsafe_code)]

mod audit;
mod calibration_tables;
mod case_tables;
mod case_words;
mod certificate;
pub mod chart;
pub mod csv;
mod describe;
pub mod figures;
mod forecast_tables;
mod forecast_text;
mod format;
pub mod goal_tables;
pub mod html;
pub mod ics;
mod page;
mod people;
mod phrase;
pub mod process;
mod program_tables;
mod standards;
pub mod table;
mod terminal;
pub mod text;
pub mod xlsx;

pub use audit::finding_sentence;
pub use case_tables::{CASES_TABLES, CaseOrder, cases_table};
pub use certificate::{certificate_html, certificate_sentences};
pub use describe::{describe, describe_with_names, neutrals};
pub use forecast_text::no_dates_to_hold;
pub use page::{
    AnswerState, AuditPage, CaseAuditPage, CasesPage, GoalsPage, PollAnswerPage, PollFile, PollFilePerson, ProgramPage,
    ReleasePage, ReleasedCase, ReleasedRecord, SimulationPage, comparison_section, diff_content, gains_section,
    poll_script, poll_style,
};
pub use program_tables::program_tables;
pub use rust_xlsxwriter::XlsxError;
