//! The kinds of finding: a closed set with stable codes. Meanings and remedies are defined only here.

use core::fmt;
use serde::ser::{Serialize, Serializer};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information. Nothing is wrong.
    Info,
    /// A warning. The record is valid, but check it.
    Warning,
    /// An error. The record is damaged, or the rules don't allow it.
    Error,
}

impl Severity {
    /// Every severity, the most severe first.
    pub const ALL: &'static [Self] = &[Self::Error, Self::Warning, Self::Info];

    /// Returns the stable code: `error`, `warning`, or `info`.
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
        /// A kind of finding. The code is stable; the texts can change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $( #[doc = concat!("`", $code, "`: ", $statement)] $variant, )+
        }

        impl FindingKind {
            /// Every kind, in the order of `docs/findings.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the stable code, such as `event.illegal`.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// Returns the kind with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )+ _ => None }
            }

            /// Returns whether a finding of this kind means that the ledger is not sound: it is an error about the record itself
            /// (the file, a line, the chain, a checkpoint, or an extract's proofs). An error about a case, an event, or the
            /// custody of texts means that a sound record breaks a rule.
            pub fn breaks_soundness(self) -> bool {
                let area = self.code().split_once('.').map_or("", |(area, _)| area);
                self.severity() == Severity::Error
                    && matches!(area, "ledger" | "line" | "chain" | "checkpoint" | "extract")
            }

            /// Returns the severity.
            pub const fn severity(self) -> Severity {
                match self { $( Self::$variant => Severity::$severity, )+ }
            }

            /// Returns the kind of finding in one sentence.
            pub const fn statement(self) -> &'static str {
                match self { $( Self::$variant => $statement, )+ }
            }

            /// Returns what the finding means and how the audit continues.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )+ }
            }

            /// Returns what to do.
            pub const fn remedy(self) -> &'static str {
                match self { $( Self::$variant => $remedy, )+ }
            }
        }
    };
}

findings! {
    // The file as a whole.
    LedgerEmpty = "ledger.empty", Error,
        "The file has no complete line, so it is not a ledger.",
        "Every ledger begins with a line that opens it. A file without a complete line is not even an empty ledger.",
        "Check that you have the right file, or ask for a copy.";
    LedgerNoOpening = "ledger.no-opening", Error,
        "The first line does not open a ledger.",
        "The beginning of the ledger is missing, or the file was never a ledger. The audit reads the lines that are present. \
         It judges cases whose opening is in the file and reports the others.",
        "Audit the whole ledger. For a single case, request an extract, which includes its proofs.";
    LedgerSecondOpening = "ledger.second-opening", Error,
        "A line that opens a ledger appears again later in the file.",
        "Two files were joined. The audit skips the line and continues.",
        "Keep the file as it is, and ask for each ledger by itself.";
    LedgerOtherChart = "ledger.other-chart", Warning,
        "The ledger was created by a program with a different chart of stages, events, and rules.",
        "The audit judges its events by this program's rules, with the parameters in each case's opening. A rule that was \
         added later may refuse an event that was legal at the time.",
        "If an event is reported as illegal, check the rules of the program that the first line names.";
    LedgerFormat = "ledger.format", Error,
        "A line has another format than its place in the ledger asks for.",
        "A ledger that began in format 1 has a line that says where format 2 begins. The line was moved or inserted, or \
         another program wrote it.",
        "Compare the ledger with a copy.";
    LedgerTorn = "ledger.torn", Error,
        "The last line or the last act is incomplete.",
        "A write was interrupted or is still in progress. The program never confirmed any part of the incomplete line, so \
         the audit does not judge it, and no event is affected. As long as the file ends this way, it is not sound.",
        "Keep the file as it is. If no write is in progress, ask what interrupted the last one. When the program next records an \
         event, it moves the incomplete line to a file of its own.";
    LedgerCompression = "ledger.packing-damaged", Error,
        "The compressed file is damaged or ends early.",
        "The audit covers everything before the damage. The rest can't be read.",
        "Get the file again, or audit the original ledger.";
    LedgerTooLarge = "ledger.too-large", Error,
        "The input is larger than the audit's limit.",
        "The audit stops reading at the limit. A small compressed file can expand to more than a disk can hold, so there is \
         a limit.",
        "If the ledger really is that large, decompress it to a file, or raise the limit.";
    LedgerManyCases = "ledger.too-many-cases", Error,
        "The ledger has more cases than the audit's limit.",
        "The audit checks the lines of the remaining cases against the chain, but does not judge them.",
        "Raise the limit. Each closed case takes a few hundred bytes of memory, and each open case a few thousand.";

    // Confidential texts, which are beside the ledger.
    TextsNoFile = "texts.no-file", Warning,
        "Records have confidential texts, but the file with the texts is missing.",
        "A line of format 2 has the salted digest of a note, a concern, or a response. The text itself is in a file beside \
         the ledger. The ledger can be checked in full without it, but the texts can't be shown.",
        "If you should see the texts, ask for the file whose name is the ledger's with `.texts` at its end.";
    TextsMissing = "texts.missing", Warning,
        "A record's confidential text is not in the file with the texts.",
        "The line with the text was removed or can't be read. The digest in the record doesn't say what the text was.",
        "Keep the file as it is, and compare it with a copy. If a copy has the text, report where it is.";
    TextsAltered = "texts.altered", Warning,
        "A record's confidential text was altered after it was recorded.",
        "The file with the texts has a line with the record's digest, but its text has another digest. The program never \
         shows such a text.",
        "Compare the file with a copy, and find out who could write to it.";

    TextsClosed = "texts.closed", Warning,
        "A record's confidential text is sealed, and its key is not here.",
        "The file beside the ledger has the text in encrypted form. The key is in a folder elsewhere, which is not here or \
         doesn't have it. The ledger can be checked in full without it.",
        "If you should see the text, ask for the folder with the keys, and name it with IBBI_TEXT_KEYS.";
    TextsKeyDamaged = "texts.key-damaged", Warning,
        "A record's confidential text is sealed, and the file of its key is damaged.",
        "The file beside the ledger has the text in encrypted form. The folder with the keys has a file with the key's name, but it \
         is damaged, is the key of other texts, or can't be read. The ledger can be checked in full without it.",
        "Keep the file as it is, and ask for the copy of the keys.";
    TextsKeyLeft = "texts.key-left", Warning,
        "A key was destroyed according to the ledger, but its file is still there.",
        "The destruction was interrupted, or the file was restored from a copy. A person who has the file can read the texts. The \
         program no longer shows them.",
        "Record an event or run `ibbi texts destroy` again: the program then finishes the destruction. If the file is still there, it \
         isn't the key that the ledger names: find out what it is. Find out where the file came from, and destroy other copies.";

    TextsLeft = "texts.left", Warning,
        "A text that was destroyed according to the ledger is in the file with the texts again.",
        "The file was restored from an old copy, or someone added a line. A person who has the file, and the key if the text is \
         sealed, can read it. The program doesn't show a text that was destroyed. Texts of another party that are in plain text \
         in a file that was sealed are reported too.",
        "Keep the file as evidence until you know where the text came from. Then run `ibbi texts destroy` or `ibbi texts seal` again, and ask for other copies.";

    // Legal holds and destructions.
    CustodyDestroyed = "custody.destroyed", Info,
        "Confidential texts were destroyed.",
        "A line says whose texts they were, and under which retention rule. The records keep the digests of the texts, so the \
         chain and all proofs hold as before.",
        "Compare the rule's digest with the retention file that counsel confirmed.";
    CustodyUnderHold = "custody.under-hold", Error,
        "Confidential texts were destroyed under a legal hold.",
        "A hold was in force for the case. The program refuses this, so another program or an altered one wrote the line.",
        "Tell counsel. Keep every copy of the ledger, the texts, and the keys.";
    CustodyEarly = "custody.early", Error,
        "Confidential texts were destroyed before their retention rule allowed it.",
        "The line names the rule's time and the day from which it counted. They don't allow the destruction, or the case had \
         later events. The program refuses this, so another program or an altered one wrote the line.",
        "Tell counsel. Keep every copy of the ledger, the texts, and the keys.";

    // Lines and the chain.
    LineMalformed = "line.malformed", Error,
        "A line is not a valid record.",
        "The audit does not judge the line. If the line names its case, that case continues without it, and events that \
         are refused because of the missing line are counted as its consequences.",
        "Keep the file as it is. Compare the line with a copy, or read it with the program that wrote it.";
    ChainPrev = "chain.prev", Error,
        "A line does not contain the digest of the line before it.",
        "This line or the line before it was changed, removed, or inserted after it was written. The audit continues from \
         the line as it is.",
        "Compare the ledger with a copy. A checkpoint shows which of the two is the older text.";
    ChainSeq = "chain.seq", Error,
        "The record numbers of the ledger are not consecutive.",
        "Lines were removed, repeated, moved, or inserted.",
        "Compare the ledger with a copy.";
    ChainRev = "chain.rev", Error,
        "The record numbers within a case are not consecutive.",
        "Records of the case were removed, repeated, moved, or inserted. Later events that are refused because of a missing \
         record are counted as consequences of this finding.",
        "Compare the ledger with a copy.";
    ChainLogged = "chain.logged", Error,
        "A line was recorded before the line above it.",
        "In a ledger, the time of recording never goes back. The line was moved, or another program wrote it with a clock \
         that went back.",
        "Compare the ledger with a copy, and find out which program wrote the line.";

    // The clock. Nothing proves that a clock was right, but these times show that one was wrong.
    ClockFuture = "clock.future", Warning,
        "Lines were recorded after the time on the auditor's clock.",
        "One of the two clocks is wrong, or the times were made up. Five minutes of difference are allowed. The finding is at \
         the first such line and counts the others.",
        "Check the auditor's clock first. If it is right, ask which computer recorded the lines, and don't rely on their times.";
    ClockBack = "clock.back", Warning,
        "A line was recorded more than five minutes before the line above it.",
        "The clock was set back, or lines were moved. The program records such a line only if a person confirms that the clock \
         is right now. In format 1, any step back is an error, chain.logged.",
        "Ask who set the clock, and which of the two times is right.";
    ClockAhead = "clock.ahead", Warning,
        "Lines were recorded with times after those of the line below them.",
        "The clock jumped forward and then back, so the lines in between have times at which they were not recorded. The finding \
         is at the first of them.",
        "Ask who set the clock. Don't rely on the times of the lines that the finding names.";
    ClockFrozen = "clock.frozen", Warning,
        "The clock stood still while several people recorded.",
        "A line's time has milliseconds, so only lines that were written at once have the same one: an import, a list of events, \
         or what several people sent at the same moment. Here, at least five acts in a row have the same time, and a person \
         recorded again after another one did. The finding is at the first of the lines.",
        "Ask which computer recorded the lines, and don't rely on their times.";

    ChainAct = "chain.act", Error,
        "The records of an act do not follow one another.",
        "Records that are one act are written together, one after the other. Lines were removed, moved, or inserted. The \
         audit does not judge an act that is not whole.",
        "Compare the ledger with a copy.";

    ChainHeads = "chain.heads", Error,
        "A line does not state the last records of the cases as they are.",
        "Before each checkpoint, the program writes a line with the last record of every case. This one doesn't fit the lines \
         before it: they were changed, removed, or inserted and the chain was repaired, or another program wrote the line.",
        "Compare the ledger with a copy.";

    ChainCustody = "chain.custody", Error,
        "A line about legal holds or destruction doesn't fit the lines before it.",
        "It lifts a hold that is not in force, or destroys texts a second time. Lines were removed, repeated, or inserted, or \
         another program wrote it.",
        "Compare the ledger with a copy.";

    // Checkpoints.
    CheckpointTruncated = "checkpoint.truncated", Error,
        "A checkpoint covers more lines than the ledger has.",
        "Lines were removed from the end of the ledger after the checkpoint was signed.",
        "Keep the ledger as it is, and compare it with a copy.";
    CheckpointRoot = "checkpoint.root", Error,
        "The lines of the ledger differ from the lines that a checkpoint covers.",
        "At least one line that the checkpoint covers was changed after it was signed.",
        "Compare the ledger with a copy. An earlier checkpoint that matches narrows down where the change is.";
    CheckpointOrigin = "checkpoint.origin", Error,
        "A checkpoint belongs to another ledger.",
        "The checkpoint names a different origin than the ledger's first line.",
        "Use the checkpoints of this ledger.";
    CheckpointUnreadable = "checkpoint.unreadable", Error,
        "Some of the checkpoints can't be read.",
        "The audit uses the checkpoints that it can read.",
        "Keep the file as it is, and ask the signer for a copy of the checkpoints.";
    CheckpointSignature = "checkpoint.signature", Error,
        "A checkpoint has an invalid signature from a trusted key.",
        "The checkpoint's text was changed, or the signature was made with another key.",
        "Get the checkpoint again from a copy, and ask the holder of the key.";
    CheckpointSigner = "checkpoint.unknown-signer", Error,
        "A checkpoint is not signed by a trusted key.",
        "The checkpoint shows that the ledger matches it, but not who made it.",
        "Give the signer's public key, from a source that you trust.";
    CheckpointFork = "checkpoint.fork", Error,
        "The history forked: two statements about the same lines can't both be true.",
        "There are two histories under the ledger's name. Either two signed checkpoints contradict each other, or the lines of \
         the file are whole but are not those that a checkpoint from outside signed. The holder of the signing key can do that.",
        "Keep the file and both checkpoints as evidence, and compare the lines with copies of other people.";
    CheckpointQuorum = "checkpoint.quorum", Error,
        "No valid checkpoint has enough cosignatures of witnesses.",
        "Witnesses were given with the audit, so a checkpoint counts only if enough of them cosigned it.",
        "Ask the signer for the cosigned checkpoints, and give them with the audit.";
    CheckpointMissing = "checkpoint.missing", Error,
        "A key was given, but no checkpoint.",
        "Without a checkpoint, the audit can't tell whether the end of the ledger was removed or rewritten.",
        "Give the checkpoint file, preferably a copy that another organization keeps.";

    // Extracts.
    ExtractUnproved = "extract.unproved", Error,
        "The extract does not prove its records.",
        "An extract with an error proves nothing, so the audit judges none of it.",
        "Request the extract again.";
    ExtractPart = "extract.part-only", Warning,
        "An extract proves that its records are in the ledger, but not that they are all of the case's records.",
        "Later records of the case might exist, even under the extract's checkpoint. The extract was made before ledgers \
         stated the last line of each case, or from a mirror that does not have every line, or its end was removed. A person who \
         removes the end can also label the extract as one of format 1. Nothing in the file contradicts that: the line that states \
         the last record of each case is known only by its hash in the checkpoint's root, and a ledger of format 2 can have a \
         checkpoint without that line.",
        "Ask for an extract under a newer checkpoint. If it has the same warning, ask for the whole ledger or a mirror of it.";
    ExtractComplete = "extract.complete", Info,
        "An extract has every record of its case up to the last line that its checkpoint covers.",
        "The last line that the checkpoint covers states which record of each case is the last one. Records after that line \
         are not in the extract.",
        "If later records matter, request an extract under a newer checkpoint.";

    // Cases.
    CaseNoOpening = "case.no-opening", Error,
        "A case does not begin with its opening.",
        "Without the opening, the district and the program's parameters are unknown. The audit does not judge the events of \
         the case until an opening follows. They are counted as consequences of this finding.",
        "Audit the whole ledger, or an extract of the case.";
    CaseRepeated = "case.repeated-record", Error,
        "A record of a case appears in the ledger a second time.",
        "Both records have the same ID and the same content. This program records a retry only once, so another program \
         wrote the line. The audit does not count the repetition.",
        "Compare the ledger with a copy, and find out which program wrote the line.";
    CaseDuplicateId = "case.duplicate-id", Error,
        "Two records of a case have the same ID.",
        "Their contents differ, so the audit judges each one as a separate record.",
        "Find out which program wrote the line. Every record must have a new ID.";
    CaseUnknownZone = "case.unknown-zone", Warning,
        "A case names an unknown time zone.",
        "The audit can't check the case's slots against local time, and counts its months in UTC.",
        "Check the name against the IANA list, for example America/New_York.";
    CaseOtherProgram = "case.other-program", Info,
        "A case was opened under different program parameters than the current ones.",
        "The audit judges the case by its own parameters.",
        "Nothing to do.";
    CaseFollowsMissing = "case.follows-missing", Info,
        "A case follows an earlier case that is not in this ledger.",
        "The earlier case may be in another ledger, or its lines may be missing.",
        "Look for the earlier case in the ledger where it was kept.";
    CasePastContract = "case.past-contract", Warning,
        "The contract has expired, but the case is still open.",
        "The audit uses the date in the district's time zone at the time of the report.",
        "Check what the case is waiting for. If the contract dates changed, record contract_dates_changed.";

    // Programs that ask for less than the source of the process. Each is reported at the opening and at each step that relied on it.
    ProgramTraining = "program.weak-training", Warning,
        "The program's training is shorter than the eight hours of the source.",
        "The case is judged by the program in its opening, so its records are legal. But a training under this program proves less \
         than the source asks. The finding is at the opening, and at each training session that was closed under it.",
        "Ask who chose the program and why. Count the hours that were held.";
    ProgramFacilitation = "program.weak-facilitation", Warning,
        "The program has a facilitation that is shorter than the eight hours of the source.",
        "The case is judged by the program in its opening, so its records are legal. The finding is at the opening, and at each \
         facilitation session that was closed in a format that is too short.",
        "Ask who chose the program and why. Count the hours that were held.";
    ProgramActivities = "program.weak-activities", Warning,
        "The program's training needs no exercise or no bargaining simulation, but the source has both.",
        "The finding is at the opening, and at the session that completed the training without them.",
        "Ask who chose the program and why.";
    ProgramGrace = "program.weak-grace", Warning,
        "The program lets a part end much earlier than planned.",
        "Up to 30 minutes count as rounding. The finding is at the opening, and at each session that ended so early.",
        "Ask who chose the program and why. Count the hours that were held.";
    ProgramPresence = "program.weak-presence", Warning,
        "The program lets a session open without every member of both teams.",
        "The finding is at the opening, and at each session that was opened without a member.",
        "Ask who chose the program and why. The finding names the absent members.";
    ProgramSameDay = "program.weak-same-day", Warning,
        "The program lets several parts be held on one day.",
        "The finding is at the opening, and at each part that was first opened on the same day as another one.",
        "Ask who chose the program and why.";

    // Names.
    NamesInvisible = "names.invisible", Warning,
        "A name has characters that can't be seen.",
        "Two names that look the same can differ in such a character, so one person can count as two. Recording refuses \
         such a name. An older version or another program wrote the line. The audit reads the name as it is.",
        "Compare the name with the other names of the case, and ask who recorded it.";
    NamesNotComposed = "names.not-composed", Warning,
        "A name has accents as separate characters.",
        "The program composes names before it records them (Unicode normalization form C). An older version or another program wrote \
         the line. The audit reads the name as it is.",
        "Compare the name with the other names of the case.";
    NamesMixedScripts = "names.mixed-scripts", Warning,
        "A word of a name has letters of several scripts.",
        "A letter of another script can look like a Latin one, such as a Cyrillic `а`. Recording refuses such a name. An older \
         version or another program wrote the line. The audit reads the name as it is.",
        "Compare the name with the other names of the case, and ask who recorded it.";
    NamesLookAlike = "names.look-alike", Warning,
        "A name looks the same as another name of the case, but has other characters.",
        "The case counts them as two people. The finding has the characters in which they differ. Two names in ASCII are not compared.",
        "Ask whether they are the same person. If they are, the correction is a new record.";

    // Events.
    EventIllegal = "event.illegal", Error,
        "The rules do not allow a recorded event.",
        "The finding names every unmet rule and what was found. The audit continues from the state before the event. Later \
         events that are refused only because of this one are counted as its consequences.",
        "Check the rules that the finding names. Ask the person who recorded the event. A mistake is corrected by a new \
         record that voids the event. The line itself stays.";
    EventStage = "event.stage-differs", Error,
        "An event leads to a different stage than the line records.",
        "The event itself is legal. The audit continues with the stage that it computed.",
        "Find out which program wrote the line, and with which chart.";
    EventConsequence = "event.consequence", Info,
        "An event can't be judged by itself, because an earlier event is missing or was not allowed.",
        "Each unmet rule depends on something that the earlier event would have changed. The audit does not count the event \
         as a separate error, and does not confirm that it is legal.",
        "Look at the finding that is named as its cause.";
    EventEarly = "event.before-it-happened", Error,
        "An event was recorded more than five minutes before it happened.",
        "An event must be recorded after it happens. The five minutes allow for clocks that differ.",
        "Ask the person who recorded the event when it happened.";
    EventOffset = "event.slot-offset", Warning,
        "A slot's UTC offset differs from the district's local time on that date.",
        "Rules about the local day use the slot's own offset, so a wrong offset can move a session to another day. If the \
         time zone's rules changed recently, the list in this program may be out of date.",
        "Check the local time of the slot.";
    EventVoidsUncounted = "event.voids-uncounted", Info,
        "A correction voids an event that the audit had not counted.",
        "The audit found the event illegal earlier. With the event voided, the record agrees with the audit.",
        "Nothing to do.";
    EventAdvisory = "event.advisory", Info,
        "The process advises against an event, but allows it.",
        "docs/process.md lists the advisories, each with its own code. The audit always reports those about what is recorded, \
         such as an event that was recorded after later ones, and the others only on request.",
        "Read the advisory.";
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
