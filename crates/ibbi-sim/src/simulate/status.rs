//! Whether the deadlines are likely to be met, in one word.

use serde::Serialize;

/// Whether the deadlines are likely to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForecastStatus {
    /// Every deadline has a chance of at least 80%.
    OnTrack,
    /// Every deadline has a chance of at least 50%, and one has less than 80%.
    AtRisk,
    /// A deadline has a chance of less than 50%.
    Late,
}

impl ForecastStatus {
    const ON_TRACK: f64 = 0.8;
    const AT_RISK: f64 = 0.5;

    /// Returns the status for the chances of the deadlines; nothing if there is none.
    pub(super) fn from_chances(chances: impl Iterator<Item = f64>) -> Option<Self> {
        let least = chances.reduce(f64::min)?;
        Some(match least {
            Self::ON_TRACK.. => Self::OnTrack,
            Self::AT_RISK.. => Self::AtRisk,
            _ => Self::Late,
        })
    }

    /// Returns its name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::OnTrack => "On track",
            Self::AtRisk => "At risk",
            Self::Late => "Late",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_follows_the_least_likely_deadline() {
        for (chance, expected) in [(0.8, "On track"), (0.799, "At risk"), (0.5, "At risk"), (0.499, "Late")] {
            let status = ForecastStatus::from_chances([0.9, chance].into_iter()).unwrap();
            assert_eq!(status.label(), expected, "{chance}");
        }
        assert_eq!(ForecastStatus::from_chances(std::iter::empty()), None);
    }
}
