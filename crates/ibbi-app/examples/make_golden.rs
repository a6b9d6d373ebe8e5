//! Makes the golden ledgers that are not there yet out of their stories: `cargo run -p ibbi-app --example make_golden`.
//!
//! It never overwrites one. A story has a line for each event: the case's letter, the day and the time, the event, and
//! after semicolons what it carries. Ids are counted and the clock stands four minutes after each event, so that the
//! bytes depend on nothing but the story and the program.

use ibbi_app::journal::{self, Context, Entry, Ids};
use ibbi_app::{input, zone::Zone};
use ibbi_core::{At, Event, EventKind, Name};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut stories: Vec<_> = std::fs::read_dir(golden.join("stories"))?.collect::<Result<_, _>>()?;
    stories.sort_by_key(std::fs::DirEntry::file_name);
    for (number, story) in stories.iter().enumerate() {
        let name = story.path().with_extension("ledger");
        let ledger = golden.join("v1").join(name.file_name().ok_or("a story has a name")?);
        if ledger.exists() {
            println!("{} is there already and stays as it is", ledger.display());
            continue;
        }
        tell(&std::fs::read_to_string(story.path())?, &ledger, number)?;
        println!("{} made", ledger.display());
    }
    Ok(())
}

fn tell(story: &str, ledger: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let first_id = 0x0191_0000_0000_7000_8000_0000_0000_0000 + ((number as u128 + 1) << 32);
    let actor = Name::new("clerk@example.org")?;
    let mut context = Context { now: At::MIN, actor, ids: Ids::Counted(first_id), signer: None };
    let mut cases: BTreeMap<&str, (uuid::Uuid, Zone)> = BTreeMap::new();
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
        context.now = At::from_millis(at.millis() + 4 * 60_000 + 512).ok_or("a time")?;
        let entry = Entry { event, at, id: None, dry_run: false };
        let recorded = match case {
            Some((case, _)) => journal::record(ledger, case, entry, &mut context),
            None if kind == EventKind::CaseOpened => {
                journal::open_case(ledger, Some("example.org/ibbi/golden"), entry, &mut context)
            }
            None => return Err(format!("case {letter} is not open: {line}").into()),
        };
        let recorded = recorded.map_err(|error| format!("{line}\n{error}"))?;
        cases.insert(letter, (recorded.case, zone));
    }
    Ok(())
}
