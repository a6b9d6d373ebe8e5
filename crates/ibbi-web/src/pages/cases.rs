use crate::call::{Answer, Call};
pub(crate) fn page(_: &Call) -> Answer { todo!() }
pub(crate) fn open(_: &Call) -> Answer { todo!() }
