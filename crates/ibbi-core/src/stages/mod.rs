//! The stages as types. Each stage has only its own data and the results of earlier stages, in private fields. Only an
//! accepted event leads from one stage to the next.

mod agreement;
mod application;
mod caucus;
mod closed;
mod common;
mod facilitation;
mod inquiry;
mod introduction;
mod known_names;
mod leader_events;
mod roster_events;
mod session_events;
mod training;
mod unopened;

pub use agreement::{Adopted, Agreement};
pub use application::{Admitted, Application, Letter};
pub use caucus::{Caucus, Concern, ConcernStatus, Decided, DecisionStep, PartyCaucus};
pub use closed::{Closed, FollowUp};
pub use common::Open;
pub use facilitation::{Facilitation, FacilitationStep};
pub use inquiry::{Inquiry, Leader, LeaderStep};
pub use introduction::{ChosenService, Introduced, Introduction, ServiceStep};
pub use roster_events::HasTeams;
pub use session_events::HoldsSessions;
pub use training::{Attendance, Trained, Training, TrainingStep};
pub use unopened::Unopened;

/// Implements the traits that every open stage has.
macro_rules! stage {
    ($stage:ident, |$self:ident, $check:ident, $at:ident| $lacks:expr $(, $method:item)?) => {
        impl crate::chart::StageState for $stage {
            const STAGE: crate::stage::Stage = crate::stage::Stage::$stage;
            fn file(&self) -> Option<&crate::file::CaseFile> {
                Some(&self.file)
            }
            fn touch(&mut self, at: crate::time::At, _: crate::chart::Token) {
                self.file.touch(at);
            }
            fn lacks(&self, at: crate::time::At, check: &mut crate::refusal::Check) {
                let ($self, $check, $at) = (self, check, at);
                $lacks
            }
        }
        impl crate::stages::Open for $stage {
            fn file_mut(&mut self, _: crate::chart::Token) -> &mut crate::file::CaseFile {
                &mut self.file
            }
            $($method)?
        }
        crate::stages::case_variant!($stage);
    };
}
pub(crate) use stage;

/// Implements the conversions between a stage type and the runtime case.
macro_rules! case_variant {
    ($stage:ident) => {
        impl crate::sealed::Sealed for $stage {}
        impl crate::chart::Next for $stage {
            const TO: &'static [crate::stage::Stage] = &[crate::stage::Stage::$stage];
        }
        impl From<$stage> for crate::case::Case {
            fn from(state: $stage) -> Self {
                Self::$stage(state)
            }
        }
        impl TryFrom<crate::case::Case> for $stage {
            type Error = crate::case::Case;
            /// Returns the case as the error if it is in another stage.
            fn try_from(case: crate::case::Case) -> Result<Self, crate::case::Case> {
                if let crate::case::Case::$stage(state) = case { Ok(state) } else { Err(case) }
            }
        }
    };
}
pub(crate) use case_variant;

/// Defines an enum of the stages to which an event can lead.
macro_rules! step {
    ($(#[$meta:meta])* $name:ident: $($stage:ident),+) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $( #[doc = concat!("The case is in ", stringify!($stage), ".")] $stage(crate::stages::$stage), )+
        }
        impl crate::sealed::Sealed for $name {}
        impl crate::chart::Next for $name {
            const TO: &'static [crate::stage::Stage] = &[$(crate::stage::Stage::$stage),+];
        }
        impl From<$name> for crate::case::Case {
            fn from(step: $name) -> Self {
                match step { $( $name::$stage(state) => Self::$stage(state), )+ }
            }
        }
    };
}
pub(crate) use step;

/// Implements [`HasTeams`] for a stage with a field `teams`, and [`HoldsSessions`] if it also has a field `sessions`.
macro_rules! has_teams {
    ($stage:ident) => {
        crate::stages::has_teams!($stage, |_state| None);
    };
    ($stage:ident with sessions, everyone by $rule:ident) => {
        crate::stages::has_teams!($stage, |state| Some(&state.sessions));
        impl crate::stages::HoldsSessions for $stage {
            const EVERYONE: crate::rule::Rule = crate::rule::Rule::$rule;
            fn sessions(&self) -> &crate::sessions::Sessions {
                &self.sessions
            }
            fn sessions_mut(&mut self, _: crate::chart::Token) -> &mut crate::sessions::Sessions {
                &mut self.sessions
            }
        }
    };
    ($stage:ident, |$state:ident| $sessions:expr) => {
        impl crate::stages::HasTeams for $stage {
            fn teams(&self) -> &crate::teams::Teams {
                &self.teams
            }
            fn teams_mut(&mut self, _: crate::chart::Token) -> &mut crate::teams::Teams {
                &mut self.teams
            }
            fn held_sessions(&self) -> Option<&crate::sessions::Sessions> {
                let $state = self;
                $sessions
            }
        }
    };
}
pub(crate) use has_teams;
