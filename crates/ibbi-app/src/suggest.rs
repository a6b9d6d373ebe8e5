//! Suggestions: the events that can be recorded now, as pairs that are ready when their values are filled in.

use crate::case_log::CaseLog;
use crate::earliest::TimedAnswers;
use crate::input::value::{read as read_value, to_fill_in};
use crate::zone::Zone;
use ibbi_core::stages::ConcernStatus;
use ibbi_core::{
    Answer, AsRecorded, At, Body, Case, CaseFile, Event, EventKind, FieldKind, FollowUpResult, History, Member,
    MemberIds, Office, Outcome, Party, Program, Rule, Seat, Service, Sessions, Stage, Topics, Workshop,
};
use serde::Serialize;
use serde_json::{Map, Value};

/// An event that can be recorded now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The kind of event.
    pub event: EventKind,
    /// The party that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The body that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The key leader's seat that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
    /// Its data, as far as they are known. To record it, add the values that are missing.
    #[cfg_attr(feature = "schema", schemars(extend("title" = "KnownData")))]
    pub data: Map<String, Value>,
    /// The values that must be added.
    pub missing: Vec<MissingField>,
    /// The rules that the event itself must meet. If there are none, every event with these data is accepted.
    pub rules: Vec<Rule>,
    /// The earliest time at which it can have happened, if it comes after everything that is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<At>,
    /// Its fields, as `key=value`. A value in angle brackets must be filled in.
    pub pairs: Vec<String>,
    /// A hint for filling in the values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it moves the process forward. Other events can be recorded at almost any time.
    pub onward: bool,
}

/// A value that must be added to an event before it can be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingField {
    /// The key of the event's field.
    pub field: &'static str,
    /// The kind of value that it takes.
    pub takes: FieldKind,
    /// The values among which to choose; empty if any value of the kind can be given.
    pub choices: Vec<String>,
}

/// The value of a field in a suggestion.
enum Given {
    /// It is known, and written as in a pair.
    Value(String),
    /// It is one of these.
    OneOf(Vec<String>),
}

impl Given {
    fn one_of<'a>(choices: impl IntoIterator<Item = &'a str>) -> Self {
        Self::OneOf(choices.into_iter().map(str::to_owned).collect())
    }
}

impl From<String> for Given {
    fn from(value: String) -> Self {
        Self::Value(value)
    }
}

/// Returns the values among which a field's value can be chosen, as far as its kind says.
fn codes(kind: FieldKind) -> Vec<String> {
    match kind {
        FieldKind::Code(set) | FieldKind::Topics(set) => set.codes.iter().map(|code| (*code).to_owned()).collect(),
        _ => Vec::new(),
    }
}

struct Suggestions<'a> {
    case: &'a Case,
    found: Vec<Suggestion>,
}

/// Returns what can be recorded at this instant. Events that move the process forward come first.
pub fn suggest(history: &History, at: At) -> Vec<Suggestion> {
    let case = history.case();
    let mut suggestions = Suggestions { case, found: Vec::new() };
    let times = TimedAnswers::until(case, at);
    for prospect in history.survey(at) {
        let rules = match prospect.answer {
            Answer::Blocked { .. } => continue,
            Answer::Ready => Vec::new(),
            Answer::Depends { rules } => rules,
        };
        let before = suggestions.found.len();
        suggestions.add_event(prospect.event, at);
        // A correction has no time of its own.
        let earliest = if prospect.event.happens() { times.first(prospect.event) } else { None };
        for suggestion in suggestions.found.iter_mut().skip(before) {
            (suggestion.rules, suggestion.earliest) = (rules.clone(), earliest);
        }
    }
    let mut found = suggestions.found;
    found.retain(|suggestion| is_acceptable(case, suggestion, at));
    found.sort_by_key(|suggestion| !suggestion.onward);
    found
}

/// Returns what can be recorded in a case that the rules don't allow as it is recorded.
pub(crate) fn suggest_as_recorded(log: &CaseLog) -> Vec<Suggestion> {
    let case = Case::default();
    let mut suggestions = Suggestions { case: &case, found: Vec::new() };
    for not_allowed in log.recorded.as_recorded().into_iter().flat_map(AsRecorded::not_allowed) {
        suggestions.add(EventKind::EventVoided, true, &[("seq", not_allowed.seq.to_string().into())]);
    }
    if log.recorded.stage() != Stage::Closed {
        suggestions.add(EventKind::NoteAdded, false, &[]);
        suggestions.add(EventKind::CaseWithdrawn, false, &[]);
    }
    suggestions.found
}

/// Returns whether the case accepts a suggestion, or whether it has values to fill in.
fn is_acceptable(case: &Case, suggestion: &Suggestion, at: At) -> bool {
    let zone = zone_of(case);
    match crate::input::from_pairs(suggestion.event, &suggestion.pairs, zone) {
        Ok(event) => case.check(&event, at).is_ok(),
        Err(_) => true,
    }
}

/// Returns the time zone of a case.
fn zone_of(case: &Case) -> Zone {
    case.file().and_then(|file| Zone::new(&file.opened().time_zone).ok()).unwrap_or_default()
}

/// Returns a length for people: `4 hours`, or `3 hours 30 minutes`.
fn hours(minutes: u16) -> String {
    let count = |number: u16, one: &str, several: &str| ibbi_common::format::count(number.into(), one, several);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let texts = [(hours, count(hours, "hour", "hours")), (minutes, count(minutes, "minute", "minutes"))];
    texts.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

fn ids<'a>(members: impl IntoIterator<Item = &'a Member>) -> String {
    members.into_iter().map(|member| member.person.id.as_str()).collect::<Vec<_>>().join(",")
}

impl Suggestions<'_> {
    fn add(&mut self, event: EventKind, onward: bool, given: &[(&str, Given)]) -> &mut Suggestion {
        self.found.push(Suggestion::new(event, given, onward, zone_of(self.case)));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn add_event(&mut self, event: EventKind, at: At) {
        match event {
            EventKind::LeaderAgreed => self.leaders(),
            EventKind::MeetingHeld => self.meeting(),
            EventKind::ServiceChosen => self.services(),
            EventKind::CaseReferred => self.referrals(),
            EventKind::SupportConfirmed => {
                for body in Body::ALL.iter().filter(|body| self.case.letter(**body).is_none()) {
                    self.add(event, true, &[("body", body.to_string().into())]);
                }
            }
            EventKind::SupportWithdrawn => {
                for body in Body::ALL.iter().filter(|body| self.case.letter(**body).is_some()) {
                    self.add(event, false, &[("body", body.to_string().into())]);
                }
            }
            EventKind::MemberNamed => self.members(),
            EventKind::MemberReleased => self.leaving(event, |_| true),
            EventKind::PledgeWithdrawn => self.leaving(event, |member| member.pledged),
            EventKind::AttendancePledged => self.pledges(),
            EventKind::ApplicationAccepted => {
                self.add(event, true, &[]);
            }
            EventKind::SessionScheduled => self.slots(),
            EventKind::SessionPostponed => {
                for (part, _) in self.case.sessions().into_iter().flat_map(Sessions::bookings) {
                    self.add(event, false, &[("part", part.to_string().into())]);
                }
            }
            EventKind::SessionOpened => self.openings(at),
            EventKind::ActivityRun => {
                let program = self.case.file().map(CaseFile::program);
                for kind in program.into_iter().flat_map(Program::activity_choices) {
                    self.add(event, true, &[("kind", kind.to_string().into())]);
                }
            }
            EventKind::SessionAdjourned | EventKind::SessionClosed => {
                self.add(event, true, &[]);
            }
            EventKind::CaucusOpened => self.caucuses(),
            EventKind::ConcernRaised => {
                for party in Party::ALL.iter().filter(|party| self.case.decided(**party).is_none()) {
                    self.add(event, false, &[("party", party.to_string().into())]);
                }
            }
            EventKind::ConcernAddressed | EventKind::ConcernDropped => self.concerns(event),
            EventKind::PartyDecided => self.decisions(),
            EventKind::DecisionReopened => {
                for party in Party::ALL.iter().filter(|party| self.case.decided(**party).is_some()) {
                    self.add(event, false, &[("party", party.to_string().into())]);
                }
            }
            EventKind::FormatChosen => {
                let onward = matches!(self.case, Case::Agreement(_));
                let program = self.case.file().map(CaseFile::program);
                for (format, _) in program.into_iter().flat_map(Program::formats) {
                    self.add(event, onward, &[("format", format.to_string().into())]);
                }
            }
            EventKind::LeaderLeft | EventKind::LeaderSucceeded => self.seats(event),
            EventKind::OutcomeNoted => self.outcomes(),
            EventKind::SuccessorAgreed => {
                let pending = self.case.file().into_iter().flat_map(CaseFile::pending_successors);
                for (seat, _) in pending {
                    self.add(event, true, &[("seat", seat.to_string().into())]);
                }
            }
            // Moving to another edition is a decision of the office, and the survey lists it.
            EventKind::CaseMigrated => {}
            EventKind::EventVoided => {
                let note = "voids an event recorded by mistake; `ibbi replay` shows the numbers";
                self.add(event, false, &[]).note = Some(note.to_owned());
            }
            _ => {
                self.add(event, false, &[]);
            }
        }
    }

    fn leaders(&mut self) {
        for seat in Seat::ALL.iter().filter(|seat| self.case.leader(**seat).is_none()) {
            let mut given = vec![("seat", seat.to_string().into())];
            if *seat == Seat::SchoolCommittee {
                given.push(("office", Given::one_of(Office::CODES.iter().copied())));
            }
            self.add(EventKind::LeaderAgreed, true, &given);
        }
    }

    /// Suggests that a leader leaves a seat, or that a successor takes it.
    fn seats(&mut self, event: EventKind) {
        let vacant: Vec<_> = self.case.file().into_iter().flat_map(CaseFile::vacant_seats).collect();
        let leaves = event == EventKind::LeaderLeft;
        for seat in Seat::ALL.iter().filter(|seat| self.case.leader(**seat).is_some()) {
            let is_vacant = vacant.contains(seat);
            if leaves && is_vacant {
                continue;
            }
            let mut given = vec![("seat", seat.to_string().into())];
            if !leaves && *seat == Seat::SchoolCommittee {
                given.push(("office", Given::one_of(Office::CODES.iter().copied())));
            }
            self.add(event, is_vacant, &given);
        }
    }

    /// Suggests what can have become of the contract: what is not recorded yet.
    fn outcomes(&mut self) {
        let Case::Closed(closed) = self.case else { return };
        let known = |result: FollowUpResult, party: Option<Party>| {
            closed.follow_ups().iter().any(|one| one.result == result && one.party == party)
        };
        for result in FollowUpResult::ALL {
            let parties = if result.is_vote() { vec![Some(Party::Labor), Some(Party::Management)] } else { vec![None] };
            for party in parties.into_iter().filter(|party| !known(*result, *party)) {
                let party = party.map(|party| ("party", party.to_string().into()));
                let given: Vec<(_, Given)> = [("result", result.to_string().into())].into_iter().chain(party).collect();
                self.add(EventKind::OutcomeNoted, false, &given);
            }
        }
    }

    fn meeting(&mut self) {
        let covered = self.case.introduced().map(|introduced| introduced.topics()).unwrap_or_default();
        let missing: Vec<_> = Topics::ALL.iter().filter(|topic| !covered.contains(*topic)).collect();
        if missing.is_empty() {
            self.add(EventKind::MeetingHeld, false, &[]);
        } else {
            let topics = missing.iter().map(|topic| topic.code()).collect::<Vec<_>>().join(",");
            self.add(EventKind::MeetingHeld, true, &[("topics", topics.into())]);
        }
    }

    fn services(&mut self) {
        self.add(EventKind::ServiceChosen, true, &[("service", Service::Ibbi.to_string().into())]);
        let chosen = self.case.introduced().map(|introduced| introduced.chosen()).unwrap_or_default();
        let free = |service: &&Service| !chosen.iter().any(|chosen| chosen.service == **service);
        let free: Vec<_> = Service::ALL.iter().filter(|service| **service != Service::Ibbi).filter(free).collect();
        let workshop = Service::JointLeadershipWorkshop;
        let others: Vec<_> =
            free.iter().filter(|service| ***service != workshop).map(|service| service.code()).collect();
        let note = "another service; choose it before the IBBI, which leads to the application";
        if !others.is_empty() {
            let given = [("service", Given::one_of(others))];
            self.add(EventKind::ServiceChosen, false, &given).note = Some(note.to_owned());
        }
        if free.contains(&&workshop) {
            let offerings = Given::one_of(Workshop::CODES.iter().copied());
            let given = [("service", workshop.to_string().into()), ("offering", offerings)];
            self.add(EventKind::ServiceChosen, false, &given).note = Some(note.to_owned());
        }
    }

    fn referrals(&mut self) {
        for chosen in self.case.introduced().into_iter().flat_map(|introduced| introduced.chosen()) {
            let suggestion = self.add(EventKind::CaseReferred, false, &[("to", chosen.service.to_string().into())]);
            suggestion.note = Some(format!("ends the case: {}", Outcome::Referred.label()));
        }
    }

    fn members(&mut self) {
        let Some(teams) = self.case.teams() else { return };
        for party in Party::ALL {
            let first = teams.members(*party).is_empty();
            self.add(EventKind::MemberNamed, first, &[("party", party.to_string().into())]);
        }
    }

    /// Adds an event for one of the members who can leave a team or withdraw a pledge.
    fn leaving(&mut self, event: EventKind, can: impl Fn(&Member) -> bool) {
        let Some(teams) = self.case.teams() else { return };
        for party in Party::ALL {
            let members: Vec<_> = teams.members(*party).iter().filter(|member| can(member)).collect();
            if !members.is_empty() {
                let member = Given::one_of(members.into_iter().map(|member| member.person.id.as_str()));
                self.add(event, false, &[("party", party.to_string().into()), ("member", member)]);
            }
        }
    }

    fn pledges(&mut self) {
        let Some(teams) = self.case.teams() else { return };
        for party in Party::ALL {
            for member in teams.members(*party).iter().filter(|member| !member.pledged) {
                let given = [("party", party.to_string().into()), ("member", member.person.id.to_string().into())];
                self.add(EventKind::AttendancePledged, true, &given);
            }
        }
    }

    fn slots(&mut self) {
        let Some(sessions) = self.case.sessions() else { return };
        for (number, part) in sessions.numbered() {
            let open = sessions.open().is_some_and(|open| open.part == number);
            if part.is_filled(sessions.grace()) || part.booked.is_some() || open {
                continue;
            }
            let note = match part.first_day {
                Some(_) => format!("book up to {} to make up the rest", hours(part.remaining())),
                None => format!("book {}", hours(part.minutes)),
            };
            self.add(EventKind::SessionScheduled, true, &[("part", number.to_string().into())]).note = Some(note);
        }
    }

    fn openings(&mut self, at: At) {
        let (Some(sessions), Some(teams)) = (self.case.sessions(), self.case.teams()) else { return };
        let present = MemberIds::new(teams.everyone().map(|member| member.person.id)).unwrap_or_default();
        let present = present.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",");
        for (part, booking) in sessions.bookings() {
            if booking.slot.day_of(at) == booking.slot.local_day() {
                let neutral = format!("{}:{}", booking.neutral.id, booking.neutral.name);
                let given = [
                    ("part", part.to_string().into()),
                    ("neutral", neutral.into()),
                    ("present", present.clone().into()),
                ];
                let suggestion = self.add(EventKind::SessionOpened, true, &given);
                suggestion.note =
                    Some("list only members who are present; add others with observers=CAPACITY:NAME".to_owned());
            }
        }
    }

    fn caucuses(&mut self) {
        let (Case::Caucus(state), Some(teams)) = (self.case, self.case.teams()) else { return };
        for party in Party::ALL {
            let onward = state.party(*party).opened.is_none();
            let given = [("party", party.to_string().into()), ("present", ids(teams.members(*party)).into())];
            self.add(EventKind::CaucusOpened, onward, &given);
        }
    }

    fn concerns(&mut self, event: EventKind) {
        for concern in self.case.concerns().iter().filter(|concern| concern.status == ConcernStatus::Open) {
            self.add(event, true, &[("concern", concern.id.to_string().into())]);
        }
    }

    fn decisions(&mut self) {
        let (Case::Caucus(state), Some(teams)) = (self.case, self.case.teams()) else { return };
        for party in Party::ALL {
            let how = state.party(*party);
            if how.decided.is_some() || how.opened.is_none() {
                continue;
            }
            let speakers = Given::one_of(teams.members(*party).iter().map(|member| member.person.id.as_str()));
            let given = [("party", party.to_string().into()), ("spokesperson", speakers)];
            let follows = crate::service::only_format(self.case, *party);
            let note =
                follows.map(|(format, _)| format!("if the party adopts, `{format}` is chosen too, as the only format"));
            self.add(EventKind::PartyDecided, true, &given).note = note;
        }
    }
}

impl Suggestion {
    /// Returns a suggestion with the values that are given. A required field without one is missing.
    fn new(event: EventKind, given: &[(&str, Given)], onward: bool, zone: Zone) -> Self {
        debug_assert!(given.iter().all(|(name, _)| event.field(name).is_some()), "{event} does not have all fields");
        let (mut pairs, mut data, mut missing) = (Vec::new(), Map::new(), Vec::new());
        for field in event.fields() {
            let (text, choices) = match given.iter().find(|(name, _)| *name == field.name) {
                Some((_, Given::Value(text))) => match read_value(field.kind, text, zone) {
                    Ok(value) => {
                        data.insert(field.name.to_owned(), value);
                        pairs.push(format!("{}={text}", field.name));
                        continue;
                    }
                    Err(_) => (text.clone(), Vec::new()),
                },
                Some((_, Given::OneOf(choices))) => (format!("<{}>", choices.join("|")), choices.clone()),
                None if field.is_required() => (to_fill_in(field.kind), codes(field.kind)),
                None => continue,
            };
            pairs.push(format!("{}={text}", field.name));
            missing.push(MissingField { field: field.name, takes: field.kind, choices });
        }
        let code = |key: &str| data.get(key).and_then(Value::as_str);
        let (party, body) = (code("party").and_then(Party::from_code), code("body").and_then(Body::from_code));
        let seat = code("seat").and_then(Seat::from_code);
        let (rules, earliest, note) = (Vec::new(), None, None);
        Self { event, party, body, seat, data, missing, rules, earliest, pairs, note, onward }
    }

    /// Returns whether every value is filled in.
    pub fn is_complete(&self) -> bool {
        !self.pairs.iter().any(|pair| pair.split_once('=').is_some_and(|(_, value)| value.starts_with('<')))
    }

    /// Returns the event, if every value is filled in and valid.
    pub fn event(&self, zone: Zone) -> Option<Event> {
        crate::input::from_pairs(self.event, &self.pairs, zone).ok()
    }
}
