//! Measures this project, on this machine:
//!
//! - `cargo run --release --manifest-path bench/Cargo.toml -- peers`: this project and its alternatives do the same work
//!   in one run, taking turns;
//! - `… -- growth`: how time and memory grow with the size of the job;
//! - `… -- document`: both, and writes the figures into docs/performance.md.
#![forbid(unsafe_code)]

mod document;
mod growth;
mod peers;
mod request;

use request::Request;
use std::process::ExitCode;

const USAGE: &str = "usage:
  ibbi-bench peers [--lines N] [--rounds N] [--folder DIR] [--out FILE] [--only SUBJECT]
      SUBJECT is transitions, append, database, verify, audit, audit-late or simulate
  ibbi-bench growth [--most POWER] [--folder DIR] [--plot FILE]
      the largest size is 10^POWER lines, 7 by default
  ibbi-bench document [--only SUBJECT|growth|instructions|machine] and the options above
      writes docs/performance.md; all of it, or one part
DIR should be on a real disk, or syncing costs nothing.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["peers", rest @ ..] => Request::read(rest).and_then(|request| peers::run(&request)),
        ["growth", rest @ ..] => Request::read(rest).and_then(|request| growth::run(&request)).map(|text| {
            println!("{text}");
        }),
        ["document", rest @ ..] => Request::read(rest).and_then(document::run),
        // Runs one point of `growth` in its own process.
        ["point", rest @ ..] => growth::point(rest),
        // Audits once in its own process, to measure its memory.
        ["late-point", rest @ ..] => peers::audit::late::point(rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ibbi-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
