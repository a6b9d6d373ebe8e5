//! Measures the figures of docs/performance.md and writes them between the page's markers.

mod machine;

use crate::peers::{Failed, subjects};
use crate::request::Request;
use crate::{growth, peers};
use machine::Spent;
use std::fmt::Write as _;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");
const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance/growth.svg");
const INSTRUCTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance/instructions.tsv");

/// Measures everything, or one part, and writes each part into the page when it is done.
pub(crate) fn run(mut request: Request) -> Result<(), Failed> {
    request.plot.get_or_insert_with(|| PLOT.into());
    let parts = || ["machine"].into_iter().chain(subjects()).chain(["growth", "instructions"]);
    if !parts().any(|part| request.wants(part)) {
        return Err(format!("--only knows {}", parts().collect::<Vec<_>>().join(", ")).into());
    }
    for part in parts().filter(|part| request.wants(part)) {
        let made = match part {
            "machine" => machine::facts(&request.folder),
            "growth" => with_load(|| growth::run(&request))?,
            "instructions" => instructions(&std::fs::read_to_string(INSTRUCTIONS)?)?,
            subject => with_load(|| peers::measure(subject, &request))?,
        };
        if made.is_empty() {
            // There was no server to measure. The page keeps its figures.
            continue;
        }
        let page = std::fs::read_to_string(PAGE)?;
        std::fs::write(PAGE, replaced(&page, part, &made)?)?;
    }
    Ok(())
}

/// From this share of the processors' time, in percent, other processes disturb a measurement.
const DISTURBED: f64 = 5.0;

/// Returns what `measure` returns, with a note on how much other processes used the machine.
fn with_load(measure: impl FnOnce() -> Result<String, Failed>) -> Result<String, Failed> {
    let before = Spent::now();
    let made = measure()?;
    if made.is_empty() {
        return Ok(made);
    }
    let Some((before, after)) = before.zip(Spent::now()) else { return Ok(made) };
    let others = after.by_others(before);
    let again = if others > DISTURBED { " Measure again when the machine is quiet." } else { "" };
    let note = format!("While this was measured, other processes took {others:.0}% of the processors' time.{again}");
    Ok(format!("{}\n\n{note}", made.trim_end()))
}

/// Replaces the text between `<!-- measured: NAME -->` and `<!-- end -->`.
fn replaced(page: &str, name: &str, made: &str) -> Result<String, Failed> {
    let begin = format!("<!-- measured: {name} -->\n");
    let start = page.find(&begin).ok_or_else(|| format!("the page has no place for `{name}`"))? + begin.len();
    let end = start + page[start..].find("<!-- end -->").ok_or_else(|| format!("`{name}` has no end in the page"))?;
    Ok(format!("{}{}\n{}", &page[..start], made.trim_end(), &page[end..]))
}

/// Returns the counts that instructions.sh wrote, as a table.
fn instructions(tsv: &str) -> Result<String, Failed> {
    let mut text = String::new();
    let mut lines = tsv.lines();
    if let Some(with) = lines.next().and_then(|line| line.strip_prefix("# ")) {
        let _ = writeln!(text, "{with}\n");
    }
    for (row, line) in lines.enumerate() {
        let cells: Vec<_> = line.split('\t').collect();
        let [path, units, unit, all, each, hashless] = cells.as_slice() else {
            return Err(format!("a row of the counts is invalid: {line}").into());
        };
        let _ = match row {
            0 => writeln!(text, "| path | {all} | {each} | {hashless} |\n|---|---|---|---|"),
            _ => writeln!(text, "| {path} | {all} for {units} {unit}{} | {each} | {hashless} |", plural(units)),
        };
    }
    Ok(text)
}

fn plural(count: &str) -> &'static str {
    if count == "1" { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_a_part_keeps_the_rest() {
        let page = "a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n";
        let expected = "a\n<!-- measured: x -->\nnew\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n";
        assert_eq!(replaced(page, "x", "new\n\n").unwrap(), expected);
        assert!(replaced(page, "z", "new").is_err());
    }

    #[test]
    fn page_has_a_place_for_every_part() {
        let page = std::fs::read_to_string(PAGE).unwrap();
        for part in ["machine", "growth", "instructions"].into_iter().chain(subjects()) {
            replaced(&page, part, "").unwrap();
        }
    }
}
