//! The plan: who stands in its way, its days, and what to keep in mind.

use super::{Section, SimulationPage};
use crate::html::{Element, Html, details, el, figure, time};
use crate::{chart, facts, findings, words};
use ibbi_core::Date;

impl SimulationPage<'_> {
    pub(super) fn obstacle(&self) -> Option<Section> {
        let obstacle = self.plan.conflicts.as_ref()?;
        let sentences = findings::obstacle(obstacle).into_iter().chain(findings::start_by(self.plan));
        let sentences = sentences.map(|sentence| el("p").with(sentence.to_html()));
        let content = el("div").class("warning").all(sentences);
        Some(("obstacle", "What stands in the way".to_owned(), content.into()))
    }

    pub(super) fn plan_section(&self) -> Section {
        let Self { scenario, plan, .. } = self;
        let intro = "The earliest days on which everything fits if every duration is the likeliest and nothing is postponed, \
                     cut short or declined.";
        let content = Html::new()
            .with(el("p").with(intro))
            .with(figure("timeline", &chart::timeline(scenario, plan)))
            .with(el("ol").class("agenda").all(self.agenda()));
        ("plan", "The plan".to_owned(), content)
    }

    /// Steps and sittings in the order of their days.
    fn agenda(&self) -> Vec<Element> {
        let Self { scenario, plan, .. } = self;
        let parts = words::facilitation_parts(plan);
        let mut entries: Vec<(Date, u8, Element)> =
            vec![(scenario.start, 0, entry(scenario.start, crate::facts::beginning(plan).into()))];
        for sitting in &plan.sessions {
            let (day, what) = (sitting.slot.local_day(), words::sitting(sitting.what, parts));
            let length = words::length(sitting.slot.minutes());
            let mut inside = Html::new()
                .with(el("strong").with(what.as_str()))
                .with(format!(", {} ({length})", words::hours(sitting.slot)));
            let why = el("p").with(findings::why(sitting).to_html());
            inside.push(match sitting.blocked.is_empty() {
                true => Html::from(why.class("quiet")),
                false => {
                    let table = facts::why_table(sitting, &what).to_html();
                    details(
                        format!("Why not earlier: {} did not suit", words::count(sitting.blocked.len() as u64, "day")),
                        Html::new().with(why).with(table),
                    )
                    .class("why")
                    .into()
                }
            });
            entries.push((day, 1, entry(day, inside).class("sitting")));
        }
        // Steps of one day that follow one another are one entry.
        for steps in plan.milestones.chunk_by(|one, other| one.date == other.date) {
            let Some(first) = steps.first() else { continue };
            let lines = steps.iter().map(|step| el("div").with(words::milestone(step.what))).collect();
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
            el("li").with(words::sentence(&advisory.found)).with(". ").with(el("span").class("quiet").with(format!(
                "{} Source: {}.",
                warning.label(),
                warning.source().label()
            )))
        });
        let content = el("ul").class("advisories").all(items);
        Some(("advisories", "What to keep in mind".to_owned(), content.into()))
    }
}

fn entry(day: Date, inside: Html) -> Element {
    el("li").with(time(day)).with(el("div").with(inside))
}
