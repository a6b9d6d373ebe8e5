//! The rules, each with its ID, statement, remedy, and source. This is the only place that has these texts.

use crate::edition::{Edition, Editions};
use crate::sets::closed_set;

closed_set! {
    /// The source of a rule or an advisory.
    Source, "source of a rule";
    /// The brochure of the Massachusetts Education Partnership.
    Brochure = "brochure", "MEP brochure";
    /// The public pages of the IBBI.
    PublicPage = "public_page", "IBBI public page";
    /// Massachusetts law: the General Laws, such as G.L. c.150E on public employee bargaining.
    Law = "law", "Massachusetts law";
    /// A policy of this project, for cases that the public sources leave open.
    ProgramPolicy = "program_policy", "program policy";
    /// A condition that keeps the record free of contradictions.
    Integrity = "integrity", "record integrity";
}

macro_rules! rules {
    ($(
        $variant:ident = $id:literal, $source:ident $(, since $since:literal)? $(, until $until:literal)?,
        $statement:literal, $remedy:literal;
    )+) => {
        closed_set! {
            /// A condition that an event must meet to be accepted.
            Rule, "rule";
            $( #[doc = concat!("`", $id, "`: ", $statement)] $variant = $id, $statement; )+
        }

        impl Rule {
            /// Returns the stable ID, such as `training.everyone-present`.
            pub const fn id(self) -> &'static str {
                self.code()
            }

            /// Returns the requirement in one line: what must be true, or what can't be done.
            pub const fn statement(self) -> &'static str {
                self.label()
            }

            /// Returns what to do if the rule is not met. Event codes and `key=value` pairs in it are for command-line users.
            pub const fn remedy(self) -> &'static str {
                match self { $( Self::$variant => $remedy, )+ }
            }

            /// Returns the editions that have the rule. [`Check`](crate::Check) ignores it in all others.
            pub const fn editions(self) -> Editions {
                match self { $( Self::$variant => Editions::ALL$(.since($since))?$(.until($until))?, )+ }
            }

            /// Returns whether a case of an edition must meet the rule.
            ///
            /// A rule about something that the first edition didn't have, such as a substitute, applies to its cases too. It
            /// refuses nothing that was possible when the edition was released.
            pub const fn applies_in(self, edition: Edition) -> bool {
                matches!(
                    self,
                    Self::FormatKnown | Self::TrainingActivity | Self::SubstituteForAbsent | Self::NamedOnce | Self::LateMember | Self::OwnAdvisers
                ) || self.editions().include(edition)
            }

            /// Returns the source of the rule.
            pub const fn source(self) -> Source {
                match self { $( Self::$variant => Source::$source, )+ }
            }
        }
    };
}

rules! {
    // The process as a whole.
    Stage = "process.stage", Brochure,
        "This event can't be recorded at this stage.",
        "Record what this stage still lacks, or record an event that belongs to this stage.";
    ClosedForGood = "process.closed", Integrity,
        "After a case is closed, only a correction or the outcome's follow-up can be recorded.",
        "If the case was closed by mistake, void the event that closed it. Otherwise open a new case that follows this one.";
    TimeOrder = "case.time-order", Integrity,
        "Events must be recorded in the order they happened (voided events don't count).",
        "Enter the date and time it happened, no earlier than the last event. If the last event is wrong, void it.";
    Dated = "case.dated", Integrity,
        "A document can't be dated after the event that reports it.",
        "Correct the date of the document, or the time of the event.";
    Limits = "case.limits", Integrity,
        "A case can't exceed its size limits.",
        "Make room, for example by releasing a member. If you can't, close this case and open one that follows it.";

    PartCount = "program.part-count", ProgramPolicy, since 2,
        "The training must have 1 to 4 parts, and each format 1 to 6.",
        "Join parts, or hold the rest as a program of its own.";
    ActivityCount = "program.activity-count", ProgramPolicy, since 2,
        "The training can require at most 12 activities.",
        "List only the activities without which the training isn't complete.";
    PartLength = "program.part-length", ProgramPolicy, since 2,
        "Each part of the training and of the facilitation must have 30 to 600 minutes.",
        "Divide a longer part into several, or join shorter ones.";

    // The names of people, places, and programs.
    NameComposed = "names.composed", Integrity, since 2,
        "Each name must be in composed form (Unicode NFC), so that equal names have equal characters.",
        "Compose the name before you offer the event. The command line, the pages, and the API do so.";
    NameLookAlike = "names.look-alike", Integrity, since 2,
        "A new name can't look the same as another name of the case if it has other characters.",
        "Choose the person from the list, or type the name again with the letters of one alphabet.";

    // Inquiry.
    CommitteeOffice = "leaders.committee-office", Brochure,
        "The school committee's seat must be filled by its chair or vice chair; the other seats can't have an office.",
        "Enter the office for the school committee (office=chair or office=vice_chair), and no office for the others.";
    SeatAgreedOnce = "leaders.seat-agreed-once", Integrity,
        "Each key leader's seat can agree only once.",
        "If a new person has the seat, record the successor (leader_succeeded). If the leader no longer takes part, record that \
         (leader_declined).";
    LeadersAgreed = "leaders.all-agreed", Brochure,
        "All three key leaders must agree first.",
        "Record the agreement of each leader who hasn't agreed yet (leader_agreed).";

    SeatHeld = "leaders.seat-held", Integrity, since 2,
        "Only the seat of a leader who agreed can change hands, and only a leader who still has the seat can leave it.",
        "Record the leader's agreement first (leader_agreed). If the seat is vacant, record the successor (leader_succeeded).";
    SuccessorPending = "leaders.successor-pending", Integrity, since 2,
        "Only a successor who hasn't agreed yet can agree.",
        "Record the successor first (leader_succeeded). If the successor already agreed, no action is needed.";

    // Introduction.
    TopicsCovered = "introduction.topics-covered", Brochure,
        "The introductory meetings must cover all three topics before a service is chosen.",
        "Hold a meeting on the missing topics and record it (meeting_held).";
    ServiceOnce = "introduction.service-once", Integrity,
        "A service can be chosen only once.",
        "No action is needed. The choice is already recorded.";
    WorkshopOffering = "introduction.workshop-offering", Brochure,
        "The Joint Leadership Workshop must have an offering; other services can't have one.",
        "Name the workshop's offering, or leave the offering out for another service.";
    ReferralChosen = "introduction.referral-chosen", Brochure,
        "A case can be referred only to a service that the district chose, other than the IBBI.",
        "Record the choice of the other service first (service_chosen).";
    IbbiChosen = "introduction.ibbi-chosen", Brochure,
        "The district must choose the IBBI before it applies.",
        "Record the choice of the IBBI (service_chosen with service=ibbi).";

    // Slots of meetings and sessions.
    SlotFuture = "slot.in-future", Integrity,
        "A slot must be in the future when it is booked.",
        "Choose a later slot, or correct the time of the booking.";
    SlotOneDay = "slot.one-local-day", ProgramPolicy,
        "A slot must start and end on the same day.",
        "Choose times on one day. Book the rest as a make-up session on another day.";

    // Application and rosters.
    SupportOnce = "application.support-once", Integrity,
        "Each body can confirm its support only once.",
        "No action is needed. If the body withdrew its support in between, record that first (support_withdrawn).";
    SupportGiven = "application.support-given", Integrity,
        "A body can withdraw only support that it confirmed.",
        "Check which body withdrew its support.";
    ThreeConfirmations = "application.three-confirmations", PublicPage,
        "The teachers' organization, the administration, and the school committee must each confirm their support in writing.",
        "Record the letter of each body that hasn't confirmed its support (support_confirmed).";
    ApplicationAccepted = "application.accepted", Brochure,
        "The application must be accepted before training starts.",
        "When the letters, the teams, and the pledges are complete, record the acceptance (application_accepted).";
    RosterDisjoint = "roster.disjoint", Integrity,
        "A person can't be on both teams.",
        "Release the person from the other team first, or use another ID.";
    RosterUnique = "roster.unique-ids", Integrity,
        "An ID can be on a team only once.",
        "Use another ID for another person. Name each member only once.";
    RosterKnown = "roster.member-known", Integrity,
        "The person must be a member of that team.",
        "Name the member first (member_named), or correct the ID or the party.";
    PledgeOnce = "roster.pledge-once", Integrity,
        "A member can pledge only once.",
        "No action is needed. The pledge is already recorded.";
    PledgeGiven = "roster.pledge-given", Integrity,
        "A member can withdraw only a pledge that was given.",
        "Check which member withdrew the pledge.";
    BothNamed = "roster.both-named", PublicPage,
        "Each team must have at least one member.",
        "Name at least one member to each team (member_named).";
    AllPledged = "roster.all-pledged", PublicPage,
        "Every member of both negotiating teams must agree to be present.",
        "Record the pledge of each member who hasn't pledged (attendance_pledged), or release the member.";
    NoChangeInSession = "roster.no-change-in-session", ProgramPolicy,
        "The teams can't change while a session is open.",
        "Close or adjourn the session first.";

    // Sessions of the training and of the facilitation.
    PartExists = "session.part-exists", Integrity,
        "The part must be one of the parts in the program's format.",
        "Use a part number of the current format.";
    PartUnfilled = "session.part-unfilled", Integrity,
        "A session can't be booked for a part that is already complete.",
        "Choose a part that still has hours to hold.";
    OneBooking = "session.one-booking", Integrity,
        "A part can have only one session booked or open at a time.",
        "Postpone the booked session first, or end the open one.";
    Booked = "session.booked", Integrity,
        "Only a scheduled session can be opened or postponed.",
        "Schedule the session first (session_scheduled).";
    SlotLength = "session.slot-length", Brochure,
        "The first session of a part must be as long as the part; a make-up session can't be longer than what remains.",
        "Choose a slot of the required length.";
    NoOverlap = "session.no-overlap", Integrity,
        "Sessions can't overlap.",
        "Choose a slot that is free.";
    OnItsDay = "session.on-its-day", Integrity,
        "A session must be opened on the day it is scheduled for.",
        "Postpone the session and schedule it again, or correct the time of the event.";
    OneOpen = "session.one-open", Integrity,
        "Only one session can be open at a time.",
        "Close or adjourn the open session first.";
    Neutral = "session.neutral", Brochure,
        "A session must be led by a neutral who is on neither team.",
        "Name a neutral who isn't a member of a team.";
    MembersOnly = "session.members-only", Integrity,
        "Only members of the teams can be listed as present.",
        "List other people as observers, or name them to a team first.";
    SubstituteForAbsent = "session.substitute-for-absent", Integrity, since 2,
        "A substitute must take the place of an absent member, and can't be on a team.",
        "Name the absent member whom the person replaces. List a member of a team as present instead.";
    NamedOnce = "session.named-once", Integrity, since 2,
        "A person can have only one part in a session, and a member only one substitute.",
        "List each neutral, each substitute, and each replaced member once.";
    TrainingEveryone = "training.everyone-present", PublicPage,
        "Every member of both teams must be present before training starts (one from each team, if the program allows it).",
        "Wait for the missing members, postpone the session, or release a member who can't come.";
    FacilitationEveryone = "facilitation.everyone-present", ProgramPolicy,
        "Every member of both teams must be present before facilitation starts (one from each team, if the program allows it).",
        "Wait for the missing members, postpone the session, or release a member who can't come.";
    SessionPartOrder = "session.part-order", ProgramPolicy, since 2,
        "The parts of the training and of the facilitation must be opened in order.",
        "Open the earlier part first.";
    SessionAnotherDay = "session.another-day", ProgramPolicy, since 2,
        "Each part must first be opened on a different day (make-up sessions are exempt).",
        "Schedule the later part on another day.";
    IsOpen = "session.is-open", Integrity,
        "A session must be open before you can record its activities or its end.",
        "Open the session first (session_opened).";
    Filled = "session.filled", Brochure,
        "A session must run its full time before it is closed (15 minutes can be waived, unless the program says otherwise).",
        "Close the session after it runs its full time. To stop earlier, adjourn it (session_adjourned) and make up the rest.";
    NotFilled = "session.not-filled", Integrity,
        "Only a session that did not run its full time can be adjourned.",
        "Close the session instead (session_closed).";
    LeftEarlyPresent = "session.left-early-present", Integrity,
        "Only a member who was present can leave early.",
        "List only members who were present when the session opened.";
    LateMember = "session.late-member", Integrity, since 2,
        "Only a member of a team, or a substitute at the session, can come late.",
        "List only members and substitutes as late.";
    TrainingExercise = "training.exercise", Brochure,
        "The training must include at least one exercise.",
        "Record the exercise (activity_run with kind=exercise). If there was none, run one before you close the session.";
    TrainingSimulation = "training.simulation", Brochure,
        "The training must include at least one bargaining simulation (our reading of the brochure's plural).",
        "Record the simulation (activity_run with kind=bargaining_simulation). If there was none, run one before you close \
         the session.";
    TrainingActivity = "training.activity", ProgramPolicy, since 2,
        "The training must include each other activity that the program requires.",
        "Record each missing activity (activity_run). If there was none, run it before you close the session.";
    TrainingCompleted = "training.completed", Brochure,
        "The training day must be complete before the caucuses start.",
        "Hold the remaining hours.";
    PartOrder = "facilitation.part-order", ProgramPolicy, until 2,
        "The parts must be opened in order.",
        "Open the earlier part first.";
    AnotherDay = "facilitation.another-day", ProgramPolicy, until 2,
        "Each part must first be opened on a different day (make-up sessions are exempt).",
        "Schedule the later part on another day.";
    FacilitationCompleted = "facilitation.completed", Brochure,
        "Every part of the facilitation must be complete before the case is completed.",
        "Hold the remaining hours.";

    // Caucus.
    OwnMembers = "caucus.own-members", Brochure,
        "Only the party's own members can attend its caucus.",
        "List only members of the party that is in caucus.";
    OwnAdvisers = "caucus.own-advisers", Brochure, since 2,
        "Only the party's own advisers can attend its caucus.",
        "List only advisers of the party that is in caucus.";
    Attended = "caucus.attended", Integrity,
        "At least one member must attend a caucus.",
        "List the members who are present.";
    CaucusOpenedFirst = "caucus.opened-first", Brochure,
        "A party must open its caucus before it decides.",
        "Record the opening of the party's caucus first (caucus_opened).";
    Spokesperson = "caucus.spokesperson", ProgramPolicy,
        "A party's spokesperson must be one of its own members.",
        "Name a spokesperson who is a member of the party.";
    ConcernsSettled = "caucus.concerns-settled", PublicPage,
        "Each of the party's concerns must be addressed or dropped before the party adopts.",
        "Record what happened to each open concern (concern_addressed or concern_dropped).";
    Undecided = "caucus.undecided", Integrity,
        "A party that has decided can't decide again or raise a concern.",
        "If the party wants to reconsider, first record that it reopened its decision (decision_reopened).";
    Decided = "caucus.decided", Integrity,
        "A party can reopen only a decision that it made.",
        "Check which party reopened its decision.";
    ConcernNew = "caucus.concern-new", Integrity,
        "Each concern must have its own ID.",
        "Use an ID that the case has not used.";
    ConcernOpen = "caucus.concern-open", Integrity,
        "Only an open concern can be addressed or dropped.",
        "Check the ID of the concern.";
    BothAdopted = "caucus.both-adopted", Brochure,
        "Both parties must adopt the method before the program goes on to facilitation.",
        "Wait for both parties' decisions. If one party declines, the case ends without facilitation.";

    // Agreement and the format.
    FormatChosen = "agreement.format-chosen", Brochure,
        "The format of the facilitation (one full day or two half-days) must be chosen first.",
        "Record the format (format_chosen).";
    FormatKnown = "agreement.format-known", Integrity, since 2,
        "The format must be one of the formats that the program has.",
        "Choose a format of the program.";
    FormatFree = "facilitation.format-free", ProgramPolicy,
        "The format can't change while a session is scheduled, or after one was held.",
        "Postpone the scheduled sessions. After a session was held, keep the format.";

    // After the end.
    OutcomeCompleted = "outcome.completed", Integrity, since 2,
        "Only a case that completed the facilitation has an outcome to follow up.",
        "If the case ended otherwise, add what happened as a note before its end.";
    OutcomeParty = "outcome.party", Integrity, since 2,
        "A vote must name the party that voted; other results can't name a party.",
        "Enter the party for a ratification vote, and leave it out otherwise.";

    // Corrections.
    VoidHistory = "void.history", Integrity,
        "A correction must be checked against the whole history of the case.",
        "Offer the correction to the case's history, not to its current state.";
    VoidKnown = "void.known-event", Integrity,
        "Only an event of this case can be voided.",
        "Enter the sequence number of an event of this case.";
    VoidKind = "void.kind", Integrity,
        "The opening of the case can't be voided, and neither can a correction.",
        "Open a new case instead, or record the event again.";
    VoidOnce = "void.once", Integrity,
        "An event can be voided only once.",
        "No action is needed. The event no longer counts.";
    VoidRest = "void.rest-stands", Integrity,
        "The remaining events must be valid without the voided one.",
        "First void the later events that depend on it, the latest one first.";
    LaterStands = "record.later-stands", Integrity,
        "Later events must still be valid when an earlier event is recorded or corrected.",
        "Check the time of the event. If it is right, first correct the later event that depends on it.";
    ReplaceKnown = "record.replaces-known", Integrity,
        "Only an event of this case that still counts can be replaced, and a void can't replace an event.",
        "Enter the sequence number of an event that was neither voided nor replaced.";
    AsRecorded = "record.as-recorded", Integrity,
        "A case that its rules don't allow takes only notes, corrections, and a withdrawal.",
        "First correct the recorded events that the rules don't allow.";
    EditionKnown = "case.edition-known", Integrity, since 2,
        "A case can have only an edition of the rules that this version knows, with the digest that it knows.",
        "Use a version of the program that knows the edition.";
    OtherEdition = "migration.other-edition", Integrity, since 2,
        "A case can change only to another edition.",
        "No action is needed. The case is already checked against this edition.";
    MigrationValid = "migration.case-valid", Integrity, since 2,
        "The whole case must be valid under the new edition.",
        "Correct the event that the new edition doesn't allow, or keep the present edition.";
    SequenceOrder = "history.sequence", Integrity,
        "Sequence numbers must increase within a case.",
        "Record the events in the order of their sequence numbers.";
}

impl Rule {
    /// The rules that every event of an opened case must meet, whatever its kind.
    pub const COMMON: &'static [Self] = &[Self::TimeOrder, Self::Limits];

    /// The rules that a void must meet.
    pub const VOID: &'static [Self] = &[
        Self::SequenceOrder,
        Self::TimeOrder,
        Self::Limits,
        Self::VoidKnown,
        Self::VoidKind,
        Self::VoidOnce,
        Self::VoidRest,
    ];

    /// The rules that a migration must meet.
    pub const MIGRATION: &'static [Self] = &[
        Self::SequenceOrder,
        Self::Stage,
        Self::TimeOrder,
        Self::Limits,
        Self::EditionKnown,
        Self::OtherEdition,
        Self::MigrationValid,
    ];
}
