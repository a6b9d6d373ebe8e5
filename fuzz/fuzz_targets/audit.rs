#![no_main]

#[path = "../audit_properties.rs"]
mod audit_properties;
#[path = "../../crates/ibbi-audit/tests/support/kept.rs"]
mod kept;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| audit_properties::audit(bytes));
