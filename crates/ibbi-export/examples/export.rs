//! Exports a ledger or the process to standard output: `cargo run -p ibbi-export --example export -- LEDGER FORMAT`.
//!
//! FORMAT is csv, xes, xes-marked, ocel, ocel-marked, cloudevents, or cloudevents-batch. For the process, LEDGER is `-` and
//! FORMAT is pnml, pnml-closed, or bpmn.

use ibbi_export::pnml::Ending;
use ibbi_export::{ChainedReader, Corrections, Voided, bpmn, cloudevents, csv, ocel, pnml, xes};
use ibbi_log::LedgerReader;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [ledger, format] = arguments.as_slice() else { return Err("give a ledger and a format".into()) };
    let out = &mut std::io::stdout().lock();
    match format.as_str() {
        "pnml" => return Ok(pnml::write(Ending::Anywhere, out)?),
        "pnml-closed" => return Ok(pnml::write(Ending::Closed, out)?),
        "bpmn" => return Ok(bpmn::write(out)?),
        _ => {}
    }
    let path = Path::new(ledger);
    let corrections = Corrections::read(LedgerReader::open(path)?)?;
    let mut reader = LedgerReader::open(path)?;
    let opening = reader.opening().cloned().ok_or("the first line does not open a ledger")?;
    match format.as_str() {
        "csv" => csv::write(reader, &corrections, out)?,
        "xes" => xes::write(&opening, reader, &corrections, Voided::LeftOut, out)?,
        "xes-marked" => xes::write(&opening, reader, &corrections, Voided::Marked, out)?,
        "ocel" => ocel::write(reader, &corrections, Voided::LeftOut, out)?,
        "ocel-marked" => ocel::write(reader, &corrections, Voided::Marked, out)?,
        "cloudevents" | "cloudevents-batch" => {
            let framing =
                if format == "cloudevents" { cloudevents::Framing::Lines } else { cloudevents::Framing::Batch };
            cloudevents::write(&opening, ChainedReader::new(reader), &corrections, framing, out)?;
        }
        other => return Err(format!("there is no format `{other}`").into()),
    }
    Ok(())
}
