//! `ibbi schema`: the JSON Schema of a ledger's lines, or of a scenario.

use crate::args::{Schema, SchemaOf};
use crate::output::Outcome;

pub(crate) fn run(args: &Schema, json: bool) -> Outcome {
    let schema = match args.of {
        SchemaOf::Ledger => ibbi_app::schema::ledger_line(),
        SchemaOf::Scenario => ibbi_sim::schema(),
    };
    if json {
        return Outcome::json(&schema);
    }
    Outcome::done(format!("{schema:#}\n"))
}
