//! What was found, in sentences: the same on a page and in a terminal.

use crate::phrase::Phrase;
use crate::words;
use ibbi_common::quantile::Interval;
use ibbi_core::{Date, Party, Seat};
use ibbi_sim::{
    AvailabilityGain, Blocker, Comparison, Conflicts, Forecast, MilestoneKind, Plan, PlanFailure, PlannedSession,
    ResumedCase, Scenario, SessionKind,
};

/// What everybody who reads a chance has to know.
pub(crate) const ASSUMED: &str = "Nobody has published how often leaders decline or sessions are postponed. Every chance \
    and every duration here is an assumption of whoever wrote the scenario, or a default, which is an assumption too; \
    the results are as good as the assumptions.";

/// How the figures were worked out.
pub(crate) const METHODS: [&str; 4] = [
    "Percentiles of the completion date are by nearest rank among the completed runs; the share done in time is of all \
     runs.",
    "Shares have 95% intervals by Wilson's method; the difference of two scenarios has the interval of Agresti and Min for \
     matched pairs. Intervals tell what the number of runs leaves open, not how good the assumptions are.",
    "What moves the result is read off the same runs. An input is low where it is at or below its P10, the value that one \
     run in ten does not exceed, and high where it is at or above its P90. This also shows what merely goes along with an \
     input.",
    "Every run offers its events to the same process that judges real cases. The same scenario and seed give the same \
     result.",
];

/// When it can be done and how sure that is, in one sentence.
pub(crate) fn verdict(plan: &Plan, forecast: &Forecast) -> Phrase {
    let share = |share: f64| match share {
        0.0 => "none".to_owned(),
        1.0 => "all".to_owned(),
        share => words::percent(share),
    };
    let tail = "; with the delays and refusals that are assumed, ";
    let completed = forecast.curve.last().map_or(0.0, |point| point.share);
    match forecast.in_time {
        Some(in_time) => {
            let share = share(in_time.estimate);
            plan_clause(plan).words(format!("{tail}{share} of the simulated runs are done by the contract date."))
        }
        None => plan_clause(plan).words(format!("{tail}{} of the simulated runs are completed.", share(completed))),
    }
}

/// From which real case a plan or a forecast goes on, and what was made of what differs.
pub(crate) fn continued(continued: &ResumedCase, scenario: &Scenario) -> (Phrase, &'static str) {
    let events = words::count(continued.events.into(), "recorded event");
    let begins = Phrase::new("It goes on from the case as it stood on ")
        .day(scenario.start)
        .words(format!(": in {}, after {events}.", continued.stage.label()));
    (begins, "What is settled stays settled; what was being waited for is drawn given how long it has been.")
}

/// When the plan ends, as the beginning of a sentence.
pub(crate) fn plan_clause(plan: &Plan) -> Phrase {
    let Some(finishes) = plan.finishes else {
        return Phrase::new(match without_day(plan) {
            Some(what) => {
                format!("There is no plan: {what} finds no day within 730 days that suits everybody it needs")
            }
            None => "There is no plan: the steps before the next sitting take longer than 730 days".to_owned(),
        });
    };
    let Some(expires) = plan.contract_expires else {
        return Phrase::new("The earliest plan ends on ").day(finishes);
    };
    let days = words::days_between(finishes, expires);
    let said = words::count(days.unsigned_abs(), "day");
    match days {
        0 => Phrase::new("The earliest plan ends on ").day(finishes).words(", the day the contract expires"),
        1.. => Phrase::new("The earliest plan ends on ")
            .day(finishes)
            .words(format!(", {said} before the contract expires")),
        _ => Phrase::new("Even the earliest plan ends on ")
            .day(finishes)
            .words(format!(", {said} after the contract expires")),
    }
}

/// The sitting that finds no day, where the steps before it are done.
fn without_day(plan: &Plan) -> Option<&'static str> {
    let done = |wanted: fn(&MilestoneKind) -> bool| plan.milestones.iter().filter(|step| wanted(&step.what)).count();
    let held = |wanted: fn(&SessionKind) -> bool| plan.sessions.iter().any(|sitting| wanted(&sitting.what));
    if !held(|what| *what == SessionKind::Meeting) {
        let agreed = done(|what| matches!(what, MilestoneKind::LeaderAgrees { .. }));
        return (agreed == Seat::ALL.len()).then_some("the introductory meeting");
    }
    if !held(|what| *what == SessionKind::Training) {
        return (done(|what| *what == MilestoneKind::Accepted) > 0).then_some("the training day");
    }
    let adopted = done(|what| matches!(what, MilestoneKind::Adopts { .. }));
    (adopted == Party::ALL.len()).then_some("the facilitation")
}

/// What would have to start when, for a plan that is late.
pub(crate) fn start_by(plan: &Plan) -> Option<Phrase> {
    let start = plan.start_by?;
    Some(Phrase::new("As the calendar stands, it is in time if the leaders are asked by ").day(start).words("."))
}

/// What a plan fails at.
pub(crate) const fn failing(failing: PlanFailure) -> &'static str {
    match failing {
        PlanFailure::DoesNotFit => "A sitting finds no day within 730 days that suits everybody it needs.",
        PlanFailure::Late => "The last session is after the contract date.",
    }
}

/// Who stands in the way, and what would help, in sentences.
pub(crate) fn obstacle(obstacle: &Conflicts) -> Vec<Phrase> {
    let names = |set: &[Blocker]| set.iter().map(words::blocker).collect::<Vec<_>>();
    let several = match obstacle.blockers.as_slice() {
        [] => return vec![beyond_help(obstacle.finishes_at_best)],
        set => set.len() > 1,
    };
    let (stands, times) = if several { ("stand", "those times") } else { ("stands", "that time") };
    let way = Phrase::default().names(&names(&obstacle.blockers), " and ").words(format!(" {stands} in the way."));
    let mut sentences = vec![way];
    if let Some(then) = obstacle.finishes_then {
        sentences.push(Phrase::new(format!("With {times} free, the last session would be on ")).day(then).words("."));
    }
    if !obstacle.alternatives.is_empty() {
        let mut sentence = Phrase::new("Instead, this would do as well: ");
        for (index, set) in obstacle.alternatives.iter().enumerate() {
            sentence = if index > 0 { sentence.words("; or ") } else { sentence };
            sentence = sentence.names(&names(set), " and ");
        }
        sentences.push(sentence.words("."));
    }
    sentences.push(Phrase::new(match (obstacle.proven_smallest, several, obstacle.alternatives.is_empty()) {
        (true, false, true) => "No other single person or closed range would do.",
        (true, false, false) => "One of them is enough.",
        (true, true, _) => "Every smaller set was tried, and none is enough.",
        (false, ..) => "None of these can be left out, but another, smaller set may exist: there are too many to try.",
    }));
    sentences
}

/// That nobody could make room enough.
fn beyond_help(at_best: Option<Date>) -> Phrase {
    let sentence = Phrase::new("Even if every person and every closed range made room, ");
    match at_best {
        Some(best) => {
            sentence.words("the last session would be on ").day(best).words(": the durations alone take that long.")
        }
        None => sentence.words("no day would be found: the durations and the working days alone leave none."),
    }
}

/// Why a sitting is not earlier, in a sentence.
pub(crate) fn why(sitting: &PlannedSession) -> Phrase {
    if sitting.blocked.is_empty() {
        return Phrase::new("This is the first day that the durations allow.");
    }
    let days = words::count(sitting.blocked.len() as u64, "day");
    let which = if sitting.blocked.len() == 1 { "That day did" } else { "Those days did" };
    let mut sentence = Phrase::new("The durations allow it from ")
        .day(sitting.earliest)
        .words(format!(", {days} earlier. {which} not suit: "));
    for (index, (name, count)) in blockers(sitting).into_iter().enumerate() {
        sentence = if index > 0 { sentence.words(", ") } else { sentence };
        sentence = sentence.name(name).words(format!(" on {count}"));
    }
    sentence.words(".")
}

/// Who and what blocked how many days, the most first.
fn blockers(sitting: &PlannedSession) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for day in &sitting.blocked {
        let mut names: Vec<String> = day.morning.iter().chain(&day.afternoon).map(words::short_blocker).collect();
        names.sort();
        names.dedup();
        for name in names {
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

/// Of how many people and closed ranges no single day would bring anything.
pub(crate) fn no_gain(names: &[String]) -> Option<Phrase> {
    (!names.is_empty()).then(|| Phrase::new("No single day would bring anything of: ").names(names, ", ").words("."))
}

/// What a gain in the chance is, or that there is none.
pub(crate) fn about_gains(gains: &[AvailabilityGain], has_contract: bool) -> &'static str {
    match (has_contract, gains.iter().any(|gain| gain.chance.is_some())) {
        (false, _) => "Without a contract date there is no chance to gain.",
        (true, false) => "No single day was seen to raise the chance to be done in time.",
        (true, true) => {
            "The gain in the chance to be done in time was measured on other runs than those that picked the day."
        }
    }
}

/// How much earlier the runs of one scenario are completed than those of the other.
pub(crate) fn days_later(comparison: &Comparison) -> Option<Phrase> {
    let Interval { estimate, low, high } = comparison.days_later?;
    let (first, second) = (&comparison.first.label, &comparison.second.label);
    let sentence = Phrase::new("In the runs that both complete, ").name(first);
    if low <= 0.0 && high >= 0.0 {
        let sentence = sentence.words(" and ").name(second).words(" are done on the same day on average");
        let (low, high) = (words::signed(low), words::signed(high));
        return Some(sentence.words(format!(", as far as can be told (95% interval {low} to {high} days).")));
    }
    let (what, low, high) = if estimate > 0.0 { ("later", low, high) } else { ("earlier", -high, -low) };
    let days = format!(" is done {:.1} days {what} than ", estimate.abs());
    let interval = format!(" on average (95% interval {low:.1} to {high:.1}).");
    Some(sentence.words(days).name(second).words(interval))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Name;
    use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn results(change: impl Fn(String) -> String) -> (Plan, Forecast) {
        let simulator = Simulator::new(&Scenario::parse(&change(EXAMPLE.to_owned())).unwrap());
        (Plan::from_simulator(&simulator), simulator.simulate(Settings { runs: 200, seed: 1, threads: 1 }).unwrap())
    }

    #[test]
    fn the_verdict_says_when_and_how_sure() {
        let by_then = "of the simulated runs are done by the contract date.";
        let cases = [
            ("contract_expires = 2027-01-07", ", 1 day before the contract expires;", by_then),
            ("contract_expires = 2027-01-06", ", the day the contract expires;", by_then),
            ("contract_expires = 2026-10-01", ", 97 days after the contract expires;", by_then),
            ("", ";", "of the simulated runs are completed."),
        ];
        for (contract, beside, ends) in cases {
            let (plan, forecast) = results(|text| text.replace("contract_expires = 2027-06-30", contract));
            let said = verdict(&plan, &forecast).plain();
            let begins = format!("arliest plan ends on Wed 2027-01-06{beside}");
            assert!(said.contains(&begins) && said.ends_with(ends), "{said}");
            let none = forecast.in_time.is_some_and(|share| share.estimate == 0.0);
            assert_eq!(
                (said.starts_with("Even"), said.contains(" none ")),
                (plan.in_time == Some(false), none),
                "{said}"
            );
        }
    }

    #[test]
    fn a_plan_that_does_not_fit_names_the_sitting_that_finds_no_day() {
        let always = |who: &str| {
            let line = format!("id = \"{who}\"\n");
            assert!(EXAMPLE.contains(&line));
            move |text: String| {
                let (before, after) = text.split_once(&line).unwrap();
                let (person, rest) = after.split_once("\n\n").unwrap();
                let kept: Vec<&str> = person.lines().filter(|line| !line.starts_with("unavailable")).collect();
                let away = "unavailable = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\"]";
                format!("{before}{line}{}\n{away}\n\n{rest}", kept.join("\n"))
            }
        };
        for (who, what) in [("t-okafor", "the introductory meeting"), ("m-costa", "the training day")] {
            let (plan, _) = results(always(who));
            let said = plan_clause(&plan).plain();
            assert_eq!(
                said,
                format!("There is no plan: {what} finds no day within 730 days that suits everybody it needs")
            );
        }
        let long =
            |text: String| text.replace("leader_response_days = [2, 7, 21]", "leader_response_days = [730, 730, 730]");
        let (plan, _) = results(long);
        assert!(plan_clause(&plan).plain().ends_with("take longer than 730 days"));
    }

    #[test]
    fn an_obstacle_is_told_with_what_would_help() {
        let closure = |name: &str| Blocker::Closure { name: Name::new(name).unwrap() };
        let base = Conflicts {
            failing: PlanFailure::Late,
            blockers: vec![closure("A")],
            alternatives: vec![],
            proven_smallest: true,
            finishes_then: Some(date("2027-01-06")),
            finishes_at_best: Some(date("2027-01-04")),
        };
        let said =
            |obstacle: Conflicts| super::obstacle(&obstacle).iter().map(Phrase::plain).collect::<Vec<_>>().join(" ");
        let then = "the last session would be on Wed 2027-01-06.";
        let cases = [
            (base.clone(), format!("A stands in the way. With that time free, {then} No other single person or closed range would do.")),
            (
                Conflicts { alternatives: vec![vec![closure("B")], vec![closure("C")]], ..base.clone() },
                format!("A stands in the way. With that time free, {then} Instead, this would do as well: B; or C. One of them is enough."),
            ),
            (
                Conflicts { blockers: vec![closure("A"), closure("B"), closure("C")], ..base.clone() },
                format!("A, B and C stand in the way. With those times free, {then} Every smaller set was tried, and none is enough."),
            ),
            (
                Conflicts { blockers: vec![closure("A"), closure("B")], proven_smallest: false, finishes_then: None, ..base.clone() },
                "A and B stand in the way. None of these can be left out, but another, smaller set may exist: there are too \
                 many to try."
                    .to_owned(),
            ),
            (
                Conflicts { blockers: vec![], ..base.clone() },
                "Even if every person and every closed range made room, the last session would be on Mon 2027-01-04: the \
                 durations alone take that long."
                    .to_owned(),
            ),
            (
                Conflicts { blockers: vec![], finishes_at_best: None, ..base },
                "Even if every person and every closed range made room, no day would be found: the durations and the working \
                 days alone leave none."
                    .to_owned(),
            ),
        ];
        for (obstacle, expected) in cases {
            assert_eq!(said(obstacle), expected);
        }
    }
}
