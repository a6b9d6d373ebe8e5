//! Importing past cases from a spreadsheet: one row for each case, with the days of its milestones.
//!
//! [`Table::read`] reads the file, [`CheckedImport::new`] asks the rules about each row, and [`CheckedImport::record`] records
//! the cases. [docs/import-cases.md](../../../docs/import-cases.md) describes the columns.
//!
//! ```
//! use ibbi_app::import::{CheckedImport, RowStatus, Table};
//! use ibbi_app::service::{CaseService, Ids};
//! use ibbi_app::ledger::MemoryStore;
//! use ibbi_core::{At, Name};
//!
//! let csv = "district,opened,superintendent,superintendent_agreed\nMaple Hollow,9/2/2024,Rosa Amari,9/4/2024\n";
//! let (table, now): (_, At) = (Table::read(csv.as_bytes())?, "2025-01-06T14:00:00.000Z".parse()?);
//! let mut service = CaseService::new(MemoryStore::with_clock(move || Ok(now)), Ids::random());
//! let clerk = Name::new("P. Sullivan")?;
//! let report = CheckedImport::new(&table, &clerk, now)?.record(&mut service, false)?;
//! assert_eq!(report.count(RowStatus::Imported), 1);
//! // The same file again changes nothing.
//! let again = CheckedImport::new(&table, &clerk, now)?.record(&mut service, false)?;
//! assert_eq!(again.count(RowStatus::Existing), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cells;
mod columns;
mod existing;
mod people;
mod report;
mod row;
mod run;
mod sessions;
mod table;
mod timeline;

pub use columns::{Column, ColumnRow, columns, columns_markdown, template};
pub use people::NAME_NOT_RECORDED;
pub use report::{ImportReport, ImportedCase, Problem, RowStatus, UnmetRule};
pub use run::CheckedImport;
pub use table::{MAX_BYTES, MAX_ROWS, Table};
