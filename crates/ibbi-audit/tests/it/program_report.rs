//! Program reports: the years add up, whatever the cases are.

use ibbi_audit::{ProgramReport, ProgramReportBuilder};
use ibbi_common::fiscal::FiscalYears;
use ibbi_common::zone::Zone;
use ibbi_core::{At, EventKind, History, Outcome};
use ibbi_sim::{Chance, EXAMPLE, Scenario, Simulator};
use uuid::Uuid;

/// The years that the simulated cases are in.
const YEARS: std::ops::RangeInclusive<i32> = 2026..=2030;

/// Returns cases that begin in two fiscal years, in two districts, with different ends.
fn cases() -> Vec<(Uuid, History)> {
    let mut cases = Vec::new();
    for (number, start) in (0..).zip(["2026-05-04", "2026-09-08", "2027-06-21"]) {
        let text = EXAMPLE.replacen("start = 2026-09-08", &format!("start = {start}"), 1);
        assert!(text.contains(start), "the sample has its start");
        let mut scenario = Scenario::parse(&text).unwrap();
        scenario.district = ibbi_core::Name::new(["Maple Hollow", "Birch Valley"][number % 2]).unwrap();
        scenario.contract_expires = None;
        scenario.assumptions.set_chance(Chance::SessionCutShort, 0.3);
        let simulator = Simulator::new(&scenario);
        for run in 0..ibbi_testing::samples(30) as u64 {
            let mut history = History::new();
            let mut seq = 1;
            simulator
                .run(4, run, |at, event, _| {
                    seq += 1;
                    history.offer(seq, at, event.clone()).expect("the model's events are allowed");
                })
                .unwrap();
            cases.push((Uuid::from_u128(number as u128 * 1000 + u128::from(run)), history));
        }
    }
    cases
}

fn report(cases: &[(Uuid, History)], year: i32, as_of: At) -> ProgramReport {
    let mut builder = ProgramReportBuilder::new(FiscalYears::default(), year, as_of).unwrap();
    cases.iter().for_each(|(id, history)| builder.add(*id, history));
    builder.finish()
}

#[test]
fn years_add_up_to_all_events() {
    let cases = cases();
    let years: Vec<ProgramReport> = YEARS.map(|year| report(&cases, year, At::MAX)).collect();
    let sum = |pick: fn(&ProgramReport) -> u64| years.iter().map(pick).sum::<u64>();
    let events = |kind: EventKind| {
        let all = cases.iter().flat_map(|(_, history)| history.entries());
        all.filter(|entry| entry.event.kind() == kind).count() as u64
    };
    assert_eq!(sum(|year| year.summary.opened), cases.len() as u64);
    assert_eq!(sum(|year| year.summary.meetings), events(EventKind::MeetingHeld));
    assert_eq!(sum(|year| year.summary.postponed), events(EventKind::SessionPostponed));
    assert_eq!(sum(|year| year.summary.sessions()), events(EventKind::SessionOpened));
    let ended = |outcome| cases.iter().filter(|(_, history)| history.case().outcome() == Some(outcome)).count() as u64;
    assert_eq!(sum(|year| year.summary.completed), ended(Outcome::Completed));
    assert_eq!(sum(|year| year.summary.ended_not_adopted), ended(Outcome::NotAdopted));
    assert_eq!(sum(|year| year.summary.withdrawn), ended(Outcome::Withdrawn));
    assert_eq!(sum(|year| year.summary.decided - year.summary.adopted), ended(Outcome::NotAdopted));
    assert!(sum(|year| year.summary.completed) > 10 && sum(|year| year.summary.withdrawn) > 1);
    for pair in years.windows(2) {
        let [before, after] = [&pair[0].summary, &pair[1].summary];
        assert_eq!(before.open_at_end, after.open_at_start, "a case that is open at the end is open at the start");
        assert_eq!(after.open_at_start + after.opened - after.closed, after.open_at_end);
    }
    assert!(years[0].summary.open_at_end > 5, "cases go on over the end of a year");
}

#[test]
fn tables_add_up_to_the_summary() {
    let cases = cases();
    for year in YEARS {
        let report = report(&cases, year, At::MAX);
        let summary = &report.summary;
        assert_eq!(report.districts.len() as u64, summary.districts);
        for (of_districts, of_cases, whole) in [
            (
                report.districts.iter().map(|row| row.sessions).sum::<u64>(),
                report.cases.iter().map(|row| row.training_sessions + row.facilitation_sessions).sum::<u64>(),
                summary.sessions(),
            ),
            (
                report.districts.iter().map(|row| row.minutes).sum(),
                report.cases.iter().map(|row| row.minutes).sum(),
                summary.minutes(),
            ),
        ] {
            assert_eq!((of_districts, of_cases), (whole, whole), "{year}");
        }
        assert_eq!(report.districts.iter().map(|row| row.opened).sum::<u64>(), summary.opened);
        // Each session of these cases has one neutral.
        assert_eq!(report.neutrals.iter().map(|row| row.led).sum::<u64>(), summary.sessions());
        assert_eq!(report.neutrals.iter().map(|row| row.minutes).sum::<u64>(), summary.minutes());
        assert_eq!(
            report.cases.iter().filter(|row| row.first_session.is_some()).count() as u64,
            summary.first_sessions
        );
    }
}

#[test]
fn report_of_a_year_so_far_has_only_the_events_until_then() {
    let cases = cases();
    let mut seen = Vec::new();
    for day in ["2026-10-01T12:00:00.000Z", "2027-01-15T12:00:00.000Z", "2027-06-30T12:00:00.000Z"] {
        let as_of: At = day.parse().unwrap();
        let report = report(&cases, 2027, as_of);
        assert!(!report.is_complete);
        let (first, last) = (report.first_day, report.last_day);
        let zone = Zone::default();
        let sessions = cases.iter().flat_map(|(_, history)| history.entries()).filter(|entry| {
            let ended = matches!(entry.event.kind(), EventKind::SessionClosed | EventKind::SessionAdjourned);
            let day = zone.date(entry.at);
            ended && entry.at <= as_of && first <= day && day <= last
        });
        assert_eq!(report.summary.sessions(), sessions.count() as u64, "{day}");
        seen.push(report.summary.sessions());
    }
    assert!(seen.is_sorted() && seen[0] < seen[2], "{seen:?}");
    assert!(report(&cases, 2027, "2027-07-02T12:00:00.000Z".parse().unwrap()).is_complete);
}
