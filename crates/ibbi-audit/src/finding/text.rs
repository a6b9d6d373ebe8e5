//! The sentences of findings: what a lay reader sees.

use super::{Detail, Finding};
use core::fmt;

/// A finding as a sentence.
pub(crate) struct Sentence<'a>(pub(crate) &'a Finding);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0.event.map_or("the event", |event| event.code());
        match &self.0.detail {
            Detail::Fault(fault) => write!(f, "{fault}; {}", fault.remedy()),
            Detail::OtherChart { program, found } => {
                write!(f, "the ledger was begun by {program}, which had another chart of the process (SHA-256 {found})")
            }
            Detail::NoFirstLine { seq: Some(seq) } => {
                write!(f, "the first line is number {seq} of a ledger; what came before it is not here")
            }
            Detail::NoFirstLine { seq: None } => f.write_str("the first line is none of a ledger"),
            Detail::Packing { packing, reason } => {
                write!(f, "the {} file cannot be unpacked any further: {reason}", packing.code())
            }
            Detail::Limit { limit } => write!(f, "the limit of {limit} is reached"),
            Detail::Signature { size, error } => write!(f, "the checkpoint of {size} lines: {error}"),
            Detail::NoCheckpoint => {
                f.write_str("a key was given, and there is no checkpoint that it could have signed")
            }
            Detail::Unproved { reason } => f.write_str(reason),
            Detail::Extract { size } => {
                write!(f, "the extract shows the case as far as the checkpoint of {size} lines goes")
            }
            Detail::NoOpening => write!(f, "the case begins with {event} and not with its opening"),
            Detail::Repeated { id, first } => write!(f, "the record {id} is there already, as number {first}"),
            Detail::UnknownZone { zone } => write!(f, "there is no time zone `{zone}`"),
            Detail::OtherProgram { differs } => {
                write!(f, "the case has its own program parameters: {}", differs.join("; "))
            }
            Detail::FollowsMissing { earlier } => write!(f, "it follows case {earlier}, which is not in this ledger"),
            Detail::PastContract { expires, today, evergreen, stage } => {
                let clause = if *evergreen { ", with an evergreen clause" } else { "" };
                let stage = stage.label();
                write!(f, "the contract expired {expires}{clause}, it is {today}, and the case is in {stage}")
            }
            Detail::Illegal(refusal) => {
                match refusal.unmet.len() {
                    1 => write!(f, "{event} was recorded although a rule is not met: ")?,
                    count => write!(f, "{event} was recorded although {count} rules are not met: ")?,
                }
                list(f, &refusal.unmet)?;
                write!(f, ". The audit goes on from {}, the state before it", refusal.stage.label())
            }
            Detail::Stage { recorded, computed } => {
                let (recorded, computed) = (recorded.label(), computed.label());
                write!(f, "after this {event} the case is in {computed}, but {recorded} is recorded")
            }
            Detail::Consequence { cause, unmet, stage } => {
                let stage = stage.label();
                write!(
                    f,
                    "{event} cannot be judged by itself, because of line {cause}; the audit has the case in {stage}"
                )?;
                let ids: Vec<_> = unmet.iter().map(|unmet| unmet.rule.id()).collect();
                if ids.is_empty() { Ok(()) } else { write!(f, " and finds unmet {}", ids.join(", ")) }
            }
            Detail::Early { at, logged } => {
                write!(f, "{event} is said to have happened {at}, but was written down {logged}")
            }
            Detail::Offset { time, zone, expected } => {
                let sign = if *expected < 0 { '-' } else { '+' };
                let (hours, minutes) = (expected.unsigned_abs() / 60, expected.unsigned_abs() % 60);
                write!(f, "{time} has not the offset of {zone}, which is {sign}{hours:02}:{minutes:02} then")
            }
            Detail::VoidsUncounted { seq } => write!(f, "it strikes number {seq}, which had not been counted"),
            Detail::Advisory(advisory) => write!(f, "{}; {}", advisory.found, advisory.warning.label()),
        }
    }
}

/// Each unmet rule with what was found and its source.
fn list(f: &mut fmt::Formatter<'_>, unmet: &[ibbi_core::Unmet]) -> fmt::Result {
    for (index, unmet) in unmet.iter().enumerate() {
        if index > 0 {
            f.write_str("; ")?;
        }
        write!(f, "{} ({}: {})", unmet.found, unmet.rule.id(), unmet.rule.source().label())?;
    }
    Ok(())
}
