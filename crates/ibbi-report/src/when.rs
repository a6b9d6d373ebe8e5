//! Instants by the clocks of a district.

use chrono::Datelike;
use chrono_tz::Tz;
use ibbi_core::{At, Date, TimeZoneName};

/// The clocks by which instants are shown: a district's, or UTC where its zone is not known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks(Tz);

impl Clocks {
    /// Coordinated universal time.
    pub(crate) const UTC: Self = Self(Tz::UTC);

    pub(crate) fn of(zone: Option<&TimeZoneName>) -> Self {
        zone.and_then(|zone| zone.as_str().parse().ok()).map_or(Self::UTC, Self)
    }

    /// The name of the zone.
    pub(crate) fn name(self) -> &'static str {
        self.0.name()
    }

    /// An instant: `Tue 2026-10-20 16:00 EDT`.
    pub(crate) fn show(self, at: At) -> String {
        at.to_chrono().with_timezone(&self.0).format("%a %Y-%m-%d %H:%M %Z").to_string()
    }

    /// The time of the day: `16:00`.
    pub(crate) fn time(self, at: At) -> String {
        at.to_chrono().with_timezone(&self.0).format("%H:%M").to_string()
    }

    /// The local day.
    pub(crate) fn day(self, at: At) -> Date {
        let day = at.to_chrono().with_timezone(&self.0).date_naive();
        // The clocks of a zone can be in another year than UTC's only at the ends of what an instant can be.
        Date::new(day.year(), day.month(), day.day()).unwrap_or_else(|| at.utc_date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_by_the_clocks_of_its_district_or_by_utc() {
        let at: At = "2026-11-02T03:30:00.000Z".parse().unwrap();
        for (zone, shown, day) in [
            (Some("America/New_York"), "Sun 2026-11-01 22:30 EST", "2026-11-01"),
            (Some("Nowhere/Else"), "Mon 2026-11-02 03:30 UTC", "2026-11-02"),
            (None, "Mon 2026-11-02 03:30 UTC", "2026-11-02"),
        ] {
            let zone = zone.map(|zone| TimeZoneName::new(zone).unwrap());
            let clocks = Clocks::of(zone.as_ref());
            assert_eq!((clocks.show(at).as_str(), clocks.day(at).to_string().as_str()), (shown, day));
        }
    }

    #[test]
    fn no_instant_is_too_early_or_too_late() {
        for zone in ["America/New_York", "Pacific/Kiritimati"] {
            let clocks = Clocks::of(Some(&TimeZoneName::new(zone).unwrap()));
            for at in [At::MIN, At::MAX] {
                assert!(!clocks.show(at).is_empty());
                let _ = clocks.day(at);
            }
        }
    }
}
