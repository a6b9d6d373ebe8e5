//! What an audit says, as sentences and tables: for a terminal and for a page alike.

mod found;
mod measures;
mod parting;
mod stamp;
mod story;

pub(crate) use found::{codes, consequences, kept, more, place};
pub(crate) use measures::{
    caption, case_list, events, outcome_times, paths, route, stage_times, standing, still_times, variant, variants,
    waiting,
};
pub(crate) use parting::{change, divergence, parted, presence};
pub(crate) use stamp::{checkpoints, filtered, stamp};
pub(crate) use story::{
    by_day, causes, entered, lacking, one_actor, settled, stays, story_verdict, stranger, waits, who,
};

use crate::phrase::Phrase;
use crate::text::Role;
use crate::words;
use ibbi_audit::{Filter, Report, What};

/// How figures come about, and what they do not show.
pub(crate) const METHODS: [&str; 6] = [
    "Sound means that no finding is an error. It does not show that what was recorded is true, nor, without a signed \
     checkpoint that somebody else keeps, that the end was not cut off or written anew.",
    "Each record was offered again, in its order, to the rules of the process, under the program parameters of its case. \
     What is refused only for want of an earlier record is counted as a consequence, not as a fault of its own.",
    "Fitness is the share of the records that were accepted: 1 where all were.",
    "Percentiles are by nearest rank: P80 is the least of the values that at least 80% of all values do not exceed. \
     Nothing is interpolated.",
    "The time in a stage is that of the cases that left it. Cases that are still in it stand apart; theirs runs until the \
     instant of the audit.",
    "Where several were waited for at once, each is given the whole time; the time alone is that in which nobody else was \
     waited for. Months are by the clocks of each case's district.",
];

/// Whether the ledger is sound, in a sentence.
pub(crate) fn verdict(report: &Report) -> (Role, Phrase) {
    let what = match report.what {
        What::Ledger => "ledger",
        What::Extract => "extract",
    };
    let (role, is) = if report.sound { (Role::Good, "is sound") } else { (Role::Bad, "is not sound") };
    let mut over = words::count(report.ledger.lines, "line");
    if report.filter == Filter::default() {
        over = format!("{over} and {}", words::count(report.cases.total, "case"));
    }
    let counts = words::list(&[
        words::none_or(report.errors, "error"),
        words::none_or(report.warnings, "warning"),
        words::none_or(report.infos, "remark"),
    ]);
    (role, Phrase::new(format!("The {what} {is}: {counts} in {over}.")))
}
