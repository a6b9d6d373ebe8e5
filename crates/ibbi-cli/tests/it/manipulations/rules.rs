//! Records that break rules in a ledger whose lines all fit, wrong clocks, weak programs, and names that look like others.

use super::evidence::{Base, Bases, Forged as _};
use super::table::{Manipulation, Power, group, ledger};
use ibbi_testing::lines::Lines;
use serde_json::{Value, json};

pub(crate) fn samples(bases: &Bases) -> Vec<Manipulation> {
    let (all, old) = (&bases.of(Base::New).lines, &bases.of(Base::Old).lines);
    let mut samples = group("Events that the rules don't allow", [early(old), sessions(old), ends(all, old)].concat());
    samples.extend(group("Wrong clocks", clocks(all, old)));
    samples.extend(group("Weak programs", weak(old)));
    samples.extend(group("Names that look like others", names(all)));
    samples
}

/// Returns the ledger of format 1 with one value changed, and everything else made to fit.
fn changed(old: &Lines, name: &str, line: usize, key: &str, value: impl Into<Value>) -> Manipulation {
    let lines = old.clone().set(line, key, value).forged();
    ledger(name, Power::State, line, lines).old().finding("event.illegal", line as u64)
}

/// Returns the ledger of format 1 without some lines. The first event that the rules don't allow is at the line.
fn without(old: &Lines, name: &str, gone: &[usize], line: u64) -> Manipulation {
    let kept = old.0.iter().zip(1..).filter(|(_, line)| !gone.contains(line));
    let lines = Lines(kept.map(|(line, _)| line.clone()).collect()).forged();
    ledger(name, Power::State, gone[0], lines).old().finding("event.illegal", line)
}

fn early(old: &Lines) -> Vec<Manipulation> {
    vec![
        ledger("A chair without an office", Power::State, 5, {
            old.clone().edit(5, |line| drop(line["data"].as_object_mut().unwrap().remove("office"))).forged()
        })
        .old()
        .finding("event.illegal", 5),
        changed(old, "A leader who agreed twice", 4, "data.seat", "superintendent"),
        without(old, "The agreement of a leader missing", &[4], 5).clear().finding("event.stage-differs", 4),
        changed(old, "A meeting that left out topics", 7, "data.topics", json!(["interests"]))
            .clear()
            .finding("event.illegal", 8),
        without(old, "No introduction held", &[7], 7),
        changed(old, "An event before the one before it", 8, "at", "2025-09-01T00:00:00.000Z"),
        changed(old, "A letter dated after it was recorded", 18, "data.dated", "2025-10-24"),
        without(old, "An application accepted without a letter", &[18], 19),
        without(old, "An application accepted without a pledge", &[14], 19),
        changed(old, "A member on both teams", 11, "data.member", json!({ "id": "yun", "name": "Ada Yun" })),
        changed(old, "A pledge of a person who is on no team", 14, "data.member", "stranger"),
        without(old, "A team without a member", &[11, 12, 15, 16], 16),
    ]
}

fn sessions(old: &Lines) -> Vec<Manipulation> {
    let slot = |starts: &str, ends: &str| json!({ "ends": ends, "starts": starts });
    vec![
        changed(
            old,
            "A session booked in the past",
            21,
            "data.slot",
            slot("2025-10-01T08:00:00-04:00", "2025-10-01T16:00:00-04:00"),
        ),
        changed(
            old,
            "A training of four hours",
            21,
            "data.slot",
            slot("2025-10-21T08:00:00-04:00", "2025-10-21T12:00:00-04:00"),
        ),
        changed(
            old,
            "A session over midnight",
            21,
            "data.slot",
            slot("2025-10-21T20:00:00-04:00", "2025-10-22T04:00:00-04:00"),
        ),
        changed(old, "A session opened on another day", 22, "at", "2025-10-20T12:05:00.000Z"),
        changed(old, "A member missing at the training", 22, "data.present", json!(["amari", "castellan", "okafor"])),
        changed(
            old,
            "A person present who is on no team",
            22,
            "data.present",
            json!(["amari", "castellan", "okafor", "stranger", "yun"]),
        ),
        changed(
            old,
            "A neutral who is a member of a team",
            22,
            "data.neutral",
            json!({ "id": "yun", "name": "Ada Yun" }),
        ),
        changed(old, "A session closed too early", 25, "at", "2025-10-21T17:40:00.000Z"),
        without(old, "A training without a bargaining simulation", &[24], 24),
        without(old, "Activities of a session that was never opened", &[22], 22),
        changed(old, "A person who left early and was never there", 33, "data.left_early", json!(["stranger"])),
        ledger("A time of another time zone", Power::State, 6, {
            old.clone().set(6, "data.slot", slot("2025-09-16T15:00:00-05:00", "2025-09-16T16:30:00-05:00")).forged()
        })
        .old()
        .finding("event.slot-offset", 6),
    ]
}

fn ends(all: &Lines, old: &Lines) -> Vec<Manipulation> {
    let put = |name: &str, line: usize, change: &dyn Fn(&mut Value)| {
        let copied = old.clone().edit(line - 1, |json| {
            json["id"] = json!("01910000-0000-7000-8000-0001000000ff");
            json["seq"] = json!(0);
            change(json);
        });
        ledger(name, Power::State, line, old.clone().insert(line, copied.0[line - 2].clone()).forged()).old()
    };
    vec![
        without(old, "A decision without a caucus", &[26], 26),
        changed(old, "A member of the other team in a caucus", 26, "data.present", json!(["castellan", "okafor"])),
        changed(old, "A spokesperson of the other team", 27, "data.spokesperson", "okafor"),
        without(old, "A format chosen before both parties decided", &[29], 29),
        changed(old, "A format chosen after a party declined", 29, "data.decision", "decline")
            .clear()
            .finding("event.stage-differs", 29),
        put("A session after the end of the case", 34, &|json| {
            json["type"] = json!("session_postponed");
            json["data"] = json!({ "part": 1, "reason": "snow" });
        })
        .finding("event.illegal", 34),
        put("A second opening of the case", 3, &|_| ()).finding("event.illegal", 3),
        put("A void of a number that is not there", 20, &|json| {
            json["type"] = json!("event_voided");
            json["data"] = json!({ "reason": "a mistake", "seq": 99 });
        })
        .finding("event.illegal", 20),
        put("A void of the opening", 20, &|json| {
            json["type"] = json!("event_voided");
            json["data"] = json!({ "reason": "a mistake", "seq": 2 });
        })
        .finding("event.illegal", 20),
        put("A void of what later events rest on", 20, &|json| {
            json["type"] = json!("event_voided");
            json["data"] = json!({ "reason": "a mistake", "seq": 5 });
        })
        .finding("event.illegal", 20),
        changed(old, "Another stage in a line", 9, "to", "training").clear().finding("event.stage-differs", 9),
        ledger("A contract that expired while the case was open", Power::State, 2, {
            let mut lines = old.clone().set(2, "data.contract_expires", "2025-10-01");
            lines.0.truncate(31);
            lines.forged()
        })
        .old()
        .finding("case.past-contract", 31),
        ledger(
            "A time zone that doesn't exist",
            Power::State,
            2,
            old.clone().set(2, "data.time_zone", "America/Springfield").forged(),
        )
        .old()
        .finding("case.unknown-zone", 2),
        ledger("A case that follows one that is not there", Power::State, 4, {
            all.clone().set(4, "data.follows", "01910000-0000-7000-8000-0000000000aa").forged()
        })
        .finding("case.follows-missing", 4),
        ledger(
            "A migration to an edition that doesn't exist",
            Power::State,
            9,
            all.clone().set(9, "data.edition", 9).forged(),
        )
        .finding("event.illegal", 9),
    ]
}

fn clocks(all: &Lines, old: &Lines) -> Vec<Manipulation> {
    let logged = |name: &str, line: usize, time: &str| {
        ledger(name, Power::State, line, all.clone().set(line, "logged", time).forged())
    };
    let frozen = (20..=27).fold(all.clone(), |all, line| {
        let actor = if line % 2 == 0 { "clerk@example.org" } else { "aide@example.org" };
        let all = all.set(line, "logged", "2025-09-14T13:07:00.512Z");
        if line < 24 { all.set(line, "actor", actor) } else { all }
    });
    vec![
        ledger("A time of recording before the line above, in format 1", Power::State, 9, {
            old.clone().set(9, "logged", "2025-09-01T00:00:00.000Z").forged()
        })
        .old()
        .fault("chain.logged", 9),
        ledger("Recorded an hour before it happened", Power::State, 38, {
            all.clone().set(38, "at", "2025-09-18T15:06:00.000Z").set(38, "logged", "2025-09-18T14:04:00.512Z").forged()
        })
        .finding("event.before-it-happened", 38),
        logged("A clock set back by an hour", 38, "2025-09-16T15:06:00.512Z")
            .finding("clock.back", 38)
            .finding("event.before-it-happened", 38),
        logged("A clock set back by four minutes", 23, "2025-09-12T14:08:00.512Z")
            .hidden("clocks of two computers differ by that much"),
        logged("A clock ahead for one line", 38, "2025-10-18T15:04:00.512Z").finding("clock.ahead", 38),
        logged("A time of recording after the day of the audit", 72, "2999-01-01T00:00:00.000Z")
            .finding("clock.future", 72),
        ledger("A clock that stood still for two people", Power::State, 20, frozen.forged())
            .finding("clock.frozen", 20),
        logged("A time of recording in 1970", 38, "1970-01-01T00:00:00.000Z").finding("clock.back", 38),
    ]
}

fn weak(old: &Lines) -> Vec<Manipulation> {
    let program = |name: &str, key: &str, value: Value, code: &'static str| {
        ledger(name, Power::State, 2, old.clone().set(2, key, value).forged()).old().finding(code, 2)
    };
    let second = |name: &str, key: &str, value: Value, code: &'static str| {
        let mut program = json!({
            "activities": ["exercise", "bargaining_simulation"], "edition": 2,
            "edition_digest": "aa6b70070b7b78a3944580606bf646df2fb59c2c7ca5b02ddc50594cd34751c2",
            "formats": { "full_day": [480], "two_half_days": [240, 240] }, "grace": 15, "presence": "everyone",
            "training": [480],
        });
        program[key] = value;
        ledger(name, Power::State, 2, old.clone().set(2, "data.program", program).forged()).old().finding(code, 2)
    };
    vec![
        program("A training of an hour", "data.program.training", json!(60), "program.weak-training"),
        program("A facilitation of an hour", "data.program.full_day", json!([60]), "program.weak-facilitation"),
        program("Parts that can end two hours early", "data.program.grace", json!(120), "program.weak-grace"),
        program("Sessions without every member", "data.program.presence", json!("each_team"), "program.weak-presence"),
        second(
            "A training without a bargaining simulation",
            "activities",
            json!(["exercise"]),
            "program.weak-activities",
        ),
        second("Two parts on one day", "same_day_parts", json!(true), "program.weak-same-day"),
    ]
}

fn names(all: &Lines) -> Vec<Manipulation> {
    let named = |name: &str, to: &str, code: &'static str| {
        ledger(name, Power::State, 24, all.clone().set(24, "data.member.name", to).forged()).finding(code, 24)
    };
    vec![
        named("A space of no width in a name", "Ben\u{200b} Castellan", "").clear().fault("line.payload", 24),
        named("A Hangul filler in a name", "Ben\u{3164} Castellan", "names.invisible"),
        named("A Braille blank for a space", "Ben\u{2800}Castellan", "names.invisible"),
        named("A mark that turns the direction of a name", "Ben\u{202e} Castellan", "")
            .clear()
            .fault("line.payload", 24),
        named("An accent as a character of its own", "Ben Castella\u{301}n", "names.not-composed"),
        named("A Cyrillic letter in a name", "Ben C\u{430}stellan", "names.mixed-scripts"),
        named("A Greek letter in a name", "Ben Castell\u{3b1}n", "names.mixed-scripts"),
        named("A name of full-width letters", "\u{ff22}\u{ff45}\u{ff4e} Castellan", "names.look-alike"),
        ledger(
            "A Cyrillic letter in an actor",
            Power::State,
            20,
            all.clone().set(20, "actor", "cl\u{435}rk@example.org").forged(),
        )
        .finding("names.mixed-scripts", 20),
    ]
}
