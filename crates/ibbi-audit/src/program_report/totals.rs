//! The totals of a program report: the summary, the districts, and the neutrals.

use super::case_year::{CaseRead, SessionHeld};
use super::{CaseYear, DaySpread, DistrictYear, NeutralYear, ProgramSummary};
use ibbi_common::quantile::nearest_rank;
use ibbi_core::{Name, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// The totals of the cases that were added.
#[derive(Default)]
pub(super) struct Totals {
    summary: ProgramSummary,
    cases: Vec<CaseYear>,
    districts: BTreeMap<Name, DistrictYear>,
    neutrals: BTreeMap<Name, NeutralTotals>,
    days: Vec<u32>,
}

#[derive(Default)]
struct NeutralTotals {
    cases: u64,
    districts: BTreeSet<Name>,
    led: u64,
    co_led: u64,
    minutes: u64,
    booked: u64,
}

impl Totals {
    pub(super) fn add(&mut self, read: CaseRead) {
        self.add_to_summary(&read);
        self.add_to_district(&read);
        self.add_to_neutrals(&read);
        self.cases.push(read.row);
    }

    fn add_to_summary(&mut self, read: &CaseRead) {
        let (summary, row) = (&mut self.summary, &read.row);
        let one = u64::from;
        summary.open_at_start += one(read.was_open_at_start);
        summary.opened += one(read.was_opened);
        summary.closed += one(read.was_closed);
        summary.open_at_end += one(row.stage.is_open());
        if let Some(outcome) = row.outcome.filter(|_| read.was_closed) {
            *match outcome {
                Outcome::Completed => &mut summary.completed,
                Outcome::Referred => &mut summary.referred,
                Outcome::NotAccepted => &mut summary.not_accepted,
                Outcome::NotAdopted => &mut summary.ended_not_adopted,
                Outcome::Withdrawn => &mut summary.withdrawn,
            } += 1;
        }
        summary.meetings += row.meetings;
        for SessionHeld { minutes, is_training, .. } in &read.sessions {
            let (sessions, total) = match is_training {
                true => (&mut summary.training_sessions, &mut summary.training_minutes),
                false => (&mut summary.facilitation_sessions, &mut summary.facilitation_minutes),
            };
            *sessions += 1;
            *total += minutes;
        }
        summary.postponed += read.postponed;
        summary.adopted += one(row.adopted == Some(true));
        summary.decided += one(row.adopted.is_some());
        summary.tentative_agreements += one(read.results.tentative);
        summary.ratified += one(read.results.ratified);
        summary.no_agreement += one(read.results.none);
        self.days.extend(row.days_to_first_session);
    }

    fn add_to_district(&mut self, read: &CaseRead) {
        if !read.was_open {
            return;
        }
        let row = &read.row;
        let district = self.districts.entry(row.district.clone()).or_insert_with(|| DistrictYear {
            district: row.district.clone(),
            cases: 0,
            opened: 0,
            closed: 0,
            sessions: 0,
            minutes: 0,
            adopted: 0,
            decided: 0,
            completed: 0,
        });
        district.cases += 1;
        district.opened += u64::from(read.was_opened);
        district.closed += u64::from(read.was_closed);
        district.sessions += row.training_sessions + row.facilitation_sessions;
        district.minutes += row.minutes;
        district.adopted += u64::from(row.adopted == Some(true));
        district.decided += u64::from(row.adopted.is_some());
        district.completed += u64::from(read.was_closed && row.outcome == Some(Outcome::Completed));
    }

    fn add_to_neutrals(&mut self, read: &CaseRead) {
        let mut seen = BTreeSet::new();
        for SessionHeld { neutrals, minutes, .. } in &read.sessions {
            for (place, name) in neutrals.iter().enumerate() {
                let totals = self.neutrals.entry(name.clone()).or_default();
                *(if place == 0 { &mut totals.led } else { &mut totals.co_led }) += 1;
                totals.minutes += minutes;
                seen.insert(name);
            }
        }
        for name in read.booked.iter().flatten() {
            self.neutrals.entry(name.clone()).or_default().booked += 1;
            seen.insert(name);
        }
        for name in seen {
            let totals = self.neutrals.entry(name.clone()).or_default();
            totals.cases += 1;
            totals.districts.insert(read.row.district.clone());
        }
    }

    pub(super) fn finish(mut self) -> (ProgramSummary, Vec<DistrictYear>, Vec<CaseYear>, Vec<NeutralYear>) {
        self.days.sort_unstable();
        let at = |percent| nearest_rank(&self.days, percent).copied();
        let spread = || Some(DaySpread { least: at(0)?, median: at(50)?, p90: at(90)?, most: at(100)? });
        let led = self.neutrals.values().filter(|totals| totals.led + totals.co_led > 0).count();
        let summary = ProgramSummary {
            districts: self.districts.len() as u64,
            first_sessions: self.days.len() as u64,
            days_to_first_session: spread(),
            neutrals: led as u64,
            ..self.summary
        };
        // By the day first: a ledger can have a case that was recorded after it had ended.
        self.cases.sort_by_key(|case| case.opened);
        let neutrals = self.neutrals.into_iter().map(|(name, totals)| NeutralYear {
            name,
            cases: totals.cases,
            districts: totals.districts.len() as u64,
            led: totals.led,
            co_led: totals.co_led,
            minutes: totals.minutes,
            booked: totals.booked,
        });
        (summary, self.districts.into_values().collect(), self.cases, neutrals.collect())
    }
}
