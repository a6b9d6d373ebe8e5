//! Extracts from mirrors.

use crate::extract::{ExtractError, Extraction};
use crate::mirror::read_mirror;
use crate::mirror_entry::MirrorEntry;
use ibbi_log::{Digest, LineSubject, Uuid};
use std::io::{Read, Seek, Write};

/// Writes the extract of a case from a mirror, under its largest checkpoint. Returns the number of records, how many lines the
/// checkpoint covers, and whether the extract shows that it is complete.
///
/// If the mirror has all lines in full, the extract has the same bytes as [`extract()`](crate::extract()) writes from the ledger.
/// Otherwise it doesn't show that it is complete, because the last lines of other cases aren't known.
///
/// # Errors
/// Returns [`ExtractError`]; [`ExtractError::Hidden`] if the mirror doesn't have all lines of the case in full.
pub fn extract_from_mirror(
    mut source: impl Read + Seek,
    case: Uuid,
    out: impl Write,
) -> Result<(u64, u64, bool), ExtractError> {
    let read = read_mirror(&mut source, |_, _| {})?;
    if let Some((entry, fault)) = read.fault {
        return Err(ExtractError::Mirror { entry, reason: fault.to_string() });
    }
    let mirror = read.mirror.ok_or(ExtractError::NoSuchCase { case })?;
    let Some(checkpoint) = mirror.checkpoint() else { return Err(ExtractError::NoCheckpoint) };
    let size = checkpoint.checkpoint().size;
    source.rewind()?;
    let mut extraction = Extraction::new(checkpoint);
    let (mut next, mut hidden) = (1, false);
    read_mirror(source, |entry, mirror| {
        if mirror.lines() > size {
            return;
        }
        match entry {
            MirrorEntry::Hash(digest) => {
                extraction.heads.skip();
                extraction.push(digest, None);
            }
            MirrorEntry::Line(bytes) => {
                let digest = Digest::sha256(bytes);
                let wanted = match LineSubject::read(bytes) {
                    Some(LineSubject::Case { case: of, rev, .. }) => {
                        extraction.heads.set(of, rev, digest);
                        if of == case {
                            hidden |= rev != next;
                            next = rev + 1;
                        }
                        of == case
                    }
                    Some(LineSubject::Heads) => {
                        extraction.end_with_heads(bytes);
                        false
                    }
                    subject => subject == Some(LineSubject::Ledger),
                };
                extraction.push(&digest, wanted.then_some(bytes));
            }
            MirrorEntry::Key(_) | MirrorEntry::Checkpoint(_) => {}
        }
    })?;
    if hidden {
        return Err(ExtractError::Hidden { case });
    }
    let (records, complete) = extraction.finish(case, out)?;
    Ok((records, size, complete))
}
