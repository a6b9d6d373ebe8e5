//! `ibbi schema`: the JSON Schema of a ledger's lines.

use crate::output::Outcome;

pub(crate) fn run(json: bool) -> Outcome {
    let schema = ibbi_app::schema::ledger_line();
    if json {
        return Outcome::json(&schema);
    }
    Outcome::done(format!("{schema:#}\n"))
}
