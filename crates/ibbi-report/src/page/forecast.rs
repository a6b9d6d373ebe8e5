//! The forecast on a page: dates, endings, inputs, the comparison, and gains.

use super::{Section, SimulationPage};
use crate::chart::figure;
use crate::chart::{self, Measure};
use crate::html::{Html, el};
use crate::{forecast_tables, forecast_text, format};
use ibbi_sim::{AvailabilityGain, Comparison};

impl SimulationPage<'_> {
    pub(super) fn when_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let completed = forecast.curve.last().map_or(0, |point| point.completed);
        let runs = format::number(forecast.runs);
        let intro = format!(
            "The scenario was played {runs} times, each time with other delays and answers, drawn from the assumptions below. \
             {} of the runs were completed.",
            format::sentence(&if completed == 0 { "none".to_owned() } else { format::number(completed) }),
        );
        if completed == 0 {
            let none = el("p").with(format!("{intro} So there are no dates to tell."));
            return ("when", "When it may be done".to_owned(), none.into());
        }
        let content = Html::new()
            .with(el("p").with(intro))
            .with(forecast_tables::percentiles(forecast, scenario.start).to_html())
            .with(figure("curve", &chart::completion(forecast)))
            .with(figure("months", &chart::months(forecast)));
        ("when", "When it may be done".to_owned(), content)
    }

    /// Returns the curve and the percentiles only.
    pub(super) fn curve_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let content = Html::new()
            .with(figure("curve", &chart::completion(forecast)))
            .with(forecast_tables::percentiles(forecast, scenario.start).to_html());
        ("when", "When it may be done".to_owned(), content)
    }

    pub(super) fn how_section(&self) -> Section {
        let figure = figure("outcomes", &chart::outcomes(self.forecast));
        ("how", "How it may end".to_owned(), figure.into())
    }

    /// Returns one tornado only: of the chance if there is a contract date, or else of the days.
    pub(super) fn swing_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let figure = match forecast.contract_expires {
            Some(_) => figure("tornado-chance", &chart::tornado(scenario, forecast, Measure::Chance)),
            None => figure("tornado-days", &chart::tornado(scenario, forecast, Measure::Days)),
        };
        ("moves", "What moves the result".to_owned(), figure.into())
    }

    pub(super) fn moves_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let chance = "For the share, an input that cannot end a run is looked at among the completed runs only; a chance that \
                      can end one, among all runs that drew it.";
        let content = Html::new()
            .with(el("p").with(forecast_text::METHODS[2]))
            .with(figure("tornado-days", &chart::tornado(scenario, forecast, Measure::Days)))
            .with(figure("tornado-chance", &chart::tornado(scenario, forecast, Measure::Chance)))
            .with(forecast.contract_expires.map(|_| el("p").class("quiet").with(chance)));
        ("moves", "What moves the result".to_owned(), content)
    }
}

pub(super) fn comparison_section(comparison: &Comparison) -> Section {
    let [sides, difference] = chart::comparison(comparison);
    let runs = format!(
        "Each was played {} times with the same random numbers (seed {}), so that what differs is due to the scenarios alone.",
        format::number(comparison.runs),
        comparison.seed,
    );
    let content = Html::new()
        .with(el("p").with(format::sentence(&comparison.sentence())))
        .with(forecast_text::days_later(comparison).map(|sentence| el("p").with(sentence.to_html())))
        .with(figure("sides", &sides))
        .with(figure("difference", &difference))
        .with(el("p").class("quiet").with(runs));
    let heading = format!("{} or {}", format::sentence(&comparison.first.label), comparison.second.label);
    ("comparison", heading, content)
}

pub(super) fn gains_section(gains: &[AvailabilityGain], has_contract: bool) -> Section {
    let intro = "If one person, or one closed range, gave up a single blocked day: the best day to ask for, and what it would \
                 bring. Only a day that nobody and nothing else blocks can bring anything.";
    let note = forecast_text::gains_note(gains, has_contract);
    let content = Html::new().with(el("p").with(intro));
    let content = match gains.is_empty() {
        true => content.with(el("p").with("Nobody has a time at which they cannot come.")),
        false => {
            let (table, others) = forecast_tables::gains(gains);
            let content = match table.rows.is_empty() {
                true => content,
                false => content.with(table.to_html()).with(el("p").class("quiet").with(note)),
            };
            content.with(forecast_text::no_gain(&others).map(|sentence| el("p").with(sentence.to_html())))
        }
    };
    ("who", "Whom to ask for one more day".to_owned(), content)
}
