//! The suite that every store must pass.

use crate::server::{new_ledger, open};
use ibbi_store::contract;

#[test]
fn postgres_keeps_the_contract() {
    if new_ledger().is_some() {
        contract::check(|clock| open(&new_ledger().expect("there is a server"), Some(clock)));
    }
}
