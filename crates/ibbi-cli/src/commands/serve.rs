//! `ibbi serve`: starts a local server with web pages and an HTTP API.

use super::{clock, signer};
use crate::args::Serve;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::AppError;
use ibbi_web::{Config, Limits, Server};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Name of the ledger in the user's data folder.
const DEFAULT_LEDGER: &str = "cases.ledger";

pub(crate) fn run(args: Serve, json: bool) -> Result<Outcome, AppError> {
    let Serve { ledger, address, port, host, actor, standards, signing } = args;
    let ledger = ledger.map_or_else(default_ledger, Ok)?;
    let token = std::env::var("IBBI_TOKEN").ok().filter(|token| !token.is_empty());
    let loopback = address.is_loopback();
    let server = Server::bind(Config {
        ledger: ledger.clone(),
        address,
        port,
        hosts: host,
        // On the loopback address, only this computer can open the pages, so they need no token.
        token: token.filter(|_| !loopback),
        actor: super::actor(actor.as_deref())?,
        signer: signer(&signing)?,
        clock: std::sync::Arc::new(clock::now),
        standards: standards.read()?,
        limits: Limits::default(),
    })?;
    let (url, shown) = (server.url(), terminal::path(&ledger));
    let line = match json {
        true => json!({ "address": url, "ledger": ledger.to_string_lossy() }).to_string(),
        false => format!("{url}\nThe ledger is {shown}. Press Ctrl-C to stop the server."),
    };
    let warnings: String = server.warnings().iter().map(|warning| format!("ibbi: {warning}\n")).collect();
    // Print warnings now, not after the server stops.
    let _ = anstream::stderr().write_all(warnings.as_bytes());
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    drop(out);
    server.run()?;
    Ok(Outcome::done(String::new()))
}

/// Returns the ledger in the user's data folder, and creates the folder if needed.
fn default_ledger() -> Result<PathBuf, AppError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
        .or_else(|| set("LOCALAPPDATA"));
    let Some(base) = base else {
        let message =
            "can't find your data folder because neither XDG_DATA_HOME nor HOME is set; choose a ledger with --ledger";
        return Err(AppError::Usage(message.to_owned()));
    };
    let folder = base.join("ibbi");
    create_private_folder(&folder).map_err(|source| AppError::Io { doing: "create", path: folder.clone(), source })?;
    Ok(folder.join(DEFAULT_LEDGER))
}

/// Creates a folder that only its owner can open, as the XDG specification requires.
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
