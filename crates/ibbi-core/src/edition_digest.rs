//! The text under the digest of an edition.

use crate::chart;
use crate::edition::Edition;
use crate::rule::Rule;
use crate::threshold::Threshold;
use alloc::string::String;

impl Edition {
    /// Returns the text under the edition's digest: its chart, its rules, and its thresholds, without prose.
    ///
    /// The text of the first edition is the chart alone, as the first lines of ledgers have its digest.
    pub fn digest_text(self) -> String {
        let chart = chart::digest_text_of(self);
        if self == Self::FIRST {
            return chart;
        }
        let mut text = alloc::format!("ibbi edition {self}\n{chart}");
        for rule in Rule::ALL.iter().filter(|rule| rule.editions().include(self)) {
            text.push_str(&alloc::format!("rule {} {}\n", rule.id(), rule.source()));
        }
        for threshold in Threshold::ALL.iter().filter(|threshold| threshold.editions().include(self)) {
            text.push_str(&alloc::format!("threshold {threshold} {}\n", threshold.value()));
        }
        text
    }
}
