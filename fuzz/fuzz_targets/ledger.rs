#![no_main]

use ibbi_testing::reader_properties::check_ledger;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check_ledger(bytes));
