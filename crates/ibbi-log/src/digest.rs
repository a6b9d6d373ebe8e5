//! SHA-256 digests and their text form: 64 lower-case hexadecimal digits.

use core::fmt;
use core::str::FromStr;
use sha2::Digest as _;

/// A SHA-256 digest, as `sha256sum` prints it.
///
/// ```
/// use ibbi_log::Digest;
/// let digest = Digest::sha256(b"abc");
/// assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))]
pub struct Digest([u8; 32]);

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 of the characters 0-9 and a-f, as `sha256sum` prints it")]
pub struct NotADigest;

/// A SHA-256 of bytes that arrive in parts.
///
/// ```
/// use ibbi_log::{Digest, DigestBuilder};
/// let mut builder = DigestBuilder::default();
/// builder.update(b"a");
/// builder.update(b"bc");
/// assert_eq!(builder.finish(), Digest::sha256(b"abc"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct DigestBuilder(sha2::Sha256);

impl DigestBuilder {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the digest of all bytes.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl Digest {
    /// 32 zero bytes: the `prev` of a ledger's first line.
    pub const ZERO: Self = Self([0; 32]);

    /// Returns the SHA-256 of these bytes.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Returns the SHA-256 of the parts, one after the other.
    pub fn sha256_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = sha2::Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        Self(hasher.finalize().into())
    }

    /// Returns a digest with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the digest for a final state of SHA-256 (FIPS 180-4, section 6.2.2).
    pub(crate) fn from_words(state: [u32; 8]) -> Self {
        let mut bytes = [0; 32];
        bytes.as_chunks_mut().0.iter_mut().zip(state).for_each(|(four, word)| *four = word.to_be_bytes());
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 64 digits as ASCII.
    pub fn to_hex(self) -> [u8; 64] {
        let mut hex = [0; 64];
        // Arithmetic instead of a table. This loop runs for every line, and the compiler vectorizes it.
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'0' - 10);
            }
        }
        hex
    }

    /// Reads 64 lower-case digits. Returns `None` for anything else.
    pub fn from_hex(hex: &[u8; 64]) -> Option<Self> {
        from_hex(hex).map(Self)
    }
}

/// Returns whether these are lower-case hexadecimal digits. It takes less time than reading them.
#[inline]
pub(crate) fn are_hex(digits: &[u8; 64]) -> bool {
    digits.iter().fold(true, |all, digit| all & matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads lower-case hexadecimal digits, two for each byte. Returns `None` for anything else.
#[inline]
pub(crate) fn from_hex<const DIGITS: usize, const BYTES: usize>(hex: &[u8; DIGITS]) -> Option<[u8; BYTES]> {
    const { assert!(DIGITS == 2 * BYTES && DIGITS.is_multiple_of(8)) };
    let mut bytes = [0; BYTES];
    let mut wrong = 0;
    for (four, eight) in bytes.as_chunks_mut().0.iter_mut().zip(hex.as_chunks().0) {
        let (values, fault) = eight_digits(u64::from_le_bytes(*eight));
        *four = values.to_le_bytes();
        wrong |= fault;
    }
    (wrong == 0).then_some(bytes)
}

/// Reads eight digits at once, the first one in the lowest byte: one operation handles all of them. Returns the four bytes, the
/// first one lowest, and a number that isn't zero if another character is among the eight.
#[inline(always)]
const fn eight_digits(digits: u64) -> (u32, u64) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // `0` to `9` are 0x30 to 0x39, and `a` to `f` are 0x61 to 0x66. Only in those is bit 6 set.
    let letters = (digits >> 6) & ONES;
    let values = (digits & (0x0F * ONES)) + 9 * letters;
    let high_halves = (digits & (0xF0 * ONES)) ^ ((0x30 * ONES) + 0x30 * letters);
    // A digit is at most 9, so 6 more don't reach bit 4. A letter is from 10 to 15, so they do.
    let reached = ((values + 6 * ONES) >> 4) & ONES;
    let wrong = high_halves | (values & (0xF0 * ONES)) | (reached ^ letters);
    // Each step joins halves that are next to each other.
    let pairs = ((values << 4) | (values >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | (pairs >> 8)) & 0x0000_FFFF_0000_FFFF;
    ((fours | (fours >> 16)) as u32, wrong)
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        text.as_bytes().try_into().ok().and_then(Self::from_hex).ok_or(NotADigest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_lower_case_digits_are_a_digest() {
        let text = "00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
        for wrong in ["", "00", &text.to_uppercase(), &text[1..], &format!("{text}0")] {
            assert_eq!(wrong.parse::<Digest>(), Err(NotADigest), "{wrong}");
        }
        for byte in 0..=255_u8 {
            let mut hex = *b"00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0";
            for place in [0, 31, 63] {
                let kept = core::mem::replace(&mut hex[place], byte);
                let good = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(Digest::from_hex(&hex).is_some(), good, "byte {byte} at {place}");
                hex[place] = kept;
            }
        }
    }

    #[test]
    fn parts_hash_as_the_whole() {
        assert_eq!(Digest::sha256_parts(&[b"a", b"", b"bc"]), Digest::sha256(b"abc"));
    }
}
