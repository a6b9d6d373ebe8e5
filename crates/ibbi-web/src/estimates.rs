//! Estimates of when cases are done, kept until the case or the day changes.

use ibbi_core::Date;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The most estimates that are kept.
const KEPT: usize = 1000;

/// The number of a case's records, and the day.
pub(crate) type Key = (u64, Date);

/// The estimates by case.
#[derive(Default)]
pub(crate) struct Estimates(Mutex<HashMap<Uuid, (Key, Option<Date>)>>);

impl Estimates {
    /// Returns the estimate for a case, or makes it. Other requests don't wait for it.
    pub(crate) fn get_or(&self, case: Uuid, key: Key, make: impl FnOnce() -> Option<Date>) -> Option<Date> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, estimate)) = kept().get(&case).filter(|(known, _)| *known == key) {
            return *estimate;
        }
        let estimate = make();
        let mut kept = kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(case, (key, estimate));
        estimate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimate_is_made_again_only_for_another_revision_or_day() {
        let (estimates, case) = (Estimates::default(), Uuid::from_u128(1));
        let day = |text: &str| text.parse::<Date>().unwrap();
        let made = std::cell::Cell::new(0);
        let ask = |key| {
            estimates.get_or(case, key, || {
                made.set(made.get() + 1);
                Some(day("2027-02-10"))
            })
        };
        for (key, expected) in [
            ((3, day("2026-09-01")), 1),
            ((3, day("2026-09-01")), 1),
            ((4, day("2026-09-01")), 2),
            ((4, day("2026-09-02")), 3),
        ] {
            assert_eq!((ask(key), made.get()), (Some(day("2027-02-10")), expected), "{key:?}");
        }
    }
}
