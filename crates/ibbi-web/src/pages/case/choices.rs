//! What a case offers to choose from: its people and its concerns, by name. People never type an ID.

use crate::pages::form_errors::sentence;
use ibbi_app::schedule::id_of;
use ibbi_app::status::Fact;
use ibbi_core::{ActivityId, Case, CaseFile, Event, History, MemberId, Name, Party, Person, Seat};

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberChoice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) party: Party,
    pub(crate) pledged: bool,
}

/// The choices that a case offers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    /// The members of the teams.
    pub(crate) members: Vec<MemberChoice>,
    /// The concerns: ID and text.
    pub(crate) concerns: Vec<(String, String)>,
    /// Other cases: ID and district.
    pub(crate) cases: Vec<(String, String)>,
    /// The formats of the case's program: ID and label.
    pub(crate) formats: Vec<(String, String)>,
    /// The activities to choose from: ID and label.
    pub(crate) activities: Vec<(String, String)>,
    /// Everyone who has an ID in the case: members, former members, and neutrals.
    people: Vec<Person>,
    /// Every name in the case, for suggestions.
    pub(crate) names: Vec<String>,
    /// The leaders who agreed, by seat.
    pub(crate) leaders: Vec<(Seat, String)>,
    /// The program's representative at the last introductory meeting.
    pub(crate) representative: Option<String>,
    /// The neutral of the last session.
    pub(crate) neutral: Option<Person>,
    /// The people of the plan that the case was opened from: a seat, a party, or a role, and a name.
    planned: Vec<(String, String)>,
}

impl Choices {
    /// Returns the choices of a case as it was at some time. The names are those of its whole history.
    pub(crate) fn new(case: &Case, history: &History) -> Self {
        let teams = case.teams();
        let of_party = |party: Party| {
            let members = teams.into_iter().flat_map(move |teams| teams.members(party));
            members.map(move |member| MemberChoice {
                id: member.person.id.to_string(),
                name: member.person.name.to_string(),
                party,
                pledged: member.pledged,
            })
        };
        let mut choices = Self { members: Party::ALL.iter().copied().flat_map(of_party).collect(), ..Self::default() };
        let leader = |seat: &Seat| Some((*seat, case.leader(*seat)?.name.to_string()));
        choices.leaders = Seat::ALL.iter().filter_map(leader).collect();
        if let Some(program) = case.file().map(CaseFile::program) {
            let formats = program.formats();
            choices.formats = formats.map(|(id, _)| (id.to_string(), program.format_label(id))).collect();
            program.activity_choices().for_each(|activity| choices.add_activity(activity));
        }
        for entry in history.in_effect() {
            choices.add(&entry.event);
        }
        choices.concerns.retain(|(id, _)| case.concerns().iter().any(|concern| concern.id.as_str() == id));
        choices
    }

    /// Adds the people of a plan, one on a line: `labor=Ada Yun`.
    #[must_use]
    pub(crate) fn with_planned(mut self, people: &str) -> Self {
        let lines = people.lines().filter_map(|line| line.split_once('='));
        self.planned = lines.map(|(role, name)| (role.to_owned(), name.to_owned())).collect();
        self
    }

    /// Returns the names of the plan for a seat, a party, or a role.
    pub(crate) fn planned<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a str> {
        self.planned.iter().filter(move |(known, _)| known == role).map(|(_, name)| name.as_str())
    }

    fn add_activity(&mut self, activity: ActivityId) {
        let id = activity.to_string();
        if self.activities.iter().all(|(known, _)| *known != id) {
            self.activities.push((id, activity.label()));
        }
    }

    fn add(&mut self, event: &Event) {
        match event {
            Event::LeaderAgreed(agreed) => self.add_name(&agreed.name),
            Event::MeetingHeld(held) => {
                self.add_name(&held.representative);
                self.representative = Some(held.representative.to_string());
                held.present.iter().for_each(|name| self.add_name(name));
            }
            Event::ApplicationAccepted(accepted) => self.add_name(&accepted.by),
            Event::MemberNamed(named) => self.add_person(&named.member),
            Event::SessionScheduled(scheduled) => {
                self.add_person(&scheduled.neutral);
                self.neutral = Some(scheduled.neutral.clone());
            }
            Event::SessionOpened(opened) => {
                self.add_person(&opened.neutral);
                self.neutral = Some(opened.neutral.clone());
                opened.observers.iter().for_each(|observer| self.add_name(&observer.name));
            }
            Event::ConcernRaised(raised) => {
                self.concerns.push((raised.concern.to_string(), raised.text.to_string()));
            }
            _ => {}
        }
    }

    fn add_name(&mut self, name: &Name) {
        if !self.names.iter().any(|known| known == name.as_str()) {
            self.names.push(name.to_string());
        }
    }

    fn add_person(&mut self, person: &Person) {
        self.add_name(&person.name);
        if !self.people.contains(person) {
            self.people.push(person.clone());
        }
    }

    /// Returns the ID of a person: that of the person with this name in the case, or a new one made from the name.
    pub(crate) fn id_of_name(&self, name: &Name, also_taken: &[MemberId]) -> MemberId {
        let known = self.people.iter().find(|person| person.name == *name);
        known.map_or_else(
            || {
                let taken = self.people.iter().map(|person| person.id).chain(also_taken.iter().copied());
                id_of(name, &taken.collect::<Vec<_>>())
            },
            |person| person.id,
        )
    }

    /// Returns the other team, if a person with this name is on it.
    pub(crate) fn other_team_of(&self, name: &str, party: Party) -> Option<Party> {
        let mut members = self.members.iter().filter(|member| member.party != party);
        members.find(|member| member.name == name).map(|member| member.party)
    }

    /// Returns a new ID for a concern of a party. It isn't made from the text, which the other party must not learn.
    pub(crate) fn new_concern(&self, party: &str) -> String {
        let is_free = |id: &String| !self.concerns.iter().any(|(known, _)| known == id);
        (1..).map(|number| format!("{party}-{number}")).take(self.concerns.len() + 1).find(is_free).unwrap_or_default()
    }

    /// Returns a fact with names in place of IDs.
    pub(crate) fn in_names(&self, fact: &Fact) -> String {
        if !matches!(fact.topic, "team" | "decision" | "concern") {
            return sentence(&fact.text);
        }
        let mut text = self.without_ids(&fact.text, false);
        for person in &self.people {
            let (id, name) = (&person.id, person.name.as_str());
            text = text.replace(&format!("through {id},"), &format!("through {name},"));
        }
        for (id, concern) in &self.concerns {
            text = text.replace(&format!("`{id}`"), &format!("\u{201c}{concern}\u{201d}"));
        }
        sentence(&text)
    }

    /// Returns a text without the IDs behind names, and with names in place of IDs that are alone, if there are such.
    pub(crate) fn without_ids(&self, text: &str, alone: bool) -> String {
        let mut text = text.to_owned();
        for Person { id, name } in &self.people {
            text = text.replace(&format!(" ({id})"), "").replace(&format!(" ({id}, "), " (");
            if alone {
                text = with_word(&text, id.as_str(), name.as_str());
            }
        }
        text
    }

    /// Returns the name of a person, or the text of a concern, by its ID.
    pub(crate) fn name_of(&self, id: &str) -> Option<String> {
        let person = self.people.iter().find(|person| person.id.as_str() == id).map(|person| person.name.to_string());
        person.or_else(|| self.label(id).map(str::to_owned))
    }

    /// Returns the name of a member, the text of a concern, or the label of a format or an activity, by its ID.
    pub(crate) fn label(&self, id: &str) -> Option<&str> {
        let member = self.members.iter().find(|member| member.id == id).map(|member| member.name.as_str());
        let named = self.concerns.iter().chain(&self.formats).chain(&self.activities);
        member.or_else(|| named.clone().find(|(known, _)| known == id).map(|(_, text)| text.as_str()))
    }
}

/// Returns a text with another word in place of a word. Hyphens are parts of words.
pub(super) fn with_word(text: &str, word: &str, by: &str) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    let mut out = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(word) {
        let (before, after) = (&rest[..place], &rest[place + word.len()..]);
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let is_whole = !last.is_some_and(is_part) && !after.chars().next().is_some_and(is_part);
        out.push_str(before);
        out.push_str(if is_whole { by } else { word });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_only_as_a_whole() {
        for (text, expected) in [
            ("lee is absent", "Ann Lee is absent"),
            ("not present: lee, ann-lee, leeway", "not present: Ann Lee, ann-lee, leeway"),
            ("lee", "Ann Lee"),
            ("leelee lee", "leelee Ann Lee"),
        ] {
            assert_eq!(with_word(text, "lee", "Ann Lee"), expected);
        }
    }

    #[test]
    fn ids_are_made_from_names_and_texts() {
        let reyes = Person { id: MemberId::new("reyes").unwrap(), name: Name::new("Ines Reyes").unwrap() };
        let concerns = vec![("budget-calendar".to_owned(), "The budget calendar".to_owned())];
        let choices = Choices { people: vec![reyes], concerns, ..Choices::default() };
        let id = |name: &str, taken: &[MemberId]| choices.id_of_name(&Name::new(name).unwrap(), taken).to_string();
        assert_eq!(id("Ines Reyes", &[]), "reyes");
        assert_eq!(id("Ann Lee", &[]), "ann-lee");
        assert_eq!(id("Ann Lee", &[MemberId::new("ann-lee").unwrap()]), "ann-lee-2");
        assert_eq!(
            (choices.new_concern("labor"), choices.new_concern("management")),
            ("labor-1".to_owned(), "management-1".to_owned())
        );
        let more = Choices { concerns: vec![("labor-1".to_owned(), "x".to_owned())], ..Choices::default() };
        assert_eq!(more.new_concern("labor"), "labor-2");
    }
}
