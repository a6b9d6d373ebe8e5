//! The topics of the introductory meeting, and the services that a district can choose. Source: the MEP brochure.

use crate::sets::closed_set;

closed_set! {
    /// A topic of the introductory meeting.
    Topic, "meeting topic";
    /// The representative learns about the members' interests and aspirations.
    Interests = "interests", "interests and aspirations";
    /// The members consider possible next steps.
    NextSteps = "next_steps", "possible next steps";
    /// The members hear about current projects and available services.
    Services = "services", "current projects and available services";
}

/// A set of topics. It is written as a list, in the order of the codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topics(u8);

impl Topics {
    /// All three topics.
    pub const ALL: Self = Self(0b111);

    /// Returns the set of the topics in a list. A topic can be repeated.
    pub fn new(topics: impl IntoIterator<Item = Topic>) -> Self {
        Self(topics.into_iter().fold(0, |bits, topic| bits | 1 << topic as u8))
    }

    /// Returns whether a topic is in the set.
    pub const fn contains(self, topic: Topic) -> bool {
        self.0 & (1 << topic as u8) != 0
    }

    /// Returns the topics that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the topics in the set, in the order of their codes.
    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.iter().copied().filter(move |topic| self.contains(*topic))
    }
}

closed_set! {
    /// A service of the Massachusetts Education Partnership that a district can choose at the introductory meeting.
    Service, "service";
    /// The annual conference.
    AnnualConference = "annual_conference", "Annual Conference";
    /// Help from a neutral third party in a conflict.
    ConflictResolution = "conflict_resolution", "Conflict Resolution";
    /// The District Capacity Project.
    DistrictCapacityProject = "district_capacity_project", "District Capacity Project";
    /// The Interest-Based Bargaining Institute, which this crate models.
    Ibbi = "ibbi", "Interest-Based Bargaining Institute";
    /// A joint workshop for leaders, in one of six offerings.
    JointLeadershipWorkshop = "joint_leadership_workshop", "Joint Leadership Workshop";
    /// Joint planning by labor and management.
    StrategicPlanning = "strategic_planning", "Joint Labor and Management Strategic Planning and Program Design";
}

closed_set! {
    /// An offering of the Joint Leadership Workshop.
    Workshop, "workshop offering";
    /// Collaborative problem-solving.
    CollaborativeProblemSolving = "collaborative_problem_solving", "Collaborative Problem-Solving in Action";
    /// A culture of dialogue.
    CultureOfDialogue = "culture_of_dialogue", "Creating a Culture of Dialogue";
    /// Difficult conversations.
    DifficultConversations = "difficult_conversations", "Having Difficult Conversations";
    /// Interest-based teaming for student achievement.
    InterestBasedTeaming = "interest_based_teaming", "Interest-Based Teaming for Student Achievement";
    /// Collaboration between schools and their community.
    SchoolCommunity = "school_community", "Building Effective School-Community Collaborations";
    /// Cultures that lead and sustain reform.
    StrongCultures = "strong_cultures", "Building Strong Cultures to Lead and Sustain Reform";
}

#[cfg(feature = "serde")]
impl serde::Serialize for Topics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Topics {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let listed = alloc::vec::Vec::<Topic>::deserialize(deserializer)?;
        let set = Self::new(listed.iter().copied());
        if set.iter().count() == listed.len() {
            Ok(set)
        } else {
            Err(serde::de::Error::custom("a topic is repeated; name each topic once"))
        }
    }
}
