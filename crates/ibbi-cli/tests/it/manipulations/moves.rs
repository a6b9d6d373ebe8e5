//! Lines removed, repeated, moved, and put in, by forgers with different powers.

use super::evidence::{Base, Bases, Forged as _, with_heads};
use super::table::{Manipulation, Power, Reasons, bytes, group, ledger};
use ibbi_testing::lines::Lines;
use serde_json::json;

/// The same lines by three forgers.
struct Moved {
    name: &'static str,
    /// The first line that differs.
    line: usize,
    lines: Lines,
    edit: (&'static str, u64),
    link: (&'static str, u64),
    /// What the audit finds if everything fits again.
    rules: Reasons,
}

const LEGAL: &str = "the record without the change is legal too";

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let (all, old) = (&bases.of(Base::New).lines, &bases.of(Base::Old).lines);
    let mut samples = group("Lines removed", by_all(removed(all)));
    samples.extend(group("Lines repeated or put in", by_all(added(all))));
    samples.extend(group("Lines moved", by_all(moved(all))));
    samples.extend(group("Lines moved", vec![renumbered(all)]));
    samples.extend(group("The end of the ledger", ends(all)));
    samples.extend(group("Two ledgers in one", spliced(all, old)));
    samples.extend(group("The state of all cases", states(all)));
    samples
}

fn by_all(all: Vec<Moved>) -> Vec<Manipulation> {
    let mut samples = Vec::new();
    for Moved { name, line, lines, edit, link, rules } in all {
        samples.push(ledger(name, Power::Edit, line, lines.clone()).fault(edit.0, edit.1));
        samples.push(ledger(name, Power::Link, line, lines.clone().linked()).fault(link.0, link.1));
        let stated = ledger(name, Power::State, line, lines.forged());
        samples.push(match rules[..] {
            [] => stated.hidden(LEGAL),
            // No new links and numbers make an act or a first line whole.
            [(code, line)] if code.starts_with("chain.") || code.starts_with("ledger.") => stated.fault(code, line),
            _ => rules.iter().fold(stated, |made, (code, line)| made.finding(code, *line)),
        });
    }
    samples
}

/// Returns the ledger without some lines.
fn without(all: &Lines, gone: &[usize]) -> Lines {
    let kept = all.0.iter().zip(1..).filter(|(_, line)| !gone.contains(line));
    Lines(kept.map(|(line, _)| line.clone()).collect())
}

/// Returns the lines of a case.
fn lines_of(all: &Lines, opening: usize) -> Vec<usize> {
    let case = all.json(opening)["case"].clone();
    (1..=all.0.len()).filter(|line| all.json(*line)["case"] == case).collect()
}

fn removed(all: &Lines) -> Vec<Moved> {
    let gone = |name, lines: &[usize], edit: (&'static str, u64), link: (&'static str, u64), rules: Reasons| Moved {
        name,
        line: lines[0],
        lines: without(all, lines),
        edit,
        link,
        rules,
    };
    let heads = ("chain.heads", 54);
    vec![
        gone("A record removed", &[41], ("chain.prev", 41), heads, vec![("event.illegal", 58)]),
        gone("A record that changes the stage removed", &[20], ("chain.prev", 20), heads, vec![("event.illegal", 23)]),
        gone("The last record of a case removed", &[50], ("chain.prev", 50), heads, vec![]),
        gone("A late record removed", &[59], ("chain.prev", 59), ("chain.heads", 68), vec![]),
        gone("A void removed", &[68], ("chain.prev", 68), ("chain.heads", 68), vec![]),
        gone("A correction removed", &[58], ("chain.prev", 58), ("chain.heads", 68), vec![("event.stage-differs", 58)]),
        gone("An act removed", &[28, 29, 30, 31], ("chain.prev", 28), ("chain.heads", 51), vec![("event.illegal", 34)]),
        gone(
            "The first record of an act removed",
            &[24],
            ("chain.prev", 24),
            ("chain.act", 24),
            vec![("chain.act", 24)],
        ),
        gone(
            "The last record of an act removed",
            &[27],
            ("chain.prev", 27),
            ("chain.act", 27),
            vec![("chain.act", 27)],
        ),
        gone("The opening of a case removed", &[4], ("chain.prev", 4), heads, vec![("case.no-opening", 7)]),
        gone("A case removed", &lines_of(all, 4), ("chain.prev", 4), ("chain.heads", 51), vec![]),
        gone(
            "Everything between two lines removed",
            &(21..50).collect::<Vec<_>>(),
            ("chain.prev", 21),
            ("chain.heads", 26),
            vec![("event.illegal", 22)],
        ),
        gone("The first line removed", &[1], ("ledger.opening", 1), ("ledger.opening", 1), vec![("ledger.opening", 1)]),
    ]
}

fn added(all: &Lines) -> Vec<Moved> {
    let note = |at: &str, id: &str| {
        let note = all.clone().edit(67, |line| {
            line["id"] = json!(id);
            line["at"] = json!(at);
            line["seq"] = json!(68);
        });
        note.0[66].clone()
    };
    let put = |name, line: usize, text: String, edit, link, rules| Moved {
        name,
        line,
        lines: all.clone().insert(line, text),
        edit,
        link,
        rules,
    };
    let made_up = all.clone().edit(54, |line| {
        line["id"] = json!("01910000-0000-7000-8000-0065000000ab");
        line["data"]["party"] = json!("management");
        line["data"]["spokesperson"] = json!("amari");
        line["to"] = json!("agreement");
    });
    let stranger = all.clone().edit(10, |line| {
        line["case"] = json!("01910000-0000-7000-8000-0065000000c1");
        line["id"] = json!("01910000-0000-7000-8000-0065000000ac");
    });
    let opened = all.clone().edit(4, |line| {
        line["case"] = json!("01910000-0000-7000-8000-0065000000c2");
        line["id"] = json!("01910000-0000-7000-8000-0065000000ad");
        line["logged"] = json!("2025-09-18T15:05:00.000Z");
        line["at"] = json!("2025-09-18T15:00:00.000Z");
    });
    let heads = ("chain.heads", 56);
    let acts: Vec<String> = all.0[23..27].to_vec();
    vec![
        put(
            "A line repeated at once",
            21,
            all.0[19].clone(),
            ("chain.prev", 21),
            heads,
            vec![("case.repeated-record", 21)],
        ),
        put(
            "A line repeated much later",
            51,
            all.0[7].clone(),
            ("chain.prev", 51),
            heads,
            vec![("case.repeated-record", 51)],
        ),
        Moved {
            name: "An act repeated",
            line: 28,
            lines: Lines([&all.0[..27], &acts, &all.0[27..]].concat()),
            edit: ("chain.prev", 28),
            link: ("chain.heads", 59),
            rules: vec![("case.repeated-record", 28)],
        },
        put(
            "A note put in",
            68,
            note("2025-11-04T15:00:00.000Z", "01910000-0000-7000-8000-0065000000ae"),
            ("chain.prev", 68),
            ("chain.heads", 70),
            vec![],
        ),
        put(
            "A vote that was never taken put in",
            55,
            made_up.0[53].clone(),
            ("chain.prev", 55),
            ("chain.heads", 56),
            vec![("event.illegal", 55)],
        ),
        put(
            "A record of a case without an opening put in",
            11,
            stranger.0[9].clone(),
            ("chain.prev", 11),
            heads,
            vec![("case.no-opening", 11)],
        ),
        put("A case put in", 39, opened.0[3].clone(), ("chain.prev", 39), heads, vec![]),
        put(
            "A record put in within an act",
            26,
            all.0[7].clone(),
            ("chain.prev", 26),
            ("chain.act", 26),
            vec![("chain.act", 26)],
        ),
    ]
}

fn moved(all: &Lines) -> Vec<Moved> {
    let swapped = |name, one, other, edit, link, rules| Moved {
        name,
        line: one,
        lines: all.clone().swap(one, other),
        edit,
        link,
        rules,
    };
    let elsewhere = |name, from: usize, to: usize, edit, link, rules| {
        let line = all.0[from - 1].clone();
        Moved { name, line: from.min(to), lines: all.clone().remove(from).insert(to, line), edit, link, rules }
    };
    let recased = |name, lines: &[usize], case: &str, edit, link, rules| {
        let moved = lines.iter().fold(all.clone(), |all, line| all.set(*line, "case", case));
        Moved { name, line: lines[0], lines: moved, edit, link, rules }
    };
    let birch = all.json(3)["case"].as_str().unwrap().to_owned();
    let heads = ("chain.heads", 55);
    vec![
        swapped("Two lines of a case swapped", 19, 20, ("chain.prev", 19), heads, vec![("event.illegal", 19)]),
        swapped("Lines of two cases swapped", 22, 24, ("chain.prev", 22), ("chain.act", 23), vec![("chain.act", 23)]),
        swapped(
            "Two records of an act swapped",
            24,
            25,
            ("chain.prev", 24),
            ("chain.act", 24),
            vec![("chain.act", 24)],
        ),
        elsewhere(
            "A late record moved to where it happened",
            59,
            46,
            ("chain.prev", 46),
            ("chain.heads", 56),
            vec![("clock.back", 47), ("event.stage-differs", 46)],
        ),
        elsewhere("A line moved to the end", 43, 72, ("chain.prev", 43), ("chain.heads", 54), vec![("clock.back", 72)]),
        elsewhere(
            "A correction moved before the record that it corrects",
            58,
            56,
            ("chain.prev", 56),
            ("chain.heads", 69),
            vec![("event.illegal", 56)],
        ),
        recased("A record moved to another case", &[20], &birch, ("chain.rev", 20), heads, vec![("event.illegal", 20)]),
        recased(
            "An act moved to another case",
            &[24, 25, 26, 27],
            &birch,
            ("chain.rev", 24),
            heads,
            vec![("event.illegal", 28)],
        ),
        recased("Two cases merged", &lines_of(all, 4), &birch, ("chain.rev", 4), heads, vec![("event.illegal", 4)]),
        recased(
            "The end of a case made a case of its own",
            &[60, 61, 62, 63, 64, 65, 66, 67, 68, 70, 71, 72],
            "01910000-0000-7000-8000-0065000000c3",
            ("chain.rev", 60),
            ("chain.heads", 69),
            vec![("case.no-opening", 60)],
        ),
    ]
}

/// Lines of a case under another case that has none, with the numbers that they had.
fn renumbered(all: &Lines) -> Manipulation {
    let lines = [60, 61, 62, 63, 64, 65, 66, 67, 68, 70, 71, 72];
    let moved =
        lines.iter().fold(all.clone(), |all, line| all.set(*line, "case", "01910000-0000-7000-8000-0065000000c4"));
    ledger("The end of a case under another case, with its old numbers", Power::State, 60, moved.rooted())
        .fault("chain.rev", 60)
}

const SHORT: &str = "a shorter ledger is a ledger too";
const LONGER: &str = "a record that the rules allow, after everything else, is what the program writes too";

fn ends(all: &Lines) -> Vec<Manipulation> {
    let cut = |name, to: usize| ledger(name, Power::Edit, to + 1, Lines(all.0[..to].to_vec()));
    let added = |changed: Lines| all.clone().insert(73, changed.0[71].clone()).forged();
    let later = all.clone().edit(72, |line| {
        line["id"] = json!("01910000-0000-7000-8000-0065000000b1");
        line["data"] = json!({ "dated": "2026-03-26", "party": "management", "result": "not_ratified" });
        line["at"] = json!("2026-03-27T00:00:00.000Z");
        line["logged"] = json!("2026-03-27T00:04:00.000Z");
        line["seq"] = json!(0);
    });
    let session = all.clone().edit(72, |line| {
        let mut booked = all.json(64);
        for key in ["at", "logged"] {
            booked[key] = line[key].clone();
        }
        (booked["id"], booked["seq"]) = (json!("01910000-0000-7000-8000-0065000000b2"), json!(0));
        *line = booked;
    });
    let no_act = all.clone().edit(72, |line| {
        line["act"] = json!([1, 2]);
        line["id"] = json!("01910000-0000-7000-8000-0065000000b3");
        line["seq"] = json!(0);
    });
    vec![
        cut("The last line removed", 71).hidden(SHORT),
        cut("Everything after an outside checkpoint removed", 69).hidden(SHORT),
        cut("The line with the state of all cases and everything after it removed", 68).hidden(SHORT),
        cut("Everything after an older checkpoint removed", 55).hidden(SHORT),
        cut("Everything but the first line removed", 1).hidden(SHORT),
        cut("Everything after the first record of an act removed", 56).fault("ledger.torn", 56).script(0),
        ledger("An outcome added at the end", Power::Link, 73, added(later)).hidden(LONGER),
        ledger("An event that the rules don't allow added at the end", Power::Link, 73, added(session))
            .finding("event.illegal", 73),
        ledger("An act begun at the end", Power::Link, 73, added(no_act)).fault("ledger.torn", 73).script(0),
        bytes("The last line cut within its digest", 72, {
            let whole = all.bytes();
            let end = whole.windows(8).rposition(|part| part == b"\"prev\":\"").expect("prev");
            whole[..end + 20].to_vec()
        })
        .fault("ledger.torn", 72),
    ]
}

fn spliced(all: &Lines, old: &Lines) -> Vec<Manipulation> {
    let joined = Lines([all.0.clone(), old.0.clone()].concat());
    let tail = Lines([&all.0[..40], &old.0[10..]].concat());
    let inside = Lines([&all.0[..45], &old.0[1..8], &all.0[45..]].concat());
    let other = all.clone().set(1, "data.origin", "example.org/another");
    vec![
        ledger("Another ledger joined to the end", Power::Edit, 73, joined.clone()).fault("chain.prev", 73),
        ledger("Another ledger joined to the end", Power::Link, 73, joined.linked()).fault("ledger.opening", 73),
        ledger("The end of another ledger in place of its own", Power::Edit, 41, tail.clone()).fault("chain.prev", 41),
        ledger("The end of another ledger in place of its own", Power::Link, 41, tail.linked())
            .fault("ledger.format", 41),
        ledger("A part of another ledger put in", Power::Edit, 46, inside.clone()).fault("chain.prev", 46),
        ledger("A part of another ledger put in", Power::Link, 46, inside.linked()).fault("ledger.format", 46),
        ledger(
            "The first line again in the middle",
            Power::Link,
            30,
            all.clone().insert(30, all.0[0].clone()).linked(),
        )
        .fault("ledger.opening", 30),
        ledger("The first line of another ledger", Power::Edit, 1, other.clone()).fault("chain.prev", 2),
        ledger("The first line of another ledger", Power::Link, 1, other.clone().linked()).fault("chain.heads", 55),
        ledger("The first line of another ledger", Power::State, 1, other.forged())
            .hidden("a ledger can have any name"),
    ]
}

fn states(all: &Lines) -> Vec<Manipulation> {
    let root = all.json(55)["data"]["root"].clone();
    let stated = |name, lines: Lines| ledger(name, Power::Link, 69, lines.chained()).fault("chain.heads", 69);
    let moved = {
        let line = all.0[54].clone();
        all.clone().remove(55).insert(54, line).linked()
    };
    let early = with_heads(all.clone(), 30).forged();
    vec![
        stated("The state of one more case", all.clone().set(69, "data.cases", 4)),
        stated("The state of one case less", all.clone().set(69, "data.cases", 2)),
        stated("The state of an earlier time", all.clone().set(69, "data.root", root)),
        ledger("A state that is removed", Power::State, 55, all.clone().remove(55).forged())
            .hidden("a ledger can have any number of such lines"),
        ledger("A state that is repeated later", Power::Link, 62, all.clone().insert(62, all.0[54].clone()).linked())
            .fault("chain.heads", 62),
        ledger("A state moved before the last record that it states", Power::Link, 54, moved).fault("chain.heads", 54),
        ledger("A state put in within an act", Power::State, 30, early).fault("chain.act", 30),
        ledger(
            "A state with a wrong link before it",
            Power::Edit,
            54,
            all.clone().set(54, "actor", "aide@example.org"),
        )
        .fault("chain.prev", 55),
    ]
}
