//! `ibbi chart`: prints the process as a table or a diagram.

use crate::args::{Chart, ChartFormat};
use crate::output::Outcome;
use ibbi_core::{chart::TRANSITIONS, render};

pub(crate) fn run(args: Chart, json: bool) -> Outcome {
    if json {
        return Outcome::json(&TRANSITIONS);
    }
    Outcome::done(match args.format {
        ChartFormat::Markdown => render::chart_markdown(),
        ChartFormat::Mermaid => render::mermaid(),
        ChartFormat::Dot => render::dot(),
    })
}
