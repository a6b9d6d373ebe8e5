//! Strategies for arbitrary events of every kind, and for sequences of them.

use crate::support::at;
use crate::support::likely::{OFFSET, on_day, slot_at};
use ibbi_core::events::*;
use ibbi_core::*;
use proptest::collection::{btree_set, vec};
use proptest::option::of as maybe;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// The start of every sequence.
pub(crate) fn start() -> At {
    at("2026-09-01 09:00")
}

/// The source of the parts of events.
pub(crate) struct Pool {
    concern: BoxedStrategy<ConcernId>,
    date: BoxedStrategy<Date>,
    id: BoxedStrategy<MemberId>,
    name: BoxedStrategy<Name>,
    part: BoxedStrategy<u8>,
    program: BoxedStrategy<Program>,
    seq: BoxedStrategy<u64>,
    slot: BoxedStrategy<Slot>,
    text: BoxedStrategy<NoteText>,
}

impl Pool {
    /// A few values of each type, so that events refer to each other.
    pub(crate) fn small() -> Self {
        let lengths = [1_u16, 60, 120, 180, 239, 240, 300, 480, 481, 700];
        let slot = (0_i64..12, select(vec![0_i64, 8 * 60, 13 * 60, 20 * 60]), select(lengths.to_vec()));
        Self {
            concern: parsed(&["minutes", "costs"]),
            date: parsed(&["2026-08-31", "2026-09-01", "2026-09-04", "2026-09-09", "2027-06-30"]),
            id: parsed(&["ana", "ben", "cora", "dev", "nell"]),
            name: parsed(&["Rosa Amari", "Tom Fields", "Ines Novak", "Ros\u{430} Amari", "Ine\u{301}s Novak"]),
            part: (0_u8..=3).boxed(),
            program: small_program(),
            seq: (0_u64..40).boxed(),
            slot: slot.prop_map(|(day, minute, length)| slot_at(on_day(start(), day, minute), length)).boxed(),
            text: parsed(&["Who keeps the minutes?"]),
        }
    }

    /// Any value of the types.
    pub(crate) fn wide() -> Self {
        let ids = "[a-z0-9][a-z0-9._-]{0,22}";
        let last = At::MAX.millis() / 60_000;
        let instant = prop_oneof![4 => 0..last, 1 => 0..10_000_i64, 1 => last - 10_000..last];
        let (offset, length) = (-840_i16..=840, 1_i64..=1440);
        let slot = (instant, offset.clone(), length, offset).prop_filter_map("a slot", |(from, one, long, other)| {
            let local = |minutes: i64, offset| LocalTime::new(At::from_millis(minutes * 60_000)?, offset);
            Slot::new(local(from, one)?, local(from + long, other)?).ok()
        });
        let date = (1970..=9999, 1_u32..=12, 1_u32..=31);
        Self {
            concern: ids.prop_map(|id| id.parse().expect("the pattern of an id")).boxed(),
            date: date.prop_filter_map("a day that exists", |(y, m, d)| Date::new(y, m, d)).boxed(),
            id: ids.prop_map(|id| id.parse().expect("the pattern of an id")).boxed(),
            name: "\\PC{1,60}".prop_filter_map("a name", |text| Name::new(text.trim()).ok()).boxed(),
            part: any::<u8>().boxed(),
            program: wide_program(),
            seq: any::<u64>().boxed(),
            slot: slot.boxed(),
            text: "(\\PC|[\n\t]){1,200}".prop_filter_map("a text", |text| NoteText::new(text.trim()).ok()).boxed(),
        }
    }

    fn ids(&self) -> BoxedStrategy<MemberIds> {
        btree_set(self.id.clone(), 0..5).prop_map(|set| MemberIds::new(set).expect("a set")).boxed()
    }

    fn names(&self) -> BoxedStrategy<Names> {
        btree_set(self.name.clone(), 0..3).prop_map(|set| Names::new(set).expect("a set")).boxed()
    }

    fn person(&self) -> BoxedStrategy<Person> {
        (self.id.clone(), self.name.clone()).prop_map(|(id, name)| Person { id, name }).boxed()
    }

    fn reason(&self) -> BoxedStrategy<Reason> {
        self.name.clone().prop_map(|name| Reason::new(name.as_str()).expect("a name is a reason")).boxed()
    }

    fn observers(&self) -> BoxedStrategy<Observers> {
        let observer = (select(Capacity::ALL), self.name.clone());
        let observer = observer.prop_map(|(capacity, name)| Observer { capacity, name });
        btree_set(observer, 0..3).prop_map(|set| Observers::new(set).expect("a set")).boxed()
    }

    fn late(&self) -> BoxedStrategy<MemberIds> {
        seldom(self.ids())
    }

    fn neutrals(&self) -> BoxedStrategy<Neutrals> {
        seldom(btree_set(self.person(), 1..3).prop_map(|set| Neutrals::new(set).expect("a set")))
    }

    fn substitutes(&self) -> BoxedStrategy<Substitutes> {
        let substitute = (self.id.clone(), self.person()).prop_map(|(member, person)| Substitute { member, person });
        seldom(btree_set(substitute, 1..3).prop_map(|set| Substitutes::new(set).expect("a set")))
    }

    fn advisers(&self) -> BoxedStrategy<Advisers> {
        let adviser = (self.name.clone(), select(Party::ALL), select(AdviserRole::ALL));
        let adviser = adviser.prop_map(|(name, party, role)| Adviser { name, party, role });
        seldom(btree_set(adviser, 1..3).prop_map(|set| Advisers::new(set).expect("a set")))
    }
}

/// Returns a published activity, or another one.
fn activity() -> BoxedStrategy<ActivityId> {
    parsed(&["exercise", "bargaining_simulation", "role_play"])
}

/// Returns an empty list, or seldom another one.
fn seldom<T: Default + Clone + std::fmt::Debug + 'static>(
    list: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![4 => Just(T::default()), 1 => list].boxed()
}

fn parsed<T>(texts: &'static [&'static str]) -> BoxedStrategy<T>
where
    T: std::str::FromStr<Err: std::fmt::Debug> + Clone + std::fmt::Debug + 'static,
{
    select(texts).prop_map(|text| text.parse().expect("a valid text")).boxed()
}

fn small_program() -> BoxedStrategy<Program> {
    let parameters = (select(Presence::ALL), select(vec![0_u16, 15, 59]), select(vec![60_u16, 480]), 1_u16..=2);
    let program = |(presence, grace, training, edition)| {
        let mut activities = ActivityId::PUBLISHED.to_vec();
        if edition == 2 {
            activities.push(ActivityId::new("role_play").expect("an activity"));
        }
        Program::new(ProgramParameters {
            activities,
            edition: Edition::new(edition).expect("an edition"),
            presence,
            grace,
            training: std::vec![training],
            ..ProgramParameters::default()
        })
    };
    parameters.prop_map(move |parameters| program(parameters).expect("parameters that fit")).boxed()
}

fn wide_program() -> BoxedStrategy<Program> {
    let length = || 1_u16..=Program::MAX_PART_MINUTES;
    let parts = || vec(length(), 1..=Program::MAX_PARTS);
    (parts(), 0_u16..60, select(Presence::ALL), length(), parts())
        .prop_filter_map("parameters that fit", |(full_day, grace, presence, training, two_half_days)| {
            let formats = ProgramParameters::published_formats(full_day, two_half_days);
            let training = std::vec![training];
            let parameters = ProgramParameters { formats, grace, presence, training, ..Default::default() };
            Program::new(parameters).ok()
        })
        .boxed()
}

/// Maps a tuple of strategies to an event: `event!(Kind { field: strategy, … })`.
macro_rules! event {
    ($kind:ident { $($field:ident: $strategy:expr),+ $(,)? }) => {{
        let fields = ($($strategy,)+);
        fields.prop_map(|($($field,)+)| Event::from($kind { $($field),+ })).boxed()
    }};
}

/// Returns any event of a kind.
pub(crate) fn of_kind(kind: EventKind, pool: &Pool) -> BoxedStrategy<Event> {
    let party = || select(Party::ALL);
    let (id, name, part) = (|| pool.id.clone(), || pool.name.clone(), || pool.part.clone());
    let (date, slot, text) = (|| pool.date.clone(), || pool.slot.clone(), || pool.text.clone());
    let (reason, concern, seat) = (|| pool.reason(), || pool.concern.clone(), || select(Seat::ALL));
    let document = || maybe(any::<[u8; 32]>().prop_map(DocumentDigest::from_bytes));
    match kind {
        EventKind::CaseOpened => {
            let zones = parsed(&["America/New_York", "UTC"]);
            let follows = maybe(any::<u128>().prop_map(uuid::Uuid::from_u128));
            event!(CaseOpened {
                contract_expires: maybe(date()),
                county: maybe(select(County::ALL)),
                district: name(),
                evergreen: any::<bool>(),
                follows: follows,
                program: pool.program.clone(),
                time_zone: zones,
            })
        }
        EventKind::LeaderAgreed => {
            event!(LeaderAgreed { name: name(), office: maybe(select(Office::ALL)), seat: seat() })
        }
        EventKind::LeaderDeclined => event!(LeaderDeclined { name: name(), reason: reason(), seat: seat() }),
        EventKind::MeetingScheduled => event!(MeetingScheduled { slot: slot() }),
        EventKind::MeetingHeld => {
            let topics = btree_set(select(Topic::ALL), 0..=3).prop_map(Topics::new);
            event!(MeetingHeld { present: pool.names(), representative: name(), topics: topics })
        }
        EventKind::ServiceChosen => {
            let offering = prop_oneof![3 => Just(None), 1 => select(Workshop::ALL).prop_map(Some)];
            event!(ServiceChosen { offering: offering, service: select(Service::ALL) })
        }
        EventKind::CaseReferred => event!(CaseReferred { to: select(Service::ALL) }),
        EventKind::SupportConfirmed => {
            event!(SupportConfirmed { body: select(Body::ALL), dated: date(), document: document() })
        }
        EventKind::SupportWithdrawn => {
            event!(SupportWithdrawn { body: select(Body::ALL), dated: date(), document: document() })
        }
        EventKind::ApplicationAccepted => event!(ApplicationAccepted { by: name() }),
        EventKind::ApplicationDeclined => event!(ApplicationDeclined { reason: reason() }),
        EventKind::MemberNamed => event!(MemberNamed { member: pool.person(), party: party() }),
        EventKind::MemberReleased => event!(MemberReleased { member: id(), party: party(), reason: reason() }),
        EventKind::AttendancePledged => {
            event!(AttendancePledged { dated: maybe(date()), member: id(), party: party() })
        }
        EventKind::PledgeWithdrawn => event!(PledgeWithdrawn { dated: maybe(date()), member: id(), party: party() }),
        EventKind::SessionScheduled => {
            event!(SessionScheduled {
                co_neutrals: pool.neutrals(),
                neutral: pool.person(),
                part: part(),
                place: maybe(name()),
                slot: slot()
            })
        }
        EventKind::SessionPostponed => event!(SessionPostponed { part: part(), reason: reason() }),
        EventKind::SessionOpened => event!(SessionOpened {
            advisers: pool.advisers(),
            co_neutrals: pool.neutrals(),
            substitutes: pool.substitutes(),
            neutral: pool.person(),
            observers: pool.observers(),
            part: part(),
            present: pool.ids(),
        }),
        EventKind::ActivityRun => event!(ActivityRun { kind: activity(), title: name() }),
        EventKind::SessionAdjourned => {
            event!(SessionAdjourned { late: pool.late(), left_early: pool.ids(), reason: reason() })
        }
        EventKind::SessionClosed => event!(SessionClosed { late: pool.late(), left_early: pool.ids() }),
        EventKind::CaucusOpened => {
            event!(CaucusOpened { advisers: pool.advisers(), party: party(), present: pool.ids() })
        }
        EventKind::ConcernRaised => event!(ConcernRaised { concern: concern(), party: party(), text: text() }),
        EventKind::ConcernAddressed => event!(ConcernAddressed { concern: concern(), response: text() }),
        EventKind::ConcernDropped => event!(ConcernDropped { concern: concern() }),
        EventKind::PartyDecided => {
            event!(PartyDecided { decision: select(Decision::ALL), party: party(), spokesperson: id() })
        }
        EventKind::DecisionReopened => event!(DecisionReopened { party: party(), reason: reason() }),
        EventKind::FormatChosen => event!(FormatChosen { format: select(Format::ALL).prop_map(FormatId::from) }),
        EventKind::LeaderLeft => event!(LeaderLeft { reason: reason(), seat: seat() }),
        EventKind::LeaderSucceeded => {
            event!(LeaderSucceeded { name: name(), office: maybe(select(Office::ALL)), seat: seat() })
        }
        EventKind::SuccessorAgreed => event!(SuccessorAgreed { seat: seat() }),
        EventKind::OutcomeNoted => {
            event!(OutcomeNoted {
                dated: date(),
                document: document(),
                party: maybe(party()),
                result: select(FollowUpResult::ALL)
            })
        }
        EventKind::ContractDatesChanged => {
            event!(ContractDatesChanged { contract_expires: date(), evergreen: any::<bool>() })
        }
        EventKind::NoteAdded => event!(NoteAdded { text: text() }),
        EventKind::CaseWithdrawn => event!(CaseWithdrawn { by: name(), reason: reason() }),
        EventKind::CaseMigrated => {
            let edition = (1_u16..=3).prop_map(|number| Edition::new(number).expect("an edition"));
            event!(CaseMigrated { edition: edition, reason: reason() })
        }
        EventKind::EventVoided => event!(EventVoided { reason: reason(), seq: pool.seq.clone() }),
    }
}

/// Returns any event of any kind. Events that end a case are rare, so that sequences are long.
pub(crate) fn any_event(pool: &Pool) -> BoxedStrategy<Event> {
    let weight = |kind: &EventKind| match kind {
        EventKind::CaseWithdrawn | EventKind::ApplicationDeclined | EventKind::CaseReferred => 1,
        _ => 6,
    };
    Union::new_weighted(EventKind::ALL.iter().map(|kind| (weight(kind), of_kind(*kind, pool))).collect()).boxed()
}

/// A move: minutes since the previous move, an arbitrary event, and dice for a likely event instead.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) minutes: i64,
    pub(crate) event: Event,
    pub(crate) seed: u64,
}

/// Returns moves of any kind.
pub(crate) fn any_move() -> impl Strategy<Value = Move> {
    let minutes = prop_oneof![
        6 => Just(0_i64),
        3 => 1_i64..=30,
        3 => select(vec![60_i64, 225, 240, 465, 480, 520]),
        1 => select(vec![720_i64, 1440]),
        1 => -60_i64..0,
    ];
    (minutes, any_event(&Pool::small()), any::<u64>()).prop_map(|(minutes, event, seed)| Move { minutes, event, seed })
}

/// The small pool uses the offset of the other tests.
const _: () = assert!(OFFSET == -300);
