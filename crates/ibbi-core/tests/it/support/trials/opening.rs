//! Trials of the process as a whole, the key leaders, and the introductory meeting.

use super::super::facts::*;
use super::super::story::Story;
use super::super::{slot, slot_from_to};
use super::corrections::{with_activities, with_parts, with_training};
use super::{Trial, trial};
use ibbi_core::{Body, EventKind, Format, Office, Party, Rule, Seat, Service, Stage, Teams, Topic, Workshop};

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = process();
    trials.extend(leaders());
    trials.extend(introduction());
    trials.extend(slots());
    trials
}

fn process() -> Vec<Trial> {
    let (inquiry, introduction) = (Story::reaching(Stage::Inquiry), Story::reaching(Stage::Introduction));
    let application = Story::reaching(Stage::Application);
    let closed = Story::reaching(Stage::Closed);
    let about_to_close = Story::reaching(Stage::Facilitation);
    let mut crowded = application.clone();
    for number in 1..Teams::MAX_MEMBERS {
        crowded.on("2026-09-16 09:00", named(Party::Labor, &format!("member-{number}")));
    }
    let full = crowded.and("2026-09-16 09:00", named(Party::Labor, "member-40"));
    let thirteen = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
    let agrees = || agreed(Seat::Superintendent, "Rosa Amari");
    vec![
        trial(Rule::ActivityCount, &Story::default(), "2026-09-01 09:00", opening(with_activities(&thirteen)))
            .holds("2026-09-01 09:00", opening(with_activities(&thirteen[1..]))),
        trial(Rule::PartCount, &Story::default(), "2026-09-01 09:00", opening(with_training(&[60; 5])))
            .holds("2026-09-01 09:00", opening(with_training(&[60; 4]))),
        trial(Rule::PartLength, &Story::default(), "2026-09-01 09:00", opening(with_parts(2, 20)))
            .holds("2026-09-01 09:00", opening(with_parts(2, 30))),
        trial(Rule::Stage, &introduction, "2026-09-03 11:00", agrees()).holds_in(
            &inquiry,
            "2026-09-01 11:00",
            agrees(),
        ),
        trial(Rule::ClosedForGood, &closed, "2026-11-18 09:00", note("The table was moved.")).holds_in(
            &about_to_close,
            "2026-11-16 09:00",
            note("The table was moved."),
        ),
        trial(Rule::TimeOrder, &introduction, "2026-09-03 09:59", note("A call."))
            .holds("2026-09-03 10:00", note("A call.")),
        trial(Rule::Dated, &application, "2026-09-20 09:00", confirmed(Body::Administration, "2026-09-21"))
            .holds("2026-09-20 09:00", confirmed(Body::Administration, "2026-09-20")),
        trial(Rule::Limits, &full, "2026-09-16 09:00", named(Party::Labor, "ana")).holds_in(
            &crowded,
            "2026-09-16 09:00",
            named(Party::Labor, "ana"),
        ),
    ]
}

fn leaders() -> Vec<Trial> {
    let inquiry = Story::reaching(Stage::Inquiry);
    let introduction = Story::reaching(Stage::Introduction);
    let one_agreed = Story::through(EventKind::LeaderAgreed, Format::FullDay);
    let committee = |office| agreed_as(Seat::SchoolCommittee, "Ines Novak", office);
    let superintendent = |office| agreed_as(Seat::Superintendent, "Rosa Amari", office);
    let topics = || meeting_held([Topic::Interests]);
    vec![
        trial(Rule::CommitteeOffice, &inquiry, "2026-09-01 11:00", committee(None))
            .holds("2026-09-01 11:00", committee(Some(Office::ViceChair))),
        trial(Rule::CommitteeOffice, &inquiry, "2026-09-01 11:00", superintendent(Some(Office::Chair)))
            .holds("2026-09-01 11:00", superintendent(None)),
        trial(Rule::SeatAgreedOnce, &one_agreed, "2026-09-01 11:00", superintendent(None))
            .holds("2026-09-01 11:00", agreed(Seat::UnionPresident, "Tom Fields")),
        trial(Rule::LeadersAgreed, &one_agreed, "2026-09-04 09:00", topics())
            .unmet(&[Rule::Stage, Rule::LeadersAgreed])
            .holds_in(&introduction, "2026-09-04 09:00", topics()),
    ]
}

fn introduction() -> Vec<Trial> {
    let introduction = Story::reaching(Stage::Introduction);
    let two_topics = introduction.and("2026-09-15 11:00", meeting_held([Topic::Interests, Topic::Services]));
    let covered = two_topics.and("2026-09-16 11:00", meeting_held([Topic::NextSteps]));
    let conference = covered.and("2026-09-16 11:10", chosen(Service::AnnualConference));
    let ibbi = covered.and("2026-09-16 11:10", chosen(Service::Ibbi));
    let letter = || confirmed(Body::Administration, "2026-09-16");
    vec![
        trial(Rule::TopicsCovered, &two_topics, "2026-09-16 12:00", chosen(Service::Ibbi)).holds_in(
            &covered,
            "2026-09-16 12:00",
            chosen(Service::Ibbi),
        ),
        trial(Rule::ServiceOnce, &conference, "2026-09-16 12:00", chosen(Service::AnnualConference))
            .holds("2026-09-16 12:00", chosen(Service::ConflictResolution)),
        trial(Rule::WorkshopOffering, &covered, "2026-09-16 12:00", workshop(None))
            .holds("2026-09-16 12:00", workshop(Some(Workshop::DifficultConversations))),
        trial(Rule::ReferralChosen, &covered, "2026-09-16 12:00", referred(Service::AnnualConference)).holds_in(
            &conference,
            "2026-09-16 12:00",
            referred(Service::AnnualConference),
        ),
        trial(Rule::ReferralChosen, &conference, "2026-09-16 12:00", referred(Service::Ibbi))
            .holds("2026-09-16 12:00", referred(Service::AnnualConference)),
        trial(Rule::IbbiChosen, &covered, "2026-09-16 12:00", letter())
            .unmet(&[Rule::Stage, Rule::IbbiChosen])
            .holds_in(&ibbi, "2026-09-16 12:00", letter()),
    ]
}

fn slots() -> Vec<Trial> {
    let introduction = Story::reaching(Stage::Introduction);
    let evening = |ends| meeting_scheduled(slot_from_to("2026-09-15 20:00", ends));
    vec![
        trial(
            Rule::SlotFuture,
            &introduction,
            "2026-09-15 09:00",
            meeting_scheduled(slot("2026-09-15", "09:00", "11:00")),
        )
        .holds("2026-09-15 08:59", meeting_scheduled(slot("2026-09-15", "09:00", "11:00"))),
        trial(Rule::SlotOneDay, &introduction, "2026-09-04 09:00", evening("2026-09-16 00:01"))
            .holds("2026-09-04 09:00", evening("2026-09-16 00:00")),
    ]
}
