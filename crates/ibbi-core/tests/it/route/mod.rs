//! Routes can be recorded with suitable events, and no shorter route exists.

mod routes;
mod search;
