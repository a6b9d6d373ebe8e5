//! What must hold whatever is offered.
//!
//! Two ways of making up events: arbitrary ones of every kind from small pools, most of which are refused, and likely
//! ones that follow the survey, which reach the later stages.

mod invariants;
mod json;
mod sequences;
mod strategies;

#[path = "../support/mod.rs"]
mod support;
