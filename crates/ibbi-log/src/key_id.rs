//! The IDs of the keys of sealed texts.

use crate::line::read_uuid;
use core::fmt;
use core::str::FromStr;
use ibbi_store::TextOwner;
use uuid::Uuid;

/// The ID of a key: a case, whose texts in it the key opens, and the number of the key, from 1.
///
/// ```
/// use ibbi_log::KeyId;
/// let text = "01920000-0000-7000-8000-000000000001.labor.1";
/// assert_eq!(text.parse::<KeyId>().unwrap().to_string(), text);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    /// The case.
    pub case: Uuid,
    /// Whose texts it opens.
    pub owner: TextOwner,
    /// Its number: larger than 1 if an earlier key was destroyed.
    pub number: u32,
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.case, self.owner.code(), self.number)
    }
}

impl FromStr for KeyId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let (Some(case), Some(owner), Some(number), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let case = read_uuid(case).ok_or(())?;
        let owner = TextOwner::from_code(owner).ok_or(())?;
        let id = Self {
            case,
            owner,
            number: number.parse().ok().filter(|number| (1..=999_999_999).contains(number)).ok_or(())?,
        };
        if id.to_string() == text { Ok(id) } else { Err(()) }
    }
}
