//! `ibbi serve`: the pages and the HTTP API on this machine.

use super::{context, now, signer};
use crate::args::Serve;
use crate::output::Outcome;
use crate::show;
use ibbi_app::AppError;
use ibbi_web::{Config, Limits, Server};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The name of the ledger in the user's data folder.
const LEDGER: &str = "cases.ledger";

pub(crate) fn run(args: Serve, json: bool) -> Result<Outcome, AppError> {
    let Serve { ledger, address, port, host, actor, signing } = args;
    let ledger = ledger.map_or_else(own_ledger, Ok)?;
    let token = std::env::var("IBBI_TOKEN").ok().filter(|token| !token.is_empty());
    let loopback = address.is_loopback();
    let server = Server::bind(Config {
        ledger: ledger.clone(),
        address,
        port,
        hosts: host,
        // On the loopback address a token would only be in the way of whoever opens the page.
        token: token.filter(|_| !loopback),
        actor: context(actor.as_deref())?.actor,
        signer: signer(&signing)?,
        clock: now,
        limits: Limits::default(),
    })?;
    let (url, shown) = (server.url(), show::path(&ledger));
    let line = match json {
        true => json!({ "address": url, "ledger": ledger }).to_string(),
        false => format!("{url}\nThe ledger is {shown}. Ctrl-C ends the server."),
    };
    let warnings: String = server.warnings().iter().map(|warning| format!("ibbi: {warning}\n")).collect();
    // Said now, not when the server has ended.
    let _ = anstream::stderr().write_all(warnings.as_bytes());
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    drop(out);
    server.run()?;
    Ok(Outcome::done(String::new()))
}

/// The ledger in the user's data folder, which is made if it is not there.
fn own_ledger() -> Result<PathBuf, AppError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
        .or_else(|| set("LOCALAPPDATA"));
    let Some(base) = base else {
        let message =
            "there is no data folder, for neither XDG_DATA_HOME nor HOME is set; give the ledger with --ledger";
        return Err(AppError::Usage(message.to_owned()));
    };
    let folder = base.join("ibbi");
    make(&folder).map_err(|source| AppError::Io { doing: "make", path: folder.clone(), source })?;
    Ok(folder.join(LEDGER))
}

/// Makes a folder that only its owner can look into, as the rules of XDG ask.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
