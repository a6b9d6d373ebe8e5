//! The forecast on a page: dates, endings, inputs, the comparison, and gains.

use super::{Section, SimulationPage};
use crate::chart;
use crate::chart::figure;
use crate::html::{Html, el};
use crate::{forecast_tables, forecast_text, format};
use ibbi_sim::{AvailabilityGain, Comparison, FavorSets};

impl SimulationPage<'_> {
    pub(super) fn when_section(&self) -> Section {
        let forecast = self.forecast;
        let runs = format::number(forecast.runs);
        let intro = format!(
            "The scenario was simulated {runs} times with random delays and answers, drawn from the assumptions below. {} runs \
             go ahead.",
            format::sentence(&format::number(forecast.runs_ahead)),
        );
        let content = Html::new()
            .with(el("p").with(intro))
            .with(self.dates())
            .with(figure("curve", &chart::completion(forecast)))
            .with(figure("months", &chart::months(forecast)));
        ("when", "When, if it goes ahead".to_owned(), content)
    }

    /// Returns the curve only.
    pub(super) fn curve_section(&self) -> Section {
        let content = figure("curve", &chart::completion(self.forecast));
        ("when", "When it could finish".to_owned(), content.into())
    }

    /// Returns the dates only.
    pub(super) fn dates_section(&self) -> Section {
        ("dates", "Milestones and deadlines".to_owned(), self.dates())
    }

    /// Returns the milestones and the deadlines.
    fn dates(&self) -> Html {
        let deadlines =
            (!self.forecast.deadlines.is_empty()).then(|| forecast_tables::deadlines(self.forecast).to_html());
        Html::new().with(forecast_tables::milestones(self.forecast).to_html()).with(deadlines)
    }

    pub(super) fn how_section(&self) -> Section {
        let content = Html::new()
            .with(el("p").with(forecast_text::goes_ahead(self.forecast)))
            .with(figure("outcomes", &chart::outcomes(self.forecast)))
            .with(el("p").class("quiet").with(forecast_text::ASSUMED));
        ("how", "Does it go ahead?".to_owned(), content)
    }

    pub(super) fn moves_section(&self) -> Section {
        let content = Html::new()
            .with(el("p").with(forecast_text::METHODS[2]))
            .with(figure("drivers", &chart::drivers(self.forecast)));
        ("moves", "Causes of delay".to_owned(), content)
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

pub(super) fn gains_section(gains: &[AvailabilityGain], favors: &FavorSets, has_contract: bool) -> Section {
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
    let content = content.with(el("p").with(
        "Half-days can help together. If the plan doesn't fit, these are the fewest that make it fit. Otherwise, each row ends \
         it earlier.",
    ));
    let tables = forecast_tables::favors(favors).into_iter().map(|table| el("div").with(table.to_html()));
    let content = content.with(el("div").class("beside").all(tables));
    let content = content.with(el("p").class("quiet").with(forecast_text::favors_note(favors)));
    ("who", "People and closed ranges to ask for more time".to_owned(), content)
}
