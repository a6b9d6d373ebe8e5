//! The stages of the process and the ways in which a case can end.

use crate::sets::closed_set;

closed_set! {
    /// A stage of the process. There are eight; [`Stage::Unopened`] is the point before the first event.
    Stage, "stage";
    /// Before the first event: the initial pseudo-state, in no ledger.
    Unopened = "unopened", "Not opened";
    /// The three key leaders are asked.
    Inquiry = "inquiry", "Inquiry";
    /// A representative meets the leaders; services are chosen.
    Introduction = "introduction", "Introduction";
    /// Letters of support, rosters, pledges.
    Application = "application", "Application";
    /// The one-day training.
    Training = "training", "Training";
    /// The teams caucus separately and decide.
    Caucus = "caucus", "Caucus";
    /// Both have adopted; the format of the facilitation is chosen.
    Agreement = "agreement", "Agreement";
    /// One full day or two half-days at the table.
    Facilitation = "facilitation", "Facilitation";
    /// The end, in one of five outcomes.
    Closed = "closed", "Closed";
}

impl Stage {
    /// Whether a case in this stage is under way: opened and not closed.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Unopened | Self::Closed)
    }
}

closed_set! {
    /// How a case ended.
    Outcome, "outcome";
    /// The facilitation was held in full.
    Completed = "completed", "completed";
    /// The district went to another service.
    Referred = "referred", "referred to another service";
    /// The application was declined.
    NotAccepted = "not_accepted", "application not accepted";
    /// At least one party declined the method.
    NotAdopted = "not_adopted", "not adopted by both parties";
    /// Somebody withdrew.
    Withdrawn = "withdrawn", "withdrawn";
}

closed_set! {
    /// A party's answer to the method.
    Decision, "decision";
    /// The party wants to bargain by interests.
    Adopt = "adopt", "adopt";
    /// The party does not.
    Decline = "decline", "decline";
}

closed_set! {
    /// What is done at the training.
    ActivityKind, "training activity";
    /// An exercise.
    Exercise = "exercise", "exercise";
    /// A bargaining simulation.
    BargainingSimulation = "bargaining_simulation", "bargaining simulation";
}
