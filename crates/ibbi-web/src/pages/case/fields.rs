//! The inputs of an event's form, and the pairs `key=value` of a form that was sent.

use crate::pages::shell::{field as labeled, hidden, line, select, tick};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::WebRequest;
use ibbi_app::form::{self, FormField};
use ibbi_app::schedule::id_of;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Case, CodeSet, EventKind, FieldKind, MemberId, Name};
use ibbi_report::html::{Element, Html, details, el, is_unseen};
use uuid::Uuid;

/// The number of rows for observers.
const OBSERVERS: usize = 3;

/// The choices that a case offers.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// The members of the teams: ID and name.
    pub(crate) members: Vec<(String, String)>,
    /// The concerns: ID and text.
    pub(crate) concerns: Vec<(String, String)>,
}

impl Choices {
    /// Returns the choices of a case.
    pub(crate) fn from_case(case: &Case) -> Self {
        let members = case.teams().into_iter().flat_map(ibbi_core::Teams::everyone);
        let members = members.map(|member| (member.person.id.to_string(), member.person.name.to_string()));
        let concerns = case.concerns().iter().map(|concern| (concern.id.to_string(), concern.id.to_string()));
        Self { members: members.collect(), concerns: concerns.collect() }
    }

    /// Returns the IDs that are taken.
    pub(crate) fn taken(&self) -> Vec<MemberId> {
        self.members.iter().filter_map(|(id, _)| id.parse().ok()).collect()
    }
}

/// Returns options with an empty one in front, if nothing is chosen or nothing has to be.
fn with_none<'a>(
    required: bool,
    value: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, &'a str)> {
    let none = (!required || value.is_empty()).then_some(("", if required { "choose" } else { "not given" }));
    none.into_iter().chain(options).collect()
}

/// What a form has in it when a page shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    /// A form that was refused and is shown again as it was sent.
    Sent(&'a Pairs),
    /// A new form, with a suggested value written as in `key=value`.
    Suggested(&'a str),
}

impl Content<'_> {
    /// Returns the text of an input.
    fn text(self, name: &str) -> String {
        match self {
            Self::Sent(pairs) => clean(pairs.get(name).unwrap_or_default()),
            // A value in angle brackets is a placeholder.
            Self::Suggested(value) if value.starts_with('<') => String::new(),
            Self::Suggested(value) => value.to_owned(),
        }
    }

    /// Returns the chosen values of several inputs with one name.
    fn chosen(self, name: &str) -> Vec<String> {
        match self {
            Self::Sent(pairs) => pairs.all(name).map(clean).collect(),
            Self::Suggested(_) => self.text(name).split(',').map(str::to_owned).collect(),
        }
    }
}

/// Returns a text that was sent as a form can show it. Browsers send CR LF at the end of a line. Characters that nothing
/// shows are left out: a user can neither see nor correct them.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_unseen(*c))).collect()
}

/// Returns a text as the content of a `textarea`. Browsers drop a line feed at its beginning.
fn textarea(name: &str, text: &str) -> Element {
    let text = if text.starts_with('\n') { format!("\n{text}") } else { text.to_owned() };
    el("textarea").attr("name", name).attr("rows", 3).with(text)
}

/// Returns the input of a field. The ID of the form keeps its IDs apart from those of other forms.
pub(crate) fn input(field: &FormField, form: &str, content: Content<'_>, choices: &Choices) -> Element {
    let FormField { name, label, required, takes } = field;
    let id = format!("{form}-{name}");
    let shown = if *required { (*label).to_owned() } else { format!("{label} (if any)") };
    let value = content.text(name);
    let one = |input: Element, hint: Option<&str>| {
        let input = if *required { input.attr("required", "required") } else { input };
        labeled(&shown, &id, input, hint, &[])
    };
    let several = |options: Vec<(&str, &str)>| {
        let chosen = content.chosen(name);
        let ticks = options.into_iter().map(|(code, label)| {
            let is_chosen = chosen.iter().any(|chosen| chosen == code);
            tick(name, code, is_chosen, label)
        });
        el("fieldset").class("row").with(el("legend").with(shown.as_str())).all(ticks)
    };
    let coded = |set: &CodeSet| set.iter().collect::<Vec<_>>();
    match takes {
        FieldKind::Name { max_chars } | FieldKind::Reason { max_chars } => {
            one(line(name, &value).attr("maxlength", max_chars), None)
        }
        FieldKind::NoteText { max_chars } => one(textarea(name, &value).attr("maxlength", max_chars), None),
        FieldKind::Code(set) => one(select(name, &value, with_none(*required, &value, coded(set))), None),
        FieldKind::Topics(set) => several(coded(set)),
        FieldKind::Date => one(el("input").attr("type", "date").attr("name", name).attr("value", value), None),
        FieldKind::Slot => slot(name, &shown, &id, content),
        FieldKind::Person => person(name, &shown, &id, content),
        FieldKind::MemberId | FieldKind::ConcernId => {
            let list = if *takes == FieldKind::MemberId { &choices.members } else { &choices.concerns };
            if list.is_empty() {
                return one(line(name, &value), None);
            }
            let options = list.iter().map(|(id, name)| (id.as_str(), name.as_str()));
            one(select(name, &value, with_none(*required, &value, options)), None)
        }
        FieldKind::MemberIds => {
            several(choices.members.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect())
        }
        FieldKind::Names => one(textarea(name, &value), Some("one name per line")),
        FieldKind::Observers(set) => observers(name, &shown, &coded(set), content),
        FieldKind::Number { .. } => one(line(name, &value).attr("inputmode", "numeric"), None),
        FieldKind::Flag => {
            let value = if value.is_empty() { "false" } else { value.as_str() };
            labeled(&shown, &id, select(name, value, [("false", "no"), ("true", "yes")]), None, &[])
        }
        FieldKind::Digest => one(line(name, &value), Some("64 hexadecimal digits")),
        FieldKind::CaseId | FieldKind::TimeZone | FieldKind::Program => one(line(name, &value), None),
    }
}

fn observers(name: &str, label: &str, codes: &[(&str, &str)], content: Content<'_>) -> Element {
    let (capacity, who) = (format!("{name}.capacity"), format!("{name}.name"));
    let sent: Vec<(String, String)> = match content {
        Content::Sent(pairs) => pairs.all(&capacity).map(clean).zip(pairs.all(&who).map(clean)).collect(),
        Content::Suggested(_) => Vec::new(),
    };
    let rows = (0..OBSERVERS.max(sent.len())).map(|row| {
        let (kind, text) = sent.get(row).map_or(("", ""), |(kind, text)| (kind.as_str(), text.as_str()));
        let kinds = select(&capacity, kind, with_none(false, "", codes.iter().copied()));
        el("div")
            .class("times-of-day")
            .with(kinds.attr("aria-label", format!("Capacity of observer {}", row + 1)))
            .with(line(&who, text).attr("aria-label", format!("Observer {}", row + 1)))
    });
    el("fieldset").with(el("legend").with(label)).all(rows)
}

fn slot(name: &str, label: &str, id: &str, content: Content<'_>) -> Element {
    let part = |what: &'static str, kind: &'static str| {
        let (id, name) = (format!("{id}-{what}"), format!("{name}.{what}"));
        // A suggestion names no slot: the user chooses one.
        let value = if matches!(content, Content::Sent(_)) { content.text(&name) } else { String::new() };
        let input = el("input")
            .attr("type", kind)
            .attr("name", name)
            .attr("id", &id)
            .attr("value", value)
            .attr("required", "required");
        el("div").with(el("label").attr("for", &id).with(what)).with(input)
    };
    let parts = [part("day", "date"), part("from", "time"), part("to", "time")];
    el("fieldset").with(el("legend").with(label)).with(el("div").class("times-of-day").all(parts))
}

/// Returns the input of a person's name. The ID is hidden, and made from the name where there is none.
fn person(name: &str, label: &str, id: &str, content: Content<'_>) -> Element {
    let (name_of, id_of) = (format!("{name}.name"), format!("{name}.id"));
    let (known, who) = match content {
        Content::Sent(_) => (content.text(&id_of), content.text(&name_of)),
        Content::Suggested(_) => {
            let value = content.text(name);
            let (known, who) = value.split_once(':').unwrap_or(("", &value));
            (known.to_owned(), who.to_owned())
        }
    };
    let input = line(&name_of, &who).attr("required", "required");
    el("div").with(labeled(label, id, input, None, &[])).with(hidden(&id_of, &known))
}

/// Returns the inputs for the time and the actor, folded. By default they are now and the server's actor.
pub(crate) fn when(form: &str, given: &Pairs) -> Element {
    let text = |name: &str| line(name, given.get(name).unwrap_or_default());
    let hint = "local time of the district, such as 2026-10-20 16:00; leave empty for now";
    let inside =
        Html::new().with(labeled(form::AT_LABEL, &format!("{form}-at"), text("at"), Some(hint), &[])).with(labeled(
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

/// Returns the instant, the actor, and the ID of a form.
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

/// Returns the pairs `key=value` of a form that was sent.
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
            // An empty list is a value too. The rules decide about it.
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
    fn form_becomes_pairs() {
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

    /// Returns the pairs that a browser sends for a form, and for a `select` the choice that is shown.
    fn sent_by_browser(markup: &str) -> Vec<(String, String)> {
        let unescape = |text: &str| {
            let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
            pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let attr = |tag: &str, name: &str| {
            let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
            rest.split('"').next().map(unescape)
        };
        let mut pairs = Vec::new();
        for (place, _) in markup.match_indices('<') {
            let tag = markup[place..].split_inclusive('>').next().unwrap();
            let Some(name) = attr(tag, "name") else { continue };
            if tag.starts_with("<input") {
                if attr(tag, "type").unwrap() != "checkbox" || tag.contains(" checked=") {
                    pairs.push((name, attr(tag, "value").unwrap_or_default()));
                }
            } else if tag.starts_with("<textarea") {
                let text = markup[place + tag.len()..].split("</textarea>").next().unwrap();
                let text = unescape(text.strip_prefix('\n').unwrap_or(text));
                pairs.push((name, text.replace('\n', "\r\n")));
            } else if tag.starts_with("<select") {
                let options = markup[place..].split("</select>").next().unwrap();
                let chosen = options.split("<option").find(|option| option.contains(" selected="));
                let option = chosen.or_else(|| options.split("<option").nth(1)).unwrap();
                pairs.push((name, attr(&format!("<option{option}"), "value").unwrap()));
            }
        }
        pairs
    }

    #[test]
    fn refused_form_keeps_content_of_every_field() {
        let people = [("lee", "Ann Lee"), ("kim", "Bo Kim"), ("roy", "Cy Roy")];
        let members = people.map(|(id, name)| (id.to_owned(), name.to_owned())).to_vec();
        let choices = Choices { members: members.clone(), concerns: members };
        for kind in EventKind::ALL {
            for field in form::fields(*kind) {
                let name = field.name;
                let sub = |what: &str, value: &str| (format!("{name}.{what}"), value.to_owned());
                let plain = |value: &str| (name.to_owned(), value.to_owned());
                let sent: Vec<(String, String)> = match field.takes {
                    FieldKind::Name { .. } | FieldKind::Reason { .. } => vec![plain("<A> & \"B\" é")],
                    FieldKind::NoteText { .. } => vec![plain("\r\none\r\n\r\n  two & <b>\r\n")],
                    FieldKind::Code(set) => vec![plain(set.iter().last().unwrap().0)],
                    FieldKind::Topics(set) => set.iter().skip(1).map(|(code, _)| plain(code)).collect(),
                    FieldKind::Date => vec![plain("2026-10-20")],
                    FieldKind::Slot => vec![sub("day", "2026-10-20"), sub("from", "08:00"), sub("to", "12:30")],
                    FieldKind::Person => vec![sub("name", "Ines Reyes"), sub("id", "reyes")],
                    FieldKind::MemberId | FieldKind::ConcernId => vec![plain("kim")],
                    FieldKind::MemberIds => vec![plain("lee"), plain("roy")],
                    FieldKind::Names => vec![plain("Ann Lee\r\nBo Kim\r\n")],
                    FieldKind::Observers(set) => (0..5)
                        .flat_map(|row| {
                            [
                                sub("capacity", set.iter().nth(row % set.iter().count()).unwrap().0),
                                sub("name", &format!("P {row}")),
                            ]
                        })
                        .collect(),
                    FieldKind::Number { .. } => vec![plain("12")],
                    FieldKind::Flag => vec![plain("true")],
                    FieldKind::Digest => vec![plain(&"ab".repeat(32))],
                    FieldKind::CaseId => vec![plain("01920000-0000-7000-8000-000000000001")],
                    FieldKind::TimeZone => vec![plain("America/New_York")],
                    FieldKind::Program => vec![plain("{\"grace\":15}")],
                };
                let mut text = form_urlencoded::Serializer::new(String::new());
                let pairs = Pairs::read(text.extend_pairs(&sent).finish().as_bytes());
                let markup: Html = input(&field, "f", Content::Sent(&pairs), &choices).into();
                assert_eq!(sent_by_browser(markup.as_str()), sent, "{kind} {name}: {}", markup.as_str());
            }
        }
    }

    #[test]
    fn characters_that_nothing_shows_are_left_out() {
        let pairs = Pairs::read("name=Ann%E2%80%AE+Lee%00".as_bytes());
        assert_eq!(Content::Sent(&pairs).text("name"), "Ann Lee");
        assert_eq!(Content::Suggested("<name>").text("name"), "");
    }

    #[test]
    fn every_field_of_every_event_has_an_input() {
        for kind in EventKind::ALL {
            for field in form::fields(*kind) {
                let markup: Html = input(&field, "f", Content::Suggested(""), &Choices::default()).into();
                assert!(
                    markup.as_str().contains("<label") || markup.as_str().contains("<legend"),
                    "{kind} {}",
                    field.name
                );
            }
        }
    }
}
