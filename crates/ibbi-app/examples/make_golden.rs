//! Makes the golden ledgers that don't exist yet from their stories: `cargo run -p ibbi-app --example make_golden`.
//!
//! It never overwrites one. A story has a line for each event: the case's letter, the day and the time, the event, and
//! its fields after semicolons. The time `-` means that only the day is known. `event@12` replaces number 12. A line that begins
//! with `+` belongs to the act of the line before it, and `on_behalf=` is for whom the event is recorded.
//!
//! IDs are counted, and the clock shows four minutes after each event, or after the record before it. So the bytes depend only on
//! the story and the program, and on the salts of confidential texts.

use ibbi_app::ledger::{self, Clock, ClockError, FirstLine, OpenOptions};
use ibbi_app::service::{EventTime, Ids, Offer};
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
    let mut stories: Vec<_> = std::fs::read_dir(golden.join("stories/v2"))?.collect::<Result<_, _>>()?;
    stories.sort_by_key(std::fs::DirEntry::file_name);
    for (number, story) in stories.iter().enumerate() {
        let name = story.path().with_extension("ledger");
        let ledger = golden.join("v2").join(name.file_name().ok_or("a story has a name")?);
        if ledger.exists() {
            println!("{} exists and stays as it is", ledger.display());
            continue;
        }
        write_ledger(&std::fs::read_to_string(story.path())?, &ledger, 100 + number)?;
        println!("{} made", ledger.display());
    }
    Ok(())
}

/// Returns the lines of a story, each with those that belong to its act.
fn acts(story: &str) -> Vec<Vec<&str>> {
    let mut acts: Vec<Vec<&str>> = Vec::new();
    for line in story.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("+ "), acts.last_mut()) {
            (Some(rest), Some(act)) => act.push(rest),
            _ => acts.push(vec![line]),
        }
    }
    acts
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
    for act in acts(story) {
        let mut offers = Vec::new();
        let mut letters = Vec::new();
        for line in act {
            let mut parts = line.split("; ");
            let head: Vec<_> = parts.next().unwrap_or_default().split(' ').collect();
            let [letter, day, time, kind] = head[..] else {
                return Err(format!("not a line of a story: {line}").into());
            };
            let (kind, replaces) = kind.split_once('@').map_or((kind, None), |(kind, seq)| (kind, Some(seq)));
            let kind = input::event_kind(kind)?;
            let case = cases.get(letter).copied();
            let zone = case.map(|(_, zone)| zone).unwrap_or_default();
            let (for_whom, fields): (Vec<_>, Vec<_>) = parts.partition(|pair| pair.starts_with("on_behalf="));
            let pairs: Vec<_> = fields
                .into_iter()
                .map(|pair| match pair.strip_prefix("follows=").and_then(|other| cases.get(other)) {
                    Some((id, _)) => format!("follows={id}"),
                    None => pair.replace("\\n", "\n").replace("\\t", "\t"),
                })
                .collect();
            let event = input::from_pairs(kind, &pairs, zone)?;
            let zone = if let Event::CaseOpened(opened) = &event { Zone::new(&opened.time_zone)? } else { zone };
            let on_day = time == "-";
            let at = zone.read(&format!("{day} {}", if on_day { "12:00" } else { time }), At::MIN)?;
            let last = shown.load(Ordering::Relaxed);
            shown.store((at.millis() + 4 * 60_000 + 512).max(last + 60_000), Ordering::Relaxed);
            if case.is_none() && kind != EventKind::CaseOpened {
                return Err(format!("case {letter} is not open: {line}").into());
            }
            if let Some(ids) = ids.take() {
                let id = Uuid::from_u128(first_id + 2);
                let first = FirstLine { actor: actor.clone(), at: Some(at), origin: origin.clone(), id };
                service = Some(ledger::open_or_create(path, &first, ids, &options)?);
            }
            let on_behalf =
                for_whom.first().map(|pair| Name::new(pair.trim_start_matches("on_behalf="))).transpose()?;
            let replaces = replaces.map(str::parse).transpose()?;
            let time = if on_day { EventTime::On(day.parse()?) } else { at.into() };
            let case = case.map(|(id, _)| id);
            offers.push(Offer { case, at: Some(time), replaces, on_behalf, ..Offer::new(event, actor.clone()) });
            letters.push((letter, zone));
        }
        let service = service.as_mut().ok_or("the ledger is open")?;
        let recorded = service.record_act(&offers).map_err(|error| format!("{letters:?}\n{error}"))?;
        for ((letter, zone), recorded) in letters.into_iter().zip(recorded) {
            cases.insert(letter, (recorded.case, zone));
        }
    }
    Ok(())
}
