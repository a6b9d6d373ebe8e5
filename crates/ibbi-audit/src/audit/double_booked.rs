//! Neutrals who were booked in two cases at the same time.
//!
//! A shard doesn't know the cases of the others, so it only notes when each neutral was booked. At the end, the cases in which
//! a neutral might have been booked twice are read again in the order of the ledger. Each booking is then compared with what
//! was known when it was recorded.

use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location};
use crate::input::RandomAccess;
use crate::judge::{BookedTime, RecordRereader, Shard};
use core::cmp::Reverse;
use ibbi_core::{BookingRecord, Bookings, Event};
use ibbi_log::Record;
use std::collections::BTreeSet;

/// The place of a case: its shard, and its index there.
type CasePlace = (usize, usize);

/// Returns a finding for each booking of a neutral who was in another case at that time, as far as it was known then.
pub(super) fn double_booked(shards: &mut [Shard], source: &RandomAccess<'_>) -> Result<Vec<Finding>, AuditError> {
    let suspects = suspects(shards);
    let of_case = |place: &CasePlace| {
        let accepted = shards[place.0].cases[place.1].offsets.iter().filter(|(_, accepted)| *accepted);
        accepted.map(|(offset, _)| (offset, *place)).collect::<Vec<_>>()
    };
    let mut records: Vec<(u64, CasePlace)> = suspects.iter().flat_map(of_case).collect();
    records.sort_unstable();

    let (mut rereader, mut bookings, mut findings) = (RecordRereader::default(), Bookings::default(), Vec::new());
    for (offset, (shard, index)) in records {
        let record = rereader.record(source, offset)?;
        let Record { case, seq, at, to, ref event, ref details, .. } = record.record;
        if let Event::SessionScheduled(scheduled) = event
            && let Some(advisory) = bookings.advise(case, scheduled)
        {
            shards[shard].cases[index].note(FindingKind::EventAdvisory);
            // A record is on the line with its number, unless the chain reports a fault.
            let location = Location { line: seq, byte: offset, ..Location::record(&record) };
            findings.push(location.finding(FindingKind::EventAdvisory, FindingDetail::Advisory(advisory)));
        }
        bookings.add(BookingRecord { case, seq, at, replaces: details.replaces, event, to });
    }
    Ok(findings)
}

/// Returns the cases in which a neutral was booked at the time of a booking in another case.
fn suspects(shards: &[Shard]) -> BTreeSet<CasePlace> {
    let of_shard =
        |(number, shard): (usize, &Shard)| shard.booked.iter().map(move |booked| (booked, number)).collect::<Vec<_>>();
    let mut all: Vec<(BookedTime, usize)> = shards.iter().enumerate().flat_map(of_shard).collect();
    all.sort_unstable();
    let place = |(booked, shard): &(BookedTime, usize)| (*shard, booked.case());
    let mut found = BTreeSet::new();
    // The bookings of the neutral that end last, in two different cases. The other bookings at this time are in cases that
    // have been found already.
    let mut under_way: Vec<(BookedTime, usize)> = Vec::new();
    for next in all {
        under_way.retain(|(booked, _)| booked.neutral() == next.0.neutral() && booked.ends() > next.0.starts());
        let others: Vec<CasePlace> = under_way.iter().map(place).filter(|other| *other != place(&next)).collect();
        if !others.is_empty() {
            found.extend(others);
            found.insert(place(&next));
        }
        match under_way.iter_mut().find(|other| place(other) == place(&next)) {
            Some(own) if own.0.ends() < next.0.ends() => *own = next,
            Some(_) => {}
            None => under_way.push(next),
        }
        under_way.sort_by_key(|(booked, _)| Reverse(booked.ends()));
        under_way.truncate(2);
    }
    found
}
