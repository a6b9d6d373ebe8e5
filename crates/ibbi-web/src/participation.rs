//! In which cases a name is, without a look at each case: an index of the ledger's records, which grows with them.

use ibbi_app::case_log::CaseLog;
use ibbi_app::{AppError, Record};
use ibbi_core::{Event, Party, Seat};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How many records are read at a time.
const BATCH: usize = 1000;

/// The cases whose records have a name, by name. It is empty until it is asked for the first time.
#[derive(Default)]
pub(crate) struct Participation(Mutex<Index>);

#[derive(Default)]
struct Index {
    /// The number of the last record that was read.
    position: u64,
    cases: HashMap<String, BTreeSet<Uuid>>,
}

impl Participation {
    /// Returns the cases whose records have a name, also in records that don't count any more. `last` is the number of the ledger's last
    /// record, and `read` returns the records after a number, at most so many.
    pub(crate) fn cases_with(
        &self,
        name: &str,
        last: u64,
        read: impl Fn(u64, usize) -> Result<Vec<Record>, AppError>,
    ) -> Result<BTreeSet<Uuid>, AppError> {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last < index.position {
            // The ledger was restored from a backup.
            *index = Index::default();
        }
        loop {
            let records = read(index.position, BATCH)?;
            let Some(newest) = records.last().map(|record| record.seq) else { break };
            for record in &records {
                record.event.each_name(&mut |name| {
                    index.cases.entry(name.to_owned()).or_default().insert(record.case);
                });
            }
            index.position = newest;
            if records.len() < BATCH {
                break;
            }
        }
        Ok(index.cases.get(name).cloned().unwrap_or_default())
    }
}

/// Returns whether a person takes part in a case, by the person's name: as a key leader, as a member of a team, as the program's
/// representative at a meeting, or as a neutral of a session.
pub(crate) fn takes_part(log: &CaseLog, person: &str) -> bool {
    let case = log.recorded.facts().last_open();
    let leads = Seat::ALL.iter().filter_map(|seat| case.seat_holder(*seat)).any(|name| name.as_str() == person);
    let members = case.teams().into_iter().flat_map(|teams| Party::ALL.iter().flat_map(|party| teams.members(*party)));
    leads
        || members.into_iter().any(|member| member.person.name.as_str() == person)
        || log.counting().any(|record| match &record.event {
            Event::SessionScheduled(session) => session.neutrals().any(|neutral| neutral.name.as_str() == person),
            Event::SessionOpened(session) => session.neutrals().any(|neutral| neutral.name.as_str() == person),
            Event::MeetingHeld(held) => held.representative.as_str() == person,
            _ => false,
        })
}

/// Returns the names of the people who take part in a case, each once.
pub(crate) fn people_of(log: &CaseLog) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for record in log.counting() {
        record.event.each_name(&mut |name| {
            names.insert(name.to_owned());
        });
    }
    names.retain(|name| takes_part(log, name));
    names
}
