//! Calibration: from simulated cases with known assumptions, these assumptions are found again.

use ibbi_core::{At, Event, Stage};
use ibbi_sim::*;
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;

/// The numbers that the truth and the cases of one repetition are made from.
#[derive(Clone, Copy)]
struct Repetition {
    number: u64,
    cases: u64,
}

impl Repetition {
    /// Returns a random number for something that has its own stream.
    fn uniform(self, stream: u64, occurrence: u64) -> f64 {
        uniform(1_000_003, self.number, stream, occurrence)
    }

    /// Returns the factor of a duration, drawn from the prior (by the method of Box and Muller).
    fn factor(self, which: Duration) -> f64 {
        let [u, v] = [0, 1].map(|occurrence| self.uniform(which.stream(), occurrence));
        (PRIOR_DEVIATION * (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
    }

    /// Returns a chance, drawn from the prior.
    fn chance(self, which: Chance) -> f64 {
        FittedChance::prior_quantile(which, self.uniform(which.stream(), 0))
    }

    /// Returns a scenario with assumptions from the prior.
    fn truth(self, scenario: &Scenario) -> Scenario {
        let mut truth = scenario.clone();
        for which in Duration::ALL {
            let (factor, ThreePoint { least, likely, most }) = (self.factor(*which), which.default_value());
            let days = ThreePoint { least: least * factor, likely: likely * factor, most: most * factor };
            truth.assumptions.set_duration(*which, days);
        }
        for which in Chance::ALL {
            truth.assumptions.set_chance(*which, self.chance(*which));
        }
        truth
    }

    /// Simulates cases under the truth, and fits the assumptions to them. Every second case is still open, or would be.
    fn calibrate(self, truth: &Scenario, days: &OpenDays) -> Calibration {
        let simulator = Simulator::new(truth);
        let mut evidence = Evidence::default();
        let mut events: Vec<(At, Event, Stage)> = Vec::new();
        for run in 0..self.cases {
            events.clear();
            simulator.run(self.number, run, |at, event, to| events.push((at, event.clone(), to))).unwrap();
            let mut until = simulator.last_instant();
            if run % 2 == 1 {
                // A time in a night of the first 250 days.
                let day = (self.uniform(100, run) * 250.0) as i64 + 1;
                until = At::from_millis(simulator.first_instant().millis() + (24 * day - 4) * HOUR).unwrap();
            }
            let seen = events.iter().take_while(|(at, ..)| *at <= until);
            evidence.add_case(seen.map(|(at, event, to)| (*at, event, *to)), until, days);
        }
        Calibration::new(&evidence, ibbi_sim::Model::First)
    }
}

/// How often the intervals of an assumption have the truth, are below it, and are above it.
#[derive(Debug, Default, Clone, Copy)]
struct Coverage {
    within: u64,
    below: u64,
    above: u64,
}

impl Coverage {
    fn add(&mut self, low: f64, high: f64, truth: f64) {
        match (high < truth, low > truth) {
            (true, _) => self.below += 1,
            (_, true) => self.above += 1,
            _ => self.within += 1,
        }
    }

    fn share(self) -> f64 {
        self.within as f64 / (self.within + self.below + self.above) as f64
    }
}

/// Returns the coverage of the 90% intervals of each assumption, over many repetitions.
fn coverage(format: ibbi_core::Format, repetitions: u64, cases: u64) -> BTreeMap<&'static str, Coverage> {
    let scenario = Scenario::parse(EXAMPLE).unwrap().with_format(format);
    let days = OpenDays::new(&scenario, scenario.start, scenario.start);
    let part = |numbers: std::ops::Range<u64>| {
        let mut found: BTreeMap<&'static str, Coverage> = BTreeMap::new();
        for number in numbers {
            let repetition = Repetition { number, cases };
            let calibration = repetition.calibrate(&repetition.truth(&scenario), &days);
            for fitted in &calibration.chances {
                found.entry(fitted.name).or_default().add(fitted.low, fitted.high, repetition.chance(fitted.which));
            }
            for fitted in &calibration.durations {
                found.entry(fitted.name).or_default().add(
                    fitted.factor_low,
                    fitted.factor_high,
                    repetition.factor(fitted.which),
                );
            }
        }
        found
    };
    let half = repetitions / 2;
    let (mut one, other) = std::thread::scope(|scope| {
        let first = scope.spawn(|| part(0..half));
        let second = part(half..repetitions);
        (first.join().unwrap(), second)
    });
    for (name, more) in other {
        let all = one.entry(name).or_default();
        (all.within, all.below, all.above) = (all.within + more.within, all.below + more.below, all.above + more.above);
    }
    one
}

#[test]
fn intervals_have_the_truth_as_often_as_they_say() {
    if ibbi_testing::is_full() {
        intervals_of_2000_cases_have_the_truth_in_90_percent_of_1000_repetitions();
    }
    let found = coverage(ibbi_core::Format::TwoHalfDays, 120, 100);
    let all = found
        .values()
        .fold((0, 0), |(within, all), one| (within + one.within, all + one.within + one.below + one.above));
    // 1,800 intervals of 90% each: the standard error of the share is 0.7 points.
    let share = all.0 as f64 / all.1 as f64;
    assert!((0.875..0.925).contains(&share), "{share}: {found:?}");
}

/// The full form, of which `docs/calibration.md` has a transcript.
fn intervals_of_2000_cases_have_the_truth_in_90_percent_of_1000_repetitions() {
    for format in [ibbi_core::Format::FullDay, ibbi_core::Format::TwoHalfDays] {
        println!("{}", format.label());
        let found = coverage(format, 1_000, 2_000);
        for (name, one) in &found {
            println!("{name:26} {:.1}%  (below {}, above {})", one.share() * 100.0, one.below, one.above);
        }
        for (name, one) in &found {
            assert!((0.87..=0.93).contains(&one.share()), "{name}: {one:?}");
        }
    }
}
