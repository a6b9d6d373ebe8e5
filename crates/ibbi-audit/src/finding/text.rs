//! The sentences of findings, for people.

use super::{Finding, FindingDetail};
use core::fmt;
use ibbi_common::format::count;
use ibbi_core::visible_name;
use ibbi_log::{TextOwner, TextsDestroyed};

/// A finding as a sentence.
pub(crate) struct Sentence<'a>(pub(crate) &'a Finding);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0.event.map_or("the event", |event| event.code());
        match &self.0.detail {
            FindingDetail::Fault(fault) => write!(f, "{fault}; {}", fault.remedy()),
            FindingDetail::Clock(found) => write!(f, "{found}"),
            FindingDetail::OtherChart { program, found } => {
                write!(f, "{program} created the ledger with a different chart of the process (SHA-256 {found})")
            }
            FindingDetail::NoFirstLine { seq: Some(seq) } => {
                write!(f, "the first line is record {seq} of a ledger; the lines before it are missing")
            }
            FindingDetail::NoFirstLine { seq: None } => f.write_str("the first line is not the first line of a ledger"),
            FindingDetail::Compression { compression, reason } => {
                write!(f, "cannot decompress the rest of the {} file: {reason}", compression.code())
            }
            FindingDetail::Limit { limit } => write!(f, "the limit of {limit} was reached"),
            FindingDetail::Signature { size, error } => {
                write!(f, "the checkpoint of {}: {error}", count(*size, "line", "lines"))
            }
            FindingDetail::Fork { text, changed } => {
                f.write_str(text)?;
                match changed {
                    Some((first, last)) if first == last => write!(f, "; the change is in line {first}"),
                    Some((first, last)) => write!(f, "; the change is in lines {first} to {last}"),
                    None => Ok(()),
                }
            }
            FindingDetail::Quorum { needed, known, most } => write!(
                f,
                "no checkpoint that fits has the cosignatures of {needed} of the {known} witnesses; the most that one has is \
                 {most}"
            ),
            FindingDetail::NoCheckpoint => f.write_str("a key was given, but no checkpoint that it could have signed"),
            FindingDetail::NoTexts { count: texts } => {
                let texts = count(*texts, "record has a confidential text", "records have confidential texts");
                write!(f, "{texts}, but the file with the texts is not beside the ledger")
            }
            FindingDetail::Text { digest } => {
                write!(f, "the text of {event} can't be shown; the record has its digest, {digest}")
            }
            FindingDetail::Destroyed { texts, on } => {
                let TextsDestroyed { key, texts, rule, authority, reason, .. } = &**texts;
                let were = if *texts == 1 { "was" } else { "were" };
                let number = count(*texts, "text", "texts");
                let owner = match key.owner {
                    TextOwner::Labor | TextOwner::Management => key.owner.code(),
                    TextOwner::Program => "the program",
                    TextOwner::Unknown => "an unknown party",
                };
                write!(
                    f,
                    "{number} of {owner} {were} destroyed on {} under rule {rule} ({authority}): {reason}",
                    on.readable()
                )
            }
            FindingDetail::UnderHold { hold } => {
                write!(f, "the texts were destroyed although line {hold} had placed a legal hold")
            }
            FindingDetail::TooEarly { reason } | FindingDetail::Unproved { reason } => f.write_str(reason),
            FindingDetail::KeyLeft { key } => {
                write!(
                    f,
                    "key {key} was destroyed according to the ledger, but its file is still in the folder with the keys"
                )
            }
            FindingDetail::Extract { complete_up_to: Some(line), .. } => {
                write!(f, "the extract has every record of the case; it is complete up to line {line}")
            }
            FindingDetail::Extract { size, complete_up_to: None } => {
                let covered = count(*size, "line", "lines");
                write!(f, "later records of the case might exist, even among the {covered} that the checkpoint covers")
            }
            FindingDetail::NoOpening => write!(f, "the case begins with {event}, not with its opening"),
            FindingDetail::Repeated { id, first } => {
                write!(f, "record {id} is already in the ledger, with number {first}")
            }
            FindingDetail::UnknownZone { zone } => write!(f, "there is no time zone named `{zone}`"),
            FindingDetail::OtherProgram { differs } => {
                write!(f, "the case has its own program parameters: {}", differs.join("; "))
            }
            FindingDetail::FollowsMissing { earlier } => {
                write!(f, "the case follows case {earlier}, which is not in this ledger")
            }
            FindingDetail::PastContract { expires, today, evergreen, stage } => {
                let clause = if *evergreen { ", with an evergreen clause" } else { "" };
                let stage = stage.label();
                write!(f, "the contract expired on {expires}{clause}; on {today} the case is still in {stage}")
            }
            FindingDetail::Illegal(refusal) => {
                let rules = count(refusal.unmet.len() as u64, "rule", "rules");
                write!(f, "{event} was recorded, but it does not meet {rules}: ")?;
                list_unmet(f, &refusal.unmet)?;
                write!(f, ". The audit continues from the state before it, {}", refusal.stage.label())
            }
            FindingDetail::Stage { recorded, computed } => {
                let (recorded, computed) = (recorded.label(), computed.label());
                write!(f, "after this {event}, the case is in {computed}, but the line records {recorded}")
            }
            FindingDetail::Consequence { cause, unmet, stage } => {
                let stage = stage.label();
                write!(
                    f,
                    "{event} can't be judged by itself because of line {cause}; in this audit, the case is in {stage}"
                )?;
                let ids: Vec<_> = unmet.iter().map(|unmet| unmet.rule.id()).collect();
                if ids.is_empty() { Ok(()) } else { write!(f, " and these rules are not met: {}", ids.join(", ")) }
            }
            FindingDetail::Early { at, logged } => {
                write!(f, "{event} has the time {at}, but was recorded earlier, at {logged}")
            }
            FindingDetail::Offset { time, zone, expected } => {
                let sign = if *expected < 0 { '-' } else { '+' };
                let (hours, minutes) = (expected.unsigned_abs() / 60, expected.unsigned_abs() % 60);
                write!(f, "{time} has the wrong UTC offset; in {zone} it is {sign}{hours:02}:{minutes:02} then")
            }
            FindingDetail::VoidsUncounted { seq } => {
                write!(f, "the correction voids record {seq}, which the audit had not counted")
            }
            FindingDetail::Weakness(found) => f.write_str(&found.found),
            FindingDetail::Name { name, fault } => write!(f, "the name `{}` {fault}", visible_name(name)),
            FindingDetail::Advisory(advisory) => write!(f, "{advisory}; {}", advisory.warning.label()),
        }
    }
}

/// Writes each unmet rule with what was found and its source.
fn list_unmet(f: &mut fmt::Formatter<'_>, unmet: &[ibbi_core::Unmet]) -> fmt::Result {
    for (index, unmet) in unmet.iter().enumerate() {
        if index > 0 {
            f.write_str("; ")?;
        }
        write!(f, "{} ({}: {})", unmet.found, unmet.rule.id(), unmet.rule.source().label())?;
    }
    Ok(())
}
