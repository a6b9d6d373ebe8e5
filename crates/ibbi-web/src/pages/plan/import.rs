//! Adding people's calendars, polls, and spreadsheets to a plan: what was understood is shown before it counts.
//!
//! The server keeps nothing. The page holds what the files say about times, without titles or other texts of calendars, so that
//! questions can be answered without choosing the files again.

use super::{Draft, draft::Wrong, link, scenario_of_link, view};
use crate::pages::shell::{Page, button, hidden, select, textarea};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ibbi_app::AppError;
use ibbi_app::availability::{
    AvailabilityFile, AvailabilityImport, FileSummary, ImportOptions, PersonImport, PersonQuestion, ReadFiles, Remark,
    WeekRow, import_read, read_files, week_runs,
};
use ibbi_app::sim::Scenario;
use ibbi_core::Date;
use ibbi_report::html::{Element, Html, el, name};

/// The name under which pasted text is imported.
const PASTED: &str = "pasted text";
/// The value of a choice that answers nothing.
const UNANSWERED: &str = "";

/// Returns the page that takes files and pasted text for the scenario of a link.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let query = link::write(&scenario);
    let content = Html::new()
        .with(el("h1").with("Add people\u{2019}s calendars"))
        .with(el("p").with("District: ").with(name(scenario.district.as_str())))
        .with(form(&query))
        .with(el("p").with(el("a").attr("href", format!("/plan?{query}#answer")).with("Back to the plan")));
    Ok(Page { title: "Add people\u{2019}s calendars", place: "/plan", content }.answer(StatusCode::OK))
}

fn form(query: &str) -> Element {
    let reads = [
        "Calendars (.ics) of Google, Outlook, or Apple",
        "Exports of Doodle, Rallly, or When2meet",
        "Spreadsheets (.xlsx, .csv), with a row or a column for each person",
        "Lines such as \u{201c}Thuy Pham: never Tuesdays\u{201d}",
    ];
    let files = el("input")
        .attr("type", "file")
        .attr("name", "file")
        .attr("id", "import-files")
        .attr("multiple", "multiple")
        .attr("aria-describedby", "import-hint")
        .attr("accept", ".ics,.ifb,.vfb,.csv,.tsv,.txt,.xlsx,.xls,.ods");
    el("form")
        .attr("method", "post")
        .attr("action", format!("/plan/availability?{query}"))
        .attr("enctype", "multipart/form-data")
        .class("import")
        .attr("data-drop", "import-files")
        .with(el("ul").all(reads.map(|kind| el("li").with(kind))))
        .with(el("label").attr("for", "import-files").with("Files (you can also drop them on this page)"))
        .with(files)
        .with(el("label").attr("for", "import-text").with("Or paste rows or lines"))
        .with(textarea("text", "", 6).attr("id", "import-text"))
        .with(
            el("p")
                .class("hint")
                .attr("id", "import-hint")
                .with("Only the times are read, not the titles. You see what was understood before it counts."),
        )
        .with(el("p").class("send").with(button("Show what was understood")))
}

/// Reads the files and the pasted text, and shows what was understood.
pub(crate) fn show(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let parts = || request.parts.iter().flatten().filter(|part| !part.content.is_empty());
    let mut files: Vec<AvailabilityFile<'_>> = Vec::new();
    for part in parts() {
        match part.name.as_str() {
            "file" => {
                files.push(AvailabilityFile { name: part.file.as_deref().unwrap_or("file"), bytes: &part.content });
            }
            "text" if !part.content.trim_ascii().is_empty() => {
                files.push(AvailabilityFile { name: PASTED, bytes: &part.content });
            }
            _ => {}
        }
    }
    if files.is_empty() {
        let message = "there is no file and no text; choose a file, or paste rows or text";
        return Err(AppError::Usage(message.to_owned()).into());
    }
    let options = options(request, &[], false)?;
    let read = read_files(&files, Some(&scenario), &options)?;
    shown(request, &scenario, &read, &[], false)
}

/// Reads the answers to the questions. Adds the times to the plan if they are accepted and nothing is open; shows them again otherwise.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let form = request.form();
    let wrong = || AppError::Usage("the form is incomplete; choose the files again".to_owned());
    let read = held(form.get("read").unwrap_or_default()).ok_or_else(wrong)?;
    let answers = answers(&form);
    let replace = form.get("replace").is_some();
    if form.get("accept").is_none() {
        return shown(request, &scenario, &read, &answers, replace);
    }
    let import = import_read(&read, Some(&scenario), &options(request, &answers, replace)?)?;
    match import.scenario {
        Some(ref changed) if import.is_ready() => accepted(changed),
        _ => shown(request, &scenario, &read, &answers, replace),
    }
}

/// Returns the files that a form holds.
fn held(text: &str) -> Option<ReadFiles> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Redirects to the plan with the times.
fn accepted(changed: &Scenario) -> WebResult {
    let query = link::write(changed);
    if link::fits(&query) {
        return Ok(see_other(&format!("/plan?{query}#answer")));
    }
    let wrong = [Wrong { field: String::new(), message: view::TOO_LONG.to_owned() }];
    Ok(super::refused(&Draft::from(changed), &wrong))
}

fn options<'a>(
    request: &WebRequest,
    people: &'a [(String, String)],
    replace: bool,
) -> Result<ImportOptions<'a>, WebError> {
    let zone = ibbi_app::zone::Zone::default();
    let today: Option<Date> = zone.local(request.state.now()?).map(|time| time.date());
    let today = today.ok_or_else(|| AppError::Usage("the clock is outside the years 1970 to 9999".to_owned()))?;
    Ok(ImportOptions { from: None, to: None, people, replace, today })
}

/// Returns the answers of a form: pairs of a question's name and a person.
fn answers(form: &Pairs) -> Vec<(String, String)> {
    let names = form.all("question").map(str::to_owned);
    let people = form.all("answer").map(str::to_owned);
    names.zip(people).filter(|(_, person)| person != UNANSWERED).collect()
}

/// Shows what was understood, with the questions.
fn shown(
    request: &WebRequest,
    scenario: &Scenario,
    read: &ReadFiles,
    answers: &[(String, String)],
    replace: bool,
) -> WebResult {
    let import = import_read(read, Some(scenario), &options(request, answers, replace)?)?;
    let query = link::write(scenario);
    let back = format!("/plan?{query}#answer");
    let content = Html::new()
        .with(el("h1").with("Check the times that were read"))
        .with(lead(&import, scenario))
        .with(files(&import.files))
        .with(decision(&import, scenario, read, (answers, replace), &query))
        .with(el("h2").with("By person and week"))
        .with(import.people.iter().map(person).collect::<Html>())
        .with(remarks("Not understood", "not-understood", &import.not_understood))
        .with(remarks("Left out", "left-out", &import.left_out))
        .with(el("p").with(el("a").attr("href", back).with("Back to the plan without these times")));
    let page = Page { title: "Check the times that were read", place: "/plan", content };
    Ok(page.answer(if import.files.iter().any(|file| file.problem.is_some()) {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }))
}

fn lead(import: &AvailabilityImport, scenario: &Scenario) -> Element {
    let changed = import.people.iter().filter(|person| person.changed).count();
    let people = match changed {
        0 if import.questions.is_empty() => "Nothing in them changes the plan".to_owned(),
        0 => "They change nothing until you answer the questions".to_owned(),
        1 => "They change the times of 1 person".to_owned(),
        more => format!("They change the times of {more} people"),
    };
    let days = format!(
        "{people}. Times from {} to {} were read.",
        ibbi_app::format::date(import.from),
        ibbi_app::format::date(import.to)
    );
    el("p").with(name(scenario.district.as_str())).with(". ").with(days)
}

fn files(files: &[FileSummary]) -> Element {
    let each = files.iter().map(|file| {
        let item = el("li").with(el("bdi").with(file.name.as_str()));
        match (&file.problem, file.kind) {
            (Some(problem), _) => item.class("wrong").with(format!(": {problem}")),
            (None, Some(kind)) => item.with(format!(": {kind}")),
            (None, None) => item,
        }
    });
    el("ul").class("files").all(each)
}

/// Returns the form with the questions and the buttons.
fn decision(
    import: &AvailabilityImport,
    scenario: &Scenario,
    read: &ReadFiles,
    (answers, replace): (&[(String, String)], bool),
    query: &str,
) -> Element {
    // In a form, this is a third of the length of JSON with its quotes.
    let held = URL_SAFE_NO_PAD.encode(serde_json::to_vec(read).unwrap_or_default());
    let given =
        answers.iter().map(|(name, person)| Html::new().with(hidden("question", name)).with(hidden("answer", person)));
    let questions = import
        .questions
        .iter()
        .enumerate()
        .map(|(place, asked)| question(place, asked, scenario).with(import.unassigned.get(place).map(understood)));
    let replaces = crate::pages::shell::tick(
        "replace",
        "1",
        replace,
        "Replace the times that each person has in the plan for these days",
    );
    let accepts = import.is_ready() && import.changed;
    let accept = button("Add these times to the plan").attr("name", "accept").attr("value", "1");
    let buttons = el("p").class("send").with(accepts.then_some(accept)).with(button("Show again"));
    el("form")
        .attr("method", "post")
        .attr("action", format!("/plan/availability/answers?{query}"))
        .class("import-answers")
        .with(hidden("read", &held))
        .all(given)
        .all(questions)
        .with(replaces)
        .with(buttons)
}

fn question(place: usize, asked: &PersonQuestion, scenario: &Scenario) -> Element {
    let id = format!("answer-{place}");
    let likely = asked.candidates.iter().map(|person| (person.id.to_string(), person.name.clone()));
    let is_likely = |id: &str| asked.candidates.iter().any(|person| person.id.as_str() == id);
    let others = scenario
        .people
        .iter()
        .filter(|person| !is_likely(person.id.as_str()))
        .map(|person| (person.id.to_string(), person.name.to_string()));
    let first = [(UNANSWERED.to_owned(), "Choose a person".to_owned())];
    let last = [(PersonQuestion::SKIP.to_owned(), "Someone else: leave these times out".to_owned())];
    let options: Vec<(String, String)> = first.into_iter().chain(likely).chain(others).chain(last).collect();
    let choice = select("answer", UNANSWERED, options.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    el("div")
        .class("field question")
        .with(el("label").attr("for", &id).with(asked.question.as_str()))
        .with(hidden("question", &asked.name))
        .with(choice.attr("id", id))
}

fn person(person: &PersonImport) -> Element {
    let unchanged = match (&person.problem, person.sentences.is_empty()) {
        (Some(problem), _) => Some(el("p").class("wrong").with(problem.as_str())),
        (None, true) => Some(el("p").class("hint").with("No times were understood.")),
        (None, false) if !person.changed => Some(el("p").class("hint").with("The plan has these times already.")),
        (None, false) => None,
    };
    let notes = person.notes.iter().map(|note| el("p").class("hint").with(note.as_str()));
    el("section")
        .class("imported")
        .with(el("h3").with(name(&person.name)))
        .with(el("p").class("hint").with(format!("From {}", person.sources.join("; "))))
        .with(understood(person))
        .all(notes)
        .with(unchanged)
}

/// Returns the times that were understood, in sentences and by week.
fn understood(person: &PersonImport) -> Html {
    let sentences = person.sentences.iter().map(|sentence| el("li").with(sentence.as_str()));
    Html::new()
        .with((!person.sentences.is_empty()).then(|| el("ul").all(sentences)))
        .with((!person.weeks.is_empty()).then(|| weeks(&person.name, &person.weeks)))
}

fn weeks(person: &str, weeks: &[WeekRow]) -> Element {
    let head = ["Weeks", "Can\u{2019}t come", "If need be", "Can come"];
    let head = el("tr").all(head.map(|head| el("th").attr("scope", "col").with(head)));
    let rows = week_runs(weeks).into_iter().map(|run| {
        let label = run.label();
        let (first, rest) = label.split_at(1);
        let first = el("th").attr("scope", "row").with(first.to_uppercase() + rest);
        let cells = [run.first.cannot, run.first.if_need_be, run.first.can];
        el("tr")
            .with(first)
            .all(cells.map(|hours| el("td").with(hours.text().unwrap_or_else(|| "\u{2013}".to_owned()))))
    });
    let table = el("table")
        .with(el("caption").class("unseen").with(format!("Hours by week: {person}")))
        .with(el("thead").with(head))
        .with(el("tbody").all(rows));
    el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", "Hours by week").with(table)
}

fn remarks(heading: &str, id: &str, remarks: &[Remark]) -> Option<Html> {
    let each = remarks.iter().map(|remark| {
        let place = if remark.place.is_empty() { String::new() } else { format!(", {}", remark.place) };
        el("li").with(el("bdi").with(remark.file.as_str())).with(format!("{place}: {}", remark.message))
    });
    let list = el("ul").attr("id", id).all(each);
    (!remarks.is_empty()).then(|| Html::new().with(el("h2").with(heading)).with(list))
}
