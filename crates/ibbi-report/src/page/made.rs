//! Every assumption, and how the page was made.

use super::{Section, SimulationPage};
use crate::html::{Html, el};
use crate::{findings, words};

impl SimulationPage<'_> {
    pub(super) fn assumptions_section(&self) -> Section {
        let content =
            Html::new().with(el("p").with(findings::ASSUMED)).with(findings::assumptions(self.forecast).to_html());
        ("assumptions", "What is assumed".to_owned(), content)
    }

    pub(super) fn made_section(&self) -> Section {
        let Self { scenario, forecast, program, .. } = self;
        let facts = [
            ("Program", (*program).to_owned()),
            ("Runs", words::thousands(forecast.runs)),
            ("Seed", forecast.seed.to_string()),
            ("Time zone", scenario.time_zone.to_string()),
            ("Digest of the scenario (SHA-256)", forecast.digest.clone()),
        ];
        let facts = facts
            .into_iter()
            .map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(el("code").with(value))));
        let methods = findings::METHODS.map(|method| el("li").with(method));
        let content = Html::new().with(el("dl").class("facts").all(facts)).with(el("ul").all(methods));
        ("made", "How this was made".to_owned(), content)
    }
}
