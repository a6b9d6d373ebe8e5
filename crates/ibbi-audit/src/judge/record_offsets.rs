//! The offsets of a case's records, in few bytes.

/// The offsets of a case's records in ascending order, and whether each record was accepted. They are stored as differences
/// in as few bytes as they need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RecordOffsets {
    bytes: Vec<u8>,
    last: u64,
}

impl RecordOffsets {
    pub(crate) fn push(&mut self, offset: u64, accepted: bool) {
        let mut rest = u128::from(offset.saturating_sub(self.last)) << 1 | u128::from(accepted);
        self.last = offset;
        if self.bytes.capacity() - self.bytes.len() < 4 {
            // Doubling the capacity would leave half of it empty in every case.
            self.bytes.reserve_exact(32);
        }
        while rest >= 0x80 {
            self.bytes.push(low_byte(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_byte(rest));
    }

    /// Returns the offset of each record, and whether it was accepted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, bool)> {
        let (mut rest, mut offset) = (self.bytes.iter(), 0_u64);
        core::iter::from_fn(move || {
            let (mut value, mut shift) = (0_u128, 0);
            loop {
                let byte = rest.next()?;
                value |= u128::from(byte & 0x7F) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            offset += u64::try_from(value >> 1).unwrap_or(u64::MAX);
            Some((offset, value & 1 == 1))
        })
    }

    /// Reads a byte, to fetch it from memory.
    pub(super) fn touch(&self) -> usize {
        self.bytes.last().map_or(0, |byte| usize::from(*byte))
    }

    /// Frees the memory that a closed case no longer needs.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// Returns the offset of the last record.
    pub(crate) const fn last(&self) -> u64 {
        self.last
    }
}

fn low_byte(value: u128) -> u8 {
    value.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_round_trip_in_few_bytes() {
        let mut offsets = RecordOffsets::default();
        let all = [(0, true), (400, false), (401, true), (u64::from(u32::MAX), true), (u64::MAX, false)];
        all.iter().for_each(|(offset, accepted)| offsets.push(*offset, *accepted));
        assert_eq!(offsets.iter().collect::<Vec<_>>(), all);
        let mut near = RecordOffsets::default();
        (0..50_u64).for_each(|record| near.push(record * 400, true));
        assert_eq!(near.bytes.len(), 99);
    }
}
