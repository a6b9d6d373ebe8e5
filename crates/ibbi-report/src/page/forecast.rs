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
            "The scenario was simulated {runs} times with random delays and answers, drawn from the assumptions below. {} of \
             the runs were completed.",
            format::sentence(&if completed == 0 { "none".to_owned() } else { format::number(completed) }),
        );
        if completed == 0 {
            let none = el("p").with(format!("{intro} So there are no dates."));
            return ("when", "Completion dates".to_owned(), none.into());
        }
        let content = Html::new()
            .with(el("p").with(intro))
            .with(forecast_tables::percentiles(forecast, scenario.start).to_html())
            .with(figure("curve", &chart::completion(forecast)))
            .with(figure("months", &chart::months(forecast)));
        ("when", "Completion dates".to_owned(), content)
    }

    /// Returns the curve and the percentiles only.
    pub(super) fn curve_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let content = Html::new()
            .with(figure("curve", &chart::completion(forecast)))
            .with(forecast_tables::percentiles(forecast, scenario.start).to_html());
        ("when", "Completion dates".to_owned(), content)
    }

    pub(super) fn how_section(&self) -> Section {
        let figure = figure("outcomes", &chart::outcomes(self.forecast));
        ("how", "How runs end".to_owned(), figure.into())
    }

    /// Returns one tornado only: of the chance if there is a contract date, or else of the days.
    pub(super) fn swing_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let figure = match forecast.contract_expires {
            Some(_) => figure("tornado-chance", &chart::tornado(scenario, forecast, Measure::Chance)),
            None => figure("tornado-days", &chart::tornado(scenario, forecast, Measure::Days)),
        };
        ("moves", "Effect of each assumption".to_owned(), figure.into())
    }

    pub(super) fn moves_section(&self) -> Section {
        let Self { scenario, forecast, .. } = self;
        let chance = "For the share, an input that can't end a run counts completed runs only. A chance that can end one counts \
                      all runs that drew it.";
        let content = Html::new()
            .with(el("p").with(forecast_text::METHODS[2]))
            .with(figure("tornado-days", &chart::tornado(scenario, forecast, Measure::Days)))
            .with(figure("tornado-chance", &chart::tornado(scenario, forecast, Measure::Chance)))
            .with(forecast.contract_expires.map(|_| el("p").class("quiet").with(chance)));
        ("moves", "Effect of each assumption".to_owned(), content)
    }
}

pub(super) fn comparison_section(comparison: &Comparison) -> Section {
    let [sides, difference] = chart::comparison(comparison);
    let runs = format!(
        "Each was simulated {} times with the same random numbers (seed {}), so differences are due to the scenarios only.",
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
    let intro = "The best single day to ask each person for (or to take from a closed range), and the gain. Only a day that \
                 nothing else blocks can help.";
    let note = forecast_text::gains_note(gains, has_contract);
    let content = Html::new().with(el("p").with(intro));
    let content = match gains.is_empty() {
        true => content.with(el("p").with("No one has unavailable times.")),
        false => {
            let (table, others) = forecast_tables::gains(gains);
            let content = match table.rows.is_empty() {
                true => content,
                false => content.with(table.to_html()).with(el("p").class("quiet").with(note)),
            };
            content.with(forecast_text::no_gain(&others).map(|sentence| el("p").with(sentence.to_html())))
        }
    };
    ("who", "People and closed ranges to ask for one more day".to_owned(), content)
}
