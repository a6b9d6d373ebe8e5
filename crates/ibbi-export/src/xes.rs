//! Cases as traces of events: XES 2.0, IEEE 1849-2016.
//!
//! A trace is a case, an event a record, in the order of the ledger. The extensions are Concept, Time, Lifecycle and
//! Organizational:
//!
//! | key | what it holds |
//! |---|---|
//! | `concept:name` | of a trace, the case's id; of an event, its kind |
//! | `time:timestamp` | when it happened |
//! | `lifecycle:transition` | `complete`: an event has no length |
//! | `org:resource` | who recorded it |
//! | `org:group` | the party that it is about, if it is about one |
//!
//! A trace has besides: `district`, `county`, `time_zone`, `contract_expires` (as last recorded), `evergreen`, `stage` and
//! `outcome` (see below), `left_out` and `refused`. An event has besides: `ledger_seq`, `case_rev`, `record_id`, `logged`,
//! `stage_before` and `stage_after` (as recorded), `part`, `member`, and all that it carries, each value under a name of
//! its own (`slot_starts`; a list is its JSON). Two classifiers are declared: `Activity`, the kind of event, and `Step`, the
//! kind with the stage after it.
//!
//! # Corrections
//!
//! A miner takes every event of a trace for something that happened. So voided events and voids are left out, and
//! `left_out` says how many. With [`Voided::Marked`] they stand in the trace: a voided event has `voided_by`, and the void is
//! an event `event_voided`.
//!
//! # How a case stands
//!
//! `stage` and `outcome` are what the rules make of the events that count. An event that they refuse changes nothing, and
//! `refused` counts such events: where it is above zero, an audit has more to say.

mod trace;

use crate::xml::Xml;
use crate::{CHUNK, Corrections, ExportError, Voided};
use ibbi_log::{Opening, Record, Uuid};
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the cases of a ledger as traces, in the order in which they begin. See the [module](self).
///
/// A trace stands in one piece, and a ledger's cases are interleaved to its end: so the records that are to be written are
/// held in memory, some 400 bytes each. Who has the records case by case and little memory uses [`Writer`].
///
/// # Errors
/// [`ExportError`]; what was written until then is not a whole export.
pub fn write<E: std::error::Error + 'static>(
    opening: &Opening,
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    voided: Voided,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    let mut cases: Vec<(Uuid, Vec<Record>)> = Vec::new();
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let place = *places.entry(record.case).or_insert_with(|| {
            cases.push((record.case, Vec::new()));
            cases.len() - 1
        });
        cases[place].1.push(record);
    }
    let mut writer = Writer::new(opening, corrections, voided, out);
    for (case, records) in cases {
        writer.case(case, &records)?;
    }
    writer.finish()?;
    Ok(())
}

/// Writes a log case by case. Memory: one case, and a chunk of the output.
///
/// ```
/// use ibbi_export::{Corrections, Voided, xes};
/// use ibbi_log::LedgerReader;
/// # let ledger: &[u8] = include_bytes!("../../../tests/golden/v1/withdrawn.ledger");
/// let mut reader = LedgerReader::new(ledger);
/// let opening = reader.opening().cloned().expect("a ledger begins with its opening");
/// let records = reader.collect::<Result<Vec<_>, _>>()?;
/// let mut log = Vec::new();
/// let corrections = Corrections::default();
/// let mut writer = xes::Writer::new(&opening, &corrections, Voided::LeftOut, &mut log);
/// writer.case(records[0].case, &records)?;
/// writer.finish()?;
/// assert!(String::from_utf8(log)?.contains("<string key=\"outcome\" value=\"withdrawn\"/>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<'a, W> {
    xml: Xml,
    corrections: &'a Corrections,
    voided: Voided,
    out: W,
}

impl<'a, W: Write> Writer<'a, W> {
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

    /// Writes a case's records as a trace; they are all of one case, in the order of the ledger.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn case(&mut self, case: Uuid, records: &[Record]) -> io::Result<()> {
        trace::write(case, records, self.corrections, self.voided, &mut self.xml)?;
        if self.xml.waiting() >= CHUNK {
            self.xml.hand_on(&mut self.out)?;
        }
        Ok(())
    }

    /// Ends the log.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<()> {
        self.xml.close();
        self.xml.hand_on(&mut self.out)?;
        self.out.flush()
    }
}

const EXTENSIONS: [(&str, &str); 4] =
    [("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org")];
