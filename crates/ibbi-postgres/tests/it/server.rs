//! The server of the tests.

use ibbi_core::{At, Name};
use ibbi_log::NewLedger;
use ibbi_postgres::{Address, Options, PostgresStore, create_ledger, init};
use ibbi_store::Clock;
use uuid::Uuid;

/// Returns the address of a new, empty ledger on the server, or nothing if there is no server.
pub(crate) fn new_ledger() -> Option<Address> {
    let Ok(server) = std::env::var("IBBI_POSTGRES") else {
        println!("skipped: IBBI_POSTGRES names no server; see bench/peers/postgres.sh");
        return None;
    };
    let address: Address = server.parse().expect("IBBI_POSTGRES is a connection string");
    init(&address).expect("the tables are created");
    let address = address.with_ledger(&format!("test-{}", Uuid::new_v4()));
    create_ledger(&address, &first_line()).expect("the ledger is created");
    Some(address)
}

pub(crate) fn first_line() -> NewLedger {
    NewLedger {
        id: Uuid::new_v4(),
        actor: Name::new("clerk@example.org").expect("a name"),
        at: At::from_millis(1_790_000_000_000).expect("an instant"),
        origin: Name::new("example.org/postgres").expect("a name"),
        program: Name::new("ibbi test").expect("a name"),
    }
}

pub(crate) fn open(address: &Address, clock: Option<Clock>) -> PostgresStore {
    PostgresStore::open(address, &Options { clock, ..Options::default() }).expect("the store opens")
}

/// Runs commands on the server, besides the store.
#[cfg(unix)]
pub(crate) fn execute(commands: &str) {
    let server = std::env::var("IBBI_POSTGRES").expect("there is a server");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.expect("a connection");
        let running = tokio::spawn(connection);
        client.batch_execute(commands).await.expect("the commands run");
        drop(client);
        let _ = running.await;
    });
}
