//! The to-do list: what can be recorded at a time, what can't yet and why, and everything else that is possible.

use super::choices::Choices;
use super::found_text::found_text;
use super::sent::filled;
use super::titles::{is_milestone, to_do};
use crate::pages::form_errors::sentence;
use ibbi_app::describe::in_words;
use ibbi_app::due::Standards;
use ibbi_app::form::When;
use ibbi_app::zone::Zone;
use ibbi_app::{Suggestion, case_log::CaseLog, status};
use ibbi_core::{Answer, At, Body, Case, Event, EventKind, FieldKind, History, Party, Rule, Sessions, Stage, chart};
use std::collections::BTreeSet;

/// What a form records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    /// One event.
    Event(EventKind),
    /// The members of both teams, by name.
    Teams,
    /// The pledges of several members.
    Pledges,
    /// The letters of the three bodies.
    Letters,
    /// A whole session of a part, or the rest of it if it is open.
    Session(u8),
    /// The caucus of a party, with its concerns and its decision.
    Caucus(Party),
}

impl Records {
    /// Returns the code in a form's hidden input.
    pub(crate) fn code(self) -> String {
        match self {
            Self::Event(kind) => kind.code().to_owned(),
            Self::Teams => "teams".to_owned(),
            Self::Pledges => "pledges".to_owned(),
            Self::Letters => "letters".to_owned(),
            Self::Session(part) => format!("session.{part}"),
            Self::Caucus(party) => format!("caucus.{party}"),
        }
    }

    /// Returns what a form with this code records.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "teams" => Self::Teams,
            "pledges" => Self::Pledges,
            "letters" => Self::Letters,
            _ => match code.split_once('.') {
                Some(("session", part)) => Self::Session(part.parse().ok()?),
                Some(("caucus", party)) => Self::Caucus(Party::from_code(party)?),
                _ => Self::Event(EventKind::from_code(code)?),
            },
        })
    }
}

/// Something that can be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) records: Records,
    pub(crate) title: String,
    /// When it takes place, or a hint.
    pub(crate) note: Option<String>,
    /// The values of the form, as `key=value`.
    pub(crate) suggested: Vec<String>,
    /// Its place among the tasks that come next.
    pub(crate) rank: u8,
}

impl Task {
    /// Returns the kind of event that the form records first, and the party to which it belongs, if the form doesn't ask for it.
    fn subject(&self) -> (EventKind, Option<Party>) {
        let value = |key: &str| {
            let pairs = self.suggested.iter().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, _)| *name == key).map(|(_, value)| value).next()
        };
        let body = value("body").and_then(Body::from_code).map(|body| match body {
            Body::TeachersOrganization => Party::Labor,
            Body::Administration | Body::SchoolCommittee => Party::Management,
        });
        match self.records {
            Records::Event(kind) => (kind, party_of(&self.suggested).or(body)),
            Records::Teams => (EventKind::MemberNamed, None),
            Records::Pledges => (EventKind::AttendancePledged, None),
            Records::Letters => (EventKind::SupportConfirmed, None),
            Records::Session(_) => (EventKind::SessionOpened, None),
            Records::Caucus(party) => (EventKind::CaucusOpened, Some(party)),
        }
    }

    /// Returns the ID of the form: the same as long as the task is the same.
    pub(crate) fn id(&self) -> String {
        let fixed = fixed(&self.records, &self.suggested).into_iter().map(|(_, value)| format!("-{value}"));
        let id = self.records.code() + &fixed.collect::<String>();
        id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
    }
}

/// Returns the values that a suggestion chooses, with their keys: they say which task it is.
pub(super) fn fixed(records: &Records, suggested: &[String]) -> Vec<(String, String)> {
    let Records::Event(kind) = records else { return Vec::new() };
    let pairs = suggested.iter().filter_map(|pair| pair.split_once('='));
    let is_choice = |key: &str| {
        kind.field(key).is_some_and(|field| {
            matches!(
                field.kind,
                FieldKind::Code(_)
                    | FieldKind::Format(_)
                    | FieldKind::Activity(_)
                    | FieldKind::MemberId
                    | FieldKind::ConcernId
                    | FieldKind::Number { .. }
            )
        })
    };
    let chosen = pairs.filter(|(key, value)| is_choice(key) && !value.starts_with('<'));
    chosen.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Everything that a page offers at a time.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// What comes next in the process.
    pub(crate) next: Vec<Task>,
    /// What comes later, each with its reason.
    pub(crate) later: Vec<(String, String)>,
    /// What else can be recorded.
    pub(crate) more: Vec<Task>,
    /// What else can't be recorded, each with its reason.
    pub(crate) impossible: Vec<(String, String)>,
}

impl Tasks {
    /// Keeps what the viewer may record. `who` returns who may record a kind of event, for a party or for none, if the viewer may not.
    /// What others must do next stays on the list, with who they are.
    pub(crate) fn keep(&mut self, who: &dyn Fn(EventKind, Option<Party>) -> Option<String>) {
        let barred = |task: &Task| {
            let (kind, party) = task.subject();
            let parties = match party {
                Some(party) => vec![Some(party)],
                // The form has the choice.
                None => vec![None, Some(Party::Labor), Some(Party::Management)],
            };
            let mut denials = parties.into_iter().map(|party| who(kind, party)).collect::<Option<Vec<_>>>()?;
            denials.truncate(1);
            denials.pop()
        };
        let mut others = Vec::new();
        self.next.retain(|task| match barred(task) {
            Some(who) => {
                others.push((task.title.clone(), format!("Recorded by {who}")));
                false
            }
            None => true,
        });
        others.append(&mut self.later);
        self.later = others;
        self.more.retain(|task| barred(task).is_none());
    }
}

/// Returns what can be recorded in a case at a time, from its state at that time.
pub(crate) fn tasks(log: &CaseLog, when: When, people: &str, now: At) -> Tasks {
    let until = when.until(log.zone, now);
    let past = before(log.recorded.records(), until);
    let choices = Choices::new(past.case(), &past).with_planned(people);
    let mut list = List {
        choices: &choices,
        case: past.case(),
        whole: log.recorded.records().case(),
        later: log
            .recorded
            .records()
            .in_effect()
            .into_iter()
            .filter(|entry| entry.at > until)
            .map(|entry| &entry.event)
            .collect(),
        zone: log.zone,
        until,
        now,
        seen: BTreeSet::new(),
        tasks: Tasks::default(),
    };
    if log.recorded.as_recorded().is_some() {
        // The history has a form to void each entry.
        let more = status::status_of(log, now, &Standards::default()).next.into_iter();
        more.filter(|next| next.event.happens()).for_each(|next| list.add(next));
        return list.tasks;
    }
    list.sessions();
    for suggestion in status::suggestions(&past, until) {
        list.add(suggestion);
    }
    list.unavailable(&past, until);
    list.tasks.next.sort_by_key(|task| task.rank);
    list.tasks
}

/// Returns the place of a task among those that come next.
const fn rank(records: Records) -> u8 {
    match records {
        Records::Teams => 1,
        Records::Pledges => 2,
        Records::Letters => 3,
        _ => 4,
    }
}

/// Returns the history of a case up to an instant, as it is known now.
pub(crate) fn before(history: &History, until: At) -> History {
    if history.in_effect().last().is_none_or(|last| last.at <= until) {
        return history.clone();
    }
    let mut past = History::for_case(history.id());
    let events = history.in_effect().into_iter().filter(|entry| entry.at <= until);
    for (number, entry) in events.enumerate() {
        // A part of a valid case is valid.
        let _ = past.record(number as u64 + 1, entry.at, entry.event.clone());
    }
    if let Some(moved) = history.entries().iter().rev().find(|entry| entry.event.edition().is_some()) {
        let _ = past.record(past.revision() + 1, moved.at, moved.event.clone());
    }
    past
}

struct List<'a> {
    choices: &'a Choices,
    case: &'a Case,
    /// The case with everything that happened later.
    whole: &'a Case,
    later: Vec<&'a Event>,
    zone: Zone,
    until: At,
    now: At,
    seen: BTreeSet<String>,
    tasks: Tasks,
}

impl List<'_> {
    /// Adds the sessions that have begun: the form of a session has its own times.
    fn sessions(&mut self) {
        let Some(sessions) = self.case.sessions() else { return };
        if let Some(open) = sessions.open() {
            self.session(open.part, open.slot);
        }
        for (part, booking) in sessions.bookings() {
            if booking.slot.starts().at() <= self.now {
                self.session(part, booking.slot);
            } else {
                let reason = format!("On {}", ibbi_app::format::slot(booking.slot));
                self.tasks.later.push((self.session_title(part), reason));
            }
        }
    }

    fn session(&mut self, part: u8, slot: ibbi_core::Slot) {
        // A part that is open ends later; one that is booked begins later.
        let is_open = self.case.sessions().is_some_and(|sessions| sessions.open().is_some());
        let is_recorded = |event: &Event| match event {
            Event::SessionOpened(opened) => !is_open && opened.part == part,
            Event::SessionPostponed(postponed) => postponed.part == part,
            Event::SessionClosed(_) | Event::SessionAdjourned(_) => is_open,
            _ => false,
        };
        if self.later.iter().any(|event| is_recorded(event)) {
            return;
        }
        let note = Some(ibbi_app::format::slot(slot));
        let title = format!("Record how {} went", self.session_name(part));
        // A session that comes after the time that was entered is not the next thing at that time.
        let rank = if slot.starts().at() <= self.until { 0 } else { 5 };
        self.tasks.next.push(Task { records: Records::Session(part), title, note, suggested: Vec::new(), rank });
    }

    fn session_name(&self, part: u8) -> String {
        match self.case {
            Case::Training(_) if self.case.sessions().is_none_or(|sessions| sessions.parts().len() == 1) => {
                "the training".to_owned()
            }
            Case::Training(_) => format!("part {part} of the training"),
            _ if self.case.sessions().is_some_and(|sessions| sessions.parts().len() == 1) => {
                "the facilitation".to_owned()
            }
            _ => format!("part {part} of the facilitation"),
        }
    }

    fn session_title(&self, part: u8) -> String {
        format!("Hold {}", self.session_name(part))
    }

    fn add(&mut self, suggestion: Suggestion) {
        let Suggestion { event, pairs, note, onward, .. } = suggestion;
        let onward = onward || self.is_first_meeting(event);
        let sessions = self.case.sessions();
        let records = match event {
            EventKind::MemberNamed => Records::Teams,
            EventKind::AttendancePledged => Records::Pledges,
            EventKind::SupportConfirmed => Records::Letters,
            EventKind::CaucusOpened if onward => Records::Caucus(party_of(&pairs).unwrap_or(Party::Labor)),
            // The form of a session has these.
            EventKind::SessionOpened | EventKind::SessionClosed | EventKind::SessionAdjourned => return,
            EventKind::ActivityRun if sessions.and_then(Sessions::open).is_some() => return,
            // The form of a correction is at its entry.
            EventKind::EventVoided => return,
            kind => Records::Event(kind),
        };
        let is_composite = !matches!(records, Records::Event(_));
        if is_composite && !self.seen.insert(records.code()) {
            return;
        }
        if onward && self.is_recorded_later(records, &pairs) {
            return;
        }
        let (suggested, onward) = match records {
            Records::Event(_) => (self.completed(event, pairs), onward),
            Records::Teams => (Vec::new(), self.has_empty_team()),
            _ => (Vec::new(), onward),
        };
        let title = self.title(records, &suggested);
        let note =
            note.filter(|note| !note.contains('`') && !note.contains('=')).map(|note| sentence(&in_words(&note)));
        let task = Task { records, title, note, suggested, rank: rank(records) };
        match onward {
            true if self.is_first_meeting(event) => self.tasks.next.insert(0, task),
            true => self.tasks.next.push(task),
            false => self.tasks.more.push(task),
        }
    }

    /// Returns whether the event schedules the first introductory meeting.
    fn is_first_meeting(&self, event: EventKind) -> bool {
        let is_unscheduled = match self.case {
            Case::Introduction(state) => state.scheduled().is_none() && state.introduced().meetings() == 0,
            _ => false,
        };
        is_unscheduled && event == EventKind::MeetingScheduled
    }

    fn has_empty_team(&self) -> bool {
        self.case.teams().is_some_and(|teams| Party::ALL.iter().any(|party| teams.members(*party).is_empty()))
    }

    /// Returns whether the same is recorded for a later time, so that there is nothing to do.
    fn is_recorded_later(&self, records: Records, pairs: &[String]) -> bool {
        match records {
            Records::Letters => Body::ALL.iter().all(|body| self.whole.letter(*body).is_some()),
            Records::Pledges | Records::Teams => false,
            Records::Session(_) => false,
            Records::Caucus(party) => {
                self.later.iter().any(|event| matches!(event, Event::CaucusOpened(opened) if opened.party == party))
            }
            Records::Event(kind) => {
                let wanted = fixed(&records, pairs);
                self.later.iter().filter(|event| event.kind() == kind).any(|event| {
                    let given = filled(event, self.zone);
                    wanted.iter().all(|(key, value)| given.get(key) == Some(value))
                })
            }
        }
    }

    /// Fills in names that the case knows already. The person sees them in the form.
    fn completed(&self, event: EventKind, mut pairs: Vec<String>) -> Vec<String> {
        let planned = |role: &str| self.choices.planned(role).next().map(str::to_owned);
        let seat = pairs.iter().find_map(|pair| pair.strip_prefix("seat=")).and_then(planned);
        let mut fill = |key: &str, value: String| {
            if value.is_empty() || event.field(key).is_none() {
                return;
            }
            pairs.retain(|pair| pair.split_once('=').is_none_or(|(name, _)| name != key));
            pairs.push(format!("{key}={value}"));
        };
        match event {
            EventKind::LeaderAgreed => fill("name", seat.unwrap_or_default()),
            EventKind::MeetingHeld => {
                fill("representative", planned("representative").or_else(|| planned("neutral")).unwrap_or_default());
                let leaders = self.choices.leaders.iter().map(|(_, name)| name.as_str());
                fill("present", leaders.collect::<Vec<_>>().join(","));
            }
            EventKind::ApplicationAccepted => {
                fill("by", self.choices.representative.clone().unwrap_or_default());
            }
            EventKind::SessionScheduled => {
                let last = self.choices.neutral.as_ref().map(|person| format!("{}:{}", person.id, person.name));
                // A person's ID is made from the name when the form is sent.
                fill("neutral", last.or_else(|| planned("neutral").map(|name| format!(":{name}"))).unwrap_or_default());
            }
            _ => {}
        }
        pairs
    }

    /// Returns what to do, in a few words.
    fn title(&self, records: Records, suggested: &[String]) -> String {
        let value = |key: &str| {
            let pairs = suggested.iter().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, value)| *name == key && !value.starts_with('<')).map(|(_, value)| value).next()
        };
        let label = |kind: EventKind, key: &str| {
            let value = value(key)?;
            let known = self.choices.label(value).map(str::to_owned);
            Some(known.unwrap_or_else(|| kind.field(key).map_or(value, |field| field.value_label(value)).to_owned()))
        };
        match records {
            Records::Teams if self.has_empty_team() => "Name the teams".to_owned(),
            Records::Teams => "Add team members".to_owned(),
            Records::Pledges => "Everyone pledges to be present".to_owned(),
            Records::Letters => "Receive the three letters of support".to_owned(),
            Records::Session(part) => self.session_title(part),
            Records::Caucus(party) => sentence(&format!("{}'s caucus", party.label())),
            Records::Event(kind) => {
                let title = self.title_of_one(kind, &|key: &str| label(kind, key));
                if let Some(title) = title {
                    return sentence(&title);
                }
                let about =
                    ["result", "party", "seat", "body", "part", "kind", "service", "concern", "to", "format", "member"];
                let about = about.iter().filter_map(|key| label(kind, key)).collect::<Vec<_>>();
                match about.as_slice() {
                    [] => to_do(kind).to_owned(),
                    about => format!("{}: {}", to_do(kind), about.join(", ")),
                }
            }
        }
    }

    /// Returns what to do with one person, party, or part, if there is a sentence for it.
    fn title_of_one(&self, kind: EventKind, label: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let part = |what: &str| {
            let part = label("part")?.parse().ok()?;
            Some(format!("{what} {}", self.session_name(part)))
        };
        match kind {
            EventKind::LeaderAgreed => Some(format!("{} agrees", label("seat")?)),
            EventKind::PartyDecided => Some(format!("{} decides", label("party")?)),
            EventKind::ConcernRaised => Some(format!("{} raises a concern", label("party")?)),
            EventKind::CaucusOpened => Some(format!("{} caucuses again", label("party")?)),
            EventKind::DecisionReopened => Some(format!("{} reopens its decision", label("party")?)),
            EventKind::ConcernAddressed => Some(format!("Address the concern: {}", label("concern")?)),
            EventKind::ConcernDropped => Some(format!("Drop the concern: {}", label("concern")?)),
            EventKind::FormatChosen => Some(format!("Choose the format: {}", label("format")?)),
            EventKind::SessionScheduled => part("Schedule"),
            EventKind::SessionPostponed => part("Postpone"),
            _ => None,
        }
    }

    /// Lists what can't be recorded, each with its reason in one line.
    fn unavailable(&mut self, past: &History, until: At) {
        let stage = self.case.stage();
        if stage == Stage::Closed {
            // Everything is over: a reason for each kind of event would say the same thing each time.
            return;
        }
        for prospect in past.survey(until) {
            let Answer::Blocked { unmet } = prospect.answer else { continue };
            let kind = prospect.event;
            let done = self.later.iter().any(|event| event.kind() == kind);
            if matches!(kind, EventKind::CaseOpened | EventKind::EventVoided | EventKind::SessionOpened) || done {
                continue;
            }
            // What can be done only once is done.
            let is_done = unmet.iter().any(|unmet| {
                matches!(
                    unmet.rule,
                    Rule::PledgeOnce
                        | Rule::SupportOnce
                        | Rule::OneBooking
                        | Rule::SeatAgreedOnce
                        | Rule::SuccessorPending
                )
            });
            if is_done {
                continue;
            }
            let misplaced = unmet.iter().any(|unmet| unmet.rule == Rule::Stage);
            let home = chart::stages_of(kind).filter(|home| *home > stage).min();
            let reason = match (misplaced, home) {
                (true, Some(home)) => format!("In the stage {}", home.label()),
                (true, None) => continue,
                _ => unmet
                    .first()
                    .map(|unmet| sentence(&found_text(&unmet.found, self.zone, self.choices)))
                    .unwrap_or_default(),
            };
            let line = (to_do(kind).to_owned(), reason);
            if is_milestone(kind) { &mut self.tasks.later } else { &mut self.tasks.impossible }.push(line);
        }
    }
}

fn party_of(pairs: &[String]) -> Option<Party> {
    pairs.iter().find_map(|pair| pair.strip_prefix("party=")).and_then(Party::from_code)
}
