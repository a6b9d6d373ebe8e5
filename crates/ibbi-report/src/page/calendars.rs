//! Three calendars to choose from: the best case, even odds, and the safe one, with the dates to hold.

use super::{Section, SimulationPage};
use crate::html::{Element, Html, el, time};
use crate::table::{Cell, Column, Table};
use crate::{forecast_text, format};
use ibbi_sim::{CandidateCalendars, HeldDates, HeldSession, SessionKind};

impl SimulationPage<'_> {
    /// Returns the three calendars beside each other, and the safe one by month.
    pub(super) fn calendars_section(&self) -> Option<Section> {
        let calendars = self.calendars?;
        let CandidateCalendars { even_odds, safe } = calendars;
        let intro = "The best case needs everything to go right. The other two have a backup for each session: use the first day on \
                     which it can be held. Days held now need no notice later, so they can be earlier than the likely range.";
        let notes = [even_odds, safe].into_iter().filter(|held| held.chance.is_none()).take(1);
        let notes = notes.map(|held| el("p").with(forecast_text::no_dates_to_hold(held)));
        let below = (safe.chance.is_some() && safe.confidence < CandidateCalendars::SAFE).then(|| {
            let most =
                format!("There are no such dates for {}%; these are the safest ones found.", CandidateCalendars::SAFE);
            el("p").with(most)
        });
        let content = Html::new()
            .with(even_odds.chance.map(|_| el("p").with(intro)))
            .with(even_odds.chance.map(|_| self.calendars_table(calendars).to_html()))
            .with(notes.collect::<Html>())
            .with(below)
            .with(self.held_months(safe))
            .with(safe.chance.map(|_| el("p").class("quiet").with(self.signs(safe))));
        Some(("calendars", "Three calendars to choose from".to_owned(), content))
    }

    /// Returns what the signs on the months mean.
    fn signs(&self, held: &HeldDates) -> String {
        let parts = format::facilitation_parts(self.plan);
        let named = held.sessions.iter().map(|session| {
            format!("{} {}", super::month_view::sign(session.what), format::session_name(session.what, parts))
        });
        format!("{}. A dashed day is a backup.", named.collect::<Vec<_>>().join(", "))
    }

    /// Returns whether there are days to hold, which are shown by month.
    pub(super) fn has_held_days(&self) -> bool {
        self.calendars.is_some_and(|calendars| calendars.safe.chance.is_some())
    }

    fn calendars_table(&self, CandidateCalendars { even_odds, safe }: &CandidateCalendars) -> Table {
        let parts = format::facilitation_parts(self.plan);
        let best = match self.plan.chance {
            Some(chance) => format!("best case ({})", format::odds(chance.estimate)),
            None => "best case".to_owned(),
        };
        let held = |name: &str, held: &HeldDates| match held.chance {
            Some(chance) => format!("{name} ({})", format::odds(chance.estimate)),
            None => format!("{name} (no such dates)"),
        };
        let columns = [
            Column::text("session"),
            Column::text(&best),
            Column::text(&held("even odds", even_odds)),
            Column::text(&held(if safe.confidence < CandidateCalendars::SAFE { "safest" } else { "safe" }, safe)),
        ];
        let mut table = Table::new("Days to hold, and in how many runs that go ahead they are enough", columns);
        for session in self.plan.sessions.iter().filter(|session| !matches!(session.what, SessionKind::Meeting)) {
            let of = |held: &HeldDates| {
                let own = held.sessions.iter().find(|held| held.what == session.what);
                own.map_or(Cell::Nothing, |own| Cell::Stack(vec![Cell::Day(own.slot.local_day()), backup(own)]))
            };
            table.row(vec![
                Cell::Text(format::sentence(&format::session_name(session.what, parts))),
                Cell::Day(session.slot.local_day()),
                of(even_odds),
                of(safe),
            ]);
        }
        table
    }

    /// Returns the days to hold in a line, for the head of the page.
    pub(super) fn held_line(&self) -> Option<Element> {
        let held = &self.calendars?.safe;
        let chance = held.chance?;
        let parts = format::facilitation_parts(self.plan);
        let each = held.sessions.iter().enumerate().map(|(index, session)| {
            let name = format::sentence(&format::session_name(session.what, parts));
            let before = if index > 0 { " \u{b7} " } else { "" };
            let backup = el("small").with(" (backup ").with(time(session.backup.local_day())).with(")");
            Html::text(&format!("{before}{name}: ")).with(time(session.slot.local_day())).with(backup)
        });
        let odds = format!(" They are enough in {} runs that go ahead.", format::odds(chance.estimate));
        let value = el("dd").with(each.collect::<Html>()).with(el("small").with(odds));
        Some(el("div").with(el("dt").with("Hold these days")).with(value))
    }
}

fn backup(session: &HeldSession) -> Cell {
    Cell::Text(format!("backup {}", format::weekday_date(session.backup.local_day())))
}
