//! When people can come: the lists of times of a person as one text, and closed days with their names.

use super::phrase::{self, Entry, Kind, PhraseContext, Sense, Unclear};
use crate::error::AppError;
use ibbi_common::spelling::echo;
use ibbi_common::typed::{self, Year};
use ibbi_core::{Date, MemberId, Name};
use ibbi_sim::{Closure, Participant, TimeRule};

/// The lists of times of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Availability {
    /// When the person can't come.
    pub unavailable: Vec<TimeRule>,
    /// The only times when the person can come, if there are any.
    pub available: Vec<TimeRule>,
    /// When the person can come if nothing else fits soon.
    pub if_need_be: Vec<TimeRule>,
    /// When the person can come, whatever the other lists say.
    pub also: Vec<TimeRule>,
}

impl From<&Participant> for Availability {
    fn from(person: &Participant) -> Self {
        let Participant { also, available, if_need_be, unavailable, .. } = person.clone();
        Self { unavailable, available, if_need_be, also }
    }
}

impl Availability {
    /// Reads when a person can't come, and other statements such as `only after 3 pm`. An empty text has no times.
    ///
    /// ```
    /// use ibbi_app::schedule::Availability;
    /// let read = Availability::read("fridays, monday mornings; only until 2026-11-13", None, &[]).unwrap();
    /// assert_eq!((read.unavailable.len(), read.available.len()), (2, 1));
    /// assert_eq!(read.text(), "fridays; monday mornings; only until 2026-11-13");
    /// let error = Availability::read("frydays", None, &[]).unwrap_err().to_string();
    /// assert!(error.contains("did you mean fridays?"));
    /// ```
    ///
    /// # Errors
    /// [`AppError::Usage`], with the words that are not clear, and their readings.
    pub fn read(text: &str, reference: Option<Date>, closed: &[Closure]) -> Result<Self, AppError> {
        let mut read = Self::default();
        for Entry { kind, rules, .. } in entries(text, reference, closed)? {
            read.list(kind).extend(rules);
        }
        Ok(read)
    }

    fn list(&mut self, kind: Kind) -> &mut Vec<TimeRule> {
        match kind {
            Kind::Cannot => &mut self.unavailable,
            Kind::Only => &mut self.available,
            Kind::IfNeedBe => &mut self.if_need_be,
            Kind::Can => &mut self.also,
        }
    }

    fn lists(&self) -> impl Iterator<Item = (Kind, &[TimeRule])> {
        let Self { unavailable, available, if_need_be, also } = self;
        let lists =
            [(Kind::Cannot, unavailable), (Kind::Only, available), (Kind::IfNeedBe, if_need_be), (Kind::Can, also)];
        lists.into_iter().map(|(kind, rules)| (kind, rules.as_slice())).filter(|(_, rules)| !rules.is_empty())
    }

    /// Returns the lists as one text that reads back, without the need for a reference date.
    pub fn text(&self) -> String {
        let statement = |(kind, rules): (Kind, &'_ [TimeRule])| {
            rules.iter().map(|rule| phrase::statement_text(kind, *rule)).collect::<Vec<_>>()
        };
        self.lists().flat_map(statement).collect::<Vec<_>>().join("; ")
    }

    /// Returns the lists in words, one sentence for each, such as `can't come on Fridays`.
    pub fn sentences(&self) -> Vec<String> {
        self.lists().map(|(kind, rules)| phrase::sentence(kind, rules)).collect()
    }

    /// Returns the person with these lists.
    pub fn of(self, person: Participant) -> Participant {
        let Self { unavailable, available, if_need_be, also } = self;
        Participant { also, available, if_need_be, unavailable, ..person }
    }
}

fn entries(text: &str, reference: Option<Date>, closed: &[Closure]) -> Result<Vec<Entry>, AppError> {
    let reading = phrase::read(text, &PhraseContext { sense: Sense::Cannot, reference, closed });
    if reading.unclear.is_empty() {
        return Ok(reading.entries);
    }
    let questions: Vec<String> = reading.unclear.iter().map(Unclear::to_string).collect();
    Err(AppError::Usage(questions.join("; ")))
}

/// Reads a date with its year: `2026-11-02`, or `11/2/2026` as in the United States.
pub fn day(text: &str) -> Option<Date> {
    typed::date(text, Year::Typed)
}

/// Reads a closed range with its name: "Winter break Dec 24 to Jan 1". A colon can separate them.
///
/// # Errors
/// [`AppError::Usage`], with what is not valid.
pub fn closure(text: &str, reference: Option<Date>) -> Result<Closure, AppError> {
    let begins = text.char_indices().filter(|(place, c)| *place > 0 && !c.is_whitespace()).map(|(place, _)| place);
    let begins: Vec<usize> = begins.filter(|place| text[..*place].ends_with(char::is_whitespace)).collect();
    let after_colon = begins.iter().rev().filter(|place| text[..**place].trim_end().ends_with(':'));
    let is_date = |place: &&usize| {
        let word = text[**place..].split_whitespace().next().unwrap_or_default().to_lowercase();
        word.starts_with(|c: char| c.is_ascii_digit()) || phrase::is_day(word.trim_end_matches([',', '.']))
    };
    let places = after_colon.chain(begins.iter().filter(is_date)).chain(&begins);
    let has_name = !is_date(&&0) || entries(text, reference, &[]).is_err();
    let places = places.filter(|_| has_name);
    let mut question = None;
    for place in places {
        match entries(&text[*place..], reference, &[]) {
            Ok(found) => {
                if let [Entry { kind: Kind::Cannot, rules, .. }] = found.as_slice()
                    && let [when] = rules[..]
                {
                    let name = text[..*place].trim().trim_end_matches([':', ',']);
                    let name = Name::new(name).map_err(|error| AppError::Usage(error.to_string()))?;
                    return Ok(Closure { name, when });
                }
            }
            Err(error) if is_date(&place) => question = question.or(Some(error)),
            Err(_) => {}
        }
    }
    Err(question.unwrap_or_else(|| {
        AppError::Usage(format!(
            "`{}` is not a name with its days; write it like this: Winter break 2026-12-24 to 2027-01-01",
            echo(text)
        ))
    }))
}

/// Returns a closed range with its name as text, which [`closure`] reads back.
pub fn closure_text(closure: &Closure) -> String {
    let when = phrase::rule_text(closure.when);
    let plain = when.starts_with(|c: char| c.is_ascii_digit())
        && !closure.name.as_str().contains(|c: char| c.is_ascii_digit() || c == ':');
    format!("{}{} {when}", closure.name, if plain { "" } else { ":" })
}

/// Returns an id made of a name, other than those that are taken: `R. Amari` becomes `r-amari`.
pub fn id_of(name: &Name, taken: &[MemberId]) -> MemberId {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = name.as_str().chars().map(letters).collect();
    let mut base: String = words.split_whitespace().collect::<Vec<_>>().join("-");
    base.truncate(MemberId::MAX_CHARS - 4);
    if base.is_empty() {
        base.push_str("person");
    }
    let numbered =
        (1..=taken.len() + 1).map(|number| if number == 1 { base.clone() } else { format!("{base}-{number}") });
    let mut free = numbered.filter_map(|id| MemberId::new(&id).ok()).filter(|id| !taken.contains(id));
    // There is one candidate more than taken ids.
    free.next().unwrap_or_else(|| MemberId::new("person").expect("a word is an id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_sim::Weekday;

    #[test]
    fn closed_range_has_a_name_and_dates() {
        let reference = Date::new(2026, 9, 8);
        let closure_of = |text: &str| closure(text, reference).map(|closure| (closure.name.to_string(), closure.when));
        let (name, when) = closure_of("Winter break: 2026-12-24 to 2027-01-01").unwrap();
        assert_eq!((name.as_str(), when.to.unwrap().to_string().as_str()), ("Winter break", "2027-01-01"));
        assert_eq!(
            closure_of("Early release wednesday afternoons").unwrap().1.weekdays.single(),
            Some(Weekday::Wednesday)
        );
        for text in ["2026-12-24 to 2027-01-01", "Winter break", ""] {
            assert!(closure_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_of_a_file_are_written_as_text_that_reads_back() {
        for (list, text) in [
            ("available = [2026-10-20, 2026-10-27]", "only 2026-10-20; only 2026-10-27"),
            (
                "unavailable = [{ weekday = \"thursday\", every = 2, from = 2026-09-10 }]",
                "every other thursday from 2026-09-10",
            ),
            ("unavailable = [{ weekday = \"wednesday\", half = \"evening\" }]", "wednesday evenings"),
            ("if_need_be = [\"monday\"]", "if need be mondays"),
            ("also = [\"friday 9:00-15:30\"]", "can also fridays 09:00-15:30"),
        ] {
            let file = ibbi_sim::EXAMPLE.replacen("unavailable = [2026-12-02, 2026-12-09]", list, 1);
            let scenario = ibbi_sim::Scenario::parse(&file).unwrap_or_else(|error| panic!("{list}: {error}"));
            let lists: Vec<Availability> = scenario.people.iter().map(Availability::from).collect();
            let found = lists.iter().find(|lists| lists.text() == text).unwrap_or_else(|| panic!("{list}: {lists:?}"));
            assert_eq!(Availability::read(text, None, &[]).unwrap(), *found);
        }
    }

    #[test]
    fn time_zone_that_is_not_a_place_leads_to_its_place() {
        for zone in ["EST", "Eastern Standard Time"] {
            let file = ibbi_sim::EXAMPLE.replacen("America/New_York", zone, 1);
            let error = ibbi_sim::Scenario::parse(&file).unwrap_err().to_string();
            assert!(error.contains("did you mean America/New_York?"), "{error}");
        }
    }

    #[test]
    fn person_ids_are_unique() {
        let mut taken = Vec::new();
        for (name, expected) in [("R. Amari", "r-amari"), ("R Amari", "r-amari-2"), ("Ñ", "person"), ("Ñ", "person-2")]
        {
            let id = id_of(&Name::new(name).unwrap(), &taken);
            assert_eq!(id.to_string(), expected);
            taken.push(id);
        }
    }
}
