//! The work that a file may cause, counted in steps.

/// The most steps for one event: one step is a day or a time that is looked at.
pub(super) const STEPS_OF_EVENT: u32 = 4_000_000;
/// The most steps for one file.
const STEPS_OF_FILE: u32 = 40_000_000;

/// Why a search ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exhausted {
    /// The event causes too much work.
    Event,
    /// The file causes too much work.
    File,
}

/// The steps that are left.
#[derive(Debug)]
pub(super) struct Budget {
    file: u32,
    event: u32,
}

impl Budget {
    /// Returns the budget of a file.
    pub(super) const fn new() -> Self {
        Self { file: STEPS_OF_FILE, event: STEPS_OF_EVENT }
    }

    /// Starts another event.
    pub(super) const fn start_event(&mut self) {
        self.event = STEPS_OF_EVENT;
    }

    /// Takes steps.
    pub(super) fn take(&mut self, steps: usize) -> Result<(), Exhausted> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.file = self.file.checked_sub(steps).ok_or(Exhausted::File)?;
        self.event = self.event.checked_sub(steps).ok_or(Exhausted::Event)?;
        Ok(())
    }
}
