//! The JSON of a program. In the first edition it has the keys that old ledgers have.

use super::{ActivityId, DocumentDigest, Edition, Format, FormatId, Name, Presence, Program, ProgramError};
use super::{Arc, ProgramParameters, Vec};
use alloc::collections::BTreeMap;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProgram {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activities: Option<Vec<ActivityId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition: Option<Edition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition_digest: Option<DocumentDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    formats: Option<BTreeMap<FormatId, Vec<u16>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_day: Option<Vec<u16>>,
    grace: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    presence: Presence,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    same_day_parts: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Name>,
    training: Minutes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    two_half_days: Option<Vec<u16>>,
}

/// The minutes of the training: a number in the first edition, and a list from the second on.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Minutes {
    One(u16),
    Parts(Vec<u16>),
}

impl<'de> serde::Deserialize<'de> for Minutes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Minutes;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("the minutes of the training")
            }
            fn visit_u64<E: serde::de::Error>(self, minutes: u64) -> Result<Minutes, E> {
                let wrong = || E::invalid_value(serde::de::Unexpected::Unsigned(minutes), &self);
                u16::try_from(minutes).map(Minutes::One).map_err(|_| wrong())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Minutes, A::Error> {
                let list = serde::de::value::SeqAccessDeserializer::new(list);
                <Vec<u16> as serde::Deserialize>::deserialize(list).map(Minutes::Parts)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl TryFrom<RawProgram> for Program {
    type Error = ProgramError;
    fn try_from(raw: RawProgram) -> Result<Self, ProgramError> {
        let edition = raw.edition.unwrap_or(Edition::FIRST);
        let is_first = edition == Edition::FIRST;
        if raw.same_day_parts == Some(false) {
            return Err(ProgramError::OtherEdition("same_day_parts: false"));
        }
        let (formats, activities, training);
        if is_first {
            for (key, given) in [
                ("activities", raw.activities.is_some()),
                ("edition", raw.edition.is_some()),
                ("formats", raw.formats.is_some()),
            ] {
                if given {
                    return Err(ProgramError::OtherEdition(key));
                }
            }
            let full_day = raw.full_day.ok_or(ProgramError::Missing("full_day"))?;
            let two_half_days = raw.two_half_days.ok_or(ProgramError::Missing("two_half_days"))?;
            formats = ProgramParameters::published_formats(full_day, two_half_days);
            activities = ActivityId::PUBLISHED.to_vec();
        } else {
            if raw.full_day.is_some() || raw.two_half_days.is_some() {
                return Err(ProgramError::OtherEdition("full_day or two_half_days"));
            }
            formats = raw.formats.ok_or(ProgramError::Missing("formats"))?.into_iter().collect();
            activities = raw.activities.ok_or(ProgramError::Missing("activities"))?;
        }
        training = match raw.training {
            Minutes::One(minutes) if is_first => alloc::vec![minutes],
            Minutes::Parts(parts) if !is_first => parts,
            _ => return Err(ProgramError::OtherEdition("training in that form")),
        };
        let RawProgram { edition_digest, grace, name, presence, same_day_parts, source, .. } = raw;
        let same_day_parts = same_day_parts.is_some();
        Self::new(ProgramParameters {
            activities,
            edition,
            edition_digest,
            formats,
            grace,
            name,
            presence,
            same_day_parts,
            source,
            training,
        })
    }
}

impl From<Program> for RawProgram {
    fn from(program: Program) -> Self {
        let mut parameters = Arc::unwrap_or_clone(program.0);
        let is_first = parameters.edition == Edition::FIRST;
        let mut published = |format: Format| {
            let found = parameters.formats.iter_mut().find(|(id, _)| is_first && *id == format.into());
            found.map(|(_, parts)| core::mem::take(parts))
        };
        let (full_day, two_half_days) = (published(Format::FullDay), published(Format::TwoHalfDays));
        Self {
            activities: (!is_first).then_some(parameters.activities),
            edition: (!is_first).then_some(parameters.edition),
            edition_digest: parameters.edition_digest,
            formats: (!is_first).then(|| parameters.formats.into_iter().collect()),
            full_day,
            grace: parameters.grace,
            name: parameters.name,
            presence: parameters.presence,
            same_day_parts: parameters.same_day_parts.then_some(true),
            source: parameters.source,
            training: match parameters.training.as_slice() {
                [one] if is_first => Minutes::One(*one),
                parts => Minutes::Parts(parts.to_vec()),
            },
            two_half_days,
        }
    }
}
