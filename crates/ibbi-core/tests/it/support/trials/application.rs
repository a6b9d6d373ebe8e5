//! Trials of letters, teams, and pledges.

use super::super::facts::*;
use super::super::slot;
use super::super::story::Story;
use super::{Trial, trial};
use Party::{Labor, Management};
use ibbi_core::{Body, EventKind, Format, Party, Rule, Stage};

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = letters();
    trials.extend(rosters());
    trials.extend(readiness());
    trials
}

/// Returns the standard case just before its application is accepted.
fn complete() -> Story {
    let mut story = Story::reaching(Stage::Application);
    for (party, team) in [(Labor, LABOR), (Management, MANAGEMENT)] {
        for who in team {
            story.on("2026-09-16 09:00", named(party, who)).on("2026-09-16 09:00", pledged(party, who));
        }
    }
    for body in Body::ALL {
        story.on("2026-09-22 09:00", confirmed(*body, "2026-09-21"));
    }
    story
}

fn letters() -> Vec<Trial> {
    let application = Story::reaching(Stage::Application);
    let one_letter = application.and("2026-09-22 09:00", confirmed(Body::SchoolCommittee, "2026-09-21"));
    let two_letters = complete().and("2026-09-23 09:00", support_withdrawn(Body::Administration, "2026-09-23"));
    let training = Story::reaching(Stage::Training);
    let booking = || scheduled(1, slot("2026-10-20", "08:00", "16:00"));
    vec![
        trial(Rule::SupportOnce, &one_letter, "2026-09-22 10:00", confirmed(Body::SchoolCommittee, "2026-09-22"))
            .holds("2026-09-22 10:00", confirmed(Body::Administration, "2026-09-22")),
        trial(
            Rule::SupportGiven,
            &one_letter,
            "2026-09-22 10:00",
            support_withdrawn(Body::Administration, "2026-09-22"),
        )
        .holds("2026-09-22 10:00", support_withdrawn(Body::SchoolCommittee, "2026-09-22")),
        trial(Rule::Dated, &one_letter, "2026-09-22 10:00", support_withdrawn(Body::SchoolCommittee, "2026-09-23"))
            .holds("2026-09-22 10:00", support_withdrawn(Body::SchoolCommittee, "2026-09-22")),
        trial(Rule::ThreeConfirmations, &two_letters, "2026-09-28 09:00", accepted()).holds_in(
            &complete(),
            "2026-09-28 09:00",
            accepted(),
        ),
        trial(Rule::ApplicationAccepted, &complete(), "2026-09-29 09:00", booking())
            .unmet(&[Rule::Stage, Rule::ApplicationAccepted])
            .holds_in(&training, "2026-09-29 09:00", booking()),
    ]
}

fn rosters() -> Vec<Trial> {
    let now = "2026-09-23 09:00";
    let complete = complete();
    let unpledged_ben = complete.and(now, unpledged(Labor, "ben"));
    let session = Story::through(EventKind::SessionOpened, Format::FullDay);
    let booked = Story::through(EventKind::SessionScheduled, Format::FullDay);
    vec![
        trial(Rule::RosterDisjoint, &complete, now, named(Labor, "cora")).holds(now, named(Labor, "eli")),
        trial(Rule::RosterUnique, &complete, now, named(Labor, "ana")).holds(now, named(Labor, "eli")),
        trial(Rule::RosterKnown, &complete, now, released(Labor, "cora")).holds(now, released(Management, "cora")),
        trial(Rule::RosterKnown, &unpledged_ben, now, pledged(Management, "ben")).holds(now, pledged(Labor, "ben")),
        trial(Rule::RosterKnown, &complete, now, unpledged(Labor, "eli")).holds(now, unpledged(Labor, "ana")),
        trial(Rule::PledgeOnce, &unpledged_ben, now, pledged(Labor, "ana")).holds(now, pledged(Labor, "ben")),
        trial(Rule::Dated, &unpledged_ben, now, pledged_on(Labor, "ben", "2026-09-24"))
            .holds(now, pledged_on(Labor, "ben", "2026-09-23")),
        trial(Rule::PledgeGiven, &unpledged_ben, now, unpledged(Labor, "ben")).holds(now, unpledged(Labor, "ana")),
        trial(Rule::Dated, &complete, now, unpledged_on(Labor, "ana", "2026-09-24"))
            .holds(now, unpledged_on(Labor, "ana", "2026-09-22")),
        trial(Rule::NoChangeInSession, &session, "2026-10-20 09:00", named(Labor, "eli")).holds_in(
            &booked,
            "2026-10-20 09:00",
            named(Labor, "eli"),
        ),
        trial(Rule::NoChangeInSession, &session, "2026-10-20 09:00", released(Labor, "ben")).holds_in(
            &booked,
            "2026-10-20 09:00",
            released(Labor, "ben"),
        ),
    ]
}

/// Both teams must be named and every member must pledge, for acceptance, for opening a session or a caucus, and for a
/// decision.
fn readiness() -> Vec<Trial> {
    let settled = complete();
    let booked = Story::through(EventKind::SessionScheduled, Format::FullDay);
    let caucus_stage = Story::reaching(Stage::Caucus);
    let in_caucus = caucus_stage.and("2026-10-21 09:00", caucus(Labor, &LABOR));
    let adopts = || decided(Labor, ibbi_core::Decision::Adopt);
    let moments = [
        (settled, "2026-09-28 09:00", accepted(), accepted()),
        (booked, "2026-10-20 08:00", opened_with(1, &LABOR), opened(1)),
        (caucus_stage, "2026-10-21 09:00", caucus(Labor, &LABOR), caucus(Labor, &LABOR)),
        (in_caucus, "2026-10-22 09:00", adopts(), adopts()),
    ];
    let mut trials = Vec::new();
    for (ready, when, without_management, with_all) in moments {
        let mut empty = ready.clone();
        for who in MANAGEMENT {
            empty.on(when, released(Management, who));
        }
        let unpledged = ready.and(when, unpledged(Management, "dev"));
        trials.push(trial(Rule::BothNamed, &empty, when, without_management).holds_in(&ready, when, with_all.clone()));
        trials.push(trial(Rule::AllPledged, &unpledged, when, with_all.clone()).holds_in(&ready, when, with_all));
    }
    trials
}
