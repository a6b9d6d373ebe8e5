//! How far a case is when a run begins: what is settled stays settled, and what is awaited has been for some days.

use crate::calendar::Day;
use crate::model::Seating;
use ibbi_core::Decision;

/// For how many whole days something has been awaited on day 0; nothing for what only begins in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Option<u16>);

impl Since {
    /// It begins in the run.
    pub(crate) const BEGINNING: Self = Self(None);
}

/// The point from which a run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// Leaders are asked: each that has not agreed, so long ago.
    Inquiry([Option<Since>; 3]),
    /// All three have agreed.
    Introduction(Meeting),
    /// Each letter that has not come has been awaited so long; with all three, the review has.
    Application { letters: [Option<Since>; 3], reviewing: Since },
    /// The training is under way.
    Training(PartPoint),
    /// How far labor and management are.
    Caucus([PartyPoint; 2]),
    /// Both have adopted, so long ago.
    Agreement(Since),
    /// The parts of the facilitation.
    Facilitation(Vec<PartPoint>),
}

impl Settled {
    /// A new case: nobody has been asked yet.
    pub(crate) const NOTHING: Self = Self::Inquiry([Some(Since::BEGINNING); 3]);

    pub(crate) const fn is_before_caucus(&self) -> bool {
        !matches!(self, Self::Caucus(_) | Self::Agreement(_) | Self::Facilitation(_))
    }
}

/// The introductory meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// It is still to be booked; the last leader agreed, or the last meeting was held, so long ago.
    ToBook(Since),
    /// It is booked.
    Booked(Seating),
    /// All topics are covered; what is lacking is the choice.
    Over,
}

/// How far a party is in the caucus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartyPoint {
    /// Its caucus has not opened; the training ended so long ago.
    Unopened(Since),
    /// It has no open concern, and so long ago the last was settled, or the training ended.
    Deciding(Since),
    /// A concern was raised so long ago and is open.
    Concerned(Since),
    /// It has decided.
    Decided(Decision),
}

impl PartyPoint {
    pub(crate) const UNOPENED: Self = Self::Unopened(Since::BEGINNING);
}

/// A part of the training or the facilitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartPoint {
    /// Minutes still to be held.
    pub(crate) remaining: u16,
    /// The day of its first session; [`NEVER`](crate::calendar::NEVER) stands for one before day 0.
    pub(crate) opened: Option<Day>,
    pub(crate) next: Awaited,
}

/// What a part waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// Its first booking, so long.
    Unbooked(Since),
    /// A new booking after a postponement or a session that left a rest, so long.
    Rebook(Since),
    /// A booked session.
    Booked(Seating),
    /// A booked session whose slot has begun without it: it is booked anew.
    Lapsed,
    /// The end of an open session, with the minutes that will count.
    Open { minutes: u16 },
}
