//! `ibbi rules`: every rule and every advisory.

use crate::output::Outcome;
use crate::show::{DIM, heading, paint};
use ibbi_core::{Rule, Warning};
use serde_json::json;
use std::fmt::Write as _;

pub(crate) fn run(json: bool) -> Outcome {
    if json {
        let rule = |rule: &Rule| {
            let (statement, remedy, source) = (rule.statement(), rule.remedy(), rule.source());
            json!({ "rule": rule, "statement": statement, "remedy": remedy, "source": source })
        };
        let advisory = |warning: &Warning| json!({ "advisory": warning, "statement": warning.label(), "source": warning.source() });
        let rules: Vec<_> = Rule::ALL.iter().map(rule).collect();
        let advisories: Vec<_> = Warning::ALL.iter().map(advisory).collect();
        return Outcome::json(&json!({ "rules": rules, "advisories": advisories }));
    }
    let mut text = heading(&format!("{} rules; an event that leaves one unmet is refused", Rule::ALL.len()));
    for rule in Rule::ALL {
        let source = paint(DIM, &format!("[{}]", rule.source().label()));
        let _ = writeln!(text, "{}\n    {} {source}\n    {}", rule.id(), rule.statement(), rule.remedy());
    }
    text.push_str(&heading(&format!("{} advisories; they warn and never refuse", Warning::ALL.len())));
    for warning in Warning::ALL {
        let source = paint(DIM, &format!("[{}]", warning.source().label()));
        let _ = writeln!(text, "{}\n    {} {source}", warning.code(), warning.label());
    }
    Outcome::done(text)
}
