//! Integration tests of ibbi-seal.

mod crash;
mod extract;
mod forgetting;
mod history;
mod mirror;
mod simulated_disk;
mod tamper;
mod witness;
