//! The people of a row: their names, and placeholders for names that the row doesn't have.

use crate::schedule::id_of;
use ibbi_core::{MemberId, Name, Party, Person};

pub use ibbi_core::NAME_NOT_RECORDED;

/// The people with an ID: the members of both teams, and the neutral.
#[derive(Debug, Default)]
pub(super) struct People {
    labor: Vec<Person>,
    management: Vec<Person>,
    neutral: Option<Person>,
    taken: Vec<MemberId>,
    /// What the spreadsheet doesn't have and a case needs.
    pub(super) missing: Vec<String>,
    /// The number of names that the spreadsheet doesn't have.
    pub(super) placeholders: usize,
}

impl People {
    /// Returns the name, or a placeholder. `whose` says whose name it is.
    pub(super) fn name_or_placeholder(&mut self, name: Option<Name>, whose: &str) -> Name {
        name.unwrap_or_else(|| {
            self.placeholders += 1;
            self.missing.push(format!("the name of {whose}"));
            placeholder(NAME_NOT_RECORDED)
        })
    }

    /// Returns a person with an ID. The same name means the same person, so that the rules can see a person on two teams.
    pub(super) fn person(&mut self, name: Option<Name>, whose: &str) -> Person {
        let known = self.labor.iter().chain(&self.management).find(|known| Some(&known.name) == name.as_ref());
        if let Some(known) = known {
            return known.clone();
        }
        let name = self.name_or_placeholder(name, whose);
        let id = id_of(&name, &self.taken);
        self.taken.push(id);
        Person { id, name }
    }

    /// Adds a team. A team without names has one member without a name.
    pub(super) fn add_team(&mut self, party: Party, names: Vec<Name>) {
        let mut team = Vec::new();
        if names.is_empty() {
            team.push(self.person(None, &format!("every member of the {party} team")));
        }
        for name in names {
            team.push(self.person(Some(name), ""));
        }
        match party {
            Party::Labor => self.labor = team,
            Party::Management => self.management = team,
        }
    }

    /// Returns the neutral, who is the same in all sessions.
    pub(super) fn neutral(&mut self, name: Option<Name>) -> Person {
        let neutral = self.neutral.clone().unwrap_or_else(|| self.person(name, "the neutral"));
        self.neutral.insert(neutral).clone()
    }

    /// Returns the members of a team.
    pub(super) fn team(&self, party: Party) -> &[Person] {
        match party {
            Party::Labor => &self.labor,
            Party::Management => &self.management,
        }
    }

    /// Returns the members of both teams.
    pub(super) fn everyone(&self) -> impl Iterator<Item = &Person> {
        self.labor.iter().chain(&self.management)
    }

    /// Returns the ID of the member who speaks for a party: the one with the name, or the first one.
    pub(super) fn spokesperson(&mut self, party: Party, name: Option<&Name>) -> MemberId {
        let Some(name) = name else {
            if self.team(party).len() > 1 {
                self.missing.push(format!("the spokesperson of {party}"));
            }
            return self
                .team(party)
                .first()
                .map_or_else(|| id_of(&placeholder(NAME_NOT_RECORDED), &[]), |first| first.id);
        };
        let known = self.team(party).iter().find(|member| member.name == *name);
        known.map_or_else(|| id_of(name, &self.taken), |member| member.id)
    }
}

/// Returns the name for something that the spreadsheet doesn't name.
pub(super) fn placeholder(text: &str) -> Name {
    Name::new(text).expect("a placeholder is a name")
}
