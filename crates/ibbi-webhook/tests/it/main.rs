//! The integration tests of webhooks, in one binary.

mod files;
mod send;
