//! Reading the sessions of format 2.

use super::SessionGroup;
use super::diagnose::Problems;
use super::table::{self, Value, table_of};
use super::{FixedSession, SessionsInput, times};
use chrono::NaiveTime;
use ibbi_common::zone::Zone;
use ibbi_core::{Date, Format};
use std::ops::Range;

/// The most agreed sessions: one for each part.
const MAX_FIXED: usize = SessionsInput::MAX_TRAINING_PARTS + SessionsInput::MAX_FACILITATION_PARTS;

const KEYS: &[&str] = &["facilitation", "fixed", "meeting", "training", "training_days"];

pub(super) fn sessions(value: Option<&Value<'_>>, problems: &mut Problems<'_>) -> Option<SessionsInput> {
    let mut input = SessionsInput::published(Format::FullDay);
    let Some(value) = value else { return Some(input) };
    let before = problems.count();
    let fields = table_of(value, "`sessions`", KEYS, problems)?;
    if let Some(value) = fields.get("training") {
        input.training = minutes(value, "training", SessionsInput::MAX_TRAINING_PARTS, problems);
    }
    if let Some(value) = fields.get("facilitation") {
        input.facilitation = minutes(value, "facilitation", SessionsInput::MAX_FACILITATION_PARTS, problems);
    }
    if let Some(value) = fields.get("meeting") {
        input.meeting = table::whole(value, "meeting", 15..=SessionsInput::MAX_MINUTES, problems)?;
    }
    if let Some(value) = fields.get("training_days") {
        input.training_days = times::days(value, problems);
    }
    if let Some(value) = fields.get("fixed") {
        let expected = "a list of tables such as { session = \"training\", on = 2026-10-20, at = \"8:00\" }";
        for entry in table::list(value, "fixed", expected, MAX_FIXED, problems).unwrap_or_default() {
            let Some(fixed) = times::fixed(entry, problems) else { continue };
            let parts = if fixed.session == SessionGroup::Training { &input.training } else { &input.facilitation };
            if usize::from(fixed.part) > parts.len() {
                let found = format!("there is no part {} of the {}", fixed.part, fixed.session.code());
                problems.add(&entry.span(), found, format!("a part from 1 to {}", parts.len()));
            }
            let minutes = parts.get(usize::from(fixed.part) - 1).copied().unwrap_or(0);
            if fixed.at + minutes > 24 * 60 {
                problems.add(
                    &entry.span(),
                    "the agreed session lasts past midnight",
                    "an earlier start, or a shorter part",
                );
            }
            if input.fixed.iter().any(|other| (other.session, other.part) == (fixed.session, fixed.part)) {
                let found = format!("part {} of the {} is agreed twice", fixed.part, fixed.session.code());
                problems.add(&entry.span(), found, "one time for each part");
            }
            input.fixed.push(fixed);
        }
    }
    (problems.count() == before).then_some(input)
}

/// Checks the days of agreed sessions and of shared training days.
pub(super) fn check_days(
    sessions: &SessionsInput,
    start: Date,
    zone: Option<Zone>,
    place: &Range<usize>,
    problems: &mut Problems<'_>,
) {
    if !sessions.training_days.is_empty() && sessions.training_days.iter().all(|day| *day < start) {
        problems.add(place, "every training day is before `start`", "a training day on or after it");
    }
    let mut fixed = sessions.fixed.clone();
    fixed.sort_by_key(|fixed| (fixed.session, fixed.part));
    let name = |fixed: &FixedSession| format!("part {} of the {} ({})", fixed.part, fixed.session.code(), fixed.on);
    for one in &fixed {
        if one.on < start {
            problems.add(place, format!("{} is before `start` ({start})", name(one)), "an agreed date on or after it");
        }
        let at = NaiveTime::from_hms_opt((one.at / 60).into(), (one.at % 60).into(), 0);
        if zone.zip(at).is_some_and(|(zone, at)| zone.skips(one.on, at)) {
            let found = format!("{} starts at a time that the clocks skip", name(one));
            problems.add(place, found, "a time that exists on that day");
        }
    }
    for pair in fixed.windows(2).filter(|pair| pair[0].on >= pair[1].on) {
        let found = format!("{} is not after {}", name(&pair[1]), name(&pair[0]));
        problems.add(place, found, "each part on a later day than the one before it, and the training first");
    }
}

/// Reads the minutes of each part.
fn minutes(value: &Value<'_>, key: &str, most: usize, problems: &mut Problems<'_>) -> Vec<u16> {
    let expected = "the minutes of each part, such as [240, 240]";
    let entries = table::list(value, key, expected, most, problems).unwrap_or_default();
    if entries.is_empty() {
        problems.add(&value.span(), format!("`{key}` has no parts"), expected);
    }
    entries
        .iter()
        .filter_map(|entry| table::whole(entry, key, SessionsInput::MIN_MINUTES..=SessionsInput::MAX_MINUTES, problems))
        .collect()
}
