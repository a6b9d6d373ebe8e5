//! Records for test ledgers.
#![allow(unused_imports, reason = "each test file uses a part of it")]

pub(crate) use ibbi_testing::records::*;
