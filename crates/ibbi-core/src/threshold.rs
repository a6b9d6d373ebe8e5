//! The numbers that rules compare with.

use crate::edition::Editions;

macro_rules! thresholds {
    ($( $(#[doc = $help:literal])+ $name:ident = $code:literal, $label:literal: $value:literal $(, since $since:literal)?; )+) => {
        crate::sets::closed_set! {
            /// A number that a rule compares with.
            Threshold, "threshold";
            $( $(#[doc = $help])+ $name = $code, $label; )+
        }

        impl Threshold {
            /// Returns the number.
            pub const fn value(self) -> u32 {
                match self { $( Self::$name => $value, )+ }
            }

            /// Returns the editions that have the threshold.
            pub const fn editions(self) -> Editions {
                match self { $( Self::$name => Editions::ALL$(.since($since))?, )+ }
            }
        }
    };
}

thresholds! {
    /// The largest number of events in a case.
    Events = "events", "events in a case": 10_000;
    /// The largest number of corrections in a case.
    Corrections = "corrections", "corrections in a case": 1000;
    /// The largest number of members of a team.
    Members = "members", "members of a team": 40;
    /// The largest number of releases in a case.
    Releases = "releases", "releases in a case": 400;
    /// The largest number of concerns in a case.
    Concerns = "concerns", "concerns in a case": 200;
    /// The largest number of parts of the training.
    TrainingParts = "training-parts", "parts of the training": 4, since 2;
    /// The largest number of parts of a format.
    FormatParts = "format-parts", "parts of a format": 6, since 2;
    /// The largest number of activities that the training must include.
    Activities = "activities", "activities of the training": 12, since 2;
    /// The shortest part, in minutes.
    ShortestPart = "shortest-part", "minutes of the shortest part": 30, since 2;
    /// The longest part, in minutes.
    LongestPart = "longest-part", "minutes of the longest part": 600, since 2;
}
