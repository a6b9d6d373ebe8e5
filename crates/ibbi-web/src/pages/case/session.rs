//! "Record how it went": one form for a whole session.

use super::act::{Act, Step};
use super::choices::Choices;
use super::fields::Inputs;
use super::sent::Reader;
use crate::pages::shell::{line, select, textarea, time_input};
use crate::problem::WebError;
use ibbi_app::form::{self, FormError, FormProblem};
use ibbi_app::typed;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Case, Date, EventKind, OpenSession, Rule, Slot};
use ibbi_report::html::{Element, Html, el};

/// The rows for activities.
const ACTIVITIES: usize = 4;

/// The labels of the fields for the end of a session.
const LATE: &str = "Came late";
const LEFT: &str = "Left before the end";
const REASON: &str = "Reason for ending early";

/// Returns the field of the form of a session that a refusal is about.
pub(super) fn field_of_rule(event: EventKind, rule: Rule) -> Option<&'static str> {
    let is_end = matches!(event, EventKind::SessionClosed | EventKind::SessionAdjourned);
    match rule {
        Rule::Filled => Some("ended"),
        Rule::NotFilled => Some("reason"),
        Rule::TrainingExercise | Rule::TrainingSimulation => Some("activity"),
        _ => match form::field_of_rule(event, rule) {
            Some("at") => Some(if is_end { "ended" } else { "started" }),
            field => field,
        },
    }
}

/// A session that a form records: one that is booked, or one that has begun.
pub(super) struct Session<'a> {
    part: u8,
    slot: Slot,
    neutral: Option<String>,
    /// The other neutrals, one on each line.
    co_neutrals: String,
    open: Option<&'a OpenSession>,
    has_activities: bool,
}

impl<'a> Session<'a> {
    /// Returns the session of a part, if it is booked or open.
    pub(super) fn of_part(case: &'a Case, part: u8) -> Option<Self> {
        let sessions = case.sessions()?;
        let has_activities = matches!(case, Case::Training(_));
        if let Some(open) = sessions.open().filter(|open| open.part == part) {
            let (neutral, co_neutrals) = (None, String::new());
            return Some(Self { part, slot: open.slot, neutral, co_neutrals, open: Some(open), has_activities });
        }
        let (_, booking) = sessions.bookings().find(|(number, _)| *number == part)?;
        let neutral = Some(booking.neutral.name.to_string());
        let co_neutrals = booking.co_neutrals.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join("\n");
        Some(Self { part, slot: booking.slot, neutral, co_neutrals, open: None, has_activities })
    }

    fn day(&self) -> Date {
        self.slot.local_day()
    }

    /// Returns the inputs: everyone is checked, and the times are those of the booking.
    pub(super) fn inputs(&self, inputs: &Inputs<'_>, zone: Zone) -> Html {
        let time = |name: &str, at: At| time_input(name, &inputs.text_or(name, &zone.show_time(at)));
        let required = |input: Element| input.attr("required", "required");
        let (starts, ends) = (self.slot.starts().at(), self.slot.ends().at());
        let members =
            || inputs.choices.members.iter().map(|each| (each.id.clone(), each.name.clone())).collect::<Vec<_>>();
        let mut html = Html::new();
        if self.open.is_none() {
            html.push(inputs.labeled("Started at", "started", required(time("started", starts)), None));
        }
        html.push(inputs.labeled("Ended at", "ended", time("ended", ends), Some("Empty if it is still going on.")));
        if let Some(neutral) = &self.neutral {
            let input = line("neutral", &inputs.text_or("neutral", neutral)).attr("list", "names");
            html.push(inputs.labeled("Led by", "neutral", required(input), None));
            let everyone: Vec<String> = vec![format!("present={}", ids(inputs.choices))];
            let checked = Inputs { suggested: &everyone, ..*inputs };
            html.push(checked.several("present", "Members present", members()));
            let also = [format!("co_neutrals={}", self.co_neutrals)];
            let filled = Inputs { suggested: &also, ..*inputs };
            let field = |name: &&str| EventKind::SessionOpened.field(name).map(|field| filled.input(&field.into()));
            html.push((!self.co_neutrals.is_empty()).then(|| field(&"co_neutrals")).flatten());
            html.push(field(&"observers"));
            let others: &[&str] = &["substitutes", "advisers", "co_neutrals"];
            let others = if self.co_neutrals.is_empty() { others } else { &others[..2] };
            let fields = Html::from_iter(others.iter().filter_map(field));
            html.push(inputs.folded("Substitutes, advisers, and more neutrals", others, fields));
        }
        if self.has_activities {
            html.push(activities(inputs));
        }
        let left = Inputs { suggested: &[], ..*inputs };
        html.push(left.several("late", &format!("{LATE} (if any)"), members()));
        html.push(left.several("left_early", &format!("{LEFT} (if any)"), members()));
        let hint = Some("Only if it ended before its full time.");
        html.push(inputs.labeled(REASON, "reason", line("reason", &inputs.text("reason")), hint));
        html.push(inputs.labeled("Note (if any)", "note", textarea("note", &inputs.text("note"), 2), None));
        html
    }

    /// Returns the events of the form.
    pub(super) fn act(&self, reader: &Reader<'_>, zone: Zone) -> Result<Act, WebError> {
        let mut problems = Vec::new();
        let mut time = |name: &'static str, label: &str, required: bool| {
            let text = reader.text(name);
            let read = typed::time(text).map(|time| zone.instant(self.day(), time));
            match read {
                Some(Ok(at)) => Some(at),
                _ if text.is_empty() && !required => None,
                _ => {
                    let message = format!("{label}: enter a time, such as 3:30 PM.");
                    problems.push(FormProblem { field: Some(name), message });
                    None
                }
            }
        };
        let started = if self.open.is_none() { time("started", "Started at", true) } else { None };
        let ended = time("ended", "Ended at", false);
        problems.extend(contradictions(reader));
        let mut steps = Vec::new();
        let mut step =
            |kind: EventKind, pairs: Vec<(String, String)>, at: Option<At>, fields: &[(&str, &'static str)]| {
                match form::event(kind, &pairs, zone) {
                    Ok(event) => steps.push(Step { event, at }),
                    Err(error) => problems.extend(error.problems.into_iter().map(|problem| {
                        let to = fields.iter().find(|(from, _)| Some(*from) == problem.field).map(|(_, to)| *to);
                        FormProblem { field: to.or(problem.field), ..problem }
                    })),
                }
            };
        let pair = |key: &str, value: String| (key.to_owned(), value);
        let begun = self.open.map(|open| open.opened).or(started);
        if self.open.is_none() {
            let mut pairs: Vec<_> = reader.pairs(EventKind::SessionOpened);
            pairs.retain(|(key, _)| key != "neutral" && key != "part");
            pairs.push(pair("part", self.part.to_string()));
            pairs.push(pair("neutral", reader.person(reader.text("neutral"), &[])));
            step(EventKind::SessionOpened, pairs, started, &[]);
        }
        for (kind, title) in reader.given.all("activity.kind").zip(reader.given.all("activity.title")) {
            if !title.trim().is_empty() {
                let pairs = vec![pair("kind", kind.to_owned()), pair("title", title.trim().to_owned())];
                step(EventKind::ActivityRun, pairs, begun, &[("kind", "activity"), ("title", "activity")]);
            }
        }
        let note = reader.text("note");
        if !note.is_empty() {
            step(
                EventKind::NoteAdded,
                vec![pair("text", note.replace("\r\n", "\n"))],
                ended.or(begun),
                &[("text", "note")],
            );
        }
        if ended.is_some() {
            let reason = reader.text("reason");
            let kind = if reason.is_empty() { EventKind::SessionClosed } else { EventKind::SessionAdjourned };
            let ids = |name: &str| reader.given.all(name).filter(|id| !id.is_empty()).collect::<Vec<_>>().join(",");
            let mut pairs = vec![pair("late", ids("late")), pair("left_early", ids("left_early"))];
            if !reason.is_empty() {
                pairs.push(pair("reason", reason.to_owned()));
            }
            step(kind, pairs, ended, &[]);
        }
        if problems.is_empty() { Ok(Act { steps }) } else { Err(FormError { problems }.into()) }
    }
}

/// Returns what is entered and would not be recorded, or contradicts another field.
fn contradictions(reader: &Reader<'_>) -> Vec<FormProblem> {
    let mut problems = Vec::new();
    let mut wrong = |field: &'static str, label: &str, message: &str| {
        problems.extend(FormError::at(field, label, message).problems);
    };
    let substituted: Vec<&str> = reader.rows("substitutes", ["member"]).iter().map(|([member], _)| *member).collect();
    for member in reader.given.all("late").filter(|id| substituted.contains(id)) {
        let name = reader.choices.label(member).unwrap_or(member);
        wrong("late", LATE, &format!("a substitute stood in for {name}; uncheck the member, or remove the substitute"));
    }
    if reader.text("ended").is_empty() {
        let still_going = "enter this when the session has ended, or enter when it ended";
        for (field, label) in [("late", LATE), ("left_early", LEFT), ("reason", REASON)] {
            if reader.given.all(field).any(|value| !value.trim().is_empty()) {
                wrong(field, label, still_going);
            }
        }
    }
    problems
}

fn ids(choices: &Choices) -> String {
    choices.members.iter().map(|member| member.id.as_str()).collect::<Vec<_>>().join(",")
}

fn activities(inputs: &Inputs<'_>) -> Element {
    let sent: Vec<(&str, &str)> = inputs
        .sent
        .map_or_else(Vec::new, |pairs| pairs.all("activity.kind").zip(pairs.all("activity.title")).collect());
    let choices = &inputs.choices.activities;
    let options = || choices.iter().map(|(id, label)| (id.as_str(), label.as_str()));
    let rows = (0..ACTIVITIES.max(choices.len()).max(sent.len())).map(|row| {
        let first = choices.get(row).map_or("", |(id, _)| id.as_str());
        let (kind, title) = sent.get(row).copied().unwrap_or((first, ""));
        let number = row + 1;
        el("div")
            .class("pair")
            .with(
                inputs.marked_in_group(
                    line("activity.title", title)
                        .attr("aria-label", format!("Title of activity {number}"))
                        .attr("placeholder", "title"),
                    "activity",
                    row == 0,
                ),
            )
            .with(select("activity.kind", kind, options()).attr("aria-label", format!("Kind of activity {number}")))
    });
    inputs.group("activity", "Activities that were run", "rows", Html::from_iter(rows))
}
