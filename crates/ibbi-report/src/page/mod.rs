//! The page of a simulation: one file, from the verdict to the method.

mod audit;
mod forecast;
mod plan;
mod provenance;

pub use audit::AuditPage;

use crate::html::{Document, Html, el, name};
use crate::{forecast_text, format};
use ibbi_core::Advisory;
use ibbi_sim::{AvailabilityGain, Comparison, Forecast, Plan, Scenario};

/// The results of a simulation, for one page.
///
/// The page is for people who plan with a calendar. It starts with the answer, shows the plan day by day and the
/// forecast in charts, and ends with the assumptions and the method.
#[derive(Debug, Clone, Copy)]
pub struct SimulationPage<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The plan.
    pub plan: &'a Plan,
    /// The forecast.
    pub forecast: &'a Forecast,
    /// The advisories about the plan's sessions.
    pub advisories: &'a [Advisory],
    /// A comparison with another scenario or of the two formats, if there is one.
    pub comparison: Option<&'a Comparison>,
    /// The gains from one more day, if they were computed.
    pub gains: Option<&'a [AvailabilityGain]>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// A section: its id, its heading, and its content.
type Section = (&'static str, String, Html);

/// Returns the section of a comparison, for a page that combines its own sections.
pub fn comparison_section(comparison: &Comparison) -> Html {
    let (id, heading, inside) = forecast::comparison_section(comparison);
    crate::html::section(id, &heading, inside).into()
}

/// Returns the section of gains, for a page that combines its own sections.
pub fn gains_section(gains: &[AvailabilityGain], has_contract: bool) -> Html {
    let (id, heading, inside) = forecast::gains_section(gains, has_contract);
    crate::html::section(id, &heading, inside).into()
}

impl SimulationPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let title = format!("Plan and forecast: {}", self.scenario.district);
        let sections: Vec<Section> = [
            self.conflicts(),
            Some(self.plan_section()),
            self.advisories_section(),
            Some(self.when_section()),
            Some(self.how_section()),
            Some(self.moves_section()),
            self.comparison.map(forecast::comparison_section),
            self.gains.map(|gains| forecast::gains_section(gains, self.plan.contract_expires.is_some())),
            Some(self.assumptions_section()),
            Some(self.made_section()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let links = sections
            .iter()
            .map(|(id, heading, _)| el("li").with(el("a").attr("href", format!("#{id}")).with(heading.as_str())));
        let contents = el("nav").attr("aria-label", "On this page").with(el("ul").all(links));
        let mut content = self.head();
        content.push(contents);
        for (id, heading, inside) in sections {
            content.push(crate::html::section(id, &heading, inside));
        }
        Document { title: &title, program: self.program, content }.to_html()
    }

    /// Returns the answer only, for a page with other content: the verdict with its figures, the conflicts, the plan,
    /// the completion dates, and the main inputs.
    pub fn answer(&self) -> Html {
        let sections = [
            self.conflicts(),
            Some(self.plan_section()),
            self.advisories_section(),
            Some(self.curve_section()),
            Some(self.moves_section()),
        ];
        let mut content = self.verdict();
        for (id, heading, inside) in sections.into_iter().flatten() {
            content.push(crate::html::section(id, &heading, inside));
        }
        content
    }

    fn verdict(&self) -> Html {
        let verdict = el("p").class("verdict").with(self.forecast.headline.as_str());
        let figures = el("dl").class("figures").all(self.figures());
        let note = el("p").class("quiet").with(forecast_text::ASSUMED);
        let best = el("p").with(forecast_text::best_case(self.plan).to_html());
        let ahead = el("p").with(forecast_text::goes_ahead(self.forecast));
        Html::new().with(verdict).with(best).with(ahead).with(figures).with(note)
    }

    /// Returns the district, the answer, and the main figures.
    fn head(&self) -> Html {
        let scenario = self.scenario;
        let heading = el("h1").with(name(scenario.district.as_str()));
        let format = format::sentence(&format::facilitation(scenario));
        let under = el("p")
            .class("under")
            .with("Plan and forecast for the Interest-Based Bargaining Institute. Facilitation: ")
            .with(format!("{}. ", format.to_lowercase()))
            .with(self.begins());
        let header = el("header").with(heading).with(under);
        Html::new().with(header).with(self.verdict())
    }

    /// Returns the start of the plan: the day on which the leaders are asked, or the state of the case.
    fn begins(&self) -> Html {
        match &self.forecast.continued {
            None => Html::text("Leaders are asked on ").with(crate::html::time(self.scenario.start)).with("."),
            Some(real) => {
                let (begins, rest) = forecast_text::resumed_from(real, self.scenario);
                let notes = real.notes.iter().map(|note| Html::text(&format!(" {}.", format::sentence(note))));
                begins.to_html().with(format!(" {rest}")).with(notes.collect::<Html>())
            }
        }
    }

    fn figures(&self) -> Vec<Html> {
        let Self { plan, forecast, .. } = self;
        let date = |date: Option<ibbi_core::Date>, none: &'static str| -> Html {
            date.map_or_else(|| none.into(), |date| el("time").attr("datetime", date).with(format::date(date)).into())
        };
        let share: Html = match forecast.deadlines.first() {
            Some(deadline) => {
                let interval = format!("95% interval {}", format::range(deadline.chance));
                Html::text(&format::percent(deadline.chance.estimate)).with(el("small").with(interval))
            }
            None => "no contract date".into(),
        };
        let best: Html = match (plan.finishes, plan.chance) {
            (Some(finishes), Some(chance)) => {
                Html::from(el("time").attr("datetime", finishes).with(format::date(finishes)))
                    .with(el("small").with(format::odds(chance.estimate)))
            }
            (finishes, _) => date(finishes, "does not fit"),
        };
        let evergreen = match (plan.contract_expires, self.scenario.evergreen) {
            (Some(_), true) => "Contract expires (evergreen clause: a soft deadline)",
            _ => "Contract expires",
        };
        [
            ("Best case", best),
            ("Even odds by", date(forecast.finish.p50, "later than 730 days")),
            ("9 in 10 by", date(forecast.finish.p90, "later than 730 days")),
            ("Done by the contract date", share),
            (evergreen, date(plan.contract_expires, "no date")),
        ]
        .into_iter()
        .map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(value)).into())
        .collect()
    }
}
