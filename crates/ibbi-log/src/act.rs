//! Following the acts of a ledger: the lines of an act are next to each other and belong to one case.

use crate::{Fault, FaultKind, Head};
use ibbi_core::ActPlace;
use uuid::Uuid;

/// An act of which not all lines were read yet.
#[derive(Debug, Clone, Copy)]
pub struct OpenAct {
    case: Uuid,
    /// The place of its last line that was read.
    last: ActPlace,
    /// The end of the lines before its first line.
    pub before: Head,
}

impl OpenAct {
    /// Returns the fault of a ledger that ends within the act.
    pub const fn fault(&self) -> Fault {
        let ActPlace { index, count } = self.last;
        let kind = FaultKind::TornAct { found: index, count };
        Fault { line: self.before.lines + 1, offset: self.before.bytes, column: 0, kind }
    }
}

/// Checks line by line that acts are whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActFollower(Option<OpenAct>);

impl ActFollower {
    /// Returns the act of which not all lines were read yet.
    pub const fn open(&self) -> Option<&OpenAct> {
        self.0.as_ref()
    }

    /// Takes the next line: its case and its place in an act if it has one, and the end of the lines before it. Returns a
    /// fault if the line doesn't continue the act before it.
    #[inline]
    pub fn follow(&mut self, found: Option<(Uuid, ActPlace)>, before: Head) -> Option<FaultKind> {
        // Most lines belong to no act.
        if found.is_none() && self.0.is_none() { None } else { self.take(found, before) }
    }

    fn take(&mut self, found: Option<(Uuid, ActPlace)>, before: Head) -> Option<FaultKind> {
        let open = self.0.take();
        let expected = open.and_then(|open| Some((open.case, ActPlace::new(open.last.index + 1, open.last.count)?)));
        let fits = match (expected, found) {
            (Some(expected), Some(found)) => expected == found,
            (None, Some((_, found))) => found.index == 1,
            (expected, None) => expected.is_none(),
        };
        if let Some((case, last)) = found.filter(|(_, place)| !place.is_last()) {
            let before = open.filter(|_| fits).map_or(before, |open| open.before);
            self.0 = Some(OpenAct { case, last, before });
        }
        let (expected, found) = (expected.map(|(_, place)| place), found.map(|(_, place)| place));
        (!fits).then_some(FaultKind::Act { expected, found })
    }
}
