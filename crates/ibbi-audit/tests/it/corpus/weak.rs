//! Programs that ask for less than the source of the process, and names that look like others.

use super::{Sample, full_day, lines};
use crate::support::Lines;
use serde_json::{Value, json};

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        lines("program-of-one-minute", one_minute()),
        lines("program-that-asks-for-little", little()),
        lines("name-with-a-hangul-filler", named("Ben\u{3164} Castellan")),
        lines("name-with-a-braille-blank", named("Ben\u{2800}Castellan")),
        lines("name-with-a-separate-accent", named("Ben Castella\u{301}n")),
        lines("name-with-a-letter-of-another-script", named("Ben C\u{430}stellan")),
        lines("actor-with-a-letter-of-another-script", full_day().set(9, "actor", "cl\u{435}rk").chained()),
    ]
}

/// Returns the full day with another name in line 9. The leader in line 4 is Ben Castellan.
fn named(name: &str) -> Lines {
    full_day().set(9, "data.member.name", name).chained()
}

/// Returns the full day under a program with parts of one minute.
fn one_minute() -> Lines {
    let program = json!({"full_day": [1], "grace": 0, "presence": "everyone", "training": 1, "two_half_days": [1, 1]});
    let all = full_day().set(2, "data.program", program);
    let short = all.set(21, "data.slot.ends", "2025-10-21T08:01:00-04:00");
    short.set(31, "data.slot.ends", "2025-11-13T08:01:00-05:00").chained()
}

/// Returns the full day under a program of edition 2 that asks for little, with steps that rely on that: a member is absent, no
/// activity is run, the training ends an hour early, and both parts of the facilitation are on one day.
fn little() -> Lines {
    let digest = "aa6b70070b7b78a3944580606bf646df2fb59c2c7ca5b02ddc50594cd34751c2";
    let program = json!({
        "activities": [], "edition": 2, "edition_digest": digest, "formats": {"full_day": [200, 200]}, "grace": 60,
        "presence": "each_team", "same_day_parts": true, "training": [480],
    });
    let all = full_day()
        .set(2, "data.program", program)
        .set(22, "data.present", json!(["amari", "castellan", "okafor"]))
        .set(25, "at", "2025-10-21T19:05:00.000Z")
        .set(31, "data.slot", slot("08:00", "11:20"))
        .set(32, "data.present", json!(["amari", "castellan", "okafor", "yun"]))
        .set(33, "data", json!({}))
        .set(33, "at", "2025-11-13T16:20:00.000Z")
        .set(33, "to", "facilitation");
    let again = |line: usize, number: u32, changes: &[(&str, Value)]| {
        let id = Value::from(format!("01910000-0000-7000-8000-00010000a{number:03}"));
        let copy =
            changes.iter().fold(all.clone().set(line, "id", id), |all, (key, value)| all.set(line, key, value.clone()));
        copy.0[line - 1].clone()
    };
    let at = |text: &str| Value::from(format!("2025-11-13T{text}:00.000Z"));
    let booked = again(31, 1, &[("data.part", 2.into()), ("data.slot", slot("12:00", "15:20"))]);
    let opened = again(32, 2, &[("data.part", 2.into()), ("at", at("17:00")), ("logged", at("22:00"))]);
    let closed = again(33, 3, &[("at", at("20:20")), ("logged", at("22:01")), ("to", "closed".into())]);
    let all = all.insert(32, booked).insert(35, opened).insert(36, closed);
    all.remove(24).remove(23).numbered()
}

fn slot(from: &str, to: &str) -> Value {
    json!({"starts": format!("2025-11-13T{from}:00-05:00"), "ends": format!("2025-11-13T{to}:00-05:00")})
}
