use super::*;

fn time(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

#[test]
fn names_lead_to_the_zone_that_is_meant() {
    for (id, location, expected) in [
        ("America/New_York", None, Some("America/New_York")),
        ("america/new_york", None, Some("America/New_York")),
        ("US/Eastern", None, Some("US/Eastern")),
        ("/freeassociation.sourceforge.net/America/New_York", None, Some("America/New_York")),
        ("/mozilla.org/20050126_1/America/Indiana/Indianapolis", None, Some("America/Indiana/Indianapolis")),
        ("Eastern Standard Time", None, Some("America/New_York")),
        ("(UTC-05:00) Eastern Time", None, Some("America/New_York")),
        ("(UTC-05:00) Eastern Time (US & Canada)", None, Some("America/New_York")),
        ("(GMT-07.00) Arizona", None, Some("America/Phoenix")),
        ("(UTC-05:00) Indiana (East)", None, Some("America/Indianapolis")),
        ("Customized Time Zone", None, None),
        ("My Zone", Some("America/Chicago"), Some("America/Chicago")),
        ("EST", None, None),
        ("EST", Some("America/New_York"), Some("America/New_York")),
        ("UTC", None, Some("UTC")),
    ] {
        assert_eq!(by_name(id, location).map(Tz::name), expected, "{id}");
    }
}

#[test]
fn unclear_zones_have_a_hint() {
    let names = ["EST", "Customized Time Zone", "America/NewYork"].map(str::to_owned).to_vec();
    let mut zones = Zones::new(names, Vec::new(), Tz::UTC, NaiveDate::default());
    let mut error = |id| zones.clock(ZoneId(id), &mut Budget::new()).expect_err("the zone is not clear");
    assert!(error(0).contains("America/New_York"), "{}", error(0));
    assert!(error(1).contains("not known"), "{}", error(1));
    assert!(error(2).contains("America/New_York"), "{}", error(2));
}

#[test]
fn skipped_and_repeated_times_follow_the_standard() {
    let definition = Definition {
        id: "Customized Time Zone".to_owned(),
        location: None,
        observances: [
            ("1601-01-01 02:00", -4, -5, "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
            ("1601-01-01 02:00", -5, -4, "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
        ]
        .map(|(start, from, to, rule)| Observance {
            start: Some(time(start)),
            from: Some(from * 3_600),
            to: Some(to * 3_600),
            rule: Some(Rule::read(rule).unwrap()),
            dates: Vec::new(),
        })
        .into(),
    };
    let until = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    let own = Clock::Own(Changes::new(&definition, until, &mut Budget::new()).unwrap().expect("it has offsets"));
    let zone = Clock::Zone(Tz::America__New_York);
    // 2:30 AM doesn't exist on March 8, and 1:30 AM is there twice on November 1.
    for (local, utc) in [
        ("2026-01-15 12:00", "2026-01-15 17:00"),
        ("2026-03-08 01:59", "2026-03-08 06:59"),
        ("2026-03-08 02:30", "2026-03-08 07:30"),
        ("2026-03-08 03:00", "2026-03-08 07:00"),
        ("2026-07-15 12:00", "2026-07-15 16:00"),
        ("2026-11-01 01:30", "2026-11-01 05:30"),
        ("2026-11-01 02:00", "2026-11-01 07:00"),
        ("2026-12-01 12:00", "2026-12-01 17:00"),
    ] {
        for clock in [&own, &zone] {
            assert_eq!(clock.instant(time(local)), time(utc).and_utc().timestamp(), "{local} {clock:?}");
        }
    }
}

#[test]
fn offsets_are_read() {
    for (text, seconds) in [
        ("-0500", Some(-18_000)),
        ("+053000", Some(19_800)),
        ("0500", None),
        ("-05:00", None),
        ("+9900", None),
        ("+", None),
    ] {
        assert_eq!(offset(text), seconds, "{text}");
    }
}
