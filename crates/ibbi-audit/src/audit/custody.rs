//! Legal holds and destructions: whether each destruction was allowed, as far as the ledger shows it.

use crate::blocks::shard_of;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location};
use crate::input::RandomAccess;
use crate::judge::Shard;
use ibbi_core::{At, Date, Stage};
use ibbi_log::{CustodyState, Destruction, KeepFrom};

/// Returns the findings about the destructions of a ledger. Each is at the line of the destruction.
///
/// `offsets` has the place of each destruction's line, in the order of the lines. What is recorded after `now`, the reader's
/// clock, was recorded by then, whatever day the line names.
pub(super) fn check_custody(
    custody: &CustodyState,
    offsets: &[(u64, u64)],
    shards: &mut [Shard],
    source: &RandomAccess<'_>,
    now: Option<At>,
) -> Result<Vec<Finding>, AuditError> {
    let mut findings = Vec::new();
    for (destruction, (line, byte)) in custody.destroyed.iter().zip(offsets) {
        let case = destruction.texts.key.case;
        let location = Location {
            case: Some(case),
            seq: Some(destruction.seq),
            logged: Some(destruction.at),
            ..Location::line(*line, *byte)
        };
        let texts = Box::new(destruction.texts.clone());
        let on = destruction.at.utc_date();
        findings.push(location.finding(FindingKind::CustodyDestroyed, FindingDetail::Destroyed { texts, on }));
        if let Some(hold) = destruction.under_hold {
            findings.push(location.finding(FindingKind::CustodyUnderHold, FindingDetail::UnderHold { hold }));
        }
        if let Some(reason) = early(destruction, shards, source, now)? {
            findings.push(location.finding(FindingKind::CustodyEarly, FindingDetail::TooEarly { reason }));
        }
    }
    Ok(findings)
}

/// Returns why texts were destroyed before their rule allowed it, as far as the ledger shows it.
fn early(
    destruction: &Destruction,
    shards: &mut [Shard],
    source: &RandomAccess<'_>,
    now: Option<At>,
) -> Result<Option<String>, AuditError> {
    let (texts, by) = (&destruction.texts, now.map_or(destruction.at, |now| now.min(destruction.at)));
    let on = by.utc_date();
    if texts.due().is_none_or(|due| on < due) {
        let due = texts.due().map_or_else(|| "the year 10000".to_owned(), Date::readable);
        return Ok(Some(format!("the rule asks for the texts to be kept until {due}, but it was {}", on.readable())));
    }
    let case = texts.key.case;
    let shard = &mut shards[shard_of(case)];
    // What was recorded later says nothing about the day of the destruction.
    let Some(logged) = shard.case(case).filter(|known| known.last_line <= destruction.seq).map(|known| known.logged)
    else {
        return Ok(None);
    };
    let Some(state) = shard.state(case, source)? else { return Ok(None) };
    if texts.after == KeepFrom::Closing && state.stage() != Stage::Closed {
        return Ok(Some("the rule counts from the closing of the case, but the case was still open".to_owned()));
    }
    // A record that says that it is old could otherwise shorten the time.
    let last = state.file().map(|file| file.last_at().max(logged).utc_date());
    Ok(last.filter(|last| *last > texts.from).map(|last| {
        let (from, last) = (texts.from.readable(), last.readable());
        format!("the time was counted from {from}, but the case has a record of {last}")
    }))
}
