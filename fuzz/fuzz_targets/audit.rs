#![no_main]

use ibbi_testing::audit_properties::check_audit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check_audit(bytes));
