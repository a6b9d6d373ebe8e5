//! Where the records of a case are, in few bytes.

/// Where the records of a case are: their offsets in rising order, and whether each was accepted, as differences in as few
/// bytes as they need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    bytes: Vec<u8>,
    last: u64,
}

impl Trail {
    pub(crate) fn push(&mut self, offset: u64, accepted: bool) {
        let mut rest = u128::from(offset.saturating_sub(self.last)) << 1 | u128::from(accepted);
        self.last = offset;
        if self.bytes.capacity() - self.bytes.len() < 4 {
            // Growing by doubling would leave half of it empty, in every case.
            self.bytes.reserve_exact(32);
        }
        while rest >= 0x80 {
            self.bytes.push(low_byte(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_byte(rest));
    }

    /// The offset of each record, and whether it was accepted.
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

    /// Some of its bytes, to have it at hand.
    pub(super) fn glance(&self) -> usize {
        self.bytes.last().map_or(0, |byte| usize::from(*byte))
    }

    /// Gives back room that a closed case needs no more.
    pub(crate) fn settle(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// The offset of the last record.
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
    fn a_trail_gives_back_every_offset_and_takes_few_bytes() {
        let mut trail = Trail::default();
        let offsets = [(0, true), (400, false), (401, true), (u64::from(u32::MAX), true), (u64::MAX, false)];
        offsets.iter().for_each(|(offset, accepted)| trail.push(*offset, *accepted));
        assert_eq!(trail.iter().collect::<Vec<_>>(), offsets);
        let mut near = Trail::default();
        (0..50_u64).for_each(|record| near.push(record * 400, true));
        assert_eq!(near.bytes.len(), 99);
    }
}
