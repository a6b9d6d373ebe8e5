//! Reading how long one case took.

use super::{CaseDurations, LongestWait, StageDays};
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date, Event, History, Stage};
use ibbi_log::Uuid;

/// Reads cases with the events until an instant.
pub(super) struct DurationReader {
    pub(super) as_of: At,
}

impl DurationReader {
    /// Reads a case, with the instant of its opening. Returns nothing if it had not been opened.
    pub(super) fn read(&self, case: Uuid, history: &History) -> Option<(At, CaseDurations)> {
        let steps = history.steps(self.as_of);
        let first = steps.first()?;
        let Event::CaseOpened(opening) = &first.entry.event else { return None };
        let zone = Zone::find(&opening.time_zone).unwrap_or_default();
        let (opened, today) = (zone.date(first.entry.at), zone.date(self.as_of));
        let mut stays = Stays::new(opened);
        let mut closed = None;
        for step in steps.iter().filter(|step| step.from != step.to) {
            let day = zone.date(step.entry.at);
            stays.enter(step.to, day);
            closed = (step.to == Stage::Closed).then_some(day);
        }
        let stage = stays.stage;
        let outcome = if closed.is_some() { history.state_at(self.as_of).outcome() } else { None };
        let durations = CaseDurations {
            case,
            district: opening.district.clone(),
            stage,
            outcome,
            opened,
            closed,
            days: days_between(opened, closed.unwrap_or(today)),
            stages: stays.finish(today),
            longest_wait: self.longest_wait(history, zone),
            outliers: Vec::new(),
        };
        Some((first.entry.at, durations))
    }

    /// Returns the longest wait; of equally long ones, the one that began first, in the order of the process.
    fn longest_wait(&self, history: &History, zone: Zone) -> Option<LongestWait> {
        let waits = history.waits(self.as_of).into_iter().map(|wait| {
            let since = zone.date(wait.since);
            let days = days_between(since, zone.date(wait.until.unwrap_or(self.as_of)));
            (wait.since, LongestWait { who: wait.who, stage: wait.stage, since, days, finished: wait.until.is_some() })
        });
        let longest = waits.min_by_key(|(since, wait)| (core::cmp::Reverse(wait.days), *since, wait.who));
        longest.map(|(_, wait)| wait)
    }
}

/// The stays of a case in its stages.
struct Stays {
    stage: Stage,
    since: Date,
    /// The days of each stage, if the case was in it.
    days: [Option<u32>; Stage::ALL.len()],
}

impl Stays {
    const fn new(opened: Date) -> Self {
        Self { stage: Stage::Unopened, since: opened, days: [None; Stage::ALL.len()] }
    }

    /// Ends the stay in the current stage on a day, and enters another one.
    fn enter(&mut self, stage: Stage, day: Date) {
        self.add(day);
        (self.stage, self.since) = (stage, day);
    }

    /// Adds the days until a day to the current stage. A stage that a case was in twice has the days of both stays.
    fn add(&mut self, day: Date) {
        if self.stage.is_open() {
            let days = &mut self.days[self.stage as usize];
            *days = Some(days.unwrap_or(0) + days_between(self.since, day));
        }
    }

    fn finish(mut self, today: Date) -> Vec<StageDays> {
        self.add(today);
        let stay = |(stage, days): (&Stage, Option<u32>)| {
            Some(StageDays { stage: *stage, days: days?, finished: *stage != self.stage })
        };
        Stage::ALL.iter().zip(self.days).filter_map(stay).collect()
    }
}

/// Returns the calendar days from a day to another; 0 if the other is not later.
fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from((to.to_chrono() - from.to_chrono()).num_days()).unwrap_or(0)
}
