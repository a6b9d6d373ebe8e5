//! One value of a line changed to another valid one, by forgers with different powers.

use super::evidence::{Base, Bases, Forged as _};
use super::table::{Manipulation, Power, Reasons, group, ledger};
use ibbi_testing::lines::Lines;
use serde_json::{Value, json};

/// A changed value.
struct Field {
    name: &'static str,
    line: usize,
    lines: Lines,
    /// What only the audit finds, whatever the forger does about the chain.
    rules: Reasons,
    /// The fault that no new link removes.
    fault: Option<(&'static str, u64)>,
}

const RULES: &str = "the values are valid, and no rule depends on them";

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let all = &bases.of(Base::New).lines;
    let mut samples = Vec::new();
    for field in fields(all) {
        let Field { name, line, lines, rules, fault } = field;
        let next = line as u64 + 1;
        let heads = if line < 55 { 55 } else { 69 };
        let with = |power, lines: Lines, code, at| {
            let (code, at) = fault.unwrap_or((code, at));
            let made = ledger(name, power, line, lines).fault(code, at);
            rules.iter().fold(made, |made, (code, line)| made.finding(code, *line))
        };
        samples.push(with(Power::Edit, lines.clone(), "chain.prev", next));
        samples.push(with(Power::Link, lines.clone().chained(), "chain.heads", heads));
        let stated = ledger(name, Power::State, line, lines.rooted());
        let stated = rules.iter().fold(stated, |made, (code, line)| made.finding(code, *line));
        samples.push(match fault {
            Some((code, line)) => stated.fault(code, line),
            None if rules.is_empty() => stated.hidden(RULES),
            None => stated,
        });
    }
    group("A value of a line", samples)
}

fn fields(all: &Lines) -> Vec<Field> {
    let edited = |name, line: usize, change: &dyn Fn(&mut Value)| Field {
        name,
        line,
        lines: all.clone().edit(line, change),
        rules: Vec::new(),
        fault: None,
    };
    let set = |name, line: usize, key: &str, value: Value| Field {
        name,
        line,
        lines: all.clone().set(line, key, value),
        rules: Vec::new(),
        fault: None,
    };
    let without =
        |name, line: usize, key: &str| edited(name, line, &|json| drop(json.as_object_mut().unwrap().remove(key)));
    let illegal = |field: Field, line: u64| Field { rules: vec![("event.illegal", line)], ..field };
    let differs = |field: Field, line: u64| Field { rules: vec![("event.stage-differs", line)], ..field };
    let fault = |field: Field, code, line: u64| Field { fault: Some((code, line)), ..field };
    vec![
        set("Another actor", 10, "actor", json!("superintendent@example.org")),
        set("A forged identity behind the actor", 8, "identity.subject", json!("4712")),
        without("The identity behind the actor removed", 8, "identity"),
        edited("An identity added to a line that had none", 10, &|line| {
            line["identity"] = json!({ "issuer": "https://id.example.org", "subject": "4711" });
        }),
        set("Recorded on behalf of another body", 18, "on_behalf", json!("Teachers' association of Maple Hollow")),
        without("The body for which it was recorded removed", 18, "on_behalf"),
        set("A forged body for which it was recorded", 20, "on_behalf", json!("School committee of Maple Hollow")),
        set("An earlier time of the event", 20, "at", json!("2025-09-11T20:05:00.000Z")),
        illegal(
            set("A time of the event at which the rules don't allow it", 20, "at", json!("2025-09-11T19:00:00.000Z")),
            20,
        ),
        without("A day without a time given a time", 35, "precision"),
        set("A time made into a day without a time", 38, "precision", json!("day")),
        set("Another time of recording, within the lines around it", 38, "logged", json!("2025-09-18T15:10:00.512Z")),
        set("A member's name", 24, "data.member.name", json!("Ben Castellano")),
        set("The representative at a meeting", 19, "data.representative", json!("Lars Noor")),
        set("The reason of a withdrawal", 50, "data.reason", json!("the teams disagreed")),
        set("The digest of a confidential text", 52, "data.text.sha256", json!("0".repeat(64))),
        differs(set("A vote turned around", 54, "data.decision", json!("decline")), 58),
        illegal(set("A member who isn't on the team present", 51, "data.present", json!(["amari", "castellan"])), 51),
        set("Another ID of a record", 20, "id", json!("01910000-0000-7000-8000-0065000000aa")),
        Field {
            rules: vec![("case.duplicate-id", 20)],
            ..set("The ID of another record of the case", 20, "id", all.json(19)["id"].clone())
        },
        differs(set("Another stage after the event", 20, "to", json!("introduction")), 20),
        fault(set("Another number of the line", 20, "seq", json!(21)), "chain.seq", 20),
        fault(set("Another number of the record in its case", 20, "rev", json!(7)), "chain.rev", 20),
        fault(set("The record in another case", 20, "case", all.json(3)["case"].clone()), "chain.rev", 20),
        fault(set("An act with more records", 27, "act", json!([4, 5])), "chain.act", 27),
        fault(without("A record taken out of its act", 27, "act"), "chain.act", 27),
        illegal(set("A correction of another record", 58, "replaces", json!(54)), 58),
        illegal(without("A correction made into a record of its own", 58, "replaces"), 58),
        differs(set("A void of another record", 68, "data.seq", json!(66)), 68),
        set("A void with another reason", 68, "data.reason", json!("a slip of the pen")),
        Field {
            rules: vec![("ledger.other-chart", 1)],
            ..set("The ledger's chart of the process", 1, "data.chart", json!("0".repeat(64)))
        },
        set("The program that wrote the ledger", 1, "data.program", json!("ibbi 0.0.9")),
        set("The district of a case", 2, "data.district", json!("Cedar Falls")),
        set("The day on which the contract expires", 2, "data.contract_expires", json!("2027-08-31")),
    ]
}
