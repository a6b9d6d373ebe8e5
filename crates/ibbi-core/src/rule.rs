//! Every rule, with its id, statement, remedy and source: the one place where they are written down.

use crate::sets::closed_set;

closed_set! {
    /// Where a rule comes from.
    Source, "source of a rule";
    /// The brochure of the Massachusetts Education Partnership.
    Brochure = "brochure", "MEP brochure";
    /// The public pages of the IBBI.
    PublicPage = "public_page", "IBBI public page";
    /// Massachusetts law.
    Law = "law", "Massachusetts law";
    /// A policy of this program: a choice of ours, where the public sources are silent.
    ProgramPolicy = "program_policy", "program policy";
    /// Without it the record would contradict itself.
    Integrity = "integrity", "integrity of the record";
}

macro_rules! rules {
    ($( $variant:ident = $id:literal, $source:ident, $statement:literal, $remedy:literal; )+) => {
        closed_set! {
            /// A rule: a condition that an event must meet to be accepted.
            Rule, "rule";
            $( #[doc = concat!("`", $id, "`: ", $statement)] $variant = $id, $statement; )+
        }

        impl Rule {
            /// The stable id, such as `training.everyone-present`.
            pub const fn id(self) -> &'static str {
                self.code()
            }

            /// What the rule asks, in one line.
            pub const fn statement(self) -> &'static str {
                self.label()
            }

            /// What to do when it is not met.
            pub const fn remedy(self) -> &'static str {
                match self { $( Self::$variant => $remedy, )+ }
            }

            /// Where it comes from.
            pub const fn source(self) -> Source {
                match self { $( Self::$variant => Source::$source, )+ }
            }
        }
    };
}

rules! {
    // The process as a whole.
    Stage = "process.stage", Brochure,
        "An event belongs to certain stages of the process, which follow one another.",
        "Complete what the present stage still lacks, or record the event that belongs here.";
    ClosedForGood = "process.closed", Integrity,
        "After a case is closed only a correction may follow.",
        "Void the event that closed the case if it was a mistake, or open a new case that follows this one.";
    TimeOrder = "case.time-order", Integrity,
        "Within a case, what is recorded later did not happen earlier; voided events are not counted.",
        "Give the time at which it happened, no earlier than the last event; if the earlier record is wrong, void that.";
    Dated = "case.dated", Integrity,
        "A document is dated no later than the event that reports it.",
        "Correct the date of the document, or the time of the event.";
    Limits = "case.limits", Integrity,
        "A case keeps within stated limits of size.",
        "Make room, as by releasing a member; where that cannot be, close this case and open one that follows it.";

    // Inquiry.
    CommitteeOffice = "leaders.committee-office", Brochure,
        "The school committee's seat is taken by its chair or vice chair; the other seats carry no such office.",
        "Give office=chair or office=vice_chair for the school committee, and no office for the others.";
    SeatAgreedOnce = "leaders.seat-agreed-once", Integrity,
        "Each key leader's seat agrees once.",
        "If the seat has changed hands, record first that the earlier person declines.";
    LeadersAgreed = "leaders.all-agreed", Brochure,
        "All three key leaders agree before anything else begins.",
        "Record leader_agreed for each seat that is still open.";

    // Introduction.
    TopicsCovered = "introduction.topics-covered", Brochure,
        "The introductory meetings cover all three topics before a service is chosen.",
        "Hold a meeting on the topics that are missing.";
    ServiceOnce = "introduction.service-once", Integrity,
        "Each service is chosen once.",
        "Nothing to do: the choice is on record.";
    WorkshopOffering = "introduction.workshop-offering", Brochure,
        "An offering goes with the Joint Leadership Workshop, and with no other service.",
        "Name the workshop's offering, or leave the offering out for another service.";
    ReferralChosen = "introduction.referral-chosen", Brochure,
        "A case is referred only to a service that the district chose, and not to the IBBI itself.",
        "Record service_chosen for the other service first.";
    IbbiChosen = "introduction.ibbi-chosen", Brochure,
        "The application begins when the district has chosen the IBBI.",
        "Record service_chosen with service=ibbi.";

    // Slots, of meetings and of sessions.
    SlotFuture = "slot.in-future", Integrity,
        "A slot lies in the future when it is booked.",
        "Choose a later slot, or correct the time of the booking.";
    SlotOneDay = "slot.one-local-day", ProgramPolicy,
        "A slot begins and ends on one local day.",
        "Choose times on one day; book the rest as a make-up on another.";

    // Application and the rosters.
    SupportOnce = "application.support-once", Integrity,
        "Each body confirms its support once.",
        "Nothing to do unless the support was withdrawn in between.";
    SupportGiven = "application.support-given", Integrity,
        "A body can withdraw only support that it confirmed.",
        "Check which body it was.";
    ThreeConfirmations = "application.three-confirmations", PublicPage,
        "The teachers' organization, the administration and the school committee each confirm their support in writing.",
        "Record support_confirmed for each body whose letter has not come.";
    ApplicationAccepted = "application.accepted", Brochure,
        "The training begins when the application is accepted.",
        "Record application_accepted when the letters, the teams and the pledges are complete.";
    RosterDisjoint = "roster.disjoint", Integrity,
        "Nobody is on both teams.",
        "Release the person from the other team first, or use another id.";
    RosterUnique = "roster.unique-ids", Integrity,
        "Each id stands once on a team.",
        "Use another id for another person; a member is named only once.";
    RosterKnown = "roster.member-known", Integrity,
        "The person is a member of that team.",
        "Name the member first, or correct the id or the party.";
    PledgeOnce = "roster.pledge-once", Integrity,
        "Each member pledges once.",
        "Nothing to do: the pledge is on record.";
    PledgeGiven = "roster.pledge-given", Integrity,
        "A member can withdraw only a pledge that was given.",
        "Check which member it was.";
    BothNamed = "roster.both-named", PublicPage,
        "Both teams have at least one member.",
        "Name at least one member to each team.";
    AllPledged = "roster.all-pledged", PublicPage,
        "Every member of both negotiating teams has agreed to be present.",
        "Record attendance_pledged for each member who has not pledged, or release the member.";
    NoChangeInSession = "roster.no-change-in-session", ProgramPolicy,
        "The teams do not change while a session is open.",
        "Close or adjourn the session first.";

    // Sessions, of the training and of the facilitation.
    PartExists = "session.part-exists", Integrity,
        "The part is one that the program's format has.",
        "Use a part number of the present format.";
    PartUnfilled = "session.part-unfilled", Integrity,
        "No session is booked for a part that is already filled.",
        "Choose a part that still has hours to fill.";
    OneBooking = "session.one-booking", Integrity,
        "A part has one session booked or open at a time.",
        "Postpone the booked session first, or end the open one.";
    Booked = "session.booked", Integrity,
        "Only a session that is scheduled can be opened or postponed.",
        "Schedule the session first.";
    SlotLength = "session.slot-length", Brochure,
        "The first session of a part is booked for the whole part; a make-up is no longer than what remains.",
        "Choose a slot of the length asked for.";
    NoOverlap = "session.no-overlap", Integrity,
        "A session's slot does not overlap another's.",
        "Choose a slot that is free.";
    OnItsDay = "session.on-its-day", Integrity,
        "A session opens on the day for which it is scheduled.",
        "Postpone it and schedule it anew, or correct the time of the event.";
    OneOpen = "session.one-open", Integrity,
        "One session is open at a time.",
        "Close or adjourn the open session first.";
    Neutral = "session.neutral", Brochure,
        "The session is led by a neutral who is on neither team.",
        "Name a neutral who is not a member of a team.";
    MembersOnly = "session.members-only", Integrity,
        "Those listed as present are members of a team.",
        "List others as observers, or name them to a team first.";
    TrainingEveryone = "training.everyone-present", PublicPage,
        "The training opens with every member of both negotiating teams present, as far as the program's policy asks.",
        "Wait for the members who are missing, postpone the session, or release a member who cannot come.";
    FacilitationEveryone = "facilitation.everyone-present", ProgramPolicy,
        "The facilitation opens with every member of both negotiating teams present, as far as the program's policy asks.",
        "Wait for the members who are missing, postpone the session, or release a member who cannot come.";
    IsOpen = "session.is-open", Integrity,
        "Activities and endings belong to an open session.",
        "Open the session first.";
    Filled = "session.filled", Brochure,
        "A session is closed when its slot is filled, less the grace.",
        "Go on until the slot is filled, or record session_adjourned and make up the rest.";
    NotFilled = "session.not-filled", Integrity,
        "A session is adjourned only when its slot was not filled.",
        "Record session_closed instead.";
    LeftEarlyPresent = "session.left-early-present", Integrity,
        "Only somebody who was present can leave early.",
        "List only members who were present when the session opened.";
    TrainingExercise = "training.exercise", Brochure,
        "The training includes at least one exercise.",
        "Record the exercise that was run (activity_run kind=exercise); if none was, run one before the session is closed.";
    TrainingSimulation = "training.simulation", Brochure,
        "The training includes at least one bargaining simulation (our reading of the brochure's plural).",
        "Record the simulation that was run (activity_run kind=bargaining_simulation); if none was, run one before closing.";
    TrainingCompleted = "training.completed", Brochure,
        "The caucuses begin when the training day is completed.",
        "Hold the hours that remain.";
    PartOrder = "facilitation.part-order", ProgramPolicy,
        "A later part opens after the earlier one has opened.",
        "Open the earlier part first.";
    AnotherDay = "facilitation.another-day", ProgramPolicy,
        "The parts first open on different local days; make-ups are exempt.",
        "Schedule the later part on another day.";
    FacilitationCompleted = "facilitation.completed", Brochure,
        "The case is completed when every part of the facilitation is filled.",
        "Hold the hours that remain.";

    // Caucus.
    OwnMembers = "caucus.own-members", Brochure,
        "A caucus is attended by that party's members alone.",
        "List only members of the party that caucuses.";
    Attended = "caucus.attended", Integrity,
        "A caucus is attended by at least one member.",
        "List the members who are present.";
    CaucusOpenedFirst = "caucus.opened-first", Brochure,
        "A party decides after its caucus has opened.",
        "Record caucus_opened for the party first.";
    Spokesperson = "caucus.spokesperson", ProgramPolicy,
        "A party decides through a member of its own.",
        "Name a spokesperson who is a member of the party.";
    ConcernsSettled = "caucus.concerns-settled", PublicPage,
        "A party adopts only when each of its concerns has been addressed or dropped.",
        "Record concern_addressed or concern_dropped for each open concern.";
    Undecided = "caucus.undecided", Integrity,
        "A party decides, and raises concerns, only while it is undecided.",
        "Record decision_reopened first if the party wants to think again.";
    Decided = "caucus.decided", Integrity,
        "Only a decision that was made can be reopened.",
        "Check which party it was.";
    ConcernNew = "caucus.concern-new", Integrity,
        "Each concern has an id of its own.",
        "Use an id that the case has not used.";
    ConcernOpen = "caucus.concern-open", Integrity,
        "Only a concern that is open can be addressed or dropped.",
        "Check the concern's id.";
    BothAdopted = "caucus.both-adopted", Brochure,
        "Only if both parties adopt the method does the program go on to facilitation.",
        "Wait for both parties' decisions; if one declines, the case ends without facilitation.";

    // Agreement and the format.
    FormatChosen = "agreement.format-chosen", Brochure,
        "The facilitation is one full day or two half-days, chosen beforehand.",
        "Record format_chosen.";
    FormatFree = "facilitation.format-free", ProgramPolicy,
        "The format changes only while no session is scheduled or was held.",
        "Postpone what is scheduled; once a session was held the format stays.";

    // Corrections.
    VoidHistory = "void.history", Integrity,
        "A correction is judged by the whole history of the case.",
        "Offer it to the case's history, not to its present state.";
    VoidKnown = "void.known-event", Integrity,
        "An event that is voided is one of this case.",
        "Give the sequence number of an event of this case.";
    VoidKind = "void.kind", Integrity,
        "The opening of the case and a correction are not voided.",
        "Open a new case instead, or record the event again.";
    VoidOnce = "void.once", Integrity,
        "An event is voided once.",
        "Nothing to do: it no longer counts.";
    VoidRest = "void.rest-stands", Integrity,
        "The events that remain would have been accepted without the voided one.",
        "Void the later events that rest on it first, the latest first.";
    SequenceOrder = "history.sequence", Integrity,
        "Within a case, sequence numbers rise.",
        "Record the events in the order of their sequence numbers.";
}
