//! `ibbi schema`: prints the JSON Schema of a ledger line or of a scenario.

use crate::args::{Schema, SchemaSubject};
use crate::output::Outcome;

pub(crate) fn run(args: &Schema, json: bool) -> Outcome {
    let schema = match args.subject {
        SchemaSubject::Ledger => ibbi_app::schema::ledger_line(),
        SchemaSubject::Scenario => ibbi_app::sim::schema(),
    };
    if json {
        return Outcome::json(&schema);
    }
    Outcome::done(format!("{schema:#}\n"))
}
