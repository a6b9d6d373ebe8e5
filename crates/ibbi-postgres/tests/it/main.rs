//! The tests of the store on a real server, which `IBBI_POSTGRES` names (a connection string). Without one, each test says that it
//! was skipped.

mod contract;
#[cfg(unix)]
mod doubt;
mod lines;
mod server;
mod transfer;
