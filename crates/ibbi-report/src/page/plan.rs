//! The plan on a page: its conflicts, its days, and its advisories.

use super::{Section, SimulationPage};
use crate::chart::figure;
use crate::html::{Element, Html, details, el, time};
use crate::{chart, forecast_tables, forecast_text, format};
use ibbi_core::Date;

impl SimulationPage<'_> {
    pub(super) fn conflicts(&self) -> Option<Section> {
        let conflicts = self.plan.conflicts.as_ref()?;
        let sentences = forecast_text::conflicts(conflicts).into_iter().chain(forecast_text::start_by(self.plan));
        let sentences = sentences.map(|sentence| el("p").with(sentence.to_html()));
        let content = el("div").class("warning").all(sentences);
        Some(("obstacle", "Conflicts".to_owned(), content.into()))
    }

    /// Returns the plan with a chart of its steps.
    pub(super) fn plan_section(&self) -> Section {
        let chart = figure("timeline", &chart::timeline(self.scenario, self.plan));
        let (id, heading, content) = self.days_section();
        (id, heading, content.with(chart))
    }

    /// Returns the plan on calendars and day by day.
    pub(super) fn days_section(&self) -> Section {
        let intro = "The earliest days on which everything fits if every duration has its likely value, and nothing is postponed, \
                     cut short, or declined.";
        let content = Html::new()
            .with(el("p").with(forecast_text::best_case(self.plan).to_html()))
            .with(el("p").with(intro))
            .with(self.months().filter(|_| !self.has_held_days()))
            .with(el("ol").class("agenda").all(self.agenda()));
        ("plan", "The best case".to_owned(), content)
    }

    /// Returns the steps and sessions in the order of their days.
    fn agenda(&self) -> Vec<Element> {
        let Self { scenario, plan, .. } = self;
        let parts = format::facilitation_parts(plan);
        let mut entries: Vec<(Date, u8, Element)> =
            vec![(scenario.start, 0, entry(scenario.start, crate::forecast_tables::first_step(plan).into()))];
        for session in &plan.sessions {
            let (day, what) = (session.slot.local_day(), format::session_name(session.what, parts));
            let length = format::length(session.slot.minutes());
            let mut inside = Html::new()
                .with(el("strong").with(what.as_str()))
                .with(format!(", {} ({length})", format::time_range(session.slot)));
            let why = el("p").with(forecast_text::why_not_earlier(session).to_html());
            inside.push(match session.blocked.is_empty() {
                true => Html::from(why.class("quiet")),
                false => {
                    let table = forecast_tables::why_table(session, &what).to_html();
                    details(
                        format!(
                            "Why not earlier: {} with conflicts",
                            format::count(session.blocked.len() as u64, "day")
                        ),
                        Html::new().with(why).with(table),
                    )
                    .class("why")
                    .into()
                }
            });
            entries.push((day, 1, entry(day, inside).class("session")));
        }
        // Steps on the same day are one entry.
        for steps in plan.milestones.chunk_by(|one, other| one.date == other.date) {
            let Some(first) = steps.first() else { continue };
            let lines = steps.iter().map(|step| el("div").with(format::milestone(step.what))).collect();
            entries.push((first.date, 2, entry(first.date, lines)));
        }
        entries.sort_by_key(|(day, rank, _)| (*day, *rank));
        entries.into_iter().map(|(_, _, entry)| entry).collect()
    }

    pub(super) fn advisories_section(&self) -> Option<Section> {
        if self.advisories.is_empty() {
            return None;
        }
        let items = self.advisories.iter().map(|advisory| {
            let warning = advisory.warning;
            el("li").with(format::sentence(&advisory.found)).with(". ").with(el("span").class("quiet").with(format!(
                "{} Source: {}.",
                warning.label(),
                warning.source().label()
            )))
        });
        let content = el("ul").class("advisories").all(items);
        Some(("advisories", "Notes".to_owned(), content.into()))
    }
}

fn entry(day: Date, inside: Html) -> Element {
    el("li").with(time(day)).with(el("div").with(inside))
}
