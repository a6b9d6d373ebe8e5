//! The integration tests of the audit, in one binary.

mod bytes;
mod case_report;
mod consequences;
mod corpus;
mod diff;
mod findings_page;
mod memory;
mod mutations;
mod soundness;
mod statistics;
mod support;
mod threads;
