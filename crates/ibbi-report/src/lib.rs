//! What people look at, out of the results of [`ibbi_sim`] and [`ibbi_audit`]: pages, charts, calendars and tables.
//!
//! - [`SimulationPage`], [`AuditPage`]: whole pages, each one file of HTML.
//! - [`chart`]: charts, described once and drawn as SVG or in a terminal.
//! - [`html`]: the builder, the style sheet and the document that pages are made of.
//! - [`ics`]: calendars that other programs import.
//! - [`csv`]: tables for spreadsheets.
//! - [`text`]: what a terminal shows.
//!
//! ```
//! use ibbi_report::SimulationPage;
//! use ibbi_sim::{EXAMPLE, Plan, Scenario, Settings, Simulator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse(EXAMPLE)?;
//! let simulator = Simulator::new(&scenario);
//! let (plan, forecast) = (Plan::from_simulator(&simulator), simulator.simulate(Settings { runs: 500, seed: 1, threads: 2 })?);
//! let page = SimulationPage {
//!     scenario: &scenario, plan: &plan, forecast: &forecast, advisories: &plan.advisories, comparison: None, gains: None,
//!     program: "ibbi 0.1.0",
//! };
//! assert!(page.to_html().contains("<h1>"));
//! # Ok(()) }
//! ```
//!
//! # Invariants
//!
//! - No files, no terminal, no clock, no randomness: the same results give the same bytes.
//! - A page is one file: it fetches nothing and runs no script.
//! - What comes from outside is escaped in one place for each format, and its type says that it was.
//! - No panic on any input.
#![forbid(unsafe_code)]

mod audit;
pub mod chart;
pub mod csv;
mod describe;
mod forecast_tables;
mod forecast_text;
mod format;
pub mod html;
pub mod ics;
mod page;
mod people;
mod phrase;
pub mod process;
pub mod table;
mod terminal;
pub mod text;

pub use describe::describe;
pub use page::{AuditPage, SimulationPage, comparison_section, gains_section};
