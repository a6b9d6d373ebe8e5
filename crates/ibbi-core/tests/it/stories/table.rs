//! Everyone at the table: several neutrals, substitutes, advisers, late members, and seats that change hands.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{id, slot};
use ibbi_core::stages::Attendance;
use ibbi_core::{
    Advisers, Event, EventKind, FollowUpResult, Format, Neutrals, Outcome, Party, Presence, ProgramParameters, Rule,
    Seat, Stage, Warning,
};

const DAY: &str = "2026-10-20 08:00";

fn booked() -> Story {
    Story::through(EventKind::SessionScheduled, Format::FullDay)
}

/// Returns a story after its activities were run.
fn exercised(story: &Story) -> Story {
    story.and("2026-10-20 10:00", exercise()).and("2026-10-20 14:00", simulation())
}

fn late_and_left(late: &[&str], left: &[&str]) -> Event {
    with!(closed_without(left), SessionClosed, |data| data.late = ids(late))
}

#[test]
fn two_neutrals_lead_a_session() {
    let more = Neutrals::new([person("paul")]).unwrap();
    let both =
        with!(scheduled(1, slot("2026-10-20", "08:00", "16:00")), SessionScheduled, |data| { data.co_neutrals = more });
    let story = Story::reaching(Stage::Training).and("2026-09-29 09:00", both);
    let (_, booking) = story.sessions().bookings().next().unwrap();
    let names: Vec<_> = booking.neutrals().map(|neutral| neutral.name.as_str()).collect();
    assert_eq!(names, ["Nell Abara", "paul"]);
}

#[test]
fn substitute_stands_in_for_an_absent_member() {
    let opening = opened_with_substitutes(1, &[("ben", "sam")]);
    assert_eq!(booked().warnings_on(DAY, &opening), [Warning::Substitute]);
    let story = exercised(&booked().and(DAY, opening)).and("2026-10-20 16:00", closed());
    let trained = story.case().trained().unwrap();
    let session = &trained.held()[0];
    assert_eq!((&session.absent, &session.present), (&ids(&["ben"]), &ids(&["ana", "cora", "dev"])));
    assert_eq!(trained.attendance(id("sam")), Attendance::Full, "a substitute takes part in the whole training");
    assert_eq!(trained.attendance(id("ben")), Attendance::None);
    story.replays();
}

#[test]
fn substitute_at_the_facilitation_without_training_is_advised() {
    let facilitation = Story::reaching(Stage::Facilitation)
        .and("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "16:00")));
    let opening = opened_with_substitutes(1, &[("ben", "sam")]);
    assert_eq!(
        facilitation.warnings_on("2026-11-17 08:00", &opening),
        [Warning::Substitute, Warning::Untrained],
        "sam attended no training session"
    );
    assert!(facilitation.warnings_on("2026-11-17 08:00", &opened(1)).is_empty(), "everyone is trained");
    let newcomer = facilitation
        .and("2026-11-01 09:00", named(Party::Labor, "eli"))
        .and("2026-11-01 09:00", pledged(Party::Labor, "eli"));
    let opening = opened_with(1, &["ana", "ben", "cora", "dev", "eli"]);
    assert_eq!(newcomer.warnings_on("2026-11-17 08:00", &opening), [Warning::Untrained]);
}

#[test]
fn late_and_leaving_members_missed_part_of_the_training() {
    let ending = late_and_left(&["ana"], &["cora"]);
    let story = exercised(&booked().and(DAY, opened(1)));
    assert_eq!(story.warnings_on("2026-10-20 16:00", &ending), [Warning::PartOfTraining; 2]);
    let story = story.and("2026-10-20 16:00", ending);
    let trained = story.case().trained().unwrap();
    for (who, attendance) in [("ana", Attendance::Partial), ("ben", Attendance::Full), ("cora", Attendance::Partial)] {
        assert_eq!(trained.attendance(id(who)), attendance, "{who}");
    }
}

#[test]
fn member_who_comes_late_is_present_and_no_longer_absent() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let story = Story::reaching_under(Stage::Training, each_team)
        .and("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")))
        .and(DAY, opened_with(1, &["ana", "cora"]));
    assert_eq!(story.sessions().open().unwrap().absent, ids(&["ben", "dev"]));
    let story = exercised(&story).and("2026-10-20 16:00", late_and_left(&["ben"], &["ben"]));
    let session = &story.case().trained().unwrap().held()[0];
    assert_eq!((&session.present, &session.absent), (&ids(&["ana", "ben", "cora"]), &ids(&["dev"])));
    assert_eq!((&session.late, &session.left_early), (&ids(&["ben"]), &ids(&["ben"])));
}

#[test]
fn adviser_joins_a_session_and_the_caucus_of_the_own_party() {
    let advised = |event: Event, party| {
        let list = Advisers::new([adviser(party, "Jo Park")]).unwrap();
        let event = with!(event, SessionOpened, |data| data.advisers = list.clone());
        with!(event, CaucusOpened, |data| data.advisers = list)
    };
    booked().on(DAY, advised(opened(1), Party::Management));
    let mut story = Story::reaching(Stage::Caucus);
    story.refuses("2026-10-21 09:00", advised(caucus(Party::Labor, &LABOR), Party::Management), &[Rule::OwnAdvisers]);
    story.on("2026-10-21 09:00", advised(caucus(Party::Labor, &LABOR), Party::Labor));
}

#[test]
fn seat_changes_hands_in_every_open_stage_and_keeps_its_agreement() {
    use Stage::{Agreement, Application, Caucus, Facilitation, Introduction, Training};
    let seat = Seat::SchoolCommittee;
    let now = "2026-11-16 09:00";
    for stage in [Introduction, Application, Training, Caucus, Agreement, Facilitation] {
        let mut story = Story::reaching(stage);
        let first = story.case().seat_holder(seat).cloned();
        story.on(now, left(seat));
        assert_eq!(story.case().seat_holder(seat), None, "{stage}");
        story.on(now, succeeded(seat, "Vera Stahl"));
        assert_eq!(story.case().seat_holder(seat).unwrap().as_str(), "Vera Stahl");
        assert_eq!(story.case().leader(seat).map(|leader| &leader.name), first.as_ref(), "the agreement remains");
        assert_eq!(story.warnings().last().map(|(warning, _)| *warning), Some(Warning::SuccessorPending), "{stage}");
        story.on(now, successor_agreed(seat));
        assert!(story.warnings().iter().all(|(warning, _)| *warning != Warning::SuccessorPending), "{stage}");
        assert_eq!(story.stage(), stage);
        story.replays();
    }
}

#[test]
fn successor_in_the_inquiry_can_decline() {
    let seat = Seat::Superintendent;
    let mut story = Story::reaching(Stage::Inquiry);
    story.on("2026-09-01 10:00", agreed(seat, "Rosa Amari")).on("2026-09-01 11:00", succeeded(seat, "Vera Stahl"));
    story.on("2026-09-01 12:00", declined(seat, "Rosa Amari"));
    assert!(story.case().leader(seat).is_some(), "the earlier leader no longer decides");
    story.on("2026-09-01 13:00", declined(seat, "Vera Stahl"));
    assert!(story.case().leader(seat).is_none());
    story.on("2026-09-01 14:00", agreed(seat, "Vera Stahl"));
    assert_eq!(story.case().seat_holder(seat).unwrap().as_str(), "Vera Stahl");
}

#[test]
fn session_that_is_booked_while_a_seat_is_vacant_is_advised() {
    let story = Story::reaching(Stage::Facilitation).and("2026-10-28 08:00", left(Seat::UnionPresident));
    let booking = scheduled(1, slot("2026-11-17", "08:00", "16:00"));
    assert_eq!(story.warnings_on("2026-10-28 09:00", &booking), [Warning::SeatVacant]);
    let booked = story.and("2026-10-28 09:00", booking);
    assert_eq!(booked.warnings().iter().map(|(warning, _)| *warning).collect::<Vec<_>>(), [Warning::SeatVacant]);
    assert_eq!(booked.warnings_on("2026-11-17 08:00", &opened(1)), [Warning::SeatVacant]);
    let filled = booked.and("2026-11-01 09:00", succeeded(Seat::UnionPresident, "Vera Stahl"));
    assert!(filled.warnings_on("2026-11-17 08:00", &opened(1)).is_empty());
}

#[test]
fn outcome_is_followed_up_after_the_case_is_closed() {
    let mut story = Story::reaching(Stage::Closed);
    story
        .on("2027-03-01 09:00", outcome(FollowUpResult::TentativeAgreement, None, "2027-02-26"))
        .on("2027-03-20 09:00", outcome(FollowUpResult::Ratified, Some(Party::Labor), "2027-03-18"))
        .on("2027-03-25 09:00", outcome(FollowUpResult::Ratified, Some(Party::Management), "2027-03-24"));
    assert_eq!((story.stage(), story.outcome()), (Stage::Closed, Some(Outcome::Completed)));
    let ibbi_core::Case::Closed(closed) = story.case() else { panic!("the case is closed") };
    let results: Vec<_> = closed.follow_ups().iter().map(|one| (one.result, one.party)).collect();
    use FollowUpResult::{Ratified, TentativeAgreement};
    assert_eq!(
        results,
        [(TentativeAgreement, None), (Ratified, Some(Party::Labor)), (Ratified, Some(Party::Management))]
    );
    story.refuses("2027-03-26 09:00", note("A note."), &[Rule::ClosedForGood]);
    story.replays();
}
