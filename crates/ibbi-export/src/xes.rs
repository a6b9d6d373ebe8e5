//! Cases as traces of events: XES 2.0, IEEE 1849-2016.
//!
//! A trace is a case, and an event is a record. The events of a trace are in the order of their times, as process miners
//! expect it, and those at the same time in ledger order. So a record that was added late is where it happened. The extensions are Concept, Time, Lifecycle, and
//! Organizational:
//!
//! | key | content |
//! |---|---|
//! | `concept:name` | for a trace, the case's ID; for an event, its kind |
//! | `time:timestamp` | when it happened |
//! | `lifecycle:transition` | `complete`, because an event has no duration |
//! | `org:resource` | the actor who recorded it |
//! | `org:group` | the party that it is about, if any |
//!
//! A trace also has `district`, `county`, `time_zone`, `contract_expires` (as last recorded), `evergreen`, `stage` and
//! `outcome` (see below), `left_out`, and `refused`. An event also has `ledger_seq`, `case_rev`, `record_id`, `logged`,
//! `stage_before` and `stage_after` (as recorded), `part`, `member`, and its fields, each value under its own name
//! (`slot_starts`; a list is its JSON). There are two classifiers: `Activity`, the kind of event, and `Step`, the kind with
//! the stage after it.
//!
//! # Corrections
//!
//! Process miners assume that every event of a trace happened. So voided events and voids are left out, and `left_out` is
//! their number. With [`Voided::Marked`] they are included: a voided event has `voided_by`, and the void is an event
//! `event_voided`.
//!
//! # Stage and outcome
//!
//! `stage` and `outcome` are the result of the events that count, by the rules. An event that the rules refuse changes
//! nothing, and `refused` is the number of such events. If it isn't zero, run an audit.

mod trace;

use crate::xml::Xml;
use crate::{CHUNK, Corrections, ExportError, Voided};
use ibbi_log::{Opening, Record, Uuid};
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the cases of a ledger as traces, in the order in which they begin. See the [module](self).
///
/// A trace must be in one piece, but the cases of a ledger are interleaved. So all records are held in memory, about 400
/// bytes each. To write records that are already grouped by case, use [`XesWriter`], which needs little memory.
///
/// # Errors
/// Returns an [`ExportError`]; the output written so far is incomplete.
pub fn write<E: std::error::Error + 'static>(
    opening: &Opening,
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    voided: Voided,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut indexes: HashMap<Uuid, usize> = HashMap::new();
    let mut cases: Vec<(Uuid, Vec<Record>)> = Vec::new();
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let index = *indexes.entry(record.case).or_insert_with(|| {
            cases.push((record.case, Vec::new()));
            cases.len() - 1
        });
        cases[index].1.push(record);
    }
    let mut writer = XesWriter::new(opening, corrections, voided, out);
    for (case, records) in cases {
        writer.case(case, &records)?;
    }
    writer.finish()?;
    Ok(())
}

/// A writer of one case at a time. Memory: one case, and a chunk of the output.
///
/// ```
/// use ibbi_export::{Corrections, Voided, xes};
/// use ibbi_log::LedgerReader;
/// # let ledger: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/v1/withdrawn.ledger"));
/// let mut reader = LedgerReader::new(ledger);
/// let opening = reader.opening().cloned().expect("a ledger begins with its opening");
/// let records = reader.collect::<Result<Vec<_>, _>>()?;
/// let mut log = Vec::new();
/// let corrections = Corrections::default();
/// let mut writer = xes::XesWriter::new(&opening, &corrections, Voided::LeftOut, &mut log);
/// writer.case(records[0].case, &records)?;
/// writer.finish()?;
/// assert!(String::from_utf8(log)?.contains("<string key=\"outcome\" value=\"withdrawn\"/>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct XesWriter<'a, W> {
    xml: Xml,
    corrections: &'a Corrections,
    voided: Voided,
    out: W,
}

impl<'a, W: Write> XesWriter<'a, W> {
    /// Begins a log.
    pub fn new(opening: &Opening, corrections: &'a Corrections, voided: Voided, out: W) -> Self {
        let mut xml = Xml::new();
        xml.open("log", &[("xes.version", "2.0"), ("xes.features", ""), ("xmlns", "http://www.xes-standard.org/")]);
        for (name, prefix) in EXTENSIONS {
            let uri = format!("http://www.xes-standard.org/{prefix}.xesext");
            xml.empty("extension", &[("name", name), ("prefix", prefix), ("uri", &uri)]);
        }
        xml.open("global", &[("scope", "trace")]);
        xml.empty("string", &[("key", "concept:name"), ("value", "")]);
        xml.close();
        xml.open("global", &[("scope", "event")]);
        xml.empty("string", &[("key", "concept:name"), ("value", "")]);
        xml.empty("date", &[("key", "time:timestamp"), ("value", "1970-01-01T00:00:00.000Z")]);
        xml.empty("string", &[("key", "lifecycle:transition"), ("value", "complete")]);
        xml.empty("string", &[("key", "org:resource"), ("value", "")]);
        xml.empty("string", &[("key", "stage_after"), ("value", "")]);
        xml.close();
        xml.empty("classifier", &[("name", "Activity"), ("scope", "event"), ("keys", "concept:name")]);
        xml.empty("classifier", &[("name", "Step"), ("scope", "event"), ("keys", "concept:name stage_after")]);
        xml.empty("string", &[("key", "concept:name"), ("value", opening.origin.as_str())]);
        xml.empty("string", &[("key", "lifecycle:model"), ("value", "standard")]);
        xml.empty("string", &[("key", "program"), ("value", opening.program.as_str())]);
        Self { xml, corrections, voided, out }
    }

    /// Writes the records of a case as a trace. They must be in ledger order.
    ///
    /// # Errors
    /// Returns the errors of the output.
    pub fn case(&mut self, case: Uuid, records: &[Record]) -> io::Result<()> {
        trace::write(case, records, self.corrections, self.voided, &mut self.xml)?;
        if self.xml.len() >= CHUNK {
            self.xml.write_to(&mut self.out)?;
        }
        Ok(())
    }

    /// Ends the log.
    ///
    /// # Errors
    /// Returns the errors of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.xml.close();
        self.xml.write_to(&mut self.out)?;
        self.out.flush()
    }
}

const EXTENSIONS: [(&str, &str); 4] =
    [("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org")];
