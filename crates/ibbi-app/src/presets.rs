//! Programs: the presets with their sources, and programs from a file. One reader reads both.

use crate::error::AppError;
use ibbi_core::Program;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A program that comes with this software.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// A description in one line.
    pub about: String,
    /// The program.
    pub program: Program,
    /// The source of its parameters.
    pub source: String,
}

const PRESETS: &str = include_str!("../presets/presets.json");

/// The name of the preset that a case has if none is named.
pub const DEFAULT: &str = "mep";

/// Returns the presets by name.
///
/// # Errors
/// [`AppError::Usage`] if the data of this software is damaged.
pub fn presets() -> Result<BTreeMap<String, Preset>, AppError> {
    serde_json::from_str(PRESETS).map_err(|error| AppError::Usage(format!("the presets can't be read: {error}")))
}

/// Returns the program of a preset, or of a JSON file with the program's parameters.
///
/// # Errors
/// [`AppError::Usage`] if there is no such preset or file, or its program isn't valid.
pub fn program(name: &str) -> Result<Program, AppError> {
    let presets = presets()?;
    if let Some(preset) = presets.get(name) {
        return Ok(preset.program.clone());
    }
    let known = presets.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let text = std::fs::read_to_string(Path::new(name)).map_err(|error| {
        AppError::Usage(format!("there is no preset `{name}`, and the file can't be read ({error}); presets: {known}"))
    })?;
    serde_json::from_str(&text).map_err(|error| AppError::Usage(format!("{name} is not a program: {error}")))
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
    fn unknown_preset_lists_the_known_ones() {
        let error = program("maine").unwrap_err().to_string();
        assert!(error.contains("cec-virtual, mep, oregon-refresher, oregon-two-day"), "{error}");
    }
}
