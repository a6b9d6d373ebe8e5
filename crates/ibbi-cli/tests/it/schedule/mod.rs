//! Schedules as a facilitator has them: scenarios in, dates, chances, pages and calendars out.

mod asked;
mod calendars;
mod calibration;
mod invitations;
mod jobs;
mod kept;
mod malformed;

use crate::support::Place;
use ibbi_testing::sample_scenario as sample;

/// A place with a copy of a sample as `my.toml`.
fn with_sample(name: &str) -> Place {
    let place = Place::new();
    std::fs::copy(sample(name), place.path("my.toml")).expect("a sample");
    place
}

/// A place with a copy of the ordinary sample in which a text is replaced by another.
fn with_change(old: &str, new: &str) -> Place {
    let place = Place::new();
    let text = std::fs::read_to_string(sample("maple-hollow.toml")).expect("the sample");
    assert!(text.contains(old), "the sample has no {old:?}");
    std::fs::write(place.path("my.toml"), text.replacen(old, new, 1)).expect("a scenario");
    place
}
