//! The sessions of several cases by the neutrals who lead them, to find a neutral who is in two cases at the same time.

use crate::advisory::{Advisory, Warning};
use crate::event::{Event, SessionOpened, SessionScheduled};
use crate::found::list;
use crate::people::Person;
use crate::slot::Slot;
use crate::stage::Stage;
use crate::text::Name;
use crate::time::At;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use uuid::Uuid;

/// The name that stands for a person whose name no one wrote down. An import of past cases uses it. Two such people are not taken for
/// the same one.
pub const NAME_NOT_RECORDED: &str = "Name not recorded";

/// The milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The most sessions of other cases that an advisory names.
const MOST_NAMED: usize = 3;

/// Returns whether a person's name was recorded.
pub fn has_name(person: &Person) -> bool {
    person.name.as_str() != NAME_NOT_RECORDED
}

impl SessionScheduled {
    /// Returns the neutrals who are to lead the session.
    pub fn neutrals(&self) -> impl Iterator<Item = &Person> {
        core::iter::once(&self.neutral).chain(self.co_neutrals.iter())
    }
}

impl SessionOpened {
    /// Returns the neutrals who lead the session.
    pub fn neutrals(&self) -> impl Iterator<Item = &Person> {
        core::iter::once(&self.neutral).chain(self.co_neutrals.iter())
    }
}

/// The sessions of several cases: those that are booked, and those that were held.
///
/// Add the records of all cases in the order of their numbers. Neutrals are matched by name, because IDs are unique only
/// within a case.
#[derive(Debug, Clone, Default)]
pub struct Bookings {
    cases: BTreeMap<Uuid, CaseBookings>,
    /// The cases that have booked a session that starts on a day, in days since 1970 in UTC.
    days: BTreeMap<i64, BTreeSet<Uuid>>,
}

/// A session of another case that a neutral is to lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherBooking {
    /// The neutral's name.
    pub neutral: Name,
    /// The district of the other case.
    pub district: Name,
    /// The booked slot.
    pub slot: Slot,
}

/// What a record says about a case's sessions.
#[derive(Debug, Clone, Copy)]
pub struct BookingRecord<'a> {
    /// The case.
    pub case: Uuid,
    /// The record's number.
    pub seq: u64,
    /// When the event happened.
    pub at: At,
    /// The number of the record that it replaces, if it replaces one.
    pub replaces: Option<u64>,
    /// The event.
    pub event: &'a Event,
    /// The stage of the case after it.
    pub to: Stage,
}

/// The sessions of one case.
#[derive(Debug, Clone, Default)]
struct CaseBookings {
    district: Option<Name>,
    closed: bool,
    /// The records about sessions that count, in the order in which they happened.
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    order: (At, u64, u64),
    part: u8,
    action: Action,
}

#[derive(Debug, Clone)]
enum Action {
    Book { slot: Slot, neutrals: Vec<Name> },
    Postpone,
    Open { neutrals: Vec<Name> },
}

/// A session that a neutral is to lead or has led.
struct BookedSession<'a> {
    part: u8,
    slot: Slot,
    neutrals: &'a [Name],
    opened: bool,
}

impl Bookings {
    /// Adds a record of any case.
    pub fn add(&mut self, record: BookingRecord<'_>) {
        let BookingRecord { case, seq, at, replaces, event, to } = record;
        let names = |person: &Person| has_name(person).then(|| person.name.clone());
        let step = match event {
            Event::SessionScheduled(event) => {
                let neutrals = event.neutrals().filter_map(names).collect();
                Some((event.part, Action::Book { slot: event.slot, neutrals }))
            }
            Event::SessionPostponed(event) => Some((event.part, Action::Postpone)),
            Event::SessionOpened(event) => {
                Some((event.part, Action::Open { neutrals: event.neutrals().filter_map(names).collect() }))
            }
            _ => None,
        };
        let (void, opened) = match event {
            Event::EventVoided(void) => (Some(void.seq), None),
            Event::CaseOpened(opened) => (None, Some(opened)),
            _ => (None, None),
        };
        let removed = void.or(replaces);
        let closes = to == Stage::Closed;
        if step.is_none() && removed.is_none() && opened.is_none() && !closes {
            return;
        }
        let own = self.cases.entry(case).or_default();
        own.closed = closes;
        if let Some(opened) = opened {
            own.district = Some(opened.district.clone());
        }
        let place = removed.and_then(|removed| own.remove(removed));
        if let Some((part, action)) = step {
            if let Action::Book { slot, .. } = &action {
                self.days.entry(day(*slot)).or_default().insert(case);
            }
            let order = (at, place.unwrap_or(seq), seq);
            let index = own.steps.partition_point(|step| step.order < order);
            own.steps.insert(index, Step { order, part, action });
        }
    }

    /// Forgets cases, as if none of their records had been added.
    pub fn forget(&mut self, cases: &BTreeSet<Uuid>) {
        self.cases.retain(|case, _| !cases.contains(case));
        self.days.retain(|_, booked| {
            booked.retain(|case| !cases.contains(case));
            !booked.is_empty()
        });
    }

    /// Returns the advisory about booking a session in a case, if one of its neutrals is in another case at that time.
    pub fn advise(&self, case: Uuid, scheduled: &SessionScheduled) -> Option<Advisory> {
        self.advise_slot(case, scheduled.slot, &scheduled.neutrals().map(|person| &person.name).collect::<Vec<_>>())
    }

    /// Returns the advisories about the sessions that a case has booked and not opened yet.
    pub fn advise_case(&self, case: Uuid) -> Vec<Advisory> {
        let Some(own) = self.cases.get(&case).filter(|own| !own.closed) else { return Vec::new() };
        let booked = own.sessions().into_iter().filter(|session| !session.opened);
        booked.filter_map(|one| self.advise_slot(case, one.slot, &one.neutrals.iter().collect::<Vec<_>>())).collect()
    }

    /// Returns the sessions of other cases that neutrals are to lead, as booked at an instant. They are not free at these times.
    pub fn elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Vec<OtherBooking> {
        let mut found = Vec::new();
        for (_, other) in self.cases.iter().filter(|(other, _)| **other != case) {
            let Some(district) = &other.district else { continue };
            for session in other.sessions_by(as_of).iter().filter(|session| session.slot.ends().at() > as_of) {
                let named = session.neutrals.iter().filter(|neutral| neutrals.contains(neutral));
                let booking = |neutral: &Name| OtherBooking {
                    neutral: neutral.clone(),
                    district: district.clone(),
                    slot: session.slot,
                };
                found.extend(named.map(booking));
            }
        }
        found
    }

    fn advise_slot(&self, case: Uuid, slot: Slot, neutrals: &[&Name]) -> Option<Advisory> {
        let mut found: Vec<String> = Vec::new();
        let near = self.days.range(day(slot) - 1..=day(slot) + 1).flat_map(|(_, cases)| cases);
        let near: BTreeSet<Uuid> = near.copied().filter(|other| *other != case).collect();
        for other in near.iter().filter_map(|other| self.cases.get(other)) {
            for session in other.sessions().into_iter().filter(|session| session.slot.overlaps(slot)) {
                for neutral in session.neutrals.iter().filter(|neutral| neutrals.contains(neutral)) {
                    let district = other.district.as_ref().map_or("another case", Name::as_str);
                    found.push(format!("{neutral} is booked for {district} on {}", session.slot));
                }
            }
        }
        if found.is_empty() {
            return None;
        }
        let more = found.len().saturating_sub(MOST_NAMED);
        found.truncate(MOST_NAMED);
        if more > 0 {
            found.push(format!("the number of other such sessions is {more}"));
        }
        let found = format!("the session is on {slot}, and {}", list(&found, Clone::clone));
        Some(Advisory { warning: Warning::DoubleBooked, found })
    }
}

impl CaseBookings {
    /// Removes a record that no longer counts, and returns its place among events at the same instant.
    fn remove(&mut self, seq: u64) -> Option<u64> {
        let index = self.steps.iter().position(|step| step.order.2 == seq)?;
        Some(self.steps.remove(index).order.1)
    }

    /// Returns the sessions that were not postponed. A closed case has only those that were opened.
    fn sessions(&self) -> Vec<BookedSession<'_>> {
        self.sessions_by(At::MAX)
    }

    /// Returns the same, from the events that happened by an instant.
    fn sessions_by(&self, as_of: At) -> Vec<BookedSession<'_>> {
        let mut sessions: Vec<BookedSession<'_>> = Vec::new();
        for Step { part, action, .. } in self.steps.iter().take_while(|step| step.order.0 <= as_of) {
            let waiting = sessions.iter().position(|session| session.part == *part && !session.opened);
            match (action, waiting) {
                (Action::Book { slot, neutrals }, _) => {
                    sessions.push(BookedSession { part: *part, slot: *slot, neutrals, opened: false });
                }
                (Action::Postpone, Some(index)) => drop(sessions.remove(index)),
                (Action::Open { neutrals }, Some(index)) => {
                    sessions[index] = BookedSession { neutrals, opened: true, ..sessions[index] };
                }
                (_, None) => {}
            }
        }
        sessions.retain(|session| session.opened || !self.closed);
        sessions
    }
}

/// Returns the UTC day on which a slot starts.
fn day(slot: Slot) -> i64 {
    slot.starts().at().millis().div_euclid(DAY)
}
