//! `ibbi store`: the database in which several servers keep one ledger.

use super::{actor, now};
use crate::args::{InitStore, Store, StoreAddress};
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::database::{self, ChangedTables, CheckedStore};
use ibbi_app::ledger::FirstLine;
use ibbi_app::{AppError, ExitCode, place};
use ibbi_core::Name;
use std::fmt::Write as _;
use std::path::PathBuf;

pub(crate) fn run(args: Store, json: bool) -> Result<Outcome, AppError> {
    match args {
        Store::Init(args) => init(args, json),
        Store::Migrate(args) => {
            let changed = database::migrate(&path(args)?)?;
            if json {
                return Ok(Outcome::json(&changed));
            }
            let ChangedTables { store, before, version, .. } = changed;
            Ok(Outcome::done(match before == version {
                true => format!("{store}: the tables have version {version} already\n"),
                false => format!("{store}: the tables have version {version} now; they had {before}\n"),
            }))
        }
        Store::Check(args) => Ok(checked(&database::check(&path(args)?)?, json)),
    }
}

/// Returns the path that stands for the address.
fn path(args: StoreAddress) -> Result<PathBuf, AppError> {
    match (args.address, args.store_file) {
        (_, Some(file)) => place::path_in_file(&file),
        (Some(address), None) => Ok(address),
        (None, None) => Err(AppError::Usage("give the address of the database".to_owned())),
    }
}

fn init(args: InitStore, json: bool) -> Result<Outcome, AppError> {
    let origin = args.origin.as_deref().map(Name::new).transpose();
    let origin = origin.map_err(|error| AppError::Usage(format!("origin: {error}")))?;
    let first = FirstLine { actor: actor(args.actor.as_deref())?, at: None, origin, id: uuid::Uuid::now_v7() };
    let changed = database::init(&path(args.store)?, &first, now()?)?;
    if json {
        return Ok(Outcome::json(&changed));
    }
    let ChangedTables { store, before, version, created } = changed;
    let tables = match before {
        0 => format!("created the tables, version {version}"),
        _ => format!("the tables are there, version {before}"),
    };
    let ledger = if created { "created the ledger" } else { "the ledger is there" };
    Ok(Outcome::done(format!("{store}: {tables}; {ledger}\n")))
}

fn checked(found: &CheckedStore, json: bool) -> Outcome {
    let code = if found.problems.is_empty() { ExitCode::Done } else { ExitCode::Refused };
    if json {
        return Outcome { code, ..Outcome::json(found) };
    }
    let CheckedStore { store, server, version, needs, takes_writes, synchronous_standbys, ledgers, problems } = found;
    let writes = if *takes_writes { "takes writes" } else { "takes no writes" };
    let standbys = match synchronous_standbys.as_str() {
        "" => "no standby has a commit before it is acknowledged: a failover can lose what was recorded last",
        names => &format!("a commit is acknowledged when standbys have it ({names})"),
    };
    let mut text =
        format!("{store}\nPostgreSQL {server}, {writes}; the tables have version {version} of {needs}\n{standbys}\n");
    for ledger in ledgers {
        let _ = writeln!(text, "ledger {}: {}", ledger.name, terminal::count(ledger.lines, "line"));
    }
    for problem in problems {
        let _ = writeln!(text, "problem: {problem}");
    }
    Outcome { code, ..Outcome::done(text) }
}
