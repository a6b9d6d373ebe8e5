//! The application: three letters of support, two teams, and a pledge from every member.

use crate::chart::{On, Token};
use crate::event::{ApplicationAccepted, ApplicationDeclined, SupportConfirmed, SupportWithdrawn};
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Body;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Outcome;
use crate::stages::{Closed, Introduced, Training, has_teams, stage};
use crate::teams::{Teams, check_dated};
use crate::text::{DocumentDigest, Name};
use crate::time::{At, Date};
use alloc::boxed::Box;

/// A letter that confirms support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Letter {
    /// The body that sent it.
    pub body: Body,
    /// The date of the letter.
    pub dated: Date,
    /// The SHA-256 of the document, if it was recorded.
    pub document: Option<DocumentDigest>,
}

/// The stage in which the district applies to the IBBI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Application {
    pub(crate) file: Box<CaseFile>,
    pub(crate) introduced: Box<Introduced>,
    pub(crate) letters: Box<[Option<Letter>; 3]>,
    pub(crate) teams: Box<Teams>,
}

impl Application {
    pub(crate) fn new(file: Box<CaseFile>, introduced: Box<Introduced>) -> Self {
        Self { file, introduced, letters: Box::default(), teams: Box::default() }
    }

    /// Returns the result of the introduction.
    pub const fn introduced(&self) -> &Introduced {
        &self.introduced
    }

    /// Returns the letter of a body, if it is recorded.
    pub const fn letter(&self, body: Body) -> Option<&Letter> {
        self.letters[body as usize].as_ref()
    }

    /// Returns the bodies whose letters are not recorded.
    pub fn missing_letters(&self) -> impl Iterator<Item = Body> {
        Body::ALL.iter().copied().filter(|body| self.letter(*body).is_none())
    }

    fn check_complete(&self, check: &mut Check) {
        if self.missing_letters().next().is_some() {
            let bodies = self.missing_letters().collect();
            check.fail(Rule::ThreeConfirmations, Found::LettersMissing { bodies });
        }
        self.teams.check_ready(check);
    }
}

stage!(Application, |state, check, _at| {
    state.check_complete(check);
    check.fail(Rule::ApplicationAccepted, Found::NotAccepted);
});

has_teams!(Application);

/// The result of the application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Admitted {
    pub(crate) introduced: Introduced,
    pub(crate) letters: [Letter; 3],
    accepted_by: Name,
    pub(crate) accepted: At,
}

impl Admitted {
    /// Returns the result of the introduction.
    pub const fn introduced(&self) -> &Introduced {
        &self.introduced
    }

    /// Returns the three letters.
    pub const fn letters(&self) -> &[Letter; 3] {
        &self.letters
    }

    /// Returns the name of the person who accepted the application.
    pub const fn accepted_by(&self) -> &Name {
        &self.accepted_by
    }

    /// Returns when the application was accepted.
    pub const fn accepted(&self) -> At {
        self.accepted
    }
}

impl On<SupportConfirmed> for Application {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::SupportOnce];
    const EVENT_RULES: &'static [Rule] = &[Rule::SupportOnce, Rule::Dated];

    fn state_guard(&self, _: At, check: &mut Check) {
        let some = self.missing_letters().next().is_some();
        check.require(some, Rule::SupportOnce, || Found::ConfirmedAlready { body: None });
    }

    fn event_guard(&self, event: &SupportConfirmed, at: At, check: &mut Check) {
        let again = self.letter(event.body).is_some();
        check.require(!again, Rule::SupportOnce, || Found::ConfirmedAlready { body: Some(event.body) });
        check_dated(Some(event.dated), at, check);
    }

    fn apply(mut self, event: &SupportConfirmed, _: At, _: Token) -> Self {
        let SupportConfirmed { body, dated, document } = *event;
        self.letters[body as usize] = Some(Letter { body, dated, document });
        self
    }
}

impl On<SupportWithdrawn> for Application {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::SupportGiven];
    const EVENT_RULES: &'static [Rule] = &[Rule::SupportGiven, Rule::Dated];

    fn state_guard(&self, _: At, check: &mut Check) {
        let some = self.letters.iter().any(Option::is_some);
        check.require(some, Rule::SupportGiven, || Found::NotConfirmed { body: None });
    }

    fn event_guard(&self, event: &SupportWithdrawn, at: At, check: &mut Check) {
        let given = self.letter(event.body).is_some();
        check.require(given, Rule::SupportGiven, || Found::NotConfirmed { body: Some(event.body) });
        check_dated(Some(event.dated), at, check);
    }

    fn apply(mut self, event: &SupportWithdrawn, _: At, _: Token) -> Self {
        self.letters[event.body as usize] = None;
        self
    }
}

impl On<ApplicationAccepted> for Application {
    type Next = Training;
    const STATE_RULES: &'static [Rule] = &[Rule::ThreeConfirmations, Rule::BothNamed, Rule::AllPledged];
    const EVENT_RULES: &'static [Rule] = &[Rule::NameComposed];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.check_complete(check);
    }

    fn event_guard(&self, _: &ApplicationAccepted, _: At, _: &mut Check) {}

    fn apply(self, event: &ApplicationAccepted, at: At, _: Token) -> Training {
        let [Some(first), Some(second), Some(third)] = *self.letters else {
            unreachable!("the guard requires all three letters");
        };
        let admitted = Admitted {
            introduced: *self.introduced,
            letters: [first, second, third],
            accepted_by: event.by.clone(),
            accepted: at,
        };
        Training::new(self.file, Box::new(admitted), self.teams)
    }
}

impl On<ApplicationDeclined> for Application {
    type Next = Closed;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &ApplicationDeclined, _: At, _: &mut Check) {}

    fn apply(self, event: &ApplicationDeclined, at: At, _: Token) -> Closed {
        Closed::new(self, Outcome::NotAccepted, at).with_reason(None, Some(event.reason.clone()))
    }
}
