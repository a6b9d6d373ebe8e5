//! Whether the deadlines are likely to be met, in one word.

use ibbi_sim::{Forecast, Scenario};

/// Whether the deadlines are likely to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForecastStatus {
    /// Every deadline has at least the chance [`ForecastStatus::ON_TRACK`].
    OnTrack,
    /// Every deadline has at least the chance [`ForecastStatus::AT_RISK`], and one has less than the chance above.
    AtRisk,
    /// A deadline has less than the chance [`ForecastStatus::AT_RISK`].
    Late,
}

impl ForecastStatus {
    const ON_TRACK: f64 = 0.8;
    const AT_RISK: f64 = 0.5;

    /// Returns the status of a forecast; nothing if there is no deadline, or no run goes ahead.
    pub(crate) fn from_forecast(forecast: &Forecast) -> Option<Self> {
        let least = forecast.deadlines.iter().map(|deadline| deadline.chance.estimate).reduce(f64::min)?;
        Some(match least {
            Self::ON_TRACK.. => Self::OnTrack,
            Self::AT_RISK.. => Self::AtRisk,
            _ => Self::Late,
        })
    }

    /// Returns its name.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::OnTrack => "On track",
            Self::AtRisk => "At risk",
            Self::Late => "Late",
        }
    }

    /// Returns a sign that differs from the others in its shape.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::OnTrack => "\u{25cf}",
            Self::AtRisk => "\u{25b2}",
            Self::Late => "\u{25a0}",
        }
    }

    /// Returns what the status means for a scenario.
    pub(crate) fn meaning(self, scenario: &Scenario) -> String {
        let meaning = match self {
            Self::OnTrack => "Every deadline has a chance of at least 80%.",
            Self::AtRisk => "A deadline has a chance of less than 80%. Each has at least 50%.",
            Self::Late => "A deadline has a chance of less than 50%.",
        };
        let soft = match (scenario.contract_expires, scenario.evergreen) {
            (Some(_), true) => " The contract has an evergreen clause, so its date is a soft deadline.",
            _ => "",
        };
        format!("{meaning}{soft}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_sim::{EXAMPLE, Settings, Simulator};

    #[test]
    fn status_follows_the_least_likely_deadline() {
        let scenario = Scenario::parse(EXAMPLE).unwrap();
        let mut forecast = Simulator::new(&scenario).simulate(Settings { runs: 200, seed: 1, threads: 1 }).unwrap();
        let mut other = forecast.deadlines[0].clone();
        for (chance, expected) in [(0.8, "On track"), (0.799, "At risk"), (0.5, "At risk"), (0.499, "Late")] {
            other.chance.estimate = chance;
            forecast.deadlines.truncate(1);
            forecast.deadlines.push(other.clone());
            let status = ForecastStatus::from_forecast(&forecast).unwrap();
            assert_eq!(status.label(), expected, "{chance}");
        }
        forecast.deadlines.clear();
        assert_eq!(ForecastStatus::from_forecast(&forecast), None);
        let soft = ForecastStatus::Late.meaning(&Scenario { evergreen: true, ..scenario });
        assert!(soft.ends_with("soft deadline."), "{soft}");
    }
}
