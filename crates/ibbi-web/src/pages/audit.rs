use crate::call::{Answer, Call};
pub(crate) fn page(_: &Call) -> Answer { todo!() }
pub(crate) fn send(_: &Call) -> Answer { todo!() }
pub(crate) fn found(_: &Call) -> Answer { todo!() }
pub(crate) fn verdict(_: &Call) -> Answer { todo!() }
pub(crate) fn timelines(_: &Call) -> Answer { todo!() }
pub(crate) fn case(_: &Call) -> Answer { todo!() }
