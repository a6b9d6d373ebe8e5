//! The state before the first event.

use crate::chart::{On, StageState, Token};
use crate::edition::Edition;
use crate::event::CaseOpened;
use crate::file::CaseFile;
use crate::found::Found;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Stage;
use crate::stages::{Inquiry, case_variant};
use crate::threshold::Threshold;
use crate::time::At;
use alloc::boxed::Box;

/// The state of a case before its first event, which can only be its opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Unopened {
    /// The edition that the case is checked against, if it is not the one that the opening names.
    #[cfg_attr(feature = "serde", serde(skip))]
    edition: Option<Edition>,
}

impl Unopened {
    /// Returns the state before the first event.
    pub const fn new() -> Self {
        Self { edition: None }
    }

    /// Returns the state before the first event of a case that has moved to an edition.
    pub(crate) const fn in_edition(edition: Option<Edition>) -> Self {
        Self { edition }
    }

    fn edition_for(self, event: &CaseOpened) -> Edition {
        self.edition.unwrap_or_else(|| event.program.edition())
    }
}

impl StageState for Unopened {
    const STAGE: Stage = Stage::Unopened;
    fn file(&self) -> Option<&CaseFile> {
        None
    }
    fn touch(&mut self, _: At, _: Token) {}
    fn lacks(&self, _: At, _: &mut Check) {}
}
case_variant!(Unopened);

/// Returns a count as a finding has it.
fn count_byte(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

impl On<CaseOpened> for Unopened {
    type Next = Inquiry;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] =
        &[Rule::EditionKnown, Rule::ActivityCount, Rule::PartCount, Rule::PartLength, Rule::NameComposed];
    fn state_guard(&self, _: At, _: &mut Check) {}

    fn event_guard(&self, event: &CaseOpened, _: At, check: &mut Check) {
        let edition = self.edition_for(event);
        check.set_edition(edition);
        let known = edition.is_known() && event.program.has_known_digest();
        check.require(known, Rule::EditionKnown, || Found::EditionUnknown { edition, latest: Edition::LATEST });
        let [activities, limit] =
            [event.program.activities().len(), Threshold::Activities.value() as usize].map(count_byte);
        check.require(activities <= limit, Rule::ActivityCount, || Found::ActivityCount { activities, limit });
        let counts = event.program.formats().map(|(_, parts)| (parts, Threshold::FormatParts));
        for (parts, most) in counts.chain([(event.program.training(), Threshold::TrainingParts)]) {
            let [parts, limit] = [parts.len(), most.value() as usize].map(count_byte);
            check.require(parts <= limit, Rule::PartCount, || Found::PartCount { parts, limit });
        }
        let (shortest, longest) = (Threshold::ShortestPart.value(), Threshold::LongestPart.value());
        let outside = |minutes: &u16| !(shortest..=longest).contains(&u32::from(*minutes));
        if let Some(minutes) = event.program.lengths().find(outside) {
            check.fail(Rule::PartLength, Found::PartLength { minutes });
        }
    }

    fn apply(self, event: &CaseOpened, at: At, _: Token) -> Inquiry {
        Inquiry::new(Box::new(CaseFile::open(event.clone(), self.edition_for(event), at)))
    }
}
