//! Favors: the smallest sets of half-days that people could free to make the plan fit, or to end it earlier.

use crate::calendar::{Blocker, Day, DayFinder, DaySearch, Favor, FavorDays, Freed, HORIZON, NEVER};
use crate::model::{self, NoListener};
use crate::sampler::LikelyValues;
use crate::scenario::Weekday;
use crate::simulate::Simulator;
use ibbi_core::Date;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When a person or closed range is asked to make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "when", content = "day", rename_all = "snake_case")]
pub enum FavorTime {
    /// On one date.
    On(Date),
    /// Every week on this day.
    Every(Weekday),
}

/// A half-day that a person or closed range is asked to free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FavorRequest {
    /// The person or closed range.
    #[serde(rename = "who")]
    pub blocker: Blocker,
    /// When.
    #[serde(flatten)]
    pub when: FavorTime,
    /// `morning` (until noon), `afternoon` (noon to 4:00 PM), or `evening` (from 4:00 PM on).
    pub half: &'static str,
}

/// Half-days that together help the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FavorSet {
    /// The half-days to ask for. A person who is away all day is asked for two.
    pub favors: Vec<FavorRequest>,
    /// The new day of the last session.
    pub finishes: Date,
    /// How many days earlier that is; `None` if the plan did not fit before.
    pub days: Option<u16>,
}

/// The sets of up to [`FavorSets::LIMIT`] half-days that help a plan most.
///
/// If the plan does not fit, or ends after the contract date, each list has the smallest set that makes it fit, or is empty.
/// Otherwise each list has the best set of each size that ends the plan earlier than every smaller one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FavorSets {
    /// Half-days on single dates.
    pub half_days: Vec<FavorSet>,
    /// Half-days of every week. Only people are asked for them.
    pub standing: Vec<FavorSet>,
    /// Whether all sets were tried. If not, a better one can exist.
    pub all_tried: bool,
    /// Whether the plan fits and ends by the contract date without them.
    pub fits: bool,
}

impl FavorSets {
    /// The most half-days in a set.
    pub const LIMIT: usize = 3;
}

/// The most plans that are tried for each of the two lists.
const MAX_PLANS: usize = 20_000;

type Set = Vec<Favor>;

/// The group of a session, by its number, and the session's number of slots.
type SessionNeed = (usize, u32);

/// A search for the sets of one kind.
struct Search<'a> {
    simulator: &'a Simulator,
    standing: bool,
    /// The sets that open a day for a session, or as a working day.
    openings: HashMap<(Option<SessionNeed>, Day), Vec<Set>>,
    /// The last day of the plan with each set that was tried.
    tried: BTreeMap<Set, Day>,
}

impl Simulator {
    /// Returns the sets of up to three half-days that make the plan fit, or end it earlier.
    ///
    /// A session is moved by the days that someone's time blocks, so only sets that open such a day are tried. With people who
    /// come only if need be, a set that makes a later day better can help too, and is not tried.
    ///
    /// ```
    /// use ibbi_sim::{FavorTime, Scenario, Simulator};
    /// let scenario = Scenario::parse(ibbi_sim::EXAMPLE)?;
    /// let sets = Simulator::new(&scenario).favors();
    /// assert!(sets.half_days.iter().all(|set| set.favors.len() <= 3 && set.days > Some(0)));
    /// # Ok::<(), ibbi_sim::ScenarioError>(())
    /// ```
    pub fn favors(&self) -> FavorSets {
        let [half_days, standing] = [false, true].map(|standing| {
            let mut search = Search { simulator: self, standing, openings: HashMap::new(), tried: BTreeMap::new() };
            search.extend(&Vec::new());
            search
        });
        let bound = self.late.unwrap_or(NEVER).min(NEVER);
        FavorSets {
            fits: half_days.tried.get(&Vec::new()).is_some_and(|day| *day < bound),
            all_tried: half_days.is_complete() && standing.is_complete(),
            half_days: half_days.best(),
            standing: standing.best(),
        }
    }
}

impl Search<'_> {
    fn is_complete(&self) -> bool {
        self.tried.len() < MAX_PLANS
    }

    /// Tries a set, and every larger one that can be better.
    fn extend(&mut self, set: &Set) {
        if self.tried.contains_key(set) || !self.is_complete() {
            return;
        }
        let noted = RefCell::new(Vec::new());
        let days = DayFinder::Noted(&self.simulator.calendar, Freed::Favors(set), &noted);
        let mut sampler = LikelyValues(&self.simulator.scenario.assumptions);
        let Ok(ended) = model::run(self.simulator.inputs(days), &mut sampler, &mut NoListener);
        self.tried.insert(set.clone(), ended.day);
        let mut searches = noted.into_inner();
        searches.sort_unstable();
        searches.dedup();
        let larger: BTreeSet<Set> = searches.iter().flat_map(|one| self.openings(one, set)).collect();
        for set in larger {
            self.extend(&set);
        }
    }

    /// Returns the larger sets with which a search would have found an earlier day.
    fn openings(&mut self, search: &DaySearch, set: &Set) -> Vec<Set> {
        let mut found: Vec<Set> = Vec::new();
        // Of the sets with as many new half-days, the one with the earliest day is the best if they are for single days.
        let mut sizes = [false; FavorSets::LIMIT + 1];
        for day in search.from..search.found.min(NEVER) {
            for opening in self.opened(search, day) {
                let larger: Set = set.iter().chain(&opening).copied().collect::<BTreeSet<_>>().into_iter().collect();
                let size = larger.len();
                if size <= FavorSets::LIMIT
                    && size > set.len()
                    && (self.standing || !std::mem::replace(&mut sizes[size], true))
                {
                    found.push(larger);
                }
            }
            if !self.standing && sizes[(set.len() + 1).min(FavorSets::LIMIT)] {
                break;
            }
        }
        found
    }

    fn opened(&mut self, search: &DaySearch, day: Day) -> Vec<Set> {
        let Self { simulator, standing, openings, .. } = self;
        let calendar = &simulator.calendar;
        let key = (search.session.map(|(group, slots)| (group as usize, slots)), day);
        let sets = openings.entry(key).or_insert_with(|| {
            let day = usize::from(day).min(HORIZON - 1);
            let sets = match search.session {
                Some((group, slots)) => calendar.openings(group, day, slots, FavorSets::LIMIT),
                None => calendar.working_openings(day, FavorSets::LIMIT),
            };
            match standing {
                false => sets,
                true => sets.into_iter().filter_map(|set| standing_set(&set, calendar.dates[day])).collect(),
            }
        });
        sets.clone()
    }

    /// Returns the sets to show.
    fn best(&self) -> Vec<FavorSet> {
        let Simulator { calendar, late, .. } = self.simulator;
        let planned = self.tried.get(&Vec::new()).copied().unwrap_or(NEVER);
        let bound = late.unwrap_or(NEVER).min(NEVER);
        let mut best = planned;
        let mut found = Vec::new();
        for size in 1..=FavorSets::LIMIT {
            // The first of equal sets, which has the earliest dates.
            let own = self.tried.iter().filter(|(set, _)| set.len() == size);
            let Some((set, day)) = own.min_by_key(|(_, day)| **day) else { continue };
            let helps = if planned >= bound { *day < bound } else { *day < best };
            let Some(finishes) = calendar.date(usize::from(*day)).filter(|_| helps) else { continue };
            best = *day;
            let days = (planned < NEVER).then(|| planned - day);
            let favors = set.iter().map(|favor| self.request(favor)).collect();
            found.push(FavorSet { favors, finishes, days });
            if planned >= bound {
                break;
            }
        }
        found
    }

    fn request(&self, favor: &Favor) -> FavorRequest {
        let calendar = &self.simulator.calendar;
        let when = match favor.days {
            FavorDays::On(day) => FavorTime::On(calendar.dates[day]),
            FavorDays::Every(weekday) => FavorTime::Every(weekday),
        };
        FavorRequest { blocker: calendar.name(favor.cause), when, half: favor.half.name() }
    }
}

/// Returns the same half-days of every week; `None` if a closed range is among them.
fn standing_set(set: &Set, date: Date) -> Option<Set> {
    let every = FavorDays::Every(Weekday::from_date(date));
    let is_person = |favor: &Favor| matches!(favor.cause, crate::calendar::Cause::Person(_));
    set.iter().all(is_person).then(|| set.iter().map(|favor| Favor { days: every, ..*favor }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumptions::{Duration, Model};
    use crate::calendar::{Cause, Half};
    use crate::scenario::{Hours, Scenario, TimeRule};
    use crate::three_point::ThreePoint;

    /// Returns a small scenario whose people are away at random half-days in the first weeks.
    fn made_up(seed: u64) -> Scenario {
        let mut scenario = Scenario::parse(crate::EXAMPLE).unwrap();
        let mut state = seed;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for which in Duration::of(Model::First) {
            let days = random(3) as f64;
            scenario.assumptions.set_duration(*which, ThreePoint { least: days, likely: days, most: days });
        }
        scenario.calendar.closed.truncate(0);
        for (index, person) in scenario.people.iter_mut().enumerate() {
            person.unavailable.clear();
            if index % 4 == 0 {
                for day in scenario.start.to_chrono().iter_days().take(12) {
                    let date = Date::try_from(day).unwrap();
                    match random(5) {
                        0 => person.unavailable.push(TimeRule::between(date, date)),
                        1 => person
                            .unavailable
                            .push(TimeRule { hours: Some(Hours::MORNING), ..TimeRule::between(date, date) }),
                        2 => person
                            .unavailable
                            .push(TimeRule { hours: Some(Hours::AFTERNOON), ..TimeRule::between(date, date) }),
                        _ => {}
                    }
                }
            }
        }
        scenario.contract_expires = scenario
            .start
            .to_chrono()
            .iter_days()
            .nth(7 + random(20) as usize)
            .and_then(|day| Date::try_from(day).ok());
        scenario
    }

    /// Returns every half-day at which a person is away.
    fn all_favors(simulator: &Simulator, standing: bool) -> Vec<Favor> {
        let calendar = &simulator.calendar;
        let days = if standing { 5 } else { 14 };
        let mut found = Vec::new();
        for (cause, day) in calendar.causes().into_iter().flat_map(|cause| (0..days).map(move |day| (cause, day))) {
            for half in [Half::Morning, Half::Afternoon] {
                let day = if standing { FavorDays::Every(Weekday::ALL[day]) } else { FavorDays::On(day) };
                found.push(Favor { days: day, half, cause });
            }
        }
        found
    }

    fn exhaustive(simulator: &Simulator, standing: bool) -> Vec<Option<Day>> {
        let all = all_favors(simulator, standing);
        let mut best = vec![None; 4];
        let mut try_set = |set: &[Favor]| {
            let day = simulator.planned_last_day(Freed::Favors(set));
            let best = &mut best[set.len()];
            *best = Some(best.map_or(day, |best: Day| best.min(day)));
        };
        try_set(&[]);
        for (index, one) in all.iter().enumerate() {
            try_set(&[*one]);
            for (next, other) in all.iter().enumerate().skip(index + 1) {
                try_set(&[*one, *other]);
                for third in &all[next + 1..] {
                    try_set(&[*one, *other, *third]);
                }
            }
        }
        best
    }

    #[test]
    fn no_set_is_better_than_those_found() {
        let (mut helped, mut fitted) = (0, 0);
        for seed in 0..12 {
            let scenario = made_up(seed);
            let simulator = Simulator::new(&scenario);
            assert!(simulator.calendar.causes().iter().all(|cause| matches!(cause, Cause::Person(_))));
            let found = simulator.favors();
            assert!(found.all_tried);
            for (standing, sets) in [(false, &found.half_days), (true, &found.standing)] {
                let best = exhaustive(&simulator, standing);
                let planned = best[0].unwrap();
                let bound = simulator.late.unwrap_or(NEVER);
                let mut expected = Vec::new();
                let mut earliest = planned;
                for (size, day) in best.iter().enumerate().skip(1) {
                    let Some(day) = *day else { continue };
                    if if planned >= bound { day < bound } else { day < earliest } {
                        expected.push((size, simulator.calendar.date(day.into()).unwrap()));
                        earliest = day;
                        if planned >= bound {
                            fitted += 1;
                            break;
                        }
                        helped += 1;
                    }
                }
                let sets: Vec<_> = sets.iter().map(|set| (set.favors.len(), set.finishes)).collect();
                assert_eq!(sets, expected, "seed {seed}, standing {standing}");
            }
        }
        assert!(helped > 5 && fitted > 1, "{helped}, {fitted}");
    }
}
