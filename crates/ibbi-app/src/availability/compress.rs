//! Few rules for many slots: weekly patterns, ranges, and dates.

use super::slots::{self, SlotMap};
use chrono::{Datelike as _, Days, NaiveDate};
use ibbi_core::Date;
use ibbi_sim::{Hours, TimeRule, WeekOfMonth, Weekday, Weekdays};
use std::collections::{BTreeMap, BTreeSet};

/// How many dates make a pattern of every other week, or of a week of the month.
const PATTERN: usize = 3;
/// Up to how many groups of days each pair is tried.
const FEW: usize = 40;
/// How many neighbors of a group are tried if there are more.
const NEIGHBORS: usize = 8;

/// Returns rules that cover exactly these slots.
pub(super) fn rules(map: &SlotMap) -> Vec<TimeRule> {
    let mut by_hours: BTreeMap<Option<Hours>, BTreeSet<Date>> = BTreeMap::new();
    for (day, bits) in map.iter() {
        for hours in slots::runs(bits) {
            by_hours.entry(hours).or_default().insert(day);
        }
    }
    let mut by_hours: Vec<_> = by_hours.into_iter().collect();
    // What is most frequent is a pattern. On a day with more, it counts as well.
    by_hours.sort_by_key(|(hours, days)| (std::cmp::Reverse(days.len()), slots::bits(*hours).count_zeros(), *hours));
    let mut covered = SlotMap::default();
    let mut rules = Vec::new();
    for (hours, days) in by_hours {
        let bits = slots::bits(hours);
        let needed: BTreeSet<Date> = days.into_iter().filter(|day| covered.on(*day) & bits != bits).collect();
        if needed.is_empty() {
            continue;
        }
        let allowed: BTreeSet<Date> = map.iter().filter(|(_, on)| on & bits == bits).map(|(day, _)| day).collect();
        for days in cover(&needed, &allowed) {
            days_of(&days).for_each(|day| covered.add(day, bits));
            rules.push(TimeRule { hours, ..days });
        }
    }
    rules.sort_by_key(|rule| (rule.from, rule.to, rule.hours));
    rules
}

/// Returns the days of a rule that has a first and a last day.
pub(super) fn days_of(rule: &TimeRule) -> impl Iterator<Item = Date> {
    let rule = *rule;
    let (from, to) = (rule.from, rule.to);
    let days = from.into_iter().flat_map(|from| from.to_chrono().iter_days());
    let days = days.map_while(|day| Date::try_from(day).ok());
    days.take_while(move |day| to.is_some_and(|to| *day <= to)).filter(move |day| rule.covers(*day))
}

/// Days of the week in the weeks from one to another, each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    weekdays: Weekdays,
    from: Date,
    to: Date,
}

impl Group {
    fn rule(self) -> TimeRule {
        TimeRule { weekdays: self.weekdays, ..TimeRule::between(self.from, self.to) }
    }

    fn joined(self, other: Self) -> Self {
        let weekdays = self.weekdays.iter().chain(other.weekdays.iter()).collect();
        Self { weekdays, from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// Returns whether it is every day of its range.
    fn is_range(self) -> bool {
        days_of(&self.rule()).count() as i64 == (self.to.to_chrono() - self.from.to_chrono()).num_days() + 1
    }

    fn weeks(self) -> i64 {
        (monday(self.to) - monday(self.from)).num_days() / 7 + 1
    }
}

fn monday(day: Date) -> NaiveDate {
    day.to_chrono() - Days::new(u64::from(day.to_chrono().weekday().num_days_from_monday()))
}

/// Returns rules without hours that cover all days that are needed, and none but those that are allowed.
fn cover(needed: &BTreeSet<Date>, allowed: &BTreeSet<Date>) -> Vec<TimeRule> {
    let groups = joined(weekly(needed, allowed), allowed);
    let mut dates = BTreeSet::new();
    let mut rules = Vec::new();
    for group in groups {
        match group.weeks() {
            // Some days of one or two weeks are easier to read as dates.
            ..=2 if !group.is_range() => dates.extend(days_of(&group.rule()).filter(|day| needed.contains(day))),
            _ if group.from == group.to => {
                dates.insert(group.from);
            }
            _ if group.is_range() => rules.push(TimeRule::between(group.from, group.to)),
            _ => rules.push(group.rule()),
        }
    }
    rules.extend(patterns(&mut dates, allowed));
    // Neighbors among the rest are ranges.
    let mut last: Option<TimeRule> = None;
    for day in dates {
        match last.as_mut() {
            Some(range) if range.to.and_then(after) == Some(day) => range.to = Some(day),
            _ => rules.extend(last.replace(TimeRule::on(day))),
        }
    }
    rules.extend(last);
    rules
}

fn after(day: Date) -> Option<Date> {
    day.to_chrono().succ_opt().and_then(|day| Date::try_from(day).ok())
}

/// Returns for each day of the week its runs of weeks; days with the same run are one group.
fn weekly(needed: &BTreeSet<Date>, allowed: &BTreeSet<Date>) -> Vec<Group> {
    let mut runs: BTreeMap<(NaiveDate, NaiveDate), Group> = BTreeMap::new();
    for weekday in Weekday::ALL {
        let mut days = allowed.iter().copied().filter(|day| Weekday::from_date(*day) == weekday).peekable();
        let mut run: Option<(Date, Date)> = None;
        while let Some(day) = days.next() {
            if needed.contains(&day) {
                run = Some((run.map_or(day, |(from, _)| from), day));
            }
            let is_last = days.peek().is_none_or(|next| (next.to_chrono() - day.to_chrono()).num_days() != 7);
            if is_last && let Some((from, to)) = run.take() {
                let group = Group { weekdays: Weekdays::of(weekday), from, to };
                let entry = runs.entry((monday(from), monday(to))).or_insert(group);
                *entry = entry.joined(group);
            }
        }
    }
    runs.into_values().collect()
}

/// Joins groups as long as only allowed days are in them.
fn joined(mut groups: Vec<Group>, allowed: &BTreeSet<Date>) -> Vec<Group> {
    let reach = if groups.len() <= FEW { FEW } else { NEIGHBORS };
    let mut first = 0;
    while first < groups.len() {
        let next = (first + 1..groups.len().min(first + 1 + reach)).find_map(|second| {
            let both = groups[first].joined(groups[second]);
            let is_plain = both.is_range() || both.weeks() > 2;
            (is_plain && days_of(&both.rule()).all(|day| allowed.contains(&day))).then_some((second, both))
        });
        match next {
            Some((second, both)) => {
                groups.remove(second);
                groups[first] = both;
            }
            None => first += 1,
        }
    }
    groups
}

/// Takes dates out that are every other week, or one week of each month, and returns the rules for them.
fn patterns(dates: &mut BTreeSet<Date>, allowed: &BTreeSet<Date>) -> Vec<TimeRule> {
    let mut rules = Vec::new();
    for weekday in Weekday::ALL {
        for every in 2..=3_u8 {
            let starts: Vec<Date> = dates.iter().copied().filter(|day| Weekday::from_date(*day) == weekday).collect();
            for start in starts {
                let step = Days::new(u64::from(every) * 7);
                let next = |day: &Date| day.to_chrono().checked_add_days(step).and_then(|day| Date::try_from(day).ok());
                let run: Vec<Date> =
                    std::iter::successors(Some(start), next).take_while(|day| dates.contains(day)).collect();
                if run.len() >= PATTERN
                    && let Some(last) = run.last()
                {
                    run.iter().for_each(|day| _ = dates.remove(day));
                    let weekdays = Weekdays::of(weekday);
                    rules.push(TimeRule { every, weekdays, ..TimeRule::between(start, *last) });
                }
            }
        }
        for week in WeekOfMonth::ALL {
            let rule = TimeRule { week: Some(week), ..TimeRule::weekday(weekday) };
            let found: Vec<Date> = dates.iter().copied().filter(|day| rule.covers(*day)).collect();
            let (Some(first), Some(last)) = (found.first(), found.last()) else { continue };
            let rule = TimeRule { from: Some(*first), to: Some(*last), ..rule };
            if found.len() >= PATTERN && days_of(&rule).all(|day| allowed.contains(&day)) {
                found.iter().for_each(|day| _ = dates.remove(day));
                rules.push(rule);
            }
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn expanded(rules: &[TimeRule]) -> SlotMap {
        let mut map = SlotMap::default();
        for rule in rules {
            days_of(rule).for_each(|day| map.add(day, slots::bits(rule.hours)));
        }
        map
    }

    fn from(list: &[(&str, &str, &[Weekday], &str)]) -> SlotMap {
        let mut map = SlotMap::default();
        for (from, to, weekdays, hours) in list {
            let weekdays = weekdays.iter().copied().collect();
            let rule = TimeRule { weekdays, ..TimeRule::between(date(from), date(to)) };
            days_of(&rule).for_each(|day| map.add(day, slots::bits(hours.parse().ok())));
        }
        map
    }

    #[test]
    fn school_year_of_teaching_is_a_few_rules() {
        let workdays = &Weekday::ALL[..5];
        let mut map = from(&[("2026-09-08", "2027-06-17", workdays, "7:30-14:30")]);
        // Holidays and vacations have no lessons; on Tuesdays there is a meeting afterward, and one week is away.
        let free = from(&[
            ("2026-10-12", "2026-10-12", &[], ""),
            ("2026-11-26", "2026-11-27", &[], ""),
            ("2026-12-24", "2027-01-01", &[], ""),
            ("2027-02-15", "2027-02-19", &[], ""),
        ]);
        map = map.minus(&free);
        map = map.or(&from(&[("2026-09-08", "2027-06-17", &[Weekday::Tuesday], "14:30-16:00")]).minus(&free));
        map = map.or(&from(&[("2026-10-05", "2026-10-09", &[], "")]));
        let rules = rules(&map);
        assert_eq!(expanded(&rules), map);
        assert!(rules.len() <= 16, "{}: {rules:#?}", rules.len());
        assert!(rules.contains(&TimeRule::between(date("2026-10-05"), date("2026-10-09"))), "{rules:#?}");
    }

    #[test]
    fn patterns_are_found() {
        let (from, to) = ("2026-09-01", "2027-05-31");
        for rule in [
            TimeRule { every: 2, ..TimeRule::weekday(Weekday::Friday) },
            TimeRule { week: Some(WeekOfMonth::First), ..TimeRule::weekday(Weekday::Thursday) },
            TimeRule { week: Some(WeekOfMonth::Last), ..TimeRule::weekday(Weekday::Monday) },
            TimeRule::weekday(Weekday::Sunday),
            TimeRule::ALWAYS,
        ] {
            let rule = TimeRule { from: Some(date(from)), to: Some(date(to)), ..rule }.at(Hours::EVENING);
            let map = expanded(&[rule]);
            let found = rules(&map);
            assert_eq!((found.len(), expanded(&found)), (1, map), "{found:?}");
        }
        let scattered = expanded(&["2026-10-05", "2026-10-07", "2026-10-13"].map(|day| TimeRule::on(date(day))));
        assert_eq!(rules(&scattered).len(), 3);
    }

    proptest! {
        #[test]
        fn rules_cover_exactly_the_slots(
            entries in prop::collection::vec((0_u64..120, 1_u64..6, 0_u16..96, 1_u16..97, 0_u64..4), 0..40),
        ) {
            let start = date("2026-09-01").to_chrono();
            let mut map = SlotMap::default();
            for (day, times, slot, slots, step) in entries {
                let hours = Hours::new(slot * 15, (slot + slots).min(96) * 15).ok();
                for time in 0..times {
                    // The same day, or days, weeks, or fortnights apart.
                    let day = start + Days::new(day + time * [0, 1, 7, 14][step as usize]);
                    map.add(Date::try_from(day).unwrap(), slots::bits(hours));
                }
            }
            prop_assert_eq!(expanded(&rules(&map)), map);
        }
    }
}
