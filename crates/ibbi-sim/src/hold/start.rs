//! The latest start with which the contract date is kept in four runs of five.

use crate::model::{self, NoListener};
use crate::scenario::Scenario;
use crate::simulate::Simulator;
use ibbi_core::Date;

/// The runs of a probe.
const RUNS: u64 = 2_000;
const SEED: u64 = 1;
/// How many days earlier than the scenario's start the search looks.
const BACK: i64 = 365;

impl Simulator {
    /// Returns the latest start with which at least 80% of the runs that go ahead are completed by the contract date, at most a year
    /// before the scenario's start. `None` if there is none, if there is no such date, or for a resumed case, which has started.
    pub(crate) fn latest_start(&self) -> Option<Date> {
        let expires = self.scenario.contract_expires.filter(|_| !self.is_real())?;
        let start = self.scenario.start.to_chrono();
        let date = |days: i64| Date::try_from(start.checked_add_signed(chrono::Duration::days(days))?).ok();
        let in_time = |days: i64| {
            date(days)
                .filter(Scenario::has_calendar)
                .is_some_and(|start| Self::new(&Scenario { start, ..self.scenario.clone() }).is_safe())
        };
        let (mut early, mut late) = match self.is_safe() {
            true => (0, (expires.to_chrono() - start).num_days().max(0) + 1),
            false if in_time(-BACK) => (-BACK, 0),
            false => return None,
        };
        while early + 1 < late {
            let middle = early + (late - early) / 2;
            if in_time(middle) { early = middle } else { late = middle }
        }
        date(early)
    }

    /// Returns whether at least 80% of the runs that go ahead are in time. Stops as soon as that is clear.
    fn is_safe(&self) -> bool {
        let (mut ahead, mut in_time) = (0_u64, 0_u64);
        for run in 0..RUNS {
            let Ok(ended) = model::run(self.own_inputs(), &mut self.sampler(SEED, run), &mut NoListener);
            ahead += u64::from(ended.goes_ahead());
            in_time += u64::from(self.in_time(ended));
            // Even if all other runs were in time, or all were late, the answer would be the same.
            let left = RUNS - run - 1;
            if 5 * (in_time + left) < 4 * (ahead + left) || (ahead > 0 && 5 * in_time >= 4 * (ahead + left)) {
                break;
            }
        }
        ahead > 0 && 5 * in_time >= 4 * ahead
    }
}
