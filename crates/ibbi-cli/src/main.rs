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
use ibbi_app::{AppError, place};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Addresses of databases lose their passwords here, so that nothing prints them: no message, no report, and no log.
    let given: Result<Vec<_>, _> = std::env::args_os().map(without_password).collect();
    let given = match given {
        Ok(given) => given,
        Err(error) => return output::fail(&error, std::env::args_os().any(|argument| argument == "--json")),
    };
    let args = match args::Args::try_parse_from(given) {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let json = args.json;
    match commands::run(args) {
        Ok(outcome) => output::finish(outcome),
        Err(error) => output::fail(&error, json),
    }
}

/// Returns an argument; if it is the address of a database, or an option with one, without the password, which is kept in memory.
fn without_password(argument: OsString) -> Result<OsString, AppError> {
    let Some(text) = argument.to_str() else { return Ok(argument) };
    match text.split_once('=').filter(|(option, _)| option.starts_with("--")) {
        Some((option, value)) if place::is_database(value.as_ref()) => {
            let mut named = OsString::from(format!("{option}="));
            named.push(place::ledger_path(value.as_ref())?);
            Ok(named)
        }
        Some(_) => Ok(argument),
        None if place::is_database(text.as_ref()) => Ok(place::ledger_path(&argument)?.into_os_string()),
        None => Ok(argument),
    }
}
