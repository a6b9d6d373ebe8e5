use super::*;
use crate::rules;
use ibbi_sim::{EXAMPLE, Weekdays};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn grid(first: &str, weeks: usize, skips: &[usize], bands: &[Hours]) -> PollGrid {
    let days = day(first).to_chrono().iter_days().take(7 * weeks).filter_map(|day| Date::try_from(day).ok());
    let days = days.enumerate().filter(|(index, _)| !skips.contains(&(index % 7))).map(|(_, day)| day);
    PollGrid { days: days.collect(), bands: bands.to_vec() }
}

/// Returns whether a quarter of an hour is in a list.
fn has(rules: &[TimeRule], day: Date, minute: u16, group: SessionGroup) -> bool {
    let at = |hours: Hours| hours.from() <= minute && minute < hours.to();
    rules.iter().any(|rule| rule.is_for(group) && rule.covers(day) && rule.hours.is_none_or(at))
}

/// Returns whether a person can come, by the lists.
fn state(person: &Participant, day: Date, minute: u16, group: SessionGroup) -> PollMark {
    let in_list = |list: &[TimeRule]| has(list, day, minute, group);
    let restricted = person.available.iter().any(|rule| rule.is_for(group));
    if in_list(&person.also) {
        PollMark::Can
    } else if in_list(&person.unavailable) {
        PollMark::Cannot
    } else if in_list(&person.if_need_be) {
        PollMark::IfNeedBe
    } else if restricted && !in_list(&person.available) {
        PollMark::Cannot
    } else {
        PollMark::Can
    }
}

const BANDS: [Hours; 3] = [Hours::MORNING, Hours::AFTERNOON, Hours::EVENING];

#[test]
fn rules_have_exactly_the_marked_times() {
    let mut random = Random(7);
    let choices = [None, Some(PollMark::Can), Some(PollMark::IfNeedBe), Some(PollMark::Cannot)];
    for round in 0..60 {
        let grid = grid(["2026-11-02", "2026-11-05", "2026-12-27"][round % 3], 1 + round % 8, &[2, 3], &BANDS);
        // Some answers are weekly patterns with exceptions, and some are noise.
        let pattern: Vec<_> = (0..21).map(|_| choices[random.below(4) as usize]).collect();
        let marks: Vec<_> = (0..grid.cells())
            .map(|cell| {
                let weekday = Weekday::from_date(grid.days[cell / 3]) as usize;
                if random.below(1 + round as u64) > 8 {
                    choices[random.below(4) as usize]
                } else {
                    pattern[3 * weekday + cell % 3]
                }
            })
            .collect();
        let found = rules(&grid, &marks);
        for (list, mark) in
            [(found.can, PollMark::Can), (found.if_need_be, PollMark::IfNeedBe), (found.cannot, PollMark::Cannot)]
        {
            for after in -14..70 {
                let day = later(grid.days[0], after).unwrap();
                for minute in (0..DAY).step_by(15) {
                    let index = grid.days.binary_search(&day).ok();
                    let band = BANDS.iter().position(|band| band.from() <= minute && minute < band.to());
                    let marked = index.zip(band).is_some_and(|(index, band)| marks[3 * index + band] == Some(mark));
                    assert_eq!(
                        has(&list, day, minute, SessionGroup::Training),
                        marked,
                        "round {round}, {day} {minute}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_worst_answer_fits_into_a_scenario() {
    let bands: Vec<Hours> = (0..6).map(|band| Hours::new(480 + 60 * band, 540 + 60 * band).unwrap()).collect();
    let grid = grid("2026-11-04", 26, &[], &bands);
    assert_eq!((grid.cells(), grid.check().is_ok()), (26 * 7 * 6, true));
    let mut random = Random(3);
    for kind in 0..4 {
        let marks: Vec<_> = (0..grid.cells())
            .map(|cell| {
                let chosen = match kind {
                    0 => cell % 2 == 0,
                    1 => (cell / 6 + cell) % 2 == 0,
                    2 => random.below(2) == 0,
                    _ => (cell / 42) % 2 == (cell % 6) % 2,
                };
                Some(if chosen { PollMark::Cannot } else { PollMark::IfNeedBe })
            })
            .collect();
        let found = rules(&grid, &marks);
        assert!(found.cannot.len() <= 162 && found.if_need_be.len() <= 162, "{kind}: {}", found.cannot.len());
    }
}

#[test]
fn weekly_answer_is_a_rule_for_each_hours() {
    let grid = grid("2026-11-04", 6, &[3, 4], &BANDS);
    let thursday = |cell: usize| Weekday::from_date(grid.days[cell / 3]) == Weekday::Thursday;
    let marks: Vec<_> =
        (0..grid.cells()).map(|cell| (thursday(cell) && cell % 3 < 2).then_some(PollMark::Cannot)).collect();
    let expected = TimeRule {
        weekdays: Weekdays::of(Weekday::Thursday),
        hours: Some(Hours::WORKING),
        ..TimeRule::between(day("2026-11-05"), day("2026-12-10"))
    };
    assert_eq!(rules(&grid, &marks).cannot, [expected]);
}

#[test]
fn marks_count_before_every_list_and_other_times_stay() {
    let mut random = Random(11);
    let grid = grid("2026-11-04", 3, &[3, 4], &BANDS[..2]);
    let choices = [PollMark::Can, PollMark::IfNeedBe, PollMark::Cannot];
    let weekdays =
        |random: &mut Random| Weekday::ALL.into_iter().filter(|_| random.below(3) == 0).collect::<Weekdays>();
    for round in 0..40 {
        let mut person = Scenario::parse(EXAMPLE).unwrap().people[0].clone();
        let mut list = |most: u64| -> Vec<TimeRule> {
            (0..random.below(most))
                .map(|_| {
                    let from = later(day("2026-10-12"), random.below(60) as i64);
                    let to =
                        from.and_then(|from| later(from, random.below(50) as i64)).filter(|_| random.below(2) == 0);
                    TimeRule {
                        from,
                        to,
                        weekdays: weekdays(&mut random),
                        every: 1 + random.below(3) as u8,
                        week: None,
                        hours: [None, Some(Hours::MORNING), Hours::new(600, 840).ok()][random.below(3) as usize],
                        session: [None, Some(SessionGroup::Training)][random.below(2) as usize],
                    }
                })
                .collect()
        };
        (person.also, person.unavailable, person.if_need_be, person.available) = (list(3), list(3), list(3), list(2));
        let before = person.clone();
        let marks: Vec<_> = (0..grid.cells()).map(|_| Some(choices[random.below(3) as usize])).collect();
        let answer = PollAnswer { marks, note: String::new(), at: ibbi_core::At::from_millis(0).unwrap() };
        apply(&mut person, &grid, &answer);
        for after in -21..70 {
            let day = later(grid.days[0], after).unwrap();
            for (minute, group) in
                (0..DAY).step_by(60).flat_map(|minute| SessionGroup::ALL.map(|group| (minute, group)))
            {
                let index = grid.days.binary_search(&day).ok();
                let band = grid.bands.iter().position(|band| band.from() <= minute && minute < band.to());
                let expected = match index.zip(band) {
                    Some((index, band)) => answer.mark(2 * index + band),
                    None => state(&before, day, minute, group),
                };
                assert_eq!(state(&person, day, minute, group), expected, "round {round}, {day} {minute} {group:?}");
            }
        }
    }
}
