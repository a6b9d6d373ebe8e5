//! The state of a case when a run starts: what is done stays done, and each wait has already lasted some days.

use crate::calendar::{Day, RunSlot};
use ibbi_core::Decision;

/// How many whole days a wait has lasted on day 0. `None` if the wait starts in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waited(pub(crate) Option<u16>);

impl Waited {
    /// The wait starts in the run.
    pub(crate) const NONE: Self = Self(None);
}

/// The point at which a run starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InitialState {
    /// Leaders are asked. Each that has not agreed has a wait.
    Inquiry([Option<Waited>; 3]),
    /// All three leaders have agreed.
    Introduction(Meeting),
    /// Each missing letter has a wait. If no letter is missing, the review has one.
    Application { letters: [Option<Waited>; 3], reviewing: Waited },
    /// The parts of the training.
    Training(Vec<PartProgress>),
    /// The progress of labor and of management.
    Caucus([PartyProgress; 2]),
    /// Both parties have adopted.
    Agreement(Waited),
    /// The parts of the facilitation.
    Facilitation(Vec<PartProgress>),
}

impl InitialState {
    /// A new case: no leader has been asked yet.
    pub(crate) const NOTHING: Self = Self::Inquiry([Some(Waited::NONE); 3]);

    pub(crate) const fn is_before_caucus(&self) -> bool {
        !matches!(self, Self::Caucus(_) | Self::Agreement(_) | Self::Facilitation(_))
    }
}

/// The introductory meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// It must be booked. The wait is since the last leader agreed, or since the last meeting.
    ToBook(Waited),
    /// It is booked.
    Booked(RunSlot),
    /// All topics are covered. Only the choice of a service is missing.
    Over,
}

/// The progress of a party in the caucus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartyProgress {
    /// Its caucus has not opened. The wait is since the training ended.
    Unopened(Waited),
    /// It has no open concern. The wait is since the last one was settled, or since the training ended.
    Deciding(Waited),
    /// A concern is open. The wait is since it was raised.
    Concerned(Waited),
    /// It has decided.
    Decided(Decision),
}

impl PartyProgress {
    pub(crate) const UNOPENED: Self = Self::Unopened(Waited::NONE);
}

/// The progress of a part of the training or the facilitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartProgress {
    /// The minutes that remain.
    pub(crate) remaining: u16,
    /// The day of its first session; [`NEVER`](crate::calendar::NEVER) if that was before day 0.
    pub(crate) opened: Option<Day>,
    pub(crate) next: Awaited,
}

/// What a part waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// Its first booking.
    Unbooked(Waited),
    /// A new booking, after a postponement or after a session that left time over.
    Rebook(Waited),
    /// A booked session.
    Booked(RunSlot),
    /// A booked session whose slot started without it. It is booked again.
    Lapsed,
    /// The end of an open session, with the minutes that will count.
    Open { minutes: u16 },
}
