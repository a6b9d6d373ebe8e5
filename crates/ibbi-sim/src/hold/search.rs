//! The search for held dates: the earliest last date, then the least sum, with enough runs that succeed.

use super::runs::{Clock, Runs};
use crate::calendar::Day;

/// Held dates: for each session, the date and its backup.
pub(super) type Dates = Vec<[Day; 2]>;

/// What is minimized: the last date, then the sum of all dates, then the dates in order.
type Cost = (Day, u32, Dates);

/// The days on which a session can be held, and those for its backup, in order.
pub(super) struct Choices(pub(super) [Vec<Day>; 2]);

/// Up to this many sets of dates, all are compared.
const FEW: usize = 5_000;
/// The runs of the first, coarse search.
const COARSE: usize = 600;
/// How far a step of the search goes, in days on which the session fits.
const STEPS: [usize; 4] = [1, 2, 4, 12];

pub(super) struct Search<'a> {
    pub(super) clock: &'a Clock<'a>,
    pub(super) choices: &'a [Choices],
    pub(super) runs: &'a Runs,
}

/// Indexes into the choices.
type Place = Vec<[usize; 2]>;

impl Search<'_> {
    fn dates(&self, place: &Place) -> Dates {
        let day = |session: usize, which: usize| self.choices[session].0[which][place[session][which]];
        (0..place.len()).map(|session| [day(session, 0), day(session, 1)]).collect()
    }

    fn cost(dates: &Dates) -> Cost {
        let all = dates.iter().flatten();
        let last = all.clone().copied().max().unwrap_or(0);
        (last, all.map(|day| u32::from(*day)).sum(), dates.clone())
    }

    /// Returns the dates with the earliest last date, then the least sum, of all that the search finds with which at least `needed`
    /// runs succeed. If it finds none, returns the dates that come nearest, if there are any.
    pub(super) fn best(&self, needed: usize) -> Result<Dates, Option<Dates>> {
        if self.sets() <= FEW {
            return self.all(needed);
        }
        let coarse = self.runs.sample(self.clock.parts.len(), COARSE);
        let rough = Search { runs: &coarse, ..*self };
        let fewer = (needed * coarse.count()).div_ceil(self.runs.count().max(1));
        let near = rough.start(fewer).map(|(start, _)| rough.descend(start, fewer));
        let near = near.map(|near| self.climb(near, needed, Day::MAX)).filter(|(_, score)| *score >= needed);
        let (place, score) = near.or_else(|| self.start(needed)).ok_or(None)?;
        if score < needed {
            return Err(Some(self.dates(&place)));
        }
        Ok(self.dates(&self.descend(place, needed)))
    }

    fn score(&self, dates: &Dates, needed: usize, least: usize) -> usize {
        self.runs.score(self.clock, dates, needed, least)
    }

    fn is_enough(&self, place: &Place, needed: usize) -> bool {
        self.score(&self.dates(place), needed, needed) >= needed
    }

    /// Returns dates to start from, with their score: the earliest whose quantiles of the ready days are enough. If none is,
    /// returns dates near the latest ones that come nearest.
    fn start(&self, needed: usize) -> Option<(Place, usize)> {
        let place = |permille: usize| self.at_quantile(permille).filter(|place| self.is_enough(place, needed));
        let (mut low, mut high) = (400, 1000);
        let Some(mut found) = place(high) else {
            let late = [1000, 980, 950].into_iter().filter_map(|permille| self.at_quantile(permille));
            return late.map(|late| self.climb(late, needed, Day::MAX)).max_by_key(|(_, score)| *score);
        };
        while low + 10 < high {
            let middle = usize::midpoint(low, high);
            match place(middle) {
                Some(place) => (found, high) = (place, middle),
                None => low = middle,
            }
        }
        Some((found, needed))
    }

    /// Returns the dates at a quantile of the days on which runs are ready, each backup as soon as possible after that of the
    /// last runs.
    fn at_quantile(&self, permille: usize) -> Option<Place> {
        let mut place: Place = Vec::new();
        let mut dates = Vec::new();
        for (session, choices) in self.choices.iter().enumerate() {
            let ready = self.runs.ready(self.clock, session, &dates);
            let at = |permille: usize| {
                let rank = (ready.len() * permille).div_ceil(1000).max(1);
                ready.get(rank - 1).copied()
            };
            let late = at(permille)?;
            let taken = |day: &Day| dates.iter().flatten().any(|other| other == day);
            let find = |list: &[Day], from: Day| {
                let start = list.partition_point(|day| *day < from);
                // If all days are earlier, the last ones must do.
                let late = (start..list.len()).find(|index| !taken(&list[*index]));
                late.or_else(|| (0..list.len()).rev().find(|index| !taken(&list[*index])))
            };
            let before: [Day; 2] = dates.last().copied().unwrap_or([0; 2]);
            let first = match choices.0[0].as_slice() {
                [_] => 0,
                // The backup needs a day after it.
                list => find(&list[..list.len().checked_sub(1)?], late.max(before[0] + 1))?,
            };
            let date = choices.0[0][first];
            let backup = find(&choices.0[1], late.max(date + 1).max(before[1] + 1))?;
            place.push([first, backup]);
            dates.push([date, choices.0[1][backup]]);
        }
        self.is_valid(&place).then_some(place)
    }

    /// Returns whether each date is before its backup, the dates and the backups are each in the order of the sessions, and no
    /// day is held twice.
    fn is_valid(&self, place: &Place) -> bool {
        let dates = self.dates(place);
        let ordered = dates.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] < pair[1][1]);
        let distinct =
            dates.iter().flatten().all(|day| dates.iter().flatten().filter(|other| *other == day).count() == 1);
        ordered && distinct && dates.iter().all(|[date, backup]| date < backup)
    }

    /// Returns the place with one date moved by some steps, if it is valid.
    fn moved(&self, place: &Place, (session, which): (usize, usize), by: isize) -> Option<Place> {
        let mut place = place.clone();
        let index = place[session][which].checked_add_signed(by)?;
        place[session][which] = index;
        (index < self.choices[session].0[which].len() && self.is_valid(&place)).then_some(place)
    }

    fn coordinates(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<> {
        (0..self.choices.len()).flat_map(|session| [(session, 0), (session, 1)])
    }

    /// Moves dates to those with a higher score until it is `needed` or no move helps, without a date after `last`. Returns the
    /// score too.
    fn climb(&self, mut place: Place, needed: usize, last: Day) -> (Place, usize) {
        let mut score = self.score(&self.dates(&place), needed, 0);
        while score < needed {
            let mut best: Option<(usize, Place)> = None;
            for coordinate in self.coordinates() {
                for by in STEPS.iter().flat_map(|step| [step.cast_signed(), -step.cast_signed()]) {
                    let Some(other) = self.moved(&place, coordinate, by) else { continue };
                    let dates = self.dates(&other);
                    if Self::cost(&dates).0 > last {
                        continue;
                    }
                    let least = best.as_ref().map_or(score, |(score, _)| *score) + 1;
                    let found = self.score(&dates, needed, least);
                    if found >= least {
                        best = Some((found, other));
                    }
                }
            }
            match best {
                Some((better, other)) => (score, place) = (better, other),
                None => break,
            }
        }
        (place, score)
    }

    /// Moves dates earlier as long as enough runs succeed.
    fn descend(&self, mut place: Place, needed: usize) -> Place {
        while let Some(better) = self.with_earlier_last(&place, needed).or_else(|| self.with_less_sum(&place, needed)) {
            place = better;
        }
        place
    }

    fn with_earlier_last(&self, place: &Place, needed: usize) -> Option<Place> {
        let (last, ..) = Self::cost(&self.dates(place));
        let latest = self
            .coordinates()
            .find(|(session, which)| self.choices[*session].0[*which][place[*session][*which]] == last)?;
        STEPS.iter().rev().find_map(|step| {
            let earlier = self.moved(place, latest, -step.cast_signed())?;
            let (place, score) = self.climb(earlier, needed, last - 1);
            (score >= needed).then_some(place)
        })
    }

    /// Moves one date earlier, or one earlier and another later.
    fn with_less_sum(&self, place: &Place, needed: usize) -> Option<Place> {
        let now = Self::cost(&self.dates(place));
        let better = |other: &Place| Self::cost(&self.dates(other)) < now && self.is_enough(other, needed);
        let earlier = self.coordinates().flat_map(|one| STEPS.iter().rev().map(move |step| (one, -step.cast_signed())));
        let mut singles = earlier.clone().filter_map(|(one, by)| self.moved(place, one, by));
        if let Some(single) = singles.find(better) {
            return Some(single);
        }
        for (one, by) in earlier {
            for other in self.coordinates().filter(|other| *other != one) {
                for later in STEPS {
                    // The first move alone can be invalid, such as past another held date.
                    let mut pair = place.clone();
                    let Some(index) = pair[one.0][one.1].checked_add_signed(by) else { continue };
                    pair[one.0][one.1] = index;
                    if let Some(pair) = self.moved(&pair, other, later.cast_signed()).filter(better) {
                        return Some(pair);
                    }
                }
            }
        }
        None
    }

    /// Returns the number of sets of dates, or more if there are many.
    fn sets(&self) -> usize {
        let pairs = |Choices([dates, backups]): &Choices| {
            dates.iter().map(|date| backups.iter().filter(|backup| *backup > date).count()).sum::<usize>()
        };
        self.choices.iter().map(pairs).fold(1, usize::saturating_mul)
    }

    /// Returns the best of all sets of dates.
    fn all(&self, needed: usize) -> Result<Dates, Option<Dates>> {
        let mut found = Exhaustive { needed, best: None, nearest: None };
        self.extend(&mut Place::new(), &mut found);
        let nearest = found.nearest.map(|(_, dates)| dates);
        found.best.map(|(.., dates)| dates).ok_or(nearest)
    }

    fn extend(&self, place: &mut Place, found: &mut Exhaustive) {
        let session = place.len();
        if session == self.choices.len() {
            if self.is_valid(place) {
                self.compare(self.dates(place), found);
            }
            return;
        }
        let [dates, backups] = &self.choices[session].0;
        for (date, day) in dates.iter().enumerate() {
            for backup in (0..backups.len()).filter(|backup| *day < backups[*backup]) {
                place.push([date, backup]);
                self.extend(place, found);
                place.pop();
            }
        }
    }

    fn compare(&self, dates: Dates, found: &mut Exhaustive) {
        let cost = Self::cost(&dates);
        if found.best.as_ref().is_some_and(|best| *best <= cost) {
            return;
        }
        let score = self.score(&dates, found.needed, 0);
        if score >= found.needed {
            found.best = Some(cost);
        } else if found.nearest.as_ref().is_none_or(|(nearest, _)| *nearest < score) {
            found.nearest = Some((score, dates));
        }
    }
}

/// What an exhaustive search has found.
struct Exhaustive {
    needed: usize,
    best: Option<Cost>,
    /// The dates with the highest score of those that are not enough.
    nearest: Option<(usize, Dates)>,
}
