//! Whole-program tests: `ibbi` as its users run it.
//!
//! They are one binary, and the program is built for them. Nothing that they compare depends on the day, the time zone,
//! the locale, the user, the umask, the home folder, or the speed of the machine.
#![cfg(unix)]

mod access;
mod appender;
mod audit;
mod availability;
mod availability_terminal;
mod bad_input;
mod boundaries;
mod cases;
mod certificate;
mod database;
mod dependencies;
mod docs;
mod documented_codes;
mod documented_limits;
mod evidence;
mod forgetting;
mod full_disk;
mod golden;
mod golden_v2;
mod import_cases;
mod independent;
mod killed;
mod late;
mod limits;
mod machine;
mod manipulations;
mod mirror;
mod one_write_path;
mod only_format;
mod operations;
mod output_files;
mod private_files;
mod progress;
mod proof_files;
mod reads;
mod release;
mod rendered;
mod reviewed;
mod schedule;
mod schema;
mod serve;
mod standards;
mod support;
mod table;
mod texts;
mod tools;
mod tour;
mod typed_by_hand;
mod waiting;
mod webhooks;
mod witnesses;
mod wording;
