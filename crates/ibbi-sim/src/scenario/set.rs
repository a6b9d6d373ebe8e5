//! Changing a scenario by the name of a key: `labor_adopts=0.9`, `people.n-beaumont.unavailable=["tuesday"]`.

use super::{Role, Scenario, ScenarioError};
use ibbi_common::spelling::{did_you_mean, echo, nearest};
use std::fmt::Write as _;

/// Why a scenario can't be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// The text has no key and value.
    #[error("`{0}` is not a change; write a key and a value, as in labor_adopts=0.9")]
    Form(String),
    /// There is no such person.
    #[error("there is no person `{id}` in the scenario{}", did_you_mean(.near.as_deref()))]
    Person {
        /// The ID that was given.
        id: String,
        /// The nearest ID.
        near: Option<String>,
    },
    /// The key or the value is not valid.
    #[error("`{change}`: {}", .error.problems.iter().map(|problem| format!("{}; expected {}{}", problem.found, problem.expected, did_you_mean(problem.nearest.as_deref()))).collect::<Vec<_>>().join("; "))]
    Value {
        /// The change.
        change: String,
        /// The problems of the changed scenario.
        error: ScenarioError,
    },
}

impl Scenario {
    /// Returns the scenario with another value of a key.
    ///
    /// A key is one of the file: `start`, `calendar.county`, `sessions.training`, or `assumptions.labor_adopts`, which can be shortened
    /// to `labor_adopts`. Keys of people are `people.ID.KEY`, and `neutral.KEY` is a key of the first neutral. The value is written as
    /// in a file; quotes around a text can be left out.
    ///
    /// ```
    /// use ibbi_sim::{Chance, EXAMPLE, Scenario};
    /// let scenario = Scenario::parse(EXAMPLE).unwrap();
    /// let changed = scenario.set("labor_adopts=0.9").unwrap().set("neutral.name=D. Quinn").unwrap();
    /// assert_eq!(changed.assumptions.chance(Chance::LaborAdopts).value, 0.9);
    /// assert_eq!(changed.neutral().name.as_str(), "D. Quinn");
    /// assert!(scenario.set("labor_adpots=0.9").unwrap_err().to_string().contains("did you mean labor_adopts"));
    /// ```
    ///
    /// # Errors
    /// [`SetError`] if the key or the value is not valid.
    pub fn set(&self, change: &str) -> Result<Self, SetError> {
        let form = || SetError::Form(echo(change));
        let (path, value) = change.split_once('=').ok_or_else(form)?;
        let (path, value) = (path.trim(), value.trim());
        let is_key = |key: &str| {
            !key.is_empty()
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        };
        if value.is_empty() || value.contains(['\n', '\r']) || !is_key(path) {
            return Err(form());
        }
        let place = self.place(path)?;
        let text = self.to_toml();
        let with = |value: &str| Self::parse(&replaced(&text, &place, value));
        with(value).or_else(|error| {
            if value.starts_with(['"', '\'']) {
                return Err(SetError::Value { change: echo(change), error });
            }
            // A text without its quotes.
            let quoted = super::template::quoted(value);
            with(&quoted).map_err(|quoted_error| {
                let is_syntax = error.problems.iter().any(|problem| problem.expected.starts_with("TOML"));
                SetError::Value { change: echo(change), error: if is_syntax { quoted_error } else { error } }
            })
        })
    }

    fn place(&self, path: &str) -> Result<Place, SetError> {
        let person = |id: &str, key: &str| {
            let known = self.people.iter().any(|person| person.id.as_str() == id);
            let near = || nearest(id, self.people.iter().map(|person| person.id.as_str()));
            let error = || SetError::Person { id: echo(id), near: near() };
            known.then(|| Place { section: Section::Person(id.to_owned()), key: key.to_owned() }).ok_or_else(error)
        };
        let of = |section, key: &str| Ok(Place { section, key: key.to_owned() });
        match path.split_once('.') {
            Some(("people", rest)) => match rest.rsplit_once('.') {
                Some((id, key)) => person(id, key),
                None => Err(SetError::Form(echo(path))),
            },
            Some(("neutral", key)) => {
                let neutral = self.people.iter().find(|person| person.role == Role::Neutral);
                person(neutral.map_or("neutral", |neutral| neutral.id.as_str()), key)
            }
            Some((table, key)) => of(Section::Table(table.to_owned()), key),
            None if super::read::keys(self.model).contains(&path) => of(Section::Top, path),
            None => of(Section::Table("assumptions".to_owned()), path),
        }
    }
}

/// A key of a scenario as [`Scenario::to_toml`] writes it, each on its own line.
struct Place {
    section: Section,
    key: String,
}

#[derive(PartialEq, Eq)]
enum Section {
    Top,
    Table(String),
    Person(String),
}

/// Returns the text with another value of a key, which it may not have yet.
fn replaced(text: &str, place: &Place, value: &str) -> String {
    let Place { section, key } = place;
    let wanted = format!("{key} = {value}\n");
    let mut section_starts = None;
    let (mut sections, mut current): (Vec<(Section, Vec<&str>)>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut name = Section::Top;
    for line in text.lines() {
        let header = line.strip_prefix("[[").or_else(|| line.strip_prefix('[')).map(|line| line.trim_end_matches(']'));
        if let Some(header) = header {
            sections
                .push((std::mem::replace(&mut name, Section::Table(header.to_owned())), std::mem::take(&mut current)));
        } else if let (Section::Table(table), Some(id)) = (&name, line.strip_prefix("id = "))
            && table == "people"
        {
            name = Section::Person(id.trim_matches('"').to_owned());
        }
        current.push(line);
    }
    sections.push((name, current));
    let mut changed = String::new();
    for (name, lines) in &sections {
        let is_here = name == section;
        section_starts = section_starts.or(is_here.then_some(()));
        let has = |line: &str| line.trim_start_matches("# ").split_once(" = ").is_some_and(|(found, _)| found == key);
        let mut found = false;
        let mut skipping = false;
        for line in lines {
            if is_here && !found && has(line) {
                changed.push_str(&wanted);
                found = true;
                // The closed ranges are the only value on several lines.
                skipping = line.ends_with('[');
            } else if skipping {
                skipping = *line != "]";
            } else {
                let _ = writeln!(changed, "{line}");
            }
        }
        if is_here && !found {
            // Comments at the end of the section belong to the next one.
            let after = changed.trim_end_matches('\n').len();
            changed.insert_str(after, &format!("\n{}", wanted.trim_end()));
        }
    }
    if section_starts.is_none() {
        let Section::Table(table) = section else { return changed };
        let _ = write!(changed, "[{table}]\n{wanted}");
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Duration};

    #[test]
    fn keys_of_all_sections_can_be_set() {
        let scenario = Scenario::parse(crate::EXAMPLE).unwrap();
        let set = |change: &str| scenario.set(change).unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_eq!(set("start=2026-10-01").start.to_string(), "2026-10-01");
        assert_eq!(set("district = Birch Valley").district.as_str(), "Birch Valley");
        assert_eq!(set("format=full_day").sessions.facilitation, [480]);
        assert!(set("evergreen=true").evergreen);
        assert_eq!(set("calendar.closed=[]").calendar.closed, []);
        assert_eq!(set("calendar.county=suffolk").calendar.county, Some(ibbi_core::County::Suffolk));
        assert_eq!(set("assumptions.withdraws=0.5").assumptions.chance(Chance::Withdraws).value, 0.5);
        assert_eq!(set("caucus_days=[1, 2, 3]").assumptions.duration(Duration::Caucus).value.most, 3.0);
        assert_eq!(set("neutral.unavailable=[]").neutral().unavailable, []);
        let person = &set("people.s-whitfield.unavailable=[\"monday\"]").people[7];
        assert_eq!((person.id.as_str(), person.unavailable.len()), ("s-whitfield", 1));
        assert_eq!(set("people.a-soares.required=true").people.iter().filter(|person| person.required).count(), 12);
        // Nothing else changes.
        let back = set("labor_adopts=0.9").set("labor_adopts=0.8").unwrap();
        assert_eq!(back, scenario);
        for (_, text) in ibbi_testing::sample_scenarios() {
            let sample = Scenario::parse(&text).unwrap();
            let changed = sample.set("session_cut_short=0.25").unwrap();
            assert_eq!(changed.assumptions.chance(Chance::SessionCutShort).value, 0.25);
            assert_eq!(changed.people, sample.people);
        }
    }

    #[test]
    fn unknown_keys_and_values_are_refused() {
        let scenario = Scenario::parse(crate::EXAMPLE).unwrap();
        for (change, expected) in [
            ("labor_adopts", "is not a change"),
            ("=3", "is not a change"),
            ("labor_adopts=", "is not a change"),
            ("labor adopts=0.5", "is not a change"),
            ("labor_adopts=1.5", "is 1.5; expected a chance from 0 to 1"),
            ("people.n-beaumnt.name=A", "no person `n-beaumnt` in the scenario (did you mean n-beaumont?)"),
            ("people.n-beaumont.nme=A", "did you mean name"),
            ("calendar.conty=suffolk", "did you mean county"),
            ("start=soon", "a date that exists"),
            ("zone.x=1", "unknown key `zone`"),
            ("start=2026-10-01\nx=1", "is not a change"),
            ("district=\"\"", "a name on one line"),
            ("neutral.name=\"\"", "a name on one line"),
            ("district=\"a\\nb\"", "a name on one line"),
        ] {
            let error = scenario.set(change).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(expected), "{change}: {error}");
        }
    }
}
