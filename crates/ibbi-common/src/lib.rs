//! Code that several crates share, each piece defined once:
//!
//! - [`zone`]: time zones, which read and show local times;
//! - [`fiscal`]: fiscal years, quarters, and months;
//! - [`mod@format`]: dates, times, and numbers as people read them;
//! - [`quantile`]: quantiles and confidence intervals;
//! - [`spelling`]: the word that a misspelled one was probably meant to be;
//! - [`typed`]: dates and times of day as people type them;
//! - [`working_days`]: days without Saturdays, Sundays, and legal holidays.
//!
//! # Invariants
//!
//! - No files, no clock, no locale, no settings of the machine: every function depends on its arguments only.
//! - Machine formats (ISO dates, JSON, CSV) are elsewhere. The texts of [`mod@format`] are for people and are never
//!   read back.
#![forbid(unsafe_code)]

pub mod fiscal;
pub mod format;
pub mod quantile;
pub mod spelling;
pub mod typed;
pub mod working_days;
pub mod zone;
mod zone_names;
