//! The chart as a deterministic automaton over kinds of event.
//!
//! Some events lead to different stages depending on their fields: choosing a service leads to the next stage only if the
//! service is the institute. A net whose transitions have only kinds can't see that. Such a net would have two transitions
//! with the same label from one place, and a replay that takes the wrong one would reject a legal case. So the places of
//! the net are *sets* of stages: those in which a case can be after the events so far. Each set has one transition for each
//! kind (the subset construction of automata theory). A sequence of events fits if, and only if, the chart allows it.
//!
//! Two stages also count answers, which the chart doesn't contain: see [`ANSWER_COUNTS`].

use ibbi_core::chart::{TRANSITIONS, Transition};
use ibbi_core::{EventKind, Party, Seat, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// The stages in which each member of a closed set answers once. A case leaves such a stage with the last answer.
///
/// A test checks this against the core, on every prefix of many cases.
const ANSWER_COUNTS: &[AnswerCount] = &[
    // A leader who declines takes an answer back, or declines without having agreed, which changes nothing.
    AnswerCount {
        stage: Stage::Inquiry,
        answer: EventKind::LeaderAgreed,
        withdrawal: EventKind::LeaderDeclined,
        always: false,
        required: Seat::ALL.len(),
    },
    AnswerCount {
        stage: Stage::Caucus,
        answer: EventKind::PartyDecided,
        withdrawal: EventKind::DecisionReopened,
        always: true,
        required: Party::ALL.len(),
    },
];

struct AnswerCount {
    stage: Stage,
    /// The event that answers.
    answer: EventKind,
    /// The event that takes an answer back.
    withdrawal: EventKind,
    /// Whether it always does.
    always: bool,
    /// The number of answers with which a case leaves the stage.
    required: usize,
}

/// A stage, with the number of answers so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NetStage {
    pub(super) stage: Stage,
    pub(super) answers: usize,
}

impl NetStage {
    const fn entry(stage: Stage) -> Self {
        Self { stage, answers: 0 }
    }

    /// Returns the number of answers that the stage requires, if it counts them.
    pub(super) fn required(self) -> Option<usize> {
        ANSWER_COUNTS.iter().find(|count| count.stage == self.stage).map(|count| count.required)
    }

    /// Returns where a row of the chart can lead from here.
    fn follow(self, row: &Transition) -> Vec<Self> {
        if let Some(count) = ANSWER_COUNTS.iter().find(|count| count.stage == self.stage) {
            let with = |answers| Self { answers, ..self };
            if row.event == count.answer {
                let leaving = row.to.iter().filter(|to| **to != self.stage).map(|to| Self::entry(*to));
                return if self.answers + 1 < count.required {
                    vec![with(self.answers + 1)]
                } else {
                    leaving.collect()
                };
            }
            if row.event == count.withdrawal {
                let fewer = self.answers.checked_sub(1).map(with);
                return fewer.into_iter().chain((!count.always).then_some(self)).collect();
            }
        }
        row.to.iter().map(|to| if *to == self.stage { self } else { Self::entry(*to) }).collect()
    }
}

/// A place of the net: the stages in which a case can be.
pub(super) type NetPlace = BTreeSet<NetStage>;

/// The automaton. Its first place is the one before any event.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) places: Vec<NetPlace>,
    /// The transitions: from a place, by a kind of event, to a place.
    pub(super) steps: Vec<(usize, EventKind, usize)>,
}

impl Net {
    /// Builds the net of this program's chart.
    pub(super) fn from_chart() -> Self {
        let mut net = Self { places: vec![NetPlace::from([NetStage::entry(Stage::Unopened)])], steps: Vec::new() };
        let mut known: BTreeMap<NetPlace, usize> = BTreeMap::from([(net.places[0].clone(), 0)]);
        let mut next = 0;
        while let Some(place) = net.places.get(next).cloned() {
            for kind in EventKind::ALL {
                let reached = follow(&place, *kind);
                if reached.is_empty() {
                    continue;
                }
                let to = *known.entry(reached).or_insert_with_key(|reached| {
                    net.places.push(reached.clone());
                    net.places.len() - 1
                });
                net.steps.push((next, *kind, to));
            }
            next += 1;
        }
        net
    }
}

fn follow(place: &NetPlace, kind: EventKind) -> NetPlace {
    let ways = place.iter().flat_map(|net_stage| {
        let rows = TRANSITIONS.iter().filter(|row| row.from == net_stage.stage && row.event == kind);
        rows.flat_map(|row| net_stage.follow(row))
    });
    ways.collect()
}

#[cfg(test)]
impl Net {
    /// Returns the place after these kinds, or the number of kinds that fit.
    pub(super) fn replay(&self, kinds: impl IntoIterator<Item = EventKind>) -> Result<&NetPlace, usize> {
        let mut place = 0;
        for (number, kind) in kinds.into_iter().enumerate() {
            let step = self.steps.iter().find(|(from, label, _)| *from == place && *label == kind);
            place = step.ok_or(number)?.2;
        }
        Ok(&self.places[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use ibbi_core::Case;

    #[test]
    fn no_place_has_two_transitions_of_one_kind() {
        let net = Net::from_chart();
        let mut seen = BTreeSet::new();
        for (from, kind, _) in &net.steps {
            assert!(seen.insert((*from, kind.code())), "{kind} leaves {:?} twice", net.places[*from]);
        }
        println!("{} places, {} transitions", net.places.len(), net.steps.len());
    }

    #[test]
    fn answer_counts_name_rows_of_the_chart() {
        for AnswerCount { stage, answer, withdrawal, .. } in ANSWER_COUNTS {
            let row = ibbi_core::chart::transition(*stage, *answer).expect("the answer is in the chart");
            assert!(row.to.contains(stage) && row.to.len() > 1, "{answer} stays or leads on");
            let row = ibbi_core::chart::transition(*stage, *withdrawal).expect("taking withdrawal is in the chart");
            assert_eq!(row.to, [*stage]);
        }
    }

    /// The net knows the stage and the number of answers of every case after each of its events.
    #[test]
    fn every_prefix_of_a_legal_case_fits_and_ends_in_the_core_s_stage() {
        let net = Net::from_chart();
        let (mut cases, mut events) = (0, 0);
        for records in testing::legal_cases() {
            let mut case = Case::default();
            for (number, (at, event)) in records.iter().enumerate() {
                case.offer(event, *at).expect("the case is legal");
                let kinds = records[..=number].iter().map(|(_, event)| event.kind());
                let place = net.replay(kinds).unwrap_or_else(|fit| panic!("only {fit} of {number} events fit"));
                let answers = match &case {
                    Case::Inquiry(inquiry) => Seat::ALL.len() - inquiry.open_seats().count(),
                    Case::Caucus(caucus) => {
                        Party::ALL.iter().filter(|party| caucus.party(**party).decided.is_some()).count()
                    }
                    _ => 0,
                };
                let net_stage = NetStage { stage: case.stage(), answers };
                assert!(place.contains(&net_stage), "{net_stage:?} is not among {place:?}");
                events += 1;
            }
            cases += 1;
        }
        println!("{cases} cases, {events} events");
        assert!(cases > 100 && events > 1_000);
    }

    #[test]
    fn an_event_before_its_stage_does_not_fit() {
        use EventKind::*;
        let net = Net::from_chart();
        let to_caucus = [
            CaseOpened,
            LeaderAgreed,
            LeaderAgreed,
            LeaderAgreed,
            MeetingHeld,
            ServiceChosen,
            ApplicationAccepted,
            SessionClosed,
            CaucusOpened,
        ];
        for (then, fits) in [
            (&[FormatChosen][..], false),
            (&[PartyDecided, FormatChosen], false),
            (&[PartyDecided, DecisionReopened, PartyDecided, FormatChosen], false),
            (&[DecisionReopened], false),
            (&[PartyDecided, PartyDecided, PartyDecided], false),
            (&[PartyDecided, PartyDecided, DecisionReopened], false),
            (&[PartyDecided, PartyDecided, FormatChosen], true),
            (&[PartyDecided, DecisionReopened, PartyDecided, PartyDecided, FormatChosen], true),
            (&[CaseWithdrawn], true),
            (&[CaseWithdrawn, NoteAdded], false),
            (&[SessionScheduled], true), // The hours may not have been full. The kind doesn't tell what a session counted.
        ] {
            let kinds = if then == [SessionScheduled] { &to_caucus[..8] } else { &to_caucus };
            let replayed = net.replay(kinds.iter().chain(then).copied());
            assert_eq!(replayed.is_ok(), fits, "{then:?}: {replayed:?}");
        }
        for wrong in
            [&[LeaderAgreed][..], &[CaseOpened, LeaderAgreed, LeaderAgreed, MeetingHeld], &[CaseOpened, CaseOpened]]
        {
            assert!(net.replay(wrong.iter().copied()).is_err(), "{wrong:?}");
        }
    }
}
