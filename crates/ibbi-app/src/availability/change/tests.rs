//! Adding times twice, in place of others, and within the limits of a scenario.

use super::super::slots;
use super::*;
use ibbi_core::{MemberId, Name};
use ibbi_sim::{Hours, Role, Weekday};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn person() -> Participant {
    Participant::new(MemberId::new("p").unwrap(), Name::new("Person").unwrap(), Role::Negotiator)
}

fn map(rules: &[TimeRule]) -> SlotMap {
    let mut map = SlotMap::default();
    for rule in rules {
        compress::days_of(rule).for_each(|day| map.add(day, slots::bits(rule.hours)));
    }
    map
}

fn times(cannot: SlotMap, if_need_be: SlotMap, can: SlotMap) -> PersonTimes {
    let (slots, _) = MarkedSlots { cannot, if_need_be, can }.settled();
    PersonTimes { slots, phrases: Vec::new() }
}

fn none() -> SlotMap {
    SlotMap::default()
}

#[test]
fn times_in_effect_are_not_added() {
    let friday = TimeRule::on(day("2026-10-09"));
    let known = Participant { unavailable: vec![TimeRule::weekday(Weekday::Friday)], ..person() };
    let change = changed(&known, &times(map(&[friday]), none(), none()), false);
    assert_eq!((change.person, change.added.len()), (known, 0));
}

#[test]
fn can_come_is_an_exception_if_the_scenario_says_otherwise() {
    let friday = TimeRule::on(day("2026-10-09"));
    let known = Participant { unavailable: vec![TimeRule::weekday(Weekday::Friday)], ..person() };
    let change = changed(&known, &times(none(), none(), map(&[friday])), false);
    assert_eq!(change.person.also, [friday]);
    assert_eq!(change.notes, ["The scenario says otherwise on Oct 9, 2026. This person can also come then."]);
    let change = changed(&person(), &times(none(), none(), map(&[friday])), false);
    assert_eq!(change.person, person(), "who can always come needs no exception");
}

#[test]
fn exceptions_of_the_scenario_stay_unless_they_are_replaced() {
    let friday = TimeRule::on(day("2026-10-09"));
    let known = Participant { also: vec![TimeRule::weekday(Weekday::Friday)], ..person() };
    let cannot = times(map(&[friday]), none(), none());
    let change = changed(&known, &cannot, false);
    assert_eq!(change.person, known);
    assert!(change.notes[0].contains("unless you replace"), "{:?}", change.notes);
    let change = changed(&known, &cannot, true);
    let weekly = TimeRule::weekday(Weekday::Friday);
    let parts =
        [TimeRule { to: Some(day("2026-10-08")), ..weekly }, TimeRule { from: Some(day("2026-10-10")), ..weekly }];
    assert_eq!(change.person.also, parts);
    assert_eq!(change.person.unavailable, [friday]);
}

#[test]
fn too_many_times_are_refused() {
    // Every day has other hours.
    let days = day("2026-09-08").to_chrono().iter_days().take(500).map(|day| Date::try_from(day).unwrap());
    let mut cannot = SlotMap::default();
    for (index, day) in days.enumerate() {
        let from = u16::try_from(index * 7 % 60).unwrap() * 15;
        cannot.add(day, slots::bits(Hours::new(from, from + 15 * (1 + u16::try_from(index % 13).unwrap())).ok()));
    }
    let change = changed(&person(), &times(cannot, none(), none()), false);
    assert_eq!(change.person, person());
    assert!(change.problem.unwrap().contains("a list can have 400; import fewer days"));
}

/// A rule of a scenario, with hours or without.
fn rule() -> impl Strategy<Value = TimeRule> {
    let hours = prop::option::of((0_u16..80, 1_u16..16));
    (0_u64..60, 0_u64..30, any::<bool>(), prop::collection::vec(0_usize..7, 0..3), 1_u8..4, hours).prop_map(
        |(from, length, open, weekdays, every, hours)| {
            let start = day("2026-09-01").to_chrono() + chrono::Days::new(from);
            let end = start + chrono::Days::new(length);
            let [from, to] = [start, end].map(|day| Date::try_from(day).unwrap());
            TimeRule {
                from: Some(from),
                to: (!open).then_some(to),
                weekdays: weekdays.into_iter().map(|index| Weekday::ALL[index]).collect(),
                every,
                week: None,
                hours: hours.and_then(|(from, length)| Hours::new(from * 15, (from + length) * 15).ok()),
                session: None,
            }
        },
    )
}

fn rules() -> impl Strategy<Value = Vec<TimeRule>> {
    prop::collection::vec(rule(), 0..4)
}

/// Returns rules that end, for the times of a file.
fn ended(rules: Vec<TimeRule>) -> SlotMap {
    let last = day("2026-11-30");
    map(&rules.into_iter().map(|rule| TimeRule { to: Some(rule.to.unwrap_or(last)), ..rule }).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn second_import_changes_nothing(
        also in rules(), unavailable in rules(), if_need_be in rules(), available in rules(),
        cannot in rules(), maybe in rules(), can in rules(), replace in any::<bool>(),
    ) {
        let known = Participant { also, unavailable, if_need_be, available, ..person() };
        let times = times(ended(cannot), ended(maybe), ended(can));
        let once = changed(&known, &times, replace);
        let twice = changed(&once.person, &times, replace);
        prop_assert_eq!(&twice.person, &once.person);
        prop_assert!(twice.added.is_empty());
    }

    #[test]
    fn replaced_times_are_those_of_the_file_and_others_stay(
        also in rules(), unavailable in rules(), if_need_be in rules(),
        cannot in rules(), maybe in rules(), can in rules(),
    ) {
        let known = Participant { also, unavailable, if_need_be, ..person() };
        let times = times(ended(cannot), ended(maybe), ended(can));
        let change = changed(&known, &times, true);
        let days = map(&[TimeRule::between(day("2026-08-01"), day("2027-03-31"))]);
        let [before, after] = [&known, &change.person].map(|person| State::new(&Availability::from(person), &days));
        let others = days.minus(&times.slots.all());
        prop_assert_eq!(times.slots.cannot.minus(&after.cannot), none());
        prop_assert_eq!(times.slots.if_need_be.minus(&after.if_need_be), none());
        prop_assert_eq!(times.slots.can.minus(&after.can), none());
        prop_assert_eq!(others.and(&before.cannot), others.and(&after.cannot));
        prop_assert_eq!(others.and(&before.if_need_be), others.and(&after.if_need_be));
    }
}
