//! What needs doing across cases: for each open case, its most urgent wait or date.

use crate::case_log::CaseLog;
use crate::due::{Awaited, DueDate, DueReason, Standards, Standing, awaited, what_is_awaited, what_is_booked};
use crate::zone::Zone;
use ibbi_common::format::count;
use ibbi_core::{At, Name, Stage};
use uuid::Uuid;

/// How far ahead a date is of interest, in milliseconds.
const A_WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

/// How urgent an item is. The most urgent one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A wait is over its standard.
    Overdue,
    /// A session was booked and has begun, and no one has reported how it went.
    Unreported,
    /// A date is less than a week ahead.
    ThisWeek,
    /// The case is waiting for someone.
    Waiting,
}

/// What needs doing in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaItem {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What needs doing, such as "waiting 12 days for the school committee's letter".
    pub text: String,
    /// Its place among items of the same urgency: a date, or the beginning of the wait.
    pub at: At,
}

/// Returns what is most urgent in a case at an instant; nothing if it is closed or its next date is more than a week ahead.
pub fn item(log: &CaseLog, standards: &Standards, now: At) -> Option<AgendaItem> {
    let stage = log.recorded.valid()?.case().stage();
    let entries = awaited(log, standards, now).into_iter().filter_map(|one| entry(&one, stage, log.zone, now));
    let (urgency, at, text) = entries.min_by_key(|(urgency, at, _)| (*urgency, *at))?;
    Some(AgendaItem { case: log.id, district: log.district()?.clone(), urgency, text, at })
}

/// Sorts items, the most urgent one first.
pub fn sort(items: &mut [AgendaItem]) {
    items.sort_by_key(|item| (item.urgency, item.at));
}

fn entry(one: &Awaited, stage: Stage, zone: Zone, now: At) -> Option<(Urgency, At, String)> {
    if let (Some(starts), Some(DueReason::Session)) = (one.due, one.why) {
        return dated(one, what_is_booked(stage), starts, zone, now);
    }
    let days = match one.days(zone, now) {
        0 => "since today".to_owned(),
        days => count(days, "day", "days"),
    };
    let standing = one.standing_text(zone).map(|text| format!("; {text}")).unwrap_or_default();
    let text = format!("waiting {days} for {}{standing}", what_is_awaited(one.who, stage));
    Some(match one.standing {
        Some(Standing::Overdue(_)) => (Urgency::Overdue, one.due?, text),
        Some(Standing::DueSoon(_)) => (Urgency::ThisWeek, one.due?, text),
        _ => (Urgency::Waiting, one.since, text),
    })
}

/// Returns the entry of a booked session: its report, or the next date of this week.
fn dated(one: &Awaited, booked: &str, starts: At, zone: Zone, now: At) -> Option<(Urgency, At, String)> {
    if starts <= now {
        return Some((Urgency::Unreported, starts, format!("record how the {booked} of {} went", zone.show(starts))));
    }
    let session = DueDate { due: starts, why: DueReason::Session };
    let next =
        one.before.iter().copied().chain([session]).filter(|date| date.why.is_a_duty()).min_by_key(|date| date.due)?;
    let text = match next.why {
        DueReason::Posting => format!(
            "post the {booked} of {} by {}, if a quorum of the school committee might attend",
            zone.show(starts),
            zone.show(next.due)
        ),
        _ => format!("{booked} on {}", zone.show(starts)),
    };
    (next.due.millis() - now.millis() <= A_WEEK).then_some((Urgency::ThisWeek, next.due, text))
}
