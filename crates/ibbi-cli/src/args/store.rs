//! Arguments of `ibbi store`.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// The database in which several servers keep one ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Create the tables if there are none, and the ledger if the database has none of its name.
    Init(InitStore),
    /// Bring the tables up to date with this version of ibbi, in one transaction.
    Migrate(StoreAddress),
    /// Show the tables, the ledgers, and the server's settings, and what must be changed before the database is used.
    Check(StoreAddress),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  createdb ibbi\n  ibbi store init 'postgres://ibbi@db1,db2/ibbi?ledger=cases'\n\n\
The password comes from the address, from PGPASSWORD, from ~/.pgpass, or from the file of --store-file.\n\n\
Exit codes: 0 done, 2 the address is wrong, 3 something must be changed first (check), 5 the database can't be used.")]
pub(crate) struct StoreAddress {
    /// Address of the database: postgres://USER@HOST/DATABASE?ledger=NAME, with a comma between several hosts
    #[arg(required_unless_present = "store_file")]
    pub(crate) address: Option<PathBuf>,
    /// File with the address, which only you can read. Its password is then in no list of processes.
    #[arg(long, value_name = "FILE", conflicts_with = "address")]
    pub(crate) store_file: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InitStore {
    #[command(flatten)]
    pub(crate) store: StoreAddress,
    /// Public name of the ledger, such as example.org/ibbi. Its checkpoints have it too.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// Person who creates the ledger. Default: IBBI_ACTOR, or your user name.
    #[arg(long, value_name = "NAME", alias = "by")]
    pub(crate) actor: Option<String>,
}
