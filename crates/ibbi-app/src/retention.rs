//! Retention rules: how long confidential texts are kept, as data that counsel confirms.
//!
//! There are no rules without a file, so nothing can be destroyed by default.

use crate::error::AppError;
use crate::text_file;
use ibbi_core::{Date, Name, Reason};
use ibbi_log::{Digest, Keep, KeepFrom, NotAKeep, TextOwner};
use serde::{Deserialize, Deserializer};
use std::path::Path;

/// The longest file, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The retention rules of a file.
#[derive(Debug, Clone)]
pub struct RetentionRules {
    /// The rules, at most one for the texts of each owner.
    pub rules: Vec<RetentionRule>,
    /// The SHA-256 of the file.
    pub digest: Digest,
}

/// A retention rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// Its name, which is shown in place of texts that were destroyed.
    #[serde(deserialize_with = "name")]
    pub name: Name,
    /// Whose texts it is about.
    #[serde(deserialize_with = "owners")]
    pub texts: Vec<TextOwner>,
    /// From when it counts.
    #[serde(deserialize_with = "after")]
    pub after: KeepFrom,
    /// How long the texts must be kept.
    #[serde(deserialize_with = "keep")]
    pub keep: Keep,
    /// The law or schedule that it follows.
    #[serde(deserialize_with = "authority")]
    pub authority: Reason,
    /// The counsel who confirmed it.
    #[serde(deserialize_with = "confirmed_by")]
    pub confirmed_by: Name,
    /// When counsel confirmed it.
    #[serde(deserialize_with = "confirmed_on")]
    pub confirmed_on: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionFile {
    #[serde(default, rename = "rule")]
    rules: Vec<toml::Spanned<RetentionRule>>,
}

impl RetentionRules {
    /// Returns no rules. They allow no destruction.
    pub fn none() -> Self {
        Self { rules: Vec::new(), digest: Digest::sha256(b"") }
    }

    /// Reads the rules of a file.
    ///
    /// # Errors
    /// [`AppError::Io`] if the file can't be read; [`AppError::Usage`] with the line and the field if a rule is wrong.
    pub fn read(file: &Path) -> Result<Self, AppError> {
        let text = text_file::read(file, MOST_BYTES)?;
        Self::parse(&text).map_err(|error| AppError::Usage(format!("{}: {error}", file.display())))
    }

    /// Reads rules from a text.
    ///
    /// # Errors
    /// Returns what is wrong, with the line and the field.
    ///
    /// ```
    /// use ibbi_app::retention::RetentionRules;
    /// let text = "[[rule]]\nname = 'notes'\ntexts = ['program']\nafter = 'closing'\nkeep = '7 years'\n\
    ///     authority = 'Records schedule, item 3'\nconfirmed_by = 'Town counsel'\nconfirmed_on = '2026-01-15'\n";
    /// assert_eq!(RetentionRules::parse(text).unwrap().rules.len(), 1);
    /// let error = RetentionRules::parse(&text.replace("7 years", "7y")).unwrap_err();
    /// assert!(error.starts_with("line 5: `keep`"), "{error}");
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let line = |start: usize| text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        let file: RetentionFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line(span.start));
            format!("line {line}: {}", error.message())
        })?;
        let mut rules: Vec<RetentionRule> = Vec::new();
        for rule in file.rules {
            let place = line(rule.span().start);
            let rule = rule.into_inner();
            if rules.iter().any(|known| known.name == rule.name) {
                return Err(format!("line {place}: `name`: another rule is named {}; choose another name", rule.name));
            }
            let taken = rule.texts.iter().find(|owner| rules.iter().any(|known| known.texts.contains(owner)));
            if let Some(owner) = taken {
                let owner = owner.code();
                return Err(format!(
                    "line {place}: `texts`: another rule is about `{owner}`; name it in one rule only"
                ));
            }
            rules.push(rule);
        }
        if rules.is_empty() {
            return Err("line 1: `rule`: there is no rule; begin one with [[rule]]".to_owned());
        }
        Ok(Self { rules, digest: Digest::sha256(text.as_bytes()) })
    }

    /// Returns the rule about the texts of an owner.
    pub fn rule(&self, owner: TextOwner) -> Option<&RetentionRule> {
        self.rules.iter().find(|rule| rule.texts.contains(&owner))
    }
}

/// Reads a text, and names the field in the error.
fn field<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    name: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    let error = |message: String| serde::de::Error::custom(format!("`{name}`: {message}"));
    let text =
        String::deserialize(deserializer).map_err(|_| error("write it as a text in quotation marks".to_owned()))?;
    read(&text).map_err(error)
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
    field(deserializer, "name", |text| Name::new(text).map_err(|error| error.to_string()))
}

fn confirmed_by<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
    field(deserializer, "confirmed_by", |text| Name::new(text).map_err(|error| error.to_string()))
}

fn authority<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reason, D::Error> {
    field(deserializer, "authority", |text| Reason::new(text).map_err(|error| error.to_string()))
}

fn keep<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Keep, D::Error> {
    field(deserializer, "keep", |text| {
        // A line of the ledger has only one spelling, but people write both.
        let spellings = [text.to_owned(), format!("{text}s"), text.strip_suffix('s').unwrap_or(text).to_owned()];
        let read = spellings.iter().find_map(|text| text.parse::<Keep>().ok());
        read.ok_or_else(|| format!("`{}` is not valid; {NotAKeep}", ibbi_common::spelling::echo(text)))
    })
}

fn after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeepFrom, D::Error> {
    let read = |text: &str| KeepFrom::from_code(text).ok_or_else(|| "write `closing` or `last_event`".to_owned());
    field(deserializer, "after", read)
}

fn confirmed_on<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let read = |text: &str| text.parse::<Date>().map_err(|_| "write a day such as '2026-01-15'".to_owned());
    field(deserializer, "confirmed_on", read)
}

fn owners<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TextOwner>, D::Error> {
    let expected = "name some of `labor`, `management`, `program`, and `unknown`, each once";
    let error = || serde::de::Error::custom(format!("`texts`: {expected}"));
    let codes = Vec::<String>::deserialize(deserializer).map_err(|_| error())?;
    let mut owners = Vec::new();
    for code in codes {
        let owner = TextOwner::from_code(&code).filter(|owner| !owners.contains(owner)).ok_or_else(error)?;
        owners.push(owner);
    }
    if owners.is_empty() { Err(error()) } else { Ok(owners) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[rule]]\nname = 'notes'\ntexts = ['program']\nafter = 'closing'\nkeep = '7 years'\n\
        authority = 'Records schedule, item 3'\nconfirmed_by = 'Town counsel'\nconfirmed_on = '2026-01-15'\n";

    #[test]
    fn each_wrong_field_is_named_with_its_line() {
        for (from, to, line, field) in [
            ("'notes'", "''", 2, "name"),
            ("'notes'", "7", 2, "name"),
            ("['program']", "['neutral']", 3, "texts"),
            ("['program']", "['program', 'program']", 3, "texts"),
            ("['program']", "[]", 3, "texts"),
            ("'closing'", "'opening'", 4, "after"),
            ("'7 years'", "'7'", 5, "keep"),
            ("'Records schedule, item 3'", "' '", 6, "authority"),
            ("'2026-01-15'", "'2026-02-30'", 8, "confirmed_on"),
            ("keep = ", "kept = ", 5, "kept"),
        ] {
            let error = RetentionRules::parse(&RULE.replacen(from, to, 1)).unwrap_err();
            assert!(
                error.starts_with(&format!("line {line}: ")) && error.contains(&format!("`{field}`")),
                "{to}: {error}"
            );
        }
        let missing = RetentionRules::parse(&RULE.replace("confirmed_by = 'Town counsel'\n", "")).unwrap_err();
        assert!(missing.starts_with("line 1: ") && missing.contains("`confirmed_by`"), "{missing}");
        assert!(RetentionRules::parse("").is_err());
    }

    #[test]
    fn times_are_read_in_the_singular_and_the_plural() {
        for (typed, keep) in
            [("1 months", "1 month"), ("1 month", "1 month"), ("7 year", "7 years"), ("90 days", "90 days")]
        {
            let rules = RetentionRules::parse(&RULE.replace("7 years", typed)).unwrap();
            assert_eq!(rules.rule(TextOwner::Program).unwrap().keep.to_string(), keep, "{typed}");
        }
        let error = RetentionRules::parse(&RULE.replace("7 years", "1 fortnight")).unwrap_err();
        assert!(error.contains("`1 fortnight`") && error.contains("`18 months`"), "{error}");
    }

    #[test]
    fn a_text_has_one_rule() {
        let twice = format!("{RULE}{}", RULE.replace("'notes'", "'others'"));
        assert!(RetentionRules::parse(&twice).unwrap_err().starts_with("line 9: `texts`"), "{twice}");
        let other = twice.replacen("['program']", "['labor', 'management']", 1);
        let rules = RetentionRules::parse(&other).unwrap();
        assert_eq!(rules.rule(TextOwner::Labor).unwrap().name.as_str(), "notes");
        assert_eq!(rules.rule(TextOwner::Program).unwrap().name.as_str(), "others");
        assert!(rules.rule(TextOwner::Unknown).is_none());
        assert_eq!(rules.digest, Digest::sha256(other.as_bytes()));
    }
}
