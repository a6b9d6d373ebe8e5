//! The ID of the case that a scenario plans. Its calendar entries keep it from the plan to the booking.

use super::Scenario;
use super::diagnose::Problems;
use super::table::{self, Value};
use ibbi_core::Seat;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The ID of the case that a scenario plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseIdentity {
    /// The scenario has the ID, or it is the ID of a case that is open.
    Given(Uuid),
    /// The scenario has no ID. This one follows from the district and its key leaders.
    Derived(Uuid),
}

impl CaseIdentity {
    /// Returns the ID.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Given(id) | Self::Derived(id) => id,
        }
    }
}

impl Scenario {
    /// Returns the ID of the case that the scenario plans.
    ///
    /// Without the key `id`, it follows from the names of the district and of its three key leaders, so that two units of one
    /// district with different union presidents have different IDs. Two scenarios with the same names can't be told apart; give
    /// each an `id`.
    ///
    /// ```
    /// use ibbi_sim::{CaseIdentity, EXAMPLE, Scenario};
    /// let scenario = Scenario::parse(EXAMPLE).unwrap();
    /// let CaseIdentity::Derived(id) = scenario.identity() else { panic!("the sample has no ID") };
    /// let given = Scenario { id: Some(id), ..scenario };
    /// assert_eq!(given.identity(), CaseIdentity::Given(id));
    /// ```
    pub fn identity(&self) -> CaseIdentity {
        self.id.map_or_else(|| CaseIdentity::Derived(self.derived_id()), CaseIdentity::Given)
    }

    fn derived_id(&self) -> Uuid {
        let mut hasher = Sha256::new();
        let mut add = |word: &str| {
            hasher.update(word.as_bytes());
            hasher.update([0]);
        };
        add("ibbi scenario");
        add(self.district.as_str());
        for seat in Seat::ALL {
            add(seat.code());
            add(self.leader(*seat).name.as_str());
        }
        let digest = hasher.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        // Version 8 of RFC 9562 is for IDs that an application makes by its own rule.
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// Reads the ID of a scenario.
pub(super) fn read(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<Uuid> {
    let expected = "a UUID, such as id = \"01931c5e-7a10-7cc3-98c4-dc0c0c07398f\"";
    let id: Uuid = table::parsed(value, "id", expected, problems)?;
    if id.is_nil() {
        problems.add(&value.span(), "`id` is all zeros", expected);
        return None;
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Scenario {
        Scenario::parse(crate::EXAMPLE).unwrap()
    }

    #[test]
    fn units_of_one_district_have_different_ids() {
        let sample = sample();
        let seat = |scenario: &mut Scenario, seat: Seat| {
            let person = scenario.people.iter_mut().find(|person| person.seat == Some(seat)).unwrap();
            person.name = ibbi_core::Name::new("Another Person").unwrap();
        };
        let mut other = sample.clone();
        seat(&mut other, Seat::UnionPresident);
        assert_ne!(sample.identity(), other.identity());
        let mut swapped = sample.clone();
        seat(&mut swapped, Seat::SchoolCommittee);
        assert_ne!(other.identity(), swapped.identity());
        // What a plan can change doesn't matter.
        let changed = sample.set("start=2026-10-01").unwrap().set("format=full_day").unwrap();
        assert_eq!(changed.identity(), sample.identity());
        assert_eq!(sample.identity().id().get_version_num(), 8);
    }

    #[test]
    fn id_reads_back_and_counts_only_if_it_is_given() {
        let sample = sample();
        assert!(!sample.canonical().contains("\"id\":null"), "{}", sample.canonical());
        let id = Uuid::from_u128(7);
        let given = Scenario { id: Some(id), ..sample.clone() };
        assert_ne!(given.digest(), sample.digest());
        assert_eq!(Scenario::parse(&given.to_toml()).unwrap(), given);
        // The object has all defaults written out.
        let object = serde_json::Value::Object(given.to_object()).to_string();
        let again = Scenario::parse(&object).unwrap();
        assert_eq!((again.id, again.digest()), (Some(id), given.digest()));
        assert_eq!(sample.set(&format!("id={id}")).unwrap(), given);
        let mut samples = ibbi_testing::sample_scenarios().into_iter();
        let (_, second) = samples.find(|(_, text)| text.contains("version = 2")).unwrap();
        let second = Scenario::parse(&second).unwrap();
        let second = Scenario { id: Some(id), ..second };
        assert_eq!(Scenario::parse(&second.to_toml()).unwrap(), second);
        for wrong in ["id = \"maple\"", "id = 7", "id = \"00000000-0000-0000-0000-000000000000\""] {
            let error = Scenario::parse(&format!("{wrong}\n{}", crate::EXAMPLE)).unwrap_err();
            assert!(error.problems.iter().any(|problem| problem.expected.contains("a UUID")), "{wrong}: {error}");
        }
    }
}
