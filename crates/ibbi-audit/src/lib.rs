//! Ledgers read again at scale.
//!
//! [`export`] turns records and the process itself into formats that other programs read.
#![forbid(unsafe_code)]

pub mod export;
