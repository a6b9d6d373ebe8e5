//! Writes cases to a ledger, legal or not, and notes which rules they don't meet.

use crate::Outcome;
use ibbi_core::{At, Case, Event, Name, NoteText, Stage};
use ibbi_log::{Digest, Ledger, NewLedger, Record, RecordDetails, Uuid};
use std::path::Path;

/// The events of a case, with their times.
pub(crate) type Events = Vec<(At, Event)>;

/// A written ledger, with the expected results.
#[derive(Debug)]
pub(crate) struct ExportCase {
    pub(crate) name: String,
    /// How it was made.
    pub(crate) source: &'static str,
    /// Whether its cases fit the net.
    pub(crate) fits: bool,
    /// The rules that the first refused event doesn't meet.
    pub(crate) rules: Vec<&'static str>,
}

impl ExportCase {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({ "name": self.name, "what": self.source, "fits": self.fits, "rules": self.rules })
    }
}

/// Writes a ledger of some cases, one record of each in turn.
pub(crate) fn record(
    folder: &Path,
    name: &str,
    source: &'static str,
    fits: bool,
    cases: &[Events],
) -> Outcome<ExportCase> {
    let path = folder.join(format!("{name}.ledger"));
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let mut ids = (1_u128..).map(Uuid::from_u128);
    let mut id = || ids.next().ok_or("there are ids enough");
    let actor = Name::new("clerk@example.org")?;
    let opened = cases.iter().flatten().map(|(at, _)| *at).min().ok_or("no ledger without an event")?;
    let (origin, program) = (Name::new("example.org/ibbi/exports")?, Name::new("export_cases")?);
    let new = NewLedger { id: id()?, actor: actor.clone(), at: opened, origin, program };
    drop(Ledger::create(&path, &new)?);
    let mut bytes = std::fs::read(&path)?;
    let (mut seq, mut prev) = (1, Digest::sha256(bytes.trim_ascii_end()));
    let mut open: Vec<(Uuid, Case, u64)> =
        cases.iter().map(|_| Ok((id()?, Case::default(), 0))).collect::<Outcome<_>>()?;
    let mut rules = Vec::new();
    let mut latest = opened;
    for turn in 0..cases.iter().map(Vec::len).max().unwrap_or(0) {
        let mut batch = Vec::new();
        for (events, (case, state, rev)) in cases.iter().zip(&mut open) {
            let Some((at, event)) = events.get(turn) else { continue };
            if let Err(refusal) = state.offer(event, *at)
                && rules.is_empty()
            {
                rules.extend(refusal.unmet.iter().map(|unmet| unmet.rule.id()));
            }
            // The stage that a program without rules would record: the one to which the legal events have led.
            let to = if state.stage() == Stage::Unopened { Stage::Inquiry } else { state.stage() };
            latest = latest.max(*at);
            *rev += 1;
            let (case, rev, actor, mut event) = (*case, *rev, actor.clone(), event.clone());
            if let Some(place) = event.note_text_mut()
                && let Some(text) = place.text()
            {
                *place = NoteText::from_digest(*ibbi_log::text_digest(&[0; 16], text).as_bytes());
            }
            let details = RecordDetails::default();
            batch.push(Record { seq: 0, rev, case, id: id()?, actor, at: *at, logged: *at, to, event, details });
        }
        // The rules don't allow all of these records, so only the encoder of lines takes them.
        for record in batch {
            seq += 1;
            let line = ibbi_log::encode_line(&Record { seq, logged: latest, ..record }, &prev)?;
            prev = Digest::sha256(&line);
            bytes.extend_from_slice(&line);
            bytes.push(b'\n');
        }
    }
    std::fs::write(&path, bytes)?;
    Ok(ExportCase { name: name.to_owned(), source, fits, rules })
}
