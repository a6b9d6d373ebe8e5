//! Results of plans and forecasts as sentences, for pages and the terminal.

use crate::format;
use crate::phrase::Phrase;
use ibbi_common::quantile::Interval;
use ibbi_core::{Date, Party, Seat};
use ibbi_sim::{
    AvailabilityGain, Blocker, Comparison, Conflicts, FavorSets, Forecast, ForecastStatus, HeldDates, HeldSession,
    MilestoneKind, Plan, PlanFailure, PlannedSession, ResumedCase, Scenario, SessionKind,
};

/// The note for all readers of a chance.
pub(crate) const ASSUMED: &str = "The chances that decide whether the process goes ahead are estimates. No figures are published on how often leaders decline or sessions \
    are postponed, so every chance and duration is an assumption from the scenario, or a default. The results are only \
    as good as the assumptions.";

/// How the figures are computed.
pub(crate) const METHODS: [&str; 4] = [
    "Dates are percentiles by nearest rank among the runs that go ahead. A run that is not completed within 730 days counts as \
     later than any date. The share that goes ahead is of all runs.",
    "Shares have 95% intervals by Wilson's method. The difference of two scenarios has the interval of Agresti and Min for \
     matched pairs. An interval depends on the number of runs, not on how good the assumptions are.",
    "Each day of a run is counted under one cause. Early runs are completed by the P10 of the completed runs, and late ones on \
     the P90 or later. The differences between late and early runs add up.",
    "Every event of every run is checked by the same rules as a real case. The same scenario and seed give the same \
     result.",
];

/// Returns a sign of a status that differs from the others in its shape.
pub(crate) const fn status_sign(status: ForecastStatus) -> &'static str {
    match status {
        ForecastStatus::OnTrack => "\u{25cf}",
        ForecastStatus::AtRisk => "\u{25b2}",
        ForecastStatus::Late => "\u{25a0}",
    }
}

/// Returns what a status means for a scenario.
pub(crate) fn status_meaning(status: ForecastStatus, scenario: &Scenario) -> String {
    let meaning = match status {
        ForecastStatus::OnTrack => "Every deadline has a chance of at least 80%.",
        ForecastStatus::AtRisk => "A deadline has a chance of less than 80%. Each has at least 50%.",
        ForecastStatus::Late => "A deadline has a chance of less than 50%.",
    };
    let soft = match (scenario.contract_expires, scenario.evergreen) {
        (Some(_), true) => " The contract has an evergreen clause, so its date is a soft deadline.",
        _ => "",
    };
    format!("{meaning}{soft}")
}

/// Returns whether the process goes ahead, and why not otherwise.
pub(crate) fn goes_ahead(forecast: &Forecast) -> String {
    let whole = |share: f64| format!("{:.0}", (share * 100.0).round());
    let not = forecast.not_ahead.iter();
    let not: Vec<String> =
        not.map(|outcome| format!("{} {}", outcome.ending.label(), whole(outcome.share.estimate))).collect();
    let ahead = format!("{} in 100 runs go ahead, by your estimates", whole(forecast.goes_ahead.estimate));
    let others = if not.is_empty() { String::new() } else { format!(" The others: {}.", not.join(", ")) };
    let ranges = forecast.ranges.as_ref().map(|ranges| {
        let [low, high] = ranges.goes_ahead.map(whole);
        let date = |date: Option<Date>| date.map_or_else(|| "later than any date".to_owned(), format::weekday_date);
        let [early, late] = ranges.finish.p50.map(date);
        format!(" With your ranges of chances, {low} to {high} in 100 go ahead, and even odds are between {early} and {late}.")
    });
    format!("{ahead}.{others}{}", ranges.unwrap_or_default())
}

/// Returns the plan as the best case, with its chance.
pub(crate) fn best_case(plan: &Plan) -> Phrase {
    let clause = plan_clause(plan);
    match plan.chance {
        Some(chance) => clause.words(format!(
            ". That is the best case. If it goes ahead, {} completed by then.",
            match chance.estimate {
                0.0 | 1.0 => format!("{} is", format::odds(chance.estimate)),
                share => format!("{} runs are", format::odds(share)),
            },
        )),
        None => clause.words("."),
    }
}

/// Returns the case from which a plan or a forecast resumes, and how.
pub(crate) fn resumed_from(resumed: &ResumedCase, scenario: &Scenario) -> (Phrase, &'static str) {
    let events = format::count(resumed.events.into(), "recorded event");
    let begins = Phrase::new("It resumes the case as of ")
        .day(scenario.start)
        .words(format!(": in {}, after {events}.", resumed.stage.label()));
    (begins, "Past decisions stay as they are. Each wait is drawn given how long it has already lasted.")
}

/// Returns when the plan ends, as the start of a sentence.
pub(crate) fn plan_clause(plan: &Plan) -> Phrase {
    let Some(finishes) = plan.finishes else {
        return Phrase::new(match without_day(plan) {
            Some(what) => {
                format!(
                    "There is no plan: {what} has no day within 730 days on which all required people are available"
                )
            }
            None => "There is no plan: the steps before the next session take longer than 730 days".to_owned(),
        });
    };
    let Some(expires) = plan.contract_expires else {
        return Phrase::new("The earliest plan ends on ").day(finishes);
    };
    let days = format::days_between(finishes, expires);
    let days_text = format::count(days.unsigned_abs(), "day");
    match days {
        0 => Phrase::new("The earliest plan ends on ").day(finishes).words(", the day the contract expires"),
        1.. => Phrase::new("The earliest plan ends on ")
            .day(finishes)
            .words(format!(", {days_text} before the contract expires")),
        _ => Phrase::new("Even the earliest plan ends on ")
            .day(finishes)
            .words(format!(", {days_text} after the contract expires")),
    }
}

/// Returns the session that has no open day, if the steps before it are done.
fn without_day(plan: &Plan) -> Option<&'static str> {
    let done = |wanted: fn(&MilestoneKind) -> bool| plan.milestones.iter().filter(|step| wanted(&step.what)).count();
    let held = |wanted: fn(&SessionKind) -> bool| plan.sessions.iter().any(|session| wanted(&session.what));
    if !held(|what| *what == SessionKind::Meeting) {
        let agreed = done(|what| matches!(what, MilestoneKind::LeaderAgrees { .. }));
        return (agreed == Seat::ALL.len()).then_some("the introductory meeting");
    }
    if !held(|what| matches!(what, SessionKind::Training { .. })) {
        return (done(|what| *what == MilestoneKind::Accepted) > 0).then_some("the training day");
    }
    let adopted = done(|what| matches!(what, MilestoneKind::Adopts { .. }));
    (adopted == Party::ALL.len()).then_some("the facilitation")
}

/// Returns the latest start that is safe.
pub(crate) fn start_by(plan: &Plan) -> Option<Phrase> {
    let (start, expires) = (plan.start_by?, plan.contract_expires?);
    let sentence = Phrase::new("For 80% odds of finishing by ").day(expires);
    Some(sentence.words(", if the process goes ahead, ask the leaders by ").day(start).words("."))
}

/// Returns a sentence for dates to hold: the chance that they are enough.
pub(crate) fn hold(held: &HeldDates) -> Phrase {
    let (Some(chance), Some(last)) = (held.chance, held.last) else { return Phrase::new(no_dates_to_hold(held)) };
    let odds = format!(
        "If the process goes ahead, all sessions are held on these dates in {} runs",
        format::odds(chance.estimate)
    );
    Phrase::new(odds)
        .words(format!(" (at least {}% with 95% confidence), the last by ", held.confidence))
        .day(last)
        .words(".")
}

/// Returns a sentence on why there are no dates to hold.
pub fn no_dates_to_hold(held: &HeldDates) -> String {
    let most = match held.most {
        Some(most) if most > 0.0 => {
            format!("the best dates found are enough in {} runs that go ahead", format::odds(most))
        }
        _ => "in no run that goes ahead can all sessions be held".to_owned(),
    };
    let percent = held.confidence;
    format!("No dates with one backup each are enough in at least {percent}% of the runs with 95% confidence; {most}.")
}

/// Returns a sentence for a session with its dates to hold.
pub(crate) fn held_session(session: &HeldSession, parts: usize) -> Phrase {
    let date = |phrase: Phrase, slot: ibbi_core::Slot, chance| {
        let hours = format!(", {} (complete in {} runs)", format::time_range(slot), format::odds(chance));
        phrase.day(slot.local_day()).words(hours)
    };
    let name = format::sentence(&format::session_name(session.what, parts));
    let first = date(Phrase::new(format!("{name}: ")), session.slot, session.chance);
    date(first.words("; backup "), session.backup, session.backup_chance).words(".")
}

/// Returns why a plan fails.
pub(crate) const fn failure(failure: PlanFailure) -> &'static str {
    match failure {
        PlanFailure::DoesNotFit => "A session has no day within 730 days on which all required people are available.",
        PlanFailure::Late => "The last session is after the contract date.",
    }
}

/// Returns who has no open day, if there is no plan and someone's times are the reason. It is the first sentence of [`conflicts`].
pub(crate) fn without_open_day(plan: &Plan) -> Option<Phrase> {
    let conflicts = plan.conflicts.as_ref().filter(|_| plan.finishes.is_none())?;
    (!conflicts.blockers.is_empty()).then(|| no_open_day(conflicts))
}

fn names(set: &[Blocker]) -> Vec<String> {
    set.iter().map(format::blocker).collect()
}

fn no_open_day(conflicts: &Conflicts) -> Phrase {
    let have = if conflicts.blockers.len() > 1 { "have" } else { "has" };
    Phrase::default().names(&names(&conflicts.blockers)).words(format!(" {have} no open day in time."))
}

/// Returns sentences on the conflicts, and what would help.
pub(crate) fn conflicts(conflicts: &Conflicts) -> Vec<Phrase> {
    let several = match conflicts.blockers.as_slice() {
        [] => return vec![no_solution(conflicts.finishes_at_best)],
        set => set.len() > 1,
    };
    let times = if several { "these times" } else { "this time" };
    let mut sentences = vec![no_open_day(conflicts)];
    if let Some(then) = conflicts.finishes_then {
        sentences.push(Phrase::new(format!("With {times} open, the last session would be on ")).day(then).words("."));
    }
    if !conflicts.alternatives.is_empty() {
        let mut sentence = Phrase::new("One of these would also be enough: ");
        for (index, set) in conflicts.alternatives.iter().enumerate() {
            sentence = if index > 0 { sentence.words("; or ") } else { sentence };
            sentence = sentence.names(&names(set));
        }
        sentences.push(sentence.words("."));
    }
    sentences.push(Phrase::new(match (conflicts.proven_smallest, several, conflicts.alternatives.is_empty()) {
        (true, false, true) => "No other single person or closed range is enough.",
        (true, false, false) => "One of them is enough.",
        (true, true, _) => "No smaller set is enough.",
        (false, ..) => "All of these are needed. A smaller set may exist, but there are too many to try.",
    }));
    sentences
}

/// Returns a sentence for the case that no set of people is enough.
fn no_solution(at_best: Option<Date>) -> Phrase {
    let sentence = Phrase::new("Even if all people and closed ranges made room, ");
    match at_best {
        Some(best) => {
            sentence.words("the last session would be on ").day(best).words(". The durations alone take that long.")
        }
        None => sentence.words(
            "there would be no open day. The durations, the lengths of the sessions, and the days and hours on which they can be held \
             leave none.",
        ),
    }
}

/// Returns a sentence on why a session is not earlier.
pub(crate) fn why_not_earlier(session: &PlannedSession) -> Phrase {
    if session.booked {
        return Phrase::new("It is already booked.");
    }
    if session.blocked.is_empty() {
        return Phrase::new("This is the first day that the durations allow.");
    }
    let days = format::count(session.blocked.len() as u64, "day");
    let which = if session.blocked.len() == 1 { "That day has conflicts" } else { "Those days have conflicts" };
    let mut sentence =
        Phrase::new("The durations allow it from ").day(session.earliest).words(format!(", {days} earlier. {which}: "));
    for (index, (name, count)) in blocker_counts(session).into_iter().enumerate() {
        sentence = if index > 0 { sentence.words(", ") } else { sentence };
        sentence = sentence.name(name).words(format!(" on {count}"));
    }
    sentence.words(".")
}

/// Returns the blockers and their numbers of days. The most frequent is first.
fn blocker_counts(session: &PlannedSession) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for day in &session.blocked {
        let blockers = day.hours.iter().flat_map(|hours| &hours.blockers);
        let mut names: Vec<String> = blockers.map(format::short_blocker).collect();
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

/// Returns a sentence on the people and closed ranges for which a single day would not help.
pub(crate) fn no_gain(names: &[String]) -> Option<Phrase> {
    (!names.is_empty()).then(|| Phrase::new("A single day of these would not help: ").names(names).words("."))
}

/// Returns a note on the half-days that together help the plan.
pub(crate) fn favors_note(sets: &FavorSets) -> String {
    let found = match sets.half_days.is_empty() && sets.standing.is_empty() {
        true if sets.fits => format!("No {} half-days together end the plan earlier.", FavorSets::LIMIT),
        true => {
            format!("No {} half-days together are enough for a plan that ends by the contract date.", FavorSets::LIMIT)
        }
        false => "A morning ends at noon, an afternoon at 4:00 PM.".to_owned(),
    };
    if sets.all_tried { found } else { found + " Not all sets could be tried, so there can be a better one." }
}

/// Returns a note on the gains in the chance.
pub(crate) fn gains_note(gains: &[AvailabilityGain], has_contract: bool) -> &'static str {
    match (has_contract, gains.iter().any(|gain| gain.chance.is_some())) {
        (false, _) => "Without a contract date, there is no chance to raise.",
        (true, false) => "No single day raised the chance to be in time.",
        (true, true) => {
            "The gain in the chance to be in time is measured on other runs than the ones that picked the day."
        }
    }
}

/// Returns how much earlier one scenario is completed than the other.
pub(crate) fn days_later(comparison: &Comparison) -> Option<Phrase> {
    let Interval { estimate, low, high } = comparison.days_later?;
    let (first, second) = (&comparison.first.label, &comparison.second.label);
    let sentence = Phrase::new("In runs that both complete, ").name(first);
    if low <= 0.0 && high >= 0.0 {
        let sentence = sentence.words(" and ").name(second).words(" are completed on the same day on average");
        let (low, high) = (format::signed(low), format::signed(high));
        return Some(sentence.words(format!(", as far as these runs show (95% interval {low} to {high} days).")));
    }
    let (what, low, high) = if estimate > 0.0 { ("later", low, high) } else { ("earlier", -high, -low) };
    let days = format!(" is completed {:.1} days {what} than ", estimate.abs());
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
        let forecast = simulator.simulate(Settings { runs: 200, seed: 1, threads: 1 }).unwrap();
        (Plan::from_simulator(&simulator).with_odds(&simulator, &forecast), forecast)
    }

    #[test]
    fn best_case_has_its_chance() {
        let (plan, _) = results(|text| text);
        let text = best_case(&plan).plain();
        assert!(text.contains(
            "ends on Wed, Jan 6, 2027, 175 days before the contract expires. That is the best case. If it goes ahead, "
        ));
        assert!(text.ends_with(" completed by then."), "{text}");
        for (share, expected) in
            [(0.0, "no run"), (0.0001, "fewer than 1 in 1,000"), (0.004, "4 in 1,000"), (0.03, "3 in 100")]
        {
            assert_eq!(format::odds(share), expected);
        }
        for (share, expected) in
            [(0.5, "50 in 100"), (0.997, "997 in 1,000"), (0.9999, "999 in 1,000"), (1.0, "every run")]
        {
            assert_eq!(format::odds(share), expected);
        }
    }

    #[test]
    fn plan_that_does_not_fit_names_the_session() {
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
            let name = if who == "t-okafor" { "T. Okafor" } else { "M. Costa" };
            let way = without_open_day(&plan).unwrap().plain();
            assert_eq!(way, format!("{name} has no open day in time."));
            let text = plan_clause(&plan).plain();
            assert_eq!(
                text,
                format!(
                    "There is no plan: {what} has no day within 730 days on which all required people are available"
                )
            );
        }
        let long =
            |text: String| text.replace("leader_response_days = [2, 7, 21]", "leader_response_days = [730, 730, 730]");
        let (plan, _) = results(long);
        assert_eq!(without_open_day(&plan).map(|way| way.plain()), None, "no one\u{2019}s times are the reason");
        assert!(plan_clause(&plan).plain().ends_with("take longer than 730 days"));
    }

    #[test]
    fn conflicts_have_alternatives() {
        let closure = |name: &str| Blocker::Closure { name: Name::new(name).unwrap() };
        let base = Conflicts {
            failing: PlanFailure::Late,
            blockers: vec![closure("A")],
            alternatives: vec![],
            proven_smallest: true,
            finishes_then: Some(date("2027-01-06")),
            finishes_at_best: Some(date("2027-01-04")),
        };
        let text =
            |conflicts: Conflicts| super::conflicts(&conflicts).iter().map(Phrase::plain).collect::<Vec<_>>().join(" ");
        let then = "the last session would be on Wed, Jan 6, 2027.";
        let cases = [
            (base.clone(), format!("A has no open day in time. With this time open, {then} No other single person or closed range is enough.")),
            (
                Conflicts { alternatives: vec![vec![closure("B")], vec![closure("C")]], ..base.clone() },
                format!("A has no open day in time. With this time open, {then} One of these would also be enough: B; or C. One of them is enough."),
            ),
            (
                Conflicts { blockers: vec![closure("A"), closure("B"), closure("C")], ..base.clone() },
                format!("A, B, and C have no open day in time. With these times open, {then} No smaller set is enough."),
            ),
            (
                Conflicts { blockers: vec![closure("A"), closure("B")], proven_smallest: false, finishes_then: None, ..base.clone() },
                "A and B have no open day in time. All of these are needed. A smaller set may exist, but there are \
                 too many to try."
                    .to_owned(),
            ),
            (
                Conflicts { blockers: vec![], ..base.clone() },
                "Even if all people and closed ranges made room, the last session would be on Mon, Jan 4, 2027. The durations \
                 alone take that long."
                    .to_owned(),
            ),
            (
                Conflicts { blockers: vec![], finishes_at_best: None, ..base },
                "Even if all people and closed ranges made room, there would be no open day. The durations, the lengths of the \
                 sessions, and the days and hours on which they can be held leave none."
                    .to_owned(),
            ),
        ];
        for (conflicts, expected) in cases {
            assert_eq!(text(conflicts), expected);
        }
    }
}
