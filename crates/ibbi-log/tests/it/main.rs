//! Integration tests of ibbi-log.

mod corpus;
mod editions;
mod follow;
mod ledger;
mod lines;
