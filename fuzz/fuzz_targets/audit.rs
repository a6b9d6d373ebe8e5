#![no_main]

#[path = "../audit_properties.rs"]
mod audit_properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| audit_properties::audit(bytes));
