//! Lines about the custody of confidential texts: legal holds, and the destruction of texts.
//!
//! They are about no case's progress, so they have no `case`, `rev`, and `to` of their own, as the line with the state of all
//! cases. The case that they name is in their data.

use crate::Digest;
use crate::fault::FaultKind;
use crate::keep::{Keep, KeepFrom};
use crate::key_id::KeyId;
use crate::ledger_data::{DataFault, read_canonical, reason};
use crate::line::{HOLD_LIFTED_TYPE, HOLD_PLACED_TYPE, TEXTS_DESTROYED_TYPE, read_uuid};
use ibbi_core::{At, Date, MAX_NUMBER, Name, Reason};
use ibbi_store::TextOwner;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A line about the custody of confidential texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyLine {
    /// The number of the line in its ledger, according to the line itself.
    pub seq: u64,
    /// Who recorded it.
    pub actor: Name,
    /// When it was recorded.
    pub at: At,
    /// What was done.
    pub done: Custody,
}

/// What a line about the custody of confidential texts does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custody {
    /// Texts must be kept, whatever a retention rule allows.
    HoldPlaced {
        /// The case; none for all cases.
        case: Option<Uuid>,
        /// Why.
        reason: Reason,
    },
    /// A legal hold ends.
    HoldLifted {
        /// The number of the line that placed it.
        hold: u64,
        /// Why.
        reason: Reason,
    },
    /// The key of texts is destroyed, and the texts with it.
    TextsDestroyed(Box<TextsDestroyed>),
}

/// The destruction of the texts of one party in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextsDestroyed {
    /// The key, which names the case and whose the texts were.
    pub key: KeyId,
    /// The number of texts.
    pub texts: u64,
    /// The name of the retention rule.
    pub rule: Name,
    /// The law or schedule that the rule cites.
    pub authority: Reason,
    /// The SHA-256 of the file with the retention rules.
    pub retention: Digest,
    /// From when the rule counts.
    pub after: KeepFrom,
    /// The day from which the rule counted in this case.
    pub from: Date,
    /// How long the rule asks for the texts to be kept.
    pub keep: Keep,
    /// Why the texts were destroyed, and on whose authority.
    pub reason: Reason,
}

impl TextsDestroyed {
    /// Returns the first day on which the rule allows the destruction. Returns `None` after the year 9999.
    pub fn due(&self) -> Option<Date> {
        self.keep.end(self.from)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlacedData {
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    reason: Reason,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LiftedData {
    hold: u64,
    reason: Reason,
}

/// The data of a destruction, in the order of their keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DestroyedData {
    after: String,
    authority: Reason,
    case: String,
    due: Date,
    from: Date,
    keep: String,
    key: String,
    party: String,
    reason: Reason,
    retention: String,
    rule: Name,
    texts: u64,
}

impl Custody {
    /// Returns the `type` of the line.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::HoldPlaced { .. } => HOLD_PLACED_TYPE,
            Self::HoldLifted { .. } => HOLD_LIFTED_TYPE,
            Self::TextsDestroyed(_) => TEXTS_DESTROYED_TYPE,
        }
    }

    /// Returns the case that the line names.
    pub fn case(&self) -> Option<Uuid> {
        match self {
            Self::HoldPlaced { case, .. } => *case,
            Self::HoldLifted { .. } => None,
            Self::TextsDestroyed(destroyed) => Some(destroyed.key.case),
        }
    }

    /// Writes the data of the line.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let written = match self {
            Self::HoldPlaced { case, reason } => {
                let case = case.map(|case| case.to_string());
                serde_json::to_writer(out, &PlacedData { case, reason: reason.clone() })
            }
            Self::HoldLifted { hold, reason } => {
                serde_json::to_writer(out, &LiftedData { hold: *hold, reason: reason.clone() })
            }
            Self::TextsDestroyed(destroyed) => serde_json::to_writer(out, &DestroyedData::of(destroyed)?),
        };
        Ok(written?)
    }
}

impl DestroyedData {
    fn of(destroyed: &TextsDestroyed) -> std::io::Result<Self> {
        let TextsDestroyed { key, texts, rule, authority, retention, after, from, keep, reason } = destroyed;
        let due =
            destroyed.due().ok_or_else(|| std::io::Error::other("the retention rule ends after the year 9999"))?;
        Ok(Self {
            after: after.code().to_owned(),
            authority: authority.clone(),
            case: key.case.to_string(),
            due,
            from: *from,
            keep: keep.to_string(),
            key: key.to_string(),
            party: key.owner.code().to_owned(),
            reason: reason.clone(),
            retention: retention.to_string(),
            rule: rule.clone(),
            texts: *texts,
        })
    }

    fn read(self) -> Result<TextsDestroyed, DataFault> {
        let wrong = |field: &str, expected: &str| reason(format!("`{field}` is not {expected}"));
        let key: KeyId = self.key.parse().map_err(|()| wrong("key", "the ID of a key"))?;
        if key.case.to_string() != self.case {
            return Err(reason("`key` is of another case than `case`".to_owned()));
        }
        if TextOwner::from_code(&self.party) != Some(key.owner) {
            return Err(reason("`key` is of another party than `party`".to_owned()));
        }
        if !(1..=MAX_NUMBER).contains(&self.texts) {
            return Err(wrong("texts", "a number from 1 on"));
        }
        let destroyed = TextsDestroyed {
            key,
            texts: self.texts,
            rule: self.rule,
            authority: self.authority,
            retention: self.retention.parse().map_err(|error| reason(format!("`retention`: {error}")))?,
            after: KeepFrom::from_code(&self.after).ok_or_else(|| wrong("after", "`closing` or `last_event`"))?,
            from: self.from,
            keep: self.keep.parse().map_err(|_| wrong("keep", "a time such as `7 years`"))?,
            reason: self.reason,
        };
        if destroyed.due() != Some(self.due) {
            return Err(reason("`due` is not the day that `from` and `keep` give".to_owned()));
        }
        Ok(destroyed)
    }
}

/// Reads the data of a line about the custody of texts, in canonical form only.
pub(crate) fn read_custody_data(kind: &str, data: &str) -> Result<Custody, DataFault> {
    match kind {
        HOLD_PLACED_TYPE => {
            let PlacedData { case, reason: why } = read_canonical(data)?;
            let case = case.map(|case| read_uuid(&case).ok_or_else(|| reason("`case` is not a UUID".to_owned())));
            Ok(Custody::HoldPlaced { case: case.transpose()?, reason: why })
        }
        HOLD_LIFTED_TYPE => {
            let LiftedData { hold, reason: why } = read_canonical(data)?;
            if !(1..=MAX_NUMBER).contains(&hold) {
                return Err(reason("`hold` is not the number of a line".to_owned()));
            }
            Ok(Custody::HoldLifted { hold, reason: why })
        }
        _ => {
            let data: DestroyedData = read_canonical(data)?;
            data.read().map(Box::new).map(Custody::TextsDestroyed)
        }
    }
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The number of the line that placed it.
    pub seq: u64,
    /// The case; none for all cases.
    pub case: Option<Uuid>,
    /// Why it was placed.
    pub reason: Reason,
    /// Who placed it.
    pub by: Name,
    /// When it was placed.
    pub at: At,
    /// The line that lifted it, if one did.
    pub lifted: Option<CustodyLine>,
}

impl Hold {
    /// Returns whether texts of a case must be kept because of this hold.
    pub fn covers(&self, case: Uuid) -> bool {
        self.lifted.is_none() && self.case.is_none_or(|held| held == case)
    }
}

/// Texts that were destroyed, according to a line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// The number of the line.
    pub seq: u64,
    /// Who destroyed them.
    pub by: Name,
    /// When.
    pub at: At,
    /// Which texts, and under which rule.
    pub texts: TextsDestroyed,
    /// The number of the line with a legal hold that was in force then. The program refuses to destroy texts under hold.
    pub under_hold: Option<u64>,
}

/// The legal holds and destructions of a ledger, in the order of their lines.
///
/// Memory grows with their number, about 500 bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustodyState {
    /// The holds, with those that were lifted.
    pub holds: Vec<Hold>,
    /// The texts that were destroyed.
    pub destroyed: Vec<Destruction>,
}

impl CustodyState {
    /// Takes the next line. Returns what is wrong if it doesn't fit the lines before.
    pub fn follow(&mut self, line: &CustodyLine) -> Option<FaultKind> {
        let CustodyLine { seq, actor, at, done } = line;
        match done {
            Custody::HoldPlaced { case, reason } => {
                let (reason, by) = (reason.clone(), actor.clone());
                self.holds.push(Hold { seq: *seq, case: *case, reason, by, at: *at, lifted: None });
            }
            Custody::HoldLifted { hold, .. } => {
                match self.holds.iter_mut().find(|known| known.seq == *hold && known.lifted.is_none()) {
                    Some(known) => known.lifted = Some(line.clone()),
                    None => return Some(FaultKind::NoHold { hold: *hold }),
                }
            }
            Custody::TextsDestroyed(texts) => {
                if let Some(first) = self.destruction(&texts.key) {
                    return Some(FaultKind::DestroyedTwice { key: texts.key, first: first.seq });
                }
                let under_hold = self.hold_on(texts.key.case).map(|hold| hold.seq);
                let (by, texts) = (actor.clone(), (**texts).clone());
                self.destroyed.push(Destruction { seq: *seq, by, at: *at, texts, under_hold });
            }
        }
        None
    }

    /// Returns the first hold that is in force for a case.
    pub fn hold_on(&self, case: Uuid) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.covers(case))
    }

    /// Returns when and why a key was destroyed.
    pub fn destruction(&self, key: &KeyId) -> Option<&Destruction> {
        self.destroyed.iter().find(|destroyed| destroyed.texts.key == *key)
    }

    /// Returns the destruction of the text of a record, from its case, whose the text is, and the number of its line.
    pub fn destruction_of(&self, case: Uuid, owner: TextOwner, seq: u64) -> Option<&Destruction> {
        let is_of = |key: &KeyId| key.case == case && key.owner == owner;
        self.destroyed.iter().find(|destroyed| is_of(&destroyed.texts.key) && destroyed.seq > seq)
    }

    /// Returns the key for the next text of an owner in a case. A key that was destroyed is never used again.
    pub fn next_key(&self, case: Uuid, owner: TextOwner) -> KeyId {
        let used = self.destroyed.iter().map(|destroyed| &destroyed.texts.key);
        let last = used.filter(|key| key.case == case && key.owner == owner).map(|key| key.number).max();
        KeyId { case, owner, number: last.unwrap_or(0).saturating_add(1) }
    }
}
