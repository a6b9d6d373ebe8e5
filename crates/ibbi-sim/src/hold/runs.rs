//! What held dates need to know of the runs that go ahead: when each is ready, and its draws.

use crate::assumptions::{Chance, Duration};
use crate::calendar::{Day, DayFinder, NEVER};
use crate::initial_state::{Awaited, InitialState, PartProgress, Waited};
use crate::model::{self, BLOCK, ForecastStep, NoListener, cut_choices, cut_minutes};
use crate::sampler::Sampler;
use crate::scenario::SessionGroup;
use crate::simulate::Simulator;
use ibbi_core::Program;

/// A date is worth holding if the session is complete by it in one of so many runs that go ahead.
const WORTH: usize = 5;

/// A session for which dates are held: what remains of a part of the training or the facilitation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) group: SessionGroup,
    /// Its number, from 0.
    pub(super) index: usize,
    pub(super) minutes: u16,
    /// Whether a session of it has been held before the runs.
    opened: bool,
    /// The day and the slot of the session that is booked or agreed.
    pub(super) booked: Option<crate::calendar::RunSlot>,
}

/// The draws of a part for its two held dates.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartDraws {
    /// The months in which each of its two attempts is postponed, as bits.
    postponed: [u16; 2],
    /// Whether its first session leaves a rest, if it is on the first date, and if it is on the backup.
    cut: [bool; 2],
    /// Whether its second session leaves a rest too.
    cut_again: bool,
}

/// When a run is ready for the facilitation.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// From a day on that does not depend on the held dates.
    From(Day),
    /// When both parties have decided after the training. For each party: the days until its concern is answered, if it has
    /// one, and the days until it decides.
    Decided([(Option<Day>, Day); 2]),
}

/// A run that goes ahead.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// The first day for the training.
    ready: Day,
    entry: Entry,
}

/// The runs of one half that go ahead.
pub(super) struct Runs {
    runs: Vec<Run>,
    draws: Vec<PartDraws>,
}

/// The parts that are ahead, and the runs of both halves.
pub(super) struct Extracted {
    pub(super) parts: Vec<Part>,
    pub(super) halves: [Runs; 2],
}

impl Part {
    /// Returns the parts of a stage, or those of a resumed case.
    fn of_stage(simulator: &Simulator, group: SessionGroup, points: Option<&[PartProgress]>) -> Vec<Self> {
        let course = &simulator.course;
        let lengths = course.parts(group).iter().enumerate();
        let fresh =
            lengths.map(|(index, minutes)| Self { group, index, minutes: *minutes, opened: false, booked: None });
        let agreed = |mut part: Self| {
            let agreed = course.agreed(group, model::part_number(part.index));
            part.booked = agreed.map(|agreed| crate::calendar::RunSlot {
                day: agreed.day,
                start: agreed.start,
                minutes: part.minutes,
                real: None,
            });
            part
        };
        let Some(points) = points else { return fresh.map(agreed).collect() };
        let resumed = points.iter().enumerate().map(|(index, point)| {
            let (done, booked) = match point.next {
                Awaited::Booked(slot) => (0, Some(slot)),
                Awaited::Open { minutes } => (minutes, None),
                _ => (0, None),
            };
            let opened = point.opened.is_some() || done > 0;
            Self { group, index, minutes: point.remaining.saturating_sub(done), opened, booked }
        });
        resumed.filter(|part| part.minutes > course.grace).collect()
    }

    /// Returns the parts for which dates are held, in order.
    fn ahead(simulator: &Simulator) -> Vec<Self> {
        let of_stage = |group, points| Self::of_stage(simulator, group, points);
        let (training, facilitation) = (SessionGroup::Training, SessionGroup::Facilitation);
        match &simulator.initial {
            InitialState::Facilitation(points) => of_stage(facilitation, Some(points)),
            InitialState::Caucus(_) | InitialState::Agreement(_) => of_stage(facilitation, None),
            InitialState::Training(points) => [of_stage(training, Some(points)), of_stage(facilitation, None)].concat(),
            _ => [of_stage(training, None), of_stage(facilitation, None)].concat(),
        }
    }

    fn draw(&self, simulator: &Simulator, sampler: &mut impl Sampler) -> PartDraws {
        let course = &simulator.course;
        let block = course.block(self.group, self.index) * BLOCK;
        let postponed = |sampler: &mut _, attempt| {
            (1..=12_u8).fold(0, |months, month| {
                months | u16::from(Sampler::postponed(sampler, month, block + attempt)) << month
            })
        };
        let postponed = [postponed(sampler, 0), postponed(sampler, 1)];
        // Returns the minutes that a session of some minutes leaves.
        let mut rest = |left: u16, minutes: u16, session: u64| {
            let choices = cut_choices(minutes);
            let ran = match sampler.happens(Chance::SessionCutShort, block + session) && choices > 0 {
                true => cut_minutes(sampler.choice(choices, block + session)),
                false => minutes,
            };
            left.saturating_sub(ran)
        };
        let booked = self.booked.map_or(self.minutes, |slot| slot.minutes.min(self.minutes));
        let first = rest(self.minutes, booked, 0);
        let cut = [first, rest(self.minutes, self.minutes, 0)].map(|left| left > course.grace);
        let cut_again = rest(first, first, 1) > course.grace;
        PartDraws { postponed, cut, cut_again }
    }
}

impl Extracted {
    /// Simulates runs, without events, and keeps what held dates need. Even run numbers are the first half.
    pub(super) fn new(simulator: &Simulator, seed: u64, runs: u64) -> Self {
        let parts = Part::ahead(simulator);
        let mut halves = [(); 2].map(|()| Runs { runs: Vec::new(), draws: Vec::new() });
        for run in 0..runs {
            let mut sampler = simulator.sampler(seed, run);
            let Ok(ended) = model::run(simulator.own_inputs(), &mut sampler, &mut NoListener);
            if !ended.goes_ahead() {
                continue;
            }
            let half = &mut halves[usize::from(run % 2 == 1)];
            half.runs.push(Run::new(simulator, &mut sampler, &ended.progress.reached));
            half.draws.extend(parts.iter().map(|part| part.draw(simulator, &mut sampler)));
        }
        Self { parts, halves }
    }
}

impl Run {
    fn new(simulator: &Simulator, sampler: &mut impl Sampler, reached: &[Day; ForecastStep::COUNT]) -> Self {
        let first = Day::from(simulator.is_real());
        let reached = |step: ForecastStep| reached[step.index()];
        let decided = |index: usize, sampler: &mut _| {
            let concern = Sampler::happens(sampler, Chance::ConcernRaised, index as u64);
            let answer = concern.then(|| Sampler::days(sampler, Duration::Concern, index as u64, Waited::NONE));
            (answer, Sampler::days(sampler, Duration::Caucus, index as u64, Waited::NONE))
        };
        let mut after_training = || Entry::Decided([decided(0, sampler), decided(1, sampler)]);
        match &simulator.initial {
            InitialState::Facilitation(_) => Self { ready: 0, entry: Entry::From(0) },
            InitialState::Agreement(_) => Self { ready: 0, entry: Entry::From(first) },
            InitialState::Caucus(_) => {
                Self { ready: 0, entry: Entry::From(reached(ForecastStep::Decisions).max(first)) }
            }
            InitialState::Training(_) => Self { ready: 0, entry: after_training() },
            _ => {
                let accepted = reached(ForecastStep::Acceptance);
                // A session that is due on the day of the meeting is held on the next day at the earliest.
                let after = Day::from(accepted == reached(ForecastStep::Meeting));
                Self { ready: accepted.saturating_add(after).max(first), entry: after_training() }
            }
        }
    }

    /// Returns the first day for the facilitation after the training.
    fn after_training(&self, trained: Day, days: &DayFinder<'_>) -> Day {
        match self.entry {
            Entry::From(day) => day,
            Entry::Decided(parties) => {
                let decided = parties.into_iter().map(|(concern, caucus)| {
                    let from = concern.map_or(trained, |days_open| days.working(trained.saturating_add(days_open)));
                    days.working(from.saturating_add(caucus))
                });
                let decided = decided.fold(trained, Day::max);
                decided + Day::from(decided == trained)
            }
        }
    }
}

impl PartDraws {
    /// Holds a part that is ready on a day, on its two dates. Returns the day of its first session and that of its last one;
    /// `None` if no date is left.
    fn hold(&self, ready: Day, [date, backup]: [Day; 2], month: impl Fn(Day) -> u8) -> Option<(Day, Day)> {
        let postponed = |attempt: usize, day: Day| self.postponed[attempt] >> month(day) & 1 == 1;
        let (attempts, rest) = match ready <= date {
            true if postponed(0, date) => (1, false),
            true if !self.cut[0] => return Some((date, date)),
            true => (1, true),
            false => (0, false),
        };
        if ready > backup || postponed(attempts, backup) || if rest { self.cut_again } else { self.cut[1] } {
            return None;
        }
        Some((if rest { date } else { backup }, backup))
    }
}

/// The calendar by which the runs go on.
pub(super) struct Clock<'a> {
    pub(super) parts: &'a [Part],
    pub(super) days: DayFinder<'a>,
    /// The month of each day, from 1.
    pub(super) months: &'a [u8],
}

impl Runs {
    pub(super) const fn count(&self) -> usize {
        self.runs.len()
    }

    /// Returns at most so many of the runs, spread evenly.
    pub(super) fn sample(&self, parts: usize, most: usize) -> Self {
        let step = self.count().div_ceil(most).max(1);
        let draws = |run: usize| &self.draws[run * parts..(run + 1) * parts];
        Self {
            runs: self.runs.iter().copied().step_by(step).collect(),
            draws: (0..self.count()).step_by(step).flat_map(draws).copied().collect(),
        }
    }

    /// Returns how a run goes.
    fn held(
        &self,
        clock: &Clock<'_>,
        run: usize,
        dates: &[[Day; 2]],
        mut note: impl FnMut(usize, Day, Option<Day>),
    ) -> bool {
        let parts = clock.parts;
        let draws = &self.draws[run * parts.len()..(run + 1) * parts.len()];
        let run = &self.runs[run];
        let (mut ready, mut last) = (run.ready, 0);
        let mut trained = false;
        for (index, part) in parts.iter().enumerate() {
            if part.group == SessionGroup::Facilitation && !trained {
                (ready, trained) = (run.after_training(last, &clock.days), true);
            }
            let month = |day: Day| clock.months.get(usize::from(day)).copied().unwrap_or(1);
            let held = draws[index].hold(ready, dates[index], month);
            note(index, ready, held.map(|(_, complete)| complete));
            let Some((first, complete)) = held else { return false };
            last = last.max(complete);
            if !part.opened {
                ready = first + 1;
            }
        }
        true
    }

    /// Counts the runs that hold all sessions.
    pub(super) fn succeed(&self, clock: &Clock<'_>, dates: &[[Day; 2]]) -> usize {
        (0..self.count()).filter(|run| self.held(clock, *run, dates, |_, _, _| {})).count()
    }

    /// Counts the runs that succeed, in a way that is at least `needed` only if every date is worth holding. Stops with a smaller
    /// number if it can't be `least`.
    pub(super) fn score(&self, clock: &Clock<'_>, dates: &[[Day; 2]], needed: usize, least: usize) -> usize {
        let mut spare = (self.count() + 1).saturating_sub(least);
        let mut count = 0;
        let mut by_date = [0; 2 * Program::MAX_PARTS];
        for run in 0..self.count() {
            let note =
                |part: usize, _, complete: Option<Day>| by_date[part] += usize::from(complete == Some(dates[part][0]));
            if self.held(clock, run, dates, note) {
                count += 1;
            } else {
                spare = spare.saturating_sub(1);
                if spare == 0 {
                    return count;
                }
            }
        }
        let worth = self.count().div_ceil(WORTH);
        let open = clock.parts.iter().zip(by_date).filter(|(part, _)| part.booked.is_none());
        let missing: usize = open.map(|(_, by_date)| worth.saturating_sub(by_date)).sum();
        if missing == 0 { count } else { count.min(needed.saturating_sub(1)).saturating_sub(missing) }
    }

    /// Returns the day on which each run that comes to a part is ready for it, in order.
    pub(super) fn ready(&self, clock: &Clock<'_>, part: usize, dates: &[[Day; 2]]) -> Vec<Day> {
        let mut found = Vec::with_capacity(self.count());
        let mut all = dates.to_vec();
        all.resize(clock.parts.len(), [NEVER; 2]);
        for run in 0..self.count() {
            let note = |index, ready, _| {
                if index == part {
                    found.push(ready);
                }
            };
            self.held(clock, run, &all, note);
        }
        found.sort_unstable();
        found
    }

    /// Counts the runs in which each part is complete by its date, and by its backup.
    pub(super) fn complete(&self, clock: &Clock<'_>, dates: &[[Day; 2]]) -> Vec<[u64; 2]> {
        let mut counts = vec![[0; 2]; dates.len()];
        for run in 0..self.count() {
            let note = |index: usize, _, complete: Option<Day>| {
                let Some(day) = complete else { return };
                counts[index][0] += u64::from(day <= dates[index][0]);
                counts[index][1] += 1;
            };
            self.held(clock, run, dates, note);
        }
        counts
    }
}
