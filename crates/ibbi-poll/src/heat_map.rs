//! Who can come when, by the answers.

use crate::{Poll, PollAnswer, PollMark};
use ibbi_core::{Date, MemberId, Name};
use ibbi_sim::{Hours, Scenario};

/// The people who can come in a band of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatCell {
    /// The day.
    pub day: Date,
    /// The hours.
    pub hours: Hours,
    /// The people who can come.
    pub can: Vec<Name>,
    /// The people who can come if nothing else fits.
    pub if_need_be: Vec<Name>,
    /// The people who can't come.
    pub cannot: Vec<Name>,
}

/// Who can come when, of the people whom the sessions wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMap {
    /// A cell for each band of each day, in the order of the grid.
    pub cells: Vec<HeatCell>,
    /// The people of the poll who marked times, and whom the sessions wait for.
    pub counted: Vec<Name>,
    /// The people of the poll who marked times, and whom the sessions don't wait for.
    pub others: Vec<Name>,
    /// The people of the poll who haven't marked any time.
    pub unanswered: Vec<Name>,
}

/// Returns who can come when. Only people are counted whom the training and the facilitation wait for.
pub fn heat_map(poll: &Poll, scenario: &Scenario) -> HeatMap {
    let is_counted = |id: &MemberId| {
        // A person who is no longer in the scenario is not waited for.
        scenario.people.iter().any(|person| person.id == *id && person.binds_sessions())
    };
    let answered = |person: &crate::PolledPerson| person.answer.as_ref().is_some_and(PollAnswer::has_marks);
    let mut map = HeatMap { cells: Vec::new(), counted: Vec::new(), others: Vec::new(), unanswered: Vec::new() };
    for person in &poll.people {
        let list = match (answered(person), is_counted(&person.id)) {
            (false, _) => &mut map.unanswered,
            (true, true) => &mut map.counted,
            (true, false) => &mut map.others,
        };
        list.push(person.name.clone());
    }
    let counted: Vec<_> = poll.people.iter().filter(|person| answered(person) && is_counted(&person.id)).collect();
    let bands = &poll.grid.bands;
    let places = poll.grid.days.iter().flat_map(|day| bands.iter().map(move |hours| (*day, *hours)));
    let cell = |(cell, (day, hours)): (usize, (Date, Hours))| {
        let of = |mark: PollMark| {
            let own = counted.iter().filter(|person| person.answer.as_ref().is_some_and(|a| a.mark(cell) == mark));
            own.map(|person| person.name.clone()).collect()
        };
        let (can, if_need_be, cannot) = (of(PollMark::Can), of(PollMark::IfNeedBe), of(PollMark::Cannot));
        HeatCell { day, hours, can, if_need_be, cannot }
    };
    map.cells = places.enumerate().map(cell).collect();
    map
}
