//! A poll as JSON in its file.

use crate::answer_line::{read_marks, write_marks};
use crate::{LetterKind, LetterState, Poll, PollAnswer, PollGrid, PollMark, PolledLetter, PolledPerson};
use ibbi_access::Principal;
use ibbi_core::{At, Date, MemberId, Name, TimeZoneName};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The format of the file.
const FORMAT: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PollJson {
    format: u8,
    id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    district: Name,
    zone: TimeZoneName,
    asked_by: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
    maker: Principal,
    days: Vec<Date>,
    bands: Vec<String>,
    closes: At,
    people: Vec<PersonJson>,
    scenario: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonJson {
    id: MemberId,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The SHA-256 of the secret in the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Those of later links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    more_links: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    letters: Vec<LetterJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerJson>,
}

/// A letter. The state has a reason if it isn't sure that the letter was sent. (Unknown members can't be denied beside a flattened one.)
#[derive(Serialize, Deserialize)]
struct LetterJson {
    kind: LetterKind,
    at: At,
    #[serde(flatten)]
    state: LetterState,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerJson {
    /// The marks in their short form.
    marks: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    at: At,
}

/// Returns a poll as JSON.
pub(crate) fn write(poll: &Poll) -> Result<Vec<u8>, String> {
    let people = poll.people.iter().map(|person| PersonJson {
        id: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
        link: person.link.clone(),
        more_links: person.more_links.clone(),
        letters: person.letters.iter().cloned().map(LetterJson::from).collect(),
        answer: person.answer.as_ref().map(|answer| AnswerJson {
            marks: write_marks(&answer.marks),
            note: answer.note.clone(),
            at: answer.at,
        }),
    });
    let json = PollJson {
        format: FORMAT,
        id: poll.id,
        case: poll.case,
        district: poll.district.clone(),
        zone: poll.zone.clone(),
        asked_by: poll.asked_by.clone(),
        reply_to: poll.reply_to.clone(),
        maker: poll.maker.clone(),
        days: poll.grid.days.clone(),
        bands: poll.grid.bands.iter().map(ToString::to_string).collect(),
        closes: poll.closes,
        people: people.collect(),
        scenario: poll.scenario.clone(),
    };
    let mut text = serde_json::to_vec_pretty(&json).map_err(|error| error.to_string())?;
    text.push(b'\n');
    Ok(text)
}

/// Reads a poll, and checks it.
pub(crate) fn read(bytes: &[u8]) -> Result<Poll, String> {
    let json: PollJson = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if json.format != FORMAT {
        return Err(format!(
            "it has format {}, and this program reads format {FORMAT}; update the program",
            json.format
        ));
    }
    let bands = json.bands.iter().map(|band| band.parse().map_err(|error| format!("{error}, not `{band}`")));
    let grid = PollGrid { days: json.days, bands: bands.collect::<Result<_, _>>()? };
    let poll = Poll {
        id: json.id,
        case: json.case,
        district: json.district,
        zone: json.zone,
        asked_by: json.asked_by,
        reply_to: json.reply_to,
        maker: json.maker,
        closes: json.closes,
        people: json.people.into_iter().map(read_person).collect::<Result<_, _>>()?,
        grid,
        scenario: json.scenario,
    };
    poll.check().map_err(|error| error.to_string())?;
    Ok(poll)
}

fn read_person(person: PersonJson) -> Result<PolledPerson, String> {
    let PersonJson { id, name, email, link, more_links, letters, answer } = person;
    let answer = answer.map(|AnswerJson { marks, note, at }| {
        let marks: Option<Vec<Option<PollMark>>> = read_marks(&marks);
        let marks = marks.ok_or_else(|| format!("the marks of {name} can't be read"))?;
        Ok::<_, String>(PollAnswer { marks, note, at })
    });
    let letters = letters.into_iter().map(|LetterJson { kind, at, state }| PolledLetter { kind, at, state }).collect();
    Ok(PolledPerson { id, name, email, link, more_links, letters, answer: answer.transpose()? })
}

impl From<PolledLetter> for LetterJson {
    fn from(PolledLetter { kind, at, state }: PolledLetter) -> Self {
        Self { kind, at, state }
    }
}
