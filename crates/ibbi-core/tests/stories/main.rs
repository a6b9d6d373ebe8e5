//! Cases as they happen, each told from the standard case of Maple Hollow up to where something goes its own way.

mod caucuses;
mod corrections;
mod facilitations;
mod getting_started;
mod teams;
mod trainings;
mod typed;

#[path = "../support/mod.rs"]
mod support;
