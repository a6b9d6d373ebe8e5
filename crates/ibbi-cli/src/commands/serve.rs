//! `ibbi serve`: starts a local server with web pages and an HTTP API.

use super::{clock, signer};
use crate::args::{LogFormat, Serve};
use crate::output::Outcome;
use crate::server_file::with_file;
use crate::settings::{address, reload, settings};
use crate::terminal;
use ibbi_access::Principal;
use ibbi_app::{AppError, place};
use ibbi_web::{Config, Server, Show};
use listenfd::ListenFd;
use serde_json::json;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Name of the ledger in the user's data folder.
const DEFAULT_LEDGER: &str = "cases.ledger";

pub(crate) fn run(args: Serve, json: bool) -> Result<Outcome, AppError> {
    if std::env::var_os("IBBI_TOKEN").is_some_and(|token| !token.is_empty()) {
        let message = "IBBI_TOKEN doesn't count any more; make a token that can be revoked with `ibbi token new`, and unset IBBI_TOKEN";
        return Err(AppError::Usage(message.to_owned()));
    }
    let given = args.clone();
    let (args, limits) = with_file(args)?;
    let actor = super::actor(args.actor.as_deref())?;
    let local = Principal { name: actor.clone(), ..super::access::local()? };
    // The address is known once the server listens.
    let url = Arc::new(OnceLock::new());
    let known = Arc::clone(&url);
    let show_link: Show = Arc::new(move |secret| {
        let url = known.get().map_or("", String::as_str);
        let _ = writeln!(anstream::stderr(), "To sign in with another browser: {}", ibbi_web::link(url, secret));
    });
    let settings = settings(&args, local.clone(), Arc::clone(&show_link))?;
    let reload = reload(given, &args, limits, local, show_link);
    let address = address(&args);
    let Serve { ledger, ledger_option, store, store_file, port, log, signing, no_open, .. } = args;
    let in_database = match (store, store_file) {
        (_, Some(file)) => Some(place::path_in_file(&file)?),
        (store, None) => store,
    };
    let ledger = in_database.or(ledger).or(ledger_option).map_or_else(default_ledger, Ok)?;
    if place::is_database(&ledger) {
        // The tokens and the webhooks are in files.
        let files = place::beside(&ledger)?;
        let folder = files.parent().unwrap_or_else(|| Path::new("."));
        create_private_folder(folder).map_err(|source| AppError::Io {
            doing: "create",
            path: folder.to_owned(),
            source,
        })?;
    }
    begin_log(log.unwrap_or(LogFormat::Brief));
    let listener = ListenFd::from_env().take_tcp_listener(0);
    let listener =
        listener.map_err(|source| AppError::Io { doing: "take", path: "the socket of the system".into(), source })?;
    let server = Server::bind(Config {
        ledger: ledger.clone(),
        address,
        port,
        listener,
        settings,
        reload,
        actor,
        signer: signer(&signing)?,
        clock: std::sync::Arc::new(clock::now),
        limits,
    })?;
    let _ = url.set(server.url());
    let (url, link, shown) = (server.url(), server.link(), terminal::path(&ledger));
    let line = match (json, &link) {
        (true, _) => json!({ "address": url, "link": link, "ledger": ledger.to_string_lossy() }).to_string(),
        (false, Some(link)) => format!(
            "{link}\nOpen this link to sign in. It works once.\nThe ledger is {shown}. Press Ctrl-C to stop the server."
        ),
        (false, None) => format!("{url}\nThe ledger is {shown}. Press Ctrl-C to stop the server."),
    };
    let warnings: String = server.warnings().iter().map(|warning| format!("ibbi: {warning}\n")).collect();
    // Print warnings now, not after the server stops.
    let _ = anstream::stderr().write_all(warnings.as_bytes());
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    drop(out);
    let page = link.filter(|_| !no_open && !json).and_then(|link| open_in_browser(&link));
    server.run()?;
    drop(page);
    Ok(Outcome::done(String::new()))
}

/// Writes the log of the server to standard error. A line that can't be written is lost: the library would report that on standard error
/// too, panic, and take the request with it.
fn begin_log(format: LogFormat) {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).log_internal_errors(false);
    // A second log of the process would be another program's. Then that one gets the lines.
    let _ = match format {
        LogFormat::Brief => {
            lines.with_max_level(tracing_subscriber::filter::LevelFilter::WARN).without_time().try_init()
        }
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Opens a link in the browser, if there is a desktop. The link is in a private file, because other users of the computer see the
/// arguments of a program. The file is deleted when it is dropped.
fn open_in_browser(link: &str) -> Option<tempfile::NamedTempFile> {
    let has_desktop = cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !has_desktop || !std::io::stdout().is_terminal() {
        return None;
    }
    let mut file = tempfile::Builder::new().prefix("ibbi-").suffix(".html").tempfile().ok()?;
    let page = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url={link}\"><title>ibbi</title>"
    );
    file.write_all(page.as_bytes()).ok()?;
    open::that_detached(file.path()).ok()?;
    Some(file)
}

/// Returns the ledger in the user's data folder, and creates the folder if needed.
pub(super) fn default_ledger() -> Result<PathBuf, AppError> {
    let path = default_path()?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    create_private_folder(folder).map_err(|source| AppError::Io {
        doing: "create",
        path: folder.to_owned(),
        source,
    })?;
    Ok(path)
}

/// Returns the path of the ledger in the user's data folder.
pub(super) fn default_path() -> Result<PathBuf, AppError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
        .or_else(|| set("LOCALAPPDATA"));
    let Some(base) = base else {
        let message =
            "can't find your data folder because neither XDG_DATA_HOME nor HOME is set; choose a ledger with --ledger";
        return Err(AppError::Usage(message.to_owned()));
    };
    Ok(base.join("ibbi").join(DEFAULT_LEDGER))
}

/// Creates a folder that only its owner can open, as the XDG specification requires.
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
