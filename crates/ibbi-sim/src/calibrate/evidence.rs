//! The evidence of many cases. A simulated case and a case of a ledger are read by the same code.

use super::case_reader::{CaseEvidence, CaseReader};
use super::counts::{Trials, WaitCounts};
use super::days::OpenDays;
use crate::assumptions::{Chance, Duration};
use ibbi_core::{At, Event, History, Stage};

/// The evidence of many cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub(crate) chances: [Trials; Chance::ALL.len()],
    pub(crate) waits: [WaitCounts; Duration::ALL.len()],
    /// The number of cases.
    pub(crate) cases: u64,
    /// How many of them have ended.
    pub(crate) closed: u64,
}

impl Evidence {
    /// Adds a case: its events in the order in which they happened, each with the stage it led to.
    ///
    /// If the case is open, it was watched until an instant. Events after that must not be among these.
    pub fn add_case<'a>(
        &mut self,
        events: impl IntoIterator<Item = (At, &'a Event, Stage)>,
        until: At,
        days: &OpenDays,
    ) {
        let mut reader = CaseReader::new(days);
        events.into_iter().for_each(|(at, event, to)| reader.read(at, event, to));
        self.add(reader.finish(until));
    }

    /// Adds a case of a ledger, with the events in effect that happened until an instant.
    pub fn add_history(&mut self, history: &History, until: At, days: &OpenDays) {
        let mut case = history.start();
        let seen = history.in_effect().into_iter().take_while(|entry| entry.at <= until);
        // The history accepted all of them, so each is accepted again.
        let with_stages =
            seen.map_while(|entry| Some((entry.at, &entry.event, case.offer(&entry.event, entry.at).ok()?)));
        self.add_case(with_stages, until, days);
    }

    fn add(&mut self, case: CaseEvidence) {
        self.cases += 1;
        self.closed += u64::from(case.closed);
        for (all, one) in self.chances.iter_mut().zip(case.trials) {
            all.happened += one.happened;
            all.total += one.total;
            all.cases += u64::from(one.total > 0);
        }
        let mut counted = [false; Duration::ALL.len()];
        for (duration, span) in case.waits {
            let all = &mut self.waits[duration as usize];
            all.add(span);
            all.cases += u64::from(!std::mem::replace(&mut counted[duration as usize], true));
        }
    }
}
