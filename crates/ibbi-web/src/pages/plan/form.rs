//! The form: the district, unavailable times, people, and assumptions.

use super::draft::{Draft, HALF_DAYS, Person, Wrong};
use super::problems::problems;
use crate::pages::shell::{button, date_input, field, hidden, line, marked, select, textarea, tick, wrong_at};
use ibbi_app::schedule::{self, Availability};
use ibbi_app::sim::{Chance, Closure, Duration, Model, Weekday};
use ibbi_core::{County, Date, Format, Party, Seat};
use ibbi_report::html::{Element, Html, details, el};

/// The ID of the estimates.
pub(super) const ESTIMATES: &str = "estimates";
/// The ID of the part with the people.
const PEOPLE: &str = "people";
/// The value of the button that adds empty rows for people.
pub(super) const MORE_ROWS: &str = "rows";
/// The ID of the part with the unavailable times.
pub(super) const CONFLICTS: &str = "conflicts";

/// Returns the errors of a field.
fn field_errors<'a>(wrong: &'a [Wrong], field: &str) -> Vec<&'a str> {
    wrong.iter().filter(|wrong| wrong.field == field).map(|wrong| wrong.message.as_str()).collect()
}

/// Returns the form with its content.
pub(super) fn form(draft: &Draft, wrong: &[Wrong]) -> Element {
    let any = |fields: &[&str]| wrong.iter().any(|wrong| fields.iter().any(|field| wrong.field == *field));
    let opened = |details: Element, open: bool| if open { details.attr("open", "open") } else { details };
    let calendar_wrong = any(&["closed", "working", "time_zone"]);
    let people_open =
        draft.shows_people || wrong.iter().any(|wrong| wrong.field.is_empty() || wrong.field.starts_with(['n', 't']));
    let codes: Vec<&str> =
        Duration::of(Model::First).iter().map(|which| which.code()).chain(Chance::CODES.iter().copied()).collect();
    el("form")
        .attr("method", "post")
        .attr("action", "/plan")
        .attr("id", "scenario")
        .attr("novalidate", "novalidate")
        .with(default_button())
        .with(el("div").class("summary").attr("id", "problems").with(problems(wrong, &draft.people)))
        .with(basics(draft, wrong))
        .with(grid(draft, wrong))
        .with(opened(details("People", people(draft, wrong)), people_open))
        .with(opened(details("The district's calendar", calendar(draft, wrong)), calendar_wrong))
        .with(opened(details("Estimates", assumptions(draft, wrong)), any(&codes)))
        .with(el("p").class("send").with(button("Update the plan")))
}

/// Returns the button of the key Enter, which is the first one of a form.
fn default_button() -> Element {
    button("Update the plan").class("unseen").attr("tabindex", -1).attr("aria-hidden", "true")
}

fn basics(draft: &Draft, wrong: &[Wrong]) -> Element {
    let formats = Format::ALL.iter().map(|format| (format.code(), format.label()));
    let format = if draft.two_half_days { Format::TwoHalfDays } else { Format::FullDay };
    el("fieldset")
        .class("basics")
        .with(el("legend").with("The district"))
        .with((!draft.id.is_empty()).then(|| hidden("case_id", &draft.id)))
        .with(field("District", "district", line("district", &draft.district), None, &field_errors(wrong, "district")))
        .with(field(
            "Day you ask the leaders",
            "start",
            date_input("start", &draft.start),
            None,
            &field_errors(wrong, "start"),
        ))
        .with(field(
            "Contract expires (if known)",
            "contract_expires",
            date_input("contract_expires", &draft.contract_expires),
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
        .attr("id", CONFLICTS)
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
        el("td").with(box_)
    });
    let who = el("th").attr("scope", "row").with(el("bdi").attr("data-name", row).with(name));
    el("tr").with(who).all(cells)
}

/// Returns what was understood of a person's other times, with an ID for the script.
fn reading(row: usize, person: &Person, start: Option<Date>, closed: &[Closure]) -> Option<Element> {
    let read = Availability::read(&person.other, start, closed).unwrap_or_default();
    let understood = read.sentences().join("; ");
    (!understood.is_empty()).then(|| el("p").class("hint").attr("id", format!("u{row}-read")).with(understood))
}

/// Returns what was understood of each person's other times, for the script.
pub(super) fn readings(draft: &Draft) -> Element {
    let start = schedule::day(&draft.start);
    let closed: Vec<Closure> = draft.closures(start).into_iter().filter_map(Result::ok).collect();
    let each = draft.people.iter().enumerate().filter_map(|(row, person)| reading(row, person, start, &closed));
    el("template").attr("id", "readings").all(each)
}

/// Returns the field of a person's other times, with its errors or what was understood.
fn other_times(row: usize, person: &Person, wrong: &[Wrong], start: Option<Date>, closed: &[Closure]) -> Html {
    let id = format!("u{row}");
    let label = format!("{}: other unavailable times", person.shown_name());
    let words = line(&id, &person.other).attr("aria-label", label).attr("id", &id);
    let errors = field_errors(wrong, &id);
    if !errors.is_empty() {
        return Html::new().with(marked(words, &id, &errors)).with(wrong_at(&id, &errors));
    }
    Html::new().with(words).with(reading(row, person, start, closed))
}

/// The columns of the people.
const PERSON: [&str; 4] = ["Name", "Role", "Team", "Optional"];

fn people(draft: &Draft, wrong: &[Wrong]) -> Html {
    let head = el("tr").all(PERSON.map(|head| el("th").attr("scope", "col").with(head)));
    let rows = draft.people.iter().enumerate().map(|(row, person)| person_row(row, person, wrong));
    let table = el("table")
        .class("stack people")
        .with(el("caption").with("People who take part"))
        .with(el("thead").with(head))
        .with(el("tbody").all(rows));
    let hint = "A session needs the neutral and each team member who is not optional. To remove a person, clear the name. Use \
                the empty rows to add people.";
    let more = button("Add rows for more people")
        .class("less")
        .attr("name", "do")
        .attr("value", MORE_ROWS)
        .attr("formaction", format!("/plan#{PEOPLE}"));
    Html::new()
        .with(el("p").class("hint").attr("id", PEOPLE).with(hint))
        .with(
            el("div")
                .class("scroll")
                .attr("tabindex", 0)
                .attr("role", "group")
                .attr("aria-label", "People")
                .with(table),
        )
        .with(el("p").with(more))
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
    let id = |letter: char| format!("{letter}{row}");
    let (name_errors, team_errors) = (field_errors(wrong, &id('n')), field_errors(wrong, &id('t')));
    let name_input = line(&id('n'), &person.name)
        .attr("aria-label", format!("Name of person {}", row + 1))
        .attr("data-name", row)
        .attr("id", id('n'));
    let role = select(&id('r'), role, seats.chain(others)).attr("aria-label", format!("{name}: role"));
    let team = select(&id('t'), &person.party, std::iter::once(("", "neither team")).chain(parties))
        .attr("aria-label", format!("{name}: team"))
        .attr("id", id('t'));
    let cells = [
        Html::from(marked(name_input, &id('n'), &name_errors))
            .with(hidden(&id('i'), &person.id))
            .with(wrong_at(&id('n'), &name_errors)),
        role.into(),
        Html::from(marked(team, &id('t'), &team_errors)).with(wrong_at(&id('t'), &team_errors)),
        tick(&id('o'), "1", person.optional, "optional").into(),
    ];
    el("tr").all(PERSON.into_iter().zip(cells).map(|(head, cell)| el("td").attr("data-head", head).with(cell)))
}

fn calendar(draft: &Draft, wrong: &[Wrong]) -> Html {
    let days_of_week =
        Weekday::ALL.iter().zip(draft.working).map(|(day, works)| tick("working", day.code(), works, day.code()));
    let errors = field_errors(wrong, "working");
    let days = el("fieldset").class("row").attr("id", "working").attr("tabindex", -1);
    let days = marked(days, "working", &errors)
        .with(el("legend").with("Working days"))
        .all(days_of_week)
        .with(wrong_at("working", &errors));
    let counties = County::ALL.iter().map(|county| (county.code(), county.label()));
    let county = select("county", &draft.county, std::iter::once(("", "not given")).chain(counties));
    let hint = "One per line: a name and its days, such as Winter break Dec 24 to Jan 1. Legal holidays are included.";
    let closed = textarea("closed", &draft.closed, 5);
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
        line(name, value).attr("inputmode", "decimal").attr("size", 5).attr("aria-label", label)
    };
    let row = |code: &str, about: &str, first: Element, others: Vec<Element>| {
        let errors = field_errors(wrong, code);
        let first = el("td").with(marked(first.attr("id", code), code, &errors));
        let head = el("th").attr("scope", "row").with(about).with(wrong_at(code, &errors));
        el("tr").with(head).with(first).all(others.into_iter().map(|input| el("td").with(input)))
    };
    let durations = Duration::of(Model::First).iter().zip(&draft.durations).map(|(which, [least, likely, most])| {
        let input = |what: &str, text: &str| number(which.code(), text, format!("{}: {what}", which.about()));
        let others = vec![input("likely", likely), input("at most", most)];
        row(which.code(), which.about(), input("at least", least), others)
    });
    let chances = Chance::ALL.iter().zip(&draft.chances).map(|(which, text)| {
        let input = number(which.code(), text, format!("{}, in percent", which.about()));
        row(which.code(), which.about(), input, Vec::new())
    });
    let head = |heads: &[&str]| {
        el("thead").with(el("tr").all(heads.iter().map(|head| el("th").attr("scope", "col").with(*head))))
    };
    let table = |caption: &str, head: Element, rows: Html| {
        let table = el("table").with(el("caption").with(caption)).with(head).with(el("tbody").with(rows));
        el("div").class("scroll").attr("tabindex", 0).attr("role", "group").attr("aria-label", caption).with(table)
    };
    Html::new()
        .with(el("p").class("hint").attr("id", ESTIMATES).with(hint))
        .with(table("Durations in days", head(&["step", "at least", "likely", "at most"]), durations.collect()))
        .with(table("Chances", head(&["event", "chance (%)"]), chances.collect()))
}
