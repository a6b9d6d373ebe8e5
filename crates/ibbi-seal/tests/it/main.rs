//! Integration tests of ibbi-seal.

mod crash;
mod extract;
mod simulated_disk;
mod tamper;
