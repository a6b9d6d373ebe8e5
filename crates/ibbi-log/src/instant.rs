//! Times in canonical form, read and written without a calendar type.

use ibbi_core::At;

/// Reads a time in canonical form. It gives the same result as the core, but without a calendar type, because every line
/// has two times.
pub(crate) fn instant(text: &str) -> Option<At> {
    instant_of(text.as_bytes())
}

/// Reads a time as [`instant`] does, from bytes that need not be UTF-8.
pub(crate) fn instant_of(text: &[u8]) -> Option<At> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let (date, time, rest) = (Eight::new(text, 0), Eight::new(text, 8), Eight::new(text, 16));
    if !date.has_form(b"dddd-dd-") || !time.has_form(b"ddTdd:dd") || !rest.has_form(b":dd.dddZ") {
        return None;
    }
    let (date, time, pairs) = (date.pairs(), time.pairs(), rest.pairs());
    let (year, month, day) = (date[0] * 100 + date[2], date[5], time[0]);
    let (hour, minute, second, millis) = (time[3], time[6], pairs[1], pairs[4] * 10 + u32::from(text[22] - b'0'));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1..=12).contains(&month) && (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !exists || year < 1970 {
        return None;
    }
    // In a year that starts in March, the leap day is the last day.
    let (from_march, years) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 1;
    let seconds = (i64::from(days) - DAYS_TO_1970) * 86_400 + i64::from((hour * 60 + minute) * 60 + second);
    At::from_millis(seconds * 1000 + i64::from(millis))
}

/// Eight characters of a time, the first one in the lowest byte, so that one operation handles all of them.
#[derive(Clone, Copy)]
struct Eight(u64);

impl Eight {
    fn new(text: &[u8; 24], from: usize) -> Self {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&text[from..from + 8]);
        Self(u64::from_le_bytes(bytes))
    }

    /// Returns whether the characters are those of a form, in which `d` is for a digit.
    #[inline(always)]
    const fn has_form(self, form: &[u8; 8]) -> bool {
        let (mut digits, mut marks, mut place) = (0, 0, 0);
        while place < 8 {
            if form[place] == b'd' {
                digits |= 0xFF << (8 * place);
            } else {
                marks |= (form[place] as u64) << (8 * place);
            }
            place += 1;
        }
        // A digit is from 0x30 to 0x39: it has the high half 3, also if 6 is added. The others are below 0x80, so nothing is
        // carried to the next byte.
        let high = 0xF0F0_F0F0_F0F0_F0F0 & digits;
        let threes = 0x3030_3030_3030_3030 & digits;
        let found = self.0 & digits;
        let ascii = self.0 & 0x8080_8080_8080_8080 == 0;
        let sixes = 0x0606_0606_0606_0606 & digits;
        ascii && self.0 & !digits == marks && found & high == threes && (found + sixes) & high == threes
    }

    /// Returns for each place the number that its digit and the next one make.
    #[inline(always)]
    fn pairs(self) -> [u32; 8] {
        let digits = self.0 & 0x0F0F_0F0F_0F0F_0F0F;
        // No sum is above 165, so nothing is carried to the next byte.
        (digits * 10 + (digits >> 8)).to_le_bytes().map(u32::from)
    }
}

/// Returns the text of a time: the inverse of [`instant`].
pub(crate) fn instant_text(at: At) -> [u8; 24] {
    // Times are from 1970 to 9999, so 32 bits are enough from here on, and faster.
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    let (days, millis) = (small(at.millis() / 86_400_000 + DAYS_TO_1970), small(at.millis() % 86_400_000));
    // Years of 365.2425 days, corrected by the leap days inside a cycle of 400 years.
    let (cycle, day_of_cycle) = (days / 146_097, days % 146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (month, carry) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let year = cycle * 400 + year_of_cycle + carry;
    let seconds = millis / 1000;
    let digit = |number: u32| b'0' + number.to_le_bytes()[0];
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, seconds / 3600),
        (14, seconds / 60 % 60),
        (17, seconds % 60),
        (20, millis % 1000 / 10),
    ];
    for (from, pair) in pairs {
        text[from] = digit(pair / 10);
        text[from + 1] = digit(pair % 10);
    }
    text[22] = digit(millis % 10);
    text
}

/// The number of days from March 1 of the year 0 to January 1, 1970.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_the_core_reads_them() {
        let mut millis = 0;
        while let Some(at) = At::from_millis(millis) {
            assert_eq!(instant(&at.to_string()), Some(at));
            assert_eq!(instant_text(at), at.to_string().as_bytes());
            millis += 29 * 3_600_000 + 1_234_567;
        }
        assert_eq!(instant(&At::MAX.to_string()), Some(At::MAX));
        let good = "2028-02-29T23:59:59.999Z";
        assert_eq!(instant(good), good.parse().ok());
        for place in 0..good.len() {
            for byte in 0..128 {
                let mut bytes = good.as_bytes().to_vec();
                bytes[place] = byte;
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
        for (year, month) in (1969..=2101).flat_map(|year| (0..=13).map(move |month| (year, month))) {
            for day in 0..=32 {
                let text = format!("{year:04}-{month:02}-{day:02}T00:00:00.000Z");
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
    }
}
