//! `cargo run --release -p ibbi-bench -- peers`: the same work by this project and by what one would otherwise pick, on
//! this machine, in one run, taking turns.
#![forbid(unsafe_code)]

mod peers;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["peers", rest @ ..] => peers::run(rest),
        _ => Err("usage: ibbi-bench peers [--lines N] [--rounds N] [--folder DIR] [--out FILE] [--only append|verify|simulate]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ibbi-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
