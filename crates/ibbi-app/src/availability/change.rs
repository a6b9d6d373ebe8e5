//! Adding times to a person of a scenario.

use super::compress;
use super::slots::{MarkedSlots, SlotMap};
use crate::schedule::Availability;
use crate::schedule::phrase::{self, Kind};
use ibbi_common::format::{count, date};
use ibbi_core::Date;
use ibbi_sim::{Participant, Scenario, SessionGroup, TimeRule};

/// The times of a person, from all files.
#[derive(Debug, Clone, Default)]
pub(super) struct PersonTimes {
    /// Each slot has one mark.
    pub(super) slots: MarkedSlots,
    /// The times of the phrases.
    pub(super) phrases: Vec<(Kind, TimeRule)>,
}

/// A person with more times.
pub(super) struct Change {
    pub(super) person: Participant,
    /// What was added, in words.
    pub(super) added: Vec<String>,
    pub(super) notes: Vec<String>,
    /// Why the person can't have these times.
    pub(super) problem: Option<String>,
}

/// The slots at which the lists of a person apply to all kinds of session, or to any of them.
struct State {
    /// For all kinds of session.
    cannot: SlotMap,
    if_need_be: SlotMap,
    can: SlotMap,
    /// For any kind.
    also: SlotMap,
    unavailable: SlotMap,
}

impl State {
    fn new(lists: &Availability, days: &SlotMap) -> Self {
        let all = days.map(|_, bits| bits);
        let mut state = Self {
            cannot: all.clone(),
            if_need_be: all.clone(),
            can: all.clone(),
            also: SlotMap::default(),
            unavailable: SlotMap::default(),
        };
        for session in SessionGroup::ALL {
            let of = |list: &[TimeRule]| {
                let rules: Vec<TimeRule> = list.iter().copied().filter(|rule| rule.is_for(session)).collect();
                SlotMap::of_rules(rules.iter(), &all).and(&all)
            };
            let limited = lists.available.iter().any(|rule| rule.is_for(session));
            let (also, unavailable, if_need_be) = (of(&lists.also), of(&lists.unavailable), of(&lists.if_need_be));
            let available = if limited { of(&lists.available) } else { all.clone() };
            // The order is that of `Participant`.
            let cannot = unavailable.or(&all.minus(&if_need_be).minus(&available)).minus(&also);
            let if_need_be = if_need_be.minus(&unavailable).minus(&also);
            let can = all.minus(&cannot).minus(&if_need_be);
            state.cannot = state.cannot.and(&cannot);
            state.if_need_be = state.if_need_be.and(&if_need_be);
            state.can = state.can.and(&can);
            state.also = state.also.or(&also);
            state.unavailable = state.unavailable.or(&unavailable);
        }
        state
    }
}

/// Returns a person with times added. Times that the person has already aren't added again.
pub(super) fn changed(person: &Participant, times: &PersonTimes, replace: bool) -> Change {
    let mut lists = Availability::from(person);
    let mut notes = Vec::new();
    let mut added: Vec<(Kind, Vec<TimeRule>)> = Vec::new();
    if replace {
        cut_lists(&mut lists, times);
    }
    add_phrases(&mut lists, times, &mut added, &mut notes);
    add_slots(&mut lists, &times.slots, &mut added, &mut notes);
    let most = Scenario::MAX_UNAVAILABLE;
    let problem = [&lists.unavailable, &lists.available, &lists.if_need_be, &lists.also];
    let problem = problem.into_iter().find(|list| list.len() > most).map(|list| {
        format!(
            "{} would have {} in a list, and a list can have {most}; import fewer days with --from and --to",
            person.name,
            count(list.len() as u64, "time", "times"),
        )
    });
    if problem.is_some() {
        return Change { person: person.clone(), added: Vec::new(), notes, problem };
    }
    let added = added.into_iter().map(|(kind, rules)| phrase::sentence(kind, &rules)).collect();
    Change { person: lists.of(person.clone()), added, notes, problem }
}

/// Removes times from the lists that contradict the new ones.
fn cut_lists(lists: &mut Availability, times: &PersonTimes) {
    let MarkedSlots { cannot, if_need_be, can } = &times.slots;
    for (list, slots) in [
        (&mut lists.also, cannot.or(if_need_be)),
        (&mut lists.unavailable, if_need_be.or(can)),
        (&mut lists.if_need_be, cannot.or(can)),
    ] {
        *list = list.iter().flat_map(|rule| without(rule, &slots)).collect();
    }
    let kept: Vec<TimeRule> =
        times.phrases.iter().filter(|(kind, _)| *kind == Kind::Only).map(|(_, rule)| *rule).collect();
    if !kept.is_empty() {
        lists.available.retain(|rule| kept.contains(rule));
    }
    for (kind, rule) in &times.phrases {
        let others = match kind {
            Kind::Cannot => [&mut lists.also, &mut lists.if_need_be],
            Kind::IfNeedBe => [&mut lists.also, &mut lists.unavailable],
            Kind::Can => [&mut lists.unavailable, &mut lists.if_need_be],
            Kind::Only => continue,
        };
        others.into_iter().for_each(|list| list.retain(|other| other != rule));
    }
}

/// Returns the times of a rule without some slots: what is before and after them, and what is left between.
fn without(rule: &TimeRule, slots: &SlotMap) -> Vec<TimeRule> {
    let own = SlotMap::of_rules(std::iter::once(rule), slots);
    let cut = own.and(slots);
    let (Some((first, _)), Some((last, _))) = (cut.iter().next(), cut.iter().next_back()) else { return vec![*rule] };
    let before = first.to_chrono().pred_opt().and_then(|day| Date::try_from(day).ok());
    let before = before.filter(|day| rule.from.is_none_or(|from| from <= *day));
    let after = last.to_chrono().succ_opt().and_then(|day| Date::try_from(day).ok());
    let after = after.filter(|day| rule.to.is_none_or(|to| *day <= to));
    let between = TimeRule { from: Some(first), to: Some(last), ..*rule };
    // A pattern of several weeks counts from its first day, and `first` is in such a week.
    let mut left = SlotMap::default();
    compress::days_of(&between).for_each(|day| left.add(day, super::slots::bits(rule.hours)));
    let left = compress::rules(&left.minus(&cut));
    let before = before.map(|day| TimeRule { to: Some(day), ..*rule });
    let after = after.and_then(|day| {
        if rule.every <= 1 {
            return Some(TimeRule { from: Some(day), ..*rule });
        }
        // It goes on with its next day.
        let days = day.to_chrono().iter_days().take(7 * usize::from(rule.every));
        let next = days.filter_map(|day| Date::try_from(day).ok()).find(|day| rule.covers(*day))?;
        Some(TimeRule { from: Some(next), ..*rule })
    });
    let left = left.into_iter().map(|left| TimeRule { session: rule.session, ..left });
    let parts = before.into_iter().chain(left).chain(after);
    // A part can be without days, as a week from its Tuesday to its Thursday has no Friday.
    parts.filter(|part| part.from.is_none() || part.to.is_none() || compress::days_of(part).next().is_some()).collect()
}

fn add_phrases(
    lists: &mut Availability,
    times: &PersonTimes,
    added: &mut Vec<(Kind, Vec<TimeRule>)>,
    notes: &mut Vec<String>,
) {
    let was_limited = !lists.available.is_empty();
    for (kind, rule) in &times.phrases {
        let list = match kind {
            Kind::Cannot => &mut lists.unavailable,
            Kind::Only => &mut lists.available,
            Kind::IfNeedBe => &mut lists.if_need_be,
            Kind::Can => &mut lists.also,
        };
        if !list.contains(rule) {
            list.push(*rule);
            note_added(added, *kind, *rule);
        }
    }
    if was_limited && added.iter().any(|(kind, _)| *kind == Kind::Only) {
        let note = "The scenario already has the only times when this person can come. The new ones are added to them, \
                    unless you replace the old ones.";
        notes.push(note.to_owned());
    }
}

fn note_added(added: &mut Vec<(Kind, Vec<TimeRule>)>, kind: Kind, rule: TimeRule) {
    match added.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, rules)) => rules.push(rule),
        None => added.push((kind, vec![rule])),
    }
}

fn add_slots(
    lists: &mut Availability,
    slots: &MarkedSlots,
    added: &mut Vec<(Kind, Vec<TimeRule>)>,
    notes: &mut Vec<String>,
) {
    let state = State::new(lists, &slots.all());
    let not_cannot = slots.cannot.minus(&state.cannot);
    let not_if_need_be = slots.if_need_be.minus(&state.if_need_be);
    let without_effect = not_cannot.and(&state.also).or(&not_if_need_be.and(&state.also.or(&state.unavailable)));
    if let Some(note) = days_note(&without_effect) {
        notes.push(format!(
            "The scenario says otherwise on {note}, so the times there aren't added unless you replace \
             the scenario's."
        ));
    }
    // A time that is wholly in effect isn't added again. The others are added as they are, so that a pattern stays one.
    let wanted = [
        (Kind::Cannot, slots.cannot.minus(&state.also), not_cannot),
        (Kind::IfNeedBe, slots.if_need_be.minus(&state.also).minus(&state.unavailable), not_if_need_be),
    ];
    for (kind, all, missing) in wanted {
        let list = if kind == Kind::Cannot { &mut lists.unavailable } else { &mut lists.if_need_be };
        for rule in compress::rules(&all) {
            let adds = compress::days_of(&rule).any(|day| missing.on(day) & super::slots::bits(rule.hours) != 0);
            if adds && !list.contains(&rule) {
                list.push(rule);
                note_added(added, kind, rule);
            }
        }
    }
    let not_can = slots.can.minus(&state.can);
    if let Some(note) = days_note(&not_can) {
        notes.push(format!("The scenario says otherwise on {note}. This person can also come then."));
    }
    for rule in compress::rules(&not_can) {
        lists.also.push(rule);
        note_added(added, Kind::Can, rule);
    }
}

/// Returns the days in words, at most three of them.
fn days_note(slots: &SlotMap) -> Option<String> {
    let days: Vec<String> = slots.iter().map(|(day, _)| date(day)).collect();
    Some(match days.as_slice() {
        [] => return None,
        [one] => one.clone(),
        [first, .., last] if days.len() > 3 => format!("{} days from {first} to {last}", days.len()),
        [first @ .., last] => format!("{} and {last}", first.join("; ")),
    })
}

#[cfg(test)]
mod tests;
