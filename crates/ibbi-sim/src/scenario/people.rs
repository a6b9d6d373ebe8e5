//! Reading the people, and checking them together.

use super::diagnose::Problems;
use super::table::{self, Table, Value};
use super::{Participant, Role, Scenario, times};
use ibbi_core::{MemberId, Name, Party, Seat};
use std::collections::BTreeMap;
use std::ops::Range;

pub(super) const PERSON_KEYS: &[&str] =
    &["also", "available", "id", "if_need_be", "name", "party", "required", "role", "seat", "unavailable"];

/// Reads the people.
pub(super) fn people(value: Option<&Value<'_>>, place: &Range<usize>, problems: &mut Problems<'_>) -> Vec<Participant> {
    let Some(value) = value else { return Vec::new() };
    let expected = "[[people]] sections, one for each person";
    let entries = table::list(value, "people", expected, Scenario::MAX_PEOPLE, problems).unwrap_or_default();
    let mut seen = BTreeMap::new();
    let mut people: Vec<Participant> = Vec::new();
    let mut all_read = true;
    for entry in entries {
        let before = problems.count();
        let read = person(entry, &mut seen, problems);
        let is_first = people.iter().all(|person| person.role != Role::Neutral);
        if read.as_ref().is_some_and(|read| read.role == Role::Neutral && !read.required && is_first) {
            let expected = "required = true: the first neutral leads the sessions";
            problems.add(&entry.span(), "the first neutral is not required", expected);
        }
        people.extend(read);
        all_read &= problems.count() == before;
    }
    together(&people, all_read, place, problems);
    people
}

fn person(
    value: &Value<'_>,
    seen: &mut BTreeMap<String, MemberId>,
    problems: &mut Problems<'_>,
) -> Option<Participant> {
    let Some(entries) = value.get_ref().as_table() else {
        let found = format!("a person is {}", table::describe(value.get_ref()));
        problems.add(&value.span(), found, "a [[people]] section");
        return None;
    };
    let fields = Table::new(entries, value.span(), "a person", PERSON_KEYS, problems);
    let form = "an id of 1 to 23 characters (a-z, 0-9, -, _, .), such as \"j-ortiz\"";
    let given = fields.need("id", form, problems);
    let id: Option<MemberId> = given.and_then(|value| table::parsed(value, "id", form, problems));
    if let (Some(id), Some(value)) = (id, given)
        && seen.insert(id.to_string(), id).is_some()
    {
        problems.add(
            &value.span(),
            format!("the person `{id}` is listed twice"),
            "each person once, with a different id",
        );
    }
    let name = fields.need("name", "a name, such as name = \"J. Ortiz\"", problems);
    let name: Option<Name> = name.and_then(|value| table::parsed(value, "name", "a name on one line", problems));
    let roles = format!("one of {}", Role::CODES.join(", "));
    let role = fields.need("role", &roles, problems);
    let role = role.and_then(|value| table::word(value, "role", Role::CODES, Role::from_code, problems));
    let given_seat = fields.get("seat");
    let seat = given_seat.and_then(|value| table::word(value, "seat", Seat::CODES, Seat::from_code, problems));
    let given_party = fields.get("party");
    let party = given_party.and_then(|value| table::word(value, "party", Party::CODES, Party::from_code, problems));
    let required = fields.get("required").map_or(Some(true), |value| required(value, problems));
    let mut list = |key: &str| times::times(fields.get(key), key, problems);
    let (also, available, if_need_be, unavailable) =
        (list("also"), list("available"), list("if_need_be"), list("unavailable"));
    let role = role?;
    // A value that was given but is not valid has its own problem already.
    if role == Role::Leader && given_seat.is_none() {
        fields.need("seat", &format!("for a leader, one of {}", Seat::CODES.join(", ")), problems);
    }
    if role == Role::Negotiator && given_party.is_none() {
        fields.need("party", &format!("for a negotiator, one of {}", Party::CODES.join(", ")), problems);
    }
    if let Some(value) = given_seat.filter(|_| role != Role::Leader) {
        problems.add(
            &value.span(),
            "`seat` is set for a person who is not a leader",
            "role = \"leader\", or no `seat`",
        );
    }
    if let Some(value) = given_party.filter(|_| matches!(role, Role::Neutral | Role::Representative)) {
        let expected = "no `party`: the neutral and the representative are not on a team";
        problems.add(&value.span(), "`party` is set for a person who is not on a team", expected);
    }
    if role == Role::Representative && required == Some(false) {
        problems.add(
            &fields.place,
            "the representative is not required",
            "required = true, or no representative: without one, the neutral conducts the meeting",
        );
    }
    Some(Participant {
        also: also?,
        available: available?,
        id: id?,
        if_need_be: if_need_be?,
        name: name?,
        party,
        required: required?,
        role,
        seat,
        unavailable: unavailable?,
    })
}

/// Checks what the process needs: three leaders, a neutral, and two teams.
fn together(people: &[Participant], all_read: bool, place: &Range<usize>, problems: &mut Problems<'_>) {
    let count = |matches: &dyn Fn(&Participant) -> bool| people.iter().filter(|person| matches(person)).count();
    // A person who could not be read may be the missing one.
    let mut need = |found: usize, limit: usize, missing: String, too_many: String| {
        if found == 0 && all_read {
            problems.add(place, format!("there is no {missing}"), format!("one person with {too_many}"));
        }
        if found > limit {
            problems.add(place, format!("there are {found} people with {too_many}"), format!("at most {limit}"));
        }
    };
    for seat in Seat::ALL {
        let found = count(&|person| person.role == Role::Leader && person.seat == Some(*seat));
        let (missing, with) =
            (format!("leader for the seat {seat}"), format!("role = \"leader\" and seat = \"{seat}\""));
        need(found, 1, missing, with);
    }
    let neutrals = count(&|person| person.role == Role::Neutral);
    need(neutrals, Scenario::MAX_NEUTRALS, "neutral".to_owned(), "role = \"neutral\"".to_owned());
    for party in Party::ALL {
        let found = count(&|person| person.is_member() && person.party == Some(*party));
        let missing = format!("required negotiator for {party}");
        need(found, 40, missing, format!("role = \"negotiator\" and party = \"{party}\""));
    }
    let representatives = count(&|person| person.role == Role::Representative);
    if representatives > 1 {
        problems.add(place, format!("there are {representatives} representatives"), "at most one");
    }
}

/// Reads whether sessions wait for a person.
fn required(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<bool> {
    let text = value.get_ref().as_str().unwrap_or_default();
    if text.replace(['-', ' '], "_").eq_ignore_ascii_case("if_need_be") {
        let expected = "true or false; times at which the person comes only if need be go into a list of their own, such as \
                        if_need_be = [\"monday\"]";
        problems.add(&value.span(), format!("`required` is {}", table::describe(value.get_ref())), expected);
        return None;
    }
    table::flag(value, "required", problems)
}
