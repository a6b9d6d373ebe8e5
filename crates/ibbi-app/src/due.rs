//! Due dates: by when whom or what a case is waiting for must have acted, and why.
//!
//! | reason | date |
//! |---|---|
//! | session | the start of the booked meeting or session |
//! | posting | 48 hours before a training day, without weekends and holidays (G.L. c.30A s.20(b)) |
//! | notice | the last day on which the session can be moved with the least notice that plans assume |
//! | standard | an office's own goal, from a file of [`Standards`]; none is published, so there is none without a file |

use crate::case_log::CaseLog;
use crate::times::{Times, happened};
use crate::zone::Zone;
use chrono::NaiveTime;
use ibbi_common::format::{count, weekday_date};
use ibbi_core::holidays::posting_deadline;
use ibbi_core::{At, Case, CaseFile, Date, LocalTime, Precision, Stage, Waiting, WaitingFor};
use ibbi_sim::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest file of standards, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The usual [`Standards::early_warning`].
const EARLY_WARNING: u16 = 7;

/// The time goals of an office: how long a case should wait for someone.
///
/// The file is a JSON object. A key of `days` is a code of [`WaitingFor`], or a stage and such a code.
///
/// ```
/// use ibbi_app::due::Standards;
/// let standards = Standards::from_json(r#"{"days": {"school_committee": 30, "caucus.labor": 21}, "early_warning": 5}"#)?;
/// assert!(Standards::from_json(r#"{"days": {"committee": 30}}"#).is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standards {
    days: BTreeMap<(Option<Stage>, WaitingFor), u16>,
    early_warning: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStandards {
    days: BTreeMap<String, u16>,
    early_warning: Option<u16>,
}

impl Standards {
    /// Reads the standards from JSON.
    ///
    /// # Errors
    /// A text that says what is wrong.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let RawStandards { days, early_warning } =
            serde_json::from_str(text).map_err(|error| crate::json_text::json_error_text(&error))?;
        let key = |key: String| {
            let (stage, who) = key.split_once('.').map_or((None, key.as_str()), |(stage, who)| (Some(stage), who));
            let stage = stage.map(str::parse::<Stage>).transpose().map_err(|error| format!("{key}: {error}"))?;
            match who.parse::<WaitingFor>().map_err(|error| format!("{key}: {error}"))? {
                WaitingFor::Calendar => Err(format!("{key}: the date of a booked session is its own due date")),
                who => Ok((stage, who)),
            }
        };
        let days =
            days.into_iter().map(|(name, days)| Ok::<_, String>((key(name)?, days))).collect::<Result<_, _>>()?;
        Ok(Self { days, early_warning })
    }

    /// Reads the standards from a file.
    ///
    /// # Errors
    /// [`AppError`](crate::AppError) if the file can't be read or is not valid.
    pub fn from_file(path: &std::path::Path) -> Result<Self, crate::AppError> {
        let text = crate::text_file::read(path, MOST_BYTES)?;
        Self::from_json(&text).map_err(|error| crate::AppError::Usage(format!("{}: {error}", path.display())))
    }

    /// Returns the goal for someone at a stage, in days.
    fn days(&self, stage: Stage, who: WaitingFor) -> Option<u16> {
        self.days.get(&(Some(stage), who)).or_else(|| self.days.get(&(None, who))).copied()
    }
}

/// The reason for a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "days", rename_all = "snake_case")]
pub enum DueReason {
    /// The booked meeting or session starts.
    Session,
    /// The meeting must be posted, if a quorum of the school committee might attend.
    Posting,
    /// After this day, moving the session leaves less than this many days' notice.
    Notice(u16),
    /// The office's standard for a wait, in days.
    Standard(u16),
}

impl DueReason {
    /// Returns whether something must happen by then; notice is only an opportunity.
    pub(crate) const fn is_a_duty(self) -> bool {
        !matches!(self, Self::Notice(_))
    }
}

/// A due date with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DueDate {
    /// The date.
    pub due: At,
    /// The reason.
    pub why: DueReason,
}

/// How a wait compares with its standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "days", rename_all = "snake_case")]
pub enum Standing {
    /// It ends in so many days.
    OnTime(u16),
    /// It ends soon, in so many days.
    DueSoon(u16),
    /// It ended so many days ago.
    Overdue(u16),
}

/// Whom or what a case is waiting for, since when, by when, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Awaited {
    /// The person, body, or date.
    pub who: WaitingFor,
    /// When the event happened after which the case has been waiting for it without a break.
    pub since: At,
    /// How exactly that is known.
    #[serde(skip_serializing_if = "crate::times::is_instant")]
    pub precision: Precision,
    /// By when it must have happened, if there is such a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<At>,
    /// The reason for that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<DueReason>,
    /// How the wait compares with its standard, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Other dates before the due date that are still ahead, the next one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<DueDate>,
}

/// Returns whom or what a case is waiting for at an instant, with the due dates; nothing for a case that the rules don't allow.
pub fn awaited(log: &CaseLog, standards: &Standards, now: At) -> Vec<Awaited> {
    let Some(history) = log.recorded.valid() else { return Vec::new() };
    let (case, times) = (history.case(), Times::of_case(log));
    let all = history.waiting_on().into_iter();
    all.map(|waiting| one(case, (waiting, times.precision(waiting.since, &[])), log.zone, standards, now)).collect()
}

fn one(case: &Case, wait: (Waiting, Precision), zone: Zone, standards: &Standards, now: At) -> Awaited {
    let (Waiting { who, since, due }, precision) = wait;
    let none = Awaited { who, since, precision, due, why: None, standing: None, before: Vec::new() };
    if let Some(starts) = due {
        let mut before: Vec<DueDate> =
            [posting(case, starts, zone), notice(case, starts, zone)].into_iter().flatten().collect();
        before.retain(|date| date.due > now);
        before.sort_by_key(|date| date.due);
        return Awaited { why: Some(DueReason::Session), before, ..none };
    }
    let Some(days) = standards.days(case.stage(), who) else { return none };
    let Some(last) = moved(zone.date(since), i64::from(days)) else { return none };
    let left = last.to_chrono().signed_duration_since(zone.date(now).to_chrono()).num_days();
    let size = u16::try_from(left.unsigned_abs()).unwrap_or(u16::MAX);
    let standing = match left {
        ..0 => Standing::Overdue(size),
        _ if size <= standards.early_warning.unwrap_or(EARLY_WARNING) => Standing::DueSoon(size),
        _ => Standing::OnTime(size),
    };
    Awaited { due: last_minute(last, zone), why: Some(DueReason::Standard(days)), standing: Some(standing), ..none }
}

/// Returns by when a booked training day must be posted.
fn posting(case: &Case, starts: At, zone: Zone) -> Option<DueDate> {
    let is_booked = case.sessions().is_some_and(|sessions| sessions.open().is_none());
    let county = case.file().map(CaseFile::opened)?.county;
    let starts = zone.local(starts)?;
    let due = LocalTime::new(posting_deadline(starts, county)?, starts.offset_minutes())?;
    // The deadline keeps its time of day, even if the clocks change before the session.
    let minute = due.minute_of_day();
    let due = zone.local_at(due.date(), NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)?)?.at();
    (matches!(case, Case::Training(_)) && is_booked).then_some(DueDate { due, why: DueReason::Posting })
}

/// Returns until when a booked meeting or session can be moved with the least notice that plans assume.
fn notice(case: &Case, starts: At, zone: Zone) -> Option<DueDate> {
    let lead = if matches!(case, Case::Introduction(_)) { Duration::MeetingLead } else { Duration::SessionNotice };
    let days = lead.default_value().least.round() as u16;
    let due = last_minute(moved(zone.date(starts), -i64::from(days))?, zone)?;
    Some(DueDate { due, why: DueReason::Notice(days) })
}

/// Returns the date so many days later, or earlier.
fn moved(day: Date, days: i64) -> Option<Date> {
    Date::try_from(day.to_chrono().checked_add_signed(chrono::Duration::try_days(days)?)?).ok()
}

/// Returns the last minute of a day.
fn last_minute(day: Date, zone: Zone) -> Option<At> {
    At::from_millis(zone.day(day)?.1.millis() - 60_000)
}

impl Awaited {
    /// Returns how many days the case has been waiting.
    pub fn days(&self, zone: Zone, now: At) -> u64 {
        let days = zone.date(now).to_chrono().signed_duration_since(zone.date(self.since).to_chrono()).num_days();
        u64::try_from(days).unwrap_or(0)
    }

    /// Returns a line for people, such as "labor's decision, since Mon, Oct 20, 2025, 4:00 PM (3 days); overdue by 2 days
    /// (standard: 1 day)".
    pub fn text(&self, stage: Stage, zone: Zone, now: At) -> String {
        if let (Some(due), Some(DueReason::Session)) = (self.due, self.why) {
            let what = if due <= now { "a report of the " } else { "the " };
            let before: String = self.before.iter().map(|date| format!("; {}", before_text(*date, zone))).collect();
            return format!("{what}{} on {}{before}", what_is_booked(stage), zone.show(due));
        }
        let long = match self.days(zone, now) {
            0 => String::new(),
            days => format!(" ({})", count(days, "day", "days")),
        };
        let standing = self.standing_text(zone).map(|text| format!("; {text}")).unwrap_or_default();
        format!(
            "{}, since {}{long}{standing}",
            what_is_awaited(self.who, stage),
            happened(self.since, self.precision, zone)
        )
    }

    /// Returns how the wait compares with its standard, such as "due in 5 days (standard: 30 days)".
    pub fn standing_text(&self, zone: Zone) -> Option<String> {
        let days = |days: u16| count(u64::from(days), "day", "days");
        let (standing, Some(DueReason::Standard(standard))) = (self.standing?, self.why) else { return None };
        let text = match standing {
            Standing::OnTime(_) => format!("due on {}", weekday_date(zone.date(self.due?))),
            Standing::DueSoon(0) => "due today".to_owned(),
            Standing::DueSoon(left) => format!("due in {}", days(left)),
            Standing::Overdue(past) => format!("overdue by {}", days(past)),
        };
        Some(format!("{text} (standard: {})", days(standard)))
    }
}

fn before_text(date: DueDate, zone: Zone) -> String {
    match date.why {
        DueReason::Posting => {
            format!("if a quorum of the school committee might attend, post it by {}", zone.show(date.due))
        }
        DueReason::Notice(days) => {
            let day = weekday_date(zone.date(date.due));
            format!("to move it with {} of notice, do so by {day}", count(u64::from(days), "day", "days"))
        }
        DueReason::Session | DueReason::Standard(_) => zone.show(date.due),
    }
}

/// Returns what is booked at a stage.
pub(crate) const fn what_is_booked(stage: Stage) -> &'static str {
    match stage {
        Stage::Introduction => "introductory meeting",
        Stage::Training => "training session",
        _ => "facilitation session",
    }
}

/// Returns what is awaited of a person or a body at a stage.
pub fn what_is_awaited(who: WaitingFor, stage: Stage) -> &'static str {
    match (who, stage) {
        (WaitingFor::Labor, Stage::Application) => "labor's team and its members' pledges",
        (WaitingFor::Management, Stage::Application) => "management's team and its members' pledges",
        (WaitingFor::Labor, Stage::Caucus) => "labor's decision",
        (WaitingFor::Management, Stage::Caucus) => "management's decision",
        (WaitingFor::Labor, Stage::Agreement) => "labor, to choose the format of the facilitation",
        (WaitingFor::Management, Stage::Agreement) => "management, to choose the format of the facilitation",
        (WaitingFor::Program, Stage::Introduction) => "the program, to schedule an introductory meeting",
        (WaitingFor::Program, Stage::Application) => "the program's answer to the application",
        (WaitingFor::Program, Stage::Training | Stage::Facilitation) => "the program, to schedule a session",
        (WaitingFor::Program, Stage::Caucus) => "the program, to address the open concerns",
        (WaitingFor::Superintendent, _) => "the superintendent's agreement",
        (WaitingFor::UnionPresident, _) => "the union president's agreement",
        (WaitingFor::SchoolCommitteeSeat, _) => "the agreement of the school committee's chair or vice chair",
        (WaitingFor::TeachersOrganization, _) => "the teachers' organization's letter",
        (WaitingFor::Administration, _) => "the administration's letter",
        (WaitingFor::SchoolCommittee, _) => "the school committee's letter",
        _ => who.label(),
    }
}
