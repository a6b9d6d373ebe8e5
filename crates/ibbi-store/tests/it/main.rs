//! The store in memory passes the suite that every store must pass.

use ibbi_store::{MemoryStore, contract};

#[test]
fn memory_store_keeps_the_contract() {
    contract::check(|clock| MemoryStore::with_clock(move || clock()));
}
