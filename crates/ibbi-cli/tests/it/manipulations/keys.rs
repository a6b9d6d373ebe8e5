//! A past rewritten by the office itself, which signs the new one too. Only what someone outside keeps shows it.

use super::evidence::{Base, Bases, Forged as _, with_heads};
use super::table::{Manipulation, Power, group, ledger};
use ibbi_testing::lines::Lines;
use serde_json::{Value, json};

const SIGNED: &str = "the lines, the states, and the signatures all fit";

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let (all, old, grown) = (&bases.of(Base::New).lines, &bases.of(Base::Old).lines, &bases.of(Base::Grown).lines);
    group("A past rewritten and signed again", [values(all), cases(all), forks(all), earlier(old, grown)].concat())
}

fn signed(name: &str, line: usize, lines: Lines) -> Manipulation {
    ledger(name, Power::Key, line, lines.forged())
}

fn values(all: &Lines) -> Vec<Manipulation> {
    let set = |name, line: usize, key: &str, value: Value| signed(name, line, all.clone().set(line, key, value));
    let actors = (2..=72).fold(all.clone(), |all, line| all.set(line, "actor", "office@example.org"));
    let times = (2..=72).fold(all.clone(), |all, line| {
        let logged = all.json(line)["logged"].as_str().unwrap().replace(".512Z", ".612Z");
        all.set(line, "logged", logged)
    });
    vec![
        set("The reason of a leader who left rewritten", 40, "data.reason", json!("asked to leave")).hidden(SIGNED),
        set("A forged identity behind the actor", 8, "identity.subject", json!("4712")).hidden(SIGNED),
        set("The digest of a confidential text rewritten", 53, "data.response.sha256", json!("1".repeat(64)))
            .hidden(SIGNED),
        set("The day of a letter rewritten", 36, "data.dated", json!("2025-09-10")).hidden(SIGNED),
        set("The first line rewritten", 1, "actor", json!("aide@example.org")).hidden(SIGNED),
        set("The line before the checkpoint rewritten", 68, "data.reason", json!("it is not true")).hidden(SIGNED),
        set("A vote turned around", 54, "data.decision", json!("decline")).finding("event.stage-differs", 58),
        signed("Every actor replaced", 2, actors).hidden(SIGNED),
        signed("Every time of recording moved", 2, times).hidden(SIGNED),
        set("The outcome after the checkpoint rewritten", 71, "data.result", json!("not_ratified")).hidden(SIGNED),
        signed("The last line removed", 72, Lines(all.0[..71].to_vec())).hidden(SIGNED),
        set("Another name of the ledger", 1, "data.origin", json!("example.org/renamed")).hidden(SIGNED),
        ledger("A name rewritten, and the states left as they were", Power::Key, 24, {
            all.clone().set(24, "data.member.name", "Ben Castellano").chained()
        })
        .fault("chain.heads", 55),
    ]
}

fn cases(all: &Lines) -> Vec<Manipulation> {
    let kept = |gone: &Value| {
        let lines = all.0.iter().zip(1..).filter(|(_, line)| all.json(*line)["case"] != *gone);
        Lines(lines.map(|(line, _)| line.clone()).collect())
    };
    let case = |line: usize| all.json(line)["case"].clone();
    let copied = |line: usize, case: &str, id: &str| {
        let copy = all.clone().set(line, "case", case).set(line, "id", id).set(line, "seq", 0);
        copy.0[line - 1].clone()
    };
    let made_up = copied(4, "01910000-0000-7000-8000-0065000000d1", "01910000-0000-7000-8000-0065000000d2");
    vec![
        signed("A case left out", 4, kept(&case(4))).hidden(SIGNED),
        signed(
            "Two cases left out",
            3,
            Lines(kept(&case(3)).0.into_iter().filter(|line| !line.contains(case(4).as_str().unwrap())).collect()),
        )
        .hidden(SIGNED),
        signed("A case made up", 5, all.clone().insert(5, made_up)).hidden(SIGNED),
        signed("A correction and the record that it corrects left out", 57, {
            let lines = all
                .clone()
                .set(56, "to", "agreement")
                .set(58, "act", json!([2, 2]))
                .edit(58, |line| drop(line.as_object_mut().unwrap().remove("replaces")));
            lines.remove(57)
        })
        .hidden(SIGNED),
        signed("A note and its void left out", 67, all.clone().remove(68).remove(67)).hidden(SIGNED),
    ]
}

fn forks(all: &Lines) -> Vec<Manipulation> {
    let cut = |to: usize| Lines(all.0[..to].to_vec());
    let continued = {
        // Another end, as long as the first one.
        let mut lines = cut(60);
        for number in 0..14_usize {
            let note = all.clone().edit(67, |line| {
                line["id"] = json!(format!("01910000-0000-7000-8000-0065000000e{number:x}"));
                line["logged"] = json!(format!("2025-10-20T14:{number:02}:00.000Z"));
                line["at"] = json!(format!("2025-10-20T13:{number:02}:00.000Z"));
                line["to"] = json!("facilitation");
                line["seq"] = json!(0);
            });
            lines.0.push(note.0[66].clone());
        }
        let place = lines.0.len() + 1;
        with_heads(lines, place)
    };
    let ended = with_heads(cut(60), 61);
    vec![
        signed("Cut back to an older checkpoint", 56, cut(55)).hidden(SIGNED),
        signed("Cut back, and signed at another place", 61, ended).hidden(SIGNED),
        signed("Cut back, and continued in another way", 61, continued).hidden(SIGNED),
        signed("Everything after the first line removed", 2, cut(1)).hidden(SIGNED),
    ]
}

fn earlier(old: &Lines, grown: &Lines) -> Vec<Manipulation> {
    let named = |lines: &Lines| lines.clone().replace(9, "Ben Castellan", "Ben Castellano");
    vec![
        signed("A name in a ledger of format 1 rewritten", 9, named(old)).old().hidden(SIGNED),
        signed("The end of a ledger of format 1 removed", 26, Lines(old.0[..25].to_vec())).old().hidden(SIGNED),
        signed("A name before the change to format 2 rewritten", 9, named(grown)).grown().hidden(SIGNED),
        signed("The change to format 2 undone", 34, Lines(grown.0[..33].to_vec())).grown().hidden(SIGNED),
        ledger("A second change to format 2", Power::Key, 35, grown.clone().insert(35, grown.0[33].clone()).forged())
            .grown()
            .fault("ledger.format", 35),
        ledger("The state of all cases before the change to format 2", Power::Key, 34, {
            grown.clone().swap(34, 36).forged()
        })
        .grown()
        .fault("ledger.format", 34),
        ledger("A line of format 1 after the change to format 2", Power::Key, 36, {
            grown.clone().set(36, "v", 1).forged()
        })
        .grown()
        .fault("ledger.format", 36),
    ]
}
