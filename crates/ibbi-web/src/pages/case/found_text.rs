//! What was found where a rule is not met, for people: names in place of IDs, and statements in place of the IDs of rules.

use super::choices::{Choices, with_word};
use ibbi_app::describe::{found, in_words};
use ibbi_app::format::weekday_date;
use ibbi_app::zone::Zone;
use ibbi_core::{Found, Rule};

/// Returns what was found, with names in place of IDs, rules in place of their IDs, and times of the district.
pub(super) fn found_text(what: &Found, zone: Zone, choices: &Choices) -> String {
    let statements = |rules: &[Rule]| {
        let all: Vec<_> = rules.iter().map(|rule| in_words(rule.statement())).collect();
        all.join(" ").trim_end_matches('.').to_owned()
    };
    match what {
        Found::LaterInvalid { seq, at, event, unmet } => {
            let (event, day) = (event.label(), weekday_date(zone.date(*at)));
            let statements = statements(unmet);
            format!("number {seq} (\u{201c}{event}\u{201d}, {day}) would no longer be valid. {statements}")
        }
        Found::LaterRefused { seq, event, unmet } => {
            format!("number {seq} (\u{201c}{}\u{201d}) depends on it. {}", event.label(), statements(unmet))
        }
        other => {
            let text = choices.without_ids(&in_words(&found(other, zone)), false).replace('`', "");
            ids_in(other).iter().fold(text, |text, id| {
                let name = choices.name_of(id);
                name.map_or_else(|| text.clone(), |name| with_word(&text, id, &name))
            })
        }
    }
}

/// Returns the IDs that the text of a finding has without their names.
fn ids_in(what: &Found) -> Vec<String> {
    match what {
        Found::OnOtherTeam { member, .. }
        | Found::OnTeam { member, .. }
        | Found::NotOnTeam { member, .. }
        | Found::PledgedAlready { member: Some(member) }
        | Found::NotPledged { member: Some(member) }
        | Found::NotAbsent { member } => vec![member.to_string()],
        Found::NeutralOnTeam { neutral: person, .. } | Found::ListedTwice { person } => vec![person.to_string()],
        Found::Strangers { ids }
        | Found::NotPresent { ids }
        | Found::NotExpected { ids }
        | Found::NotOfParty { ids, .. } => ids.iter().map(ToString::to_string).collect(),
        Found::ConcernKnown { concern } | Found::ConcernUnknown { concern } => vec![concern.to_string()],
        Found::ConcernsOpen { concerns } => concerns.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
