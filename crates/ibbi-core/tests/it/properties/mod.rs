//! Properties that hold for every sequence of events.
//!
//! Events are generated in two ways. Arbitrary events of every kind come from small pools, and most are refused.
//! Likely events follow the survey, so they reach the later stages.

mod any_order;
mod invariants;
mod json;
mod sequences;
mod strategies;
