//! Adding people's calendars, polls, and spreadsheets to a plan: what was understood is shown before it counts.
//!
//! The server keeps nothing. The page holds what the files say about times, without titles or other texts of calendars, so that
//! questions can be answered without choosing the files again.

use super::{Draft, draft::Wrong, link, scenario_of_link, view};
use crate::pages::form_errors::{sentence, warning};
use crate::pages::shell::{Page, button, field, hidden, line, select, textarea};
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
use ibbi_app::form;
use ibbi_app::schedule::id_of;
use ibbi_app::sim::{Participant, Role, Scenario};
use ibbi_core::{Date, MemberId, Name, Party};
use ibbi_report::html::{Element, Html, details, el, name};

/// The name under which pasted text is imported.
const PASTED: &str = "pasted text";
/// The value of a choice that answers nothing.
const UNANSWERED: &str = "";

/// Returns the page that takes files and pasted text for the scenario of a link.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    first(request, "", None)
}

/// Returns the page with a text that was pasted, and with why nothing could be read.
fn first(request: &WebRequest, typed: &str, wrong: Option<&str>) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let query = link::write(&scenario);
    let content = Html::new()
        .with(el("h1").with("Add people\u{2019}s calendars"))
        .with(el("p").with("District: ").with(name(scenario.district.as_str())))
        .with(wrong.map(|why| warning(el("p").with(el("a").attr("href", "#import-files").with(why)))))
        .with(form(&query, typed))
        .with(el("p").with(el("a").attr("href", format!("/plan?{query}#answer")).with("Back to the plan")));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page { title: "Add people\u{2019}s calendars", place: "/plan", content }.answer(status))
}

fn form(query: &str, typed: &str) -> Element {
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
        .with(textarea("text", typed, 6).attr("id", "import-text"))
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
    let pasted = parts().find(|part| part.name == "text");
    let pasted = pasted.map(|part| String::from_utf8_lossy(&part.content).replace("\r\n", "\n")).unwrap_or_default();
    if files.is_empty() {
        return first(request, &pasted, Some("There is no file and no text. Choose a file, or paste rows or text."));
    }
    let options = options(request, &[], false)?;
    match read_files(&files, Some(&scenario), &options) {
        Ok(read) => shown(request, &scenario, &Given { read, pasted, answers: Vec::new(), replace: false }),
        Err(error @ AppError::Usage(_)) => first(request, &pasted, Some(&format!("{}.", sentence(&error.to_string())))),
        Err(error) => Err(error.into()),
    }
}

/// What the page of the questions holds: the files, the text that was pasted, and the answers.
struct Given {
    read: ReadFiles,
    pasted: String,
    answers: Vec<Answered>,
    /// Whether the times that each person has are replaced.
    replace: bool,
}

/// The answer to a question.
#[derive(Clone, Default)]
struct Answered {
    /// The name of the question.
    question: String,
    /// The ID of a person, [`PersonQuestion::SKIP`], or the value of a choice for someone new.
    person: String,
    /// The name of someone new, as it was typed.
    name: String,
}

/// The choices for someone new: a negotiator of a party.
const NEW: [(&str, Party); 2] = [("new labor", Party::Labor), ("new management", Party::Management)];

impl Answered {
    /// Returns the party of someone new.
    fn newcomer(&self) -> Option<Party> {
        NEW.iter().find(|(value, _)| *value == self.person).map(|(_, party)| *party)
    }
}

/// The answers that count, and the scenario with the people who are new.
struct Understood {
    scenario: Scenario,
    /// Pairs of a question's name and the ID of a person.
    people: Vec<(String, String)>,
    /// The answers that can't be used, each with the reason.
    wrong: Vec<(Answered, String)>,
}

/// Adds the people who are new to a scenario.
fn understood_answers(scenario: &Scenario, answers: &[Answered]) -> Understood {
    let mut all = Understood { scenario: scenario.clone(), people: Vec::new(), wrong: Vec::new() };
    for answer in answers {
        let Some(party) = answer.newcomer() else {
            all.people.push((answer.question.clone(), answer.person.clone()));
            continue;
        };
        let people = &mut all.scenario.people;
        let wrong = match Name::new(answer.name.trim()) {
            Err(_) if answer.name.trim().is_empty() => "Enter the name of this person.".to_owned(),
            Err(error) => format!("{}.", sentence(&form::text_problem(&error, answer.name.trim()))),
            Ok(name) if people.iter().any(|person| person.name == name) => {
                "The plan has a person of this name. Choose that person, or enter another name.".to_owned()
            }
            Ok(_) if people.len() >= Scenario::MAX_PEOPLE => {
                format!("A plan has at most {} people.", Scenario::MAX_PEOPLE)
            }
            Ok(name) => {
                let taken: Vec<MemberId> = people.iter().map(|person| person.id).collect();
                let id = id_of(&name, &taken);
                let newcomer = Participant::new(id, name, Role::Negotiator);
                people.push(Participant { party: Some(party), ..newcomer });
                all.people.push((answer.question.clone(), id.to_string()));
                continue;
            }
        };
        all.wrong.push((answer.clone(), wrong));
    }
    all
}

/// Reads the answers to the questions. Adds the times to the plan if they are accepted and nothing is open; shows them again otherwise.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let form = request.form();
    let wrong = || AppError::Usage("the form is incomplete; choose the files again".to_owned());
    let read = held(form.get("read").unwrap_or_default()).ok_or_else(wrong)?;
    let pasted = form.get("pasted").unwrap_or_default().replace("\r\n", "\n");
    let given = Given { read, pasted, answers: answers(&form), replace: form.get("replace").is_some() };
    if form.get("accept").is_none() {
        return shown(request, &scenario, &given);
    }
    let answered = understood_answers(&scenario, &given.answers);
    let options = options(request, &answered.people, given.replace)?;
    let import = import_read(&given.read, Some(&answered.scenario), &options)?;
    match import.scenario {
        Some(ref changed) if import.is_ready() && answered.wrong.is_empty() => accepted(changed),
        _ => shown(request, &scenario, &given),
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

/// Returns the answers of a form.
fn answers(form: &Pairs) -> Vec<Answered> {
    let people = form.all("question").zip(form.all("answer"));
    // Programs that answer without names add no one.
    let names = form.all("name").chain(std::iter::repeat(""));
    let answers = people.zip(names).map(|((question, person), name)| Answered {
        question: question.to_owned(),
        person: person.to_owned(),
        name: name.to_owned(),
    });
    answers.filter(|answer| answer.person != UNANSWERED).collect()
}

/// Shows what was understood, with the questions.
fn shown(request: &WebRequest, scenario: &Scenario, given: &Given) -> WebResult {
    let answered = understood_answers(scenario, &given.answers);
    let options = options(request, &answered.people, given.replace)?;
    let import = import_read(&given.read, Some(&answered.scenario), &options)?;
    let query = link::write(scenario);
    let back = format!("/plan?{query}#answer");
    let content = Html::new()
        .with(el("h1").with("Check the times that were read"))
        .with(lead(&import, scenario))
        .with(files(&import.files))
        .with(decision(&import, scenario, given, &answered, &query))
        .with(el("h2").with("By person and week"))
        .with(import.people.iter().map(person).collect::<Html>())
        .with(remarks("Not understood", "not-understood", &import.not_understood))
        .with(remarks("Left out", "left-out", &import.left_out))
        .with(details("Read other files or another text", form(&query, &given.pasted)))
        .with(el("p").with(el("a").attr("href", back).with("Back to the plan without these times")));
    let page = Page { title: "Check the times that were read", place: "/plan", content };
    let is_wrong = import.files.iter().any(|file| file.problem.is_some()) || !answered.wrong.is_empty();
    Ok(page.answer(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }))
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
    given: &Given,
    answered: &Understood,
    query: &str,
) -> Element {
    // In a form, this is a third of the length of JSON with its quotes.
    let held = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&given.read).unwrap_or_default());
    let is_wrong = |answer: &&Answered| answered.wrong.iter().any(|(wrong, _)| wrong.question == answer.question);
    let earlier = given.answers.iter().filter(|answer| !is_wrong(answer)).map(|answer| {
        Html::new()
            .with(hidden("question", &answer.question))
            .with(hidden("answer", &answer.person))
            .with(hidden("name", &answer.name))
    });
    let questions = import.questions.iter().enumerate().map(|(place, asked)| {
        question(place, asked, scenario, answered).with(import.unassigned.get(place).map(understood))
    });
    let replaces = crate::pages::shell::tick(
        "replace",
        "1",
        given.replace,
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
        .with(hidden("pasted", &given.pasted))
        .all(earlier)
        .all(questions)
        .with(replaces)
        .with(buttons)
}

fn question(place: usize, asked: &PersonQuestion, scenario: &Scenario, answered: &Understood) -> Element {
    let wrong = answered.wrong.iter().find(|(answer, _)| answer.question == asked.name);
    let (typed, why) = wrong.map(|(answer, why)| (answer, why.as_str())).unzip();
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
    let new = NEW.map(|(value, party)| (value.to_owned(), format!("Someone new, for {}", party.label())));
    let options: Vec<(String, String)> = first.into_iter().chain(likely).chain(others).chain(new).chain(last).collect();
    // Without a name, the question is about a file.
    let known = if asked.name == asked.file { "" } else { asked.name.as_str() };
    let chosen = typed.map_or(UNANSWERED, |answer| answer.person.as_str());
    let choice = select("answer", chosen, options.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    el("div")
        .class("field question")
        .with(el("label").attr("for", &id).with(asked.question.as_str()))
        .with(hidden("question", &asked.name))
        .with(choice.attr("id", id))
        .with(field(
            "Name, if this is someone new",
            &format!("name-{place}"),
            line("name", typed.map_or(known, |answer| answer.name.as_str())),
            None,
            why.as_slice(),
        ))
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
