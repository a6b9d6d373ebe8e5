//! Ledgers with valid lines and illegal events. The numbers and the chain match.

use super::{Sample, current, full_day, lines};
use crate::support::Lines;
use serde_json::{Value, json};

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = early();
    samples.extend(sessions());
    samples.extend(late());
    samples.extend(corrections());
    samples.extend(together());
    samples
}

/// Returns the full day with one field changed.
fn changed(name: &'static str, line: usize, key: &str, value: impl Into<Value>) -> Sample {
    lines(name, full_day().set(line, key, value).chained())
}

/// Returns the full day without some lines.
fn without(name: &'static str, gone: &[usize]) -> Sample {
    let mut all = full_day();
    for line in gone.iter().rev() {
        all = all.remove(*line);
    }
    lines(name, all.numbered())
}

fn early() -> Vec<Sample> {
    vec![
        lines(
            "chair-without-an-office",
            full_day().edit(5, |line| drop(line["data"].as_object_mut().unwrap().remove("office"))).chained(),
        ),
        changed("seat-agreed-twice", 4, "data.seat", "superintendent"),
        changed("topics-not-covered", 7, "data.topics", json!(["interests"])),
        without("no-meeting-held", &[7]),
        without("no-opening-of-the-case", &[2]),
        changed("happened-before-the-event-before-it", 8, "at", "2025-09-01T00:00:00.000Z"),
        changed("letter-dated-later", 18, "data.dated", "2025-10-24"),
        without("accepted-without-a-letter", &[18]),
        without("accepted-without-a-pledge", &[14]),
        changed("on-both-teams", 11, "data.member", json!({"id": "yun", "name": "Ada Yun"})),
        changed("pledge-of-a-stranger", 14, "data.member", "nobody"),
        without("team-without-a-member", &[11, 12, 15, 16]),
    ]
}

fn sessions() -> Vec<Sample> {
    let slot = |starts: &str, ends: &str| json!({"ends": ends, "starts": starts});
    vec![
        changed("slot-in-the-past", 21, "data.slot", slot("2025-10-01T08:00:00-04:00", "2025-10-01T16:00:00-04:00")),
        changed("slot-of-four-hours", 21, "data.slot", slot("2025-10-21T08:00:00-04:00", "2025-10-21T12:00:00-04:00")),
        changed("slot-over-midnight", 21, "data.slot", slot("2025-10-21T20:00:00-04:00", "2025-10-22T04:00:00-04:00")),
        changed(
            "slot-by-other-clocks",
            21,
            "data.slot",
            slot("2025-10-21T08:00:00-05:00", "2025-10-21T16:00:00-05:00"),
        ),
        changed(
            "slot-by-winter-clocks-for-a-meeting",
            6,
            "data.slot",
            slot("2025-09-16T15:00:00-05:00", "2025-09-16T16:30:00-05:00"),
        ),
        changed("opened-on-another-day", 22, "at", "2025-10-20T12:05:00.000Z"),
        changed("member-missing-at-the-training", 22, "data.present", json!(["amari", "castellan", "okafor"])),
        changed(
            "stranger-at-the-training",
            22,
            "data.present",
            json!(["amari", "castellan", "nobody", "okafor", "yun"]),
        ),
        changed("neutral-of-a-team", 22, "data.neutral", json!({"id": "yun", "name": "Ada Yun"})),
        changed("closed-too-early", 25, "at", "2025-10-21T17:40:00.000Z"),
        without("no-simulation-run", &[24]),
        without("activities-before-the-opening", &[22]),
        changed("left-early-without-being-there", 33, "data.left_early", json!(["nobody"])),
    ]
}

fn late() -> Vec<Sample> {
    let declined = current("not-adopted");
    let format = full_day().edit(30, |line| {
        line["case"] = declined.json(3)["case"].clone();
        line["at"] = json!("2025-10-29T13:00:00.000Z");
    });
    vec![
        without("decided-without-a-caucus", &[26]),
        changed("stranger-in-a-caucus", 26, "data.present", json!(["castellan", "okafor"])),
        changed("spokesperson-of-the-other-team", 27, "data.spokesperson", "okafor"),
        lines("adopted-with-an-open-concern", {
            let all = current("completed-two-half-days");
            let (one, other) = (all.find("concern_addressed"), all.find("concern_dropped"));
            all.remove(other).remove(one).numbered()
        }),
        lines("facilitated-without-adoption", {
            let mut all = declined.clone();
            all.0.push(format.0[29].clone());
            all.numbered()
        }),
        without("one-party-never-decided", &[29]),
        lines("note-after-the-end", {
            let mut all = full_day();
            let note = all.clone().edit(33, |line| {
                line["type"] = json!("note_added");
                line["data"] = json!({"text": "one more thing"});
                line["id"] = json!("01910000-0000-7000-8000-0001000000ff");
            });
            all.0.push(note.0[32].clone());
            all.numbered()
        }),
        changed("contract-expired-and-case-open", 2, "data.contract_expires", "2025-09-30"),
    ]
    .into_iter()
    .chain([lines("contract-expired-and-never-finished", {
        let mut all = full_day().set(2, "data.contract_expires", "2025-10-01").chained();
        all.0.truncate(30);
        all
    })])
    .collect()
}

/// Returns a void for the full day's ledger.
fn void(all: &Lines, seq: usize) -> String {
    let last = all.json(all.0.len());
    json!({
        "actor": "clerk@example.org", "at": last["at"], "case": last["case"],
        "data": {"reason": "a mistake", "seq": seq}, "id": "01910000-0000-7000-8000-0001000000fe",
        "logged": last["logged"], "prev": "0".repeat(64), "rev": 0, "seq": 0, "to": last["to"], "type": "event_voided",
        "v": 1,
    })
    .to_string()
}

fn voided(name: &'static str, seq: usize) -> Sample {
    let mut all = full_day();
    all.0.push(void(&all, seq));
    lines(name, all.numbered())
}

fn corrections() -> Vec<Sample> {
    let three = current("corrections-and-three-cases");
    let (void_line, again) = (three.find("event_voided"), three.find("event_voided"));
    let mut twice = three.clone();
    let copy = three.clone().set(again, "id", "01910000-0000-7000-8000-0003000000fe");
    twice = twice.insert(void_line + 1, copy.0[again - 1].clone());
    // The chair's office is missing, the case continues without the third leader, and the mistake is corrected later.
    let mut mended = full_day();
    mended.0.truncate(5);
    mended = mended.edit(5, |line| drop(line["data"].as_object_mut().unwrap().remove("office")));
    mended.0[4] = mended.0[4].replace("\"to\":\"introduction\"", "\"to\":\"inquiry\"");
    mended.0.push(void(&mended, 5));
    let late = full_day().edit(5, |line| {
        line["id"] = json!("01910000-0000-7000-8000-0001000000fd");
        line["at"] = json!("2025-09-10T13:00:00.000Z");
        line["logged"] = json!("2025-09-10T13:30:00.000Z");
    });
    mended.0.push(late.0[4].clone());
    mended.0.extend(full_day().0[5..].iter().cloned());
    vec![
        voided("void-of-a-number-that-is-not-there", 99),
        voided("void-of-the-opening", 2),
        voided("void-of-what-later-events-rest-on", 5),
        lines("void-of-an-event-twice", twice.numbered()),
        lines("illegal-event-voided-and-recorded-again", mended.numbered()),
    ]
}

fn together() -> Vec<Sample> {
    let three = current("corrections-and-three-cases");
    vec![
        changed("stage-recorded-wrongly-once", 9, "to", "training"),
        lines("stage-recorded-wrongly-from-a-line-on", {
            let mut all = full_day();
            for line in 9..=19 {
                all = all.set(line, "to", "training");
            }
            all.chained()
        }),
        lines("two-faults-of-one-case", {
            full_day().set(8, "at", "2025-09-01T00:00:00.000Z").set(18, "data.dated", "2025-10-24").chained()
        }),
        lines("two-faults-that-have-nothing-to-do-with-each-other", {
            full_day()
                .set(17, "data.dated", "2025-10-24")
                .set(22, "data.present", json!(["amari", "castellan"]))
                .chained()
        }),
        lines("fault-of-one-case-among-three", three.clone().set(4, "at", "2025-01-01T00:00:00.000Z").chained()),
        lines("fault-of-every-case-of-three", {
            let mut all = three.clone();
            for line in 2..=all.0.len() {
                if all.json(line)["type"] == "leader_agreed" {
                    all = all.set(line, "at", "2025-01-01T00:00:00.000Z");
                }
            }
            all.chained()
        }),
        changed("zone-that-is-none", 2, "data.time_zone", "America/Springfield"),
        lines("follows-a-case-that-is-not-there", {
            let line = three.0.iter().position(|line| line.contains("\"follows\"")).expect("a case that follows") + 1;
            three.clone().set(line, "data.follows", "01910000-0000-7000-8000-0000000000aa").chained()
        }),
        lines("older-parameters-and-hours-that-fit-them", three),
    ]
}
