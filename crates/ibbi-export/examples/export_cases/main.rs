//! Writes legal and illegal ledgers, with every export of each, for other programs to check:
//! `cargo run -p ibbi-export --example export_cases -- FOLDER [LEDGER…]`.
//!
//! Ledgers on the command line are copied. `cases.json` in the folder lists, for every ledger, whether its cases fit the net
//! and which rules their events don't meet. Whether they fit is the expected result, defined in this example; the unmet
//! rules are computed by the core when the records are written.

mod broken;
mod names;
mod record;

use ibbi_export::pnml::Ending;
use ibbi_export::{ChainedReader, Corrections, Voided, bpmn, cloudevents, csv, ocel, pnml, xes};
use ibbi_log::LedgerReader;
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use record::{Events, ExportCase, record};
use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The number of simulated cases.
const RUNS: u64 = 200;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, ledgers @ ..] = arguments.as_slice() else { return Err("give a folder, and ledgers if any".into()) };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let mut cases = Vec::new();
    for ledger in ledgers {
        let name = Path::new(ledger).file_stem().ok_or("a ledger has a name")?.to_string_lossy().into_owned();
        fs::copy(ledger, folder.join(format!("{name}.ledger")))?;
        cases.push(ExportCase { name, fits: true, rules: Vec::new(), source: "unchanged" });
    }
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
    let runs: Vec<Events> = (0..RUNS).map(|number| run(&simulator, number)).collect::<Outcome<_>>()?;
    let base = &runs[0];
    cases.push(record(folder, "simulated", "legal", true, &runs)?);
    let under_way: Vec<Events> = (1..base.len()).map(|length| base[..length].to_vec()).collect();
    cases.push(record(folder, "under-way", "every beginning of a legal case", true, &under_way)?);
    cases.push(record(folder, "strange-names", "legal", true, &[names::case()?])?);
    for change in broken::ALL {
        let events =
            (change.make)(base.clone()).ok_or_else(|| format!("{}: the case has no such event", change.name))?;
        let made = record(folder, change.name, change.what, change.fits, &[events])?;
        if !made.rules.contains(&change.rule) {
            return Err(format!("{} was to leave {} unmet, not {:?}", change.name, change.rule, made.rules).into());
        }
        cases.push(made);
    }
    for ExportCase { name, .. } in &cases {
        export(folder, name)?;
    }
    process(folder)?;
    fs::write(
        folder.join("cases.json"),
        serde_json::to_string_pretty(&cases.iter().map(ExportCase::json).collect::<Vec<_>>())?,
    )?;
    println!("{} ledgers with their exports in {}", cases.len(), folder.display());
    Ok(())
}

fn run(simulator: &Simulator, number: u64) -> Outcome<Events> {
    let mut events = Events::new();
    simulator.run(1, number, |at, event, _| events.push((at, event.clone())))?;
    Ok(events)
}

fn export(folder: &Path, name: &str) -> Outcome<()> {
    let ledger = folder.join(format!("{name}.ledger"));
    let read = || LedgerReader::open(&ledger);
    let to = |extension: &str| File::create(folder.join(format!("{name}.{extension}"))).map(BufWriter::new);
    let corrections = Corrections::read(read()?)?;
    let opening = read()?.opening().cloned().ok_or("a ledger begins with its opening")?;
    csv::write(read()?, &corrections, &mut to("csv")?)?;
    xes::write(&opening, read()?, &corrections, Voided::LeftOut, &mut to("xes")?)?;
    xes::write(&opening, read()?, &corrections, Voided::Marked, &mut to("marked.xes")?)?;
    ocel::write(read()?, &corrections, Voided::LeftOut, &mut to("ocel.json")?)?;
    ocel::write(read()?, &corrections, Voided::Marked, &mut to("marked.ocel.json")?)?;
    for (framing, extension) in
        [(cloudevents::Framing::Lines, "events.jsonl"), (cloudevents::Framing::Batch, "events.json")]
    {
        cloudevents::write(&opening, ChainedReader::new(read()?), &corrections, framing, &mut to(extension)?)?;
    }
    Ok(())
}

fn process(folder: &Path) -> Outcome<()> {
    pnml::write(Ending::Anywhere, &mut File::create(folder.join("process.pnml"))?)?;
    pnml::write(Ending::Closed, &mut File::create(folder.join("process-closed.pnml"))?)?;
    bpmn::write(&mut File::create(folder.join("process.bpmn"))?)?;
    Ok(())
}
