//! The sessions of a plan on small calendars, one for each month.

use super::SimulationPage;
use crate::format;
use crate::html::{Element, el};
use chrono::{Datelike, NaiveDate};
use ibbi_core::{Date, Slot};
use ibbi_sim::{HeldDates, SessionKind};

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

impl SimulationPage<'_> {
    /// Returns the months that have a session of the plan.
    pub(super) fn months(&self) -> Option<Element> {
        let parts = format::facilitation_parts(self.plan);
        let sessions = self.plan.sessions.iter().map(|session| MarkedDay {
            date: session.slot.local_day(),
            sign: sign(session.what),
            what: format::session_name(session.what, parts),
            class: "held",
        });
        months(sessions.collect())
    }

    /// Returns the months that have a day to hold.
    pub(super) fn held_months(&self, held: &HeldDates) -> Option<Element> {
        let parts = format::facilitation_parts(self.plan);
        let days = held.sessions.iter().flat_map(|session| {
            let name = format::session_name(session.what, parts);
            let backup = format!("backup for {name}");
            let day =
                |slot: Slot, what, class| MarkedDay { date: slot.local_day(), sign: sign(session.what), what, class };
            [day(session.slot, name, "held"), day(session.backup, backup, "backup")]
        });
        months(days.collect())
    }
}

fn months(mut days: Vec<MarkedDay>) -> Option<Element> {
    days.sort_by_key(|day| day.date);
    let mut starts: Vec<Date> = days.iter().map(|day| format::month_start(day.date)).collect();
    starts.dedup();
    let months = starts.into_iter().map(|start| month(start, &days));
    (!days.is_empty()).then(|| el("div").class("months").all(months))
}

/// A day with a session.
struct MarkedDay {
    date: Date,
    /// A letter or a number for the day's cell.
    sign: String,
    what: String,
    class: &'static str,
}

pub(super) fn sign(kind: SessionKind) -> String {
    match kind {
        SessionKind::Meeting => "M".to_owned(),
        SessionKind::Training { part: None } => "T".to_owned(),
        SessionKind::Training { part: Some(part) } => format!("T{part}"),
        SessionKind::Facilitation { part } => part.to_string(),
    }
}

fn month(start: Date, marked: &[MarkedDay]) -> Element {
    let first = start.to_chrono();
    let blank = usize::try_from(first.weekday().num_days_from_monday()).unwrap_or(0);
    let days = first.iter_days().take_while(|day| day.month() == first.month());
    let days = days.map(|day| day_cell(day, marked.iter().filter(|each| each.date.to_chrono() == day).collect()));
    let mut cells: Vec<Element> = std::iter::repeat_n(el("td"), blank).chain(days).collect();
    cells.resize(cells.len().next_multiple_of(7), el("td"));
    let head = el("tr").all(DAYS.map(|day| el("th").attr("scope", "col").with(day)));
    let weeks = cells.chunks(7).map(|week| el("tr").all(week.iter().cloned()));
    el("table")
        .class("month")
        .with(el("caption").with(format::month(start)))
        .with(el("thead").with(head))
        .with(el("tbody").all(weeks))
}

fn day_cell(day: NaiveDate, sessions: Vec<&MarkedDay>) -> Element {
    let number = day.day().to_string();
    let [first, ..] = sessions.as_slice() else { return el("td").with(number) };
    let signs = el("strong").attr("aria-hidden", "true").all(sessions.iter().map(|session| session.sign.as_str()));
    let names = format::list(&sessions.iter().map(|session| session.what.clone()).collect::<Vec<_>>());
    el("td").class(first.class).with(number).with(" ").with(signs).with(el("span").class("unseen").with(names))
}
