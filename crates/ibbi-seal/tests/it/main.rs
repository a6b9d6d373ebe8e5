//! Integration tests of ibbi-seal.

mod crash;
mod extract;
mod mirror;
mod simulated_disk;
mod tamper;
