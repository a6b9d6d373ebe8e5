//! The page of a simulation: one file, from the verdict to the method.

mod audit;
mod calendars;
mod cases;
mod diff;
mod forecast;
mod head;
mod heat_map;
mod month_view;
mod plan;
mod poll_answer;
mod provenance;
mod release;
mod standards;

pub use audit::{AuditPage, CaseAuditPage};
pub use cases::CasesPage;
pub use diff::diff_content;
pub use poll_answer::{AnswerState, PollAnswerPage, PollFile, PollFilePerson, poll_script, poll_style};
pub use release::{ReleasePage, ReleasedCase, ReleasedRecord};
pub use standards::{GoalsPage, ProgramPage};

use crate::html::{Document, Html, el, name};
use crate::{forecast_text, format};
use ibbi_core::Advisory;
use ibbi_sim::{
    AvailabilityGain, Calendar, CandidateCalendars, Comparison, FavorSets, Forecast, Plan, Scenario, Simulator,
};

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
    /// The dates to hold, if they were computed.
    pub calendars: Option<&'a CandidateCalendars>,
    /// The forecast.
    pub forecast: &'a Forecast,
    /// The calendar of the plan, which knows who can't come when.
    pub calendar: &'a Calendar,
    /// The advisories about the plan's sessions.
    pub advisories: &'a [Advisory],
    /// A comparison with another scenario or of the two formats, if there is one.
    pub comparison: Option<&'a Comparison>,
    /// The gains from one more day, and the half-days that help together, if they were computed.
    pub gains: Option<(&'a [AvailabilityGain], &'a FavorSets)>,
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
pub fn gains_section(gains: &[AvailabilityGain], favors: &FavorSets, has_contract: bool) -> Html {
    let (id, heading, inside) = forecast::gains_section(gains, favors, has_contract);
    crate::html::section(id, &heading, inside).into()
}

impl<'a> SimulationPage<'a> {
    /// Returns the page of a plan and a forecast of a simulator, without what takes more simulations.
    pub fn new(simulator: &'a Simulator, plan: &'a Plan, forecast: &'a Forecast, program: &'a str) -> Self {
        Self {
            scenario: simulator.scenario(),
            plan,
            calendars: None,
            forecast,
            calendar: simulator.calendar(),
            advisories: &plan.advisories,
            comparison: None,
            gains: None,
            program,
        }
    }
}

impl SimulationPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let title = format!("Plan and forecast: {}", self.scenario.district);
        let sections: Vec<Section> = [
            self.conflicts(),
            Some(self.when_section()),
            self.heat_map_section(),
            self.calendars_section(),
            Some(self.plan_section()),
            self.advisories_section(),
            Some(self.moves_section()),
            Some(self.how_section()),
            self.gains
                .map(|(gains, favors)| forecast::gains_section(gains, favors, self.plan.contract_expires.is_some())),
            self.comparison.map(forecast::comparison_section),
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
        content.push(html_of(sections));
        Document { title: &title, program: self.program, content }.to_html()
    }

    /// Returns the answer only, for a page with other content: the head, the times with conflicts, and the curve. Its
    /// link to the estimates leads to the part of the page with this ID.
    pub fn answer(&self, estimates: &str) -> Html {
        let pictures = self.heat_map_section().into_iter().chain([self.curve_section()]);
        self.verdict(estimates).with(el("div").class("pictures").with(html_of(pictures)))
    }

    /// Returns the conflicts, if there is no plan, and the three calendars to choose from.
    pub fn dates_to_hold(&self) -> Html {
        html_of(self.conflicts().into_iter().chain(self.calendars_section()))
    }

    /// Returns what follows from the answer: the conflicts, the plan, the dates, and the causes of delay.
    pub fn particulars(&self) -> Html {
        let sections = [
            self.conflicts(),
            self.calendars_section(),
            Some(self.days_section()),
            Some(self.dates_section()),
            self.advisories_section(),
            Some(self.moves_section()),
        ];
        html_of(sections.into_iter().flatten())
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
        Html::new().with(header).with(self.verdict("assumptions"))
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
}

fn html_of(sections: impl IntoIterator<Item = Section>) -> Html {
    sections.into_iter().map(|(id, heading, inside)| crate::html::section(id, &heading, inside)).collect()
}
