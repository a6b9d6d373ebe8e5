//! Which texts and lines a release withholds, and why: the rules of a file of TOML, and the defaults.

use crate::error::AppError;
use crate::text_file;
use ibbi_core::{EventKind, Party};
use serde::Deserialize;
use std::path::Path;

/// The longest file of exemptions, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Why something is withheld, in the office's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// The law, such as `M.G.L. c. 4, § 7, cl. 26(d)`.
    pub exemption: String,
    /// Why it applies.
    pub reason: String,
}

/// What becomes of a record in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Its confidential text is released.
    Release,
    /// Its confidential text is withheld.
    Withhold(Exemption),
    /// The whole line is withheld.
    WithholdLine(Exemption),
}

/// What the rules look at in a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Considered {
    /// The number of its line.
    pub(crate) line: u64,
    pub(crate) kind: EventKind,
    /// The party to which it belongs.
    pub(crate) party: Option<Party>,
    /// Whether it has a confidential text, or names a concern.
    pub(crate) is_confidential: bool,
}

/// The decisions of the person who answers the request.
#[derive(Debug, Clone, Default)]
pub struct Exemptions {
    rules: Vec<Rule>,
    default: Option<Exemption>,
    /// The lines whose texts are released, whatever the rules say.
    released: Vec<u64>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// `rule 2 of exempt.toml`.
    name: String,
    lines: Option<Vec<u64>>,
    kind: Option<EventKind>,
    party: Option<Party>,
    decision: Decision,
}

/// The rules as they are written, in TOML or JSON. The first rule that fits a record decides.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExemptionTables {
    /// The exemption of every text that no rule is about.
    default: Option<Exemption>,
    /// The rules.
    #[serde(default)]
    rule: Vec<RuleTable>,
}

/// A rule as it is written. It is about the records that fit `lines`, `kind`, and `party`, as far as they are given.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExemptionRule"))]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// `release` or `withhold` the text, or `withhold_line`, which works for every record.
    action: Action,
    /// The numbers of lines in the ledger.
    lines: Option<Vec<u64>>,
    /// The type of event, such as `note_added`.
    kind: Option<String>,
    /// `labor` or `management`.
    party: Option<String>,
    /// The law that allows to withhold this. Required unless the text is released.
    exemption: Option<String>,
    /// Why it applies. Required unless the text is released.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExemptionAction"))]
#[serde(rename_all = "snake_case")]
enum Action {
    Release,
    Withhold,
    WithholdLine,
}

impl Exemptions {
    /// Reads a file of rules. The first rule that fits a record decides.
    ///
    /// # Errors
    /// [`AppError::Io`], or [`AppError::Usage`] with what is wrong in the file.
    ///
    /// ```
    /// use ibbi_app::release::Exemptions;
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("exempt.toml");
    /// std::fs::write(&file, "[[rule]]\nkind = 'note_added'\naction = 'withhold'\nreason = 'Drafts.'\n")?;
    /// let error = Exemptions::read(&file).unwrap_err().to_string();
    /// assert!(error.ends_with("rule 1: add `exemption`, the law that allows to withhold this"), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(path: &Path) -> Result<Self, AppError> {
        let text = text_file::read(path, MOST_BYTES)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads rules from text, as a file of them has it. `name` is for errors.
    ///
    /// # Errors
    /// [`AppError::Usage`] with what is wrong in the text.
    pub fn parse(text: &str, name: &str) -> Result<Self, AppError> {
        let tables: ExemptionTables =
            toml::from_str(text).map_err(|error| AppError::Usage(format!("{name}: {}", error.to_string().trim())))?;
        Self::from_tables(tables, name)
    }

    /// Checks rules. `name` is for errors.
    ///
    /// # Errors
    /// [`AppError::Usage`] with the rule and what is wrong in it.
    pub fn from_tables(tables: ExemptionTables, name: &str) -> Result<Self, AppError> {
        let wrong = |place: &str, reason: &str| AppError::Usage(format!("{name}: {place}: {reason}"));
        if let Some(default) = &tables.default {
            checked(default.clone()).map_err(|reason| wrong("default", reason))?;
        }
        let mut rules = Vec::new();
        for (table, number) in tables.rule.into_iter().zip(1..) {
            let place = format!("rule {number}");
            let mut rule = Rule::new(table).map_err(|reason| wrong(&place, &reason))?;
            rule.name = format!("{place} of {name}");
            rules.push(rule);
        }
        Ok(Self { rules, default: tables.default, released: Vec::new() })
    }

    /// Returns whether the rules have an exemption for every other text.
    pub const fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// Sets the exemption of every text that no rule is about.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the law or the reason is empty, or if a default is set already.
    pub fn with_default(mut self, default: Exemption) -> Result<Self, AppError> {
        let default = checked(default).map_err(|reason| AppError::Usage(reason.to_owned()))?;
        if self.default.is_some() {
            let message = "the file of exemptions has a default; leave out --exempt-all, or the table [default]";
            return Err(AppError::Usage(message.to_owned()));
        }
        self.default = Some(default);
        Ok(self)
    }

    /// Releases the texts in these lines, whatever the rules say.
    #[must_use]
    pub fn with_released(mut self, lines: Vec<u64>) -> Self {
        self.released = lines;
        self
    }

    /// Returns what becomes of a record. `None` for a confidential record that no rule is about: it needs a decision.
    pub(crate) fn decide(&self, record: &Considered) -> Option<Decision> {
        if self.released.contains(&record.line) {
            return Some(Decision::Release);
        }
        let rule = self.rules.iter().find(|rule| rule.fits(record));
        let default = || Some(Decision::Withhold(self.default.clone()?));
        rule.map(|rule| rule.decision.clone()).or_else(default)
    }

    /// Returns whether no rule and no released line is about a record, so that only the default decides.
    pub(crate) fn leaves_to_default(&self, record: &Considered) -> bool {
        !self.released.contains(&record.line) && !self.rules.iter().any(|rule| rule.fits(record))
    }

    /// Checks that every rule and every line that was named is about a record of the release.
    ///
    /// # Errors
    /// [`AppError::Usage`]: a rule without a record is probably mistyped.
    pub(crate) fn check_use(&self, records: &[Considered]) -> Result<(), AppError> {
        for rule in &self.rules {
            for line in rule.lines.iter().flatten() {
                if !records.iter().any(|record| record.line == *line && rule.fits(record)) {
                    let message = format!("{}: line {line} is not a record of the release that it fits", rule.name);
                    return Err(AppError::Usage(message));
                }
            }
            if !records.iter().any(|record| rule.fits(record)) {
                return Err(AppError::Usage(format!(
                    "{} fits no record of the release; remove it or correct it",
                    rule.name
                )));
            }
        }
        for line in &self.released {
            if !records.iter().any(|record| record.line == *line && record.is_confidential) {
                let message =
                    format!("line {line} has no confidential text, or is not in the release; see `ibbi replay`");
                return Err(AppError::Usage(message));
            }
        }
        Ok(())
    }
}

fn checked(exemption: Exemption) -> Result<Exemption, &'static str> {
    if exemption.exemption.trim().is_empty() {
        return Err("add `exemption`, the law that allows to withhold this");
    }
    if exemption.reason.trim().is_empty() {
        return Err("add `reason`, why the exemption applies");
    }
    Ok(exemption)
}

impl Rule {
    fn new(table: RuleTable) -> Result<Self, String> {
        let RuleTable { action, lines, kind, party, exemption, reason } = table;
        let given = exemption.is_some() || reason.is_some();
        let exemption = Exemption { exemption: exemption.unwrap_or_default(), reason: reason.unwrap_or_default() };
        let decision = match action {
            Action::Release if given => {
                return Err("what is released has no exemption and no reason; remove them".into());
            }
            Action::Release => Decision::Release,
            Action::Withhold => Decision::Withhold(checked(exemption)?),
            Action::WithholdLine => Decision::WithholdLine(checked(exemption)?),
        };
        let kind = kind.map(|code| {
            EventKind::from_code(&code)
                .ok_or_else(|| format!("`{code}` is not a type of event; `ibbi chart` lists them"))
        });
        let party = party.map(|code| {
            Party::from_code(&code).ok_or_else(|| format!("`{code}` is not a party; use labor or management"))
        });
        let (kind, party) = (kind.transpose()?, party.transpose()?);
        if lines.is_none() && kind.is_none() && party.is_none() && action == Action::WithholdLine {
            return Err("say which lines are withheld, with `lines`, `kind`, or `party`".to_owned());
        }
        Ok(Self { name: String::new(), lines, kind, party, decision })
    }

    fn fits(&self, record: &Considered) -> bool {
        (record.is_confidential || matches!(self.decision, Decision::WithholdLine(_)))
            && self.lines.as_ref().is_none_or(|lines| lines.contains(&record.line))
            && self.kind.is_none_or(|kind| kind == record.kind)
            && self.party.is_none_or(|party| Some(party) == record.party)
    }
}
