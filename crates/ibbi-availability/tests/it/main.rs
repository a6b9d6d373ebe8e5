//! The tests of the readers with whole files.

mod calendars;
mod hostile;
