//! What a run goes through: the lengths of its sessions, its notices, and the sessions that are agreed.

use crate::assumptions::{Model, Notice};
use crate::calendar::{Calendar, Day, NEVER};
use crate::scenario::{Scenario, SessionGroup};
use ibbi_core::Program;

/// The block of occurrences of the facilitation's first part in the second model.
const FACILITATION_BLOCK: u64 = 16;

/// A session that is agreed, on a day of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreed {
    group: SessionGroup,
    part: u8,
    pub(crate) day: Day,
    pub(crate) start: u8,
}

/// What a run goes through.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) model: Model,
    /// The minutes of the introductory meeting.
    pub(crate) meeting: u16,
    /// The minutes of each part of the training.
    pub(crate) training: Vec<u16>,
    /// The minutes of each part of the facilitation.
    pub(crate) facilitation: Vec<u16>,
    /// The minutes that a part can be short and still be complete.
    pub(crate) grace: u16,
    /// The days of notice of the second model.
    notices: [u16; 2],
    pub(crate) ratification: bool,
    agreed: Vec<Agreed>,
    /// The month of each day, from 1.
    pub(crate) months: Vec<u8>,
}

impl Course {
    pub(crate) fn new(scenario: &Scenario, calendar: &Calendar, program: &Program, facilitation: Vec<u16>) -> Self {
        use chrono::Datelike;
        let agreed = scenario.sessions.fixed.iter().filter_map(|fixed| {
            let day = match calendar.day(fixed.on) {
                Some(day) => Day::try_from(day).ok()?,
                // A day past the horizon never comes. One before day 0 has passed.
                None if calendar.dates.last() < Some(&fixed.on) => NEVER,
                None => return None,
            };
            let start = calendar.slot_at(day, fixed.at);
            Some(Agreed { group: fixed.session, part: fixed.part, day, start })
        });
        let month = |date: &ibbi_core::Date| u8::try_from(date.to_chrono().month()).unwrap_or(1);
        Self {
            model: scenario.model,
            meeting: scenario.sessions.meeting,
            training: program.training().to_vec(),
            facilitation,
            grace: program.grace(),
            notices: Notice::ALL.map(|notice| scenario.assumptions.notice(notice).value),
            ratification: scenario.model == Model::Second && scenario.assumptions.has_ratification(),
            agreed: agreed.collect(),
            months: calendar.dates.iter().map(month).collect(),
        }
    }

    /// Returns the longest session of each group.
    pub(crate) fn longest(&self) -> [u16; 3] {
        let longest = |parts: &[u16]| parts.iter().copied().max().unwrap_or(0);
        [self.meeting, longest(&self.training), longest(&self.facilitation)]
    }

    /// Returns the minutes of each part of a stage.
    pub(crate) fn parts(&self, group: SessionGroup) -> &[u16] {
        if group == SessionGroup::Training { &self.training } else { &self.facilitation }
    }

    /// Returns the block of occurrences of a part, from 0. The training's first part has block 0. In the first model, the blocks of
    /// the facilitation follow those of the training, which has one part.
    pub(crate) const fn block(&self, group: SessionGroup, part: usize) -> u64 {
        let first = match (group, self.model) {
            (SessionGroup::Facilitation, Model::First) => self.training.len() as u64,
            (SessionGroup::Facilitation, Model::Second) => FACILITATION_BLOCK,
            _ => 0,
        };
        first + part as u64
    }

    pub(crate) const fn notice(&self, group: SessionGroup) -> u16 {
        self.notices[if matches!(group, SessionGroup::Meeting) { 0 } else { 1 }]
    }

    pub(crate) fn month(&self, day: Day) -> u8 {
        self.months.get(usize::from(day)).copied().unwrap_or(1)
    }

    /// Returns the agreed session of a part, from 1.
    pub(crate) fn agreed(&self, group: SessionGroup, part: u8) -> Option<Agreed> {
        self.agreed.iter().copied().find(|agreed| (agreed.group, agreed.part) == (group, part))
    }
}
