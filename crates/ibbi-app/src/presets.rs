//! Programs: the presets with their sources, and programs from a file. One reader reads both.

use crate::json_text::json_error_text;
use ibbi_core::Program;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A program that comes with this software.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// A description in one line.
    pub about: String,
    /// The program.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub program: Program,
    /// The source of its parameters.
    pub source: String,
}

/// The reason why there is no program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// The data of this software is damaged.
    #[error("the presets can't be read: {0}")]
    Damaged(String),
    /// There is no preset with this name.
    #[error("there is no preset `{name}`; presets: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names of the presets.
        known: String,
    },
    /// There is no preset with this name, and no file either.
    #[error("there is no preset and no file `{name}`; presets: {known}")]
    NoFile {
        /// The name.
        name: String,
        /// The names of the presets.
        known: String,
    },
    /// The file can't be read.
    #[error("cannot read {}: {error}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The file or the text is not a program.
    #[error("{what} is not a program: {error}")]
    NotAProgram {
        /// The file or the text.
        what: String,
        /// The reason.
        error: String,
    },
}

const PRESETS: &str = include_str!("../presets/presets.json");

/// The name of the preset that a case has if none is named.
pub const DEFAULT: &str = "mep";

/// Returns the presets by name.
///
/// # Errors
/// [`PresetError::Damaged`] if the data of this software is damaged.
pub fn presets() -> Result<BTreeMap<String, Preset>, PresetError> {
    serde_json::from_str(PRESETS).map_err(|error| PresetError::Damaged(error.to_string()))
}

/// Returns the program of a preset.
///
/// # Errors
/// [`PresetError::Unknown`] if there is no such preset.
pub fn named(name: &str) -> Result<Program, PresetError> {
    let mut presets = presets()?;
    let known = presets.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let unknown = || PresetError::Unknown { name: name.to_owned(), known };
    presets.remove(name).map(|preset| preset.program).ok_or_else(unknown)
}

/// Returns the program of a preset, or of a JSON object with the program's parameters.
///
/// # Errors
/// [`PresetError`] if the text is neither.
pub fn read(text: &str) -> Result<Program, PresetError> {
    if !text.trim_start().starts_with('{') {
        return named(text);
    }
    from_json("this", text)
}

fn from_json(what: &str, text: &str) -> Result<Program, PresetError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let wrong = |error| PresetError::NotAProgram { what: what.to_owned(), error: json_error_text(&error) };
    serde_json::from_str(text).map_err(wrong)
}

/// Returns the program of a preset, or of a JSON file with the program's parameters.
///
/// # Errors
/// [`PresetError`] if there is no such preset or file, or its program isn't valid.
pub fn program(name: &str) -> Result<Program, PresetError> {
    let known = match named(name) {
        Err(PresetError::Unknown { known, .. }) => known,
        found => return found,
    };
    let text = std::fs::read_to_string(Path::new(name)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PresetError::NoFile { name: name.to_owned(), known },
        _ => PresetError::Unreadable { file: name.into(), error },
    })?;
    from_json(name, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Edition;

    #[test]
    fn default_preset_is_the_published_program() {
        assert_eq!(program(DEFAULT).unwrap(), Program::default());
    }

    #[test]
    fn presets_have_the_parts_that_their_sources_give() {
        let parts = |name: &str| {
            let program = program(name).unwrap();
            let formats: Vec<_> = program.formats().map(|(id, parts)| (id.to_string(), parts.to_vec())).collect();
            (program.training().to_vec(), formats)
        };
        let format = |id: &str, parts: &[u16]| (id.to_owned(), parts.to_vec());
        assert_eq!(parts("oregon-two-day"), (vec![480, 480], vec![format("two_days", &[480, 480])]));
        assert_eq!(parts("oregon-refresher"), (vec![480], vec![format("full_day", &[480])]));
        assert_eq!(parts("cec-virtual").0, [240, 240]);
        assert!(presets().unwrap().values().all(|preset| !preset.source.is_empty() && !preset.about.is_empty()));
    }

    #[test]
    fn presets_are_valid_and_are_read_again_from_what_is_written() {
        for (name, preset) in presets().unwrap() {
            let json = serde_json::to_string(&preset.program).unwrap();
            assert_eq!(serde_json::from_str::<Program>(&json).unwrap(), preset.program, "{name}");
            assert!(preset.program.edition() <= Edition::LATEST, "{name}");
        }
    }

    #[test]
    fn text_is_a_name_or_an_object() {
        let mep = r#"{"full_day":[480],"grace":15,"presence":"everyone","training":480,"two_half_days":[240,240]}"#;
        assert_eq!(read(mep).unwrap(), read(DEFAULT).unwrap());
        assert!(read("{").unwrap_err().to_string().starts_with("this is not a program: "));
    }

    #[test]
    fn unknown_preset_lists_the_known_ones() {
        let error = program("maine").unwrap_err().to_string();
        assert!(error.contains("cec-virtual, mep, oregon-refresher, oregon-two-day"), "{error}");
    }
}
