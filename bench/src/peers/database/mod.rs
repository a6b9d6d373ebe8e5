//! ibbi-postgres beside plain inserts into the same table, and an audit from the database beside one from the file.

mod append;
mod audit;

use super::{Failed, Options, Table};
use ibbi_postgres::Address;
use postgres::{Client, NoTls};

const SERVER: &str = "IBBI_POSTGRES";
/// The tables of ibbi-postgres, and the one for the plain inserts.
const TABLES: &str = "ibbi_migration, ibbi_ledger, ibbi_line, ibbi_text, ibbi_checkpoint, plain_line";

/// A PostgreSQL server of the benchmark's own.
struct Server {
    text: String,
}

impl Server {
    /// Returns the server that the environment names, if it names one, with new tables.
    fn find() -> Result<Option<Self>, Failed> {
        let Ok(text) = std::env::var(SERVER) else { return Ok(None) };
        let server = Self { text };
        let mut client = server.connect()?;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = client.query_one(&format!("SHOW {setting}"), &[])?.get(0);
            if value != "on" {
                return Err(format!("PostgreSQL's {setting} is {value}: what it acknowledges might not be safe").into());
            }
        }
        client.batch_execute(&format!("DROP TABLE IF EXISTS {TABLES} CASCADE"))?;
        ibbi_postgres::init(&server.address("cases")?)?;
        client.batch_execute("CREATE TABLE plain_line (LIKE ibbi_line INCLUDING ALL)")?;
        Ok(Some(server))
    }

    fn connect(&self) -> Result<Client, Failed> {
        Ok(Client::connect(&self.text, NoTls)?)
    }

    /// Returns the address of a ledger.
    fn address(&self, ledger: &str) -> Result<Address, Failed> {
        Ok(self.text.parse::<Address>()?.with_ledger(ledger))
    }
}

/// Batched appends on 1, 2, and 8 connections, and the audit.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let Some(server) = Server::find()? else {
        eprintln!("not measured: PostgreSQL ({SERVER} names no server; see bench/peers/postgres.sh)");
        return Ok(Vec::new());
    };
    let mut tables: Vec<Table> = Vec::new();
    for connections in [1, 2, 8] {
        tables.push(append::table(options, &server, connections)?);
    }
    tables.push(audit::table(options, &server)?);
    Ok(tables)
}
