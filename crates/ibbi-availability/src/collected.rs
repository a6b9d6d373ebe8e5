//! What a reader has found so far.

use crate::days::{HeadingDays, PersonSlots};
use crate::{
    ImportFormat, ImportWindow, ImportedFile, ImportedPerson, ImportedPhrase, MAX_REPORTED, Mark, NotUnderstood,
};
use ibbi_common::format::count;
use ibbi_core::Date;
use ibbi_sim::Hours;

/// A person whose times are being collected.
#[derive(Debug, Clone, Default)]
pub(crate) struct CollectedPerson {
    pub(crate) name: String,
    slots: PersonSlots,
    pub(crate) phrases: Vec<ImportedPhrase>,
}

/// The people and remarks of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collected {
    pub(crate) people: Vec<CollectedPerson>,
    pub(crate) left_out: Vec<String>,
    not_understood: Vec<NotUnderstood>,
    unreported: usize,
    first: Option<Date>,
    last: Option<Date>,
}

impl Collected {
    pub(crate) fn with_left_out(left_out: Vec<String>) -> Self {
        Self { left_out, ..Self::default() }
    }

    pub(crate) fn problem(&mut self, place: String, message: String) {
        if self.not_understood.len() < MAX_REPORTED {
            self.not_understood.push(NotUnderstood { place, message });
        } else {
            self.unreported += 1;
        }
    }

    pub(crate) fn person(&mut self, name: &str) -> usize {
        self.people.push(CollectedPerson { name: name.to_owned(), ..CollectedPerson::default() });
        self.people.len() - 1
    }

    /// Adds a time to a person.
    pub(crate) fn add(
        &mut self,
        person: usize,
        days: HeadingDays,
        hours: Option<Hours>,
        mark: Mark,
        window: &ImportWindow,
    ) {
        let (first, last) = match days {
            HeadingDays::Date(day) => (day, day),
            HeadingDays::Weekday(_) => (window.from, window.to),
        };
        self.first = Some(self.first.map_or(first, |day| day.min(first)));
        self.last = Some(self.last.map_or(last, |day| day.max(last)));
        if let Some(person) = self.people.get_mut(person) {
            person.slots.add_days(days, hours, mark, window);
        }
    }

    /// Adds all of another sheet.
    pub(crate) fn extend(&mut self, other: Self) {
        self.people.extend(other.people);
        self.left_out.extend(other.left_out);
        other.not_understood.into_iter().for_each(|it| self.problem(it.place, it.message));
        self.unreported += other.unreported;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
    }

    pub(crate) fn finish(mut self, format: ImportFormat, window: &ImportWindow) -> ImportedFile {
        let outside: usize = self.people.iter().map(|person| person.slots.outside()).sum();
        if outside > 0 {
            let times = count(outside as u64, "time is", "times are");
            self.left_out.push(format!("{times} before {} or after {}.", window.from, window.to));
        }
        if self.unreported > 0 {
            let message = format!("{} more weren't understood", count(self.unreported as u64, "place", "places"));
            self.not_understood.push(NotUnderstood { place: "the rest of the file".to_owned(), message });
        }
        let after = self.last.and_then(|last| last.to_chrono().succ_opt()).and_then(|day| Date::try_from(day).ok());
        let people = self.people.into_iter().map(|person| ImportedPerson {
            name: person.name,
            times: person.slots.times(),
            phrases: person.phrases,
        });
        ImportedFile {
            format,
            days: self.first.zip(after).map(|(first, after)| first..after),
            people: people.collect(),
            not_understood: self.not_understood,
            left_out: self.left_out,
        }
    }
}

impl Collected {
    /// Finishes a file that has phrases only.
    pub(crate) fn finish_phrases(self) -> ImportedFile {
        let people = self.people.into_iter();
        let people =
            people.map(|it| ImportedPerson { name: it.name, times: Vec::new(), phrases: it.phrases }).collect();
        ImportedFile {
            format: ImportFormat::Phrases,
            days: None,
            people,
            not_understood: self.not_understood,
            left_out: self.left_out,
        }
    }
}
