//! Reading the events of one case: the trials of the chances, and the waits.

use super::counts::{Span, Trials};
use super::days::{DayUse, OpenDays, number};
use crate::assumptions::{Chance, Duration, Model};
use ibbi_common::zone::Zone;
use ibbi_core::{At, Body, ConcernId, Decision, Event, Party, Seat, Service, Slot, Stage};

/// Shorter sessions can't be cut short, because the model cuts them after a multiple of 30 minutes.
const SHORTEST_TO_CUT: u32 = 60;
/// The most parts of a stage.
const PARTS: usize = 8;

/// A wait that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WaitFor {
    Leader(Seat),
    Meeting,
    Letter(Body),
    Review,
    Notice,
    Concern(ConcernId),
    Decision(Party),
    NewDay { part: u8 },
}

impl WaitFor {
    /// Returns the duration that the wait is one of. In the second model, a booking has a delay, and its notice is a constant.
    const fn duration(self, model: Model) -> Duration {
        match self {
            Self::Leader(_) => Duration::LeaderResponse,
            Self::Meeting | Self::Notice if matches!(model, Model::Second) => Duration::BookingDelay,
            Self::Meeting => Duration::MeetingLead,
            Self::Letter(_) => Duration::WrittenConfirmation,
            Self::Review => Duration::ApplicationReview,
            Self::Notice => Duration::SessionNotice,
            Self::Concern(_) => Duration::Concern,
            Self::Decision(_) => Duration::Caucus,
            Self::NewDay { .. } => Duration::Rebooking,
        }
    }

    /// Returns what the day is needed for on which the wait ends, if no slot is known.
    const fn day_use(self, model: Model) -> DayUse {
        match self {
            Self::Meeting | Self::Notice if matches!(model, Model::Second) => DayUse::Office,
            Self::Meeting => DayUse::Meeting,
            Self::Notice | Self::NewDay { .. } => DayUse::FullDay,
            _ => DayUse::Office,
        }
    }
}

/// The evidence of one case.
pub(crate) struct CaseEvidence {
    /// Whether it has ended.
    pub(crate) closed: bool,
    /// The trials of each chance.
    pub(crate) trials: [Trials; Chance::ALL.len()],
    /// The waits.
    pub(crate) waits: Vec<(Duration, Span)>,
}

/// A part of the training or the facilitation.
#[derive(Debug, Clone, Copy, Default)]
struct PartRead {
    booked: Option<Slot>,
    opened: bool,
    postponed: bool,
}

/// Reads the events of one case.
pub(crate) struct CaseReader<'a> {
    days: &'a OpenDays,
    zone: Zone,
    stage: Stage,
    waits: Vec<(WaitFor, i32)>,
    found: Vec<(Duration, Span)>,
    trials: [Trials; Chance::ALL.len()],
    agreed: [bool; 3],
    /// The last leader who declined, and the day.
    declined: Option<(Seat, i32)>,
    parts: [PartRead; PARTS],
    /// The part and the slot of the open session.
    open: Option<(u8, Slot)>,
    /// The minutes that a part can lack.
    grace: i64,
    concerns: Vec<(ConcernId, Party)>,
    in_caucus: [bool; 2],
    raised: [bool; 2],
    decisions: [Option<Decision>; 2],
    /// The day of the last session or meeting.
    last_session: i32,
}

impl<'a> CaseReader<'a> {
    pub(crate) fn new(days: &'a OpenDays) -> Self {
        Self {
            days,
            zone: Zone::default(),
            stage: Stage::Unopened,
            waits: Vec::with_capacity(8),
            found: Vec::with_capacity(24),
            trials: Default::default(),
            agreed: [false; 3],
            declined: None,
            parts: Default::default(),
            open: None,
            grace: 0,
            concerns: Vec::new(),
            in_caucus: [false; 2],
            raised: [false; 2],
            decisions: [None; 2],
            last_session: i32::MIN,
        }
    }

    /// Reads an event, with the stage it led to.
    pub(crate) fn read(&mut self, at: At, event: &Event, to: Stage) {
        if let Event::CaseOpened(opened) = event {
            self.zone = Zone::find(&opened.time_zone).unwrap_or_default();
            self.grace = opened.program.grace().into();
        }
        let day = number(self.zone.date(at));
        self.read_event(day, at, event);
        if to != self.stage {
            self.enter(day, to, matches!(event, Event::CaseWithdrawn(_)));
        }
    }

    fn read_event(&mut self, day: i32, at: At, event: &Event) {
        match event {
            Event::CaseOpened(_) => Seat::ALL.iter().for_each(|seat| self.begin(WaitFor::Leader(*seat), day)),
            Event::LeaderAgreed(agreed) => self.answered(agreed.seat, day, false),
            Event::LeaderDeclined(declined) => self.answered(declined.seat, day, true),
            Event::MeetingScheduled(meeting) => {
                let is_second = self.days.model == Model::Second;
                self.end(WaitFor::Meeting, if is_second { day } else { number(meeting.slot.local_day()) });
            }
            Event::MeetingHeld(_) => {
                self.end(WaitFor::Meeting, day);
                self.last_session = day;
            }
            Event::ServiceChosen(chosen) if chosen.service == Service::Ibbi => {
                Body::ALL.iter().for_each(|body| self.begin(WaitFor::Letter(*body), day));
            }
            Event::SupportConfirmed(letter) => {
                self.end(WaitFor::Letter(letter.body), day);
                if !self.waits.iter().any(|(wait, _)| matches!(wait, WaitFor::Letter(_))) {
                    self.begin(WaitFor::Review, day);
                }
            }
            Event::SupportWithdrawn(letter) => {
                self.drop_wait(WaitFor::Review);
                self.begin(WaitFor::Letter(letter.body), day);
            }
            Event::ApplicationAccepted(_) => self.end(WaitFor::Review, day),
            Event::SessionScheduled(scheduled) => self.booked(day, scheduled.part, scheduled.slot),
            Event::SessionPostponed(postponed) => self.postponed(postponed.part, day),
            Event::SessionOpened(opened) => {
                self.count(Chance::SessionPostponed, false);
                if let Some(part) = self.part(opened.part) {
                    part.opened = true;
                    self.open = part.booked.take().map(|slot| (opened.part, slot));
                }
            }
            Event::SessionClosed(_) => self.held(day, false),
            Event::SessionAdjourned(_) => {
                let missing = self.open.map_or(0, |(_, slot)| slot.ends().at().minutes_since(at));
                self.held(day, missing > self.grace);
            }
            Event::CaucusOpened(caucus) => self.in_caucus[caucus.party as usize] = true,
            Event::ConcernRaised(concern) => {
                self.raised[concern.party as usize] = true;
                self.concerns.push((concern.concern, concern.party));
                self.drop_wait(WaitFor::Decision(concern.party));
                self.begin(WaitFor::Concern(concern.concern), day);
            }
            Event::ConcernAddressed(concern) => {
                self.end(WaitFor::Concern(concern.concern), day);
                self.settled(concern.concern, day);
            }
            Event::ConcernDropped(concern) => {
                self.censor(WaitFor::Concern(concern.concern), day);
                self.settled(concern.concern, day);
            }
            Event::PartyDecided(decided) => {
                self.end(WaitFor::Decision(decided.party), day);
                self.decisions[decided.party as usize] = Some(decided.decision);
            }
            Event::DecisionReopened(reopened) => {
                self.decisions[reopened.party as usize] = None;
                self.begin(WaitFor::Decision(reopened.party), day);
            }
            _ => {}
        }
    }

    /// Reads that a stage begins.
    fn enter(&mut self, day: i32, to: Stage, withdrawn: bool) {
        let from = std::mem::replace(&mut self.stage, to);
        match to {
            // A leader who agreed has declined.
            Stage::Inquiry => self.drop_wait(WaitFor::Meeting),
            Stage::Introduction => self.begin(WaitFor::Meeting, day),
            Stage::Application => self.count(Chance::Withdraws, false),
            Stage::Training => {
                self.count(Chance::Withdraws, false);
                self.begin(WaitFor::Notice, day);
            }
            Stage::Caucus => {
                self.count(Chance::Withdraws, false);
                self.sessions_over();
                Party::ALL.iter().for_each(|party| self.begin(WaitFor::Decision(*party), day));
            }
            Stage::Agreement => {
                self.count(Chance::Withdraws, false);
                self.begin(WaitFor::Notice, day);
            }
            Stage::Closed => {
                let has_chance = !matches!(from, Stage::Unopened | Stage::Inquiry | Stage::Introduction);
                if withdrawn && has_chance {
                    self.trials[Chance::Withdraws as usize].happened += 1;
                }
                if let Some((last, _)) =
                    self.declined.filter(|(_, declined)| from == Stage::Inquiry && *declined == day)
                {
                    // The answers of a day are in the order of the seats, so those before did not come on that day.
                    let before = Seat::ALL.iter().filter(|seat| **seat < last);
                    before.for_each(|seat| self.censor(WaitFor::Leader(*seat), day + 1));
                }
                self.censor_all(day);
            }
            Stage::Unopened | Stage::Facilitation => {}
        }
    }

    /// Reads a leader's answer.
    fn answered(&mut self, seat: Seat, day: i32, declines: bool) {
        let had_agreed = std::mem::replace(&mut self.agreed[seat as usize], !declines);
        if had_agreed && declines {
            // The answer has changed. It is still one answer.
            self.trials[Chance::LeaderDeclines as usize].happened += 1;
        } else if !had_agreed {
            self.count(Chance::LeaderDeclines, declines);
        }
        self.end(WaitFor::Leader(seat), day);
        if declines {
            self.declined = Some((seat, day));
            self.begin(WaitFor::Leader(seat), day);
        }
    }

    /// Reads a booking that was made on a day.
    fn booked(&mut self, made: i32, number_of_part: u8, slot: Slot) {
        let (day, for_use) = (number(slot.local_day()), DayUse::session(slot));
        if self.days.model == Model::Second {
            self.end(WaitFor::Notice, made);
        }
        // The day of a part also depends on those of the parts before it.
        if self.is_first_to_open(number_of_part) {
            self.end_for(WaitFor::Notice, day, for_use);
            self.end_for(WaitFor::NewDay { part: number_of_part }, day, for_use);
        } else {
            self.drop_wait(WaitFor::NewDay { part: number_of_part });
        }
        if let Some(part) = self.part(number_of_part) {
            part.booked = Some(slot);
        }
    }

    /// Reads that a booked session is canceled. It is not a postponement if the session only follows an earlier one that moved.
    fn postponed(&mut self, number_of_part: u8, day: i32) {
        let Some(slot) = self.part(number_of_part).and_then(|part| part.booked.take()) else { return };
        let earlier = self.parts.iter().take(usize::from(number_of_part).saturating_sub(1));
        let follows = earlier.filter(|part| part.postponed && !part.opened).any(|part| {
            let now = part.booked.map(Slot::local_day);
            now.is_none_or(|now| now >= slot.local_day())
        });
        if follows {
            return;
        }
        self.count(Chance::SessionPostponed, true);
        if let Some(part) = self.part(number_of_part) {
            part.postponed = true;
        }
        self.begin(WaitFor::NewDay { part: number_of_part }, day);
    }

    /// Reads that the open session has ended.
    fn held(&mut self, day: i32, cut_short: bool) {
        self.last_session = day;
        let Some((part, slot)) = self.open.take() else { return };
        if slot.minutes() >= SHORTEST_TO_CUT {
            self.count(Chance::SessionCutShort, cut_short);
        }
        if cut_short {
            self.begin(WaitFor::NewDay { part }, day);
        }
    }

    /// Reads that a concern is settled. Its party goes on to decide, unless it has another one.
    fn settled(&mut self, concern: ConcernId, day: i32) {
        let Some(index) = self.concerns.iter().position(|(open, _)| *open == concern) else { return };
        let (_, party) = self.concerns.swap_remove(index);
        if self.concerns.iter().all(|(_, other)| *other != party) && self.decisions[party as usize].is_none() {
            self.begin(WaitFor::Decision(party), day);
        }
    }

    /// Ends the reading of the case. If it is open, it was watched until an instant.
    pub(crate) fn finish(mut self, until: At) -> CaseEvidence {
        let closed = self.stage == Stage::Closed;
        if !closed {
            self.censor_all(number(self.zone.date(until)));
        }
        for (party, decides) in [(Party::Labor, Chance::LaborAdopts), (Party::Management, Chance::ManagementAdopts)] {
            let party = party as usize;
            if self.in_caucus[party] || self.raised[party] || self.decisions[party].is_some() {
                self.count(Chance::ConcernRaised, self.raised[party]);
            }
            if let Some(decision) = self.decisions[party] {
                self.count(decides, decision == Decision::Adopt);
            }
        }
        CaseEvidence { closed, trials: self.trials, waits: self.found }
    }

    fn count(&mut self, chance: Chance, happened: bool) {
        let trials = &mut self.trials[chance as usize];
        trials.total += 1;
        trials.happened += u64::from(happened);
    }

    fn part(&mut self, number: u8) -> Option<&mut PartRead> {
        self.parts.get_mut(usize::from(number).checked_sub(1)?)
    }

    /// Returns whether no earlier part waits for its first session.
    fn is_first_to_open(&self, number: u8) -> bool {
        let earlier = self.parts.iter().take(usize::from(number).saturating_sub(1));
        earlier.into_iter().all(|part| part.opened)
    }

    /// Forgets the parts of a stage that is over.
    fn sessions_over(&mut self) {
        self.parts = Default::default();
        self.waits.retain(|(wait, _)| !matches!(wait, WaitFor::NewDay { .. } | WaitFor::Notice));
    }

    fn begin(&mut self, wait: WaitFor, day: i32) {
        self.drop_wait(wait);
        self.waits.push((wait, day));
    }

    /// Forgets a wait that was overtaken by something else. It says nothing about its duration.
    fn drop_wait(&mut self, wait: WaitFor) {
        self.waits.retain(|(open, _)| *open != wait);
    }

    fn end(&mut self, wait: WaitFor, day: i32) {
        self.end_for(wait, day, wait.day_use(self.days.model));
    }

    /// Ends a wait, if it has begun. It ended after the open day before and on this day at the latest.
    fn end_for(&mut self, wait: WaitFor, day: i32, for_use: DayUse) {
        let Some(index) = self.waits.iter().position(|(open, _)| *open == wait) else { return };
        let (_, begun) = self.waits.swap_remove(index);
        // A new day for a session is a later one. A first booking also leaves the day of the last session.
        let earliest = match wait {
            WaitFor::NewDay { .. } => begun + 1,
            WaitFor::Notice if self.days.model == Model::First => begun.max(self.last_session.saturating_add(1)),
            _ => begun,
        };
        let taken =
            |day: i32| self.parts.iter().filter_map(|part| part.booked).any(|slot| number(slot.local_day()) == day);
        let mut before = day - 1;
        if self.days.is_open(day, for_use) {
            before = self.days.before(day, for_use);
            while matches!(wait, WaitFor::NewDay { .. }) && before >= earliest && taken(before) {
                before = self.days.before(before, for_use);
            }
        }
        let over = if before < earliest { -1 } else { before - begun };
        self.find(wait, over, Some(day - begun));
    }

    /// Ends a wait whose end was not seen before this day.
    fn censor(&mut self, wait: WaitFor, day: i32) {
        let Some(index) = self.waits.iter().position(|(open, _)| *open == wait) else { return };
        let (_, begun) = self.waits.swap_remove(index);
        let over = self.days.before(day, wait.day_use(self.days.model)) - begun;
        // A wait that has just begun says nothing.
        if over >= 0 {
            self.find(wait, over, None);
        }
    }

    fn censor_all(&mut self, day: i32) {
        while let Some((wait, _)) = self.waits.last() {
            self.censor(*wait, day);
        }
    }

    fn find(&mut self, wait: WaitFor, over: i32, up_to: Option<i32>) {
        let days = |days: i32| i16::try_from(days.clamp(-1, i32::from(i16::MAX))).unwrap_or(i16::MAX);
        self.found.push((wait.duration(self.days.model), Span { over: days(over), up_to: up_to.map(days) }));
    }
}
