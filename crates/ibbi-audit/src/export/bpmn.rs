//! The process as a diagram.
use std::io::{self, Write};
/// Writes.
///
/// # Errors
/// Those of the writer.
pub fn write(_out: &mut impl Write) -> io::Result<()> {
    Ok(())
}
