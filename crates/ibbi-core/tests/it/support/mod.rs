//! Helpers for the tests: times and slots, the events of a made-up district, and stories that reach a stage.

pub(crate) mod facts;
pub(crate) mod guide;
pub(crate) mod likely;
pub(crate) mod script;
pub(crate) mod story;
pub(crate) mod trials;

use ibbi_core::{At, Date, LocalTime, MemberId, Name, NoteText, Reason, Slot};

/// Returns the UTC offset of Massachusetts on a day in 2026 or 2027, the years of all stories.
fn offset(day: &str) -> &'static str {
    let daylight = ("2026-03-08".."2026-11-01").contains(&day) || ("2027-03-14".."2027-11-07").contains(&day);
    if daylight { "-04:00" } else { "-05:00" }
}

/// Returns a local time, such as `2026-10-20 08:00`.
pub(crate) fn local(when: &str) -> LocalTime {
    let (day, time) = when.split_once(' ').expect("a day, a blank and a time");
    format!("{day}T{time}:00{}", offset(day)).parse().expect("a time that exists")
}

/// Returns the instant of a local time.
pub(crate) fn at(when: &str) -> At {
    local(when).at()
}

/// Returns a slot on one day, such as `slot("2026-10-20", "08:00", "16:00")`.
pub(crate) fn slot(day: &str, starts: &str, ends: &str) -> Slot {
    slot_from_to(&format!("{day} {starts}"), &format!("{day} {ends}"))
}

/// Returns a slot from one local time to another.
pub(crate) fn slot_from_to(starts: &str, ends: &str) -> Slot {
    Slot::new(local(starts), local(ends)).expect("the end is after the start")
}

/// Returns an instant some minutes after another, or before it if `minutes` is negative.
pub(crate) fn later(from: At, minutes: i64) -> At {
    At::from_millis(from.millis() + minutes * 60_000).expect("a year between 1970 and 9999")
}

pub(crate) fn date(day: &str) -> Date {
    day.parse().expect("a day that exists")
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

pub(crate) fn reason(text: &str) -> Reason {
    text.parse().expect("a reason")
}

pub(crate) fn text(words: &str) -> NoteText {
    words.parse().expect("a text")
}

pub(crate) fn id(text: &str) -> MemberId {
    text.parse().expect("an id")
}
