//! `ibbi mirror`: follows the ledger of a server, and checks every step.

use super::read_input;
use crate::args::Mirror;
use crate::output::{Outcome, visible};
use crate::terminal::{BAD, DIM, count, paint};
use ibbi_app::{AppError, ExitCode, PublicKey, signing};
use ibbi_mirror::{Follower, MirrorError, Notice, Server, Summary, Waits};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest file of a token, in bytes.
const LONGEST_TOKEN: u64 = 4096;

pub(crate) fn run(args: &Mirror, as_json: bool) -> Result<Outcome, AppError> {
    let token = token(args.token_file.as_deref())?;
    let key = args.key.as_deref().map(signing::public_key).transpose()?;
    let usual = Waits::default();
    let idle = match args.every {
        Some(0) => return Err(AppError::Usage("--every is 0 seconds; give at least 1".to_owned())),
        every => every.map_or(usual.idle, Duration::from_secs),
    };
    let waits = Waits { idle, first: usual.first.min(idle), ..usual };
    match mirrored(args, &token, key, &waits, as_json) {
        Ok(summary) => Ok(done(&args.file, &summary, as_json)),
        Err(error) => failed(error, as_json),
    }
}

fn mirrored(
    args: &Mirror,
    token: &str,
    key: Option<PublicKey>,
    waits: &Waits,
    as_json: bool,
) -> Result<Summary, MirrorError> {
    let server = Server::new(&args.url, token)?;
    let mut tell = |notice: Notice| tell(&args.file, &notice, as_json);
    let mut follower = Follower::open(&args.file, server, key, &mut tell)?;
    if args.once {
        return follower.once(waits, &mut tell, &mut std::thread::sleep);
    }
    match follower.follow(waits, &mut tell, &mut std::thread::sleep)? {}
}

/// Reads the token from its file.
fn token(file: Option<&Path>) -> Result<String, AppError> {
    let named = || std::env::var_os("IBBI_TOKEN_FILE").filter(|name| !name.is_empty()).map(PathBuf::from);
    let file = file.map(Path::to_owned).or_else(named).ok_or_else(|| {
        let message =
            "name the file with the token: --token-file FILE, or IBBI_TOKEN_FILE; `ibbi token new` makes a token";
        AppError::Usage(message.to_owned())
    })?;
    let text = read_input(&file, LONGEST_TOKEN, "for a token")?;
    let wrong = |_| AppError::Usage(format!("{} is not text; it must have the token and nothing else", file.display()));
    String::from_utf8(text).map_err(wrong)
}

/// Prints what happens while the mirror follows the server.
fn tell(file: &Path, notice: &Notice, as_json: bool) {
    match notice {
        Notice::UpToDate(summary) if as_json => {
            let mut out = anstream::stdout().lock();
            let _ = writeln!(out, "{}", value(file, summary)).and_then(|()| out.flush());
        }
        notice => {
            let line = visible(&notice.to_string());
            let _ = writeln!(anstream::stderr(), "{} {line}", paint(DIM, "ibbi mirror:"));
        }
    }
}

fn value(file: &Path, summary: &Summary) -> Value {
    let Summary { origin, lines, new, readable, covered, key } = summary;
    json!({
        "file": file.to_string_lossy(), "origin": origin, "lines": lines, "new": new, "readable": readable,
        "covered": covered, "key": key,
    })
}

fn done(file: &Path, summary: &Summary, as_json: bool) -> Outcome {
    if as_json {
        return Outcome::json(&value(file, summary));
    }
    let Summary { origin, lines, new, readable, covered, .. } = summary;
    Outcome::done(format!(
        "{}: {} of {origin}, {readable} of them in full, {new} new; checkpoints cover {}\n",
        file.display(),
        count(*lines, "line"),
        count(*covered, "line")
    ))
}

/// Returns the outcome of a mirror that stopped.
fn failed(error: MirrorError, as_json: bool) -> Result<Outcome, AppError> {
    let (code, lines) = match error {
        MirrorError::Io { doing, path, source } => return Err(AppError::Io { doing, path, source }),
        MirrorError::Usage(message) => return Err(AppError::Usage(message)),
        MirrorError::Fork(ref fork) => (ExitCode::BadLedger, fork.lines),
        MirrorError::Damaged { .. } => (ExitCode::BadLedger, None),
        MirrorError::Refused { .. } => (ExitCode::Usage, None),
        _ => (ExitCode::Io, None),
    };
    let data = if as_json {
        let lines = lines.map(|(first, last)| json!({ "first": first, "last": last }));
        json!({ "error": { "code": error.code(), "message": error.to_string(), "refusal": null, "lines": lines } })
            .to_string()
            + "\n"
    } else {
        String::new()
    };
    let messages = format!("{} {}\n", paint(BAD, "ibbi:"), visible(&error.to_string()));
    Ok(Outcome { data, messages, code })
}
