//! The pairs `key=value` of a form that was sent, and the content of a form for an event that was recorded.

use super::choices::Choices;
use crate::query::Pairs;
use ibbi_app::form::{self, FormError, FormField};
use ibbi_app::typed::{self, Year};
use ibbi_app::zone::Zone;
use ibbi_core::{AdviserRole, Date, Event, EventKind, FieldKind, MemberId, Name, Party};
use serde_json::Value;

/// Reads forms. Names become people and IDs; dates and times become those of the input.
pub(crate) struct Reader<'a> {
    pub(crate) given: &'a Pairs,
    pub(crate) choices: &'a Choices,
    /// A date without a year is the one nearest to this day.
    pub(crate) near: Date,
}

impl Reader<'_> {
    /// Returns the pairs of the form of an event.
    pub(crate) fn pairs(&self, kind: EventKind) -> Vec<(String, String)> {
        form::fields(kind).iter().flat_map(|field| self.values(kind, field)).collect()
    }

    /// Returns a text without the spaces around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.given.get(name).unwrap_or_default().trim()
    }

    /// Returns a date as input has it, or the text if it is not a date.
    pub(crate) fn date(&self, name: &str) -> String {
        let text = self.text(name);
        typed::date(text, Year::Near(self.near)).map_or_else(|| text.to_owned(), |date| date.to_string())
    }

    /// Returns a slot as input has it. What is not a date or a time stays as it is.
    fn slot(&self, name: &str) -> String {
        let part = |what: &str| format!("{name}.{what}");
        let time = |what: &str| {
            let text = self.text(&part(what));
            typed::time(text).map_or_else(|| text.to_owned(), |time| time.format("%H:%M").to_string())
        };
        match (self.date(&part("day")), time("from"), time("to")) {
            (day, from, to) if to == "00:00" => format!("{day} {from}-24:00"),
            (day, from, to) if day.is_empty() && from.is_empty() && to.is_empty() => String::new(),
            (day, from, to) => format!("{day} {from}-{to}"),
        }
    }

    /// Returns a person as input has it: the ID belongs to the name.
    pub(crate) fn person(&self, name: &str, taken: &[MemberId]) -> String {
        let known = Name::new(name).map(|name| self.choices.id_of_name(&name, taken).to_string());
        if name.is_empty() { String::new() } else { format!("{}:{name}", known.unwrap_or_default()) }
    }

    /// Checks that a member who is named is not on the other team.
    pub(crate) fn check_team(&self, kind: EventKind) -> Result<(), FormError> {
        let party = Party::from_code(self.text("party")).filter(|_| kind == EventKind::MemberNamed);
        let name = self.text("member.name");
        match party.and_then(|party| self.choices.other_team_of(name, party)) {
            Some(other) => Err(on_both_teams("member", "New member", name, other)),
            None => Ok(()),
        }
    }

    /// Returns the rows of a field that are not empty: what is chosen in each, and the name, which can be missing.
    pub(super) fn rows<const N: usize>(&self, field: &str, choices: [&str; N]) -> Vec<([&str; N], &str)> {
        let column = |part: &str| self.given.all(&format!("{field}.{part}")).collect::<Vec<_>>();
        let chosen = choices.map(column);
        let rows = column("name").into_iter().enumerate().map(|(row, who)| {
            (chosen.each_ref().map(|column| column.get(row).copied().unwrap_or_default()), who.trim())
        });
        rows.filter(|(chosen, who)| !who.is_empty() || chosen.iter().any(|choice| !choice.is_empty())).collect()
    }

    fn values(&self, kind: EventKind, field: &FormField) -> Vec<(String, String)> {
        let FormField { name, takes, required, .. } = field;
        let pair = |value: String| vec![((*name).to_owned(), value)];
        match takes {
            FieldKind::Slot => pair(self.slot(name)),
            FieldKind::Date => pair(self.date(name)),
            // The form of a correction has the ID: another spelling of a member's name is the same member.
            FieldKind::Person if kind == EventKind::MemberNamed && !self.text("member.id").is_empty() => {
                pair(format!("{}:{}", self.text("member.id"), self.text("member.name")))
            }
            FieldKind::Person => pair(self.person(self.text(&format!("{name}.name")), &[])),
            FieldKind::Topics(_) | FieldKind::MemberIds => {
                let chosen: Vec<&str> = self.given.all(name).filter(|value| !value.is_empty()).collect();
                // An empty list is a value too. The rules decide about it.
                if chosen.is_empty() && !required { Vec::new() } else { pair(chosen.join(",")) }
            }
            FieldKind::Names => {
                let lines = self.given.get(name).unwrap_or_default().lines().map(str::trim);
                lines.filter(|line| !line.is_empty()).map(|line| ((*name).to_owned(), line.to_owned())).collect()
            }
            FieldKind::People => {
                let lines = self.given.get(name).unwrap_or_default().lines().map(str::trim);
                lines.filter(|line| !line.is_empty()).map(|line| ((*name).to_owned(), self.person(line, &[]))).collect()
            }
            FieldKind::Substitutes => {
                let value = |([member], who): ([&str; 1], &str)| format!("{member}:{}", self.person(who, &[]));
                self.rows(name, ["member"]).into_iter().map(|row| ((*name).to_owned(), value(row))).collect()
            }
            FieldKind::Advisers(_) => {
                let adviser = |([party, role], who): ([&str; 2], &str)| {
                    let role = if role.is_empty() { AdviserRole::Other.code() } else { role };
                    ((*name).to_owned(), format!("{party}:{role}:{who}"))
                };
                self.rows(name, ["party", "role"]).into_iter().map(adviser).collect()
            }
            FieldKind::Observers(_) => {
                let rows = self.rows(name, ["capacity"]);
                rows.into_iter().map(|([kind], who)| ((*name).to_owned(), format!("{kind}:{who}"))).collect()
            }
            FieldKind::NoteText { .. } => pair(self.text(name).replace("\r\n", "\n")),
            FieldKind::ConcernId if kind == EventKind::ConcernRaised && self.text(name).is_empty() => {
                pair(self.choices.new_concern(self.text("party")))
            }
            _ => pair(self.text(name).to_owned()),
        }
    }
}

/// Returns the error for a person who is named for one team and is on the other.
pub(super) fn on_both_teams(field: &'static str, label: &str, name: &str, other: Party) -> FormError {
    let other = other.label();
    FormError::at(field, label, &format!("{name} is on {other}'s team; a person can be on one team only"))
}

/// Returns the content of the form of a recorded event, as a browser would send it.
pub(crate) fn filled(event: &Event, zone: Zone) -> Pairs {
    let data = event.serialize_data(serde_json::value::Serializer).unwrap_or_default();
    let mut pairs = Vec::new();
    for field in event.kind().fields() {
        let Some(value) = data.get(field.name) else { continue };
        let mut add = |part: &str, value: String| pairs.push((format!("{}{part}", field.name), value));
        match field.kind {
            FieldKind::Slot => {
                let local = |end: &str| -> Option<(String, String)> {
                    let at = zone.read(value.get(end)?.as_str()?, ibbi_core::At::MIN).ok()?;
                    Some((ibbi_app::format::us_date(zone.date(at)), zone.show_time(at)))
                };
                let (Some((day, from)), Some((_, to))) = (local("starts"), local("ends")) else { continue };
                add(".day", day);
                add(".from", from);
                add(".to", if to == "12:00 AM" { "midnight".to_owned() } else { to });
            }
            FieldKind::Date => {
                let date = text(value).parse().map_or_else(|_| text(value), ibbi_app::format::us_date);
                add("", date);
            }
            FieldKind::Person => {
                add(".name", text(&value["name"]));
                add(".id", text(&value["id"]));
            }
            FieldKind::Names => add("", list(value).map(text).collect::<Vec<_>>().join("\n")),
            FieldKind::MemberIds | FieldKind::Topics(_) => list(value).for_each(|each| add("", text(each))),
            FieldKind::People => add("", list(value).map(|each| text(&each["name"])).collect::<Vec<_>>().join("\n")),
            FieldKind::Substitutes => list(value).for_each(|each| {
                add(".member", text(&each["member"]));
                add(".name", text(&each["person"]["name"]));
            }),
            FieldKind::Advisers(_) => list(value).for_each(|each| {
                for part in ["name", "party", "role"] {
                    add(&format!(".{part}"), text(&each[part]));
                }
            }),
            FieldKind::Observers(_) => list(value).for_each(|each| {
                add(".capacity", text(&each["capacity"]));
                add(".name", text(&each["name"]));
            }),
            _ => add("", text(value)),
        }
    }
    Pairs::from(pairs)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_app::input;

    fn pairs(kind: EventKind, form: &str) -> Vec<(String, String)> {
        let (given, choices) = (Pairs::read(form.as_bytes()), Choices::default());
        let reader = Reader { given: &given, choices: &choices, near: "2026-09-01".parse().unwrap() };
        let mut pairs = reader.pairs(kind);
        pairs.sort();
        pairs
    }

    #[test]
    fn names_become_people_and_typed_times_become_slots() {
        let form = "part=1&present=lee&present=kim&neutral.name=Ines+Reyes&observers.capacity=union_board\
                    &observers.capacity=&observers.name=Mia+Sorel&observers.name=";
        let expected = [
            ("neutral", "ines-reyes:Ines Reyes"),
            ("observers", "union_board:Mia Sorel"),
            ("part", "1"),
            ("present", "lee,kim"),
        ];
        assert_eq!(
            pairs(EventKind::SessionOpened, form),
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
        let slot = "part=1&slot.day=10/20&slot.from=8a&slot.to=4:00+PM&neutral.name=N";
        let found = pairs(EventKind::SessionScheduled, slot);
        assert!(found.contains(&("slot".to_owned(), "2026-10-20 08:00-16:00".to_owned())), "{found:?}");
        assert!(form::event(EventKind::SessionScheduled, &found, Zone::default()).is_ok(), "{found:?}");
    }

    #[test]
    fn form_of_a_recorded_event_reads_back_as_the_event() {
        let zone = Zone::default();
        for (kind, line) in [
            (
                EventKind::SessionScheduled,
                &["part=1", "slot=2026-10-20 18:00-24:00", "neutral=n:Ines Reyes", "place=Hall"][..],
            ),
            (EventKind::SupportConfirmed, &["body=administration", "dated=2026-09-24"]),
            (EventKind::MeetingHeld, &["representative=N", "present=A B", "present=C D", "topics=interests,services"]),
            (EventKind::MemberNamed, &["party=labor", "member=x-7:Ada Yun"]),
            (EventKind::ConcernRaised, &["party=labor", "concern=q", "text=one\n  two"]),
            (EventKind::SessionClosed, &["left_early=a,b"]),
            (EventKind::CaseOpened, &["district=A", "county=norfolk", "contract_expires=2027-06-30", "evergreen=true"]),
        ] {
            let event = input::from_pairs(kind, line, zone).unwrap();
            let (given, choices) = (filled(&event, zone), Choices::default());
            let reader = Reader { given: &given, choices: &choices, near: "2026-09-01".parse().unwrap() };
            let again = form::event(kind, &reader.pairs(kind), zone).unwrap_or_else(|error| panic!("{kind}: {error}"));
            // A neutral's ID is made from the name.
            let expected = input::from_pairs(
                kind,
                &line.iter().map(|pair| pair.replace("n:Ines", "ines-reyes:Ines")).collect::<Vec<_>>(),
                zone,
            );
            assert_eq!(Ok(again), expected, "{kind}");
        }
    }
}
