//! Concerns and decisions.

use crate::support::at;
use crate::support::facts::*;
use crate::support::story::Story;
use Decision::{Adopt, Decline};
use Party::{Labor, Management};
use ibbi_core::stages::ConcernStatus;
use ibbi_core::{Case, Decision, Format, Outcome, Party, Rule, Stage};

fn both_in_caucus() -> Story {
    let mut story = Story::reaching(Stage::Caucus);
    story.on("2026-10-21 09:00", caucus(Labor, &LABOR)).on("2026-10-21 09:00", caucus(Management, &MANAGEMENT));
    story
}

#[test]
fn open_concern_prevents_adopting() {
    let mut story = both_in_caucus();
    story.on("2026-10-21 10:00", raised(Labor, "minutes")).on("2026-10-21 10:05", raised(Labor, "costs"));
    story.on("2026-10-22 09:00", dropped("costs"));
    let refusal = story.refused("2026-10-26 09:00", &decided(Labor, Adopt));
    assert_eq!(refusal.unmet[0].rule, Rule::ConcernsSettled);
    assert_eq!(refusal.unmet[0].found.to_string(), "open concern: minutes");
    // The other party can still decide.
    story.on("2026-10-26 09:00", decided(Management, Adopt));
    story.on("2026-10-30 09:00", decided(Labor, Decline));

    assert_eq!(story.outcome(), Some(Outcome::NotAdopted));
    let concerns: Vec<_> =
        story.case().concerns().iter().map(|concern| (concern.id.to_string(), concern.status)).collect();
    assert_eq!(concerns, [("minutes".to_string(), ConcernStatus::Open), ("costs".to_string(), ConcernStatus::Dropped)]);
    story.replays();
}

#[test]
fn addressed_concern_allows_adopting() {
    let mut story = both_in_caucus();
    story.on("2026-10-21 10:00", raised(Labor, "minutes")).on("2026-10-22 10:00", addressed("minutes"));
    story.on("2026-10-26 09:00", decided(Labor, Adopt)).on("2026-10-26 09:00", decided(Management, Adopt));
    assert_eq!(story.stage(), Stage::Agreement);
    assert_eq!(story.case().concerns()[0].status, ConcernStatus::Addressed);
    story.replays();
}

#[test]
fn decision_can_be_reopened_until_the_other_party_decides() {
    let mut story = both_in_caucus();
    story.refuses("2026-10-22 09:00", reopened(Labor), &[Rule::Decided]);
    story.on("2026-10-22 09:00", decided(Labor, Decline));
    story.refuses("2026-10-22 10:00", decided(Labor, Adopt), &[Rule::Undecided]);
    story.on("2026-10-23 09:00", reopened(Labor));
    assert_eq!(story.case().decided(Labor), None);
    story.on("2026-10-23 09:05", caucus(Labor, &LABOR));
    let Case::Caucus(state) = story.case() else { panic!("the case is in Caucus") };
    assert_eq!(state.party(Labor).opened, Some(at("2026-10-21 09:00")), "a caucus that meets again has opened before");
    story.on("2026-10-23 10:00", decided_through(Labor, Adopt, "ben"));
    story.on("2026-10-26 09:00", decided(Management, Adopt));

    assert_eq!(story.stage(), Stage::Agreement);
    let labor = story.case().decided(Labor).expect("labor has decided");
    assert_eq!((labor.decision, labor.spokesperson.as_str()), (Adopt, "ben"));
    story.refuses("2026-10-27 09:00", reopened(Labor), &[Rule::Stage]);
    story.replays();
}

#[test]
fn one_decline_closes_the_case_after_both_decide() {
    let check = |labor: Decision, management: Decision| {
        let mut story = both_in_caucus();
        story.on("2026-10-26 09:00", decided(Labor, labor));
        assert_eq!(story.stage(), Stage::Caucus, "the second answer belongs in the record");
        story.on("2026-10-26 10:00", decided(Management, management));
        assert_eq!(story.outcome(), Some(Outcome::NotAdopted), "{labor} and {management}");
        assert_eq!(story.case().decided(Labor).map(|decided| decided.decision), Some(labor));
        assert_eq!(story.case().decided(Management).map(|decided| decided.decision), Some(management));
        assert_eq!(story.case().adopted(), None);
        story.refuses("2026-10-27 09:00", format(Format::FullDay), &[Rule::ClosedForGood]);
        story.replays();
    };
    check(Decline, Adopt);
    check(Adopt, Decline);
    check(Decline, Decline);
}

#[test]
fn facilitation_waits_for_both_parties() {
    let mut story = both_in_caucus();
    story.on("2026-10-26 09:00", decided(Labor, Adopt));
    let refusal = story.refused("2026-10-26 10:00", &format(Format::FullDay));
    let found: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.found.to_string()).collect();
    assert_eq!(
        found,
        [
            "the case is in Caucus, but format_chosen can be recorded only in Agreement and Facilitation",
            "labor adopted, and management has not decided",
        ]
    );
}
