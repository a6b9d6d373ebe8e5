//! Names that look the same as another name of the case but aren't, such as one with a Cyrillic letter.

use crate::case::Case;
use crate::event::Event;
use crate::people::{Person, Seat};
use crate::sessions::Sessions;
use crate::teams::Teams;
use crate::text::Name;
use alloc::vec::Vec;
use unicode_security::confusable_detection::skeleton;

/// Returns the names of the people that an event adds to a case.
fn added(event: &Event) -> Vec<&Name> {
    fn names<'a>(people: impl IntoIterator<Item = &'a Person>) -> Vec<&'a Name> {
        people.into_iter().map(|person| &person.name).collect()
    }
    match event {
        Event::LeaderAgreed(event) => alloc::vec![&event.name],
        Event::LeaderSucceeded(event) => alloc::vec![&event.name],
        Event::MemberNamed(event) => alloc::vec![&event.member.name],
        Event::SessionScheduled(event) => names(event.neutrals()),
        Event::SessionOpened(event) => {
            let substitutes = event.substitutes.iter().map(|substitute| &substitute.person);
            names(event.neutrals().chain(substitutes))
        }
        _ => Vec::new(),
    }
}

/// Returns whether two names differ but look the same. Two names in ASCII are only misspelled, and are not compared.
fn look_alike(one: &Name, other: &Name) -> bool {
    let (one, other) = (one.as_str(), other.as_str());
    one != other && !(one.is_ascii() && other.is_ascii()) && skeleton(one).eq(skeleton(other))
}

impl Case {
    /// Returns each name of an event that looks the same as another name of the case, with that name.
    pub(crate) fn look_alikes<'a>(&'a self, event: &'a Event) -> Vec<(&'a Name, &'a Name)> {
        let added = added(event);
        if added.is_empty() {
            return Vec::new();
        }
        let leaders = || {
            let both = |seat: &Seat| [self.leader(*seat).map(|leader| &leader.name), self.seat_holder(*seat)];
            Seat::ALL.iter().flat_map(both).flatten()
        };
        let members = || self.teams().into_iter().flat_map(Teams::everyone).map(|member| &member.person.name);
        let neutrals = || {
            let bookings = self.sessions().into_iter().flat_map(Sessions::bookings);
            bookings.flat_map(|(_, booking)| booking.neutrals()).map(|person| &person.name)
        };
        let known = || leaders().chain(members()).chain(neutrals());
        let other = |name: &'a Name| Some((name, known().find(|known| look_alike(name, known))?));
        added.into_iter().filter_map(other).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_found() {
        let name = |text: &str| Name::new(text).unwrap();
        for (one, other, alike) in [
            ("Anne Lee", "\u{410}nne Lee", true),
            ("Jos\u{e9} Ruiz", "Jose\u{301} Ruiz", true),
            ("Jos\u{e9} Ruiz", "Jose Ruiz", false),
            ("Anne Lee", "Anne Lee", false),
            ("Bill Lee", "BiII Lee", false),
            ("Zoe\u{308}", "Zo\u{eb}", true),
        ] {
            assert_eq!(look_alike(&name(one), &name(other)), alike, "{one} {other}");
            assert_eq!(look_alike(&name(other), &name(one)), alike, "{other} {one}");
        }
    }
}
