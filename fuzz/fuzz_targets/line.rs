#![no_main]

use ibbi_testing::reader_properties::check_line;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check_line(bytes));
