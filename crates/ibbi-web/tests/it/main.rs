//! The integration tests of the server, in one binary.

mod access;
mod api;
mod clock;
mod contradictions;
mod day_only;
mod document;
mod follow;
mod forms;
mod guard;
mod home;
mod large;
mod limits;
mod lines;
mod mirror;
mod operations;
mod pages;
mod polls;
mod programs;
mod recorded;
mod sign_in;
mod status;
mod support;
mod webhooks;
mod words;
mod writers;
