//! The kinds of finding: a closed set with stable codes, the one place for what each means and what to do.

use core::fmt;
use serde::ser::{Serialize, Serializer};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Worth a look; the record stands.
    Warning,
    /// The record is damaged, or holds what the rules do not allow.
    Error,
}

impl Severity {
    /// All, the heaviest first.
    pub const ALL: &'static [Self] = &[Self::Error, Self::Warning, Self::Info];

    /// A stable code: `error`, `warning` or `info`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

macro_rules! findings {
    ($( $variant:ident = $code:literal, $severity:ident, $statement:literal, $meaning:literal, $remedy:literal; )+) => {
        /// The kinds of finding. The code is stable; the prose beside it is not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $( #[doc = concat!("`", $code, "`: ", $statement)] $variant, )+
        }

        impl FindingKind {
            /// Every kind, in the order of `docs/findings.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code, such as `event.illegal`.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// The kind with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )+ _ => None }
            }

            /// How much it weighs.
            pub const fn severity(self) -> Severity {
                match self { $( Self::$variant => Severity::$severity, )+ }
            }

            /// What is found, in one line.
            pub const fn statement(self) -> &'static str {
                match self { $( Self::$variant => $statement, )+ }
            }

            /// What it means, and what the audit does then.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )+ }
            }

            /// What to do.
            pub const fn remedy(self) -> &'static str {
                match self { $( Self::$variant => $remedy, )+ }
            }
        }
    };
}

findings! {
    // The file as a whole.
    LedgerEmpty = "ledger.empty", Error,
        "There is no whole line: it is no ledger.",
        "A ledger has at least the line that opens it, so a file without a line is not even an empty ledger.",
        "Check that it is the right file; restore it from a copy.";
    LedgerNoOpening = "ledger.no-opening", Error,
        "The first line is not the one that opens a ledger.",
        "The beginning is missing, or the file never was a ledger. The audit reads what is there: cases whose own opening \
         is in it are judged, the others are named.",
        "Audit the whole ledger; for a single case ask for an extract, which carries its proofs.";
    LedgerSecondOpening = "ledger.second-opening", Error,
        "A line that opens a ledger stands further down.",
        "Two files were joined. The audit passes over the line and goes on.",
        "Keep the ledgers apart, and audit each.";
    LedgerOtherChart = "ledger.other-chart", Warning,
        "The ledger was begun by a program with another chart of stages, events and rules.",
        "Its events are judged by this program's rules, with the parameters in each case's opening. A rule that was added \
         since may refuse what was legal then.",
        "Where an event is found illegal, look at the rules of the program that the first line names.";
    LedgerTorn = "ledger.torn", Warning,
        "The last bytes have no line feed at their end.",
        "A write was cut off, or is still going on. Nothing in the fragment was ever acknowledged; it is not judged. \
         `ibbi verify` calls the file not sound, for its bytes are not those of whole lines; an audit only warns, since no \
         event is in question.",
        "Nothing to do: the next opening for writing sets the fragment aside.";
    LedgerPacking = "ledger.packing-damaged", Error,
        "The compressed file is damaged or ends early.",
        "What could be unpacked before that is audited; what follows cannot be read.",
        "Fetch the file again, or audit the ledger itself.";
    LedgerTooLarge = "ledger.too-large", Error,
        "The stream is larger than the audit was told to read.",
        "Reading ends at the limit. It is there because a small compressed file can unpack to more than any disk holds.",
        "If the ledger is really that large, unpack it to a file, or raise the limit.";
    LedgerManyCases = "ledger.too-many-cases", Error,
        "There are more cases than the audit was told to hold.",
        "Lines of further cases are held against the chain and not judged.",
        "Raise the limit; each case takes a few hundred bytes once it is closed, and a few thousand while it is open.";

    // Lines and the chain.
    LineMalformed = "line.malformed", Error,
        "A line is not a record in its one spelling.",
        "It is not judged, and its case, if it can still be told, goes on without it: what is refused for want of it is \
         counted under it.",
        "Restore the line from a copy, or read it with the program that wrote it.";
    ChainPrev = "chain.prev", Error,
        "A line does not name the digest of the line before it.",
        "This line or the one before was changed, removed or put in after it was written. The audit goes on from the line \
         as it stands.",
        "Compare with a copy; a checkpoint tells which of the two is the older text.";
    ChainSeq = "chain.seq", Error,
        "The ledger's numbers do not follow one another.",
        "Lines were removed, repeated, moved or put in.",
        "Compare with a copy.";
    ChainRev = "chain.rev", Error,
        "The numbers within a case do not follow one another.",
        "Records of the case were removed, repeated, moved or put in. What is refused afterwards for want of a record that \
         is missing is counted under this finding.",
        "Compare with a copy.";
    ChainLogged = "chain.logged", Error,
        "A line was written down before the line before it.",
        "The time at which lines are written never runs backwards in a ledger. The line was moved, or written by another \
         program whose clock ran backwards.",
        "Compare with a copy; ask what wrote the line.";

    // Checkpoints.
    CheckpointTruncated = "checkpoint.truncated", Error,
        "A checkpoint covers more lines than the ledger has.",
        "Lines were removed from the end after the checkpoint was signed.",
        "Restore the ledger from a copy.";
    CheckpointRoot = "checkpoint.root", Error,
        "The lines are not those that a checkpoint covers.",
        "At least one line below the checkpoint was changed after it was signed.",
        "Compare with a copy; an earlier checkpoint that holds narrows the place down.";
    CheckpointOrigin = "checkpoint.origin", Error,
        "A checkpoint is of another ledger.",
        "The name that it bears is not that of the ledger's first line.",
        "Hold the ledger against its own checkpoints.";
    CheckpointUnreadable = "checkpoint.unreadable", Error,
        "The checkpoints cannot be read in full.",
        "What could be read of them is used.",
        "Restore the file of checkpoints from a copy.";
    CheckpointSignature = "checkpoint.signature", Error,
        "A trusted key's signature on a checkpoint is wrong.",
        "The checkpoint's text was changed, or somebody else signed it in that name.",
        "Fetch the checkpoint again from where a copy is kept; ask the key's holder.";
    CheckpointSigner = "checkpoint.unknown-signer", Error,
        "A checkpoint bears no signature of a trusted key.",
        "It shows that the ledger agrees with the checkpoint, and not who made it.",
        "Give the public key of whoever signed, from a source that you trust.";
    CheckpointMissing = "checkpoint.missing", Error,
        "A key was given, and there is no checkpoint that it could have signed.",
        "Nothing shows that the end of the ledger was not cut off or written anew.",
        "Give the file of checkpoints, best the copy that somebody else keeps.";

    // Extracts.
    ExtractUnproved = "extract.unproved", Error,
        "An extract does not prove what it holds.",
        "An extract with a fault proves nothing, so none of it is judged.",
        "Ask for the extract again.";
    ExtractPart = "extract.part-only", Info,
        "An extract shows that its records are in the ledger, not that they are all.",
        "The case may have later records. How the case stands is said as far as the extract goes.",
        "Ask for an extract under a newer checkpoint if that matters.";

    // Cases.
    CaseNoOpening = "case.no-opening", Error,
        "A case does not begin with its opening.",
        "Without it neither the district nor the program's parameters are known, so the events of the case are not judged \
         until an opening comes; they are counted under this finding.",
        "Audit the whole ledger, or an extract of the case.";
    CaseRepeated = "case.repeated-record", Error,
        "A record of a case stands in the ledger a second time.",
        "It bears the same id and says the same. A retry is recorded once, so no writer of this project does that; the \
         repetition is not counted.",
        "Compare with a copy; ask what wrote the line.";
    CaseDuplicateId = "case.duplicate-id", Error,
        "A record bears the id of another record of its case.",
        "It says something else, so it is judged as a record of its own.",
        "Ask what wrote the line; ids are made anew for each record.";
    CaseUnknownZone = "case.unknown-zone", Warning,
        "A case names a time zone that is not known.",
        "Its slots cannot be held against the local clocks, and its months are counted by UTC.",
        "Check the name against the IANA list, such as America/New_York.";
    CaseOtherProgram = "case.other-program", Info,
        "A case was opened under other program parameters than today's.",
        "It is judged by its own: that is what they are recorded for.",
        "Nothing to do.";
    CaseFollowsMissing = "case.follows-missing", Info,
        "A case follows one that is not in this ledger.",
        "The earlier case may be in another ledger, or its lines may be missing.",
        "Look for the earlier case where it was kept.";
    CasePastContract = "case.past-contract", Warning,
        "A case is unfinished although the contract has expired.",
        "The day is counted in the district's time zone, at the instant as of which the audit is made.",
        "See what the case waits for; if the dates changed, record contract_dates_changed.";

    // Events.
    EventIllegal = "event.illegal", Error,
        "An event was recorded that the rules do not allow.",
        "Every unmet rule is named, with what was found. The audit goes on from the state before the event: no state is \
         made up. What is refused later only for want of it is counted under it.",
        "See the rules that are named; a mistake is corrected by a record that voids the event, never by changing the line.";
    EventStage = "event.stage-differs", Error,
        "The stage that was recorded is not the one to which the event leads.",
        "The event itself is legal. The audit goes on with the stage that it computed.",
        "Ask which program wrote the line, and under which chart.";
    EventConsequence = "event.consequence", Info,
        "An event cannot be judged on its own, because an earlier one is missing or was not allowed.",
        "Each rule that it does not meet looks at what the earlier event would have changed. It is not counted as a fault \
         of its own, and the audit does not say that it is none.",
        "Look at the finding that is named as its cause.";
    EventEarly = "event.before-it-happened", Error,
        "An event was written down more than five minutes before it is said to have happened.",
        "Facts are recorded after they happen; the five minutes allow for clocks that differ.",
        "Ask who recorded it, and when it happened.";
    EventOffset = "event.slot-offset", Warning,
        "A slot does not have the offset from UTC that its district's clocks have then.",
        "Rules about the local day go by the slot's own offset, so a wrong one can move a session to another day. Where the \
         law on time zones has changed since, the list that is compiled into this program may be the one that is wrong.",
        "Check the local time of the slot.";
    EventVoidsUncounted = "event.voids-uncounted", Info,
        "A correction strikes an event that the audit had not counted.",
        "The event was found illegal before; with it struck, the record stands as the audit has it.",
        "Nothing to do.";
    EventAdvisory = "event.advisory", Info,
        "The process advises against something, and does not forbid it.",
        "Advisories are listed in docs/process.md. They are looked for only when asked for.",
        "See what is advised.";
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
