//! Makes the golden ledgers that don't exist yet from their stories: `cargo run -p ibbi-app --example make_golden`.
//!
//! It never overwrites one. A story has a line for each event: the case's letter, the day and the time, the event, and
//! its fields after semicolons. IDs are counted, and the clock shows four minutes after each event, so that the bytes
//! depend only on the story and the program.

use ibbi_app::ledger::{self, Clock, ClockError, FirstLine, OpenOptions};
use ibbi_app::service::{Ids, Offer};
use ibbi_app::{input, zone::Zone};
use ibbi_core::{At, Event, EventKind, Name};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn Error>> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut stories: Vec<_> = std::fs::read_dir(golden.join("stories"))?.collect::<Result<_, _>>()?;
    stories.sort_by_key(std::fs::DirEntry::file_name);
    for (number, story) in stories.iter().enumerate() {
        let name = story.path().with_extension("ledger");
        let ledger = golden.join("v1").join(name.file_name().ok_or("a story has a name")?);
        if ledger.exists() {
            println!("{} exists and stays as it is", ledger.display());
            continue;
        }
        write_ledger(&std::fs::read_to_string(story.path())?, &ledger, number)?;
        println!("{} made", ledger.display());
    }
    Ok(())
}

fn write_ledger(story: &str, path: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let first_id = 0x0191_0000_0000_7000_8000_0000_0000_0000 + ((number as u128 + 1) << 32);
    let actor = Name::new("clerk@example.org")?;
    let shown = Arc::new(AtomicI64::new(At::MIN.millis()));
    let clock: Clock = {
        let time = Arc::clone(&shown);
        Arc::new(move || At::from_millis(time.load(Ordering::Relaxed)).ok_or_else(|| ClockError("no such time".into())))
    };
    let options = OpenOptions::new(clock);
    let origin = Some(Name::new("example.org/ibbi/golden")?);
    let mut last_id = first_id;
    // The first line has the second ID.
    let ids = move || {
        last_id += if last_id == first_id + 1 { 2 } else { 1 };
        Uuid::from_u128(last_id)
    };
    let mut ids = Some(Ids::from_fn(ids));
    let mut service = None;
    let mut cases: BTreeMap<&str, (Uuid, Zone)> = BTreeMap::new();
    for line in story.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split("; ");
        let head: Vec<_> = parts.next().unwrap_or_default().split(' ').collect();
        let [letter, day, time, kind] = head[..] else { return Err(format!("not a line of a story: {line}").into()) };
        let kind = input::event_kind(kind)?;
        let case = cases.get(letter).copied();
        let zone = case.map(|(_, zone)| zone).unwrap_or_default();
        let pairs: Vec<_> = parts
            .map(|pair| match pair.strip_prefix("follows=").and_then(|other| cases.get(other)) {
                Some((id, _)) => format!("follows={id}"),
                None => pair.replace("\\n", "\n").replace("\\t", "\t"),
            })
            .collect();
        let event = input::from_pairs(kind, &pairs, zone)?;
        let zone = if let Event::CaseOpened(opened) = &event { Zone::new(&opened.time_zone)? } else { zone };
        let at = zone.read(&format!("{day} {time}"), At::MIN)?;
        let now = At::from_millis(at.millis() + 4 * 60_000 + 512).ok_or("a time")?;
        shown.store(now.millis(), Ordering::Relaxed);
        if case.is_none() && kind != EventKind::CaseOpened {
            return Err(format!("case {letter} is not open: {line}").into());
        }
        if let Some(ids) = ids.take() {
            let id = Uuid::from_u128(first_id + 2);
            let first = FirstLine { actor: actor.clone(), at: Some(at), origin: origin.clone(), id };
            service = Some(ledger::open_or_create(path, &first, ids, &options)?);
        }
        let service = service.as_mut().ok_or("the ledger is open")?;
        let offer = Offer { case: case.map(|(id, _)| id), at: Some(at.into()), ..Offer::new(event, actor.clone()) };
        let recorded = service.record(offer);
        let recorded = recorded.map_err(|error| format!("{line}\n{error}"))?;
        cases.insert(letter, (recorded.case, zone));
    }
    Ok(())
}
