//! A legal case with texts that are difficult for every format.

use crate::Outcome;
use crate::record::Events;
use ibbi_core::events::*;
use ibbi_core::{
    At, Event, MemberId, Name, Names, NoteText, Party, Person, Program, Reason, Seat, Service, TimeZoneName, Topics,
};

/// Markup, quotes, formulas, references, and section ends; right-to-left letters, characters beyond the first plane, combining
/// characters, and noncharacters, of which XML can't contain the first.
const TEXTS: [&str; 8] = [
    "=HYPERLINK(\"x\",\"y\") & <b>]]>",
    "@Lee, \"the chair\"; O'Neil",
    "שלום עולם 123",
    "\u{1F600}\u{10348} n\u{303} \u{10FFFD}",
    "\u{FFFF}\u{1FFFE}\u{FDD0}!",
    "&amp;&#10;<![CDATA[x]]><!-- -->",
    "%41\\u0041\\n{{7*7}}$(id)`",
    "+1 \u{3000}\u{E0001}x",
];

pub(crate) fn case() -> Outcome<Events> {
    let start: At = "2026-09-01T13:00:00.000Z".parse()?;
    let name = |number: usize| Name::new(TEXTS[number % TEXTS.len()]);
    let mut events: Vec<Event> = vec![
        CaseOpened {
            contract_expires: Some("2027-06-30".parse()?),
            county: None,
            district: name(0)?,
            evergreen: true,
            follows: None,
            program: Program::default(),
            time_zone: TimeZoneName::new("America/New_York")?,
        }
        .into(),
    ];
    for (number, seat) in Seat::ALL.iter().enumerate() {
        let office = (*seat == Seat::SchoolCommittee).then_some(ibbi_core::Office::ViceChair);
        events.push(LeaderAgreed { name: name(number + 1)?, office, seat: *seat }.into());
    }
    let present = Names::new((0..TEXTS.len()).map(name).collect::<Result<Vec<_>, _>>()?)?;
    events.push(MeetingHeld { present, representative: name(4)?, topics: Topics::ALL }.into());
    events.push(ServiceChosen { offering: None, service: Service::Ibbi }.into());
    for number in 0..TEXTS.len() {
        let member = Person { id: MemberId::new(&format!("{number}.-_x"))?, name: name(number)? };
        let party = if number % 2 == 0 { Party::Labor } else { Party::Management };
        events.push(MemberNamed { member, party }.into());
    }
    for text in TEXTS {
        events.push(NoteAdded { text: NoteText::new(&format!("{text}\n\t{text}\n{text}"))? }.into());
    }
    events.push(CaseWithdrawn { by: name(5)?, reason: Reason::new(TEXTS[0])? }.into());
    let at = |number: usize| At::from_millis(start.millis() + 60_000 * i64::try_from(number).unwrap_or(0));
    let timed = events.into_iter().enumerate().map(|(number, event)| Ok((at(number).ok_or("a time")?, event)));
    timed.collect()
}
