//! The names that each stage knows: those of the leaders, the members of the teams, and the neutrals of booked sessions.

use crate::file::CaseFile;
use crate::names::KnownNames;
use crate::people::Seat;
use crate::sessions::Sessions;
use crate::stages::{
    Agreement, Application, Caucus, Closed, Facilitation, Inquiry, Introduction, Leader, Training, Unopened,
};
use crate::teams::Teams;
use crate::text::Name;

fn leaders<'a>(leaders: impl IntoIterator<Item = &'a Leader>, file: &'a CaseFile) -> impl Iterator<Item = &'a Name> {
    let successor = |seat: &Seat| Some(&file.succession(*seat)?.successor.as_ref()?.name);
    leaders.into_iter().map(|leader| &leader.name).chain(Seat::ALL.iter().filter_map(successor))
}

fn members(teams: &Teams) -> impl Iterator<Item = &Name> {
    teams.everyone().map(|member| &member.person.name)
}

fn neutrals(sessions: &Sessions) -> impl Iterator<Item = &Name> {
    sessions.bookings().flat_map(|(_, booking)| booking.neutrals()).map(|person| &person.name)
}

/// Implements [`KnownNames`] for a stage, with its leaders and, if it has them, its teams and its sessions.
macro_rules! known_names {
    ($($stage:ident, |$state:ident| $leaders:expr $(, $more:ident in $field:ident)*;)+) => { $(
        impl KnownNames for $stage {
            fn known_names(&self) -> impl Iterator<Item = &Name> {
                let $state = self;
                leaders($leaders, &self.file)$(.chain($more(&self.$field)))*
            }
        }
    )+ };
}

known_names! {
    Inquiry, |state| state.seats.iter().flatten();
    Introduction, |state| &state.introduced.leaders;
    Application, |state| &state.introduced.leaders, members in teams;
    Training, |state| &state.admitted.introduced.leaders, members in teams, neutrals in sessions;
    Caucus, |state| &state.trained.admitted.introduced.leaders, members in teams;
    Agreement, |state| &state.adopted.trained.admitted.introduced.leaders, members in teams;
    Facilitation, |state| &state.adopted.trained.admitted.introduced.leaders, members in teams, neutrals in sessions;
}

impl KnownNames for Unopened {
    fn known_names(&self) -> impl Iterator<Item = &Name> {
        core::iter::empty()
    }
}

/// No event adds a person to a closed case.
impl KnownNames for Closed {
    fn known_names(&self) -> impl Iterator<Item = &Name> {
        core::iter::empty()
    }
}
