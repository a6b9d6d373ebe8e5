//! The program of a new case, from the lengths of its sessions.

use super::Scenario;
use ibbi_core::{Edition, Format, FormatId, Program, ProgramParameters};

impl Scenario {
    /// Returns the program of a new case, and the format of its facilitation. Sessions with the published lengths have the
    /// published program.
    pub(crate) fn program(&self) -> (Program, FormatId) {
        let own = [self.sessions.training.as_slice(), self.sessions.facilitation.as_slice()];
        let published = Program::default();
        if let Some(format) = self.format().filter(|_| own[0] == published.training()) {
            return (published, format.into());
        }
        let format = self.format().map_or_else(|| FormatId::new("as_planned").expect("an id"), FormatId::from);
        let parameters = ProgramParameters {
            edition: Edition::LATEST,
            formats: vec![(format, self.sessions.facilitation.clone())],
            training: self.sessions.training.clone(),
            ..ProgramParameters::default()
        };
        // The reader of scenarios checks the lengths.
        Program::new(parameters).map_or_else(|_| (published, Format::FullDay.into()), |program| (program, format))
    }
}
