//! One case in depth: what it shows, and that it agrees with the core.

#[path = "support/mod.rs"]
mod support;

use ibbi_audit::{CaseQuery, CaseReport, Source, Until, Who, case_report};
use ibbi_core::{Case, Event, Found, History, Party, Rule, Stage, Topic};
use std::collections::BTreeSet;
use support::walk::{Said, case_id, ledger, walk};
use support::{GOLDEN, Lines, golden};

fn told(bytes: &[u8], query: &CaseQuery) -> CaseReport {
    case_report(Source::bytes(bytes), query).expect("memory can be read").expect("the ledger has the case")
}

/// The first case of a ledger.
fn first_case(bytes: &[u8]) -> CaseQuery {
    CaseQuery::of(Lines::of(bytes).json(2)["case"].as_str().expect("a case").parse().expect("a UUID"))
}

fn shown(report: &CaseReport) -> String {
    let mut text = format!("{} as of {}: {}\n", report.district.as_ref().expect("opened"), report.as_of, report.stage);
    for moment in &report.moments {
        let mark = if moment.voided_by.is_some() {
            "voided"
        } else if moment.accepted {
            "ok"
        } else {
            "refused"
        };
        text.push_str(&format!("  #{} {} {} {} {mark}\n", moment.seq, moment.at, moment.event.kind(), moment.stage));
    }
    for actor in &report.actors {
        text.push_str(&format!("by {}: {} records, {} to {}\n", actor.actor, actor.records, actor.first, actor.last));
    }
    for stay in &report.stays {
        text.push_str(&format!("in {} from {} for {} minutes\n", stay.stage, stay.entered, stay.minutes));
    }
    for row in &report.waiting {
        text.push_str(&format!("waited for {}: {} minutes, alone {}\n", row.who.label(), row.minutes, row.alone));
    }
    for entering in &report.road {
        text.push_str(&format!("{} by #{} {}\n", entering.stage, entering.seq, entering.event));
        entering.requirements.iter().for_each(|asked| text.push_str(&format!("  {}: {}\n", asked.rule, asked.text)));
    }
    for unmet in &report.lacking {
        text.push_str(&format!("lacks {unmet}\n"));
    }
    text
}

#[test]
fn a_case_is_told_with_its_timeline_its_road_and_what_it_waits_for() {
    insta::assert_snapshot!(
        "two-half-days",
        shown(&told(&golden("completed-two-half-days"), &first_case(&golden("completed-two-half-days"))))
    );
    let corrected = golden("corrections-and-three-cases");
    insta::assert_snapshot!("with-a-correction", shown(&told(&corrected, &first_case(&corrected))));
    let day = "2025-09-25T12:00:00.000Z".parse().expect("a time");
    let query = CaseQuery { until: Until::At(day), ..first_case(&golden("completed-full-day")) };
    insta::assert_snapshot!("full-day-in-september", shown(&told(&golden("completed-full-day"), &query)));
}

#[test]
fn a_ledger_without_the_case_has_nothing_to_tell() {
    let query = CaseQuery::of(case_id(77));
    assert_eq!(case_report(Source::bytes(&golden("referred")), &query).expect("read"), None);
    assert_eq!(case_report(Source::bytes(b"no ledger\n"), &query).expect("read"), None);
}

/// The history of one of the cases of a walk, by its first so many records.
fn history<'a>(said: impl Iterator<Item = (u64, &'a Said)>) -> History {
    let mut history = History::new();
    for (seq, said) in said {
        history.offer(seq, said.at, said.event.clone()).expect("it was legal");
    }
    history
}

fn numbered(said: &[Said], case: usize) -> impl Iterator<Item = (u64, &Said)> {
    (2..).zip(said).filter(move |(_, said)| said.case == case)
}

#[test]
fn the_state_at_a_number_is_what_the_records_up_to_it_make() {
    for seed in 0..12 {
        let said = walk(seed, 2, 90);
        let bytes = ledger(&said).bytes();
        for (seq, _) in numbered(&said, 0) {
            let report = told(&bytes, &CaseQuery { until: Until::Seq(seq), ..CaseQuery::of(case_id(0)) });
            let expected = history(numbered(&said, 0).filter(|(number, _)| *number <= seq));
            assert_eq!(&report.state, expected.case(), "seed {seed}, up to {seq}");
            assert_eq!(report.moments.len() + usize::try_from(report.later).unwrap(), numbered(&said, 0).count());
        }
    }
}

#[test]
fn the_state_at_an_instant_is_what_had_happened_as_it_is_known_now() {
    for seed in 20..32 {
        let said = walk(seed, 2, 90);
        let bytes = ledger(&said).bytes();
        let whole = history(numbered(&said, 0));
        for (_, Said { at, .. }) in numbered(&said, 0) {
            let report = told(&bytes, &CaseQuery { until: Until::At(*at), ..CaseQuery::of(case_id(0)) });
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
fn the_state_on_record_at_an_instant_knows_no_later_line() {
    let corrected = golden("corrections-and-three-cases");
    let query = first_case(&corrected);
    // The correction of the mistyped decision was written down on October 13th, three days after the decision.
    let between: ibbi_core::At = "2025-10-12T00:00:00.000Z".parse().expect("a time");
    let believed = told(&corrected, &CaseQuery { until: Until::Logged(between), ..query.clone() });
    let known_now = told(&corrected, &CaseQuery { until: Until::At(between), ..query });
    assert_eq!(believed.outcome, Some(ibbi_core::Outcome::NotAdopted));
    assert_eq!((known_now.outcome, known_now.stage), (None, Stage::Caucus));
}

/// Requirements each of whose events is needed by itself. A caucus may open a second time, and a topic be covered twice.
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
fn without_an_event_that_is_named_the_stage_would_not_have_been_entered() {
    let (mut named, mut needed) = (0, BTreeSet::new());
    for seed in 40..160 {
        let said = walk(seed, 1, 200);
        let bytes = ledger(&said).bytes();
        let report = told(&bytes, &CaseQuery::of(case_id(0)));
        let whole = history(numbered(&said, 0));
        let counted: Vec<_> = whole.entries().iter().filter(|entry| entry.counts()).collect();
        for entering in report.road.iter().filter(|entering| entering.stage != Stage::Closed) {
            for asked in &entering.requirements {
                for settled in &asked.settled {
                    let entry = counted.iter().find(|entry| entry.seq == settled.seq).expect("it counts");
                    assert_eq!((entry.event.kind(), entry.at), (settled.event, settled.at));
                    assert!(settled.seq <= entering.seq);
                    named += 1;
                    // A concern that was never raised needs no answer.
                    let raised = matches!(entry.event, Event::ConcernRaised(_));
                    if !NEEDED.contains(&asked.rule) || raised {
                        continue;
                    }
                    let mut case = Case::default();
                    for other in counted.iter().filter(|other| other.seq != settled.seq && other.seq <= entering.seq) {
                        // What rests on the event that is missing is refused, and that is the point.
                        let _ = case.offer(&other.event, other.at);
                    }
                    assert!(case.stage() < entering.stage, "seed {seed}: #{} for {}", settled.seq, asked.rule);
                    needed.insert(asked.rule);
                }
            }
        }
    }
    println!("{named} events named, each of those for {} rules was needed", needed.len());
    assert_eq!(needed.len(), NEEDED.len(), "{needed:?}");
}

/// Whom a case waits for by what the core says that it lacks, slowly.
fn awaited(case: &Case, at: ibbi_core::At) -> BTreeSet<Who> {
    let mut set = BTreeSet::new();
    let lacks = case.lacks(at);
    for unmet in &lacks {
        match &unmet.found {
            Found::SeatsOpen { seats } => set.extend(seats.iter().map(|seat| match seat.code() {
                "superintendent" => Who::Superintendent,
                "union_president" => Who::UnionPresident,
                _ => Who::SchoolCommitteeSeat,
            })),
            Found::LettersMissing { bodies } => set.extend(bodies.iter().map(|body| match body.code() {
                "teachers_organization" => Who::TeachersOrganization,
                "administration" => Who::Administration,
                _ => Who::SchoolCommittee,
            })),
            Found::TeamsEmpty { parties } => set.extend(parties.iter().map(|party| of(*party))),
            Found::PledgesMissing { members } => {
                let party = |id| case.teams().and_then(|teams| teams.party_of(id)).expect("a member");
                set.extend(members.iter().map(|person| of(party(person.id))));
            }
            Found::Decisions { labor, management } => {
                let open = [(Party::Labor, labor), (Party::Management, management)];
                set.extend(open.iter().filter(|(_, decision)| decision.is_none()).map(|(party, _)| of(*party)));
            }
            Found::NoFormat => set.extend(Party::ALL.iter().map(|party| of(*party))),
            _ => {}
        }
    }
    let rule = |rule| lacks.iter().any(|unmet| unmet.rule == rule);
    let booked = |set: bool| if set { Who::Calendar } else { Who::Program };
    match case {
        Case::Introduction(state) => {
            let topics = Topic::ALL.iter().all(|topic| state.introduced().topics().contains(*topic));
            assert_eq!(topics, !rule(Rule::TopicsCovered));
            set.insert(if topics { Who::District } else { booked(state.scheduled().is_some()) });
        }
        // Only the acceptance is lacking, and that is the program's.
        Case::Application(_) if lacks.len() == 1 => drop(set.insert(Who::Program)),
        Case::Training(_) | Case::Facilitation(_) => {
            let sessions = case.sessions().expect("hours");
            set.insert(booked(sessions.open().is_some() || sessions.bookings().next().is_some()));
        }
        Case::Caucus(state) => {
            let undecided = |party: &&Party| state.party(**party).decided.is_none();
            if Party::ALL.iter().filter(undecided).any(|party| state.open_concerns(*party).next().is_some()) {
                set.insert(Who::Program);
            }
        }
        _ => {}
    }
    set
}

const fn of(party: Party) -> Who {
    match party {
        Party::Labor => Who::Labor,
        Party::Management => Who::Management,
    }
}

#[test]
fn who_is_waited_for_is_what_the_core_says_is_lacking() {
    let mut seen = BTreeSet::new();
    for seed in 200..230 {
        let said = walk(seed, 1, 150);
        let bytes = ledger(&said).bytes();
        for (seq, Said { at, .. }) in numbered(&said, 0) {
            let report = told(&bytes, &CaseQuery { until: Until::Seq(seq), ..CaseQuery::of(case_id(0)) });
            let now: BTreeSet<Who> = report.waiting.iter().filter(|row| row.now).map(|row| row.who).collect();
            assert_eq!(now, awaited(&report.state, *at), "seed {seed}, after {seq}: {:?}", report.stage);
            assert_eq!(now.is_empty(), !report.stage.is_open(), "an open case waits for somebody");
            seen.extend(now);
        }
    }
    assert_eq!(seen.len(), Who::ALL.len(), "{seen:?}");
}

#[test]
fn time_is_accounted_for() {
    for name in GOLDEN {
        let bytes = golden(name);
        let report = told(&bytes, &first_case(&bytes));
        let lived: u64 = report.stays.iter().map(|stay| stay.minutes).sum();
        let alone: u64 = report.waiting.iter().map(|row| row.alone).sum();
        let waited: u64 = report.waiting.iter().map(|row| row.minutes).sum();
        assert!(alone <= lived + 8 && lived <= waited + 8, "{name}: {alone} {lived} {waited}");
        let records: u64 = report.actors.iter().map(|row| row.records).sum();
        assert_eq!(records, u64::try_from(report.moments.len()).unwrap());
    }
}
