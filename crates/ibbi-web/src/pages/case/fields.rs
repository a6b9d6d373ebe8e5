//! The fields of an event's form, and the pairs that a filled-in form means.

use crate::pages::shell::{field, line, select, tick};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::WebRequest;
use ibbi_app::form::{self, FormField};
use ibbi_app::schedule::id_of;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Case, CodeSet, EventKind, FieldKind, MemberId, Name};
use ibbi_report::html::{Element, Html, details, el};
use uuid::Uuid;

/// How many observers a form has room for.
const OBSERVERS: usize = 3;

/// What a case has to choose from.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// The members of the teams: id and name.
    pub(crate) members: Vec<(String, String)>,
    /// The concerns: id and text.
    pub(crate) concerns: Vec<(String, String)>,
}

impl Choices {
    /// Those of a case.
    pub(crate) fn from_case(case: &Case) -> Self {
        let members = case.teams().into_iter().flat_map(ibbi_core::Teams::everyone);
        let members = members.map(|member| (member.person.id.to_string(), member.person.name.to_string()));
        let concerns = case.concerns().iter().map(|concern| (concern.id.to_string(), concern.id.to_string()));
        Self { members: members.collect(), concerns: concerns.collect() }
    }

    /// The ids that are taken.
    pub(crate) fn taken(&self) -> Vec<MemberId> {
        self.members.iter().filter_map(|(id, _)| id.parse().ok()).collect()
    }
}

/// A choice that begins with nothing chosen, where something must be.
fn with_none<'a>(
    required: bool,
    value: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, &'a str)> {
    let none = (!required || value.is_empty()).then_some(("", if required { "choose" } else { "not given" }));
    none.into_iter().chain(options).collect()
}

/// The input of a field. `form` tells its ids from those of other forms; `value` is what `key=value` would have.
pub(crate) fn input(of: &FormField, form: &str, value: &str, choices: &Choices) -> Element {
    let FormField { name, label, required, takes } = of;
    let id = format!("{form}-{name}");
    let value = if value.starts_with('<') { "" } else { value };
    let shown = if *required { (*label).to_owned() } else { format!("{label} (if any)") };
    let one = |input: Element, hint: Option<&str>| {
        let input = if *required { input.attr("required", "required") } else { input };
        field(&shown, &id, input, hint, &[])
    };
    let several = |options: Vec<(&str, &str)>| {
        let chosen: Vec<&str> = value.split(',').collect();
        let ticks = options.into_iter().map(|(code, label)| tick(name, code, chosen.contains(&code), label));
        el("fieldset").class("row").with(el("legend").with(shown.as_str())).all(ticks)
    };
    let coded = |set: &CodeSet| set.iter().collect::<Vec<_>>();
    let listed = |list: &'_ [(String, String)]| -> Vec<(String, String)> { list.to_vec() };
    match takes {
        FieldKind::Name { max_chars } | FieldKind::Reason { max_chars } => {
            one(line(name, value).attr("maxlength", max_chars), None)
        }
        FieldKind::NoteText { max_chars } => {
            one(el("textarea").attr("name", name).attr("rows", 3).attr("maxlength", max_chars).with(value), None)
        }
        FieldKind::Code(set) => one(select(name, value, with_none(*required, value, coded(set))), None),
        FieldKind::Topics(set) => several(coded(set)),
        FieldKind::Date => one(el("input").attr("type", "date").attr("name", name).attr("value", value), None),
        FieldKind::Slot => slot(name, &shown, &id),
        FieldKind::Person => person(name, &shown, &id, value),
        FieldKind::MemberId | FieldKind::ConcernId => {
            let list = listed(if *takes == FieldKind::MemberId { &choices.members } else { &choices.concerns });
            if list.is_empty() {
                return one(line(name, value), None);
            }
            let options = list.iter().map(|(id, name)| (id.as_str(), name.as_str()));
            one(select(name, value, with_none(*required, value, options)), None)
        }
        FieldKind::MemberIds => {
            several(choices.members.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect())
        }
        FieldKind::Names => {
            one(el("textarea").attr("name", name).attr("rows", 3).with(value), Some("one name per line"))
        }
        FieldKind::Observers(set) => {
            let rows = (0..OBSERVERS).map(|row| {
                let kinds = select(&format!("{name}.capacity"), "", with_none(false, "", coded(set)));
                let who = line(&format!("{name}.name"), "").attr("aria-label", format!("Observer {}", row + 1));
                el("div")
                    .class("times-of-day")
                    .with(kinds.attr("aria-label", format!("Capacity of observer {}", row + 1)))
                    .with(who)
            });
            el("fieldset").with(el("legend").with(shown.as_str())).all(rows)
        }
        FieldKind::Number { .. } => one(line(name, value).attr("inputmode", "numeric"), None),
        FieldKind::Flag => select_flag(name, &shown, &id, value),
        FieldKind::Digest => one(line(name, value), Some("64 hexadecimal digits")),
        FieldKind::CaseId | FieldKind::TimeZone | FieldKind::Program => one(line(name, value), None),
    }
}

fn select_flag(name: &str, label: &str, id: &str, value: &str) -> Element {
    field(
        label,
        id,
        select(name, if value.is_empty() { "false" } else { value }, [("false", "no"), ("true", "yes")]),
        None,
        &[],
    )
}

fn slot(name: &str, label: &str, id: &str) -> Element {
    let part = |what: &'static str, kind: &'static str, said: &'static str| {
        let id = format!("{id}-{what}");
        let input = el("input")
            .attr("type", kind)
            .attr("name", format!("{name}.{what}"))
            .attr("id", &id)
            .attr("required", "required");
        el("div").with(el("label").attr("for", &id).with(said)).with(input)
    };
    let parts = [part("day", "date", "day"), part("from", "time", "from"), part("to", "time", "to")];
    el("fieldset").with(el("legend").with(label)).with(el("div").class("times-of-day").all(parts))
}

/// A person by name; the id follows from it where none is given.
fn person(name: &str, label: &str, id: &str, value: &str) -> Element {
    let (known, who) = value.split_once(':').unwrap_or(("", value));
    let input = line(&format!("{name}.name"), who).attr("required", "required");
    el("div").with(field(label, id, input, None, &[])).with(crate::pages::shell::hidden(&format!("{name}.id"), known))
}

/// When it happened and who records it, folded away: mostly it is now and by whoever sits here.
pub(crate) fn when(form: &str, given: &Pairs) -> Element {
    let text = |name: &str| line(name, given.get(name).unwrap_or_default());
    let hint = "local time of the district, such as 2026-10-20 16:00; leave empty for now";
    let inside =
        Html::new().with(field(form::AT_LABEL, &format!("{form}-at"), text("at"), Some(hint), &[])).with(field(
            form::ACTOR_LABEL,
            &format!("{form}-actor"),
            text("actor"),
            Some("leave empty to use the name of the server's user"),
            &[],
        ));
    let open = given.get("at").is_some() || given.get("actor").is_some();
    let folded = details("Time and person", inside);
    if open { folded.attr("open", "open") } else { folded }
}

/// The instant, the actor and the id that a form says.
pub(crate) fn circumstances(
    request: &WebRequest,
    given: &Pairs,
    zone: Zone,
) -> Result<(Option<At>, Name, Option<Uuid>), WebError> {
    let now = request.state.now()?;
    let at = given.get("at").map(|text| form::instant(text, zone, now)).transpose()?;
    let actor = match given.get("actor") {
        None => request.state.actor.clone(),
        Some(text) => form::recorder(text)?,
    };
    let id = given.get("id").and_then(|id| Uuid::parse_str(id).ok());
    Ok((at, actor, id))
}

/// The pairs `key=value` that a filled-in form means.
pub(crate) fn pairs(kind: EventKind, given: &Pairs, taken: &[MemberId]) -> Vec<(String, String)> {
    form::fields(kind).iter().flat_map(|field| values(field, given, taken)).collect()
}

fn values(field: &FormField, given: &Pairs, taken: &[MemberId]) -> Vec<(String, String)> {
    let FormField { name, takes, required, .. } = field;
    let pair = |value: String| vec![((*name).to_owned(), value)];
    let sub = |what: &str| given.get(&format!("{name}.{what}")).unwrap_or_default().trim().to_owned();
    match takes {
        FieldKind::Slot => match (sub("day"), sub("from"), sub("to")) {
            (day, from, to) if day.is_empty() && from.is_empty() && to.is_empty() => Vec::new(),
            (day, from, to) => pair(format!("{day} {from}-{to}")),
        },
        FieldKind::Person => match (sub("name"), sub("id")) {
            (who, _) if who.is_empty() => Vec::new(),
            (who, id) if id.is_empty() => {
                let id = Name::new(&who).map(|name| id_of(&name, taken).to_string()).unwrap_or_default();
                pair(format!("{id}:{who}"))
            }
            (who, id) => pair(format!("{id}:{who}")),
        },
        FieldKind::Topics(_) | FieldKind::MemberIds => {
            let chosen: Vec<&str> = given.all(name).filter(|value| !value.is_empty()).collect();
            // Nobody is a list too: what it leads to, the rules say.
            if chosen.is_empty() && !required { Vec::new() } else { pair(chosen.join(",")) }
        }
        FieldKind::Names => {
            let lines = given.get(name).unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(|line| ((*name).to_owned(), line.to_owned())).collect()
        }
        FieldKind::Observers(_) => {
            let (kinds, names) = (format!("{name}.capacity"), format!("{name}.name"));
            let rows = given.all(&kinds).zip(given.all(&names)).filter(|(_, who)| !who.trim().is_empty());
            rows.map(|(kind, who)| ((*name).to_owned(), format!("{kind}:{who}"))).collect()
        }
        FieldKind::NoteText { .. } => pair(given.get(name).unwrap_or_default().trim().replace("\r\n", "\n")),
        _ => pair(given.get(name).unwrap_or_default().trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_in_form_becomes_the_pairs_that_one_would_type() {
        let kind = EventKind::SessionOpened;
        let given = Pairs::read(
            b"part=1&present=lee&present=kim&neutral.name=Ines+Reyes&neutral.id=&observers.capacity=union_board\
              &observers.capacity=&observers.name=Mia+Sorel&observers.name=",
        );
        let mut pairs = pairs(kind, &given, &[]);
        pairs.sort();
        let expected = [
            ("neutral", "ines-reyes:Ines Reyes"),
            ("observers", "union_board:Mia Sorel"),
            ("part", "1"),
            ("present", "lee,kim"),
        ];
        assert_eq!(pairs, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(form::event(kind, &pairs, Zone::default()).is_ok());
        let slot = Pairs::read(b"part=1&slot.day=2026-10-20&slot.from=08%3A00&slot.to=16%3A00&neutral.name=N");
        let pairs = super::pairs(EventKind::SessionScheduled, &slot, &[]);
        assert!(form::event(EventKind::SessionScheduled, &pairs, Zone::default()).is_ok(), "{pairs:?}");
    }

    #[test]
    fn every_field_of_every_event_has_an_input() {
        for kind in EventKind::ALL {
            for field in form::fields(*kind) {
                let markup: Html = input(&field, "f", "", &Choices::default()).into();
                assert!(
                    markup.as_str().contains("<label") || markup.as_str().contains("<legend"),
                    "{kind} {}",
                    field.name
                );
            }
        }
    }
}
