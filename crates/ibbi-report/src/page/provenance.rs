//! The assumptions, and how the page was made.

use super::{Section, SimulationPage};
use crate::html::{Html, el};
use crate::{forecast_tables, forecast_text, format, people};

const DEFAULTS: &str = "These are estimates. Change any that you have better numbers for.";

impl SimulationPage<'_> {
    pub(super) fn assumptions_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let closed = people::closed(scenario);
        let content = Html::new()
            .with(el("p").with(DEFAULTS))
            .with(forecast_tables::assumptions(forecast).to_html())
            .with(people::people(scenario).to_html())
            .with(el("p").with(people::calendar(scenario)))
            .with((!closed.rows.is_empty()).then(|| closed.to_html()));
        ("assumptions", "Assumptions".to_owned(), content)
    }

    pub(super) fn made_section(&self) -> Section {
        let Self { scenario, forecast, program, .. } = self;
        let facts = [
            ("Program", (*program).to_owned()),
            ("Runs", format::number(forecast.runs)),
            ("Seed", forecast.seed.to_string()),
            ("Time zone", scenario.time_zone.to_string()),
            ("Digest of the scenario (SHA-256)", forecast.digest.clone()),
        ];
        let facts = facts
            .into_iter()
            .map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(el("code").with(value))));
        let methods = forecast_text::METHODS.map(|method| el("li").with(method));
        let content = Html::new().with(el("dl").class("facts").all(facts)).with(el("ul").all(methods));
        ("made", "Method".to_owned(), content)
    }
}
