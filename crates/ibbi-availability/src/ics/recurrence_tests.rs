use super::*;
use crate::ics::stamp::Until;
use proptest::prelude::*;

fn time(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

/// Returns the times of a rule in a range.
fn found(rule: &Rule, start: &str, from: &str, to: &str) -> Result<Vec<NaiveDateTime>, Exhausted> {
    let mut times = Vec::new();
    visit_times(rule, time(start), (time(from), time(to)), &mut Budget::new(), &mut |found| {
        let goes_on = !matches!(rule.until, Some(Until::Utc(last)) if found > last);
        if goes_on {
            times.push(found);
        }
        goes_on
    })?;
    Ok(times)
}

fn days(rule: &str, start: &str, from: &str, to: &str) -> Vec<String> {
    let times = found(&Rule::read(rule).unwrap(), start, from, to).unwrap();
    times.iter().map(|time| time.format("%m-%d").to_string()).collect()
}

#[test]
fn rules_have_the_days_of_the_standard() {
    let (start, year, end) = ("20260105T090000", "20260101T000000", "20261231T235959");
    for (rule, expected) in [
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", vec!["01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", vec!["01-30", "02-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", vec!["01-31", "03-31", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", vec!["02-13", "03-13", "11-13"]),
        ("FREQ=YEARLY;BYDAY=20MO", vec!["05-18"]),
        // The parts that are missing are those of the start, a Monday.
        ("FREQ=YEARLY;BYWEEKNO=20", vec!["05-11"]),
        ("FREQ=YEARLY;BYMONTH=11", vec!["11-05"]),
        ("FREQ=YEARLY;BYYEARDAY=-1,60", vec!["03-01", "12-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", vec![]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4", vec!["01-05", "01-18", "01-19", "02-01"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;COUNT=4", vec!["01-05", "01-11", "01-19", "01-25"]),
    ] {
        assert_eq!(days(rule, start, year, end), expected, "{rule}");
    }
}

#[test]
fn searches_start_near_the_range() {
    // From the year 1, each of these has millions of times before the range.
    for rule in [
        "FREQ=DAILY",
        "FREQ=HOURLY;BYHOUR=9",
        "FREQ=MINUTELY;BYHOUR=9;BYMINUTE=0",
        "FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
    ] {
        assert_eq!(days(rule, "00010101T090000", "20261005T000000", "20261006T235959"), ["10-05", "10-06"], "{rule}");
    }
}

#[test]
fn work_is_bounded() {
    let all = |most: u32| (0..most).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let every = format!("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={};BYMINUTE={1};BYSECOND={1}", all(24), all(60));
    for rule in ["FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=4000000000", &every] {
        let rule = Rule::read(rule).unwrap();
        assert_eq!(found(&rule, "20200101T000000", "20260101T000000", "20301231T235959"), Err(Exhausted::Event));
    }
    // Rules without any time end at the end of the range.
    for rule in [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
    ] {
        let rule = Rule::read(rule).unwrap();
        assert_eq!(found(&rule, "20200101T000000", "20260101T000000", "20301231T235959"), Ok(vec![]));
    }
}

/// Returns rules that the crate `rrule` expands without trouble.
fn any_rule() -> impl Strategy<Value = String> {
    let day_parts = prop_oneof![
        Just(("DAILY", String::new())),
        Just(("DAILY", ";BYDAY=MO,WE,SA".to_owned())),
        Just(("DAILY", ";BYMONTH=3,10,12".to_owned())),
        (0_usize..3).prop_map(|at| ("WEEKLY", [";BYDAY=TU", ";BYDAY=SU,FR,MO", ""][at].to_owned())),
        (-4_i8..=5).prop_filter("not 0", |n| *n != 0).prop_map(|n| ("MONTHLY", format!(";BYDAY={n}TH"))),
        (-31_i8..=31).prop_filter("not 0", |n| *n != 0).prop_map(|n| ("MONTHLY", format!(";BYMONTHDAY={n},15"))),
        (-3_i8..=3)
            .prop_filter("not 0", |n| *n != 0)
            .prop_map(|n| ("MONTHLY", format!(";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={n}"))),
        (-366_i16..=366).prop_filter("not 0", |n| *n != 0).prop_map(|n| ("YEARLY", format!(";BYYEARDAY={n},100"))),
        (-52_i8..=52).prop_filter("not 0", |n| *n != 0).prop_map(|n| ("YEARLY", format!(";BYWEEKNO={n};BYDAY=TU,SU"))),
        (1_u8..=12).prop_map(|n| ("YEARLY", format!(";BYMONTH={n};BYDAY=-1MO,2FR"))),
    ];
    let end = prop_oneof![Just(String::new()), (1_u16..60).prop_map(|n| format!(";COUNT={n}"))];
    (day_parts, 1_u8..4, end, 0_usize..3).prop_map(|((frequency, parts), interval, end, week_start)| {
        format!("FREQ={frequency};INTERVAL={interval}{parts}{end};WKST={}", ["MO", "SU", "WE"][week_start])
    })
}

proptest! {
    /// The crate `rrule` finds the same times.
    #[test]
    fn times_match_the_crate_rrule(text in any_rule(), day in 0_u64..1_000) {
        let start = time("20240101T093000") + Days::new(day);
        let range = (time("20250601T000000"), time("20261231T235959"));
        let rule = Rule::read(&text).unwrap();
        let mut ours = Vec::new();
        visit_times(&rule, start, range, &mut Budget::new(), &mut |time| { ours.push(time); true }).unwrap();
        let zoned = start.and_utc().with_timezone(&rrule::Tz::UTC);
        let set = text.parse::<RRule<rrule::Unvalidated>>().unwrap().build(zoned).unwrap();
        let theirs: Vec<_> = set.into_iter().map(|time| time.naive_utc())
            .take_while(|time| *time <= range.1).filter(|time| *time >= range.0).collect();
        prop_assert_eq!(ours, theirs, "{} from {}", text, start);
    }
}

use rrule::RRule;
