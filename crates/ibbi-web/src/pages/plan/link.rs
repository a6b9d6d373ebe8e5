//! A scenario in a link. It has only what differs from the defaults, so that a user can send it by email.
//!
//! | key | value |
//! |---|---|
//! | `d`, `s`, `x` | the district; the start; the day the contract expires |
//! | `i` | the ID that the case gets, if the scenario has one |
//! | `e=1`, `f=half` | an evergreen clause; two half-days |
//! | `z`, `c`, `w` | the time zone and the working days, if they are not the defaults; the county |
//! | `h` | closed days with their name: `Winter break 2026-12-24 to 2027-01-01` |
//! | `p` | a person: `name~id~role~times`, the ID is empty if it follows from the name |
//! | `a` | an assumption that is not the default: `caucus_days:1,7,21` |
//!
//! A scenario that the form can't show in full is in the link as its file: `file` is the only key.

use crate::query::{self, Pairs};
use ibbi_app::AppError;
use ibbi_app::schedule::{Availability, closure, closure_text, id_of};
use ibbi_app::sim::{
    Assumptions, CalendarInput, Chance, Duration, Model, Participant, Role, Scenario, SessionsInput, ThreePoint,
    Weekday,
};
use ibbi_core::{County, Date, Format, MemberId, Name, Party, Seat, TimeZoneName};
use std::borrow::Cow;

/// The longest query of a link, in bytes. The server reads addresses of at most 64 KiB.
const MOST: usize = 60_000;

/// Returns whether a query is short enough for a link.
pub(crate) const fn fits(query: &str) -> bool {
    query.len() <= MOST
}

/// The codes of the roles that have no team or seat.
const ROLES: &[(&str, Role)] = &[("neutral", Role::Neutral), ("rep", Role::Representative)];

/// Returns the query of the link of a scenario's file.
pub(crate) fn of_file(text: &str) -> String {
    query::write(vec![("file", text.into())])
}

/// Returns the query of a scenario's link.
pub(crate) fn write(scenario: &Scenario) -> String {
    match fields(scenario) {
        query if is_same(&query, scenario) => query,
        _ => of_file(&scenario.to_toml()),
    }
}

/// Returns the query of a scenario's link with a key for each field of the form.
fn fields(scenario: &Scenario) -> String {
    let mut pairs: Vec<(&str, Cow<'_, str>)> = vec![("d", scenario.district.as_str().into())];
    let mut add = |key, value: String| pairs.push((key, value.into()));
    if let Some(id) = scenario.id {
        add("i", id.to_string());
    }
    add("s", scenario.start.to_string());
    if let Some(expires) = scenario.contract_expires {
        add("x", expires.to_string());
    }
    if scenario.evergreen {
        add("e", "1".to_owned());
    }
    if scenario.format() == Some(Format::TwoHalfDays) {
        add("f", "half".to_owned());
    }
    if scenario.time_zone.as_str() != ibbi_app::zone::MASSACHUSETTS {
        add("z", scenario.time_zone.to_string());
    }
    if let Some(county) = scenario.calendar.county {
        add("c", county.code().to_owned());
    }
    if scenario.calendar.working_days != Weekday::ALL[..5] {
        add("w", scenario.calendar.working_days.iter().map(|day| &day.code()[..3]).collect::<Vec<_>>().join(","));
    }
    for closed in &scenario.calendar.closed {
        add("h", closure_text(closed));
    }
    let mut taken = Vec::new();
    for person in &scenario.people {
        add("p", written(person, &taken));
        taken.push(person.id);
    }
    for which in Duration::of(Model::First) {
        let assumed = scenario.assumptions.duration(*which);
        if !assumed.default {
            let ThreePoint { least, likely, most } = assumed.value;
            add("a", format!("{}:{least},{likely},{most}", which.code()));
        }
    }
    for which in Chance::ALL {
        let assumed = scenario.assumptions.chance(*which);
        if !assumed.default {
            add("a", format!("{}:{}", which.code(), assumed.value));
        }
    }
    query::write(pairs)
}

/// Returns the address of the form that opens a case with the district and the people of a scenario.
pub(crate) fn case_address(scenario: &Scenario) -> String {
    let roles = |person: &Participant| {
        let seat = person.seat.filter(|_| person.role == Role::Leader).map(Seat::code);
        let other = ROLES.iter().find(|(_, role)| *role == person.role).map(|(code, _)| *code);
        let other = other.map(|code| if code == "rep" { "representative" } else { code });
        [seat, person.party.map(Party::code), other].into_iter().flatten()
    };
    let lines =
        scenario.people.iter().flat_map(|person| roles(person).map(move |role| format!("{role}={}", person.name)));
    let evergreen = if scenario.evergreen { "true" } else { "false" };
    let mut pairs: Vec<(&str, Cow<'_, str>)> = vec![
        ("district", scenario.district.as_str().into()),
        ("time_zone", scenario.time_zone.as_str().into()),
        ("evergreen", evergreen.into()),
        ("people", lines.collect::<Vec<_>>().join("\n").into()),
    ];
    let county = scenario.calendar.county.map(County::code);
    // The case gets the ID of the plan, so that its calendar entries stay the same.
    pairs.push((crate::pages::when::NEW_CASE, scenario.identity().id().to_string().into()));
    pairs.extend(county.map(|county| ("county", county.into())));
    let expires = scenario.contract_expires.map(ibbi_app::format::us_date);
    pairs.extend(expires.map(|date| ("contract_expires", date.into())));
    format!("/cases?{}#open", query::write(pairs))
}

fn written(person: &Participant, taken: &[MemberId]) -> String {
    let Participant { id, name, party, required, role, seat, .. } = person;
    let id = if *id == id_of(name, taken) { String::new() } else { id.to_string() };
    let party = party.map(Party::code);
    let mut role = match (role, seat, party) {
        (Role::Leader, Some(seat), Some(party)) => format!("{}+{party}", seat.code()),
        (Role::Leader, Some(seat), None) => seat.code().to_owned(),
        (Role::Negotiator, _, Some(party)) => party.to_owned(),
        (role, ..) => ROLES.iter().find(|(_, known)| known == role).map_or("", |(code, _)| code).to_owned(),
    };
    if !required {
        role.push('?');
    }
    format!("{name}~{id}~{role}~{}", Availability::from(person).text())
}

/// Reads the scenario from a link's query.
///
/// # Errors
/// [`AppError`] for a part of the link that can't be read. The caller checks the scenario as a whole.
pub(crate) fn read(pairs: &Pairs) -> Result<Scenario, AppError> {
    let day = |key: &str| pairs.get(key).map(|text| parsed::<Date>(key, text)).transpose();
    let zone = pairs.get("z").unwrap_or(ibbi_app::zone::MASSACHUSETTS);
    let working_days = match pairs.get("w") {
        None => Weekday::ALL[..5].to_vec(),
        Some(text) => text.split(',').map(weekday).collect::<Result<_, _>>()?,
    };
    let county = match pairs.get("c") {
        None => None,
        Some(text) => Some(County::from_code(text).ok_or_else(|| wrong("c", text))?),
    };
    let mut people = Vec::new();
    for text in pairs.all("p") {
        let taken: Vec<MemberId> = people.iter().map(|person: &Participant| person.id).collect();
        people.push(person(text, &taken)?);
    }
    let mut assumptions = Assumptions::default();
    pairs.all("a").try_for_each(|text| assumption(&mut assumptions, text))?;
    Ok(Scenario {
        assumptions,
        calendar: CalendarInput {
            closed: pairs.all("h").map(|text| closure(text, None)).collect::<Result<_, _>>()?,
            county,
            hours: Vec::new(),
            working_days,
        },
        contract_expires: day("x")?,
        district: parsed::<Name>("d", pairs.get("d").unwrap_or_default())?,
        evergreen: pairs.get("e").is_some(),
        id: pairs.get("i").map(|text| parsed("i", text)).transpose()?,
        deadlines: Vec::new(),
        model: Model::First,
        people,
        sessions: SessionsInput::published(if pairs.get("f") == Some("half") {
            Format::TwoHalfDays
        } else {
            Format::FullDay
        }),
        start: day("s")?.ok_or_else(|| wrong("s", ""))?,
        time_zone: parsed::<TimeZoneName>("z", zone)?,
    })
}

fn person(text: &str, taken: &[MemberId]) -> Result<Participant, AppError> {
    // Split from the end: only the name can contain `~`.
    let mut parts = text.rsplitn(4, '~');
    let (when, role, id, name) = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(when), Some(role), Some(id), Some(name)) = (when, role, id, name) else { return Err(wrong("p", text)) };
    let name: Name = parsed("p", name)?;
    let id = if id.is_empty() { id_of(&name, taken) } else { parsed("p", id)? };
    let (role, required) = role.strip_suffix('?').map_or((role, true), |role| (role, false));
    let (first, party) = role.split_once('+').map_or((role, None), |(seat, party)| (seat, Some(party)));
    let party = party.map(|party| Party::from_code(party).ok_or_else(|| wrong("p", text))).transpose()?;
    let known = ROLES.iter().find(|(code, _)| *code == first).map(|(_, role)| *role);
    let (role, seat, party) = match (known, Seat::from_code(first), Party::from_code(first)) {
        (Some(role), ..) => (role, None, None),
        (_, Some(seat), _) => (Role::Leader, Some(seat), party),
        (.., Some(party)) => (Role::Negotiator, None, Some(party)),
        _ => return Err(wrong("p", text)),
    };
    let person = Participant { party, required, seat, ..Participant::new(id, name, role) };
    Ok(Availability::read(when, None, &[])?.of(person))
}

fn assumption(assumptions: &mut Assumptions, text: &str) -> Result<(), AppError> {
    let (code, value) = text.split_once(':').ok_or_else(|| wrong("a", text))?;
    let numbers: Vec<f64> = value.split(',').filter_map(|number| number.parse().ok()).collect();
    let duration = Duration::of(Model::First).iter().find(|which| which.code() == code);
    let chance = Chance::ALL.iter().find(|which| which.code() == code);
    match (duration, chance, numbers.as_slice()) {
        (Some(which), _, [least, likely, most]) => {
            assumptions.set_duration(*which, ThreePoint { least: *least, likely: *likely, most: *most });
        }
        (_, Some(which), [chance]) => assumptions.set_chance(*which, *chance),
        _ => return Err(wrong("a", text)),
    }
    Ok(())
}

fn weekday(text: &str) -> Result<Weekday, AppError> {
    let found = Weekday::ALL.iter().find(|day| day.code().get(..3) == Some(text));
    found.copied().ok_or_else(|| wrong("w", text))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(key: &str, text: &str) -> Result<T, AppError> {
    text.parse().map_err(|error: T::Err| AppError::Usage(format!("the link is incomplete: in `{key}`, {error}")))
}

fn wrong(key: &str, text: &str) -> AppError {
    let text: String = text.chars().take(60).collect();
    AppError::Usage(format!("the link is incomplete: `{key}={text}` can't be read; ask for the link again"))
}

/// Returns whether a link has the whole scenario. The form and the link have no fields for some parts of format 2.
pub(super) fn holds(scenario: &Scenario) -> bool {
    is_same(&fields(scenario), scenario)
}

fn is_same(query: &str, scenario: &Scenario) -> bool {
    read(&Pairs::read(query.as_bytes())).is_ok_and(|again| again.digest() == scenario.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_scenarios_round_trip_through_links() {
        let samples = ibbi_testing::sample_scenarios().into_iter().map(|(_, text)| Scenario::parse(&text).unwrap());
        // A link holds format 1.
        for mut scenario in samples.filter(|scenario| scenario.model == Model::First) {
            scenario.people[0].name = Name::new("A ~ & + <b> é").unwrap();
            scenario.assumptions.set_chance(Chance::Withdraws, 0.125);
            let link = write(&scenario);
            assert!(link.len() < 2000, "{} bytes", link.len());
            let again = read(&Pairs::read(link.as_bytes())).unwrap_or_else(|error| panic!("{error}\n{link}"));
            assert_eq!(again.digest(), scenario.digest(), "{link}");
        }
    }

    #[test]
    fn all_lists_of_times_are_in_the_link_and_in_the_form() {
        let times = "unavailable = [{ weekday = \"thursday\", every = 2, from = 2026-09-10 }, { on = 2026-11-04, half = \"evening\" }]\n\
                     available = [2026-10-20, { weekday = [\"monday\", \"friday\"], hours = \"9:00-15:30\" }]\n\
                     if_need_be = [{ weekday = \"tuesday\", week = \"second\", for = \"training\" }]\nalso = [2026-11-05]\n";
        let sample = ibbi_app::sim::EXAMPLE.replacen("unavailable = [2026-12-02, 2026-12-09]\n", times, 1);
        let scenario = Scenario::parse(&sample).unwrap();
        assert!(scenario.people.iter().any(|person| !person.if_need_be.is_empty()));
        let again = read(&Pairs::read(write(&scenario).as_bytes())).unwrap();
        assert_eq!(again.digest(), scenario.digest());
        let form = super::super::draft::Draft::from(&scenario).scenario().unwrap();
        assert_eq!(form.people, scenario.people);
    }

    #[test]
    fn cut_link_says_that_it_is_incomplete() {
        for query in ["", "d=X", "d=X&s=2026-13-01", "d=X&s=2026-09-08&p=R.+Amari", "d=X&s=2026-09-08&a=caucus_days:1"]
        {
            let error = read(&Pairs::read(query.as_bytes())).unwrap_err().to_string();
            assert!(error.contains("the link is incomplete"), "{query}: {error}");
        }
    }
}
