//! Who attended the sessions of a case, and the rules of its steps.

use crate::support::walk::{case_id, ledger, walk};
use crate::support::{Lines, golden};
use ibbi_audit::{CaseQuery, CaseReport, CaseUntil, LedgerSource, MemberPresence, SessionEnd, case_report};
use ibbi_core::{Case, EventKind, Rule, Source, Stage};

fn story() -> Lines {
    Lines::of(&golden("../v2/everyone-at-the-table"))
}

fn report(lines: &Lines) -> CaseReport {
    let case = lines.json(2)["case"].as_str().expect("a case").parse().expect("a UUID");
    report_until(lines, CaseQuery::new(case))
}

fn report_until(lines: &Lines, query: CaseQuery) -> CaseReport {
    case_report(LedgerSource::bytes(&lines.bytes()), &query).expect("memory can be read").expect("it has the case")
}

/// Returns each member with a letter: present, late, or absent; `<` for one who left early; and the substitute.
fn members(report: &CaseReport, session: usize) -> String {
    let member = |each: &ibbi_audit::MemberAttendance| {
        let presence = match each.presence {
            MemberPresence::Present => "P",
            MemberPresence::Late => "L",
            MemberPresence::Absent => "A",
        };
        let left = if each.left_early { "<" } else { "" };
        let substitute = each.substitute.as_ref().map(|substitute| {
            let marks = [(substitute.late, "L"), (substitute.left_early, "<")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            format!("={}{marks}", substitute.person.id)
        });
        format!("{}:{presence}{left}{}", each.member.id, substitute.unwrap_or_default())
    };
    report.attendance[session].members.iter().map(member).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_session_states_who_was_present_late_absent_and_replaced() {
    let report = report(&story());
    assert_eq!(report.attendance.len(), 5);
    let training = &report.attendance[0];
    assert_eq!(
        (training.stage, training.part, training.seq, training.end_seq),
        (Stage::Training, Some(1), 23, Some(26))
    );
    assert_eq!(training.slot.map(|slot| slot.to_string()).as_deref(), Some("Mon, Oct 6, 2025, 8:00 AM to 4:00 PM"));
    assert_eq!(training.opened.to_string(), "2025-10-06T12:00:00.000Z");
    assert_eq!(training.ended.map(|at| at.to_string()).as_deref(), Some("2025-10-06T20:00:00.000Z"));
    assert_eq!((training.end, training.neutrals.len()), (Some(SessionEnd::Closed), 2));
    assert_eq!((training.observers.len(), training.advisers.len()), (1, 1));
    assert_eq!(members(&report, 0), "castellan:P< yun:A=iqbal amari:P sorel:L");
    // A caucus has only the party's members.
    assert_eq!((members(&report, 1).as_str(), report.attendance[1].part), ("castellan:P yun:P", None));
    let facilitation = &report.attendance[3];
    assert_eq!((facilitation.stage, facilitation.end), (Stage::Facilitation, Some(SessionEnd::Adjourned)));
    assert_eq!(members(&report, 3), "castellan:P yun:L amari:P sorel:P");
}

#[test]
fn a_late_substitute_and_a_session_that_is_open_are_shown() {
    let lines =
        story().replace(26, "[\"sorel\"]", "[\"iqbal\",\"sorel\"]").replace(26, "[\"castellan\"]", "[\"iqbal\"]");
    assert_eq!(members(&report(&lines.chained()), 0), "castellan:P yun:A=iqbalL< amari:P sorel:L");
    // As of noon the session is under way, and who came late is not known.
    let lines = story();
    let case = report(&lines).case;
    let noon = "2025-10-06T16:00:00.000Z".parse().expect("a time");
    let open = report_until(&lines, CaseQuery { until: CaseUntil::At(noon), ..CaseQuery::new(case) });
    assert_eq!((open.attendance.len(), open.attendance[0].ended, open.attendance[0].end), (1, None, None));
    assert_eq!(members(&open, 0), "castellan:P yun:A=iqbal amari:P sorel:P");
}

#[test]
fn attendance_agrees_with_the_core_for_generated_ledgers() {
    let mut compared = 0;
    for seed in 0..20 {
        let lines = ledger(&walk(seed, 2, 120));
        for case in [case_id(0), case_id(1), case_id(2)] {
            let found =
                case_report(LedgerSource::bytes(&lines.bytes()), &CaseQuery::new(case)).expect("memory can be read");
            let Some(report) = found else { continue };
            let of_stage = |stage| report.attendance.iter().filter(move |one| one.stage == stage && one.part.is_some());
            let held = report.state.trained().map(|trained| trained.held().to_vec()).unwrap_or_default();
            let ended = of_stage(Stage::Training).filter(|session| session.ended.is_some());
            if matches!(report.state.last_open(), Case::Caucus(_) | Case::Agreement(_) | Case::Facilitation(_)) {
                assert_eq!(ended.clone().count(), held.len(), "{seed}");
            }
            for (session, held) in ended.zip(&held) {
                compared += 1;
                assert_eq!(
                    (Some(held.part), held.opened, Some(held.ended)),
                    (session.part, session.opened, session.ended)
                );
                for each in &session.members {
                    let id = each.member.id;
                    assert_eq!(held.present.contains(&id), each.presence != MemberPresence::Absent, "{seed} {id}");
                    assert_eq!(
                        (held.late.contains(&id), held.left_early.contains(&id)),
                        (each.presence == MemberPresence::Late, each.left_early)
                    );
                }
            }
        }
    }
    assert!(compared > 10, "only {compared} sessions were compared");
}

#[test]
fn each_step_has_its_rules_its_times_and_its_actor() {
    let report = report(&story());
    assert_eq!(report.steps.len(), report.records.len());
    let step = |seq| report.steps.iter().find(|step| step.seq == seq).expect("a step");
    let accepted = step(19);
    assert_eq!((accepted.event, accepted.stage), (EventKind::ApplicationAccepted, Some(Stage::Application)));
    assert_eq!((accepted.delay_minutes, accepted.actor.as_str()), (4, "clerk@example.org"));
    let rule = accepted.rules.iter().find(|rule| rule.rule == Rule::ThreeConfirmations).expect("the rule");
    assert_eq!((rule.source, rule.met), (Source::PublicPage, true));
    // A leader's agreement was written down two days later.
    assert_eq!(step(5).delay_minutes, 2 * 24 * 60 - 155);
    // A decision that was replaced has no effect, and the one in its place has.
    assert!(!step(32).in_effect && step(32).rules.is_empty() && step(33).in_effect);
    // A rule of another edition isn't listed.
    assert!(step(23).rules.iter().all(|rule| rule.rule != Rule::PartOrder
        || Rule::PartOrder.editions().include(report.state.file().unwrap().edition())));
    assert!(report.steps.iter().filter(|step| step.in_effect).all(|step| step.rules.iter().all(|rule| rule.met)));
}

#[test]
fn a_refused_step_has_the_rules_that_it_does_not_meet() {
    let lines = story().replace(30, "\"spokesperson\":\"castellan\"", "\"spokesperson\":\"amari\"").chained();
    let report = report(&lines);
    let step = report.steps.iter().find(|step| step.seq == 30).expect("a step");
    assert!(!step.in_effect && !step.rules.is_empty() && step.rules.iter().all(|rule| !rule.met), "{step:?}");
}
