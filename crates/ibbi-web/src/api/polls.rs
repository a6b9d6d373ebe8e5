//! Availability polls over the API: list, make, read, and delete them.

use super::paging;
use super::scenarios::{SentScenario, scenario};
use crate::poll_access::answered;
use crate::poll_days;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::sim::Hours;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Date, MemberId};
use ibbi_poll::{Poll, PollGrid, PollMark, PolledPerson};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A poll to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PollBody {
    /// The scenario into which the answers flow. Default: the sample.
    scenario: Option<SentScenario>,
    /// The case that the poll is about. Its facilitators see the answers.
    case: Option<Uuid>,
    /// The first day, such as 2026-11-02. Default: the day of the training in the plan, or tomorrow if that is later.
    first_day: Option<String>,
    /// The number of weeks. Default: 6.
    #[schemars(range(min = 1, max = 26))]
    weeks: Option<u8>,
    /// The times of a day, in order, such as 8:00-12:00. Default: the halves of the day in which sessions can be held.
    #[schemars(length(min = 1, max = 6))]
    times: Option<Vec<String>>,
    /// The last day for answers. Default: in ten days.
    closes: Option<String>,
    /// The IDs of the people to ask. Default: everyone in the scenario.
    people: Option<Vec<String>>,
}

/// A poll that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct NewPoll {
    /// Its ID.
    id: Uuid,
    /// The link of each person. Links are shown only now.
    links: Vec<PersonLink>,
}

/// The link of a person.
#[derive(Serialize, JsonSchema)]
struct PersonLink {
    /// The ID of the person in the scenario.
    person: String,
    /// The name.
    name: String,
    /// The link.
    link: String,
}

/// The polls.
#[derive(Serialize, JsonSchema)]
pub(super) struct PollList {
    /// The polls, newest first.
    polls: Vec<PollInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<Uuid>,
}

/// A poll, without its answers.
#[derive(Serialize, JsonSchema)]
struct PollInfo {
    /// Its ID.
    id: Uuid,
    /// The case that it is about.
    case: Option<Uuid>,
    /// The district.
    district: String,
    /// The name of the person who asks.
    asked_by: String,
    /// Until when answers can be given.
    #[schemars(with = "String")]
    closes: At,
    /// When it is deleted with its answers.
    #[schemars(with = "String")]
    deleted: At,
    /// How many people it asks.
    people: usize,
    /// How many of them have answered.
    answered: usize,
}

/// The answers of a poll.
#[derive(Serialize, JsonSchema)]
pub(super) struct PollResults {
    /// The poll.
    poll: PollInfo,
    /// The days.
    days: Vec<String>,
    /// The times of each day.
    times: Vec<String>,
    /// The people, with their answers.
    people: Vec<PersonAnswer>,
    /// The scenario with the answers.
    scenario: Map<String, Value>,
}

/// A person, with the answer.
#[derive(Serialize, JsonSchema)]
struct PersonAnswer {
    /// The ID of the person in the scenario.
    id: String,
    /// The name.
    name: String,
    /// When the answer was last changed; null if the person hasn't answered.
    #[schemars(with = "Option<String>")]
    answered: Option<At>,
    /// A mark for each time of each day, in order: `can`, `if_need_be`, `cannot`, or null if it was left blank.
    #[schemars(with = "Vec<Option<MarkCode>>")]
    marks: Vec<Option<PollMark>>,
    /// The note.
    note: Option<String>,
}

/// Whether a person can come.
#[derive(JsonSchema)]
#[schemars(rename = "PollMark", rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
enum MarkCode {
    Can,
    IfNeedBe,
    Cannot,
}

/// That a poll was deleted.
#[derive(Serialize, JsonSchema)]
pub(super) struct PollDeleted {
    /// The ID of the poll.
    poll: Uuid,
    /// The change.
    done: &'static str,
}

const EXAMPLE: &str = r#"{"weeks": 2, "times": ["8:00-12:00", "12:00-16:00"]}"#;

pub(super) fn list(request: &WebRequest) -> WebResult {
    let (limit, after) = (paging::limit(request)?, paging::after::<Uuid>(request, "the ID of a poll")?);
    let seen = request.polls()?.polls;
    let mut polls: Vec<_> =
        seen.iter().filter(|poll| after.is_none_or(|after| poll.id < after)).take(limit + 1).collect();
    let more = polls.len() > limit;
    polls.truncate(limit);
    let next = polls.last().filter(|_| more).map(|poll| poll.id);
    Ok(json(StatusCode::OK, &PollList { polls: polls.into_iter().map(info).collect(), next })?)
}

fn info(poll: &Poll) -> PollInfo {
    PollInfo {
        id: poll.id,
        case: poll.case,
        district: poll.district.to_string(),
        asked_by: poll.asked_by.to_string(),
        closes: poll.closes,
        deleted: poll.deleted_at(),
        people: poll.people.len(),
        answered: answered(poll).0,
    }
}

pub(super) fn create(request: &WebRequest) -> WebResult {
    let body: PollBody = request.object("a poll", EXAMPLE)?;
    request.check_poll_case(body.case)?;
    let scenario = scenario(body.scenario.as_ref(), None)?;
    let usage = |why: String| WebError::from(AppError::Usage(why));
    let now = request.state.now()?;
    let zone = Zone::or_utc(Some(&scenario.time_zone));
    let today = zone.date(now);
    let first = body
        .first_day
        .as_deref()
        .map(|day| day.parse::<Date>().map_err(|_| usage("`first_day` is a date, such as 2026-11-02".to_owned())));
    let first = first.transpose()?.unwrap_or_else(|| poll_days::first_day(&scenario, today));
    let weeks = body.weeks.map_or(poll_days::WEEKS, i64::from);
    if !(1..=26).contains(&weeks) {
        return Err(usage("`weeks` is a number from 1 to 26".to_owned()));
    }
    let bands = body.times.map(|times| {
        let read = |time: &String| time.parse::<Hours>().map_err(|error| usage(format!("`times`: {error}")));
        times.iter().map(read).collect::<Result<Vec<_>, _>>()
    });
    let usual =
        || Hours::NAMED.into_iter().map(|(_, hours)| hours).filter(|hours| poll_days::allows(&scenario, *hours));
    let bands = bands.transpose()?.unwrap_or_else(|| usual().collect());
    let closes = body.closes.unwrap_or_else(|| poll_days::last_day(today).to_string());
    let closes = poll_days::closing(&closes, zone, now).map_err(|why| usage(format!("`closes`: {why}")))?;
    let wanted =
        |id: &MemberId| body.people.as_ref().is_none_or(|people| people.iter().any(|wanted| wanted == id.as_str()));
    let unknown =
        body.people.iter().flatten().find(|id| !scenario.people.iter().any(|person| person.id.as_str() == *id));
    if let Some(unknown) = unknown {
        return Err(usage(format!("`people`: the scenario has no person with the ID `{unknown}`")));
    }
    let asked = scenario.people.iter().filter(|person| wanted(&person.id));
    let asked = asked.map(|person| PolledPerson::new(person.id, person.name.clone(), None));
    let mut poll = Poll {
        id: Uuid::now_v7(),
        case: body.case,
        district: scenario.district.clone(),
        zone: scenario.time_zone.clone(),
        asked_by: request.name().clone(),
        reply_to: None,
        maker: request.viewer.principal.clone(),
        grid: PollGrid { days: poll_days::days(&scenario, first, weeks), bands },
        closes,
        people: asked.collect(),
        scenario: scenario.to_toml(),
    };
    poll.check()?;
    let mut links = Vec::new();
    for person in poll.people.clone() {
        let link = request.answer_link(poll.id, &poll.issue(&person.id)?);
        links.push(PersonLink { person: person.id.to_string(), name: person.name.to_string(), link });
    }
    request.state.polls.create(&poll)?;
    Ok(json(StatusCode::CREATED, &NewPoll { id: poll.id, links })?)
}

pub(super) fn results(request: &WebRequest) -> WebResult {
    let poll = request.poll_with_answers(request.id("poll")?)?;
    let answer = |person: &PolledPerson| PersonAnswer {
        id: person.id.to_string(),
        name: person.name.to_string(),
        answered: person.answer.as_ref().map(|answer| answer.at),
        marks: person.answer.as_ref().map(|answer| answer.marks.clone()).unwrap_or_default(),
        note: person.answer.as_ref().map(|answer| answer.note.clone()).filter(|note| !note.is_empty()),
    };
    let results = PollResults {
        poll: info(&poll),
        days: poll.grid.days.iter().map(ToString::to_string).collect(),
        times: poll.grid.bands.iter().map(ToString::to_string).collect(),
        people: poll.people.iter().map(answer).collect(),
        scenario: poll.scenario_with_answers()?.to_object(),
    };
    Ok(json(StatusCode::OK, &results)?)
}

pub(super) fn delete(request: &WebRequest) -> WebResult {
    let poll = request.id("poll")?;
    request.delete_poll(poll)?;
    Ok(json(StatusCode::OK, &PollDeleted { poll, done: "the poll and its answers were deleted" })?)
}
