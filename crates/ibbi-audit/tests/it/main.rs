//! The integration tests of the audit, in one binary.

mod attendance;
mod bytes;
mod case_report;
mod cases_report;
mod certificate;
mod consequences;
mod corpus;
mod diff;
mod diff_records;
mod findings_page;
mod memory;
mod mutations;
mod program_report;
mod rules_diff;
mod soundness;
mod statistics;
mod support;
mod threads;
