//! The head of a page: the headline, the status, the likely range, and whether the process goes ahead.

use super::SimulationPage;
use crate::html::{Element, Html, el, time};
use crate::{forecast_text, format};
use ibbi_sim::ForecastStatus;

impl SimulationPage<'_> {
    /// Returns the head. Its link to the estimates leads to the part of the page with this ID.
    pub(super) fn verdict(&self, estimates: &str) -> Html {
        let rows = [self.likely_range(), self.best_case(), self.held_line(), Some(self.ahead(estimates))];
        let blocked = forecast_text::without_open_day(self.plan);
        let blocked = blocked.map(|sentence| sentence.to_html().with(" "));
        Html::new()
            .with(el("p").class("verdict").with(blocked).with(self.forecast.headline.as_str()))
            .with(self.status())
            .with(el("dl").class("brief").all(rows.into_iter().flatten()))
    }

    fn status(&self) -> Option<Element> {
        let status = self.forecast.status?;
        let sign = el("span").attr("aria-hidden", "true").with(forecast_text::status_sign(status));
        let word = el("strong").with(sign).with(" ").with(status.label());
        let element =
            if status == ForecastStatus::OnTrack { el("p").class("status") } else { el("p").class("status warn") };
        Some(element.with(word).with(". ").with(forecast_text::status_meaning(status, self.scenario)))
    }

    fn likely_range(&self) -> Option<Element> {
        let finish = self.forecast.finish;
        let (range, share) = match (finish.p10?, finish.p90) {
            (early, Some(late)) => {
                (Html::from(time(early)).with(" to ").with(time(late)), "8 in 10 runs that go ahead")
            }
            (early, None) => (Html::from(time(early)).with(" or later"), "9 in 10 runs that go ahead"),
        };
        Some(row("Likely range", range, share))
    }

    fn best_case(&self) -> Option<Element> {
        let finishes = time(self.plan.finishes?);
        let odds = self.plan.chance.map(|chance| match chance.estimate {
            0.0 | 1.0 => format!("{} that goes ahead", format::odds(chance.estimate)),
            share => format!("{} runs that go ahead", format::odds(share)),
        });
        Some(row("Best case", finishes, &odds.unwrap_or_default()))
    }

    fn ahead(&self, estimates: &str) -> Element {
        let link = el("a").attr("href", format!("#{estimates}")).with("See the estimates");
        let text = Html::text(&forecast_text::goes_ahead(self.forecast)).with(" ").with(link);
        el("div").with(el("dt").with("Will it go ahead?")).with(el("dd").with(text))
    }
}

fn row(what: &'static str, value: impl Into<Html>, note: &str) -> Element {
    let value = el("dd").with(value).with(" ").with(el("small").with(note));
    el("div").with(el("dt").with(what)).with(value)
}
