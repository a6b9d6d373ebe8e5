//! How what was found looks.

use super::source::Source;
use crate::pages::case::view::{drawn, facts, moment_item};
use crate::pages::shell::{button, field};
use crate::problem::Fail;
use ibbi_app::replay::Timeline;
use ibbi_app::status::settled;
use ibbi_app::trust::{CheckpointVerdict, FaultFound, Verified};
use ibbi_report::html::{Element, Html, el, name, section};

/// The most cases and findings that a page lists; what is more is counted, and is all in the file to be kept.
const SHOWN: usize = 200;

pub(super) fn form(fail: Option<&Fail>) -> Html {
    let told = fail.map(|fail| el("div").class("warning").attr("role", "alert").with(el("p").with(fail.detail())));
    let file = |name: &'static str| el("input").attr("type", "file").attr("name", name);
    let key = el("textarea").attr("name", "key").attr("rows", 2).attr("spellcheck", "false");
    let form = el("form")
        .attr("method", "post")
        .attr("action", "/audit")
        .attr("enctype", "multipart/form-data")
        .with(field(
            "The ledger, or an extract of one",
            "ledger",
            file("ledger").attr("required", "required"),
            None,
            &[],
        ))
        .with(field(
            "Its checkpoints (if there are any)",
            "checkpoints",
            file("checkpoints"),
            Some("best the copy that somebody else has kept; they show whether an end was cut off or written anew"),
            &[],
        ))
        .with(field(
            "The public key of whoever signed them (if known)",
            "key",
            key,
            Some("one line, as ibbi keygen printed it"),
            &[],
        ))
        .with(el("p").class("send").with(button("Look into it")));
    let note = "What you send stays on this machine, and is forgotten an hour after you last looked at it.";
    Html::new()
        .with(el("h1").with("Look into a ledger"))
        .with(
            el("p")
                .with("Was anything altered, was every step allowed, and what was the state of a case at each event?"),
        )
        .with(told)
        .with(section(
            "upload",
            "A ledger that somebody sent",
            Html::new().with(form).with(el("p").class("quiet").with(note)),
        ))
        .with(section(
            "own",
            "The ledger of this server",
            el("p").with(el("a").attr("href", "/audit/own").with("Look into this server's own ledger")).with("."),
        ))
}

/// The verdict in one sentence, and whether it is good.
fn verdict(source: &Source, verified: &Verified, timelines: &Result<Vec<Timeline>, String>) -> (String, bool) {
    let what = if verified.what == "extract" { "The extract that was uploaded" } else { source.name() };
    if !verified.sound {
        let faults = verified.fault_count;
        let found = if faults == 1 { "one fault was found".to_owned() } else { format!("{faults} faults were found") };
        return (format!("{what} is not as it was written: {found}."), false);
    }
    let illegal: usize = timelines.iter().flatten().map(|timeline| timeline.faults).sum();
    if illegal > 0 {
        let events = if illegal == 1 { "one event" } else { "some events" };
        return (
            format!("{what} was not altered, but it records {events} that the rules do not allow ({illegal})."),
            false,
        );
    }
    let steps = match (verified.what, timelines) {
        ("extract", _) | (_, Err(_)) => "",
        _ => ", and every recorded event is one that the rules allow",
    };
    let trust = match (verified.last_good, verified.signatures_checked) {
        (Some(size), true) => {
            format!(" Up to line {size} a checkpoint vouches for it that is signed by the given key.")
        }
        (Some(size), false) => format!(
            " Up to line {size} it agrees with a checkpoint; whose signature that bears was not asked, for no key was given."
        ),
        (None, _) => {
            " No checkpoint vouches for it, so nobody can tell whether its end was cut off or written anew.".to_owned()
        }
    };
    (format!("{what} holds together line by line{steps}.{trust}"), true)
}

pub(super) fn found(source: &Source, verified: &Verified, timelines: &Result<Vec<Timeline>, String>) -> Html {
    let (sentence, good) = verdict(source, verified, timelines);
    let box_ = if good { el("div").class("good") } else { el("div").class("warning") };
    let figures = [
        ("Lines", verified.lines.to_string()),
        ("Bytes", verified.bytes.to_string()),
        ("Name of the ledger", verified.origin.clone().unwrap_or_else(|| "not known".to_owned())),
    ];
    let figures = figures.map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(name(&value))));
    let mut content = Html::new()
        .with(el("h1").with("What was found"))
        .with(box_.with(el("p").class("verdict").with(sentence)))
        .with(el("dl").class("figures").all(figures));
    if verified.same_chart == Some(false) {
        let told = "The ledger was begun under another chart of the process than this program has; its events are judged by \
                    the parameters in their case's opening.";
        content.push(el("p").with(told));
    }
    if !verified.faults.is_empty() {
        content.push(section("findings", "Findings", findings(&verified.faults, verified.fault_count)));
    }
    if !verified.checkpoints.is_empty() {
        content.push(section("checkpoints", "Checkpoints", checkpoints(&verified.checkpoints)));
    }
    match timelines {
        Ok(timelines) if !timelines.is_empty() => content.push(section("cases", "Cases", cases(source, timelines))),
        Ok(_) => {}
        Err(why) if verified.what == "ledger" => {
            let told = el("p").with(format!("The cases cannot be shown: {why}"));
            content.push(section("cases", "Cases", told));
        }
        Err(_) => {}
    }
    let to = |file: &str| format!("{}/{file}", source.address());
    let mut files = vec![("verdict.json", "The verdict (JSON)")];
    if timelines.is_ok() {
        files.push(("replay.json", "Every timeline (JSON)"));
    }
    let files = files
        .into_iter()
        .map(|(file, label)| el("li").with(el("a").attr("href", to(file)).attr("download", "download").with(label)));
    content.with(section("take", "Take it with you", el("ul").class("take").all(files)))
}

fn boxed(caption: &str, heads: &[&str], rows: Html) -> Element {
    let heads = heads.iter().map(|head| el("th").attr("scope", "col").with(*head));
    let table = el("table")
        .with(el("caption").with(caption))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").with(rows));
    el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", caption).with(table)
}

fn findings(faults: &[FaultFound], count: u64) -> Html {
    let rows = faults.iter().take(SHOWN).map(|fault| {
        el("tr")
            .with(el("th").attr("scope", "row").with(fault.line.to_string()))
            .with(el("td").with(fault.text.as_str()))
            .with(el("td").with(el("code").with(fault.code)))
    });
    let table = boxed("What is wrong, in the order of the lines", &["line", "what is wrong", "code"], rows.collect());
    let shown = faults.len().min(SHOWN) as u64;
    let more = (count > shown).then(|| el("p").with(format!("{} more are not listed.", count - shown)));
    Html::new().with(table).with(more)
}

fn checkpoints(verdicts: &[CheckpointVerdict]) -> Element {
    let rows = verdicts.iter().rev().take(SHOWN).map(|verdict| {
        let signer = verdict.signer.as_deref().unwrap_or("not asked");
        let what = verdict.fault.as_deref().unwrap_or("agrees with the ledger");
        el("tr")
            .with(el("th").attr("scope", "row").with(format!("line {}", verdict.size)))
            .with(el("td").with(what))
            .with(el("td").with(name(signer)))
    });
    boxed("Checkpoints, the newest first", &["up to", "what it says", "signed by"], rows.collect())
}

fn cases(source: &Source, timelines: &[Timeline]) -> Html {
    let rows = timelines.iter().take(SHOWN).map(|timeline| {
        let district = timeline.district.as_ref().map_or("a case without an opening", |district| district.as_str());
        let address = format!("{}/cases/{}", source.address(), timeline.case);
        let ended = timeline.outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
        let legal = match timeline.faults {
            0 => "every event is legal".to_owned(),
            faults => format!("{faults} not legal"),
        };
        el("tr")
            .with(el("th").attr("scope", "row").with(el("a").attr("href", address).with(name(district))))
            .with(el("td").with(format!("{}{ended}", timeline.stage.label())))
            .with(el("td").class("n").with(timeline.moments.len().to_string()))
            .with(el("td").with(legal))
    });
    let table = boxed("The cases of the ledger", &["district", "stage", "records", "by the rules"], rows.collect());
    let more = timelines.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| el("p").with(format!("{more} more are not listed; all are in the file to be kept.")));
    Html::new().with(table).with(more)
}

pub(super) fn case(source: &Source, whole: &Timeline, then: &Timeline, step: usize) -> Html {
    let district = whole.district.as_ref().map_or("A case without an opening", |district| district.as_str());
    let last = whole.moments.len();
    let address = format!("{}/cases/{}", source.address(), whole.case);
    let to =
        |label: &str, step: usize| -> Element { el("a").attr("href", format!("{address}?step={step}")).with(label) };
    let range = el("input")
        .attr("type", "range")
        .attr("name", "step")
        .attr("id", "step")
        .attr("min", 1)
        .attr("max", last.max(1))
        .attr("value", step);
    let slider = el("form")
        .class("slider")
        .attr("method", "get")
        .attr("action", &address)
        .with(el("label").attr("for", "step").with("Go through time"))
        .with(range)
        .with(button("Show").class("less"))
        .with((step > 1).then(|| to("Earlier", step - 1)))
        .with((step < last).then(|| to("Later", step + 1)));
    let items = (1..).zip(&whole.moments).map(|(number, moment)| {
        moment_item(moment, whole.zone, number == step)
            .with(el("span").class("quiet").with(to(&format!("The state after number {}", moment.seq), number)))
    });
    Html::new()
        .with(
            el("header").with(el("h1").with(name(district))).with(
                el("p")
                    .class("under")
                    .with(format!("Case {}. ", whole.case))
                    .with(el("a").attr("href", source.address()).with("Back to what was found")),
            ),
        )
        .with(slider)
        .with(el("div").attr("id", "state").with(state(whole, then, step)))
        .with(section("record", "The timeline", el("ol").class("timeline").all(items)))
}

/// The state at one event.
pub(super) fn state(whole: &Timeline, then: &Timeline, step: usize) -> Html {
    let moment = whole.moments.get(step.saturating_sub(1));
    let said = moment.map_or_else(String::new, |moment| {
        format!(
            "After event {step} of {}, {}: {}; the case is in {}.",
            whole.moments.len(),
            whole.zone.show(moment.at),
            moment.text,
            then.stage.label()
        )
    });
    let settled = settled(&then.state, then.zone);
    Html::new().with(el("p").attr("data-said", "1").with(el("strong").with(said))).with(drawn(then)).with(section(
        "then",
        "What was settled then",
        facts(&settled).attr("data-facts", settled.len()),
    ))
}
