//! The typed API and the runtime API give the same results.

use crate::support::facts::*;
use crate::support::script::standard;
use crate::support::story::Story;
use crate::support::{at, reason};
use ibbi_core::chart::On;
use ibbi_core::events::*;
use ibbi_core::stages::*;
use ibbi_core::{At, Case, Event, Format, Program, Rule, Stage};

/// Returns the payload of the next event of the standard case.
macro_rules! next {
    ($script:ident, $payload:ident) => {{
        let Some((when, Event::$payload(payload))) = $script.next() else { panic!("the script has another event") };
        (payload, at(when))
    }};
}

#[test]
fn typed_and_runtime_api_lead_to_equal_cases() {
    let mut script = standard(Program::default(), Format::FullDay).into_iter();
    macro_rules! offer {
        ($state:expr, $payload:ident) => {{
            let (payload, at): ($payload, At) = next!(script, $payload);
            $state.offer(payload, at).expect("the standard case goes through")
        }};
    }

    let inquiry: Inquiry = offer!(Unopened::new(), CaseOpened);
    let LeaderStep::Inquiry(inquiry) = offer!(inquiry, LeaderAgreed) else { panic!("two seats are open") };
    let LeaderStep::Inquiry(inquiry) = offer!(inquiry, LeaderAgreed) else { panic!("one seat is open") };
    let LeaderStep::Introduction(introduction) = offer!(inquiry, LeaderAgreed) else { panic!("all have agreed") };
    let introduction = offer!(introduction, MeetingScheduled);
    let introduction = offer!(introduction, MeetingHeld);
    let ServiceStep::Application(mut application) = offer!(introduction, ServiceChosen) else { panic!("the IBBI") };
    for _ in EVERYONE {
        application = offer!(application, MemberNamed);
        application = offer!(application, AttendancePledged);
    }
    for _ in ibbi_core::Body::ALL {
        application = offer!(application, SupportConfirmed);
    }
    let training: Training = offer!(application, ApplicationAccepted);
    let training = offer!(training, SessionScheduled);
    let training = offer!(training, SessionOpened);
    let training = offer!(training, ActivityRun);
    let training = offer!(training, ActivityRun);
    let TrainingStep::Caucus(caucus) = offer!(training, SessionClosed) else { panic!("the training is complete") };
    let caucus = offer!(caucus, CaucusOpened);
    let caucus = offer!(caucus, CaucusOpened);
    let DecisionStep::Caucus(caucus) = offer!(caucus, PartyDecided) else { panic!("the other is undecided") };
    let DecisionStep::Agreement(agreement) = offer!(caucus, PartyDecided) else { panic!("both have adopted") };
    let facilitation: Facilitation = offer!(agreement, FormatChosen);
    let facilitation = offer!(facilitation, SessionScheduled);
    let facilitation = offer!(facilitation, SessionOpened);
    let FacilitationStep::Closed(closed) = offer!(facilitation, SessionClosed) else { panic!("nothing remains") };

    assert!(script.next().is_none());
    assert_eq!(Case::from(closed), *Story::reaching(Stage::Closed).case());
}

#[test]
fn typed_refusal_returns_the_state() {
    let story = Story::through(ibbi_core::EventKind::SessionScheduled, Format::FullDay);
    let training = Training::try_from(story.case().clone()).expect("the case is in training");
    let adjourned = SessionAdjourned { late: Default::default(), left_early: ids(&[]), reason: reason("snow") };
    let refused = training.clone().offer(adjourned, at("2026-10-20 11:00")).expect_err("no session is open");
    assert_eq!(refused.state, training);
    assert_eq!(refused.refusal.unmet[0].rule, Rule::IsOpen);
    assert_eq!(refused.to_string(), ibbi_core::Refusal::from(refused).to_string());
}

#[test]
fn case_converts_only_to_the_type_of_its_stage() {
    fn check<S>(own: Stage)
    where
        S: ibbi_core::chart::StageState + std::fmt::Debug,
    {
        for stage in Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Unopened) {
            let case = Story::reaching(stage).case().clone();
            match S::try_from(case.clone()) {
                Ok(state) => assert_eq!((stage, state.into()), (own, case)),
                Err(handed_back) => assert_eq!((stage != own, handed_back), (true, case)),
            }
        }
    }
    check::<Inquiry>(Stage::Inquiry);
    check::<Introduction>(Stage::Introduction);
    check::<Application>(Stage::Application);
    check::<Training>(Stage::Training);
    check::<Caucus>(Stage::Caucus);
    check::<Agreement>(Stage::Agreement);
    check::<Facilitation>(Stage::Facilitation);
    check::<Closed>(Stage::Closed);
}
