//! The floor of a simulation: the model of `docs/simulation.md` as one loop, without the process, events, or causes of delay.
//!
//! It shows how much of a simulation's time is the model itself. For the same seed it gives the very counts that
//! [`Simulator::simulate`](ibbi_sim::Simulator::simulate) gives. It supports new cases only, and zones that skip no day. It is the first model.

use ibbi_core::Date;
use ibbi_core::Program;
use ibbi_core::holidays::holiday_on;
use ibbi_sim::{
    CUT_AFTER_STREAM, Chance, Duration, Ending, HORIZON, Hours, Participant, Scenario, ThreePoint, TimeRule, Weekday,
    whole_days,
};

/// A day of the model; `NEVER` does not come.
type Day = u16;
const NEVER: Day = 730;
/// The first occurrence of a part's draws.
const BLOCK: u64 = 1024;
const HALF_DAY: u16 = 240;
const CUT_STEP: u16 = 30;

/// What a simulation counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Runs by ending, in the order of [`Ending::ALL`].
    pub endings: [u64; 5],
    /// Runs completed on each day of the horizon.
    pub completed: Vec<u64>,
    /// Runs completed in time.
    pub in_time: u64,
}

/// A scenario made ready: the next fitting day from every day, and the figures.
#[derive(Debug, Clone)]
pub struct Floor {
    working: Next,
    meeting: Next,
    half: Next,
    full: Next,
    durations: [ThreePoint; 8],
    chances: [f64; 7],
    /// The first day that is too late.
    late: Day,
    training: u16,
    facilitation: Vec<u16>,
    grace: u16,
}

/// For every day, the first fitting day that is not earlier. The simulator has such a table too; this one is not shared, so
/// that the floor stays a second implementation of what is measured and does not move with the engine.
#[derive(Debug, Clone)]
struct Next(Box<[Day; HORIZON + 1]>);

impl Next {
    fn new(fits: impl Fn(usize) -> bool) -> Self {
        let mut next = Box::new([NEVER; HORIZON + 1]);
        for (day, number) in (0..HORIZON).zip(0..NEVER).rev() {
            next[day] = if fits(day) { number } else { next[day + 1] };
        }
        Self(next)
    }

    fn from(&self, day: Day) -> Day {
        self.0[usize::from(day.min(NEVER))]
    }

    /// The same, if there is one; otherwise the run is unfinished.
    fn find(&self, day: Day) -> Result<Day, Over> {
        let day = self.from(day);
        if day < NEVER { Ok(day) } else { Err(Over(Ending::Unfinished, NEVER)) }
    }
}

/// A run that has ended before its last step, and its day.
struct Over(Ending, Day);

/// SplitMix64's step.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The random numbers of one run.
#[derive(Clone, Copy)]
struct Draws<'a> {
    floor: &'a Floor,
    key: u64,
}

impl Draws<'_> {
    fn uniform(self, stream: u64, occurrence: u64) -> f64 {
        let bits = mix(mix(self.key ^ stream) ^ occurrence);
        (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    fn days(self, which: Duration, occurrence: u64) -> Day {
        whole_days(self.floor.durations[which as usize].quantile(self.uniform(which.stream(), occurrence)))
    }

    fn happens(self, which: Chance, occurrence: u64) -> bool {
        self.uniform(which.stream(), occurrence) < self.floor.chances[which as usize]
    }
}

/// A part of the training or the facilitation under way.
#[derive(Clone, Copy)]
struct Booked {
    block: u64,
    remaining: u16,
    minutes: u16,
    day: Option<Day>,
    opened: bool,
    attempts: u64,
    rebookings: u64,
    sessions: u64,
}

impl Booked {
    const fn new(block: u64, minutes: u16) -> Self {
        let block = block * BLOCK;
        Self {
            block,
            remaining: minutes,
            minutes: 0,
            day: None,
            opened: false,
            attempts: 0,
            rebookings: 0,
            sessions: 0,
        }
    }
}

impl Floor {
    /// Works out the calendar.
    pub fn new(scenario: &Scenario) -> Self {
        let first = scenario.start.to_chrono();
        let dates: Vec<Date> = first.iter_days().take(HORIZON).filter_map(|day| Date::try_from(day).ok()).collect();
        let calendar = &scenario.calendar;
        let works = |date: Date| {
            calendar.working_days.contains(&Weekday::from_date(date)) && holiday_on(date, calendar.county).is_none()
        };
        let closed = |date: Date, half| calendar.closed.iter().any(|closure| takes(&closure.when, date, half));
        let open = |date: Date, half| works(date) && !closed(date, half);
        let suits = |binds: &dyn Fn(&Participant) -> bool, date: Date, half| {
            let busy = |person: &Participant| person.unavailable.iter().any(|when| takes(when, date, half));
            open(date, half) && !scenario.people.iter().any(|person| binds(person) && busy(person))
        };
        let meets = |person: &Participant| scenario.binds_meeting(person);
        let sits = |person: &Participant| person.binds_sessions();
        let late = |expires| Day::try_from(dates.partition_point(|date| *date <= expires)).unwrap_or(Day::MAX);
        let program = Program::default();
        Self {
            working: Next::new(|day| [Hours::MORNING, Hours::AFTERNOON].iter().any(|half| open(dates[day], *half))),
            meeting: Next::new(|day| {
                [Hours::MORNING, Hours::AFTERNOON].iter().any(|half| suits(&meets, dates[day], *half))
            }),
            half: Next::new(|day| {
                [Hours::MORNING, Hours::AFTERNOON].iter().any(|half| suits(&sits, dates[day], *half))
            }),
            full: Next::new(|day| {
                [Hours::MORNING, Hours::AFTERNOON].iter().all(|half| suits(&sits, dates[day], *half))
            }),
            durations: std::array::from_fn(|index| scenario.assumptions.duration(Duration::ALL[index]).value),
            chances: std::array::from_fn(|index| scenario.assumptions.chance(Chance::ALL[index]).value),
            late: scenario.contract_expires.map_or(Day::MAX, late),
            training: program.training()[0],
            facilitation: scenario.sessions.facilitation.clone(),
            grace: program.grace(),
        }
    }

    /// Plays so many runs.
    pub fn simulate(&self, runs: u64, seed: u64) -> Counts {
        let mut counts = Counts { endings: [0; 5], completed: vec![0; HORIZON], in_time: 0 };
        for run in 0..runs {
            let draws = Draws { floor: self, key: mix(mix(seed) ^ run) };
            let (ending, day) = match self.run(draws) {
                Ok(day) => (Ending::Completed, day),
                Err(Over(ending, day)) => (ending, day),
            };
            counts.endings[ending as usize] += 1;
            if ending == Ending::Completed {
                counts.completed[usize::from(day)] += 1;
                counts.in_time += u64::from(day < self.late);
            }
        }
        counts
    }

    /// One run: the day on which it is completed.
    fn run(&self, draws: Draws<'_>) -> Result<Day, Over> {
        let stays = |stage, day| match draws.happens(Chance::Withdraws, stage) {
            true => Err(Over(Ending::Withdrawn, day)),
            false => Ok(()),
        };
        let agreed = self.leaders(draws)?;
        let met = self.meeting.find(agreed.saturating_add(draws.days(Duration::MeetingLead, 0)))?;
        stays(0, met)?;
        let accepted = self.application(draws, met)?;
        stays(1, accepted)?;
        let trained = self.sessions(draws, accepted, met == accepted, 0, &[self.training])?;
        stays(2, trained)?;
        let (adopted, both) = self.caucus(draws, trained)?;
        if !both {
            return Err(Over(Ending::NotAdopted, adopted));
        }
        stays(3, adopted)?;
        self.sessions(draws, adopted, trained == adopted, 1, &self.facilitation)
    }

    fn leaders(&self, draws: Draws<'_>) -> Result<Day, Over> {
        let mut answers = [0, 1, 2].map(|seat| (self.working.from(draws.days(Duration::LeaderResponse, seat)), seat));
        answers.sort_unstable();
        for (day, seat) in answers {
            if day >= NEVER {
                return Err(Over(Ending::Unfinished, NEVER));
            }
            if draws.happens(Chance::LeaderDeclines, seat) {
                return Err(Over(Ending::LeaderDeclined, day));
            }
        }
        Ok(answers[2].0)
    }

    fn application(&self, draws: Draws<'_>, met: Day) -> Result<Day, Over> {
        let mut last = met;
        for body in 0..3 {
            let days = draws.days(Duration::WrittenConfirmation, body);
            last = last.max(self.working.find(met.saturating_add(days))?);
        }
        self.working.find(last.saturating_add(draws.days(Duration::ApplicationReview, 0)))
    }

    /// The day on which both have decided, and whether both adopt.
    fn caucus(&self, draws: Draws<'_>, trained: Day) -> Result<(Day, bool), Over> {
        let (mut decided, mut both) = (trained, true);
        for (party, adopts) in [(0, Chance::LaborAdopts), (1, Chance::ManagementAdopts)] {
            let mut from = trained;
            if draws.happens(Chance::ConcernRaised, party) {
                from = self.working.from(trained.saturating_add(draws.days(Duration::Concern, party)));
            }
            let day = self.working.from(from.saturating_add(draws.days(Duration::Caucus, party)));
            decided = decided.max(day);
            both &= draws.happens(adopts, 0);
        }
        if decided < NEVER { Ok((decided, both)) } else { Err(Over(Ending::Unfinished, NEVER)) }
    }

    const fn table(&self, minutes: u16) -> &Next {
        if minutes > HALF_DAY { &self.full } else { &self.half }
    }

    /// Books and holds the parts of a stage; the day of the last session.
    fn sessions(&self, draws: Draws<'_>, from: Day, sat: bool, stage: u64, lengths: &[u16]) -> Result<Day, Over> {
        let notice = draws.days(Duration::SessionNotice, stage);
        let mut earliest = from.saturating_add(notice).max(from + Day::from(sat));
        let length = |part: usize| lengths.get(part).copied().unwrap_or(0);
        let mut parts = [Booked::new(stage, length(0)), Booked::new(stage + 1, length(1))];
        for part in parts.iter_mut().filter(|part| part.remaining > 0) {
            let day = self.table(part.remaining).find(earliest)?;
            (part.day, part.minutes) = (Some(day), part.remaining);
            earliest = day + 1;
        }
        let mut last = from;
        loop {
            let index = match (parts[0].day, parts[1].day) {
                (Some(first), Some(second)) => usize::from(second < first),
                (Some(_), None) => 0,
                (None, Some(_)) => 1,
                (None, None) => return Ok(last),
            };
            let part = &mut parts[index];
            let Some(day) = part.day.take() else { return Ok(last) };
            part.attempts += 1;
            if !draws.happens(Chance::SessionPostponed, part.block + part.attempts - 1) {
                self.hold(draws, part);
                last = day;
                if part.remaining <= self.grace {
                    continue;
                }
            }
            self.rebook(draws, &mut parts, index, day)?;
        }
    }

    /// A session takes place, in full or cut short.
    fn hold(&self, draws: Draws<'_>, part: &mut Booked) {
        let occurrence = part.block + part.sessions;
        part.sessions += 1;
        part.opened = true;
        let choices = (part.minutes / CUT_STEP).saturating_sub(1);
        let mut ran = part.minutes;
        if draws.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            let choice = draws.uniform(CUT_AFTER_STREAM, occurrence) * f64::from(choices);
            ran = CUT_STEP * (1 + choice as u16);
        }
        part.remaining = part.remaining.saturating_sub(ran);
    }

    /// Books again what was postponed or cut short. The second part's first session stays after the first part's.
    fn rebook(&self, draws: Draws<'_>, parts: &mut [Booked; 2], index: usize, day: Day) -> Result<(), Over> {
        let part = &mut parts[index];
        let days = draws.days(Duration::Rebooking, part.block + part.rebookings).max(1);
        part.rebookings += 1;
        let (mut earliest, other) = (day.saturating_add(days), parts[1 - index].day);
        let first_opens = !parts[0].opened && parts[0].remaining > 0;
        let second_follows = index == 0 && first_opens && !parts[1].opened;
        if index == 1 && first_opens {
            earliest = earliest.max(other.map_or(0, |first| first.saturating_add(1)));
        }
        let table = self.table(parts[index].remaining);
        let mut found = table.find(earliest)?;
        if !second_follows && Some(found) == other {
            found = table.find(found + 1)?;
        }
        (parts[index].day, parts[index].minutes) = (Some(found), parts[index].remaining);
        if second_follows && other.is_some_and(|second| second <= found) {
            parts[1].day = Some(self.table(parts[1].remaining).find(found + 1)?);
        }
        Ok(())
    }
}

/// Returns whether a time takes any of a half-day. The samples of format 1 name whole days and halves only.
fn takes(when: &TimeRule, date: Date, half: Hours) -> bool {
    when.hours.is_none_or(|hours| hours == half) && when.covers(date)
}

/// The counts of a forecast, in the same form.
pub fn counts_of(forecast: &ibbi_sim::Forecast, start: Date) -> Counts {
    let mut counts = Counts { endings: [0; 5], completed: vec![0; HORIZON], in_time: 0 };
    for row in &forecast.outcomes {
        counts.endings[row.ending as usize] = row.runs;
    }
    let mut before = 0;
    for point in &forecast.curve {
        let day = (point.date.to_chrono() - start.to_chrono()).num_days();
        if let Some(count) = usize::try_from(day).ok().and_then(|day| counts.completed.get_mut(day)) {
            *count = point.completed - before;
        }
        before = point.completed;
        let in_time = forecast.contract_expires.is_none_or(|expires| point.date <= expires);
        counts.in_time = if in_time { point.completed } else { counts.in_time };
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Format;
    use ibbi_sim::{Model, Settings, Simulator};

    /// Scenarios of every kind: the samples of the documents, each in both formats and with much that goes wrong.
    fn scenarios() -> Vec<(String, Scenario)> {
        let mut found = Vec::new();
        for (name, text) in ibbi_testing::sample_scenarios() {
            let sample = Scenario::parse(&text).unwrap();
            if sample.model != Model::First {
                continue;
            }
            for format in Format::ALL {
                let mut rough = sample.clone().with_format(*format);
                found.push((format!("{name} {format}"), rough.clone()));
                rough.assumptions.set_chance(Chance::SessionPostponed, 0.5);
                rough.assumptions.set_chance(Chance::SessionCutShort, 0.5);
                rough
                    .assumptions
                    .set_duration(Duration::Rebooking, ThreePoint { least: 0.0, likely: 1.0, most: 200.0 });
                rough
                    .assumptions
                    .set_duration(Duration::SessionNotice, ThreePoint { least: 0.0, likely: 0.0, most: 9.0 });
                found.push((format!("{name} {format}, rough"), rough));
            }
        }
        found
    }

    #[test]
    fn the_floor_counts_what_the_simulator_counts() {
        let scenarios = scenarios();
        assert!(scenarios.len() >= 24, "{} scenarios", scenarios.len());
        for (name, scenario) in scenarios {
            let (simulator, floor) = (Simulator::new(&scenario), Floor::new(&scenario));
            for seed in 0..3 {
                let forecast = simulator.simulate(Settings { runs: 1_000, seed, threads: 1 }).unwrap();
                assert_eq!(floor.simulate(1_000, seed), counts_of(&forecast, scenario.start), "{name}, seed {seed}");
            }
        }
    }
}
