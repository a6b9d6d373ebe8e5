//! The chart as a deterministic automaton over kinds of event.
//!
//! Some events lead to one stage or another by what they carry: a service that was chosen leads on if it is the institute.
//! A net whose transitions bear kinds alone cannot see that. Left as it is, such a net has two transitions of one label
//! that leave one place, and a replay that takes the wrong one finds fault with a legal case. So the places of the net
//! are *sets* of stages, those in which a case can be after the events so far; each set has one transition for each kind
//! (the subset construction of automata theory). A sequence of events fits if, and only if, the chart has a way for it.
//!
//! Two things that a chart of stages does not say are counted: see [`TALLIES`].

use ibbi_core::chart::{TRANSITIONS, Transition};
use ibbi_core::{EventKind, Party, Seat, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// What is answered once by each member of a closed set, so that the stage is left with the last answer and not before.
///
/// A test holds this against the core, on every prefix of many cases.
const TALLIES: &[Tally] = &[
    // A leader who declines takes an answer back, or says no before having said yes, which changes nothing.
    Tally {
        stage: Stage::Inquiry,
        answer: EventKind::LeaderAgreed,
        back: EventKind::LeaderDeclined,
        sure: false,
        of: Seat::ALL.len(),
    },
    Tally {
        stage: Stage::Caucus,
        answer: EventKind::PartyDecided,
        back: EventKind::DecisionReopened,
        sure: true,
        of: Party::ALL.len(),
    },
];

struct Tally {
    stage: Stage,
    /// The event that answers.
    answer: EventKind,
    /// The event that takes an answer back.
    back: EventKind,
    /// Whether it always does.
    sure: bool,
    /// How many answers the stage is left with.
    of: usize,
}

/// A stage, with how many of its answers are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) stage: Stage,
    pub(super) answers: usize,
}

impl Spot {
    const fn entry(stage: Stage) -> Self {
        Self { stage, answers: 0 }
    }

    /// How many answers its stage asks for, if it counts any.
    pub(super) fn asked(self) -> Option<usize> {
        TALLIES.iter().find(|tally| tally.stage == self.stage).map(|tally| tally.of)
    }

    /// Where a row of the chart can lead from here.
    fn follow(self, row: &Transition) -> Vec<Self> {
        if let Some(tally) = TALLIES.iter().find(|tally| tally.stage == self.stage) {
            let with = |answers| Self { answers, ..self };
            if row.event == tally.answer {
                let leaving = row.to.iter().filter(|to| **to != self.stage).map(|to| Self::entry(*to));
                return if self.answers + 1 < tally.of { vec![with(self.answers + 1)] } else { leaving.collect() };
            }
            if row.event == tally.back {
                let fewer = self.answers.checked_sub(1).map(with);
                return fewer.into_iter().chain((!tally.sure).then_some(self)).collect();
            }
        }
        row.to.iter().map(|to| if *to == self.stage { self } else { Self::entry(*to) }).collect()
    }
}

/// A place of the net: where a case can be.
pub(super) type Spots = BTreeSet<Spot>;

/// The automaton: its places, the first being the one before any event, and its transitions.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) places: Vec<Spots>,
    /// From which place, by which kind, to which place.
    pub(super) steps: Vec<(usize, EventKind, usize)>,
}

impl Net {
    /// The net of the chart that this program has.
    pub(super) fn of_the_chart() -> Self {
        let mut net = Self { places: vec![Spots::from([Spot::entry(Stage::Unopened)])], steps: Vec::new() };
        let mut known: BTreeMap<Spots, usize> = BTreeMap::from([(net.places[0].clone(), 0)]);
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

fn follow(place: &Spots, kind: EventKind) -> Spots {
    let ways = place.iter().flat_map(|spot| {
        let rows = TRANSITIONS.iter().filter(|row| row.from == spot.stage && row.event == kind);
        rows.flat_map(|row| spot.follow(row))
    });
    ways.collect()
}

#[cfg(test)]
impl Net {
    /// The place after these kinds, or how many of them fit.
    pub(super) fn replay(&self, kinds: impl IntoIterator<Item = EventKind>) -> Result<&Spots, usize> {
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
        let net = Net::of_the_chart();
        let mut seen = BTreeSet::new();
        for (from, kind, _) in &net.steps {
            assert!(seen.insert((*from, kind.code())), "{kind} leaves {:?} twice", net.places[*from]);
        }
        println!("{} places, {} transitions", net.places.len(), net.steps.len());
    }

    #[test]
    fn every_tally_names_rows_that_the_chart_has() {
        for Tally { stage, answer, back, .. } in TALLIES {
            let row = ibbi_core::chart::transition(*stage, *answer).expect("the answer is in the chart");
            assert!(row.to.contains(stage) && row.to.len() > 1, "{answer} stays or leads on");
            let row = ibbi_core::chart::transition(*stage, *back).expect("taking back is in the chart");
            assert_eq!(row.to, [*stage]);
        }
    }

    /// The net knows where every case is after every one of its events, the number of answers included.
    #[test]
    fn every_prefix_of_legal_cases_fits_and_ends_where_the_core_says() {
        let net = Net::of_the_chart();
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
                let spot = Spot { stage: case.stage(), answers };
                assert!(place.contains(&spot), "{spot:?} is not among {place:?}");
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
        let net = Net::of_the_chart();
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
            (&[SessionScheduled], true), // The hours may not have been full: what a session counted, no kind tells.
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
