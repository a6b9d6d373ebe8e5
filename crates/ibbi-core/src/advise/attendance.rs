//! Advisories about who attended: observers, substitutes, members without the training, and members who missed a part of it.

use crate::advisory::{Advisory, Warning, warn};
use crate::case::Case;
use crate::event::{Event, SessionOpened};
use crate::found::list;
use crate::people::{Capacity, MemberIds, Person};
use crate::stages::Attendance;
use crate::text::MemberId;
use crate::time::At;
use alloc::string::ToString;
use alloc::vec::Vec;

impl Case {
    pub(super) fn advise_observers(&self, event: &SessionOpened, into: &mut Vec<Advisory>) {
        let absent = |capacity: &Capacity| !event.observers.any_in(*capacity);
        let missing: Vec<_> = [Capacity::SchoolCommittee, Capacity::UnionBoard].into_iter().filter(absent).collect();
        if self.is_training() && !missing.is_empty() {
            let missing = missing.iter().map(|capacity| capacity.label()).collect::<Vec<_>>().join(" and no ");
            warn(into, Warning::NoBoardMembers, alloc::format!("no {missing} is listed as an observer"));
        }
    }

    /// Adds the substitutes at a session, and the people at a facilitation session who had no training.
    pub(super) fn advise_table(&self, event: &SessionOpened, into: &mut Vec<Advisory>) {
        if !event.substitutes.is_empty() {
            let found = list(&event.substitutes, |one| alloc::format!("{} for {}", one.person, one.member));
            warn(into, Warning::Substitute, found);
        }
        let people = || event.substitutes.iter().map(|one| one.person.id).chain(event.present.iter().copied());
        self.advise_untrained(people(), into);
    }

    pub(super) fn advise_untrained(&self, people: impl Iterator<Item = MemberId>, into: &mut Vec<Advisory>) {
        let (false, Some(trained)) = (self.is_training(), self.trained()) else { return };
        let untrained: Vec<_> = people.filter(|id| trained.attendance(*id) == Attendance::None).collect();
        if !untrained.is_empty() {
            let found = alloc::format!("attended no training session: {}", list(&untrained, ToString::to_string));
            warn(into, Warning::Untrained, found);
        }
    }

    pub(super) fn advise_ending(&self, late: &MemberIds, left: &MemberIds, at: At, into: &mut Vec<Advisory>) {
        let Some(open) = self.sessions().and_then(crate::Sessions::open) else { return };
        let (day, ended) = (open.slot.local_day(), open.slot.day_of(at));
        if ended > day {
            warn(
                into,
                Warning::OpenPastDay,
                alloc::format!("the session was scheduled for {} and ended on {}", day.readable(), ended.readable()),
            );
        }
        if self.is_training() {
            for (text, who) in [("came late", late), ("left before the end", left)] {
                if !who.is_empty() {
                    let who = list(who, ToString::to_string);
                    warn(into, Warning::PartOfTraining, alloc::format!("{text}: {who}"));
                }
            }
        }
        self.advise_late_comers(late, into);
    }

    /// Adds those among the people who came late to the open session who were absent at its opening and had no training.
    pub(super) fn advise_late_comers(&self, late: &MemberIds, into: &mut Vec<Advisory>) {
        let Some(open) = self.sessions().and_then(crate::Sessions::open) else { return };
        self.advise_untrained(late.iter().copied().filter(|id| open.absent.contains(id)), into);
    }

    /// Adds the members who missed the training, if this closing completes it. Those who came late or left early have
    /// been reported.
    pub(super) fn advise_completed(&self, closing: &Event, at: At, into: &mut Vec<Advisory>) {
        let (Self::Training(_), Some(sessions), Some(teams)) = (self, self.sessions(), self.teams()) else { return };
        if !sessions.would_complete(at) {
            return;
        }
        let mut after = self.clone();
        if after.offer(closing, at).is_err() {
            return;
        }
        let held = after.trained().map(crate::stages::Trained::held).unwrap_or_default();
        let reported =
            |id: MemberId| held.iter().any(|session| session.left_early.contains(&id) || session.late.contains(&id));
        let members = teams.everyone().map(|member| &member.person);
        after.advise_attendance(members.filter(|person| !reported(person.id)), into);
    }

    /// Adds those among some people who missed the training or a part of it, if it is over.
    pub(super) fn advise_attendance<'a>(&self, people: impl IntoIterator<Item = &'a Person>, into: &mut Vec<Advisory>) {
        let Some(trained) = self.trained() else { return };
        let (mut none, mut part) = (Vec::new(), Vec::new());
        for person in people {
            match trained.attendance(person.id) {
                Attendance::None => none.push(person),
                Attendance::Partial => part.push(person),
                Attendance::Full => {}
            }
        }
        for (people, warning, what) in [
            (none, Warning::MissedTraining, "attended no training session"),
            (part, Warning::PartOfTraining, "missed part of the training"),
        ] {
            if !people.is_empty() {
                warn(into, warning, alloc::format!("{what}: {}", list(&people, ToString::to_string)));
            }
        }
    }

    pub(super) fn advise_returned(&self, id: MemberId, into: &mut Vec<Advisory>) {
        let Some(teams) = self.teams() else { return };
        let trained = self.trained().map(crate::stages::Trained::held).unwrap_or_default();
        let present = self.sessions().map(crate::Sessions::held).unwrap_or_default();
        for former in teams.former().iter().filter(|former| former.member == id) {
            let missed = trained
                .iter()
                .chain(present)
                .find(|held| held.opened >= former.released && !held.present.contains(&id));
            if let Some(held) = missed {
                let (released, opened) = (former.released.readable(), held.opened.readable());
                let found = alloc::format!("{id} was released {released}, and a session without {id} opened {opened}");
                warn(into, Warning::ReleasedAround, found);
                return;
            }
        }
    }
}
