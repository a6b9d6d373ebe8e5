//! Reading files, finding the people, and adding their times to the scenario.

use super::change::{self, PersonTimes};
use super::names::{self, Fit};
use super::slots::MarkedSlots;
use super::{
    AvailabilityFile, AvailabilityImport, Candidate, FileSummary, ImportOptions, MAX_BYTES, MAX_FILES, PersonImport,
    PersonQuestion, Remark, compress, weeks,
};
use crate::error::AppError;
use crate::schedule::phrase::{self, Kind, PhraseContext, Sense};
use ibbi_availability::{ImportFormat, ImportWindow, ImportedFile, ImportedPerson, Mark};
use ibbi_common::format::{self, count};
use ibbi_common::spelling::{did_you_mean, echo, nearest};
use ibbi_common::zone::{MASSACHUSETTS, Zone};
use ibbi_core::{Date, TimeZoneName};
use ibbi_sim::{HORIZON, Participant, Scenario, TimeRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most candidates of a question.
const CANDIDATES: usize = 6;

/// Reads files, and returns what was understood together with the scenario that has these times.
///
/// Without a scenario, it only reads. Nothing is written. Importing the same files again changes nothing.
///
/// ```
/// use ibbi_app::availability::{AvailabilityFile, ImportOptions, import};
/// let scenario = ibbi_app::schedule::load(None)?;
/// let file = AvailabilityFile { name: "answers.txt", bytes: b"J. Ortiz: never Tuesdays\nN. Beaumnt: Oct 5-9" };
/// let options = ImportOptions { from: None, to: None, people: &[], replace: false, today: scenario.start };
/// let import = import(&[file], Some(&scenario), &options)?;
/// assert_eq!(import.people[0].added, ["can't come on Tuesdays"]);
/// assert!(import.questions.is_empty() && import.is_ready() && import.changed);
/// # Ok::<(), ibbi_app::AppError>(())
/// ```
///
/// # Errors
/// [`AppError::Usage`] if there are too many files or bytes, if the days are not in order, or if an answer names no one.
/// [`AppError::Scenario`] if the scenario has a time zone that doesn't exist.
pub fn import(
    files: &[AvailabilityFile<'_>],
    scenario: Option<&Scenario>,
    options: &ImportOptions<'_>,
) -> Result<AvailabilityImport, AppError> {
    import_read(&read_files(files, scenario, options)?, scenario, options)
}

/// Files that were read, and can be imported more than once. They have no titles, places, or other texts of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFiles {
    /// The files, in their order.
    pub files: Vec<ReadFile>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFile {
    /// Its name.
    pub name: String,
    /// What it says about times, or why it can't be read.
    pub content: Result<ImportedFile, String>,
}

/// Reads files, without looking for the people. The scenario and the options have the days that matter.
///
/// # Errors
/// [`AppError::Usage`] if there are too many files or bytes, or if the days are not in order. [`AppError::Scenario`] if the scenario
/// has a time zone that doesn't exist.
pub fn read_files(
    files: &[AvailabilityFile<'_>],
    scenario: Option<&Scenario>,
    options: &ImportOptions<'_>,
) -> Result<ReadFiles, AppError> {
    check_size(files)?;
    let window = window(scenario, options)?;
    let read = |file: &AvailabilityFile<'_>| ReadFile {
        name: file.name.to_owned(),
        content: ibbi_availability::read(file.bytes, &window).map_err(|error| error.to_string()),
    };
    Ok(ReadFiles { files: files.iter().map(read).collect() })
}

/// Imports files that were read, as [`import`] does.
///
/// # Errors
/// As for [`import`].
pub fn import_read(
    read: &ReadFiles,
    scenario: Option<&Scenario>,
    options: &ImportOptions<'_>,
) -> Result<AvailabilityImport, AppError> {
    let window = window(scenario, options)?;
    let mut import = AvailabilityImport {
        from: window.from,
        to: window.to,
        files: Vec::new(),
        people: Vec::new(),
        questions: Vec::new(),
        unassigned: Vec::new(),
        not_understood: Vec::new(),
        left_out: Vec::new(),
        changed: false,
        scenario: None,
    };
    let mut found = Vec::new();
    for file in &read.files {
        found.extend(people_of(file, &mut import));
    }
    let people = scenario.map_or(&[][..], |scenario| scenario.people.as_slice());
    check_answers(&found, people, options.people)?;
    let chosen = match scenario {
        Some(_) => choose(&found, people, options.people, &mut import.questions),
        None => by_name(&found),
    };
    let context = Context { scenario, window: &window, replace: options.replace };
    let mut changed = scenario.cloned();
    for (key, entries) in chosen {
        let row = context.person(key, &entries, changed.as_mut(), &mut import.not_understood);
        import.changed |= row.changed;
        import.people.push(row);
    }
    for asked in &import.questions {
        let is_it = |it: &&FoundPerson| it.file == asked.file && it.key() == asked.name;
        let entries: Vec<&FoundPerson> = found.iter().filter(is_it).collect();
        let key = Key::Name(asked.name.clone());
        import.unassigned.push(context.person(key, &entries, None, &mut import.not_understood));
    }
    import.scenario = changed;
    Ok(import)
}

fn usage(message: String) -> AppError {
    AppError::Usage(message)
}

fn check_size(files: &[AvailabilityFile<'_>]) -> Result<(), AppError> {
    if files.len() > MAX_FILES {
        return Err(usage(format!("there are {} files; import at most {MAX_FILES} at a time", files.len())));
    }
    let bytes: u64 = files.iter().map(|file| file.bytes.len() as u64).sum();
    if bytes > MAX_BYTES {
        return Err(usage(format!(
            "the files are larger than {} MB together; import fewer at a time",
            MAX_BYTES >> 20
        )));
    }
    Ok(())
}

fn window(scenario: Option<&Scenario>, options: &ImportOptions<'_>) -> Result<ImportWindow, AppError> {
    let zone = match scenario {
        Some(scenario) => Zone::new(&scenario.time_zone)?,
        None => TimeZoneName::new(MASSACHUSETTS).ok().and_then(|name| Zone::find(&name)).unwrap_or_default(),
    };
    let start = scenario.map_or(options.today, |scenario| scenario.start);
    let from = options.from.unwrap_or(start);
    let last = start.to_chrono().checked_add_days(chrono::Days::new(HORIZON as u64 - 1));
    let last = last.and_then(|day| Date::try_from(day).ok()).unwrap_or(start);
    let to = options.to.unwrap_or(last.max(from));
    if to < from {
        return Err(usage(format!("--to {to} is before --from {from}; write the earlier day first")));
    }
    if (to.to_chrono() - from.to_chrono()).num_days() >= HORIZON as i64 {
        return Err(usage(format!("{from} to {to} is more than {HORIZON} days; choose fewer")));
    }
    Ok(ImportWindow { from, to, zone: zone.to_chrono() })
}

/// A person as a file has it.
struct FoundPerson {
    file: String,
    format: ImportFormat,
    person: ImportedPerson,
}

impl FoundPerson {
    /// Returns the key of the answer to a question: the name, or the file.
    fn key(&self) -> &str {
        if self.person.name.trim().is_empty() { &self.file } else { self.person.name.trim() }
    }

    fn has_key(&self, key: &str) -> bool {
        let is = |name: &str| name.trim().to_lowercase() == key.trim().to_lowercase();
        let base = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        // A calendar is one person's, whatever name it has.
        let by_file = self.person.name.trim().is_empty() || self.format == ImportFormat::Calendar;
        is(self.key()) || by_file && (is(&self.file) || is(base))
    }

    fn source(&self) -> String {
        match self.person.name.trim() {
            "" => self.file.clone(),
            name => format!("{}, in {}", echo(name), self.file),
        }
    }
}

const fn kind(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Calendar => "a calendar",
        ImportFormat::Doodle => "an export of Doodle",
        ImportFormat::Rallly => "an export of Rallly",
        ImportFormat::When2meet => "an export of When2meet",
        ImportFormat::Table => "a table",
        ImportFormat::Phrases => "phrases",
    }
}

fn people_of(file: &ReadFile, import: &mut AvailabilityImport) -> Vec<FoundPerson> {
    let name = file.name.clone();
    let read = match file.content.clone() {
        Ok(read) => read,
        Err(problem) => {
            import.files.push(FileSummary { name, kind: None, problem: Some(problem) });
            return Vec::new();
        }
    };
    import.files.push(FileSummary { name: name.clone(), kind: Some(kind(read.format)), problem: None });
    let not_understood = read.not_understood.into_iter();
    import.not_understood.extend(not_understood.map(|it| Remark {
        file: name.clone(),
        place: it.place,
        message: it.message,
    }));
    let left_out = read.left_out.into_iter();
    import.left_out.extend(left_out.map(|message| Remark { file: name.clone(), place: String::new(), message }));
    let format = read.format;
    read.people.into_iter().map(|person| FoundPerson { file: name.clone(), format, person }).collect()
}

/// Checks that every answer is about a name in the files, and names a person of the scenario.
fn check_answers(found: &[FoundPerson], people: &[Participant], answers: &[(String, String)]) -> Result<(), AppError> {
    for (key, answer) in answers {
        if !found.iter().any(|found| found.has_key(key)) {
            let near = nearest(key, found.iter().map(FoundPerson::key));
            let hint = did_you_mean(near.as_deref());
            return Err(usage(format!("no file has the name `{}`{hint}; write it as the file does", echo(key))));
        }
        if answer != PersonQuestion::SKIP && !people.is_empty() && person_of(answer, people).is_none() {
            let known = people.iter().flat_map(|person| [person.id.as_str(), person.name.as_str()]);
            let near = nearest(answer, known);
            let hint = did_you_mean(near.as_deref());
            return Err(usage(format!(
                "there is no person `{}` in the scenario{hint}; write an ID of the scenario, or skip",
                echo(answer)
            )));
        }
    }
    Ok(())
}

fn person_of(answer: &str, people: &[Participant]) -> Option<usize> {
    let by_id = people.iter().position(|person| person.id.as_str() == answer);
    by_id.or_else(|| people.iter().position(|person| person.name.as_str() == answer))
}

/// Whose times they are: a person of the scenario by index, or a name of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Person(usize),
    Name(String),
}

type Chosen<'a> = BTreeMap<Key, Vec<&'a FoundPerson>>;

/// Without a scenario, equal names are one person.
fn by_name(found: &[FoundPerson]) -> Vec<(Key, Vec<&FoundPerson>)> {
    let mut chosen: Vec<(Key, Vec<&FoundPerson>)> = Vec::new();
    for person in found {
        let key = Key::Name(person.key().to_owned());
        match chosen.iter_mut().find(|(known, _)| *known == key) {
            Some((_, entries)) => entries.push(person),
            None => chosen.push((key, vec![person])),
        }
    }
    chosen
}

/// Finds the people of the scenario. A name of which it isn't sure becomes a question.
fn choose<'a>(
    found: &'a [FoundPerson],
    people: &[Participant],
    answers: &[(String, String)],
    questions: &mut Vec<PersonQuestion>,
) -> Vec<(Key, Vec<&'a FoundPerson>)> {
    let fits: Vec<Vec<(Fit, usize)>> = found.iter().map(|it| names::fits(&it.person.name, people)).collect();
    let answered =
        |it: &FoundPerson| answers.iter().find(|(key, _)| it.has_key(key)).map(|(_, answer)| answer.as_str());
    let sure: Vec<Option<(Fit, usize)>> = fits
        .iter()
        .map(|fits| match fits.as_slice() {
            [first, rest @ ..] if first.0 < Fit::Doubtful && rest.iter().all(|other| other.0 > first.0) => Some(*first),
            _ => None,
        })
        .collect();
    let mut chosen = Chosen::new();
    for (index, person) in found.iter().enumerate() {
        if let Some(answer) = answered(person) {
            if let Some(index) = person_of(answer, people) {
                chosen.entry(Key::Person(index)).or_default().push(person);
            }
            continue;
        }
        // Two names of one file can't both mean one person.
        let is_rival = |(other, rival): (usize, &FoundPerson)| {
            let fit = sure[other].zip(sure[index]);
            other != index
                && rival.file == person.file
                && rival.key() != person.key()
                && answered(rival).is_none()
                && fit.is_some_and(|(theirs, own)| theirs.1 == own.1 && theirs.0 <= own.0)
        };
        let rival = found.iter().enumerate().find(|it| is_rival(*it)).map(|(_, rival)| rival);
        match (sure[index], rival) {
            (Some((_, index)), None) => chosen.entry(Key::Person(index)).or_default().push(person),
            (_, rival) if !questions.iter().any(|asked| asked.file == person.file && asked.name == person.key()) => {
                questions.push(question(person, &fits[index], rival, people));
            }
            _ => {}
        }
    }
    chosen.into_iter().collect()
}

fn question(
    person: &FoundPerson,
    fits: &[(Fit, usize)],
    rival: Option<&FoundPerson>,
    people: &[Participant],
) -> PersonQuestion {
    let candidates = fits.iter().take(CANDIDATES).filter_map(|(_, index)| people.get(*index));
    let candidates: Vec<Candidate> =
        candidates.map(|person| Candidate { id: person.id, name: person.name.to_string() }).collect();
    let (name, file) = (echo(person.key()), person.file.clone());
    let names: Vec<&str> = candidates.iter().map(|candidate| candidate.name.as_str()).collect();
    let question = match (person.person.name.trim(), rival, names.as_slice()) {
        ("", ..) => format!("Whose times are in {file}? It has no name."),
        (_, Some(rival), _) => {
            format!("\"{name}\" and \"{}\" in {file} look like one person. Who is \"{name}\"?", echo(rival.key()))
        }
        (_, None, []) => format!("No one in the scenario has a name like \"{name}\" in {file}. Who is it?"),
        (_, None, [one]) => format!("Does \"{name}\" in {file} mean {one}?"),
        (_, None, [first @ .., last]) => {
            format!("\"{name}\" in {file} can mean {}, or {last}. Who is it?", first.join(", "))
        }
    };
    PersonQuestion { name: person.key().to_owned(), file, question, candidates }
}

struct Context<'a> {
    scenario: Option<&'a Scenario>,
    window: &'a ImportWindow,
    replace: bool,
}

impl Context<'_> {
    /// Collects the times of a person, and adds them to the scenario.
    fn person(
        &self,
        key: Key,
        entries: &[&FoundPerson],
        changed: Option<&mut Scenario>,
        not_understood: &mut Vec<Remark>,
    ) -> PersonImport {
        let mut marked = MarkedSlots::default();
        let mut times = PersonTimes::default();
        let mut notes = Vec::new();
        for entry in entries {
            entry.person.times.iter().for_each(|time| marked.add(time));
            for words in &entry.person.phrases {
                let remark = |message| Remark { file: entry.file.clone(), place: words.place.clone(), message };
                let (rules, unclear) = self.phrase(&words.text, words.mark);
                not_understood.extend(unclear.into_iter().map(remark));
                for rule in rules {
                    if !times.phrases.contains(&rule) {
                        times.phrases.push(rule);
                    }
                }
            }
        }
        let (slots, contradictions) = marked.settled();
        times.slots = slots;
        if let Some(first) = contradictions.first() {
            let days = count(contradictions.len() as u64, "day", "days");
            notes.push(format!(
                "The files contradict each other on {days}, the first of them {}. The time counts as one when this \
                 person can't come.",
                format::date(*first)
            ));
        }
        notes.extend(self.beyond(&times));
        let sources = entries.iter().map(|entry| entry.source()).collect();
        let (sentences, weeks) = (sentences(&times), weeks::weeks(&times.slots));
        let mut row = PersonImport {
            id: None,
            name: String::new(),
            sources,
            sentences,
            weeks,
            notes,
            added: Vec::new(),
            problem: None,
            changed: false,
        };
        match (key, changed) {
            (Key::Person(index), Some(scenario)) => {
                let person = &mut scenario.people[index];
                let change = change::changed(person, &times, self.replace);
                row.changed = change.person != *person;
                row.id = Some(person.id);
                row.name = person.name.to_string();
                row.added = change.added;
                row.notes.extend(change.notes);
                row.problem = change.problem;
                *person = change.person;
            }
            (Key::Name(name), _) => row.name = name,
            (Key::Person(_), None) => {}
        }
        row
    }

    /// Reads a phrase: its times, and what wasn't understood.
    fn phrase(&self, text: &str, mark: Mark) -> (Vec<(Kind, TimeRule)>, Vec<String>) {
        let sense = match mark {
            Mark::Can => Sense::Can,
            Mark::Cannot => Sense::Cannot,
            Mark::IfNeedBe => Sense::IfNeedBe,
        };
        let closed = self.scenario.map_or(&[][..], |scenario| scenario.calendar.closed.as_slice());
        let reading = phrase::read(text, &PhraseContext { sense, reference: Some(self.window.from), closed });
        // Words that aren't clear can change what those beside them mean.
        let (certain, doubtful): (Vec<_>, Vec<_>) = reading.entries.into_iter().partition(|entry| entry.is_certain);
        let mut unclear: Vec<String> = reading.unclear.iter().map(ToString::to_string).collect();
        if !doubtful.is_empty() {
            let beside = phrase::sentences(&doubtful).join("; ");
            unclear.push(format!("these times are in the same list, so they aren't added either: {beside}"));
        }
        let rules = certain.iter().flat_map(|entry| entry.rules.iter().map(|rule| (entry.kind, *rule)));
        (rules.collect(), unclear)
    }

    /// Returns a note if phrases have dates that no plan reaches.
    fn beyond(&self, times: &PersonTimes) -> Option<String> {
        let ImportWindow { from, to, .. } = *self.window;
        let outside =
            |rule: &TimeRule| rule.from.is_some_and(|first| first > to) || rule.to.is_some_and(|last| last < from);
        let (_, rule) = times.phrases.iter().find(|(_, rule)| outside(rule))?;
        let times = phrase::rule_text(*rule);
        let days = format!("{} to {}", format::date(from), format::date(to));
        Some(format!("The plan has the days from {days}. It doesn't reach these times: {times}."))
    }
}

/// Returns all times in words.
fn sentences(times: &PersonTimes) -> Vec<String> {
    let of = |kind: Kind| times.phrases.iter().filter(move |(own, _)| *own == kind).map(|(_, rule)| *rule);
    let slots = &times.slots;
    let mut sentences = Vec::new();
    for (kind, map) in [
        (Kind::Cannot, Some(&slots.cannot)),
        (Kind::Only, None),
        (Kind::IfNeedBe, Some(&slots.if_need_be)),
        (Kind::Can, None),
    ] {
        let rules: Vec<TimeRule> = of(kind).chain(map.map(compress::rules).unwrap_or_default()).collect();
        if !rules.is_empty() {
            sentences.push(phrase::sentence(kind, &rules));
        }
    }
    if !slots.can.is_empty() {
        let text = phrase::sentence(Kind::Can, &compress::rules(&slots.can));
        sentences.push(text.replacen("can also come", "can come", 1));
    }
    sentences
}

#[cfg(test)]
mod tests;
