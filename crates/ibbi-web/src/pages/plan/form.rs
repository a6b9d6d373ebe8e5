//! The form: the district, unavailable times, people, and assumptions.

use super::draft::{Draft, HALF_DAYS, Person, Wrong};
use crate::pages::shell::{button, field, hidden, line, select, tick};
use ibbi_app::schedule::{self, Availability};
use ibbi_app::sim::{Chance, Closure, Duration, Model, Weekday};
use ibbi_core::{County, Date, Format, Party, Seat};
use ibbi_report::html::{Element, Html, details, el};

/// Returns the errors of a field.
fn field_errors<'a>(wrong: &'a [Wrong], field: &str) -> Vec<&'a str> {
    wrong.iter().filter(|wrong| wrong.field == field).map(|wrong| wrong.message.as_str()).collect()
}

/// Returns the form with its content.
pub(super) fn form(draft: &Draft, wrong: &[Wrong]) -> Element {
    let any = |fields: &[&str]| wrong.iter().any(|wrong| fields.iter().any(|field| wrong.field == *field));
    let opened = |details: Element, open: bool| if open { details.attr("open", "open") } else { details };
    let calendar_wrong = any(&["closed", "working", "time_zone"]);
    let people_wrong = wrong.iter().any(|wrong| wrong.field.is_empty() || wrong.field.starts_with(['n', 't']));
    let codes: Vec<&str> =
        Duration::of(Model::First).iter().map(|which| which.code()).chain(Chance::CODES.iter().copied()).collect();
    el("form")
        .attr("method", "post")
        .attr("action", "/plan")
        .attr("id", "scenario")
        .attr("novalidate", "novalidate")
        .with(basics(draft, wrong))
        .with(grid(draft, wrong))
        .with(opened(details("People", people(draft, wrong)), people_wrong))
        .with(opened(details("The district's calendar", calendar(draft, wrong)), calendar_wrong))
        .with(opened(details("Assumptions", assumptions(draft, wrong)), any(&codes)))
        .with(el("p").class("send").with(button("Update the plan")))
}

fn basics(draft: &Draft, wrong: &[Wrong]) -> Element {
    let day =
        |name: &'static str, value: &str| el("input").attr("type", "date").attr("name", name).attr("value", value);
    let formats = Format::ALL.iter().map(|format| (format.code(), format.label()));
    let format = if draft.two_half_days { Format::TwoHalfDays } else { Format::FullDay };
    el("fieldset")
        .class("basics")
        .with(el("legend").with("The district"))
        .with(field("District", "district", line("district", &draft.district), None, &field_errors(wrong, "district")))
        .with(field(
            "Day you ask the leaders",
            "start",
            day("start", &draft.start),
            None,
            &field_errors(wrong, "start"),
        ))
        .with(field(
            "Contract expires (if known)",
            "contract_expires",
            day("contract_expires", &draft.contract_expires),
            None,
            &field_errors(wrong, "contract_expires"),
        ))
        .with(field("Facilitation", "format", select("format", format.code(), formats), None, &[]))
        .with(tick("evergreen", "1", draft.evergreen, "An evergreen clause extends the contract"))
}

/// Returns the short name of a half-day.
fn half_day(place: usize) -> String {
    let half = if place.is_multiple_of(2) { "am" } else { "pm" };
    let day = Weekday::ALL.get(place / 2).map_or("", |day| day.code());
    format!("{} {half}", day.get(..3).unwrap_or_default())
}

fn grid(draft: &Draft, wrong: &[Wrong]) -> Element {
    let days = Weekday::ALL.iter().take(HALF_DAYS / 2).map(|day| {
        let short = day.code().get(..3).unwrap_or_default();
        el("th")
            .class("day")
            .attr("scope", "colgroup")
            .attr("colspan", 2)
            .with(el("abbr").attr("title", day.code()).with(short))
    });
    let first = el("tr")
        .with(el("th").attr("scope", "col").attr("rowspan", 2).with("Person"))
        .all(days)
        .with(el("th").attr("scope", "col").attr("rowspan", 2).with("Other unavailable times"));
    let halves = (0..HALF_DAYS).map(|place| {
        let (short, long) = if place.is_multiple_of(2) { ("am", "morning") } else { ("pm", "afternoon") };
        el("th").attr("scope", "col").with(el("abbr").attr("title", long).with(short))
    });
    let start = schedule::day(&draft.start);
    let closed: Vec<Closure> = draft.closures(start).into_iter().filter_map(Result::ok).collect();
    let rows = draft.people.iter().enumerate().map(|(row, person)| {
        times_row(row, person).with(el("td").with(other_times(row, person, wrong, start, &closed)))
    });
    let table = el("table")
        .class("grid")
        .with(el("caption").with("Unavailable times"))
        .with(el("thead").with(first).with(el("tr").all(halves)))
        .with(el("tbody").all(rows));
    let hint = "Check the half-days when a person is never available. Write other times as you would in \
                an email: fridays; Oct 5-9; every other Thursday; only after 3 pm; Mondays if need be.";
    el("fieldset")
        .class("times")
        .with(el("legend").with("Unavailable times"))
        .with(el("p").class("hint").with(hint))
        .with(
            el("div")
                .class("scroll")
                .attr("tabindex", 0)
                .attr("role", "group")
                .attr("aria-label", "Unavailable times")
                .with(table),
        )
}

fn times_row(row: usize, person: &Person) -> Element {
    let name = person.shown_name();
    let cells = person.week.iter().enumerate().map(|(place, cannot)| {
        let box_ = el("input")
            .attr("type", "checkbox")
            .attr("name", format!("w{row}"))
            .attr("value", place)
            .attr("aria-label", format!("{name}, {}", half_day(place)));
        let box_ = if *cannot { box_.attr("checked", "checked") } else { box_ };
        el("td").class("half").with(box_)
    });
    let who = el("th").attr("scope", "row").with(el("bdi").attr("data-name", row).with(name));
    el("tr").with(who).all(cells)
}

/// Returns the field of a person's other times, with its errors or what was understood.
fn other_times(row: usize, person: &Person, wrong: &[Wrong], start: Option<Date>, closed: &[Closure]) -> Html {
    let id = format!("u{row}");
    let label = format!("{}: other unavailable times", person.shown_name());
    let words = line(&id, &person.other).attr("aria-label", label).attr("id", &id);
    let errors = field_errors(wrong, &id);
    if !errors.is_empty() {
        let note = format!("{id}-wrong");
        let words = words.attr("aria-invalid", "true").attr("aria-describedby", &note);
        return Html::new().with(words).with(el("p").class("wrong").attr("id", note).with(errors.join("; ")));
    }
    let read = Availability::read(&person.other, start, closed).unwrap_or_default();
    let understood = read.sentences().join("; ");
    let note = (!understood.is_empty()).then(|| el("p").class("hint").with(understood));
    Html::new().with(words).with(note)
}

fn people(draft: &Draft, wrong: &[Wrong]) -> Html {
    let heads = ["Name", "Role", "Team", "Optional"];
    let head = el("tr").all(heads.map(|head| el("th").attr("scope", "col").with(head)));
    let rows = draft.people.iter().enumerate().map(|(row, person)| person_row(row, person, wrong));
    let table = el("table")
        .with(el("caption").with("People who take part"))
        .with(el("thead").with(head))
        .with(el("tbody").all(rows));
    let hint = "A session needs the neutral and each team member who is not optional. To remove a person, clear the name. Use \
                the empty rows to add people.";
    Html::new().with(el("p").class("hint").with(hint)).with(
        el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", "People").with(table),
    )
}

fn person_row(row: usize, person: &Person, wrong: &[Wrong]) -> Element {
    let name = person.shown_name();
    let seats = Seat::ALL.iter().map(|seat| (seat.code(), seat.label()));
    let others = [
        ("negotiator", "a negotiator"),
        ("neutral", "the neutral, who trains and facilitates"),
        ("representative", "the program's representative"),
    ];
    let role = if person.role.is_empty() { "negotiator" } else { person.role.as_str() };
    let parties = Party::ALL.iter().map(|party| (party.code(), party.label()));
    let (role_of, team_of) = (format!("{name}: role"), format!("{name}: team"));
    let errors: Vec<&str> =
        field_errors(wrong, &format!("n{row}")).into_iter().chain(field_errors(wrong, &format!("t{row}"))).collect();
    let name_input = line(&format!("n{row}"), &person.name)
        .attr("aria-label", format!("Name of person {}", row + 1))
        .attr("data-name", row);
    let errors = (!errors.is_empty()).then(|| el("p").class("wrong").with(errors.join("; ")));
    el("tr")
        .with(el("td").with(name_input).with(hidden(&format!("i{row}"), &person.id)).with(errors))
        .with(el("td").with(select(&format!("r{row}"), role, seats.chain(others)).attr("aria-label", role_of)))
        .with(
            el("td").with(
                select(&format!("t{row}"), &person.party, std::iter::once(("", "no team")).chain(parties))
                    .attr("aria-label", team_of),
            ),
        )
        .with(el("td").with(tick(&format!("o{row}"), "1", person.optional, "optional")))
}

fn calendar(draft: &Draft, wrong: &[Wrong]) -> Html {
    let days =
        Weekday::ALL.iter().zip(draft.working).map(|(day, works)| tick("working", day.code(), works, day.code()));
    let errors = field_errors(wrong, "working");
    let days = el("fieldset")
        .class("row")
        .with(el("legend").with("Working days"))
        .all(days)
        .with((!errors.is_empty()).then(|| el("p").class("wrong").with(errors.join("; "))));
    let counties = County::ALL.iter().map(|county| (county.code(), county.label()));
    let county = select("county", &draft.county, std::iter::once(("", "not given")).chain(counties));
    let hint = "One per line: a name and its days, such as Winter break Dec 24 to Jan 1. Legal holidays are included.";
    let closed = el("textarea").attr("name", "closed").attr("rows", 5).with(draft.closed.as_str());
    Html::new()
        .with(days)
        .with(field("Closed days", "closed", closed, Some(hint), &field_errors(wrong, "closed")))
        .with(field("County (Suffolk has two extra holidays)", "county", county, None, &[]))
        .with(field(
            "Time zone",
            "time_zone",
            line("time_zone", &draft.time_zone),
            None,
            &field_errors(wrong, "time_zone"),
        ))
}

fn assumptions(draft: &Draft, wrong: &[Wrong]) -> Html {
    let hint = "These are estimates. Change any that you have better numbers for.";
    let number = |name: &str, value: &str, label: String| {
        el("input")
            .attr("type", "text")
            .attr("inputmode", "decimal")
            .attr("name", name)
            .attr("value", value)
            .attr("size", 5)
            .attr("autocomplete", "off")
            .attr("aria-label", label)
    };
    let error_cell = |code: &str| {
        let errors = field_errors(wrong, code);
        (!errors.is_empty()).then(|| el("p").class("wrong").with(errors.join("; ")))
    };
    let durations = Duration::of(Model::First).iter().zip(&draft.durations).map(|(which, texts)| {
        let cells = ["at least", "likely", "at most"]
            .into_iter()
            .zip(texts)
            .map(|(what, text)| el("td").with(number(which.code(), text, format!("{}: {what}", which.about()))));
        el("tr").with(el("th").attr("scope", "row").with(which.about()).with(error_cell(which.code()))).all(cells)
    });
    let chances = Chance::ALL.iter().zip(&draft.chances).map(|(which, text)| {
        let cell = el("td").with(number(which.code(), text, format!("{}, in percent", which.about()))).with(" %");
        el("tr").with(el("th").attr("scope", "row").with(which.about()).with(error_cell(which.code()))).with(cell)
    });
    let head = |heads: &[&str]| {
        el("thead").with(el("tr").all(heads.iter().map(|head| el("th").attr("scope", "col").with(*head))))
    };
    let table = |caption: &str, head: Element, rows: Html| {
        let table = el("table").with(el("caption").with(caption)).with(head).with(el("tbody").with(rows));
        el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", caption).with(table)
    };
    Html::new()
        .with(el("p").class("hint").with(hint))
        .with(table("Durations in days", head(&["step", "at least", "likely", "at most"]), durations.collect()))
        .with(table("Chances", head(&["event", "chance"]), chances.collect()))
}
