//! SHA-256 of many messages at once.
//!
//! With one message at a time, the processor's SHA-256 instructions wait for each other. With AVX-512, sixteen messages are
//! hashed in parallel, one in each 32-bit lane, which takes about half the time per message (FIPS 180-4, section 6.2, on
//! vectors). Other processors hash them one by one.
//!
//! This is handwritten because hashing takes most of the time of verifying a chain (docs/performance.md), and the crate
//! `sha2` hashes one message at a time.

use crate::Digest;
use fearless_simd::prelude::*;
use fearless_simd::{Level, u8x64, u32x16};

/// How many messages are hashed in parallel.
const LANES: usize = 16;

/// The smallest number of messages for which that is faster.
const WORTH_IT: usize = 9;

impl Digest {
    /// Returns the SHA-256 of the messages, in their order. Many messages at once are hashed faster than one by one.
    pub fn sha256_each(messages: &[&[u8]]) -> Vec<Self> {
        hash_each(messages)
    }
}

/// Returns the SHA-256 of each message, in the order of the messages.
pub(crate) fn hash_each(messages: &[&[u8]]) -> Vec<Digest> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if messages.len() >= WORTH_IT
        && let Level::Avx512(simd) = Level::new()
    {
        return simd.vectorize(
            #[inline(always)]
            || side_by_side(simd, messages),
        );
    }
    let _ = Level::new;
    messages.iter().map(|message| Digest::sha256(message)).collect()
}

/// Hashes sixteen messages at a time. Messages of similar length go together, because a group takes as long as its longest.
#[inline(always)]
fn side_by_side<S: Simd>(simd: S, messages: &[&[u8]]) -> Vec<Digest> {
    // The number of blocks and the index in one number, which sorts faster than a pair.
    let mut order: Vec<u64> = (0..).zip(messages).map(|(index, message)| wide(blocks(message)) << 32 | index).collect();
    order.sort_unstable();
    let index = |place: &u64| usize::try_from(*place & 0xFFFF_FFFF).unwrap_or(usize::MAX);
    let mut digests = vec![Digest::ZERO; messages.len()];
    for group in order.chunks(LANES) {
        if group.len() < WORTH_IT {
            group.iter().map(index).for_each(|index| digests[index] = Digest::sha256(messages[index]));
            continue;
        }
        // Lanes without a message repeat the first one.
        let lane = |lane: usize| group.get(lane).unwrap_or(&group[0]);
        let hashed = hash_group(simd, core::array::from_fn(|number| messages[index(lane(number))]));
        group.iter().zip(hashed).for_each(|(place, digest)| digests[index(place)] = digest);
    }
    digests
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Returns how many blocks of 64 bytes a message has with its padding: a bit, zeros, and the length in 8 bytes.
#[inline(always)]
fn blocks(message: &[u8]) -> usize {
    (message.len() + 9).div_ceil(64)
}

/// Writes the end of a message that doesn't fill a block to `end`, with its padding. Returns the number of blocks: 1 or 2.
#[inline(always)]
pub(crate) fn pad_end(message: &[u8], end: &mut [u8; 128]) -> usize {
    let rest = &message[message.len() / 64 * 64..];
    end[..rest.len()].copy_from_slice(rest);
    end[rest.len()] = 0x80;
    let blocks = if rest.len() < 56 { 1 } else { 2 };
    let bits = u64::try_from(message.len()).unwrap_or(u64::MAX).wrapping_mul(8);
    end[blocks * 64 - 8..blocks * 64].copy_from_slice(&bits.to_be_bytes());
    blocks
}

#[inline(always)]
fn hash_group<S: Simd>(simd: S, messages: [&[u8]; LANES]) -> [Digest; LANES] {
    let mut ends = [[0_u8; 128]; LANES];
    for (end, message) in ends.iter_mut().zip(&messages) {
        pad_end(message, end);
    }
    let lengths = messages.map(|message| u32::try_from(blocks(message)).unwrap_or(u32::MAX));
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let lengths = u32x16::simd_from(simd, lengths);
    let mut state = INITIAL.map(|word| u32x16::splat(simd, word));
    // The state of each lane after its last block.
    let mut last = state;
    for number in 1..=longest {
        let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let rows = core::array::from_fn(|lane| {
            let whole = messages[lane].len() / 64;
            let (source, from) = if at < whole { (messages[lane], at) } else { (&ends[lane][..], at - whole) };
            // The block doesn't matter for a lane that is finished.
            let block = source.get(from * 64..from * 64 + 64).unwrap_or(&[0; 64]);
            u8x64::from_slice(simd, block).bitcast()
        });
        state = compress(simd, state, transposed(rows));
        let done = lengths.simd_eq(u32x16::splat(simd, number));
        last = core::array::from_fn(|word| done.select(state[word], last[word]));
    }
    // The transposition needs sixteen rows. The first eight words of each column are the digest.
    let rows = transposed(core::array::from_fn(|word| swapped(last[word & 7])));
    core::array::from_fn(|lane| {
        let row: u8x64<S> = rows[lane].bitcast();
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&row.as_slice()[..32]);
        Digest::from_bytes(bytes)
    })
}

/// Transposes rows and columns, in four rounds that interleave each row with the row eight places after it.
#[inline(always)]
fn transposed<S: Simd>(mut rows: [u32x16<S>; LANES]) -> [u32x16<S>; LANES] {
    for _ in 0..4 {
        rows = core::array::from_fn(|number| {
            let (left, right) = (rows[number / 2], rows[number / 2 + 8]);
            if number % 2 == 0 { left.zip_low(right) } else { left.zip_high(right) }
        });
    }
    rows
}

/// Reverses the bytes of each word, between memory order and number order.
#[inline(always)]
fn swapped<S: Simd>(words: u32x16<S>) -> u32x16<S> {
    if cfg!(target_endian = "big") {
        return words;
    }
    (right(words, 8) & 0xff00_ff00) | (right(words, 24) & 0x00ff_00ff)
}

/// Rotates each word to the right.
#[inline(always)]
fn right<S: Simd>(words: u32x16<S>, by: u32) -> u32x16<S> {
    (words >> by) | (words << (32 - by))
}

/// Returns the state after one block of each message. The words are in memory order.
#[inline(always)]
fn compress<S: Simd>(simd: S, state: [u32x16<S>; 8], mut words: [u32x16<S>; 16]) -> [u32x16<S>; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    for round in 0..4 {
        for step in 0..16 {
            words[step] = if round == 0 { swapped(words[step]) } else { scheduled(&words, step) };
        }
        let constants = &CONSTANTS[round * 16..round * 16 + 16];
        // Unrolled; the names rotate instead of the values.
        macro_rules! steps {
            ($($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident $step:literal;)*) => {$(
                let choice = $g ^ ($e & ($f ^ $g));
                let majority = ($a & $b) ^ ($c & ($a ^ $b));
                let word = u32x16::splat(simd, constants[$step]) + words[$step];
                let first = $h + (right($e, 6) ^ right($e, 11) ^ right($e, 25)) + choice + word;
                $d += first;
                $h = first + (right($a, 2) ^ right($a, 13) ^ right($a, 22)) + majority;
            )*};
        }
        steps! {
            a b c d e f g h 0; h a b c d e f g 1; g h a b c d e f 2; f g h a b c d e 3;
            e f g h a b c d 4; d e f g h a b c 5; c d e f g h a b 6; b c d e f g h a 7;
            a b c d e f g h 8; h a b c d e f g 9; g h a b c d e f 10; f g h a b c d e 11;
            e f g h a b c d 12; d e f g h a b c 13; c d e f g h a b 14; b c d e f g h a 15;
        }
    }
    let [s, t, u, v, w, x, y, z] = state;
    [s + a, t + b, u + c, v + d, w + e, x + f, y + g, z + h]
}

/// Returns the next word of the message schedule after sixteen others.
#[inline(always)]
fn scheduled<S: Simd>(words: &[u32x16<S>; 16], step: usize) -> u32x16<S> {
    let (older, newer) = (words[(step + 1) & 15], words[(step + 14) & 15]);
    let older = right(older, 7) ^ right(older, 18) ^ (older >> 3);
    let newer = right(newer, 17) ^ right(newer, 19) ^ (newer >> 10);
    words[step] + older + words[(step + 9) & 15] + newer
}

/// FIPS 180-4, section 5.3.3: the fractional parts of the square roots of the first 8 primes.
pub(crate) const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// FIPS 180-4, section 4.2.2: the fractional parts of the cube roots of the first 64 primes.
#[rustfmt::skip]
const CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_digests_equal_single_ones_at_every_length() {
        // The digests are the same with any vector instructions.
        let bytes: Vec<u8> = (0..1000_u32).map(|number| number.to_le_bytes()[0].wrapping_mul(31)).collect();
        for count in [9, 16, 17, 40, 64] {
            for shift in [0, 1, 37] {
                let messages: Vec<&[u8]> =
                    (0..count).map(|number| &bytes[number..number + (number * (7 + shift)) % 300]).collect();
                let alone: Vec<_> = messages.iter().map(|message| Digest::sha256(message)).collect();
                let side = fearless_simd::dispatch!(Level::new(), simd => side_by_side(simd, &messages));
                assert_eq!(side, alone, "{count} messages");
                assert_eq!(hash_each(&messages), alone, "{count} messages");
            }
        }
        let messages: Vec<&[u8]> = (0..=256).map(|length| &bytes[..length]).collect();
        let alone: Vec<_> = messages.iter().map(|message| Digest::sha256(message)).collect();
        assert_eq!(hash_each(&messages), alone);
        assert!(hash_each(&[]).is_empty());
    }
}
