//! The bound that keeps the traits of the process closed to other crates.
//!
//! The traits are public so that code can be generic over stages and events. They are sealed so that no other crate can
//! add a stage or an event, and with it receive a [`crate::chart::Token`] and apply an event that no guard has checked.

/// Implemented only in this crate: for every stage, every step between stages, and every event.
pub trait Sealed {}
