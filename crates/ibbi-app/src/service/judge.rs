//! Checking one offer against its case.

use super::CLOCK_TOLERANCE;
use super::offer::{EventTime, Offer, Recorded};
use crate::case_log::{CaseLog, session_summary};
use crate::day_only::Offered;
use crate::error::AppError;
use crate::input;
use ibbi_core::{
    Accepted, ActRefusal, Advisory, At, CaseFile, Date, Event, Precision, Stage, Submission, Warning, name_faults,
    visible_name,
};
use ibbi_store::{AppendError, NewRecord, TextOwner};
use uuid::Uuid;

/// What an answer describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Everything that a person wants to know.
    All,
    /// Only that and where the event was recorded.
    None,
}

/// The outcome of checking an offer.
pub(super) enum Judged {
    /// It was recorded before.
    Known(Box<Recorded>),
    /// It is accepted.
    Accepted(Box<(NewRecord, Recorded)>),
    /// Another event follows from it without a choice, so both are recorded as one act.
    WithFollowUp,
    /// It must be checked again after this round was written.
    Later,
}

/// Accepts an offer in its case, which moves on, and returns the record with its answer.
///
/// With [`Detail::None`], the answer has no advisories and no summary.
pub(super) fn accept(
    log: &mut CaseLog,
    offer: &Offer,
    (id, now, detail): (Uuid, At, Detail),
) -> Result<(NewRecord, Recorded), AppError> {
    let submission = submission(log, offer, now)?;
    if offer.replaces.is_none() {
        check_look_alikes(log, &submission)?;
    }
    let from = log.recorded.stage();
    let advisories = match detail {
        Detail::All => log.recorded.records().advise_next(&submission, Some(now)),
        Detail::None => Some(Vec::new()),
    };
    let seq = next_number(log);
    let at = submission.at;
    let refused = |log: &CaseLog, refusal| {
        let offered = Offered { at, event: offer.event.clone(), replaces: offer.replaces };
        AppError::refused(refusal, log, &[], &offered)
    };
    let accepted = if submission.replaces.is_none() && submission.precision == Precision::Instant {
        let accepted = log.recorded.accept(id, seq, submission.at, submission.event);
        accepted.map_err(|refusal| refused(log, refusal))?
    } else {
        let act = log.recorded.accept_act(seq, vec![(id, submission)]);
        let accepted = act.map_err(|ActRefusal { refusal, .. }| refused(log, refusal))?.pop();
        accepted.ok_or_else(|| AppError::Usage("there is no event".to_owned()))?
    };
    let advisories = advisories.or_else(|| log.recorded.records().advise_last(1, Some(now)).pop());
    let answer = answer(log, &accepted, from, advisories.unwrap_or_default(), detail);
    Ok((new_record(log, &[], offer, accepted), answer))
}

/// Accepts offers as one act in their case, which moves on, and returns the records with their answers.
///
/// # Errors
/// [`AppError::InAct`] names the offer that is to blame.
pub(super) fn accept_act(
    log: &mut CaseLog,
    offers: &[Offer],
    (ids, now): (&[Uuid], At),
) -> Result<Vec<(NewRecord, Recorded)>, AppError> {
    let in_act = |index, error| AppError::InAct { index, count: offers.len(), error: Box::new(error) };
    let mut submissions = Vec::with_capacity(offers.len());
    for (index, offer) in offers.iter().enumerate() {
        submissions.push(submission(log, offer, now).map_err(|error| in_act(index, error))?);
    }
    // An act can correct a name: it takes the old name out and adds the new one, which can look the same.
    let corrects = |one: &Submission| one.replaces.is_some() || matches!(one.event, Event::EventVoided(_));
    if !submissions.iter().any(corrects) {
        for (index, one) in submissions.iter().enumerate() {
            check_look_alikes(log, one).map_err(|error| in_act(index, error))?;
        }
    }
    let from = log.recorded.stage();
    let offered: Vec<Offered> = submissions
        .iter()
        .map(|one| Offered { at: one.at, event: one.event.clone(), replaces: one.replaces })
        .collect();
    let act = ids.iter().copied().zip(submissions).collect();
    let accepted = log.recorded.accept_act(next_number(log), act).map_err(|ActRefusal { index, refusal }| {
        in_act(index, AppError::refused(refusal, log, &offered[..index], &offered[index]))
    })?;
    let advisories = log.recorded.records().advise_last(accepted.len(), Some(now));
    let records = accepted.into_iter().zip(offers).zip(advisories).map(|((accepted, offer), advisories)| {
        let answer = answer(log, &accepted, from, advisories, Detail::All);
        (new_record(log, offers, offer, accepted), answer)
    });
    Ok(records.collect())
}

/// Returns the record of an offer that was accepted. `act` has the offers of its act.
fn new_record(log: &CaseLog, act: &[Offer], offer: &Offer, accepted: Accepted) -> NewRecord {
    let (on_behalf, identity) = (offer.on_behalf.clone(), offer.identity.clone());
    let events = log.records.iter().map(|record| &record.event).chain(act.iter().map(|offer| &offer.event));
    let text_owner = TextOwner::of(accepted.event(), events);
    NewRecord { on_behalf, identity, text_owner, ..NewRecord::new(accepted, offer.actor.clone()) }
}

/// Returns a number above those of a case. The store gives the real one.
fn next_number(log: &CaseLog) -> u64 {
    log.recorded.records().entries().last().map_or(1, |last| last.seq + 1)
}

/// Checks that no name of an offer has characters that make it look like another one. An old ledger with such a name can still be
/// read.
fn check_names(offer: &Offer) -> Result<(), AppError> {
    let mut wrong = None;
    let mut check = |name: &str| {
        if let Some(fault) = name_faults(name).into_iter().next() {
            let shown = visible_name(name);
            wrong.get_or_insert_with(|| AppError::Usage(format!("the name `{shown}` {fault}; type the name again")));
        }
    };
    check(offer.actor.as_str());
    offer.on_behalf.iter().for_each(|name| check(name.as_str()));
    offer.event.each_name(&mut check);
    wrong.map_or(Ok(()), Err)
}

/// Checks that no name of an event looks the same as another name of the case. In edition 2, a rule refuses such a name.
fn check_look_alikes(log: &CaseLog, submission: &Submission) -> Result<(), AppError> {
    let Submission { at, event, .. } = submission;
    if !event.kind().adds_people() {
        return Ok(());
    }
    let advisories = log.recorded.records().case().advise(event, *at, None);
    let found = advisories.into_iter().find(|advisory| advisory.warning == Warning::LookAlike);
    found.map_or(Ok(()), |Advisory { found, .. }| {
        Err(AppError::Usage(format!("{found}; if it is the same person, use the name that the case has")))
    })
}

/// Checks what the core doesn't know about an offer, and returns the event to record with its time.
fn submission(log: &CaseLog, offer: &Offer, now: At) -> Result<Submission, AppError> {
    if offer.event.note_text().is_some_and(|text| text.text().is_none()) {
        return Err(AppError::Usage("the text is missing; give the text itself, not its digest".to_owned()));
    }
    check_names(offer)?;
    check_revision(log, offer)?;
    input::check_zone(&offer.event, log.zone)?;
    let (replaces, event) = (offer.replaces, offer.event.clone());
    match offer.at {
        Some(EventTime::On(day)) => {
            let instants = instants_on(log, day, now)?;
            let on = |at| Submission { at, precision: Precision::Day, replaces, event: event.clone() };
            let fits = |at: &At| {
                let act = vec![(Uuid::nil(), on(*at))];
                log.recorded.clone().accept_act(next_number(log), act).is_ok()
            };
            let at = instants.iter().copied().find(fits).or(instants.first().copied()).unwrap_or(now);
            Ok(on(at))
        }
        Some(time @ (EventTime::At(at) | EventTime::Picked(at))) => {
            check_clock(at, now, log)?;
            let is_picked = matches!(time, EventTime::Picked(_));
            let precision = if is_picked { Precision::Day } else { Precision::Instant };
            Ok(Submission { at, precision, replaces, event })
        }
        None => {
            let (at, precision) =
                replaced_time(log, replaces).unwrap_or_else(|| (recorded_now(log, now), Precision::Instant));
            Ok(Submission { at, precision, replaces, event })
        }
    }
}

/// Returns the instants on a day that an event of which only the day is known can get, the best first: noon, just after each
/// event of the case on that day, the day's beginning, and its end. None is after now.
fn instants_on(log: &CaseLog, day: Date, now: At) -> Result<Vec<At>, AppError> {
    let (begins, ends) = log.zone.day(day).ok_or_else(|| AppError::Usage(format!("{day} is not a day to record")))?;
    if begins > now {
        return Err(AppError::Future { at: begins, now, zone: log.zone });
    }
    let last = At::from_millis(ends.millis() - 60_000).unwrap_or(begins).min(now);
    let noon = At::from_millis(begins.millis() + (ends.millis() - begins.millis()) / 2).unwrap_or(begins).min(now);
    let known =
        log.recorded.records().in_effect().into_iter().map(|entry| entry.at).filter(|at| (begins..=last).contains(at));
    Ok([noon].into_iter().chain(known).chain([begins, last]).collect())
}

/// Returns the time of the record that an event replaces, and how exactly it is known: a correction without a time doesn't change
/// it.
fn replaced_time(log: &CaseLog, replaces: Option<u64>) -> Option<(At, Precision)> {
    let replaced = replaces?;
    log.records.iter().find(|record| record.seq == replaced).map(|record| (record.at, record.details.precision))
}

fn answer(log: &CaseLog, accepted: &Accepted, from: Stage, advisories: Vec<Advisory>, detail: Detail) -> Recorded {
    let kind = accepted.event().kind();
    let all = detail == Detail::All;
    Recorded {
        case: log.id,
        district: if all { log.district().cloned() } else { None },
        id: accepted.id(),
        seq: None,
        rev: None,
        event: kind,
        at: accepted.at(),
        precision: accepted.precision(),
        replaces: accepted.replaces(),
        from,
        to: accepted.to(),
        dry_run: false,
        existing: false,
        summary: if all { session_summary(kind, accepted.at(), &log.recorded) } else { None },
        advisories,
        also: Vec::new(),
        checkpoint: None,
        set_aside: None,
        clock_before: None,
        zone: log.zone,
    }
}

/// Returns the time of an event for which no time was sent: the time at which it is checked.
///
/// A case whose last event is a little ahead of this clock doesn't refuse the next event for that: the event gets the time
/// of the last one.
fn recorded_now(log: &CaseLog, now: At) -> At {
    let last = log.recorded.facts().file().map(CaseFile::last_at);
    last.filter(|last| *last > now && last.millis() - now.millis() <= CLOCK_TOLERANCE).unwrap_or(now)
}

pub(super) fn check_clock(at: At, now: At, log: &CaseLog) -> Result<(), AppError> {
    let is_ahead = at.millis() > now.millis().saturating_add(CLOCK_TOLERANCE);
    if is_ahead { Err(AppError::Future { at, now, zone: log.zone }) } else { Ok(()) }
}

/// Checks that the case has as many records as the sender of the offer has seen.
fn check_revision(log: &CaseLog, offer: &Offer) -> Result<(), AppError> {
    let found = log.recorded.records().revision();
    match offer.expected_revision {
        Some(expected) if expected != found => Err(AppendError::Conflict { case: log.id, expected, found }.into()),
        _ => Ok(()),
    }
}
