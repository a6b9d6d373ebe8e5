//! The stages of the process, and the outcomes of a case.

use crate::sets::closed_set;

closed_set! {
    /// A stage of the process. [`Stage::Unopened`] is the state before the first event.
    Stage, "stage";
    /// The state before the first event. It appears in no ledger.
    Unopened = "unopened", "Not opened";
    /// The three key leaders are asked to take part.
    Inquiry = "inquiry", "Inquiry";
    /// A representative meets the leaders, and the district chooses services.
    Introduction = "introduction", "Introduction";
    /// The district sends letters of support, names its teams, and collects pledges.
    Application = "application", "Application";
    /// Both teams attend the one-day training.
    Training = "training", "Training";
    /// The teams caucus separately, and each decides.
    Caucus = "caucus", "Caucus";
    /// Both parties adopted the method, and the format of the facilitation is to be chosen.
    Agreement = "agreement", "Agreement";
    /// The teams bargain with a facilitator, for one full day or two half-days.
    Facilitation = "facilitation", "Facilitation";
    /// The case has ended, with one of five outcomes.
    Closed = "closed", "Closed";
}

impl Stage {
    /// Returns whether a case in this stage is open.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Unopened | Self::Closed)
    }
}

closed_set! {
    /// The way a case ended.
    Outcome, "outcome";
    /// All hours of the facilitation were held.
    Completed = "completed", "completed";
    /// The district was referred to another service.
    Referred = "referred", "referred to another service";
    /// The application was declined.
    NotAccepted = "not_accepted", "application not accepted";
    /// At least one party declined the method.
    NotAdopted = "not_adopted", "not adopted by both parties";
    /// The case was withdrawn.
    Withdrawn = "withdrawn", "withdrawn";
}

closed_set! {
    /// What happened to the contract after the facilitation was completed.
    FollowUpResult, "result of the bargaining";
    /// The parties reached a tentative agreement.
    TentativeAgreement = "tentative_agreement", "tentative agreement reached";
    /// A party ratified the agreement.
    Ratified = "ratified", "agreement ratified";
    /// A party voted the agreement down.
    NotRatified = "not_ratified", "agreement not ratified";
    /// The bargaining ended without an agreement.
    NoAgreement = "no_agreement", "no agreement reached";
}

impl FollowUpResult {
    /// Returns whether one party votes on it, so that the party must be named.
    pub const fn is_vote(self) -> bool {
        matches!(self, Self::Ratified | Self::NotRatified)
    }
}

closed_set! {
    /// A party's decision about interest-based bargaining.
    Decision, "decision";
    /// The party adopts the method.
    Adopt = "adopt", "adopt";
    /// The party declines the method.
    Decline = "decline", "decline";
}
