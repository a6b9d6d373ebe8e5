//! The normal form of a state: shifted to the model check's one day, without data that no guard reads.
//!
//! Guards compare instants only with each other and with local days. A state shifted by whole days therefore behaves
//! the same. All past days are equal, because no guard asks how long ago a day was.

use crate::case::Case;
use crate::chart::StageState;
use crate::file::{CaseFile, Contract};
use crate::sessions::{Part, Sessions};
use crate::slot::Slot;
use crate::stage::Outcome;
use crate::stages::{Admitted, Adopted, ConcernStatus, Decided, Inquiry, Introduced, Leader, Letter, Trained};
use crate::teams::Teams;
use crate::text::MemberId;
use crate::time::LocalTime;
use crate::time::{At, Date};

const DAY: i64 = 24 * 60;

/// A shift of a state to `now`, by `minutes` (whole days).
pub(super) struct Shift {
    pub(super) now: At,
    pub(super) minutes: i64,
}

impl Shift {
    fn at(&self, at: At) -> At {
        At::from_millis(at.millis() + self.minutes * 60_000).unwrap()
    }

    fn local(&self, time: LocalTime) -> LocalTime {
        LocalTime::new(self.at(time.at()), time.offset_minutes()).unwrap()
    }

    fn slot(&self, slot: Slot) -> Slot {
        let moved = Slot::new(self.local(slot.starts()), self.local(slot.ends())).unwrap();
        let ago = (moved.day_of(self.now).to_chrono() - moved.local_day().to_chrono()).num_days();
        if ago <= 1 { moved } else { Self { now: self.now, minutes: (ago - 1) * DAY }.slot(moved) }
    }

    /// Returns today or a later day as it is, and any earlier day as yesterday.
    fn day(&self, day: Date) -> Date {
        let moved = Date::try_from(day.to_chrono() + chrono::Duration::minutes(self.minutes)).unwrap();
        // All slots of the model check have this offset.
        let today = self.now.date_at_offset(super::actions::OFFSET);
        let yesterday = Date::try_from(today.to_chrono().pred_opt().unwrap()).unwrap();
        if moved < today { yesterday } else { moved }
    }

    fn file(&self, file: &mut CaseFile) {
        file.opened_at = self.now;
        file.last_at = self.now;
        file.events = 1;
        file.notes = 0;
        for change in file.seats.iter_mut().flat_map(|seats| seats.iter_mut().flatten()) {
            change.since = self.now;
            if let Some(successor) = &mut change.successor {
                successor.agreed = successor.agreed.map(|_| self.now);
            }
        }
    }

    fn leader(&self, leader: &mut Leader) {
        leader.agreed = self.now;
    }

    fn introduced(&self, introduced: &mut Introduced) {
        introduced.leaders.iter_mut().for_each(|leader| self.leader(leader));
        introduced.meetings = 0;
        introduced.chosen.sort_by_key(|chosen| chosen.service);
    }

    fn settled_introduction(&self, introduced: &mut Introduced) {
        self.introduced(introduced);
        introduced.chosen.clear();
        // The leaders' names no longer matter.
        let name = introduced.leaders[0].name.clone();
        introduced.leaders.iter_mut().for_each(|leader| (leader.name, leader.office) = (name.clone(), None));
    }

    fn letter(&self, letter: &mut Letter) {
        letter.dated = self.now.utc_date();
        letter.document = None;
    }

    fn teams(teams: &mut Teams) {
        teams.former.clear();
        teams.labor.sort_by_key(|member| member.person.id);
        teams.management.sort_by_key(|member| member.person.id);
    }

    fn part(&self, part: &mut Part, grace: u16) {
        if part.is_filled(grace) {
            part.counted = part.minutes;
        }
        part.first_day = part.first_day.map(|day| self.day(day));
        if let Some(booking) = &mut part.booked {
            booking.slot = self.slot(booking.slot);
        }
    }

    fn sessions(&self, sessions: &mut Sessions) {
        let grace = sessions.grace();
        sessions.parts.iter_mut().for_each(|part| self.part(part, grace));
        sessions.held.clear();
        sessions.postponed = 0;
        if let Some(open) = &mut sessions.open {
            open.slot = self.slot(open.slot);
            let slot = i64::from(open.slot.minutes());
            let elapsed = self.now.minutes_since(self.at(open.opened)).min(slot);
            open.opened = At::from_millis(self.now.millis() - elapsed * 60_000).unwrap();
        }
    }

    fn admitted(&self, admitted: &mut Admitted) {
        self.settled_introduction(&mut admitted.introduced);
        admitted.letters.iter_mut().for_each(|letter| self.letter(letter));
        admitted.accepted = self.now;
    }

    fn trained(&self, trained: &mut Trained) {
        self.admitted(&mut trained.admitted);
        trained.held.clear();
        (trained.exercises, trained.simulations) = (1, 1);
        trained.completed = self.now;
    }

    fn decided(&self, decided: &mut Decided) {
        decided.at = self.now;
        decided.spokesperson = MemberId::new("a").unwrap();
    }

    fn adopted(&self, adopted: &mut Adopted) {
        self.trained(&mut adopted.trained);
        self.decided(&mut adopted.labor);
        self.decided(&mut adopted.management);
        adopted.concerns.clear();
    }

    pub(super) fn case(&self, case: &Case) -> Case {
        let mut case = case.clone();
        match &mut case {
            Case::Unopened(_) => {}
            Case::Inquiry(state) => {
                self.file(&mut state.file);
                state.seats.iter_mut().flatten().for_each(|leader| self.leader(leader));
            }
            Case::Introduction(state) => {
                self.file(&mut state.file);
                self.introduced(&mut state.introduced);
                let name = state.introduced.leaders[0].name.clone();
                let leaders = state.introduced.leaders.iter_mut();
                leaders.for_each(|leader| (leader.name, leader.office) = (name.clone(), None));
                state.scheduled = None;
            }
            Case::Application(state) => {
                self.file(&mut state.file);
                self.settled_introduction(&mut state.introduced);
                state.letters.iter_mut().flatten().for_each(|letter| self.letter(letter));
                Self::teams(&mut state.teams);
            }
            Case::Training(state) => {
                self.file(&mut state.file);
                self.admitted(&mut state.admitted);
                Self::teams(&mut state.teams);
                self.sessions(&mut state.sessions);
                (state.exercises, state.simulations) = (0, 0);
            }
            Case::Caucus(state) => {
                self.file(&mut state.file);
                self.trained(&mut state.trained);
                Self::teams(&mut state.teams);
                for party in [&mut state.labor, &mut state.management] {
                    party.opened = party.opened.map(|_| self.now);
                    party.decided.iter_mut().for_each(|decided| self.decided(decided));
                }
                let settled = |status| if status == ConcernStatus::Open { status } else { ConcernStatus::Dropped };
                state.concerns.iter_mut().for_each(|concern| concern.status = settled(concern.status));
                state.concerns.sort_by_key(|concern| concern.id);
            }
            Case::Agreement(state) => {
                self.file(&mut state.file);
                self.adopted(&mut state.adopted);
                Self::teams(&mut state.teams);
            }
            Case::Facilitation(state) => {
                self.file(&mut state.file);
                self.adopted(&mut state.adopted);
                Self::teams(&mut state.teams);
                self.sessions(&mut state.sessions);
            }
            Case::Closed(state) => {
                let outcome: Outcome = state.outcome();
                let mut file = state.file().expect("a closed case was opened").clone();
                self.file(&mut file);
                (file.seats, file.contract) = (None, Contract { expires: None, evergreen: false });
                *state = crate::stages::Closed::new(Inquiry::new(file.into()), outcome, self.now);
            }
        }
        case
    }
}
