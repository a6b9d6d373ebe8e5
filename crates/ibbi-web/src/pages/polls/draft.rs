//! The form that makes a poll, as it is filled in.

use super::address::{REPLIES, email_of};
use super::letters::Letter;
use crate::pages::plan;
use crate::poll_days::{WEEKS, allows, closing, days, first_day, last_day, own_bands};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::WebRequest;
use ibbi_access::UNKNOWN_NAME;
use ibbi_app::sim::{Hours, Scenario};
use ibbi_app::typed::{self, Year};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, format, schedule};
use ibbi_core::Name;
use ibbi_poll::{LetterKind, Poll, PollGrid, PolledPerson};
use std::path::Path;
use uuid::Uuid;

/// The form that makes a poll. The texts are as they were typed.
pub(super) struct PollDraft {
    /// The ID of the poll to be.
    pub(super) id: Uuid,
    pub(super) case: Option<Uuid>,
    pub(super) scenario: Scenario,
    pub(super) first: String,
    pub(super) weeks: String,
    /// The bands that are chosen, of [`PollDraft::BANDS`].
    pub(super) bands: Vec<String>,
    /// Other bands.
    pub(super) other_bands: String,
    pub(super) closes: String,
    /// The name of the person who asks, if that person chooses it: the user of this computer. Others have the name of their account.
    pub(super) asked_by: Option<String>,
    /// The address of the person who asks.
    pub(super) reply_to: String,
    /// For each person of the scenario: whether the poll asks, and the address for mail.
    pub(super) people: Vec<(bool, String)>,
}

/// Why a form can't be carried out: the field, and the message.
pub(super) type Wrong = Vec<(String, String)>;

impl PollDraft {
    /// The bands that the form offers.
    pub(super) const BANDS: [(Hours, &'static str); 3] = [
        (Hours::MORNING, "Morning, 8:00 AM to noon"),
        (Hours::AFTERNOON, "Afternoon, noon to 4:00 PM"),
        (Hours::EVENING, "Evening, 4:00 PM to 8:00 PM"),
    ];

    /// Returns the form for the people of a plan's link.
    pub(super) fn of_plan(request: &WebRequest) -> Result<Self, WebError> {
        let scenario = match plan::linked_scenario(&request.query)? {
            Some(scenario) => scenario,
            None => schedule::load(None)?,
        };
        let now = request.state.now()?;
        let zone = Zone::or_utc(Some(&scenario.time_zone));
        let today = zone.date(now);
        let (first, closes) = (first_day(&scenario, today), last_day(today));
        let bands =
            Self::BANDS.iter().filter(|(hours, _)| allows(&scenario, *hours)).map(|(hours, _)| hours.to_string());
        let bands: Vec<String> = bands.collect();
        let other_bands = if bands.is_empty() { own_bands(&scenario) } else { String::new() };
        Ok(Self {
            id: Uuid::now_v7(),
            case: case_of(&request.query)?,
            first: format::us_date(first),
            weeks: WEEKS.to_string(),
            bands,
            other_bands,
            closes: format::us_date(closes),
            asked_by: chosen_name(request),
            reply_to: String::new(),
            people: scenario.people.iter().map(|_| (true, String::new())).collect(),
            scenario,
        })
    }

    /// Reads the form that was sent.
    pub(super) fn read(request: &WebRequest) -> Result<Self, WebError> {
        let form = request.form();
        let text = |key: &str| form.get(key).unwrap_or_default().trim().to_owned();
        let wrong = |why: &str| AppError::Usage(why.to_owned());
        let id = Uuid::parse_str(&text("id")).ok().filter(|id| id.get_version_num() == 7);
        let scenario = text("scenario");
        if scenario.is_empty() {
            return Err(wrong(
                "the form has no scenario; open the plan, and choose \u{201c}Ask everyone\u{201d} again",
            )
            .into());
        }
        let scenario = schedule::read(&scenario, Path::new("the scenario of the plan"))?;
        let person = |person: &ibbi_app::sim::Participant| {
            let is_asked = form.all("ask").any(|id| id == person.id.as_str());
            (is_asked, text(&format!("email-{}", person.id)))
        };
        Ok(Self {
            id: id.ok_or_else(|| {
                wrong("the form has no ID; open the plan, and choose \u{201c}Ask everyone\u{201d} again")
            })?,
            case: case_of(&form)?,
            first: text("first"),
            weeks: text("weeks"),
            bands: form.all("band").map(str::to_owned).collect(),
            other_bands: text("bands"),
            closes: text("closes"),
            asked_by: chosen_name(request)
                .map(|known| form.get("asked_by").map_or(known, |name| name.trim().to_owned())),
            reply_to: text("reply_to"),
            people: scenario.people.iter().map(person).collect(),
            scenario,
        })
    }

    /// Returns the poll, and what to send to each person.
    pub(super) fn poll(&self, request: &WebRequest) -> Result<(Poll, Vec<Letter>), Wrong> {
        let mut wrong = Wrong::new();
        let mut note = |field: &str, why: String| wrong.push((field.to_owned(), why));
        let zone = Zone::or_utc(Some(&self.scenario.time_zone));
        let now = request.state.now().map_err(|error| vec![(String::new(), error.to_string())])?;
        let closes = closing(&self.closes, zone, now).map_err(|why| note("closes", why)).ok();
        let first = typed::date(&self.first, Year::Near(zone.date(now)));
        if first.is_none() {
            note("first", "Enter a date, such as 11/2/2026.".to_owned());
        }
        let weeks = self.weeks.parse::<i64>().ok().filter(|weeks| (1..=26).contains(weeks));
        if weeks.is_none() {
            note("weeks", "Enter a number of weeks from 1 to 26.".to_owned());
        }
        let bands = self.hours().map_err(|why| note("bands", why)).ok();
        let mut people = Vec::new();
        for (person, (is_asked, email)) in self.scenario.people.iter().zip(&self.people) {
            if !is_asked {
                continue;
            }
            let email = email_of(email, person.name.as_str())
                .map_err(|why| note(&format!("email-{}", person.id), why))
                .ok()
                .flatten();
            people.push(PolledPerson::new(person.id, person.name.clone(), email));
        }
        if people.is_empty() {
            note("people", "Choose at least one person.".to_owned());
        }
        let asked_by = self.asker(request).map_err(|why| note("asked_by", why)).ok();
        let reply_to = email_of(&self.reply_to, REPLIES).map_err(|why| note("reply_to", why)).ok().flatten();
        let (Some(closes), Some(first), Some(weeks), Some(bands), Some(asked_by), true) =
            (closes, first, weeks, bands, asked_by, wrong.is_empty())
        else {
            return Err(wrong);
        };
        let grid = PollGrid { days: days(&self.scenario, first, weeks), bands };
        let mut poll = Poll {
            id: self.id,
            case: self.case,
            district: self.scenario.district.clone(),
            zone: self.scenario.time_zone.clone(),
            asked_by,
            reply_to,
            maker: request.viewer.principal.clone(),
            grid,
            closes,
            people,
            scenario: self.scenario.to_toml(),
        };
        let whole = |error: ibbi_poll::PollError| vec![(String::new(), error.to_string())];
        poll.check().map_err(whole)?;
        let ids: Vec<_> = poll.people.iter().map(|person| person.id).collect();
        let secrets = ids.iter().map(|id| poll.issue(id)).collect::<Result<Vec<_>, _>>().map_err(whole)?;
        let letter = |(person, secret): (&PolledPerson, String)| {
            Letter::new(LetterKind::Invitation, &poll, person, request.answer_link(poll.id, &secret))
        };
        let letters = poll.people.iter().zip(secrets).map(letter).collect();
        Ok((poll, letters))
    }

    /// Returns the name of the person who asks.
    fn asker(&self, request: &WebRequest) -> Result<Name, String> {
        match self.asked_by.as_deref() {
            None => Ok(request.name().clone()),
            Some("") => Err("Enter your name. The people whom you ask see it.".to_owned()),
            Some(name) => Name::new(name).map_err(|error| format!("{error}. Enter your name.")),
        }
    }

    /// Returns the bands that are chosen or typed, in order.
    fn hours(&self) -> Result<Vec<Hours>, String> {
        let typed = self.other_bands.split(',').map(str::trim).filter(|text| !text.is_empty());
        let read = |text: &str| {
            text.parse::<Hours>().map_err(|error| {
                format!(
                    "{}. You entered \u{201c}{text}\u{201d}.",
                    super::super::form_errors::sentence(&error.to_string())
                )
            })
        };
        let mut hours = self.bands.iter().map(String::as_str).chain(typed).map(read).collect::<Result<Vec<_>, _>>()?;
        hours.sort_unstable();
        hours.dedup();
        match hours.len() {
            0 => Err("Choose at least one time of the day.".to_owned()),
            len if len > PollGrid::MAX_BANDS => Err(format!("Choose at most {} times of a day.", PollGrid::MAX_BANDS)),
            _ if !hours.is_sorted_by(|one, next| one.to() <= next.from()) => {
                Err("These times of the day overlap. Choose other ones.".to_owned())
            }
            _ => Ok(hours),
        }
    }
}

fn case_of(pairs: &Pairs) -> Result<Option<Uuid>, WebError> {
    let read = |text: &str| Uuid::parse_str(text).map_err(|_| WebError::not_found("there is no such case"));
    pairs.get("case").map(read).transpose()
}

/// Returns the name of the user of this computer, who can choose another one; empty if the program doesn't know it.
fn chosen_name(request: &WebRequest) -> Option<String> {
    let name = request.name().as_str();
    request.viewer.principal.is_local().then(|| if name == UNKNOWN_NAME { String::new() } else { name.to_owned() })
}
