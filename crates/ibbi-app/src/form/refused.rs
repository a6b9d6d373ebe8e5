//! The fields of a form that a refusal is about.

use ibbi_core::{EventKind, Rule};

/// Returns the field that can be wrong if a rule is not met, if the event has one: `at` is its time.
///
/// ```
/// use ibbi_app::form::field_of_rule;
/// use ibbi_core::{EventKind, Rule};
/// assert_eq!(field_of_rule(EventKind::LeaderAgreed, Rule::CommitteeOffice), Some("office"));
/// assert_eq!(field_of_rule(EventKind::LeaderAgreed, Rule::Stage), None);
/// ```
pub fn field_of_rule(event: EventKind, rule: Rule) -> Option<&'static str> {
    let names: &[&'static str] = match rule {
        Rule::TimeOrder | Rule::OnItsDay | Rule::LaterStands => return Some("at"),
        Rule::Dated => &["dated"],
        Rule::CommitteeOffice => &["office"],
        Rule::NameLookAlike => &["name", "member", "neutral"],
        Rule::SeatAgreedOnce | Rule::SeatHeld | Rule::SuccessorPending => &["seat"],
        Rule::ServiceOnce => &["service"],
        Rule::WorkshopOffering => &["offering"],
        Rule::ReferralChosen => &["to"],
        Rule::SlotFuture | Rule::SlotOneDay | Rule::SlotLength | Rule::NoOverlap => &["slot"],
        Rule::SupportOnce | Rule::SupportGiven => &["body"],
        Rule::RosterDisjoint | Rule::RosterUnique | Rule::RosterKnown | Rule::PledgeOnce | Rule::PledgeGiven => {
            &["member"]
        }
        Rule::PartExists | Rule::PartUnfilled | Rule::OneBooking | Rule::Booked => &["part"],
        Rule::Neutral => &["neutral", "neutrals"],
        Rule::MembersOnly | Rule::TrainingEveryone | Rule::FacilitationEveryone | Rule::OwnMembers => &["present"],
        Rule::LeftEarlyPresent => &["left_early"],
        Rule::LateMember => &["late"],
        Rule::SubstituteForAbsent => &["substitutes"],
        Rule::NamedOnce => &["substitutes", "co_neutrals"],
        Rule::OwnAdvisers => &["advisers"],
        Rule::OutcomeParty => &["party"],
        Rule::Spokesperson => &["spokesperson"],
        Rule::ConcernNew | Rule::ConcernOpen => &["concern"],
        Rule::VoidKnown | Rule::VoidKind | Rule::VoidOnce | Rule::VoidRest => &["seq"],
        _ => &[],
    };
    names.iter().find_map(|name| event.field(name)).map(|field| field.name)
}
