//! People who have signed in and have no role, so that program staff can give them one.

use ibbi_access::Principal;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// The most people. Those who came first make room.
const MOST: usize = 100;

/// People who have signed in and have no role, since the server started.
#[derive(Default)]
pub(crate) struct Newcomers(Mutex<VecDeque<Principal>>);

impl Newcomers {
    /// Remembers someone.
    pub(crate) fn note(&self, principal: &Principal) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().any(|known| known.is_same(principal)) {
            return;
        }
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(principal.clone());
    }

    /// Returns those for whom a condition still holds, newest first.
    pub(crate) fn all(&self, is_one: impl Fn(&Principal) -> bool) -> Vec<Principal> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|principal| is_one(principal));
        all.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcomers_are_known_once_and_the_first_make_room() {
        let newcomers = Newcomers::default();
        let person = |number: usize| Principal::new("https://login.example.org", &number.to_string(), "A").unwrap();
        for number in (0..MOST + 5).flat_map(|number| [number, number]) {
            newcomers.note(&person(number));
        }
        let all = newcomers.all(|_| true);
        assert_eq!((all.len(), &all[0], all.last().unwrap()), (MOST, &person(MOST + 4), &person(5)));
        assert_eq!(newcomers.all(|principal| principal.subject.as_str() == "7").len(), 1);
        assert_eq!(newcomers.all(|_| true).len(), 1, "those with a role are forgotten");
    }
}
