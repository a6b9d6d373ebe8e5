//! The program `ibbi`: reads arguments and prints results. The use cases are in `ibbi-app`.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod mail_table;
mod output;
mod progress;
mod server_file;
mod settings;
mod settings_file;
mod terminal;

use clap::Parser as _;
use std::process::ExitCode;

/// An audit takes a tenth less time with it than with the allocator of Linux.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let json = args.json;
    match commands::run(args) {
        Ok(outcome) => output::finish(outcome),
        Err(error) => output::fail(&error, json),
    }
}
