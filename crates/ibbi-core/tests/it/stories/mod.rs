//! Cases event by event. Each starts from the standard case of Maple Hollow and then takes a different turn.

mod caucuses;
mod corrections;
mod editions;
mod facilitations;
mod getting_started;
mod names;
mod programs;
mod table;
mod teams;
mod trainings;
mod typed;
mod waiting;
