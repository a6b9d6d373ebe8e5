//! Checks for every case and every offer.

use ibbi_core::stages::*;
use ibbi_core::{
    Answer, At, Case, Decision, Event, EventKind, History, Outcome, Party, Prospect, Refusal, Rule, Stage, chart,
    survey,
};
use std::collections::BTreeSet;

pub(crate) fn rules_of(refusal: &Refusal) -> BTreeSet<Rule> {
    refusal.unmet.iter().map(|unmet| unmet.rule).collect()
}

/// Offers an event to a case, checks the result, and returns whether it was accepted.
pub(crate) fn offer(case: &mut Case, event: &Event, at: At) -> bool {
    let answers = survey(case, at);
    offer_surveyed(case, answers, event, at)
}

/// Offers an event to a case, checks the result against the answers of a survey, and returns whether it was accepted.
pub(crate) fn offer_surveyed(case: &mut Case, answers: Vec<Prospect>, event: &Event, at: At) -> bool {
    let before = case.clone();
    let prospect = prospect_of(answers, event.kind());
    let checked = case.check(event, at);
    assert_eq!(*case, before, "asking changes nothing");
    let offered = case.offer(event, at);
    assert_eq!(checked, offered.as_ref().map(|_| ()).map_err(Clone::clone), "check and offer agree");
    match &offered {
        Ok(stage) => {
            let row = chart::transition(before.stage(), event.kind()).expect("what is accepted is in the chart");
            assert!(row.to.contains(stage) && *stage == case.stage(), "{} led to {stage}", event.kind());
        }
        Err(refusal) => {
            assert_eq!(*case, before, "a refused event changes nothing");
            within_the_chart(&before, refusal, at);
        }
    }
    survey_was_right(&prospect, offered.as_ref().map(|_| ()));
    hangs_together(case);
    converts_both_ways(case);
    offered.is_ok()
}

fn prospect_of(answers: Vec<Prospect>, kind: EventKind) -> Prospect {
    let kinds: Vec<_> = answers.iter().map(|prospect| prospect.event).collect();
    assert_eq!(kinds, EventKind::ALL, "a survey answers for every kind, in order");
    answers.into_iter().find(|prospect| prospect.event == kind).expect("every kind is there")
}

/// Checks an answer of the survey against the result. A ready event is accepted, a blocked one is refused with at least
/// the named rules, and a refusal of any other event names only the rules it depends on.
fn survey_was_right(prospect: &Prospect, offered: Result<(), &Refusal>) {
    let kind = prospect.event;
    match (&prospect.answer, offered) {
        (Answer::Ready, Err(refusal)) => panic!("{kind} is ready in the survey; {refusal}"),
        (Answer::Blocked { unmet }, Ok(())) => panic!("{kind} was said to be blocked by {unmet:?}, and passed"),
        (Answer::Blocked { unmet }, Err(refusal)) => {
            assert!(!unmet.is_empty(), "{kind} is blocked for a reason");
            for blocking in unmet {
                assert!(refusal.names(blocking.rule), "{kind} was blocked by {}; {refusal}", blocking.rule);
            }
        }
        (Answer::Depends { rules }, Err(refusal)) => {
            assert!(!rules.is_empty(), "{kind} depends on something");
            for rule in rules_of(refusal) {
                assert!(rules.contains(&rule), "{kind} depends on {rules:?}, not on {rule}; {refusal}");
            }
        }
        (Answer::Ready | Answer::Depends { .. }, Ok(())) => {}
    }
}

/// Checks that a refusal has the right event, stage, and time, and names only rules of its row and common rules. For an
/// event of another stage, it names the stage rule and what the current stage lacks.
fn within_the_chart(case: &Case, refusal: &Refusal, at: At) {
    assert_eq!((refusal.stage, refusal.at), (case.stage(), at));
    let rules = rules_of(refusal);
    assert!(!rules.is_empty(), "a refusal has a reason");
    assert_eq!(rules.len(), refusal.unmet.len(), "a rule is named once");
    let mut allowed: BTreeSet<Rule> = Rule::COMMON.iter().copied().collect();
    match chart::transition(case.stage(), refusal.event) {
        Some(row) => allowed.extend(row.state_rules.iter().chain(row.event_rules)),
        None if !refusal.event.happens() => allowed = [Rule::VoidHistory].into(),
        None if case.stage() == Stage::Closed => allowed = [Rule::ClosedForGood].into(),
        None => {
            allowed.insert(Rule::Stage);
            allowed.extend(case.lacks(at).iter().map(|unmet| unmet.rule));
            assert!(rules.contains(&Rule::Stage));
        }
    }
    assert!(rules.is_subset(&allowed), "{rules:?} within {allowed:?}");
    assert!(refusal.to_string().len() > refusal.unmet.len() * 40, "a refusal can be read");
}

/// Checks what holds for every case.
pub(crate) fn hangs_together(case: &Case) {
    assert_eq!(case.outcome().is_some(), case.stage() == Stage::Closed);
    assert_eq!(case.file().is_some(), case.stage() != Stage::Unopened);
    assert_ne!(case.last_open().stage(), Stage::Closed);
    teams_are_sound(case);
    minutes_add_up(case);
    gates_were_passed(case);
}

fn teams_are_sound(case: &Case) {
    let Some(teams) = case.teams() else { return };
    let ids: BTreeSet<_> = teams.everyone().map(|member| member.person.id).collect();
    assert_eq!(ids.len(), teams.everyone().count(), "nobody is on a team twice, or on both");
}

fn minutes_add_up(case: &Case) {
    let Some(sessions) = case.sessions() else { return };
    for (number, part) in sessions.numbered() {
        let held = sessions.held().iter().filter(|held| held.part == number);
        let counted: u16 = held.map(|held| held.counted).sum();
        assert_eq!(part.counted, counted, "part {number} counts what its sessions count");
        assert!(part.counted <= part.minutes, "no more counts than the part has");
        assert!(part.first_day.is_some() || counted == 0);
    }
    if case.outcome().is_none() {
        let complete = sessions.remaining().is_empty();
        assert!(!complete, "a stage whose hours are filled is over");
    }
}

fn gates_were_passed(case: &Case) {
    if let Some(introduced) = case.introduced() {
        assert_eq!(introduced.leaders().len(), 3);
    }
    if let Some(trained) = case.trained() {
        let program = case.file().expect("an opened case").program();
        let counted: u16 = trained.held().iter().map(|held| held.counted).sum();
        assert!(counted + program.grace() >= program.training().iter().sum::<u16>(), "the training was held");
        assert!(trained.exercises() > 0 && trained.simulations() > 0, "with an exercise and a simulation");
    }
    if let Some(adopted) = case.adopted() {
        for party in Party::ALL {
            assert_eq!(adopted.decided(*party).decision, Decision::Adopt, "no agreement without both");
        }
        assert!(adopted.concerns().iter().all(|concern| concern.status != ConcernStatus::Open));
    }
    match case.outcome() {
        Some(Outcome::Completed) => {
            assert_eq!(case.last_open().stage(), Stage::Facilitation);
            assert!(case.sessions().is_some_and(ibbi_core::Sessions::is_complete), "every part is filled");
        }
        Some(Outcome::NotAdopted) => {
            let decisions: Vec<_> = Party::ALL.iter().map(|party| case.decided(*party)).collect();
            assert!(decisions.iter().all(Option::is_some), "both have answered");
            assert!(decisions.iter().flatten().any(|decided| decided.decision == Decision::Decline));
        }
        _ => {}
    }
}

/// Checks that a case converts only to the type of its stage, and back without a change.
fn converts_both_ways(case: &Case) {
    macro_rules! through {
        ($($stage:ident)+) => { $(
            match $stage::try_from(case.clone()) {
                Ok(state) => {
                    assert_eq!(case.stage(), Stage::$stage);
                    assert_eq!(Case::from(state), *case);
                }
                Err(back) => {
                    assert_ne!(case.stage(), Stage::$stage);
                    assert_eq!(back, *case);
                }
            }
        )+ };
    }
    through!(Unopened Inquiry Introduction Application Training Caucus Agreement Facilitation Closed);
}

/// Offers an event to a history, checks the result, and returns whether it was accepted.
pub(crate) fn record(history: &mut History, seq: u64, event: &Event, at: At) -> bool {
    let before = history.clone();
    let prospect = prospect_of(history.survey(at), event.kind());
    let checked = history.check(seq, at, event);
    let would_be = history.what_if(seq, at, event);
    assert_eq!(*history, before, "asking changes nothing");
    let mut advisories = history.case().advise(event, at, Some(at));
    advisories.retain(|advisory| advisory.warning.is_lasting());
    assert_eq!(history.case().advise_lasting(event, at), advisories, "the lasting ones among the advisories");
    let offered = history.offer(seq, at, event.clone());
    assert_eq!(checked, offered.as_ref().map(|_| ()).map_err(Clone::clone), "check and offer agree");
    match &offered {
        Ok(stage) => {
            assert_eq!(would_be.as_ref(), Ok(history.case()), "what-if shows what then is");
            assert_eq!(*stage, history.case().stage());
            assert_eq!(history.entries().len(), before.entries().len() + 1, "one record more");
        }
        Err(refusal) => {
            assert_eq!(*history, before, "a refused event changes nothing");
            assert!(!refusal.unmet.is_empty());
        }
    }
    if before.entries().last().is_none_or(|last| seq > last.seq) {
        survey_was_right(&prospect, offered.as_ref().map(|_| ()));
    } else {
        assert!(offered.as_ref().is_err_and(|refusal| refusal.names(Rule::SequenceOrder)), "numbers rise");
    }
    hangs_together(history.case());
    offered.is_ok()
}

/// Checks that the records that count lead to the case of the history, and that every void marks one record.
pub(crate) fn replays(history: &History) {
    let mut again = history.start();
    for entry in history.entries().iter().filter(|entry| entry.counts()) {
        again.offer(&entry.event, entry.at).expect("what counts would have been accepted");
    }
    assert_eq!(again, *history.case(), "the case is what the entries that count lead to");
    for entry in history.entries() {
        if let Event::EventVoided(void) = &entry.event {
            let struck = history.entries().iter().find(|other| other.seq == void.seq);
            assert_eq!(struck.and_then(|other| other.voided_by), Some(entry.seq), "a void marks what it strikes");
        }
    }
    let marked = history.entries().iter().filter(|entry| entry.voided_by.is_some()).count();
    let voids = history.entries().iter().filter(|entry| entry.event.kind() == EventKind::EventVoided).count();
    assert_eq!(marked, voids);
}
