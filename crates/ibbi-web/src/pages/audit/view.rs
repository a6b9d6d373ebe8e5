//! The markup of the results of an audit.

use super::Typed;
use super::source::Source;
use crate::pages::all_cases;
use crate::pages::case::Choices;
use crate::pages::case::history::moment_item;
use crate::pages::case::view::{facts, process_chart};
use crate::pages::form_errors::{sentence as sentence_of, warning};
use crate::pages::shell::{button, field, textarea};
use crate::problem::WebError;
use crate::query::Pairs;
use ibbi_app::audit::{AuditReport, AuditedCaseSummary, CheckpointFacts, CodeCount, Finding, FindingDetail, InputKind};
use ibbi_app::case_state::CaseState;
use ibbi_app::replay::Timeline;
use ibbi_app::status::settled;
use ibbi_app::times::{Times, happened};
use ibbi_report::certificate_html;
use ibbi_report::html::{Element, Html, el, name, section};
use uuid::Uuid;

/// The most checkpoints on a page.
const SHOWN: usize = 50;
/// The most findings on a page. The report's file has all of them.
const FINDINGS: usize = 150;
/// The most events of a case on a page.
const PART: usize = 100;

pub(super) fn form(fail: Option<&WebError>, typed: &Typed) -> Html {
    let errors = fail.map(|fail| warning(el("p").with(sentence_of(&fail.detail())).with(".")));
    let file = |name: &'static str| el("input").attr("type", "file").attr("name", name);
    let key = textarea("key", &typed.key, 2).attr("spellcheck", "false");
    let keys_of_witnesses = textarea("witnesses", &typed.witnesses, 2).attr("spellcheck", "false");
    let quorum = if typed.quorum.is_empty() { "1" } else { &typed.quorum };
    let form = el("form")
        .attr("method", "post")
        .attr("action", "/audit")
        .attr("enctype", "multipart/form-data")
        .with(field(
            "Ledger, extract, mirror, proof, or checkpoints",
            "ledger",
            file("ledger").attr("required", "required"),
            None,
            &[],
        ))
        .with(field(
            "Checkpoints (if any)",
            "checkpoints",
            file("checkpoints"),
            Some("Use a copy that another person keeps. It shows whether the end was cut off or rewritten."),
            &[],
        ))
        .with(field(
            "Public key of the signer (if known)",
            "key",
            key,
            Some("One line, as ibbi keygen printed it"),
            &[],
        ))
        .with(field(
            "Earlier checkpoint (if any)",
            "since",
            file("since"),
            Some("A checkpoint, extract, mirror, or proof that someone kept. It shows whether the ledger only grew since."),
            &[],
        ))
        .with(field(
            "Public keys of witnesses (if any)",
            "witnesses",
            keys_of_witnesses,
            Some("One on each line. Then only checkpoints that enough of them cosigned count."),
            &[],
        ))
        .with(field(
            "How many witnesses must have cosigned",
            "quorum",
            el("input").attr("type", "number").attr("name", "quorum").attr("min", 1).attr("value", quorum),
            None,
            &[],
        ))
        .with(el("p").class("send").with(button("Check it")));
    let note = "Your file stays on the computer that runs this program. Other users can't read it. It is deleted one hour after \
                its last use, or after eight newer uploads.";
    Html::new()
        .with(el("h1").with("Check the records"))
        .with(
            el("p")
                .with("Find out whether the records were altered, whether the rules allowed each step, and what a case looked like after each event."),
        )
        .with(errors)
        .with(section(
            "upload",
            "Upload a ledger",
            Html::new().with(form).with(el("p").class("quiet").with(note)),
        ))
        .with(section(
            "own",
            "Ledger of this server",
            el("p").with(el("a").attr("href", "/audit/own").with("Check this server's ledger")).with("."),
        ))
}

pub(super) fn results(source: &Source, report: &AuditReport, listed: &[AuditedCaseSummary]) -> Html {
    let total: u64 = report.cases.total;
    let figures = [
        (
            if report.what == InputKind::Extract { "Records" } else { "Lines" },
            ibbi_app::format::number(report.ledger.lines),
        ),
        ("Cases", ibbi_app::format::number(total)),
        ("Name of the ledger", report.ledger.origin.clone().unwrap_or_else(|| "not known".to_owned())),
    ];
    let figures = figures.map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(name(&value))));
    let mut content = Html::new()
        .with(el("h1").with("Audit results"))
        .with(el("p").class("under").with(source.name()).with("."))
        .with(certificate_html(report))
        .with(el("dl").class("figures").all(figures));
    if report.ledger.same_chart == Some(false) {
        let note = "Another version of the process chart created this ledger. Its events are checked against their case's own \
                    parameters.";
        content.push(el("p").with(note));
    }
    let counted: Vec<&CodeCount> = report.findings.iter().filter(|found| found.count > 0).collect();
    if !counted.is_empty() {
        content.push(section("findings", "Findings", findings(source, &counted, listed)));
    }
    if !report.checkpoints.is_empty() {
        content.push(section("checkpoints", "Checkpoints", checkpoints(&report.checkpoints)));
    }
    if !listed.is_empty() {
        content.push(section("cases", "Cases", cases(source, listed, total)));
    }
    if report.what == InputKind::Ledger && report.sound {
        let about = "Shows where each case was on a day, how long each took, and what was recorded later.";
        let days = Html::new()
            .with(el("p").with(about))
            .with(all_cases::picker(&format!("{}/days", source.address()), &Pairs::default()));
        content.push(section("days", "All cases on a day", days));
    }
    let mut files = vec![
        ("audit.html", "The report as one page, complete on paper (HTML)"),
        ("audit.json", "The whole report (JSON)"),
    ];
    // A ledger that can't be read can't be exported.
    if report.what == InputKind::Ledger && report.sound {
        files.extend([
            ("export/csv", "Events as a table (CSV)"),
            ("export/xes", "Events as traces (XES)"),
            ("export/ocel", "Events and their objects (OCEL 2.0)"),
            ("export/cloudevents", "Events as messages (CloudEvents)"),
        ]);
    }
    let files = files.into_iter().map(|(file, label)| {
        let address = format!("{}/{file}", source.address());
        el("li").with(el("a").attr("href", address).attr("download", "download").with(label))
    });
    content.with(section("take", "Download", el("ul").class("take").all(files)))
}

fn boxed(caption: &str, heads: &[&str], rows: Html) -> Element {
    let heads = heads.iter().map(|head| el("th").attr("scope", "col").with(*head));
    // In a narrow box, its rows are lists if their cells have heads.
    let table = el("table")
        .class("stack")
        .with(el("caption").with(caption))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").with(rows));
    el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", caption).with(table)
}

/// Returns the findings: the line, the case, and what is wrong in a sentence. The technical text and the code are at the end.
fn findings(source: &Source, counted: &[&CodeCount], listed: &[AuditedCaseSummary]) -> Html {
    let district_of = |id: Uuid| listed.iter().find(|case| case.case == id)?.district.as_ref();
    let rows = counted.iter().flat_map(|code| code.first.iter().map(move |kept| (code, kept))).map(|(code, kept)| {
        let finding = &kept.finding;
        let more = match kept.consequences {
            0 => String::new(),
            1 => " 1 later event follows from it.".to_owned(),
            several => format!(" {several} later events follow from it."),
        };
        let case = finding.case.map(|case| {
            let label = match district_of(case) {
                Some(district) => Html::from(name(district.as_str())),
                None => Html::from(format!("case {}", short(&case.to_string()))),
            };
            el("a").attr("href", format!("{}/cases/{case}", source.address())).with(label)
        });
        let about = el("div").class("quiet");
        let (what, about) = match finding.detail {
            // The texts of faults have fields and digests.
            FindingDetail::Fault(_) => (code.statement.to_owned(), about.with(format!("{}. ", finding.text()))),
            _ => (ibbi_report::finding_sentence(finding), about),
        };
        let about = about.with(el("code").with(code.code.code()));
        el("tr")
            .with(el("th").attr("scope", "row").attr("data-head", "line").with(finding.line.to_string()))
            .with(el("td").attr("data-head", "case").with(case.map_or_else(|| "\u{2013}".into(), Html::from)))
            .with(el("td").attr("data-head", "severity").with(code.severity.code()))
            .with(el("td").attr("data-head", "finding").with(what + &more).with(about))
    });
    let heads = ["line", "case", "severity", "finding"];
    let table = boxed("The first findings of each kind", &heads, rows.take(FINDINGS).collect());
    let kinds = counted.iter().filter(|code| code.count > code.first.len() as u64);
    let more = kinds.map(|code| {
        let text = format!("{} more: {} ({})", code.count - code.first.len() as u64, code.statement, code.code.code());
        el("li").with(text)
    });
    let more: Vec<Element> = more.collect();
    let more = (!more.is_empty()).then(|| el("ul").all(more));
    Html::new().with(table).with(more)
}

/// Returns the beginning of an ID, for a table.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn checkpoints(all: &[CheckpointFacts]) -> Element {
    let rows = all.iter().rev().take(SHOWN).map(|checkpoint| {
        let signer = checkpoint.signer.as_deref().unwrap_or("not checked");
        let what = checkpoint.fault.as_deref().unwrap_or("agrees with the ledger");
        el("tr")
            .with(el("th").attr("scope", "row").with(format!("line {}", checkpoint.size)))
            .with(el("td").attr("data-head", "result").with(what))
            .with(el("td").attr("data-head", "signed by").with(name(signer)))
    });
    boxed("Checkpoints, newest first", &["up to", "result", "signed by"], rows.collect())
}

fn cases(source: &Source, listed: &[AuditedCaseSummary], total: u64) -> Html {
    let rows = listed.iter().map(|case| {
        let district = case.district.as_ref().map_or("unopened case", |district| district.as_str());
        let address = format!("{}/cases/{}", source.address(), case.case);
        let ended = case.outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
        let legal = match (case.illegal, case.consequences) {
            (0, 0) => "all events allowed".to_owned(),
            (illegal, consequences) => format!("{illegal} not allowed, {consequences} consequences"),
        };
        el("tr")
            .with(el("th").attr("scope", "row").with(el("a").attr("href", address).with(name(district))))
            .with(el("td").attr("data-head", "stage").with(format!("{}{ended}", case.stage.label())))
            .with(el("td").attr("data-head", "records").class("n").with(case.records.to_string()))
            .with(el("td").attr("data-head", "rules").with(legal))
    });
    let table = boxed("Cases in the ledger", &["district", "stage", "records", "rules"], rows.collect());
    let more = total.saturating_sub(listed.len() as u64);
    let more =
        (more > 0).then(|| el("p").with(format!("{more} more cases are not listed. The exports have all cases.")));
    Html::new().with(table).with(more)
}

pub(super) fn case(source: &Source, whole: &Timeline, wrong: &[Finding], then: &Timeline, step: usize) -> Html {
    let district = whole.district.as_ref().map_or("Unopened case", |district| district.as_str());
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
        .with(el("label").attr("for", "step").with("Go to event"))
        .with(range)
        .with(button("Show").class("less"))
        .with((step > 1).then(|| to("Earlier", step - 1)))
        .with((step < last).then(|| to("Later", step + 1)));
    // The events around the one that is shown.
    let begin = step.saturating_sub(PART / 2).min(last.saturating_sub(PART));
    let items = (1..).zip(&whole.moments).skip(begin).take(PART).map(|(number, moment)| {
        moment_item(moment, &moment.text, whole, number == step, &Choices::default())
            .with(el("span").class("quiet").with(to(&format!("State after number {}", moment.seq), number)))
    });
    let end = (begin + PART).min(last);
    let note = (last > PART).then(|| {
        let text = format!("Events {} to {end} of {last}. ", begin + 1);
        let earlier = (begin > 0).then(|| to("Earlier events", (begin + 1).saturating_sub(PART / 2).max(1)));
        let later = (end < last).then(|| to("Later events", (end + PART / 2).min(last)));
        el("p").class("take").with(text).with(earlier).with(later)
    });
    let list = el("ol").class("timeline").all(items);
    let report = el("a").attr("href", format!("{address}/audit.html")).attr("download", "download");
    let report = report.with("The report on this case, complete on paper (HTML)");
    Html::new()
        .with(
            el("header").with(el("h1").with(name(district))).with(
                el("p")
                    .class("under")
                    .with(format!("Case {}. ", whole.case))
                    .with(el("a").attr("href", source.address()).with("Back to the results")),
            ),
        )
        .with((!wrong.is_empty()).then(|| damage(wrong)))
        .with(slider)
        .with(el("div").attr("id", "state").with(state(whole, then, step)))
        .with(section("record", "The timeline", Html::new().with(list).with(note)))
        .with(section("take", "Download", el("ul").class("take").with(el("li").with(report))))
}

/// Returns the findings about a case of a damaged ledger.
fn damage(wrong: &[Finding]) -> Element {
    const MOST: usize = 20;
    let items =
        wrong.iter().take(MOST).map(|finding| el("li").with(format!("line {}: {}", finding.line, finding.text())));
    let more = wrong.len().saturating_sub(MOST);
    let more = (more > 0).then(|| el("li").with(format!("and {more} more")));
    el("div")
        .class("warning")
        .with(el("p").with(
            el("strong").with("The ledger is damaged. This page shows the part of the case that can still be read."),
        ))
        .with(el("ul").all(items).with(more))
}

/// Returns the state after an event.
pub(super) fn state(whole: &Timeline, then: &Timeline, step: usize) -> Html {
    let moment = whole.moments.get(step.saturating_sub(1));
    let summary = moment.map_or_else(String::new, |moment| {
        format!(
            "After event {step} of {}, {}: {}; the case is in {}.",
            whole.moments.len(),
            happened(moment.at, moment.precision, whole.zone),
            moment.text,
            then.stage.label()
        )
    });
    let settled = settled(&CaseState::from(&then.state), &Times::of_timeline(then));
    Html::new().with(el("p").attr("data-summary", "1").with(el("strong").with(summary))).with(process_chart(then)).with(
        section(
            "then",
            "Done at that time",
            facts(&settled, &|fact| sentence_of(&fact.text)).attr("data-facts", settled.len()),
        ),
    )
}
