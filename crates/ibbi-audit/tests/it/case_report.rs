//! Reports on one case: what they show, and that they agree with the core.

use crate::support::walk::{GeneratedRecord, case_id, ledger, walk};
use crate::support::{GOLDEN, Lines, golden};
use ibbi_audit::{CaseQuery, CaseReport, CaseUntil, LedgerSource, WaitingFor, case_report};
use ibbi_core::{Case, Event, Found, History, Party, Rule, Stage, Topic};
use std::collections::BTreeSet;

fn report_on(bytes: &[u8], query: &CaseQuery) -> CaseReport {
    case_report(LedgerSource::bytes(bytes), query).expect("memory can be read").expect("the ledger has the case")
}

/// Returns a query for the first case of a ledger.
fn first_case(bytes: &[u8]) -> CaseQuery {
    CaseQuery::new(Lines::of(bytes).json(2)["case"].as_str().expect("a case").parse().expect("a UUID"))
}

fn to_text(report: &CaseReport) -> String {
    let mut text = format!("{} as of {}: {}\n", report.district.as_ref().expect("opened"), report.as_of, report.stage);
    for record in &report.records {
        let mark = if record.voided_by.is_some() {
            "voided"
        } else if record.accepted {
            "ok"
        } else {
            "refused"
        };
        text.push_str(&format!("  #{} {} {} {} {mark}\n", record.seq, record.at, record.event.kind(), record.stage));
    }
    for actor in &report.actors {
        text.push_str(&format!("by {}: {} records, {} to {}\n", actor.actor, actor.records, actor.first, actor.last));
    }
    for stage_time in &report.stages {
        text.push_str(&format!(
            "in {} from {} for {} minutes\n",
            stage_time.stage, stage_time.entered, stage_time.minutes
        ));
    }
    for row in &report.waiting {
        text.push_str(&format!("waited for {}: {} minutes, alone {}\n", row.who.label(), row.minutes, row.alone));
    }
    for milestone in &report.milestones {
        text.push_str(&format!("{} by #{} {}\n", milestone.stage, milestone.seq, milestone.event));
        milestone
            .requirements
            .iter()
            .for_each(|requirement| text.push_str(&format!("  {}: {}\n", requirement.rule, requirement.text)));
    }
    for unmet in &report.lacking {
        text.push_str(&format!("lacks {unmet}\n"));
    }
    text
}

#[test]
fn a_report_shows_records_milestones_and_waiting() {
    insta::assert_snapshot!(
        "two-half-days",
        to_text(&report_on(&golden("completed-two-half-days"), &first_case(&golden("completed-two-half-days"))))
    );
    let corrected = golden("corrections-and-three-cases");
    insta::assert_snapshot!("with-a-correction", to_text(&report_on(&corrected, &first_case(&corrected))));
    let day = "2025-09-25T12:00:00.000Z".parse().expect("a time");
    let query = CaseQuery { until: CaseUntil::At(day), ..first_case(&golden("completed-full-day")) };
    insta::assert_snapshot!("full-day-in-september", to_text(&report_on(&golden("completed-full-day"), &query)));
}

#[test]
fn a_ledger_without_the_case_has_no_report() {
    let query = CaseQuery::new(case_id(77));
    assert_eq!(case_report(LedgerSource::bytes(&golden("referred")), &query).expect("read"), None);
    assert_eq!(case_report(LedgerSource::bytes(b"no ledger\n"), &query).expect("read"), None);
}

/// Returns the history of some generated records.
fn history<'a>(records: impl Iterator<Item = (u64, &'a GeneratedRecord)>) -> History {
    let mut history = History::new();
    for (seq, record) in records {
        history.offer(seq, record.at, record.event.clone()).expect("it was legal");
    }
    history
}

fn numbered(records: &[GeneratedRecord], case: usize) -> impl Iterator<Item = (u64, &GeneratedRecord)> {
    (2..).zip(records).filter(move |(_, record)| record.case == case)
}

#[test]
fn the_state_up_to_a_number_replays_the_records_up_to_it() {
    for seed in 0..12 {
        let records = walk(seed, 2, 90);
        let bytes = ledger(&records).bytes();
        for (seq, _) in numbered(&records, 0) {
            let report = report_on(&bytes, &CaseQuery { until: CaseUntil::Seq(seq), ..CaseQuery::new(case_id(0)) });
            let expected = history(numbered(&records, 0).filter(|(number, _)| *number <= seq));
            assert_eq!(&report.state, expected.case(), "seed {seed}, up to {seq}");
            assert_eq!(report.records.len() + usize::try_from(report.later).unwrap(), numbered(&records, 0).count());
        }
    }
}

#[test]
fn the_state_at_an_instant_applies_later_corrections() {
    for seed in 20..32 {
        let records = walk(seed, 2, 90);
        let bytes = ledger(&records).bytes();
        let whole = history(numbered(&records, 0));
        for (_, GeneratedRecord { at, .. }) in numbered(&records, 0) {
            let report = report_on(&bytes, &CaseQuery { until: CaseUntil::At(*at), ..CaseQuery::new(case_id(0)) });
            let mut expected = Case::default();
            for entry in whole.entries().iter().filter(|entry| entry.counts() && entry.at <= *at) {
                expected.offer(&entry.event, entry.at).expect("what was accepted replays");
            }
            assert_eq!(report.state, expected, "seed {seed}, at {at}");
            assert_eq!(report.as_of, *at);
        }
    }
}

#[test]
fn the_state_recorded_by_an_instant_ignores_later_lines() {
    let corrected = golden("corrections-and-three-cases");
    let query = first_case(&corrected);
    // The correction of the mistyped decision was recorded on October 13, three days after the decision.
    let between: ibbi_core::At = "2025-10-12T00:00:00.000Z".parse().expect("a time");
    let believed = report_on(&corrected, &CaseQuery { until: CaseUntil::Logged(between), ..query.clone() });
    let known_now = report_on(&corrected, &CaseQuery { until: CaseUntil::At(between), ..query });
    assert_eq!(believed.outcome, Some(ibbi_core::Outcome::NotAdopted));
    assert_eq!((known_now.outcome, known_now.stage), (None, Stage::Caucus));
}

/// Requirements for which every named event is necessary. A caucus can open twice, and a topic can be covered twice.
const NEEDED: &[Rule] = &[
    Rule::LeadersAgreed,
    Rule::IbbiChosen,
    Rule::ThreeConfirmations,
    Rule::AllPledged,
    Rule::ApplicationAccepted,
    Rule::BothAdopted,
    Rule::ConcernsSettled,
    Rule::FormatChosen,
];

#[test]
fn every_named_event_was_needed_to_enter_the_stage() {
    let (mut named, mut needed) = (0, BTreeSet::new());
    for seed in 40..160 {
        let records = walk(seed, 1, 200);
        let bytes = ledger(&records).bytes();
        let report = report_on(&bytes, &CaseQuery::new(case_id(0)));
        let whole = history(numbered(&records, 0));
        let counted: Vec<_> = whole.entries().iter().filter(|entry| entry.counts()).collect();
        for milestone in report.milestones.iter().filter(|milestone| milestone.stage != Stage::Closed) {
            for requirement in &milestone.requirements {
                for settled in &requirement.settled {
                    let entry = counted.iter().find(|entry| entry.seq == settled.seq).expect("it counts");
                    assert_eq!((entry.event.kind(), entry.at), (settled.event, settled.at));
                    assert!(settled.seq <= milestone.seq);
                    named += 1;
                    // Without the event that raised it, a concern needs no answer.
                    let raised = matches!(entry.event, Event::ConcernRaised(_));
                    if !NEEDED.contains(&requirement.rule) || raised {
                        continue;
                    }
                    let mut case = Case::default();
                    for other in counted.iter().filter(|other| other.seq != settled.seq && other.seq <= milestone.seq) {
                        // Events that depend on the missing one are refused, as they should be.
                        let _ = case.offer(&other.event, other.at);
                    }
                    assert!(case.stage() < milestone.stage, "seed {seed}: #{} for {}", settled.seq, requirement.rule);
                    needed.insert(requirement.rule);
                }
            }
        }
    }
    println!("{named} events named; those for {} rules were all needed", needed.len());
    assert_eq!(needed.len(), NEEDED.len(), "{needed:?}");
}

/// Computes what a case waits for from what the core says it lacks.
fn waiting_for(case: &Case, at: ibbi_core::At) -> BTreeSet<WaitingFor> {
    let mut set = BTreeSet::new();
    let lacks = case.lacks(at);
    for unmet in &lacks {
        match &unmet.found {
            Found::SeatsOpen { seats } => set.extend(seats.iter().map(|seat| match seat.code() {
                "superintendent" => WaitingFor::Superintendent,
                "union_president" => WaitingFor::UnionPresident,
                _ => WaitingFor::SchoolCommitteeSeat,
            })),
            Found::LettersMissing { bodies } => set.extend(bodies.iter().map(|body| match body.code() {
                "teachers_organization" => WaitingFor::TeachersOrganization,
                "administration" => WaitingFor::Administration,
                _ => WaitingFor::SchoolCommittee,
            })),
            Found::TeamsEmpty { parties } => set.extend(parties.iter().map(|party| party_waiting(*party))),
            Found::PledgesMissing { members } => {
                let party = |id| case.teams().and_then(|teams| teams.party_of(id)).expect("a member");
                set.extend(members.iter().map(|person| party_waiting(party(person.id))));
            }
            Found::Decisions { labor, management } => {
                let open = [(Party::Labor, labor), (Party::Management, management)];
                set.extend(
                    open.iter().filter(|(_, decision)| decision.is_none()).map(|(party, _)| party_waiting(*party)),
                );
            }
            Found::NoFormat => set.extend(Party::ALL.iter().map(|party| party_waiting(*party))),
            _ => {}
        }
    }
    let rule = |rule| lacks.iter().any(|unmet| unmet.rule == rule);
    let booked = |set: bool| if set { WaitingFor::Calendar } else { WaitingFor::Program };
    match case {
        Case::Introduction(state) => {
            let topics = Topic::ALL.iter().all(|topic| state.introduced().topics().contains(*topic));
            assert_eq!(topics, !rule(Rule::TopicsCovered));
            set.insert(if topics { WaitingFor::District } else { booked(state.scheduled().is_some()) });
        }
        // Only the acceptance is missing, and the program gives it.
        Case::Application(_) if lacks.len() == 1 => drop(set.insert(WaitingFor::Program)),
        Case::Training(_) | Case::Facilitation(_) => {
            let sessions = case.sessions().expect("hours");
            set.insert(booked(sessions.open().is_some() || sessions.bookings().next().is_some()));
        }
        Case::Caucus(state) => {
            let undecided = |party: &&Party| state.party(**party).decided.is_none();
            if Party::ALL.iter().filter(undecided).any(|party| state.open_concerns(*party).next().is_some()) {
                set.insert(WaitingFor::Program);
            }
        }
        _ => {}
    }
    set
}

const fn party_waiting(party: Party) -> WaitingFor {
    match party {
        Party::Labor => WaitingFor::Labor,
        Party::Management => WaitingFor::Management,
    }
}

#[test]
fn waiting_matches_what_the_core_says_is_lacking() {
    let mut seen = BTreeSet::new();
    for seed in 200..230 {
        let records = walk(seed, 1, 150);
        let bytes = ledger(&records).bytes();
        for (seq, GeneratedRecord { at, .. }) in numbered(&records, 0) {
            let report = report_on(&bytes, &CaseQuery { until: CaseUntil::Seq(seq), ..CaseQuery::new(case_id(0)) });
            let now: BTreeSet<WaitingFor> = report.waiting.iter().filter(|row| row.now).map(|row| row.who).collect();
            assert_eq!(now, waiting_for(&report.state, *at), "seed {seed}, after {seq}: {:?}", report.stage);
            assert_eq!(now.is_empty(), !report.stage.is_open(), "an open case waits for something");
            seen.extend(now);
        }
    }
    assert_eq!(seen.len(), WaitingFor::ALL.len(), "{seen:?}");
}

#[test]
fn waiting_covers_the_time_in_open_stages() {
    for name in GOLDEN {
        let bytes = golden(name);
        let report = report_on(&bytes, &first_case(&bytes));
        let lived: u64 = report.stages.iter().map(|stage_time| stage_time.minutes).sum();
        let alone: u64 = report.waiting.iter().map(|row| row.alone).sum();
        let waited: u64 = report.waiting.iter().map(|row| row.minutes).sum();
        assert!(alone <= lived + 8 && lived <= waited + 8, "{name}: {alone} {lived} {waited}");
        let records: u64 = report.actors.iter().map(|row| row.records).sum();
        assert_eq!(records, u64::try_from(report.records.len()).unwrap());
    }
}
